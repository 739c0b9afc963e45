//! Pages that join the capabilities: the first page, the wall screen, one device, one person, one's own page.

pub mod device;
pub mod me;
pub mod overview;
pub mod person;
pub mod wall;

use askama::Template;
use axum::routing::{get, post};
use kernel::access::{AcceptOwn, CommandDevices, ManageRegister, SeeDevices, SeeOwn, SeePeople, SeePolicy};

use web_shell::routes::{Route, read, write};

/// The addresses of these pages.
pub const ROUTES: &[Route] = &[
    read::<SeeOwn>("/me", || get(me::handler::get)),
    write::<AcceptOwn>("/me/reminders", || post(me::handler::reminded)),
    read::<SeePolicy>("/", || get(overview::handler::get)),
    read::<SeeDevices>("/wall", || get(wall::handler::wall)),
    read::<SeeDevices>("/devices/{id}", || get(device::handler::get)),
    write::<CommandDevices>("/devices/{id}/actions", || post(device::handler::act)),
    write::<ManageRegister>("/devices/{id}/holder", || post(device::handler::holder)),
    read::<SeePeople>("/people/{id}", || get(person::handler::get)),
];

/// Renders every page with made-up data, for the gallery and the tests.
///
/// # Errors
/// Returns an error if a template cannot be rendered, which no data in a view can cause.
pub fn samples() -> askama::Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("overview", overview::View::sample().render()?),
        ("device", device::View::sample().render()?),
        ("device-narrow", device::View::sample_narrow().render()?),
        ("device-registered", device::View::sample_registered().render()?),
        ("person", person::View::sample().render()?),
        ("me", me::View::sample().render()?),
        ("me-unknown", me::View::sample_unknown().render()?),
        ("wall", wall::View::sample().render()?),
        ("overview-empty", overview::View::sample_empty().render()?),
    ])
}
