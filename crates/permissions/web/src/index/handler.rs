//! Answers the requests of this page.

use axum::response::Response;
use kernel::access::SeeRegisters;

use crate::index;
use web_shell::answer::shown;
use web_shell::frame::{Area, Crumb};
use web_shell::links::clause_crumb;
use web_shell::parts::listing::percent;
use web_shell::session::{Ctx, Problem};

pub(crate) fn register_href(id: &str) -> String {
    format!("/registers/{}", percent(id))
}

/// Shows the list of all registers.
pub(crate) async fn index(ctx: Ctx) -> Result<Response, Problem> {
    let read = permissions_app::read::registers(&ctx.site.app, ctx.permit::<SeeRegisters>()?).await?;
    let rows = read
        .iter()
        .map(|row| index::Row {
            register: Crumb::new(register_href(&row.register.id), row.register.title.clone()),
            says: row.register.says.clone(),
            clauses: row.register.clauses.iter().map(|clause| clause_crumb(clause.as_str())).collect(),
            open: row.figures.open.unsigned_abs(),
            in_force: row.figures.in_force.unsigned_abs(),
            lapsing: row.figures.lapsing.unsigned_abs(),
            ask: if row.may_ask { format!("{}/ask", register_href(&row.register.id)) } else { String::new() },
        })
        .collect();
    shown(&index::View { shell: ctx.shell(Area::Registers, Vec::new()), rows })
}
