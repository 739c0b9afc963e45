//! Copies checkpoints to the targets in the settings, each once and in order, and alerts people where that fails.
//!
//! The progress for each target is kept beside the keys and not in the database, whose owner could otherwise stop the
//! copies. With several nodes, each node copies by itself, for the same reason.

use std::collections::BTreeMap;

use domain::Span;
use ledger::Checkpoint;
use outbound::copies::{Copy, Target};
use outbound::mail::Mail;
use store::ledger as rows;

use super::CopyState;
use kernel::{App, AppError, Work};

/// Most copies sent to one target in a row.
const BATCH: u32 = 50;
/// The interval of copies by mail: the newest checkpoint, which covers those before it.
const LETTERS: Span = Span::from_secs(24 * 3600);
/// The first pause after a failure; it doubles up to an hour.
const PAUSE: i64 = 30;
const LONGEST_PAUSE: i64 = 3600;
/// How long a target may fail before people are alerted.
const TOLD_AFTER: Span = Span::from_secs(3600);

/// Copies the checkpoints that are not copied yet; returns the number of copies that arrived.
///
/// # Errors
/// Fails where the database does not answer, or the state of the copies cannot be saved.
pub async fn copy_checkpoints(app: &App, targets: &[Target], mail: Option<&Mail>) -> Result<usize, AppError> {
    let before = copied(app);
    let (mut states, mut arrived) = (BTreeMap::new(), 0);
    for target in targets {
        let name = target.name();
        let mut state = before.get(&name).cloned().unwrap_or_default();
        arrived += copy_to(app, target, mail, &mut state).await?;
        tell_of_failure(app, &name, &mut state).await?;
        states.insert(name, state);
    }
    if states != before {
        let text = serde_json::to_string_pretty(&states).map_err(|error| AppError::fault(&error))?;
        crate::status::copies_memory(app).keep(&text).map_err(|error| AppError::fault(&error))?;
    }
    crate::status::set_copies(app, states);
    Ok(arrived)
}

async fn copy_to(
    app: &App,
    target: &Target,
    mail: Option<&Mail>,
    state: &mut CopyState,
) -> Result<usize, AppError> {
    let now = app.world().now();
    let letters = matches!(target, Target::Mail(_));
    let resting = state.copied_at.is_some_and(|at| letters && now.since(at) < LETTERS);
    if state.again_at.is_some_and(|at| at > now) || resting {
        return Ok(0);
    }
    let due = due(app, state.size, letters || state.copied_at.is_none()).await?;
    let mut arrived = 0;
    for (size, copy) in due {
        match target.deliver(mail, &copy).await {
            Ok(()) => {
                *state = CopyState { size, copied_at: Some(now), ..CopyState::default() };
                arrived += 1;
            }
            Err(error) => {
                let why = error.to_string();
                tracing::warn!(place = target.name(), why, "a checkpoint could not be copied");
                let since = state.failing.as_ref().map_or(now, |(since, _)| *since);
                state.failing = Some((since, why));
                let pause = (PAUSE << state.failures.min(10)).min(LONGEST_PAUSE);
                state.failures = state.failures.saturating_add(1);
                state.again_at = Some(now.plus(Span::from_secs(pause)));
                return Ok(arrived);
            }
        }
    }
    Ok(arrived)
}

/// Lists the checkpoints after the one of that size, oldest first; only the newest one for a target that is new or
/// gets only the newest, and where the ledger was restored and an operator continued it from there.
async fn due(app: &App, after: u64, newest_only: bool) -> Result<Vec<(u64, Copy)>, AppError> {
    let (key, marking) = (app.ledger_key().verifier().clone(), app.policy().forces().marking.clone());
    app.store()
        .read(move |tx| {
            let Some(last) = rows::last_checkpoint(tx)? else { return Ok(Vec::new()) };
            let copied = i64::try_from(after).unwrap_or(i64::MAX);
            let rows = if last.size < copied || newest_only && last.size != copied {
                vec![last]
            } else {
                rows::checkpoints_after(tx, copied, BATCH)?
            };
            let copies = rows.into_iter().filter_map(|row| {
                // A checkpoint that this service did not sign is not passed on; the comparison before the next
                // signature reports it.
                let signed = Checkpoint::open(&row.note, &key).ok()?;
                let root = hex::encode(signed.root.as_bytes().get(..4)?);
                let (size, at) = (signed.size, row.signed_at);
                Some((size, Copy { marking: marking.clone(), note: row.note, size, root, at }))
            });
            Ok(copies.collect())
        })
        .await
}

async fn tell_of_failure(app: &App, name: &str, state: &mut CopyState) -> Result<(), AppError> {
    let now = app.world().now();
    let Some((since, why)) = &state.failing else { return Ok(()) };
    if state.told || now.since(*since) < TOLD_AFTER {
        return Ok(());
    }
    let (this, says) =
        (app.clone(), format!("No checkpoint of the ledger could be copied to {name} since {since}: {why}"));
    app.store().write(move |tx| tell(Work { app: &this, tx, now }, &says)).await?;
    state.told = true;
    Ok(())
}

fn tell(Work { app, tx, now }: Work<'_, '_>, says: &str) -> Result<(), AppError> {
    super::raise_alarm(
        Work { app, tx, now },
        "system",
        "Copies of the ledger’s checkpoints do not arrive",
        says,
    )
}

fn copied(app: &App) -> BTreeMap<String, CopyState> {
    let kept = crate::status::copies_memory(app).read().ok().flatten();
    kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}
