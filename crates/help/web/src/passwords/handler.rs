//! Answers the requests of this page.

use axum::response::Response;
use domain::{ResetCause, ResetState};
use kernel::access::{AskReset, SeeCases};

use crate::passwords::{Row, View};
use help_app::resets::{ResetRow, in_words, list_resets};
use web_shell::answer::shown;
use web_shell::frame::{Area, Crumb};
use web_shell::session::{Ctx, Problem};

/// Shows the requests.
pub(crate) async fn get(ctx: Ctx) -> Result<Response, Problem> {
    let (open, ended) = list_resets(&ctx.site.app, ctx.permit::<SeeCases>()?).await?;
    shown(&View {
        shell: ctx.under(Area::Cases),
        open: open.iter().map(row).collect(),
        ended: ended.iter().map(row).collect(),
        may_ask: ctx.may::<AskReset>(),
    })
}

fn row(one: &ResetRow) -> Row {
    Row {
        link: Crumb::new(format!("/help/passwords/{}", one.id), one.title.clone()),
        person: one.person.clone(),
        cause: cause(one.cause),
        state: state(one.state),
        colour: colour(one.state),
        at: one.ended_at.unwrap_or(one.opened_at),
    }
}

/// Returns the words for why.
pub(crate) const fn cause(cause: ResetCause) -> &'static str {
    match cause {
        ResetCause::Forgotten => "Forgotten",
        ResetCause::Known => "May be known to somebody",
    }
}

/// Returns the words for a state, as they stand in a tag.
pub(crate) const fn state(state: ResetState) -> &'static str {
    match state {
        ResetState::Changing => "The holder is to change it",
        ResetState::Proving => "The desk makes sure of who is asking",
        ResetState::Deciding => "Waits for a second person",
        ResetState::Ordered => "Ordered, not acknowledged",
        ResetState::Cleared => "Cleared, no new password yet",
        ResetState::ByHand => "Agreed, at the desk",
        ResetState::Restored => "Reported by the device: a new password",
        ResetState::Stated => "Stated by a person: changed",
        _ => in_words(state),
    }
}

/// Returns the colour of a state's tag.
pub(crate) const fn colour(state: ResetState) -> &'static str {
    match state {
        ResetState::Deciding | ResetState::Cleared | ResetState::Failed | ResetState::Expired => "red",
        ResetState::Restored => "green",
        ResetState::Stated => "blue",
        ResetState::Refused | ResetState::Withdrawn => "grey",
        ResetState::Changing | ResetState::Proving | ResetState::Ordered | ResetState::ByHand => "yellow",
    }
}
