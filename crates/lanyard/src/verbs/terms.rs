//! `lanyard terms`: entering that somebody accepted what concerns them, and how people stand.

use std::path::Path;

use clap::Subcommand;
use domain::Force;
use kernel::access::{RecordAcceptance, SeePeople};
use serde_json::json;

use service::open;
use service::open::Opened;
use service::out::Out;

/// Every document that has terms.
const ALL: &str = "all";

/// How the terms were shown, as an acceptance entered here keeps it.
const SHOWN: &str = "on paper, entered on the command line";

/// What to do with the terms.
#[derive(Debug, Subcommand)]
pub(crate) enum TermsVerb {
    /// Enter that a person read and accepted the terms in force, such as on a signed paper form.
    Accept {
        /// Number or id of the person.
        #[arg(long)]
        person: String,
        /// The force of that number, where several forces have it.
        #[arg(long)]
        force: Option<Force>,
        /// The document, such as mobile-device-use; or all.
        #[arg(long, default_value = ALL)]
        document: String,
    },
    /// How the people of each force stand to each document.
    Status {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

impl TermsVerb {
    pub(crate) fn run(self, settings: Option<&Path>) -> anyhow::Result<()> {
        open::run(settings, async |opened| match self {
            Self::Accept { person, force, document } => accept(opened, &person, force, &document).await,
            Self::Status { json } => status(opened, json).await,
        })
    }
}

async fn status(opened: &Opened, json: bool) -> anyhow::Result<()> {
    let documents =
        terms_app::terms_desk::terms_documents(&opened.app, opened.permit::<SeePeople>()?).await?;
    let lines = documents.iter().flat_map(|document| &document.forces);
    let mut out = Out::new();
    if json {
        let lines: Vec<_> = lines
            .map(|line| {
                json!({
                    "document": line.document, "force": line.force, "accepted": line.accepted, "asked": line.asked,
                    "overdue": line.overdue, "restricted": line.lapsed, "asked_for_another_way": line.adjusted,
                })
            })
            .collect();
        out.json(&lines)?;
    } else {
        let rows: Vec<[String; 6]> = lines
            .map(|line| {
                let figures =
                    [line.accepted, line.asked, line.overdue, line.lapsed].map(|figure| figure.to_string());
                let [accepted, asked, overdue, lapsed] = figures;
                [accepted, asked, overdue, lapsed, line.force.to_string(), line.document.clone()]
            })
            .collect();
        out.table(["ACCEPTED", "ASKED", "OVERDUE", "RESTRICTED", "FORCE", "DOCUMENT"], &rows)?;
    }
    Ok(out.finish()?)
}

async fn accept(opened: &Opened, person: &str, force: Option<Force>, document: &str) -> anyhow::Result<()> {
    let person = opened.person(person, force).await?;
    let policy = opened.app.policy();
    let documents: Vec<&str> = match document {
        ALL => policy.all_terms().keys().map(String::as_str).collect(),
        one => vec![one],
    };
    let mut out = Out::new();
    for document in documents {
        terms_app::accept_terms(
            &opened.app,
            opened.permit::<RecordAcceptance>()?,
            person.id,
            document,
            SHOWN,
        )
        .await?;
        out.line(format_args!("{} {} accepted {document}", person.number, person.name))?;
    }
    Ok(out.finish()?)
}
