//! Days as covers print them: `12 September 2017`, `17/12/2020`, `1. März 2026`, `March 1, 2025`, `2026-03-01`.

use std::fmt;

/// A day, year first, so that days compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Day {
    year: u16,
    month: u8,
    day: u8,
}

impl Day {
    /// Returns whether this day comes after another one, by at most so many years.
    pub(super) fn is_within_years_of(self, other: Self, years: u16) -> bool {
        self > other && self <= Self { year: other.year.saturating_add(years), ..other }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// Whether the day or the month stands first in `03/04/2025`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    DayFirst,
    MonthFirst,
    /// The text does not say.
    NotKnown,
}

/// What was read of a text that begins with a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Read {
    Day(Day),
    /// It has two meanings.
    Either(Day, Day),
}

/// Beginnings of the names of months, from January, in the languages that are read.
const MONTHS: [&[&str]; 12] = [
    &["jan", "jän", "ene", "gen"],
    &["feb", "fév"],
    &["mar", "mär", "mrz", "maa"],
    &["apr", "avr", "abr"],
    &["may", "mai", "mei", "mag"],
    &["jun", "juin", "giu"],
    &["jul", "juil", "lug"],
    &["aug", "aoû", "ago"],
    &["sep", "set"],
    &["oct", "okt", "ott"],
    &["nov"],
    &["dec", "dez", "déc", "dic"],
];
/// Words between the parts of a date.
const BETWEEN: [&str; 4] = ["de", "of", "del", "the"];

/// Reads the day at the beginning of a text.
pub(super) fn read(text: &str, order: Order) -> Option<Read> {
    let first = text.split_whitespace().next()?.trim_end_matches([',', ';', '.']);
    let parts: Vec<&str> = first.split(['/', '.', '-']).collect();
    if let [a, b, c] = parts.as_slice() {
        let whole = |text: &str| text.parse::<u16>().ok().filter(|_| text.len() <= 4);
        let (a, b, c) = (whole(a)?, whole(b)?, whole(c)?);
        if a > 999 {
            return day(a, b, c).map(Read::Day);
        }
        let year = if c < 100 { c.saturating_add(2000) } else { c };
        let order = if first.contains('.') { Order::DayFirst } else { order };
        return match (day(year, b, a), day(year, a, b), order) {
            (Some(day), Some(other), Order::NotKnown) if day != other => Some(Read::Either(day, other)),
            (Some(day), _, Order::DayFirst | Order::NotKnown) | (None, Some(day), _) => Some(Read::Day(day)),
            (day, other, _) => other.or(day).map(Read::Day),
        };
    }
    named(text).map(Read::Day)
}

/// Reads a day whose month is a word.
fn named(text: &str) -> Option<Day> {
    let words: Vec<String> = text
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '.'))
        .map(str::to_lowercase)
        .filter(|word| !word.is_empty() && !BETWEEN.contains(&word.as_str()))
        .take(3)
        .collect();
    let [a, b, year] = words.as_slice() else { return None };
    let number = |word: &str| -> Option<u16> {
        let digits = word.trim_end_matches(|c: char| c.is_alphabetic() || c == 'º' || c == '°');
        digits.parse().ok()
    };
    let year = Some(year).filter(|year| year.len() == 4)?.parse().ok()?;
    let (first, second) = (month(a), month(b));
    match (first, second) {
        (Some(month), None) => day(year, month, number(b)?),
        (None, Some(month)) => day(year, month, number(a)?),
        _ => None,
    }
}

fn month(word: &str) -> Option<u16> {
    let found = MONTHS.iter().position(|names| names.iter().any(|name| word.starts_with(name)))?;
    u16::try_from(found).ok()?.checked_add(1)
}

fn day(year: u16, month: u16, day: u16) -> Option<Day> {
    let leap = (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
    let last = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return None,
    };
    let sound = (1900..=2200).contains(&year) && (1..=last).contains(&day);
    let (month, day) = (u8::try_from(month).ok()?, u8::try_from(day).ok()?);
    sound.then_some(Day { year, month, day })
}

/// Returns what the dates of a text say of their order: a number above 12 is a day.
pub(super) fn order(text: &str) -> Order {
    let (mut day_first, mut month_first) = (false, false);
    for word in text.split_whitespace() {
        let parts: Vec<&str> = word.split('/').collect();
        let [a, b, _] = parts.as_slice() else { continue };
        let (Ok(a), Ok(b)) = (a.parse::<u8>(), b.parse::<u8>()) else { continue };
        day_first |= (13..=31).contains(&a) && b <= 12;
        month_first |= (13..=31).contains(&b) && a <= 12;
    }
    match (day_first, month_first) {
        (true, false) => Order::DayFirst,
        (false, true) => Order::MonthFirst,
        _ => Order::NotKnown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_in_several_spellings() {
        let cases = [
            ("12 September 2017", "2017-09-12"),
            ("1st of May 2026 (v2)", "2026-05-01"),
            ("17/12/2020", "2020-12-17"),
            ("12/17/2020", "2020-12-17"),
            ("02/02/2023 (v1.1)", "2023-02-02"),
            ("1. März 2026", "2026-03-01"),
            ("01.03.2026", "2026-03-01"),
            ("March 1, 2025", "2025-03-01"),
            ("2026-03-01", "2026-03-01"),
            ("3 de marzo de 2026", "2026-03-03"),
        ];
        for (text, want) in cases {
            let Some(Read::Day(day)) = read(text, Order::NotKnown) else { panic!("{text}") };
            assert_eq!(day.to_string(), want, "{text}");
        }
        for none in ["December 2019", "N/A", "31/02/2025", "29 February 2025", "soon", "v1.1"] {
            assert_eq!(read(none, Order::NotKnown), None, "{none}");
        }
    }

    #[test]
    fn a_day_with_two_meanings_is_not_guessed() {
        assert!(matches!(read("03/04/2025", Order::NotKnown), Some(Read::Either(..))));
        let Some(Read::Day(day)) = read("03/04/2025", order("Signed 17/12/2020")) else { panic!() };
        assert_eq!(day.to_string(), "2025-04-03");
        let Some(Read::Day(day)) = read("03/04/2025", order("Signed 12/17/2020")) else { panic!() };
        assert_eq!(day.to_string(), "2025-03-04");
    }
}
