//! Warns the maker of an API token, and the administrators who can make another, before the token expires.

use std::collections::BTreeSet;

use domain::{PersonId, Span, Timestamp, TokenId, local_time};
use serde_json::json;
use store::grants;
use store::tokens::{self, Token};

use super::WARN;
use kernel::access::Role;
use kernel::record::Record;
use kernel::{App, AppError, Work, jobs};
use notices_app::{Notice, Told};

/// The times before its end at which a warning is sent, with their number of days.
const WARNINGS: [(Span, i64); 2] = [(WARN, 14), (Span::from_secs(2 * 24 * 3600), 2)];
/// Most administrators who are told.
const MOST_TOLD: u32 = 100;

/// Lists the times of a token's warnings. Leaves out those due when it is made: its maker knows.
fn warnings(token: &Token) -> impl Iterator<Item = (Timestamp, i64)> {
    let made = token.created_at;
    let at = |(before, days): (Span, i64)| (token.expires_at.minus(before), days);
    WARNINGS.map(at).into_iter().filter(move |(at, _)| *at > made)
}

/// Schedules the job for the token's next warning.
pub(super) fn watch_token(Work { app, tx, now }: Work<'_, '_>, token: &Token) -> Result<(), AppError> {
    match warnings(token).map(|(at, _)| at).find(|at| *at > now) {
        Some(next) => kernel::jobs::ask_job(app, tx, jobs::Kind::FollowToken, &token.id.to_string(), next),
        None => Ok(()),
    }
}

/// Sends the warning that is due for a token; a second run tells nobody anything new.
pub async fn follow_token(app: &App, id: TokenId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let Some(token) = tokens::by_id(tx, id)? else { return Ok(()) };
            if token.ended_at.is_some() || token.expires_at <= now {
                return Ok(());
            }
            if let Some((_, days)) = warnings(&token).filter(|(at, _)| *at <= now).last() {
                tell_of_token(Work { app: &app, tx, now }, &token, days)?;
            }
            watch_token(Work { app: &app, tx, now }, &token)
        })
        .await
}

fn tell_of_token(Work { app, tx, now }: Work<'_, '_>, token: &Token, days: i64) -> Result<(), AppError> {
    let maker = token.created_by.strip_prefix("person:").and_then(|id| id.parse::<PersonId>().ok());
    let mut to: BTreeSet<PersonId> = maker.into_iter().collect();
    let administrators = grants::list(
        tx,
        &grants::GrantFilter { force: None, role: Role::Administrator.as_str(), after: None },
        now,
        MOST_TOLD,
    )?;
    let of_force = administrators.into_iter().filter(|one| one.grant.everywhere || one.force == token.force);
    to.extend(of_force.map(|one| one.grant.person));
    let mut told = 0;
    for person in to {
        let notice = Notice::routine(
            person,
            format!("token:{}:{days}", token.id),
            format!("An API token ends soon: {}", token.name),
        )
        .body(format!(
            "It works until {}. Make a new one, enter it where this one is used, then end this one.",
            local_time::day_of(token.expires_at)
        ))
        .link("/tokens");
        let news = matches!(notices_app::notify(app, tx, notice)?, Told::Now | Told::Held { .. });
        told += usize::from(news);
    }
    if told == 0 {
        return Ok(());
    }
    let record = Record::new("system", "api-token.ends-soon", format!("token:{}", token.id))
        .force(token.force)
        .detail(json!({ "name": token.name, "days_before": days, "told": told }));
    app.enter(tx, now, record)
}
