//! Verbs about the service as a whole: its schema, and the way in.

use std::path::Path;

use anyhow::Context;
use clap::Args;
use domain::PersonId;
use kernel::access::{Role, RunService};

use service::config::Config;
use service::open;
use service::open::Opened;
use service::out::Out;

/// Arguments of `migrate`.
#[derive(Debug, Args)]
pub(crate) struct Migrate {
    /// Take the keys of the data folder for the database's own from now on. For an old key that is lost for good: what was
    /// sealed with it cannot be opened any more.
    #[arg(long)]
    accept_keys: bool,
}

impl Migrate {
    /// Brings the database's schema up to date.
    pub(crate) fn run(self, settings: Option<&Path>) -> anyhow::Result<()> {
        let config = Config::load(settings)?;
        let store = open::store(&config)?;
        let applied = store::migrate(&store)?;
        let mut out = Out::new();
        for script in &applied {
            out.line(format_args!("applied {:04} {}", script.version, script.name))?;
        }
        out.line(format_args!("the schema is number {}", store.schema_version()?))?;
        if self.accept_keys {
            drop(store);
            open::accept_keys(&config)?;
            out.line("the keys of the data folder are the database's own from now on")?;
        }
        Ok(out.finish()?)
    }
}

/// A sign-in address: the way in before a directory is connected, and when it is down.
#[derive(Debug, Args)]
pub(crate) struct SignInLink {
    /// The name of somebody whom the register does not know, as the pages show it.
    #[arg(long, required_unless_present = "person", conflicts_with = "person")]
    name: Option<String>,
    /// The person of the register whom it is for, as FORCE/NUMBER, in the roles that they have there: what they ask
    /// for and agree to is then theirs, however they sign in.
    #[arg(long, value_name = "FORCE/NUMBER")]
    person: Option<String>,
    /// The role of somebody whom the register does not know, such as administrator or service-desk-analyst.
    #[arg(long, default_value = "administrator", conflicts_with = "person", value_parser = |word: &str| word.parse::<Role>())]
    role: Role,
}

impl SignInLink {
    pub(crate) fn run(self, settings: Option<&Path>) -> anyhow::Result<()> {
        open::run(settings, async |opened| {
            let permit = opened.permit::<RunService>()?;
            let app = &opened.app;
            let token = match self.person.as_deref() {
                Some(which) => {
                    let person = person(opened, which).await?;
                    sign_in_app::sessions::make_sign_in_link_for(app, permit, person).await?
                }
                None => {
                    sign_in_app::sessions::make_sign_in_link(
                        app,
                        permit,
                        self.name.as_deref().unwrap_or_default(),
                        self.role,
                    )
                    .await?
                }
            };
            let mut out = Out::new();
            out.line(format_args!("{}/sign-in/{}", opened.app.config().address, token.expose()))?;
            Ok(out.finish()?)
        })
    }
}

/// Returns the person of the register that somebody names as `FORCE/NUMBER`.
pub(super) async fn person(opened: &Opened, which: &str) -> anyhow::Result<PersonId> {
    let (force, number) = which.split_once('/').context("--person takes force and number: FORCE/NUMBER")?;
    Ok(opened.person(number, Some(force.parse()?)).await?.id)
}
