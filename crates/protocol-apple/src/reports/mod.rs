//! Answers to commands, turned into facts under Lanyard's names (`policy/facts.toml`).
//!
//! The rule everywhere: a key that is absent, of a wrong type or of a meaning that is not sure gives no fact. A check then
//! finds "not known"; it never finds a guessed "no" or, worse, a guessed "yes".
//!
//! Facts come from the device's own channel only: a Mac user's channel has profiles and certificates of its own, which
//! must not stand in for the Mac's.

mod device;
mod lists;
mod location;
mod restricted;
mod security;

use domain::{Fact, FactName, FactValue, Grade, Platform, Secret, Timestamp};

use crate::checkin::Authenticate;
use crate::commands::SettingItem;
use crate::connect::{CommandReport, Status};
use crate::fields::Fields;

pub use location::{Location, location};

/// Returns the facts in the answer to a command of that `RequestType`.
///
/// `source_digest` is the SHA-256 of the answer in hexadecimal; `received_at` is when it reached us. No facts come from an
/// answer that is not `Acknowledged`, from a user's channel, or from a command that reports none. `Settings` needs
/// [`settings_facts`], `DeviceLocation` needs [`location`].
#[must_use]
pub fn facts(
    request_type: &str,
    platform: Platform,
    report: &CommandReport,
    received_at: Timestamp,
    source_digest: &str,
) -> Vec<Fact> {
    if report.status != Status::Acknowledged || !report.channel.is_device() {
        return Vec::new();
    }
    let fields = Fields(report.payload.expose());
    let mut out = Found { facts: Vec::new(), grade: Grade::Reported, at: received_at, source: source_digest };
    match request_type {
        "DeviceInformation" => device::read(fields, platform, &mut out),
        "SecurityInfo" => security::read(fields, platform, &mut out),
        "Restrictions" => restricted::read(fields, platform, &report.skipped, &mut out),
        "ProfileList" => lists::profiles(fields, &report.skipped, &mut out),
        "InstalledApplicationList" => lists::applications(fields, &report.skipped, &mut out),
        "CertificateList" => lists::certificates(fields, &report.skipped, &mut out),
        _ => {}
    }
    out.facts
}

/// Returns the facts in the answer to a `Settings` command, acknowledged only: the device says that it took the switch, not how
/// it stands.
///
/// `sent` is [`crate::commands::sent_settings`] of the command as it went out: the answer lists one status for each
/// item, in order, without naming it. Only Bluetooth gives a fact. The hotspot and the name are reported by
/// `DeviceInformation` at a better grade, which a newer but weaker fact would push out.
#[must_use]
pub fn settings_facts(
    sent: &[Option<SettingItem>],
    report: &CommandReport,
    received_at: Timestamp,
    source_digest: &str,
) -> Vec<Fact> {
    let answers: Vec<_> =
        Fields(report.payload.expose()).dictionaries("Settings").into_iter().flatten().collect();
    let mut out =
        Found { facts: Vec::new(), grade: Grade::Acknowledged, at: received_at, source: source_digest };
    if report.status != Status::Acknowledged || answers.len() != sent.len() {
        return Vec::new();
    }
    for (item, answer) in sent.iter().zip(answers) {
        let taken = answer.text("Status").is_some_and(|status| status == Status::Acknowledged.as_str());
        if let (Some(SettingItem::Bluetooth { enabled }), true) = (item, taken) {
            out.flag("effective.bluetooth.enabled", Some(*enabled));
        }
    }
    out.facts
}

/// Returns the code that lifts Activation Lock, in the answer to `ActivationLockBypassCode`. To be kept sealed.
#[must_use]
pub fn activation_lock_bypass_code(report: &CommandReport) -> Option<Secret<String>> {
    let code = Fields(report.payload.expose()).whole_text("ActivationLockBypassCode")?;
    (report.status == Status::Acknowledged).then(|| Secret::new(code))
}

/// Returns what a device says of its system when it enrols, before it is asked anything.
#[must_use]
pub fn first_facts(message: &Authenticate, received_at: Timestamp, source_digest: &str) -> Vec<Fact> {
    let mut out = Found { facts: Vec::new(), grade: Grade::Reported, at: received_at, source: source_digest };
    let model = message.model_name.clone().or_else(|| message.product_name.clone());
    out.text("device.name", message.device_name.as_ref().map(|name| name.expose().clone()));
    out.text("device.model", model);
    out.text("os.version", message.os_version.clone());
    out.text("os.build", message.build_version.clone());
    out.facts
}

/// The facts found so far, and what they have in common.
struct Found<'a> {
    facts: Vec<Fact>,
    grade: Grade,
    at: Timestamp,
    source: &'a str,
}

impl Found<'_> {
    fn put(&mut self, name: impl Into<std::sync::Arc<str>>, value: FactValue) {
        let (grade, at, source) = (self.grade, self.at, self.source.to_owned());
        self.facts.push(Fact { name: FactName::new(name), value, grade, at, source });
    }

    fn flag(&mut self, name: &str, value: Option<bool>) {
        if let Some(value) = value {
            self.put(name, FactValue::Bool(value));
        }
    }

    fn text(&mut self, name: &str, value: Option<String>) {
        if let Some(value) = value {
            self.put(name, FactValue::Text(value));
        }
    }

    fn list(&mut self, name: &str, items: impl Iterator<Item = String>) {
        self.put(name, FactValue::List(items.collect()));
    }
}
