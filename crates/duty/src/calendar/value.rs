//! Times of an event.

use domain::Timestamp;
use icalendar::parser::Component;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::property;
use crate::clock::{london, midnight};

/// A time as an event gives it: a reading of a clock, and which clock.
#[derive(Debug, Clone)]
pub(super) struct Time {
    pub(super) wall: DateTime,
    zone: TimeZone,
    pub(super) whole_day: bool,
}

impl Time {
    /// The instant. In the hour that the clocks skip the format takes the offset from before, and in the hour that comes
    /// twice the first (RFC 5545 section 3.3.5); whole days begin at midnight.
    pub(super) fn instant(&self) -> Option<Timestamp> {
        if self.whole_day {
            return Some(midnight(self.wall.date()));
        }
        let at = self.zone.to_ambiguous_timestamp(self.wall).compatible().ok()?;
        Some(Timestamp::from_millis(at.as_millisecond()))
    }

    /// The same clock, read otherwise.
    pub(super) fn at(&self, wall: DateTime) -> Self {
        Self { wall, ..self.clone() }
    }
}

/// The time in a property; `None` where the event has no such property.
pub(super) fn time(event: &Component<'_>, name: &str) -> Result<Option<Time>, String> {
    let Some(found) = event.properties.iter().find(|one| one.name.as_str().eq_ignore_ascii_case(name)) else {
        return Ok(None);
    };
    let param = |key: &str| {
        let found = found.params.iter().find(|param| param.key.as_str().eq_ignore_ascii_case(key))?;
        found.val.as_ref().map(|value| value.as_str().trim_matches('"').to_owned())
    };
    let zone = match param("TZID").as_deref() {
        None | Some("Europe/London" | "GB" | "GMT Standard Time") => london(),
        Some("UTC" | "Etc/UTC") => TimeZone::UTC,
        Some(_) => {
            return Err(format!(
                "{name} is in a time zone other than Europe/London and UTC: export it in one of those"
            ));
        }
    };
    read(found.val.as_str(), zone).map(Some).ok_or_else(|| {
        format!("{name} is not a time such as 20261122T220000, 20261122T220000Z or 20261122: correct it")
    })
}

/// Reads `20261122T220000`, the same with a Z for UTC, or a day.
pub(super) fn read(text: &str, zone: TimeZone) -> Option<Time> {
    let text = text.trim();
    if text.len() == 8 {
        let day = Date::strptime("%Y%m%d", text).ok()?;
        return Some(Time { wall: day.at(0, 0, 0, 0), zone: london(), whole_day: true });
    }
    let (text, zone) = text.strip_suffix('Z').map_or((text, zone), |text| (text, TimeZone::UTC));
    if text.len() != 15 {
        return None;
    }
    let wall = DateTime::strptime("%Y%m%dT%H%M%S", text).ok()?;
    Some(Time { wall, zone, whole_day: false })
}

/// When an event ends: DTEND, or DTSTART and DURATION, or the end of the day where it is of whole days.
pub(super) fn end(event: &Component<'_>, start: &Time) -> Result<Time, String> {
    if let Some(end) = time(event, "DTEND")? {
        if end.whole_day == start.whole_day {
            return Ok(end);
        }
        return Err("one of DTSTART and DTEND is a day and the other a time: make both the same".into());
    }
    let length = match property(event, "DURATION") {
        Some(text) => {
            text.parse::<jiff::Span>().ok().filter(|length| length.is_positive()).ok_or_else(|| {
                "DURATION is not a length of time such as PT8H30M or P1D: give it a DTEND instead".to_owned()
            })?
        }
        None if start.whole_day => jiff::Span::new().days(1),
        None => return Err("it has neither DTEND nor DURATION: every shift needs an end".into()),
    };
    let wall = start.wall.checked_add(length).map_err(|_| "its end is off the calendar: check DURATION")?;
    Ok(start.at(wall))
}
