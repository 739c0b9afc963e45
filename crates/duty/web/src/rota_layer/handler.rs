//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use domain::local_time::local;
use domain::{LayerId, RotaId, Timestamp};
use duty_app::rota::{self, Kept, LayerRead, NewLayer, RotaRead};
use kernel::access::{ManageDuty, SeeDuty};
use web_shell::answer::{form_again, shown};
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

use crate::rota::handler::form;
use crate::rota_gaps;
use crate::rota_layer::{Typed, View};
use crate::rotas::handler::shell;

/// Reads the values typed.
pub(crate) fn typed(fields: &Fields) -> Typed {
    Typed {
        name: fields.text("name"),
        people: fields.text("people"),
        turn: fields.text("turn"),
        unit: fields.text("unit"),
        first: fields.text("first"),
        hours: fields.text("layer-hours"),
        start: fields.text("start"),
        end: fields.text("end"),
    }
}

/// Reads the fields of a layer.
pub(crate) fn new_layer(fields: &Fields) -> NewLayer {
    let typed = typed(fields);
    NewLayer {
        name: typed.name,
        people: typed.people,
        turn: typed.turn,
        unit: typed.unit,
        first: typed.first,
        hours: typed.hours,
        start: typed.start,
        end: typed.end,
    }
}

/// Which form is shown.
#[derive(Clone, Copy)]
enum Asked {
    Layer,
    Temporary,
    Change(LayerId),
}

impl Asked {
    fn href(self, id: RotaId) -> String {
        match self {
            Self::Layer => format!("/duty/rotas/{id}/layers/add"),
            Self::Temporary => format!("/duty/rotas/{id}/temporary"),
            Self::Change(layer) => format!("/duty/rotas/{id}/layers/{layer}"),
        }
    }
}

async fn read(ctx: &Ctx, id: RotaId) -> Result<RotaRead, Problem> {
    let permit = ctx.permit::<ManageDuty>()?;
    let read = rota::rota_of(&ctx.site.app, ctx.permit_within::<SeeDuty>()?, id).await?;
    permit.reaches(read.brief.row.force)?;
    Ok(read)
}

fn old(read: &RotaRead, layer: LayerId) -> Result<&LayerRead, Problem> {
    let mut all = read.layers.iter().chain(&read.temporary);
    all.find(|one| one.row.id == layer).ok_or_else(Problem::not_found)
}

fn view(ctx: &Ctx, read: &RotaRead, asked: Asked, typed: Typed) -> Result<View, Problem> {
    let row = &read.brief.row;
    let (heading, temporary) = match asked {
        Asked::Layer => ("Add a layer", false),
        Asked::Temporary => ("Add a temporary rota", true),
        Asked::Change(layer) if old(read, layer)?.row.span.is_some() => ("Change a temporary rota", true),
        Asked::Change(_) => ("Change a layer", false),
    };
    Ok(View {
        shell: shell(ctx, Some((row.id, &row.name))),
        errors: Errors::default(),
        heading,
        href: asked.href(row.id),
        temporary,
        version: row.version,
        typed,
    })
}

/// Writes a time as the form takes it.
fn moment(at: Timestamp) -> String {
    minutes(&local(at).to_string())
}

/// Shortens `2026-12-07T09:00:00` to `2026-12-07 09:00`.
fn minutes(wall: &str) -> String {
    wall.replace('T', " ").chars().take(16).collect()
}

async fn show(ctx: Ctx, id: &str, asked: Asked) -> Result<Response, Problem> {
    let read = read(&ctx, id_of(id)?).await?;
    let typed = match asked {
        Asked::Layer | Asked::Temporary => {
            Typed { turn: "1".into(), unit: "weeks".into(), ..Typed::default() }
        }
        Asked::Change(layer) => {
            let old = old(&read, layer)?;
            let numbers: Vec<&str> = old.people.iter().map(|person| person.number.as_str()).collect();
            Typed {
                name: old.row.name.clone(),
                people: numbers.join("\n"),
                turn: old.row.turn.to_string(),
                unit: old.row.unit.clone(),
                first: minutes(&old.row.first),
                hours: old.row.hours.clone(),
                start: old.row.span.map(|(start, _)| moment(start)).unwrap_or_default(),
                end: old.row.span.map(|(_, end)| moment(end)).unwrap_or_default(),
            }
        }
    };
    shown(&view(&ctx, &read, asked, typed)?)
}

async fn keep(ctx: Ctx, id: &str, asked: Asked, fields: &Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageDuty>()?;
    let id: RotaId = id_of(id)?;
    let mut new = new_layer(fields);
    let instead = match asked {
        Asked::Layer => {
            (new.start, new.end) = (String::new(), String::new());
            None
        }
        // Without a start it would be a layer.
        Asked::Temporary if new.start.trim().is_empty() => {
            let errors = [("start", "Write when it begins")].into_iter().collect();
            let read = read(&ctx, id).await?;
            return form_again(&View { errors, ..view(&ctx, &read, asked, typed(fields))? });
        }
        Asked::Temporary => None,
        Asked::Change(layer) => Some(layer),
    };
    match rota::put_layer(&ctx.site.app, permit, form(id, fields), instead, new).await {
        Ok(Kept::Made(_)) => Ok(done(&format!("/duty/rotas/{id}"), "rota-kept")),
        Ok(Kept::WouldLeave(gaps)) => {
            let sent = rota_gaps::Sent { fields, gaps: &gaps };
            rota_gaps::shown_first(shell(&ctx, None), &asked.href(id), &format!("/duty/rotas/{id}"), sent)
        }
        Err(error) => {
            let errors = form_errors(error, "name")?;
            let read = read(&ctx, id).await?;
            form_again(&View { errors, ..view(&ctx, &read, asked, typed(fields))? })
        }
    }
}

/// Shows the form for a new layer.
pub(crate) async fn add(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    show(ctx, &id, Asked::Layer).await
}

/// Adds a layer.
pub(crate) async fn added(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    keep(ctx, &id, Asked::Layer, &fields).await
}

/// Shows the form for a temporary rota.
pub(crate) async fn add_temporary(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    show(ctx, &id, Asked::Temporary).await
}

/// Adds a temporary rota.
pub(crate) async fn added_temporary(
    ctx: Ctx,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    keep(ctx, &id, Asked::Temporary, &fields).await
}

/// Shows the form for a change of a layer or a temporary rota.
pub(crate) async fn change(ctx: Ctx, Path((id, layer)): Path<(String, String)>) -> Result<Response, Problem> {
    ctx.permit::<ManageDuty>()?;
    let layer = id_of(&layer)?;
    show(ctx, &id, Asked::Change(layer)).await
}

/// Changes a layer or a temporary rota.
pub(crate) async fn changed(
    ctx: Ctx,
    Path((id, layer)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Problem> {
    ctx.permit::<ManageDuty>()?;
    let layer = id_of(&layer)?;
    keep(ctx, &id, Asked::Change(layer), &fields).await
}
