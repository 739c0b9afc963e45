//! Edges: pages and the gateway call use cases with a permit. They open no transaction, key or actor of their own, although the
//! crates below must offer those to each other.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::Problem;
use super::files::File;
use super::layers::Package;

const TABLE: &str = "docs/layers.toml";

/// `[edges]` of the table.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edges {
    /// The crates; `*-web` stands for the pages of every capability.
    pub(crate) crates: BTreeSet<String>,
    /// Pieces of code that do not stand in them.
    never: Vec<String>,
}

/// Checks the code of the crates at the edge, tests left out, and that each of them is there.
pub(crate) fn check(files: &[File], packages: &[Package], edges: &Edges) -> Vec<Problem> {
    let mut problems = Vec::new();
    for name in &edges.crates {
        let Some(package) = packages.iter().find(|package| package.name == *name) else {
            problems.push(Problem::new(
                TABLE,
                None,
                format!("[edges] names `{name}`, which is no crate; remove it"),
            ));
            continue;
        };
        let source = format!("{}/src/", package.folder);
        let own =
            files.iter().filter(|file| file.is_rust() && !file.is_test() && file.path.starts_with(&source));
        for file in own {
            let shipped = file.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            for (line, number) in
                shipped.lines().zip(1..).filter(|(line, _)| !line.trim_start().starts_with("//"))
            {
                if let Some(said) = edges.never.iter().find(|said| line.contains(said.as_str())) {
                    let message =
                        format!("`{said}` passes by the permits; call a use case ({TABLE}, [edges])");
                    problems.push(Problem::new(&*file.path, number, message));
                }
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str, edges: &str) -> String {
        let files = [File { path: "crates/cases/web/src/a.rs".into(), text: text.into() }];
        let package = Package {
            name: "cases-web".into(),
            folder: "crates/cases/web".into(),
            uses: BTreeSet::default(),
        };
        let found = check(&files, &[package], &toml::from_str(edges).unwrap());
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_page_that_opens_a_transaction_is_named() {
        let edges = "crates = [\"cases-web\"]\nnever = [\".store()\"]";
        assert_eq!(said("// app.store()\nfn a() { cases_app::close(); }", edges), "");
        assert_eq!(said("#[cfg(test)]\nmod tests { fn a() { app.store(); } }", edges), "");
        let found = said("fn a() {\n    app.store().write();\n}", edges);
        assert!(
            found.starts_with("crates/cases/web/src/a.rs:2: `.store()` passes by the permits"),
            "{found}"
        );
    }

    #[test]
    fn a_crate_that_is_gone_is_named() {
        assert!(said("", "crates = [\"gone\"]\nnever = []").contains("[edges] names `gone`"));
    }
}
