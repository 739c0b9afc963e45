//! `lanyard verify`: the check of a pack. It opens no service and asks nobody.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use ledger::{FindingLine, WitnessKey};
use pack::{PackFault, PackReport};
use serde_json::json;

use super::public_keys::{public_key, witness_key};
use service::out::{Failure, Out, wrapped};

/// Larger files are no packs.
const LARGEST: u64 = 65 << 20;

/// The pack, and the keys to check it with.
#[derive(Debug, Args)]
pub(crate) struct VerifyPack {
    /// The pack.
    pack: PathBuf,
    /// The ledger's public key, or a file that holds it: ledger.pub of the data folder. Get it from somebody other than who gave
    /// you the pack.
    #[arg(long)]
    key: String,
    /// The public key of a witness that you trust, or a file that holds it: it must have cosigned the pack's checkpoint. May be
    /// given several times.
    #[arg(long, value_name = "KEY")]
    witness: Vec<String>,
    /// For a machine.
    #[arg(long)]
    json: bool,
}

impl VerifyPack {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let key = public_key(&self.key)?;
        let witnesses: Vec<WitnessKey> =
            self.witness.iter().map(|given| witness_key(given)).collect::<anyhow::Result<_>>()?;
        let shown = self.pack.display();
        let mut bytes = Vec::new();
        let read = File::open(&self.pack).and_then(|file| file.take(LARGEST).read_to_end(&mut bytes));
        read.with_context(|| format!("{shown} cannot be read"))?;
        let mut out = Out::new();
        match pack::verify(&bytes, &key, &witnesses) {
            Ok(report) => good(&mut out, &report, self.json)?,
            Err(faults) => {
                bad(&mut out, &faults, self.json)?;
                out.finish()?;
                return Err(Failure::Told.into());
            }
        }
        Ok(out.finish()?)
    }
}

fn good(out: &mut Out, report: &PackReport, json: bool) -> anyhow::Result<()> {
    let content = &report.content;
    let lines = content
        .findings
        .iter()
        .filter_map(|finding| Some((finding, FindingLine::parse(&finding.line).ok()?)));
    if json {
        let findings: Vec<_> = lines
            .map(|(finding, line)| {
                json!({ "subject": line.subject, "clause": line.clause, "outcome": line.outcome, "since": line.since.to_string(),
                    "judged_at": line.at.to_string(), "says": finding.says, "entry": finding.entry })
            })
            .collect();
        let cosigned: Vec<_> = report
            .cosigned
            .iter()
            .map(|(witness, at)| json!({ "witness": witness, "at": at.to_string() }))
            .collect();
        return Ok(out.json(&json!({
            "proven": true, "origin": content.origin, "made_at": content.made_at.to_string(), "asked": content.asked.words,
            "size": report.size, "root": report.root.to_string(), "cosigned": cosigned, "left_out": content.left_out,
            "withheld_facts": report.withheld, "without_clause": report.without_clause, "findings": findings,
        }))?);
    }
    out.line(format_args!("{}", content.asked.words))?;
    out.line(format_args!(
        "made {} by {} from the ledger {}",
        content.made_at, content.asked.by, content.origin
    ))?;
    for (finding, line) in lines {
        let named = content.subjects.iter().find(|one| one.subject == line.subject);
        let name = named.map_or(line.subject.as_str(), |one| one.name.as_str());
        out.line(wrapped(
            &format!("{name}, {}: {} since {}", line.clause, finding.says, line.since),
            100,
            "  ",
        ))?;
    }
    out.line(format_args!(
        "proven: {} findings, under the checkpoint of {} entries with root {}",
        content.findings.len(),
        report.size,
        report.root
    ))?;
    for (witness, at) in &report.cosigned {
        out.line(format_args!("cosigned by {witness} at {at}"))?;
    }
    if report.cosigned.is_empty() {
        out.line("no witness was asked for: compare the root with a checkpoint that was kept elsewhere")?;
    }
    out.line(format_args!(
        "left out: {} findings and {} facts that the reader may not see; rules no longer kept: of {} findings",
        content.left_out, report.withheld, report.without_clause
    ))?;
    Ok(())
}

fn bad(out: &mut Out, faults: &[PackFault], json: bool) -> anyhow::Result<()> {
    if json {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        out.json(&json!({ "proven": false, "faults": faults }))?;
        return Ok(());
    }
    for fault in faults {
        out.line(fault)?;
    }
    out.line("the pack proves NOTHING: ask for it again, and tell who gave it to you what is wrong")?;
    Ok(())
}
