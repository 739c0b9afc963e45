//! Answers the requests of this page.

use axum::response::Response;
use domain::DeviceId;
use kernel::access::{CommandDevices, ManageCases};

use crate::questions::Typed;
use crate::report::handler::new_form;
use crate::telephone::{Fit, View};
use losses_app::report::{Telephoned, deals_by_default, report_at_desk};
use losses_app::search::{self, find_devices};
use web_shell::answer::{form_again, shown};
use web_shell::frame::{Area, Crumb};
use web_shell::parts::form::Errors;
use web_shell::parts::listing::percent;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors};

/// Makes a device that was found into a row whose link chooses it on the page at that address.
pub(crate) fn fit(found: search::Fit, page: &str, search: &str) -> Fit {
    Fit {
        href: format!("{page}?q={}&device={}", percent(search), found.device),
        id: found.device.to_string(),
        title: found.title,
        holder: found.holder.unwrap_or_default(),
        reported: found.reported,
        managed: found.managed,
    }
}

async fn view(ctx: &Ctx, chosen: &str, typed: Typed, deals: bool, errors: Errors) -> Result<View, Problem> {
    let (app, search) = (&ctx.site.app, ctx.asked("q").to_owned());
    let fits = find_devices(app, ctx.permit::<ManageCases>()?, &search).await?;
    let mut shell = ctx.under(Area::Cases);
    shell.crumbs.push(Crumb::new("/losses", "Losses"));
    let chosen = match chosen.parse::<DeviceId>() {
        Ok(device) => search::one_device(app, ctx.permit::<ManageCases>()?, device).await?,
        Err(_) => None,
    };
    Ok(View {
        shell,
        errors,
        fits: match &chosen {
            Some(_) => Vec::new(),
            None => fits.into_iter().map(|found| fit(found, "/losses/new", &search)).collect(),
        },
        chosen: chosen.map(|found| fit(found, "/losses/new", &search)).unwrap_or_default(),
        search,
        typed,
        may_lock: ctx.may::<CommandDevices>(),
        deals,
    })
}

/// Shows the search, and the form for the device that was chosen or for one that is not known.
pub(crate) async fn get(ctx: Ctx) -> Result<Response, Problem> {
    let deals = deals_by_default(&ctx.site.app, &ctx.permit::<ManageCases>()?);
    let typed = Typed::empty(new_form(&ctx.site));
    shown(&view(&ctx, ctx.asked("device"), typed, deals, Errors::default()).await?)
}

/// Takes the report in, as an answer to its call where that is ticked, and locks the device where that is ticked.
pub(crate) async fn post(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageCases>()?;
    let typed = Typed::of(&fields);
    let (chosen, deals) = (fields.get("chosen"), fields.get("deals") == "yes");
    let new = match typed.report(ctx.site.app.world().now()) {
        Ok(new) => new,
        Err(errors) => return form_again(&view(&ctx, chosen, typed, deals, errors).await?),
    };
    let telephoned = Telephoned { device: chosen.parse().ok(), deals };
    let reported = match report_at_desk(&ctx.site.app, permit, telephoned, new).await {
        Ok(reported) => reported,
        Err(error) => {
            let errors = form_errors(error, "how")?;
            let typed = Typed { form: new_form(&ctx.site), ..typed };
            return form_again(&view(&ctx, chosen, typed, deals, errors).await?);
        }
    };
    let page = format!("/losses/{}", reported.loss);
    if fields.get("lock") == "yes" && reported.device.is_some() && ctx.may::<CommandDevices>() {
        let ordered =
            losses_app::contain::contain(&ctx.site.app, ctx.permit::<CommandDevices>()?, reported.loss).await;
        // The report stands, whatever keeps the device from being locked: the page of the loss says what that is.
        return Ok(done(&page, crate::show::handler::said(&ordered)));
    }
    Ok(done(&page, if deals && reported.taken { "loss-reported-taken" } else { "loss-reported" }))
}
