//! `lanyard duty`: how somebody stands to duty, and rosters from files.

use std::path::Path;

use clap::Subcommand;
use domain::{Force, Timestamp};
use duty_app::{Calendars, Rosters, State};
use kernel::access::SeeDuty;
use serde_json::json;

use crate::verbs::import;
use crate::verbs::import::Asked;
use service::open;
use service::open::Opened;
use service::out::Out;

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
    /// Show what a table of rosters (CSV or .xlsx), or the calendar (iCalendar) of one person, would do; with --apply, do it.
    Import {
        /// The file is the calendar of the person with this number.
        #[arg(long, value_name = "NUMBER")]
        calendar_of: Option<String>,
        /// What is asked of every file.
        #[command(flatten)]
        asked: Asked,
    },
}

impl DutyVerb {
    pub(crate) fn run(self, settings: Option<&Path>) -> anyhow::Result<()> {
        open::run(settings, async |opened| match self {
            Self::State { person, force, at, json } => state(opened, &person, force, at, json).await,
            Self::Import { calendar_of: None, asked } => import::run::<Rosters>(opened, asked).await,
            Self::Import { calendar_of: Some(number), asked } => {
                import::about::<Calendars>(opened, asked, number).await
            }
        })
    }
}

async fn state(
    opened: &Opened,
    person: &str,
    force: Option<Force>,
    at: Option<Timestamp>,
    json: bool,
) -> anyhow::Result<()> {
    let person = opened.person(person, force).await?;
    let at = at.unwrap_or_else(|| opened.app.world().now());
    let state = duty_app::duty_at(&opened.app, opened.permit::<SeeDuty>()?.into(), person.id, at).await?;
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
