//! Makes, lists and revokes API tokens: named, for one purpose and one force, expiring, and shown once.
//!
//! The database has only their digests. `expiry` warns people before a token expires.

mod expiry;

pub use expiry::follow_token;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Force, Secret, Span, Timestamp, TokenId, local_time};
use serde_json::json;
use store::tokens::{self, Token};

use kernel::access::{Actor, ApiScope, Permit, RunService};
use kernel::fields::text;
use kernel::record::Record;
use kernel::{App, AppError, Work, digest_hex};
use notices_app::alarms;
use notices_app::alarms::{Alarm, AlarmKind};

/// Lifetime of a token by default, in days.
pub const DEFAULT_DAYS: u32 = 90;
/// Longest lifetime of a token, in days.
pub const MOST_DAYS: u32 = 366;
/// How long before its end a token is shown as expiring soon.
pub const WARN: Span = Span::from_secs(14 * 24 * 3600);
/// Precision of the last-used time: one minute.
const USED_GRAIN: Span = Span::from_secs(60);
/// The prefix of every token, so that a leaked one is recognised.
const START: &str = "lanyard_";

/// A token to be made.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Its purpose: 1 to 100 characters.
    pub name: String,
    /// The scope: what it may do.
    pub scope: ApiScope,
    /// The force whose things it reaches.
    pub force: Option<Force>,
    /// Its lifetime in days: 1 to 366.
    pub days: u32,
}

/// Makes a token. The returned secret is shown once and stored nowhere.
///
/// # Errors
/// [`AppError::Invalid`] for an invalid name, force or number of days.
pub async fn make_token(
    app: &App,
    permit: Permit<RunService>,
    new: NewToken,
) -> Result<(TokenId, Secret<String>), AppError> {
    let name = text("name", &new.name, 100)?;
    let force = app.chosen_force(new.force)?;
    permit.reaches(force)?;
    if !(1..=MOST_DAYS).contains(&new.days) {
        return Err(AppError::invalid("days", format!("choose 1 to {MOST_DAYS} days")));
    }
    let secret = format!("{START}{}", URL_SAFE_NO_PAD.encode(app.world().bytes::<32>()));
    let (id, now) = (TokenId::from_uuid(app.world().uuid()), app.world().now());
    let token = Token {
        id,
        name,
        scope: new.scope.as_str().to_owned(),
        force,
        created_at: now,
        created_by: permit.actor().name.clone(),
        expires_at: now.plus(Span::from_secs(i64::from(new.days) * 24 * 3600)),
        last_used_at: None,
        ended_at: None,
    };
    let (app, digest) = (app.clone(), digest_hex(secret.as_bytes()));
    app.clone().store()
            .write(move |tx| {
                tokens::add(tx, &token, &digest)?;
                crate::tokens::expiry::watch_token(Work { app: &app, tx, now }, &token)?;
                let record = Record::new(&permit.actor().name, "api-token.made", format!("token:{id}"))
                    .force(force)
                    .detail(json!({ "name": token.name, "scope": token.scope, "expires_at": token.expires_at.to_string() }));
                app.enter(tx, now, record)?;
                let alarm = Alarm {
                    force: Some(force),
                    kind: AlarmKind::TokenMade,
                    by: permit.actor().name.clone(),
                    subject: format!("An API token was made: {}", token.name),
                    body: format!(
                        "{} made it, and it works until {}. If nobody expected this, end it now.",
                        permit.actor().shown,
                        local_time::day_of(token.expires_at)
                    ),
                    link: "/tokens".into(),
                };
                alarms::raise(Work { app: &app, tx, now }, alarm)
            })
            .await?;
    Ok((id, Secret::new(secret)))
}

/// A token, as pages and verbs show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenView {
    /// Its id.
    pub id: TokenId,
    /// What it is for, in its maker's words.
    pub name: String,
    /// The word of what it may do.
    pub scope: String,
    /// The force whose things it reaches.
    pub force: Force,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working by itself.
    pub expires_at: Timestamp,
    /// When it was last used; kept to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When a person ended it.
    pub ended_at: Option<Timestamp>,
}

impl From<tokens::Token> for TokenView {
    fn from(row: tokens::Token) -> Self {
        Self {
            id: row.id,
            name: row.name,
            scope: row.scope,
            force: row.force,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            ended_at: row.ended_at,
        }
    }
}

/// Lists the tokens, newest first, including ended ones.
///
/// # Errors
/// Only if the database does not answer.
pub async fn tokens(app: &App, permit: Permit<RunService>) -> Result<Vec<TokenView>, AppError> {
    let force = permit.scope().force();
    let all = app.store().read(move |tx| tokens::all(tx, force)).await.map_err(AppError::from)?;
    Ok(all.into_iter().map(TokenView::from).collect())
}

/// Revokes a token at once. Revoking it twice changes nothing.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for another force.
pub async fn end_token(app: &App, permit: Permit<RunService>, id: TokenId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let token = tokens::by_id(tx, id)?.ok_or_else(|| AppError::not_found("API token", id))?;
            permit.reaches(token.force)?;
            if !tokens::end(tx, id, now, &permit.actor().name)? {
                return Ok(());
            }
            let record = Record::new(&permit.actor().name, "api-token.ended", format!("token:{id}"))
                .force(token.force)
                .detail(json!({ "name": token.name }));
            app.enter(tx, now, record)
        })
        .await
}

/// Looks up the actor of a token; `None` where it is unknown, revoked or expired.
///
/// # Errors
/// Only if the database does not answer.
pub async fn actor_of_token(app: &App, secret: &str) -> Result<Option<Actor>, AppError> {
    if secret.len() > 100 || !secret.starts_with(START) {
        return Ok(None);
    }
    let (digest, now) = (digest_hex(secret.as_bytes()), app.world().now());
    let Some(token) =
        app.store().read(move |tx| tokens::by_digest(tx, &digest)).await.map_err(AppError::from)?
    else {
        return Ok(None);
    };
    if token.ended_at.is_some() || token.expires_at <= now {
        return Ok(None);
    }
    let scope: ApiScope = token.scope.parse().map_err(|error| AppError::fault(&error))?;
    if token.last_used_at.is_none_or(|used| now.since(used) >= USED_GRAIN) {
        let id = token.id;
        app.store().write(move |tx| tokens::used(tx, id, now)).await.map_err(AppError::from)?;
    }
    Ok(Some(Actor::token(&token.id.to_string(), &token.name, scope, token.force)))
}
