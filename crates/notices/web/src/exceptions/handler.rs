//! Answers the requests of this page.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::access::ReviewOffDuty;

use crate::exceptions;
use web_shell::answer::page;
use web_shell::csv;
use web_shell::frame::Area;
use web_shell::session::{Ctx, Problem};

type Month = Result<(Vec<exceptions::Row>, u64), String>;

async fn exceptions_of(ctx: &Ctx) -> Result<(String, Month), Problem> {
    let permit = ctx.permit::<ReviewOffDuty>()?;
    let month = match ctx.asked("month") {
        "" => web_shell::format::month_of(ctx.site.app.world().now()),
        month => month.chars().take(10).collect(),
    };
    let Some((from, until)) = duty_app::month(&month) else {
        return Ok((month, Err("Write a month such as 2026-11".to_owned())));
    };
    let (rows, unknown) =
        cases_app::desk::notice_exceptions(&ctx.site.app, permit, None, from, until).await?;
    let row = |listed: cases_app::desk::Listed| {
        let notice = listed.notice;
        exceptions::Row {
            at: notice.told_at.unwrap_or(notice.created_at),
            unit: listed.unit.unwrap_or_default(),
            duty: match notice.duty.as_str() {
                "on-call" => "On call",
                "on-leave" => "On leave",
                "off-duty" => "Off duty",
                _ => "Not known",
            },
            reason: match notice.reason.as_str() {
                "on-call" => "On call",
                "live-matter" => "Live matter",
                "alarm" => "Alarm",
                "before-shift" => "Before their shift",
                _ => "Their own report",
            },
            case: listed.case.map(|number| format!("C-{number}")).unwrap_or_default(),
            decided_by: listed
                .decided_by
                .map(|(name, number)| format!("{name} ({number})"))
                .unwrap_or_default(),
            why: notice.why.unwrap_or_default(),
        }
    };
    Ok((month, Ok((rows.into_iter().map(row).collect(), unknown))))
}

/// Shows the exceptions of a month.
pub(crate) async fn exceptions(ctx: Ctx) -> Result<Response, Problem> {
    let (month, rows) = exceptions_of(&ctx).await?;
    let shell = ctx.under(Area::Duty);
    let (status, problem, (rows, unknown)) = match rows {
        Ok(rows) => (StatusCode::OK, String::new(), rows),
        Err(problem) => (StatusCode::UNPROCESSABLE_ENTITY, problem, (Vec::new(), 0)),
    };
    let rule = notices_app::unknown_duty_rule(&ctx.site.app);
    Ok(page(status, &exceptions::View { shell, month, problem, rows, unknown, rule }))
}

/// Exports the exceptions of a month as a file.
pub(crate) async fn exceptions_csv(ctx: Ctx) -> Result<Response, Problem> {
    let (month, rows) = exceptions_of(&ctx).await?;
    let (rows, _) = rows.map_err(|why| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, why))?;
    let name = format!("attachment; filename=\"told-while-off-duty-{month}.csv\"");
    let head = [(header::CONTENT_TYPE, csv::MEDIA_TYPE.to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((head, exceptions::export(&rows)).into_response())
}
