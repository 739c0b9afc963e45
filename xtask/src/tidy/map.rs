//! Maps, written so that they cannot drift: the crates and capabilities in ARCHITECTURE.md from `docs/layers.toml`, and the modules
//! of a capability in its README from the first line of each file.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;

use super::Problem;
use super::files::File;
use super::layers::{Capability, Table};

const FILE: &str = "ARCHITECTURE.md";
const BEGIN: &str = "<!-- crate map: written by `cargo xtask tidy` from docs/layers.toml; edit there -->\n";
const END: &str = "<!-- crate map ends -->\n";
const OWN_BEGIN: &str =
    "<!-- map: written by `cargo xtask tidy` from the first line of each file; edit there -->\n";
const OWN_END: &str = "<!-- map ends -->\n";

/// The lines between which a map stands.
#[derive(Clone, Copy)]
struct Markers {
    begin: &'static str,
    end: &'static str,
}

/// Writes the maps where they are outdated; with `check`, says so instead.
///
/// # Errors
/// When a file cannot be read or written, or has lost its markers.
pub(crate) fn bring_up_to_date(
    root: &Path,
    table: &Table,
    files: &[File],
    check: bool,
) -> anyhow::Result<Vec<Problem>> {
    let mut problems = Vec::new();
    problems.extend(replace(root, FILE, Markers { begin: BEGIN, end: END }, &render(table), check)?);
    for one in &table.capabilities {
        let readme = format!("crates/{}/README.md", one.name);
        let own = Markers { begin: OWN_BEGIN, end: OWN_END };
        problems.extend(replace(root, &readme, own, &render_own(one, files), check)?);
    }
    Ok(problems)
}

fn replace(
    root: &Path,
    file: &str,
    markers: Markers,
    map: &str,
    check: bool,
) -> anyhow::Result<Option<Problem>> {
    let path = root.join(file);
    let text = super::read(&path)?;
    let wanted = replaced(&text, markers, map).with_context(|| {
        let Markers { begin, end } = markers;
        format!("{file} has lost the two markers of its map; put these lines back around it:\n{begin}{end}")
    })?;
    if wanted == text {
        return Ok(None);
    }
    if check {
        return Ok(Some(Problem::new(
            file,
            None,
            "the map is outdated; run `cargo xtask tidy` and commit it",
        )));
    }
    std::fs::write(&path, wanted).with_context(|| format!("cannot write {file}"))?;
    Ok(None)
}

fn replaced(text: &str, Markers { begin, end }: Markers, map: &str) -> Option<String> {
    let (before, rest) = text.split_once(begin)?;
    let (_, after) = rest.split_once(end)?;
    Some(format!("{before}{begin}{map}{end}{after}"))
}

// Writing into a string cannot fail, so results of `writeln!` are dropped below.
fn render(table: &Table) -> String {
    let mut rows: Vec<_> = table.crates.iter().filter(|row| !table.is_of_capability(&row.name)).collect();
    rows.sort_by_key(|row| row.layer); // stable: within a layer, the table's own order
    let mut out = "\n| layer | crate | is for | may use |\n| --- | --- | --- | --- |\n".to_owned();
    for row in rows {
        let few = |ending: &str| {
            !row.may_use.is_empty()
                && table
                    .capabilities
                    .iter()
                    .all(|one| row.may_use.contains(&format!("{}-{ending}", one.name)))
        };
        let (apps, webs) =
            (!table.capabilities.is_empty() && few("app"), !table.capabilities.is_empty() && few("web"));
        let single = row.may_use.iter().filter(|used| {
            let of = |ending: &str| table.is_of_capability(used) && used.ends_with(ending);
            !(apps && of("-app") || webs && of("-web"))
        });
        let mut uses: Vec<&str> = single.map(String::as_str).collect();
        uses.extend(apps.then_some("all use cases"));
        uses.extend(webs.then_some("all pages"));
        let uses = if uses.is_empty() { "nothing of ours".to_owned() } else { uses.join(", ") };
        let apart = if row.never_in_serve { " *" } else { "" };
        let _ = writeln!(out, "| L{} | `{}`{apart} | {} | {uses} |", row.layer, row.name, row.purpose);
    }
    out.push_str("\n\\* never part of a serving process.\n\n");
    if table.capabilities.is_empty() {
        return out;
    }
    out.push_str(
        "| capability | is for | use cases may use | pages may show parts of |\n| --- | --- | --- | --- |\n",
    );
    for one in &table.capabilities {
        let none = |names: &[String]| if names.is_empty() { "–".to_owned() } else { names.join(", ") };
        let (apps, webs) = (none(&one.app_may_use), none(&one.web_may_use));
        let _ =
            writeln!(out, "| [`{0}`](crates/{0}/README.md) | {1} | {apps} | {webs} |", one.name, one.purpose);
    }
    out.push('\n');
    out
}

/// Renders the modules of a capability: of each crate the files at its top and the folders of its pages.
fn render_own(one: &Capability, files: &[File]) -> String {
    let mut out = String::new();
    for (folder, title) in
        [("rules", "Rules"), ("log", "Log"), ("paper", "Documents"), ("app", "Use cases"), ("web", "Pages")]
    {
        let source = format!("crates/{}/{folder}/src/", one.name);
        let modules: Vec<(&str, &str)> = files.iter().filter_map(|file| module(file, &source)).collect();
        if modules.is_empty() {
            continue;
        }
        let _ = write!(out, "\n{title} (`{folder}/src`):\n\n| module | |\n| --- | --- |\n");
        for (name, says) in modules {
            let _ = writeln!(out, "| `{name}` | {says} |");
        }
    }
    if !one.writes.is_empty() {
        let tables: Vec<String> = one.writes.iter().map(|table| format!("`{table}`")).collect();
        let _ = write!(out, "\nTables: {}.\n", tables.join(", "));
    }
    let actions = actions(one, files);
    if !actions.is_empty() {
        let actions: Vec<String> = actions.iter().map(|action| format!("`{action}`")).collect();
        let _ = write!(out, "\nLedger entries: {}.\n", actions.join(", "));
    }
    out.push('\n');
    out
}

/// Returns the name of a module and the sentence that its file begins with.
fn module<'a>(file: &'a File, source: &str) -> Option<(&'a str, &'a str)> {
    let below = file.path.strip_prefix(source)?;
    let name = below.strip_suffix("/mod.rs").or_else(|| below.strip_suffix(".rs"))?;
    if file.is_test() || name.contains('/') || name == "lib" {
        return None;
    }
    let first = file.text.lines().next()?.strip_prefix("//! ")?;
    Some((name, first))
}

/// Returns what a capability enters into the ledger: the action of each record that its use cases begin.
fn actions(one: &Capability, files: &[File]) -> BTreeSet<String> {
    let source = format!("crates/{}/app/src/", one.name);
    let own = files.iter().filter(|file| file.is_rust() && !file.is_test() && file.path.starts_with(&source));
    own.flat_map(|file| file.text.split("Record::new(").skip(1)).filter_map(action).collect()
}

/// Returns the action among the arguments of a record: the first text of the form `case.closed`.
fn action(arguments: &str) -> Option<String> {
    let ends = arguments.find(';').unwrap_or(arguments.len());
    let texts = arguments.get(..ends)?.split('"').skip(1).step_by(2);
    let is_action = |text: &&str| {
        text.contains('.') && text.chars().all(|c| c.is_ascii_lowercase() || c == '.' || c == '-')
    };
    texts.into_iter().find(is_action).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_replaces_what_stands_between_the_markers_only() {
        let marks = Markers { begin: BEGIN, end: END };
        let text = format!("before\n{BEGIN}old\n{END}after\n");
        let new = replaced(&text, marks, "new\n").unwrap();
        assert_eq!(new, format!("before\n{BEGIN}new\n{END}after\n"));
        assert_eq!(replaced(&new, marks, "new\n").unwrap(), new);
        assert_eq!(replaced("no markers", marks, "new\n"), None);
    }

    const TABLE: &str = "pure = { below = 2, never = [] }\nonly = {}\nvendor_words = { words = [], only_in = [] }\n\
         force_names = { only_in = [] }\n\
        every = { app = [\"a\"], web = [\"a\"] }\n\
        [[crate]]\nname = \"b\"\nlayer = 1\npurpose = \"B.\"\nmay_use = [\"a\", \"*-app\"]\n\
        [[crate]]\nname = \"a\"\nlayer = 0\npurpose = \"A.\"\nmay_use = []\n\
        [[capability]]\nname = \"cases\"\npurpose = \"C.\"\napp_may_use = [\"a\"]\nweb_may_use = []\nwrites = [\"desk_case\"]\n";

    #[test]
    fn rows_go_from_the_ground_up() {
        let map = render(&Table::parse(TABLE).unwrap());
        let rows: Vec<&str> =
            map.lines().filter(|line| line.starts_with("| L") || line.starts_with("| [")).collect();
        assert_eq!(
            rows,
            [
                "| L0 | `a` | A. | nothing of ours |",
                "| L1 | `b` | B. | a, all use cases |",
                "| [`cases`](crates/cases/README.md) | C. | a | – |"
            ]
        );
    }

    #[test]
    fn a_capability_is_shown_by_the_first_lines_of_its_files() {
        let file = |path: &str, text: &str| File { path: path.into(), text: text.into() };
        let files = [
            file(
                "crates/cases/app/src/desk.rs",
                "//! The desk.\n\nRecord::new(\"system\", \"case.closed\", format!(\"x\"));\n",
            ),
            file("crates/cases/app/src/desk/deep.rs", "//! Deep.\n"),
            file("crates/cases/web/src/show/mod.rs", "//! One case.\n"),
        ];
        let map = render_own(&Table::parse(TABLE).unwrap().capabilities[0], &files);
        assert!(map.contains("| `desk` | The desk. |") && map.contains("| `show` | One case. |"), "{map}");
        assert!(
            map.contains("Tables: `desk_case`.") && map.contains("Ledger entries: `case.closed`."),
            "{map}"
        );
        assert!(!map.contains("Deep"), "{map}");
    }
}
