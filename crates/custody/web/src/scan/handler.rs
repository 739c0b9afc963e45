//! Answers the requests of this page.

use axum::response::{IntoResponse, Redirect, Response};
use kernel::access::SeeDevices;

use crate::scan;
use web_shell::answer::shown;
use web_shell::frame::{Area, Crumb};
use web_shell::session::{Ctx, Problem};

/// Redirects to the page of the scanned device, or shows several to choose from.
pub(crate) async fn scan(ctx: Ctx) -> Result<Response, Problem> {
    let permit = ctx.permit::<SeeDevices>()?;
    let code = ctx.asked("code").to_owned();
    let found = custody_app::scan(&ctx.site.app, permit, &code).await?;
    if let [device] = found.as_slice() {
        return Ok(Redirect::to(&format!("/devices/{}", device.id)).into_response());
    }
    let view = scan::View {
        shell: ctx.under(Area::Devices),
        found: found
            .iter()
            .map(|device| {
                let text = format!("{}, {}", device.for_staff(), ctx.force_title(device.force));
                Crumb::new(format!("/devices/{}", device.id), text)
            })
            .collect(),
        code,
    };
    shown(&view)
}
