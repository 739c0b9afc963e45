//! The part of the page about a weaker version that waits, and the answers to its forms: one person asks, another confirms.

use axum::response::Response;
use compliance_app::waiting::{self, WaitingRead};
use domain::{EntryId, Timestamp};
use kernel::AppError;
use kernel::access::{ChangePolicy, ConfirmPolicy, SeeLedger};

use crate::changes::View;
use crate::changes::handler::view;
use web_shell::answer::form_again;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors};

/// The page.
const PAGE: &str = "/policy/changes";

/// A weaker version that waits.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Its id.
    pub id: String,
    /// The digest of the version.
    pub digest: String,
    /// What it weakens, a sentence each.
    pub weakens: Vec<String>,
    /// When a start of the service found it.
    pub found_at: Timestamp,
    /// Who asked for it.
    pub asked: Option<Asked>,
    /// The forces for which it is confirmed, with who confirmed it.
    pub confirmed: Vec<String>,
    /// The forces for which it is not.
    pub missing: Vec<String>,
    /// The forces for which the reader would confirm it.
    pub mine: Vec<String>,
    /// Whether the reader may ask for it.
    pub may_ask: bool,
    /// Whether the reader may confirm it.
    pub may_confirm: bool,
    /// Whether the reader may withdraw it.
    pub may_withdraw: bool,
}

/// The request for a version that waits.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Who asked; empty for readers who do not decide on it.
    pub by: String,
    /// Why; empty as well for them.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// When it lapses.
    pub until: Timestamp,
}

impl Waiting {
    /// Returns a version that one person asked for, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            id: "0190f7c2-0000-7000-8000-000000000001".into(),
            digest: "3f6c1b0d".into(),
            weakens: vec!["the setting passcode.min_length was 9 and would be 6 <script>".into()],
            found_at: Timestamp::from_millis(1_764_000_000_000),
            asked: Some(Asked {
                by: "Sam Ash <script>".into(),
                reason: "old phones cannot hold nine".into(),
                at: Timestamp::from_millis(1_764_000_060_000),
                until: Timestamp::from_millis(1_764_604_860_000),
            }),
            confirmed: vec!["Northshire Police: Kit Dale".into()],
            missing: vec!["Southshire Police".into()],
            mine: vec!["Southshire Police".into()],
            may_ask: false,
            may_confirm: true,
            may_withdraw: true,
        }
    }

    /// Makes the part of the page from what was read.
    pub(crate) fn of(ctx: &Ctx, read: &WaitingRead) -> Self {
        let decides = ctx.may::<ChangePolicy>() || ctx.may::<ConfirmPolicy>() || ctx.may::<SeeLedger>();
        let named = |name: &str| if decides { name.to_owned() } else { String::new() };
        let scope = ctx.permit::<ConfirmPolicy>().ok().map(|permit| permit.scope());
        let mine = read.missing.iter().filter(|force| scope.is_some_and(|scope| scope.covers(**force)));
        let mine: Vec<String> = mine.map(|force| ctx.force_title(*force)).collect();
        let own = read.asked.as_ref().is_some_and(|asked| asked.own);
        Self {
            id: read.id.to_string(),
            digest: read.digest.clone(),
            weakens: read.weakens.clone(),
            found_at: read.found_at,
            asked: read.asked.as_ref().map(|asked| Asked {
                by: named(&asked.by),
                reason: named(&asked.reason),
                at: asked.at,
                until: asked.until,
            }),
            confirmed: read
                .confirmed
                .iter()
                .map(|(force, by)| {
                    let title = ctx.force_title(*force);
                    if decides { format!("{title}: {by}") } else { title }
                })
                .collect(),
            missing: read.missing.iter().map(|force| ctx.force_title(*force)).collect(),
            may_ask: read.asked.is_none() && ctx.may::<ChangePolicy>(),
            may_confirm: read.asked.is_some() && !own && !mine.is_empty(),
            mine,
            may_withdraw: ctx.may::<ChangePolicy>(),
        }
    }
}

/// Returns the version that the form was about.
fn shown(fields: &Fields) -> Result<EntryId, AppError> {
    fields.get("waiting").parse().map_err(|_| {
        AppError::Conflict(
            "it is not known which policy was shown to you; reload the page and send it again".into(),
        )
    })
}

async fn again(ctx: &Ctx, error: AppError, field: &str, fields: &Fields) -> Result<Response, Problem> {
    let errors = form_errors(error, field)?;
    let (reason, why) = (fields.text("reason"), fields.text("why"));
    form_again(&View { errors, reason, why, ..view(ctx).await? })
}

/// Asks for the version that waits.
pub(crate) async fn ask(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ChangePolicy>()?;
    let asked = async {
        let id = shown(&fields)?;
        waiting::ask_weaker(&ctx.site.app, permit, id, fields.get("reason")).await
    };
    match asked.await {
        Ok(()) => Ok(done(PAGE, "weaker-asked")),
        Err(error) => again(&ctx, error, "reason", &fields).await,
    }
}

/// Confirms the version that waits.
pub(crate) async fn confirm(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ConfirmPolicy>()?;
    let confirmed = async {
        let id = shown(&fields)?;
        waiting::confirm_weaker(&ctx.site.app, permit, id).await
    };
    match confirmed.await {
        Ok(missing) if missing.is_empty() => Ok(done(PAGE, "weaker-in-force")),
        Ok(_) => Ok(done(PAGE, "weaker-confirmed")),
        Err(error) => again(&ctx, error, "confirm", &fields).await,
    }
}

/// Withdraws the version that waits.
pub(crate) async fn withdraw(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ChangePolicy>()?;
    let withdrawn = async {
        let id = shown(&fields)?;
        waiting::withdraw_weaker(&ctx.site.app, permit, id, fields.get("why")).await
    };
    match withdrawn.await {
        Ok(()) => Ok(done(PAGE, "weaker-withdrawn")),
        Err(error) => again(&ctx, error, "why", &fields).await,
    }
}
