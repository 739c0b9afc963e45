//! `lanyard person import`, `asset import` and `duty import`: a file of rows, looked at and then, if asked, applied as it was
//! looked at. Looking keeps nothing.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use domain::Force;
use kernel::imports;
use kernel::imports::{
    Answers, Apply, Choices, Column, Does, ImportRead, Item, Kind, MOST_BYTES, Mapping, NewFile,
};

use service::open::Opened;
use service::out::{Failure, Out};

/// A file and what is to be done with it.
#[derive(Debug, Args)]
pub(crate) struct Asked {
    /// The file: a table (CSV or .xlsx) with headings, then a row for each.
    file: PathBuf,
    /// The force of rows that name none.
    #[arg(long)]
    force: Force,
    /// A column by hand, such as --column tag=Inventory; else columns are found by their headings.
    #[arg(long = "column", value_name = "FIELD=HEADING")]
    columns: Vec<String>,
    /// Answer a question that looking at the file asks, such as --answer "2-in-1s=windows-pc".
    #[arg(long = "answer", value_name = "WORDS=ANSWER")]
    answers: Vec<String>,
    /// Enter the good rows.
    #[arg(long)]
    apply: bool,
    /// Enter nothing while a row is wrong.
    #[arg(long, requires = "apply")]
    all_or_nothing: bool,
}

/// Shows what a file would do, and does it where that is asked for.
pub(crate) async fn run<K: Kind>(opened: &Opened, asked: Asked) -> anyhow::Result<()> {
    about::<K>(opened, asked, String::new()).await
}

/// Does what [`run`] does, for a file about the person of a number.
pub(crate) async fn about<K: Kind>(opened: &Opened, asked: Asked, about: String) -> anyhow::Result<()> {
    let bytes = content(&asked.file)?;
    let name = asked.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let (app, file) = (&opened.app, NewFile { name, force: Some(asked.force), about, bytes });
    let answers = answered(&asked.answers)?;
    let chosen = |mapping| Choices::<K> { mapping, answers: answers.clone() };
    let (mut read, mut mapping) =
        (imports::look::<K>(app, opened.permit()?, &file, chosen(None)).await?, None);
    if !asked.columns.is_empty() {
        mapping = Some(by_hand::<K>(&read, &asked.columns)?);
        read = imports::look::<K>(app, opened.permit()?, &file, chosen(mapping.clone())).await?;
    }
    let mut out = Out::new();
    show(&mut out, &read)?;
    if asked.apply {
        let how = Apply { digest: read.plan.digest, all_or_nothing: asked.all_or_nothing };
        let done = imports::take::<K>(app, opened.permit()?, &file, chosen(mapping), how).await;
        match done {
            Ok(done) => out.line(format_args!(
                "applied: {} added, {} changed, {} ended, {} brought back, {} left out",
                done.added,
                done.changed,
                done.ended,
                done.returned,
                done.left_out + done.unanswered
            ))?,
            Err(error) => {
                out.finish()?;
                return Err(error.into());
            }
        }
    } else {
        out.line("nothing is changed; add --apply to enter the good rows, and --all-or-nothing to enter none while one is wrong")?;
    }
    Ok(out.finish()?)
}

fn answered(pairs: &[String]) -> anyhow::Result<Answers> {
    let pair = |pair: &String| {
        let (words, answer) = pair.rsplit_once('=').ok_or_else(|| {
            Failure::Usage(format!(
                "--answer {pair}: give it as WORDS=ANSWER, as the look at the file shows them"
            ))
        })?;
        Ok((words.trim().to_owned(), answer.trim().to_owned()))
    };
    pairs.iter().map(pair).collect()
}

fn content(file: &Path) -> anyhow::Result<Vec<u8>> {
    let shown = file.display();
    let size = fs::metadata(file).with_context(|| format!("the file {shown} cannot be read"))?.len();
    if size > u64::try_from(MOST_BYTES).unwrap_or(u64::MAX) {
        bail!("the file {shown} has {size} bytes; split it into parts of {MOST_BYTES} at most");
    }
    fs::read(file).with_context(|| format!("the file {shown} cannot be read"))
}

/// Returns the columns as their headings say, with some named by hand.
fn by_hand<K: Kind>(read: &ImportRead<K>, pairs: &[String]) -> anyhow::Result<Mapping<K::Column>> {
    let mut mapping = read.mapping.clone();
    for pair in pairs {
        let named = pair.split_once('=');
        let column = named.and_then(|(field, _)| field.trim().parse::<K::Column>().ok());
        let (Some(column), Some((_, heading))) = (column, named) else {
            let fields: Vec<&str> = K::Column::ALL.iter().map(|column| column.as_str()).collect();
            let says = format!("--column {pair}: give it as FIELD=HEADING; fields: {}", fields.join(", "));
            return Err(Failure::Usage(says).into());
        };
        let heading = heading.trim();
        let place = read.headings.iter().position(|known| known.eq_ignore_ascii_case(heading));
        let place = place.with_context(|| format!("the file has no column \"{heading}\""))?;
        for (at, known) in mapping.iter_mut().enumerate() {
            if at == place {
                *known = Some(column);
            } else if *known == Some(column) {
                *known = None;
            }
        }
    }
    Ok(mapping)
}

fn show<K: Kind>(out: &mut Out, read: &ImportRead<K>) -> anyhow::Result<()> {
    for (heading, column) in read.headings.iter().zip(&read.mapping) {
        out.line(format_args!(
            "column \"{heading}\": {}",
            column.map_or("passed over", |column| column.title())
        ))?;
    }
    let place = read.counted.word();
    for note in &read.notes {
        out.line(note)?;
    }
    for item in &read.plan.items {
        let word = match item.does {
            Does::Adds => "add",
            Does::Changes => "change",
            Does::Ends => "end",
            Does::Returns => "bring back",
        };
        let Item { row, number, name, difference, .. } = item;
        out.line(format_args!("{place} {row}: {word} {number} {name} {difference}"))?;
    }
    for ask in &read.plan.asks {
        let words: Vec<&str> = ask.choices.iter().map(|(word, _)| *word).collect();
        let given = ask.given.as_ref().map_or_else(
            || format!("--answer \"{}=...\", one of {}", ask.key, words.join(", ")),
            |given| format!("answered {given}"),
        );
        out.line(format_args!("{place} {}: {} {given}", ask.places(), ask.question))?;
    }
    for wrong in &read.plan.wrong {
        out.line(format_args!("{place} {} is wrong: {}", wrong.row, wrong.why))?;
    }
    let (good, same, wrong) = (read.plan.items.len(), read.plan.same, read.plan.wrong.len());
    let asked = match read.plan.asked() {
        0 => String::new(),
        asked => format!(", {asked} wait for an answer"),
    };
    out.line(format_args!(
        "{good} rows do something, {same} say what is so already, {wrong} are wrong{asked}"
    ))?;
    Ok(())
}
