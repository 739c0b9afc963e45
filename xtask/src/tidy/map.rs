//! The crate map in ARCHITECTURE.md, written from `docs/layers.toml` so that it cannot drift.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;

use super::Problem;
use super::layers::Table;

const FILE: &str = "ARCHITECTURE.md";
const BEGIN: &str = "<!-- crate map: written by `cargo xtask tidy` from docs/layers.toml; edit there -->\n";
const END: &str = "<!-- crate map ends -->\n";

/// Writes the map where it is outdated; with `check`, says so instead.
///
/// # Errors
/// When the file cannot be read or written, or has lost its markers.
pub(crate) fn bring_up_to_date(root: &Path, table: &Table, check: bool) -> anyhow::Result<Option<Problem>> {
    let path = root.join(FILE);
    let text = super::read(&path)?;
    let wanted = replaced(&text, &render(table)).with_context(|| {
        format!(
            "{FILE} has lost the two markers of its crate map; put these lines back around it:\n{BEGIN}{END}"
        )
    })?;
    if wanted == text {
        return Ok(None);
    }
    if check {
        return Ok(Some(Problem::new(
            FILE,
            None,
            "the crate map is outdated; run `cargo xtask tidy` and commit it",
        )));
    }
    std::fs::write(&path, wanted).with_context(|| format!("cannot write {FILE}"))?;
    Ok(None)
}

fn replaced(text: &str, map: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{map}{END}{after}"))
}

fn render(table: &Table) -> String {
    let mut rows: Vec<_> = table.crates.iter().collect();
    rows.sort_by_key(|row| row.layer); // stable: within a layer, the table's own order
    let mut out = "\n| layer | crate | is for | may use |\n| --- | --- | --- | --- |\n".to_owned();
    for row in rows {
        let uses = if row.may_use.is_empty() { "nothing of ours".to_owned() } else { row.may_use.join(", ") };
        let apart = if row.never_in_serve { " *" } else { "" };
        // Writing into a string cannot fail.
        let _ = writeln!(out, "| L{} | `{}`{apart} | {} | {uses} |", row.layer, row.name, row.purpose);
    }
    out.push_str("\n\\* never part of a serving process.\n\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_replaces_what_stands_between_the_markers_only() {
        let text = format!("before\n{BEGIN}old\n{END}after\n");
        let new = replaced(&text, "new\n").unwrap();
        assert_eq!(new, format!("before\n{BEGIN}new\n{END}after\n"));
        assert_eq!(replaced(&new, "new\n").unwrap(), new);
        assert_eq!(replaced("no markers", "new\n"), None);
    }

    #[test]
    fn rows_go_from_the_ground_up() {
        let table = "pure = { below = 2, never = [] }\nonly = {}\nvendor_words = { words = [], only_in = [] }\n\
            [[crate]]\nname = \"b\"\nlayer = 1\npurpose = \"B.\"\nmay_use = [\"a\"]\n\
            [[crate]]\nname = \"a\"\nlayer = 0\npurpose = \"A.\"\nmay_use = []\n";
        let map = render(&toml::from_str(table).unwrap());
        let rows: Vec<&str> = map.lines().filter(|line| line.starts_with("| L")).collect();
        assert_eq!(rows, ["| L0 | `a` | A. | nothing of ours |", "| L1 | `b` | B. | a |"]);
    }
}
