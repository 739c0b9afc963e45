//! Entering that somebody accepted the terms of a document (MDU-3.2).

use app::access::RecordAcceptance;
use app::read::TermsRead;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::PersonId;

use super::devices::named;
use crate::answer::page;
use crate::documents::clause_crumb;
use crate::parts::form::{Choice, Errors};
use crate::people::terms::{Question, Section, View};
use crate::session::{Ctx, Fields, Problem, done};
use crate::shell::{Area, Crumb};

/// How the terms were shown, as the acceptance keeps it.
const SHOWN: &str = "page, entered on their behalf";

fn view(ctx: &Ctx, read: &TermsRead, fields: Option<&Fields>, errors: Errors) -> View {
    let href = format!("/people/{}", read.person.id);
    let mut shell = ctx.under(Area::People);
    shell.crumbs.push(Crumb::new(href.clone(), read.person.name.clone()));
    let mut sections: Vec<Section> = Vec::new();
    for (title, id, text) in &read.clauses {
        let text = text.clone().unwrap_or_else(|| "The clause exists, and its text is withheld.".to_owned());
        let clause = (clause_crumb(id.as_str()), text);
        match sections.last_mut() {
            Some(last) if last.title == *title => last.clauses.push(clause),
            _ => sections.push(Section { title: title.clone(), clauses: vec![clause] }),
        }
    }
    View {
        shell,
        errors,
        href: format!("{href}/terms/{}", read.document.id),
        who: named(&read.person),
        title: read.document.title.clone(),
        version: read.document.version.clone(),
        digest: read.digest.clone(),
        changed: read.changed.clone(),
        sections,
        questions: (1..).zip(&read.asked).map(|(place, asked)| question(place, asked, fields)).collect(),
        accepted: read.accepted_at,
    }
}

fn question(place: usize, asked: &app::read::Asked, fields: Option<&Fields>) -> Question {
    let name = format!("question-{place}");
    let chosen = fields.map(|fields| fields.text(&name)).unwrap_or_default();
    let values: Vec<String> = (0..asked.answers.len()).map(|place| place.to_string()).collect();
    let answers = values.iter().map(String::as_str).zip(asked.answers.iter().map(String::as_str));
    Question { text: asked.text.clone(), answers: Choice::list(answers, &chosen), name }
}

async fn read(ctx: &Ctx, id: &str, document: &str) -> Result<TermsRead, Problem> {
    let id: PersonId = id.parse().map_err(|_| Problem::not_found())?;
    Ok(ctx.site.app.terms_for(ctx.permit::<RecordAcceptance>()?, id, document).await?)
}

/// The terms.
pub(super) async fn get(ctx: Ctx, Path((id, document)): Path<(String, String)>) -> Result<Response, Problem> {
    let read = read(&ctx, &id, &document).await?;
    Ok(page(StatusCode::OK, &view(&ctx, &read, None, Errors::default())))
}

/// Enters the acceptance, if it is of exactly the terms that were shown and every answer is right.
pub(super) async fn accept(
    ctx: Ctx,
    Path((id, document)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Problem> {
    let read = read(&ctx, &id, &document).await?;
    let mut errors = Errors::default();
    if fields.get("digest") != read.digest {
        errors.add(
            "accept",
            "The terms changed while the page was open: read them again below, then accept them",
        );
    }
    for (place, asked) in (1..).zip(&read.asked) {
        let name = format!("question-{place}");
        match fields.get(&name).parse::<usize>() {
            Ok(answer) if answer == asked.correct => {}
            Ok(_) => {
                errors.add(name, format!("This is not what clause {} says: read it again", asked.clause))
            }
            Err(_) => errors.add(name, "Choose an answer"),
        }
    }
    if fields.get("accept") != "yes" {
        errors.add("accept", "Tick the box once they accept the terms, or leave the page");
    }
    if !errors.is_empty() {
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &view(&ctx, &read, Some(&fields), errors)));
    }
    let permit = ctx.permit::<RecordAcceptance>()?;
    ctx.site.app.accept_terms(permit, read.person.id, &document, SHOWN).await?;
    Ok(done(&format!("/people/{}", read.person.id), "accepted"))
}
