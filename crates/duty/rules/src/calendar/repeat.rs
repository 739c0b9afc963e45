//! Expands the repetition of an event: daily or weekly, with an end.

use jiff::ToSpan;
use jiff::civil::{DateTime, Weekday};

use super::event::Body;
use super::value::{self, Time};

/// Number of days examined from the first one on: four years, which also bounds the number of occurrences.
const FARTHEST: i32 = 4 * 366;

const EACH: &str = "export each shift as an event of its own";

/// An occurrence as the series defines it.
pub(super) struct Found {
    pub(super) start: Time,
    pub(super) end: Time,
}

/// Lists every occurrence of an event, by its rule and its listed dates; exceptions are not yet taken out.
pub(super) fn occurrences(body: &Body) -> Result<Vec<Found>, String> {
    let mut starts = match &body.rule {
        Some(rule) => expand(&body.start, rule)?,
        None => vec![body.start.wall],
    };
    for added in &body.added {
        if added.whole_day != body.start.whole_day {
            return Err("one of DTSTART and RDATE is a day and the other a time: make both the same".into());
        }
        let at = added.zone.to_ambiguous_timestamp(added.wall).compatible();
        let wall = at.map(|at| if added.whole_day { added.wall } else { body.start.zone.to_datetime(at) });
        starts.push(wall.map_err(|_| off())?);
    }
    starts.sort_unstable();
    starts.dedup();
    let length = body.end.wall.since(body.start.wall).map_err(|_| off())?;
    let end = |wall: DateTime| wall.checked_add(length).map(|end| body.end.at(end)).map_err(|_| off());
    starts.into_iter().map(|wall| Ok(Found { start: body.start.at(wall), end: end(wall)? })).collect()
}

fn off() -> String {
    "a time in it is off the calendar: check its year".to_owned()
}

/// A parsed rule.
#[derive(Default)]
struct Rule {
    weekly: bool,
    every: i32,
    count: Option<usize>,
    /// The last wall-clock time that is included, by the series' own clock.
    until: Option<DateTime>,
    days: Vec<Weekday>,
}

fn expand(start: &Time, text: &str) -> Result<Vec<DateTime>, String> {
    let rule = read(start, text)?;
    if !rule.days.is_empty() && !rule.days.contains(&start.wall.weekday()) {
        return Err("its first day is none of those in its BYDAY: correct one of them".into());
    }
    let week_start = i32::from(start.wall.date().weekday().to_monday_zero_offset());
    let mut found = Vec::new();
    for days in 0..=FARTHEST {
        let wall = start.wall.checked_add(days.days()).map_err(|_| off())?;
        let listed = rule.days.contains(&wall.weekday());
        let falls = if rule.weekly {
            let own = rule.days.is_empty() && wall.weekday() == start.wall.weekday();
            ((days + week_start) / 7) % rule.every == 0 && (own || listed)
        } else {
            days % rule.every == 0 && (rule.days.is_empty() || listed)
        };
        if !falls {
            continue;
        }
        if rule.until.is_some_and(|until| wall > until)
            || rule.count.is_some_and(|count| found.len() >= count)
        {
            return Ok(found);
        }
        found.push(wall);
    }
    Err("it repeats for more than four years: end it sooner, or hand it over year by year".into())
}

fn read(start: &Time, text: &str) -> Result<Rule, String> {
    let mut rule = Rule { every: 1, ..Rule::default() };
    let mut frequency = String::new();
    for part in text.trim().split(';').filter(|part| !part.is_empty()).take(20) {
        let part = part.to_ascii_uppercase();
        let (key, value) = part.split_once('=').unwrap_or((&part, ""));
        let wrong = || format!("the {key} of its RRULE cannot be read: {EACH}");
        match key {
            "FREQ" => value.clone_into(&mut frequency),
            "INTERVAL" => {
                rule.every =
                    value.parse().ok().filter(|every| (1..=1000).contains(every)).ok_or_else(wrong)?;
            }
            "COUNT" => rule.count = Some(value.parse().ok().filter(|count| *count > 0).ok_or_else(wrong)?),
            "UNTIL" => {
                let read = value::read(value, start.zone.clone()).ok_or_else(wrong)?;
                rule.until = Some(last(start, &read).ok_or_else(wrong)?);
            }
            "BYDAY" => {
                for day in value.split(',').take(7) {
                    rule.days.push(weekday(day).ok_or_else(wrong)?);
                }
            }
            "WKST" if value == "MO" => {}
            // The first day of the week matters only to rules for every second week or less often; Outlook always
            // writes it.
            "WKST"
                if rule.every == 1
                    && weekday(value).is_some()
                    && !text.to_ascii_uppercase().contains("INTERVAL=") => {}
            _ => return Err(wrong()),
        }
    }
    rule.weekly = match frequency.as_str() {
        "DAILY" => false,
        "WEEKLY" => true,
        _ => return Err(format!("it repeats otherwise than daily or weekly: {EACH}")),
    };
    if rule.count.is_none() && rule.until.is_none() {
        return Err("it repeats without an end: give its RRULE a COUNT or an UNTIL".into());
    }
    Ok(rule)
}

/// Returns the last wall-clock time that is still included, by the series' own clock: an end with a time is included,
/// and so is the whole of an end day.
fn last(start: &Time, until: &Time) -> Option<DateTime> {
    if until.whole_day {
        return Some(until.wall.date().at(23, 59, 59, 0));
    }
    if start.whole_day {
        return Some(domain::local_time::local(until.instant()?));
    }
    let at = until.zone.to_ambiguous_timestamp(until.wall).compatible().ok()?;
    Some(start.zone.to_datetime(at))
}

fn weekday(text: &str) -> Option<Weekday> {
    Some(match text {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    })
}
