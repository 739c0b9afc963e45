//! Answers to questions: the shapes in which real devices report their state.

use domain::Timestamp;
use pki::Certificate;
use plist::{Dictionary, Value};

use crate::passcode::Passcode;
use crate::rng::Rng;
use crate::spec::DeviceSpec;
use crate::state::{Installed, State};
use crate::value::{data, dict, flag_at, map, text, texts_at};

/// Returns the answer to `DeviceInformation`: what was asked for and this device knows; the rest is left out, as real ones do.
pub(crate) fn device_information(spec: &DeviceSpec, state: &State, command: &Dictionary) -> Dictionary {
    let known = known_information(spec, state);
    let mut answers = Dictionary::new();
    match texts_at(command, "Queries") {
        Some(queries) => {
            for query in queries {
                if let Some(value) = known.get(query) {
                    answers.insert(query.to_owned(), value.clone());
                }
            }
        }
        None => answers = known,
    }
    dict([("QueryResponses", answers.into())])
}

fn known_information(spec: &DeviceSpec, state: &State) -> Dictionary {
    let mut known = dict([
        ("UDID", text(&spec.udid)),
        ("SerialNumber", text(&spec.serial)),
        ("DeviceName", text(&state.name)),
        ("OSVersion", text(&spec.os_version)),
        ("BuildVersion", text(&spec.build)),
        ("ModelName", text(&spec.model_name)),
        ("Model", text(&spec.model_number)),
        ("ProductName", text(&spec.product)),
        ("DeviceCapacity", 128.0.into()),
        ("AvailableDeviceCapacity", 86.5.into()),
        ("BatteryLevel", state.battery.into()),
        ("IsSupervised", spec.supervised.into()),
        ("IsActivationLockEnabled", false.into()),
        ("AwaitingConfiguration", false.into()),
        ("WiFiMAC", text(&hardware_address(spec, 1))),
        ("BluetoothMAC", text(&hardware_address(spec, 2))),
    ]);
    let more = if spec.model.is_mac() {
        dict([
            ("HostName", text(&state.name.replace(' ', "-"))),
            ("LocalHostName", text(&state.name.replace(' ', "-"))),
            ("IsAppleSilicon", true.into()),
            ("SystemIntegrityProtectionEnabled", state.protections.system_integrity.into()),
            ("PINRequiredForDeviceLock", true.into()),
            ("PINRequiredForEraseDevice", false.into()),
        ])
    } else {
        dict([
            ("IMEI", text(&imei(spec))),
            ("IsMDMLostModeEnabled", state.lost_mode.into()),
            ("IsCloudBackupEnabled", false.into()),
            ("IsDeviceLocatorServiceEnabled", false.into()),
            ("IsMultiUser", false.into()),
            ("PersonalHotspotEnabled", state.hotspot.into()),
            ("DataRoamingEnabled", false.into()),
            ("IsDoNotDisturbInEffect", false.into()),
        ])
    };
    known.extend(more);
    known
}

/// Returns the answer to `SecurityInfo`.
pub(crate) fn security_info(spec: &DeviceSpec, state: &State) -> Dictionary {
    let info = if spec.model.is_mac() {
        let has = &state.protections;
        map([
            ("FDE_Enabled", has.disk_encrypted.into()),
            ("FDE_HasPersonalRecoveryKey", has.disk_encrypted.into()),
            ("FDE_HasInstitutionalRecoveryKey", false.into()),
            ("SystemIntegrityProtectionEnabled", has.system_integrity.into()),
            ("AuthenticatedRootVolumeEnabled", has.sealed_system.into()),
            ("IsRecoveryLockEnabled", has.recovery_lock.into()),
            ("RemoteDesktopEnabled", false.into()),
            (
                "FirewallSettings",
                map([
                    ("FirewallEnabled", has.firewall.into()),
                    ("BlockAllIncoming", false.into()),
                    ("StealthMode", false.into()),
                ]),
            ),
            (
                "SecureBoot",
                map([("SecureBootLevel", text(&has.secure_boot)), ("ExternalBootLevel", text("disallowed"))]),
            ),
            (
                "ManagementStatus",
                map([
                    ("EnrolledViaDEP", spec.supervised.into()),
                    ("UserApprovedEnrollment", true.into()),
                    ("IsUserEnrollment", false.into()),
                ]),
            ),
        ])
    } else {
        let meets = state.passcode_rules().met_by(state.passcode);
        map([
            // Both block and file encryption: every device since 2009.
            ("HardwareEncryptionCaps", 3.into()),
            ("PasscodePresent", (state.passcode != Passcode::Absent).into()),
            ("PasscodeCompliant", meets.into()),
            ("PasscodeCompliantWithProfiles", meets.into()),
            ("PasscodeLockGracePeriod", 0.into()),
            ("PasscodeLockGracePeriodEnforced", 0.into()),
            ("ManagementStatus", map([("IsUserEnrollment", false.into())])),
        ])
    };
    dict([("SecurityInfo", info)])
}

/// Returns the answer to `Restrictions`.
pub(crate) fn restrictions(spec: &DeviceSpec, state: &State, command: &Dictionary) -> Dictionary {
    let mut answer = dict([("GlobalRestrictions", state.in_force(spec.supervised).to_value())]);
    if flag_at(command, "ProfileRestrictions") {
        let mut each = Dictionary::new();
        for installed in &state.profiles {
            let Some(profile) = installed.profile() else { continue };
            let mut force = crate::restrictions::InForce::default();
            for payload in profile.payloads() {
                force.add(payload, spec.supervised);
            }
            each.insert(installed.identifier.clone(), force.to_value());
        }
        answer.insert("ProfileRestrictions".to_owned(), each.into());
    }
    answer
}

/// Returns the answer to `ProfileList`.
pub(crate) fn profile_list(spec: &DeviceSpec, state: &State) -> Dictionary {
    let items =
        state.profiles.iter().filter_map(|one| profile_item(spec, one)).map(Value::Dictionary).collect();
    dict([("ProfileList", Value::Array(items))])
}

fn profile_item(spec: &DeviceSpec, installed: &Installed) -> Option<Dictionary> {
    let profile = installed.profile()?;
    let mut item = outer_keys(&profile.all);
    item.remove("PayloadType");
    item.insert("HasRemovalPasscode".to_owned(), false.into());
    item.insert("IsEncrypted".to_owned(), false.into());
    if !spec.model.is_mac() {
        item.insert("IsManaged".to_owned(), true.into());
    }
    let payloads = profile.payloads().map(outer_keys).map(Value::Dictionary).collect();
    item.insert("PayloadContent".to_owned(), Value::Array(payloads));
    Some(item)
}

/// Returns the keys that say what a payload is, without what it sets.
fn outer_keys(all: &Dictionary) -> Dictionary {
    let shown =
        |key: &str| key.starts_with("Payload") && key != "PayloadContent" && !key.contains("Certificate");
    all.iter().filter(|(key, _)| shown(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// Returns the answer to `InstalledApplicationList`.
pub(crate) fn applications(spec: &DeviceSpec, state: &State, command: &Dictionary) -> Dictionary {
    let (only, items) = (texts_at(command, "Identifiers"), texts_at(command, "Items"));
    let managed_only = flag_at(command, "ManagedAppsOnly");
    let wanted = state.apps.iter().filter(|app| {
        (app.managed || !managed_only)
            && only.as_ref().is_none_or(|only| only.contains(&app.identifier.as_str()))
    });
    let list = wanted.map(|app| {
        let mut shown = app.to_dict(spec.model.is_mac());
        if let Some(items) = &items {
            shown.retain(|key, _| items.contains(&key.as_str()));
        }
        Value::Dictionary(shown)
    });
    dict([("InstalledApplicationList", Value::Array(list.collect()))])
}

/// Returns the answer to `CertificateList`.
pub(crate) fn certificates(identity: &Certificate, authority: &Certificate) -> Dictionary {
    let item = |certificate: &Certificate, is_identity: bool| {
        map([
            ("CommonName", text(certificate.common_name().unwrap_or_default())),
            ("IsIdentity", is_identity.into()),
            ("Data", data(certificate.der())),
        ])
    };
    dict([("CertificateList", Value::Array(vec![item(identity, true), item(authority, false)]))])
}

/// Returns the answer to `DeviceLocation`: somewhere between Norwich and Ipswich.
pub(crate) fn location(now: Timestamp, rng: &mut Rng) -> Dictionary {
    let share = |rng: &mut Rng| f64::from(u32::try_from(rng.below(10_000)).unwrap_or(0)) / 10_000.0;
    let latitude = share(rng).mul_add(0.57, 52.06);
    let longitude = share(rng).mul_add(0.14, 1.15);
    let time = now.to_string();
    let time = time.split_once('.').map_or(time.as_str(), |(whole, _)| whole);
    dict([
        ("Latitude", latitude.into()),
        ("Longitude", longitude.into()),
        ("HorizontalAccuracy", 65.0.into()),
        ("VerticalAccuracy", 10.0.into()),
        ("Altitude", 18.0.into()),
        ("Speed", (-1.0).into()),
        ("Course", (-1.0).into()),
        ("Timestamp", text(&format!("{time}Z"))),
    ])
}

/// Returns fifteen digits that follow from the serial number, the last one being the check digit (3GPP TS 23.003 annex B).
pub(crate) fn imei(spec: &DeviceSpec) -> String {
    let mut rng = Rng::new(
        spec.serial.bytes().fold(35, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte))),
    );
    let mut digits: Vec<u64> = vec![3, 5];
    digits.extend(std::iter::repeat_with(|| rng.below(10)).take(12));
    let sum: u64 = digits
        .iter()
        .enumerate()
        .map(|(i, &digit)| if i % 2 == 1 { digit * 2 / 10 + digit * 2 % 10 } else { digit })
        .sum();
    digits.push((10 - sum % 10) % 10);
    digits.iter().map(u64::to_string).collect()
}

/// Returns a hardware address that follows from the serial number, in the range set aside for local use.
fn hardware_address(spec: &DeviceSpec, part: u8) -> String {
    let mut rng = Rng::new(
        spec.serial
            .bytes()
            .fold(u64::from(part), |sum, byte| sum.wrapping_mul(131).wrapping_add(u64::from(byte))),
    );
    let octets: [u8; 5] = rng.bytes();
    let rest: Vec<String> = octets.iter().map(|octet| format!("{octet:02x}")).collect();
    format!("02:{}", rest.join(":"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Model, Temper};

    #[test]
    fn the_check_digit_of_an_imei_is_right() {
        for serial in ["A", "B", "SIM000000001", "C02XYZ"] {
            let digits: Vec<u32> = imei(&DeviceSpec::plausible(Model::Iphone, serial, Temper::Honest, 1))
                .chars()
                .map(|c| c.to_digit(10).unwrap())
                .collect();
            let luhn: u32 = digits
                .iter()
                .rev()
                .enumerate()
                .map(|(i, &digit)| if i % 2 == 1 { digit * 2 / 10 + digit * 2 % 10 } else { digit })
                .sum();
            assert_eq!((digits.len(), luhn % 10), (15, 0), "{serial}");
        }
    }
}
