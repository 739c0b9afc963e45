//! Lets a person ask for the terms in another way: large print, read aloud, on paper, with an interpreter, with more time.
//!
//! Each request extends the deadline by itself; nobody is asked why they need it.

use domain::{MissingTerms, Span};
use serde_json::json;
use store::locks::{self, Lock};
use store::terms_asked::{self};

use super::accept::own_person;
use super::shown::way;
use super::standing::{GRACE, parameter_span};
use kernel::access::{AcceptOwn, Permit};
use kernel::record::Record;
use kernel::{App, AppError, Work};

/// How much the deadline is extended for another way of showing, where the policy has no parameter for it.
const EXTRA: Span = Span::from_secs(14 * 24 * 3600);
/// The usual way of showing the terms.
const PAGE: &str = "page";

/// Records that the signed-in person asks for the terms of a document in another way, or with the word `page` in the
/// usual way again. The deadline counts from when they were first asked, so that asking twice does not extend it
/// twice.
///
/// # Errors
/// [`AppError::Invalid`] for an unknown `way`, [`AppError::Conflict`] where nothing is asked of them.
pub async fn ask_another_way(
    app: &App,
    permit: Permit<AcceptOwn>,
    document: &str,
    word: &str,
) -> Result<(), AppError> {
    if way(word).is_none() {
        return Err(AppError::invalid("way", "choose one of the ways"));
    }
    let (app, now) = (app.clone(), app.world().now());
    let (document, word) = (document.to_owned(), word.to_owned());
    app.clone()
        .store()
        .write(move |tx| {
            let person = own_person(tx, permit.actor().person)?;
            locks::take(tx, Lock::Person(person.id))?;
            let all = terms_asked::of_person(tx, person.id)?;
            let asked =
                all.into_iter().find(|one| one.document == document && one.missing != MissingTerms::Nothing);
            let Some(mut asked) = asked else {
                return Err(AppError::Conflict("nothing of this document is asked of you now".into()));
            };
            let wanted = (word != PAGE).then_some(word);
            if asked.adjusted == wanted {
                return Ok(());
            }
            let policy = app.policy();
            if let (Some(_), Some(since)) = (&wanted, asked.asked_at) {
                let grace = parameter_span(&policy, "terms-grace", GRACE);
                let extra = parameter_span(&policy, "terms-adjusted-extra", EXTRA);
                asked.due_at = asked.due_at.max(Some(since.plus(grace).plus(extra)));
            }
            asked.adjusted.clone_from(&wanted);
            let before = asked.clone();
            if asked.due_at > Some(now) {
                asked.lapsed_at = None;
            }
            terms_asked::put(tx, person.id, &asked)?;
            crate::follow::follow_standing(Work { app: &app, tx, now }, &person, &[before], &[asked])?;
            kernel::jobs::ask_standing(Work { app: &app, tx, now }, person.id)?;
            let record =
                Record::new(&permit.actor().name, "terms.way-asked", format!("person:{}", person.id))
                    .force(person.force)
                    .detail(json!({ "document": document, "way": wanted }));
            app.enter(tx, now, record)
        })
        .await
}
