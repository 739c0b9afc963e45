//! Counts stock: compares what a store should hold with what was scanned in it, and records what came of each difference.

use std::collections::BTreeSet;

use domain::{BurstId, CaseId, CountId, Deed, DeviceId, Force, Party, PlaceId, PlaceKind, Standing};
use serde_json::json;
use store::assets::{self, Asset};
use store::cases;
use store::counts::{self, Count, Line};
use store::devices::{self, Device};
use store::locks::{self, Lock};
use store::{Tx, people};

use super::{CountView, PlaceView, named, scan};
use crate::register::Changed;
use cases_app::Opening;
use devices_app::caps;
use devices_app::caps::Act;
use devices_app::caps::HeldDeed;
use devices_app::caps::Verdict;
use kernel::AppError;
use kernel::access::Actor;
use kernel::access::ManageRegister;
use kernel::access::Permit;
use kernel::access::SeeDevices;
use kernel::fields::optional_text;
use kernel::fields::text;
use kernel::named::NamedDevice;
use kernel::record::Record;
use kernel::{App, Work};

/// Largest number of lines scanned at once.
const MOST_LINES: usize = 1000;
/// Largest number of lines of one count: beyond it, somebody is typing nonsense into a scanner's field.
const MOST_OF_A_COUNT: usize = 15_000;
/// Type of the case that a difference opens.
const CASE: &str = "stock-difference";

/// Result of comparing a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// Device that should be there and was not scanned.
    Missing,
    /// Device that was scanned and should be elsewhere.
    Unexpected,
    /// Code that was scanned and is not in the register.
    Unknown,
    /// Device that should be there and was scanned.
    Found,
}

/// Line of a count.
#[derive(Debug, Clone)]
pub struct CountLine {
    /// Id of the device, or the code that was scanned.
    pub code: String,
    /// Result of the comparison.
    pub difference: Difference,
    /// Device, if it is in the register and the reader may see it.
    pub device: Option<NamedDevice>,
    /// Place where it should be, in words, if that is elsewhere.
    pub should_be: String,
    /// Explanation that was given for the difference.
    pub explanation: Option<String>,
    /// Case that it opened: id and number.
    pub case: Option<(CaseId, i64)>,
}

/// Count with all its lines, the missing ones first.
#[derive(Debug, Clone)]
pub struct CountRead {
    /// Record of the count.
    pub count: CountView,
    /// Place that is counted.
    pub place: PlaceView,
    /// Person who opened it.
    pub opened_by: String,
    /// Person who closed it.
    pub closed_by: Option<String>,
    /// Lines of the count.
    pub lines: Vec<CountLine>,
}

/// Explanation of a difference when the count is closed.
#[derive(Debug, Clone)]
pub struct Explained {
    /// Code of the line.
    pub code: String,
    /// Reason for the difference; an empty one opens a case.
    pub explanation: String,
}

/// Opens a count of a store.
///
/// # Errors
/// [`AppError::Invalid`] for what is not an open store, [`AppError::Conflict`] while it is being counted.
pub async fn open_count(
    app: &App,
    permit: Permit<ManageRegister>,
    place: Option<PlaceId>,
) -> Result<CountId, AppError> {
    let id = place.ok_or_else(|| AppError::invalid("place", "choose the store to count"))?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let place = assets::place_by_id(tx, id)?
                .filter(|place| place.kind == PlaceKind::Store && place.closed_at.is_none())
                .ok_or_else(|| AppError::invalid("place", "choose a store that is open"))?;
            permit.reaches(place.force)?;
            locks::take(tx, Lock::Number(counts::NUMBER))?;
            if let Some(open) = counts::open_in(tx, id)? {
                return Err(AppError::Conflict(format!(
                    "{} is being counted already, as count {}; go on with that one",
                    place.name, open.number
                )));
            }
            let count = Count {
                id: CountId::from_uuid(app.world().uuid()),
                number: 0,
                force: place.force,
                place: id,
                opened_by: permit.actor().name.clone(),
                opened_at: now,
                closed: None,
            };
            let expected = assets::in_place(tx, id, Standing::InStore)?;
            counts::open(tx, &count, &expected)?;
            let record = Record::new(&permit.actor().name, "count.opened", subject(count.id))
                .force(place.force)
                .detail(json!({ "place": id, "expected": expected.len() }));
            app.enter(tx, now, record)?;
            Ok(count.id)
        })
        .await
}

/// Records what was scanned, one code a line; returns the number of lines. Does not count again what was scanned before.
///
/// # Errors
/// [`AppError::Invalid`] for nothing or too much, [`AppError::Conflict`] once the count is closed.
pub async fn scan_into_count(
    app: &App,
    permit: Permit<ManageRegister>,
    id: CountId,
    codes: &str,
) -> Result<usize, AppError> {
    let codes: Vec<String> =
        codes.lines().map(str::trim).filter(|code| !code.is_empty()).map(str::to_owned).collect();
    if codes.is_empty() || codes.len() > MOST_LINES {
        return Err(AppError::invalid("codes", format!("scan 1 to {MOST_LINES} labels at a time")));
    }
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let count = open(tx, id)?;
            permit.reaches(count.force)?;
            if counts::lines(tx, id)?.len() + codes.len() > MOST_OF_A_COUNT {
                return Err(AppError::invalid("codes", "this is more than a count can hold; close it first"));
            }
            for code in &codes {
                let device = scan::of_force(tx, count.force, code)?;
                let key = device.as_ref().map_or_else(|| scan::code_of(code), |device| device.id.to_string());
                counts::scan(tx, id, &key, device.map(|device| device.id), now)?;
            }
            let record = Record::new(&permit.actor().name, "count.scanned", subject(id))
                .force(count.force)
                .detail(json!({ "lines": codes.len() }));
            app.enter(tx, now, record)?;
            Ok(codes.len())
        })
        .await
}

/// Closes a count. Every difference is explained or opens a case; the register marks what is missing without an explanation as
/// missing, and what was missing and is found as in the store. What is missing counts towards a cap; beyond it the register
/// changes only when a second person releases that.
///
/// # Errors
/// [`AppError::Conflict`] once it is closed.
pub async fn close_count(
    app: &App,
    permit: Permit<ManageRegister>,
    id: CountId,
    explained: Vec<Explained>,
) -> Result<Changed, AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let count = open(tx, id)?;
            permit.reaches(count.force)?;
            let lines = counts::lines(tx, id)?;
            let gone = gone(tx, &count, &lines, &explained)?;
            let held = hold_missing(Work { app: &app, tx, now }, &count, &gone, &permit.actor().name)?;
            let mut tally = [0_usize; 3];
            for line in lines {
                let difference = compare(&line);
                if difference == Difference::Found {
                    settle_found(tx, &count, &line)?;
                    continue;
                }
                let said = explained.iter().find(|said| said.code == line.code);
                let said = optional_text("explanation", said.map(|said| said.explanation.as_str()), 300)?;
                if let Some(place) = tally.get_mut(usize::from(difference != Difference::Missing)) {
                    *place += 1;
                }
                settle(Work { app: &app, tx, now }, permit.actor(), &count, &line, said)?;
                if let Some(device) = line.device.filter(|id| held.is_none() && gone.contains(id)) {
                    mark_missing(tx, device)?;
                }
            }
            counts::close(tx, id, &permit.actor().name, now)?;
            let [missing, others, _] = tally;
            let record = Record::new(&permit.actor().name, "count.closed", subject(id))
                .force(count.force)
                .detail(json!({ "missing": missing, "others": others, "held": held }));
            app.enter(tx, now, record)?;
            Ok(held.map_or(Changed::Done, Changed::Held))
        })
        .await
}

/// Marks a device that should be there and is as found, if the register has it as missing.
fn settle_found(tx: &mut Tx<'_>, count: &Count, line: &Line) -> Result<(), AppError> {
    let Some(device) = line.device else { return Ok(()) };
    let (_, before) = crate::entry(tx, device)?;
    if before.standing == Standing::Missing {
        let there = Asset { standing: Standing::InStore, place: Some(count.place), ..before.clone() };
        assets::restand(tx, device, &before, &there)?;
    }
    Ok(())
}

fn settle(
    Work { app, tx, now }: Work<'_, '_>,
    actor: &Actor,
    count: &Count,
    line: &Line,
    said: Option<String>,
) -> Result<(), AppError> {
    let difference = compare(line);
    if let (Difference::Unexpected, Some(device)) = (difference, line.device) {
        let (device, before) = crate::entry(tx, device)?;
        let there = Asset { standing: Standing::InStore, place: Some(count.place), ..before.clone() };
        let found = before.standing == Standing::Missing && device.holder.is_none();
        if found && device.force == count.force && assets::restand(tx, device.id, &before, &there)? {
            return Ok(counts::explain(tx, count.id, &line.code, "Was missing; found here", None)?);
        }
    }
    if let Some(said) = said {
        return Ok(counts::explain(tx, count.id, &line.code, &said, None)?);
    }
    let case = open_difference(Work { app, tx, now }, actor, count, line, difference)?;
    Ok(counts::explain(tx, count.id, &line.code, "Not explained: a case was opened", Some(case))?)
}

fn open_difference(
    Work { app, tx, now }: Work<'_, '_>,
    actor: &Actor,
    count: &Count,
    line: &Line,
    difference: Difference,
) -> Result<CaseId, AppError> {
    let device = line.device.map(|device| devices::by_id(tx, device)).transpose()?.flatten();
    // A case is visible only to the force of the store that was counted: it names another force's things by their number only.
    let own = device.as_ref().filter(|device| device.force == count.force);
    let what = device.as_ref().map_or_else(|| line.code.clone(), |device| device.serial.clone());
    let how = match difference {
        Difference::Missing => "was not found in a stock count",
        Difference::Unexpected => "was found where it should not be",
        _ => "was found and does not stand in the register",
    };
    let says = format!("Stock count {}: {what} {how}.", count.number);
    let opening = Opening {
        kind: CASE,
        force: count.force,
        device: own.map(|device| device.id),
        person: own.and_then(|device| device.holder),
        clause: None,
        title: text("title", &format!("{what} {how}"), 200)?,
        date: None,
        event: None,
        place: None,
        items: Vec::new(),
        says: (&actor.shown, &says),
    };
    cases_app::open_case(Work { app, tx, now }, &opening)
}

/// Reads one count with all its lines.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Denied`] for another force.
pub async fn count(app: &App, permit: Permit<SeeDevices>, id: CountId) -> Result<CountRead, AppError> {
    let app = app.clone();
    app.clone()
        .store()
        .read(move |tx| {
            let count = counts::by_id(tx, id)?.ok_or_else(|| AppError::not_found("stock count", id))?;
            permit.reaches(count.force)?;
            let place = assets::place_by_id(tx, count.place)?
                .ok_or_else(|| AppError::not_found("place", count.place))?;
            let mut lines = Vec::new();
            for line in counts::lines(tx, id)? {
                lines.push(line_read(&app, tx, line, permit.scope().force())?);
            }
            lines.sort_by(|a, b| (a.difference, &a.code).cmp(&(b.difference, &b.code)));
            let opened_by = kernel::words::who(tx, &count.opened_by)?;
            let closed_by = count.closed.as_ref().map(|(by, _)| kernel::words::who(tx, by)).transpose()?;
            Ok(CountRead { opened_by, closed_by, lines, place: place.into(), count: count.into() })
        })
        .await
}

/// Lists every count, newest first, each with the name of its place.
///
/// # Errors
/// Only if the database does not answer.
pub async fn counts(app: &App, permit: Permit<SeeDevices>) -> Result<Vec<(CountView, String)>, AppError> {
    let force = permit.scope().force();
    app.store()
        .read(move |tx| {
            let mut rows = Vec::new();
            for count in counts::list(tx, force)? {
                let place = named(tx, Party::Place(count.place))?;
                rows.push((CountView::from(count), place));
            }
            Ok(rows)
        })
        .await
}

/// Lists the devices that should be in the store, were not scanned, and have no explanation.
fn gone(
    tx: &mut Tx<'_>,
    count: &Count,
    lines: &[Line],
    explained: &[Explained],
) -> Result<BTreeSet<DeviceId>, AppError> {
    let mut gone = BTreeSet::new();
    for line in lines {
        let said = explained.iter().find(|said| said.code == line.code);
        let said = said.is_some_and(|said| !said.explanation.trim().is_empty());
        let Some(device) = line.device.filter(|_| compare(line) == Difference::Missing && !said) else {
            continue;
        };
        let (_, asset) = crate::entry(tx, device)?;
        if asset.standing == Standing::InStore && asset.place == Some(count.place) {
            gone.insert(device);
        }
    }
    Ok(gone)
}

/// Counts the devices that a count finds missing; returns the burst in which they are held if they exceed a cap.
fn hold_missing(
    Work { app, tx, now }: Work<'_, '_>,
    count: &Count,
    gone: &BTreeSet<DeviceId>,
    by: &str,
) -> Result<Option<BurstId>, AppError> {
    if gone.is_empty() {
        return Ok(None);
    }
    let devices: Vec<DeviceId> = gone.iter().copied().collect();
    let act = Act { force: count.force, deed: Deed::Missing, devices: &devices, by, loss: None };
    let Verdict::Hold(burst) = caps::admit(Work { app, tx, now }, &act)? else { return Ok(None) };
    for device in devices {
        let what = HeldDeed::Missing { why: format!("not found in stock count {}", count.number) };
        caps::hold_act(Work { app, tx, now }, burst, device, &what, by)?;
    }
    Ok(Some(burst))
}

fn mark_missing(tx: &mut Tx<'_>, device: DeviceId) -> Result<(), AppError> {
    let (_, before) = crate::entry(tx, device)?;
    let gone = Asset { standing: Standing::Missing, place: None, ..before.clone() };
    assets::restand(tx, device, &before, &gone)?;
    Ok(())
}

fn subject(id: CountId) -> String {
    format!("count:{id}")
}

fn open(tx: &mut Tx<'_>, id: CountId) -> Result<Count, AppError> {
    locks::take(tx, Lock::Count(id))?;
    let count = counts::by_id(tx, id)?.ok_or_else(|| AppError::not_found("stock count", id))?;
    if count.closed.is_some() {
        return Err(AppError::Conflict("the count is closed; begin another one".into()));
    }
    Ok(count)
}

fn compare(line: &Line) -> Difference {
    match (line.expected, line.scanned_at, line.device) {
        (true, Some(_), _) => Difference::Found,
        (true, None, _) => Difference::Missing,
        (false, _, Some(_)) => Difference::Unexpected,
        (false, _, None) => Difference::Unknown,
    }
}

fn line_read(app: &App, tx: &mut Tx<'_>, line: Line, own: Option<Force>) -> Result<CountLine, AppError> {
    let difference = compare(&line);
    let found = line.device.map(|device| devices::by_id(tx, device)).transpose()?.flatten();
    let seen = found.as_ref().filter(|device| own.is_none_or(|own| own == device.force));
    let should_be = match (&found, seen, difference) {
        (_, _, Difference::Found | Difference::Missing) | (None, ..) => String::new(),
        (Some(device), None, _) => format!("{} property", app.force_title(device.force)),
        (Some(_), Some(device), _) => belongs(tx, device)?,
    };
    let case = match line.case {
        Some(id) => cases::by_id(tx, id)?.map(|case| (id, case.number)),
        None => None,
    };
    Ok(CountLine {
        difference,
        device: seen.cloned().map(NamedDevice::from),
        should_be,
        explanation: line.explanation,
        case,
        code: line.code,
    })
}

/// Says in words where a device should be.
fn belongs(tx: &mut Tx<'_>, device: &Device) -> Result<String, AppError> {
    let asset = assets::of(tx, device)?;
    if let Some(holder) = device.holder.map(|holder| people::by_id(tx, holder)).transpose()?.flatten() {
        return Ok(format!("With {} ({})", holder.name, holder.number));
    }
    Ok(match asset.place.map(|place| named(tx, Party::Place(place))).transpose()? {
        Some(place) => format!("In {place}"),
        None => asset.standing.title().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use domain::{DeviceId, Timestamp};

    use super::*;

    #[test]
    fn a_line_says_how_it_compares() {
        let id = DeviceId::from_uuid(uuid::Uuid::from_u128(7));
        let line = |expected, scanned: bool, device| Line {
            code: "x".into(),
            device,
            expected,
            scanned_at: scanned.then(|| Timestamp::from_millis(1)),
            explanation: None,
            case: None,
        };
        assert_eq!(compare(&line(true, true, Some(id))), Difference::Found);
        assert_eq!(compare(&line(true, false, Some(id))), Difference::Missing);
        assert_eq!(compare(&line(false, true, Some(id))), Difference::Unexpected);
        assert_eq!(compare(&line(false, true, None)), Difference::Unknown);
    }
}
