//! Finds the device and the person that a report names.

use domain::{Force, PersonId};
use losses::report::{Answers, Found};
use store::devices::{self, Device, DeviceFilter};
use store::{Tx, cases, people};

use kernel::AppError;

/// What a report names, as far as the register knows it.
pub(crate) struct Named {
    /// The device, where exactly one fits.
    pub(crate) device: Option<Device>,
    /// The person who had it: as named, otherwise its holder.
    pub(crate) person: Option<PersonId>,
    /// What was found.
    pub(crate) found: Found,
}

/// Looks up what a report names: the device by a number on it, otherwise by the person who had it. Only exact numbers and full
/// names count, so that nobody finds out by trying who has what.
pub(crate) fn identify(tx: &mut Tx<'_>, force: Option<Force>, answers: &Answers) -> Result<Named, AppError> {
    let person = person_named(tx, force, &answers.whose)?;
    let mut fits = devices_named(tx, force, &answers.device)?;
    if fits.is_empty()
        && let Some(person) = person
    {
        fits = devices::of_holder(tx, person)?;
        fits.retain(|device| device.retired_at.is_none());
    }
    if fits.len() > 1 {
        return Ok(Named { device: None, person, found: Found::Several });
    }
    let Some(device) = fits.pop() else { return Ok(Named { device: None, person, found: Found::Nothing }) };
    let found = Found::One {
        reported: is_reported(tx, &device)?,
        another_holder: person.is_some() && device.holder != person,
    };
    Ok(Named { person: device.holder.or(person), device: Some(device), found })
}

/// Returns whether the loss of a device is an open case.
pub(crate) fn is_reported(tx: &mut Tx<'_>, device: &Device) -> Result<bool, AppError> {
    let all = cases::of_device(tx, device.id)?;
    Ok(all.iter().any(|case| case.kind == crate::LOST && case.closed.is_none()))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')' | ':'))
        .filter(|word| word.len() >= 3)
}

fn devices_named(tx: &mut Tx<'_>, force: Option<Force>, text: &str) -> Result<Vec<Device>, AppError> {
    let mut fits: Vec<Device> = Vec::new();
    for word in words(text).filter(|word| word.chars().any(|c| c.is_ascii_digit())).take(8) {
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

fn person_named(tx: &mut Tx<'_>, force: Option<Force>, text: &str) -> Result<Option<PersonId>, AppError> {
    if let Some(force) = force {
        for word in words(text).filter(|word| word.chars().any(|c| c.is_ascii_digit())).take(4) {
            if let Some(person) =
                people::by_number(tx, force, word)?.filter(|person| person.ended_at.is_none())
            {
                return Ok(Some(person.id));
            }
        }
    }
    let name = text.trim();
    if name.len() < 3 {
        return Ok(None);
    }
    let mut same = people::page(tx, force, name, None, 5)?;
    same.retain(|person| person.ended_at.is_none() && person.name.eq_ignore_ascii_case(name));
    Ok(same.pop().filter(|_| same.is_empty()).map(|person| person.id))
}
