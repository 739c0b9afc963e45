//! Finds the device and the person that a report names.

use domain::{Force, PersonId};
use losses::kinds::{Candidate, meant};
use losses::report::{Answers, Found};
use store::devices::{self, Device, DeviceFilter};
use store::{Tx, cases, people};

use kernel::{App, AppError};

/// What a report names, as far as the register knows it.
pub(crate) struct Named {
    /// The device, where exactly one fits.
    pub(crate) device: Option<Device>,
    /// The person who had it: as named, otherwise its holder.
    pub(crate) person: Option<PersonId>,
    /// What was found.
    pub(crate) found: Found,
}

/// Looks up what a report names: the device by a number on it, otherwise by the person who had it; the kind of device in the words tells
/// several apart. Only exact numbers and full names count, so that nobody finds out by trying who has what.
pub(crate) fn identify(
    app: &App,
    tx: &mut Tx<'_>,
    force: Option<Force>,
    answers: &Answers,
) -> Result<Named, AppError> {
    let named = people_named(app, tx, force, &answers.whose)?;
    let person = match named.as_slice() {
        [one] => Some(*one),
        _ => None,
    };
    let nothing = |found| Named { device: None, person, found };
    let by_number = devices_named(tx, force, &answers.device)?;
    let fits = match person {
        _ if by_number.len() == 1 => by_number,
        _ if !by_number.is_empty() => narrowed(&by_number, answers),
        Some(person) => {
            let held = held_by(tx, person)?;
            if held.is_empty() {
                return Ok(nothing(Found::Nothing));
            }
            narrowed(&held, answers)
        }
        None if !named.is_empty() => return Ok(nothing(Found::Several)),
        None if names_something(answers) => return Ok(nothing(Found::Nothing)),
        None => return Ok(nothing(Found::Unnamed)),
    };
    let [device] = fits.as_slice() else { return Ok(nothing(Found::Several)) };
    let found = Found::One {
        reported: is_reported(tx, device)?,
        another_holder: person.is_some() && device.holder != person,
    };
    Ok(Named { person: device.holder.or(person), device: Some(device.clone()), found })
}

/// Lists the devices that a report may mean, for staff to choose from: those with a number in it, then those of the people that it names,
/// of these first the ones whose kind it names.
pub(crate) fn may_mean(
    app: &App,
    tx: &mut Tx<'_>,
    force: Option<Force>,
    answers: &Answers,
) -> Result<Vec<Device>, AppError> {
    let mut all = devices_named(tx, force, &answers.device)?;
    let mut held = Vec::new();
    for person in people_named(app, tx, force, &answers.whose)? {
        held.extend(held_by(tx, person)?);
    }
    let likely = narrowed(&held, answers);
    for device in likely.into_iter().chain(held) {
        if all.iter().all(|known| known.id != device.id) {
            all.push(device);
        }
    }
    Ok(all)
}

/// Returns whether the loss of a device is an open case.
pub(crate) fn is_reported(tx: &mut Tx<'_>, device: &Device) -> Result<bool, AppError> {
    let all = cases::of_device(tx, device.id)?;
    Ok(all.iter().any(|case| case.kind == crate::LOST && case.closed.is_none()))
}

fn held_by(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<Device>, AppError> {
    let mut held = devices::of_holder(tx, person)?;
    held.retain(|device| device.retired_at.is_none());
    Ok(held)
}

/// Keeps those devices whose kind or model the report names; all where it names none.
fn narrowed(fits: &[Device], answers: &Answers) -> Vec<Device> {
    // "Aisha Abbott, iphone" may stand in one field.
    let aside = answers.whose.split_once(',').map(|(_, aside)| aside).unwrap_or_default();
    let said = format!("{} {aside}", answers.device);
    let among: Vec<Candidate<'_>> = fits
        .iter()
        .map(|device| Candidate { kind: device.kind, model: device.model.as_deref().unwrap_or_default() })
        .collect();
    match meant(&said, &among) {
        Some(places) => places.into_iter().filter_map(|place| fits.get(place).cloned()).collect(),
        None => fits.to_vec(),
    }
}

/// Splits a text into words that may be numbers or names.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')' | ':'))
        .filter(|word| word.len() >= 3)
}

fn has_digit(word: &str) -> bool {
    word.chars().any(|c| c.is_ascii_digit())
}

/// Returns whether a report names somebody in full, or gives a number: "laptop" alone, or a surname, says nothing of whose it is.
fn names_something(answers: &Answers) -> bool {
    let in_full = words(&answers.whose).nth(1).is_some();
    in_full || words(&answers.whose).chain(words(&answers.device)).any(has_digit)
}

fn devices_named(tx: &mut Tx<'_>, force: Option<Force>, text: &str) -> Result<Vec<Device>, AppError> {
    let mut fits: Vec<Device> = Vec::new();
    for word in words(text).filter(|word| has_digit(word)).take(8) {
        let filter = DeviceFilter { force, search: word.to_owned(), ..DeviceFilter::default() };
        for device in devices::page(tx, &filter, 5)? {
            let tag = device.asset_tag.as_deref().unwrap_or_default();
            let exact = device.serial.eq_ignore_ascii_case(word) || tag.eq_ignore_ascii_case(word);
            if exact && device.retired_at.is_none() && !fits.iter().any(|known| known.id == device.id) {
                fits.push(device);
            }
        }
    }
    Ok(fits)
}

/// Lists the people whom a text names: by a number, of whatever force where none is known, otherwise by a full name, which may stand beside
/// other words behind a comma.
fn people_named(
    app: &App,
    tx: &mut Tx<'_>,
    force: Option<Force>,
    text: &str,
) -> Result<Vec<PersonId>, AppError> {
    let forces = force.map_or_else(|| app.forces(), |force| vec![force]);
    for word in words(text).filter(|word| has_digit(word)).take(4) {
        let mut found = Vec::new();
        for force in &forces {
            let person = people::by_number(tx, *force, word)?;
            found.extend(person.filter(|person| person.ended_at.is_none()).map(|person| person.id));
        }
        if !found.is_empty() {
            return Ok(found);
        }
    }
    let parts = text.split([',', ';', '(', ')']);
    for name in std::iter::once(text).chain(parts).map(str::trim).filter(|name| name.len() >= 3).take(4) {
        let mut same = people::page(tx, force, name, None, 5)?;
        same.retain(|person| person.ended_at.is_none() && person.name.eq_ignore_ascii_case(name));
        if !same.is_empty() {
            return Ok(same.iter().map(|person| person.id).collect());
        }
    }
    Ok(Vec::new())
}
