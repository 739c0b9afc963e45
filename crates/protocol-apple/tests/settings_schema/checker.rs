//! A checker for profiles against the vendor's published schema: every key, type, range, closed set, system version and
//! supervision rule. The schema's own format is described beside it, in docs/schema.md.

use std::collections::BTreeMap;
use std::path::Path;

use plist::{Dictionary, Value};
use protocol_apple::settings::OsVersion;
use serde::Deserialize;
use serde_norway::Value as Yaml;

#[derive(Deserialize)]
struct File {
    payload: Head,
    payloadkeys: Vec<Key>,
}

#[derive(Deserialize)]
struct Head {
    payloadtype: String,
    #[serde(rename = "supportedOS")]
    supported: Supported,
}

#[derive(Deserialize, Default, Clone)]
struct Supported {
    #[serde(rename = "iOS")]
    ios: Option<Support>,
    #[serde(rename = "macOS")]
    macos: Option<Support>,
}

#[derive(Deserialize, Default, Clone)]
struct Support {
    introduced: Option<Yaml>,
    deprecated: Option<Yaml>,
    removed: Option<Yaml>,
    supervised: Option<bool>,
    multiple: Option<bool>,
    devicechannel: Option<bool>,
}

#[derive(Deserialize)]
struct Key {
    key: String,
    #[serde(rename = "type")]
    of: String,
    presence: Option<String>,
    #[serde(rename = "supportedOS", default)]
    supported: Supported,
    range: Option<Range>,
    rangelist: Option<Vec<Yaml>>,
    format: Option<String>,
    #[serde(default)]
    subkeys: Vec<Key>,
}

#[derive(Deserialize)]
struct Range {
    min: Option<f64>,
    max: Option<f64>,
}

/// The device that a profile is meant for.
#[derive(Clone, Copy)]
pub(crate) struct Device {
    pub(crate) mac: bool,
    pub(crate) minimum: OsVersion,
    pub(crate) supervised: bool,
    /// Keys that may be younger than the oldest system.
    pub(crate) later: &'static [&'static str],
}

/// The schema of the payload types that were asked for.
#[derive(Default)]
pub(crate) struct Schema {
    files: BTreeMap<String, Vec<File>>,
}

const UUID_FORMAT: &str = "^[0-9A-Za-z]{8}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{12}$";

impl Schema {
    /// Reads the files of these payload types. The others stay unread: some refer to themselves without end.
    pub(crate) fn read(folder: &Path, types: &[&str]) -> Self {
        let mut schema = Self::default();
        for entry in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            let stated = text.lines().find_map(|line| line.strip_prefix("  payloadtype: "));
            if stated.is_some_and(|stated| types.contains(&stated)) {
                schema.add(&text);
            }
        }
        schema
    }

    pub(crate) fn add(&mut self, text: &str) {
        let file: File = serde_norway::from_str(text).unwrap();
        self.files.entry(file.payload.payloadtype.clone()).or_default().push(file);
    }

    /// Returns everything that is wrong with the profiles of one device.
    pub(crate) fn check(&self, profiles: &[Dictionary], device: Device) -> Vec<String> {
        let mut problems = Vec::new();
        let mut counts: BTreeMap<(&str, usize), usize> = BTreeMap::new();
        for profile in profiles {
            self.check_part("TopLevel", profile, device, &mut problems);
            for payload in profile.get("PayloadContent").and_then(Value::as_array).into_iter().flatten() {
                let payload = payload.as_dictionary().unwrap();
                let name = payload.get("PayloadType").and_then(Value::as_string).unwrap_or("(no type)");
                self.check_part(name, payload, device, &mut problems);
                let once = |file: &File| device.of(&file.payload.supported).multiple == Some(false);
                for (at, file) in self.used(name, payload).filter(|(_, file)| once(file)) {
                    *counts.entry((&file.payload.payloadtype, at)).or_default() += 1;
                }
            }
        }
        for ((name, _), count) in counts.into_iter().filter(|(_, count)| *count > 1) {
            problems.push(format!("{name}: {count} payloads, one is allowed"));
        }
        problems
    }

    fn of(&self, name: &str) -> &[File] {
        self.files.get(name).map_or(&[], Vec::as_slice)
    }

    /// Returns the files that speak of a payload: several share a type where it is split by subject.
    fn used<'a>(&'a self, name: &str, part: &'a Dictionary) -> impl Iterator<Item = (usize, &'a File)> {
        let files = self.of(name);
        let speaks = move |file: &File| {
            files.len() == 1 || file.payloadkeys.iter().any(|key| part.contains_key(&key.key))
        };
        files.iter().enumerate().filter(move |(_, file)| speaks(file))
    }

    fn check_part(&self, name: &str, part: &Dictionary, device: Device, problems: &mut Vec<String>) {
        let files = self.of(name);
        if files.is_empty() {
            return problems.push(format!("{name}: no such payload type"));
        }
        let common = if name == "TopLevel" { &[] } else { self.of("CommonPayloadKeys") };
        for (key, value) in part {
            let found = files.iter().chain(common).find_map(|file| {
                let key = file.payloadkeys.iter().find(|known| known.key == *key)?;
                Some((key, device.of(&file.payload.supported)))
            });
            match found {
                Some((known, support)) => check(known, value, &support, device, name, problems),
                None => problems.push(format!("{name}.{key}: no such key")),
            }
        }
        for file in self.used(name, part).map(|(_, file)| file).chain(common) {
            missing(&file.payloadkeys, part, name, problems);
            if device.of(&file.payload.supported).devicechannel == Some(false) {
                problems.push(format!("{name}: not on the device's own channel"));
            }
        }
    }
}

impl Device {
    fn of(self, supported: &Supported) -> Support {
        if self.mac { &supported.macos } else { &supported.ios }.clone().unwrap_or_default()
    }
}

fn missing(keys: &[Key], part: &Dictionary, path: &str, problems: &mut Vec<String>) {
    for key in keys.iter().filter(|key| key.presence.as_deref() == Some("required") && key.key != "ANY") {
        if !part.contains_key(&key.key) {
            problems.push(format!("{path}.{}: required and missing", key.key));
        }
    }
}

fn check(key: &Key, value: &Value, outer: &Support, device: Device, path: &str, problems: &mut Vec<String>) {
    let path = format!("{path}.{}", key.key);
    let own = device.of(&key.supported);
    let support = Support {
        introduced: own.introduced.or_else(|| outer.introduced.clone()),
        deprecated: own.deprecated.or_else(|| outer.deprecated.clone()),
        removed: own.removed.or_else(|| outer.removed.clone()),
        supervised: own.supervised.or(outer.supervised),
        ..Support::default()
    };
    check_support(key, &support, device, &path, problems);
    let fits = match (key.of.as_str(), value) {
        ("<string>", Value::String(_))
        | ("<boolean>", Value::Boolean(_))
        | ("<integer>", Value::Integer(_))
        | ("<real>", Value::Real(_) | Value::Integer(_))
        | ("<data>", Value::Data(_))
        | ("<any>", _) => true,
        ("<array>", Value::Array(items)) => {
            if let [item] = key.subkeys.as_slice() {
                items.iter().for_each(|value| check(item, value, &support, device, &path, problems));
            }
            true
        }
        ("<dictionary>", Value::Dictionary(inner)) => {
            for (name, value) in inner {
                let known = |wanted: &str| key.subkeys.iter().find(|known| known.key == wanted);
                match known(name).or_else(|| known("ANY")) {
                    Some(known) => check(known, value, &support, device, &path, problems),
                    None => problems.push(format!("{path}.{name}: no such key")),
                }
            }
            missing(&key.subkeys, inner, &path, problems);
            true
        }
        _ => false,
    };
    if fits {
        check_value(key, value, &path, problems)
    } else {
        problems.push(format!("{path}: not {}", key.of))
    }
}

fn check_support(key: &Key, support: &Support, device: Device, path: &str, problems: &mut Vec<String>) {
    let by =
        |version: &Option<Yaml>| version.as_ref().and_then(version_of).is_some_and(|v| v <= device.minimum);
    match support.introduced.as_ref().map(text_of).as_deref() {
        None => problems.push(format!("{path}: the schema gives no first version")),
        Some("n/a") => problems.push(format!("{path}: not on this platform")),
        Some("all") => {}
        Some(_) if by(&support.introduced) || device.later.contains(&key.key.as_str()) => {}
        Some(version) => problems.push(format!("{path}: only from {version}")),
    }
    if by(&support.removed) || by(&support.deprecated) {
        problems.push(format!("{path}: removed or deprecated"));
    }
    if support.supervised == Some(true) && !device.supervised {
        problems.push(format!("{path}: only on supervised devices"));
    }
}

fn check_value(key: &Key, value: &Value, path: &str, problems: &mut Vec<String>) {
    let number = value.as_real().or_else(|| value.as_signed_integer().map(|n| n as f64));
    if let (Some(range), Some(number)) = (&key.range, number)
        && (range.min.is_some_and(|min| number < min) || range.max.is_some_and(|max| number > max))
    {
        problems.push(format!("{path}: {number} is out of range"));
    }
    if let Some(list) = &key.rangelist {
        let same = |allowed: &Yaml| match value {
            Value::String(text) => allowed.as_str() == Some(text),
            _ => number.is_some() && allowed.as_f64() == number,
        };
        if !list.iter().any(same) {
            problems.push(format!("{path}: {value:?} is not one of the allowed values"));
        }
    }
    match (key.format.as_deref(), value.as_string()) {
        (Some(UUID_FORMAT), Some(text)) if !is_uuid(text) => problems.push(format!("{path}: not a UUID")),
        (Some(UUID_FORMAT) | None, _) => {}
        (Some(other), _) => problems.push(format!("{path}: the checker does not know the format {other}")),
    }
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts.concat().chars().all(|c| c.is_ascii_alphanumeric())
}

fn text_of(version: &Yaml) -> String {
    match version {
        Yaml::String(text) => text.clone(),
        other => other.as_f64().map_or_else(String::new, |number| number.to_string()),
    }
}

fn version_of(version: &Yaml) -> Option<OsVersion> {
    text_of(version).parse().ok()
}

/// Returns the first version of a top-level key of a payload type.
pub(crate) fn introduced(schema: &Schema, name: &str, key: &str, mac: bool) -> Option<OsVersion> {
    let device = Device { mac, minimum: OsVersion::new(0, 0), supervised: true, later: &[] };
    let known = schema.of(name).iter().flat_map(|file| &file.payloadkeys).find(|known| known.key == key)?;
    version_of(device.of(&known.supported).introduced.as_ref()?)
}
