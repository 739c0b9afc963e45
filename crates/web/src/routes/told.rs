//! What people were told: one's own notices and sign-ins, what was not delivered, the exceptions, calling on somebody.

use app::AppError;
use app::access::{AcceptOwn, ContactOffDuty, ManageNotices, ReviewOffDuty, SeeNotices, SeeOwn};
use app::notices::{LiveMatter, NoticeState};
use app::off_duty::Purpose;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::CaseId;

use crate::answer::{form_again, page, shown};
use crate::csv;
use crate::parts::form::Errors;
use crate::parts::listing::cut;
use crate::session::{Ctx, Fields, Problem, done, form_errors, id_of, sentence};
use crate::shell::{Area, Crumb};
use crate::told::{call, exceptions, own, sign_ins, stuck};

/// Notices on one's own page.
const MOST_OWN: u32 = 100;
/// Undelivered notices on the desk's page.
const MOST_STUCK: u32 = 100;

/// One's own notices.
pub(super) async fn own(ctx: Ctx) -> Result<Response, Problem> {
    let notices = app::notices::own_notices(&ctx.site.app, ctx.permit::<SeeOwn>()?, false, MOST_OWN).await?;
    let rows = notices
        .into_iter()
        .map(|notice| own::Row {
            id: notice.id.to_string(),
            subject: notice.subject,
            body: notice.body,
            // A notice may outlive the page that it leads to, and most lead to the person's own page.
            href: if super::leads_somewhere("GET", &notice.link) { notice.link } else { String::new() },
            at: notice.created_at,
            read: notice.read_at.is_some(),
        })
        .collect();
    Ok(page(
        StatusCode::OK,
        &own::View { shell: ctx.under(Area::Me), rule: app::notices::unknown_duty_rule(&ctx.site.app), rows },
    ))
}

/// Marks one as read.
pub(super) async fn read(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AcceptOwn>()?;
    let Ok(id) = fields.get("notice").parse() else {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "Press the button beside the notice that you read.",
        ));
    };
    app::notices::read_notice(&ctx.site.app, permit, id).await?;
    Ok(done("/me/notices", "read"))
}

async fn sign_ins_view(ctx: &Ctx, errors: Errors) -> Result<sign_ins::View, Problem> {
    let rows = app::off_duty::own_off_duty_sign_ins(&ctx.site.app, ctx.permit::<SeeOwn>()?).await?;
    Ok(sign_ins::View {
        shell: ctx.under(Area::Me),
        errors,
        rows: rows
            .into_iter()
            .map(|row| sign_ins::Row { id: row.id.to_string(), system: row.system, at: row.at })
            .collect(),
        answers: Purpose::ALL
            .iter()
            .map(|(_, word, title)| ((*word).to_owned(), (*title).to_owned()))
            .collect(),
    })
}

/// One's own sign-ins off duty.
pub(super) async fn own_sign_ins(ctx: Ctx) -> Result<Response, Problem> {
    shown(&sign_ins_view(&ctx, Errors::default()).await?)
}

/// Says what one was for.
pub(super) async fn state(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AcceptOwn>()?;
    let (id, purpose) = (fields.get("sign-in").parse(), Purpose::of(fields.get("purpose")));
    let (Ok(id), Some(purpose)) = (id, purpose) else {
        let errors = [("main-content", "Choose what it was for, or leave it: nobody has to say")];
        let view = sign_ins_view(&ctx, errors.into_iter().collect()).await?;
        return form_again(&view);
    };
    app::off_duty::state_purpose(&ctx.site.app, permit, id, purpose).await?;
    Ok(done("/me/off-duty", "stated"))
}

/// What reached nobody.
pub(super) async fn stuck(ctx: Ctx) -> Result<Response, Problem> {
    let app = &ctx.site.app;
    let states = app::notices::notices_by_state(app, ctx.permit::<SeeNotices>()?).await?;
    let mut rows =
        app::notices::undelivered_notices(app, ctx.permit::<SeeNotices>()?, None, MOST_STUCK + 1).await?;
    let more = cut(&mut rows, MOST_STUCK, |_| ()).is_some();
    let words = |state: &NoticeState| match state {
        NoticeState::Waiting => "Waiting",
        NoticeState::Mailed => "Mailed",
        NoticeState::Shown => "On people's own pages only",
        NoticeState::Undelivered => "Could not be delivered",
    };
    let row = |listed: app::notices::Listed| {
        let notice = listed.notice;
        let given_up = notice.state == NoticeState::Undelivered;
        let why = if given_up {
            sentence(&notice.last_error.unwrap_or_default())
        } else {
            "It is not known when they are on duty: enter their roster".to_owned()
        };
        stuck::Row {
            id: notice.id.to_string(),
            to: Crumb::new(
                format!("/people/{}", notice.person),
                format!("{} ({})", listed.to.0, listed.to.1),
            ),
            subject: notice.subject,
            why,
            at: notice.created_at,
            given_up,
        }
    };
    let view = stuck::View {
        shell: ctx.under(Area::Duty),
        states: states.iter().map(|(state, count)| (words(state), count.unsigned_abs())).collect(),
        rows: rows.into_iter().map(row).collect(),
        rule: app::notices::unknown_duty_rule(&ctx.site.app),
        more,
        may_retry: ctx.may::<ManageNotices>(),
    };
    shown(&view)
}

/// Tries one again.
pub(super) async fn retry(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageNotices>()?;
    let Ok(id) = fields.get("notice").parse() else {
        let why = "Press the button beside the notice that is to be tried again.";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, why));
    };
    app::notices::retry_notice(&ctx.site.app, permit, id).await?;
    Ok(done("/notices", "tried-again"))
}

type Month = Result<(Vec<exceptions::Row>, u64), String>;

async fn exceptions_of(ctx: &Ctx) -> Result<(String, Month), Problem> {
    let permit = ctx.permit::<ReviewOffDuty>()?;
    let month = match ctx.asked("month") {
        "" => crate::format::month_of(ctx.site.app.world().now()),
        month => month.chars().take(10).collect(),
    };
    let Some(between) = app::rosters::month(&month) else {
        return Ok((month, Err("Write a month such as 2026-11".to_owned())));
    };
    let (rows, unknown) = app::notices::notice_exceptions(&ctx.site.app, permit, None, between).await?;
    let row = |listed: app::notices::Listed| {
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
                _ => "Their own report",
            },
            case: listed.case.map(|number| format!("C-{number}")).unwrap_or_default(),
            decided_by: listed
                .decided_by
                .map(|(name, number)| format!("{name} ({number})"))
                .unwrap_or_default(),
            why: notice.decided.map(|(_, why)| why).unwrap_or_default(),
        }
    };
    Ok((month, Ok((rows.into_iter().map(row).collect(), unknown))))
}

/// The exceptions of a month.
pub(super) async fn exceptions(ctx: Ctx) -> Result<Response, Problem> {
    let (month, rows) = exceptions_of(&ctx).await?;
    let shell = ctx.under(Area::Duty);
    let (status, problem, (rows, unknown)) = match rows {
        Ok(rows) => (StatusCode::OK, String::new(), rows),
        Err(problem) => (StatusCode::UNPROCESSABLE_ENTITY, problem, (Vec::new(), 0)),
    };
    let rule = app::notices::unknown_duty_rule(&ctx.site.app);
    Ok(page(status, &exceptions::View { shell, month, problem, rows, unknown, rule }))
}

/// The same as a file.
pub(super) async fn exceptions_csv(ctx: Ctx) -> Result<Response, Problem> {
    let (month, rows) = exceptions_of(&ctx).await?;
    let (rows, _) = rows.map_err(|why| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, why))?;
    let name = format!("attachment; filename=\"told-while-off-duty-{month}.csv\"");
    let head = [(header::CONTENT_TYPE, csv::MEDIA_TYPE.to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((head, exceptions::export(&rows)).into_response())
}

async fn call_view(
    ctx: &Ctx,
    id: CaseId,
    fields: Option<&Fields>,
    errors: Errors,
) -> Result<call::View, Problem> {
    let reference =
        app::notices::case_to_call_for(&ctx.site.app, ctx.permit::<ContactOffDuty>()?, id).await?;
    let typed = |name| fields.map(|fields| fields.text(name)).unwrap_or_default();
    let mut shell = ctx.under(Area::Cases);
    shell.crumbs.push(Crumb::new(format!("/cases/{id}"), format!("C-{reference}")));
    Ok(call::View {
        shell,
        errors,
        href: format!("/cases/{id}/call"),
        reference: format!("C-{reference}"),
        form: match typed("form") {
            form if form.is_empty() => ctx.site.app.world().uuid().to_string(),
            form => form,
        },
        to: typed("to"),
        why: typed("why"),
        message: typed("message"),
    })
}

/// The form for calling on somebody.
pub(super) async fn call(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<ContactOffDuty>()?;
    let id = id_of(&id)?;
    shown(&call_view(&ctx, id, None, Errors::default()).await?)
}

/// Calls on somebody.
pub(super) async fn called(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ContactOffDuty>()?;
    let case: CaseId = id_of(&id)?;
    let call = LiveMatter {
        to: fields.text("to"),
        case,
        why: fields.text("why"),
        message: fields.text("message"),
        form: fields.text("form"),
    };
    match app::notices::call_for_live_matter(&ctx.site.app, permit, call).await {
        Ok(_) => Ok(done(&format!("/cases/{case}"), "called")),
        Err(AppError::Invalid { field: "case", message }) => {
            let errors = [("why", sentence(&message))].into_iter().collect();
            form_again(&call_view(&ctx, case, Some(&fields), errors).await?)
        }
        Err(error) => form_again(&call_view(&ctx, case, Some(&fields), form_errors(error, "to")?).await?),
    }
}
