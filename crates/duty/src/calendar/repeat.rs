//! Repetition: daily or weekly, with an end.

use domain::{Span, Timestamp};
use icalendar::parser::Component;
use jiff::ToSpan;
use jiff::civil::Weekday;

use super::value::Time;
use super::{Stretch, property, value};
use crate::clock::{london, midnight};

/// Occurrences of one event, at most: a shift every day for two years.
const MOST: usize = 732;
/// Days that are looked at from the first one on.
const FARTHEST: i32 = 4 * 366;

/// A rule that is read.
struct Rule {
    weekly: bool,
    every: i32,
    count: Option<usize>,
    /// Where it ends; not part of it.
    until: Option<Timestamp>,
    days: Vec<Weekday>,
}

/// Every occurrence of an event: the one of the event itself, and those of its rule.
pub(super) fn occurrences(event: &Component<'_>, start: &Time, end: &Time) -> Result<Vec<Stretch>, String> {
    let off_calendar = || "a time in it is off the calendar: check its year".to_owned();
    let one = |start: &Time, end: &Time| Some((start.instant()?, end.instant()?));
    let first = one(start, end).ok_or_else(off_calendar)?;
    let Some(rule) = property(event, "RRULE") else { return Ok(vec![first]) };
    let rule = read(rule)?;
    let gone = exceptions(event)?;
    if !rule.days.is_empty() && !rule.days.contains(&start.wall.weekday()) {
        return Err("its first day is none of those in its BYDAY: correct one of them".into());
    }
    let length = end.wall.since(start.wall).map_err(|_| off_calendar())?;
    let week_start = i32::from(start.wall.date().weekday().to_monday_zero_offset());
    let (mut found, mut counted) = (Vec::new(), 0_usize);
    for days in 0..=FARTHEST {
        let wall = start.wall.checked_add(days.days()).map_err(|_| off_calendar())?;
        let falls = if rule.weekly {
            let own = rule.days.is_empty() && wall.weekday() == start.wall.weekday();
            let week = (days + week_start) / 7;
            week % rule.every == 0 && (own || rule.days.contains(&wall.weekday()))
        } else {
            days % rule.every == 0
        };
        if !falls {
            continue;
        }
        let begins = start.at(wall);
        let stretch = wall.checked_add(length).ok().and_then(|last| one(&begins, &end.at(last)));
        let stretch = stretch.ok_or_else(off_calendar)?;
        if rule.until.is_some_and(|until| stretch.0 >= until)
            || rule.count.is_some_and(|count| counted >= count)
        {
            return Ok(found);
        }
        counted += 1;
        if counted > MOST {
            return Err("it repeats more than 732 times: end it sooner, or hand it over year by year".into());
        }
        if !gone.contains(&stretch.0) {
            found.push(stretch);
        }
    }
    Err("it repeats for more than four years: end it sooner, or hand it over year by year".into())
}

fn read(text: &str) -> Result<Rule, String> {
    let mut rule = Rule { weekly: false, every: 1, count: None, until: None, days: Vec::new() };
    let mut frequency = "";
    for part in text.split(';').take(20) {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let wrong =
            || format!("the {key} of its RRULE cannot be read: export each shift as an event of its own");
        match key.to_ascii_uppercase().as_str() {
            "FREQ" => frequency = value,
            "INTERVAL" => {
                rule.every = value.parse().ok().filter(|every| (1..=52).contains(every)).ok_or_else(wrong)?
            }
            "COUNT" => rule.count = Some(value.parse().map_err(|_| wrong())?),
            "UNTIL" => {
                rule.until = Some(value::read(value, london()).as_ref().and_then(after).ok_or_else(wrong)?)
            }
            "BYDAY" => {
                for day in value.split(',').take(7) {
                    rule.days.push(weekday(day).ok_or_else(wrong)?);
                }
            }
            "WKST" if value.eq_ignore_ascii_case("MO") => {}
            _ => return Err(wrong()),
        }
    }
    rule.weekly = match frequency.to_ascii_uppercase().as_str() {
        "DAILY" if rule.days.is_empty() => false,
        "WEEKLY" => true,
        _ => {
            return Err(
                "it repeats otherwise than daily or weekly: export each shift as an event of its own".into(),
            );
        }
    };
    if rule.count.is_none() && rule.until.is_none() {
        return Err("it repeats without an end: give its RRULE a COUNT or an UNTIL".into());
    }
    Ok(rule)
}

/// The first instant at which nothing begins any more: an end that is a time is still part of the rule, and so is the whole
/// of one that is a day.
fn after(until: &Time) -> Option<Timestamp> {
    if until.whole_day {
        return Some(midnight(until.wall.date().saturating_add(1.day())));
    }
    Some(until.instant()?.plus(Span::from_millis(1)))
}

fn weekday(text: &str) -> Option<Weekday> {
    Some(match text.to_ascii_uppercase().as_str() {
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

/// The occurrences that an event takes back.
fn exceptions(event: &Component<'_>) -> Result<Vec<Timestamp>, String> {
    let wrong = || "its EXDATE cannot be read: export each shift as an event of its own".to_owned();
    let mut gone = Vec::new();
    for one in event.properties.iter().filter(|one| one.name.as_str().eq_ignore_ascii_case("EXDATE")) {
        if one.params.iter().any(|param| {
            param.key.as_str().eq_ignore_ascii_case("TZID")
                && param.val.as_ref().is_none_or(|zone| zone.as_str().trim_matches('"') != "Europe/London")
        }) {
            return Err(wrong());
        }
        for text in one.val.as_str().split(',').take(MOST) {
            gone.push(value::read(text, london()).and_then(|time| time.instant()).ok_or_else(wrong)?);
        }
    }
    Ok(gone)
}
