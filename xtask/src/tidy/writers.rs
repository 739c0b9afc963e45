//! Checks that each table has one owner, and that any other writer of it is listed with a reason.
//!
//! Statements stand in `store`. A function there writes the tables that its statements insert into, update or delete from; a crate
//! writes what the functions write that it calls. Tests do not count.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

use super::Problem;
use super::files::File;
use super::layers::{Package, Table};

const STORE: &str = "crates/store/src/";
const TABLE: &str = "docs/layers.toml";

/// Which tables a function of `store` writes, by module and name: `holds::place`.
type Writing = BTreeMap<String, BTreeSet<String>>;

/// Compares who writes each table with who owns it.
pub(crate) fn check(files: &[File], packages: &[Package], table: &Table) -> Vec<Problem> {
    let writing = writing(files);
    let mut writers: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for package in packages.iter().filter(|package| package.name != "store" && table.serves(&package.name)) {
        let who = package.name.strip_suffix("-app").filter(|_| table.is_of_capability(&package.name));
        let who = who.unwrap_or(&package.name);
        let source = format!("{}/src/", package.folder);
        let own =
            files.iter().filter(|file| file.is_rust() && !file.is_test() && file.path.starts_with(&source));
        for file in own {
            for written in called(&file.text, &writing) {
                let files = writers.entry(written).or_default();
                files.entry(who.to_owned()).or_insert_with(|| file.path.clone());
            }
        }
    }
    let mut problems = compare(&writers, table);
    problems.extend(unreached(files, &writers, table));
    problems
}

/// Finds tables that statements write and no crate seems to: either nobody calls them, or the search does not see who does.
fn unreached(
    files: &[File],
    writers: &BTreeMap<String, BTreeMap<String, String>>,
    table: &Table,
) -> Vec<Problem> {
    let mut written = BTreeSet::new();
    for file in files.iter().filter(|file| file.path.starts_with(STORE) && !file.is_test()) {
        let Ok(parsed) = syn::parse_file(&file.text) else { continue };
        let mut statements = BTreeMap::new();
        for item in &parsed.items {
            if let syn::Item::Macro(item) = item {
                declared(&item.mac.tokens, &mut statements);
            }
        }
        written.extend(statements.into_values().flatten());
    }
    let unseen =
        written.iter().filter(|name| !writers.contains_key(*name) && !table.by_trait.contains(*name));
    let unseen = unseen.map(|name| {
        format!("nobody seems to write the table `{name}`; delete its statements, or name it in `by_trait`")
    });
    let seen = table.by_trait.iter().filter(|name| !written.contains(*name) || writers.contains_key(*name));
    let seen = seen.map(|name| {
        format!("the table `{name}` is not written by the port's trait alone; take it out of `by_trait`")
    });
    unseen.chain(seen).map(|said| Problem::new(TABLE, None, said)).collect()
}

fn compare(writers: &BTreeMap<String, BTreeMap<String, String>>, table: &Table) -> Vec<Problem> {
    let capabilities = table.capabilities.iter().map(|one| (&one.name, &one.writes));
    let owned = capabilities.chain(table.crates.iter().map(|one| (&one.name, &one.writes)));
    let mut owners: BTreeMap<&String, &String> = BTreeMap::new();
    let mut problems = Vec::new();
    for (owner, tables) in owned {
        for name in tables {
            if let Some(other) = owners.insert(name, owner) {
                problems.push(format!(
                    "the table `{name}` is owned by `{other}` and by `{owner}`; one of them is too many"
                ));
            }
            if !writers.get(name).is_some_and(|who| who.contains_key(owner)) {
                problems.push(format!(
                    "`{owner}` owns the table `{name}` and never writes it; give it to who does"
                ));
            }
        }
    }
    let mut problems: Vec<Problem> =
        problems.into_iter().map(|said| Problem::new(TABLE, None, said)).collect();
    let listed = |who: &str, name: &str| {
        table
            .also_writes
            .iter()
            .any(|one| one.who == who && one.tables.contains(name) && !one.because.trim().is_empty())
    };
    for (name, who) in writers {
        match owners.get(name) {
            None => {
                let said = format!(
                    "the table `{name}` has no owner; add it to `writes` of the capability that it belongs to"
                );
                problems.push(Problem::new(TABLE, None, said));
            }
            Some(owner) => {
                for (second, file) in
                    who.iter().filter(|(second, _)| second != owner && !listed(second, name))
                {
                    let said = format!(
                        "`{second}` writes the table `{name}`, which `{owner}` owns; call a function of `{owner}`"
                    );
                    problems.push(Problem::new(&**file, None, said));
                }
            }
        }
    }
    for one in &table.also_writes {
        for name in
            one.tables.iter().filter(|name| !writers.get(*name).is_some_and(|who| who.contains_key(&one.who)))
        {
            let said = format!(
                "`{}` does not write the table `{name}` any more; take it out of `also_writes`",
                one.who
            );
            problems.push(Problem::new(TABLE, None, said));
        }
    }
    problems
}

/// Reads which functions of `store` write which tables. A function writes too what others of its module write that it calls.
fn writing(files: &[File]) -> Writing {
    let mut all = Writing::new();
    for file in files.iter().filter(|file| file.is_rust() && !file.is_test()) {
        let Some(module) = file.path.strip_prefix(STORE).and_then(|path| path.strip_suffix(".rs")) else {
            continue;
        };
        let Ok(parsed) = syn::parse_file(&file.text) else { continue };
        let module = module.trim_end_matches("/mod").rsplit('/').next().unwrap_or_default();
        let mut statements = BTreeMap::new();
        let mut bodies: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for item in &parsed.items {
            match item {
                syn::Item::Macro(item) => declared(&item.mac.tokens, &mut statements),
                syn::Item::Fn(item) => {
                    let mut names = Names::default();
                    names.visit_block(&item.block);
                    bodies.insert(item.sig.ident.to_string(), names.found);
                }
                _ => {}
            }
        }
        // Twice is enough: helpers call statements, and public functions call helpers.
        let mut written: BTreeMap<&String, BTreeSet<String>> = BTreeMap::new();
        for _ in 0..3 {
            for (name, uses) in &bodies {
                let direct = uses.iter().filter_map(|used| statements.get(used));
                let others = uses.iter().filter(|used| *used != name).filter_map(|used| written.get(used));
                let tables: BTreeSet<String> = direct.chain(others).flatten().cloned().collect();
                written.insert(name, tables);
            }
        }
        let written = written.into_iter().filter(|(_, tables)| !tables.is_empty());
        all.extend(written.map(|(name, tables)| (format!("{module}::{name}"), tables)));
    }
    all
}

/// Reads the statements that a macro declares, `NAME = "SQL";` or `NAME: Answer = "SQL";`, each with the tables that it writes. The
/// text may be put together by `concat!`.
fn declared(tokens: &TokenStream, statements: &mut BTreeMap<String, BTreeSet<String>>) {
    let (mut name, mut text) = (None, String::new());
    for token in tokens.clone() {
        match token {
            TokenTree::Ident(ident) if is_constant(&ident.to_string()) => name = Some(ident.to_string()),
            TokenTree::Punct(mark) if mark.as_char() == ';' => {
                let tables = tables_of(&std::mem::take(&mut text));
                if let Some(name) = name.take().filter(|_| !tables.is_empty()) {
                    statements.insert(name, tables);
                }
            }
            other => literals(other, &mut text),
        }
    }
}

fn literals(token: TokenTree, text: &mut String) {
    match token {
        TokenTree::Literal(literal) => *text += &literal.to_string(),
        TokenTree::Group(group) => group.stream().into_iter().for_each(|token| literals(token, text)),
        TokenTree::Ident(_) | TokenTree::Punct(_) => {}
    }
}

/// Returns whether a name is written as that of a constant.
fn is_constant(name: &str) -> bool {
    name.chars().all(|c| c.is_uppercase() || c == '_' || c.is_numeric())
}

/// Returns the tables that a statement writes.
fn tables_of(sql: &str) -> BTreeSet<String> {
    let words: Vec<&str> =
        sql.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect();
    let mut tables = BTreeSet::new();
    for (place, word) in words.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|place| words.get(place)).copied().unwrap_or_default();
        let name = match *word {
            "INTO" | "FROM" if ["INSERT", "DELETE"].contains(&before) => words.get(place + 1),
            // Neither the lock of a sub-select nor what is done on a conflict.
            "UPDATE" if !["FOR", "DO"].contains(&before) => words.get(place + 1),
            _ => None,
        };
        tables.extend(name.filter(|name| **name != "SET").map(|name| (*name).to_owned()));
    }
    tables
}

/// Returns the tables that the calls of a file write.
fn called(text: &str, writing: &Writing) -> BTreeSet<String> {
    let Ok(parsed) = syn::parse_file(text) else { return BTreeSet::new() };
    let mut calls = Calls::default();
    calls.visit_file(&parsed);
    let meant = calls.paths.iter().filter_map(|path| {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let (first, rest) = path.split_first()?;
        let whole: Vec<&str> = match calls.local.get(*first) {
            Some(stands_for) => stands_for.iter().map(String::as_str).chain(rest.iter().copied()).collect(),
            None if *first == "store" => rest.to_vec(),
            None => return None,
        };
        let [.., module, name] = whole.as_slice() else { return None };
        writing.get(&format!("{module}::{name}"))
    });
    meant.flatten().cloned().collect()
}

/// Gathers the statements that a function names and the functions that it calls.
#[derive(Default)]
struct Names {
    found: BTreeSet<String>,
}

impl Names {
    fn tokens(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => drop(self.found.insert(ident.to_string())),
                TokenTree::Group(group) => self.tokens(group.stream()),
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_expr_path(&mut self, expr: &'ast syn::ExprPath) {
        // A variable may have the name of a function: only what is called counts, and statements.
        let name = expr.path.get_ident().map(ToString::to_string);
        self.found.extend(name.filter(|name| is_constant(name)));
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let syn::Expr::Path(path) = &*call.func {
            self.found.extend(path.path.get_ident().map(ToString::to_string));
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        self.tokens(item.tokens.clone());
    }
}

/// Gathers what a file takes from `store`, and every path that it calls or names as a value.
#[derive(Default)]
struct Calls {
    local: BTreeMap<String, Vec<String>>,
    paths: BTreeSet<Vec<String>>,
}

impl Calls {
    fn tree(&mut self, tree: &syn::UseTree, before: &[String]) {
        let with = |name: String| before.iter().cloned().chain([name]).collect::<Vec<_>>();
        match tree {
            syn::UseTree::Path(path) => self.tree(&path.tree, &with(path.ident.to_string())),
            syn::UseTree::Name(name) if name.ident == "self" => {
                if let Some(last) = before.last() {
                    self.local.insert(last.clone(), before.to_vec());
                }
            }
            syn::UseTree::Name(name) => {
                let name = name.ident.to_string();
                self.local.insert(name.clone(), with(name));
            }
            syn::UseTree::Rename(name) if name.ident == "self" => {
                self.local.insert(name.rename.to_string(), before.to_vec());
            }
            syn::UseTree::Rename(name) => {
                self.local.insert(name.rename.to_string(), with(name.ident.to_string()));
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|item| self.tree(item, before)),
            syn::UseTree::Glob(_) => {}
        }
    }
}

impl<'ast> Visit<'ast> for Calls {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !super::budget::is_for_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if let syn::UseTree::Path(path) = &item.tree
            && path.ident == "store"
        {
            self.tree(&path.tree, &[]);
        }
    }

    fn visit_expr_path(&mut self, expr: &'ast syn::ExprPath) {
        self.paths.insert(expr.path.segments.iter().map(|part| part.ident.to_string()).collect());
        visit::visit_expr_path(self, expr);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOLDS: &str = r#"
        statements! {
            pub(crate) PLACE = "INSERT INTO legal_hold (id) VALUES ($1) ON CONFLICT DO UPDATE SET id = $1";
            BY_ID = "SELECT id FROM legal_hold WHERE id = $1 FOR UPDATE";
        }
        pub fn place(tx: &mut Tx<'_>) { run(tx); }
        fn run(tx: &mut Tx<'_>) { tx.execute(&PLACE, &[]); }
        pub fn by_id(tx: &mut Tx<'_>) { tx.one(&BY_ID, &[]); }
    "#;
    #[test]
    fn a_statement_is_known_by_its_name_however_its_text_is_made_and_whatever_it_answers_with() {
        let tokens = r#"
            pub(crate) ADD = "INSERT INTO a (id) VALUES ($1)";
            TAKE: Option<Row> = "UPDATE b SET x = 1 RETURNING {columns}";
            // What is read writes nothing.
            ALL: (Row, String) = concat!("SELECT {columns} FROM ", c!());
            DROP = concat!("DELETE FROM d WHERE ", c!(), " AND x = 1");
        "#;
        let mut statements = BTreeMap::new();
        declared(&tokens.parse().unwrap(), &mut statements);
        let found: Vec<String> =
            statements.iter().map(|(name, tables)| format!("{name} {tables:?}")).collect();
        assert_eq!(found, [r#"ADD {"a"}"#, r#"DROP {"d"}"#, r#"TAKE {"b"}"#]);
    }

    const RULES: &str = r#"
        pure = { below = 2, never = [] }
        only = {}
        vendor_words = { words = [], only_in = [] }
        force_names = { only_in = [] }
        crate = []
        [[capability]]
        name = "devices"
        purpose = "D."
        app_may_use = []
        web_may_use = []
        writes = ["legal_hold"]
        [[capability]]
        name = "people"
        purpose = "P."
        app_may_use = []
        web_may_use = []
        writes = []
    "#;

    fn said(people: &str, rules: &str) -> String {
        let file = |path: &str, text: &str| File { path: path.into(), text: text.into() };
        let files = [
            file("crates/store/src/holds.rs", HOLDS),
            file(
                "crates/devices/app/src/lib.rs",
                "use store::{Tx, holds}; fn a(tx: &mut Tx) { holds::place(tx); }",
            ),
            file("crates/people/app/src/lib.rs", people),
        ];
        let package = |name: &str| Package {
            name: format!("{name}-app"),
            folder: format!("crates/{name}/app"),
            uses: BTreeSet::default(),
        };
        let found = check(&files, &[package("devices"), package("people")], &Table::parse(rules).unwrap());
        found.iter().map(|problem| format!("{problem}\n")).collect()
    }

    const SECOND: &str = "fn b(tx: &mut store::Tx) { store::holds::place(tx); }";

    #[test]
    fn a_second_writer_is_named_and_a_reader_is_none() {
        assert_eq!(said("use store::holds::{self as rows}; fn b() { rows::by_id(); }", RULES), "");
        for text in [SECOND, "use store::holds as rows; fn b() { rows::place(); }"] {
            let found = said(text, RULES);
            assert!(
                found.contains("crates/people/app/src/lib.rs: `people` writes the table `legal_hold`"),
                "{found}"
            );
        }
        let tested = format!("#[cfg(test)] mod tests {{ {SECOND} }}");
        assert_eq!(said(&tested, RULES), "");
    }

    #[test]
    fn a_second_writer_may_be_listed_with_a_reason_while_there_is_one() {
        let listed = |because: &str| {
            format!(
                "{RULES}\n[[also_writes]]\nwho = \"people\"\ntables = [\"legal_hold\"]\nbecause = \"{because}\""
            )
        };
        assert_eq!(said(SECOND, &listed("they leave")), "");
        assert!(said(SECOND, &listed("")).contains("call a function of `devices`"));
        assert!(said("", &listed("they leave")).contains("does not write the table `legal_hold` any more"));
    }

    #[test]
    fn a_table_has_one_owner_who_writes_it() {
        let found = said(SECOND, &RULES.replace("writes = []", "writes = [\"legal_hold\", \"gone\"]"));
        assert!(found.contains("is owned by `devices` and by `people`"), "{found}");
        assert!(found.contains("owns the table `gone` and never writes it"), "{found}");
        let found = said("", &RULES.replace("only = {}", "only = {}\n        by_trait = [\"legal_hold\"]"));
        assert!(found.contains("take it out of `by_trait`"), "{found}");
        let found = said("", &RULES.replace("writes = [\"legal_hold\"]", "writes = []"));
        assert!(found.contains("has no owner"), "{found}");
    }
}
