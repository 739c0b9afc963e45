//! `lanyard break-glass`: the administrators who get in with a passkey while the directory is down. An account is marked here
//! and nowhere else: whoever has taken over the directory, or a session, cannot make one.

use std::path::Path;

use clap::Subcommand;
use kernel::access::RunService;
use serde_json::json;
use sign_in_app::Administrator;

use crate::verbs::serving::person;
use service::open;
use service::out::Out;

/// What to do with break-glass accounts.
#[derive(Debug, Subcommand)]
pub(crate) enum BreakGlassVerb {
    /// Mark an account, and print an address that works once, for fifteen minutes: there its owner registers a passkey.
    Invite {
        /// The administrator of the register whom it is for, as FORCE/NUMBER.
        #[arg(long, value_name = "FORCE/NUMBER", required_unless_present = "name", conflicts_with = "name")]
        person: Option<String>,
        /// The name of an administrator whom the register does not know.
        #[arg(long)]
        name: Option<String>,
    },
    /// The accounts, and how many passkeys each has.
    List {
        /// For a machine.
        #[arg(long)]
        json: bool,
    },
    /// End an account, its passkeys, and what is open with them.
    End {
        /// Whose, as the list has it.
        account: String,
    },
}

impl BreakGlassVerb {
    pub(crate) fn run(self, settings: Option<&Path>) -> anyhow::Result<()> {
        open::run(settings, async |opened| {
            let (app, permit) = (&opened.app, opened.permit::<RunService>()?);
            let mut out = Out::new();
            match self {
                Self::Invite { person: which, name } => {
                    let who = match which {
                        Some(which) => Administrator::Person(person(opened, &which).await?),
                        None => Administrator::Name(name.unwrap_or_default()),
                    };
                    let token = sign_in_app::invite_break_glass(app, permit, who).await?;
                    let address = &app.config().address;
                    out.line(format_args!("{address}/sign-in/{}?next=/passkeys", token.expose()))?;
                }
                Self::List { json } => {
                    let keys = sign_in_app::passkeys(app, &permit).await?;
                    let held = |owner: &str| keys.iter().filter(|key| key.account.owner == owner).count();
                    let accounts = sign_in_app::break_glass_accounts(app, permit).await?;
                    if json {
                        let rows: Vec<_> = accounts
                            .iter()
                            .map(|account| {
                                json!({
                                    "account": account.owner, "name": account.name,
                                    "marked_at": account.marked_at.to_string(), "passkeys": held(&account.owner),
                                })
                            })
                            .collect();
                        out.json(&rows)?;
                    } else {
                        let rows: Vec<[String; 4]> = accounts
                            .iter()
                            .map(|account| {
                                [
                                    account.name.clone(),
                                    held(&account.owner).to_string(),
                                    account.marked_at.to_string(),
                                    account.owner.clone(),
                                ]
                            })
                            .collect();
                        out.table(["NAME", "PASSKEYS", "SINCE", "ACCOUNT"], &rows)?;
                    }
                }
                Self::End { account } => {
                    sign_in_app::end_break_glass(app, permit, &account).await?;
                    out.line(format_args!("{account} is no break-glass account any more"))?;
                }
            }
            Ok(out.finish()?)
        })
    }
}
