//! Reads requests: for the desk and whoever decides, and for the person whom they are about.

use domain::{
    CaseId, CommandState, Force, PersonId, ProofKind, ResetCame, ResetCause, ResetId, ResetState, Timestamp,
};
use help::proof;
use store::people::Person;
use store::resets::{self, Reset};
use store::{Tx, cases, commands, devices, people};

use super::decide::{decider, given};
use super::deciders::{ToRing, to_ring, with_telephone};
use devices_app::commands::{ResetWay, way_to_reset};
use kernel::access::{AcceptOwn, Actor, AskReset, DecideReset, Permit, SeeCases};
use kernel::named::NamedDevice;
use kernel::todo::Todo;
use kernel::{App, AppError, Work, access, words};

/// Most requests of either sort that a list shows.
const MOST: u32 = 100;
/// Most requests of their own that somebody is shown.
const MOST_OWN: u32 = 10;

/// A request in a list.
#[derive(Debug, Clone)]
pub struct ResetRow {
    /// Its id.
    pub id: ResetId,
    /// The force.
    pub force: Force,
    /// The device, as cases name it.
    pub title: String,
    /// The holder's name and number.
    pub person: String,
    /// Why.
    pub cause: ResetCause,
    /// How it came.
    pub came: ResetCame,
    /// Its progress.
    pub state: ResetState,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
}

/// One attempt to make sure of who is asking.
#[derive(Debug, Clone)]
pub struct ProofRead {
    /// The way.
    pub kind: ProofKind,
    /// Whether it proved who is asking.
    pub given: bool,
    /// Who gave or recorded it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// One request in full.
#[derive(Debug, Clone)]
pub struct ResetRead {
    /// The row of a list.
    pub row: ResetRow,
    /// The device.
    pub device: NamedDevice,
    /// The case and its number.
    pub case: CaseId,
    /// The number of the case.
    pub case_number: i64,
    /// The number to call back on; `None` where the register has none, or the reader does not work on requests.
    pub phone: Option<String>,
    /// The line manager, if one is recorded.
    pub manager: Option<String>,
    /// Whether one proof must be in person or vouched.
    pub privileged: bool,
    /// The attempts, the first one first.
    pub proofs: Vec<ProofRead>,
    /// What is missing before it can be sent; `None` where nothing is.
    pub missing: Option<&'static str>,
    /// The number to read to the caller, until when it counts, and how often another was entered.
    pub number: Option<Shown>,
    /// Whether the line manager was asked.
    pub vouch_asked_at: Option<Timestamp>,
    /// Who asked for the decision, and when.
    pub asked: Option<Doer>,
    /// Who decided, and when.
    pub decided: Option<Doer>,
    /// Who decides now, and who of them can be reached.
    pub decider: &'static str,
    /// The people who decide and are on duty or on call, with their telephone.
    pub reachable: Vec<String>,
    /// Where a decision is wanted and none of them is: everybody who may decide, by role.
    pub to_ring: Vec<ToRing>,
    /// Why nothing can be done from afar; `None` where the device can be cleared.
    pub by_hand: Option<String>,
    /// The progress of the order.
    pub order: Option<OrderRead>,
    /// When it is looked at next.
    pub next_at: Option<Timestamp>,
    /// Whether the reader may take it further.
    pub may_work: bool,
    /// Whether the reader may decide.
    pub may_decide: bool,
}

/// The number that is read to the caller.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    /// The number.
    pub number: u8,
    /// Until when it counts.
    pub until: Timestamp,
    /// How often another number was entered.
    pub tries: i64,
}

/// Who did something, as people are shown.
#[derive(Debug, Clone)]
pub struct Doer {
    /// Who.
    pub who: String,
    /// When.
    pub at: Timestamp,
}

/// What came of the order.
#[derive(Debug, Clone)]
pub struct OrderRead {
    /// Its state.
    pub state: CommandState,
    /// When the device was first given it.
    pub delivered_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// The device's words, where it refused.
    pub error: Option<String>,
}

/// A request as the person whom it is about sees it.
#[derive(Debug, Clone)]
pub struct OwnReset {
    /// Its id.
    pub id: ResetId,
    /// The device.
    pub title: String,
    /// Why.
    pub cause: ResetCause,
    /// Its progress.
    pub state: ResetState,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Whether they asked themselves.
    pub asked_yourself: bool,
    /// Whether a number is to be entered now.
    pub wants_number: bool,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
}

/// Lists the open requests, those that wait for a decision first, and the latest that are over.
///
/// # Errors
/// Only if the database does not answer.
pub async fn resets(app: &App, permit: Permit<SeeCases>) -> Result<(Vec<ResetRow>, Vec<ResetRow>), AppError> {
    let force = permit.scope().force();
    app.store()
        .read(move |tx| {
            let open = resets::open(tx, force, MOST)?;
            let ended = resets::ended(tx, force, MOST / 2)?;
            let rows = |tx: &mut Tx<'_>, all: Vec<Reset>| {
                all.iter().map(|one| row(tx, one)).collect::<Result<Vec<_>, AppError>>()
            };
            Ok((rows(tx, open)?, rows(tx, ended)?))
        })
        .await
}

fn row(tx: &mut Tx<'_>, of: &Reset) -> Result<ResetRow, AppError> {
    let device = devices::by_id(tx, of.device)?;
    let person = people::by_id(tx, of.person)?;
    Ok(ResetRow {
        id: of.id,
        force: of.force,
        title: device.map(|device| cases_app::device_item(&device).title).unwrap_or_default(),
        person: person.as_ref().map(words::shown).unwrap_or_default(),
        cause: of.cause,
        came: of.came,
        state: of.state,
        opened_at: of.opened_at,
        ended_at: of.ended_at,
    })
}

/// Reads one request.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for another force.
pub async fn reset(app: &App, permit: Permit<SeeCases>, id: ResetId) -> Result<ResetRead, AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .read(move |tx| {
            let found = resets::by_id(tx, id)?.ok_or_else(|| AppError::not_found("request", id))?;
            permit.reaches(found.force)?;
            read_in(Work { app: &app, tx, now }, permit.actor(), &found)
        })
        .await
}

fn read_in(Work { app, tx, now }: Work<'_, '_>, actor: &Actor, of: &Reset) -> Result<ResetRead, AppError> {
    let may_work = access::permit::<AskReset>(actor).is_ok_and(|permit| permit.scope().covers(of.force));
    let may_decide = access::permit::<DecideReset>(actor).is_ok_and(|permit| permit.scope().covers(of.force));
    let device = devices::by_id(tx, of.device)?.ok_or_else(|| AppError::not_found("device", of.device))?;
    let person = people::by_id(tx, of.person)?;
    let proofs = given(tx, of.id)?;
    let role = decider(app, now);
    let case = cases::by_id(tx, of.case)?;
    let reachable = reachable(Work { app, tx, now }, of, role)?;
    let to_ring = match of.state == ResetState::Deciding && reachable.is_empty() {
        true => to_ring(Work { app, tx, now }, of, role)?,
        false => Vec::new(),
    };
    Ok(ResetRead {
        row: row(tx, of)?,
        case: of.case,
        case_number: case.map_or(0, |case| case.number),
        phone: person.as_ref().and_then(|person| person.phone.clone()).filter(|_| may_work),
        manager: manager_of(tx, person.as_ref())?,
        privileged: of.privileged,
        proofs: attempts(tx, of)?,
        missing: proof::missing(&proofs, of.privileged).map(proof::Missing::in_words),
        number: match may_work {
            true => shown(app, of, now)?,
            false => None,
        },
        vouch_asked_at: of.vouch_asked_at,
        asked: doer(tx, of.asked.as_ref())?,
        decided: doer(tx, of.decided.as_ref())?,
        decider: role.title(),
        reachable,
        to_ring,
        by_hand: match way_to_reset(app, tx, device.id)? {
            ResetWay::Clear => None,
            ResetWay::ByHand(why) => Some(why),
        },
        order: order_of(tx, of)?,
        next_at: of.next_at,
        device: device.into(),
        may_work,
        may_decide,
    })
}

fn shown(app: &App, of: &Reset, now: Timestamp) -> Result<Option<Shown>, AppError> {
    let number = super::prove::open_number(app, of, now)?;
    Ok(number.zip(of.number.as_ref()).map(|(number, held)| Shown {
        number,
        until: held.until,
        tries: held.tries,
    }))
}

fn manager_of(tx: &mut Tx<'_>, person: Option<&Person>) -> Result<Option<String>, AppError> {
    let manager = person.and_then(|person| person.line_manager);
    let manager = manager.map(|id| people::by_id(tx, id)).transpose()?.flatten();
    Ok(manager.filter(|manager| manager.ended_at.is_none()).as_ref().map(words::shown))
}

fn attempts(tx: &mut Tx<'_>, of: &Reset) -> Result<Vec<ProofRead>, AppError> {
    resets::proofs(tx, of.id)?
        .into_iter()
        .map(|proof| {
            let by = words::who(tx, &proof.by)?;
            Ok(ProofRead { kind: proof.kind, given: proof.given, by, at: proof.at })
        })
        .collect()
}

fn doer(tx: &mut Tx<'_>, by: Option<&resets::By>) -> Result<Option<Doer>, AppError> {
    by.map(|by| Ok(Doer { who: words::who(tx, &by.who)?, at: by.at })).transpose()
}

/// Lists who decides now and can be reached, while a decision is wanted.
fn reachable(
    Work { app, tx, now }: Work<'_, '_>,
    of: &Reset,
    role: access::Role,
) -> Result<Vec<String>, AppError> {
    if of.state != ResetState::Deciding {
        return Ok(Vec::new());
    }
    let people = losses_app::chain::reachable(Work { app, tx, now }, of.force, role)?.into_iter();
    Ok(people
        .map(|one| with_telephone(&format!("{} ({})", one.name, one.number), one.phone.as_deref()))
        .collect())
}

fn order_of(tx: &mut Tx<'_>, of: &Reset) -> Result<Option<OrderRead>, AppError> {
    let Some(command) = of.command else { return Ok(None) };
    Ok(commands::by_id(tx, command)?.map(|command| OrderRead {
        state: command.state,
        delivered_at: command.delivered_at,
        finished_at: command.finished_at,
        error: command.error,
    }))
}

/// Lists the latest requests about the person who is signed in.
///
/// # Errors
/// Only if the database does not answer.
pub async fn own_resets(app: &App, permit: Permit<AcceptOwn>) -> Result<Vec<OwnReset>, AppError> {
    let Some(me) = permit.actor().person else { return Ok(Vec::new()) };
    let now = app.world().now();
    app.store()
        .read(move |tx| {
            let mut own = Vec::new();
            for one in resets::of_person(tx, me, MOST_OWN)? {
                let device = devices::by_id(tx, one.device)?;
                let number = one.number.as_ref().is_some_and(|number| number.until > now);
                own.push(OwnReset {
                    id: one.id,
                    title: device.map(|device| NamedDevice::from(device).for_holder()).unwrap_or_default(),
                    cause: one.cause,
                    state: one.state,
                    opened_at: one.opened_at,
                    asked_yourself: one.opened_by == format!("person:{me}"),
                    wants_number: number && one.state == ResetState::Proving,
                    ended_at: one.ended_at,
                });
            }
            Ok(own)
        })
        .await
}

/// Lists what a person is asked to do about requests of theirs.
///
/// # Errors
/// Only if the database does not answer.
pub fn own_to_do(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<Todo>, AppError> {
    let open = resets::of_person(tx, person, MOST_OWN)?.into_iter();
    Ok(open
        .filter_map(|one| {
            let title = match one.state {
                ResetState::Cleared => "Set a new password on your device now",
                ResetState::Changing => "Change the password of your device",
                ResetState::Proving if one.number.is_some() => "Enter the number that the desk reads to you",
                ResetState::Proving | ResetState::Deciding if one.opened_by != format!("person:{person}") => {
                    "Somebody asked for a new password for your device: was it you?"
                }
                _ => return None,
            };
            Some(Todo { title: title.to_owned(), href: "/me/password".into(), due: None })
        })
        .collect())
}
