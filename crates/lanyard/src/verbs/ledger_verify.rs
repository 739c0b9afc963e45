//! `lanyard ledger verify`: an export, the ledger in the database, or the proof of one entry.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use anyhow::{Context, anyhow, bail};
use clap::Args;
use kernel::access::SeeLedger;
use ledger::{
    Checkpoint, Fault, Proven, Report, VerifierKey, WitnessKey, is_proof, verify_extension, verify_proof,
};
use serde_json::json;

use super::ledger_beside::{More, Witnessing, exported_notes, findings_json, findings_told};
use super::public_keys::{public_key, witness_key};
use service::config::Config;
use service::open;
use service::open::Opened;
use service::out::{Failure, Out};

/// What is checked, and against what.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The export, or the proof of one entry; left out, the ledger of the service that the settings name.
    file: Option<PathBuf>,
    /// The ledger's public key, or a file that holds it: ledger.pub of the data folder. Only the service's own is known without.
    #[arg(long)]
    key: Option<String>,
    /// A checkpoint that was kept, or the folder or log that checkpoints were copied to; may be given several times.
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
    /// The public key of a witness, or a file that holds it: it must have cosigned a checkpoint. Those of the settings are known
    /// without. May be given several times.
    #[arg(long, value_name = "KEY")]
    witness: Vec<String>,
    /// For a machine.
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub(crate) fn run(self, settings: Option<&Path>) -> anyhow::Result<()> {
        let Some(file) = &self.file else {
            let trusted = Config::load(settings)?.ledger_witnesses;
            return open::run(settings, async |opened| self.own_ledger(opened, &trusted).await);
        };
        let Some(key) = &self.key else { bail!("the key is missing: --key KEY, or the file that holds it") };
        let key = public_key(key)?;
        let unreadable = || format!("{} cannot be read", file.display());
        let mut reader = BufReader::new(File::open(file).with_context(unreadable)?);
        if is_proof(reader.fill_buf().with_context(unreadable)?) {
            if !self.checkpoint.is_empty() {
                bail!("the proof of one entry holds its own checkpoint: compare that note with your copies");
            }
            if !self.witness.is_empty() {
                bail!(
                    "the proof of one entry holds no cosignatures: verify an export or a pack with --witness"
                );
            }
            return verify_one(file, reader, &key, self.json);
        }
        let kept = self.kept(&key)?;
        let verified = verify_extension(reader, &key, &kept);
        let notes = if self.witness.is_empty() { Vec::new() } else { exported_notes(file)? };
        let more = More { findings: None, witnesses: self.witnesses(&[], &notes)? };
        told(&file.display().to_string(), verified, &more, self.json)
    }

    /// Checks the ledger in the database as an export of it would be, private details included.
    async fn own_ledger(&self, opened: &Opened, trusted: &[WitnessKey]) -> anyhow::Result<()> {
        let permit = opened.permit::<SeeLedger>()?;
        let key: VerifierKey = match &self.key {
            Some(key) => public_key(key)?,
            None => opened.app.ledger_key_text().parse()?,
        };
        let mut kept = self.kept(&key)?;
        // What this node signed last stands outside the database: a database that was put back is found by it.
        kept.extend(ledger_app::last_signed(&opened.app).filter(|_| self.key.is_none()));
        let (to, from) = sync_channel(16);
        let checking =
            std::thread::spawn(move || verify_extension(BufReader::new(Reading::of(from)), &key, &kept));
        // Where the check gives up early nobody reads on; what it found says why.
        let written = ledger_app::ledger_export::export_ledger(&opened.app, permit, true, Writing(to)).await;
        let verified =
            checking.join().map_err(|_| anyhow!("the check broke off: a fault of this program"))?;
        if verified.is_ok() {
            written?;
        }
        let checked = compliance_app::check_findings(&opened.app, opened.permit::<SeeLedger>()?).await?;
        let notes = ledger_app::cosigned_notes(&opened.app, opened.permit::<SeeLedger>()?).await?;
        let more = More { findings: Some(checked), witnesses: self.witnesses(trusted, &notes)? };
        told("the ledger of this service", verified, &more, self.json)
    }

    /// Checks the cosignatures of the witnesses that are trusted on checkpoints that were cosigned.
    fn witnesses(&self, trusted: &[WitnessKey], notes: &[String]) -> anyhow::Result<Vec<Witnessing>> {
        let mut keys: Vec<(WitnessKey, bool)> = trusted.iter().map(|key| (key.clone(), false)).collect();
        for given in &self.witness {
            keys.push((witness_key(given)?, true));
        }
        Ok(keys.into_iter().map(|(key, must)| Witnessing::of(&key, must, notes)).collect())
    }

    fn kept(&self, key: &VerifierKey) -> anyhow::Result<Vec<Checkpoint>> {
        let mut all = Vec::new();
        for path in &self.checkpoint {
            let found = kept(path, key)?;
            if found.is_empty() {
                bail!("{} holds no checkpoint, so there is nothing to compare with", path.display());
            }
            all.extend(found);
        }
        Ok(all)
    }
}

/// Says what a check found.
fn told(what: &str, verified: Result<Report, Vec<Fault>>, more: &More, json: bool) -> anyhow::Result<()> {
    let mut out = Out::new();
    let findings = more.findings.as_ref();
    let good = verified.is_ok()
        && findings.is_none_or(|checked| checked.faults.is_empty())
        && more.witnesses.iter().all(|one| !one.bad);
    let witnesses: Vec<_> =
        more.witnesses.iter().map(|one| json!({ "says": one.says, "good": !one.bad })).collect();
    match verified {
        Ok(report) if json => out.json(&json!({
            "good": good, "whole": true, "origin": report.origin, "entries": report.entries, "sealed": report.sealed,
            "checkpoints": report.checkpoints, "root": report.sealed_root.to_string(), "details": report.details,
            "details_absent": report.details_absent, "withheld": report.withheld, "shows": report.shows,
            "extends": report.extends, "findings": findings.map(findings_json), "witnesses": witnesses,
        }))?,
        Ok(report) => whole(&mut out, what, &report)?,
        Err(faults) => {
            if json {
                let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
                out.json(&json!({
                    "good": false, "whole": false, "faults": faults, "findings": findings.map(findings_json),
                    "witnesses": witnesses,
                }))?;
            } else {
                for fault in &faults {
                    out.line(fault)?;
                }
                out.line(format_args!("{what} is NOT whole: {} faults", faults.len()))?;
            }
        }
    }
    if !json {
        if let Some(checked) = findings {
            findings_told(&mut out, checked)?;
        }
        for one in &more.witnesses {
            out.line(&one.says)?;
        }
    }
    out.finish()?;
    if good { Ok(()) } else { Err(Failure::Told.into()) }
}

/// Says that a ledger is whole, and how far that is proven.
fn whole(out: &mut Out, what: &str, report: &Report) -> io::Result<()> {
    out.line(format_args!(
        "{what} is whole: {} entries, {} proven by {} checkpoints of {}",
        report.entries, report.sealed, report.checkpoints, report.origin
    ))?;
    if let (Some(first), Some(last)) = (report.first, report.last) {
        out.line(format_args!("from {first} to {last}"))?;
    }
    out.line(format_args!("root of the last checkpoint: {}", report.sealed_root))?;
    let absent = if report.with_details { "erased, and entries say so" } else { "not in this file" };
    out.line(format_args!("private details: {} match, {} {absent}", report.details, report.details_absent))?;
    if report.withheld > 0 {
        let shows = report.shows.as_deref().unwrap_or_default();
        out.line(format_args!(
            "withheld: {} entries are in it as their hash alone; it was made for a reader of {shows}",
            report.withheld
        ))?;
    }
    if report.extends > 0 {
        out.line(format_args!(
            "it is an extension of each of the {} checkpoints that you or the service kept",
            report.extends
        ))?;
    }
    if report.unsealed() > 0 {
        out.line(format_args!(
            "not proven: the last {} entries, which no checkpoint covers yet",
            report.unsealed()
        ))?;
    }
    Ok(())
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

/// Larger files hold no checkpoints, or should be cut into smaller ones.
const LARGEST_COPIES: u64 = 256 << 20;

/// Reads the checkpoints in a file, or in every file of a folder: notes as they are, in letters, and as lines of a syslog.
///
/// # Errors
/// A file that cannot be read, and a checkpoint that is of another ledger or not signed by the key, with its file.
pub(super) fn kept(path: &Path, key: &VerifierKey) -> anyhow::Result<Vec<Checkpoint>> {
    let unreadable = || format!("{} cannot be read", path.display());
    let mut files = Vec::new();
    if fs::metadata(path).with_context(unreadable)?.is_dir() {
        for file in fs::read_dir(path).with_context(unreadable)? {
            let file = file.with_context(unreadable)?;
            let hidden = file.file_name().to_string_lossy().starts_with('.');
            if !hidden && file.file_type()?.is_file() {
                files.push(file.path());
            }
        }
    } else {
        files.push(path.to_owned());
    }
    let mut all = Vec::new();
    for file in files {
        let shown = file.display();
        let mut bytes = Vec::new();
        let read = File::open(&file).and_then(|open| open.take(LARGEST_COPIES).read_to_end(&mut bytes));
        read.with_context(|| format!("{shown} cannot be read"))?;
        for note in notes(&String::from_utf8_lossy(&bytes)) {
            all.push(Checkpoint::open(&note, key).with_context(|| format!("{shown}"))?);
        }
    }
    Ok(all)
}

/// Returns the notes in a text: as they are, and quoted on one line.
fn notes(text: &str) -> Vec<String> {
    let mut found = blocks(text);
    for line in text.lines() {
        let quoted = line.find('"').zip(line.rfind('"')).and_then(|(from, to)| line.get(from..=to));
        if let Some(note) = quoted.and_then(|quoted| serde_json::from_str::<String>(quoted).ok()) {
            found.extend(blocks(&note));
        }
    }
    found
}

/// Returns each run of lines that is a checkpoint by its form: a name, a number, a root, an empty line, signatures.
fn blocks(text: &str) -> Vec<String> {
    const SIGNATURE: &str = "\u{2014} ";
    let lines: Vec<&str> = text.lines().collect();
    let block = |lines: &[&str]| -> Option<String> {
        let [name, size, root, empty, signatures @ ..] = lines else { return None };
        size.parse::<u64>().ok()?;
        let whole = !name.is_empty() && root.len() == 44 && empty.is_empty();
        let signed: Vec<&str> =
            signatures.iter().copied().take_while(|line| line.starts_with(SIGNATURE)).collect();
        (whole && !signed.is_empty()).then(|| format!("{name}\n{size}\n{root}\n\n{}\n", signed.join("\n")))
    };
    (0..lines.len()).filter_map(|from| block(lines.get(from..)?)).collect()
}

/// One end of a pipe between the export and the check.
struct Writing(SyncSender<Vec<u8>>);

impl Write for Writing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.send(bytes.to_vec()).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The other end.
struct Reading {
    from: Receiver<Vec<u8>>,
    rest: io::Cursor<Vec<u8>>,
}

impl Reading {
    const fn of(from: Receiver<Vec<u8>>) -> Self {
        Self { from, rest: io::Cursor::new(Vec::new()) }
    }
}

impl Read for Reading {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.rest.read(out)?;
            if read > 0 || out.is_empty() {
                return Ok(read);
            }
            match self.from.recv() {
                Ok(bytes) => self.rest = io::Cursor::new(bytes),
                Err(_) => return Ok(0),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTE: &str = "a.example/ledger\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n\u{2014} a.example/ledger BBBB\n";

    #[test]
    fn notes_are_found_as_they_are_in_letters_and_in_logs() {
        assert_eq!(notes(NOTE), [NOTE]);
        let letter = format!("Keep this letter.\r\n\r\n{}\r\nBye", NOTE.replace('\n', "\r\n"));
        assert_eq!(notes(&letter), [NOTE]);
        let line =
            format!("Nov 29 host lanyard: ledger checkpoint of 7 entries: {}", serde_json::json!(NOTE));
        assert_eq!(notes(&format!("{line}\nother \"line\"\n{line}\n")), [NOTE, NOTE]);
        assert!(notes("nothing\n7\nhere\n\n").is_empty());
    }

    #[test]
    fn a_pipe_gives_what_was_put_in() {
        let (to, from) = sync_channel(1);
        let writer = std::thread::spawn(move || {
            let mut to = Writing(to);
            for part in [&b"ab"[..], b"", b"cde"] {
                to.write_all(part).unwrap();
            }
        });
        let mut text = String::new();
        Reading::of(from).read_to_string(&mut text).unwrap();
        writer.join().unwrap();
        assert_eq!(text, "abcde");
    }
}
