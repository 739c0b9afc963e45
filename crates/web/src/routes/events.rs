//! Events in working lives: the list, one event, recording, correcting and calling off.

use app::access::{ManagePeople, SeeCases, SeePeople};
use app::movers::NewEvent;
use app::read::{EventFilter, EventRead, EventRow};
use axum::extract::Path;
use axum::response::Response;
use domain::{EventId, PersonId};

use crate::answer::{self, form_again, shown};
use crate::documents::clause_crumb;
use crate::format;
use crate::movers::{form, list, show};
use crate::parts::form::{Choice, Errors};
use crate::parts::listing::{EXPORT_STEP, Listing, PER_PAGE, cut};
use crate::session::{Ctx, Fields, Problem, done, form_errors, id_of};
use crate::shell::{Area, Crumb};

/// A day as people read it; as it stands where it is none.
pub(super) fn shown_day(text: &str) -> String {
    text.parse().map_or_else(|_| text.to_owned(), format::day)
}

fn state(row: &EventRow) -> list::State {
    let event = &row.listed.event;
    let closed = row.listed.case.is_some_and(|(_, closed)| closed.is_some());
    match (event.cancelled.is_some(), event.asks, closed, row.late) {
        (true, ..) => list::State::CalledOff,
        (_, false, ..) => list::State::Nothing,
        (_, _, true, false) => list::State::InTime,
        (_, _, true, true) => list::State::DoneLate,
        (_, _, false, true) => list::State::Late,
        (_, _, false, false) => list::State::Waiting,
    }
}

fn row(ctx: &Ctx, row: &EventRow) -> list::Row {
    let event = &row.listed.event;
    let cases = ctx.may::<SeeCases>();
    let case = event.case.zip(row.listed.case).map(|(id, (number, _))| {
        Crumb::new(if cases { format!("/cases/{id}") } else { String::new() }, format!("C-{number}"))
    });
    list::Row {
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
) -> Result<(Vec<list::Row>, Option<Key>), Problem> {
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
    let mut rows = app::read::events(&ctx.site.app, permit, filter, limit + 1).await?;
    let next = cut(&mut rows, limit, |last| (last.listed.event.on.clone(), last.listed.event.id));
    Ok((rows.iter().map(|found| row(ctx, found)).collect(), next))
}

/// The list.
pub(super) async fn list(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(list::ALLOWED, &ctx.query);
    let after = list.after().and_then(|(day, id)| Some((day.to_owned(), id.parse().ok()?)));
    let (rows, next) = walk(&ctx, &list, after, PER_PAGE).await?;
    let named = ctx.may::<ManagePeople>();
    let view = list::View {
        shell: ctx.under(Area::People),
        list: list.with_rows(rows.len(), next.map(|(day, id)| format!("{day},{id}"))),
        kinds: app::read::event_kinds(&ctx.site.app)
            .into_iter()
            .filter(|kind| named || !kind.private)
            .map(|kind| (kind.name, kind.title))
            .collect(),
        rows,
    };
    shown(&view)
}

/// The list as CSV, every row that the filters leave.
pub(super) async fn csv(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(list::ALLOWED, &ctx.query);
    answer::walked("events", (ctx, list), |(ctx, list), after: Option<Key>| async move {
        let (rows, next) = walk(&ctx, &list, after, EXPORT_STEP).await?;
        Ok(((ctx, list), list::export(&rows), next))
    })
    .await
}

fn form_view(
    ctx: &Ctx,
    href: String,
    (id, person): (PersonId, &str),
    fields: Option<&Fields>,
    errors: Errors,
) -> form::View {
    let typed = |name| fields.map(|fields| fields.text(name)).unwrap_or_default();
    let kinds = app::read::event_kinds(&ctx.site.app).into_iter().map(|kind| form::Kind {
        choice: Choice { chosen: kind.name == typed("kind"), value: kind.name, text: kind.title },
        dates: match kind.until {
            Some(until) => format!("{}; {}", kind.date, until).to_lowercase(),
            None => kind.date.to_lowercase(),
        },
    });
    let mut shell = ctx.under(Area::People);
    shell.crumbs.push(Crumb::new(format!("/people/{id}"), person));
    form::View {
        shell,
        href,
        person: person.to_owned(),
        errors,
        kinds: kinds.collect(),
        title: String::new(),
        on: typed("on"),
        until: typed("until"),
        carries: typed("carries") == "yes",
    }
}

fn new_event(fields: &Fields, kind: &str) -> NewEvent {
    NewEvent {
        kind: kind.to_owned(),
        on: fields.text("on"),
        until: fields.some("until"),
        carries_device: fields.get("carries") == "yes",
        source: "page",
        source_ref: None,
    }
}

/// The name of a person whose events may be kept.
async fn name_of(ctx: &Ctx, id: PersonId) -> Result<String, Problem> {
    let read = app::read::person(&ctx.site.app, ctx.permit::<SeePeople>()?, id).await?;
    Ok(read.person.name)
}

/// The form for a new event.
pub(super) async fn add(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<ManagePeople>()?;
    let id: PersonId = id_of(&id)?;
    let name = name_of(&ctx, id).await?;
    let href = format!("/people/{id}/events");
    shown(&form_view(&ctx, href, (id, &name), None, Errors::default()))
}

/// Records an event.
pub(super) async fn added(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManagePeople>()?;
    let id: PersonId = id_of(&id)?;
    match app::movers::record_event(&ctx.site.app, permit, id, new_event(&fields, fields.get("kind"))).await {
        Ok(event) => Ok(done(&format!("/events/{event}"), "event-recorded")),
        Err(error) => {
            let errors = form_errors(error, "on")?;
            let name = name_of(&ctx, id).await?;
            form_again(&form_view(&ctx, format!("/people/{id}/events"), (id, &name), Some(&fields), errors))
        }
    }
}

async fn read(ctx: &Ctx, id: &str) -> Result<EventRead, Problem> {
    let permit = ctx.permit_within::<SeePeople>()?;
    let id: EventId = id_of(id)?;
    Ok(app::read::event(&ctx.site.app, permit, id).await?)
}

fn view(ctx: &Ctx, read: &EventRead, errors: Errors, why: String) -> show::View {
    let event = &read.event;
    let mut shell = ctx.under(Area::People);
    shell.crumbs.push(Crumb::new("/events", "Joiners, movers and leavers"));
    let mut about = vec![(read.labels.0.clone(), shown_day(&event.on))];
    if let Some(label) = read.labels.1.clone().filter(|_| read.named) {
        let until = event.until.as_deref().map_or_else(|| "Not known".to_owned(), shown_day);
        about.push((label, until));
    }
    about.push(("What follows".into(), event.because.clone()));
    about.push((
        "Recorded".into(),
        format!("{}, by {}, {}", format::when(event.recorded_at), read.recorded_by, source(&event.source)),
    ));
    if let Some((at, why)) = &event.cancelled {
        about.push(("Called off".into(), format!("{}: {why}", format::when(*at))));
    }
    let may = ctx.may::<ManagePeople>() && event.cancelled.is_none();
    show::View {
        shell,
        href: format!("/events/{}", event.id),
        title: read.title.clone(),
        person: Crumb::new(format!("/people/{}", read.person.id), read.person.name.clone()),
        force: event.force,
        about,
        clause: event.clause.as_ref().map(|clause| clause_crumb(clause.as_str())),
        due: event.due_at.filter(|_| event.asks),
        case: read.case.as_ref().map(|case| {
            let href = if ctx.may::<SeeCases>() { format!("/cases/{}", case.id) } else { String::new() };
            (Crumb::new(href, format!("C-{}", case.number)), case.closed.is_none())
        }),
        may_change: may,
        errors,
        why,
    }
}

fn source(word: &str) -> &'static str {
    match word {
        "page" => "on a page",
        "command-line" => "on the server",
        "csv" => "from a file",
        _ => "from the directory",
    }
}

/// One event.
pub(super) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let read = read(&ctx, &id).await?;
    shown(&view(&ctx, &read, Errors::default(), String::new()))
}

/// Calls it off.
pub(super) async fn cancel(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManagePeople>()?;
    let event: EventId = id_of(&id)?;
    match app::movers::cancel_event(&ctx.site.app, permit, event, fields.get("why")).await {
        Ok(()) => Ok(done(&format!("/events/{event}"), "called-off")),
        Err(app::AppError::Invalid { message, .. }) => {
            let errors = [("why", crate::session::sentence(&message))].into_iter().collect();
            let read = read(&ctx, &id).await?;
            form_again(&view(&ctx, &read, errors, fields.text("why")))
        }
        Err(error) => Err(error.into()),
    }
}

fn change_view(ctx: &Ctx, read: &EventRead) -> form::View {
    let event = &read.event;
    let href = format!("/events/{}/change", event.id);
    form::View {
        kinds: Vec::new(),
        title: read.title.clone(),
        on: event.on.clone(),
        until: event.until.clone().unwrap_or_default(),
        carries: event.carries_device,
        ..form_view(ctx, href, (read.person.id, &read.person.name), None, Errors::default())
    }
}

/// The form that corrects it.
pub(super) async fn change(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<ManagePeople>()?;
    let read = read(&ctx, &id).await?;
    shown(&change_view(&ctx, &read))
}

/// Corrects it.
pub(super) async fn changed(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManagePeople>()?;
    let event: EventId = id_of(&id)?;
    match app::movers::change_event(&ctx.site.app, permit, event, new_event(&fields, "")).await {
        Ok(()) => Ok(done(&format!("/events/{event}"), "event-corrected")),
        Err(error) => {
            let errors = form_errors(error, "on")?;
            let read = read(&ctx, &id).await?;
            form_again(&form::View {
                errors,
                on: fields.text("on"),
                until: fields.text("until"),
                carries: fields.get("carries") == "yes",
                ..change_view(&ctx, &read)
            })
        }
    }
}
