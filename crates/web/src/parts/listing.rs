//! The state of a list page as its address holds it: filters, sorting and page, and the links that change one of them.
//!
//! The address is the whole state, so a list can be sent to a colleague, kept as a bookmark and exported as it stands.
//! What a query may say is bounded here: unknown keys are dropped, values are cut, pages have a highest number.

/// Rows on one page.
pub const PER_PAGE: u64 = 50;
/// The highest page that can be asked for; beyond it, filtering is the way.
pub const LAST_PAGE: u64 = 10_000;
/// The longest filter text that is taken, in characters.
pub const LONGEST_FILTER: usize = 200;

/// What a list page allows in its query.
#[derive(Debug, Clone, Copy)]
pub struct Allowed {
    /// The page's path, such as `/devices`.
    pub path: &'static str,
    /// The names of its filters.
    pub filters: &'static [&'static str],
    /// The columns it can be sorted by; the first is the usual one.
    pub sorts: &'static [&'static str],
}

/// A list page's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    path: &'static str,
    filters: Vec<(&'static str, String)>,
    sort: &'static str,
    descending: bool,
    page: u64,
    total: u64,
}

/// One entry of the page links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageLink {
    /// The page being shown.
    Here(u64),
    /// Another page, with its address.
    Other(u64, String),
    /// Pages left out.
    Gap,
}

impl Listing {
    /// Reads a query. Whatever is not allowed is dropped, so that a mistyped address still shows a list.
    #[must_use]
    pub fn read<K: AsRef<str>, V: AsRef<str>>(allowed: Allowed, pairs: &[(K, V)]) -> Self {
        let value = |key: &str| {
            pairs.iter().find(|(name, _)| name.as_ref() == key).map(|(_, value)| value.as_ref().trim())
        };
        let filters = allowed
            .filters
            .iter()
            .filter_map(|name| {
                let text: String = value(name)?.chars().take(LONGEST_FILTER).collect();
                (!text.is_empty()).then_some((*name, text))
            })
            .collect();
        let usual = allowed.sorts.first().copied().unwrap_or_default();
        let asked = value("sort").unwrap_or_default();
        let (column, descending) = asked.strip_prefix('-').map_or((asked, false), |column| (column, true));
        let known = allowed.sorts.iter().copied().find(|sort| *sort == column);
        Self {
            path: allowed.path,
            filters,
            sort: known.unwrap_or(usual),
            descending: known.is_some() && descending,
            page: value("page").and_then(|page| page.parse().ok()).unwrap_or(1).clamp(1, LAST_PAGE),
            total: 0,
        }
    }

    /// Notes how many rows there are in all; a page beyond the last becomes the last.
    #[must_use]
    pub fn with_total(mut self, total: u64) -> Self {
        self.total = total;
        self.page = self.page.min(self.pages());
        self
    }

    /// The value of a filter; empty if it is not set.
    #[must_use]
    pub fn filter(&self, name: &str) -> &str {
        self.filters.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value.as_str())
    }

    /// Whether any filter is set.
    #[must_use]
    pub fn filtered(&self) -> bool {
        !self.filters.is_empty()
    }

    /// The column that the list is sorted by, and whether downwards.
    #[must_use]
    pub fn sort(&self) -> (&'static str, bool) {
        (self.sort, self.descending)
    }

    /// The page, from 1.
    #[must_use]
    pub fn page(&self) -> u64 {
        self.page
    }

    /// How many rows come before this page.
    #[must_use]
    pub fn offset(&self) -> u64 {
        (self.page - 1) * PER_PAGE
    }

    /// How many rows there are in all.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// How many pages there are; at least one.
    #[must_use]
    pub fn pages(&self) -> u64 {
        self.total.div_ceil(PER_PAGE).clamp(1, LAST_PAGE)
    }

    /// The page's path without its query: where the filter form leads, and the way to clear it.
    #[must_use]
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// The number of the first and last row on this page; zeros of an empty list.
    #[must_use]
    pub fn shown(&self) -> (u64, u64) {
        if self.total == 0 { (0, 0) } else { (self.offset() + 1, (self.offset() + PER_PAGE).min(self.total)) }
    }

    /// The word for `aria-sort` on a column.
    #[must_use]
    pub fn aria_sort(&self, column: &str) -> &'static str {
        match (self.sort == column, self.descending) {
            (false, _) => "none",
            (true, false) => "ascending",
            (true, true) => "descending",
        }
    }

    /// The address that sorts by a column, or turns the order round if it already does. Starts at page one.
    #[must_use]
    pub fn sort_href(&self, column: &str) -> String {
        let turned = self.sort == column && !self.descending;
        self.href(self.path, &format!("{}{column}", if turned { "-" } else { "" }), 1)
    }

    /// The address of another page of the same list.
    #[must_use]
    pub fn page_href(&self, page: u64) -> String {
        self.href(self.path, &self.sort_word(), page)
    }

    /// The address of the list as CSV: every row that the filters leave, in the same order.
    #[must_use]
    pub fn csv_href(&self) -> String {
        self.href(&format!("{}.csv", self.path), &self.sort_word(), 1)
    }

    /// The links to the pages: the first, the last, this one and its neighbours.
    #[must_use]
    pub fn page_links(&self) -> Vec<PageLink> {
        let mut links = Vec::new();
        let mut before = 0;
        for page in 1..=self.pages() {
            if page != 1 && page != self.pages() && page.abs_diff(self.page) > 1 {
                continue;
            }
            if page != before + 1 {
                links.push(PageLink::Gap);
            }
            links.push(if page == self.page {
                PageLink::Here(page)
            } else {
                PageLink::Other(page, self.page_href(page))
            });
            before = page;
        }
        links
    }

    fn sort_word(&self) -> String {
        format!("{}{}", if self.descending { "-" } else { "" }, self.sort)
    }

    fn href(&self, path: &str, sort: &str, page: u64) -> String {
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
        if !sort.is_empty() {
            add("sort", sort);
        }
        if page > 1 {
            add("page", &page.to_string());
        }
        href
    }
}

/// Percent-encodes a value for a query or a path segment: everything but RFC 3986's unreserved characters.
#[must_use]
pub fn percent(value: &str) -> String {
    use std::fmt::Write;

    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVICES: Allowed =
        Allowed { path: "/devices", filters: &["force", "q"], sorts: &["asset", "seen"] };

    fn listing(pairs: &[(&str, &str)]) -> Listing {
        Listing::read(DEVICES, pairs).with_total(501)
    }

    #[test]
    fn a_query_is_read_and_written_back() {
        let list = listing(&[("q", "a&b <x>"), ("force", "norfolk"), ("sort", "-seen"), ("page", "3")]);
        assert_eq!((list.filter("q"), list.sort(), list.offset()), ("a&b <x>", ("seen", true), 100));
        assert_eq!(list.page_href(4), "/devices?force=norfolk&q=a%26b%20%3Cx%3E&sort=-seen&page=4");
        assert_eq!(list.csv_href(), "/devices.csv?force=norfolk&q=a%26b%20%3Cx%3E&sort=-seen");
    }

    #[test]
    fn whatever_is_not_allowed_is_dropped_and_bounded() {
        let long = "x".repeat(5000);
        let list =
            listing(&[("sort", "-password"), ("page", "99999999999999999999"), ("evil", "1"), ("q", &long)]);
        assert_eq!((list.sort(), list.page()), (("asset", false), 1));
        assert_eq!(list.filter("q").len(), LONGEST_FILTER);
        assert_eq!(list.filter("evil"), "");
        assert_eq!(listing(&[("page", "0")]).page(), 1);
        assert_eq!(listing(&[("page", "400")]).page(), 11, "beyond the last is the last");
    }

    #[test]
    fn sorting_again_turns_the_order_round() {
        let list = listing(&[]);
        assert_eq!((list.aria_sort("asset"), list.aria_sort("seen")), ("ascending", "none"));
        assert_eq!(list.sort_href("asset"), "/devices?sort=-asset");
        assert_eq!(list.sort_href("seen"), "/devices?sort=seen");
        assert_eq!(listing(&[("sort", "-asset")]).sort_href("asset"), "/devices?sort=asset");
    }

    #[test]
    fn page_links_leave_out_the_far_ones() {
        let text = |page: &str| {
            let words = listing(&[("page", page)]).page_links().into_iter().map(|link| match link {
                PageLink::Here(page) => format!("[{page}]"),
                PageLink::Other(page, _) => page.to_string(),
                PageLink::Gap => "..".into(),
            });
            words.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(text("1"), "[1] 2 .. 11");
        assert_eq!(text("6"), "1 .. 5 [6] 7 .. 11");
        assert_eq!(text("3"), "1 2 [3] 4 .. 11");
        assert_eq!(text("11"), "1 .. 10 [11]");
    }

    #[test]
    fn an_empty_list_shows_nothing_and_has_one_page() {
        let list = Listing::read::<&str, &str>(DEVICES, &[]).with_total(0);
        assert_eq!((list.shown(), list.pages()), ((0, 0), 1));
        assert_eq!(listing(&[("page", "11")]).shown(), (501, 501));
    }
}
