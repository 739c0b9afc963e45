//! `lanyard policy import`: a document folder drafted from a numbered plain text.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use clap::Args;
use policy_import::{Draft, ImportOptions, Place, import};

use service::out::Out;

/// Larger texts are refused: a policy is a document, not a dump.
const LARGEST: u64 = 4 << 20;

/// Whether a line has a place.
type Has = fn(Place) -> bool;

/// Lines that are part of no clause and were recognised, by what they are.
const RECOGNISED: [(&str, Has); 4] = [
    ("Cover", |place| place == Place::Cover),
    ("Title", |place| place == Place::Title),
    ("Table of contents", |place| place == Place::Contents),
    ("Headers and footers", |place| place == Place::EveryPage),
];

/// Arguments.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The text.
    file: PathBuf,
    /// The document's id and folder, such as mobile-device-use.
    #[arg(long)]
    id: String,
    /// The prefix of its clause ids: 1 to 12 letters and digits.
    #[arg(long)]
    prefix: String,
    /// Its title.
    #[arg(long)]
    title: String,
    /// The policy folder to put the draft into.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Import {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let shown = self.file.display();
        let size = fs::metadata(&self.file).with_context(|| format!("{shown} cannot be read"))?.len();
        if size > LARGEST {
            bail!("{shown} has {size} bytes; a text to draft from has {LARGEST} at most");
        }
        let bytes = fs::read(&self.file).with_context(|| format!("{shown} cannot be read"))?;
        let text = String::from_utf8(bytes)
            .map_err(|_| anyhow!("{shown} is not UTF-8 text; save it as plain text in UTF-8 first"))?;
        let draft = import(&text, &ImportOptions { id: self.id, prefix: self.prefix, title: self.title })?;
        if let Some(dir) = &self.out {
            write(dir, &draft)?;
        }
        said(&draft, self.out.as_deref())
    }
}

/// Writes the draft; a file that is there already stops it before anything is written.
fn write(dir: &Path, draft: &Draft) -> anyhow::Result<()> {
    let paths: Vec<(PathBuf, &str)> =
        draft.files.iter().map(|(path, text)| (dir.join(path), text.as_str())).collect();
    if let Some((there, _)) = paths.iter().find(|(path, _)| path.exists()) {
        bail!("{} is there already; choose another --id, or take the old draft away first", there.display());
    }
    for (path, text) in &paths {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)
                .with_context(|| format!("the folder {} cannot be made", folder.display()))?;
        }
        let written = OpenOptions::new().write(true).create_new(true).open(path);
        written
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(())
}

fn said(draft: &Draft, dir: Option<&Path>) -> anyhow::Result<()> {
    let mut out = Out::new();
    if dir.is_none() {
        for (path, text) in &draft.files {
            out.line(format_args!("==> {path}\n{}", text.trim_end()))?;
        }
    }
    for (what, is) in RECOGNISED {
        let lines: Vec<String> =
            draft.lines.iter().filter(|line| is(line.place)).map(|line| line.line.to_string()).collect();
        if !lines.is_empty() {
            let word = if lines.len() == 1 { "line" } else { "lines" };
            out.line(format_args!("{what}: {word} {}", lines.join(", ")))?;
        }
    }
    if draft.not_understood().next().is_some() {
        out.line("Lines that were not understood; put each where it belongs, or leave it out on purpose:")?;
    }
    for (left, why) in draft.not_understood() {
        out.line(format_args!("  {}: {} ({why})", left.line, left.text))?;
    }
    for note in &draft.notes {
        out.line(format_args!("note: {note}"))?;
    }
    match dir {
        Some(dir) => out.line(format_args!(
            "{} clauses in {} files under {}; `lanyard policy list --policy {}` shows what is left to bind",
            draft.clauses,
            draft.files.len(),
            dir.display(),
            dir.display()
        ))?,
        None => out.line(format_args!(
            "{} clauses in {} files; nothing written: name a policy folder with --out DIR",
            draft.clauses,
            draft.files.len()
        ))?,
    }
    Ok(out.finish()?)
}
