//! Every page, rendered from made-up data: what the gallery shows and the tests check. No page reads from here.

use askama::Template;
use axum::http::StatusCode;
use domain::{Span, Timestamp};

/// The time of the samples: 3 a.m. on 22 November 2026.
pub(crate) const fn now() -> Timestamp {
    Timestamp::from_millis(1_795_316_400_000)
}

/// That many hours before [`now`].
pub(crate) const fn hours_ago(hours: i64) -> Timestamp {
    now().minus(Span::from_secs(hours * 3600))
}

/// That many hours after [`now`].
pub(crate) const fn hours_ahead(hours: i64) -> Timestamp {
    now().plus(Span::from_secs(hours * 3600))
}

/// Every sample by name, rendered.
///
/// # Errors
/// If a template cannot be rendered, which no data in a view can bring about.
pub fn all() -> askama::Result<Vec<(&'static str, String)>> {
    let mut all = movers()?;
    all.extend([
        ("overview", crate::overview::View::sample().render()?),
        ("devices", crate::devices::list::View::sample().render()?),
        ("devices-empty", crate::devices::list::View::sample_empty().render()?),
        ("device", crate::devices::show::View::sample().render()?),
        ("device-narrow", crate::devices::show::View::sample_narrow().render()?),
        ("device-registered", crate::devices::show::View::sample_registered().render()?),
        ("command", crate::devices::command::View::sample().render()?),
        ("command-held", crate::devices::command::View::sample_held().render()?),
        ("command-under-hold", crate::devices::command::View::sample_under_hold().render()?),
        ("command-pin", crate::devices::command::View::sample_revealed().render()?),
        ("device-edit", crate::devices::edit::View::sample().render()?),
        ("custody", crate::custody::list::View::sample().render()?),
        ("custody-empty", crate::custody::list::View::sample_empty().render()?),
        ("hand-over", crate::custody::show::View::sample().render()?),
        ("hand-over-complete", crate::custody::show::View::sample_complete().render()?),
        ("hand-over-new", crate::custody::new::View::sample().render()?),
        ("hand-over-loan", crate::custody::new::View::sample_loan().render()?),
        ("returns", crate::custody::returns::View::sample().render()?),
        ("places", crate::custody::places::View::sample().render()?),
        ("counts", crate::custody::counts::View::sample().render()?),
        ("count", crate::custody::count::View::sample().render()?),
        ("count-closed", crate::custody::count::View::sample_closed().render()?),
        ("scan", crate::custody::scan::View::sample().render()?),
        ("labels", crate::custody::labels::View::sample().render()?),
        ("device-add", crate::devices::add::View::sample().render()?),
        ("device-add-errors", crate::devices::add::View::sample_errors().render()?),
        ("device-enrol", crate::devices::enrol::View::sample().render()?),
        ("device-enrol-refused", crate::devices::enrol::View::sample_refused().render()?),
        ("device-enrol-again", crate::devices::enrol::View::sample_enrolled().render()?),
        ("device-certificates", crate::devices::certificates::View::sample().render()?),
        ("documents", crate::documents::list::View::sample().render()?),
        ("document", crate::documents::show::View::sample().render()?),
        ("clause", crate::documents::clause::View::sample().render()?),
        ("clause-withheld", crate::documents::clause::View::sample_withheld().render()?),
        ("changes", crate::documents::changes::View::sample().render()?),
        ("explain", crate::documents::explain::View::sample().render()?),
        ("explain-not-known", crate::documents::explain::View::sample_not_known().render()?),
        ("people", crate::people::list::View::sample().render()?),
        ("person", crate::people::show::View::sample().render()?),
        ("covert", crate::people::covert::View::sample().render()?),
        ("covert-answered", crate::people::covert::View::sample_answered().render()?),
        ("case-sealed", crate::cases::show::View::sample_sealed().render()?),
    ]);
    all.extend(people_and_registers()?);
    all.extend(signing_in_and_duty()?);
    Ok(all)
}

fn people_and_registers() -> askama::Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("roles", crate::people::roles::View::sample().render()?),
        ("alarms", crate::people::alarms::View::sample().render()?),
        ("alarms-empty", crate::people::alarms::View::sample_empty().render()?),
        ("access", crate::people::access::View::sample().render()?),
        ("person-add", crate::people::add::View::sample().render()?),
        ("person-edit", crate::people::edit::View::sample().render()?),
        ("person-end", crate::people::end::View::sample().render()?),
        ("import", crate::imports::Start::sample().render()?),
        ("import-calendar", crate::imports::Start::sample_calendar().render()?),
        ("import-preview-calendar", crate::imports::Preview::sample_calendar().render()?),
        ("import-preview", crate::imports::Preview::sample().render()?),
        ("import-preview-devices", crate::imports::Preview::sample_devices().render()?),
        ("import-done", crate::imports::Done::sample().render()?),
        ("tokens", crate::tokens::View::sample().render()?),
        ("token-made", crate::tokens::Made::sample().render()?),
        ("terms", crate::people::terms::View::sample().render()?),
        ("terms-accepted", crate::people::terms::View::sample_accepted().render()?),
        ("me", crate::me::show::View::sample().render()?),
        ("me-terms", crate::me::terms::View::sample().render()?),
        ("me-terms-ready", crate::me::terms::View::sample_ready().render()?),
        ("me-terms-accepted", crate::me::terms::View::sample_accepted().render()?),
        ("me-section", crate::me::section::View::sample().render()?),
        ("accepted", crate::people::accepted::View::sample().render()?),
        ("terms-desk", crate::terms::show::View::sample().render()?),
        ("terms-desk-people", crate::terms::list::View::sample().render()?),
        ("exemptions", crate::people::exemptions::View::sample().render()?),
        ("exemptions-closed", crate::people::exemptions::View::sample_closed().render()?),
        ("me-unknown", crate::me::show::View::sample_unknown().render()?),
        ("cases", crate::cases::list::View::sample().render()?),
        ("case", crate::cases::show::View::sample().render()?),
        ("case-step", crate::cases::step::View::sample().render()?),
        ("case-step-missing", crate::cases::step::View::sample_missing().render()?),
        ("registers", crate::registers::index::View::sample().render()?),
        ("register", crate::registers::show::View::sample().render()?),
        ("register-entries", crate::registers::list::View::sample().render()?),
        ("register-ask", crate::registers::ask::View::sample().render()?),
        ("register-ask-refused", crate::registers::ask::View::sample_refused().render()?),
        ("register-entry", crate::registers::entry::View::sample().render()?),
        ("register-entry-asked", crate::registers::entry::View::sample_asked().render()?),
        ("register-decide", crate::registers::decide::View::sample().render()?),
        ("register-decide-refused", crate::registers::decide::View::sample_refused().render()?),
        ("permissions", crate::registers::own::View::sample().render()?),
        ("ledger", crate::ledger::View::sample().render()?),
        ("ledger-entry", crate::ledger::entry::View::sample().render()?),
        ("ledger-entry-waiting", crate::ledger::entry::View::sample_waiting().render()?),
        ("ledger-empty", crate::ledger::View::sample_empty().render()?),
    ])
}

fn signing_in_and_duty() -> askama::Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("sign-in", crate::sign_in::View::sample().render()?),
        ("sign-in-links", crate::sign_in::View::sample_links().render()?),
        ("sign-in-directory", crate::sign_in::View::sample_directory().render()?),
        ("sign-out", crate::sign_in::Out::sample().render()?),
        ("sessions", crate::account::sessions::View::sample().render()?),
        ("kept", crate::account::kept::View::sample().render()?),
        ("kept-left-out", crate::account::kept::View::sample_left_out().render()?),
        ("prove", crate::account::prove::View::sample().render()?),
        ("prove-links", crate::account::prove::View::sample_links().render()?),
        ("passkeys", crate::account::passkeys::View::sample().render()?),
        ("passkeys-empty", crate::account::passkeys::View::sample_empty().render()?),
        ("passkey-new", crate::account::passkeys::New::sample().render()?),
        ("passkey-use", crate::account::passkeys::Use::sample().render()?),
        ("sign-in-link", crate::sign_in::Link::sample().render()?),
        ("not-found", crate::problem::View::sample(StatusCode::NOT_FOUND).render()?),
        ("forbidden", crate::problem::View::sample(StatusCode::FORBIDDEN).render()?),
        ("not-taken", crate::problem::View::sample(StatusCode::UNPROCESSABLE_ENTITY).render()?),
        ("too-many", crate::problem::View::sample(StatusCode::TOO_MANY_REQUESTS).render()?),
        ("went-wrong", crate::problem::View::sample(StatusCode::INTERNAL_SERVER_ERROR).render()?),
        ("wall", crate::wall::View::sample().render()?),
        ("accessibility", crate::accessibility::View::sample().render()?),
        ("duty", crate::duty::board::View::sample().render()?),
        ("duty-patterns", crate::duty::patterns::View::sample().render()?),
        ("duty-pattern", crate::duty::pattern::View::sample().render()?),
        ("duty-person", crate::duty::person::View::sample().render()?),
        ("duty-sign-ins", crate::duty::month::View::sample().render()?),
        ("own-notices", crate::told::own::View::sample().render()?),
        ("own-sign-ins", crate::told::sign_ins::View::sample().render()?),
        ("not-delivered", crate::told::stuck::View::sample().render()?),
        ("told-off-duty", crate::told::exceptions::View::sample().render()?),
        ("call", crate::told::call::View::sample().render()?),
        ("overview-empty", crate::overview::View::sample_empty().render()?),
    ])
}

fn movers() -> askama::Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("case-hold", crate::cases::hold::View::sample().render()?),
        ("device-holds", crate::devices::holds::View::sample().render()?),
        ("held", crate::held::list::View::sample().render()?),
        ("held-empty", crate::held::list::View::sample_empty().render()?),
        ("held-burst", crate::held::show::View::sample().render()?),
        ("held-burst-ended", crate::held::show::View::sample_ended().render()?),
        ("device-withdraw", crate::devices::withdraw::View::sample().render()?),
        ("events", crate::movers::list::View::sample().render()?),
        ("event", crate::movers::show::View::sample().render()?),
        ("event-form", crate::movers::form::View::sample().render()?),
        ("needed", crate::movers::needed::View::sample().render()?),
    ])
}
