//! Tells people what became of a weaker policy that they asked for, and owners that the review of a document is overdue.

use domain::{Force, PersonId, Timestamp};
use policy::Document;
use store::{Tx, grants};

use kernel::{App, AppError};
use notices_app::Notice;

/// Most people of one role that are told.
const MOST: u32 = 500;

/// Tells the person who asked for a weaker policy what became of it. Somebody who is not in the register reads it on the page.
pub(crate) fn asker(
    app: &App,
    tx: &mut Tx<'_>,
    asked_by: &str,
    key: &str,
    says: &str,
) -> Result<(), AppError> {
    let Some(person) = asked_by.strip_prefix("person:").and_then(|id| id.parse::<PersonId>().ok()) else {
        return Ok(());
    };
    let subject = "The policy that you asked for does not come into force";
    let notice = Notice::routine(person, key, subject).body(says).link("/policy/changes");
    notices_app::notify(app, tx, notice).map(drop)
}

/// Tells everybody who has the role of a document's owner over a force that its review is overdue, once for each date; returns how
/// many have it.
pub(crate) fn owners(
    app: &App,
    tx: &mut Tx<'_>,
    document: &Document,
    force: Force,
    now: Timestamp,
) -> Result<usize, AppError> {
    let (Some(role), Some(day)) = (&document.cover.owner_role, document.review_by) else { return Ok(0) };
    let people = grants::over(tx, Some(force), role, now, MOST)?;
    for over in &people {
        let key = format!("review-overdue:{}:{day}", document.id);
        let subject = "The review of a document that you own is overdue";
        let notice = Notice::routine(over.grant.person, key, subject)
            .body(format!(
                "{} was due for review on {day}, and is still in force. Review it, and record the outcome and the next date on its \
                 page: that closes the case.",
                document.title
            ))
            .link(format!("/documents/{}", document.id));
        notices_app::notify(app, tx, notice)?;
    }
    Ok(people.len())
}
