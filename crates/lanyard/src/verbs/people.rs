//! `lanyard person`: the people on the books.

use std::path::Path;

use anyhow::Context;
use clap::Subcommand;
use domain::{Day, Force};
use kernel::access::{ManagePeople, SeePeople};
use people_app::NewPerson;
use people_app::import::People;
use people_app::movers::NewEvent;
use serde_json::json;

use crate::verbs::import::Asked;
use crate::verbs::{import, people_end};
use service::open;
use service::open::Opened;
use service::out::Out;

/// What to do with people.
#[derive(Debug, Subcommand)]
pub(crate) enum PersonVerb {
    /// Enter a person.
    Add {
        /// The word of the force, as the policy's forces.toml has it.
        #[arg(long)]
        force: Force,
        /// Collar or staff number, unique in the force.
        #[arg(long)]
        number: String,
        /// Name as it is shown.
        #[arg(long)]
        name: String,
        /// Officer, staff or another word.
        #[arg(long, default_value = "officer")]
        role: String,
        /// Work address.
        #[arg(long)]
        email: Option<String>,
        /// Unit.
        #[arg(long)]
        unit: Option<String>,
        /// For a machine.
        #[arg(long)]
        json: bool,
    },
    /// Record an event in somebody's working life: leaver, secondment, return-to-work ... as movers.toml has them.
    Event {
        /// The word of the force, as the policy's forces.toml has it.
        #[arg(long)]
        force: Force,
        /// Collar or staff number.
        #[arg(long)]
        number: String,
        /// Which event, by its name in movers.toml.
        #[arg(long)]
        kind: String,
        /// Its day, such as 2026-11-30; for a leaver, the last working day.
        #[arg(long)]
        on: String,
        /// Its second day, such as when somebody is expected back.
        #[arg(long)]
        until: Option<String>,
        /// For a change of role: the new role carries a device of its own.
        #[arg(long)]
        carries_device: bool,
        /// For a machine.
        #[arg(long)]
        json: bool,
    },
    /// Show what a table (CSV or .xlsx) of people would do; with --apply, do it.
    Import(Asked),
    /// Take a person off the books: they are ended, and stay with their history.
    End {
        /// Number or id of the person.
        #[arg(long)]
        person: String,
        /// The force of that number, where several forces have it.
        #[arg(long)]
        force: Option<Force>,
        /// Their last working day, such as 2026-12-24.
        #[arg(long)]
        last_day: Option<Day>,
    },
    /// Erase who people were that left longer ago than the settings keep them ([keep] ended_people).
    Erase {
        /// Has to be said: everybody who is due, and nobody else.
        #[arg(long, required = true)]
        due: bool,
        /// Show who is due and erase nobody.
        #[arg(long)]
        dry_run: bool,
    },
    /// Everybody on the books.
    List {
        /// Only of this force.
        #[arg(long)]
        force: Option<Force>,
        /// Part of a name or number.
        #[arg(long, default_value = "")]
        search: String,
        /// For a machine.
        #[arg(long)]
        json: bool,
    },
}

impl PersonVerb {
    pub(crate) fn run(self, settings: Option<&Path>) -> anyhow::Result<()> {
        open::run(settings, async |opened| match self {
            Self::Add { force, number, name, role, email, unit, json } => {
                let new =
                    NewPerson { force: Some(force), number, name, email, role, unit, ..NewPerson::default() };
                add(opened, new, json).await
            }
            Self::Event { force, number, kind, on, until, carries_device, json } => {
                let new =
                    NewEvent { kind, on, until, carries_device, source: "command-line", source_ref: None };
                event(opened, force, &number, new, json).await
            }
            Self::Import(asked) => import::run::<People>(opened, asked).await,
            Self::End { person, force, last_day } => people_end::end(opened, &person, force, last_day).await,
            Self::Erase { due: _, dry_run } => people_end::erase(opened, dry_run).await,
            Self::List { force, search, json } => list(opened, force, &search, json).await,
        })
    }
}

async fn add(opened: &Opened, new: NewPerson, json: bool) -> anyhow::Result<()> {
    let (number, name) = (new.number.clone(), new.name.clone());
    let id = people_app::add_person(&opened.app, opened.permit::<ManagePeople>()?, new).await?;
    let mut out = Out::new();
    if json {
        out.json(&json!({ "id": id }))?;
    } else {
        out.line(format_args!(
            "entered {} {} as {id}; next: lanyard terms accept --person {id}",
            number.trim(),
            name.trim()
        ))?;
    }
    Ok(out.finish()?)
}

async fn event(opened: &Opened, force: Force, number: &str, new: NewEvent, json: bool) -> anyhow::Result<()> {
    let permit = opened.permit::<ManagePeople>()?;
    let number = number.trim().to_owned();
    let found =
        people_app::person_numbered(&opened.app, opened.permit::<SeePeople>()?, force, &number).await?;
    let person = found
        .with_context(|| format!("{} has nobody with the number {number}", opened.app.force_title(force)))?;
    let id = people_app::movers::record_event(&opened.app, permit, person.id, new).await?;
    let read = people_app::events::event(&opened.app, opened.permit_within::<SeePeople>()?, id).await?;
    let mut out = Out::new();
    if json {
        out.json(&json!({
            "id": id, "asks": read.event.asks, "because": read.event.because,
            "case": read.case.as_ref().map(|case| case.number),
        }))?;
    } else {
        let case = read.case.map(|case| format!("; case C-{}", case.number)).unwrap_or_default();
        out.line(format_args!("{}, {}: {}{case}", read.title, read.event.on, read.event.because))?;
    }
    Ok(out.finish()?)
}

async fn list(opened: &Opened, force: Option<Force>, search: &str, json: bool) -> anyhow::Result<()> {
    let all = people_app::all_people(&opened.app, opened.permit::<SeePeople>()?, force, search).await?;
    let mut out = Out::new();
    if json {
        let people: Vec<_> = all
            .iter()
            .map(|person| {
                json!({
                    "id": person.id, "force": person.force, "number": person.number, "name": person.name,
                    "role": person.role, "unit": person.unit, "email": person.email, "ended_at": person.ended_at.map(|at| at.to_string()),
                })
            })
            .collect();
        out.json(&people)?;
    } else {
        let rows: Vec<[String; 6]> = all
            .iter()
            .map(|person| {
                [
                    person.number.clone(),
                    person.force.to_string(),
                    person.name.clone(),
                    person.role.clone(),
                    person.unit.clone().unwrap_or_default(),
                    person.id.to_string(),
                ]
            })
            .collect();
        out.table(["NUMBER", "FORCE", "NAME", "ROLE", "UNIT", "ID"], &rows)?;
    }
    Ok(out.finish()?)
}
