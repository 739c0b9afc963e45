//! Answers the requests of this page.

use axum::response::Response;
use kernel::access::{ManageCases, SeeCases, SeeLossFigures};

use crate::list::{Chain, ChainStep, PersonLine, Row, View};
use domain::Channel;
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
        may_figures: ctx.may::<SeeLossFigures>(),
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
        containment: loss.lock_in_words(),
        found: loss.found_at.is_some(),
        confirmed: loss.confirmed,
    }
}

/// Names a channel.
pub(crate) const fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Mail => "mail",
        Channel::Text => "text",
        Channel::Hook => "webhook",
    }
}

fn step(rung: &Rung) -> ChainStep {
    let people = rung.people.iter().map(|person| {
        let how = if person.on_call { "on call" } else { "on duty" };
        let phone = person.phone.as_deref().unwrap_or("number not in the register");
        PersonLine {
            text: format!("{} ({}), {how}, {phone}", person.name, person.number),
            ways: person.ways.iter().map(|way| channel(*way)).collect::<Vec<_>>().join(", then "),
            stopped: person.stopped,
        }
    });
    ChainStep { role: rung.role.title(), wait: format::span(rung.wait), people: people.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{PersonId, Span};
    use kernel::access::Role;
    use losses_app::chain::Called;

    #[test]
    fn a_number_that_is_not_in_the_register_is_told_from_the_ways_in_which_somebody_is_reached() {
        let called = Called {
            id: PersonId::from_uuid(uuid::Uuid::nil()),
            name: "Carys Barlow".into(),
            number: "9002".into(),
            phone: None,
            on_call: true,
            ways: vec![Channel::Text],
            stopped: false,
        };
        let shown = step(&Rung { role: Role::DutyOfficer, wait: Span::from_secs(600), people: vec![called] });
        let line = shown.people.first().unwrap();
        assert_eq!(line.text, "Carys Barlow (9002), on call, number not in the register");
        assert_eq!(line.ways, "text");
    }
}
