//! Vendors' words: what a vendor calls an order, a key or a message stands behind the port and nowhere else.

use serde::Deserialize;

use super::Problem;
use super::files::File;

/// `[vendor_words]` of `docs/layers.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct VendorWords {
    /// The words, as they stand in code; a longer name that contains one counts.
    words: Vec<String>,
    /// Where they may stand: beginnings of paths.
    only_in: Vec<String>,
}

/// Checks one file of code or of a page, line by line.
pub(crate) fn check(file: &File, table: &VendorWords) -> Vec<Problem> {
    let is_code = file.is_rust() || file.path.ends_with(".html");
    let may = table.only_in.iter().any(|place| file.path.starts_with(place.as_str()));
    // Tests drive real devices' messages through the doors.
    if !is_code || may || file.path.contains("/tests/") {
        return Vec::new();
    }
    let found = file.text.lines().zip(1..).filter_map(|(line, number)| {
        let word = table.words.iter().find(|word| line.contains(word.as_str()))?;
        let message = format!(
            "`{word}` is a vendor's word; above the port say it in ours (docs/layers.toml, [vendor_words], names where it may stand)"
        );
        Some(Problem::new(&*file.path, number, message))
    });
    found.collect()
}

/// Checks that every path that the table names is there: a folder that was moved must not leave a hole.
pub(crate) fn check_places(files: &[File], table: &VendorWords) -> Vec<Problem> {
    let gone =
        table.only_in.iter().filter(|place| !files.iter().any(|file| file.path.starts_with(place.as_str())));
    gone.map(|place| {
        let message =
            format!("[vendor_words] lets vendors' words stand in `{place}`, which is not there; remove it");
        Problem::new("docs/layers.toml", None, message)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> VendorWords {
        VendorWords {
            words: vec!["EraseDevice".into(), "udid".into()],
            only_in: vec!["crates/platforms/".into()],
        }
    }

    fn messages(path: &str, text: &str) -> Vec<String> {
        let file = File { path: path.to_owned(), text: text.to_owned() };
        check(&file, &table()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_vendor_s_word_above_the_port_is_named_with_its_line() {
        let found = messages("crates/app/src/holds.rs", "use a;\nif kind == \"EraseDevice\" {}\n");
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("crates/app/src/holds.rs:2: `EraseDevice`"), "{found:?}");
        assert_eq!(messages("crates/web/templates/a.html", "{{ has_udid }}").len(), 1);
    }

    #[test]
    fn behind_the_port_in_tests_and_in_prose_it_may_stand() {
        for path in ["crates/platforms/apple/src/orders.rs", "crates/gateway/tests/service/a.rs", "docs/a.md"]
        {
            assert_eq!(messages(path, "EraseDevice").len(), 0, "{path}");
        }
        assert_eq!(messages("crates/app/src/holds.rs", "Order::Erase, an iPhone").len(), 0);
    }

    #[test]
    fn a_place_that_is_gone_is_named() {
        let here = File { path: "crates/platforms/apple/src/lib.rs".into(), text: String::new() };
        assert!(check_places(&[here], &table()).is_empty());
        assert_eq!(check_places(&[], &table()).len(), 1);
    }
}
