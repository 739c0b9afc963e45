//! Makes sure of who is asking: a call back, a number entered in the person's own session, the line manager's word, or the person
//! at the desk with a warrant card. What failed is recorded like what succeeded.

use domain::{EntryId, ProofKind, ResetId, ResetState, Timestamp};
use help::number::{self, NumberTried};
use help::proof;
use store::locks::{self, Lock};
use store::people::Person;
use store::resets::{self, Number, Proof, Reset};
use store::{Tx, people};

use super::{End, Entered, end, enter, expect, locked, not_the_holder, save, say};
use crate::person_of;
use crate::tell::{self, Word};
use kernel::access::{AcceptOwn, Actor, AskReset, Permit, PermitWithin, Voice, VouchIdentity};
use kernel::named::{NamedDevice, NamedPerson};
use kernel::second::{AtStake, could_be_one};
use kernel::{App, AppError, Work};
use notices_app::Told;
use notices_app::alarms::{self, Alarm, AlarmKind};

/// How many numbers that were never entered rightly a request takes.
const MOST_NUMBERS: usize = 2;

/// A proof that the desk records.
#[derive(Debug, Clone)]
pub struct DeskProof {
    /// A call back, or in person.
    pub kind: ProofKind,
    /// Whether it proved who is asking.
    pub given: bool,
    /// What was done, in words; may be empty.
    pub note: String,
}

/// Records a proof that the desk saw to itself: a call to the recorded number, or the person with their warrant card.
///
/// # Errors
/// [`AppError::Invalid`] for another kind, and for a call back where the register has no number; [`AppError::Conflict`] where it is
/// recorded already, or the request is further by now.
pub async fn record_proof(
    app: &App,
    permit: Permit<AskReset>,
    id: ResetId,
    new: DeskProof,
) -> Result<(), AppError> {
    let note = kernel::fields::optional_text("note", Some(&new.note), 200)?.unwrap_or_default();
    if !matches!(new.kind, ProofKind::CallBack | ProofKind::InPerson) {
        return Err(AppError::invalid("kind", "choose a call back, or in person with the warrant card"));
    }
    let app = app.clone();
    app.clone()
        .store()
        .write(move |tx| {
            let row = locked(tx, id)?;
            permit.reaches(row.force)?;
            expect(&row, ResetState::Proving)?;
            not_the_holder(tx, &row, permit.actor())?;
            let person = person_of(tx, row.person)?;
            if new.kind == ProofKind::CallBack && person.phone.is_none() {
                return Err(AppError::invalid(
                    "kind",
                    "the register has no telephone number of this person, so nobody can be called back on it; use another proof",
                ));
            }
            let made = Made { kind: new.kind, given: new.given, note: &note };
            add(&app, tx, &row, permit.actor(), &made)
        })
        .await
}

/// A proof that was made.
struct Made<'a> {
    kind: ProofKind,
    given: bool,
    note: &'a str,
}

/// Adds a proof to a request: to its row, its case and the ledger.
fn add(app: &App, tx: &mut Tx<'_>, row: &Reset, actor: &Actor, made: &Made<'_>) -> Result<(), AppError> {
    let proof = Proof {
        id: EntryId::from_uuid(app.world().uuid()),
        reset: row.id,
        kind: made.kind,
        given: made.given,
        by: actor.name.clone(),
        at: app.world().now(),
    };
    if !resets::add_proof(tx, &proof)? {
        return Err(AppError::Conflict("that proof is recorded already; another kind is needed".into()));
    }
    let title = proof::title(made.kind);
    let outcome = if made.given { "Proof" } else { "Not proved" };
    let note = if made.note.is_empty() { String::new() } else { format!(". {}", made.note) };
    say(app, tx, row, Voice::from(actor), &format!("{outcome}: {}{note}", title.to_lowercase()))?;
    let action = if made.given { "reset.proved" } else { "reset.not-proved" };
    enter(app, tx, row, actor.into(), Entered::new(action).reason(made.kind.as_str()).said(made.note))
}

fn number_place(id: ResetId) -> String {
    format!("reset-number:{id}")
}

/// Opens the number of a request, for the page of the desk.
pub(super) fn open_number(app: &App, row: &Reset, now: Timestamp) -> Result<Option<u8>, AppError> {
    let Some(number) = row.number.as_ref().filter(|number| number.until > now) else { return Ok(None) };
    Ok(app.sealer().open(&number_place(row.id), &number.sealed)?.expose().first().copied())
}

/// Makes the number that the desk reads to the caller, who enters it in a session of their own.
///
/// # Errors
/// [`AppError::Conflict`] where a number was entered already, or two were not, and where the request is further by now.
pub async fn ask_number(app: &App, permit: Permit<AskReset>, id: ResetId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    let made = app
        .clone()
        .store()
        .write(move |tx| {
            let row = locked(tx, id)?;
            permit.reaches(row.force)?;
            expect(&row, ResetState::Proving)?;
            not_the_holder(tx, &row, permit.actor())?;
            if let Some(unentered) = &row.number {
                let was_last = none_left(tx, &row)?;
                if was_last && unentered.until > now {
                    // It counts still, so the caller can enter it.
                    return Ok(false);
                }
                not_entered(&app, tx, &row, permit.actor())?;
                if was_last {
                    save(Work { app: &app, tx, now }, &Reset { number: None, ..row.clone() }, row.state)?;
                    return Ok(false);
                }
            } else if none_left(tx, &row)? {
                return Ok(false);
            }
            let number = number::number_of(app.world().bytes::<8>());
            let sealed = app.sealer().seal(app.world(), &number_place(id), &[number])?;
            let number = Number { sealed, until: now.plus(number::COUNTS_FOR), tries: 0 };
            let changed = Reset { number: Some(number), ..row.clone() };
            save(Work { app: &app, tx, now }, &changed, row.state)?;
            let by = Voice::from(permit.actor());
            say(&app, tx, &row, by, "Read a number to the caller, to be entered in a session of their own")?;
            enter(&app, tx, &row, by, Entered::new("reset.number-made"))?;
            Ok::<_, AppError>(true)
        })
        .await?;
    if made {
        return Ok(());
    }
    Err(AppError::Conflict("no further number is made for this request: use another proof".into()))
}

/// Returns whether a request takes no further number: one was entered rightly, or its two were made. One that still stands counts as
/// made.
fn none_left(tx: &mut Tx<'_>, row: &Reset) -> Result<bool, AppError> {
    let before = resets::proofs(tx, row.id)?;
    let numbers = || before.iter().filter(|proof| proof.kind == ProofKind::Number);
    let made = numbers().count() + usize::from(row.number.is_some());
    Ok(numbers().any(|proof| proof.given) || made >= MOST_NUMBERS)
}

/// Records that nobody entered the number of a request rightly while it counted.
fn not_entered(app: &App, tx: &mut Tx<'_>, row: &Reset, actor: &Actor) -> Result<(), AppError> {
    let note = "the number was not entered in time, or was replaced";
    add(app, tx, row, actor, &Made { kind: ProofKind::Number, given: false, note })
}

/// Takes the number that a person entered in their own session.
///
/// # Errors
/// [`AppError::NotFound`] for somebody else's request; [`AppError::Conflict`] where the request is further by now.
pub async fn answer_number(
    app: &App,
    permit: Permit<AcceptOwn>,
    id: ResetId,
    typed: &str,
) -> Result<NumberTried, AppError> {
    let typed: String = typed.chars().take(10).collect();
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let row = own(tx, permit.actor(), id)?;
            expect(&row, ResetState::Proving)?;
            let (Some(number), Some(held)) = (open_number(&app, &row, now)?, row.number.clone()) else {
                return Ok(NumberTried::Expired);
            };
            let entry = number::compare(number, &typed, held.until, held.tries, now);
            let left = match entry {
                NumberTried::Wrong { .. } => Some(Number { tries: held.tries + 1, ..held }),
                // It is kept until the desk makes another one, which records that it was not entered.
                NumberTried::Expired => Some(held),
                NumberTried::Right | NumberTried::Spent => None,
            };
            save(Work { app: &app, tx, now }, &Reset { number: left, ..row.clone() }, row.state)?;
            match entry {
                NumberTried::Right => {
                    let made = Made { kind: ProofKind::Number, given: true, note: "" };
                    add(&app, tx, &row, permit.actor(), &made)?;
                }
                NumberTried::Spent => {
                    let made = Made {
                        kind: ProofKind::Number,
                        given: false,
                        note: "three other numbers were entered",
                    };
                    add(&app, tx, &row, permit.actor(), &made)?;
                }
                NumberTried::Wrong { .. } | NumberTried::Expired => {}
            }
            Ok(entry)
        })
        .await
}

/// Reads an open request of the person who is signed in, under the lock of its device.
pub(super) fn own(tx: &mut Tx<'_>, actor: &Actor, id: ResetId) -> Result<Reset, AppError> {
    let row = locked(tx, id)?;
    if actor.person != Some(row.person) {
        return Err(AppError::not_found("request", id));
    }
    if !row.state.is_open() {
        return Err(AppError::Conflict("this request is over already; reload the page".into()));
    }
    Ok(row)
}

/// Ends a request because its holder says that they did not ask, or do not want it any more. Where somebody else asked in their
/// name, administrators and information security are told at once.
///
/// # Errors
/// [`AppError::NotFound`] for somebody else's request; [`AppError::Conflict`] where it is over, or the device has the order.
pub async fn deny_reset(app: &App, permit: Permit<AcceptOwn>, id: ResetId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let row = own(tx, permit.actor(), id)?;
            super::follow::take_back(tx, &row, "its holder does not want it", now)?;
            let by = Voice::from(permit.actor());
            if row.opened_by == permit.actor().name {
                let (state, says) = (ResetState::Withdrawn, "The holder does not want it any more.");
                let how = End { state, subject: "You withdrew your request about a password", says, by };
                return end(Work { app: &app, tx, now }, &row, &how);
            }
            let says = "The holder says that they did not ask for this: somebody else did, in their name.";
            let subject = "A new password was refused: you said that you did not ask";
            end(Work { app: &app, tx, now }, &row, &End { state: ResetState::Refused, subject, says, by })?;
            warn_of_denial(Work { app: &app, tx, now }, &row, says)
        })
        .await
}

fn warn_of_denial(Work { app, tx, now }: Work<'_, '_>, row: &Reset, says: &str) -> Result<(), AppError> {
    let body = format!(
        "{says} Whoever asked may be attacking the desk: look at the proofs on the page, and warn the desk. Nothing was cleared by \
         this request."
    );
    let alarm = Alarm {
        force: Some(row.force),
        kind: AlarmKind::ResetDenied,
        by: row.asked.as_ref().map_or_else(|| row.opened_by.clone(), |by| by.who.clone()),
        subject: "A password was asked for in the name of somebody who did not ask".into(),
        body,
        link: format!("/help/passwords/{}", row.id),
    };
    alarms::raise(Work { app, tx, now }, alarm)
}

/// Asks the line manager of the person to vouch for them; returns when they are told.
///
/// # Errors
/// [`AppError::Conflict`] where none is recorded, they have left, or they were asked already.
pub async fn ask_manager(app: &App, permit: Permit<AskReset>, id: ResetId) -> Result<Told, AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let row = locked(tx, id)?;
            permit.reaches(row.force)?;
            expect(&row, ResetState::Proving)?;
            if row.vouch_asked_at.is_some() {
                return Err(AppError::Conflict("their line manager was asked already".into()));
            }
            let person = person_of(tx, row.person)?;
            let manager = person.line_manager.map(|id| people::by_id(tx, id)).transpose()?.flatten();
            let Some(manager) = manager.filter(|manager| manager.ended_at.is_none()) else {
                return Err(AppError::Conflict(
                    "the register names no line manager of this person who could vouch; use another proof".into(),
                ));
            };
            save(Work { app: &app, tx, now }, &Reset { vouch_asked_at: Some(now), ..row.clone() }, row.state)?;
            let body = format!(
                "{} is said to ask for a new password for their device. Speak to them yourself, then say whether it is them.",
                kernel::words::shown(&person)
            );
            let link = format!("/help/vouch/{id}");
            let word = Word {
                to: manager.id,
                key: format!("vouch:{id}"),
                subject: "Is it really them? Vouch for somebody whom you manage",
                body: &body,
                link: &link,
            };
            let told = tell::when_on_duty(&app, tx, &word)?;
            let by = Voice::from(permit.actor());
            say(&app, tx, &row, by, &format!("Asked {} to vouch", kernel::words::shown(&manager)))?;
            enter(&app, tx, &row, by, Entered::new("reset.vouch-asked"))?;
            Ok(told)
        })
        .await
}

/// Reads the request that a line manager is asked to vouch for.
///
/// # Errors
/// [`AppError::Denied`] for somebody who does not manage the person; [`AppError::Conflict`] where nothing is asked of them.
pub async fn vouching(
    app: &App,
    permit: PermitWithin<VouchIdentity>,
    id: ResetId,
) -> Result<(NamedPerson, String), AppError> {
    app.store()
        .read(move |tx| {
            let row = resets::by_id(tx, id)?.ok_or_else(|| AppError::not_found("request", id))?;
            let person = asked_of(tx, &permit, &row)?;
            let device = store::devices::by_id(tx, row.device)?;
            let title = device.map(|device| NamedDevice::from(device).for_holder()).unwrap_or_default();
            Ok((person.into(), title))
        })
        .await
}

fn asked_of(tx: &mut Tx<'_>, permit: &PermitWithin<VouchIdentity>, row: &Reset) -> Result<Person, AppError> {
    let person = person_of(tx, row.person)?;
    permit.reaches_person(&person)?;
    if row.vouch_asked_at.is_none() || row.state != ResetState::Proving {
        return Err(AppError::Conflict("nobody asks you to vouch for this any more".into()));
    }
    Ok(person)
}

/// Takes the line manager's word: it is them, or it is not. The second ends the request, and administrators and information
/// security are told.
///
/// # Errors
/// As [`vouching`]; [`AppError::Invalid`] without a word on how they know; [`AppError::Conflict`] for somebody who took the request
/// themselves.
pub async fn vouch_for(
    app: &App,
    permit: PermitWithin<VouchIdentity>,
    id: ResetId,
    word: Vouch,
) -> Result<(), AppError> {
    let how = kernel::fields::text("how", &word.how, 200)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let row = locked(tx, id)?;
            locks::take(tx, Lock::Case(row.case))?;
            let person = asked_of(tx, &permit, &row)?;
            not_the_holder(tx, &row, permit.actor())?;
            if could_be_one(tx, &row.opened_by, permit.actor(), AtStake::DailyWork)? {
                return Err(AppError::Conflict(
                    "you took this request yourself, so your word would not be a second one; use another proof".into(),
                ));
            }
            let made = Made { kind: ProofKind::Vouched, given: word.is_them, note: &how };
            add(&app, tx, &row, permit.actor(), &made)?;
            if word.is_them {
                return Ok(());
            }
            let says = format!("{}'s line manager says that it is not them.", person.name);
            let subject = "A new password was refused: your line manager did not vouch";
            let by = Voice::from(permit.actor());
            end(Work { app: &app, tx, now }, &row, &End { state: ResetState::Refused, subject, says: &says, by })?;
            warn_of_denial(Work { app: &app, tx, now }, &row, "Their line manager says that it is not them.")
        })
        .await
}

/// A line manager's word.
#[derive(Debug, Clone)]
pub struct Vouch {
    /// Whether it is them.
    pub is_them: bool,
    /// How the manager knows: 1 to 200 characters.
    pub how: String,
}
