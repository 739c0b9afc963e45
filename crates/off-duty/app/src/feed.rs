//! Takes in the use of other systems from their own logs: sign-ins of the identity provider, connections of the VPN.
//!
//! A row is a person and a time, and nothing more is stored. People on duty, on call or of unknown duty leave no
//! record. The answer does not say who was off duty: the keeper of a log need not know anybody's roster.

use std::collections::BTreeMap;

use domain::{Force, Span, Timestamp};
use serde_json::json;
use store::people::Person;
use store::{Tx, people, people_directory};

use kernel::access::{Permit, ReportUse};
use kernel::forces::ForceName;
use kernel::record::Record;
use kernel::{App, AppError};

/// Most rows at once: each one looks up its person's roster.
pub const MOST_ROWS: usize = 2_000;
/// Most faults that are listed; the others are counted.
const MOST_FAULTS: usize = 200;
/// The oldest time that a row may have: nobody remembers for longer what an evening was for.
const OLDEST: Span = Span::from_secs(31 * 24 * 3600);
/// How far ahead another system's clock may be.
const SKEW: Span = Span::from_secs(5 * 60);
/// Most characters of the system's name that are kept.
const LONGEST_NAME: usize = 60;

/// The way of handling a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Check it, and change nothing.
    Look,
    /// Import it if every row is valid.
    AllOrNothing,
    /// Import the valid rows.
    WhatCan,
}

/// An invalid row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// Its place in the file.
    pub row: usize,
    /// The reason, and what to do.
    pub why: String,
}

/// One person's use of the system at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseRow {
    /// Its place in the file, from 1 on.
    pub row: usize,
    /// Their collar or staff number, or their sign-in name.
    pub person: String,
    /// The time.
    pub at: Timestamp,
}

/// The result of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reported {
    /// Number of valid rows.
    pub good: usize,
    /// Invalid rows, the first two hundred.
    pub faults: Vec<RowFault>,
    /// Number of all invalid rows.
    pub faulty: usize,
    /// Whether the valid rows were imported.
    pub taken: bool,
}

impl Reported {
    fn fault(&mut self, fault: RowFault) {
        self.faulty += 1;
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(fault);
        }
    }
}

/// Imports the uses in a system's log. The same rows again change nothing. `digest` identifies the file in the
/// ledger.
///
/// # Errors
/// [`AppError::Invalid`] for more rows than [`MOST_ROWS`]; otherwise only if the database does not answer: an invalid
/// row is reported with its reason.
pub async fn report_use(
    app: &App,
    permit: Permit<ReportUse>,
    rows: Vec<Result<UseRow, RowFault>>,
    choice: Choice,
    digest: String,
) -> Result<Reported, AppError> {
    if rows.len() > MOST_ROWS {
        return Err(AppError::invalid(
            "events",
            format!("{MOST_ROWS} rows are the most; send them in parts"),
        ));
    }
    let force = permit.scope().force().ok_or_else(|| AppError::invalid("token", "it is for no one force"))?;
    let name = permit.actor().token_name().unwrap_or(&permit.actor().shown);
    let system: String = name.chars().take(LONGEST_NAME).collect();
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let (good, mut done) = sort_out(tx, &app.force_name(force), rows, now)?;
            done.taken = match choice {
                Choice::Look => false,
                Choice::AllOrNothing => done.faulty == 0,
                Choice::WhatCan => true,
            };
            let mut new = 0_usize;
            for (person, at) in good.iter().filter(|_| done.taken) {
                new += usize::from(crate::note_use(&app, tx, person, *at, &system)?);
            }
            if new > 0 {
                let record = Record::new(&permit.actor().name, "off-duty.reported", format!("force:{force}"))
                    .force(force)
                    .detail(
                        json!({ "digest": digest, "rows": done.good, "noted": new, "refused": done.faulty }),
                    );
                app.enter(tx, now, record)?;
            }
            Ok(done)
        })
        .await
}

/// Sorts out the valid rows, oldest first, so that the first of a day is the one that is kept.
fn sort_out(
    tx: &mut Tx<'_>,
    force: &ForceName,
    rows: Vec<Result<UseRow, RowFault>>,
    now: Timestamp,
) -> Result<(Vec<(Person, Timestamp)>, Reported), AppError> {
    let mut known: BTreeMap<String, Option<Person>> = BTreeMap::new();
    let (mut good, mut done) = (Vec::new(), Reported::default());
    for row in rows {
        let UseRow { row, person, at } = match row {
            Ok(row) => row,
            Err(fault) => {
                done.fault(fault);
                continue;
            }
        };
        let found = match known.get(&person) {
            Some(found) => found.clone(),
            None => {
                let found = person_of(tx, force.force, &person)?;
                known.insert(person, found.clone());
                found
            }
        };
        match (found, time_fault(at, now)) {
            (Some(person), None) => good.push((person, at)),
            (Some(_), Some(why)) => done.fault(RowFault { row, why: why.into() }),
            (None, _) => {
                let why = format!("person: {} has nobody of this number or user name", force.title());
                done.fault(RowFault { row, why });
            }
        }
    }
    good.sort_by_key(|(_, at)| *at);
    done.good = good.len();
    Ok((good, done))
}

fn time_fault(at: Timestamp, now: Timestamp) -> Option<&'static str> {
    if at > now.plus(SKEW) {
        return Some("at: it lies in the future; look at that system's clock");
    }
    (at < now.minus(OLDEST)).then_some("at: it is more than 31 days ago; nobody is asked about that any more")
}

/// Finds the person on the books with that number, or that user name.
fn person_of(tx: &mut Tx<'_>, force: Force, text: &str) -> Result<Option<Person>, AppError> {
    let found = match people::by_number(tx, force, text)? {
        Some(found) => Some(found),
        None => people_directory::by_user_name(tx, force, text)?,
    };
    Ok(found.filter(|person| person.ended_at.is_none()))
}
