//! Works out what the permissions in force change for one device: parameters, and so profiles and values in checks.
//!
//! No other rules change, and no other device's rules. A device's own profile replaces its platform's profile with
//! the same identifier; the two differ in their UUID, so a device that still has its own one after the permission has
//! ended does not meet the clause until it is removed. Its content is stored encrypted, because a network's password
//! may be in it; neither UUID nor digest is computed from the password.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use compliance::Value;
use domain::{Network, Platform, Secret, SettingValue, Timestamp};
use policy::{Library, ParameterValue, PermissionEffect};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::devices::Device;
use store::faults;
use store::permissions::{self, Permission};
use store::profiles::{self, Profile};

use super::ask::secret_place;
use super::changes_devices;
use kernel::named::NamedDevice;
use kernel::policy_in_force::{DeviceRule, PolicyInForce, ReadyProfile};
use kernel::{App, AppError, Work, digest_hex};

/// The permissions that changed a judgement, and the values that they gave: part of the evidence for the judgement.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Granted {
    /// The permissions' numbers.
    pub entries: Vec<i64>,
    /// Values of force parameters as checks read them.
    pub values: BTreeMap<String, Value>,
}

impl Granted {
    /// Returns whether no permission changed anything.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.entries.is_empty()
    }
}

/// The rules for one device while permissions are in force for it.
#[derive(Debug)]
pub struct Tailored {
    /// The permissions' numbers.
    entries: Vec<i64>,
    /// Values of force parameters as checks read them.
    values: BTreeMap<String, Value>,
    /// Its complete profiles, without passwords.
    profiles: Vec<ReadyProfile>,
    /// The groups whose profile is the device's own.
    own: BTreeSet<String>,
}

impl Tailored {
    /// Returns the UUID that the device should report for each clause group.
    pub fn expected_profiles(&self) -> BTreeMap<String, String> {
        self.profiles.iter().map(|ready| (ready.profile.group.clone(), ready.profile.uuid.clone())).collect()
    }

    /// Returns a rule as it applies to the device, and what permissions changed in it.
    pub fn rule<'a>(&self, library: &Library, rule: &'a DeviceRule) -> (Cow<'a, DeviceRule>, Granted) {
        let mut own = Cow::Borrowed(rule);
        if let Some(clause) = library.clause(&rule.clause) {
            for (place, asked) in clause.rules().enumerate() {
                let bound = library.bound_with(asked, &self.values);
                let same = rule.checks.get(place).is_none_or(|(_, _, usual)| Arc::ptr_eq(usual, &bound));
                if !same && let Some(check) = own.to_mut().checks.get_mut(place) {
                    check.2 = bound;
                }
            }
        }
        let values_matter = matches!(own, Cow::Owned(_));
        let profile_matters =
            rule.checks.iter().flat_map(|(_, _, bound)| bound.groups()).any(|group| self.own.contains(group));
        let granted = if values_matter || profile_matters {
            let values = if values_matter { self.values.clone() } else { BTreeMap::new() };
            Granted { entries: self.entries.clone(), values }
        } else {
            Granted::default()
        };
        (own, granted)
    }
}

/// Collects the values that permissions give to force parameters instead of the general ones.
fn values_of(library: &Library, entries: &[Permission]) -> BTreeMap<String, ParameterValue> {
    let mut instead: BTreeMap<String, ParameterValue> = BTreeMap::new();
    for entry in entries {
        let Some(register) = library.permissions.get(&entry.register) else { continue };
        let Some(name) = register.does.parameter() else { continue };
        let usual = library.parameters().get(name).map(|parameter| parameter.value.clone());
        let Some(before) = instead.get(name).cloned().or(usual) else { continue };
        let value = match (&register.does, before) {
            (
                PermissionEffect::Adds { field, .. },
                ParameterValue::Setting(SettingValue::Networks(mut list)),
            ) => {
                let Some(network) = network(entry, field) else { continue };
                if !list.iter().any(|listed| listed.ssid == network.ssid) {
                    list.push(network);
                }
                SettingValue::Networks(list)
            }
            (PermissionEffect::Adds { field, .. }, ParameterValue::Setting(SettingValue::List(mut list))) => {
                list.extend(entry.fields.get(field).cloned());
                SettingValue::List(list)
            }
            (
                PermissionEffect::TakesOut { field, .. },
                ParameterValue::Setting(SettingValue::List(mut list)),
            ) => {
                if let Some(value) = entry.fields.get(field) {
                    list.remove(value);
                }
                SettingValue::List(list)
            }
            _ => continue,
        };
        instead.insert(name.to_owned(), ParameterValue::Setting(value));
    }
    instead
}

fn network(entry: &Permission, field: &str) -> Option<Network> {
    let security = entry.fields.get("security")?;
    Some(Network {
        ssid: entry.fields.get(field)?.clone(),
        security: serde_json::from_value(serde_json::Value::String(security.clone())).ok()?,
        auto_join: true,
        trusted_servers: Vec::new(),
    })
}

/// Computes a digest that changes with the content and with the permissions behind it, and reveals nothing of a
/// password.
fn digest_of(uuid: &str, entries: &[Permission]) -> String {
    let ids: Vec<String> = entries.iter().map(|entry| entry.id.to_string()).collect();
    digest_hex(format!("own profile {uuid} of {}", ids.join(" ")).as_bytes())
}

/// Returns the place that a device's own profile is encrypted for.
fn own_place(device: domain::DeviceId, identifier: &str) -> String {
    format!("own-profile:{device}:{identifier}")
}

/// Lists the permissions in force that change what a device has to do.
fn changing(Work { app, tx, now }: Work<'_, '_>, device: &Device) -> Result<Vec<Permission>, AppError> {
    let policy = app.policy();
    let mut found = permissions::in_force_for(tx, device.id, device.holder, now)?;
    found.retain(|entry| policy.library().permissions.get(&entry.register).is_some_and(changes_devices));
    Ok(found)
}

/// Returns the rules for one device; `None` where the general ones apply.
pub fn tailored(Work { app, tx, now }: Work<'_, '_>, device: &Device) -> Result<Option<Tailored>, AppError> {
    let entries = changing(Work { app, tx, now }, device)?;
    let Some(platform) = device.kind.platform().filter(|_| !entries.is_empty()) else { return Ok(None) };
    let policy = app.policy();
    match tailor(&policy, platform, &entries, BTreeMap::new()) {
        Ok(tailored) => Ok(Some(tailored)),
        Err(error) => {
            tracing::warn!(%error, device = %device.id, "entries of a register cannot be written as settings");
            Ok(None)
        }
    }
}

/// Checks that a permission about to be granted can be written as settings.
pub(super) fn try_out(app: &App, tx: &mut Tx<'_>, next: &Permission) -> Result<(), AppError> {
    let policy = app.policy();
    for device in crate::devices_of_permission(tx, next)? {
        let Some(platform) = device.kind.platform() else { continue };
        let mut entries = changing(Work { app, tx, now: next.starts_at.unwrap_or_default() }, &device)?;
        entries.retain(|entry| entry.id != next.id);
        entries.push(next.clone());
        tailor(&policy, platform, &entries, BTreeMap::new()).map_err(|error| {
            AppError::Conflict(format!(
                "the settings of {} cannot be written with it: {error}",
                NamedDevice::from(&device).for_staff()
            ))
        })?;
    }
    Ok(())
}

/// Lists the profiles that the rules want on a device: its platform's, or its own while a permission lasts.
pub(crate) fn profiles_for(
    Work { app, tx, now }: Work<'_, '_>,
    device: &Device,
) -> Result<Vec<Profile>, AppError> {
    let Some(platform) = device.kind.platform() else { return Ok(Vec::new()) };
    Ok(match self::tailored(Work { app, tx, now }, device)? {
        None => profiles::wanted(tx, platform)?,
        Some(tailored) => tailored.profiles.into_iter().map(|ready| ready.profile).collect(),
    })
}

/// Lists the wanted profiles, and stores the device's own ones encrypted for delivery; also returns the digests of
/// those.
pub fn keep_wanted(
    Work { app, tx, now }: Work<'_, '_>,
    device: &Device,
) -> Result<(Vec<Profile>, BTreeSet<String>), AppError> {
    let kept = permissions::own_profiles(tx, device.id)?;
    let wanted = crate::wanted_for(app, tx, device)?;
    let entries = changing(Work { app, tx, now }, device)?;
    let mut own = BTreeSet::new();
    if let Some(platform) = device.kind.platform().filter(|_| !entries.is_empty()) {
        let passwords = self::passwords(app, tx, &entries)?;
        let policy = app.policy();
        if let Ok(written) = tailor(&policy, platform, &entries, passwords) {
            for ready in written.profiles.iter().filter(|ready| written.own.contains(&ready.profile.group)) {
                let (identifier, digest) = (&ready.profile.identifier, &ready.profile.digest);
                own.insert(digest.clone());
                if !kept.iter().any(|(name, sum)| name == identifier && sum == digest) {
                    let place = own_place(device.id, identifier);
                    let sealed = app.sealer().seal(app.world(), &place, &ready.content)?;
                    permissions::put_own_profile(
                        tx,
                        device.id,
                        &permissions::ProfileName { identifier, digest },
                        sealed,
                        now,
                    )?;
                }
            }
        }
    }
    for (identifier, digest) in kept {
        if !wanted.iter().any(|profile| profile.identifier == identifier && own.contains(&profile.digest)) {
            tracing::debug!(identifier, digest, "a device's own profile is no longer kept");
            permissions::drop_own_profile(tx, device.id, &identifier)?;
        }
    }
    Ok((wanted, own))
}

/// Returns the content of a device's own profile; it is gone once the permission has ended.
pub fn own_content(
    app: &App,
    tx: &mut Tx<'_>,
    enrolment: domain::EnrolmentId,
    identifier: &str,
    digest: &str,
) -> Result<Secret<Vec<u8>>, AppError> {
    let gone = || AppError::Conflict("the permission behind these settings is over".into());
    let device = store::enrolments::by_id(tx, enrolment)?.ok_or_else(gone)?.device;
    let sealed = permissions::own_profile(tx, device, identifier, digest)?.ok_or_else(gone)?;
    Ok(app.sealer().open(&own_place(device, identifier), &sealed)?)
}

/// Decrypts the passwords of the permissions' networks, by the networks' names.
fn passwords(
    app: &App,
    tx: &mut Tx<'_>,
    entries: &[Permission],
) -> Result<BTreeMap<String, Secret<String>>, AppError> {
    let policy = app.policy();
    let mut all = BTreeMap::new();
    for entry in entries {
        let register = policy.library().permissions.get(&entry.register);
        let Some(PermissionEffect::Adds { field, .. }) = register.map(|register| &register.does) else {
            continue;
        };
        let (Some(name), Some(sealed)) = (entry.fields.get(field), permissions::secret(tx, entry.id)?) else {
            continue;
        };
        let opened = app.sealer().open(&secret_place(entry.id), &sealed)?.into_exposed();
        let password =
            String::from_utf8(opened).map_err(|_| AppError::Keys("a password is no text".into()))?;
        all.insert(name.clone(), Secret::new(password));
    }
    Ok(all)
}

fn tailor(
    policy: &PolicyInForce,
    platform: Platform,
    entries: &[Permission],
    passwords: BTreeMap<String, Secret<String>>,
) -> Result<Tailored, kernel::policy_in_force::PolicyError> {
    let instead = values_of(policy.library(), entries);
    let (mut profiles, _) = policy.compile_with(platform, &instead, passwords)?;
    let usual = policy.profiles(platform);
    let mut own = BTreeSet::new();
    for ready in &mut profiles {
        match usual.iter().find(|usual| usual.profile.uuid == ready.profile.uuid) {
            Some(same) => *ready = same.clone(),
            None => {
                ready.profile.digest = digest_of(&ready.profile.uuid, entries);
                own.insert(ready.profile.group.clone());
            }
        }
    }
    Ok(Tailored {
        entries: entries.iter().map(|entry| entry.number).collect(),
        values: instead.iter().filter_map(|(name, value)| Some((name.clone(), value.for_check()?))).collect(),
        profiles,
        own,
    })
}

/// Returns until when somebody accepts the risk that a clause is not met on a device; `None` where nobody does.
pub fn risk_accepted(
    tx: &mut Tx<'_>,
    device: &Device,
    clause: &domain::ClauseId,
    now: Timestamp,
) -> Result<Option<Timestamp>, AppError> {
    let found = permissions::on_clause(tx, Some(device.force), clause, now)?;
    let own = found.into_iter().filter(|entry| entry.device.is_none_or(|id| id == device.id));
    Ok(own.filter_map(|entry| entry.ends_at).max())
}

/// Lists the profiles that a device should have: its platform's, or its own while a permission lasts, and the
/// restricting ones where its holder's acceptance of the terms has lapsed.
pub fn wanted_for(app: &App, tx: &mut Tx<'_>, device: &Device) -> Result<Vec<Profile>, AppError> {
    let Some(platform) = device.kind.platform() else { return Ok(Vec::new()) };
    let mut wanted = profiles_for(Work { app, tx, now: app.world().now() }, device)?;
    if let Some(holder) = device.holder
        && terms_app::has_lapsed(tx, holder)?
    {
        let policy = app.policy();
        wanted.extend(policy.lapsed_profiles(platform).iter().map(|ready| ready.profile.clone()));
    }
    if faults::quarantine_of(tx, device.id)?.is_some() {
        let policy = app.policy();
        wanted.extend(policy.restricted_profiles(platform).iter().map(|ready| ready.profile.clone()));
    }
    Ok(wanted)
}
