//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use domain::PersonId;
use kernel::access::{RecordAcceptance, SeePeople};
use terms_app::read::{AcceptedRead, TermsRead};

use crate::accepted;
use crate::clauses::Clause;
use web_shell::answer::shown;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::links::named;
use web_shell::session::{Ctx, Problem, id_of};

pub(crate) async fn read(ctx: &Ctx, id: &str, document: &str) -> Result<TermsRead, Problem> {
    let id: PersonId = id_of(id)?;
    Ok(terms_app::read::terms_for(&ctx.site.app, ctx.permit::<RecordAcceptance>()?, id, document).await?)
}

/// Shows exactly the terms that somebody accepted.
pub(crate) async fn accepted(
    ctx: Ctx,
    Path((id, document)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let permit = ctx.permit::<SeePeople>()?;
    let id: PersonId = id_of(&id)?;
    let read =
        terms_app::read::accepted_terms(&ctx.site.app, permit, id, &document, ctx.asked("version")).await?;
    let mut shell = ctx.under(Area::People);
    shell.crumbs.push(Crumb::new(format!("/people/{id}"), read.person.name.clone()));
    shown(&accepted_view(shell, &read))
}

/// Makes the page of accepted terms.
pub(crate) fn accepted_view(shell: Shell, read: &AcceptedRead) -> accepted::View {
    let mut sections: Vec<(String, Vec<Clause>)> = Vec::new();
    for clause in read.text.iter().flatten() {
        match sections.last_mut() {
            Some((title, clauses)) if *title == clause.section => clauses.push(clause.into()),
            _ => sections.push((clause.section.clone(), vec![clause.into()])),
        }
    }
    accepted::View {
        shell,
        who: named(&read.person.name, &read.person.number),
        title: read.document.1.clone(),
        at: read.acceptance.accepted_at,
        shown: read.acceptance.shown.clone(),
        digest: read.acceptance.terms_digest.clone(),
        sections,
    }
}
