//! Circles: modules of one crate that use each other can only be read, tested and moved together.
//!
//! An arrow goes from a crate's top module to another that it names by `crate::`. The crate's root is left out: it knows them
//! all. Tests are left out too.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};

use super::Problem;
use super::files::File;
use super::layers::Package;

/// The arrows of one crate, by top module.
type Arrows = BTreeMap<String, BTreeSet<String>>;

/// Finds the circles that the table does not list, and those that it lists and that are gone.
pub(crate) fn check(files: &[File], packages: &[Package], known: &[Vec<String>]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut there = Vec::new();
    for package in packages {
        let source = format!("{}/src/", package.folder);
        let own = files.iter().filter(|file| file.is_rust() && !file.is_test());
        let arrows = arrows(own.filter_map(|file| Some((file.path.strip_prefix(&source)?, &*file.text))));
        for circle in circles(&arrows) {
            let named: Vec<String> =
                circle.iter().map(|module| format!("{}::{module}", package.name)).collect();
            if !known.contains(&named) {
                let message = format!(
                    "the modules {} use each other in a circle; move what they share below them, or the call above them",
                    circle.join(", ")
                );
                problems.push(Problem::new(source.clone(), None, message));
            }
            there.push(named);
        }
    }
    for gone in known.iter().filter(|circle| !there.contains(circle)) {
        let message =
            format!("the circle {} is no more as it stands there; shorten `circles`", gone.join(", "));
        problems.push(Problem::new("docs/layers.toml", None, message));
    }
    problems
}

/// Reads the arrows from the files of a crate, given by their paths below `src/`.
fn arrows<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> Arrows {
    let mut arrows = Arrows::new();
    for (path, text) in files {
        let top = path.split('/').next().unwrap_or_default().trim_end_matches(".rs");
        let Ok(parsed) = syn::parse_file(text) else { continue };
        if ["lib", "main", "bin"].contains(&top) {
            continue;
        }
        let mut names = Names::default();
        names.visit_file(&parsed);
        arrows.entry(top.to_owned()).or_default().extend(names.found);
    }
    let modules: BTreeSet<String> = arrows.keys().cloned().collect();
    for (module, used) in &mut arrows {
        used.retain(|name| name != module && modules.contains(name));
    }
    arrows
}

/// Gathers what follows `crate::`.
#[derive(Default)]
struct Names {
    found: BTreeSet<String>,
}

impl Names {
    fn tree(&mut self, tree: &syn::UseTree) {
        match tree {
            syn::UseTree::Path(path) => drop(self.found.insert(path.ident.to_string())),
            syn::UseTree::Name(name) => drop(self.found.insert(name.ident.to_string())),
            syn::UseTree::Rename(name) => drop(self.found.insert(name.ident.to_string())),
            syn::UseTree::Group(group) => group.items.iter().for_each(|item| self.tree(item)),
            syn::UseTree::Glob(_) => {}
        }
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !super::budget::is_for_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if let syn::UseTree::Path(path) = &item.tree
            && path.ident == "crate"
        {
            self.tree(&path.tree);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let mut parts = path.segments.iter();
        if let (Some(first), Some(second)) = (parts.next(), parts.next())
            && first.ident == "crate"
        {
            self.found.insert(second.ident.to_string());
        }
        visit::visit_path(self, path);
    }
}

/// Returns the groups of modules each of which reaches all others of its group.
fn circles(arrows: &Arrows) -> Vec<Vec<String>> {
    let reach = |from: &String| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
        while let Some(module) = next.pop() {
            for to in arrows.get(module).into_iter().flatten() {
                if seen.insert(to.clone()) {
                    next.push(to);
                }
            }
        }
        seen
    };
    let reached: BTreeMap<&String, BTreeSet<String>> =
        arrows.keys().map(|from| (from, reach(from))).collect();
    let meet = |a: &String, b: &String| {
        reached.get(a).is_some_and(|all| all.contains(b)) && reached.get(b).is_some_and(|all| all.contains(a))
    };
    let mut groups: Vec<Vec<String>> = Vec::new();
    for module in arrows.keys().filter(|module| meet(module, module)) {
        match groups.iter_mut().find(|group| group.first().is_some_and(|first| meet(first, module))) {
            Some(group) => group.push(module.clone()),
            None => groups.push(vec![module.clone()]),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)], known: &[Vec<String>]) -> String {
        let file = |(path, text): &(&str, &str)| File {
            path: format!("crates/a/src/{path}"),
            text: (*text).to_owned(),
        };
        let files: Vec<File> = files.iter().map(file).collect();
        let package = Package { name: "a".into(), folder: "crates/a".into(), uses: BTreeSet::default() };
        check(&files, &[package], known).iter().map(ToString::to_string).collect()
    }

    const FILES: [(&str, &str); 4] = [
        ("lib.rs", "mod one; mod two; mod three; use crate::one::A;"),
        ("one.rs", "use crate::{three, two::B}; pub struct A;"),
        ("two/deep.rs", "fn b() { crate::one::c(); }"),
        ("three.rs", "#[cfg(test)] mod tests { use crate::one::A; }"),
    ];

    #[test]
    fn a_circle_is_named_and_what_only_tests_use_is_none() {
        let said = found(&FILES, &[]);
        assert!(said.contains("crates/a/src/: the modules one, two use each other"), "{said}");
        assert!(!said.contains("three"), "{said}");
    }

    #[test]
    fn a_listed_circle_is_left_alone_until_it_is_gone() {
        let known = [vec!["a::one".to_owned(), "a::two".to_owned()]];
        assert_eq!(found(&FILES, &known), "");
        let said = found(&FILES[..1], &known);
        assert!(said.contains("the circle a::one, a::two is no more"), "{said}");
    }
}
