//! Rows: what a table holds stays with the use cases. Pages, the gateway and verbs know it in words of the capability.
//!
//! Two rules, tests left out. The places at the edge (`[rows] edges` in `docs/layers.toml`) do not name `store` at all. What a use-case
//! crate shows to others does not name it either: no `pub use store::..`, and no row in the signature of a `pub fn`, in a `pub` field,
//! in a variant or in a `pub type`. Private and `pub(crate)` items are free. So is a function that takes the transaction (`&mut Tx`, or
//! `Work`, which holds it): it is for another use case, since the edge has no transaction to give it. So is a trait's implementation:
//! it is how a row becomes something else. A name straight from the crate's root (`store::StoreError`) is no row.
//!
//! What is spared stands in the table with its reason. What is left from before the rule stands there by name, a list that only
//! shrinks.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use serde::Deserialize;
use syn::visit::{self, Visit};

use super::Problem;
use super::budget::is_for_tests;
use super::files::File;
use super::layers::{Package, Table};

const TABLE: &str = "docs/layers.toml";
const STORE: &str = "store";

/// `[rows]` of the table.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rows {
    /// Folders whose code does not name `store`; `crates/*/web/src` stands for the pages of every capability.
    #[serde(default)]
    pub(crate) edges: BTreeSet<String>,
    /// Files at the edge that may, each with the reason.
    #[serde(default)]
    spared: Vec<Spared>,
    /// What use-case crates still show of rows, by crate: `module::item`, or `module::item.field`. It only shrinks.
    #[serde(default)]
    left: BTreeMap<String, BTreeSet<String>>,
}

/// Files that may name `store`, or items of use-case crates that may show a row.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spared {
    /// Files, from the root, or `crate::module::item`.
    places: BTreeSet<String>,
    /// Why. Without words they may not.
    because: String,
}

impl Rows {
    fn spares(&self, place: &str) -> bool {
        self.spared.iter().any(|one| one.places.contains(place) && !one.because.trim().is_empty())
    }
}

/// Checks the edges and the use-case crates, and that everything that is spared or left is still there.
pub(crate) fn check(files: &[File], packages: &[Package], table: &Table) -> Vec<Problem> {
    let rows = &table.rows;
    let mut used = BTreeSet::new();
    let mut problems = edges(files, rows, &mut used);
    let apps = packages.iter().filter(|one| one.name.ends_with("-app") && table.is_of_capability(&one.name));
    for package in apps {
        let source = format!("{}/src/", package.folder);
        let own =
            files.iter().filter(|file| file.is_rust() && !file.is_test() && file.path.starts_with(&source));
        for (file, parsed) in own.filter_map(|file| Some((file, syn::parse_file(&file.text).ok()?))) {
            let module = module(file.path.strip_prefix(&source).unwrap_or_default());
            let left = rows.left.get(&package.name);
            for one in shown(&parsed, &module) {
                let whole = format!("{}::{}", package.name, one.item);
                if rows.spares(&whole) || left.is_some_and(|left| left.contains(&one.item)) {
                    used.insert(whole);
                    continue;
                }
                let message = format!(
                    "`{whole}` shows the row `{}` to others; show a type of the capability, or a word of `domain` ({TABLE}, [rows])",
                    one.row
                );
                problems.push(Problem::new(&*file.path, one.line, message));
            }
        }
    }
    let left =
        rows.left.iter().flat_map(|(name, items)| items.iter().map(move |item| format!("{name}::{item}")));
    let stale = left.chain(rows.spared.iter().flat_map(|one| one.places.iter().cloned()));
    problems.extend(stale.filter(|place| !used.contains(place)).map(|place| {
        Problem::new(TABLE, None, format!("`{place}` shows no row any more; take it out of [rows]"))
    }));
    problems
}

/// Finds who names `store` at the edge.
fn edges(files: &[File], rows: &Rows, used: &mut BTreeSet<String>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let folders: Vec<String> = rows.edges.iter().map(|folder| format!("{folder}/")).collect();
    for folder in folders.iter().filter(|folder| !files.iter().any(|file| file.path.starts_with(*folder))) {
        let message =
            format!("[rows] names `{}`, where there is no file; remove it", folder.trim_end_matches('/'));
        problems.push(Problem::new(TABLE, None, message));
    }
    let own = files.iter().filter(|file| {
        file.is_rust() && !file.is_test() && folders.iter().any(|folder| file.path.starts_with(folder))
    });
    for file in own {
        let Ok(parsed) = syn::parse_file(&file.text) else { continue };
        let mut named = Named::default();
        named.visit_file(&parsed);
        if rows.spares(&file.path) {
            if !named.lines.is_empty() {
                used.insert(file.path.clone());
            }
            continue;
        }
        for line in named.lines {
            let message = format!(
                "`store` is named at the edge, where rows have no place; call a use case that answers in the capability's words \
                 ({TABLE}, [rows])"
            );
            problems.push(Problem::new(&*file.path, line, message));
        }
    }
    problems
}

/// Returns the module that a file holds: `a/b.rs` is `a::b`, `lib.rs` is the crate itself.
fn module(path: &str) -> String {
    let path = path.trim_end_matches(".rs");
    let path = path.strip_suffix("/mod").unwrap_or(path);
    if path == "lib" { String::new() } else { path.replace('/', "::") }
}

/// The lines on which `store` begins a path.
#[derive(Default)]
struct Named {
    lines: BTreeSet<usize>,
}

impl<'ast> Visit<'ast> for Named {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !is_test(item) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if let Some(first) = first_of(&item.tree)
            && first == STORE
        {
            self.lines.insert(first.span().start().line);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if let Some(first) = path.segments.first()
            && path.segments.len() > 1
            && first.ident == STORE
        {
            self.lines.insert(first.ident.span().start().line);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        in_tokens(item.tokens.clone(), &mut self.lines);
    }
}

/// Finds `store::` where it is not after another `::`, in what a macro is given.
fn in_tokens(tokens: TokenStream, lines: &mut BTreeSet<usize>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_colon = |place: Option<usize>| {
        let token = place.and_then(|place| tokens.get(place));
        matches!(token, Some(TokenTree::Punct(mark)) if mark.as_char() == ':')
    };
    for (place, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => in_tokens(group.stream(), lines),
            TokenTree::Ident(name)
                if name == STORE
                    && is_colon(Some(place + 1))
                    && is_colon(Some(place + 2))
                    && !(is_colon(place.checked_sub(1)) && is_colon(place.checked_sub(2))) =>
            {
                lines.insert(name.span().start().line);
            }
            _ => {}
        }
    }
}

fn first_of(tree: &syn::UseTree) -> Option<&syn::Ident> {
    match tree {
        syn::UseTree::Path(path) => Some(&path.ident),
        syn::UseTree::Name(name) => Some(&name.ident),
        syn::UseTree::Rename(rename) => Some(&rename.ident),
        syn::UseTree::Glob(_) | syn::UseTree::Group(_) => None,
    }
}

/// Something that shows a row.
struct Shown {
    /// Its module, its name, and its field where it is one.
    item: String,
    line: usize,
    row: String,
}

/// Returns what a file of a use-case crate shows of rows.
fn shown(file: &syn::File, module: &str) -> Vec<Shown> {
    let mut imported = BTreeMap::new();
    for item in &file.items {
        if let syn::Item::Use(item) = item
            && !is_for_tests(&item.attrs)
            && let syn::UseTree::Path(path) = &item.tree
            && path.ident == STORE
        {
            imports(&path.tree, STORE, &mut imported);
        }
    }
    let mut look = Look { module, imported: &imported, found: Vec::new() };
    look.items(&file.items);
    look.found
}

/// Notes each name that a `use store::..` brings, with the path that it stands for.
fn imports(tree: &syn::UseTree, so_far: &str, names: &mut BTreeMap<String, String>) {
    match tree {
        syn::UseTree::Path(path) => imports(&path.tree, &format!("{so_far}::{}", path.ident), names),
        syn::UseTree::Name(name) if name.ident == "self" => {
            let last = so_far.rsplit("::").next().unwrap_or_default();
            names.insert(last.to_owned(), so_far.to_owned());
        }
        syn::UseTree::Name(name) => {
            names.insert(name.ident.to_string(), format!("{so_far}::{}", name.ident));
        }
        syn::UseTree::Rename(rename) if rename.ident == "self" => {
            names.insert(rename.rename.to_string(), so_far.to_owned());
        }
        syn::UseTree::Rename(rename) => {
            names.insert(rename.rename.to_string(), format!("{so_far}::{}", rename.ident));
        }
        syn::UseTree::Group(group) => {
            for tree in &group.items {
                imports(tree, so_far, names);
            }
        }
        syn::UseTree::Glob(_) => {}
    }
}

/// Looks through the items of a module for what shows a row.
struct Look<'a> {
    module: &'a str,
    imported: &'a BTreeMap<String, String>,
    found: Vec<Shown>,
}

impl Look<'_> {
    fn items(&mut self, items: &[syn::Item]) {
        for item in items.iter().filter(|item| !is_test(item)) {
            match item {
                syn::Item::Use(item) if is_public(&item.vis) => self.reexport(item),
                syn::Item::Fn(item) if is_public(&item.vis) => self.function(&item.sig, ""),
                syn::Item::Type(item) if is_public(&item.vis) => {
                    self.types([&*item.ty], &item.ident, &item.ident.to_string());
                }
                syn::Item::Struct(item) if is_public(&item.vis) => {
                    self.fields(&item.fields, &item.ident.to_string());
                }
                syn::Item::Enum(item) if is_public(&item.vis) => {
                    for variant in &item.variants {
                        let types = variant.fields.iter().map(|field| &field.ty);
                        self.types(types, &variant.ident, &format!("{}.{}", item.ident, variant.ident));
                    }
                }
                syn::Item::Impl(item) if item.trait_.is_none() => self.methods(item),
                _ => {}
            }
        }
    }

    fn reexport(&mut self, item: &syn::ItemUse) {
        if let syn::UseTree::Path(path) = &item.tree
            && path.ident == STORE
        {
            let mut names = BTreeMap::new();
            imports(&path.tree, STORE, &mut names);
            for (name, row) in names.into_iter().filter(|(_, row)| is_row(row)) {
                self.note(&name, path.ident.span().start().line, row);
            }
        }
    }

    fn methods(&mut self, item: &syn::ItemImpl) {
        let syn::Type::Path(owner) = &*item.self_ty else { return };
        let owner =
            owner.path.segments.last().map(|segment| format!("{}.", segment.ident)).unwrap_or_default();
        for one in &item.items {
            if let syn::ImplItem::Fn(function) = one
                && is_public(&function.vis)
            {
                self.function(&function.sig, &owner);
            }
        }
    }

    fn function(&mut self, signature: &syn::Signature, owner: &str) {
        let inputs: Vec<&syn::Type> = signature
            .inputs
            .iter()
            .filter_map(|input| match input {
                syn::FnArg::Typed(typed) => Some(&*typed.ty),
                syn::FnArg::Receiver(_) => None,
            })
            .collect();
        if inputs.iter().any(|ty| is_transaction(ty)) {
            return;
        }
        let output = match &signature.output {
            syn::ReturnType::Type(_, ty) => Some(&**ty),
            syn::ReturnType::Default => None,
        };
        let name = format!("{owner}{}", signature.ident);
        self.types(inputs.into_iter().chain(output), &signature.ident, &name);
    }

    fn fields(&mut self, fields: &syn::Fields, owner: &str) {
        for (place, field) in fields.iter().enumerate().filter(|(_, field)| is_public(&field.vis)) {
            let name = field.ident.as_ref().map_or_else(|| place.to_string(), ToString::to_string);
            let mut rows = RowsOf { imported: self.imported, found: Vec::new() };
            rows.visit_type(&field.ty);
            let line = rows.found.first().map(|(line, _)| *line);
            if let (Some(line), Some((_, row))) = (line, rows.found.into_iter().next()) {
                self.note(&format!("{owner}.{name}"), line, row);
            }
        }
    }

    fn types<'t>(&mut self, types: impl IntoIterator<Item = &'t syn::Type>, at: &syn::Ident, name: &str) {
        let mut rows = RowsOf { imported: self.imported, found: Vec::new() };
        types.into_iter().for_each(|ty| rows.visit_type(ty));
        if let Some((_, row)) = rows.found.into_iter().next() {
            self.note(name, at.span().start().line, row);
        }
    }

    fn note(&mut self, name: &str, line: usize, row: String) {
        let item = if self.module.is_empty() { name.to_owned() } else { format!("{}::{name}", self.module) };
        self.found.push(Shown { item, line, row });
    }
}

/// The rows that a type names.
struct RowsOf<'a> {
    imported: &'a BTreeMap<String, String>,
    found: Vec<(usize, String)>,
}

impl<'ast> Visit<'ast> for RowsOf<'_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        let mut names = path.segments.iter().map(|segment| segment.ident.to_string());
        if let (Some(first), Some(segment)) = (names.next(), path.segments.first()) {
            let start = match self.imported.get(&first) {
                Some(_) if path.leading_colon.is_some() => first,
                Some(whole) => whole.clone(),
                None => first,
            };
            let whole = names.fold(start, |so_far, name| format!("{so_far}::{name}"));
            if is_row(&whole) {
                self.found.push((segment.ident.span().start().line, whole));
            }
        }
        visit::visit_path(self, path);
    }
}

/// Returns whether a path is of something in a module of `store`, not of its root.
fn is_row(path: &str) -> bool {
    let mut names = path.split("::");
    names.next() == Some(STORE) && names.count() > 1
}

fn is_transaction(ty: &syn::Type) -> bool {
    match ty {
        syn::Type::Reference(reference) => is_transaction(&reference.elem),
        syn::Type::Path(path) => {
            path.path.segments.last().is_some_and(|last| last.ident == "Tx" || last.ident == "Work")
        }
        _ => false,
    }
}

fn is_public(visibility: &syn::Visibility) -> bool {
    matches!(visibility, syn::Visibility::Public(_))
}

fn is_test(item: &syn::Item) -> bool {
    match item {
        syn::Item::Mod(item) => is_for_tests(&item.attrs),
        syn::Item::Fn(item) => is_for_tests(&item.attrs),
        syn::Item::Use(item) => is_for_tests(&item.attrs),
        syn::Item::Impl(item) => is_for_tests(&item.attrs),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
