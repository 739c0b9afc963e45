//! Checks whether the service is fit to serve: its database whole and writable, its disk not full, its clock right.
//!
//! Problems are reported in three places: in the log when they begin and end, in the answer of `readyz`, and on the overview.
//!
//! With a wrong clock, the service would delete what is not due and put off what is. So the time is compared with how long the
//! service has been running, which nobody can set, and at the start with the last time that a correct clock wrote to the database
//! (or, if there is none yet, with the newest entry of the ledger). While the clock is wrong, the service deletes nothing and
//! begins no job, no query to a device and no notice; devices and people are served. When the clock is right again, what was put
//! off in between is due now ([`store::replan`]). A clock that stays the same for a day is believed: then the other one was
//! wrong.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::{Span, Timestamp};
use store::{Soundness, ledger, replan, sessions};

use crate::{App, AppError};

/// Difference allowed between the clock and the time that has passed, in milliseconds.
const MAY_DIFFER: i64 = 24 * 3600 * 1000;
/// Time that the service may have been switched off without its clock being doubted at the start, in milliseconds.
const MAY_BE_OFF: i64 = 30 * MAY_DIFFER;
/// Time after which a clock that is doubted is believed.
const BELIEVED_AFTER: Span = Span::from_millis(MAY_DIFFER);
/// Key under which the database keeps the last time from a correct clock.
const META: &str = "clock";

/// Part of the service that can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Database that is damaged, or is being checked.
    Database,
    /// Database that accepts no writes.
    Writes,
    /// Disk of the data folder that is full.
    Disk,
    /// Clock that is wrong.
    Clock,
}

impl Part {
    /// Returns whether requests should go to another node.
    #[must_use]
    pub const fn turns_away(self) -> bool {
        !matches!(self, Self::Clock)
    }
}

/// Current problems of this node, and its estimate of the time.
pub struct Health(Mutex<State>);

struct State {
    troubles: BTreeMap<Part, String>,
    /// Time that the clock is believed to have shown, and the reading of the steady clock at that moment.
    mark: Timestamp,
    steady: Span,
    /// Reading of the steady clock since when the clock has been doubted.
    doubted: Option<Span>,
    /// Set after the clock was doubted: what was put off in between must be rescheduled.
    replan: bool,
}

impl Health {
    pub(crate) fn new(now: Timestamp, steady: Span) -> Self {
        let state = State { troubles: BTreeMap::new(), mark: now, steady, doubted: None, replan: false };
        Self(Mutex::new(state))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Computes the expected time from the mark and the time that has passed since.
    fn expected(&self, steady: Span) -> Timestamp {
        self.mark.plus(Span::from_millis(steady.millis() - self.steady.millis()))
    }

    /// Compares the clock with the time that has passed; returns the difference in milliseconds where it is too large.
    fn compare(&mut self, now: Timestamp, steady: Span) -> Option<i64> {
        let differs = now.millis().saturating_sub(self.expected(steady).millis());
        let since = *self.doubted.get_or_insert(steady);
        let believed = steady.millis() - since.millis() >= BELIEVED_AFTER.millis();
        if differs.abs() < MAY_DIFFER || believed {
            (self.mark, self.steady, self.doubted) = (now, steady, None);
            return None;
        }
        self.replan = true;
        Some(differs)
    }

    fn set(&mut self, part: Part, trouble: Option<String>) {
        match (self.troubles.get(&part), trouble) {
            (Some(before), Some(now)) if *before == now => {}
            (_, Some(now)) => {
                tracing::error!("{now}");
                self.troubles.insert(part, now);
            }
            (Some(before), None) => {
                tracing::info!(before, "this is over");
                self.troubles.remove(&part);
            }
            (None, None) => {}
        }
    }
}

/// Records what is wrong with a part, or that nothing is; logs what is new.
pub fn note(app: &App, part: Part, trouble: Option<String>) {
    app.health().state().set(part, trouble);
}

/// Lists the current problems, each as a sentence that says what to do.
#[must_use]
pub fn troubles(app: &App) -> Vec<(Part, String)> {
    clock_is_right(app);
    app.health().state().troubles.clone().into_iter().collect()
}

/// Returns whether the clock can be believed; called before anything is deleted or begun because its time has come.
pub fn clock_is_right(app: &App) -> bool {
    let (now, steady) = (app.world().now(), app.world().steady());
    let mut state = app.health().state();
    let differs = state.compare(now, steady);
    let says = differs.map(|differs| {
        let (days, which) = (differs.abs() / MAY_DIFFER, if differs > 0 { "ahead" } else { "behind" });
        format!(
            "the clock is {days} days {which} of the time that has passed: nothing is deleted and no job is run; set the \
             clock of this machine right (after a day it is believed as it is)"
        )
    });
    state.set(Part::Clock, says);
    differs.is_none()
}

/// Compares the clock with the time in the database; called once, at the start.
///
/// # Errors
/// If the database does not answer.
pub async fn compare_with_database(app: &App) -> Result<(), AppError> {
    let known = app.store().read(|tx| {
        let mark = sessions::meta(tx, META)?.and_then(|text| text.parse().ok()).map(Timestamp::from_millis);
        mark.map_or_else(|| ledger::newest(tx), |mark| Ok(Some(mark)))
    });
    let (known, now) = (known.await.map_err(AppError::from)?, app.world().now());
    if let Some(known) = known {
        let off = now.millis().saturating_sub(known.millis());
        if !(-MAY_DIFFER..MAY_BE_OFF).contains(&off) {
            app.health().state().mark = known;
        }
    }
    app.health().state().replan = true;
    clock_is_right(app);
    Ok(())
}

/// Checks whether the database accepts writes, stores the time in it, and reschedules what a wrong clock has put off. Called
/// every few seconds.
pub async fn look(app: &App) {
    let right = clock_is_right(app);
    let (now, expected, replans) = {
        let mut state = app.health().state();
        let replans = right && std::mem::take(&mut state.replan);
        (app.world().now(), state.expected(app.world().steady()), replans)
    };
    let refresh_every = app.config().refresh_every;
    let written = app.store().write(move |tx| {
        sessions::set_meta(tx, META, &expected.millis().to_string())?;
        if replans { replan::from_the_future(tx, now, refresh_every) } else { Ok(0) }
    });
    let trouble = match written.await {
        Ok(0) => None,
        Ok(rows) => {
            tracing::warn!(
                rows,
                "what was put off or given out by a wrong clock is due now, or no longer counts"
            );
            None
        }
        Err(error) => {
            app.health().state().replan |= replans;
            Some(format!("the database does not accept writes: {error}; check whether its disk is full"))
        }
    };
    note(app, Part::Writes, trouble);
}

/// Announces a check of the database's structure; the service is not ready until the check is done.
pub fn expect_examination(app: &App) {
    let says = "the database is being checked".to_owned();
    app.health().state().troubles.insert(Part::Database, says);
}

/// Checks the structure of the database, quickly or in full, and records what is wrong.
pub async fn examine(app: &App, whole: bool) {
    let store = app.store().clone();
    let found = tokio::task::spawn_blocking(move || store.examine(whole)).await;
    let trouble = match found {
        Ok(Ok(Soundness::Sound)) => None,
        Ok(Ok(Soundness::Damaged(said))) => Some(damaged(&said)),
        Ok(Ok(Soundness::Server { checksums })) => {
            if !checksums {
                tracing::warn!(
                    "PostgreSQL keeps no checksums of its pages, so it cannot tell one that was damaged: stop the server and \
                     run pg_checksums --enable"
                );
            }
            None
        }
        Ok(Err(error)) => Some(format!("the database could not be checked: {error}")),
        Err(error) => Some(format!("the check of the database broke off: {error}")),
    };
    note(app, Part::Database, trouble);
}

/// Says what to do about a damaged database.
#[must_use]
pub fn damaged(said: &[String]) -> String {
    format!(
        "the database is damaged ({}): stop the service, keep a copy of its files, and restore the latest backup with \
         `lanyard restore`",
        said.first().map_or_else(|| "no more is known".to_owned(), |first| first.replace('\n', " "))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = MAY_DIFFER;

    fn state() -> State {
        State {
            troubles: BTreeMap::new(),
            mark: Timestamp::from_millis(1_000 * DAY),
            steady: Span::default(),
            doubted: None,
            replan: false,
        }
    }

    #[test]
    fn time_that_passes_is_no_jump_and_a_jump_is_believed_after_a_day() {
        let at = |days: i64| Timestamp::from_millis(days * DAY);
        let after = |days: i64| Span::from_millis(days * DAY);
        let mut state = state();
        assert_eq!(state.compare(at(1_400), after(400)), None, "four hundred days have passed");
        assert_eq!(state.compare(at(1_800), after(400)), Some(400 * DAY));
        assert_eq!(state.compare(at(1_400), after(400)), None, "set right again");
        assert_eq!(state.compare(at(1_000), after(400)), Some(-400 * DAY));
        assert!(state.replan);
        assert_eq!(state.compare(at(1_001), after(401)), None, "a day later it is believed");
    }
}
