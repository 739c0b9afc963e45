//! Pages of notices: one's own, how one is reached, those that were not delivered, those sent off duty, alarms, calling somebody out.

pub mod alarms;
pub mod call;
pub mod contacts;
pub mod exceptions;
pub mod own;
pub mod stuck;

use askama::Template;
use axum::routing::{get, post};
use kernel::access::{
    AcceptOwn, AcknowledgeAlarms, ContactOffDuty, ManageNotices, ReviewOffDuty, SeeAlarms, SeeNotices, SeeOwn,
};

use web_shell::routes::{Route, read, write};

/// The addresses of these pages.
pub const ROUTES: &[Route] = &[
    read::<SeeAlarms>("/alarms", || get(alarms::handler::list)),
    write::<AcknowledgeAlarms>("/alarms/{id}/seen", || post(alarms::handler::seen)),
    read::<SeeNotices>("/notices", || get(stuck::handler::stuck)),
    write::<ManageNotices>("/notices/retry", || post(stuck::handler::retry)),
    read::<ReviewOffDuty>("/notices/exceptions", || get(exceptions::handler::exceptions)),
    read::<ReviewOffDuty>("/notices/exceptions.csv", || get(exceptions::handler::exceptions_csv)),
    read::<SeeOwn>("/me/notices", || get(own::handler::own)),
    write::<AcceptOwn>("/me/notices", || post(own::handler::read)),
    read::<SeeOwn>("/me/contacts", || get(contacts::handler::get)),
    write::<AcceptOwn>("/me/contacts", || post(contacts::handler::add)),
    write::<AcceptOwn>("/me/contacts/{id}/code", || post(contacts::handler::code)),
    write::<AcceptOwn>("/me/contacts/{id}/prove", || post(contacts::handler::prove)),
    write::<AcceptOwn>("/me/contacts/{id}/up", || post(contacts::handler::up)),
    write::<AcceptOwn>("/me/contacts/{id}/wait", || post(contacts::handler::wait)),
    write::<AcceptOwn>("/me/contacts/{id}/remove", || post(contacts::handler::remove)),
    read::<ContactOffDuty>("/cases/{id}/call", || get(call::handler::call)),
    write::<ContactOffDuty>("/cases/{id}/call", || post(call::handler::called)),
];

/// Renders every page with made-up data, for the gallery and the tests.
///
/// # Errors
/// Returns an error if a template cannot be rendered, which no data in a view can cause.
pub fn samples() -> askama::Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("alarms", alarms::View::sample().render()?),
        ("alarms-empty", alarms::View::sample_empty().render()?),
        ("own-notices", own::View::sample().render()?),
        ("not-delivered", stuck::View::sample().render()?),
        ("told-off-duty", exceptions::View::sample().render()?),
        ("call", call::View::sample().render()?),
        ("own-contacts", contacts::View::sample().render()?),
        ("own-contacts-none", contacts::View::sample_nobody().render()?),
    ])
}
