//! Answers the requests of this page, and those for calendars of turns.

use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::RotaId;
use duty_app::rota::{RotaBrief, SpellRead};
use kernel::access::{ManageDuty, Role, SeeDuty};
use web_shell::answer::shown;
use web_shell::format;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::links::named;
use web_shell::session::{Ctx, Problem, id_of};

use crate::rotas::{Row, View};

/// Makes the frame of the list of rotas. Who takes part in a rota may have no business on the duty board.
fn list_shell(ctx: &Ctx) -> Shell {
    let mut shell = ctx.under(Area::Duty);
    if !ctx.may::<SeeDuty>() {
        shell.crumbs.clear();
    }
    shell
}

/// Makes the frame of a page about rotas, or about one.
pub(crate) fn shell(ctx: &Ctx, rota: Option<(RotaId, &str)>) -> Shell {
    let mut shell = list_shell(ctx);
    shell.crumbs.push(Crumb::new("/duty/rotas", "On-call rotas"));
    shell.crumbs.extend(rota.map(|(id, name)| Crumb::new(format!("/duty/rotas/{id}"), name.to_owned())));
    shell
}

/// Returns the title of a role from its word; empty for none.
pub(crate) fn role_title(word: &str) -> String {
    word.parse::<Role>().map(Role::title).unwrap_or_default().to_owned()
}

/// Describes a coming turn in words.
pub(crate) fn turn(spell: &SpellRead) -> String {
    format!("{}: {}", format::when(spell.start), spell.people.join(", then "))
}

/// Lists who is on call now, with telephone numbers where the register has them.
pub(crate) fn on_call(brief: &RotaBrief) -> Vec<String> {
    let line = |person: &duty_app::rota::PersonView| match person.phone.as_deref() {
        Some(phone) => format!("{}, {phone}", named(&person.name, &person.number)),
        None => named(&person.name, &person.number),
    };
    brief.now.iter().map(line).collect()
}

/// Shows the list of rotas.
pub(crate) async fn get(ctx: Ctx) -> Result<Response, Problem> {
    let rotas = duty_app::rota::rotas(&ctx.site.app, ctx.permit_within::<SeeDuty>()?).await?;
    let row = |brief: &RotaBrief| Row {
        name: Crumb::new(format!("/duty/rotas/{}", brief.row.id), brief.row.name.clone()),
        force: brief.row.force,
        role: role_title(&brief.row.role),
        now: on_call(brief),
        next: brief.next.iter().map(turn).collect(),
        troubles: brief.troubles,
    };
    let view = View {
        rows: rotas.iter().map(row).collect(),
        may_add: ctx.may::<ManageDuty>(),
        has_own: ctx.actor.person.is_some(),
        shell: list_shell(&ctx),
    };
    shown(&view)
}

/// Downloads the reader's own turns.
pub(crate) async fn own_calendar(ctx: Ctx) -> Result<Response, Problem> {
    let permit = ctx.permit_within::<SeeDuty>()?;
    Ok(calendar(duty_app::rota::own_calendar(&ctx.site.app, permit).await?))
}

/// Downloads the turns of a rota.
pub(crate) async fn rota_calendar(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit_within::<SeeDuty>()?;
    Ok(calendar(duty_app::rota::rota_calendar(&ctx.site.app, permit, id_of(&id)?).await?))
}

fn calendar(text: String) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"on-call.ics\""),
    ];
    (headers, text).into_response()
}
