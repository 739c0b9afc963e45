//! `lanyard ledger witness`, `ask-witness` and `cosigned`: two ledgers that vouch for each other.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use kernel::access::{Permit, RunService, SeeLedger};
use ledger::{WitnessKey, WitnessRequest};
use ledger_app::Request;

use super::public_keys::{public_key, witness_key};
use service::config::Config;
use service::out::{Out, note};
use service::{keys, open, system};

/// Longer requests and notes are none.
const LONGEST: u64 = 100 * 1024;

/// What is cosigned.
#[derive(Debug, Args)]
pub(crate) struct WitnessVerb {
    /// What `lanyard ledger ask-witness` of the other service wrote; left out, from standard input.
    request: Option<PathBuf>,
    /// The other ledger's public key, or a file that holds it. Get it from those who own that ledger, not with the request.
    #[arg(long, value_name = "KEY")]
    ledger: String,
    /// This witness never cosigned that ledger before.
    #[arg(long)]
    first: bool,
}

impl WitnessVerb {
    pub(crate) fn run(self, settings: Option<&Path>) -> anyhow::Result<()> {
        let text = given(self.request.as_deref())?;
        let config = Config::load(settings)?;
        open::run(settings, async |opened| {
            let request = Request {
                ledger: public_key(&self.ledger)?,
                asked: WitnessRequest::parse(&text)?,
                first: self.first,
            };
            let permit: Permit<RunService> = opened.permit()?;
            let key = keys::witness_key(&config, &system::world())?;
            let public = key.public().clone();
            let done = ledger_app::witness(&opened.app, permit, request, key).await?;
            let mut out = Out::new();
            out.raw(done.note.as_bytes())?;
            out.finish()?;
            match done.before {
                Some(before) => {
                    note(format_args!("cosigned: {} entries, which continue {before}", done.size))
                }
                None => note(format_args!("cosigned for the first time: {} entries", done.size)),
            }
            note(format_args!("this witness's public key: {public}"));
            Ok(())
        })
    }
}

/// From where the witness goes on.
#[derive(Debug, Args)]
pub(crate) struct AskWitness {
    /// The number of entries that the witness cosigned last; 0 if it never did.
    #[arg(long, default_value_t = 0)]
    from: u64,
}

impl AskWitness {
    pub(crate) fn run(self, settings: Option<&Path>) -> anyhow::Result<()> {
        open::run(settings, async |opened| {
            let request =
                ledger_app::ask_witness(&opened.app, opened.permit::<SeeLedger>()?, self.from).await?;
            let mut out = Out::new();
            out.raw(request.text().as_bytes())?;
            Ok(out.finish()?)
        })
    }
}

/// A note with cosignatures.
#[derive(Debug, Args)]
pub(crate) struct CosignedVerb {
    /// What the witness wrote; left out, from standard input.
    note: Option<PathBuf>,
    /// The public key of a witness that you trust, or a file that holds it. Those of the settings are known without.
    #[arg(long, value_name = "KEY")]
    witness: Vec<String>,
}

impl CosignedVerb {
    pub(crate) fn run(self, settings: Option<&Path>) -> anyhow::Result<()> {
        let text = given(self.note.as_deref())?;
        let mut witnesses: Vec<WitnessKey> = Config::load(settings)?.ledger_witnesses;
        for one in &self.witness {
            witnesses.push(witness_key(one)?);
        }
        open::run(settings, async |opened| {
            let permit: Permit<RunService> = opened.permit()?;
            let kept =
                ledger_app::keep_cosignatures(&opened.app, permit, text.clone(), witnesses.clone()).await?;
            let mut out = Out::new();
            out.line(format_args!("kept the cosignature of {}", kept.join(", ")))?;
            Ok(out.finish()?)
        })
    }
}

/// Reads a file, or standard input.
fn given(file: Option<&Path>) -> anyhow::Result<String> {
    let mut text = String::new();
    match file {
        Some(path) => {
            let open = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
            open.take(LONGEST).read_to_string(&mut text)?;
        }
        None => drop(io::stdin().take(LONGEST).read_to_string(&mut text)?),
    }
    Ok(text)
}
