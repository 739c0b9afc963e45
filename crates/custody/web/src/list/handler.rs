//! Answers the requests of this page.

use axum::response::Response;
use custody_app::read::{HandoverFilter, HandoverRow};
use domain::{HandoverId, HandoverState, Side, Timestamp};
use kernel::access::{ManageRegister, SeeCustody};

use crate::{list, state_colour, state_title};
use web_shell::answer;
use web_shell::answer::shown;
use web_shell::frame::{Area, Crumb};
use web_shell::links::device_crumb;
use web_shell::parts::listing::{EXPORT_STEP, Listing, PER_PAGE, cut, time_key};
use web_shell::session::{Ctx, Problem};

/// Converts a hand-over into a row of a list.
pub fn row(row: &HandoverRow) -> list::Row {
    let waits = [Side::Giver, Side::Receiver].into_iter().filter(|side| !row.signed.contains(side));
    let names = waits.map(|side| if side == Side::Giver { row.giver.clone() } else { row.receiver.clone() });
    let draft = row.state == HandoverState::Draft;
    list::Row {
        handover: Crumb::new(
            format!("/custody/{}", row.handover.id),
            custody_app::reference(row.handover.number),
        ),
        kind: row.handover.kind.title(),
        things: row.serials.clone(),
        giver: row.giver.clone(),
        receiver: row.receiver.clone(),
        state: (state_title(row.state), state_colour(row.state)),
        waits_for: if draft { names.collect::<Vec<_>>().join(" and ") } else { String::new() },
        at: row.handover.drafted_at,
    }
}

type Key = (Timestamp, HandoverId);

async fn walk(
    ctx: &Ctx,
    list: &Listing,
    after: Option<Key>,
    limit: u32,
) -> Result<(Vec<list::Row>, Option<Key>), Problem> {
    let permit = ctx.permit::<SeeCustody>()?;
    let filter =
        HandoverFilter { state: list.filter("state").parse().ok(), kind: list.filter("kind").parse().ok() };
    let mut rows = custody_app::read::handovers(&ctx.site.app, permit, filter, after, limit + 1).await?;
    let next = cut(&mut rows, limit, |last| (last.handover.drafted_at, last.handover.id));
    Ok((rows.iter().map(row).collect(), next))
}

/// Shows the list of hand-overs, with loans that are overdue.
pub(crate) async fn list(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(list::ALLOWED, &ctx.query);
    let after = list.after_time();
    let (rows, next) = walk(&ctx, &list, after, PER_PAGE).await?;
    let late = custody_app::read::late_loans(&ctx.site.app, ctx.permit::<SeeCustody>()?).await?;
    let view = list::View {
        shell: ctx.under(Area::Devices),
        list: list.with_rows(rows.len(), next.map(|(at, id)| time_key(at, id))),
        rows,
        late: late
            .into_iter()
            .map(|late| list::Late {
                device: device_crumb(late.device.id, &late.device.serial),
                holder: late.holder.unwrap_or_default(),
                due: late.due_back_at,
            })
            .collect(),
        desk: ctx.may::<ManageRegister>(),
    };
    shown(&view)
}

/// Exports the list of hand-overs as CSV, with every row that the filters leave.
pub(crate) async fn csv(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(list::ALLOWED, &ctx.query);
    answer::walked("custody", (ctx, list), |(ctx, list), after: Option<Key>| async move {
        let (rows, next) = walk(&ctx, &list, after, EXPORT_STEP).await?;
        Ok(((ctx, list), list::export(&rows), next))
    })
    .await
}
