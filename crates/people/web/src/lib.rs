//! Pages of people: the list, one person's record and roles, joiners, movers and leavers.

pub mod access;
pub mod add;
pub mod covert;
pub mod edit;
pub mod end;
pub mod event;
pub mod event_form;
pub mod events;
pub mod files;
pub mod list;
pub mod roles;

use askama::Template;
use axum::routing::{get, post};
use kernel::access::{ManageAccess, ManagePeople, SeeAccess, SeeCovert, SeePeople};

use crate::files::PeopleFiles;
use web_shell::imports::Shown as _;
use web_shell::routes::{Route, read, write};

/// The addresses of these pages.
pub const ROUTES: &[Route] = &[
    read::<SeePeople>("/people", || get(list::handler::list)),
    read::<SeePeople>("/people.csv", || get(list::handler::csv)),
    read::<ManagePeople>("/people/add", || get(add::handler::add)),
    write::<ManagePeople>("/people/add", || post(add::handler::added)),
    read::<ManagePeople>("/people/{id}/edit", || get(edit::handler::edit)),
    write::<ManagePeople>("/people/{id}/edit", || post(edit::handler::edited)),
    read::<ManagePeople>("/people/{id}/end", || get(end::handler::end)),
    write::<ManagePeople>("/people/{id}/end", || post(end::handler::ended)),
    read::<ManagePeople>("/import/people", || get(web_shell::imports::handler::get::<PeopleFiles>)),
    write::<ManagePeople>("/import/people", || post(web_shell::imports::handler::post::<PeopleFiles>)),
    read::<ManagePeople>("/import/people/{id}", || get(web_shell::imports::handler::preview::<PeopleFiles>)),
    write::<ManagePeople>("/import/people/{id}/columns", || {
        post(web_shell::imports::handler::columns::<PeopleFiles>)
    }),
    write::<ManagePeople>("/import/people/{id}/answers", || {
        post(web_shell::imports::handler::answers::<PeopleFiles>)
    }),
    write::<ManagePeople>("/import/people/{id}/apply", || {
        post(web_shell::imports::handler::apply::<PeopleFiles>)
    }),
    read::<SeeCovert>("/people/{id}/covert", || get(covert::handler::get)),
    write::<SeeCovert>("/people/{id}/covert", || post(covert::handler::post)),
    read::<ManageAccess>("/people/{id}/roles", || get(roles::handler::of_person)),
    write::<ManageAccess>("/people/{id}/roles", || post(roles::handler::change)),
    read::<SeeAccess>("/access", || get(access::handler::list)),
    read::<SeeAccess>("/access.csv", || get(access::handler::csv)),
    read::<ManagePeople>("/people/{id}/events", || get(event_form::handler::add)),
    write::<ManagePeople>("/people/{id}/events", || post(event_form::handler::added)),
    read::<SeePeople>("/events", || get(events::handler::list)),
    read::<SeePeople>("/events.csv", || get(events::handler::csv)),
    read::<SeePeople>("/events/{id}", || get(event::handler::get)),
    read::<ManagePeople>("/events/{id}/change", || get(event_form::handler::change)),
    write::<ManagePeople>("/events/{id}/change", || post(event_form::handler::changed)),
    write::<ManagePeople>("/events/{id}/cancel", || post(event::handler::cancel)),
];

/// Renders every page with made-up data, for the gallery and the tests.
///
/// # Errors
/// Returns an error if a template cannot be rendered, which no data in a view can cause.
pub fn samples() -> askama::Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("people", list::View::sample().render()?),
        ("covert", covert::View::sample().render()?),
        ("covert-answered", covert::View::sample_answered().render()?),
        ("roles", roles::View::sample().render()?),
        ("access", access::View::sample().render()?),
        ("person-add", add::View::sample().render()?),
        ("person-edit", edit::View::sample().render()?),
        ("person-end", end::View::sample().render()?),
        ("import", web_shell::imports::Start::sample(PeopleFiles::WORDS).render()?),
        ("import-preview", web_shell::imports::Preview::sample(PeopleFiles::WORDS).render()?),
        ("import-done", web_shell::imports::Done::sample(PeopleFiles::WORDS).render()?),
        ("events", events::View::sample().render()?),
        ("event", event::View::sample().render()?),
        ("event-form", event_form::View::sample().render()?),
    ])
}
