//! Answers the requests of this page.

use axum::response::Response;
use kernel::access::{ManageCases, SeeCases};

use crate::list::{Chain, ChainStep, Row, View};
use losses_app::chain::Rung;
use losses_app::read::{OpenLoss, open_losses};
use web_shell::answer::shown;
use web_shell::format;
use web_shell::frame::Area;
use web_shell::session::{Ctx, Problem};

/// Shows the open losses and who is called now.
pub(crate) async fn get(ctx: Ctx) -> Result<Response, Problem> {
    let read = open_losses(&ctx.site.app, ctx.permit::<SeeCases>()?).await?;
    let chains = read.chains.into_iter().map(|(force, rungs)| Chain {
        force: ctx.force_title(force),
        empty: rungs.iter().all(|rung| rung.people.is_empty()),
        steps: rungs.iter().map(step).collect(),
    });
    shown(&View {
        chains: chains.collect(),
        shell: ctx.under(Area::Cases),
        rows: read.open.iter().map(row).collect(),
        may_report: ctx.may::<ManageCases>(),
    })
}

pub(crate) fn row(loss: &OpenLoss) -> Row {
    Row {
        href: format!("/losses/{}", loss.loss),
        reference: loss.reference.clone(),
        title: loss.title.clone(),
        reported: loss.reported_at,
        unanswered: loss.unanswered,
        next: loss.next_at,
        again: loss.again_at,
        taken: loss.answered.clone(),
        locked: loss.containment.contained_at,
        containment: loss.containment.in_words(),
        found: loss.found_at.is_some(),
    }
}

fn step(rung: &Rung) -> ChainStep {
    let people = rung.people.iter().map(|person| {
        let how = if person.on_call { "on call" } else { "on duty" };
        match &person.phone {
            Some(phone) => format!("{} ({}), {how}, {phone}", person.name, person.number),
            None => format!("{} ({}), {how}, no number known", person.name, person.number),
        }
    });
    ChainStep { role: rung.role.title(), wait: format::span(rung.wait), people: people.collect() }
}
