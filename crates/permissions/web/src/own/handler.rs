//! Answers the requests of this page.

use axum::response::Response;
use kernel::access::AskPermission;

use crate::entry::handler::entry_view;
use crate::index::handler::register_href;
use crate::own;
use web_shell::answer::shown;
use web_shell::frame::{Area, Crumb};
use web_shell::session::{Ctx, Problem};

/// Shows the reader's own requests and entries.
pub(crate) async fn own(ctx: Ctx) -> Result<Response, Problem> {
    let read = permissions_app::read::own_permissions(&ctx.site.app, ctx.permit::<AskPermission>()?).await?;
    let view = own::View {
        shell: ctx.shell(Area::Elsewhere, Vec::new()),
        registers: read
            .registers
            .iter()
            .map(|register| {
                let ask = Crumb::new(format!("{}/ask", register_href(&register.id)), register.title.clone());
                (ask, register.says.clone())
            })
            .collect(),
        entries: read.entries.iter().map(|found| entry_view(&ctx, found)).collect(),
    };
    shown(&view)
}
