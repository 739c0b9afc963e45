//! Keeps exemptions from a clause, such as covert officers' from the voicemail greeting (MDU-7.1), without revealing who has one.
//!
//! An exemption says what somebody does, so the person's name is encrypted and appears nowhere else: their finding
//! reads like that of anybody whom the clause does not concern, the ledger's detail is encrypted too, and reading the
//! register needs a reason and is itself recorded.

use domain::{ClauseId, EntryId, Force, PersonId, Span, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::exemptions::{self, Exemption};
use store::people;
use store::people::Person;

use kernel::access::{ManageExemptions, Permit, SeeExemptions};
use kernel::fields::{optional_text, text};
use kernel::record::Record;
use kernel::{App, AppError, Work};

/// The longest that an exemption lasts where the clause sets no limit: after that, somebody has to decide again.
const LONGEST: Span = Span::from_secs(366 * 24 * 3600);

/// The fields of a new exemption.
#[derive(Clone, Default)]
pub struct NewExemption {
    /// The force of the people it covers.
    pub force: Option<Force>,
    /// The clause: one that allows exceptions.
    pub clause: String,
    /// The collar or staff number of the person it covers; `None` where it covers a unit.
    pub number: Option<String>,
    /// The unit whose people it covers.
    pub unit: Option<String>,
    /// The person who decided: 1 to 100 characters.
    pub decided_by: String,
    /// The reason: 1 to 500 characters.
    pub why: String,
    /// The time at which it ends by itself.
    pub until: Option<Timestamp>,
}

/// The encrypted part of an exemption: the people it covers, who decided, and why.
#[derive(Clone, Serialize, Deserialize)]
struct Inside {
    person: Option<PersonId>,
    unit: Option<String>,
    decided_by: String,
    why: String,
}

/// An exemption, decrypted.
#[derive(Clone)]
pub struct ExemptionRead {
    /// Its id.
    pub id: EntryId,
    /// The clause from which it exempts.
    pub clause: ClauseId,
    /// The people it covers: a name with a number, or a unit.
    pub who: String,
    /// The person who decided.
    pub decided_by: String,
    /// The reason.
    pub why: String,
    /// The time at which it ends by itself.
    pub until: Timestamp,
}

fn place(id: EntryId) -> String {
    format!("exemption:{id}")
}

/// Records an exemption.
///
/// # Errors
/// [`AppError::Invalid`] for an invalid field, [`AppError::Denied`] for another force.
pub async fn grant_exemption(
    app: &App,
    permit: Permit<ManageExemptions>,
    new: NewExemption,
) -> Result<(), AppError> {
    let now = app.world().now();
    let force = app.chosen_force(new.force)?;
    permit.reaches(force)?;
    let (clause, longest) = clause_with_exceptions(app, &new.clause)?;
    let until = new.until.filter(|until| *until > now && *until <= now.plus(longest)).ok_or_else(|| {
        let days = longest.millis() / 86_400_000;
        AppError::invalid("until", format!("enter a day to come, at most {days} days from now"))
    })?;
    let unit = optional_text("unit", new.unit.as_deref(), 100)?;
    let number = optional_text("number", new.number.as_deref(), 20)?;
    if unit.is_some() == number.is_some() {
        return Err(AppError::invalid("number", "enter either a number or a unit"));
    }
    let (decided_by, why) = (text("decided_by", &new.decided_by, 100)?, text("why", &new.why, 500)?);
    let (app, id) = (app.clone(), EntryId::from_uuid(app.world().uuid()));
    app.clone()
        .store()
        .write(move |tx| {
            let person = match number {
                Some(number) => Some(people::by_number(tx, force, &number)?.ok_or_else(|| {
                    AppError::invalid(
                        "number",
                        format!("{} has nobody with this number", app.force_title(force)),
                    )
                })?),
                None => None,
            };
            let inside = Inside { person: person.map(|person| person.id), unit, decided_by, why };
            let plain = serde_json::to_vec(&inside).map_err(|error| AppError::fault(&error))?;
            let sealed = app.sealer().seal(app.world(), &place(id), &plain)?;
            let new = Exemption { id, force, clause, sealed, created_at: now, until, ended_at: None };
            exemptions::add(tx, &new)?;
            judge_force_again(Work { app: &app, tx, now }, force)?;
            note_exemption(Work { app: &app, tx, now }, &permit.actor().name, "exemption.granted", &new)
        })
        .await
}

/// Ends an exemption before its time.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Conflict`] where it has ended already.
pub async fn end_exemption(app: &App, permit: Permit<ManageExemptions>, id: EntryId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let found = exemptions::by_id(tx, id)?.ok_or_else(|| AppError::not_found("exemption", id))?;
            permit.reaches(found.force)?;
            if !exemptions::end(tx, id, now)? {
                return Err(AppError::Conflict("it stands no longer; read the list again".into()));
            }
            judge_force_again(Work { app: &app, tx, now }, found.force)?;
            note_exemption(Work { app: &app, tx, now }, &permit.actor().name, "exemption.ended", &found)
        })
        .await
}

/// Lists the exemptions in force, decrypted. Each reading is recorded with its reason.
///
/// # Errors
/// [`AppError::Invalid`] without a reason.
pub async fn read_exemptions(
    app: &App,
    permit: Permit<SeeExemptions>,
    reason: &str,
) -> Result<Vec<ExemptionRead>, AppError> {
    let reason = text("reason", reason, 500)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let force = permit.scope().force();
            let mut all = Vec::new();
            for one in exemptions::live(tx, force, now)? {
                let inside = self::inside(&app, &one)?;
                let person = inside.person.map(|id| people::by_id(tx, id)).transpose()?.flatten();
                let unit = inside.unit.map(|unit| format!("everybody of {unit}"));
                all.push(ExemptionRead {
                    id: one.id,
                    clause: one.clause,
                    who: person
                        .map(|person| format!("{} ({})", person.name, person.number))
                        .or(unit)
                        .unwrap_or_default(),
                    decided_by: inside.decided_by,
                    why: inside.why,
                    until: one.until,
                });
            }
            let mut record = Record::new(&permit.actor().name, "exemptions.read", "exemptions".into())
                .detail(json!({ "reason": reason, "shown": all.len() }));
            record.force = force;
            app.enter(tx, now, record)?;
            Ok(all)
        })
        .await
}

/// Lists the clauses that a person is exempt from, with the end of each exemption.
pub fn exempt(
    Work { app, tx, now }: Work<'_, '_>,
    person: &Person,
) -> Result<Vec<(ClauseId, Timestamp)>, AppError> {
    let mut all = Vec::new();
    for one in exemptions::live(tx, Some(person.force), now)? {
        let inside = self::inside(app, &one)?;
        let unit = inside
            .unit
            .as_deref()
            .is_some_and(|unit| person.unit.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(unit)));
        if inside.person == Some(person.id) || unit {
            all.push((one.clause, one.until));
        }
    }
    Ok(all)
}

fn inside(app: &App, one: &Exemption) -> Result<Inside, AppError> {
    let plain = app.sealer().open(&place(one.id), &one.sealed)?;
    serde_json::from_slice(plain.expose()).map_err(|error| AppError::fault(&error))
}

fn clause_with_exceptions(app: &App, id: &str) -> Result<(ClauseId, Span), AppError> {
    let policy = app.policy();
    let found = policy.library().find_clause(id.trim());
    let found = found.filter(|clause| clause.asks_acceptance() && !clause.exceptions.is_empty());
    let clause = found.ok_or_else(|| {
        AppError::invalid("clause", "choose a clause that people accept and that knows exceptions")
    })?;
    let longest = clause.exceptions.iter().filter_map(|exception| exception.expires).max();
    Ok((clause.id.clone(), longest.unwrap_or(LONGEST)))
}

/// Schedules a new judgement of everybody in the force. Judging only the people concerned would reveal who they are.
fn judge_force_again(Work { app, tx, now }: Work<'_, '_>, force: Force) -> Result<(), AppError> {
    for id in people::ids(tx)? {
        if people::by_id(tx, id)?.is_some_and(|person| person.force == force) {
            kernel::jobs::ask_standing(Work { app, tx, now }, id)?;
        }
    }
    Ok(())
}

/// Records an exemption in the ledger. The entry names neither person nor unit; its detail is the encrypted record.
fn note_exemption(
    Work { app, tx, now }: Work<'_, '_>,
    actor: &str,
    action: &'static str,
    one: &Exemption,
) -> Result<(), AppError> {
    let record = Record::new(actor, action, format!("exemption:{}", one.id))
        .force(one.force)
        .clause(&one.clause)
        .detail(json!({ "sealed": hex::encode(&one.sealed), "until": one.until }));
    app.enter(tx, now, record)
}
