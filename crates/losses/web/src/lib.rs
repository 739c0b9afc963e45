//! Pages of losses: the report for anybody, the reporter's return, answering a call, the desk's and the duty officer's pages, figures.

pub mod answer;
pub mod device;
pub mod figures;
pub mod list;
pub mod mine;
pub mod own;
pub mod report;
pub mod show;
pub mod telephone;

mod asking;
mod questions;

use askama::Template;
use axum::routing::{get, post};
use kernel::access::{
    AcceptOwn, CommandDevices, DestroyData, LocateDevices, ManageCases, SeeCases, SeeLossFigures,
};
use kernel::limits::Door;

use web_shell::routes::{Route, at, open, read, write};

/// The addresses of these pages.
pub const ROUTES: &[Route] = &[
    open("GET", "/lost", || get(report::handler::get)),
    at(Door::Report, open("POST", "/lost", || post(report::handler::post))),
    open("GET", "/lost/questions", || get(report::handler::get)),
    open("POST", "/lost/questions", || post(report::handler::question)),
    open("GET", "/lost/{reference}", || get(own::handler::get)),
    open("POST", "/lost/{reference}", || post(own::handler::post)),
    open("GET", "/calls/{token}", || get(answer::handler::get)),
    open("POST", "/calls/{token}", || post(answer::handler::post)),
    read::<AcceptOwn>("/me/lost", || get(mine::handler::get)),
    write::<AcceptOwn>("/me/lost", || post(mine::handler::post)),
    read::<AcceptOwn>("/me/lost/questions", || get(mine::handler::get)),
    write::<AcceptOwn>("/me/lost/questions", || post(mine::handler::question)),
    read::<SeeCases>("/losses", || get(list::handler::get)),
    read::<ManageCases>("/losses/new", || get(telephone::handler::get)),
    write::<ManageCases>("/losses/new", || post(telephone::handler::post)),
    read::<SeeLossFigures>("/losses/figures", || get(figures::handler::get)),
    read::<SeeLossFigures>("/losses/figures.csv", || get(figures::handler::as_csv)),
    read::<SeeCases>("/losses/{id}", || get(show::handler::get)),
    read::<CommandDevices>("/losses/{id}/device", || get(device::handler::get)),
    write::<CommandDevices>("/losses/{id}/device", || post(device::handler::post)),
    write::<CommandDevices>("/losses/{id}/contain", || post(show::handler::contain)),
    write::<CommandDevices>("/losses/{id}/release", || post(show::handler::release)),
    write::<LocateDevices>("/losses/{id}/locate", || post(show::place::locate)),
    write::<LocateDevices>("/losses/{id}/position", || post(show::place::position)),
    write::<DestroyData>("/losses/{id}/wipe", || post(show::place::wipe)),
    write::<ManageCases>("/losses/{id}/answer", || post(show::handler::answer)),
    write::<ManageCases>("/losses/{id}/next", || post(show::handler::next)),
    write::<ManageCases>("/losses/{id}/found", || post(show::handler::found)),
];

/// Renders every page with made-up data, for the gallery and the tests.
///
/// # Errors
/// Returns an error if a template cannot be rendered, which no data in a view can cause.
pub fn samples() -> askama::Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("lost", report::View::sample().render()?),
        ("lost-choice", report::View::sample_choice().render()?),
        ("lost-again", report::View::sample_again().render()?),
        ("lost-last", report::View::sample_last().render()?),
        ("lost-reported", report::Done::sample().render()?),
        ("lost-reported-unmanaged", report::Done::sample_unmanaged().render()?),
        ("lost-return", own::View::sample_return().render()?),
        ("lost-own", own::View::sample().render()?),
        ("lost-own-confirmed", own::View::sample_confirmed().render()?),
        ("call-answer", answer::View::sample().render()?),
        ("call-answered", answer::View::sample_answered().render()?),
        ("lost-mine", mine::View::sample().render()?),
        ("lost-mine-chosen", mine::View::sample_chosen().render()?),
        ("lost-mine-unmanaged", mine::View::sample_unmanaged().render()?),
        ("losses", list::View::sample().render()?),
        ("losses-empty", list::View::sample_empty().render()?),
        ("loss-telephone", telephone::View::sample().render()?),
        ("loss-telephone-unmanaged", telephone::View::sample_unmanaged().render()?),
        ("loss-device", device::View::sample().render()?),
        ("loss-device-chosen", device::View::sample_chosen().render()?),
        ("loss", show::View::sample().render()?),
        ("loss-found", show::View::sample_found().render()?),
        ("loss-placed", show::View::sample_placed().render()?),
        ("loss-plain-lock", show::View::sample_plain_lock().render()?),
        ("loss-confirmed", show::View::sample_confirmed().render()?),
        ("loss-unmanaged", show::View::sample_unmanaged().render()?),
        ("loss-figures", figures::View::sample().render()?),
    ])
}
