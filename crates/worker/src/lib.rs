//! Runs jobs and schedules: work that use cases queue, and work that becomes due with time.
//!
//! Each loop asks `app` for one kind of work and sleeps when there is none. Any node may run any of it: claims and locks are in
//! the database. Nothing is decided here.

use std::sync::Arc;
use std::time::Duration;

use kernel::{App, AppError};
use outbound::copies::Target;
use outbound::mail::Mail;
use platform_port::Reach;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// The options of the worker, beside the use cases.
#[derive(Clone, Default)]
pub struct Options {
    /// The vendors' push services; devices that none of them reaches receive their commands when they next connect.
    pub pushes: Vec<Arc<dyn Reach>>,
    /// The mail relay's client; without one, people see their notices only on their own page.
    pub mail: Option<Mail>,
    /// The places that checkpoints of the ledger are copied to.
    pub copies: Vec<Target>,
}

/// Jobs claimed at a time.
const JOBS: u32 = 32;
/// Devices refreshed, and pushes sent, at a time.
const BATCH: u32 = 200;
/// Notices processed, and mails being sent, at a time.
const LETTERS: u32 = 20;

/// Ledger entries in a round after which others still wait.
const FULL_ROUND: usize = ledger_app::BATCH as usize;

/// How long a loop sleeps when nothing was due, and after a failure.
struct Pace {
    idle: Duration,
    after_failure: Duration,
}

const FAST: Pace = Pace { idle: Duration::from_millis(500), after_failure: Duration::from_secs(5) };
const STEADY: Pace = Pace { idle: Duration::from_secs(2), after_failure: Duration::from_secs(10) };
const WATCHFUL: Pace = Pace { idle: Duration::from_secs(15), after_failure: Duration::from_secs(60) };
const SLOW: Pace = Pace { idle: Duration::from_secs(60), after_failure: Duration::from_secs(60) };
/// The pace for daily work: the loop checks four times a day, so that a restart at night does not postpone it.
const DAILY: Pace = Pace { idle: Duration::from_secs(6 * 3600), after_failure: Duration::from_secs(900) };

/// Runs until `stop` turns true; finishes work in progress first.
pub async fn run(app: App, options: Options, stop: watch::Receiver<bool>) {
    let mut loops = JoinSet::new();
    let (jobs, refresh, pushes, waiting, told, places, seals, forgets) =
        (app.clone(), app.clone(), app.clone(), app.clone(), app.clone(), app.clone(), app.clone(), app);
    loops.spawn(every("jobs", FAST, stop.clone(), Some(jobs.clone()), move || {
        let app = jobs.clone();
        async move { overview_app::work::run_jobs(&app, JOBS).await }
    }));
    loops.spawn(every("refresh", STEADY, stop.clone(), None, move || {
        let app = refresh.clone();
        async move { devices_app::commands::refresh_due(&app, BATCH).await }
    }));
    let services = options.pushes;
    loops.spawn(every("pushes", FAST, stop.clone(), None, move || {
        let (app, services) = (pushes.clone(), services.clone());
        async move { devices_app::push::send_pushes(&app, &services, BATCH).await }
    }));
    let letters = options.mail.clone();
    loops.spawn(every("notices", STEADY, stop.clone(), None, move || {
        let (app, mail) = (told.clone(), letters.clone());
        async move { notices_app::send_notices(&app, mail.as_ref(), LETTERS).await }
    }));
    loops.spawn(every("pushes again", SLOW, stop.clone(), None, move || {
        let app = waiting.clone();
        async move { devices_app::push::push_the_waiting(&app, BATCH).await }
    }));
    loops.spawn(every("ledger places", STEADY, stop.clone(), None, move || {
        let app = places.clone();
        // Entries that arrive during a round wait for the next: a round costs a dozen statements, however few entries it places.
        async move {
            ledger_app::sequence_ledger(&app).await.map(|placed| if placed < FULL_ROUND { 0 } else { placed })
        }
    }));
    loops.spawn(every("ledger checkpoints", SLOW, stop.clone(), None, move || {
        let app = seals.clone();
        // Never makes two checkpoints without a pause.
        async move { ledger_app::checkpoint_ledger(&app).await.map(|_| 0) }
    }));
    ledger(&mut loops, &forgets, (options.copies, options.mail), &stop);
    let calls = forgets.clone();
    loops.spawn(every("overdue calls and clocks", WATCHFUL, stop.clone(), None, move || {
        let app = calls.clone();
        // Pauses after each round: a call that cannot be taken further must not keep this node busy.
        async move { overdue(&app).await.map(|()| 0) }
    }));
    let erasures = forgets.clone();
    loops.spawn(every("erasing people", DAILY, stop.clone(), None, move || {
        let app = erasures.clone();
        async move { people_app::erase_due_people(&app).await }
    }));
    loops.spawn(every("forgetting", SLOW, stop, None, move || {
        let app = forgets.clone();
        async move {
            overview_app::retention::forget_what_is_due(&app)
                .await
                .map(|rows| usize::try_from(rows).unwrap_or(usize::MAX))
        }
    }));
    while loops.join_next().await.is_some() {}
}

/// Looks after calls and clocks whose job was given up.
async fn overdue(app: &App) -> Result<(), AppError> {
    losses_app::advance_overdue_calls(app, JOBS).await?;
    incidents_app::follow_overdue_incidents(app, JOBS).await.map(drop)
}

/// Runs the ledger's other loops: copies of checkpoints, verification, erasing details past their time.
fn ledger(
    loops: &mut JoinSet<()>,
    app: &App,
    (copies, mail): (Vec<Target>, Option<Mail>),
    stop: &watch::Receiver<bool>,
) {
    let (copied, read, details) = (app.clone(), app.clone(), app.clone());
    loops.spawn(every("ledger copies", WATCHFUL, stop.clone(), None, move || {
        let (app, copies, mail) = (copied.clone(), copies.clone(), mail.clone());
        async move { ledger_app::copy_checkpoints(&app, &copies, mail.as_ref()).await }
    }));
    loops.spawn(every("ledger read again", WATCHFUL, stop.clone(), None, move || {
        let app = read.clone();
        // Works in batches with a pause after each, since it has all day.
        async move { ledger_app::read_ledger_again(&app).await.map(|_| 0) }
    }));
    loops.spawn(every("ledger details", DAILY, stop.clone(), None, move || {
        let app = details.clone();
        async move { ledger_app::erase_due_details(&app).await }
    }));
}

/// Calls `work` repeatedly: at once while it finds something, after a pause if it does not. A round that panics
/// counts as failed: one bad row must not stop a loop for good.
async fn every<F, W>(
    name: &'static str,
    pace: Pace,
    mut stop: watch::Receiver<bool>,
    woken_by: Option<App>,
    work: W,
) where
    F: Future<Output = Result<usize, AppError>> + Send + 'static,
    W: Fn() -> F,
{
    while !*stop.borrow() {
        let pause = match tokio::spawn(work()).await {
            Ok(Ok(0)) => pace.idle,
            Ok(Ok(_)) => Duration::ZERO,
            Ok(Err(error)) => {
                tracing::error!(name, %error, "a round of the worker failed");
                pace.after_failure
            }
            Err(panic) => {
                tracing::error!(name, %panic, "a round of the worker panicked: this is a bug in Lanyard");
                pace.after_failure
            }
        };
        if pause.is_zero() {
            tokio::task::yield_now().await;
            continue;
        }
        let woken = async {
            match &woken_by {
                Some(app) => app.work_left().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = woken => {}
            changed = stop.changed() => if changed.is_err() { break },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const QUICK: Pace = Pace { idle: Duration::from_millis(1), after_failure: Duration::from_millis(1) };

    /// Runs a loop whose rounds do as `round` says of their number, until ten have been begun.
    async fn rounds(round: impl Fn(usize) -> Result<usize, AppError> + Send + Sync + 'static) -> usize {
        let (stopper, stop) = watch::channel(false);
        let (round, begun) = (Arc::new(round), Arc::new(AtomicUsize::new(0)));
        let (counter, stopper) = (begun.clone(), Arc::new(stopper));
        let work = move || {
            let (round, counter, stopper) = (round.clone(), counter.clone(), stopper.clone());
            async move {
                let number = counter.fetch_add(1, Ordering::SeqCst);
                if number == 9 {
                    stopper.send_replace(true);
                }
                round(number)
            }
        };
        let ended =
            tokio::time::timeout(Duration::from_secs(20), every("test", QUICK, stop, None, work)).await;
        assert!(ended.is_ok(), "the loop ends when it is told to");
        begun.load(Ordering::SeqCst)
    }

    #[tokio::test]
    async fn neither_work_nor_failure_nor_panic_ends_a_loop_and_a_stop_does() {
        assert_eq!(rounds(|_| Ok(0)).await, 10);
        assert_eq!(rounds(|_| Ok(1)).await, 10);
        assert_eq!(rounds(|_| Err(AppError::Fault("test".into()))).await, 10);
        assert_eq!(rounds(|number| if number % 2 == 0 { panic!("test") } else { Ok(1) }).await, 10);
    }
}
