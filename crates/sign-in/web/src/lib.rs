//! Pages of sign-in: the ways in, passkeys, sessions, forms saved over the end of a session, tokens.

pub mod directory;
pub mod kept;
pub mod passkeys;
pub mod prove;
pub mod sessions;
pub mod tokens;
pub mod ways;

use askama::Template;
use axum::routing::{get, post};
use kernel::access::{RunService, SeeOwnSessions};
use kernel::limits::Door;

use web_shell::routes::{Route, at, open, read, write};

/// The addresses of these pages.
pub const ROUTES: &[Route] = &[
    open("GET", "/sign-in", || get(ways::handler::get)),
    at(Door::Begin, open("POST", "/sign-in", || post(ways::handler::post))),
    at(Door::Begin, open("GET", "/sign-in/directory", || get(directory::begin))),
    open("GET", "/sign-in/directory/return", || get(directory::back)),
    at(Door::Begin, open("GET", "/sign-in/passkey", || get(passkeys::handler::begin))),
    open("POST", "/sign-in/passkey", || post(passkeys::handler::finish)),
    open("GET", "/sign-in/{token}", || get(ways::handler::link)),
    open("POST", "/sign-in/{token}", || post(ways::handler::use_link)),
    open("GET", "/sign-out", || get(ways::handler::out_of_directory)),
    open("POST", "/sign-out", || post(ways::handler::out)),
    read::<SeeOwnSessions>("/sessions", || get(sessions::handler::sessions)),
    write::<SeeOwnSessions>("/sessions", || post(sessions::handler::end_sessions)),
    write::<SeeOwnSessions>("/sessions/stay", || post(sessions::handler::stay)),
    read::<SeeOwnSessions>("/kept", || get(kept::handler::get)),
    write::<SeeOwnSessions>("/kept", || post(kept::handler::post)),
    read::<SeeOwnSessions>("/prove", || get(prove::handler::prove)),
    read::<RunService>("/passkeys", || get(passkeys::handler::list)),
    read::<RunService>("/passkeys/new", || get(passkeys::handler::new)),
    write::<RunService>("/passkeys/new", || post(passkeys::handler::add)),
    write::<RunService>("/passkeys/remove", || post(passkeys::handler::remove)),
    read::<RunService>("/tokens", || get(tokens::handler::list)),
    write::<RunService>("/tokens", || post(tokens::handler::make)),
    write::<RunService>("/tokens/{id}/end", || post(tokens::handler::end)),
];

/// Renders every page with made-up data, for the gallery and the tests.
///
/// # Errors
/// Returns an error if a template cannot be rendered, which no data in a view can cause.
pub fn samples() -> askama::Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("tokens", tokens::View::sample().render()?),
        ("token-made", tokens::Made::sample().render()?),
        ("sign-in", ways::View::sample().render()?),
        ("sign-in-links", ways::View::sample_links().render()?),
        ("sign-in-directory", ways::View::sample_directory().render()?),
        ("sign-out", ways::Out::sample().render()?),
        ("sessions", sessions::View::sample().render()?),
        ("kept", kept::View::sample().render()?),
        ("kept-left-out", kept::View::sample_left_out().render()?),
        ("prove", prove::View::sample().render()?),
        ("prove-links", prove::View::sample_links().render()?),
        ("passkeys", passkeys::View::sample().render()?),
        ("passkeys-empty", passkeys::View::sample_empty().render()?),
        ("passkey-new", passkeys::New::sample().render()?),
        ("passkey-use", passkeys::Use::sample().render()?),
        ("sign-in-link", ways::Link::sample().render()?),
    ])
}
