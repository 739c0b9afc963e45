//! Refers an incident to professional standards: only when a person chooses so, with a reason, and sealed from then on.

use domain::{CaseId, IncidentId};
use serde_json::json;
use store::cases;
use store::incidents::Incident;

use crate::fill::{not_own, of_desk, tidy};
use crate::keep::{Change, form, keep, locked, subject};
use cases_app::Opening;
use kernel::access::{AssessIncidents, Permit};
use kernel::fields::text;
use kernel::record::Record;
use kernel::{App, AppError, Work};

/// Opens the sealed case in which professional standards look into an incident; returns its id. The incident itself says nothing of it
/// to those who may not know of such cases. Referring it once more returns the same case.
///
/// # Errors
/// [`AppError::Invalid`] without a reason; [`AppError::Denied`] for another force and for one's own; [`AppError::Conflict`] where the
/// policy has no sealed type of case for it.
pub async fn refer(
    app: &App,
    permit: Permit<AssessIncidents>,
    id: IncidentId,
    why: &str,
) -> Result<CaseId, AppError> {
    let why = text("why", &tidy(why), 500)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            of_desk(&app, tx, &permit, id)?;
            let row = locked(tx, id)?;
            let actor = permit.actor();
            not_own(&permit, &row)?;
            if let Some(before) = row.referral {
                return Ok(before);
            }
            let policy = app.policy();
            let form = form(policy.library(), &row)?;
            let kind = form.referral.as_deref().filter(|kind| cases_app::is_sealed(&app, kind));
            let kind = kind.ok_or_else(|| {
                AppError::Conflict(
                    "the policy in force has no sealed case for a referral; ring professional standards"
                        .into(),
                )
            })?;
            let of = cases::by_id(tx, row.case)?.ok_or_else(|| AppError::not_found("case", row.case))?;
            let opening = Opening {
                kind,
                force: row.force,
                device: row.device,
                person: row.person,
                clause: of.clause.clone(),
                title: format!("Referral of C-{}: {}", of.number, of.title),
                date: None,
                event: None,
                place: None,
                items: Vec::new(),
                says: (&actor.shown, &format!("Refers C-{}: {why}", of.number)),
            };
            let referral = cases_app::open_case(Work { app: &app, tx, now }, &opening)?;
            keep(&app, tx, Change::by(actor, Incident { referral: Some(referral), ..row }))?;
            let record = Record::new(&actor.name, "incident.referred", subject(referral))
                .force(of.force)
                .detail(json!({ "incident": id, "why": why }));
            app.enter(tx, now, record)?;
            Ok(referral)
        })
        .await
}
