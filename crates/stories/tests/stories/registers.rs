//! What people do again and again with registers: find an entry, decide on it, read what happened to it.

use crate::common::{Answer, Browser};

/// The value of a hidden field of a page's form.
pub(crate) fn field(page: &str, name: &str) -> String {
    let after = page.split(&format!("name=\"{name}\" value=\"")).nth(1).expect("a form with the field");
    after.split('"').next().unwrap().to_owned()
}

/// The address of a register's newest entry.
pub(crate) async fn entry_of(browser: &Browser, register: &str) -> String {
    let page = browser.page(&format!("/registers/entries?register={register}")).await;
    let id = page.split("href=\"/entries/").nth(1).expect("an entry").split('"').next().unwrap();
    format!("/entries/{id}")
}

/// Decides on a version of an entry; the reason is given unless the fields have one.
pub(crate) async fn decide(browser: &Browser, entry: &str, version: &str, fields: &[(&str, &str)]) -> Answer {
    let mut form = vec![("version", version)];
    if !fields.iter().any(|(name, _)| *name == "because") {
        form.push(("because", "as agreed"));
    }
    form.extend(fields);
    browser.post(&format!("{entry}/decide"), &form).await
}

/// What has happened to an entry.
pub(crate) async fn timeline(browser: &Browser, entry: &str) -> String {
    let page = browser.page(entry).await;
    page.split("lan-timeline").nth(1).expect("a timeline").to_owned()
}
