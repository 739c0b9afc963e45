//! From groups of settings to profiles: one profile for each group of clauses, so that a profile on a device is
//! compliance evidence for that group.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use domain::{ClauseId, NetworkSecurity, SettingKey, SettingValue};

use super::options::is_identifier;
use super::payloads::{self, Draft};
use super::versions::{LATER_KEYS, OsVersion};
use super::{ProfileOptions, Target, rules, seal};

/// The settings of one group of clauses, merged: a setting is in one group only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What the profile's identifier ends in, such as `mdu-6`.
    pub id: String,
    /// What the holder reads in the device's settings.
    pub title: String,
    /// The settings.
    pub values: BTreeMap<SettingKey, SettingValue>,
    /// The clauses that ask for them.
    pub clauses: Vec<ClauseId>,
}

/// One configuration profile, not signed.
#[derive(Clone, PartialEq, Eq)]
pub struct Profile {
    /// The group that it was made from.
    pub group: String,
    /// Its `PayloadIdentifier`.
    pub identifier: String,
    /// Its `PayloadUUID` in capitals, derived from the content: another policy has another UUID.
    pub uuid: String,
    /// What the holder reads in the device's settings.
    pub display_name: String,
    /// The profile as an XML property list.
    pub bytes: Vec<u8>,
    /// The clauses that it serves.
    pub clauses: Vec<ClauseId>,
}

impl fmt::Debug for Profile {
    /// Leaves the bytes out: they may hold a one-time word for a certificate.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Profile({} {}, {} bytes)", self.identifier, self.uuid, self.bytes.len())
    }
}

/// What a setting needs besides a profile: an item of the `Settings` command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Switch {
    /// Turn Bluetooth on or off.
    Bluetooth(bool),
    /// Turn the personal hotspot on or off; iPhone and iPad only.
    PersonalHotspot(bool),
}

/// A warning for the sender of the profiles.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Warning {
    /// The group that it is about.
    pub group: String,
    /// The warning, a sentence.
    pub text: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.group, self.text)
    }
}

/// A policy compiled for one family of devices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compiled {
    /// The profiles in the order in which to install them: networks before the rule that nothing else may be joined.
    pub profiles: Vec<Profile>,
    /// What is sent by command in addition.
    pub switches: Vec<Switch>,
    /// What the sender should know.
    pub warnings: Vec<Warning>,
}

/// Why no profiles were made. A policy is compiled whole or not at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// An identifier that devices would refuse or confuse.
    #[error(
        "\"{text}\" cannot stand in a profile's identifier: use letters, digits, dots and hyphens, up to 128"
    )]
    Identifier {
        /// The text.
        text: String,
    },
    /// Text that a profile cannot hold.
    #[error(
        "the {what} cannot be written: it is empty, too long, or has characters that a profile cannot hold"
    )]
    Text {
        /// The text.
        what: String,
    },
    /// Two groups of one name.
    #[error("there are two groups \"{group}\": a device would keep only the second; rename one")]
    GroupTwice {
        /// The group.
        group: String,
    },
    /// A setting in two groups.
    #[error(
        "{key} stands in \"{first}\" and in \"{second}\": merge the policy first, the strictest value in one group"
    )]
    SettingTwice {
        /// The setting.
        key: SettingKey,
        /// A group.
        first: String,
        /// Another group.
        second: String,
    },
    /// A value that cannot be sent.
    #[error("{key} in \"{group}\" has a value that cannot be sent: {expected}")]
    Value {
        /// The group.
        group: String,
        /// The setting.
        key: SettingKey,
        /// What was expected.
        expected: String,
    },
    /// Only listed networks, and none is listed.
    #[error(
        "\"{group}\" allows only listed networks and none is listed: devices would be cut off; list one first"
    )]
    EmptyAllowList {
        /// The group with the rule.
        group: String,
    },
    /// Only listed networks, and hardware without another radio could join none of them.
    #[error(
        "\"{group}\" allows only networks that ask for a certificate, and these devices have neither one nor a \
             cellular radio: give them a network identity first"
    )]
    NoReachableNetwork {
        /// The group with the rule.
        group: String,
    },
    /// One network written twice.
    #[error("the network \"{ssid}\" is listed twice: a device would keep one of the two; decide which")]
    NetworkTwice {
        /// The network's name.
        ssid: String,
    },
    /// A content rule that is longer than a Mac takes.
    #[error("the password rule comes to {length} characters and a Mac takes {most}: forbid fewer words")]
    RuleTooLong {
        /// The rule's length in characters.
        length: usize,
        /// The longest rule that is taken.
        most: usize,
    },
    /// An oldest system for which the answers are not made.
    #[error("the oldest system is given as {minimum}; the settings are made for {oldest} and later")]
    TooOld {
        /// What was given.
        minimum: OsVersion,
        /// The oldest that is possible.
        oldest: OsVersion,
    },
    /// A property list that could not be written.
    #[error("the profile of \"{group}\" could not be written: {reason}")]
    Unwritable {
        /// The group.
        group: String,
        /// What the writer said.
        reason: String,
    },
}

/// All that a payload may depend on: the policy reaches across groups (an iPhone wipes itself only where attempts are
/// counted), so each builder sees the whole.
pub(super) struct Context<'a> {
    pub(super) target: Target,
    pub(super) options: &'a ProfileOptions,
    groups: Vec<&'a Group>,
    all: BTreeMap<&'a str, &'a SettingValue>,
}

impl<'a> Context<'a> {
    /// Returns the value of a setting, in any group.
    pub(super) fn value(&self, key: &str) -> Option<&'a SettingValue> {
        self.all.get(key).copied()
    }

    /// Returns the value, if it asks something of a device.
    pub(super) fn asked(&self, key: &str) -> Option<&'a SettingValue> {
        let value = self.value(key)?;
        let rule = rules::find(key)?;
        (!rule.shape.asks_nothing(value)).then_some(value)
    }

    /// Returns whether this group is the first that asks for any of these settings: what is made of several settings goes there.
    pub(super) fn is_home(&self, group: &Group, keys: &[&str]) -> bool {
        let asks = |group: &&&Group| {
            keys.iter()
                .any(|key| self.asked(key).is_some() && group.values.contains_key(&SettingKey::new(*key)))
        };
        self.groups.iter().find(asks).is_some_and(|first| first.id == group.id)
    }

    /// Returns whether this group asks something by this setting.
    pub(super) fn asks(&self, group: &Group, key: &str) -> bool {
        self.asked(key).is_some() && group.values.contains_key(&SettingKey::new(key))
    }
}

/// Writes the profiles for one family of devices.
///
/// The same settings give the same bytes, whatever the order of the groups. A group of which the family knows no key has
/// no profile; [`super::cover`] says why.
///
/// # Errors
/// Refuses the whole policy if it would cut devices off, contradict itself, or hold a value that cannot be sent.
pub fn compile(target: Target, groups: &[Group], options: &ProfileOptions) -> Result<Compiled, CompileError> {
    options.check(target)?;
    let context = gather(target, groups, options)?;
    guard_networks(&context)?;
    let removal_disallowed = !options.removal_allowed || context.asked("management.allow_removal").is_some();
    let mut compiled = Compiled { profiles: Vec::new(), switches: Vec::new(), warnings: Vec::new() };
    let mut last = Vec::new();
    for group in &context.groups {
        let draft = payloads::draft(&context, group)?;
        note(&context, group, &draft, &mut compiled);
        if draft.payloads.is_empty() {
            continue;
        }
        let profile = seal::profile(&context, group, &draft, removal_disallowed)?;
        // Elsewhere than its networks, the rule waits until they are there.
        let waits = context.asks(group, "wifi.only_listed") && !context.asks(group, "wifi.networks");
        if waits { last.push(profile) } else { compiled.profiles.push(profile) }
    }
    compiled.profiles.extend(last);
    compiled.switches.sort_unstable();
    compiled.switches.dedup();
    Ok(compiled)
}

fn gather<'a>(
    target: Target,
    groups: &'a [Group],
    options: &'a ProfileOptions,
) -> Result<Context<'a>, CompileError> {
    let mut sorted: Vec<&Group> = groups.iter().collect();
    sorted.sort_by(|a, b| a.id.cmp(&b.id));
    let mut names = BTreeSet::new();
    let mut homes: BTreeMap<&str, &str> = BTreeMap::new();
    let mut all = BTreeMap::new();
    for group in &sorted {
        if !is_identifier(&group.id) {
            return Err(CompileError::Identifier { text: group.id.clone() });
        }
        if !rules::is_text(&group.title) {
            return Err(CompileError::Text { what: format!("title of \"{}\"", group.id) });
        }
        if !names.insert(group.id.to_ascii_lowercase()) {
            return Err(CompileError::GroupTwice { group: group.id.clone() });
        }
        for (key, value) in &group.values {
            check_value(group, key, value)?;
            if let Some(first) = homes.insert(key.as_str(), &group.id) {
                let (key, first, second) = (key.clone(), first.to_owned(), group.id.clone());
                return Err(CompileError::SettingTwice { key, first, second });
            }
            all.insert(key.as_str(), value);
        }
    }
    Ok(Context { target, options, groups: sorted, all })
}

fn check_value(group: &Group, key: &SettingKey, value: &SettingValue) -> Result<(), CompileError> {
    let refuse =
        |expected: String| CompileError::Value { group: group.id.clone(), key: key.clone(), expected };
    // A setting without a rule is warned of, not refused: another vendor may have one.
    let Some(rule) = rules::find(key.as_str()) else { return Ok(()) };
    rule.shape.fits(value).map_err(|expected| refuse(expected.to_owned()))?;
    let SettingValue::Networks(list) = value else { return Ok(()) };
    let mut seen = BTreeSet::new();
    for network in list {
        if let Some(fault) = rules::network_fault(network) {
            return Err(refuse(fault.to_owned()));
        }
        if !seen.insert(&network.ssid) {
            return Err(CompileError::NetworkTwice { ssid: network.ssid.clone() });
        }
    }
    Ok(())
}

/// Checks that an iPhone or iPad that may join only listed networks can join one.
fn guard_networks(context: &Context<'_>) -> Result<(), CompileError> {
    let key = "wifi.only_listed";
    if context.target != Target::IosIpados || context.asked(key).is_none() {
        return Ok(());
    }
    let holds = |group: &&&Group| group.values.contains_key(&SettingKey::new(key));
    let group = context.groups.iter().find(holds).map(|group| group.id.clone()).unwrap_or_default();
    let Some(SettingValue::Networks(list)) = context.value("wifi.networks") else {
        return Err(CompileError::EmptyAllowList { group });
    };
    let by_password = |security: NetworkSecurity| {
        matches!(security, NetworkSecurity::Wpa2Personal | NetworkSecurity::Wpa3Personal)
    };
    let reachable = context.options.network_identity.is_some()
        || list.iter().any(|network| by_password(network.security));
    if context.options.wifi_only_hardware && !reachable {
        return Err(CompileError::NoReachableNetwork { group });
    }
    Ok(())
}

/// Collects what a group gives besides its profile.
fn note(context: &Context<'_>, group: &Group, draft: &Draft, compiled: &mut Compiled) {
    let mut warn = |text: String| compiled.warnings.push(Warning { group: group.id.clone(), text });
    for key in group.values.keys().filter(|key| rules::find(key.as_str()).is_none()) {
        warn(format!("Lanyard has no rule for {key} on Apple devices, so nothing is sent for it."));
    }
    for later in LATER_KEYS.iter().filter(|key| key.target == context.target && !key.came_with_feature) {
        let sent = draft.payloads.values().any(|payload| payload.content.contains_key(later.apple_key));
        if sent && later.from > context.options.minimum(context.target) {
            warn(format!(
                "{} takes effect from {}; an older system ignores it.",
                later.apple_key, later.from
            ));
        }
    }
    draft.warnings.iter().cloned().for_each(&mut warn);
    compiled.switches.extend(&draft.switches);
}
