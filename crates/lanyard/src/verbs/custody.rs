//! `lanyard custody`: the chain of custody, and the check of a signed record.

use domain::HandoverState;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use custody_app::read::HandoverFilter;
use custody_app::reference;
use kernel::access::SeeCustody;
use serde_json::json;

use service::open;
use service::open::Opened;
use service::out::{Failure, Out};

/// Hand-overs asked for at once.
const PAGE: u32 = 200;

/// What to do with hand-overs.
#[derive(Debug, Subcommand)]
pub(crate) enum CustodyVerb {
    /// Hand-overs, newest first, two hundred at most.
    List {
        /// draft, complete, refused, withdrawn or expired.
        #[arg(long)]
        state: Option<HandoverState>,
        /// For a machine.
        #[arg(long)]
        json: bool,
    },
    /// Make a signed record again, and compare it with what is kept and with the ledger.
    Verify {
        /// Its number, such as H-1001, or its id.
        record: String,
        /// Write the PDF that is kept here.
        #[arg(long, value_name = "FILE")]
        pdf: Option<PathBuf>,
        /// For a machine.
        #[arg(long)]
        json: bool,
    },
}

impl CustodyVerb {
    pub(crate) fn run(self, settings: Option<&Path>) -> anyhow::Result<()> {
        open::run(settings, async |opened| match self {
            Self::List { state, json } => list(opened, state, json).await,
            Self::Verify { record, pdf, json } => verify(opened, &record, pdf.as_deref(), json).await,
        })
    }
}

async fn list(opened: &Opened, state: Option<HandoverState>, json: bool) -> anyhow::Result<()> {
    let filter = HandoverFilter { state, kind: None };
    let rows =
        custody_app::read::handovers(&opened.app, opened.permit::<SeeCustody>()?, filter, None, PAGE).await?;
    let mut out = Out::new();
    if json {
        let rows: Vec<_> = rows
            .iter()
            .map(|row| {
                json!({
                    "reference": reference(row.handover.number), "id": row.handover.id, "kind": row.handover.kind,
                    "state": row.state.as_str(), "from": row.giver, "to": row.receiver, "serials": row.serials,
                    "signed": row.signed, "drafted_at": row.handover.drafted_at.to_string(),
                })
            })
            .collect();
        out.json(&rows)?;
    } else {
        let rows: Vec<[String; 6]> = rows
            .iter()
            .map(|row| {
                [
                    reference(row.handover.number),
                    row.handover.kind.title().to_owned(),
                    row.state.as_str().to_owned(),
                    row.serials.join(" "),
                    row.giver.clone(),
                    row.receiver.clone(),
                ]
            })
            .collect();
        out.table(["HAND-OVER", "KIND", "STATE", "THINGS", "FROM", "TO"], &rows)?;
    }
    Ok(out.finish()?)
}

async fn verify(opened: &Opened, record: &str, pdf: Option<&Path>, json: bool) -> anyhow::Result<()> {
    let permit = opened.permit::<SeeCustody>()?;
    let id = custody_app::read::handover_named(&opened.app, &permit, record).await?;
    let verified = custody_app::record::verify_custody(&opened.app, permit, id).await?;
    if let Some(file) = pdf {
        let kept =
            custody_app::record::custody_record(&opened.app, opened.permit::<SeeCustody>()?, id).await?;
        std::fs::write(file, kept.pdf).with_context(|| format!("writing {}", file.display()))?;
    }
    let mut out = Out::new();
    if json {
        out.json(&json!({
            "reference": verified.reference, "data": verified.data_digest, "pdf": verified.pdf_digest,
            "faults": verified.faults,
        }))?;
    } else {
        out.line(format_args!("{}: data {}", verified.reference, verified.data_digest))?;
        out.line(format_args!("{}: PDF  {}", verified.reference, verified.pdf_digest))?;
        for fault in &verified.faults {
            out.line(format_args!("{}: {fault}", verified.reference))?;
        }
        if verified.faults.is_empty() {
            out.line("data, signatures, PDF and ledger agree")?;
        }
    }
    out.finish()?;
    if verified.faults.is_empty() { Ok(()) } else { Err(Failure::Told.into()) }
}
