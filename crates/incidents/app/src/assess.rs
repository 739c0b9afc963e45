//! Assesses an incident: the assessor's half, saved in parts and finished once.

use domain::IncidentId;
use policy::{Half, Proof};
use store::Tx;
use store::incidents::Incident;

use crate::answers::Asked;
use crate::fill::{changed_meanwhile, not_own, of_desk};
use crate::keep::{Change, Sealed, form, keep, kind_of_case, locked, open, seal};
use crate::{Filled, Saved};
use cases_app::Ending;
use kernel::access::{Actor, AssessIncidents, Permit};
use kernel::{App, AppError};

/// Saves or finishes the assessor's half. Nobody assesses an incident whose form is their own.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for another force and for one's own; [`AppError::Conflict`] where it was changed
/// meanwhile, is finished, or the reporter's half is still missing.
pub async fn assess(
    app: &App,
    permit: Permit<AssessIncidents>,
    id: IncidentId,
    filled: Filled,
) -> Result<Saved, AppError> {
    let app = app.clone();
    app.clone()
        .store()
        .write(move |tx| {
            of_desk(&app, tx, &permit, id)?;
            let row = locked(tx, id)?;
            not_own(&permit, &row)?;
            assess_in(&app, tx, permit.actor(), row, &filled)
        })
        .await
}

fn assess_in(
    app: &App,
    tx: &mut Tx<'_>,
    actor: &Actor,
    row: Incident,
    filled: &Filled,
) -> Result<Saved, AppError> {
    let (policy, now) = (app.policy(), app.world().now());
    let form = form(policy.library(), &row)?;
    let case = kind_of_case(tx, row.case)?;
    let asked = Asked { form, half: Half::Assessor, case: &case };
    let answers = match asked.checked(&filled.answers, filled.send) {
        Ok(answers) => answers,
        Err(faults) => return Ok(Saved::ToMend(faults)),
    };
    if row.assessed.is_some() {
        let before = open(app, Sealed::Assessment(row.id), row.assessment.as_ref())?;
        if filled.send && before == answers {
            return Ok(Saved::Sent);
        }
        return Err(AppError::Conflict("this assessment is finished already; add what is new to it".into()));
    }
    if filled.version != row.version {
        return Err(changed_meanwhile());
    }
    if filled.send && row.sent.is_none() {
        return Err(AppError::Conflict(
            "the reporter's half is not sent yet; ask for it or fill it in for them, and save this meanwhile"
                .into(),
        ));
    }
    let assessment = Some(seal(app, Sealed::Assessment(row.id), &answers)?);
    if !filled.send {
        keep(app, tx, Change::by(actor, Incident { assessment, ..row }))?;
        return Ok(Saved::Saved);
    }
    let assessed = Some((now, actor.name.clone()));
    let change = Change {
        what: Some("assessed"),
        action: Some("incident.assessed"),
        ..Change::by(actor, Incident { assessment, assessed, ..row })
    };
    let row = keep(app, tx, change)?;
    let ending = Ending {
        outcome: "done",
        proof: &format!("incident:{}", row.id),
        by: actor.into(),
        says: "The assessment is finished.".to_owned(),
    };
    cases_app::end_steps_by(app, tx, row.case, Proof::Assessment, &ending)?;
    Ok(Saved::Sent)
}
