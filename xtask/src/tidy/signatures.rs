//! Signatures: a tuple as a parameter hides what its parts mean, and more than five parameters hide which of them matter.
//!
//! What there was when the rule came is counted by crate in `docs/layers.toml`. A count may only fall, and falls there when it
//! falls here.

use std::collections::BTreeMap;

use serde::Deserialize;
use syn::visit::{self, Visit};

use super::Problem;
use super::files::File;
use super::layers::Package;

const TABLE: &str = "docs/layers.toml";
const MOST: usize = 5;

/// A rule that signatures keep.
struct Rule {
    /// Its key in the table.
    key: &'static str,
    /// What functions that break it do.
    what: &'static str,
    /// What to do instead.
    advice: &'static str,
}

const TUPLES: Rule = Rule { key: "tuples", what: "take a tuple", advice: "name its parts in a struct" };
const MANY: Rule = Rule {
    key: "many",
    what: "take more than five parameters",
    advice: "gather what belongs together in a struct",
};

/// `[signatures]` of the table: how many functions of a crate may still break the rules.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Signatures {
    /// Functions with a tuple as a parameter.
    #[serde(default)]
    tuples: BTreeMap<String, usize>,
    /// Functions with more than five parameters, without `self`.
    #[serde(default)]
    many: BTreeMap<String, usize>,
}

/// Compares the counts of each crate with what is allowed.
pub(crate) fn check(files: &[File], packages: &[Package], allowed: &Signatures) -> Vec<Problem> {
    let mut problems = Vec::new();
    for package in packages {
        let source = format!("{}/src/", package.folder);
        let own =
            files.iter().filter(|file| file.is_rust() && !file.is_test() && file.path.starts_with(&source));
        let (mut tuples, mut many) = (Vec::new(), Vec::new());
        for file in own {
            let Ok(parsed) = syn::parse_file(&file.text) else { continue };
            let mut found = Found { path: &file.path, tuples: &mut tuples, many: &mut many };
            found.visit_file(&parsed);
        }
        let name = &package.name;
        problems.extend(compare(name, &TUPLES, &tuples, &allowed.tuples));
        problems.extend(compare(name, &MANY, &many, &allowed.many));
    }
    problems
}

fn compare(name: &str, rule: &Rule, found: &[Place], allowed: &BTreeMap<String, usize>) -> Vec<Problem> {
    let Rule { key, what, advice } = rule;
    let most = allowed.get(name).copied().unwrap_or_default();
    if found.len() < most {
        let message = format!(
            "{} functions of `{name}` {what}, {most} are allowed; lower `signatures.{key}`",
            found.len()
        );
        return vec![Problem::new(TABLE, None, message)];
    }
    if found.len() == most {
        return Vec::new();
    }
    let message = |place: &Place| {
        format!(
            "`{}` is one of {} functions of `{name}` that {what}, {most} are allowed; {advice}",
            place.function,
            found.len()
        )
    };
    found.iter().map(|place| Problem::new(place.path.clone(), place.line, message(place))).collect()
}

/// A function.
struct Place {
    path: String,
    line: usize,
    function: String,
}

struct Found<'a> {
    path: &'a str,
    tuples: &'a mut Vec<Place>,
    many: &'a mut Vec<Place>,
}

impl Found<'_> {
    fn look(&mut self, signature: &syn::Signature) {
        let typed = signature.inputs.iter().filter_map(|input| match input {
            syn::FnArg::Typed(typed) => Some(&*typed.ty),
            syn::FnArg::Receiver(_) => None,
        });
        let types: Vec<&syn::Type> = typed.collect();
        let place = || Place {
            path: self.path.to_owned(),
            line: signature.ident.span().start().line,
            function: signature.ident.to_string(),
        };
        if types.iter().any(|ty| is_tuple(ty)) {
            self.tuples.push(place());
        }
        if types.len() > MOST {
            self.many.push(place());
        }
    }
}

fn is_tuple(ty: &syn::Type) -> bool {
    match ty {
        syn::Type::Tuple(tuple) => tuple.elems.len() > 1,
        syn::Type::Reference(reference) => is_tuple(&reference.elem),
        _ => false,
    }
}

impl<'ast> Visit<'ast> for Found<'_> {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !super::budget::is_for_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if !super::budget::is_for_tests(&item.attrs) {
            self.look(&item.sig);
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.look(&item.sig);
        visit::visit_impl_item_fn(self, item);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn said(text: &str, allowed: &str) -> String {
        let files = [File { path: "crates/a/src/b.rs".into(), text: text.into() }];
        let package = Package { name: "a".into(), folder: "crates/a".into(), uses: BTreeSet::default() };
        let found = check(&files, &[package], &toml::from_str(allowed).unwrap());
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_tuple_and_a_sixth_parameter_are_named() {
        let found = said("fn f((a, b): (u8, u8)) {}\nimpl X { fn g(&self, a: &(u8, u8)) {} }", "");
        assert!(
            found.contains("crates/a/src/b.rs:1: `f` is one of 2") && found.contains(":2: `g`"),
            "{found}"
        );
        let found = said("fn f(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8) {}", "");
        assert!(found.contains("take more than five parameters"), "{found}");
        assert_eq!(said("fn f(a: u8, b: (), c: u8, d: u8, e: u8) {}", ""), "");
        assert_eq!(said("#[cfg(test)] mod tests { fn f(a: (u8, u8)) {} }", ""), "");
    }

    #[test]
    fn what_is_counted_in_the_table_is_allowed_and_only_falls() {
        let text = "fn f(a: (u8, u8)) {}";
        assert_eq!(said(text, "tuples = { a = 1 }"), "");
        assert!(
            said(text, "tuples = { a = 2 }")
                .contains("1 functions of `a` take a tuple, 2 are allowed; lower")
        );
    }
}
