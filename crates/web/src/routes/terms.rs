//! Entering that somebody accepted the terms of a document (MDU-3.2), and showing what they accepted.

use app::access::{RecordAcceptance, SeePeople};
use app::read::{AcceptedRead, TermsRead};
use app::terms::shown_words;
use axum::extract::Path;
use axum::response::Response;
use domain::PersonId;

use super::devices::named;
use super::own_terms::question;
use crate::answer::{form_again, shown};
use crate::parts::form::{Choice, Errors};
use crate::parts::terms::Clause;
use crate::people::accepted;
use crate::people::terms::View;
use crate::session::{Ctx, Fields, Problem, done, form_errors, id_of};
use crate::shell::{Area, Crumb, Shell};

fn view(ctx: &Ctx, read: &TermsRead, fields: Option<&Fields>, errors: Errors) -> View {
    let href = format!("/people/{}", read.person.id);
    let mut shell = ctx.under(Area::People);
    shell.crumbs.push(Crumb::new(href.clone(), read.person.name.clone()));
    let asked = read.sections.iter().flat_map(|section| &section.asked);
    let way = fields.map(|fields| fields.text("shown")).filter(|way| !way.is_empty());
    let adjusted = read.standing.as_ref().and_then(|standing| standing.adjusted.clone());
    View {
        shell,
        errors,
        href: format!("{href}/terms/{}", read.document.id),
        who: named(&read.person),
        title: read.document.title.clone(),
        version: read.document.version.clone(),
        digest: read.digest.clone(),
        changes: if read.accepted_at.is_none() {
            read.changes.iter().map(Into::into).collect()
        } else {
            Vec::new()
        },
        sections: read
            .sections
            .iter()
            .map(|section| (section.title.clone(), section.clauses.iter().map(Into::into).collect()))
            .collect(),
        questions: (1..).zip(asked).map(|(place, asked)| question(field(place), asked, fields)).collect(),
        ways: Choice::list(shown_words().iter().copied(), way.or(adjusted).as_deref().unwrap_or("page")),
        accepted: read.accepted_at,
    }
}

fn field(place: usize) -> String {
    format!("question-{place}")
}

async fn read(ctx: &Ctx, id: &str, document: &str) -> Result<TermsRead, Problem> {
    let id: PersonId = id_of(id)?;
    Ok(app::read::terms_for(&ctx.site.app, ctx.permit::<RecordAcceptance>()?, id, document).await?)
}

/// The terms.
pub(super) async fn get(ctx: Ctx, Path((id, document)): Path<(String, String)>) -> Result<Response, Problem> {
    let read = read(&ctx, &id, &document).await?;
    shown(&view(&ctx, &read, None, Errors::default()))
}

/// Enters the acceptance, if it is of exactly the terms that were shown and every answer is right.
pub(super) async fn accept(
    ctx: Ctx,
    Path((id, document)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Problem> {
    let read = read(&ctx, &id, &document).await?;
    let mut errors = Errors::default();
    let asked = read.sections.iter().flat_map(|section| &section.asked);
    for (place, asked) in (1..).zip(asked) {
        match fields.get(&field(place)).parse::<usize>() {
            Ok(answer) if answer == asked.correct => {}
            Ok(_) => errors.add(
                field(place),
                format!("Read clause {} again together, then choose once more", asked.clause),
            ),
            Err(_) => errors.add(field(place), "Choose an answer"),
        }
    }
    if fields.get("accept") != "yes" {
        errors.add("accept", "Tick the box once they accept the terms, or leave the page");
    }
    // A version that is not in force any more is refused before anything else that is wrong with the form.
    if fields.get("digest") != read.digest || errors.is_empty() {
        let permit = ctx.permit::<RecordAcceptance>()?;
        let way = fields.some("shown").unwrap_or_else(|| "page".to_owned());
        let entered = app::terms::accept_shown_terms(
            &ctx.site.app,
            permit,
            read.person.id,
            &document,
            fields.get("digest"),
            &way,
        )
        .await;
        match entered {
            Ok(()) => return Ok(done(&format!("/people/{}", read.person.id), "accepted")),
            Err(error) => errors = form_errors(error, "accept")?,
        }
    }
    form_again(&view(&ctx, &read, Some(&fields), errors))
}

/// Exactly what somebody accepted.
pub(super) async fn accepted(
    ctx: Ctx,
    Path((id, document)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let permit = ctx.permit::<SeePeople>()?;
    let id: PersonId = id_of(&id)?;
    let read = app::read::accepted_terms(&ctx.site.app, permit, id, &document, ctx.asked("version")).await?;
    let mut shell = ctx.under(Area::People);
    shell.crumbs.push(Crumb::new(format!("/people/{id}"), read.person.name.clone()));
    shown(&accepted_view(shell, &read))
}

/// The page of what was accepted.
pub(super) fn accepted_view(shell: Shell, read: &AcceptedRead) -> accepted::View {
    let mut sections: Vec<(String, Vec<Clause>)> = Vec::new();
    for clause in read.text.iter().flatten() {
        match sections.last_mut() {
            Some((title, clauses)) if *title == clause.section => clauses.push(clause.into()),
            _ => sections.push((clause.section.clone(), vec![clause.into()])),
        }
    }
    accepted::View {
        shell,
        who: named(&read.person),
        title: read.document.1.clone(),
        at: read.acceptance.accepted_at,
        shown: read.acceptance.shown.clone(),
        digest: read.acceptance.terms_digest.clone(),
        sections,
    }
}
