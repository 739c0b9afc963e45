//! `lanyard token`: the tokens with which other programs come.

use std::path::Path;

use clap::Subcommand;
use domain::{Force, Timestamp, TokenId};
use kernel::access::{ApiScope, RunService};
use serde_json::json;
use sign_in_app::tokens::{DEFAULT_DAYS, NewToken, TokenView, WARN};

use service::open;
use service::open::Opened;
use service::out::Out;

/// What to do with API tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenVerb {
    /// Make a token. It is printed once and kept nowhere.
    Make {
        /// What it is for, such as "Entra provisioning".
        #[arg(long)]
        name: String,
        /// What it may do.
        #[arg(long, default_value = "scim", value_parser = |word: &str| word.parse::<ApiScope>())]
        scope: ApiScope,
        /// The word of the force whose people it reaches.
        #[arg(long)]
        force: Force,
        /// How many days it works, 366 at most.
        #[arg(long, default_value_t = DEFAULT_DAYS)]
        days: u32,
    },
    /// The tokens, and when each was last used.
    List {
        /// For a machine.
        #[arg(long)]
        json: bool,
    },
    /// End a token at once.
    End {
        /// Its id, from the list.
        id: TokenId,
    },
}

impl TokenVerb {
    pub(crate) fn run(self, settings: Option<&Path>) -> anyhow::Result<()> {
        open::run(settings, async |opened| match self {
            Self::Make { name, scope, force, days } => {
                let new = NewToken { name, scope, force: Some(force), days };
                let (_, secret) =
                    sign_in_app::tokens::make_token(&opened.app, opened.permit::<RunService>()?, new).await?;
                let mut out = Out::new();
                out.line(secret.expose())?;
                Ok(out.finish()?)
            }
            Self::List { json } => list(opened, json).await,
            Self::End { id } => {
                sign_in_app::tokens::end_token(&opened.app, opened.permit::<RunService>()?, id).await?;
                let mut out = Out::new();
                out.line(format_args!("token {id} has ended"))?;
                Ok(out.finish()?)
            }
        })
    }
}

fn state(token: &TokenView, now: Timestamp) -> &'static str {
    if token.ended_at.is_some() {
        "ended"
    } else if token.expires_at <= now {
        "expired"
    } else if token.expires_at.since(now) <= WARN {
        "expires soon"
    } else {
        "works"
    }
}

async fn list(opened: &Opened, json: bool) -> anyhow::Result<()> {
    let tokens = sign_in_app::tokens::tokens(&opened.app, opened.permit::<RunService>()?).await?;
    let now = opened.app.world().now();
    let used = |token: &TokenView| token.last_used_at.map_or_else(|| "never".to_owned(), |at| at.to_string());
    let mut out = Out::new();
    if json {
        let rows: Vec<_> = tokens
            .iter()
            .map(|token| {
                json!({
                    "id": token.id, "name": token.name, "scope": token.scope, "force": token.force,
                    "state": state(token, now), "made_at": token.created_at.to_string(),
                    "expires_at": token.expires_at.to_string(), "last_used_at": token.last_used_at.map(|at| at.to_string()),
                })
            })
            .collect();
        out.json(&rows)?;
    } else {
        let rows: Vec<[String; 7]> = tokens
            .iter()
            .map(|token| {
                [
                    token.name.clone(),
                    token.scope.clone(),
                    token.force.to_string(),
                    state(token, now).to_owned(),
                    token.expires_at.to_string(),
                    used(token),
                    token.id.to_string(),
                ]
            })
            .collect();
        out.table(["NAME", "SCOPE", "FORCE", "STATE", "EXPIRES", "LAST USED", "ID"], &rows)?;
    }
    Ok(out.finish()?)
}
