//! Verbs about the service as a whole: its schema, and the way in.

use std::path::Path;

use app::access::{Role, RunService};
use clap::Args;

use crate::config::Config;
use crate::open;
use crate::out::Out;

/// Brings the database's schema up to date.
///
/// # Errors
/// A database that is newer than this program, or cannot be opened.
pub(crate) fn migrate(settings: Option<&Path>) -> anyhow::Result<()> {
    let config = Config::load(settings)?;
    let store = open::store(&config)?;
    let applied = store.migrate()?;
    let mut out = Out::new();
    for script in &applied {
        out.line(format_args!("applied {:04} {}", script.version, script.name))?;
    }
    out.line(format_args!("the schema is number {}", store.schema_version()?))?;
    Ok(out.finish()?)
}

/// A sign-in address: the way in before a directory is connected, and when it is down.
#[derive(Debug, Args)]
pub(crate) struct SignInLink {
    /// The person's name, as the pages and the ledger show it.
    #[arg(long)]
    name: String,
    /// Their role, such as administrator or service-desk-analyst.
    #[arg(long, default_value = "administrator", value_parser = |word: &str| word.parse::<Role>())]
    role: Role,
}

impl SignInLink {
    pub(crate) fn run(self, settings: Option<&Path>) -> anyhow::Result<()> {
        open::run(settings, async |opened| {
            let permit = opened.permit::<RunService>()?;
            let token = opened.app.make_sign_in_link(permit, &self.name, self.role).await?;
            let mut out = Out::new();
            out.line(format_args!("{}/sign-in/{}", opened.app.config().address, token.expose()))?;
            Ok(out.finish()?)
        })
    }
}
