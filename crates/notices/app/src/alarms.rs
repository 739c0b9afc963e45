//! Raises alarms: events that administrators and information security must hear of at once.
//!
//! Their cause could harm a whole force, or was just prevented from it. Each alarm is sent as a live matter, whatever
//! the recipient's duty, is an entry in the ledger, and stays on the overview until somebody other than its cause has
//! dealt with it. The overview also shows where there was nobody to notify.

use std::collections::BTreeSet;

use crate::AlarmView;
use domain::{AlarmId, Force, PersonId, Span, Timestamp};
use serde_json::json;
use store::alarms::{self as rows, Alarm as Row};
use store::{Tx, grants};

use crate::{Notice, Reason, Told};
use kernel::access::{AcknowledgeAlarms, Permit, Role, SeeAlarms};
use kernel::record::Record;
use kernel::second::AtStake;
use kernel::{App, AppError, Work, second};

/// The roles that are notified.
pub const TOLD: [Role; 3] = [Role::Administrator, Role::InformationSecurity, Role::Fiso];
/// Most people of one role that are notified.
const MOST_TOLD: u32 = 500;
/// How long, and how often, alarms of one kind by one actor are sent separately; further ones are added to the last
/// alarm, so that a burst does not hide its own cause.
pub const TOGETHER: Span = Span::from_secs(600);
const RINGS: u32 = 5;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal / $title:literal;)*) => {
        /// The kind of an alarm.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum AlarmKind { $($(#[$doc])* $name),* }

        impl AlarmKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Returns its word in tables and the ledger.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }

            /// Returns its words on screen.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title),* }
            }
        }
    };
}

kinds! {
    /// A role that destroys, approves or administers was requested and waits for confirmation.
    RoleAsked = "role-asked" / "Role asked for";
    /// Such a role was given.
    RoleGiven = "role-given" / "Role given";
    /// Such a role was ended.
    RoleEnded = "role-ended" / "Role ended";
    /// A directory would provision somebody who has a role.
    Takeover = "directory-takeover" / "Directory takes over a person";
    /// A break-glass account was marked, used or ended, or its passkey added, removed or copied.
    BreakGlass = "break-glass" / "Break-glass";
    /// A sign-in link was made on the server for somebody who could destroy, approve or administer.
    SignInLink = "sign-in-link" / "Sign-in link made on the server";
    /// An API token was made.
    TokenMade = "token-made" / "API token made";
    /// Somebody left, or lost a role, whose API tokens still work.
    TokensLeft = "tokens-left" / "API tokens of somebody who left";
    /// Access policies or parameters were changed.
    PolicyChanged = "policy-changed" / "Access or limits changed";
    /// A policy that is weaker than the one in force waits, was asked for, or could not be compared.
    PolicyWeaker = "policy-weaker" / "A weaker policy";
    /// More was ordered in an hour than a limit allows, and the orders are held.
    OrdersHeld = "orders-held" / "Orders held";
    /// Held orders were released or cancelled.
    OrdersReleased = "orders-released" / "Held orders decided";
    /// An act that cannot be held was refused beyond a limit.
    RefusedBeyondCap = "refused-beyond-cap" / "Refused beyond a limit";
    /// The containment of a device was ended while its loss is still being handled.
    ContainmentEnded = "containment-ended" / "Lock of a lost device ended";
    /// One person or token affected many people within an hour.
    PeopleAffected = "people-affected" / "Many people affected";
    /// Orders that had not reached their devices were cancelled.
    CalledOff = "orders-called-off" / "Orders called off";
    /// Somebody asked for a new password in the name of a person who says that they did not.
    ResetDenied = "reset-denied" / "A password was asked for in another's name";
    /// Destructive orders were stopped, or allowed again.
    Freeze = "freeze" / "Freeze";
    /// The clock of telling the regulator of a data breach is about to end or has ended, and nobody has decided.
    BreachClock = "breach-clock" / "Clock of a data breach";
    /// A system of the force was not told that people are called, and will not be.
    NotTold = "system-not-told" / "A system was not told";
    /// The ledger does not continue what was signed last, was continued all the same, its copies do not arrive, or
    /// another key signs it.
    Ledger = "ledger" / "The ledger";
}

/// An event to report at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// The force whose people are notified; `None` for every force.
    pub force: Option<Force>,
    /// Its kind.
    pub kind: AlarmKind,
    /// The actor who caused it, as named in the ledger ([`kernel::access::Actor::name`]): they cannot deal with it
    /// themselves.
    pub by: String,
    /// The subject: one line of 1 to 150 characters; a longer one is cut.
    pub subject: String,
    /// The facts, then what to do: up to 2,000 characters; a longer text is cut.
    pub body: String,
    /// The page that it links to.
    pub link: String,
}

/// An alarm, with the names of its cause and of the person who dealt with it.
#[derive(Debug, Clone)]
pub struct AlarmRead {
    /// The alarm.
    pub alarm: AlarmView,
    /// The title of its kind.
    pub kind: &'static str,
    /// The name of the actor who caused it.
    pub by: String,
    /// The name of the person who dealt with it.
    pub seen_to_by: Option<String>,
}

fn cut(text: &str, most: usize) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let clean = clean.trim();
    if clean.chars().count() <= most {
        return clean.to_owned();
    }
    let start: String = clean.chars().take(most.saturating_sub(1)).collect();
    format!("{start}…")
}

/// Raises an alarm: notifies administrators and information security at once, and records it. From the sixth alarm of
/// one kind by one actor within ten minutes on, it is recorded and counted with the fifth, and nobody is notified
/// again.
///
/// # Errors
/// Only if the database does not answer, or if the link is not one of our pages.
#[expect(clippy::needless_pass_by_value, reason = "an alarm is made to be handed over")]
pub fn raise(Work { app, tx, now }: Work<'_, '_>, alarm: Alarm) -> Result<(), AppError> {
    let kind = alarm.kind.as_str();
    let since = now.minus(TOGETHER);
    let same = rows::same_since(
        tx,
        since,
        &rows::SameAlarm { force: alarm.force, kind, caused_by: &alarm.by },
        RINGS,
    )?;
    let last = same.first().filter(|_| same.len() >= usize::try_from(RINGS).unwrap_or(usize::MAX));
    let (id, told) = match last {
        Some(last) => {
            rows::again(tx, last.id)?;
            (last.id, None)
        }
        None => {
            let row = Row {
                id: AlarmId::from_uuid(app.world().uuid()),
                force: alarm.force,
                kind: kind.to_owned(),
                caused_by: alarm.by.clone(),
                subject: cut(&alarm.subject, 150),
                body: cut(&alarm.body, 2000),
                link: alarm.link.clone(),
                raised_at: now,
                times: 1,
                told: 0,
                acknowledged: None,
            };
            rows::add(tx, &row)?;
            let told = tell(Work { app, tx, now }, &row)?;
            rows::set_told(tx, row.id, told)?;
            (row.id, Some(told))
        }
    };
    let mut record = Record::new(&alarm.by, "alarm.raised", format!("alarm:{id}")).reason(kind);
    record.force = alarm.force;
    app.enter(tx, now, record.detail(json!({ "subject": alarm.subject, "body": alarm.body, "told": told })))
}

/// Lists the people whom an alarm notifies: those on the books who have one of the roles over the force, or over any
/// force.
fn listeners(tx: &mut Tx<'_>, force: Option<Force>, now: Timestamp) -> Result<BTreeSet<PersonId>, AppError> {
    let mut found = BTreeSet::new();
    for role in TOLD {
        found.extend(
            grants::over(tx, force, role.as_str(), now, MOST_TOLD)?.iter().map(|over| over.grant.person),
        );
    }
    Ok(found)
}

fn tell(Work { app, tx, now }: Work<'_, '_>, row: &Row) -> Result<i64, AppError> {
    let mut told = 0;
    for person in listeners(tx, row.force, now)? {
        let notice = Notice::routine(person, format!("alarm:{}", row.id), row.subject.clone())
            .because(Reason::Alarm { alarm: row.id })
            .body(row.body.clone())
            .link(row.link.clone());
        told += i64::from(matches!(crate::notify(app, tx, notice)?, Told::Now | Told::Held { .. }));
    }
    Ok(told)
}

/// Lists alarms, newest first, starting after the given one; where asked, only those that nobody has dealt with.
///
/// # Errors
/// Only if the database does not answer.
pub async fn list(
    app: &App,
    permit: Permit<SeeAlarms>,
    open_only: bool,
    after: Option<(Timestamp, AlarmId)>,
    limit: u32,
) -> Result<Vec<AlarmRead>, AppError> {
    let force = permit.scope().force();
    let found = app.store().read(move |tx| {
        let all = rows::page(tx, force, open_only, after, limit)?;
        all.into_iter().map(|alarm| read(tx, alarm)).collect::<Result<Vec<_>, AppError>>()
    });
    found.await
}

/// Describes an alarm in words.
pub fn read(tx: &mut Tx<'_>, alarm: Row) -> Result<AlarmRead, AppError> {
    let known = AlarmKind::ALL.iter().find(|kind| kind.as_str() == alarm.kind);
    let seen_to_by = alarm.acknowledged.as_ref().map(|(_, by)| kernel::words::who(tx, by)).transpose()?;
    Ok(AlarmRead {
        kind: known.map_or("Alarm", |kind| kind.title()),
        by: kernel::words::who(tx, &alarm.caused_by)?,
        seen_to_by,
        alarm: alarm.into(),
    })
}

/// Records that somebody has dealt with an alarm, which then leaves the overview. Repeating it is not an error.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for another force; [`AppError::Conflict`] for the person who caused
/// it, or who could be the same human being.
pub async fn acknowledge(app: &App, permit: Permit<AcknowledgeAlarms>, id: AlarmId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let alarm = rows::by_id(tx, id)?.ok_or_else(|| AppError::not_found("alarm", id))?;
            if let Some(force) = alarm.force {
                permit.reaches(force)?;
            }
            let me = permit.actor();
            if second::could_be_one(tx, &alarm.caused_by, me, AtStake::Force)? {
                return Err(AppError::Conflict(
                    "somebody else must deal with it: you caused it yourself, or may be the same person as the one who did".into(),
                ));
            }
            if !rows::acknowledge(tx, id, now, &me.name)? {
                return Ok(());
            }
            let mut record = Record::new(&me.name, "alarm.seen-to", format!("alarm:{id}"));
            record.force = alarm.force;
            app.enter(tx, now, record.detail(json!({ "kind": alarm.kind, "subject": alarm.subject })))
        })
        .await
}
