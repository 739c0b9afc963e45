//! `lanyard person import`: a file of people, looked at and then, if asked, applied as it was looked at.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use app::access::ManagePeople;
use app::people::import::{Does, MOST_BYTES, Plan};
use domain::Force;

use crate::open::Opened;
use crate::out::Out;

/// What is asked for.
pub(crate) struct Asked<'a> {
    pub(crate) file: &'a Path,
    pub(crate) force: Force,
    pub(crate) apply: bool,
    pub(crate) all_or_nothing: bool,
}

/// Shows what a file would do, and does it where that is asked for.
pub(crate) async fn run(opened: &Opened, asked: Asked<'_>) -> anyhow::Result<()> {
    let shown = asked.file.display();
    let size = fs::metadata(asked.file).with_context(|| format!("the file {shown} cannot be read"))?.len();
    if size > u64::try_from(MOST_BYTES).unwrap_or(u64::MAX) {
        bail!("the file {shown} has {size} bytes; split it into parts of {MOST_BYTES} at most");
    }
    let bytes = fs::read(asked.file).with_context(|| format!("the file {shown} cannot be read"))?;
    let name = asked.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let app = &opened.app;
    let id = app.start_import(opened.permit::<ManagePeople>()?, &name, Some(asked.force), &bytes).await?;
    let read = app.import_preview(opened.permit::<ManagePeople>()?, id).await?;
    let mut out = Out::new();
    show(&mut out, &read.plan)?;
    if asked.apply {
        let permit = opened.permit::<ManagePeople>()?;
        let done = app.apply_import(permit, id, &read.plan.digest, asked.all_or_nothing).await;
        match done {
            Ok(done) => out.line(format_args!(
                "applied: {} added, {} changed, {} ended, {} brought back, {} left out",
                done.added, done.changed, done.ended, done.returned, done.left_out
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

fn show(out: &mut Out, plan: &Plan) -> anyhow::Result<()> {
    for item in &plan.items {
        let word = match item.does {
            Does::Adds => "add",
            Does::Changes => "change",
            Does::Ends => "end",
            Does::Returns => "bring back",
        };
        out.line(format_args!("row {}: {word} {} {}", item.row, item.after.number, item.after.name))?;
    }
    for wrong in &plan.wrong {
        out.line(format_args!("row {} is wrong: {}", wrong.row, wrong.why))?;
    }
    let (good, same, wrong) = (plan.items.len(), plan.same, plan.wrong.len());
    out.line(format_args!("{good} rows do something, {same} say what is so already, {wrong} are wrong"))?;
    Ok(())
}
