//! Pages of custody: the asset register, hand-overs, stores and workshops, returns, stock counts, labels.

pub mod add;
pub mod count;
pub mod counts;
pub mod edit;
pub mod files;
pub mod labels;
pub mod list;
pub mod new;
pub mod own;
pub mod places;
pub mod register;
pub mod returns;
pub mod scan;
pub mod show;

use askama::Template;
use axum::routing::{get, post};
use domain::{Condition, HandoverKind, HandoverState};
use kernel::access::{ManageRegister, SeeCustody, SeeDevices, SignHandovers};
use kernel::limits::Door;

use crate::files::DeviceFiles;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::imports::Shown as _;
use web_shell::parts::form::Choice;
use web_shell::routes::{Route, at, read, write};
use web_shell::session::Ctx;

/// The addresses of these pages.
pub const ROUTES: &[Route] = &[
    read::<ManageRegister>("/devices/add", || get(add::handler::add)),
    write::<ManageRegister>("/devices/add", || post(add::handler::added)),
    read::<ManageRegister>("/devices/{id}/edit", || get(edit::handler::edit)),
    write::<ManageRegister>("/devices/{id}/edit", || post(edit::handler::edited)),
    write::<ManageRegister>("/devices/{id}/restate", || post(edit::handler::restate)),
    read::<SeeDevices>("/labels", || get(labels::handler::labels)),
    read::<SeeDevices>("/register.csv", || get(register::csv)),
    read::<SeeDevices>("/scan", || get(scan::handler::scan)),
    read::<SeeCustody>("/custody", || get(list::handler::list)),
    read::<SeeCustody>("/custody.csv", || get(list::handler::csv)),
    read::<ManageRegister>("/custody/new", || get(new::handler::new)),
    write::<ManageRegister>("/custody/new", || post(new::handler::draft)),
    read::<ManageRegister>("/custody/returns", || get(returns::handler::returns)),
    write::<ManageRegister>("/custody/returns", || post(returns::handler::take_back)),
    read::<SeeCustody>("/custody/{id}", || get(show::handler::get)),
    at(Door::Signature, write::<ManageRegister>("/custody/{id}/sign", || post(show::handler::sign))),
    write::<ManageRegister>("/custody/{id}/change", || post(show::handler::change)),
    write::<ManageRegister>("/custody/{id}/withdraw", || post(show::handler::withdraw)),
    read::<SeeCustody>("/custody/{id}/record.pdf", || get(show::handler::pdf)),
    read::<SeeCustody>("/custody/{id}/record.json", || get(show::handler::json)),
    read::<SignHandovers>("/me/custody/{id}", || get(own::get)),
    at(Door::Signature, write::<SignHandovers>("/me/custody/{id}/sign", || post(own::sign))),
    write::<SignHandovers>("/me/custody/{id}/refuse", || post(own::refuse)),
    read::<SignHandovers>("/me/custody/{id}/record.pdf", || get(own::pdf)),
    read::<SignHandovers>("/me/custody/{id}/record.json", || get(own::json)),
    read::<SeeDevices>("/places", || get(places::handler::places)),
    write::<ManageRegister>("/places", || post(places::handler::add_place)),
    write::<ManageRegister>("/places/{id}/close", || post(places::handler::close_place)),
    read::<SeeDevices>("/counts", || get(counts::handler::counts)),
    write::<ManageRegister>("/counts", || post(counts::handler::begin_count)),
    read::<SeeDevices>("/counts/{id}", || get(count::handler::count)),
    read::<SeeDevices>("/counts/{id}/lines.csv", || get(count::handler::count_csv)),
    write::<ManageRegister>("/counts/{id}/scan", || post(count::handler::scanned)),
    write::<ManageRegister>("/counts/{id}/close", || post(count::handler::close_count)),
    read::<ManageRegister>("/import/devices", || get(web_shell::imports::handler::get::<DeviceFiles>)),
    write::<ManageRegister>("/import/devices", || post(web_shell::imports::handler::post::<DeviceFiles>)),
    read::<ManageRegister>("/import/devices/{id}", || {
        get(web_shell::imports::handler::preview::<DeviceFiles>)
    }),
    write::<ManageRegister>("/import/devices/{id}/columns", || {
        post(web_shell::imports::handler::columns::<DeviceFiles>)
    }),
    write::<ManageRegister>("/import/devices/{id}/answers", || {
        post(web_shell::imports::handler::answers::<DeviceFiles>)
    }),
    write::<ManageRegister>("/import/devices/{id}/apply", || {
        post(web_shell::imports::handler::apply::<DeviceFiles>)
    }),
];

/// Renders every page with made-up data, for the gallery and the tests.
///
/// # Errors
/// Returns an error if a template cannot be rendered, which no data in a view can cause.
pub fn samples() -> askama::Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("device-edit", edit::View::sample().render()?),
        ("custody", list::View::sample().render()?),
        ("custody-empty", list::View::sample_empty().render()?),
        ("hand-over", show::View::sample().render()?),
        ("hand-over-complete", show::View::sample_complete().render()?),
        ("hand-over-new", new::View::sample().render()?),
        ("hand-over-loan", new::View::sample_loan().render()?),
        ("returns", returns::View::sample().render()?),
        ("places", places::View::sample().render()?),
        ("counts", counts::View::sample().render()?),
        ("count", count::View::sample().render()?),
        ("count-closed", count::View::sample_closed().render()?),
        ("scan", scan::View::sample().render()?),
        ("labels", labels::View::sample().render()?),
        ("device-add", add::View::sample().render()?),
        ("device-add-errors", add::View::sample_errors().render()?),
        ("import-preview-devices", web_shell::imports::Preview::sample_devices(DeviceFiles::WORDS).render()?),
    ])
}

/// Returns the state of a hand-over in words.
#[must_use]
pub const fn state_title(state: HandoverState) -> &'static str {
    match state {
        HandoverState::Draft => "Waits for signatures",
        HandoverState::Complete => "Both signed",
        HandoverState::Refused => "Refused",
        HandoverState::Withdrawn => "Withdrawn",
        HandoverState::Expired => "Not signed in time",
    }
}

/// Returns the colour of the state's tag.
#[must_use]
pub const fn state_colour(state: HandoverState) -> &'static str {
    match state {
        HandoverState::Draft => "yellow",
        HandoverState::Complete => "lan-plain",
        HandoverState::Refused => "red",
        HandoverState::Withdrawn | HandoverState::Expired => "grey",
    }
}

/// Returns the conditions as choices of a form.
#[must_use]
pub fn conditions(chosen: &str) -> Vec<Choice> {
    Choice::list(Condition::ALL.iter().map(|one| (one.as_str(), one.title())), chosen)
}

/// Explains a kind of hand-over in the sentence under its title.
#[must_use]
pub const fn explains(kind: HandoverKind) -> &'static str {
    match kind {
        HandoverKind::Issue => "From a store to the person who is to hold it.",
        HandoverKind::HandOver => "From the person who has it to another of the same force.",
        HandoverKind::Loan => "From a store to a person, until a day.",
        HandoverKind::Repair => {
            "To ICT or an approved workshop, and to nobody else. The holder goes on answering for it."
        }
        HandoverKind::Return => "Back to a store. From then on nobody holds it.",
        HandoverKind::Transfer => "From one store to another, perhaps of another force. Both stores sign.",
        HandoverKind::Disposal => {
            "Out of the force’s property, for good. Two colleagues sign, and it cannot be undone."
        }
    }
}

/// Makes the frame of a page below the custody page.
pub(crate) fn under(ctx: &Ctx) -> Shell {
    let mut shell = ctx.under(Area::Devices);
    shell.crumbs.push(Crumb::new("/custody", "Custody"));
    shell
}
