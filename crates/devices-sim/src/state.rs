//! What changes about a device: what commands and its holder do to it.

use serde::{Deserialize, Serialize};

use crate::apps::{self, App};
use crate::passcode::{Passcode, PasscodeRules};
use crate::profile::Profile;
use crate::restrictions::InForce;
use crate::rng::Rng;
use crate::spec::{DeviceSpec, Temper};

/// Octets in a saved state, as base64.
mod octets {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map_err(serde::de::Error::custom)
    }
}

/// A profile on the device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Installed {
    pub(crate) identifier: String,
    pub(crate) uuid: String,
    /// As it came, so that what follows from it can be worked out again after a restart.
    #[serde(with = "octets")]
    bytes: Vec<u8>,
}

impl Installed {
    /// Returns what the profile holds; it was read once already, so it can be read again.
    pub(crate) fn profile(&self) -> Option<Profile> {
        Profile::read(&self.bytes).ok()
    }
}

/// A Mac's protections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Protections {
    pub(crate) system_integrity: bool,
    pub(crate) secure_boot: String,
    pub(crate) sealed_system: bool,
    pub(crate) disk_encrypted: bool,
    pub(crate) firewall: bool,
    pub(crate) recovery_lock: bool,
}

/// The state of a device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) name: String,
    pub(crate) profiles: Vec<Installed>,
    pub(crate) passcode: Passcode,
    pub(crate) apps: Vec<App>,
    /// Charge from 0 to 1.
    pub(crate) battery: f64,
    pub(crate) lost_mode: bool,
    pub(crate) locked: bool,
    pub(crate) bluetooth: bool,
    pub(crate) hotspot: bool,
    pub(crate) protections: Protections,
    /// What opens a forgotten passcode; phones and tablets only, and only while enrolled.
    #[serde(with = "octets")]
    pub(crate) unlock_token: Vec<u8>,
}

impl State {
    /// Returns the device as it leaves its box, with what its holder has put on since.
    pub(crate) fn out_of_the_box(spec: &DeviceSpec, rng: &mut Rng) -> Self {
        let tampered = spec.temper == Temper::Tampered && spec.model.is_mac();
        Self {
            name: spec.name.clone(),
            profiles: Vec::new(),
            passcode: if spec.temper == Temper::NonCompliant { Passcode::Absent } else { Passcode::Digits },
            apps: apps::at_first(spec),
            battery: 0.3 + charge(rng.below(70)),
            lost_mode: false,
            locked: false,
            bluetooth: true,
            hotspot: false,
            protections: Protections {
                system_integrity: !tampered,
                secure_boot: if tampered { "medium" } else { "full" }.to_owned(),
                sealed_system: !tampered,
                disk_encrypted: spec.temper != Temper::NonCompliant,
                firewall: false,
                recovery_lock: false,
            },
            unlock_token: Vec::new(),
        }
    }

    /// Puts a profile on, in place of one with the same identifier.
    pub(crate) fn install(&mut self, profile: &Profile, bytes: &[u8]) {
        let new = Installed {
            identifier: profile.identifier.clone(),
            uuid: profile.uuid.clone(),
            bytes: bytes.to_vec(),
        };
        match self.profiles.iter_mut().find(|have| have.identifier == new.identifier) {
            Some(have) => *have = new,
            None => self.profiles.push(new),
        }
        for payload in profile.of_type("com.apple.security.firewall") {
            self.protections.firewall |= crate::value::flag_at(payload, "EnableFirewall");
        }
    }

    /// Returns the payloads of a type that are on the device, each as an XML property list.
    pub(crate) fn payloads(&self, payload_type: &str) -> Vec<String> {
        let profiles: Vec<Profile> = self.profiles.iter().filter_map(Installed::profile).collect();
        let found = profiles.iter().flat_map(|profile| profile.of_type(payload_type));
        found.map(crate::value::written).collect()
    }

    /// Puts an app on it, out of the vendor's shop.
    pub(crate) fn put_app(&mut self, identifier: &str) {
        if !self.apps.iter().any(|app| app.identifier == identifier) {
            self.apps.push(App::new(identifier, identifier, "1.0"));
        }
    }

    /// Returns what the profiles on the device ask of the passcode.
    pub(crate) fn passcode_rules(&self) -> PasscodeRules {
        let mut rules = PasscodeRules::default();
        for profile in self.profiles.iter().filter_map(Installed::profile) {
            for payload in profile.of_type("com.apple.mobiledevice.passwordpolicy") {
                rules.add(payload);
            }
        }
        rules
    }

    /// Returns what is restricted now, all profiles taken together.
    pub(crate) fn in_force(&self, supervised: bool) -> InForce {
        let mut force = InForce::defaults();
        for profile in self.profiles.iter().filter_map(Installed::profile) {
            for payload in profile.payloads() {
                force.add(payload, supervised);
            }
        }
        force
    }

    /// Lets time pass between two sessions: the battery drains or is charged, and the holder acts after their temper.
    pub(crate) fn live(&mut self, spec: &DeviceSpec, rng: &mut Rng) {
        self.battery -= charge(rng.below(6));
        if self.battery < 0.1 {
            self.battery = 1.0;
        }
        if spec.temper == Temper::NonCompliant {
            self.passcode = Passcode::Absent;
            self.take_restrictions_off();
        } else if !self.passcode_rules().met_by(self.passcode) {
            // The device nags until the holder sets one that will do.
            self.passcode = Passcode::Strong;
        }
    }

    /// Takes the first profile off that restricts what may be used, as someone with a tool for it would.
    fn take_restrictions_off(&mut self) {
        let restricts = |installed: &Installed| {
            installed.profile().is_some_and(|profile| {
                profile.of_type("com.apple.mdm").next().is_none()
                    && profile.of_type("com.apple.applicationaccess").next().is_some()
            })
        };
        if let Some(place) = self.profiles.iter().position(restricts) {
            self.profiles.remove(place);
        }
    }
}

/// Returns a whole number of hundredths as a share.
fn charge(percent: u64) -> f64 {
    f64::from(u32::try_from(percent).unwrap_or(100)) / 100.0
}
