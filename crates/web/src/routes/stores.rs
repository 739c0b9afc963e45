//! Stores and workshops, bulk returns, stock counts, and what a scanner finds.

use app::AppError;
use app::access::{ManageRegister, SeeDevices};
use app::custody::{BulkReturn, CountRead, Difference, Explained, NewPlace, Returned, Signed};
use app::register::Changed;
use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use domain::{Condition, CountId, PlaceId, PlaceKind};

use super::custody::under;
use crate::answer::{form_again, shown};
use crate::custody::{conditions, count, counts, places, returns, scan};
use crate::parts::form::{Choice, Errors};
use crate::session::{Ctx, Fields, Problem, done, form_errors, id_of, sentence};
use crate::shell::{Area, Crumb};

/// The stores that the reader may put things into.
async fn stores(ctx: &Ctx, chosen: &str) -> Result<Vec<Choice>, Problem> {
    let all = app::custody::places(&ctx.site.app, ctx.permit::<SeeDevices>()?, false).await?;
    let stores = all.iter().filter(|place| place.kind == PlaceKind::Store && place.closed_at.is_none());
    Ok(stores
        .map(|place| {
            let value = place.id.to_string();
            Choice {
                chosen: value == chosen,
                value,
                text: format!("{}, {}", place.name, place.force.title()),
            }
        })
        .collect())
}

async fn places_view(ctx: &Ctx, fields: Option<&Fields>, errors: Errors) -> Result<places::View, Problem> {
    let typed = |name: &str| fields.map(|fields| fields.text(name)).unwrap_or_default();
    let may_add = ctx.may::<ManageRegister>();
    let all = app::custody::places(&ctx.site.app, ctx.permit::<SeeDevices>()?, false).await?;
    Ok(places::View {
        shell: under(ctx),
        errors,
        rows: all
            .into_iter()
            .map(|place| places::Row {
                close: if may_add && place.closed_at.is_none() {
                    format!("/places/{}/close", place.id)
                } else {
                    String::new()
                },
                name: place.name,
                kind: place.kind.title(),
                force: place.force,
                closed: place.closed_at,
            })
            .collect(),
        may_add,
        name: typed("name"),
        kind: typed("kind"),
        force: match ctx.actor.force {
            Some(force) if typed("force").is_empty() => force.as_str().to_owned(),
            _ => typed("force"),
        },
        approved_by: typed("approved-by"),
    })
}

/// The stores and workshops.
pub(super) async fn places(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<SeeDevices>()?;
    shown(&places_view(&ctx, None, Errors::default()).await?)
}

/// Enters a store or workshop.
pub(super) async fn add_place(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageRegister>()?;
    let new = NewPlace {
        force: Ctx::force(fields.get("force")),
        kind: fields.get("kind").parse().ok(),
        name: fields.text("name"),
        approved_by: fields.text("approved-by"),
    };
    match app::custody::add_place(&ctx.site.app, permit, new).await {
        Ok(_) => Ok(done("/places", "place-added")),
        Err(error) => form_again(&places_view(&ctx, Some(&fields), form_errors(error, "name")?).await?),
    }
}

/// Closes a store or workshop.
pub(super) async fn close_place(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageRegister>()?;
    let id: PlaceId = id_of(&id)?;
    app::custody::close_place(&ctx.site.app, permit, id).await?;
    Ok(done("/places", "place-closed"))
}

async fn returns_view(ctx: &Ctx, fields: Option<&Fields>, errors: Errors) -> Result<returns::View, Problem> {
    let typed = |name: &str| fields.map(|fields| fields.text(name)).unwrap_or_default();
    let condition = Some(typed("condition")).filter(|word| !word.is_empty());
    Ok(returns::View {
        shell: under(ctx),
        errors,
        places: stores(ctx, &typed("place")).await?,
        conditions: conditions(condition.as_deref().unwrap_or("good")),
        codes: typed("codes"),
        absent: typed("absent"),
        lines: Vec::new(),
    })
}

/// The form for many things back.
pub(super) async fn returns(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<ManageRegister>()?;
    shown(&returns_view(&ctx, None, Errors::default()).await?)
}

fn line(returned: Returned) -> returns::Line {
    match returned {
        Returned::In { code, serial, handover, reference, signed } => returns::Line {
            code,
            serial,
            handover: Some(Crumb::new(format!("/custody/{handover}"), reference)),
            says: match signed {
                Signed::Complete => "back in the store",
                Signed::Waits => "waits for the other side to sign",
                Signed::Held(_) => {
                    "held beyond the limit of an hour: a second person releases it under Held and waiting"
                }
            }
            .to_owned(),
        },
        Returned::Not { code, why } => {
            returns::Line { code, serial: String::new(), handover: None, says: sentence(&why) }
        }
    }
}

/// Takes many things back.
pub(super) async fn take_back(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageRegister>()?;
    let batch = BulkReturn {
        place: fields.get("place").parse().ok(),
        condition: fields.get("condition").parse().unwrap_or(Condition::Good),
        codes: fields.text("codes"),
        absent: fields.text("absent"),
    };
    match app::custody::return_many(&ctx.site.app, permit, batch).await {
        Ok(lines) => {
            let lines: Vec<returns::Line> = lines.into_iter().map(line).collect();
            let left = lines.iter().filter(|line| line.handover.is_none()).map(|line| line.code.as_str());
            let codes = left.collect::<Vec<_>>().join("\n");
            let view = returns_view(&ctx, Some(&fields), Errors::default()).await?;
            shown(&returns::View { codes, lines, ..view })
        }
        Err(error) => form_again(&returns_view(&ctx, Some(&fields), form_errors(error, "codes")?).await?),
    }
}

async fn counts_view(ctx: &Ctx, chosen: &str, errors: Errors) -> Result<counts::View, Problem> {
    let rows = app::custody::counts(&ctx.site.app, ctx.permit::<SeeDevices>()?).await?;
    Ok(counts::View {
        shell: under(ctx),
        errors,
        stores: if ctx.may::<ManageRegister>() { stores(ctx, chosen).await? } else { Vec::new() },
        may_count: ctx.may::<ManageRegister>(),
        rows: rows
            .into_iter()
            .map(|(count, place)| counts::Row {
                count: Crumb::new(format!("/counts/{}", count.id), format!("Stock count {}", count.number)),
                place,
                opened: count.opened_at,
                closed: count.closed.map(|(_, at)| at),
            })
            .collect(),
    })
}

/// The stock counts.
pub(super) async fn counts(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<SeeDevices>()?;
    shown(&counts_view(&ctx, "", Errors::default()).await?)
}

/// Begins a stock count.
pub(super) async fn begin_count(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageRegister>()?;
    match app::custody::open_count(&ctx.site.app, permit, fields.get("place").parse().ok()).await {
        Ok(id) => Ok(done(&format!("/counts/{id}"), "count-begun")),
        Err(error) => {
            form_again(&counts_view(&ctx, fields.get("place"), form_errors(error, "place")?).await?)
        }
    }
}

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
        closed: read.count.closed.zip(read.closed_by).map(|((_, at), who)| (who, at)),
        may_count: ctx.may::<ManageRegister>(),
        codes: String::new(),
        lines: read
            .lines
            .into_iter()
            .map(|line| count::Line {
                difference: line.difference,
                device: line.device.as_ref().map(super::device::crumb),
                shown: match (&line.device, line.difference) {
                    (Some(device), _) => device.asset_tag.clone().unwrap_or_default(),
                    (None, Difference::Unknown) => line.code.clone(),
                    (None, _) => "Of the other force".to_owned(),
                },
                should_be: line.should_be,
                explanation: line.explanation.unwrap_or_default(),
                case: line.case.map(|(id, number)| Crumb::new(format!("/cases/{id}"), format!("C-{number}"))),
                code: line.code,
            })
            .collect(),
    }
}

/// One stock count.
pub(super) async fn count(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let read = app::custody::count(&ctx.site.app, ctx.permit::<SeeDevices>()?, count_id(&id)?).await?;
    shown(&count_view(&ctx, read))
}

/// The same as CSV.
pub(super) async fn count_csv(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let read = app::custody::count(&ctx.site.app, ctx.permit::<SeeDevices>()?, count_id(&id)?).await?;
    let name = format!("attachment; filename=\"stock-count-{}.csv\"", read.count.number);
    let text = count::export(&count_view(&ctx, read).lines);
    let headers = [(CONTENT_TYPE, crate::csv::MEDIA_TYPE.to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, text).into_response())
}

/// Notes what was scanned.
pub(super) async fn scanned(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageRegister>()?;
    let id = count_id(&id)?;
    let app = &ctx.site.app;
    // The wall before the form.
    let read = app::custody::count(app, ctx.permit::<SeeDevices>()?, id).await?;
    match app::custody::scan_into_count(app, permit, id, fields.get("codes")).await {
        Ok(_) => Ok(done(&format!("/counts/{id}"), "count-scanned")),
        Err(error @ AppError::Invalid { .. }) => {
            let errors = form_errors(error, "codes")?;
            form_again(&count::View { errors, codes: fields.text("codes"), ..count_view(&ctx, read) })
        }
        Err(error) => Err(error.into()),
    }
}

/// Closes a count.
pub(super) async fn close_count(
    ctx: Ctx,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageRegister>()?;
    let id = count_id(&id)?;
    let read = app::custody::count(&ctx.site.app, ctx.permit::<SeeDevices>()?, id).await?;
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
    let word = match app::custody::close_count(&ctx.site.app, permit, id, said).await? {
        Changed::Done => "count-closed",
        Changed::Held(_) => "count-closed-held",
    };
    Ok(done(&format!("/counts/{id}"), word))
}

/// What a scanner finds: the device's page, or a few to choose from.
pub(super) async fn scan(ctx: Ctx) -> Result<Response, Problem> {
    let permit = ctx.permit::<SeeDevices>()?;
    let code = ctx.asked("code").to_owned();
    let found = app::custody::scan(&ctx.site.app, permit, &code).await?;
    if let [device] = found.as_slice() {
        return Ok(Redirect::to(&format!("/devices/{}", device.id)).into_response());
    }
    let view = scan::View {
        shell: ctx.under(Area::Devices),
        found: found
            .iter()
            .map(|device| {
                let crumb = super::device::crumb(device);
                let text = format!("{}, {}, {}", crumb.text, device.kind.title(), device.force.title());
                Crumb { text, ..crumb }
            })
            .collect(),
        code,
    };
    shown(&view)
}
