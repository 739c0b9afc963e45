//! `lanyard person end` and `lanyard person erase`.

use domain::{Day, Force};
use kernel::access::{ManagePeople, RunService, SeePeople};

use service::open::Opened;
use service::out::Out;

/// Takes a person off the books, with what is still in their hands named.
pub(crate) async fn end(
    opened: &Opened,
    which: &str,
    force: Option<Force>,
    last_day: Option<Day>,
) -> anyhow::Result<()> {
    let person = opened.person(which, force).await?;
    let held =
        overview_app::people::person(&opened.app, opened.permit::<SeePeople>()?, person.id).await?.devices;
    people_app::end_person(&opened.app, opened.permit::<ManagePeople>()?, person.id, last_day).await?;
    let mut out = Out::new();
    out.line(format_args!("{} {} is off the books", person.number, person.name))?;
    for device in held {
        out.line(format_args!("still in their hands: {} {}", device.kind.title(), device.serial))?;
    }
    Ok(out.finish()?)
}

/// Erases whoever left longer ago than the settings say.
pub(crate) async fn erase(opened: &Opened, dry_run: bool) -> anyhow::Result<()> {
    let found = people_app::people_due_for_erasure(&opened.app, opened.permit::<RunService>()?).await?;
    let mut out = Out::new();
    if dry_run {
        for person in &found.due {
            let ended = person.ended_at.map(|at| at.to_string()).unwrap_or_default();
            out.line(format_args!("due: {} of {}, left {ended}", person.id, person.force))?;
        }
        out.line(format_args!("{} due (a hundred at most are shown), nothing erased", found.due.len()))?;
    } else {
        let mut erased = 0;
        loop {
            match people_app::erase_due_people(&opened.app).await? {
                0 => break,
                some => erased += some,
            }
        }
        out.line(format_args!("{erased} erased"))?;
    }
    if found.held > 0 {
        out.line(format_args!(
            "{} are past their time and kept: a device in their hands, an open case or a legal hold",
            found.held
        ))?;
    }
    Ok(out.finish()?)
}
