//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use domain::EventId;
use kernel::access::{ManagePeople, SeeCases, SeePeople};
use people_app::events::EventRead;

use crate::event;
use crate::events::handler::shown_day;
use web_shell::answer::{form_again, shown};
use web_shell::format;
use web_shell::frame::{Area, Crumb};
use web_shell::links::clause_crumb;
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, id_of};

pub(crate) async fn read(ctx: &Ctx, id: &str) -> Result<EventRead, Problem> {
    let permit = ctx.permit_within::<SeePeople>()?;
    let id: EventId = id_of(id)?;
    Ok(people_app::events::event(&ctx.site.app, permit, id).await?)
}

pub(crate) fn view(ctx: &Ctx, read: &EventRead, errors: Errors, why: String) -> event::View {
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
    event::View {
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

/// Shows one event.
pub(crate) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let read = read(&ctx, &id).await?;
    shown(&view(&ctx, &read, Errors::default(), String::new()))
}

/// Cancels an event.
pub(crate) async fn cancel(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManagePeople>()?;
    let event: EventId = id_of(&id)?;
    match people_app::movers::cancel_event(&ctx.site.app, permit, event, fields.get("why")).await {
        Ok(()) => Ok(done(&format!("/events/{event}"), "called-off")),
        Err(kernel::AppError::Invalid { message, .. }) => {
            let errors = [("why", web_shell::session::sentence(&message))].into_iter().collect();
            let read = read(&ctx, &id).await?;
            form_again(&view(&ctx, &read, errors, fields.text("why")))
        }
        Err(error) => Err(error.into()),
    }
}
