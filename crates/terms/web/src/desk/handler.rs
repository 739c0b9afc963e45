//! Answers the requests of this page.

use axum::response::Response;
use kernel::access::SeePeople;
use terms_app::terms_desk::TermsDocument;

use crate::desk;
use web_shell::answer::shown;
use web_shell::frame::{Area, Crumb};
use web_shell::links::clause_crumb;
use web_shell::session::{Ctx, Problem};

/// Shows the documents and their acceptance.
pub(crate) async fn get(ctx: Ctx) -> Result<Response, Problem> {
    let read = terms_app::terms_desk::terms_documents(&ctx.site.app, ctx.permit::<SeePeople>()?).await?;
    let view = desk::View { shell: ctx.under(Area::People), documents: read.iter().map(document).collect() };
    shown(&view)
}

pub(crate) fn document(read: &TermsDocument) -> desk::Document {
    desk::Document {
        id: read.id.clone(),
        link: Crumb::new(format!("/documents/{}", read.id), read.title.clone()),
        version: read.version.clone(),
        clauses: read.clauses,
        forces: read
            .forces
            .iter()
            .map(|line| desk::ForceAcceptance {
                force: line.force,
                accepted: line.accepted.unsigned_abs(),
                asked: line.asked.unsigned_abs(),
                overdue: line.overdue.unsigned_abs(),
                lapsed: line.lapsed.unsigned_abs(),
                adjusted: line.adjusted.unsigned_abs(),
            })
            .collect(),
        versions: read
            .versions
            .iter()
            .map(|version| {
                let short: String = version.digest.chars().take(8).collect();
                (short, version.since, version.clauses, version.accepted.unsigned_abs())
            })
            .collect(),
        questions: read
            .questions
            .iter()
            .map(|one| (clause_crumb(&one.clause), one.text.clone(), one.people, one.again))
            .collect(),
    }
}
