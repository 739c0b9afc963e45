//! `lanyard role` and `lanyard alarm`: who may do what, and what was told at once.
//!
//! The server's command line makes the first administrator. Once one of the force has signed in, what it asks for waits for an
//! administrator to confirm it on the pages, like anybody else's wish.

use std::path::Path;

use anyhow::Context;
use clap::Subcommand;
use domain::Force;
use kernel::access::{ManageAccess, Role, SeeAccess, SeeAlarms};
use people_app::grants::{Given, GrantFilter, NewGrant};
use serde_json::json;

use crate::verbs::serving;
use service::open;
use service::open::Opened;
use service::out::Out;

/// Rows asked for at once.
const MOST: u32 = 1000;

/// What to do with roles.
#[derive(Debug, Subcommand)]
pub(crate) enum RoleVerb {
    /// Give a person a role. One that destroys, approves or administers counts at once only until an administrator of the force
    /// has signed in; after that an administrator confirms it on the pages.
    Give {
        /// The person, as FORCE/NUMBER.
        #[arg(long, value_name = "FORCE/NUMBER")]
        person: String,
        /// The role, such as administrator.
        #[arg(long, value_parser = |word: &str| word.parse::<Role>())]
        role: Role,
        /// Over the things of every force.
        #[arg(long)]
        everywhere: bool,
        /// The last day on which it counts, such as 2026-12-31.
        #[arg(long, default_value = "")]
        until: String,
        /// Why: it goes into the ledger.
        #[arg(long)]
        reason: String,
    },
    /// End a person's role, or refuse one that waits.
    End {
        /// The person, as FORCE/NUMBER.
        #[arg(long, value_name = "FORCE/NUMBER")]
        person: String,
        /// The role.
        #[arg(long, value_parser = |word: &str| word.parse::<Role>())]
        role: Role,
        /// Why: it goes into the ledger.
        #[arg(long)]
        reason: String,
    },
    /// Who has which role.
    List {
        /// Only of this force.
        #[arg(long)]
        force: Option<Force>,
        /// For a machine.
        #[arg(long)]
        json: bool,
    },
}

/// What to do with alarms.
#[derive(Debug, Subcommand)]
pub(crate) enum AlarmVerb {
    /// What administrators and information security were told at once, newest first. They see to it on the pages.
    List {
        /// Those that somebody has seen to as well.
        #[arg(long)]
        all: bool,
        /// For a machine.
        #[arg(long)]
        json: bool,
    },
}

impl RoleVerb {
    pub(crate) fn run(self, settings: Option<&Path>) -> anyhow::Result<()> {
        open::run(settings, async |opened| match self {
            Self::Give { person, role, everywhere, until, reason } => {
                let new = NewGrant { role: Some(role), everywhere, last_day: until, reason };
                give(opened, &person, new).await
            }
            Self::End { person, role, reason } => end(opened, &person, role, &reason).await,
            Self::List { force, json } => list(opened, force, json).await,
        })
    }
}

impl AlarmVerb {
    pub(crate) fn run(self, settings: Option<&Path>) -> anyhow::Result<()> {
        open::run(settings, async |opened| match self {
            Self::List { all, json } => alarms(opened, all, json).await,
        })
    }
}

async fn give(opened: &Opened, person: &str, new: NewGrant) -> anyhow::Result<()> {
    let id = serving::person(opened, person).await?;
    let given =
        people_app::grants::grant_role(&opened.app, opened.permit::<ManageAccess>()?, id, new).await?;
    let mut out = Out::new();
    match given {
        Given::Now => out.line(format_args!("given; it counts from their next request on"))?,
        Given::Waits(_) => out.line(format_args!(
            "asked for; it counts once an administrator confirms it: {}/people/{id}/roles",
            opened.app.config().address
        ))?,
    }
    Ok(out.finish()?)
}

async fn end(opened: &Opened, person: &str, role: Role, reason: &str) -> anyhow::Result<()> {
    let id = serving::person(opened, person).await?;
    let now = opened.app.world().now();
    let read = people_app::grants::person_roles(&opened.app, opened.permit::<SeeAccess>()?, id).await?;
    let found =
        read.grants.iter().find(|read| read.grant.role == role.as_str() && read.grant.is_open_at(now));
    let grant = found.with_context(|| format!("{} has no such role", read.person.name))?.grant.id;
    people_app::grants::end_role(&opened.app, opened.permit::<ManageAccess>()?, grant, reason).await?;
    let mut out = Out::new();
    out.line(format_args!("ended; it does not count from their next request on"))?;
    Ok(out.finish()?)
}

async fn list(opened: &Opened, force: Option<Force>, json: bool) -> anyhow::Result<()> {
    let permit = opened.permit::<SeeAccess>()?;
    let filter = GrantFilter { force, role: None };
    let found = people_app::grants::grants(&opened.app, permit, filter, None, MOST).await?;
    let mut out = Out::new();
    if json {
        let rows: Vec<_> = found
            .iter()
            .map(|(one, by)| {
                json!({
                    "force": one.force, "number": one.name.1, "name": one.name.0, "role": one.grant.role,
                    "both_forces": one.grant.everywhere, "by": by, "since": one.grant.since().to_string(),
                    "until": one.grant.until.map(|until| until.to_string()),
                })
            })
            .collect();
        out.json(&rows)?;
    } else {
        let rows: Vec<[String; 5]> = found
            .iter()
            .map(|(one, by)| {
                let over =
                    if one.grant.everywhere { "every force".to_owned() } else { one.force.to_string() };
                [one.name.1.clone(), one.name.0.clone(), one.grant.role.clone(), over, by.clone()]
            })
            .collect();
        out.table(["NUMBER", "NAME", "ROLE", "OVER", "GIVEN BY"], &rows)?;
    }
    Ok(out.finish()?)
}

async fn alarms(opened: &Opened, all: bool, json: bool) -> anyhow::Result<()> {
    let permit = opened.permit::<SeeAlarms>()?;
    let found = notices_app::alarms::list(&opened.app, permit, !all, None, MOST).await?;
    let mut out = Out::new();
    if json {
        let rows: Vec<_> = found
            .iter()
            .map(|read| {
                let alarm = &read.alarm;
                json!({
                    "id": alarm.id, "kind": alarm.kind, "force": alarm.force, "subject": alarm.subject, "by": read.by,
                    "at": alarm.raised_at.to_string(), "times": alarm.times, "told": alarm.told,
                    "seen_to_by": read.seen_to_by,
                })
            })
            .collect();
        out.json(&rows)?;
    } else {
        let rows: Vec<[String; 5]> = found
            .iter()
            .map(|read| {
                let seen = read.seen_to_by.clone().unwrap_or_else(|| "nobody".to_owned());
                [
                    read.alarm.raised_at.to_string(),
                    read.alarm.subject.clone(),
                    read.by.clone(),
                    read.alarm.told.to_string(),
                    seen,
                ]
            })
            .collect();
        out.table(["RAISED", "WHAT", "BY", "TOLD", "SEEN TO BY"], &rows)?;
    }
    Ok(out.finish()?)
}
