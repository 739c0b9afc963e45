//! Ends a loss whose device was found.

use domain::LossId;
use losses::call::{CallState, Event};
use serde_json::json;
use store::locks::{self, Lock};
use store::{cases, loss_calls};

use crate::call::Line;
use kernel::access::{ManageCases, Permit};
use kernel::record::Record;
use kernel::{App, AppError, Work};

/// Notes that a person at the desk confirmed that the device is found: nobody is called any more. What locks it stays until somebody
/// ends that, and its case until its steps are done. Confirming it again changes nothing.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for another force; [`AppError::Invalid`] without saying how that is known;
/// [`AppError::Conflict`] where the case is closed.
pub async fn confirm_found(
    app: &App,
    permit: Permit<ManageCases>,
    loss: LossId,
    how: &str,
) -> Result<(), AppError> {
    let how = kernel::fields::text("how", how, 500)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let row = loss_calls::by_id(tx, loss)?.ok_or_else(|| AppError::not_found("loss", loss))?;
            permit.reaches(row.force)?;
            locks::take(tx, Lock::Case(row.case))?;
            if cases::by_id(tx, row.case)?.is_none_or(|case| case.closed.is_some()) {
                return Err(AppError::Conflict(
                    "the case of this loss is closed: nothing is left to confirm".into(),
                ));
            }
            let mut line = Line::of(&app, tx, loss, now)?;
            if line.standing() == CallState::Ended {
                return Ok(());
            }
            let (case, force) = (line.row.case, line.row.force);
            line.take(tx, Event::Ended)?;
            line.save(tx)?;
            let actor = permit.actor();
            cases_app::say(Work { app: &app, tx, now }, case, &actor.shown, &format!("Found: {how}"))?;
            let record = Record::new(&actor.name, "loss.found", format!("loss:{loss}"))
                .force(force)
                .detail(json!({ "how": how, "case": case }));
            app.enter(tx, now, record)
        })
        .await
}
