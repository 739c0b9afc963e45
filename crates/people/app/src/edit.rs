//! Adds, changes and ends the record of one person by hand.

use domain::{Day, Force, PersonId, PersonSource};
use store::people::{Called, Person};
use store::{Tx, people};

use super::keep::CHANGED_MEANWHILE;
use kernel::access::{ManagePeople, Permit};
use kernel::{App, AppError, Work};

/// The fields of a new person.
#[derive(Debug, Clone, Default)]
pub struct NewPerson {
    /// Their force.
    pub force: Option<Force>,
    /// Collar or staff number: 1 to 40 letters, digits and hyphens, unique in the force.
    pub number: String,
    /// Name: 1 to 100 characters.
    pub name: String,
    /// Work address.
    pub email: Option<String>,
    /// Officer, staff or another word: 1 to 100 characters.
    pub role: String,
    /// Unit.
    pub unit: Option<String>,
    /// Work telephone.
    pub phone: Option<String>,
    /// Their line manager: somebody of the same force.
    pub line_manager: Option<PersonId>,
    /// Whether they work under another identity.
    pub covert: bool,
    /// Their first day.
    pub starts_on: Option<Day>,
    /// Their last working day.
    pub last_day: Option<Day>,
}

/// The new fields of a person.
#[derive(Debug, Clone)]
pub struct PersonEdit {
    /// The version that the form was filled in from.
    pub version: i64,
    /// Collar or staff number.
    pub number: String,
    /// Name.
    pub name: String,
    /// Work address.
    pub email: Option<String>,
    /// Work telephone.
    pub phone: Option<String>,
    /// Job.
    pub role: String,
    /// Unit.
    pub unit: Option<String>,
    /// The line manager's collar or staff number, or a part of a name that only one person has; `None` for nobody.
    pub line_manager: Option<String>,
    /// Whether they work under another identity; `None` leaves it as it is.
    pub covert: Option<bool>,
    /// First day.
    pub starts_on: Option<Day>,
    /// Last working day.
    pub last_day: Option<Day>,
}

/// Adds a person.
///
/// # Errors
/// [`AppError::Invalid`] for an invalid field, [`AppError::Conflict`] if the number is taken.
pub async fn add_person(
    app: &App,
    permit: Permit<ManagePeople>,
    new: NewPerson,
) -> Result<PersonId, AppError> {
    let force = app.chosen_force(new.force)?;
    permit.reaches(force)?;
    let (id, now) = (PersonId::from_uuid(app.world().uuid()), app.world().now());
    let person = Person {
        email: new.email,
        unit: new.unit,
        phone: new.phone,
        line_manager: new.line_manager,
        covert: new.covert,
        starts_on: new.starts_on,
        last_day: new.last_day,
        ..Person::new(id, force, Called { number: &new.number, name: &new.name, role: &new.role }, now)
    };
    let app = app.clone();
    app.clone()
        .store()
        .write(move |tx| {
            crate::keep::keep_person(Work { app: &app, tx, now }, None, person, &permit.actor().name)?;
            Ok(id)
        })
        .await
}

/// Changes a person by hand.
///
/// # Errors
/// [`AppError::Invalid`] for an invalid field, [`AppError::Conflict`] for a stale form.
pub async fn edit_person(
    app: &App,
    permit: Permit<ManagePeople>,
    id: PersonId,
    edit: PersonEdit,
) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let before = people::by_id(tx, id)?.ok_or_else(|| AppError::not_found("person", id))?;
            permit.reaches(before.force)?;
            if before.version != edit.version {
                return Err(AppError::Conflict(CHANGED_MEANWHILE.to_owned()));
            }
            if before.erased_at.is_some() {
                return Err(AppError::Conflict(
                    "this person's details are erased; nothing is to be changed".into(),
                ));
            }
            let line_manager = match &edit.line_manager {
                None => None,
                Some(who) => Some(find_manager(tx, before.force, who.trim())?),
            };
            let after = Person {
                number: edit.number,
                name: edit.name,
                email: edit.email,
                phone: edit.phone,
                role: edit.role,
                unit: edit.unit,
                line_manager,
                covert: edit.covert.unwrap_or(before.covert),
                starts_on: edit.starts_on,
                last_day: edit.last_day,
                ..before.clone()
            };
            if super::keep::is_same(&before, &after)? {
                return Ok(());
            }
            let after = Person { source: PersonSource::Hand, ..after };
            crate::keep::keep_person(Work { app: &app, tx, now }, Some(&before), after, &permit.actor().name)
                .map(|_| ())
        })
        .await
}

/// Ends a person's record: they still have to give back what they hold, and their sessions end. Ending a record twice
/// changes nothing.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for another force, [`AppError::Invalid`] for the last day.
pub async fn end_person(
    app: &App,
    permit: Permit<ManagePeople>,
    id: PersonId,
    last_day: Option<Day>,
) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let before = people::by_id(tx, id)?.ok_or_else(|| AppError::not_found("person", id))?;
            permit.reaches(before.force)?;
            if before.ended_at.is_some() {
                return Ok(());
            }
            let last_day = last_day.or(before.last_day);
            let after =
                Person { ended_at: Some(now), last_day, source: PersonSource::Hand, ..before.clone() };
            crate::keep::keep_person(Work { app: &app, tx, now }, Some(&before), after, &permit.actor().name)
                .map(|_| ())
        })
        .await
}

/// Number of people named in the error when a search finds several.
const NAMED: u32 = 5;

/// Finds the one person of a force with that number, or with that text in their name.
fn find_manager(tx: &mut Tx<'_>, force: Force, who: &str) -> Result<PersonId, AppError> {
    let wrong = |why: String| AppError::invalid("line_manager", why);
    if let Some(found) = people::by_number(tx, force, who)? {
        return Ok(found.id);
    }
    let found: Vec<Person> = people::page(tx, Some(force), who, None, 50)?
        .into_iter()
        .filter(|person| person.ended_at.is_none() && !person.covert)
        .collect();
    match found.as_slice() {
        [] => Err(wrong("nobody in this force has this number or name".to_owned())),
        [one] => Ok(one.id),
        several => {
            let most = usize::try_from(NAMED).unwrap_or(usize::MAX);
            let named: Vec<String> =
                several.iter().take(most).map(|one| format!("{} ({})", one.name, one.number)).collect();
            Err(wrong(format!(
                "{} people match, such as {}; enter one number",
                several.len(),
                named.join(", ")
            )))
        }
    }
}
