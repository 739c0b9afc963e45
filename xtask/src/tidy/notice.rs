//! `NOTICE`: what others have made of the program, by licence, and what the licences ask of those who pass it on. Written
//! from what cargo says, so that it cannot go stale.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use serde::Deserialize;

use super::Problem;

const FILE: &str = "NOTICE";
/// The program that is passed on.
const PROGRAM: &str = "lanyard";
/// The longest line of a list.
const WIDTH: usize = 120;
/// Beginnings of the names of files that hold a licence.
const TEXTS: [&str; 5] = ["license", "licence", "copying", "notice", "unlicense"];

const HEAD: &str = "Lanyard

Licensed under the Apache License, Version 2.0: see the file LICENSE.

The program carries what others have made, listed below. `cargo xtask tidy` writes this file from the dependencies of the
program; a check compares the two.

WHAT THE LICENCES ASK OF WHOEVER PASSES THE PROGRAM ON

Most of them ask that their text, with its copyright lines, goes with the program. `cargo xtask licences FILE` gathers the
texts of all of them into one file, to go beside it.

The Mozilla Public License 2.0 (https://mozilla.org/MPL/2.0/) asks besides that whoever gets the program learns where to get
the source of the files that are under it. They are used as they were published, unchanged:

";

const REST: &str = "
BESIDES CRATES

The fonts of documents are DejaVu Sans and DejaVu Sans Bold (https://dejavu-fonts.github.io), under the licences of Bitstream
Vera and Arev: their notice goes with them in the crate `dejavu`. The look of the pages is made from GOV.UK Frontend
(https://github.com/alphagov/govuk-frontend), MIT. SQLite is in the public domain.

ALL CRATES, BY LICENCE
";

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<DependencyKind>,
}

#[derive(Deserialize)]
struct DependencyKind {
    kind: Option<String>,
}

/// A crate as cargo describes it.
#[derive(Debug, Clone, Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    repository: Option<String>,
    source: Option<String>,
    manifest_path: PathBuf,
}

/// Writes the notice where it is outdated; with `check`, says so instead.
///
/// # Errors
/// When cargo cannot be asked, or the file cannot be written.
pub(crate) fn bring_up_to_date(root: &Path, check: bool) -> anyhow::Result<Vec<Problem>> {
    let crates = of_others(root)?;
    let mut problems = Vec::new();
    for one in crates.iter().filter(|one| one.license.is_none()) {
        let said = format!("the crate {} names no licence: nobody may pass it on; do without it", one.name);
        problems.push(Problem::new("Cargo.lock", None, said));
    }
    let (path, wanted) = (root.join(FILE), render(&crates));
    if std::fs::read_to_string(&path).is_ok_and(|text| text == wanted) {
        return Ok(problems);
    }
    if check {
        problems.push(Problem::new(FILE, None, "it is outdated; run `cargo xtask tidy` and commit it"));
    } else {
        std::fs::write(&path, wanted).with_context(|| format!("cannot write {FILE}"))?;
    }
    Ok(problems)
}

/// Returns the texts of all licences, as the crates carry them.
///
/// # Errors
/// When cargo cannot be asked, or a crate's folder cannot be read.
pub(crate) fn texts(root: &Path) -> anyhow::Result<String> {
    let mut out = render(&of_others(root)?);
    for one in of_others(root)? {
        let licence = one.license.unwrap_or_default();
        let _ = writeln!(out, "\n{:=<80}\n{} {} ({licence})", "", one.name, one.version);
        let folder = one.manifest_path.parent().unwrap_or(root);
        let listed =
            std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
        let mut files: Vec<PathBuf> = listed.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.sort();
        let holds_text = |file: &&PathBuf| {
            let name = file.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
            file.is_file() && TEXTS.iter().any(|start| name.starts_with(start))
        };
        for file in files.iter().filter(holds_text) {
            let _ = writeln!(out, "\n{}", String::from_utf8_lossy(&std::fs::read(file)?).trim_end());
        }
    }
    Ok(out)
}

/// Returns the crates of others that the program is made of, by name.
fn of_others(root: &Path) -> anyhow::Result<Vec<Package>> {
    let asked = Command::new("cargo")
        .args(["metadata", "--locked", "--format-version", "1"])
        // The program is served on Linux; other systems would add crates that are not passed on.
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(root)
        .output()
        .context("cargo cannot be run")?;
    anyhow::ensure!(asked.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&asked.stderr));
    reached(
        serde_json::from_slice(&asked.stdout)
            .context("cargo metadata is not of the shape that tidy reads")?,
    )
}

/// Returns what the program needs to run, without what only builds or tests it.
fn reached(all: Metadata) -> anyhow::Result<Vec<Package>> {
    let program = all.packages.iter().find(|one| one.name == PROGRAM && one.source.is_none());
    let mut waiting = vec![program.context("there is no package of the program's name")?.id.clone()];
    let nodes: BTreeMap<&str, &Node> =
        all.resolve.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        if let Some(node) = nodes.get(id.as_str()).filter(|_| seen.insert(id.clone())) {
            let runs = |one: &&Dependency| one.dep_kinds.iter().any(|kind| kind.kind.is_none());
            waiting.extend(node.deps.iter().filter(runs).map(|one| one.pkg.clone()));
        }
    }
    let foreign = |one: &Package| one.source.is_some() && seen.contains(&one.id);
    let mut found: Vec<Package> = all.packages.into_iter().filter(foreign).collect();
    found.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    Ok(found)
}

fn render(crates: &[Package]) -> String {
    let mut out = HEAD.to_owned();
    let is_mpl = |one: &&Package| one.license.as_deref().is_some_and(|licence| licence.contains("MPL-2.0"));
    for one in crates.iter().filter(is_mpl) {
        let at = one.repository.as_deref().unwrap_or("the registry of crates");
        // Writing into a string cannot fail.
        let _ = writeln!(out, "  {} {}, from {at}", one.name, one.version);
    }
    out.push_str(REST);
    let mut by_licence: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for one in crates {
        // An older spelling of the same.
        let licence = one.license.as_deref().unwrap_or("none").replace(" / ", "/").replace('/', " OR ");
        by_licence.entry(licence).or_default().insert(&one.name);
    }
    for (licence, names) in by_licence {
        let _ = writeln!(out, "\n{licence}:");
        let mut line = String::new();
        for name in names {
            if line.len() + name.len() + 1 > WIDTH {
                let _ = writeln!(out, "{line}");
                line.clear();
            }
            line.push_str(if line.is_empty() { "  " } else { " " });
            line.push_str(name);
        }
        let _ = writeln!(out, "{line}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata() -> Metadata {
        let package = |name: &str, licence: &str, source: &str| {
            format!(
                r#"{{"id":"{name}","name":"{name}","version":"1.2.3","license":"{licence}","repository":"https://git.test/{name}",
                "source":{source},"manifest_path":"/x/Cargo.toml"}}"#
            )
        };
        let dep = |name: &str, kind: &str| format!(r#"{{"pkg":"{name}","dep_kinds":[{{"kind":{kind}}}]}}"#);
        let packages = [
            package("lanyard", "Apache-2.0", "null"),
            package("used", "MIT/Apache-2.0", "\"r\""),
            package("deeper", "MPL-2.0", "\"r\""),
            package("tested", "MIT", "\"r\""),
        ];
        let text = format!(
            r#"{{"packages":[{}],"resolve":{{"nodes":[{{"id":"lanyard","deps":[{},{}]}},{{"id":"used","deps":[{}]}},
            {{"id":"deeper","deps":[]}}]}}}}"#,
            packages.join(","),
            dep("used", "null"),
            dep("tested", "\"dev\""),
            dep("deeper", "null"),
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn what_runs_is_listed_and_where_the_mozilla_licence_asks_for_its_source_is_said() {
        let crates = reached(metadata()).unwrap();
        let names: Vec<&str> = crates.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["deeper", "used"]);
        let notice = render(&crates);
        assert!(notice.contains("  deeper 1.2.3, from https://git.test/deeper\n"), "{notice}");
        assert!(notice.contains("\nMIT OR Apache-2.0:\n  used\n"), "{notice}");
    }
}
