//! Layers: `docs/layers.toml` against what the manifests say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use serde::Deserialize;

use super::Problem;
use super::edges::Edges;
use super::forces::ForceNames;
use super::rows::Rows;
use super::vendors::VendorWords;

const TABLE: &str = "docs/layers.toml";

/// `docs/layers.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    /// Every crate; those of capabilities are added when the table is read.
    #[serde(rename = "crate")]
    pub(crate) crates: Vec<Crate>,
    /// What the crates of every capability may use.
    #[serde(default)]
    every: Every,
    #[serde(rename = "capability", default)]
    pub(crate) capabilities: Vec<Capability>,
    /// Who writes a table that another owns, and why.
    #[serde(default)]
    pub(crate) also_writes: Vec<AlsoWrites>,
    /// What pages and the gateway may not say.
    #[serde(default)]
    pub(crate) edges: Edges,
    /// What may not name rows of `store`, and what still does.
    #[serde(default)]
    pub(crate) rows: Rows,
    /// Tables that are written through the port's trait alone, where no call shows by whom.
    #[serde(default)]
    pub(crate) by_trait: BTreeSet<String>,
    /// Modules that use each other in a circle, a list that only shrinks.
    #[serde(default)]
    pub(crate) circles: Vec<Vec<String>>,
    pure: Pure,
    only: BTreeMap<String, BTreeSet<String>>,
    pub(crate) vendor_words: VendorWords,
    pub(crate) force_names: ForceNames,
    /// Crates beyond the usual budget, each with the reason.
    #[serde(default)]
    pub(crate) large: Vec<Large>,
}

/// A crate that may be larger than others for now.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Large {
    pub(crate) name: String,
    /// Lines of code that it may have.
    pub(crate) lines: usize,
    /// Why, and what would end it. Without words there is no larger budget.
    pub(crate) because: String,
}

/// What the crates of every capability may use.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Every {
    app: Vec<String>,
    web: Vec<String>,
}

/// One folder of `crates/` with the crates of a capability.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Capability {
    /// The folder's name; its crates are `NAME-app` and `NAME-web`.
    pub(crate) name: String,
    pub(crate) purpose: String,
    /// Capabilities and other crates that its use cases may use.
    pub(crate) app_may_use: Vec<String>,
    /// Capabilities whose pages its pages may use. Any page may use the use cases of any capability.
    pub(crate) web_may_use: Vec<String>,
    /// The tables that it owns.
    pub(crate) writes: Vec<String>,
}

/// A table's second writer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AlsoWrites {
    /// The capability or crate.
    pub(crate) who: String,
    pub(crate) tables: BTreeSet<String>,
    /// Why. Without words it may not.
    pub(crate) because: String,
}

/// The layers of a capability's crates.
const APP_LAYER: u8 = 3;
const WEB_LAYER: u8 = 4;
/// The pages of every capability, in `[rows]`.
const EVERY_WEB: &str = "crates/*/web/src";

/// One crate of ours.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Crate {
    pub(crate) name: String,
    pub(crate) layer: u8,
    pub(crate) purpose: String,
    /// Names of crates; `*-app` and `*-web` stand for those of every capability.
    pub(crate) may_use: Vec<String>,
    #[serde(default)]
    pub(crate) never_in_serve: bool,
    /// The tables that it owns.
    #[serde(default)]
    pub(crate) writes: Vec<String>,
}

/// What the core may not use.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pure {
    below: u8,
    never: BTreeSet<String>,
}

/// What cargo says of a workspace member.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    /// Its folder, relative to the root.
    pub(crate) folder: String,
    /// Normal and build dependencies, by package name; dev-dependencies are not here.
    pub(crate) uses: BTreeSet<String>,
}

impl Table {
    /// # Errors
    /// When the file is not there or not of this shape.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        Self::parse(&super::read(path)?)
            .with_context(|| format!("{TABLE} is not of the shape that tidy reads"))
    }

    /// Reads the table and adds the crates of its capabilities.
    pub(crate) fn parse(text: &str) -> anyhow::Result<Self> {
        let mut table: Self = toml::from_str(text)?;
        let named = |ending: &str| -> Vec<String> {
            table.capabilities.iter().map(|one| format!("{}-{ending}", one.name)).collect()
        };
        let (apps, webs) = (named("app"), named("web"));
        for row in &mut table.crates {
            let whole = |name: &String| match name.as_str() {
                "*-app" => apps.clone(),
                "*-web" => webs.clone(),
                _ => vec![name.clone()],
            };
            row.may_use = row.may_use.iter().flat_map(whole).collect();
        }
        for owners in table.only.values_mut() {
            if owners.remove("*-web") {
                owners.extend(webs.iter().cloned());
            }
        }
        if table.edges.crates.remove("*-web") {
            table.edges.crates.extend(webs.iter().cloned());
        }
        if table.rows.edges.remove(EVERY_WEB) {
            let folders = table.capabilities.iter().map(|one| EVERY_WEB.replace('*', &one.name));
            table.rows.edges.extend(folders);
        }
        let own = |one: &Capability, ending: &str, layer: u8, may_use: Vec<String>| Crate {
            name: format!("{}-{ending}", one.name),
            layer,
            purpose: one.purpose.clone(),
            may_use,
            never_in_serve: false,
            writes: Vec::new(),
        };
        let mut rows = Vec::new();
        for one in &table.capabilities {
            let others = one.app_may_use.iter().map(|name| {
                let is_one = table.capabilities.iter().any(|other| other.name == *name);
                if is_one { format!("{name}-app") } else { name.clone() }
            });
            rows.push(own(one, "app", APP_LAYER, others.chain(table.every.app.clone()).collect()));
            let pages = one.web_may_use.iter().map(|name| format!("{name}-web"));
            let below = table.every.web.clone();
            rows.push(own(one, "web", WEB_LAYER, pages.chain(below).chain(apps.clone()).collect()));
        }
        table.crates.extend(rows);
        Ok(table)
    }

    /// Returns whether a crate serves: tests, measurements and demonstrations prepare what they need by themselves.
    pub(crate) fn serves(&self, name: &str) -> bool {
        self.get(name).is_some_and(|row| !row.never_in_serve)
    }

    /// Returns whether a crate belongs to a capability.
    pub(crate) fn is_of_capability(&self, name: &str) -> bool {
        let owner = name.strip_suffix("-app").or_else(|| name.strip_suffix("-web"));
        owner.is_some_and(|owner| self.capabilities.iter().any(|one| one.name == owner))
    }

    fn get(&self, name: &str) -> Option<&Crate> {
        self.crates.iter().find(|one| one.name == name)
    }
}

/// Returns the workspace members, from `cargo metadata`.
///
/// # Errors
/// When cargo cannot be run or says something unexpected.
pub(crate) fn packages(root: &Path) -> anyhow::Result<Vec<Package>> {
    let output = Command::new("cargo")
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root)
        .output()
        .context("cargo cannot be run")?;
    anyhow::ensure!(
        output.status.success(),
        "cargo metadata failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Metadata =
        serde_json::from_slice(&output.stdout).context("cargo metadata is not of the known shape")?;
    let folder = |manifest: &str| {
        let folder = Path::new(manifest).parent().unwrap_or(root);
        folder.strip_prefix(root).unwrap_or(folder).display().to_string()
    };
    let uses = |dependencies: Vec<Dependency>| {
        dependencies
            .into_iter()
            // What is optional stands behind a feature that only tests ask for.
            .filter(|one| one.kind.as_deref() != Some("dev") && !one.optional)
            .map(|one| one.name)
            .collect()
    };
    let package = |one: Listed| Package {
        folder: folder(&one.manifest_path),
        uses: uses(one.dependencies),
        name: one.name,
    };
    Ok(metadata.packages.into_iter().map(package).collect())
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    name: String,
    manifest_path: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
    optional: bool,
}

/// Compares the table with the manifests.
pub(crate) fn check(table: &Table, packages: &[Package]) -> Vec<Problem> {
    let mut problems = check_table(table, packages);
    for package in packages {
        let manifest = format!("{}/Cargo.toml", package.folder);
        let Some(row) = table.get(&package.name) else {
            let name = &package.name;
            let message = format!(
                "the crate `{name}` is not in {TABLE}; add it there with its layer, purpose and arrows"
            );
            problems.push(Problem::new(manifest, None, message));
            continue;
        };
        let found = package.uses.iter().filter_map(|used| forbidden(table, row, used));
        problems.extend(found.map(|message| Problem::new(&*manifest, None, message)));
    }
    problems
}

/// Returns why `row` may not use `used`, if it may not.
fn forbidden(table: &Table, row: &Crate, used: &str) -> Option<String> {
    let name = &row.name;
    if table.get(used).is_some() && !row.may_use.iter().any(|allowed| allowed == used) {
        return Some(format!(
            "`{name}` uses `{used}`, which {TABLE} does not allow; take what you need through a layer that may, or, if the \
             arrow is right, add it to `may_use` and say why in the commit"
        ));
    }
    if row.layer < table.pure.below && table.pure.never.contains(used) {
        return Some(format!(
            "`{name}` lies below layer {} and may not use `{used}`: the core does no I/O and makes no randomness; hand the \
             result in as an argument",
            table.pure.below
        ));
    }
    let only = table.only.get(used).filter(|owners| !owners.contains(name))?;
    let owners: Vec<&str> = only.iter().map(String::as_str).collect();
    Some(format!("only {} may use `{used}` ({TABLE}, [only]); `{name}` should ask them", owners.join(", ")))
}

/// Returns the table by itself: every crate is there once, every arrow goes to a known crate on the same layer or below.
fn check_table(table: &Table, packages: &[Package]) -> Vec<Problem> {
    let mut messages = Vec::new();
    for (place, row) in table.crates.iter().enumerate() {
        let name = &row.name;
        if table.crates.iter().take(place).any(|earlier| earlier.name == *name) {
            messages.push(format!("`{name}` stands there twice; merge the two"));
        }
        if !packages.iter().any(|package| package.name == *name) {
            messages.push(format!("`{name}` is not a crate of the workspace; remove it"));
        }
        if row.purpose.contains('\n') || !row.purpose.ends_with('.') {
            messages.push(format!("the purpose of `{name}` should be one line that ends in a full stop"));
        }
        for used in &row.may_use {
            match table.get(used) {
                None => messages.push(format!("`{name}` may use `{used}`, which is not in the table")),
                Some(below) if below.layer > row.layer => messages.push(format!(
                    "`{name}` (layer {}) may use `{used}` (layer {}): arrows go down only; move what is shared down",
                    row.layer, below.layer
                )),
                // Both are true of the binary alone: it wires everything, and it carries the demo.
                Some(below) if below.never_in_serve && !row.never_in_serve && name != "lanyard" => {
                    messages.push(format!("`{name}` may use `{used}`, which must never be linked into serve"));
                }
                Some(_) => {}
            }
        }
    }
    messages.into_iter().map(|message| Problem::new(TABLE, None, message)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"
        pure = { below = 2, never = ["tokio"] }
        only = { rusqlite = ["store"] }
        vendor_words = { words = [], only_in = [] }
        force_names = { only_in = [] }
        [[crate]]
        name = "domain"
        layer = 0
        purpose = "Words."
        may_use = []
        [[crate]]
        name = "store"
        layer = 2
        purpose = "Rows."
        may_use = ["domain"]
        [[crate]]
        name = "web"
        layer = 4
        purpose = "Pages."
        may_use = ["domain"]
    "#;

    fn package(name: &str, uses: &[&str]) -> Package {
        let uses = uses.iter().map(|&used| used.to_owned()).collect();
        Package { name: name.to_owned(), folder: format!("crates/{name}"), uses }
    }

    fn messages(table: &str, web_uses: &[&str], domain_uses: &[&str]) -> String {
        let packages = [
            package("domain", domain_uses),
            package("store", &["domain", "rusqlite"]),
            package("web", web_uses),
        ];
        let problems = check(&Table::parse(table).unwrap(), &packages);
        problems.iter().map(|problem| format!("{problem}\n")).collect()
    }

    #[test]
    fn what_the_table_allows_is_fine() {
        assert_eq!(messages(SMALL, &["domain", "tokio"], &["serde"]), "");
    }

    #[test]
    fn arrows_that_it_does_not_allow_are_named() {
        let found = messages(SMALL, &["store", "rusqlite"], &["tokio"]);
        assert!(found.contains("crates/web/Cargo.toml: `web` uses `store`"), "{found}");
        assert!(found.contains("only store may use `rusqlite`"), "{found}");
        assert!(found.contains("`domain` lies below layer 2 and may not use `tokio`"), "{found}");
    }

    #[test]
    fn a_table_that_points_upward_or_nowhere_is_refused() {
        let upward = SMALL.replacen("may_use = []", "may_use = [\"web\", \"gone\"]", 1);
        let found = messages(&upward, &[], &[]);
        assert!(found.contains("arrows go down only"), "{found}");
        assert!(found.contains("`gone`, which is not in the table"), "{found}");
        let other = SMALL.replace("\"web\"\n", "\"wob\"\n");
        let found = messages(&other, &[], &[]);
        assert!(found.contains("the crate `web` is not in docs/layers.toml"), "{found}");
        assert!(found.contains("`wob` is not a crate of the workspace"), "{found}");
    }

    #[test]
    fn a_capability_is_two_crates_with_arrows_of_their_own() {
        let text = format!(
            "every = {{ app = [\"domain\"], web = [\"domain\"] }}\n{SMALL}\n[[capability]]\nname = \"cases\"\npurpose = \"C.\"\n\
             app_may_use = [\"store\"]\nweb_may_use = []\nwrites = []\n[[capability]]\nname = \"people\"\npurpose = \"P.\"\n\
             app_may_use = [\"cases\"]\nweb_may_use = []\nwrites = []\n"
        );
        let table = Table::parse(&text).unwrap();
        let uses = |name: &str| table.get(name).unwrap().may_use.join(" ");
        assert_eq!(uses("cases-app"), "store domain");
        assert_eq!(uses("people-app"), "cases-app domain");
        assert_eq!(uses("people-web"), "domain cases-app people-app");
        assert!(table.is_of_capability("people-web") && !table.is_of_capability("store"));
    }

    #[test]
    fn a_crate_for_the_demo_stays_out_of_the_server() {
        let simulated = SMALL.replacen("may_use = []", "may_use = []\nnever_in_serve = true", 1);
        assert!(messages(&simulated, &[], &[]).contains("must never be linked into serve"));
    }
}
