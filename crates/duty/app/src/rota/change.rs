//! Changes a rota: one change at a time, and none that adds a gap before the gaps were shown.

use std::collections::BTreeSet;

use domain::{PersonId, RotaId, Timestamp};
use duty::rota::{Gap, adds_gap};
use kernel::access::{Actor, Denied, ManageDuty, Permit};
use kernel::record::Record;
use kernel::{App, AppError, digest_hex, jobs};
use store::rotas as rows;
use store::{StoreError, Tx};

use super::fields::ahead;
use super::load::{Loaded, Window, load};

/// What the form of a change sends besides its fields.
#[derive(Debug, Clone)]
pub struct Form {
    /// The rota.
    pub rota: RotaId,
    /// The version that the form showed; a stale one changes nothing. `None` for a change that does not depend on it.
    pub version: Option<i64>,
    /// The gaps that were shown and accepted: [`WouldLeave::seen`], or empty.
    pub seen: String,
}

/// The outcome of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept<T> {
    /// It was made.
    Made(T),
    /// It was not made: it would leave gaps that were not shown yet.
    WouldLeave(WouldLeave),
}

/// The gaps that a change would leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WouldLeave {
    /// All gaps of the next weeks after the change.
    pub gaps: Vec<GapRead>,
    /// The word by which the form accepts these gaps, and no others.
    pub seen: String,
}

/// A gap as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GapRead {
    /// Its first instant.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
    /// The names of those who would be on call and are away.
    pub missing: Vec<String>,
}

/// What a change enters into the ledger.
pub(super) struct Entered {
    /// The action.
    pub action: &'static str,
    /// The private detail.
    pub detail: serde_json::Value,
}

/// Why a transaction is rolled back.
pub(super) enum Stop {
    /// An error.
    Error(AppError),
    /// Gaps that were not shown yet.
    Gaps(WouldLeave),
}

impl From<AppError> for Stop {
    fn from(error: AppError) -> Self {
        Self::Error(error)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Error(error.into())
    }
}

impl From<Denied> for Stop {
    fn from(error: Denied) -> Self {
        Self::Error(error.into())
    }
}

/// Turns a rolled-back transaction into what the form shows.
pub(super) fn kept<T>(outcome: Result<T, Stop>) -> Result<Kept<T>, AppError> {
    match outcome {
        Ok(made) => Ok(Kept::Made(made)),
        Err(Stop::Gaps(gaps)) => Ok(Kept::WouldLeave(gaps)),
        Err(Stop::Error(error)) => Err(error),
    }
}

/// Runs one change of a rota in use, in its own transaction.
pub(super) async fn changing<T: Send + 'static>(
    app: &App,
    permit: Permit<ManageDuty>,
    form: Form,
    work: impl FnOnce(&App, &mut Tx<'_>, &Loaded) -> Result<(T, Entered), AppError> + Send + 'static,
) -> Result<Kept<T>, AppError> {
    let (app, now) = (app.clone(), app.world().now());
    let outcome = app
        .clone()
        .store()
        .write(move |tx| {
            let in_use = rows::touch(tx, form.rota)?;
            let row = rows::by_id(tx, form.rota)?.ok_or_else(|| AppError::not_found("rota", form.rota))?;
            permit.reaches(row.force)?;
            if !in_use {
                return Err(AppError::Conflict("this rota was retired; make a new one".into()).into());
            }
            if form.version.is_some_and(|version| version + 1 != row.version) {
                return Err(AppError::Conflict(
                    "somebody changed this rota while the form was open; look at it again below".into(),
                )
                .into());
            }
            let before = load(tx, row, Window::new(now, now.plus(ahead(&app))))?;
            let (made, entered) = work(&app, tx, &before)?;
            finish(
                &app,
                tx,
                permit.actor(),
                Finish { before: Some(before), id: form.rota, seen: form.seen, entered },
            )?;
            Ok::<_, Stop>(made)
        })
        .await;
    kept(outcome)
}

/// What is known at the end of a change.
pub(super) struct Finish {
    /// The rota before it; `None` for a new one.
    pub before: Option<Loaded>,
    /// The rota.
    pub id: RotaId,
    /// The gaps that were shown and accepted.
    pub seen: String,
    /// What is entered.
    pub entered: Entered,
}

/// Ends a change: refuses gaps that were not shown, enters it, and schedules what follows from it.
pub(super) fn finish(app: &App, tx: &mut Tx<'_>, actor: &Actor, end: Finish) -> Result<(), Stop> {
    let now = app.world().now();
    let until = now.plus(ahead(app));
    let row = rows::by_id(tx, end.id)?.ok_or_else(|| AppError::not_found("rota", end.id))?;
    let after = load(tx, row, Window::new(now, until))?;
    let gaps = after.rota.gaps(now, until);
    let known = end.before.as_ref().map(|before| before.rota.gaps(now, until)).unwrap_or_default();
    if adds_gap(&known, &gaps) {
        let seen = digest_hex(gap_keys(&gaps, now, until).join("\n").as_bytes());
        if seen != end.seen {
            return Err(Stop::Gaps(WouldLeave { gaps: shown(&after, &gaps), seen }));
        }
    }
    let before = end.before.iter().flat_map(|before| before.people.keys());
    let people: BTreeSet<PersonId> = before.chain(after.people.keys()).copied().collect();
    for person in people {
        jobs::look_at_notices_again(app, tx, person)?;
    }
    follow(app, tx, end.id)?;
    let record = Record::new(&actor.name, end.entered.action, format!("rota:{}", end.id))
        .force(after.row.force)
        .detail(end.entered.detail);
    app.enter(tx, now, record)?;
    Ok(())
}

/// Schedules the check of a rota: warnings of its gaps, and word to the people of its changes.
pub(super) fn follow(app: &App, tx: &mut Tx<'_>, id: RotaId) -> Result<(), AppError> {
    jobs::ask_job(app, tx, jobs::Kind::FollowRota, &id.to_string(), app.world().now())
}

/// Names each gap in words that stay the same while time passes: a gap that is under way by its end alone, one that
/// reaches beyond the window by its start alone.
pub(super) fn gap_keys(gaps: &[Gap], now: Timestamp, until: Timestamp) -> Vec<String> {
    let edge = |at: Timestamp, open: bool| if open { "open".to_owned() } else { at.to_string() };
    gaps.iter()
        .map(|gap| format!("gap {} {}", edge(gap.start, gap.start <= now), edge(gap.end, gap.end >= until)))
        .collect()
}

/// Returns gaps with the names of who is missing.
pub(super) fn shown(loaded: &Loaded, gaps: &[Gap]) -> Vec<GapRead> {
    let read = |gap: &Gap| GapRead { start: gap.start, end: gap.end, missing: loaded.names(&gap.missing) };
    gaps.iter().map(read).collect()
}
