use super::*;

const SMALL: &str = r#"
    crate = []
    pure = { below = 2, never = [] }
    only = {}
    vendor_words = { words = [], only_in = [] }
        force_names = { only_in = [] }
    [[capability]]
    name = "cases"
    purpose = "Work."
    app_may_use = []
    web_may_use = []
    writes = []
"#;

fn said(path: &str, text: &str, rows: &str) -> String {
    let files = [File { path: path.into(), text: text.into() }];
    let package =
        Package { name: "cases-app".into(), folder: "crates/cases/app".into(), uses: BTreeSet::default() };
    let table = Table::parse(&format!("{SMALL}{rows}")).unwrap();
    let found = check(&files, &[package], &table);
    found.iter().map(|one| format!("{one}\n")).collect()
}

fn app(text: &str) -> String {
    said("crates/cases/app/src/read.rs", text, "")
}

fn page(text: &str) -> String {
    said("crates/cases/web/src/list.rs", text, "[rows]\nedges = [\"crates/*/web/src\"]")
}

#[test]
fn a_page_that_names_store_is_named() {
    assert_eq!(page("fn f(store: &X) { store.read(); app.store().x(); kernel::store::x(); }"), "");
    assert_eq!(page("/// `store::cases`\nfn f() {}"), "");
    assert_eq!(page("#[cfg(test)]\nmod tests { use store::cases; }"), "");
    for text in [
        "use store::cases::Case;",
        "use store;",
        "fn f() -> store::cases::Case { todo() }",
        "fn f() { g(|x| store::cases::by_id(x)) }",
        "fn f() { assert!(store::cases::is(x)); }",
        "fn f() { format!(\"{}\", g(a, store::cases::WORD)); }",
    ] {
        let found = page(text);
        assert!(found.starts_with("crates/cases/web/src/list.rs:1: `store` is named at the edge"), "{found}");
    }
    assert_eq!(page("fn f() { format!(\"{}\", kernel::store::x()); }"), "");
}

#[test]
fn a_row_that_a_use_case_shows_is_named() {
    let from = "use store::cases::{self, Case as Row};\n";
    for (text, item, row) in [
        ("pub use store::cases::Case;", "Case", "store::cases::Case"),
        ("pub use store::cases::{Case as Shown, Filter};", "Shown", "store::cases::Case"),
        ("pub fn list(a: u8) -> Vec<Row> {}", "list", "store::cases::Case"),
        ("pub async fn list(a: &cases::Filter) {}", "list", "store::cases::Filter"),
        ("pub struct Read { pub case: Option<store::cases::Case> }", "Read.case", "store::cases::Case"),
        ("pub struct Read(pub Row);", "Read.0", "store::cases::Case"),
        ("pub enum Read { Whole(Row), None }", "Read.Whole", "store::cases::Case"),
        ("pub type Read = (u8, Row);", "Read", "store::cases::Case"),
        ("impl Read { pub fn case(&self) -> &Row {} }", "Read.case", "store::cases::Case"),
    ] {
        let found = app(&format!("{from}{text}"));
        assert!(
            found.contains(&format!("read.rs:2: `cases-app::read::{item}` shows the row `{row}` to others")),
            "{text}: {found}"
        );
    }
}

#[test]
fn what_others_do_not_see_or_see_within_a_transaction_is_free() {
    for text in [
        "fn list() -> Vec<Row> {}",
        "pub(crate) fn list() -> Vec<Row> {}",
        "pub(crate) use store::cases::Case;",
        "pub struct Read { case: Row, pub(crate) other: Row }",
        "pub fn list(tx: &mut Tx<'_>, case: &Row) -> Vec<Row> {}",
        "pub fn list(tx: &mut store::Tx<'_>) -> Result<Row, store::StoreError> {}",
        "pub fn list(Work { tx, .. }: Work<'_, '_>, case: &Row) -> Vec<Row> {}",
        "pub fn list() -> Result<(), StoreError> {}",
        "impl From<Row> for Read { fn from(row: Row) -> Self {} }",
        "#[cfg(test)]\nmod tests { pub fn list() -> Row {} }",
        "pub fn list() -> u8 { store::cases::count() }",
    ] {
        let from = "use store::cases::Case as Row;\nuse store::{StoreError, Tx};\n";
        assert_eq!(app(&format!("{from}{text}")), "", "{text}");
    }
}

#[test]
fn what_is_left_or_spared_stands_in_the_table_and_only_shrinks() {
    let path = "crates/cases/app/src/read.rs";
    let text = "pub fn list() -> store::cases::Case {}";
    assert_eq!(said(path, text, "[rows.left]\ncases-app = [\"read::list\"]"), "");
    let gone = said(path, "pub fn list() {}", "[rows.left]\ncases-app = [\"read::list\"]");
    assert!(gone.contains("`cases-app::read::list` shows no row any more"), "{gone}");
    let spared = |because: &str| {
        format!("[[rows.spared]]\nplaces = [\"cases-app::read::list\"]\nbecause = \"{because}\"")
    };
    assert_eq!(said(path, text, &spared("Others count them.")), "");
    assert!(said(path, text, &spared(" ")).contains("shows the row"), "no reason, no sparing");

    let path = "crates/cases/web/src/list.rs";
    let edges = "[rows]\nedges = [\"crates/*/web/src\"]\n[[rows.spared]]\nbecause = \"It serves.\"\n";
    let rows = format!("{edges}places = [\"{path}\"]");
    assert_eq!(said(path, "use store::Store;", &rows), "");
    assert!(said(path, "", &rows).contains("shows no row any more"));
}

#[test]
fn a_folder_that_is_gone_is_named() {
    assert!(said("a.rs", "", "[rows]\nedges = [\"crates/gone\"]").contains("[rows] names `crates/gone`"));
}
