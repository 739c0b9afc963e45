//! `lanyard duty`: how somebody stands to duty, and rosters from files.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use app::access::{ManageDuty, SeeDuty};
use app::rosters::{Choice, DutyFile, State};
use clap::Subcommand;
use domain::{Force, Timestamp};
use serde_json::json;

use crate::open::{self, Opened};
use crate::out::Out;

/// A larger file is not read at all.
const LARGEST: u64 = 1 << 20;

/// What to do with rosters.
#[derive(Debug, Subcommand)]
pub(crate) enum DutyVerb {
    /// How somebody stands to duty, now or at a time.
    State {
        /// Number or id.
        person: String,
        /// Their force, where both have that number.
        #[arg(long)]
        force: Option<Force>,
        /// When, such as 2026-12-01T03:00:00Z; left out, now.
        #[arg(long)]
        at: Option<Timestamp>,
        /// For a machine.
        #[arg(long)]
        json: bool,
    },
    /// Rosters from a table (CSV), or from the calendar (iCalendar) of one person. Nothing is changed without --apply.
    Import {
        /// The file.
        file: PathBuf,
        /// Whose people.
        #[arg(long)]
        force: Force,
        /// The file is the calendar of the person with this number.
        #[arg(long, value_name = "NUMBER")]
        calendar_of: Option<String>,
        /// Take it, if every row can be taken.
        #[arg(long)]
        apply: bool,
        /// With --apply: take what can be taken, and leave out the rows that cannot.
        #[arg(long, requires = "apply")]
        skip_faults: bool,
        /// For a machine.
        #[arg(long)]
        json: bool,
    },
}

impl DutyVerb {
    pub(crate) fn run(self, settings: Option<&Path>) -> anyhow::Result<()> {
        open::run(settings, async |opened| match self {
            Self::State { person, force, at, json } => state(opened, (&person, force), at, json).await,
            Self::Import { file, force, calendar_of, apply, skip_faults, json } => {
                let choice = match (apply, skip_faults) {
                    (false, _) => Choice::Look,
                    (true, false) => Choice::AllOrNothing,
                    (true, true) => Choice::WhatCan,
                };
                import(opened, (&file, calendar_of), force, choice, json).await
            }
        })
    }
}

async fn state(
    opened: &Opened,
    (person, force): (&str, Option<Force>),
    at: Option<Timestamp>,
    json: bool,
) -> anyhow::Result<()> {
    let person = opened.person(person, force).await?;
    let at = at.unwrap_or_else(|| opened.app.world().now());
    let state = opened.app.duty_at(opened.permit::<SeeDuty>()?.into(), person.id, at).await?;
    let until = match &state {
        State::OnDuty { until } | State::OnCall { until, .. } | State::OnLeave { until, .. } => Some(*until),
        State::OffDuty { .. } | State::NotKnown { .. } => None,
    };
    let mut out = Out::new();
    if json {
        out.json(&json!({
            "person": person.id, "at": at.to_string(), "state": state.as_str(),
            "until": until.map(|until| until.to_string()),
            "next_start": state.next_start().map(|next| next.to_string()),
        }))?;
    } else {
        let until = until.map(|until| format!(" until {until}")).unwrap_or_default();
        let next = state.next_start().map(|next| format!("; next on duty {next}")).unwrap_or_default();
        out.line(format_args!("{} is {}{until}{next}", person.number, state.as_str()))?;
    }
    Ok(out.finish()?)
}

async fn import(
    opened: &Opened,
    (file, calendar_of): (&Path, Option<String>),
    force: Force,
    choice: Choice,
    json: bool,
) -> anyhow::Result<()> {
    let shown = file.display();
    let size = fs::metadata(file).with_context(|| format!("{shown} cannot be read"))?.len();
    if size > LARGEST {
        bail!("{shown} has {size} bytes; a megabyte is the most, so hand it over in parts");
    }
    let text = fs::read_to_string(file).with_context(|| format!("{shown} is no text in UTF-8"))?;
    let handed = match calendar_of {
        Some(number) => DutyFile::Calendar { number, text },
        None => DutyFile::Table(text),
    };
    let done = opened.app.import_duty(opened.permit::<ManageDuty>()?, force, handed, choice).await?;
    let mut out = Out::new();
    if json {
        let faults: Vec<_> =
            done.faults.iter().map(|fault| json!({ "row": fault.row, "why": fault.why })).collect();
        out.json(&json!({
            "taken": done.taken, "new": done.new, "people": done.people, "rows": done.good, "refused": done.faulty,
            "faults": faults,
        }))?;
    } else {
        for (what, rows) in &done.good {
            out.line(format_args!("{rows} {what}"))?;
        }
        for fault in &done.faults {
            out.line(format_args!("row {}: {}", fault.row, fault.why))?;
        }
        let did = match (done.taken, choice) {
            (true, _) => format!("taken: {} new, {} people", done.new, done.people),
            (false, Choice::Look) => "nothing was changed; add --apply to take it".to_owned(),
            (false, _) => "nothing was changed: put the rows above right, or give --skip-faults".to_owned(),
        };
        out.line(format_args!("{} rows can be taken, {} cannot; {did}", done.total(), done.faulty))?;
    }
    out.finish()?;
    if !done.taken && choice != Choice::Look {
        bail!("the file was not taken");
    }
    Ok(())
}
