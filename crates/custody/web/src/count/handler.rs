//! Answers the requests of this page.

use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use custody_app::register::Changed;
use custody_app::{CountRead, Difference, Explained};
use domain::CountId;
use kernel::AppError;
use kernel::access::{ManageRegister, SeeDevices};

use crate::{count, under};
use web_shell::answer::{form_again, shown};
use web_shell::frame::Crumb;
use web_shell::links::device_crumb;
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, sentence};

fn count_id(text: &str) -> Result<CountId, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

fn count_view(ctx: &Ctx, read: CountRead) -> count::View {
    let mut shell = under(ctx);
    shell.crumbs.push(Crumb::new("/counts", "Stock counts"));
    count::View {
        shell,
        errors: Errors::default(),
        href: format!("/counts/{}", read.count.id),
        number: read.count.number,
        place: read.place.name,
        force: read.count.force,
        opened: (read.opened_by, read.count.opened_at),
        closed: read.count.closed.zip(read.closed_by).map(|(at, who)| (who, at)),
        may_count: ctx.may::<ManageRegister>(),
        codes: String::new(),
        lines: read
            .lines
            .into_iter()
            .map(|line| count::Line {
                difference: line.difference,
                device: line.device.as_ref().map(|device| device_crumb(device.id, &device.serial)),
                shown: match (&line.device, line.difference) {
                    (Some(device), _) => device.asset_tag.clone().unwrap_or_default(),
                    (None, Difference::Unknown) => line.code.clone(),
                    (None, _) => "Of another force".to_owned(),
                },
                should_be: line.should_be,
                explanation: line.explanation.unwrap_or_default(),
                case: line.case.map(|(id, number)| Crumb::new(format!("/cases/{id}"), format!("C-{number}"))),
                code: line.code,
            })
            .collect(),
    }
}

/// Shows one stock count.
pub(crate) async fn count(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let read = custody_app::count(&ctx.site.app, ctx.permit::<SeeDevices>()?, count_id(&id)?).await?;
    shown(&count_view(&ctx, read))
}

/// Exports one stock count as CSV.
pub(crate) async fn count_csv(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let read = custody_app::count(&ctx.site.app, ctx.permit::<SeeDevices>()?, count_id(&id)?).await?;
    let name = format!("attachment; filename=\"stock-count-{}.csv\"", read.count.number);
    let text = count::export(&count_view(&ctx, read).lines);
    let headers = [(CONTENT_TYPE, web_shell::csv::MEDIA_TYPE.to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, text).into_response())
}

/// Records what was scanned.
pub(crate) async fn scanned(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageRegister>()?;
    let id = count_id(&id)?;
    let app = &ctx.site.app;
    // Checks the reader's force before it reads the form.
    let read = custody_app::count(app, ctx.permit::<SeeDevices>()?, id).await?;
    match custody_app::scan_into_count(app, permit, id, fields.get("codes")).await {
        Ok(_) => Ok(done(&format!("/counts/{id}"), "count-scanned")),
        Err(error @ AppError::Invalid { .. }) => {
            let errors = form_errors(error, "codes")?;
            form_again(&count::View { errors, codes: fields.text("codes"), ..count_view(&ctx, read) })
        }
        Err(error) => Err(error.into()),
    }
}

/// Closes a stock count.
pub(crate) async fn close_count(
    ctx: Ctx,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageRegister>()?;
    let id = count_id(&id)?;
    let read = custody_app::count(&ctx.site.app, ctx.permit::<SeeDevices>()?, id).await?;
    if fields.get("sure") != "yes" {
        let message = "tick that everything in the store was scanned".to_owned();
        let errors = [("sure", sentence(&message))].into_iter().collect();
        return form_again(&count::View { errors, ..count_view(&ctx, read) });
    }
    let said = read.lines.iter().zip(1..).map(|(line, place): (_, usize)| Explained {
        code: line.code.clone(),
        explanation: fields.text(&format!("explanation-{place}")),
    });
    let said = said.collect();
    let word = match custody_app::close_count(&ctx.site.app, permit, id, said).await? {
        Changed::Done => "count-closed",
        Changed::Held(_) => "count-closed-held",
    };
    Ok(done(&format!("/counts/{id}"), word))
}
