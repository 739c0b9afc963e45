//! Reads days and times of day as people and their systems write them in a British force's files.
//!
//! The day comes before the month. A text that can only be read with the month first is refused and named, and so is a year of
//! two digits, because its century would be a guess.

use domain::Day;
use jiff::civil::{Time, Weekday};

/// The reason why a text is not a day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DayError {
    /// It has no known form of a day.
    #[error("“{0}” is not a date; write it as 2026-11-22, 22/11/2026 or 22 November 2026")]
    NoDay(String),
    /// It is in no calendar.
    #[error("“{0}” does not exist; check it")]
    NotThere(String),
    /// It has the month first.
    #[error("“{0}” has the month first; write it as {1}")]
    MonthFirst(String, Day),
    /// Its year has two digits.
    #[error("“{0}” has a year of two digits; write all four")]
    ShortYear(String),
    /// It is before 1900 or after 2100.
    #[error("“{0}” is far off; check its year")]
    FarOff(String),
    /// It falls on another day of the week.
    #[error("“{0}” is a {1}; check it")]
    Weekday(String, &'static str),
    /// The text after the day is not a time.
    #[error("“{0}” has no readable time; write it as 2026-11-22 22:00")]
    NoTime(String),
}

/// Reads a day; ignores a time of day after it.
///
/// # Errors
/// [`DayError`] if the text is not a day.
pub fn read(text: &str) -> Result<Day, DayError> {
    let (date, _) = parts(text.trim());
    match numbers(date) {
        Some(found) => of_numbers(text.trim(), found),
        None => of_words(text.trim(), date),
    }
}

/// Reads a day, with its time if there is one after it.
///
/// # Errors
/// [`DayError`] if the text is not a day, or its end is not a time.
pub fn with_time(text: &str) -> Result<(Day, Option<Time>), DayError> {
    let day = read(text)?;
    let (_, time) = parts(text.trim());
    let Some(time) = time else { return Ok((day, None)) };
    let found = ["%H:%M", "%H:%M:%S"].iter().find_map(|form| Time::strptime(form, time).ok());
    found.map(|time| (day, Some(time))).ok_or_else(|| DayError::NoTime(shown(text)))
}

/// Returns whether a text is a day in numbers that can only have the month first.
#[must_use]
pub fn is_month_first(text: &str) -> bool {
    matches!(numbers(parts(text.trim()).0), Some([a, b, c]) if c.len() == 4 && value(a) <= 12 && value(b) > 12)
}

/// Returns whether a text is a day in numbers that can be read with the day or the month first.
#[must_use]
pub fn is_either(text: &str) -> bool {
    matches!(
        numbers(parts(text.trim()).0),
        Some([a, b, c]) if c.len() == 4 && value(a) <= 12 && value(b) <= 12 && value(a) != value(b)
    )
}

/// Returns the words of a day, and those of the time after it.
fn parts(text: &str) -> (&str, Option<&str>) {
    let Some(colon) = text.find(':') else { return (text.trim_end_matches(['T', 'Z']), None) };
    let (before, _) = text.split_at_checked(colon).unwrap_or((text, ""));
    let hour = before.len() - before.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let (date, time) = text.split_at_checked(colon.saturating_sub(hour)).unwrap_or((text, ""));
    (date.trim_end_matches('T').trim_end(), Some(time.trim()))
}

/// Returns three numbers with the same separator between them.
fn numbers(date: &str) -> Option<[&str; 3]> {
    let mut parts = date.split(['/', '.', '-']).map(str::trim);
    let found = [parts.next()?, parts.next()?, parts.next()?];
    let digits =
        |part: &&str| !part.is_empty() && part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit());
    (parts.next().is_none() && found.iter().all(digits)).then_some(found)
}

fn value(digits: &str) -> u16 {
    digits.parse().unwrap_or(u16::MAX)
}

fn of_numbers(text: &str, [a, b, c]: [&str; 3]) -> Result<Day, DayError> {
    if a.len() == 4 {
        return made(text, value(a), value(b), value(c));
    }
    if c.len() != 4 {
        return Err(if c.len() <= 2 {
            DayError::ShortYear(shown(text))
        } else {
            DayError::NoDay(shown(text))
        });
    }
    if value(a) <= 12 && value(b) > 12 {
        let meant = made(text, value(c), value(a), value(b))?;
        return Err(DayError::MonthFirst(shown(text), meant));
    }
    made(text, value(c), value(b), value(a))
}

fn made(text: &str, year: u16, month: u16, day: u16) -> Result<Day, DayError> {
    let narrow = |number: u16| i8::try_from(number).ok();
    let found = i16::try_from(year).ok().zip(narrow(month)).zip(narrow(day));
    let found = found.and_then(|((year, month), day)| Day::new(year, month, day).ok());
    let day = found.ok_or_else(|| DayError::NotThere(shown(text)))?;
    if (1900..=2100).contains(&day.year()) { Ok(day) } else { Err(DayError::FarOff(shown(text))) }
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEKDAYS: [(&str, Weekday); 7] = [
    ("Monday", Weekday::Monday),
    ("Tuesday", Weekday::Tuesday),
    ("Wednesday", Weekday::Wednesday),
    ("Thursday", Weekday::Thursday),
    ("Friday", Weekday::Friday),
    ("Saturday", Weekday::Saturday),
    ("Sunday", Weekday::Sunday),
];

/// Accepts the whole word, or its first three letters or more.
fn is_short_for(word: &str, whole: &str) -> bool {
    word.len() >= 3 && whole.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// Reads a day with the name of its month: `22 November 2026`, `Sun Nov 22, 2026`, `22-Nov-2026`; or eight digits.
fn of_words(text: &str, date: &str) -> Result<Day, DayError> {
    let none = || DayError::NoDay(shown(text));
    if date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit()) {
        let part = |range| date.get(range).map_or(0, value);
        return made(text, part(0..4), part(4..6), part(6..8));
    }
    let (mut weekday, mut month, mut day, mut year) = (None, None, None, None);
    let words = date.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    for (place, word) in words.enumerate() {
        let bare = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
        let number = Some(bare).filter(|bare| bare.len() <= 4).and_then(|bare| bare.parse::<u16>().ok());
        let named = (1..).zip(MONTHS).find(|(_, name)| is_short_for(word, name)).map(|(number, _)| number);
        let slot = match (number, named) {
            (Some(_), _) if bare.len() == 4 => &mut year,
            (Some(_), _) if day.is_some() && month.is_some() && year.is_none() => {
                return Err(DayError::ShortYear(shown(text)));
            }
            (Some(_), _) => &mut day,
            (None, Some(_)) => &mut month,
            (None, None) => {
                let known = WEEKDAYS.iter().find(|(name, _)| place == 0 && is_short_for(word, name));
                weekday = Some(known.ok_or_else(none)?.1);
                continue;
            }
        };
        if slot.is_some() {
            return Err(none());
        }
        *slot = number.or(named);
    }
    let (Some(year), Some(month), Some(day)) = (year, month, day) else { return Err(none()) };
    let made = made(text, year, month, day)?;
    match WEEKDAYS.iter().find(|(_, day)| *day == made.weekday()) {
        Some((name, found)) if weekday.is_some_and(|said| said != *found) => {
            Err(DayError::Weekday(shown(text), name))
        }
        _ => Ok(made),
    }
}

fn shown(text: &str) -> String {
    text.trim().chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_is_read_in_every_form_that_files_have() {
        for text in [
            "2025-03-14",
            "2025-03-14 00:00:00",
            "2025-03-14T09:30:00Z",
            "2025/03/14",
            "20250314",
            "14/03/2025",
            "14.3.2025",
            "14-03-2025",
            " 14/03/2025 00:00 ",
            "14 March 2025",
            "14th March 2025",
            "14-Mar-2025",
            "Fri Mar 14, 2025",
            "Friday 14 March 2025",
            "March 14, 2025",
        ] {
            assert_eq!(read(text), Ok(day("2025-03-14")), "{text}");
        }
        assert_eq!(read("3/4/2025"), Ok(day("2025-04-03")), "the day comes first");
        assert_eq!(read("14 Sept 2025"), Ok(day("2025-09-14")));
    }

    #[test]
    fn what_is_no_day_is_refused_with_what_to_write() {
        for (text, says) in [
            ("soon", "is not a date"),
            ("", "is not a date"),
            ("2026-11", "is not a date"),
            ("31/02/2026", "does not exist"),
            ("3/14/2025", "write it as 2025-03-14"),
            ("14/03/25", "all four"),
            ("14 Mar 25", "all four"),
            ("Mon Mar 14, 2025", "is a Friday"),
            ("14/03/1025", "check its year"),
            ("2025-03-14-1", "is not a date"),
            ("1 2 3 2025", "is not a date"),
            ("March March 2025", "is not a date"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn a_time_is_read_where_one_stands_behind_the_day() {
        let time = |text: &str| {
            with_time(text).map(|(day, time)| (day.to_string(), time.map(|time| time.to_string())))
        };
        let at = |day: &str, time: Option<&str>| Ok((day.to_owned(), time.map(str::to_owned)));
        assert_eq!(time("2026-12-01"), at("2026-12-01", None));
        assert_eq!(time("2026-12-01 22:00"), at("2026-12-01", Some("22:00:00")));
        assert_eq!(time("2026-12-01T22:00"), at("2026-12-01", Some("22:00:00")));
        assert_eq!(time("01/12/2026 07:30:00"), at("2026-12-01", Some("07:30:00")));
        for bad in ["2026-12-01 25:00", "2026-12-01 10:00 pm", "2026-12-01T22:00Z", "2026-12-01 22:"] {
            assert!(matches!(with_time(bad), Err(DayError::NoTime(_))), "{bad}");
        }
    }

    #[test]
    fn the_order_of_day_and_month_is_known_or_open() {
        assert!(is_month_first("3/14/2025") && is_month_first("12/31/2025 00:00"));
        assert!(!is_month_first("14/3/2025") && !is_month_first("3/4/2025") && !is_month_first("2025-03-14"));
        assert!(is_either("3/4/2025") && !is_either("4/4/2025") && !is_either("14/3/2025"));
    }
}
