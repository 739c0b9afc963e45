//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use domain::{LayerId, OverrideId, RotaId};
use duty_app::rota::{self, CoverRead, Form, Kept, LayerRead, OverrideRead, RotaRead, SpellRead, Trouble};
use kernel::AppError;
use kernel::access::{ManageDuty, SeeDuty};
use web_shell::answer::{form_again, shown};
use web_shell::format;
use web_shell::links::named;
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

use crate::rota::{LayerRow, NoteLine, OverrideLine, SpellRow, View};
use crate::rota_gaps;
use crate::rotas::handler::{on_call, role_title, shell, turn};

fn trouble(trouble: &Trouble) -> String {
    match trouble {
        Trouble::Gap(gap) => rota_gaps::sentence(gap),
        Trouble::NoWay(name) => format!("{name} is on call and has no verified way of being reached"),
        Trouble::LacksRole(name, role) => format!(
            "{name} is on call without the role {}: the pages that this rota\u{2019}s calls lead to are closed to them. Have an \
             administrator give them the role, or take them off the rota",
            role.title()
        ),
    }
}

fn spell(row: &SpellRead) -> SpellRow {
    SpellRow {
        start: format::when(row.start),
        end: format::when(row.end),
        people: row.people.join(", then "),
        missing: row.missing.join(", "),
    }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

fn layer(read: &LayerRead) -> LayerRow {
    let row = &read.row;
    let unit = if row.turn == 1 { row.unit.trim_end_matches('s') } else { &row.unit };
    let first = format::when(read.first);
    let mut when = lines(&row.hours);
    match row.span {
        Some((start, end)) => when.insert(0, format!("{} to {}", format::when(start), format::when(end))),
        None if when.is_empty() => when.push("Every hour".into()),
        None => {}
    }
    LayerRow {
        id: row.id.to_string(),
        name: row.name.clone(),
        people: read.people.iter().map(|person| named(&person.name, &person.number)).collect(),
        turns: format!("{} {unit} each, from {first}", row.turn),
        when,
    }
}

fn override_line(row: &OverrideRead) -> OverrideLine {
    let what = match row.kind {
        domain::OverrideKind::Add => format!("{} is added", row.person),
        domain::OverrideKind::Remove => format!("{} is taken out", row.person),
        domain::OverrideKind::Replace => format!("{} in place of {}", row.with, row.person),
    };
    OverrideLine {
        id: row.id.to_string(),
        what: if row.is_swap { format!("Swap: {what}") } else { what },
        when: format!("{} to {}", format::when(row.start), format::when(row.end)),
        reason: row.reason.clone(),
        agreed: row.agreed.map_or_else(String::new, |agreed| {
            format!("Asked {}, agreed {}", format::when(agreed.asked_at), format::when(agreed.agreed_at))
        }),
    }
}

/// Describes a request for cover that waits for an answer.
fn asked(cover: &CoverRead) -> String {
    let when = format!("{} to {}", format::when(cover.start), format::when(cover.end));
    format!("{} asks {}: {when}", cover.asks, cover.asked)
}

fn view(ctx: &Ctx, read: &RotaRead) -> View {
    let row = &read.brief.row;
    let note = |note: &rota::NoteRead| NoteLine {
        by: format!("{}, {}", note.by, format::when(note.at)),
        lines: lines(&note.note),
    };
    View {
        shell: shell(ctx, None),
        errors: Errors::default(),
        href: format!("/duty/rotas/{}", row.id),
        name: row.name.clone(),
        role: role_title(&row.role),
        owner: read.owner.clone(),
        hours: lines(&row.hours),
        retired: row.retired_at.is_some(),
        troubles: read.troubles.iter().map(trouble).collect(),
        now: on_call(&read.brief),
        next: read.brief.next.iter().map(turn).collect(),
        schedule: read.schedule.iter().map(spell).collect(),
        layers: read.layers.iter().map(layer).collect(),
        temporary: read.temporary.iter().map(layer).collect(),
        overrides: read.overrides.iter().map(override_line).collect(),
        covers: read.covers.iter().map(asked).collect(),
        notes: read.notes.iter().map(note).collect(),
        version: row.version,
        may_manage: read.may_manage,
        may_note: read.may_note,
        note: String::new(),
        reason: String::new(),
    }
}

async fn read(ctx: &Ctx, id: RotaId) -> Result<RotaRead, Problem> {
    Ok(rota::rota_of(&ctx.site.app, ctx.permit_within::<SeeDuty>()?, id).await?)
}

/// Shows one rota.
pub(crate) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let read = read(&ctx, id_of(&id)?).await?;
    shown(&view(&ctx, &read))
}

/// Shows the page again with the values typed, after an error.
async fn again(ctx: &Ctx, id: RotaId, error: AppError, fields: &Fields) -> Result<Response, Problem> {
    let errors = form_errors(error, "schedule")?;
    let read = read(ctx, id).await?;
    form_again(&View { errors, note: fields.text("note"), reason: fields.text("reason"), ..view(ctx, &read) })
}

/// Keeps a hand-over note.
pub(crate) async fn note(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit_within::<SeeDuty>()?;
    let id = id_of(&id)?;
    match rota::leave_note(&ctx.site.app, permit, id, fields.text("note")).await {
        Ok(()) => Ok(done(&format!("/duty/rotas/{id}"), "note-left")),
        Err(error) => again(&ctx, id, error, &fields).await,
    }
}

/// Retires the rota.
pub(crate) async fn retire(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageDuty>()?;
    let id = id_of(&id)?;
    match rota::retire_rota(&ctx.site.app, permit, id, fields.text("reason")).await {
        Ok(()) => Ok(done(&format!("/duty/rotas/{id}"), "rota-retired")),
        Err(error) => again(&ctx, id, error, &fields).await,
    }
}

/// Removes a layer or a temporary rota.
pub(crate) async fn remove_layer(
    ctx: Ctx,
    Path((id, layer)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageDuty>()?;
    let (id, layer): (RotaId, LayerId) = (id_of(&id)?, id_of(&layer)?);
    let outcome = rota::remove_layer(&ctx.site.app, permit, form(id, &fields), layer).await;
    let href = format!("/duty/rotas/{id}/layers/{layer}/remove");
    after(&ctx, id, outcome, Posted { href: &href, fields: &fields }).await
}

/// Withdraws an override.
pub(crate) async fn withdraw(
    ctx: Ctx,
    Path((id, change)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageDuty>()?;
    let (id, change): (RotaId, OverrideId) = (id_of(&id)?, id_of(&change)?);
    let outcome = rota::withdraw_override(&ctx.site.app, permit, form(id, &fields), change).await;
    let href = format!("/duty/rotas/{id}/overrides/{change}/withdraw");
    after(&ctx, id, outcome, Posted { href: &href, fields: &fields }).await
}

/// Reads what every form about a rota sends.
pub(crate) fn form(id: RotaId, fields: &Fields) -> Form {
    Form { rota: id, version: fields.get("version").parse().ok(), seen: fields.text("seen") }
}

/// What was posted, and where to.
#[derive(Clone, Copy)]
struct Posted<'a> {
    href: &'a str,
    fields: &'a Fields,
}

async fn after<T>(
    ctx: &Ctx,
    id: RotaId,
    outcome: Result<Kept<T>, AppError>,
    posted: Posted<'_>,
) -> Result<Response, Problem> {
    match outcome {
        Ok(Kept::Made(_)) => Ok(done(&format!("/duty/rotas/{id}"), "rota-kept")),
        Ok(Kept::WouldLeave(gaps)) => {
            let back = format!("/duty/rotas/{id}");
            rota_gaps::shown_first(
                shell(ctx, None),
                posted.href,
                &back,
                rota_gaps::Sent { fields: posted.fields, gaps: &gaps },
            )
        }
        Err(error) => again(ctx, id, error, posted.fields).await,
    }
}
