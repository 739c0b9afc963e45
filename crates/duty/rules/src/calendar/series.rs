//! Groups events into series, with their versions and exceptions.

use std::collections::BTreeMap;

use super::event::{Body, Event};
use super::meaning::{self, Meaning};
use super::{Answers, MOST_PERIODS, Occurrence, Question, Read, Said, Series, repeat};
use crate::{Period, PeriodKind};

/// Groups the events into series.
pub(super) fn sort_out(
    events: Vec<Event>,
    broken: &BTreeMap<String, usize>,
    answers: &Answers,
    read: &mut Read,
) {
    let mut groups: BTreeMap<(usize, String), Vec<Event>> = BTreeMap::new();
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    for event in events {
        // An event without a UID belongs to no other event.
        let place = match event.uid.as_str() {
            "" => event.event,
            uid => *first.entry(uid.to_owned()).or_insert(event.event),
        };
        groups.entry((place, event.uid.clone())).or_default().push(event);
    }
    let mut periods = 0;
    for ((_, uid), events) in groups {
        let before = read.series.len();
        let mut group = Group { answers, read, uid };
        match broken.get(&group.uid).filter(|_| !group.uid.is_empty()) {
            Some(other) => {
                let what = format!(
                    "event {other} of the same series cannot be read, so none of the series is taken"
                );
                let said = events.iter().map(|event| Said { event: event.event, what: what.clone() });
                group.read.faults.extend(said);
            }
            None => group.take(events),
        }
        let new = read.series.iter().skip(before);
        periods += new.map(|series| series.occurrences.len()).sum::<usize>();
        // The caller then refuses the file.
        if periods > MOST_PERIODS {
            return;
        }
    }
}

/// A fault, already reported, that keeps a series from being used.
struct Stopped;

/// The events of one UID while they are being made into a series.
struct Group<'a> {
    answers: &'a Answers,
    read: &'a mut Read,
    uid: String,
}

/// An occurrence and its day by the series' own clock.
struct Slot {
    day: jiff::civil::Date,
    occurrence: Occurrence,
}

impl Group<'_> {
    fn fault(&mut self, event: usize, what: impl Into<String>) -> Stopped {
        self.read.faults.push(Said { event, what: what.into() });
        Stopped
    }

    fn note(&mut self, event: usize, what: impl Into<String>) {
        self.read.notes.push(Said { event, what: what.into() });
    }

    fn take(&mut self, events: Vec<Event>) {
        let (mut exceptions, mut masters): (Vec<_>, Vec<_>) =
            events.into_iter().partition(|event| event.exception.is_some());
        let version = |event: &Event| (event.sequence, event.stamp, event.event);
        exceptions.sort_by_key(version);
        masters.sort_by_key(version);
        let master = masters.pop();
        let Ok(()) = self.compare(master.as_ref(), &masters) else { return };
        let all = || master.iter().chain(&exceptions);
        let series = Series {
            event: all().map(|event| event.event).min().unwrap_or_default(),
            uid: self.uid.clone(),
            title: all().next().map(|event| event.title.clone()).unwrap_or_default(),
            sequence: all().map(|event| event.sequence).max().unwrap_or_default(),
            stamp: all().filter_map(|event| event.stamp).max(),
            whole: master.is_some(),
            occurrences: Vec::new(),
        };
        if let Ok(occurrences) = self.occurrences(master.as_ref(), &exceptions) {
            self.read.series.push(Series { occurrences, ..series });
        }
    }

    /// Compares a series with its other versions in the file.
    fn compare(&mut self, master: Option<&Event>, others: &[Event]) -> Result<(), Stopped> {
        let Some(master) = master else { return Ok(()) };
        for other in others {
            if other.text == master.text {
                continue;
            }
            if (other.sequence, other.stamp) == (master.sequence, master.stamp) {
                return Err(self.fault(
                    master.event,
                    format!(
                        "event {} has the same UID and the same version (SEQUENCE, DTSTAMP) and says otherwise: export the \
                         calendar again",
                        other.event
                    ),
                ));
            }
            self.note(other.event, format!("event {} is a later version of it, which counts", master.event));
        }
        Ok(())
    }

    fn occurrences(
        &mut self,
        master: Option<&Event>,
        exceptions: &[Event],
    ) -> Result<Vec<Occurrence>, Stopped> {
        let mut slots = match master.and_then(|master| Some((master, master.body.as_ref()?))) {
            Some((master, body)) => self.expanded(master, body)?,
            None => Vec::new(),
        };
        for exception in exceptions {
            self.except(&mut slots, exception, master)?;
        }
        let mut occurrences: Vec<_> = slots.into_iter().map(|slot| slot.occurrence).collect();
        occurrences.sort_by_key(|occurrence| occurrence.slot);
        Ok(occurrences)
    }

    /// Replaces the occurrence that an exception names.
    fn except(
        &mut self,
        slots: &mut Vec<Slot>,
        exception: &Event,
        master: Option<&Event>,
    ) -> Result<(), Stopped> {
        let Some(at) = &exception.exception else { return Ok(()) };
        let Some(slot) = at.instant() else {
            return Err(self.fault(exception.event, "its RECURRENCE-ID is off the calendar: check its year"));
        };
        let period = match &exception.body {
            Some(body) => self.period(exception, body)?,
            None => None,
        };
        let fits =
            |one: &&mut Slot| one.occurrence.slot == slot || (at.whole_day && one.day == at.wall.date());
        let none = format!("an occurrence on {} that its series does not have", at.words());
        match (slots.iter_mut().find(fits), master) {
            (Some(found), _) => found.occurrence = Occurrence { period, ..found.occurrence },
            (None, None) => {
                let occurrence = Occurrence { slot, by_day: at.whole_day, period };
                slots.push(Slot { day: at.wall.date(), occurrence });
            }
            // The whole series was cancelled.
            (None, Some(master)) if master.body.is_none() => {}
            (None, Some(_)) if exception.body.is_none() => {
                self.note(exception.event, format!("it calls off {none}"));
            }
            (None, Some(_)) => {
                let what =
                    format!("it changes {none}, so none of the series is taken: export the calendar again");
                return Err(self.fault(exception.event, what));
            }
        }
        Ok(())
    }

    /// Returns the occurrences of a series without those that it excludes itself.
    fn expanded(&mut self, master: &Event, body: &Body) -> Result<Vec<Slot>, Stopped> {
        let kind = self.kind(master, body)?;
        let found = repeat::occurrences(body).map_err(|what| self.fault(master.event, what))?;
        let mut slots = Vec::with_capacity(found.len());
        for one in found {
            let stretch = one.start.instant().zip(one.end.instant());
            let checked = stretch
                .ok_or_else(|| "a time in it is off the calendar: check its year".to_owned())
                .and_then(|(start, end)| {
                    let period = kind.map(|kind| checked(Period { kind, start, end })).transpose()?;
                    Ok(Occurrence { slot: start, by_day: false, period })
                });
            let occurrence = checked.map_err(|what| self.fault(master.event, what))?;
            slots.push(Slot { day: one.start.wall.date(), occurrence });
        }
        for gone in &body.excepted {
            let before = slots.len();
            let at = gone.instant();
            slots.retain(|slot| {
                let same = Some(slot.occurrence.slot) == at;
                !(same || (gone.whole_day && slot.day == gone.wall.date()))
            });
            if slots.len() == before {
                self.note(
                    master.event,
                    format!("its exception on {} (EXDATE) is none of its occurrences: nothing was taken out for it", gone.words()),
                );
            }
        }
        Ok(slots)
    }

    /// Returns the period of an exception; `None` for a rest day.
    fn period(&mut self, event: &Event, body: &Body) -> Result<Option<Period>, Stopped> {
        let Some(kind) = self.kind(event, body)? else { return Ok(None) };
        let stretch = body.start.instant().zip(body.end.instant());
        let Some((start, end)) = stretch else {
            return Err(self.fault(event.event, "a time in it is off the calendar: check its year"));
        };
        let period = checked(Period { kind, start, end }).map_err(|what| self.fault(event.event, what))?;
        Ok(Some(period))
    }

    /// Returns the kind of an event; `None` for a rest day. Asks the user where it is open.
    fn kind(&mut self, event: &Event, body: &Body) -> Result<Option<PeriodKind>, Stopped> {
        let open = |why| {
            let title = if event.title.is_empty() { "(no summary)" } else { &event.title };
            // Events of whole days have a question of their own, because they cannot be shifts.
            let words = if body.shown.whole_day { format!("{title} (whole days)") } else { title.to_owned() };
            Question { event: event.event, words, why, whole_day: body.shown.whole_day }
        };
        match meaning::of(&body.categories, &event.title, body.shown) {
            Meaning::Period(kind) => Ok(Some(kind)),
            Meaning::Rest => Ok(None),
            Meaning::Open(why) => {
                let question = open(why);
                let answer = meaning::answered(self.answers, &question.words, question.whole_day);
                self.read.questions.push(question);
                match answer {
                    Some(Meaning::Period(kind)) => Ok(Some(kind)),
                    Some(Meaning::Rest) => Ok(None),
                    Some(Meaning::Open(_)) | None => Err(Stopped),
                }
            }
        }
    }
}

/// Refuses an impossible period.
fn checked(period: Period) -> Result<Period, String> {
    let (most, says) = match period.kind {
        PeriodKind::Shift | PeriodKind::Replaced => (36, "a shift of more than 36 hours: check its end"),
        PeriodKind::OnCall => (24 * 32, "a time on call of more than a month: check its end"),
        PeriodKind::Absence(_) => (24 * 366 * 4, "an absence of more than four years: check its end"),
    };
    if period.end <= period.start {
        return Err("it ends before it starts: check its end".into());
    }
    if period.end.since(period.start).millis() > most * 3_600_000 {
        return Err(format!("it comes to {says}"));
    }
    Ok(period)
}
