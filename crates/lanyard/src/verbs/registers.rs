//! `lanyard register`: permissions and exceptions in the registers of the force's rules.
//!
//! What a register asks is data, so its own fields are given as `--field NAME=VALUE`; `lanyard register show REGISTER` names
//! them. Whoever asked on the command line cannot decide there under the same name.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use clap::{Args, Subcommand};
use domain::{Force, PermissionState, Secret, Timestamp};
use kernel::access::{AskPermission, DecidePermission, SeeRegisters};
use permissions_app::read::{PermissionFilter, PermissionRead};
use permissions_app::{Asked, Decision, NewPermission, Review};
use serde_json::{Value, json};

use super::registers_show as shown;
use service::open;
use service::open::Opened;
use service::out::{Failure, Out};

/// Entries asked for at once.
const PAGE: u32 = 500;
/// The longest file with a network's password, in bytes.
const PASSWORD_BYTES: u64 = 1024;

/// What to do with registers.
#[derive(Debug, Subcommand)]
pub(crate) enum RegisterVerb {
    /// The registers with their figures; with one named, its entries, newest first.
    List {
        /// A register, such as private-hubs.
        register: Option<String>,
        /// asked, agreed, granted, refused, withdrawn or lapsed; or open, in-force, lapsing, late.
        #[arg(long, default_value = "", requires = "register")]
        state: String,
        /// For a machine.
        #[arg(long)]
        json: bool,
    },
    /// An entry with its timeline, or what a register is for and asks.
    Show {
        /// An entry's number, such as P-101, or a register, such as private-hubs.
        which: String,
        /// For a machine.
        #[arg(long)]
        json: bool,
    },
    /// Ask for an entry.
    Ask(Ask),
    /// Grant or refuse a request; where two must agree, the first to grant waits for the second.
    Decide(Decide),
    /// Say that an entry is still needed, and perhaps that it ends sooner.
    Review {
        /// Its number, such as P-101.
        entry: String,
        /// What was found.
        #[arg(long)]
        finding: String,
        /// An earlier last day, such as 2026-12-31.
        #[arg(long, default_value = "")]
        until: String,
    },
    /// Take a request back, or end an entry before its time.
    End {
        /// Its number, such as P-101.
        entry: String,
        /// Why.
        #[arg(long)]
        because: String,
    },
}

/// A request.
#[derive(Debug, Args)]
pub(crate) struct Ask {
    /// The register, such as private-hubs.
    register: String,
    /// Why it is needed.
    #[arg(long)]
    because: String,
    /// The last day, such as 2026-12-31: nothing is granted without an end.
    #[arg(long)]
    until: String,
    /// Number of the person that it is for, where the register is about people.
    #[arg(long, default_value = "")]
    person: String,
    /// Serial number of the device that it is for.
    #[arg(long, default_value = "")]
    device: String,
    /// The clause that it is for, where the register is about clauses.
    #[arg(long, default_value = "")]
    clause: String,
    /// The word of the force, where the rest does not say.
    #[arg(long)]
    force: Option<Force>,
    /// One of the register's own fields: NAME=VALUE. Give it once for each.
    #[arg(long = "field", value_name = "NAME=VALUE", value_parser = pair)]
    fields: Vec<(String, String)>,
    /// How a network is protected: wpa2-personal or wpa3-personal.
    #[arg(long, default_value = "")]
    security: String,
    /// A file with the network's password in its first line; - for standard input.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// For a machine.
    #[arg(long)]
    json: bool,
}

/// A decision.
#[derive(Debug, Args)]
pub(crate) struct Decide {
    /// Its number, such as P-101.
    entry: String,
    /// Grant it.
    #[arg(long, required_unless_present = "refuse")]
    grant: bool,
    /// Refuse it.
    #[arg(long, conflicts_with = "grant")]
    refuse: bool,
    /// Why.
    #[arg(long)]
    because: String,
    /// Under which conditions.
    #[arg(long, default_value = "", conflicts_with = "refuse")]
    conditions: String,
    /// From which day; from now where it is left out.
    #[arg(long, default_value = "", conflicts_with = "refuse")]
    from: String,
    /// Until the end of which day; as it was asked where it is left out.
    #[arg(long, default_value = "", conflicts_with = "refuse")]
    until: String,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("give it as NAME=VALUE")?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

impl RegisterVerb {
    pub(crate) fn run(self, settings: Option<&Path>) -> anyhow::Result<()> {
        open::run(settings, async |opened| match self {
            Self::List { register: None, json, .. } => registers(opened, json).await,
            Self::List { register: Some(register), state, json } => {
                entries(opened, register, state, json).await
            }
            Self::Show { which, json } => show(opened, &which, json).await,
            Self::Ask(asked) => ask(opened, asked).await,
            Self::Decide(decided) => decide(opened, decided).await,
            Self::Review { entry, finding, until } => {
                let grant = found(opened, &entry).await?.row.grant;
                let permit = opened.permit::<DecidePermission>()?;
                let review = Review { finding, until, version: grant.version };
                permissions_app::review_permission(&opened.app, permit, grant.id, review).await?;
                state_now(opened, &entry).await
            }
            Self::End { entry, because } => {
                let grant = found(opened, &entry).await?.row.grant;
                let permit = opened.permit::<AskPermission>()?;
                permissions_app::withdraw_permission(&opened.app, permit, grant.id, &because, grant.version)
                    .await?;
                state_now(opened, &entry).await
            }
        })
    }
}

/// Returns the entry of a number, `P-101` or `101`.
async fn found(opened: &Opened, which: &str) -> anyhow::Result<PermissionRead> {
    let number = number(which).with_context(|| {
        format!("{which} is no entry's number, such as P-101; `lanyard register list REGISTER` shows them")
    })?;
    let found =
        permissions_app::read::permission_numbered(&opened.app, opened.permit::<SeeRegisters>()?, number);
    found.await?.with_context(|| format!("there is no entry P-{number}"))
}

fn number(which: &str) -> Option<i64> {
    let which = which.trim().to_ascii_uppercase();
    which.strip_prefix("P-").unwrap_or(&which).parse().ok()
}

async fn state_now(opened: &Opened, which: &str) -> anyhow::Result<()> {
    let read = found(opened, which).await?;
    let mut out = Out::new();
    let until = shown::until(&read.row).map(|at| format!(", until {at}")).unwrap_or_default();
    out.line(format_args!("P-{}: {}{until}", read.row.grant.number, read.row.state.to_lowercase()))?;
    Ok(out.finish()?)
}

async fn registers(opened: &Opened, json: bool) -> anyhow::Result<()> {
    let rows = permissions_app::read::registers(&opened.app, opened.permit::<SeeRegisters>()?).await?;
    let mut out = Out::new();
    if json {
        let rows: Vec<Value> = rows
            .iter()
            .map(|row| {
                let figures = &row.figures;
                json!({
                    "register": row.register.id, "title": row.register.title, "clauses": row.register.clauses,
                    "open": figures.open, "in_force": figures.in_force, "lapsing": figures.lapsing,
                })
            })
            .collect();
        out.json(&rows)?;
    } else {
        let rows: Vec<[String; 5]> = rows
            .into_iter()
            .map(|row| {
                let [open, in_force, lapsing] = [row.figures.open, row.figures.in_force, row.figures.lapsing]
                    .map(|figure| figure.to_string());
                [row.register.id, open, in_force, lapsing, row.register.title]
            })
            .collect();
        out.table(["REGISTER", "OPEN", "IN FORCE", "LAPSING", "TITLE"], &rows)?;
    }
    Ok(out.finish()?)
}

async fn entries(opened: &Opened, register: String, state: String, json: bool) -> anyhow::Result<()> {
    known(opened, &register)?;
    let mut filter = PermissionFilter { register, state, ..PermissionFilter::default() };
    let mut all = Vec::new();
    loop {
        let page = permissions_app::read::permissions(
            &opened.app,
            opened.permit::<SeeRegisters>()?,
            filter.clone(),
            PAGE,
        )
        .await?;
        filter.after = page.last().map(|row| (row.grant.asked_at, row.grant.id));
        let full = page.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
        all.extend(page);
        if !full {
            break;
        }
    }
    let mut out = Out::new();
    if json {
        out.json(&all.iter().map(shown::row).collect::<Vec<_>>())?;
    } else {
        shown::table(&mut out, &all)?;
    }
    Ok(out.finish()?)
}

/// Fails where the rules in force have no such register, and names those that there are.
fn known(opened: &Opened, register: &str) -> anyhow::Result<()> {
    let policy = opened.app.policy();
    let registers = &policy.library().permissions;
    if registers.contains_key(register) {
        return Ok(());
    }
    let names: Vec<&str> = registers.keys().map(String::as_str).collect();
    Err(anyhow!("there is no register {register}; there are: {}", names.join(", ")))
}

async fn show(opened: &Opened, which: &str, json: bool) -> anyhow::Result<()> {
    let mut out = Out::new();
    if number(which).is_some() {
        let read = found(opened, which).await?;
        if json {
            out.json(&shown::entry_json(&read))?;
        } else {
            shown::entry(&mut out, &read)?;
        }
    } else {
        known(opened, which)?;
        let (register, _, apps) = permissions_app::read::register_to_ask_in(
            &opened.app,
            &opened.permit::<AskPermission>()?,
            which,
        )?;
        if json {
            out.json(&shown::register_json(&register))?;
        } else {
            shown::register(&mut out, &register, &apps)?;
        }
    }
    Ok(out.finish()?)
}

async fn ask(opened: &Opened, asked: Ask) -> anyhow::Result<()> {
    known(opened, &asked.register)?;
    let permit = opened.permit::<AskPermission>()?;
    let (register, _, _) = permissions_app::read::register_to_ask_in(&opened.app, &permit, &asked.register)?;
    for (name, _) in &asked.fields {
        if !register.fields.iter().any(|field| field.name == *name) {
            let names: Vec<&str> = register.fields.iter().map(|field| field.name.as_str()).collect();
            let says = format!("{} has no field {name}; it has: {}", asked.register, names.join(", "));
            return Err(Failure::Usage(says).into());
        }
    }
    let password = asked.password_file.as_deref().map(password).transpose()?;
    let new = NewPermission {
        register: asked.register,
        once: opened.app.world().uuid().to_string(),
        force: asked.force,
        person: asked.person,
        device: asked.device,
        clause: asked.clause,
        because: asked.because,
        until: asked.until,
        fields: asked.fields.into_iter().collect(),
        security: asked.security,
        passphrase: password,
    };
    match permissions_app::ask_permission(&opened.app, permit, new).await? {
        Asked::Entered(id) => {
            let row = permissions_app::read::permission(&opened.app, opened.permit::<SeeRegisters>()?, id)
                .await?
                .row;
            let mut out = Out::new();
            if asked.json {
                out.json(&shown::row(&row))?;
            } else {
                out.line(format_args!("P-{} is asked for; somebody else decides", row.grant.number))?;
            }
            Ok(out.finish()?)
        }
        Asked::ToMend(faults) => {
            let lines: Vec<String> = faults
                .iter()
                .map(|(field, says)| {
                    let own = register.fields.iter().any(|known| known.name == *field);
                    let name = match field.as_str() {
                        "passphrase" => "--password-file".to_owned(),
                        _ if own => format!("--field {field}"),
                        other => format!("--{other}"),
                    };
                    format!("{name}: {says}")
                })
                .collect();
            Err(Failure::Usage(format!("nothing was entered\n{}", lines.join("\n"))).into())
        }
    }
}

/// Returns the first line of a file, which other programs on the machine do not see as they would an argument.
fn password(file: &Path) -> anyhow::Result<Secret<String>> {
    let mut text = String::new();
    if file == Path::new("-") {
        std::io::stdin().take(PASSWORD_BYTES).read_to_string(&mut text)
    } else {
        fs::File::open(file).and_then(|opened| opened.take(PASSWORD_BYTES).read_to_string(&mut text))
    }
    .with_context(|| format!("the password cannot be read from {}", file.display()))?;
    Ok(Secret::new(text.lines().next().unwrap_or_default().to_owned()))
}

async fn decide(opened: &Opened, decided: Decide) -> anyhow::Result<()> {
    let grant = found(opened, &decided.entry).await?.row.grant;
    let decision = Decision {
        grant: decided.grant,
        because: decided.because,
        conditions: decided.conditions,
        from: decided.from,
        until: decided.until,
        version: grant.version,
    };
    let permit = opened.permit::<DecidePermission>()?;
    let state = permissions_app::decide_permission(&opened.app, permit, grant.id, decision).await?;
    let mut out = Out::new();
    if state == PermissionState::Agreed {
        out.line(format_args!("P-{} waits for a second person to agree", grant.number))?;
        return Ok(out.finish()?);
    }
    drop(out);
    state_now(opened, &decided.entry).await
}

/// Returns a time as a machine reads it.
pub(super) fn time(at: Option<Timestamp>) -> Option<String> {
    at.map(|at| at.to_string())
}
