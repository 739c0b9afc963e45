//! Reads a request field by field, and collects all of its faults at once.

use std::collections::BTreeMap;

use domain::{ClauseId, DeviceId, Force, PersonId, Timestamp};
use policy::{FieldKind, Library, ParameterValue, PermissionField, PermissionFor, PermissionRegister};
use store::people::Person;
use store::{Tx, devices, people};

use super::NewPermission;
use crate::{MayAskFor, may_ask_for, reach, when};
use kernel::AppError;
use kernel::access::{AskPermission, Permit};

/// The longest answer to a field, in characters.
const LONGEST: usize = 500;
/// Protections that use a shared password; a person's own hub supports no other safe one.
const SHARED: [&str; 2] = ["wpa2-personal", "wpa3-personal"];

/// Faults found so far.
#[derive(Default)]
pub(super) struct Faults(pub(super) Vec<(String, String)>);

impl Faults {
    pub(super) fn add<T>(&mut self, field: &str, text: impl Into<String>) -> Option<T> {
        self.0.push((field.to_owned(), text.into()));
        None
    }

    /// Takes a line in; `if_empty` says what to enter.
    pub(super) fn text(&mut self, field: &str, value: &str, if_empty: &str) -> Option<String> {
        // People paste several lines; a permission keeps one.
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        if value.is_empty() {
            self.add(field, if_empty)
        } else if value.chars().count() > LONGEST {
            self.add(field, format!("Shorten it to {LONGEST} characters"))
        } else if value.chars().any(char::is_control) {
            self.add(field, "Take out control characters")
        } else {
            Some(value)
        }
    }
}

/// The people and things that a request is for.
#[derive(Default)]
pub(super) struct For {
    pub(super) force: Option<Force>,
    pub(super) person: Option<PersonId>,
    pub(super) device: Option<DeviceId>,
    pub(super) clause: Option<ClauseId>,
    /// The people it is for.
    pub(super) people: Vec<PersonId>,
}

pub(super) fn until(
    register: &PermissionRegister,
    day: &str,
    now: Timestamp,
    faults: &mut Faults,
) -> Option<Timestamp> {
    let Some(until) = when::end_of(day) else {
        return faults
            .add("until", "Enter the last day, such as 2026-12-31: nothing is granted without an end");
    };
    if until <= now {
        return faults.add("until", "Enter a day that is still to come");
    }
    // A day's grace, so that "half a year from today" is not refused for the time of day at which it is asked.
    let latest = now.plus(register.longest).plus(domain::Span::from_secs(24 * 3600));
    if until > latest {
        let longest = kernel::words::span(register.longest);
        return faults
            .add("until", format!("Enter an earlier day: {longest} is the longest in this register"));
    }
    Some(until)
}

/// Says what to enter for a clause, with one of the policy's own for an example.
fn clause_wanted(library: &Library) -> String {
    match library.clauses.first() {
        Some(clause) => format!("Enter a clause such as {}", clause.id),
        None => "Enter a clause".to_owned(),
    }
}

/// A request as it came, with the register that it is for.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    pub(super) permit: &'a Permit<AskPermission>,
    pub(super) register: &'a PermissionRegister,
    pub(super) library: &'a Library,
    pub(super) new: &'a NewPermission,
}

/// Reads the people and things that a request is for, within what the requester may ask for.
pub(super) fn whom(tx: &mut Tx<'_>, request: Request<'_>, faults: &mut Faults) -> Result<For, AppError> {
    let Request { permit, register, library, new } = request;
    let chosen = new.force.filter(|force| library.forces().entry(*force).is_some());
    let mut found = For { force: permit.scope().force().or(chosen), ..For::default() };
    match register.about {
        PermissionFor::Person => {
            if let Some(person) = person(tx, request, faults)? {
                (found.force, found.person) = (Some(person.force), Some(person.id));
                found.people.push(person.id);
            }
        }
        PermissionFor::Device => device(tx, request, &mut found, faults)?,
        PermissionFor::Clause => {
            match library.find_clause(new.clause.trim()) {
                Some(clause) => found.clause = Some(clause.id.clone()),
                None => faults.add("clause", clause_wanted(library)).unwrap_or_default(),
            }
            if !new.device.trim().is_empty() {
                device(tx, request, &mut found, faults)?;
            } else if found.force.is_none() {
                faults.add::<()>("force", "Choose the force whose risk it is");
            }
        }
    }
    Ok(found)
}

fn person(tx: &mut Tx<'_>, request: Request<'_>, faults: &mut Faults) -> Result<Option<Person>, AppError> {
    let Request { permit, register, new, .. } = request;
    let number = new.person.trim();
    let found = if number.is_empty() {
        let themselves = permit.actor().person.map(|own| people::by_id(tx, own)).transpose()?.flatten();
        let Some(person) = themselves else {
            return Ok(faults.add("person", "Enter the collar or staff number of the person that it is for"));
        };
        person
    } else {
        match numbered(tx, request, number)? {
            Ok(person) => person,
            Err((field, says)) => return Ok(faults.add(field, says)),
        }
    };
    permit.reaches(found.force)?;
    if found.ended_at.is_some() {
        return Ok(faults.add("person", "Nobody on the books has this number"));
    }
    let related = reach(permit.actor(), register) == MayAskFor::Related;
    if related && !may_ask_for(permit.actor(), register, &found) {
        let says =
            "You can ask for yourself here, and for those whom you manage; the service desk asks for others";
        return Ok(faults.add("person", says));
    }
    Ok(Some(found))
}

/// Finds the person with a number, or returns what is wrong with it.
fn numbered(
    tx: &mut Tx<'_>,
    request: Request<'_>,
    number: &str,
) -> Result<Result<Person, (&'static str, &'static str)>, AppError> {
    let forces = match request.permit.scope().force().or(request.new.force) {
        Some(force) => vec![force],
        None => request.library.forces().words(),
    };
    let mut found = Vec::new();
    for force in forces {
        found.extend(people::by_number(tx, force, number)?);
    }
    Ok(match (found.pop(), found.pop()) {
        (Some(person), None) => Ok(person),
        (Some(_), Some(_)) => {
            Err(("force", "More than one force has somebody with this number; choose the force"))
        }
        (None, _) => Err(("person", "Nobody on the books has this number")),
    })
}

fn device(
    tx: &mut Tx<'_>,
    request: Request<'_>,
    found: &mut For,
    faults: &mut Faults,
) -> Result<(), AppError> {
    let Request { permit, register, new, .. } = request;
    let serial = new.device.trim().to_ascii_uppercase();
    let related = reach(permit.actor(), register) == MayAskFor::Related;
    let device = match permit.actor().person {
        Some(own) if serial.is_empty() && register.about == PermissionFor::Device => {
            let held = devices::of_holder(tx, own)?;
            (held.len() == 1).then(|| held.into_iter().next()).flatten()
        }
        _ => devices::by_serial(tx, &serial)?,
    };
    let holder = match device.as_ref().and_then(|device| device.holder) {
        Some(holder) => people::by_id(tx, holder)?,
        None => None,
    };
    let theirs = |holder: &Person| may_ask_for(permit.actor(), register, holder);
    let within = !related || holder.as_ref().is_some_and(theirs);
    let Some(device) = device.filter(|device| device.retired_at.is_none() && within) else {
        let says = if related {
            "Enter the serial number of a device that you hold; it is in its settings, under General and About"
        } else {
            "Enter the serial number of a device that is in use in the asset register"
        };
        faults.add::<()>("device", says);
        return Ok(());
    };
    permit.reaches(device.force)?;
    (found.force, found.device) = (Some(device.force), Some(device.id));
    found.people.extend(device.holder);
    Ok(())
}

/// Reads the register's own fields.
pub(super) fn fields(
    tx: &mut Tx<'_>,
    request: Request<'_>,
    whom: &mut For,
    faults: &mut Faults,
) -> Result<BTreeMap<String, String>, AppError> {
    let Request { register, library, new, .. } = request;
    let mut read = BTreeMap::new();
    for field in &register.fields {
        let given = new.fields.get(&field.name).map_or("", String::as_str);
        if given.trim().is_empty() && field.optional {
            continue;
        }
        let Some(value) = field_text(field, given, faults) else { continue };
        match field.kind {
            FieldKind::Network => network(request, field, &value, &mut read, faults),
            FieldKind::People => {
                if let Some(people) = deputies(tx, whom.force, &field.name, &value, faults)? {
                    whom.people.extend(people);
                    read.insert(field.name.clone(), value);
                }
            }
            _ => {
                if fits(library, field, &value, faults) {
                    read.insert(field.name.clone(), value);
                }
            }
        }
    }
    Ok(read)
}

pub(super) fn field_text(field: &PermissionField, given: &str, faults: &mut Faults) -> Option<String> {
    if field.kind == FieldKind::Network {
        // Spaces are part of a network's name.
        return if (1..=32).contains(&given.len()) && !given.chars().any(char::is_control) {
            Some(given.to_owned())
        } else {
            faults.add(&field.name, "Enter the network's name: 1 to 32 characters")
        };
    }
    faults.text(&field.name, given, &format!("Fill in \u{201c}{}\u{201d}", field.label))
}

pub(super) fn fits(library: &Library, field: &PermissionField, value: &str, faults: &mut Faults) -> bool {
    let wrong = match field.kind {
        FieldKind::Choice if !field.options.iter().any(|option| option == value) => {
            "Choose one of the options"
        }
        FieldKind::Date if when::date(value).is_none() => "Enter a day, such as 2026-12-31",
        FieldKind::App if !apps(library, field).iter().any(|app| app == value) => "Choose one of the apps",
        _ => return true,
    };
    faults.add::<()>(&field.name, wrong);
    false
}

/// Lists the apps that a field offers.
pub(crate) fn apps(library: &Library, field: &PermissionField) -> Vec<String> {
    let named = field.parameter.as_ref().and_then(|name| library.parameters().get(name));
    match named.map(|parameter| &parameter.value) {
        Some(ParameterValue::Setting(domain::SettingValue::List(list))) => list.iter().cloned().collect(),
        _ => Vec::new(),
    }
}

pub(super) fn network(
    request: Request<'_>,
    field: &PermissionField,
    name: &str,
    read: &mut BTreeMap<String, String>,
    faults: &mut Faults,
) {
    let Request { register, library, new, .. } = request;
    let known = register.does.parameter().and_then(|name| library.parameters().get(name));
    if let Some(ParameterValue::Setting(domain::SettingValue::Networks(listed))) =
        known.map(|parameter| &parameter.value)
        && listed.iter().any(|network| network.ssid == name)
    {
        faults
            .add::<()>(&field.name, "Every device may join this network already; nothing needs to be asked");
        return;
    }
    if !SHARED.contains(&new.security.as_str()) {
        faults.add::<()>("security", "Choose how the network is protected; an open one is never allowed");
        return;
    }
    if new
        .passphrase
        .as_ref()
        .is_some_and(|word| !word.expose().is_empty() && !domain::is_network_password(word))
    {
        faults.add::<()>(
            "passphrase",
            "A network's password has 8 to 63 characters. Enter it as it stands on the hub, or leave it out and type it on the device",
        );
        return;
    }
    read.insert(field.name.clone(), name.to_owned());
    read.insert("security".to_owned(), new.security.clone());
}

pub(super) fn deputies(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    field: &str,
    value: &str,
    faults: &mut Faults,
) -> Result<Option<Vec<PersonId>>, AppError> {
    // Numbers mean nothing without the force, whose fault is reported already.
    let Some(force) = force else { return Ok(None) };
    let mut found = Vec::new();
    for number in value.split([',', ' ', ';']).filter(|number| !number.is_empty()).take(20) {
        match people::by_number(tx, force, number)?.filter(|person| person.ended_at.is_none()) {
            Some(person) => found.push(person.id),
            None => {
                return Ok(faults.add(field, format!("nobody in this force has the number {number}")));
            }
        }
    }
    Ok(Some(found))
}
