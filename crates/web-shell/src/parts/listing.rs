//! The state of a list page as its address holds it (filters, order and place), and the links that change one of them.
//!
//! The address is the whole state, so a list can be sent to a colleague, bookmarked and exported as it is. A list is read by key:
//! the next page begins after the last row shown, so a page far down costs as much as the first one, and rows that are added or
//! removed in the meantime never make another row appear twice or not at all. The price is that there is no page number to jump
//! to; filters find things. The query is limited: unknown keys are dropped and values are cut.

use domain::Timestamp;
use std::fmt::Display;
use std::str::FromStr;

pub use crate::format::percent;

/// Rows on one page.
pub const PER_PAGE: u32 = 50;

/// Rows of one step of an export.
pub const EXPORT_STEP: u32 = 500;

/// Cuts off the rows that were read beyond `limit`; if there were any, returns the key of the last row that remains.
pub fn cut<T, K>(rows: &mut Vec<T>, limit: u32, key: impl FnOnce(&T) -> K) -> Option<K> {
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > most;
    rows.truncate(most);
    rows.last().filter(|_| more).map(key)
}

/// Writes the key of a list in order of time, as [`Listing::after_time`] reads it.
pub fn time_key<I: Display>(at: Timestamp, id: I) -> String {
    format!("{},{id}", at.millis())
}

/// Writes the key of a list in order of names, as [`Listing::after_name`] reads it: a name may contain a comma, an id never does.
pub fn name_key<I: Display>(name: &str, id: I) -> String {
    format!("{id},{name}")
}

/// The longest filter text that is accepted, in characters.
pub const LONGEST_FILTER: usize = 200;

/// What a list page allows in its query.
#[derive(Debug, Clone, Copy)]
pub struct Allowed {
    /// The page's path, such as `/devices`.
    pub path: &'static str,
    /// The names of its filters.
    pub filters: &'static [&'static str],
    /// The columns it can be sorted by, each read along an index; the first is the default.
    pub sorts: &'static [&'static str],
}

/// A list page's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    path: &'static str,
    filters: Vec<(&'static str, String)>,
    sort: &'static str,
    descending: bool,
    after: String,
    shown: u64,
    next: Option<String>,
}

impl Listing {
    /// Reads a query. Drops anything that is not allowed, so that a mistyped address still shows a list.
    #[must_use]
    pub fn read<K: AsRef<str>, V: AsRef<str>>(allowed: Allowed, pairs: &[(K, V)]) -> Self {
        let value = |key: &str| -> Option<String> {
            let (_, value) = pairs.iter().find(|(name, _)| name.as_ref() == key)?;
            Some(value.as_ref().trim().chars().take(LONGEST_FILTER).collect())
        };
        let filters = allowed
            .filters
            .iter()
            .filter_map(|name| Some((*name, value(name).filter(|text| !text.is_empty())?)))
            .collect();
        let usual = allowed.sorts.first().copied().unwrap_or_default();
        let asked = value("sort").unwrap_or_default();
        let (column, descending) =
            asked.strip_prefix('-').map_or((asked.as_str(), false), |column| (column, true));
        let known = allowed.sorts.iter().copied().find(|sort| *sort == column);
        Self {
            path: allowed.path,
            filters,
            sort: known.unwrap_or(usual),
            descending: known.is_some() && descending,
            after: value("after").unwrap_or_default(),
            shown: 0,
            next: None,
        }
    }

    /// Records how many rows this page shows, and the key after which the next one begins, if there is one.
    #[must_use]
    pub fn with_rows(mut self, shown: usize, next: Option<String>) -> Self {
        self.shown = u64::try_from(shown).unwrap_or(u64::MAX);
        self.next = next;
        self
    }

    /// Returns the value of a filter; empty if it is not set.
    #[must_use]
    pub fn filter(&self, name: &str) -> &str {
        self.filters.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value.as_str())
    }

    /// Returns whether any filter is set.
    #[must_use]
    pub fn filtered(&self) -> bool {
        !self.filters.is_empty()
    }

    /// Returns the column that the list is sorted by, and whether it is descending.
    #[must_use]
    pub fn sort(&self) -> (&'static str, bool) {
        (self.sort, self.descending)
    }

    /// Returns the key after which this page begins; `None` on the first one. A key is two parts with a comma between; only the
    /// page knows their meaning, and a forged key only shows another part of the same list.
    #[must_use]
    pub fn after(&self) -> Option<(&str, &str)> {
        self.after.split_once(',')
    }

    /// Reads the key of a list in order of time, which [`time_key`] wrote.
    #[must_use]
    pub fn after_time<I: FromStr>(&self) -> Option<(Timestamp, I)> {
        let (at, id) = self.after()?;
        Some((Timestamp::from_millis(at.parse().ok()?), id.parse().ok()?))
    }

    /// Reads the key of a list in order of names, which [`name_key`] wrote.
    #[must_use]
    pub fn after_name<I: FromStr>(&self) -> Option<(String, I)> {
        let (id, name) = self.after()?;
        Some((name.to_owned(), id.parse().ok()?))
    }

    /// Returns how many rows this page shows.
    #[must_use]
    pub fn shown(&self) -> u64 {
        self.shown
    }

    /// Returns the page's path without its query: the target of the filter form, and the link that clears it.
    #[must_use]
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// Returns the value of `aria-sort` for a column.
    #[must_use]
    pub fn aria_sort(&self, column: &str) -> &'static str {
        match (self.sort == column, self.descending) {
            (false, _) => "none",
            (true, false) => "ascending",
            (true, true) => "descending",
        }
    }

    /// Returns the address that sorts by a column, or reverses the order if it already does. The list then starts at the
    /// beginning.
    #[must_use]
    pub fn sort_href(&self, column: &str) -> String {
        let turned = self.sort == column && !self.descending;
        self.href(self.path, &format!("{}{column}", if turned { "-" } else { "" }), "")
    }

    /// Returns the address of the next page, if there is one.
    #[must_use]
    pub fn next_href(&self) -> Option<String> {
        self.next.as_ref().map(|after| self.href(self.path, &self.sort_word(), after))
    }

    /// Returns the address of the first page, if this is another.
    #[must_use]
    pub fn first_href(&self) -> Option<String> {
        (!self.after.is_empty()).then(|| self.href(self.path, &self.sort_word(), ""))
    }

    /// Returns the address of the list as CSV: every row that the filters leave, in the same order.
    #[must_use]
    pub fn csv_href(&self) -> String {
        self.href(&format!("{}.csv", self.path), &self.sort_word(), "")
    }

    fn sort_word(&self) -> String {
        format!("{}{}", if self.descending { "-" } else { "" }, self.sort)
    }

    fn href(&self, path: &str, sort: &str, after: &str) -> String {
        let mut href = path.to_owned();
        let mut add = |key: &str, value: &str| {
            href.push(if href.contains('?') { '&' } else { '?' });
            href.push_str(key);
            href.push('=');
            href.push_str(&percent(value));
        };
        for (key, value) in &self.filters {
            add(key, value);
        }
        for (key, value) in [("sort", sort), ("after", after)] {
            if !value.is_empty() {
                add(key, value);
            }
        }
        href
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVICES: Allowed =
        Allowed { path: "/devices", filters: &["force", "q"], sorts: &["serial", "not-met"] };

    fn listing(pairs: &[(&str, &str)]) -> Listing {
        Listing::read(DEVICES, pairs).with_rows(50, Some("3,C02".into()))
    }

    #[test]
    fn a_query_is_read_and_written_back() {
        let list =
            listing(&[("q", "a&b <x>"), ("force", "northshire"), ("sort", "-not-met"), ("after", "2,F4")]);
        assert_eq!(
            (list.filter("q"), list.sort(), list.after()),
            ("a&b <x>", ("not-met", true), Some(("2", "F4")))
        );
        let query = "force=northshire&q=a%26b%20%3Cx%3E&sort=-not-met";
        assert_eq!(list.next_href().unwrap(), format!("/devices?{query}&after=3%2CC02"));
        assert_eq!(list.first_href().unwrap(), format!("/devices?{query}"));
        assert_eq!(list.csv_href(), format!("/devices.csv?{query}"));
    }

    #[test]
    fn whatever_is_not_allowed_is_dropped_and_bounded() {
        let long = "x".repeat(5000);
        let list = listing(&[("sort", "-password"), ("evil", "1"), ("q", &long), ("after", &long)]);
        assert_eq!((list.sort(), list.after()), (("serial", false), None));
        assert_eq!(list.filter("q").len(), LONGEST_FILTER);
        assert_eq!(list.filter("evil"), "");
    }

    #[test]
    fn keys_are_read_as_they_were_written() {
        let at = Timestamp::from_millis(1_795_316_400_000);
        let by_time = listing(&[("after", &time_key(at, 7))]);
        assert_eq!((by_time.after_time(), by_time.after_time::<u8>()), (Some((at, 7)), Some((at, 7))));
        let by_name = listing(&[("after", &name_key("Ames, Robin", 7))]);
        assert_eq!(by_name.after_name(), Some(("Ames, Robin".into(), 7)));
        assert_eq!(by_name.after_time::<u8>(), None, "a forged key begins at the beginning");
    }

    #[test]
    fn more_rows_than_fit_leave_the_key_of_the_last_one_shown() {
        let mut rows = vec![1, 2, 3];
        assert_eq!((cut(&mut rows, 3, |row| *row), rows.len()), (None, 3));
        assert_eq!((cut(&mut rows, 2, |row| *row), rows.len()), (Some(2), 2));
    }

    #[test]
    fn sorting_again_turns_the_order_round() {
        let list = listing(&[("after", "3,C02")]);
        assert_eq!((list.aria_sort("serial"), list.aria_sort("not-met")), ("ascending", "none"));
        assert_eq!(list.sort_href("serial"), "/devices?sort=-serial", "and begins at the beginning");
        assert_eq!(list.sort_href("not-met"), "/devices?sort=not-met");
        assert_eq!(listing(&[("sort", "-serial")]).sort_href("serial"), "/devices?sort=serial");
    }

    #[test]
    fn the_last_page_leads_nowhere_and_the_first_not_back() {
        let list = Listing::read::<&str, &str>(DEVICES, &[]).with_rows(0, None);
        assert_eq!((list.shown(), list.next_href(), list.first_href()), (0, None, None));
    }
}
