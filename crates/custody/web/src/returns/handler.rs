//! Answers the requests of this page.

use axum::response::Response;
use custody_app::{BulkReturn, Returned, Signed};
use domain::{Condition, PlaceKind};
use kernel::access::{ManageRegister, SeeDevices};

use crate::{conditions, returns, under};
use web_shell::answer::{form_again, shown};
use web_shell::frame::Crumb;
use web_shell::parts::form::{Choice, Errors};
use web_shell::session::{Ctx, Fields, Problem, form_errors, sentence};

/// Returns the stores that the reader may return things to.
pub(crate) async fn stores(ctx: &Ctx, chosen: &str) -> Result<Vec<Choice>, Problem> {
    let all = custody_app::places(&ctx.site.app, ctx.permit::<SeeDevices>()?, false).await?;
    let stores = all.iter().filter(|place| place.kind == PlaceKind::Store && place.closed_at.is_none());
    Ok(stores
        .map(|place| {
            let value = place.id.to_string();
            Choice {
                chosen: value == chosen,
                value,
                text: format!("{}, {}", place.name, ctx.force_title(place.force)),
            }
        })
        .collect())
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

/// Shows the form for the return of many things.
pub(crate) async fn returns(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<ManageRegister>()?;
    shown(&returns_view(&ctx, None, Errors::default()).await?)
}

pub(crate) fn line(returned: Returned) -> returns::Line {
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

/// Records the return of many things.
pub(crate) async fn take_back(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageRegister>()?;
    let batch = BulkReturn {
        place: fields.get("place").parse().ok(),
        condition: fields.get("condition").parse().unwrap_or(Condition::Good),
        codes: fields.text("codes"),
        absent: fields.text("absent"),
    };
    match custody_app::return_many(&ctx.site.app, permit, batch).await {
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
