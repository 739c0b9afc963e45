//! `lanyard ledger`: the log that can be checked by a stranger.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use app::access::{Permit, RunService, SeeLedger};
use clap::Subcommand;
use domain::EntryId;
use ledger::{Proven, VerifierKey, is_proof, verify_export, verify_proof};
use serde_json::json;

use crate::open::{self, Opened};
use crate::out::{Failure, Out, note};

/// What to do with the ledger.
#[derive(Debug, Subcommand)]
pub(crate) enum LedgerVerb {
    /// Prove that no entry of an export was changed, dropped, added or reordered, or that one entry is in the ledger. Needs
    /// no database and no settings.
    Verify {
        /// The export, or the proof of one entry.
        file: PathBuf,
        /// The ledger's public key, or a file that holds it: ledger.pub of the data folder.
        #[arg(long)]
        key: String,
        /// For a machine.
        #[arg(long)]
        json: bool,
    },
    /// Write the whole ledger, a line an entry.
    Export {
        /// Private details too: names, reasons, what people typed. Handle the file as such.
        #[arg(long)]
        with_details: bool,
        /// Write it here; left out, to standard output.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Write the proof that one entry is in the ledger: a file that says nothing of the others.
    Prove {
        /// The entry's id, as an export and the address of its page have it.
        entry: EntryId,
        /// Write it here; left out, to standard output.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Sign a checkpoint over everything so far, and print it: a copy kept elsewhere proves the log from then on.
    Checkpoint,
}

impl LedgerVerb {
    pub(crate) fn run(self, settings: Option<&Path>) -> anyhow::Result<()> {
        match self {
            Self::Verify { file, key, json } => verify(&file, &key, json),
            Self::Export { with_details, out } => {
                open::run(settings, async |opened| export(opened, with_details, out.as_deref()).await)
            }
            Self::Prove { entry, out } => {
                open::run(settings, async |opened| prove(opened, entry, out.as_deref()).await)
            }
            Self::Checkpoint => open::run(settings, async |opened| checkpoint(opened).await),
        }
    }
}

fn verify(file: &Path, key: &str, json: bool) -> anyhow::Result<()> {
    let key = public_key(key)?;
    let unreadable = || format!("{} cannot be read", file.display());
    let mut reader = BufReader::new(File::open(file).with_context(unreadable)?);
    if is_proof(reader.fill_buf().with_context(unreadable)?) {
        return verify_one(file, reader, &key, json);
    }
    let verified = verify_export(reader, &key);
    let mut out = Out::new();
    match verified {
        Ok(report) if json => out.json(&json!({
            "whole": true, "origin": report.origin, "entries": report.entries, "sealed": report.sealed,
            "checkpoints": report.checkpoints, "root": report.sealed_root.to_string(), "details": report.details,
            "details_absent": report.details_absent,
        }))?,
        Ok(report) => {
            out.line(format_args!(
                "{} is whole: {} entries, {} proven by {} checkpoints of {}",
                file.display(),
                report.entries,
                report.sealed,
                report.checkpoints,
                report.origin
            ))?;
            if let (Some(first), Some(last)) = (report.first, report.last) {
                out.line(format_args!("from {first} to {last}"))?;
            }
            out.line(format_args!("root of the last checkpoint: {}", report.sealed_root))?;
            out.line(format_args!("private details: {} match, {} not in this file", report.details, report.details_absent))?;
            if report.unsealed() > 0 {
                out.line(format_args!("not proven: the last {} entries, which no checkpoint covers yet", report.unsealed()))?;
            }
        }
        Err(faults) => {
            if json {
                let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
                out.json(&json!({ "whole": false, "faults": faults }))?;
            } else {
                for fault in &faults {
                    out.line(fault)?;
                }
                out.line(format_args!("{} is NOT whole: {} faults", file.display(), faults.len()))?;
            }
            out.finish()?;
            return Err(Failure::Told.into());
        }
    }
    Ok(out.finish()?)
}

/// The largest proof that is read.
const LARGEST_PROOF: u64 = 1 << 20;

fn verify_one(file: &Path, reader: impl Read, key: &VerifierKey, json: bool) -> anyhow::Result<()> {
    let mut bytes = Vec::new();
    reader.take(LARGEST_PROOF).read_to_end(&mut bytes)?;
    let mut out = Out::new();
    match verify_proof(&bytes, key) {
        Ok(proven) if json => out.json(&json!({
            "proven": true, "origin": proven.origin, "index": proven.index, "size": proven.size,
            "root": proven.root.to_string(), "at": proven.entry.at.to_string(), "actor": proven.entry.actor,
            "action": proven.entry.action, "subject": proven.entry.subject,
        }))?,
        Ok(proven) => {
            let Proven { origin, index, entry, size, root } = proven;
            out.line(format_args!("{} proves entry {index} of {origin}", file.display()))?;
            out.line(format_args!(
                "{}: {} did {} on {}",
                entry.at, entry.actor, entry.action, entry.subject
            ))?;
            out.line(format_args!("covered by the checkpoint of {size} entries with root {root}"))?;
        }
        Err(fault) => {
            if json {
                out.json(&json!({ "proven": false, "faults": [fault.to_string()] }))?;
            } else {
                out.line(&fault)?;
                out.line(format_args!("{} proves NOTHING", file.display()))?;
            }
            out.finish()?;
            return Err(Failure::Told.into());
        }
    }
    Ok(out.finish()?)
}

/// A key given as text or as a file.
fn public_key(given: &str) -> anyhow::Result<VerifierKey> {
    let text = if Path::new(given).is_file() {
        std::fs::read_to_string(given).with_context(|| format!("{given} cannot be read"))?
    } else {
        given.to_owned()
    };
    text.trim().parse().map_err(|error| anyhow!("--key is neither a file nor a ledger key: {error}"))
}

async fn export(opened: &Opened, with_details: bool, file: Option<&Path>) -> anyhow::Result<()> {
    let permit = opened.permit::<SeeLedger>()?;
    // The newest entries are given their place and sealed first, so that the export proves them too.
    opened.app.checkpoint_ledger().await?;
    let mode = if with_details { 0o600 } else { 0o644 };
    let entries = match file {
        Some(path) => {
            let made = File::options().write(true).create_new(true).mode(mode).open(path);
            let file = made.with_context(|| format!("{} cannot be written", path.display()))?;
            let written = export_to(opened, permit, with_details, file).await;
            if written.is_err() {
                // Half an export would only ever be read as a broken ledger.
                std::fs::remove_file(path)?;
            }
            written?
        }
        None => {
            let mut out = Out::new();
            let entries = opened.app.export_ledger(permit, with_details, &mut out).await?;
            out.finish()?;
            entries
        }
    };
    note(format_args!("{entries} entries; the key to verify them with: {}", opened.app.ledger_key_text()));
    Ok(())
}

async fn export_to(
    opened: &Opened,
    permit: Permit<SeeLedger>,
    with_details: bool,
    file: File,
) -> anyhow::Result<u64> {
    let mut writer = BufWriter::new(file);
    let entries = opened.app.export_ledger(permit, with_details, &mut writer).await?;
    writer.flush()?;
    writer.get_ref().sync_all()?;
    Ok(entries)
}

async fn prove(opened: &Opened, entry: EntryId, file: Option<&Path>) -> anyhow::Result<()> {
    let permit = opened.permit::<SeeLedger>()?;
    // The newest entry can be proven too.
    opened.app.checkpoint_ledger().await?;
    let proof = opened.app.ledger_proof(permit, entry).await?;
    match file {
        Some(path) => {
            let made = File::options().write(true).create_new(true).open(path);
            let mut file = made.with_context(|| format!("{} cannot be written", path.display()))?;
            file.write_all(proof.as_bytes())?;
        }
        None => {
            let mut out = Out::new();
            out.raw(proof.as_bytes())?;
            out.finish()?;
        }
    }
    note(format_args!("the key to verify it with: {}", opened.app.ledger_key_text()));
    Ok(())
}

async fn checkpoint(opened: &Opened) -> anyhow::Result<()> {
    let _: Permit<RunService> = opened.permit()?;
    let mut out = Out::new();
    match opened.app.checkpoint_ledger().await? {
        Some(signed) => out.raw(signed.as_bytes())?,
        None => note("the ledger has no entry yet, so there is nothing to sign"),
    }
    Ok(out.finish()?)
}
