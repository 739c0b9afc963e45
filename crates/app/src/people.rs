//! People and what they have accepted. Simple here: one at a time, by hand or from the command line.

use domain::{EntryId, Force, PersonId};
use serde_json::json;
use store::people::Person;
use store::{Tx, people, terms};

use crate::access::{ManagePeople, Permit, RecordAcceptance};
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
        let person = Person {
            id: PersonId::from_uuid(self.world().uuid()),
            force,
            number,
            name: text("name", &new.name, 100)?,
            email: optional_text("email", new.email.as_deref(), 200)?,
            role: text("role", &new.role, 40)?,
            unit: optional_text("unit", new.unit.as_deref(), 100)?,
            created_at: self.world().now(),
            ended_at: None,
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
                people::add(tx, &person)?;
                app.ask_job(tx, jobs::Kind::JudgePerson, &person.id.to_string(), person.created_at)?;
                let record =
                    Record::new(&permit.actor().name, "person.added", format!("person:{}", person.id))
                        .force(force)
                        .detail(json!({ "number": person.number, "name": person.name }));
                app.enter(tx, person.created_at, record)?;
                Ok(person.id)
            })
            .await
    }

    /// Enters that a person read and accepted the current terms of a document (MDU-3.2). Accepting the same version
    /// again changes nothing and is no error.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an unknown person or document.
    pub async fn accept_terms(
        &self,
        permit: Permit<RecordAcceptance>,
        person: PersonId,
        document: &str,
        shown: &'static str,
    ) -> Result<(), AppError> {
        let policy = self.policy();
        let terms = policy.terms(document).ok_or_else(|| AppError::not_found("document", document))?.clone();
        let (app, now, document) = (self.clone(), self.world().now(), document.to_owned());
        self.store()
            .write(move |tx| {
                let holder =
                    people::by_id(tx, person)?.ok_or_else(|| AppError::not_found("person", person))?;
                permit.reaches(holder.force)?;
                terms::remember(tx, &document, &terms.digest, &terms.clauses, now)?;
                let id = EntryId::from_uuid(app.world().uuid());
                if !terms::accept(tx, id, person, &document, &terms.digest, (now, shown))? {
                    return Ok(());
                }
                app.ask_job(tx, jobs::Kind::JudgePerson, &person.to_string(), now)?;
                let record = Record::new(&permit.actor().name, "terms.accepted", format!("person:{person}"))
                    .force(holder.force)
                    .detail(json!({ "document": document, "terms": terms.digest, "shown": shown }));
                app.enter(tx, now, record)
            })
            .await
    }

    /// The documents whose current terms a person has not accepted. Enrolment is refused until there are none.
    pub(crate) fn terms_missing(&self, tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<String>, AppError> {
        let mut missing = Vec::new();
        for (document, terms) in self.policy().all_terms() {
            if !terms::has_accepted(tx, person, document, &terms.digest)? {
                missing.push(document.clone());
            }
        }
        Ok(missing)
    }
}
