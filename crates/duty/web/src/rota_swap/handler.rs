//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use domain::RotaId;
use duty_app::rota::{self, Kept, NewSwap};
use kernel::access::ManageDuty;
use web_shell::answer::{form_again, shown};
use web_shell::format;
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

use crate::rota::handler::form;
use crate::rota_gaps;
use crate::rota_swap::{Typed, View};
use crate::rotas::handler::shell;

async fn view(ctx: &Ctx, id: RotaId, typed: Typed) -> Result<View, Problem> {
    let (row, _) = rota::rota_to_change(&ctx.site.app, ctx.permit::<ManageDuty>()?, id).await?;
    let turns = rota::turn_choices(&ctx.site.app, ctx.permit::<ManageDuty>()?, id).await?;
    let choice = |turn: rota::TurnChoice| {
        let when = format!("{} to {}", format::when(turn.start), format::when(turn.end));
        (turn.word, format!("{}, {when}", turn.name))
    };
    Ok(View {
        shell: shell(ctx, Some((id, &row.name))),
        errors: Errors::default(),
        href: format!("/duty/rotas/{id}/swap"),
        turns: turns.into_iter().map(choice).collect(),
        typed,
    })
}

/// Shows the form.
pub(crate) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    shown(&view(&ctx, id_of(&id)?, Typed::default()).await?)
}

/// Swaps the turns.
pub(crate) async fn post(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageDuty>()?;
    let id: RotaId = id_of(&id)?;
    let typed = Typed { one: fields.text("one"), two: fields.text("two"), reason: fields.text("reason") };
    let new = NewSwap { one: typed.one.clone(), two: typed.two.clone(), reason: typed.reason.clone() };
    match rota::swap_turns(&ctx.site.app, permit, form(id, &fields), new).await {
        Ok(Kept::Made(_)) => Ok(done(&format!("/duty/rotas/{id}"), "rota-swapped")),
        Ok(Kept::WouldLeave(gaps)) => {
            let (href, back) = (format!("/duty/rotas/{id}/swap"), format!("/duty/rotas/{id}"));
            rota_gaps::shown_first(
                shell(&ctx, None),
                &href,
                &back,
                rota_gaps::Sent { fields: &fields, gaps: &gaps },
            )
        }
        Err(error) => {
            let errors = form_errors(error, "one")?;
            form_again(&View { errors, ..view(&ctx, id, typed).await? })
        }
    }
}
