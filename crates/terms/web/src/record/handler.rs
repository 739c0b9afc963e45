//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use kernel::access::RecordAcceptance;
use terms_app::read::{Asked, TermsRead};
use terms_app::{ShownTerms, shown_words};

use crate::accepted::handler::read;
use crate::record::{Question, View};
use web_shell::answer::{form_again, shown};
use web_shell::frame::{Area, Crumb};
use web_shell::links::named;
use web_shell::parts::form::{Choice, Errors};
use web_shell::session::{Ctx, Fields, Problem, done, form_errors};

/// Makes a question with the answer that was chosen before.
pub(crate) fn question(name: String, asked: &Asked, fields: Option<&Fields>) -> Question {
    let chosen = fields.map(|fields| fields.text(&name)).unwrap_or_default();
    let values: Vec<String> = (0..asked.answers.len()).map(|place| place.to_string()).collect();
    let answers = values.iter().map(String::as_str).zip(asked.answers.iter().map(String::as_str));
    Question { text: asked.text.clone(), answers: Choice::list(answers, &chosen), name }
}

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
        who: named(&read.person.name, &read.person.number),
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

/// Shows the terms to a person before they have a device.
pub(crate) async fn get(ctx: Ctx, Path((id, document)): Path<(String, String)>) -> Result<Response, Problem> {
    let read = read(&ctx, &id, &document).await?;
    shown(&view(&ctx, &read, None, Errors::default()))
}

/// Records the acceptance, if it is of exactly the terms that were shown and every answer is right.
pub(crate) async fn accept(
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
    // A version that is no longer in force is refused before any other error in the form.
    if fields.get("digest") != read.digest || errors.is_empty() {
        let permit = ctx.permit::<RecordAcceptance>()?;
        let way = fields.some("shown").unwrap_or_else(|| "page".to_owned());
        let terms = ShownTerms { document: &document, digest: fields.get("digest"), shown: &way };
        let entered = terms_app::accept_shown_terms(&ctx.site.app, permit, read.person.id, terms).await;
        match entered {
            Ok(()) => return Ok(done(&format!("/people/{}", read.person.id), "accepted")),
            Err(error) => errors = form_errors(error, "accept")?,
        }
    }
    form_again(&view(&ctx, &read, Some(&fields), errors))
}
