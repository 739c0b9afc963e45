//! Use of other systems, fed in from their own logs: sign-ins of the identity provider, connections of the VPN.
//!
//! A row is a person and a time, and nothing more is taken. Those on duty, on call or of unknown duty leave no trace. The
//! answer does not say who was off duty: whoever keeps a log need not know anybody's roster.

use std::collections::BTreeMap;

use domain::{Force, Span, Timestamp};
use serde_json::json;
use store::people::Person;
use store::{Tx, people, people_directory};

use kernel::access::{Permit, ReportUse};
use kernel::record::Record;
use kernel::{App, AppError};

/// Rows at once, at most: each is asked about its person's roster.
pub const MOST_ROWS: usize = 2_000;
/// Faults that are named; the others are counted.
const MOST_FAULTS: usize = 200;
/// How far back a row may lie: nobody remembers longer what an evening was for.
const OLDEST: Span = Span::from_secs(31 * 24 * 3600);
/// How far ahead another system's clock may be.
const SKEW: Span = Span::from_secs(5 * 60);
/// Characters of the system's name that are kept.
const LONGEST_NAME: usize = 60;

/// What to do with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Look, and change nothing.
    Look,
    /// Take it if every row can be taken.
    AllOrNothing,
    /// Take the rows that can be taken.
    WhatCan,
}

/// A row that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// Its place in the file.
    pub row: usize,
    /// Why, and what to do.
    pub why: String,
}

/// Somebody used the system at that time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseRow {
    /// Its place in the file, from 1 on.
    pub row: usize,
    /// Their collar or staff number, or the name by which they sign in.
    pub person: String,
    /// When.
    pub at: Timestamp,
}

/// What a file came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reported {
    /// Rows that can be taken.
    pub good: usize,
    /// Rows that cannot, the first two hundred.
    pub faults: Vec<RowFault>,
    /// How many cannot in all.
    pub faulty: usize,
    /// Whether the good ones were taken.
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

/// Takes what a system's log says. The same rows again change nothing. `digest` names the file in the ledger.
///
/// # Errors
/// [`AppError::Invalid`] for more rows than [`MOST_ROWS`]; else only where the database does not answer: a row that
/// cannot be taken is told with its reason.
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
            let (good, mut done) = sort_out(tx, force, rows, now)?;
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

/// The rows that can be taken, oldest first, so that the first of a day is the one that is kept.
fn sort_out(
    tx: &mut Tx<'_>,
    force: Force,
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
                let found = person_of(tx, force, &person)?;
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

/// The person on the books with that number, or that user name.
fn person_of(tx: &mut Tx<'_>, force: Force, text: &str) -> Result<Option<Person>, AppError> {
    let found = match people::by_number(tx, force, text)? {
        Some(found) => Some(found),
        None => people_directory::by_user_name(tx, force, text)?,
    };
    Ok(found.filter(|person| person.ended_at.is_none()))
}
