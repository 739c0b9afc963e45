//! Answers the requests of this page.

use axum::response::Response;
use domain::{PermissionId, Timestamp};
use kernel::access::SeeRegisters;
use permissions_app::read::{PermissionFilter, PermissionRow, PermissionView};

use crate::list;
use web_shell::answer;
use web_shell::answer::shown;
use web_shell::frame::{Area, Crumb};
use web_shell::links::clause_crumb;
use web_shell::parts::listing::{EXPORT_STEP, Listing, PER_PAGE, cut, time_key};
use web_shell::session::{Ctx, Problem};

/// The number of entries on a register's own page.
pub(crate) const LATEST: u32 = 20;

pub(crate) fn crumb(grant: &PermissionView) -> Crumb {
    Crumb::new(format!("/entries/{}", grant.id), format!("P-{}", grant.number))
}

pub(crate) fn row(row: &PermissionRow) -> list::Row {
    let grant = &row.grant;
    list::Row {
        entry: crumb(grant),
        register: row.register.clone(),
        clause: row.clause.as_ref().map(|clause| clause_crumb(clause.as_str())),
        about: row.about.clone(),
        because: grant.because.clone(),
        force: grant.force,
        state: row.state.to_owned(),
        asked: grant.asked_at,
        by: grant.asked.clone(),
        decided: grant.decided.clone().unwrap_or_default(),
        until: grant.ends_at.filter(|_| grant.decided_at.is_some()),
    }
}

type Key = (Timestamp, PermissionId);

async fn walk(
    ctx: &Ctx,
    list: &Listing,
    after: Option<Key>,
    limit: u32,
) -> Result<(Vec<list::Row>, Option<Key>), Problem> {
    let permit = ctx.permit::<SeeRegisters>()?;
    let filter = PermissionFilter {
        force: Ctx::force(list.filter("force")),
        register: list.filter("register").to_owned(),
        state: list.filter("state").to_owned(),
        search: list.filter("q").to_owned(),
        own: None,
        after,
    };
    let mut rows = permissions_app::read::permissions(&ctx.site.app, permit, filter, limit + 1).await?;
    let next = cut(&mut rows, limit, |last| (last.grant.asked_at, last.grant.id));
    Ok((rows.iter().map(row).collect(), next))
}

/// Shows the entries of all registers, or of one.
pub(crate) async fn list(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(list::ALLOWED, &ctx.query);
    let after = list.after_time();
    let (rows, next) = walk(&ctx, &list, after, PER_PAGE).await?;
    let registers = permissions_app::read::registers(&ctx.site.app, ctx.permit::<SeeRegisters>()?).await?;
    let view = list::View {
        shell: ctx.under(Area::Registers),
        list: list.with_rows(rows.len(), next.map(|(at, id)| time_key(at, id))),
        registers: registers.into_iter().map(|row| (row.register.id, row.register.title)).collect(),
        rows,
    };
    shown(&view)
}

/// Exports the entries as CSV, with every row that the filters leave.
pub(crate) async fn csv(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(list::ALLOWED, &ctx.query);
    answer::walked("entries", (ctx, list), |(ctx, list), after: Option<Key>| async move {
        let (rows, next) = walk(&ctx, &list, after, EXPORT_STEP).await?;
        let text = list::export(&ctx.under(Area::Elsewhere), &rows);
        Ok(((ctx, list), text, next))
    })
    .await
}
