//! Finds the clock that a time zone name (TZID) in a calendar stands for.
//!
//! Rosters are kept by the clock of the forces, so that zone has to be recognised: by IANA's name, ignoring case and any prefix.
//! British time is recognised under every name that is in use: Windows' names and the words that Windows shows for them, and with
//! the numbers that systems append when they have two zones of one name. A zone that the file defines itself (VTIMEZONE) is
//! identified by its rules. Any other zone is refused by name.

use domain::local_time;
use jiff::civil::{Weekday, date};
use jiff::tz::{Dst, TimeZone};

/// Names of zones whose clocks agree with Britain's, in lower case.
const LONDON: [&str; 21] = [
    "europe/london",
    "europe/belfast",
    "europe/jersey",
    "europe/guernsey",
    "europe/isle_of_man",
    "europe/dublin",
    "europe/lisbon",
    "gb",
    "gb-eire",
    "eire",
    "portugal",
    "wet",
    "gmt standard time",
    "gmt daylight time",
    "british summer time",
    "gmt/bst",
    "london",
    "dublin, edinburgh, lisbon, london",
    "greenwich mean time : dublin, edinburgh, lisbon, london",
    "greenwich mean time: dublin, edinburgh, lisbon, london",
    "greenwich mean time; dublin, edinburgh, lisbon, london",
];
/// Names of zones that have no summer time and no offset.
const UTC: [&str; 19] = [
    "utc",
    "etc/utc",
    "gmt",
    "etc/gmt",
    "gmt+0",
    "etc/gmt+0",
    "etc/gmt-0",
    "gmt0",
    "etc/gmt0",
    "uct",
    "etc/uct",
    "zulu",
    "etc/zulu",
    "universal",
    "etc/universal",
    "greenwich",
    "greenwich standard time",
    "coordinated universal time",
    "monrovia, reykjavik",
];
/// Most zones that a file may define.
const MOST_DEFINED: usize = 100;
/// Longest name that is shown in a message.
const LONGEST: usize = 80;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Clock {
    /// The clock of the forces.
    Own,
    Utc,
    Other,
}

/// The zones that a file defines.
#[derive(Debug, Default)]
pub(super) struct Zones {
    defined: Vec<(String, Clock)>,
    open: Option<Definition>,
    /// The zone that the calendar gives for times without one.
    whole: Option<String>,
}

/// A zone definition while its lines are read.
#[derive(Debug, Default)]
struct Definition {
    name: String,
    parts: Vec<Part>,
}

/// A half of the year in a definition.
#[derive(Debug, Default)]
struct Part {
    summer: bool,
    /// Offset from UTC in seconds.
    offset: Option<i32>,
    /// Rule for its start.
    rule: String,
}

impl Zones {
    /// Reads a line outside events.
    pub(super) fn line(&mut self, line: &str) {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let name = name.split(';').next().unwrap_or_default().to_ascii_uppercase();
        match (name.as_str(), &mut self.open) {
            ("X-WR-TIMEZONE", None) => self.whole = Some(value.trim().to_owned()),
            ("BEGIN", _) if value.eq_ignore_ascii_case("VTIMEZONE") => {
                self.open = Some(Definition::default())
            }
            ("BEGIN", Some(open)) if open.parts.len() < 400 => {
                let summer = value.eq_ignore_ascii_case("DAYLIGHT");
                open.parts.push(Part { summer, ..Part::default() });
            }
            ("TZID", Some(open)) => open.name = plain(value),
            ("TZOFFSETTO", Some(open)) => {
                if let Some(part) = open.parts.last_mut() {
                    part.offset = offset(value);
                }
            }
            ("RRULE", Some(open)) => {
                if let Some(part) = open.parts.last_mut() {
                    part.rule = value.to_ascii_uppercase();
                }
            }
            ("END", Some(open)) if value.eq_ignore_ascii_case("VTIMEZONE") => {
                if self.defined.len() < MOST_DEFINED {
                    self.defined.push((std::mem::take(&mut open.name), open.clock()));
                }
                self.open = None;
            }
            _ => {}
        }
    }

    /// Returns the clock that a TZID names.
    ///
    /// # Errors
    /// Names the zone, and says what to do, where it is not supported.
    pub(super) fn named(&self, name: &str) -> Result<TimeZone, String> {
        let own = plain(name);
        let defined = self.defined.iter().find(|(known, _)| *known == own).map(|(_, clock)| *clock);
        let clock = match (known(&own), defined) {
            // Some systems write "GMT" and define it with summer time.
            (Some(Clock::Utc), Some(Clock::Own)) => Clock::Own,
            (Some(_), Some(Clock::Other)) => {
                return Err(format!(
                    "its time zone “{}” has other rules in the file (VTIMEZONE) than that name means: export it in {}",
                    shown(name),
                    local_time::zone_name()
                ));
            }
            (Some(clock), _) | (None, Some(clock)) => clock,
            (None, None) => Clock::Other,
        };
        match clock {
            Clock::Own => Ok(local_time::zone()),
            Clock::Utc => Ok(TimeZone::UTC),
            Clock::Other => Err(format!(
                "its time zone “{}” is neither that of your force nor UTC: export it in {} or UTC",
                shown(name),
                local_time::zone_name()
            )),
        }
    }

    /// Returns the clock of times without a zone: the force's own, unless the calendar names another one.
    ///
    /// # Errors
    /// As [`Zones::named`].
    pub(super) fn floating(&self) -> Result<TimeZone, String> {
        match &self.whole {
            // A calendar "in UTC" writes a Z after each time that is in UTC.
            Some(name) if !name.is_empty() => self.named(name).map(|_| local_time::zone()),
            _ => Ok(local_time::zone()),
        }
    }
}

/// Returns a name without quotes, in lower case.
fn plain(name: &str) -> String {
    name.trim().trim_matches('"').trim().to_lowercase()
}

fn shown(name: &str) -> String {
    name.trim().trim_matches('"').chars().take(LONGEST).collect()
}

/// Returns the clock that a name stands for by itself.
fn known(name: &str) -> Option<Clock> {
    let own = local_time::zone_name().to_lowercase();
    let british = LONDON.contains(&own.as_str());
    let of = |name: &str| {
        if name == own || british && LONDON.contains(&name) {
            return Some(Clock::Own);
        }
        UTC.contains(&name).then_some(Clock::Utc)
    };
    // `(UTC+00:00) Dublin, Edinburgh, Lisbon, London`
    let without =
        name.strip_prefix('(').and_then(|rest| rest.split_once(')')).map_or(name, |(_, rest)| rest.trim());
    // `GMT Standard Time 1`
    let first = without.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end();
    let first = if first.len() + 1 < without.len() && first.contains(' ') { first } else { without };
    // `/citadel.org/20190914_1/Europe/London`, `tzone://Microsoft/Utc`
    let mut parts = without.rsplit('/');
    let (last, before) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let prefixed = name.starts_with('/') || name.contains("://");
    of(name)
        .or_else(|| of(without))
        .or_else(|| of(first))
        .or_else(|| prefixed.then(|| of(&format!("{before}/{last}")).or_else(|| of(last))).flatten())
}

/// Parses `+0100` into seconds.
fn offset(text: &str) -> Option<i32> {
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if !matches!(digits.len(), 4 | 6) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |range: std::ops::Range<usize>| {
        digits.get(range).and_then(|part| part.parse::<i32>().ok()).unwrap_or_default()
    };
    Some(sign * (part(0..2) * 3600 + part(2..4) * 60 + part(4..6)))
}

impl Definition {
    /// Returns the clock according to the rules without an end: those in force today.
    fn clock(&self) -> Clock {
        let lasting: Vec<_> =
            self.parts.iter().filter(|part| !part.rule.is_empty() && !part.rule.contains("UNTIL=")).collect();
        match lasting.as_slice() {
            [] if !self.parts.is_empty() && self.parts.iter().all(|part| part.offset == Some(0)) => {
                Clock::Utc
            }
            [one, two] if is_own(one) && is_own(two) && one.summer != two.summer => Clock::Own,
            _ => Clock::Other,
        }
    }
}

/// Returns whether a part is how the forces' clock changes: to the same offset, on the same Sunday of the same month.
fn is_own(part: &Part) -> bool {
    let zone = local_time::zone();
    let Ok(start) = date(2026, 1, 1).to_zoned(TimeZone::UTC) else { return false };
    let changes: Vec<_> = zone.following(start.timestamp()).take(2).collect();
    changes.iter().any(|change| {
        let before = change.timestamp().as_second().saturating_sub(1);
        let day = jiff::Timestamp::from_second(before).map(|at| zone.to_datetime(at).date());
        let Ok(day) = day else { return false };
        let last = day.day() + 7 > day.days_in_month();
        let nth = if last { "-1".to_owned() } else { ((day.day() + 6) / 7).to_string() };
        let says = |wanted: &str| part.rule.split(';').any(|own| own == wanted);
        (change.dst() == Dst::Yes) == part.summer
            && Some(change.offset().seconds()) == part.offset
            && day.weekday() == Weekday::Sunday
            && says(&format!("BYMONTH={}", day.month()))
            && says(&format!("BYDAY={nth}SU"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn british_time_is_known_under_every_name_that_calendars_have_for_it() {
        let zones = Zones::default();
        for name in [
            "Europe/London",
            "europe/LONDON",
            "\"Europe/London\"",
            "GMT Standard Time",
            "GMT Standard Time 1",
            "(UTC+00:00) Dublin, Edinburgh, Lisbon, London",
            "(GMT) Greenwich Mean Time : Dublin, Edinburgh, Lisbon, London",
            "/citadel.org/20190914_1/Europe/London",
            "/freeassociation.sourceforge.net/Europe/London",
            "GB",
        ] {
            assert_eq!(zones.named(name).unwrap(), local_time::zone(), "{name}");
        }
        for name in ["GMT", "UTC", "Etc/UTC", "(UTC) Coordinated Universal Time", "tzone://Microsoft/Utc"] {
            assert_eq!(zones.named(name).unwrap(), TimeZone::UTC, "{name}");
        }
    }

    #[test]
    fn any_other_zone_is_refused_by_its_name() {
        let zones = Zones::default();
        for name in [
            "America/New_York",
            "W. Europe Standard Time",
            "(UTC+01:00) Paris",
            "London 2",
            "/x/Europe/Paris",
            "",
        ] {
            let why = zones.named(name).unwrap_err();
            assert!(why.contains(&format!("“{name}”")), "{why}");
        }
    }

    fn defined(name: &str, daylight: &str, standard: &str) -> Zones {
        let mut zones = Zones::default();
        for line in format!("BEGIN:VTIMEZONE\nTZID:{name}\n{daylight}\n{standard}\nEND:VTIMEZONE").lines() {
            zones.line(line);
        }
        zones
    }

    #[test]
    fn a_zone_that_the_file_defines_is_taken_by_its_rules() {
        let summer = "BEGIN:DAYLIGHT\nTZOFFSETFROM:+0000\nTZOFFSETTO:+0100\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\nEND:DAYLIGHT";
        let winter = "BEGIN:STANDARD\nTZOFFSETFROM:+0100\nTZOFFSETTO:-0000\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD";
        assert_eq!(
            defined("Customized Time Zone", summer, winter).named("customized time zone").unwrap(),
            local_time::zone()
        );
        assert_eq!(defined("GMT", summer, winter).named("GMT").unwrap(), local_time::zone());
        let paris = winter.replace("-0000", "+0100");
        let why = defined("GMT Standard Time", &summer.replace("+0100", "+0200"), &paris)
            .named("GMT Standard Time");
        assert!(why.unwrap_err().contains("other rules in the file"));
        let fixed = "BEGIN:STANDARD\nTZOFFSETTO:+0000\nEND:STANDARD";
        assert_eq!(defined("Mine", "", fixed).named("Mine").unwrap(), TimeZone::UTC);
        assert_eq!(defined("Europe/London", "", fixed).named("Europe/London").unwrap(), local_time::zone());
    }
}
