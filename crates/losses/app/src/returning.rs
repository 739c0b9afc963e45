//! Lets reporters come back with their reference and secret: see how it stands, add to it, say that the device is found.

use domain::Timestamp;
use domain::reference::Reference;
use losses::call::CallState;
use losses::reference::secret_as_typed;
use losses::report::Meaning;
use serde_json::json;
use store::loss_reports::{self, LossReport};
use store::{Tx, cases, loss_calls};

use kernel::record::Record;
use kernel::{App, AppError, Work};

/// What somebody comes back with.
#[derive(Clone)]
pub struct Key {
    /// The reference, as they typed it.
    pub reference: String,
    /// The secret, as they typed it.
    pub secret: String,
}

/// How a report stands, for the one who made it. It says nothing of who has which device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnReport {
    /// The reference.
    pub reference: String,
    /// When it was made.
    pub reported_at: Timestamp,
    /// What it means, for the reporter.
    pub meaning: Meaning,
    /// Whether people are being called now, because nobody has answered in time.
    pub calling: bool,
    /// When somebody at the force took it on.
    pub taken_at: Option<Timestamp>,
    /// Since when the device is locked.
    pub locked_at: Option<Timestamp>,
    /// When the reporter said that it is found.
    pub found_at: Option<Timestamp>,
    /// Whether the desk has confirmed that it is found.
    pub confirmed: bool,
    /// Whether its case is closed.
    pub closed: bool,
}

/// Looks a report up by what its reporter was given; `None` where there is none, or the secret is another's.
fn own(tx: &mut Tx<'_>, key: &Key) -> Result<Option<LossReport>, AppError> {
    let Ok(reference) = Reference::read(&key.reference) else { return Ok(None) };
    let digest = kernel::digest_hex(secret_as_typed(&key.secret).as_bytes());
    Ok(loss_reports::by_reference(tx, reference.as_str())?.filter(|report| report.secret_digest == digest))
}

fn read(tx: &mut Tx<'_>, report: &LossReport) -> Result<OwnReport, AppError> {
    let call = loss_calls::by_id(tx, report.loss)?;
    let stands = |standing: CallState| call.as_ref().is_some_and(|call| call.standing == standing.as_str());
    let (calling, over) = (stands(CallState::Calling), stands(CallState::Ended));
    let case = cases::by_id(tx, report.case)?;
    let since = case.as_ref().map_or(report.reported_at, |case| case.opened_at.min(report.reported_at));
    let locked_at = match report.device {
        Some(device) => crate::contain::containment(tx, device, since)?.contained_at,
        None => None,
    };
    Ok(OwnReport {
        reference: report.reference.clone(),
        reported_at: report.reported_at,
        meaning: crate::report::meaning_of(&report.meaning),
        calling,
        confirmed: over && case.as_ref().is_some_and(|case| case.closed.is_none()),
        taken_at: call.and_then(|call| call.answer).map(|answer| answer.at),
        locked_at,
        found_at: report.found_at,
        closed: case.is_none_or(|case| case.closed.is_some()),
    })
}

/// Shows a report to the one who made it; `None` where reference and secret do not belong together. The caller counts that against
/// the address that it came from.
///
/// # Errors
/// Only if the database does not answer.
pub async fn own_report(app: &App, key: Key) -> Result<Option<OwnReport>, AppError> {
    app.store()
        .read(move |tx| match own(tx, &key)? {
            Some(report) => read(tx, &report).map(Some),
            None => Ok(None),
        })
        .await
}

/// Adds what the reporter says to the case; `None` as [`own_report`].
///
/// # Errors
/// [`AppError::Invalid`] for an empty or long text; [`AppError::Conflict`] where the case is closed.
pub async fn add_to_report(app: &App, key: Key, says: &str) -> Result<Option<OwnReport>, AppError> {
    let says = kernel::fields::text("more", says, 500)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let Some(report) = own(tx, &key)? else { return Ok(None) };
            if cases::by_id(tx, report.case)?.is_none_or(|case| case.closed.is_some()) {
                return Err(AppError::Conflict(
                    "this loss is closed; ring the force if there is something new".into(),
                ));
            }
            let line = format!("Reporter of {} adds: {says}", report.reference);
            cases_app::say(Work { app: &app, tx, now }, report.case, "The reporter", &line)?;
            enter(&app, tx, &report, "loss.added-to", Some(&says))?;
            read(tx, &report).map(Some)
        })
        .await
}

/// Notes that the reporter says that the device is found. What was ordered stays until a person at the desk has confirmed it: a
/// thief may say so too. `None` as [`own_report`].
///
/// # Errors
/// Only if the database does not answer.
pub async fn say_found(app: &App, key: Key) -> Result<Option<OwnReport>, AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let Some(report) = own(tx, &key)? else { return Ok(None) };
            if loss_reports::set_found(tx, report.id, now)? {
                let line = format!(
                    "Reporter of {} says that it is found. Next: ask its holder, then confirm it on the page of the loss.",
                    report.reference
                );
                cases_app::say(Work { app: &app, tx, now }, report.case, "The reporter", &line)?;
                enter(&app, tx, &report, "loss.said-found", None)?;
            }
            let report = LossReport { found_at: report.found_at.or(Some(now)), ..report };
            read(tx, &report).map(Some)
        })
        .await
}

fn enter(
    app: &App,
    tx: &mut Tx<'_>,
    report: &LossReport,
    action: &'static str,
    says: Option<&str>,
) -> Result<(), AppError> {
    let name = report.person.map_or_else(|| "stranger".to_owned(), |person| format!("person:{person}"));
    let record = Record::new(&name, action, format!("loss:{}", report.loss))
        .force(report.force)
        .detail(json!({ "report": report.id, "says": says }));
    app.enter(tx, app.world().now(), record)
}
