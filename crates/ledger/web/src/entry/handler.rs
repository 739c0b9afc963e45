//! Answers the requests of this page.

use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::EntryId;
use kernel::access::SeeLedger;

use crate::entries::handler::row;
use crate::entry;
use web_shell::answer::shown;
use web_shell::frame::Area;
use web_shell::session::{Ctx, Problem, id_of};

/// Shows one entry of the ledger.
pub(crate) async fn entry(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit::<SeeLedger>()?;
    let id: EntryId = id_of(&id)?;
    let read = ledger_app::read::ledger_entry(&ctx.site.app, permit, id).await?;
    let view = entry::View {
        shell: ctx.under(Area::Ledger),
        action: read.row.action.clone(),
        row: row(&ctx, &read.row),
        force: read.force.map(|force| ctx.force_title(force)).unwrap_or_default(),
        clause_title: read.clause_title.unwrap_or_default(),
        detail_digest: read.detail_digest.unwrap_or_default(),
        detail: read.detail,
        covered: read.covered,
        proof: format!("/ledger/{id}/proof"),
        key: ctx.site.app.ledger_key_text(),
    };
    shown(&view)
}

/// Returns the proof that an entry is in the ledger, as `lanyard ledger verify` reads it.
pub(crate) async fn proof(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit::<SeeLedger>()?;
    let id: EntryId = id_of(&id)?;
    let line = ledger_app::ledger_proof(&ctx.site.app, permit, id).await?;
    let name = format!("attachment; filename=\"ledger-entry-{id}.json\"");
    Ok(([(CONTENT_TYPE, "application/json; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, name)], line)
        .into_response())
}
