//! What the people at the desk do again and again: draft a hand-over, sign a side.

use axum::http::StatusCode;

use crate::common::{Answer, Browser};

/// The address of a hand-over that a form has drafted.
pub(crate) fn drafted(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    answer.leads_to().split('?').next().unwrap().to_owned()
}

/// The digest of what a hand-over's page shows, as its forms send it back.
pub(crate) async fn shown(browser: &Browser, href: &str) -> String {
    let html = browser.page(href).await;
    let after = html.split("name=\"shown\" value=\"").nth(1).expect("a form to sign");
    after.split('"').next().unwrap().to_owned()
}

/// Signs a side for the store.
pub(crate) async fn sign_for_store(browser: &Browser, href: &str, side: &str) -> Answer {
    let shown = shown(browser, href).await;
    let fields = [("side", side), ("shown", shown.as_str()), ("how", "own"), ("confirm", "yes")];
    browser.post(&format!("{href}/sign"), &fields).await
}

/// Has somebody sign at the counter.
pub(crate) async fn sign_at_counter(browser: &Browser, href: &str, side: &str, name: &str) -> Answer {
    let shown = shown(browser, href).await;
    let fields = [
        ("side", side),
        ("shown", shown.as_str()),
        ("how", "counter"),
        ("check", "warrant-card"),
        ("name", name),
    ];
    browser.post(&format!("{href}/sign"), &fields).await
}

/// Refused with a page that keeps the form and says why.
pub(crate) fn refused(answer: &Answer, why: &str) {
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
    assert!(answer.text().contains(why), "{why}: {}", answer.text());
}

/// An action of the ledger as its page says it.
pub(crate) fn in_words(action: &str) -> String {
    let mut words = action.replace(['.', '-'], " ");
    words[..1].make_ascii_uppercase();
    words
}
