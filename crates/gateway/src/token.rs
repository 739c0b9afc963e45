//! Reads the API token in a request's headers, and limits how often one may be tried.

use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use kernel::access::Actor;
use kernel::intake::Visit;
use kernel::limits::{CallerAddress, Door};
use kernel::{App, AppError};

/// The message to a caller without a token.
pub(crate) const COME_WITH_ONE: &str =
    "come with an API token that works, as in: Authorization: Bearer lanyard_...";
/// The challenge sent with status 401.
pub(crate) const CHALLENGE: &str = "Bearer realm=\"Lanyard\"";

/// Returns the owner of the token; `None` if there is no token, or no valid one. The token is looked up first: only invalid
/// tokens are counted by address, so that nobody who tries wrong ones can lock out a valid one.
///
/// # Errors
/// [`AppError::TooMany`] if too many tokens were invalid, or this one is used too often; another error if the database does not
/// answer.
pub(crate) async fn actor(app: &App, parts: &Parts) -> Result<Option<Actor>, AppError> {
    let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = header
        .and_then(|header| header.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    let actor = match token {
        Some(token) => sign_in_app::tokens::actor_of_token(app, token).await?,
        None => None,
    };
    match &actor {
        Some(actor) => {
            if let Some(visit) = parts.extensions.get::<Visit>() {
                visit.prove();
            }
            kernel::limits::admit_account(app, Door::Token, &actor.name)?;
        }
        None => {
            let from = parts.extensions.get::<CallerAddress>().map(|caller| caller.0);
            kernel::limits::admit_address(app, Door::Token, from)?;
        }
    }
    Ok(actor)
}
