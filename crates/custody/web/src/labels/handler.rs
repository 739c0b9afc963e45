//! Answers the requests of this page.

use axum::response::Response;
use kernel::AppError;
use kernel::access::SeeDevices;

use crate::labels;
use web_shell::answer::shown;
use web_shell::session::{Ctx, Problem};

/// The largest number of labels on one sheet.
const MOST_LABELS: usize = 200;

/// Shows a sheet of labels to print.
pub(crate) async fn labels(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<SeeDevices>()?;
    let codes = ctx.asked("codes").to_owned();
    let (mut made, mut not) = (Vec::new(), Vec::new());
    let lines = codes.lines().map(str::trim).filter(|code| !code.is_empty());
    for code in lines.take(MOST_LABELS) {
        match custody_app::label(&ctx.site.app, ctx.permit::<SeeDevices>()?, code).await {
            Ok(label) => made.push(labels::Printed {
                number: label.number,
                force: ctx.force_title(label.force),
                qr: (label.drawn.qr.size, label.drawn.qr.path),
                bars: (label.drawn.bars.width, label.drawn.bars.path),
            }),
            Err(AppError::Invalid { message, .. }) => not.push((code.to_owned(), message)),
            Err(other) => return Err(other.into()),
        }
    }
    let view = labels::View { shell: crate::under(&ctx), codes, labels: made, not };
    shown(&view)
}
