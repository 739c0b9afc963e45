//! Pages of devices under management: the list, enrolment, commands, certificates, legal holds, held bursts.

pub mod burst;
pub mod certificates;
pub mod command;
pub mod enrol;
pub mod held;
pub mod hold_step;
pub mod holds;
pub mod list;
pub mod orders;
pub mod withdraw;

use askama::Template;
use axum::routing::{get, post};
use kernel::access::{
    ApproveDestruction, CallOffOrders, CommandDevices, EnrolDevices, FreezeDestruction, LiftFreeze,
    PlaceHolds, ReleaseOrders, RevokeCertificates, SeeCommands, SeeDevices, SeeHeldOrders, WithdrawDevices,
};

use web_shell::routes::{Route, read, write};

/// The addresses of these pages.
pub const ROUTES: &[Route] = &[
    read::<SeeDevices>("/devices", || get(list::handler::list)),
    read::<SeeDevices>("/devices.csv", || get(list::handler::csv)),
    read::<PlaceHolds>("/devices/{id}/holds", || get(holds::handler::get)),
    write::<PlaceHolds>("/devices/{id}/holds", || post(holds::handler::post)),
    read::<WithdrawDevices>("/devices/{id}/withdraw", || get(withdraw::handler::withdraw)),
    write::<WithdrawDevices>("/devices/{id}/withdraw", || post(withdraw::handler::withdrawn)),
    read::<RevokeCertificates>("/devices/{id}/certificates", || get(certificates::handler::get)),
    write::<RevokeCertificates>("/devices/{id}/certificates", || post(certificates::handler::post)),
    read::<EnrolDevices>("/devices/{id}/enrol", || get(enrol::handler::enrol)),
    write::<EnrolDevices>("/devices/{id}/enrol", || post(enrol::handler::enrolled)),
    read::<SeeCommands>("/commands/{id}", || get(command::handler::get)),
    write::<ApproveDestruction>("/commands/{id}/approve", || post(command::handler::approve)),
    write::<PlaceHolds>("/commands/{id}/consent", || post(command::handler::consent)),
    write::<CommandDevices>("/commands/{id}/take-back", || post(command::handler::take_back)),
    write::<CommandDevices>("/commands/{id}/reveal", || post(command::handler::reveal)),
    read::<SeeHeldOrders>("/held", || get(held::handler::get)),
    write::<FreezeDestruction>("/held/freeze", || post(held::handler::freeze)),
    write::<LiftFreeze>("/held/lift", || post(held::handler::lift)),
    write::<CallOffOrders>("/held/call-off", || post(held::handler::call_off)),
    read::<SeeHeldOrders>("/held/{id}", || get(burst::handler::burst_page)),
    write::<ReleaseOrders>("/held/{id}/release", || post(burst::handler::release)),
    write::<CallOffOrders>("/held/{id}/cancel", || post(burst::handler::cancel)),
    read::<PlaceHolds>("/cases/{id}/steps/{step}/hold", || get(hold_step::handler::decide)),
    write::<PlaceHolds>("/cases/{id}/steps/{step}/hold", || post(hold_step::handler::decided)),
];

/// Renders every page with made-up data, for the gallery and the tests.
///
/// # Errors
/// Returns an error if a template cannot be rendered, which no data in a view can cause.
pub fn samples() -> askama::Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("devices", list::View::sample().render()?),
        ("devices-empty", list::View::sample_empty().render()?),
        ("command", command::View::sample().render()?),
        ("command-held", command::View::sample_held().render()?),
        ("command-under-hold", command::View::sample_under_hold().render()?),
        ("command-pin", command::View::sample_revealed().render()?),
        ("device-enrol", enrol::View::sample().render()?),
        ("device-enrol-refused", enrol::View::sample_refused().render()?),
        ("device-enrol-again", enrol::View::sample_enrolled().render()?),
        ("device-certificates", certificates::View::sample().render()?),
        ("case-hold", hold_step::View::sample().render()?),
        ("device-holds", holds::View::sample().render()?),
        ("held", held::View::sample().render()?),
        ("held-empty", held::View::sample_empty().render()?),
        ("held-burst", burst::View::sample().render()?),
        ("held-burst-ended", burst::View::sample_ended().render()?),
        ("device-withdraw", withdraw::View::sample().render()?),
    ])
}

/// The state of a device between the register and management, as lists and tags name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// In the register; not under management.
    Registered,
    /// Has identified itself, and is not yet under management.
    Enrolling,
    /// Under management.
    Enrolled,
    /// Under management and in lost mode, confirmed by the device.
    LostMode,
    /// No longer under management.
    Unenrolled,
    /// Handed back and taken out of use.
    Retired,
}

impl State {
    /// Every state, in the order of a device's life.
    pub const ALL: [Self; 6] =
        [Self::Registered, Self::Enrolling, Self::Enrolled, Self::LostMode, Self::Unenrolled, Self::Retired];

    /// The states that a list can be filtered by: those that the register knows.
    pub const LISTED: [Self; 3] = [Self::Registered, Self::Enrolling, Self::Enrolled];

    /// Returns the word in an address.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Registered => "none",
            Self::Enrolling => "authenticated",
            Self::Enrolled => "enrolled",
            Self::LostMode => "lost-mode",
            Self::Unenrolled => "unenrolled",
            Self::Retired => "retired",
        }
    }

    /// Returns the words on screen.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Registered => "Registered",
            Self::Enrolling => "Enrolling",
            Self::Enrolled => "Enrolled",
            Self::LostMode => "Lost mode",
            Self::Unenrolled => "Unenrolled",
            Self::Retired => "Retired",
        }
    }

    /// Returns the colour of the state's tag.
    #[must_use]
    pub const fn colour(self) -> &'static str {
        match self {
            Self::Registered | Self::Retired => "grey",
            Self::Enrolling | Self::Enrolled => "lan-plain",
            Self::LostMode => "red",
            Self::Unenrolled => "orange",
        }
    }
}

/// Returns the state of a device, as far as the register knows it.
pub fn state(device: &devices_app::devices::DeviceView) -> State {
    match device.enrolment_state {
        _ if device.retired_at.is_some() => State::Retired,
        domain::EnrolmentState::Enrolled => State::Enrolled,
        domain::EnrolmentState::Authenticated => State::Enrolling,
        domain::EnrolmentState::None => State::Registered,
    }
}
