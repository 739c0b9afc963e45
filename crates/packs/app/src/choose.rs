//! Chooses the subjects of a pack: one thing or person, everything on a clause, or a sample that its seed draws again.

use domain::local_time::{last_minute, midnight};
use domain::{ClauseId, Force, Span, Subject};
use jiff::civil::Date;
use pack::Sample;
use store::people::Person;
use store::populations::{self, Within};
use store::{Tx, devices, people};

use compliance_app::ledger_subject;
use kernel::access::{Actor, Permit, SeeLedger, SeePeople, permit_within};
use kernel::{App, AppError};

/// Most subjects of a pack without a sample.
const MOST: u32 = 2000;
/// Most subjects that are drawn.
const MOST_DRAWN: u64 = 500;
/// Most members of a population; their ranks go into the pack.
const MOST_MEMBERS: u32 = pack::MAX_POPULATION as u32;

/// The subjects of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// A device, by serial number or id.
    Device(String),
    /// A person, by number or id.
    Person(String),
    /// A document, by its name in the rules.
    Document(String),
    /// Everything that has a finding on the clause.
    Everything,
    /// A sample.
    Sample(Draw),
}

/// How a sample is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draw {
    /// What it is drawn from.
    pub of: Population,
    /// The year in which people left or came.
    pub year: Option<i16>,
    /// How many are drawn, from 1 to 500.
    pub size: u64,
    /// The seed.
    pub seed: u64,
}

/// What a sample is drawn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Population {
    /// People who left in a year.
    Leavers,
    /// People who came in a year.
    Joiners,
    /// People who have not left.
    People,
    /// Devices in use.
    Devices,
}

impl Population {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Leavers, Self::Joiners, Self::People, Self::Devices];

    /// Returns its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Leavers => "leavers",
            Self::Joiners => "joiners",
            Self::People => "people",
            Self::Devices => "devices",
        }
    }

    /// Returns its name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Leavers => "People who left in the year",
            Self::Joiners => "People who came in the year",
            Self::People => "People who work here now",
            Self::Devices => "Devices in use now",
        }
    }
}

impl std::str::FromStr for Population {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|one| one.word() == word);
        found.ok_or_else(|| "choose leavers, joiners, people or devices".to_owned())
    }
}

/// The subjects that were chosen.
#[derive(Debug, Clone)]
pub(crate) struct Chosen {
    /// The subjects, with their names.
    pub subjects: Vec<(Subject, String)>,
    /// How they were drawn, where they are a sample.
    pub sample: Option<Sample>,
    /// The choice in words.
    pub words: String,
}

/// Chooses subjects within what the permit covers.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Denied`] for another force, [`AppError::Invalid`] for a choice that cannot be made, and
/// [`AppError::Conflict`] where there are too many.
pub(crate) fn choose(
    app: &App,
    tx: &mut Tx<'_>,
    permit: &Permit<SeeLedger>,
    wanted: &Wanted,
    clause: Option<&ClauseId>,
) -> Result<Chosen, AppError> {
    let force = permit.scope().force();
    let (subjects, sample, words) = match wanted {
        Wanted::Device(which) => (vec![device(tx, permit, which)?], None, None),
        Wanted::Person(which) => (vec![person(app, tx, permit, which)?], None, None),
        Wanted::Document(id) => {
            let policy = app.policy();
            let found = policy.library().document(id).ok_or_else(|| AppError::not_found("document", id))?;
            (vec![Subject::Document(found.id.clone())], None, None)
        }
        Wanted::Everything => {
            let Some(clause) = clause else {
                return Err(AppError::invalid(
                    "clause",
                    "enter the clause, or choose a device, a person, a document or a sample",
                ));
            };
            let all = populations::of_clause(tx, force, clause, MOST + 1)?;
            if all.len() > MOST as usize {
                return Err(AppError::Conflict(format!(
                    "more than {MOST} devices, people or documents have a finding on {clause}: ask for a sample"
                )));
            }
            (all, None, Some("everything that has a finding".to_owned()))
        }
        Wanted::Sample(draw) => {
            let (subjects, sample) = drawn(tx, force, draw)?;
            let year = sample.year.map(|year| format!(" of {year}")).unwrap_or_default();
            let words = format!(
                "{} of {} {}{year}, drawn with the seed {}",
                subjects.len(),
                sample.ranks.len(),
                draw.of.word(),
                draw.seed
            );
            (subjects, Some(sample), Some(words))
        }
    };
    let mut named = Vec::with_capacity(subjects.len());
    for subject in subjects {
        let name = name(app, tx, permit.actor(), &subject)?;
        named.push((subject, name));
    }
    let only = named.first().map(|(_, name)| name.clone()).unwrap_or_default();
    Ok(Chosen { subjects: named, sample, words: words.unwrap_or(only) })
}

fn device(tx: &mut Tx<'_>, permit: &Permit<SeeLedger>, which: &str) -> Result<Subject, AppError> {
    let found = match which.parse() {
        Ok(id) => devices::by_id(tx, id)?,
        Err(_) => devices::by_serial(tx, which)?,
    };
    let found = found.ok_or_else(|| AppError::not_found("device", which))?;
    permit.reaches(found.force)?;
    Ok(Subject::Device(found.id))
}

fn person(app: &App, tx: &mut Tx<'_>, permit: &Permit<SeeLedger>, which: &str) -> Result<Subject, AppError> {
    let found: Vec<Person> = match which.parse() {
        Ok(id) => people::by_id(tx, id)?.into_iter().collect(),
        Err(_) => {
            let mut found = Vec::new();
            for force in app.forces().into_iter().filter(|force| permit.scope().covers(*force)) {
                found.extend(people::by_number(tx, force, which)?);
            }
            found
        }
    };
    match found.as_slice() {
        [] => Err(AppError::not_found("person", which)),
        [one] => {
            permit.reaches(one.force)?;
            Ok(Subject::Person(one.id))
        }
        _ => Err(AppError::invalid(
            "which",
            "two forces have this number: enter the id, which is in the address of the person's page",
        )),
    }
}

fn drawn(tx: &mut Tx<'_>, force: Option<Force>, draw: &Draw) -> Result<(Vec<Subject>, Sample), AppError> {
    if !(1..=MOST_DRAWN).contains(&draw.size) {
        return Err(AppError::invalid("size", format!("enter how many to draw, from 1 to {MOST_DRAWN}")));
    }
    let limit = MOST_MEMBERS + 1;
    let population: Vec<Subject> = match draw.of {
        Population::Leavers => populations::leavers(tx, force, &year(draw.year)?, limit)?
            .into_iter()
            .map(Subject::Person)
            .collect(),
        Population::Joiners => populations::joiners(tx, force, &year(draw.year)?, limit)?
            .into_iter()
            .map(Subject::Person)
            .collect(),
        Population::People => {
            populations::people(tx, force, limit)?.into_iter().map(Subject::Person).collect()
        }
        Population::Devices => {
            populations::devices(tx, force, limit)?.into_iter().map(Subject::Device).collect()
        }
    };
    if population.is_empty() {
        return Err(AppError::Conflict(
            "nothing and nobody fits, so there is nothing to draw from: choose another year or population"
                .into(),
        ));
    }
    let names: Vec<String> = population.iter().map(ledger_subject).collect();
    let of_year = draw.year.filter(|_| matches!(draw.of, Population::Leavers | Population::Joiners));
    let (sample, places) =
        Sample::draw(draw.of.word(), of_year, draw.size, draw.seed, &names).ok_or_else(|| {
            AppError::Conflict(format!(
                "there are more than {MOST_MEMBERS} to draw from: take the people of one year"
            ))
        })?;
    Ok((places.into_iter().filter_map(|place| population.get(place).cloned()).collect(), sample))
}

/// Returns the days of a year, by the force's clock.
fn year(year: Option<i16>) -> Result<Within, AppError> {
    let wrong = || AppError::invalid("year", "enter a year from 2000 to 2100");
    let year = year.filter(|year| (2000..=2100).contains(year)).ok_or_else(wrong)?;
    let first = Date::new(year, 1, 1).map_err(|_| wrong())?;
    let last = Date::new(year, 12, 31).map_err(|_| wrong())?;
    Ok(Within {
        first: first.to_string(),
        last: last.to_string(),
        from: midnight(first),
        until: last_minute(last).plus(Span::from_secs(60)),
    })
}

/// Returns what people call a subject, as far as the reader may know.
fn name(app: &App, tx: &mut Tx<'_>, reader: &Actor, subject: &Subject) -> Result<String, AppError> {
    Ok(match subject {
        Subject::Device(id) => {
            let found = devices::by_id(tx, *id)?.ok_or_else(|| AppError::not_found("device", id))?;
            format!("{} {}", found.kind.title(), found.serial)
        }
        Subject::Person(id) => {
            let found = people::by_id(tx, *id)?.ok_or_else(|| AppError::not_found("person", id))?;
            let may =
                permit_within::<SeePeople>(reader).is_ok_and(|permit| permit.reaches_person(&found).is_ok());
            if may { format!("{} ({})", found.name, found.number) } else { format!("Person {id}") }
        }
        Subject::Document(id) => {
            app.policy().library().document(id).map_or_else(|| id.clone(), |document| document.title.clone())
        }
    })
}
