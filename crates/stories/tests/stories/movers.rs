//! What the stories of movers share: recording an event as a page does, and following links.

use axum::http::StatusCode;
use domain::PersonId;

use crate::common::Browser;

/// Records an event; its page.
pub(crate) async fn record(browser: &Browser, person: PersonId, fields: &[(&str, &str)]) -> String {
    let answer = browser.post(&format!("/people/{person}/events"), fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    answer.leads_to().split('?').next().unwrap().to_owned()
}

/// The first link of a page that ends so.
pub(crate) fn link_ending(html: &str, end: &str) -> Option<String> {
    html.split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .find(|href| href.ends_with(end))
        .map(str::to_owned)
}

/// The page of the case behind an event.
pub(crate) async fn case_of_event(browser: &Browser, event: &str) -> String {
    let html = browser.page(event).await;
    let links = html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    links.map(str::to_owned).find(|href| href.starts_with("/cases/")).expect("the event has a case")
}
