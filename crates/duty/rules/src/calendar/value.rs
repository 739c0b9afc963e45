//! Parses the times of an event.

use domain::Timestamp;
use domain::local_time::{self, local, midnight};
use icalendar::parser::{Component, Property};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::event::property;
use super::zone::Zones;

/// Most times that one property may list.
const MOST: usize = 1000;

/// A time as an event gives it: a wall-clock time, and the clock.
#[derive(Debug, Clone)]
pub(super) struct Time {
    pub(super) wall: DateTime,
    pub(super) zone: TimeZone,
    pub(super) whole_day: bool,
}

impl Time {
    /// Returns the instant. In the hour that the clocks skip, the format takes the offset from before, and in the
    /// hour that comes twice the first (RFC 5545 section 3.3.5); whole days begin at midnight.
    pub(super) fn instant(&self) -> Option<Timestamp> {
        if self.whole_day {
            return Some(midnight(self.wall.date()));
        }
        let at = self.zone.to_ambiguous_timestamp(self.wall).compatible().ok()?;
        Some(Timestamp::from_millis(at.as_millisecond()))
    }

    /// Returns another wall-clock time on the same clock.
    pub(super) fn at(&self, wall: DateTime) -> Self {
        Self { wall, ..self.clone() }
    }

    /// Makes the day that begins at this time in Britain, if one does.
    pub(super) fn as_day(&self) -> Option<Self> {
        let wall = local(self.instant()?);
        (wall.time() == jiff::civil::Time::midnight()).then(|| Self {
            wall,
            zone: local_time::zone(),
            whole_day: true,
        })
    }

    /// Returns the day, or the day and the time, in words.
    pub(super) fn words(&self) -> String {
        let form = if self.whole_day { "%-d %B %Y" } else { "%-d %B %Y, %H:%M" };
        self.wall.strftime(form).to_string()
    }
}

/// Returns the time in a property; `None` if the event has no such property.
pub(super) fn time(event: &Component<'_>, zones: &Zones, name: &str) -> Result<Option<Time>, String> {
    let Some(found) = property(event, name) else { return Ok(None) };
    Ok(times(found, zones)?.into_iter().next())
}

/// Returns every time in the properties with a name.
pub(super) fn all(event: &Component<'_>, zones: &Zones, name: &str) -> Result<Vec<Time>, String> {
    let mut found = Vec::new();
    for one in event.properties.iter().filter(|one| one.name.as_str().eq_ignore_ascii_case(name)) {
        found.extend(times(one, zones)?);
        if found.len() > MOST {
            return Err(format!(
                "it has more than {MOST} of {name}: export each shift as an event of its own"
            ));
        }
    }
    Ok(found)
}

fn times(one: &Property<'_>, zones: &Zones) -> Result<Vec<Time>, String> {
    let name = one.name.as_str().to_ascii_uppercase();
    let zone = match parameter(one, "TZID") {
        Some(zone) => zones.named(zone),
        None => zones.floating(),
    };
    let texts: Vec<&str> = one.val.as_str().split(',').collect();
    // A value marked as UTC, and a day, need no zone.
    let needs = texts.iter().any(|text| text.trim().len() == 15);
    let zone = match zone {
        Err(why) if needs => return Err(format!("{name}: {why}")),
        zone => zone.unwrap_or(TimeZone::UTC),
    };
    texts
        .into_iter()
        .map(|text| {
            read(text, zone.clone()).ok_or_else(|| {
                format!(
                    "{name} is not a time such as 20261122T220000, 20261122T220000Z or 20261122: correct it"
                )
            })
        })
        .collect()
}

fn parameter<'a>(one: &'a Property<'_>, key: &str) -> Option<&'a str> {
    let found = one.params.iter().find(|param| param.key.as_str().eq_ignore_ascii_case(key))?;
    found.val.as_ref().map(|value| value.as_str())
}

/// Returns whether an exception applies to all later occurrences too.
pub(super) fn is_for_later_ones(event: &Component<'_>) -> bool {
    property(event, "RECURRENCE-ID").is_some_and(|one| parameter(one, "RANGE").is_some())
}

/// Parses `20261122T220000`, the same with a Z for UTC, or a day.
pub(super) fn read(text: &str, zone: TimeZone) -> Option<Time> {
    let text = text.trim();
    if text.len() == 8 {
        let day = Date::strptime("%Y%m%d", text).ok()?;
        return Some(Time { wall: day.at(0, 0, 0, 0), zone: local_time::zone(), whole_day: true });
    }
    let (text, zone) = text.strip_suffix('Z').map_or((text, zone), |text| (text, TimeZone::UTC));
    if text.len() != 15 {
        return None;
    }
    let wall = DateTime::strptime("%Y%m%dT%H%M%S", text).ok()?;
    Some(Time { wall, zone, whole_day: false })
}

/// Returns the end of an event: DTEND, or DTSTART and DURATION, or the end of the day for whole days.
pub(super) fn end(event: &Component<'_>, zones: &Zones, start: &Time) -> Result<Time, String> {
    if let Some(end) = time(event, zones, "DTEND")? {
        if end.whole_day == start.whole_day {
            return Ok(end);
        }
        return Err("one of DTSTART and DTEND is a day and the other a time: make both the same".into());
    }
    let length = match property(event, "DURATION") {
        Some(found) => {
            let length = found.val.as_str().parse::<jiff::Span>().ok().filter(|length| length.is_positive());
            length
                .ok_or("DURATION is not a length of time such as PT8H30M or P1D: give it a DTEND instead")?
        }
        None if start.whole_day => jiff::Span::new().days(1),
        None => return Err("it has neither DTEND nor DURATION: every shift needs an end".into()),
    };
    let wall = start.wall.checked_add(length).map_err(|_| "its end is off the calendar: check DURATION")?;
    Ok(start.at(wall))
}
