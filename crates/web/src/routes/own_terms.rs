//! Reading and accepting the terms for oneself: section by section, on a phone, stopped and taken up again at will.

use std::collections::BTreeMap;

use app::access::{AcceptOwn, SeeOwn};
use app::read::{Asked, SectionRead, TermsRead};
use app::terms::{AnswerFault, Fault, shown_words};
use axum::extract::Path;
use axum::http::header::USER_AGENT;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::terms::accepted_view;
use crate::answer::{form_again, shown};
use crate::me::{section, terms};
use crate::parts::form::{Choice, Errors};
use crate::parts::terms::Clause;
use crate::people::terms::Question;
use crate::session::{Ctx, Fields, Problem, done, form_errors, id_of};
use crate::shell::{Area, Crumb};

/// What somebody in no register is told.
fn in_no_register() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "You do not stand in the register of people, so nothing is asked of you. If that is wrong, tell the Service Desk.",
    )
}

async fn own(ctx: &Ctx, document: &str) -> Result<TermsRead, Problem> {
    let read = app::read::own_terms(&ctx.site.app, ctx.permit::<SeeOwn>()?, document).await?;
    read.ok_or_else(in_no_register)
}

fn href(read: &TermsRead) -> String {
    format!("/me/terms/{}", read.document.id)
}

fn view(ctx: &Ctx, read: &TermsRead, errors: Errors) -> terms::View {
    let href = href(read);
    let standing = read.standing.as_ref();
    let adjusted = standing.and_then(|standing| standing.adjusted.as_deref()).unwrap_or("page");
    terms::View {
        shell: ctx.under(Area::Me),
        errors,
        title: read.document.title.clone(),
        version: read.document.version.clone(),
        digest: read.digest.clone(),
        changes: if read.accepted_at.is_none() {
            read.changes.iter().map(Into::into).collect()
        } else {
            Vec::new()
        },
        sections: (1_usize..)
            .zip(&read.sections)
            .map(|(place, section)| terms::Section {
                link: Crumb::new(format!("{href}/{place}"), section.title.clone()),
                state: match section {
                    SectionRead { open: false, .. } => "accepted",
                    SectionRead { read: true, .. } => "read",
                    _ => "to read",
                },
            })
            .collect(),
        due: standing.and_then(|standing| standing.due_at),
        restricted: standing.is_some_and(|standing| standing.lapsed_at.is_some()),
        accepted: read.accepted_at,
        ways: Choice::list(shown_words().iter().copied(), adjusted),
        href,
    }
}

/// The document: what changed, the sections, the tick.
pub(super) async fn get(ctx: Ctx, Path(document): Path<String>) -> Result<Response, Problem> {
    let read = own(&ctx, &document).await?;
    shown(&view(&ctx, &read, Errors::default()))
}

/// Accepts exactly the version that was on the page.
pub(super) async fn accept(
    ctx: Ctx,
    Path(document): Path<String>,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Problem> {
    let permit = ctx.permit::<AcceptOwn>()?;
    if fields.get("accept") != "yes" {
        let read = own(&ctx, &document).await?;
        let errors = [("accept", "Tick the box once you accept the terms, or leave the page")];
        return form_again(&view(&ctx, &read, errors.into_iter().collect()));
    }
    let with = with(&headers);
    match app::terms::accept_own_terms(&ctx.site.app, permit, &document, fields.get("digest"), with).await {
        Ok(()) => Ok(done("/me", "own-accepted")),
        Err(error) => {
            let errors = form_errors(error, "accept")?;
            let read = own(&ctx, &document).await?;
            form_again(&view(&ctx, &read, errors))
        }
    }
}

/// What the page was read on, as far as the browser says: enough to tell a phone from a computer, and no more.
fn with(headers: &HeaderMap) -> &'static str {
    const KNOWN: [(&str, &str); 5] = [
        ("iPhone", "on an iPhone"),
        ("iPad", "on an iPad"),
        ("Android", "on an Android device"),
        ("Macintosh", "on a Mac"),
        ("Windows", "on a Windows computer"),
    ];
    let agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let known = KNOWN.iter().find(|(sign, _)| agent.contains(sign));
    known.map_or("on a device that did not say what it is", |(_, words)| words)
}

/// Asks for the terms in another way.
pub(super) async fn way(ctx: Ctx, Path(document): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AcceptOwn>()?;
    let word = fields.get("way");
    match app::terms::ask_another_way(&ctx.site.app, permit, &document, word).await {
        Ok(()) => {
            let notice = if word == "page" { "way-page" } else { "way-asked" };
            Ok(done(&format!("/me/terms/{document}"), notice))
        }
        Err(error) => {
            let errors = form_errors(error, "way")?;
            let read = own(&ctx, &document).await?;
            form_again(&view(&ctx, &read, errors))
        }
    }
}

fn found(read: &TermsRead, place: &str) -> Result<(usize, SectionRead), Problem> {
    let place: usize = id_of(place)?;
    let section = place.checked_sub(1).and_then(|at| read.sections.get(at)).ok_or_else(Problem::not_found)?;
    Ok((place, section.clone()))
}

fn section_view(
    ctx: &Ctx,
    read: &TermsRead,
    (place, section): (usize, &SectionRead),
    fields: Option<&Fields>,
    faults: &[AnswerFault],
) -> section::View {
    let mut shell = ctx.under(Area::Me);
    shell.crumbs.push(Crumb::new(href(read), read.document.title.clone()));
    let mut errors = Errors::default();
    let questions = (1_usize..)
        .zip(&section.asked)
        .map(|(number, asked)| {
            let name = format!("question-{number}");
            let fault = faults.iter().find(|fault| fault.clause == asked.clause.as_str());
            match fault.map(|fault| fault.fault) {
                Some(Fault::Missing) => errors.add(name.as_str(), "Choose an answer"),
                Some(Fault::NotSo) => {
                    let text = format!("Read clause {} again below, then choose once more", asked.clause);
                    errors.add(name.as_str(), text);
                }
                None => {}
            }
            let again = fault.filter(|fault| fault.fault == Fault::NotSo).and_then(|fault| {
                section.clauses.iter().find(|clause| clause.id.as_str() == fault.clause).map(Clause::from)
            });
            (question(name, asked, fields), again)
        })
        .collect();
    section::View {
        shell,
        errors,
        href: format!("{}/{place}", href(read)),
        document: read.document.title.clone(),
        title: section.title.clone(),
        place: (place, read.sections.len()),
        digest: section.digest.clone(),
        clauses: section.clauses.iter().map(Into::into).collect(),
        questions,
        open: section.open,
    }
}

/// A question with what was chosen before.
pub(super) fn question(name: String, asked: &Asked, fields: Option<&Fields>) -> Question {
    let chosen = fields.map(|fields| fields.text(&name)).unwrap_or_default();
    let values: Vec<String> = (0..asked.answers.len()).map(|place| place.to_string()).collect();
    let answers = values.iter().map(String::as_str).zip(asked.answers.iter().map(String::as_str));
    Question { text: asked.text.clone(), answers: Choice::list(answers, &chosen), name }
}

/// One section.
pub(super) async fn section(
    ctx: Ctx,
    Path((document, place)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let read = own(&ctx, &document).await?;
    let (place, section) = found(&read, &place)?;
    shown(&section_view(&ctx, &read, (place, &section), None, &[]))
}

/// Takes a section as read, if its questions are answered by what it says, and goes on to the next one left to read.
pub(super) async fn read(
    ctx: Ctx,
    Path((document, place)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Problem> {
    let permit = ctx.permit::<AcceptOwn>()?;
    let before = own(&ctx, &document).await?;
    let (place, section) = found(&before, &place)?;
    let answers: BTreeMap<String, Option<usize>> = (1_usize..)
        .zip(&section.asked)
        .map(|(number, asked)| {
            (asked.clause.to_string(), fields.get(&format!("question-{number}")).parse().ok())
        })
        .collect();
    match app::terms::read_section(&ctx.site.app, permit, &document, fields.get("digest"), answers).await {
        Ok(faults) if faults.is_empty() => {
            let after = own(&ctx, &document).await?;
            Ok(done(&next(&after, place), "section-read"))
        }
        Ok(faults) => form_again(&section_view(&ctx, &before, (place, &section), Some(&fields), &faults)),
        Err(error) => {
            let mut view = section_view(&ctx, &before, (place, &section), None, &[]);
            view.errors = form_errors(error, "section")?;
            form_again(&view)
        }
    }
}

/// Where to go after a section: the next one that is left to read, or the document where none is.
fn next(read: &TermsRead, place: usize) -> String {
    let left = |at: usize| read.sections.get(at).is_some_and(|section| section.open && !section.read);
    let count = read.sections.len();
    let ahead = (place..count).chain(0..place).find(|at| left(*at));
    ahead.map_or_else(|| href(read), |at| format!("{}/{}", href(read), at + 1))
}

/// Exactly what one accepted.
pub(super) async fn accepted(ctx: Ctx, Path(document): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit::<SeeOwn>()?;
    let read = app::read::own_accepted_terms(&ctx.site.app, permit, &document, ctx.asked("version")).await?;
    let read = read.ok_or_else(in_no_register)?;
    shown(&accepted_view(ctx.under(Area::Me), &read))
}
