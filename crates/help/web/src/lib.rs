//! Pages of help: requests about passwords at the desk and on one's own page, vouching for somebody, reports of faults.

pub mod ask;
pub mod fault;
pub mod fault_own;
pub mod faults;
pub mod own;
pub mod password;
pub mod passwords;
pub mod vouch;

mod find;

use askama::Template;
use axum::routing::{get, post};
use kernel::access::{
    AcceptOwn, AskReset, CommandDevices, DecideReset, ManageCases, SeeCases, VouchIdentity,
};

use web_shell::routes::{Route, read, write};

/// The addresses of these pages.
pub const ROUTES: &[Route] = &[
    read::<SeeCases>("/help/passwords", || get(passwords::handler::get)),
    read::<AskReset>("/help/passwords/new", || get(ask::handler::get)),
    write::<AskReset>("/help/passwords/new", || post(ask::handler::post)),
    read::<SeeCases>("/help/passwords/{id}", || get(password::handler::get)),
    write::<AskReset>("/help/passwords/{id}/proof", || post(password::handler::proof)),
    write::<AskReset>("/help/passwords/{id}/number", || post(password::handler::number)),
    write::<AskReset>("/help/passwords/{id}/manager", || post(password::handler::manager)),
    write::<AskReset>("/help/passwords/{id}/send", || post(password::handler::send)),
    write::<AskReset>("/help/passwords/{id}/stop", || post(password::handler::stop)),
    write::<AskReset>("/help/passwords/{id}/by-hand", || post(password::handler::by_hand)),
    write::<DecideReset>("/help/passwords/{id}/decide", || post(password::handler::decide)),
    read::<VouchIdentity>("/help/vouch/{id}", || get(vouch::handler::get)),
    write::<VouchIdentity>("/help/vouch/{id}", || post(vouch::handler::post)),
    read::<AcceptOwn>("/me/password", || get(own::handler::get)),
    write::<AcceptOwn>("/me/password", || post(own::handler::post)),
    write::<AcceptOwn>("/me/password/{id}", || post(own::handler::answer)),
    read::<AcceptOwn>("/me/report-fault", || get(fault_own::handler::get)),
    write::<AcceptOwn>("/me/report-fault", || post(fault_own::handler::post)),
    read::<ManageCases>("/help/faults/new", || get(faults::handler::get)),
    write::<ManageCases>("/help/faults/new", || post(faults::handler::post)),
    read::<SeeCases>("/help/faults/{id}", || get(fault::handler::get)),
    write::<ManageCases>("/help/faults/{id}/bring-in", || post(fault::handler::bring_in)),
    write::<ManageCases>("/help/faults/{id}/refer", || post(fault::handler::refer)),
    write::<CommandDevices>("/help/faults/{id}/restrict", || post(fault::handler::restrict)),
    write::<CommandDevices>("/help/faults/{id}/lift", || post(fault::handler::lift)),
];

/// Renders every page with made-up data, for the gallery and the tests.
///
/// # Errors
/// Returns an error if a template cannot be rendered, which no data in a view can cause.
pub fn samples() -> askama::Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("passwords", passwords::View::sample().render()?),
        ("passwords-empty", passwords::View::sample_empty().render()?),
        ("password-ask", ask::View::sample().render()?),
        ("password-proving", password::View::sample().render()?),
        ("password-deciding", password::View::sample_deciding().render()?),
        ("password-nobody", password::View::sample_nobody().render()?),
        ("password-cleared", password::View::sample_cleared().render()?),
        ("password-by-hand", password::View::sample_by_hand().render()?),
        ("vouch", vouch::View::sample().render()?),
        ("password-own", own::View::sample().render()?),
        ("fault-own", fault_own::View::sample().render()?),
        ("fault-own-done", fault_own::Done::sample().render()?),
        ("fault-new", faults::View::sample().render()?),
        ("fault", fault::View::sample().render()?),
        ("fault-ordered", fault::View::sample_ordered().render()?),
    ])
}
