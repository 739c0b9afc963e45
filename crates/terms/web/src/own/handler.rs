//! Answers the requests of this page.

use axum::extract::Path;
use axum::http::header::USER_AGENT;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use kernel::access::{AcceptOwn, SeeOwn};
use terms_app::read::{SectionRead, TermsRead};
use terms_app::shown_words;

use crate::accepted::handler::accepted_view;
use crate::own;
use web_shell::answer::{form_again, shown};
use web_shell::frame::{Area, Crumb};
use web_shell::parts::form::{Choice, Errors};
use web_shell::session::{Ctx, Fields, Problem, done, form_errors};

/// Makes the answer for somebody who is not in the register of people.
fn in_no_register() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "You do not stand in the register of people, so nothing is asked of you. If that is wrong, tell the Service Desk.",
    )
}

pub(crate) async fn own(ctx: &Ctx, document: &str) -> Result<TermsRead, Problem> {
    let read = terms_app::read::own_terms(&ctx.site.app, ctx.permit::<SeeOwn>()?, document).await?;
    read.ok_or_else(in_no_register)
}

pub(crate) fn href(read: &TermsRead) -> String {
    format!("/me/terms/{}", read.document.id)
}

pub(crate) fn view(ctx: &Ctx, read: &TermsRead, errors: Errors) -> own::View {
    let href = href(read);
    let standing = read.standing.as_ref();
    let adjusted = standing.and_then(|standing| standing.adjusted.as_deref()).unwrap_or("page");
    own::View {
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
            .map(|(place, section)| own::Section {
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

/// Shows the terms of a document: the changes, the sections, the box to tick.
pub(crate) async fn get(ctx: Ctx, Path(document): Path<String>) -> Result<Response, Problem> {
    let read = own(&ctx, &document).await?;
    shown(&view(&ctx, &read, Errors::default()))
}

/// Accepts exactly the version that was on the page.
pub(crate) async fn accept(
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
    match terms_app::accept_own_terms(&ctx.site.app, permit, &document, fields.get("digest"), with).await {
        Ok(()) => Ok(done("/me", "own-accepted")),
        Err(error) => {
            let errors = form_errors(error, "accept")?;
            let read = own(&ctx, &document).await?;
            form_again(&view(&ctx, &read, errors))
        }
    }
}

/// Returns the kind of device the page was read on, as far as the browser says: enough to tell a phone from a computer, and no
/// more.
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
pub(crate) async fn way(ctx: Ctx, Path(document): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AcceptOwn>()?;
    let word = fields.get("way");
    match terms_app::ask_another_way(&ctx.site.app, permit, &document, word).await {
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

/// Shows exactly the terms that the reader accepted.
pub(crate) async fn accepted(ctx: Ctx, Path(document): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit::<SeeOwn>()?;
    let read =
        terms_app::read::own_accepted_terms(&ctx.site.app, permit, &document, ctx.asked("version")).await?;
    let read = read.ok_or_else(in_no_register)?;
    shown(&accepted_view(ctx.under(Area::Me), &read))
}
