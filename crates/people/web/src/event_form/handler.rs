//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use domain::{EventId, PersonId};
use kernel::access::{ManagePeople, SeePeople};
use people_app::events::EventRead;
use people_app::movers::NewEvent;

use crate::event::handler::read;
use crate::event_form;
use web_shell::answer::{form_again, shown};
use web_shell::frame::{Area, Crumb};
use web_shell::parts::form::{Choice, Errors};
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

/// The person of a form.
#[derive(Clone, Copy)]
struct Whose<'a> {
    id: PersonId,
    name: &'a str,
}

fn form_view(
    ctx: &Ctx,
    href: String,
    Whose { id, name }: Whose<'_>,
    fields: Option<&Fields>,
    errors: Errors,
) -> event_form::View {
    let typed = |name| fields.map(|fields| fields.text(name)).unwrap_or_default();
    let kinds = people_app::events::event_kinds(&ctx.site.app).into_iter().map(|kind| event_form::Kind {
        choice: Choice { chosen: kind.name == typed("kind"), value: kind.name, text: kind.title },
        dates: match kind.until {
            Some(until) => format!("{}; {}", kind.date, until).to_lowercase(),
            None => kind.date.to_lowercase(),
        },
    });
    let mut shell = ctx.under(Area::People);
    shell.crumbs.push(Crumb::new(format!("/people/{id}"), name));
    event_form::View {
        shell,
        href,
        person: name.to_owned(),
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

/// Returns the name of a person whose events the reader may record.
async fn name_of(ctx: &Ctx, id: PersonId) -> Result<String, Problem> {
    let read = overview_app::people::person(&ctx.site.app, ctx.permit::<SeePeople>()?, id).await?;
    Ok(read.person.name)
}

/// Shows the form for a new event.
pub(crate) async fn add(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<ManagePeople>()?;
    let id: PersonId = id_of(&id)?;
    let name = name_of(&ctx, id).await?;
    let href = format!("/people/{id}/events");
    shown(&form_view(&ctx, href, Whose { id, name: &name }, None, Errors::default()))
}

/// Records an event.
pub(crate) async fn added(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManagePeople>()?;
    let id: PersonId = id_of(&id)?;
    match people_app::movers::record_event(&ctx.site.app, permit, id, new_event(&fields, fields.get("kind")))
        .await
    {
        Ok(event) => Ok(done(&format!("/events/{event}"), "event-recorded")),
        Err(error) => {
            let errors = form_errors(error, "on")?;
            let name = name_of(&ctx, id).await?;
            let (href, whose) = (format!("/people/{id}/events"), Whose { id, name: &name });
            form_again(&form_view(&ctx, href, whose, Some(&fields), errors))
        }
    }
}

fn change_view(ctx: &Ctx, read: &EventRead) -> event_form::View {
    let event = &read.event;
    let href = format!("/events/{}/change", event.id);
    let whose = Whose { id: read.person.id, name: &read.person.name };
    event_form::View {
        kinds: Vec::new(),
        title: read.title.clone(),
        on: event.on.clone(),
        until: event.until.clone().unwrap_or_default(),
        carries: event.carries_device,
        ..form_view(ctx, href, whose, None, Errors::default())
    }
}

/// Shows the form that corrects an event.
pub(crate) async fn change(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<ManagePeople>()?;
    let read = read(&ctx, &id).await?;
    shown(&change_view(&ctx, &read))
}

/// Corrects an event.
pub(crate) async fn changed(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManagePeople>()?;
    let event: EventId = id_of(&id)?;
    match people_app::movers::change_event(&ctx.site.app, permit, event, new_event(&fields, "")).await {
        Ok(()) => Ok(done(&format!("/events/{event}"), "event-corrected")),
        Err(error) => {
            let errors = form_errors(error, "on")?;
            let read = read(&ctx, &id).await?;
            form_again(&event_form::View {
                errors,
                on: fields.text("on"),
                until: fields.text("until"),
                carries: fields.get("carries") == "yes",
                ..change_view(&ctx, &read)
            })
        }
    }
}
