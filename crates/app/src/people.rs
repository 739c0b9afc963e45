//! People, one at a time, by hand or from the command line. What they accept is in `terms`.

use domain::{Day, Force, PersonId, Timestamp};
use serde_json::json;
use store::Tx;
use store::people::{self, Person};

use crate::access::{ManagePeople, Permit};
use crate::record::Record;
use crate::{App, AppError, jobs};

/// What is entered of a new person.
#[derive(Debug, Clone, Default)]
pub struct NewPerson {
    /// Their force.
    pub force: Option<Force>,
    /// Collar or staff number: 1 to 20 letters, digits and hyphens, unique in the force.
    pub number: String,
    /// Name: 1 to 100 characters.
    pub name: String,
    /// Work address.
    pub email: Option<String>,
    /// Officer, staff or another word: 1 to 40 characters.
    pub role: String,
    /// Unit.
    pub unit: Option<String>,
    /// Work telephone.
    pub phone: Option<String>,
    /// Who answers for them: somebody of the same force.
    pub line_manager: Option<PersonId>,
    /// Whether they work under another identity.
    pub covert: bool,
    /// Their first day.
    pub starts_on: Option<Day>,
    /// Their last working day.
    pub last_day: Option<Day>,
}

pub(crate) fn text(field: &'static str, value: &str, most: usize) -> Result<String, AppError> {
    let value = value.trim();
    if value.is_empty() {
        return Err(AppError::invalid(field, "enter something here"));
    }
    if value.chars().count() > most {
        return Err(AppError::invalid(field, format!("shorten it to {most} characters")));
    }
    if value.chars().any(char::is_control) {
        return Err(AppError::invalid(field, "take out line breaks and control characters"));
    }
    Ok(value.to_owned())
}

pub(crate) fn optional_text(
    field: &'static str,
    value: Option<&str>,
    most: usize,
) -> Result<Option<String>, AppError> {
    match value.map(str::trim) {
        None | Some("") => Ok(None),
        Some(value) => text(field, value, most).map(Some),
    }
}

fn checked(new: &NewPerson) -> Result<(Force, String), AppError> {
    let force = new.force.ok_or_else(|| AppError::invalid("force", "choose norfolk or suffolk"))?;
    let number = text("number", &new.number, 20)?;
    if !number.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return Err(AppError::invalid("number", "use letters, digits and hyphens only"));
    }
    Ok((force, number))
}

impl App {
    /// Enters a person.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for a field that cannot be, [`AppError::Conflict`] if the number is taken.
    pub async fn add_person(
        &self,
        permit: Permit<ManagePeople>,
        new: NewPerson,
    ) -> Result<PersonId, AppError> {
        let (force, number) = checked(&new)?;
        permit.reaches(force)?;
        let id = PersonId::from_uuid(self.world().uuid());
        let (name, role) = (text("name", &new.name, 100)?, text("role", &new.role, 100)?);
        let person = Person {
            email: optional_text("email", new.email.as_deref(), 200)?,
            unit: optional_text("unit", new.unit.as_deref(), 100)?,
            phone: optional_text("phone", new.phone.as_deref(), 40)?,
            line_manager: new.line_manager,
            covert: new.covert,
            starts_on: new.starts_on,
            last_day: new.last_day,
            ..Person::new(id, force, &number, &name, &role, self.world().now())
        };
        let app = self.clone();
        self.store()
            .write(move |tx| {
                if people::by_number(tx, force, &person.number)?.is_some() {
                    return Err(AppError::Conflict(format!(
                        "{} already has somebody with the number {}; look them up instead",
                        force.title(),
                        person.number
                    )));
                }
                if let Some(manager) = person.line_manager {
                    Self::line_manager_in(tx, force, person.id, manager)?;
                }
                people::add(tx, &person)?;
                app.person_changed(tx, None, &person, person.created_at)?;
                let record =
                    Record::new(&permit.actor().name, "person.added", format!("person:{}", person.id))
                        .force(force)
                        .detail(json!({ "number": person.number, "name": person.name }));
                app.enter(tx, person.created_at, record)?;
                Ok(person.id)
            })
            .await
    }

    /// What a change of a person sets off: a line manager, a job, a last day, an ending or a return that is not what it
    /// was. Every way in (a directory, a file, a page) calls this once for each person that it changed, in the
    /// transaction that changed them; `before` is `None` for somebody new.
    pub(crate) fn person_changed(
        &self,
        tx: &mut Tx<'_>,
        before: Option<&Person>,
        after: &Person,
        now: Timestamp,
    ) -> Result<(), AppError> {
        let judged_otherwise = before.is_none_or(|before| {
            before.role != after.role || before.ended_at.is_some() != after.ended_at.is_some()
        });
        if judged_otherwise {
            self.ask_job(tx, jobs::Kind::JudgePerson, &after.id.to_string(), now)?;
        }
        self.follow_own_days(tx, before, after, now)
    }

    /// Somebody who can answer for people of that force.
    pub(crate) fn line_manager_in(
        tx: &mut Tx<'_>,
        force: Force,
        person: PersonId,
        manager: PersonId,
    ) -> Result<(), AppError> {
        let field = "line_manager";
        if manager == person {
            return Err(AppError::invalid(field, "choose somebody else: nobody is their own line manager"));
        }
        match people::by_id(tx, manager)? {
            Some(found) if found.force == force && found.ended_at.is_none() => Ok(()),
            Some(found) if found.force == force => {
                Err(AppError::invalid(field, "choose somebody who is still on the books"))
            }
            _ => Err(AppError::invalid(field, format!("choose somebody of {}", force.title()))),
        }
    }
}
