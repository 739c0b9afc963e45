//! Alarms: what administrators and information security must hear of at once, because whoever did it could harm a whole
//! force, or has just been kept from it. Each is told as a live matter, whatever somebody's duty, is an entry in the ledger,
//! and stands on the overview until somebody other than who caused it has seen to it. That there was nobody to tell is
//! shown there as well.

use std::collections::BTreeSet;

use domain::{AlarmId, Force, PersonId, Span, Timestamp};
use serde_json::json;
use store::alarms::{self as rows, Alarm as Row};
use store::{Tx, grants};

use crate::{Notice, Reason, Told};
use kernel::access::{AcknowledgeAlarms, Permit, Role, SeeAlarms};
use kernel::record::Record;
use kernel::second::AtStake;
use kernel::{App, AppError, second};

/// Who is told.
pub const TOLD: [Role; 3] = [Role::Administrator, Role::InformationSecurity, Role::Fiso];
/// People of one role who are told, at most.
const MOST_TOLD: u32 = 500;
/// How long, and how often, the same kind of thing by the same hand rings by itself; more of it adds to the last alarm, so that
/// a burst does not drown what it is a sign of.
pub const TOGETHER: Span = Span::from_secs(600);
const RINGS: u32 = 5;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal / $title:literal;)*) => {
        /// What an alarm is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum AlarmKind { $($(#[$doc])* $name),* }

        impl AlarmKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word in tables and the ledger.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }

            /// The words on screen.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title),* }
            }
        }
    };
}

kinds! {
    /// A role that destroys, approves or administers was asked for and waits for somebody to confirm it.
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
    /// Somebody left, or lost a role, whose API tokens go on working.
    TokensLeft = "tokens-left" / "API tokens of somebody who left";
    /// Access policies or parameters were changed.
    PolicyChanged = "policy-changed" / "Access or limits changed";
    /// More was ordered in an hour than a limit allows, and is held.
    OrdersHeld = "orders-held" / "Orders held";
    /// Held orders were released or cancelled.
    OrdersReleased = "orders-released" / "Held orders decided";
    /// What cannot be held was refused beyond a limit.
    RefusedBeyondCap = "refused-beyond-cap" / "Refused beyond a limit";
    /// The containment of a device was ended while its loss is being worked on.
    ContainmentEnded = "containment-ended" / "Containment of a lost device ended";
    /// One person or token affected many people within an hour.
    PeopleAffected = "people-affected" / "Many people affected";
    /// Orders that had not reached their devices were called off.
    CalledOff = "orders-called-off" / "Orders called off";
    /// Orders that destroy were stopped, or are let through again.
    Freeze = "freeze" / "Freeze";
    /// The ledger does not continue what was signed last, was gone on with all the same, its copies do not arrive, or another
    /// key signs it.
    Ledger = "ledger" / "The ledger";
}

/// Something to be told at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// Whose people are told; `None`: everybody's.
    pub force: Option<Force>,
    /// What it is about.
    pub kind: AlarmKind,
    /// Who caused it, as the ledger names them ([`kernel::access::Actor::name`]): they cannot see to it themselves.
    pub by: String,
    /// One line: 1 to 150 characters; longer is cut.
    pub subject: String,
    /// What happened, then what to do: up to 2,000 characters; longer is cut.
    pub body: String,
    /// The page that it leads to.
    pub link: String,
}

/// An alarm, with who caused it and who saw to it in words.
#[derive(Debug, Clone)]
pub struct AlarmRead {
    /// The alarm.
    pub alarm: Row,
    /// The title of its kind.
    pub kind: &'static str,
    /// Who caused it.
    pub by: String,
    /// Who saw to it.
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

/// Raises an alarm: tells administrators and information security at once, and enters it. What the same hand does of the same
/// kind for the sixth time within ten minutes is entered and counted with the fifth, and nobody is told again.
///
/// # Errors
/// Only where the database does not answer, or the link is none of these pages.
#[expect(clippy::needless_pass_by_value, reason = "an alarm is made to be handed over")]
pub fn raise(app: &App, tx: &mut Tx<'_>, alarm: Alarm, now: Timestamp) -> Result<(), AppError> {
    let kind = alarm.kind.as_str();
    let since = now.minus(TOGETHER);
    let same = rows::same_since(tx, since, alarm.force, (kind, &alarm.by), RINGS)?;
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
            let told = tell(app, tx, &row, now)?;
            rows::set_told(tx, row.id, told)?;
            (row.id, Some(told))
        }
    };
    let mut record = Record::new(&alarm.by, "alarm.raised", format!("alarm:{id}")).reason(kind);
    record.force = alarm.force;
    app.enter(tx, now, record.detail(json!({ "subject": alarm.subject, "body": alarm.body, "told": told })))
}

/// Whom an alarm tells: those on the books who have one of the roles over the force, or over any.
fn listeners(tx: &mut Tx<'_>, force: Option<Force>, now: Timestamp) -> Result<BTreeSet<PersonId>, AppError> {
    let mut found = BTreeSet::new();
    for role in TOLD {
        found.extend(
            grants::over(tx, force, role.as_str(), now, MOST_TOLD)?.iter().map(|over| over.grant.person),
        );
    }
    Ok(found)
}

fn tell(app: &App, tx: &mut Tx<'_>, row: &Row, now: Timestamp) -> Result<i64, AppError> {
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

/// Alarms, newest first, from behind the given one; only those that nobody has seen to, where asked.
///
/// # Errors
/// Only where the database does not answer.
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

/// In words.
pub fn read(tx: &mut Tx<'_>, alarm: Row) -> Result<AlarmRead, AppError> {
    let known = AlarmKind::ALL.iter().find(|kind| kind.as_str() == alarm.kind);
    let seen_to_by = alarm.acknowledged.as_ref().map(|(_, by)| kernel::words::who(tx, by)).transpose()?;
    Ok(AlarmRead {
        kind: known.map_or("Alarm", |kind| kind.title()),
        by: kernel::words::who(tx, &alarm.caused_by)?,
        seen_to_by,
        alarm,
    })
}

/// Notes that somebody has seen to an alarm, which then leaves the overview. Twice is no error.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Denied`] behind the wall; [`AppError::Conflict`] for who caused it, or could be the
/// same human being.
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
