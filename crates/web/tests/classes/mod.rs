//! Compares the classes that templates use with those for which the style sheet has a rule: a component that nobody imported would
//! show as plain text.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Classes that need no rule of their own.
const WITHOUT_A_RULE: [&str; 3] = [
    // Each choice in them has its rules.
    "govuk-checkboxes",
    "govuk-radios",
    // A tag without a colour is blue.
    "govuk-tag--blue",
];

/// Folders that hold no templates of ours.
const NOT_OURS: [&str; 3] = ["dist", "node_modules", "target"];

/// Lists every class that a style sheet names.
pub(crate) fn in_style_sheet(css: &str) -> BTreeSet<String> {
    let of_name = |letter: char| letter.is_ascii_alphanumeric() || "-_\\!".contains(letter);
    let names = css.split('.').skip(1).map(|rest| {
        let end = rest.find(|letter: char| !of_name(letter)).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default().replace('\\', "")
    });
    names.collect()
}

/// Lists the classes of the Design System and of the house in a page or a template; leaves out those that a template completes.
pub(crate) fn in_markup(html: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for rest in html.split("class=\"").skip(1) {
        let classes = literal(rest);
        let ours = classes
            .split_whitespace()
            .filter(|class| class.starts_with("govuk-") || class.starts_with("lan-"))
            .filter(|class| !class.contains(COMPLETED) && !class.ends_with('-'));
        found.extend(ours.map(str::to_owned));
    }
    found
}

/// Stands for what a template puts in the place of an expression.
const COMPLETED: char = '\u{fffd}';

/// Returns an attribute up to its closing quote, with a space for each statement of the template in it and [`COMPLETED`] for each
/// expression.
fn literal(attribute: &str) -> String {
    let (mut text, mut rest) = (String::new(), attribute);
    loop {
        let stop = rest.find(['"', '{']).unwrap_or(rest.len());
        text.push_str(rest.get(..stop).unwrap_or_default());
        rest = rest.get(stop..).unwrap_or_default();
        let (end, instead) = match rest.get(..2) {
            Some("{%") => ("%}", ' '),
            Some("{{") => ("}}", COMPLETED),
            _ => return text,
        };
        text.push(instead);
        rest = rest.split_once(end).map_or("", |(_, after)| after);
    }
}

/// Lists every template below a folder with its text.
pub(crate) fn templates(folder: &Path) -> io::Result<Vec<(PathBuf, String)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            let name = path.file_name().unwrap_or_default();
            if !NOT_OURS.iter().any(|other| name == *other) {
                found.extend(templates(&path)?);
            }
        } else if path.extension().is_some_and(|ending| ending == "html") {
            let text = fs::read_to_string(&path)?;
            found.push((path, text));
        }
    }
    Ok(found)
}

/// Lists the classes of a page or template for which the style sheet has no rule.
pub(crate) fn without_a_rule(html: &str, known: &BTreeSet<String>) -> Vec<String> {
    let unknown = |class: &String| !known.contains(class) && !WITHOUT_A_RULE.contains(&class.as_str());
    in_markup(html).into_iter().filter(unknown).collect()
}
