//! Forgetting people whose time is over: who they were goes, what was done stays.
//!
//! A person who left longer ago than the force's retention register keeps them loses name, number, addresses and what the
//! directory said of them; the private detail of every ledger entry about them goes too. The row itself, with its id, and
//! the entries stay, so that the log is whole and verifies. Whoever still has a device, an open case or a legal hold is
//! passed over until that is settled.

use domain::PersonId;
use serde_json::json;
use store::people::Person;
use store::{groups, passkeys, people, people_directory, sessions, sign_in};

use crate::access::{Permit, RunService};
use crate::record::Record;
use crate::{App, AppError};

/// People erased in one transaction.
const BATCH: u32 = 100;

/// Who is due, and who would be if nothing held them.
#[derive(Debug, Clone)]
pub struct DueForErasure {
    /// The oldest of those who are due, a hundred at most.
    pub due: Vec<Person>,
    /// How many are past their time and kept: by a device in their hands, an open case or a legal hold.
    pub held: i64,
}

impl App {
    /// Who is due for erasure; changes nothing.
    ///
    /// # Errors
    /// Only where the database does not answer.
    pub async fn people_due_for_erasure(
        &self,
        _permit: Permit<RunService>,
    ) -> Result<DueForErasure, AppError> {
        let before = self.world().now().minus(self.config().keep_ended_people);
        self.store()
            .read(move |tx| {
                let past = people_directory::past_retention(tx, before)?;
                let due = people_directory::due_for_erasure(tx, before, BATCH)?;
                let shown = i64::try_from(due.len()).unwrap_or(past);
                // More than one batch is due: nobody can say yet how many of the rest are held.
                let held = if shown < i64::from(BATCH) { past - shown } else { 0 };
                Ok(DueForErasure { due, held })
            })
            .await
    }

    /// Erases a batch of the people who are due; how many. Each is a transaction and an entry of its own, and is looked at
    /// again in it: a hold that came meanwhile counts.
    ///
    /// # Errors
    /// Only where the database does not answer.
    pub async fn erase_due_people(&self) -> Result<usize, AppError> {
        let before = self.world().now().minus(self.config().keep_ended_people);
        let due = self
            .store()
            .read(move |tx| people_directory::due_for_erasure(tx, before, BATCH))
            .await
            .map_err(AppError::from)?;
        let mut erased = 0;
        for person in due {
            erased += usize::from(self.erase_person(person.id).await?);
        }
        Ok(erased)
    }

    async fn erase_person(&self, id: PersonId) -> Result<bool, AppError> {
        let (app, now) = (self.clone(), self.world().now());
        let before = now.minus(self.config().keep_ended_people);
        self.store()
            .write(move |tx| {
                let Some(person) = people_directory::due_one(tx, before, id)? else { return Ok(false) };
                let subject = format!("person:{id}");
                let details = people_directory::erase_details(tx, &subject)?;
                groups::leave_all(tx, id)?;
                people_directory::free_managed(tx, id)?;
                sessions::end_of_person(tx, id)?;
                sign_in::forget_accounts(tx, id)?;
                passkeys::forget(tx, id)?;
                let force = person.force;
                let erased = Person {
                    number: format!(
                        "erased-{}",
                        id.uuid().simple().to_string().get(..12).unwrap_or_default()
                    ),
                    name: "Erased".into(),
                    email: None,
                    phone: None,
                    unit: None,
                    user_name: None,
                    external_id: None,
                    line_manager: None,
                    covert: false,
                    starts_on: None,
                    last_day: None,
                    directory: None,
                    changed_at: now,
                    erased_at: Some(now),
                    ..person
                };
                if !people::set(tx, &erased)? {
                    return Ok(false);
                }
                let record = Record::new("system", "person.erased", subject)
                    .force(force)
                    .reason("retention")
                    .detail(json!({ "ledger_details": details }));
                app.enter(tx, now, record)?;
                Ok::<_, AppError>(true)
            })
            .await
    }
}
