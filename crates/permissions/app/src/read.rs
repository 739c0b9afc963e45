//! Lists the registers of permissions, shows a permission with its effect, and lists the risks that somebody carries.

use domain::{ClauseId, Coverage, PermissionId, PermissionState, PersonId, Platform, Timestamp};
use policy::Library;
use store::permissions;
use store::permissions::lists;
use store::{Tx, devices, people};

use super::profiles::{ProfileRead, settings};
use super::risks::{RiskRead, risk};
use crate::{MayAskFor, changes_devices, has_role, reach};
use kernel::access::{Actor, AskPermission, DecidePermission, Permit, SeeRegisters};
use kernel::named::NamedDevice;
use kernel::words::shown;
use kernel::{App, AppError, Work, access};
pub use policy::{FieldKind, PermissionFor, PermissionRegister};
use store::devices::Device;
use store::permissions::Permission;

mod says;
mod views;
use says::{does, state_words};
pub use views::{PermissionFigures, PermissionFilter, PermissionView};

/// Number of permissions lapsing soon that the overview lists.
const LAPSING: u32 = 10;

/// A register with its figures.
#[derive(Debug, Clone)]
pub struct RegisterRow {
    /// The register.
    pub register: PermissionRegister,
    /// Its figures.
    pub figures: PermissionFigures,
    /// Whether the reader may ask for a permission in it.
    pub may_ask: bool,
}

/// One permission in a list.
#[derive(Debug, Clone)]
pub struct PermissionRow {
    /// The permission.
    pub grant: PermissionView,
    /// The register's title.
    pub register: String,
    /// The clause that it is under.
    pub clause: Option<ClauseId>,
    /// The people and things it is for, in words.
    pub about: String,
    /// Its state, in words.
    pub state: &'static str,
}

/// A device on which a permission has an effect.
#[derive(Debug, Clone)]
pub struct PermissionDevice {
    /// The device.
    pub device: NamedDevice,
    /// The settings that put it into effect, with their progress; empty where nothing is sent.
    pub settings: Vec<ProfileRead>,
    /// The part that the device's platform does not support, in words; empty where it supports all of it.
    pub residue: Vec<String>,
}

/// One permission.
#[derive(Debug, Clone)]
pub struct PermissionRead {
    /// The row that a list shows.
    pub row: PermissionRow,
    /// Its register, where the rules still have one.
    pub register: Option<PermissionRegister>,
    /// The fields of the request: label and value.
    pub fields: Vec<(String, String)>,
    /// Whether an encrypted password is stored with it.
    pub has_password: bool,
    /// The people it is for, and their deputies: id and name.
    pub people: Vec<(PersonId, String)>,
    /// Its effect, in a sentence.
    pub does: String,
    /// The devices on which it has an effect.
    pub devices: Vec<PermissionDevice>,
    /// Its timeline: time, person and event; oldest first.
    pub events: Vec<(Timestamp, String, String)>,
    /// Whether the reader may grant or refuse it.
    pub may_decide: bool,
    /// Whether the reader may end it.
    pub may_end: bool,
    /// Whether the reader may confirm that it is still needed.
    pub may_review: bool,
}

/// The registers in which somebody may ask, and their own permissions.
#[derive(Debug, Clone)]
pub struct OwnPermissions {
    /// The registers in which they may ask.
    pub registers: Vec<PermissionRegister>,
    /// Their permissions, newest first.
    pub entries: Vec<PermissionRead>,
}

/// The part of a clause that a platform leaves to people, and who answers for it.
#[derive(Debug, Clone)]
pub struct Residue {
    /// The clause.
    pub clause: ClauseId,
    /// The platform.
    pub platform: Platform,
    /// The verdict and the part left to people.
    pub coverage: Coverage,
}

/// The apps that each field of a form offers.
pub(crate) type OfferedApps = Vec<(String, Vec<String>)>;

/// Lists every register with its figures.
///
/// # Errors
/// Only if the database does not answer.
pub async fn registers(app: &App, permit: Permit<SeeRegisters>) -> Result<Vec<RegisterRow>, AppError> {
    let (policy, now) = (app.policy(), app.world().now());
    app.store()
        .read(move |tx| {
            let figures = lists::figures(tx, permit.scope().force(), now)?;
            Ok(policy
                .library()
                .permissions
                .values()
                .map(|register| RegisterRow {
                    may_ask: may_ask(permit.actor(), register),
                    figures: figures
                        .iter()
                        .find(|figures| figures.register == register.id)
                        .cloned()
                        .map(PermissionFigures::from)
                        .unwrap_or_default(),
                    register: register.clone(),
                })
                .collect())
        })
        .await
}

/// Lists up to `limit` permissions, newest first.
///
/// # Errors
/// Only if the database does not answer.
pub async fn permissions(
    app: &App,
    permit: Permit<SeeRegisters>,
    filter: PermissionFilter,
    limit: u32,
) -> Result<Vec<PermissionRow>, AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .read(move |tx| {
            let force = match (permit.scope().force(), filter.force) {
                (Some(own), Some(asked)) if own != asked => return Ok(Vec::new()),
                (own, asked) => own.or(asked),
            };
            let found = lists::list(tx, &PermissionFilter { force, ..filter }.into(), now, limit)?;
            permission_rows(Work { app: &app, tx, now }, found)
        })
        .await
}

/// Looks up one permission.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for another force.
pub async fn permission(
    app: &App,
    permit: Permit<SeeRegisters>,
    id: PermissionId,
) -> Result<PermissionRead, AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .read(move |tx| {
            let grant = permissions::by_id(tx, id)?.ok_or_else(|| AppError::not_found("entry", id))?;
            permit.reaches(grant.force)?;
            permission_read(Work { app: &app, tx, now }, permit.actor(), grant)
        })
        .await
}

/// Looks up the permission of a number; `None` where there is none.
///
/// # Errors
/// [`AppError::Denied`] for another force.
pub async fn permission_numbered(
    app: &App,
    permit: Permit<SeeRegisters>,
    number: i64,
) -> Result<Option<PermissionRead>, AppError> {
    let found = app.store().read(move |tx| permissions::by_number(tx, number)).await?;
    match found {
        Some(grant) => permission(app, permit, grant.id).await.map(Some),
        None => Ok(None),
    }
}

/// Lists the registers in which somebody may ask, and the permissions that they asked for or have.
///
/// # Errors
/// Only if the database does not answer.
pub async fn own_permissions(app: &App, permit: Permit<AskPermission>) -> Result<OwnPermissions, AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .read(move |tx| {
            let actor = permit.actor();
            let policy = app.policy();
            let registers = policy.library().permissions.values();
            let mut own = OwnPermissions {
                registers: registers.filter(|register| may_ask(actor, register)).cloned().collect(),
                entries: Vec::new(),
            };
            let Some(person) = actor.person else { return Ok(own) };
            let filter = lists::PermissionFilter { own: Some(person), ..lists::PermissionFilter::default() };
            for grant in lists::list(tx, &filter, now, 100)? {
                own.entries.push(permission_read(Work { app: &app, tx, now }, actor, grant)?);
            }
            Ok(own)
        })
        .await
}

/// Returns a register in which the actor may ask, and the apps that each of its fields offers.
///
/// # Errors
/// [`AppError::NotFound`] where the rules have no register of that name.
pub fn register_to_ask_in(
    app: &App,
    permit: &Permit<AskPermission>,
    id: &str,
) -> Result<(PermissionRegister, MayAskFor, OfferedApps), AppError> {
    let policy = app.policy();
    let register = policy.library().permissions.get(id).ok_or_else(|| AppError::not_found("register", id))?;
    let apps = register
        .fields
        .iter()
        .filter(|field| field.kind == FieldKind::App)
        .map(|field| (field.name.clone(), crate::apps(policy.library(), field)))
        .collect();
    Ok((register.clone(), reach(permit.actor(), register), apps))
}

/// Lists the permissions that lapse soon, the nearest end first.
pub fn lapsing(
    Work { app, tx, now }: Work<'_, '_>,
    force: Option<domain::Force>,
) -> Result<Vec<PermissionRow>, AppError> {
    let found = lists::lapsing(tx, force, now, LAPSING)?;
    permission_rows(Work { app, tx, now }, found)
}

/// Lists the permissions for a device, and those in force for its holder.
pub fn permissions_of_device(
    Work { app, tx, now }: Work<'_, '_>,
    device: &Device,
) -> Result<Vec<PermissionRow>, AppError> {
    let mut found = permissions::in_force_for(tx, device.id, device.holder, now)?;
    for grant in lists::of_device(tx, device.id)? {
        if !found.iter().any(|known| known.id == grant.id) {
            found.push(grant);
        }
    }
    permission_rows(Work { app, tx, now }, found)
}

/// Lists the permissions that a person asked for or that are for them, newest first.
pub fn permissions_asked_by(
    Work { app, tx, now }: Work<'_, '_>,
    person: PersonId,
    limit: u32,
) -> Result<Vec<PermissionRow>, AppError> {
    let filter = lists::PermissionFilter { own: Some(person), ..lists::PermissionFilter::default() };
    let found = lists::list(tx, &filter, now, limit)?;
    permission_rows(Work { app, tx, now }, found)
}

/// Lists the permissions of a person.
pub fn permissions_of_person(
    Work { app, tx, now }: Work<'_, '_>,
    person: PersonId,
) -> Result<Vec<PermissionRow>, AppError> {
    let found = lists::of_person(tx, person)?;
    permission_rows(Work { app, tx, now }, found)
}

/// Lists the parts of clauses with a setting that platforms leave to people: accepted by people, or carried as a
/// risk.
///
/// # Errors
/// None; the rules are in memory.
#[must_use]
pub fn residues(app: &App, _: &Permit<SeeRegisters>) -> Vec<Residue> {
    let policy = app.policy();
    let mut all = Vec::new();
    for clause in policy.library().clauses.iter().filter(|clause| clause.settings().next().is_some()) {
        for (platform, coverage) in policy.coverage().get(&clause.id).into_iter().flatten() {
            if !coverage.residue.is_empty() {
                let (clause, platform) = (clause.id.clone(), *platform);
                all.push(Residue { clause, platform, coverage: coverage.clone() });
            }
        }
    }
    all
}

/// Finds the acceptance with the latest end of the risk that a clause is not met on a device.
pub fn risk_on(
    app: &App,
    tx: &mut Tx<'_>,
    device: &Device,
    clause: &ClauseId,
) -> Result<Option<RiskRead>, AppError> {
    let found = permissions::on_clause(tx, Some(device.force), clause, app.world().now())?;
    let own = found.iter().filter(|entry| entry.device.is_none_or(|id| id == device.id));
    Ok(own.filter_map(risk).max_by_key(|risk| risk.until))
}

fn permission_rows(
    Work { app, tx, now }: Work<'_, '_>,
    found: Vec<Permission>,
) -> Result<Vec<PermissionRow>, AppError> {
    found.into_iter().map(|grant| permission_row(Work { app, tx, now }, grant)).collect()
}

fn permission_row(Work { app, tx, now }: Work<'_, '_>, grant: Permission) -> Result<PermissionRow, AppError> {
    let policy = app.policy();
    let register = policy.library().permissions.get(&grant.register);
    let mut about = Vec::new();
    if let Some(clause) = &grant.clause {
        about.push(format!("Clause {clause}"));
    }
    if let Some(person) = grant.person {
        about.extend(people::by_id(tx, person)?.map(|person| shown(&person)));
    }
    if let Some(device) = grant.device {
        about.extend(devices::by_id(tx, device)?.map(|device| NamedDevice::from(device).for_staff()));
    } else if grant.clause.is_some() {
        about.push("all devices".to_owned());
    }
    Ok(PermissionRow {
        register: register.map_or_else(|| grant.register.clone(), |register| register.title.clone()),
        clause: grant.clause.clone().or_else(|| register.and_then(|register| register.clause().cloned())),
        about: about.join(", "),
        state: state_words(&grant, now),
        grant: grant.into(),
    })
}

fn permission_read(
    Work { app, tx, now }: Work<'_, '_>,
    actor: &Actor,
    grant: Permission,
) -> Result<PermissionRead, AppError> {
    let policy = app.policy();
    let register = policy.library().permissions.get(&grant.register).cloned();
    let seat = |roles: &[String]| has_role(actor, roles) && access::permit::<DecidePermission>(actor).is_ok();
    let decides = register.as_ref().is_some_and(|register| seat(&register.decide) || seat(&register.second));
    let own = grant.asked.by == actor.name
        || (actor.person.is_some() && (grant.asked_person == actor.person || grant.person == actor.person));
    let agreed = grant.agreed.as_ref().is_some_and(|(named, _)| named.by == actor.name);
    let in_force = grant.in_force(now);
    let asks = access::permit::<AskPermission>(actor).is_ok();
    let running = grant.state == PermissionState::Granted && grant.ends_at.is_some_and(|end| now < end);
    let mut named = Vec::new();
    for person in permissions::people(tx, grant.id)? {
        named.extend(people::by_id(tx, person)?.map(|person| (person.id, shown(&person))));
    }
    Ok(PermissionRead {
        fields: register.as_ref().map_or_else(Vec::new, |register| asked(register, &grant)),
        has_password: permissions::secret(tx, grant.id)?.is_some(),
        people: named,
        does: register.as_ref().map(does).unwrap_or_default(),
        devices: match &register {
            Some(register) if changes_devices(register) && grant.decided_at.is_some() => {
                permission_devices(app, tx, register, &grant)?
            }
            _ => Vec::new(),
        },
        events: permissions::events(tx, grant.id)?.into_iter().collect(),
        may_decide: grant.is_open() && decides && !own && !agreed,
        may_end: asks && (grant.is_open() || running) && (own || decides),
        may_review: in_force && decides && !own,
        register,
        row: permission_row(Work { app, tx, now }, grant)?,
    })
}

fn permission_devices(
    app: &App,
    tx: &mut Tx<'_>,
    register: &PermissionRegister,
    grant: &Permission,
) -> Result<Vec<PermissionDevice>, AppError> {
    let policy = app.policy();
    let mut all = Vec::new();
    for device in crate::devices_of_permission(tx, grant)? {
        let wanted = crate::wanted_for(app, tx, &device)?;
        let mut settings = settings(tx, &device, &wanted)?;
        settings.retain(|setting| {
            setting.clauses.iter().any(|id| register.clauses.iter().any(|clause| clause.as_str() == id))
        });
        all.push(PermissionDevice {
            residue: residue(policy.library(), &policy, register, &device),
            settings,
            device: device.into(),
        });
    }
    Ok(all)
}

/// Lists the parts of a permission that a device does not support, in words.
fn residue(
    library: &Library,
    policy: &kernel::PolicyInForce,
    register: &PermissionRegister,
    device: &Device,
) -> Vec<String> {
    let Some(platform) = device.kind.platform() else {
        return vec![format!("A {} takes no settings, so nothing is sent to it.", device.kind.title())];
    };
    if policy.profiles(platform).is_empty() {
        return vec![format!("Settings are not sent to a {} by this version.", device.kind.title())];
    }
    let mut words = Vec::new();
    for clause in register.clauses.iter().filter_map(|id| library.clause(id)) {
        let coverage = policy.coverage().get(&clause.id).and_then(|row| row.get(&platform));
        let has_setting = clause.settings().next().is_some();
        for residue in coverage.filter(|_| has_setting).into_iter().flat_map(|coverage| &coverage.residue) {
            if !words.contains(residue) {
                words.push(residue.clone());
            }
        }
    }
    words
}

fn asked(register: &PermissionRegister, grant: &Permission) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    for field in &register.fields {
        let value = grant.fields.get(&field.name).cloned().unwrap_or_default();
        lines.push((field.label.clone(), value));
        if field.kind == FieldKind::Network
            && let Some(security) = grant.fields.get("security")
        {
            lines.push(("How it is protected".into(), security_words(security)));
        }
    }
    lines
}

fn security_words(word: &str) -> String {
    match word {
        "wpa2-personal" => "WPA2 with a password".into(),
        "wpa3-personal" => "WPA3 with a password".into(),
        other => other.to_owned(),
    }
}

fn may_ask(actor: &Actor, register: &PermissionRegister) -> bool {
    access::permit::<AskPermission>(actor).is_ok() && reach(actor, register) != MayAskFor::Nobody
}
