//! Keeps people as the force's directory sends them (SCIM): adds, changes, ends and removes them.
//!
//! The directory's token may do nothing else, and only within its force. A person whom a directory provisions has a
//! user name. Removing them ends their record and clears the user name: the record and everything that they did stay.
//! The same number in the same force is the same person, so a person entered by hand or by a file is taken over, and
//! one who returns is reopened; but a number that a leaver had under another name is refused. A person with a role
//! that matters is taken over, or given another name to sign in with, only once an administrator confirms it
//! (`takeover`): otherwise anyone with the token could become them.

mod groups;
mod takeover;

pub use groups::{add_group, change_group, group, group_by_name, groups, remove_group};
pub use takeover::{TakeoverNames, decide_takeover};

use domain::{Day, Force, GroupId, PersonId, PersonSource, Timestamp};
use store::people::{Called, Person};
use store::{Tx, groups as rows, people, people_directory};

use crate::ProvisionedPerson;
use crate::keep::NUMBER;
use kernel::access::{Permit, ProvisionPeople};
use kernel::{App, AppError, Work};

pub use groups::{GroupRead, GroupWrite};

/// The job of a person for whom the directory gives none.
pub const NO_JOB: &str = "not given";

/// A person as a directory describes them.
#[derive(Clone)]
pub struct Provisioned {
    /// The directory's name for them: ASCII, unique in the force.
    pub user_name: String,
    /// The directory's own identifier.
    pub external_id: Option<String>,
    /// Collar or staff number; where there is none, [`number_of`] makes one.
    pub number: Option<String>,
    /// Name as it is shown.
    pub name: String,
    /// Work address.
    pub email: Option<String>,
    /// Work telephone.
    pub phone: Option<String>,
    /// Job.
    pub job: Option<String>,
    /// Unit.
    pub unit: Option<String>,
    /// Whether they are on the books.
    pub active: bool,
    /// The line manager's id.
    pub manager: Option<String>,
    /// First working day.
    pub starts_on: Option<Day>,
    /// Last working day.
    pub last_day: Option<Day>,
    /// Everything that the directory wrote, as JSON, for it to read back.
    pub document: String,
}

impl std::fmt::Debug for Provisioned {
    /// Prints none of the fields: they are personal data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Provisioned(..)")
    }
}

/// A person as the directory sees them.
#[derive(Debug, Clone)]
pub struct ProvisionedRead {
    /// The person.
    pub person: ProvisionedPerson,
    /// Their groups: id and name.
    pub groups: Vec<(GroupId, String)>,
}

/// The people that a directory asks for.
#[derive(Debug, Clone)]
pub enum Find {
    /// The person with that id.
    Id(PersonId),
    /// The person with that user name, ignoring case.
    UserName(String),
    /// The people with that external id.
    ExternalId(String),
    /// Up to so many people, starting after the given one, in order of id.
    After(Option<PersonId>, u32),
    /// So many people starting at an offset, in order of id.
    Window(i64, i64),
}

/// Makes a number for a person for whom the directory has none: the part of their user name before the @.
#[must_use]
pub fn number_of(user_name: &str) -> String {
    let local = user_name.split('@').next().unwrap_or_default();
    local.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(NUMBER).collect()
}

impl Provisioned {
    /// Merges the directory's fields into `before`. Keeps a job that the directory never gave, even where it leaves
    /// the job out.
    #[expect(clippy::needless_pass_by_value, reason = "whose fields become the new person's")]
    fn of(self, before: Person, now: Timestamp) -> Result<Person, AppError> {
        let user_name = self.user_name.trim().to_owned();
        if user_name.is_empty() || user_name.len() > 200 || !user_name.chars().all(|c| c.is_ascii_graphic()) {
            return Err(AppError::invalid("userName", "send 1 to 200 ASCII characters without spaces"));
        }
        let number = self.number.unwrap_or_else(|| number_of(&user_name));
        let entered = Some(before.role.clone()).filter(|role| !role.is_empty() && !gave_job(&before));
        let line_manager = match self.manager {
            None => None,
            Some(id) => Some(id.parse().map_err(|_| AppError::invalid("manager", "send the id of a user"))?),
        };
        Ok(Person {
            number,
            name: self.name,
            email: self.email,
            phone: self.phone,
            role: self.job.or(entered).unwrap_or_else(|| NO_JOB.to_owned()),
            unit: self.unit,
            ended_at: if self.active { None } else { before.ended_at.or(Some(now)) },
            user_name: Some(user_name),
            external_id: self.external_id,
            line_manager,
            starts_on: self.starts_on,
            last_day: self.last_day,
            source: PersonSource::Scim,
            directory: Some(self.document),
            ..before
        })
    }
}

/// Returns whether the directory gave a job when it last wrote this person.
fn gave_job(person: &Person) -> bool {
    let written =
        person.directory.as_deref().and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    written.is_some_and(|written| written.get("title").is_some())
}

/// Returns the force of a token: every token has one.
fn force_of(permit: &Permit<ProvisionPeople>) -> Result<Force, AppError> {
    permit.scope().force().ok_or_else(|| AppError::invalid("force", "come with a token of one force"))
}

fn with_groups(tx: &mut Tx<'_>, person: Person) -> Result<ProvisionedRead, AppError> {
    Ok(ProvisionedRead { groups: rows::of_person(tx, person.id)?, person: person.into() })
}

/// Looks up a provisioned person of that force.
fn provisioned_person(tx: &mut Tx<'_>, force: Force, id: PersonId) -> Result<Person, AppError> {
    people::by_id(tx, id)?
        .filter(|person| person.force == force && person.user_name.is_some())
        .ok_or_else(|| AppError::not_found("user", id))
}

fn user_name_is_free(
    tx: &mut Tx<'_>,
    force: Force,
    name: &str,
    own: Option<PersonId>,
) -> Result<(), AppError> {
    match people_directory::by_user_name(tx, force, name.trim())? {
        Some(other) if Some(other.id) != own => {
            Err(AppError::Conflict("another user has this userName".to_owned()))
        }
        _ => Ok(()),
    }
}

/// Adds a person, or takes over the record with that number.
///
/// # Errors
/// [`AppError::Invalid`] for an invalid field, [`AppError::Conflict`] for a name or number that is taken.
pub async fn provision(
    app: &App,
    permit: Permit<ProvisionPeople>,
    new: Provisioned,
) -> Result<ProvisionedRead, AppError> {
    let force = force_of(&permit)?;
    let (app, now) = (app.clone(), app.world().now());
    let id = PersonId::from_uuid(app.world().uuid());
    app.clone()
        .store()
        .write(move |tx| {
            user_name_is_free(tx, force, &new.user_name, None)?;
            let number = new.number.clone().unwrap_or_else(|| number_of(&new.user_name));
            let before = match people::by_number(tx, force, number.trim())? {
                Some(found) => Some(found),
                None => left_with_account(tx, force, &new)?,
            };
            let base = match &before {
                Some(found) => own_again(found, &new)?,
                None => Person::new(id, force, Called { number: "", name: "", role: "" }, now),
            };
            let number = new.number.clone().or_else(|| before.as_ref().map(|found| found.number.clone()));
            let after = Provisioned { number, ..new }.of(base, now)?;
            if let Some(refused) = crate::directory::takeover::takeover_waits(
                Work { app: &app, tx, now },
                before.as_ref(),
                &after,
                &permit,
            )? {
                return Ok(Err(refused));
            }
            let (_, person) = crate::keep::keep_person(
                Work { app: &app, tx, now },
                before.as_ref(),
                after,
                &permit.actor().name,
            )?;
            crate::directory::groups::groups_changed(
                Work { app: &app, tx, now },
                person.id,
                &permit.actor().name,
            )?;
            with_groups(tx, person).map(Ok)
        })
        .await?
}

/// Replaces a person's fields with what the directory now says; returns `None` where they are no longer at the
/// version that the directory started from.
///
/// # Errors
/// As [`provision`], and [`AppError::NotFound`].
pub async fn reprovision(
    app: &App,
    permit: Permit<ProvisionPeople>,
    id: PersonId,
    version: i64,
    new: Provisioned,
) -> Result<Option<ProvisionedRead>, AppError> {
    let force = force_of(&permit)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let before = provisioned_person(tx, force, id)?;
            if before.version != version {
                return Ok(Ok(None));
            }
            user_name_is_free(tx, force, &new.user_name, Some(id))?;
            let after = new.of(before.clone(), now)?;
            if let Some(refused) = crate::directory::takeover::takeover_waits(
                Work { app: &app, tx, now },
                Some(&before),
                &after,
                &permit,
            )? {
                return Ok(Err(refused));
            }
            let (_, person) = crate::keep::keep_person(
                Work { app: &app, tx, now },
                Some(&before),
                after,
                &permit.actor().name,
            )?;
            if before.ended_at.is_some() {
                crate::directory::groups::groups_changed(
                    Work { app: &app, tx, now },
                    id,
                    &permit.actor().name,
                )?;
            }
            with_groups(tx, person).map(|read| Ok(Some(read)))
        })
        .await?
}

/// Removes a person from the directory's view: ends their record and takes them out of their groups; their history
/// stays. Returns whether they were at the given version, where one is given.
///
/// # Errors
/// [`AppError::NotFound`].
pub async fn unprovision(
    app: &App,
    permit: Permit<ProvisionPeople>,
    id: PersonId,
    version: Option<i64>,
) -> Result<bool, AppError> {
    let force = force_of(&permit)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let before = provisioned_person(tx, force, id)?;
            if version.is_some_and(|version| version != before.version) {
                return Ok(false);
            }
            rows::leave_all(tx, id)?;
            let after = Person {
                ended_at: before.ended_at.or(Some(now)),
                // The external id stays, so that the directory can bring the same person back.
                user_name: None,
                directory: None,
                source: PersonSource::Scim,
                ..before.clone()
            };
            crate::keep::keep_person(
                Work { app: &app, tx, now },
                Some(&before),
                after,
                &permit.actor().name,
            )?;
            Ok(true)
        })
        .await
}

/// Lists the people that a directory asks for, among those whom it provisions.
///
/// # Errors
/// Only if the database does not answer.
pub async fn provisioned(
    app: &App,
    permit: Permit<ProvisionPeople>,
    find: Find,
) -> Result<Vec<ProvisionedRead>, AppError> {
    let force = force_of(&permit)?;
    app.store()
        .read(move |tx| {
            let found = match find {
                Find::Id(id) => people::by_id(tx, id)?
                    .filter(|person| person.force == force && person.user_name.is_some())
                    .into_iter()
                    .collect(),
                Find::UserName(name) => {
                    people_directory::by_user_name(tx, force, &name)?.into_iter().collect()
                }
                Find::ExternalId(id) => people_directory::by_external_id(tx, force, &id)?,
                Find::After(after, limit) => people_directory::provisioned(tx, force, after, limit)?,
                Find::Window(skip, limit) => people_directory::provisioned_window(tx, force, skip, limit)?,
            };
            found.into_iter().map(|person| with_groups(tx, person)).collect()
        })
        .await
}

/// Counts the people whom the directory provisions.
///
/// # Errors
/// Only if the database does not answer.
pub async fn provisioned_count(app: &App, permit: Permit<ProvisionPeople>) -> Result<i64, AppError> {
    let force = force_of(&permit)?;
    app.store().read(move |tx| people_directory::provisioned_count(tx, force)).await.map_err(AppError::from)
}

/// Finds the leaver whom the directory removed under the same external id; `None` where there are none or several.
fn left_with_account(tx: &mut Tx<'_>, force: Force, new: &Provisioned) -> Result<Option<Person>, AppError> {
    let Some(account) = new.external_id.as_deref().filter(|_| new.number.is_none()) else { return Ok(None) };
    let mut left = people_directory::left_with_external_id(tx, force, account)?;
    Ok(if left.len() == 1 { left.pop() } else { None })
}

/// Returns the person who already has that number, where they are the same person: the external id is the same, or,
/// for a leaver, the name.
fn own_again(found: &Person, new: &Provisioned) -> Result<Person, AppError> {
    if found.user_name.is_some() {
        return Err(AppError::Conflict("another user has this employeeNumber".to_owned()));
    }
    let same_account = new.external_id.is_some() && found.external_id == new.external_id;
    if same_account {
        return Ok(found.clone());
    }
    let plain = |name: &str| name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    if found.ended_at.is_some() && plain(&found.name) != plain(&new.name) {
        return Err(AppError::Conflict(
            "this employeeNumber belonged to somebody of another name who left; give the new person another number"
                .to_owned(),
        ));
    }
    Ok(found.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_made_of_the_user_name_where_there_is_none() {
        assert_eq!(number_of("j.ames@norfolk.example"), "james");
        assert_eq!(number_of("1234"), "1234");
        assert_eq!(number_of(&"x".repeat(90)).len(), NUMBER);
    }
}
