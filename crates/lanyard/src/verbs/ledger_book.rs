//! `lanyard ledger`: the log that can be checked by an outsider.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Subcommand;
use domain::EntryId;
use kernel::access::{Permit, RunService, SeeLedger};
use ledger_app::accept_ledger;

use super::ledger_verify::{self, Verify};
use super::ledger_witness::{AskWitness, CosignedVerb, WitnessVerb};
use service::open;
use service::open::Opened;
use service::out::{Out, note};

/// What to do with the ledger.
#[derive(Debug, Subcommand)]
pub(crate) enum LedgerVerb {
    /// Prove that no entry was changed, dropped, added or reordered: of an export, with its key and nothing else, or of this
    /// service's own ledger. With a checkpoint that was kept, that the ledger is an extension of it. Also checks the proof of one
    /// entry.
    Verify(Verify),
    /// Go on from where the ledger stands, after it was put back from a backup or once it is known why it does not continue what
    /// this node signed last. Until then nothing is signed. It is entered in the ledger, and administrators are told.
    Accept {
        /// Why, for the ledger: 1 to 500 characters.
        #[arg(long)]
        reason: String,
        /// The newest copy of a checkpoint, a file or the folder of copies: with it the gap is on record.
        #[arg(long, value_name = "FILE")]
        checkpoint: Option<PathBuf>,
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
    /// Cosign the checkpoint of another ledger as its witness, if it continues the one that was cosigned last.
    Witness(WitnessVerb),
    /// Write what a witness is asked: to cosign the newest checkpoint of this ledger.
    AskWitness(AskWitness),
    /// Keep the cosignatures that witnesses gave on a checkpoint of this ledger.
    Cosigned(CosignedVerb),
}

impl LedgerVerb {
    pub(crate) fn run(self, settings: Option<&Path>) -> anyhow::Result<()> {
        match self {
            Self::Verify(verify) => verify.run(settings),
            Self::Accept { reason, checkpoint } => {
                open::run(settings, async |opened| accept(opened, &reason, checkpoint.as_deref()).await)
            }
            Self::Export { with_details, out } => {
                open::run(settings, async |opened| export(opened, with_details, out.as_deref()).await)
            }
            Self::Prove { entry, out } => {
                open::run(settings, async |opened| prove(opened, entry, out.as_deref()).await)
            }
            Self::Witness(verb) => verb.run(settings),
            Self::AskWitness(verb) => verb.run(settings),
            Self::Cosigned(verb) => verb.run(settings),
            Self::Checkpoint => open::run(settings, async |opened| checkpoint(opened).await),
        }
    }
}

async fn export(opened: &Opened, with_details: bool, file: Option<&Path>) -> anyhow::Result<()> {
    let permit = opened.permit::<SeeLedger>()?;
    sign_first(opened).await;
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
            let entries =
                ledger_app::ledger_export::export_ledger(&opened.app, permit, with_details, &mut out).await?;
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
    let entries =
        ledger_app::ledger_export::export_ledger(&opened.app, permit, with_details, &mut writer).await?;
    writer.flush()?;
    writer.get_ref().sync_all()?;
    Ok(entries)
}

async fn prove(opened: &Opened, entry: EntryId, file: Option<&Path>) -> anyhow::Result<()> {
    let permit = opened.permit::<SeeLedger>()?;
    sign_first(opened).await;
    let proof = ledger_app::ledger_proof(&opened.app, permit, entry).await?;
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
    match ledger_app::checkpoint_ledger(&opened.app).await? {
        Some(signed) => out.raw(signed.as_bytes())?,
        None => note("the ledger has no entry yet, so there is nothing to sign"),
    }
    Ok(out.finish()?)
}

/// Gives the newest entries their place and signs them, so that what is written out proves them too. A ledger that is not signed
/// can be written out as well: that is when somebody has to look at it.
async fn sign_first(opened: &Opened) {
    if let Err(error) = ledger_app::checkpoint_ledger(&opened.app).await {
        note(format_args!("nothing new is signed: {error}"));
    }
}

async fn accept(opened: &Opened, reason: &str, kept: Option<&Path>) -> anyhow::Result<()> {
    let permit: Permit<RunService> = opened.permit()?;
    let newest = match kept {
        Some(path) => {
            let key = opened.app.ledger_key_text().parse()?;
            let all = ledger_verify::kept(path, &key)?;
            let newest = all.into_iter().max_by_key(|checkpoint| checkpoint.size);
            if newest.is_none() {
                bail!("{} holds no checkpoint", path.display());
            }
            newest
        }
        None => None,
    };
    let accepted = accept_ledger(&opened.app, permit, reason, newest).await?;
    let mut out = Out::new();
    out.line(format_args!("it was: {}", accepted.was))?;
    match accepted.signed {
        Some(signed) if signed > accepted.from => out.line(format_args!(
            "lost or changed: up to {} entries after the first {}; {} checkpoints were set aside",
            signed - accepted.from,
            accepted.from,
            accepted.void
        ))?,
        Some(signed) => out.line(format_args!(
            "the last known checkpoint covered {signed} entries; {} stand now; {} checkpoints were set aside",
            accepted.from, accepted.void
        ))?,
        None => out.line(format_args!(
            "what is lost is not known: no checkpoint of before was given; {} entries stand now",
            accepted.from
        ))?,
    }
    out.line("the ledger is signed again; this is entered in it")?;
    Ok(out.finish()?)
}
