//! Answers the requests of this page.

use axum::response::Response;
use domain::EventId;
use kernel::access::{ManagePeople, SeeCases, SeePeople};
use people_app::events::{EventFilter, EventRow};

use crate::events;
use web_shell::answer::shown;
use web_shell::frame::{Area, Crumb};
use web_shell::parts::listing::{EXPORT_STEP, Listing, PER_PAGE, cut};
use web_shell::session::{Ctx, Problem};
use web_shell::{answer, format};

/// Writes a day in words; leaves a text that is no day as it is.
pub fn shown_day(text: &str) -> String {
    text.parse().map_or_else(|_| text.to_owned(), format::day)
}

fn state(row: &EventRow) -> events::State {
    let event = &row.listed.event;
    let closed = row.listed.case.is_some_and(|(_, closed)| closed.is_some());
    match (event.cancelled.is_some(), event.asks, closed, row.late) {
        (true, ..) => events::State::CalledOff,
        (_, false, ..) => events::State::Nothing,
        (_, _, true, false) => events::State::InTime,
        (_, _, true, true) => events::State::DoneLate,
        (_, _, false, true) => events::State::Late,
        (_, _, false, false) => events::State::Waiting,
    }
}

fn row(ctx: &Ctx, row: &EventRow) -> events::Row {
    let event = &row.listed.event;
    let cases = ctx.may::<SeeCases>();
    let case = event.case.zip(row.listed.case).map(|(id, (number, _))| {
        Crumb::new(if cases { format!("/cases/{id}") } else { String::new() }, format!("C-{number}"))
    });
    events::Row {
        href: format!("/events/{}", event.id),
        title: row.title.clone(),
        person: Crumb::new(format!("/people/{}", event.person), row.listed.name.clone()),
        number: row.listed.number.clone(),
        force: event.force,
        day: (shown_day(&event.on), event.on.clone()),
        clause: event.clause.as_ref().map(ToString::to_string).unwrap_or_default(),
        due: event.due_at.filter(|_| event.asks),
        state: state(row),
        case,
        closed: row.listed.case.and_then(|(_, closed)| closed),
        receipts: row.receipts.clone(),
    }
}

type Key = (String, EventId);

async fn walk(
    ctx: &Ctx,
    list: &Listing,
    after: Option<Key>,
    limit: u32,
) -> Result<(Vec<events::Row>, Option<Key>), Problem> {
    let permit = ctx.permit_within::<SeePeople>()?;
    let filter = EventFilter {
        force: Ctx::force(list.filter("force")),
        within: None,
        kind: list.filter("kind").to_owned(),
        clause: list.filter("clause").to_owned(),
        state: list.filter("state").to_owned(),
        search: list.filter("q").to_owned(),
        after,
    };
    let mut rows = people_app::events::events(&ctx.site.app, permit, filter, limit + 1).await?;
    let next = cut(&mut rows, limit, |last| (last.listed.event.on.clone(), last.listed.event.id));
    Ok((rows.iter().map(|found| row(ctx, found)).collect(), next))
}

/// Shows the list of events.
pub(crate) async fn list(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(events::ALLOWED, &ctx.query);
    let after = list.after().and_then(|(day, id)| Some((day.to_owned(), id.parse().ok()?)));
    let (rows, next) = walk(&ctx, &list, after, PER_PAGE).await?;
    let named = ctx.may::<ManagePeople>();
    let view = events::View {
        shell: ctx.under(Area::People),
        list: list.with_rows(rows.len(), next.map(|(day, id)| format!("{day},{id}"))),
        kinds: people_app::events::event_kinds(&ctx.site.app)
            .into_iter()
            .filter(|kind| named || !kind.private)
            .map(|kind| (kind.name, kind.title))
            .collect(),
        rows,
    };
    shown(&view)
}

/// Exports the list as CSV, with every row that the filters leave.
pub(crate) async fn csv(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(events::ALLOWED, &ctx.query);
    answer::walked("events", (ctx, list), |(ctx, list), after: Option<Key>| async move {
        let (rows, next) = walk(&ctx, &list, after, EXPORT_STEP).await?;
        let text = events::export(&ctx.under(Area::Elsewhere), &rows);
        Ok(((ctx, list), text, next))
    })
    .await
}
