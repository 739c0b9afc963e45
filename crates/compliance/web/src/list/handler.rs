//! Answers the requests of this page.

use axum::response::Response;
use kernel::access::{SeeFindings, SeePolicy};

use crate::figures::bar;
use crate::figures::{status, version};
use crate::list;
use web_shell::answer::shown;
use web_shell::frame::Area;
use web_shell::session::{Ctx, Problem};

/// Shows the list of documents.
pub(crate) async fn list(ctx: Ctx) -> Result<Response, Problem> {
    let rows = compliance_app::documents::documents(&ctx.site.app, ctx.permit::<SeePolicy>()?).await?;
    let view = list::View {
        shell: ctx.shell(Area::Documents, Vec::new()),
        sees_findings: ctx.may::<SeeFindings>(),
        rows: rows
            .iter()
            .map(|row| list::Row {
                bar: bar(row),
                version: version(row),
                status: status(row),
                overdue: row.overdue_days.is_some() || row.document.review_by.is_none(),
                owner: row.document.owner.clone(),
                clauses: row.clauses,
                unkept: row.unkept,
                flags: u64::try_from(row.document.notes.len()).unwrap_or(u64::MAX),
            })
            .collect(),
    };
    shown(&view)
}
