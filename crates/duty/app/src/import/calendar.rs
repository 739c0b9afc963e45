//! Imports a calendar of one person: works out the periods that its series add, and those that they replace.
//!
//! A series is remembered by its UID and its version. A later version replaces what an earlier file added, an earlier
//! one is refused, and an exception of a series that is not in the file changes what an earlier file added for it. A
//! period that somebody added by hand stays as it is.

use domain::PeriodKind;
use std::collections::{BTreeSet, HashSet};

use domain::local_time::{day_in_words, day_of};
use domain::{PeriodId, Timestamp};
use duty::AbsenceKind;
use duty::calendar::{self as read, Answers, Question, Series};
use serde_json::{Value, json};
use store::Tx;
use store::duty::{self as rows, PeriodRow};
use store::duty_series::{self, SeriesPeriod, SeriesRow};
use store::people::Person;

use super::{nobody, once, person_of, words};
use kernel::access::{ManageDuty, Permit};
use kernel::imports::{Ask, Content, Counted, Does, File, Item, Kind, Mapping, NoColumn, Plan, Wrong};
use kernel::{AppError, Work, digest_hex};

/// The kind of file that holds a calendar.
#[derive(Debug, Clone, Copy)]
pub enum Calendars {}

/// A calendar that can be parsed; the answers decide what its events mean.
pub struct Text(Vec<u8>);

impl Content for Text {
    fn headings(&self) -> &[String] {
        &[]
    }

    fn counted(&self) -> Counted {
        Counted::Events
    }

    fn wrong(&self) -> &[Wrong] {
        &[]
    }

    fn notes(&self) -> &[String] {
        &[]
    }
}

/// The changes that a series makes.
pub struct SeriesChange {
    version: Option<SeriesRow>,
    /// Periods to add, with the time by which exceptions name them.
    adds: Vec<(PeriodRow, Timestamp)>,
    /// Periods from an earlier file to remove.
    removes: Vec<SeriesPeriod>,
    /// Existing periods, with the time by which exceptions name them from now on.
    links: Vec<(PeriodId, Timestamp)>,
}

impl Kind for Calendars {
    type Needs = ManageDuty;
    type Column = NoColumn;
    type Content = Text;
    type Entry = SeriesChange;

    const WORD: &'static str = "calendars";
    const ACTION: &'static str = "duty.imported";
    const MOST_ROWS: usize = read::MOST_EVENTS;

    fn read(bytes: &[u8]) -> Result<Text, AppError> {
        read::read(bytes, &Answers::new()).map_err(|error| AppError::invalid("file", error.to_string()))?;
        Ok(Text(bytes.to_vec()))
    }

    fn lacks(_: &Mapping<NoColumn>) -> Option<&'static str> {
        None
    }

    fn plan(
        tx: &mut Tx<'_>,
        _permit: &Permit<ManageDuty>,
        file: &File<Self>,
    ) -> Result<Plan<SeriesChange>, AppError> {
        let person = person_of(tx, file.force, &file.about)?
            .ok_or_else(|| AppError::invalid("about", nobody(file)))?;
        let read = read::read(&file.content.0, &file.answers);
        let read = read.map_err(|error| AppError::invalid("file", error.to_string()))?;
        let mut plan = Plan::default();
        for said in read.faults {
            plan.wrong.push(Wrong { row: said.event, why: said.what });
        }
        for said in read.notes {
            plan.notes.push(match said.event {
                0 => said.what,
                event => format!("Event {event}: {}.", said.what),
            });
        }
        for question in &read.questions {
            plan.ask(question.event, ask(question, &file.answers));
        }
        let mut desk = Desk { person: &person, all: HashSet::new(), plan };
        for series in &read.series {
            let wanted = series.occurrences.iter().filter_map(|one| one.period);
            let keys: Vec<Key> = wanted.map(|period| desk.key(&desk.row(period))).collect();
            desk.all.extend(keys);
        }
        for series in &read.series {
            desk.take(tx, series)?;
        }
        desk.left(tx, &read.series)?;
        Ok(desk.plan)
    }

    fn fingerprint(entry: &SeriesChange) -> Value {
        let key =
            |row: &PeriodRow| json!([row.kind.as_str(), row.absence, row.start.millis(), row.end.millis()]);
        json!([
            entry.version.as_ref().map(|row| (row.person, &row.series, row.sequence)),
            entry.adds.iter().map(|(row, _)| key(row)).collect::<Vec<_>>(),
            entry.removes.iter().map(|one| one.row.id).collect::<Vec<_>>(),
            entry.links.iter().map(|(id, _)| id).collect::<Vec<_>>(),
        ])
    }

    fn enter(
        Work { app, tx, now }: Work<'_, '_>,
        _: &str,
        items: Vec<Item<SeriesChange>>,
    ) -> Result<(), AppError> {
        let all = |entry: &SeriesChange| {
            let added = entry.adds.iter().map(|(row, _)| row.person);
            added.chain(entry.removes.iter().map(|one| one.row.person)).collect::<Vec<_>>()
        };
        let people = once(items.iter().flat_map(|item| all(&item.entry)));
        for SeriesChange { version, adds, removes, links } in items.into_iter().map(|item| item.entry) {
            for gone in removes {
                rows::remove_period(tx, gone.row.id)?;
            }
            let series = version.as_ref().map(|version| version.series.as_str()).unwrap_or_default();
            for (row, slot) in adds {
                let row = PeriodRow { id: PeriodId::from_uuid(app.world().uuid()), ..row };
                if rows::add_period(tx, &row, now)? {
                    duty_series::link(tx, row.id, series, slot)?;
                }
            }
            for (id, slot) in links {
                duty_series::link(tx, id, series, slot)?;
            }
            if let Some(version) = version {
                duty_series::put(tx, &version)?;
            }
        }
        people
            .into_iter()
            .try_for_each(|person| kernel::jobs::look_at_notices_again(app, tx, person).map(drop))
    }
}

/// The possible answers about an event.
const CHOICES: [(&str, &str); 3] =
    [("shift", "A shift"), ("on-call", "Time on call"), ("rest-day", "A rest day: leave it out")];

fn ask(question: &Question, answers: &Answers) -> Ask {
    let absences = AbsenceKind::ALL.iter().map(|kind| (kind.as_str(), kind.title()));
    let own = CHOICES.into_iter().filter(|(word, _)| !question.whole_day || *word != "shift");
    let choices: Vec<_> = own.chain(absences).collect();
    let given = answers.get(&question.words).filter(|given| choices.iter().any(|(word, _)| word == given));
    Ask {
        key: question.words.clone(),
        question: format!("What is “{}”? It is asked because {}.", question.words, question.why),
        given: given.cloned(),
        choices,
        rows: Vec::new(),
    }
}

/// The fields that identify the same period.
type Key = (&'static str, String, i64, i64);

/// The person's calendar, while it is compared with the existing periods.
struct Desk<'a> {
    person: &'a Person,
    /// Every period in the file.
    all: HashSet<Key>,
    plan: Plan<SeriesChange>,
}

impl Desk<'_> {
    fn key(&self, row: &PeriodRow) -> Key {
        (row.kind.as_str(), row.absence.clone(), row.start.millis(), row.end.millis())
    }

    fn row(&self, period: duty::Period) -> PeriodRow {
        let (kind, absence) = match period.kind {
            duty::PeriodKind::Shift => (PeriodKind::Shift, ""),
            duty::PeriodKind::Replaced => (PeriodKind::Replaced, ""),
            duty::PeriodKind::OnCall => (PeriodKind::OnCall, ""),
            duty::PeriodKind::Absence(kind) => (PeriodKind::Absence, kind.as_str()),
        };
        PeriodRow {
            id: PeriodId::from_uuid(uuid::Uuid::nil()),
            person: self.person.id,
            kind,
            absence: absence.to_owned(),
            start: period.start,
            end: period.end,
            source: "calendar".to_owned(),
        }
    }

    fn wrong(&mut self, series: &Series, why: impl Into<String>) {
        self.plan.wrong.push(Wrong { row: series.event, why: why.into() });
    }

    fn take(&mut self, tx: &mut Tx<'_>, series: &Series) -> Result<(), AppError> {
        let digest = if series.uid.is_empty() { String::new() } else { digest_hex(series.uid.as_bytes()) };
        let before = if digest.is_empty() { None } else { duty_series::of(tx, self.person.id, &digest)? };
        let there =
            if before.is_some() { duty_series::periods(tx, self.person.id, &digest)? } else { Vec::new() };
        let older = before.as_ref().is_some_and(|before| {
            let stamps = before.stamped_at.zip(series.stamp);
            series.sequence < before.sequence
                || (series.sequence == before.sequence && stamps.is_some_and(|(before, now)| now < before))
        });
        let Some(wanted) = self.wanted(series, before.as_ref(), &there) else { return Ok(()) };
        let keys: HashSet<Key> = wanted.iter().map(|(row, _)| self.key(row)).collect();
        let removes: Vec<SeriesPeriod> =
            there.into_iter().filter(|one| !keys.contains(&self.key(&one.row))).collect();
        let (mut adds, mut links) = (Vec::new(), Vec::new());
        for (row, slot) in wanted {
            match duty_series::like(tx, &row)? {
                None => adds.push((row, slot)),
                Some(found)
                    if found.row.source == "calendar" && found.series.is_empty() && !digest.is_empty() =>
                {
                    links.push((found.row.id, slot));
                }
                Some(_) => {}
            }
        }
        if adds.is_empty() && removes.is_empty() && links.is_empty() {
            self.plan.same += 1;
            return Ok(());
        }
        if older {
            let version = before.map(|before| before.sequence).unwrap_or_default();
            self.wrong(series, format!("an earlier file entered a later version of it (SEQUENCE {version}): export the calendar again"));
            return Ok(());
        }
        // A period that another series of the file has too is kept for that series.
        let removes: Vec<_> =
            removes.into_iter().filter(|one| !self.all.contains(&self.key(&one.row))).collect();
        let ends = adds
            .iter()
            .map(|(row, _)| row.end)
            .chain(keys.iter().map(|key| Timestamp::from_millis(key.3)))
            .max();
        let version = (!digest.is_empty()).then(|| SeriesRow {
            person: self.person.id,
            series: digest,
            sequence: series.sequence,
            stamped_at: series.stamp,
            ends_at: ends.or(before.as_ref().map(|before| before.ends_at)).unwrap_or_default(),
        });
        let difference = difference(&adds, &removes, before.as_ref());
        let does = match (before.is_some(), keys.is_empty()) {
            (_, true) => Does::Ends,
            (true, false) => Does::Changes,
            (false, false) => Does::Adds,
        };
        let (number, name) = (self.person.number.clone(), series.title.clone());
        let entry = SeriesChange { version, adds, removes, links };
        self.plan.items.push(Item { row: series.event, does, number, name, difference, entry });
        Ok(())
    }

    /// Lists the periods that a series should have, with the times by which exceptions name them; `None` where it was
    /// refused.
    fn wanted(
        &mut self,
        series: &Series,
        before: Option<&SeriesRow>,
        there: &[SeriesPeriod],
    ) -> Option<Vec<(PeriodRow, Timestamp)>> {
        if series.whole {
            let all = series.occurrences.iter();
            return Some(all.filter_map(|one| Some((self.row(one.period?), one.slot))).collect());
        }
        if before.is_none() {
            self.wrong(series, "it changes a series that is not in this file and that no earlier file entered: export the whole calendar");
            return None;
        }
        let mut all: Vec<(PeriodRow, Timestamp)> =
            there.iter().map(|one| (one.row.clone(), one.slot.unwrap_or(one.row.start))).collect();
        for one in &series.occurrences {
            let found = all
                .iter()
                .position(|(_, slot)| *slot == one.slot || (one.by_day && day_of(*slot) == day_of(one.slot)));
            match (found, one.period) {
                (Some(found), None) => drop(all.remove(found)),
                (Some(found), Some(period)) => {
                    let new = self.row(period);
                    if let Some((row, _)) = all.get_mut(found) {
                        *row = new;
                    }
                }
                (None, None) => self.plan.notes.push(format!(
                    "Event {}: the occurrence on {} that it calls off does not stand.",
                    series.event,
                    day_in_words(day_of(one.slot))
                )),
                (None, Some(_)) => {
                    self.wrong(
                        series,
                        format!(
                            "it changes an occurrence on {} that no earlier file entered: export the whole calendar",
                            day_in_words(day_of(one.slot))
                        ),
                    );
                    return None;
                }
            }
        }
        Some(all)
    }

    /// Notes the periods that an earlier calendar added within the time of this one, and that this one does not have.
    fn left(&mut self, tx: &mut Tx<'_>, all: &[Series]) -> Result<(), AppError> {
        let own: BTreeSet<String> = all.iter().map(|series| digest_hex(series.uid.as_bytes())).collect();
        let starts = || self.all.iter().map(|key| key.2);
        let Some((from, to)) = starts().min().zip(starts().max()) else { return Ok(()) };
        let window = (Timestamp::from_millis(from), Timestamp::from_millis(to.saturating_add(1)));
        let there = duty_series::between(tx, self.person.id, window.0, window.1)?;
        let mut left =
            there.iter().filter(|one| !own.contains(&one.series) && !self.all.contains(&self.key(&one.row)));
        if let Some(first) = left.next() {
            let more = left.count() + 1;
            self.plan.notes.push(format!(
                "{more} that an earlier calendar entered in the time of this one are not in it, and stand: {}{}. Take them out on \
                 the person’s duty page if they are off.",
                words(&first.row),
                if more > 1 { " and others" } else { "" }
            ));
        }
        Ok(())
    }
}

fn difference(
    adds: &[(PeriodRow, Timestamp)],
    removes: &[SeriesPeriod],
    before: Option<&SeriesRow>,
) -> String {
    let list = |rows: Vec<&PeriodRow>| match rows.as_slice() {
        [] => None,
        [one] => Some(words(one)),
        [first, .., last] => Some(format!("{} times, from {} to {}", rows.len(), words(first), words(last))),
    };
    let added = list(adds.iter().map(|(row, _)| row).collect());
    let gone = list(removes.iter().map(|one| &one.row).collect());
    match (added, gone, before) {
        (Some(added), None, _) => added,
        (Some(added), Some(gone), Some(before)) => {
            format!("{added}; replaces what an earlier file entered (version {}): {gone}", before.sequence)
        }
        (Some(added), Some(gone), None) => format!("{added}; replaces {gone}"),
        (None, Some(gone), _) => format!("taken out, which an earlier file entered: {gone}"),
        (None, None, _) => "stands already; known by its calendar from now on".to_owned(),
    }
}
