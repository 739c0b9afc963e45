//! Runs jobs and schedules: work that use cases queue, and work that becomes due with time.
//!
//! Each loop asks `app` for one kind of work and sleeps when there is none. Any node may run any of it: claims and locks are in
//! the database. Nothing is decided here.

use std::sync::Arc;
use std::time::Duration;

use domain::Channel;
use kernel::jobs::Lane;
use kernel::{App, AppError};
use outbound::channel::Channels;
use outbound::copies::Target;
use outbound::mail::Mail;
use platform_port::PushClient;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// The options of the worker, beside the use cases.
#[derive(Clone, Default)]
pub struct Options {
    /// The vendors' push services; devices that none of them reaches receive their commands when they next connect.
    pub pushes: Vec<Arc<dyn PushClient>>,
    /// The ways by which messages leave; without any, people see their notices only on their own page.
    pub channels: Channels,
    /// The places that checkpoints of the ledger are copied to.
    pub copies: Vec<Target>,
}

/// Jobs claimed at a time.
const JOBS: u32 = 32;
/// Urgent jobs claimed at a time: few, because their lease is short.
const URGENT: u32 = 8;
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
    let (refresh, pushes, waiting, told, places, seals, forgets) =
        (app.clone(), app.clone(), app.clone(), app.clone(), app.clone(), app.clone(), app.clone());
    run_jobs(&mut loops, &app, &stop);
    signs_of_life(&mut loops, &app, &stop);
    overdue(&mut loops, &app, &stop);
    loops.spawn(every("refresh", STEADY, stop.clone(), Waker::Nothing, move || {
        let app = refresh.clone();
        async move { devices_app::commands::refresh_due(&app, BATCH).await }
    }));
    let services = options.pushes;
    loops.spawn(every("pushes", FAST, stop.clone(), Waker::Nothing, move || {
        let (app, services) = (pushes.clone(), services.clone());
        async move { devices_app::push::send_pushes(&app, &services, BATCH).await }
    }));
    messages(&mut loops, &told, &options.channels, &stop);
    loops.spawn(every("pushes again", SLOW, stop.clone(), Waker::Nothing, move || {
        let app = waiting.clone();
        async move { devices_app::push::push_the_waiting(&app, BATCH).await }
    }));
    loops.spawn(every("ledger places", STEADY, stop.clone(), Waker::Nothing, move || {
        let app = places.clone();
        // Entries that arrive during a round wait for the next: a round costs a dozen statements, however few entries it places.
        async move {
            ledger_app::sequence_ledger(&app).await.map(|placed| if placed < FULL_ROUND { 0 } else { placed })
        }
    }));
    loops.spawn(every("ledger checkpoints", SLOW, stop.clone(), Waker::Nothing, move || {
        let app = seals.clone();
        // Never makes two checkpoints without a pause.
        async move { ledger_app::checkpoint_ledger(&app).await.map(|_| 0) }
    }));
    ledger(&mut loops, &forgets, options.copies, options.channels.mail, &stop);
    let erasures = forgets.clone();
    loops.spawn(every("erasing people", DAILY, stop.clone(), Waker::Nothing, move || {
        let app = erasures.clone();
        async move { people_app::erase_due_people(&app).await }
    }));
    loops.spawn(every("forgetting", SLOW, stop, Waker::Nothing, move || {
        let app = forgets.clone();
        async move {
            overview_app::retention::forget_what_is_due(&app)
                .await
                .map(|rows| usize::try_from(rows).unwrap_or(usize::MAX))
        }
    }));
    while loops.join_next().await.is_some() {}
}

/// Runs the loops of jobs: the urgent ones have a loop of their own, so that they wait for no slow one.
fn run_jobs(loops: &mut JoinSet<()>, app: &App, stop: &watch::Receiver<bool>) {
    let urgent = app.clone();
    loops.spawn(every(
        "urgent jobs",
        FAST,
        stop.clone(),
        Waker::Jobs(app.clone(), Lane::Urgent),
        move || {
            let app = urgent.clone();
            async move { overview_app::work::run_urgent_jobs(&app, URGENT).await }
        },
    ));
    let jobs = app.clone();
    loops.spawn(every("jobs", FAST, stop.clone(), Waker::Jobs(app.clone(), Lane::Ordinary), move || {
        let app = jobs.clone();
        async move { overview_app::work::run_jobs(&app, JOBS).await }
    }));
}

/// Runs the loop that gives signs of life: what nobody can have heard while no node was running is not known.
fn signs_of_life(loops: &mut JoinSet<()>, app: &App, stop: &watch::Receiver<bool>) {
    let signs = app.clone();
    loops.spawn(every("signs of life", SLOW, stop.clone(), Waker::Nothing, move || {
        let app = signs.clone();
        async move { compliance_app::note_running(&app).await.map(|()| 0) }
    }));
}

/// Runs the second net below the jobs: calls, requests and clocks whose job did not come. Each has a loop of its own, so that none
/// waits for another that fails, and pauses after each round: what cannot be taken further must not keep this node busy.
fn overdue(loops: &mut JoinSet<()>, app: &App, stop: &watch::Receiver<bool>) {
    let calls = app.clone();
    loops.spawn(every("overdue calls", WATCHFUL, stop.clone(), Waker::Nothing, move || {
        let app = calls.clone();
        async move { losses_app::advance_overdue_calls(&app, JOBS).await.map(|_| 0) }
    }));
    let requests = app.clone();
    loops.spawn(every("overdue requests", WATCHFUL, stop.clone(), Waker::Nothing, move || {
        let app = requests.clone();
        async move { help_app::resets::follow_overdue_resets(&app, JOBS).await.map(|_| 0) }
    }));
    let clocks = app.clone();
    loops.spawn(every("overdue clocks", WATCHFUL, stop.clone(), Waker::Nothing, move || {
        let app = clocks.clone();
        async move { incidents_app::follow_overdue_incidents(&app, JOBS).await.map(|_| 0) }
    }));
}

/// Runs the loops that reach people: what they are told, each channel by itself, and what they send back.
fn messages(loops: &mut JoinSet<()>, app: &App, channels: &Channels, stop: &watch::Receiver<bool>) {
    let (told, letters) = (app.clone(), channels.clone());
    // Whoever is called is sent the message within a second of the step's time.
    loops.spawn(every("notices", FAST, stop.clone(), Waker::Letters(told.clone()), move || {
        let (app, channels) = (told.clone(), letters.clone());
        async move { notices_app::send_letters(&app, &channels, LETTERS).await }
    }));
    for (name, channel) in
        [("texts", Channel::Text), ("mail that calls", Channel::Mail), ("webhook", Channel::Hook)]
    {
        // One that is switched off has a loop too: what was planned for it before must fail, so that the next way is tried.
        let pace = if channels.of(channel).is_some() { FAST } else { WATCHFUL };
        let (sent, by) = (app.clone(), channels.clone());
        loops.spawn(every(name, pace, stop.clone(), Waker::Nothing, move || {
            let (app, channels) = (sent.clone(), by.clone());
            async move { notices_app::send_messages(&app, &channels, channel, LETTERS).await }
        }));
    }
    if channels.text.is_some() {
        let (texts, channels) = (app.clone(), channels.clone());
        loops.spawn(every("texts received", WATCHFUL, stop.clone(), Waker::Nothing, move || {
            let (app, channels) = (texts.clone(), channels.clone());
            // Pauses after each round, whatever came: the provider gives all that it has.
            async move { losses_app::fetch_replies(&app, &channels).await.map(|_| 0) }
        }));
    }
}

/// Runs the ledger's other loops: copies of checkpoints, verification, erasing details past their time.
fn ledger(
    loops: &mut JoinSet<()>,
    app: &App,
    copies: Vec<Target>,
    mail: Option<Mail>,
    stop: &watch::Receiver<bool>,
) {
    let (copied, read, details) = (app.clone(), app.clone(), app.clone());
    loops.spawn(every("ledger copies", WATCHFUL, stop.clone(), Waker::Nothing, move || {
        let (app, copies, mail) = (copied.clone(), copies.clone(), mail.clone());
        async move { ledger_app::copy_checkpoints(&app, &copies, mail.as_ref()).await }
    }));
    loops.spawn(every("ledger read again", WATCHFUL, stop.clone(), Waker::Nothing, move || {
        let app = read.clone();
        // Works in batches with a pause after each, since it has all day.
        async move { ledger_app::read_ledger_again(&app).await.map(|_| 0) }
    }));
    loops.spawn(every("ledger details", DAILY, stop.clone(), Waker::Nothing, move || {
        let app = details.clone();
        async move { ledger_app::erase_due_details(&app).await }
    }));
}

/// What wakes a loop before its pause is over.
enum Waker {
    /// A job of a lane that a use case of this node left.
    Jobs(App, Lane),
    /// Something to send that a use case of this node left.
    Letters(App),
    /// Nothing.
    Nothing,
}

/// Calls `work` repeatedly: at once while it finds something, after a pause if it does not. A round that panics
/// counts as failed: one bad row must not stop a loop for good.
async fn every<F, W>(
    name: &'static str,
    pace: Pace,
    mut stop: watch::Receiver<bool>,
    woken_by: Waker,
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
                Waker::Jobs(app, lane) => app.work_left(*lane).await,
                Waker::Letters(app) => app.letters_left().await,
                Waker::Nothing => std::future::pending().await,
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
            tokio::time::timeout(Duration::from_secs(20), every("test", QUICK, stop, Waker::Nothing, work))
                .await;
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
