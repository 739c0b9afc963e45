//! Calls the people who can agree to an order, or release a burst, as soon as it waits: first those on duty, then those on call, then all
//! of them again each hour, until somebody decides or its time is over. Never the person who asked.
//!
//! Nothing is stored beside the notices: who was called in this hour, and what became of it, says whom to call next.

use domain::{BurstId, CommandId, Effect, Force, PersonId, Secret, Span, Timestamp};
use kernel::access::{Action, Actor, ApproveDestruction, ReleaseOrders, Role, Roles, Who, letters};
use kernel::jobs::{self, Kind};
use kernel::record::Record;
use kernel::second::{AtStake, could_be_one};
use kernel::{App, AppError, access};
use notices_app::{Answers, CallOut, CallTold, Notice, Post, Reason};
use serde_json::json;
use store::{Tx, commands, devices, enrolments, grants, orders, people};

/// How long those who were called have before others are.
const WAIT: Span = Span::from_secs(10 * 60);
/// After how long everybody is called again.
const AGAIN: Span = Span::from_secs(60 * 60);
/// Most people who are called at once.
const MOST: usize = 20;
/// Most people of a role who are looked at.
const LOOKED_AT: u32 = 400;

/// Something that waits for a second person.
pub(crate) enum Waits {
    /// An order.
    Order(CommandId),
    /// A burst.
    Burst(BurstId),
}

impl Waits {
    /// Returns the subject of its job and of its calls.
    fn subject(&self) -> String {
        match self {
            Self::Order(id) => format!("{}order:{id}", notices_app::APPROVAL),
            Self::Burst(id) => format!("{}burst:{id}", notices_app::APPROVAL),
        }
    }

    fn read(subject: &str) -> Option<Self> {
        match subject.strip_prefix(notices_app::APPROVAL)?.split_once(':')? {
            ("order", id) => id.parse().ok().map(Self::Order),
            ("burst", id) => id.parse().ok().map(Self::Burst),
            _ => None,
        }
    }
}

/// What is known of something that waits.
struct Waiting {
    force: Force,
    /// Whoever asked for it or agreed to parts of it, as the ledger names them.
    asked_by: Vec<String>,
    /// The actions that somebody must be allowed to decide.
    actions: Vec<&'static str>,
    since: Timestamp,
    until: Timestamp,
    link: String,
    says: &'static str,
    /// The subject of what is entered about it.
    about: String,
}

/// Has the people who can decide called, or their calls withdrawn once it is decided, in the transaction that made that so.
pub(crate) fn follow(app: &App, tx: &mut Tx<'_>, what: &Waits) -> Result<(), AppError> {
    jobs::ask_job(app, tx, Kind::FollowApproval, &what.subject(), app.world().now())
}

/// Calls the next people who can decide on something that waits; withdraws the calls once nothing waits any more. Doing so again calls
/// nobody twice.
///
/// # Errors
/// Only if the database does not answer.
pub async fn follow_approval(app: &App, subject: &str) -> Result<(), AppError> {
    let Some(what) = Waits::read(subject) else {
        return Err(AppError::Fault(format!("{subject} is nothing that waits for a second person")));
    };
    let (app, subject) = (app.clone(), subject.to_owned());
    app.clone()
        .store()
        .write(move |tx| match waiting(&app, tx, &what)? {
            Some(waiting) => call_next(&app, tx, &subject, &waiting),
            None => notices_app::withdraw_calls(&app, tx, &subject),
        })
        .await
}

/// Looks up what waits; `None` once somebody decided or its time is over.
fn waiting(app: &App, tx: &mut Tx<'_>, what: &Waits) -> Result<Option<Waiting>, AppError> {
    let now = app.world().now();
    Ok(match what {
        Waits::Order(id) => {
            let Some(command) = commands::by_id(tx, *id)? else { return Ok(None) };
            let until = command.expires_at.filter(|until| *until > now);
            let enrolment = enrolments::by_id(tx, command.enrolment)?;
            let device = enrolment.map(|one| devices::by_id(tx, one.device)).transpose()?.flatten();
            let waits = command.state == domain::CommandState::Asked;
            until.zip(device).filter(|_| waits).map(|(until, device)| Waiting {
                force: device.force,
                asked_by: vec![command.asked_by],
                actions: vec![ApproveDestruction::NAME],
                since: command.queued_at,
                until,
                link: format!("/devices/{}", device.id),
                says: "An order waits for a second person",
                about: format!("device:{}", device.id),
            })
        }
        Waits::Burst(id) => {
            let burst = orders::burst_by_id(tx, *id)?;
            let Some(burst) = burst.filter(|burst| burst.ended.is_none() && burst.expires_at > now) else {
                return Ok(None);
            };
            let mut actions = vec![ReleaseOrders::NAME];
            if burst.effect == Effect::Destructive {
                actions.push(ApproveDestruction::NAME);
            }
            Some(Waiting {
                force: burst.force,
                asked_by: orders::people_of_burst(tx, *id)?,
                actions,
                since: burst.opened_at,
                until: burst.expires_at,
                link: format!("/held/{id}"),
                says: "Orders beyond a limit wait for a second person",
                about: format!("burst:{id}"),
            })
        }
    })
}

/// Calls the next people of this hour, and schedules the next look.
fn call_next(app: &App, tx: &mut Tx<'_>, subject: &str, waiting: &Waiting) -> Result<(), AppError> {
    let now = app.world().now();
    let hour = now.since(waiting.since).millis().max(0) / AGAIN.millis();
    let began = waiting.since.plus(Span::from_millis(hour * AGAIN.millis()));
    let called: Vec<CallTold> =
        notices_app::calls_about(tx, subject)?.into_iter().filter(|one| one.at >= began).collect();
    let mine = called.iter().filter(|one| !one.failed).map(|one| one.at.plus(WAIT)).max();
    let next = match mine.filter(|until| *until > now) {
        // Those who were called last still have their time.
        Some(until) => until,
        None if call_group(app, tx, waiting, &Round { subject, hour, called: &called })? => now.plus(WAIT),
        None => began.plus(AGAIN),
    };
    jobs::ask_job(app, tx, Kind::FollowApproval, subject, next.min(waiting.until))
}

/// One hour of something that waits.
struct Round<'a> {
    subject: &'a str,
    hour: i64,
    called: &'a [CallTold],
}

/// Calls the first of both groups in which somebody was not called in this hour; returns whether anybody was. Where nobody who can decide
/// can be called, each of them finds a notice when they are next on duty.
fn call_group(app: &App, tx: &mut Tx<'_>, waiting: &Waiting, round: &Round<'_>) -> Result<bool, AppError> {
    let deciders = deciders(app, tx, waiting)?;
    for post in [Post::OnDuty, Post::OnCall] {
        let mut reached = Vec::new();
        for one in deciders.iter().filter(|one| one.post == Some(post)).take(MOST) {
            if round.called.iter().all(|called| called.person != one.person)
                && call(app, tx, waiting, round, one)?
            {
                reached.push(one.person);
            }
        }
        if !reached.is_empty() {
            let record = Record::new("system", "approval.called", waiting.about.clone())
                .force(waiting.force)
                .detail(json!({ "called": reached }));
            app.enter(tx, app.world().now(), record)?;
            return Ok(true);
        }
    }
    if round.called.iter().all(|one| one.failed) {
        for one in deciders.into_iter().take(MOST) {
            let key = format!("{}:waits", round.subject);
            let notice = Notice::routine(one.person, key, waiting.says)
                .body("Nobody who can decide could be called. Open it, then agree or refuse before its time is over.")
                .link(waiting.link.as_str());
            notices_app::notify(app, tx, notice)?;
        }
    }
    Ok(false)
}

/// Calls one person; returns whether they may be contacted now.
fn call(
    app: &App,
    tx: &mut Tx<'_>,
    waiting: &Waiting,
    round: &Round<'_>,
    whom: &Decider,
) -> Result<bool, AppError> {
    // A system of the force is told of each key once: of each group in each hour.
    let group = if whom.post == Some(Post::OnDuty) { "on-duty" } else { "on-call" };
    let key = format!("{}:{}:{group}", round.subject, round.hour);
    let notice = Notice::routine(whom.person, key, waiting.says)
        .because(Reason::OnCall)
        .body("Open it, ask the person who wants it whether they mean it, then agree or refuse. Others are called after you.")
        .link(waiting.link.as_str());
    let force = app.force_title(waiting.force);
    let answers = Answers {
        says: format!("{force}, Lanyard: something waits for you to agree or refuse"),
        link: Secret::new(waiting.link.clone()),
        code: None,
    };
    Ok(notices_app::call_out(app, tx, &notice, &CallOut { subject: round.subject, answers })?.is_some())
}

/// Somebody who can decide.
struct Decider {
    person: PersonId,
    post: Option<Post>,
}

/// Lists the people whose role lets them decide in the force, but for whoever may be the one who asked.
fn deciders(app: &App, tx: &mut Tx<'_>, waiting: &Waiting) -> Result<Vec<Decider>, AppError> {
    let (policy, now) = (app.policy(), app.world().now());
    let may = |role: Role| {
        waiting.actions.iter().all(|action| letters(policy.access(), role, action).contains(['a', 'x']))
    };
    let mut all: Vec<Decider> = Vec::new();
    for role in Role::ALL.iter().copied().filter(|role| may(*role)) {
        for over in grants::over(tx, Some(waiting.force), role.as_str(), now, LOOKED_AT)? {
            let person = over.grant.person;
            if all.iter().any(|one| one.person == person) || asked(app, tx, waiting, person)? {
                continue;
            }
            all.push(Decider { person, post: notices_app::post(tx, person, now)? });
        }
    }
    Ok(all)
}

/// Returns whether a person may be one of those who asked, or is no longer there.
fn asked(app: &App, tx: &mut Tx<'_>, waiting: &Waiting, id: PersonId) -> Result<bool, AppError> {
    let Some(person) = people::by_id(tx, id)?.filter(|person| person.ended_at.is_none()) else {
        return Ok(true);
    };
    let who = Who {
        name: format!("person:{id}"),
        shown: person.name,
        person: Some(id),
        roles: Roles::NONE,
        force: Some(person.force),
        everywhere: Roles::NONE,
    };
    let actor: Actor = access::actor(app, who);
    for asked_by in &waiting.asked_by {
        if could_be_one(tx, asked_by, &actor, AtStake::Force)? {
            return Ok(true);
        }
    }
    Ok(false)
}
