//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use kernel::access::AcceptOwn;
use std::collections::BTreeMap;
use terms_app::read::{SectionRead, TermsRead};
use terms_app::{AnswerFault, Fault};

use crate::clauses::Clause;
use crate::own::handler::{href, own};
use crate::record::handler::question;
use crate::section;
use web_shell::answer::{form_again, shown};
use web_shell::frame::{Area, Crumb};
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

/// A section in its place among the others, counted from one.
struct Found {
    place: usize,
    section: SectionRead,
}

fn found(read: &TermsRead, place: &str) -> Result<Found, Problem> {
    let place: usize = id_of(place)?;
    let section = place.checked_sub(1).and_then(|at| read.sections.get(at)).ok_or_else(Problem::not_found)?;
    Ok(Found { place, section: section.clone() })
}

fn section_view(
    ctx: &Ctx,
    read: &TermsRead,
    Found { place, section }: &Found,
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
        place: (*place, read.sections.len()),
        digest: section.digest.clone(),
        clauses: section.clauses.iter().map(Into::into).collect(),
        questions,
        open: section.open,
    }
}

/// Shows one section.
pub(crate) async fn section(
    ctx: Ctx,
    Path((document, place)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let read = own(&ctx, &document).await?;
    let found = found(&read, &place)?;
    shown(&section_view(&ctx, &read, &found, None, &[]))
}

/// Marks a section as read, if its questions are answered correctly, and goes on to the next unread one.
pub(crate) async fn read(
    ctx: Ctx,
    Path((document, place)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Problem> {
    let permit = ctx.permit::<AcceptOwn>()?;
    let before = own(&ctx, &document).await?;
    let found = found(&before, &place)?;
    let answers: BTreeMap<String, Option<usize>> = (1_usize..)
        .zip(&found.section.asked)
        .map(|(number, asked)| {
            (asked.clause.to_string(), fields.get(&format!("question-{number}")).parse().ok())
        })
        .collect();
    match terms_app::read_section(&ctx.site.app, permit, &document, fields.get("digest"), answers).await {
        Ok(faults) if faults.is_empty() => {
            let after = own(&ctx, &document).await?;
            Ok(done(&next(&after, found.place), "section-read"))
        }
        Ok(faults) => form_again(&section_view(&ctx, &before, &found, Some(&fields), &faults)),
        Err(error) => {
            let mut view = section_view(&ctx, &before, &found, None, &[]);
            view.errors = form_errors(error, "section")?;
            form_again(&view)
        }
    }
}

/// Returns the address after a section: the next unread section, or the document if none is left.
fn next(read: &TermsRead, place: usize) -> String {
    let left = |at: usize| read.sections.get(at).is_some_and(|section| section.open && !section.read);
    let count = read.sections.len();
    let ahead = (place..count).chain(0..place).find(|at| left(*at));
    ahead.map_or_else(|| href(read), |at| format!("{}/{}", href(read), at + 1))
}
