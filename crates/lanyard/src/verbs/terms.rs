//! `lanyard terms`: entering that somebody accepted what applies to them.

use std::path::Path;

use app::access::RecordAcceptance;
use clap::Subcommand;
use domain::Force;

use crate::open::{self, Opened};
use crate::out::Out;

/// Every document that has terms.
const ALL: &str = "all";

/// What to do with the terms.
#[derive(Debug, Subcommand)]
pub(crate) enum TermsVerb {
    /// Enter that a person read and accepted the terms in force, such as on a signed paper form.
    Accept {
        /// Number or id of the person.
        #[arg(long)]
        person: String,
        /// The force of that number, where both forces have it.
        #[arg(long)]
        force: Option<Force>,
        /// The document, such as mobile-device-use; or all.
        #[arg(long, default_value = ALL)]
        document: String,
    },
}

impl TermsVerb {
    pub(crate) fn run(self, settings: Option<&Path>) -> anyhow::Result<()> {
        open::run(settings, async |opened| match self {
            Self::Accept { person, force, document } => accept(opened, &person, force, &document).await,
        })
    }
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
        opened
            .app
            .accept_terms(opened.permit::<RecordAcceptance>()?, person.id, document, "command-line")
            .await?;
        let clauses = policy.terms(document).map_or(0, |terms| terms.clauses.len());
        out.line(format_args!("{} {} accepted {document}, {clauses} clauses", person.number, person.name))?;
    }
    Ok(out.finish()?)
}
