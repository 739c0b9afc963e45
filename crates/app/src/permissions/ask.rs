//! Asking. What a register wants to know is data, so a request is read field by field, and everything that is wrong with
//! it is said at once.

use std::collections::BTreeMap;

use domain::{ClauseId, DeviceId, Force, PermissionId, PersonId, Secret, Timestamp};
use policy::{
    FieldKind, Library, ParameterValue, PermissionEffect, PermissionField, PermissionFor, PermissionRegister,
};
use protocol_apple::settings::is_network_password;
use serde_json::json;
use store::people::Person;
use store::permissions::{self, Permission, PermissionState};
use store::{Tx, devices, people};

use super::{Reach, may_ask_for, named, reach, when};
use crate::access::{AskPermission, Permit};
use crate::{App, AppError};

/// The longest answer to a field, in characters.
const LONGEST: usize = 500;
/// Protections that a shared password goes with; a hub of somebody's own knows no other safe one.
const SHARED: [&str; 2] = ["wpa2-personal", "wpa3-personal"];

/// A request as a form sends it.
#[derive(Debug, Clone, Default)]
pub struct NewPermission {
    /// The register.
    pub register: String,
    /// Made with the form: sent twice, it makes one entry.
    pub once: String,
    /// Whose, where whoever asks serves both forces and the rest does not say.
    pub force: Option<Force>,
    /// Number of the person that it is for; whoever asks, where it is left empty and they may.
    pub person: String,
    /// Serial number of the device that it is for.
    pub device: String,
    /// The clause that it is for.
    pub clause: String,
    /// Why.
    pub because: String,
    /// Until the end of which day, `2026-12-31`.
    pub until: String,
    /// The register's own fields by name.
    pub fields: BTreeMap<String, String>,
    /// How a network is protected.
    pub security: String,
    /// A network's password; sealed, and never shown again.
    pub passphrase: Option<Secret<String>>,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// It stands in the register.
    Entered(PermissionId),
    /// Nothing was entered: fields and what to do about each.
    ToMend(Vec<(String, String)>),
}

/// Faults found so far.
#[derive(Default)]
struct Faults(Vec<(String, String)>);

impl Faults {
    fn add<T>(&mut self, field: &str, text: impl Into<String>) -> Option<T> {
        self.0.push((field.to_owned(), text.into()));
        None
    }

    fn text(&mut self, field: &str, value: &str) -> Option<String> {
        // People paste several lines; an entry has one.
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        if value.is_empty() {
            self.add(field, "Enter something here")
        } else if value.chars().count() > LONGEST {
            self.add(field, format!("Shorten it to {LONGEST} characters"))
        } else if value.chars().any(char::is_control) {
            self.add(field, "Take out control characters")
        } else {
            Some(value)
        }
    }
}

/// Whom and what a request is for.
#[derive(Default)]
struct For {
    force: Option<Force>,
    person: Option<PersonId>,
    device: Option<DeviceId>,
    clause: Option<ClauseId>,
    /// For whom the entry holds.
    people: Vec<PersonId>,
}

impl App {
    /// Asks for an entry. The same form sent again gives the entry that it made.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an unknown register, [`AppError::Conflict`] for who does not
    /// ask there, [`AppError::Denied`] behind the wall.
    pub async fn ask_permission(
        &self,
        permit: Permit<AskPermission>,
        new: NewPermission,
    ) -> Result<Asked, AppError> {
        let policy = self.policy();
        let register = policy
            .library()
            .permissions
            .get(&new.register)
            .ok_or_else(|| AppError::not_found("register", &new.register))?
            .clone();
        if reach(permit.actor(), &register) == Reach::Nobody {
            return Err(not_here(&register));
        }
        let (app, now) = (self.clone(), self.world().now());
        self.store().write(move |tx| app.ask_in(tx, &permit, &register, &new, now)).await
    }

    fn ask_in(
        &self,
        tx: &mut Tx<'_>,
        permit: &Permit<AskPermission>,
        register: &PermissionRegister,
        new: &NewPermission,
        now: Timestamp,
    ) -> Result<Asked, AppError> {
        if let Some(before) = permissions::by_once(tx, &new.once)? {
            permit.reaches(before.force)?;
            return Ok(Asked::Entered(before.id));
        }
        let (policy, mut faults) = (self.policy(), Faults::default());
        let mut whom = whom(tx, permit, register, policy.library(), new, &mut faults)?;
        let fields = fields(tx, policy.library(), register, new, &mut whom, &mut faults)?;
        let because = faults.text("because", &new.because);
        let until = until(register, &new.until, now, &mut faults);
        let once = (16..=64).contains(&new.once.len()).then(|| new.once.clone());
        if once.is_none() {
            faults.add::<()>(
                "because",
                "Load the form afresh and send it again; nothing that you typed is lost",
            );
        }
        let (Some(because), Some(until), Some(once), Some(force), true) =
            (because, until, once, whom.force, faults.0.is_empty())
        else {
            return Ok(Asked::ToMend(faults.0));
        };
        let grant = Permission {
            id: PermissionId::from_uuid(self.world().uuid()),
            number: 0,
            once,
            register: register.id.clone(),
            force,
            state: PermissionState::Asked,
            version: 0,
            person: whom.person,
            device: whom.device,
            clause: whom.clause.clone(),
            fields,
            because,
            asked: named(permit.actor()),
            asked_person: permit.actor().person,
            asked_at: now,
            wanted_until: until,
            due_at: register.decide_within.as_ref().map(|limit| now.plus(limit.span)),
            agreed: None,
            decided: None,
            decided_at: None,
            decision: None,
            conditions: None,
            starts_at: None,
            ends_at: None,
            reviewed_at: None,
            warned_at: None,
            ended: None,
        };
        self.enter_request(tx, permit, register, &grant, &whom, new.passphrase.as_ref())?;
        Ok(Asked::Entered(grant.id))
    }

    fn enter_request(
        &self,
        tx: &mut Tx<'_>,
        permit: &Permit<AskPermission>,
        register: &PermissionRegister,
        grant: &Permission,
        whom: &For,
        password: Option<&Secret<String>>,
    ) -> Result<(), AppError> {
        if !permissions::add(tx, grant)? {
            return Err(AppError::Conflict(
                "this form was sent already; look for its entry in the list".into(),
            ));
        }
        for person in &whom.people {
            permissions::add_person(tx, grant.id, *person)?;
        }
        if register.does == PermissionEffect::AcceptsRisk {
            for clause in grant.clause.iter().chain(&register.clauses) {
                permissions::add_clause(tx, grant.id, clause)?;
            }
        }
        if let Some(password) = password.filter(|password| !password.expose().is_empty()) {
            let sealed =
                self.sealer().seal(self.world(), &secret_place(grant.id), password.expose().as_bytes())?;
            permissions::keep_secret(tx, grant.id, sealed)?;
        }
        let says = format!("Asked for it: {}", grant.because);
        self.say_on_permission(tx, grant.id, &permit.actor().shown, &says, grant.asked_at)?;
        let detail = json!({ "register": grant.register, "person": grant.person, "device": grant.device,
            "fields": grant.fields, "because": grant.because, "until": grant.wanted_until.to_string() });
        self.enter_permission(tx, grant, (&permit.actor().name, "permission.asked"), detail, grant.asked_at)
    }
}

/// The place for which an entry's password is sealed.
pub(super) fn secret_place(id: PermissionId) -> String {
    format!("permission:{id}")
}

fn not_here(register: &PermissionRegister) -> AppError {
    AppError::Conflict(format!(
        "your role does not ask in the register {}; its page says whose does",
        register.title
    ))
}

fn until(register: &PermissionRegister, day: &str, now: Timestamp, faults: &mut Faults) -> Option<Timestamp> {
    let Some(until) = when::end_of(day) else {
        return faults
            .add("until", "Enter the last day, such as 2026-12-31: nothing is granted without an end");
    };
    if until <= now {
        return faults.add("until", "Enter a day that is still to come");
    }
    // A day's grace, so that "half a year from today" is not refused for the hour at which it is asked.
    let latest = now.plus(register.longest).plus(domain::Span::from_secs(24 * 3600));
    if until > latest {
        let longest = crate::read::span_words(register.longest);
        return faults
            .add("until", format!("Enter an earlier day: {longest} is the longest in this register"));
    }
    Some(until)
}

/// Whom and what a request is for, as far as whoever asks may ask for them.
fn whom(
    tx: &mut Tx<'_>,
    permit: &Permit<AskPermission>,
    register: &PermissionRegister,
    library: &Library,
    new: &NewPermission,
    faults: &mut Faults,
) -> Result<For, AppError> {
    let mut found = For { force: permit.scope().force().or(new.force), ..For::default() };
    match register.about {
        PermissionFor::Person => {
            if let Some(person) = person(tx, permit, register, new, faults)? {
                (found.force, found.person) = (Some(person.force), Some(person.id));
                found.people.push(person.id);
            }
        }
        PermissionFor::Device => device(tx, permit, register, &new.device, &mut found, faults)?,
        PermissionFor::Clause => {
            match library.find_clause(new.clause.trim()) {
                Some(clause) => found.clause = Some(clause.id.clone()),
                None => faults.add("clause", "Enter a clause such as MDU-6.2a").unwrap_or_default(),
            }
            if !new.device.trim().is_empty() {
                device(tx, permit, register, &new.device, &mut found, faults)?;
            } else if found.force.is_none() {
                faults.add::<()>("force", "Choose the force whose risk it is");
            }
        }
    }
    Ok(found)
}

fn person(
    tx: &mut Tx<'_>,
    permit: &Permit<AskPermission>,
    register: &PermissionRegister,
    new: &NewPermission,
    faults: &mut Faults,
) -> Result<Option<Person>, AppError> {
    let number = new.person.trim();
    let found = if number.is_empty() {
        let themselves = permit.actor().person.map(|own| people::by_id(tx, own)).transpose()?.flatten();
        let Some(person) = themselves else {
            return Ok(faults.add("person", "Enter the collar or staff number of the person that it is for"));
        };
        person
    } else {
        match numbered(tx, permit, new, number)? {
            Ok(person) => person,
            Err((field, says)) => return Ok(faults.add(field, says)),
        }
    };
    permit.reaches(found.force)?;
    if found.ended_at.is_some() {
        return Ok(faults.add("person", "Nobody on the books has this number"));
    }
    let related = reach(permit.actor(), register) == Reach::Related;
    if related && !may_ask_for(permit.actor(), register, &found) {
        let says =
            "You can ask for yourself here, and for those whom you manage; the service desk asks for others";
        return Ok(faults.add("person", says));
    }
    Ok(Some(found))
}

/// The person of a number, or what is wrong with it.
fn numbered(
    tx: &mut Tx<'_>,
    permit: &Permit<AskPermission>,
    new: &NewPermission,
    number: &str,
) -> Result<Result<Person, (&'static str, &'static str)>, AppError> {
    let forces = match permit.scope().force().or(new.force) {
        Some(force) => vec![force],
        None => Force::ALL.to_vec(),
    };
    let mut found = Vec::new();
    for force in forces {
        found.extend(people::by_number(tx, force, number)?);
    }
    Ok(match (found.pop(), found.pop()) {
        (Some(person), None) => Ok(person),
        (Some(_), Some(_)) => Err(("force", "Both forces have somebody with this number; choose the force")),
        (None, _) => Err(("person", "Nobody on the books has this number")),
    })
}

fn device(
    tx: &mut Tx<'_>,
    permit: &Permit<AskPermission>,
    register: &PermissionRegister,
    serial: &str,
    found: &mut For,
    faults: &mut Faults,
) -> Result<(), AppError> {
    let serial = serial.trim().to_ascii_uppercase();
    let related = reach(permit.actor(), register) == Reach::Related;
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

/// The register's own fields.
fn fields(
    tx: &mut Tx<'_>,
    library: &Library,
    register: &PermissionRegister,
    new: &NewPermission,
    whom: &mut For,
    faults: &mut Faults,
) -> Result<BTreeMap<String, String>, AppError> {
    let mut read = BTreeMap::new();
    for field in &register.fields {
        let given = new.fields.get(&field.name).map_or("", String::as_str);
        if given.trim().is_empty() && field.optional {
            continue;
        }
        let Some(value) = field_text(field, given, faults) else { continue };
        match field.kind {
            FieldKind::Network => network(library, register, field, (&value, new), &mut read, faults),
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

fn field_text(field: &PermissionField, given: &str, faults: &mut Faults) -> Option<String> {
    if field.kind == FieldKind::Network {
        // Blanks belong to a network's name.
        return if (1..=32).contains(&given.len()) && !given.chars().any(char::is_control) {
            Some(given.to_owned())
        } else {
            faults.add(&field.name, "Enter the network's name: 1 to 32 characters")
        };
    }
    faults.text(&field.name, given)
}

fn fits(library: &Library, field: &PermissionField, value: &str, faults: &mut Faults) -> bool {
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

/// The apps that a field offers.
pub(crate) fn apps(library: &Library, field: &PermissionField) -> Vec<String> {
    let named = field.parameter.as_ref().and_then(|name| library.parameters().get(name));
    match named.map(|parameter| &parameter.value) {
        Some(ParameterValue::Setting(domain::SettingValue::List(list))) => list.iter().cloned().collect(),
        _ => Vec::new(),
    }
}

fn network(
    library: &Library,
    register: &PermissionRegister,
    field: &PermissionField,
    (name, new): (&str, &NewPermission),
    read: &mut BTreeMap<String, String>,
    faults: &mut Faults,
) {
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
    if new.passphrase.as_ref().is_some_and(|word| !word.expose().is_empty() && !is_network_password(word)) {
        faults.add::<()>(
            "passphrase",
            "A network's password has 8 to 63 characters. Enter it as it stands on the hub, or leave it out and type it on the device",
        );
        return;
    }
    read.insert(field.name.clone(), name.to_owned());
    read.insert("security".to_owned(), new.security.clone());
}

fn deputies(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    field: &str,
    value: &str,
    faults: &mut Faults,
) -> Result<Option<Vec<PersonId>>, AppError> {
    // Without the force, whose fault is told already, numbers mean nothing.
    let Some(force) = force else { return Ok(None) };
    let mut found = Vec::new();
    for number in value.split([',', ' ', ';']).filter(|number| !number.is_empty()).take(20) {
        match people::by_number(tx, force, number)?.filter(|person| person.ended_at.is_none()) {
            Some(person) => found.push(person.id),
            None => {
                return Ok(
                    faults.add(field, format!("{} has nobody with the number {number}", force.title()))
                );
            }
        }
    }
    Ok(Some(found))
}
