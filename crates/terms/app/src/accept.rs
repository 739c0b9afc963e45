//! Records that a person accepted terms, themselves or at a counter on their behalf.
//!
//! Exactly what was shown is accepted, and nothing twice.

use domain::{EntryId, PersonId};
use serde_json::json;
use store::people::Person;
use store::{Tx, people, terms, terms_asked};

use super::shown::{text_of, way};
use kernel::access::{AcceptOwn, Permit, RecordAcceptance};
use kernel::record::Record;
use kernel::{App, AppError, Work};

/// The terms of a document, as a page showed them.
#[derive(Debug, Clone, Copy)]
pub struct ShownTerms<'a> {
    /// The document.
    pub document: &'a str,
    /// The version that was on the page.
    pub digest: &'a str,
    /// The way in which they were shown: a word of [`super::shown_words`].
    pub shown: &'a str,
}

/// Terms that are accepted for somebody.
struct Accepting {
    document: String,
    /// The version that was on the page; `None` where the actor answers for its being the current one.
    digest: Option<String>,
    shown: String,
}

/// The version that is accepted, and the way it was shown.
struct Entered<'a> {
    actor: &'a str,
    document: &'a str,
    /// The version that was on the page; `None` where the actor answers for its being the current one.
    digest: Option<&'a str>,
    shown: String,
    reason: &'static str,
}

/// Records that a person read and accepted the current terms of a document (MDU-3.2), on their behalf. Accepting the
/// same version again changes nothing and is not an error.
///
/// # Errors
/// [`AppError::NotFound`] for an unknown person or document.
pub async fn accept_terms(
    app: &App,
    permit: Permit<RecordAcceptance>,
    person: PersonId,
    document: &str,
    shown: &str,
) -> Result<(), AppError> {
    let accepting = Accepting { document: document.to_owned(), digest: None, shown: shown.to_owned() };
    accept_for(app, permit, person, accepting).await
}

/// Records an acceptance as [`accept_terms`] does, from a page that showed the terms.
///
/// # Errors
/// [`AppError::Invalid`] for `accept` where the terms have changed since, and for an unknown way of showing.
pub async fn accept_shown_terms(
    app: &App,
    permit: Permit<RecordAcceptance>,
    person: PersonId,
    terms: ShownTerms<'_>,
) -> Result<(), AppError> {
    let way = way(terms.shown).ok_or_else(|| AppError::invalid("shown", "choose how they were shown"))?;
    let accepting = Accepting {
        document: terms.document.to_owned(),
        digest: Some(terms.digest.to_owned()),
        shown: format!("{way}, entered on their behalf"),
    };
    accept_for(app, permit, person, accepting).await
}

async fn accept_for(
    app: &App,
    permit: Permit<RecordAcceptance>,
    person: PersonId,
    Accepting { document, digest, shown }: Accepting,
) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let holder = people::by_id(tx, person)?.ok_or_else(|| AppError::not_found("person", person))?;
            permit.reaches(holder.force)?;
            let entered = Entered {
                actor: &permit.actor().name,
                document: &document,
                digest: digest.as_deref(),
                shown,
                reason: "on-behalf",
            };
            accept_in(Work { app: &app, tx, now }, &holder, &entered)
        })
        .await
}

/// Records that the signed-in person accepts the version `digest` of a document, having read every section of it.
/// `with` names the device it was read on, in a word or two.
///
/// # Errors
/// [`AppError::Invalid`] for `accept` where the terms have changed since or a section is not read yet,
/// [`AppError::Conflict`] for somebody who is not in the register of people.
pub async fn accept_own_terms(
    app: &App,
    permit: Permit<AcceptOwn>,
    document: &str,
    digest: &str,
    with: &str,
) -> Result<(), AppError> {
    let (app, now, document) = (app.clone(), app.world().now(), document.to_owned());
    let (digest, with) = (digest.to_owned(), with.to_owned());
    app.clone()
        .store()
        .write(move |tx| {
            let person = own_person(tx, permit.actor().person)?;
            let unread = crate::reading::unread(&app, tx, &person, &document)?;
            if let Some(title) = unread.first() {
                return Err(AppError::invalid(
                    "accept",
                    format!("read {title} first: the list above leads to it"),
                ));
            }
            let standing = terms_asked::of_person(tx, person.id)?;
            let asked = standing.iter().find(|standing| standing.document == document);
            let way = asked.and_then(|asked| asked.adjusted.as_deref()).and_then(way).unwrap_or("on a page");
            let entered = Entered {
                actor: &permit.actor().name,
                document: &document,
                digest: Some(&digest),
                shown: format!("{way}, {with}"),
                reason: "own",
            };
            accept_in(Work { app: &app, tx, now }, &person, &entered)
        })
        .await
}

fn accept_in(
    Work { app, tx, now }: Work<'_, '_>,
    person: &Person,
    entered: &Entered<'_>,
) -> Result<(), AppError> {
    let policy = app.policy();
    let document = policy.library().document(entered.document);
    let (Some(document), Some(terms)) = (document, policy.terms(entered.document)) else {
        return Err(AppError::not_found("document", entered.document));
    };
    let (digest, clauses) = terms.offered(&crate::standing::about(tx, person)?);
    if entered.digest.is_some_and(|shown| shown != digest) {
        return Err(AppError::invalid(
            "accept",
            "the terms changed while the page was open: read what changed below, then accept them",
        ));
    }
    let text = serde_json::to_string(&text_of(policy.library(), document, &clauses))
        .map_err(|error| AppError::fault(&error))?;
    terms::remember(
        tx,
        &terms::Wording { document: &document.id, digest: &digest, clauses: &clauses, shown: &text },
        now,
    )?;
    let id = EntryId::from_uuid(app.world().uuid());
    if !terms::accept(
        tx,
        &terms::NewAcceptance {
            id,
            person: person.id,
            document: &document.id,
            digest: &digest,
            shown: &entered.shown,
        },
        now,
    )? {
        return Ok(());
    }
    crate::standing::stand(Work { app, tx, now }, person)?;
    kernel::jobs::ask_standing(Work { app, tx, now }, person.id)?;
    let record = Record::new(entered.actor, "terms.accepted", format!("person:{}", person.id))
        .force(person.force)
        .reason(entered.reason)
        .detail(json!({
            "document": document.id, "terms": digest, "shown": entered.shown,
            "tries": crate::reading::tries(tx, person.id, &clauses)?,
        }));
    app.enter(tx, now, record)
}

/// Looks up the person of a session, who must be in the register of people and not have left.
pub(super) fn own_person(tx: &mut Tx<'_>, person: Option<PersonId>) -> Result<Person, AppError> {
    let found = match person {
        Some(id) => people::by_id(tx, id)?,
        None => None,
    };
    found.filter(|person| person.ended_at.is_none()).ok_or_else(|| {
        AppError::Conflict(
            "you do not stand in the register of people, so nothing is asked of you; tell the Service Desk if that is wrong"
                .into(),
        )
    })
}
