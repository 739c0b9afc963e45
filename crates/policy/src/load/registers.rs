//! Reading `facts.toml`, `vocabulary.toml`, `parameters.toml` and `actions.toml`.

use std::collections::BTreeMap;

use domain::{Platform, SettingKey, SettingValue};

use super::{Loader, Overrides};
use crate::placeholders::placeholder;
use crate::reader::{Node, Source};
use crate::registers::{Parameter, Range, RegisteredFact, VocabularyEntry};
use crate::value::ParameterValue;
use crate::words::ValueType;

/// How problems with the force's own settings are named: its file is not part of the policy folder.
pub(super) const OVERRIDES: &str = "the force's own parameters";

impl Loader<'_> {
    pub(super) fn registers(&mut self) {
        let former = self.library.registers.former;
        self.library.registers.facts = self.register("facts.toml", "fact", "name", |node| fact(node, former));
        let vocabulary =
            self.register("vocabulary.toml", "setting", "key", |node| vocabulary_entry(node, former));
        self.library.registers.vocabulary =
            vocabulary.into_iter().map(|(key, entry)| (SettingKey::new(key), entry)).collect();
        self.library.registers.parameters =
            self.register("parameters.toml", "parameter", "name", |node| parameter(node, former));
        if self.files.get("actions.toml").is_some() {
            self.library.registers.actions =
                self.register("actions.toml", "action", "name", |node| node.must("clause"));
        }
    }

    /// Puts the force's own values in the place of the defaults.
    pub(super) fn overrides(&mut self, overrides: &Overrides) {
        for (name, value) in overrides {
            self.override_parameter(name, value);
        }
        self.cases_as_chosen();
    }

    fn register<T>(
        &self,
        file: &'static str,
        table: &'static str,
        key: &'static str,
        read: impl Fn(&Node<'_>) -> Option<T>,
    ) -> BTreeMap<String, T> {
        let mut entries = BTreeMap::new();
        let Some(text) = self.files.get(file) else {
            self.sink.add(file, None, "the file is missing; see docs/policy-format.md");
            return entries;
        };
        self.with_root(Source::whole(file, text), "the register", |root| {
            for node in root.tables(table, "an entry") {
                let name = node.must_text(key);
                let entry = read(&node);
                node.finish();
                let (Some(name), Some(entry)) = (name, entry) else { continue };
                if entries.insert(name.clone(), entry).is_some() {
                    node.problem(key, format!("\"{name}\" is registered twice; keep one"));
                }
            }
            Some(())
        });
        entries
    }

    fn override_parameter(&mut self, name: &str, value: &toml::Value) {
        let former = self.library.registers.former;
        let Some(parameter) = self.library.registers.parameters.get_mut(name) else {
            let message = format!("\"{name}\" is no parameter; parameters.toml lists what can be set");
            self.sink.add(OVERRIDES, None, message);
            return;
        };
        match ParameterValue::read_override(parameter.default.value_type(), value) {
            // What a force chose of a former version was taken at its time.
            Ok(value) => match refused(parameter, &value).filter(|_| !former) {
                Some(fault) => self.sink.add(OVERRIDES, None, format!("\"{name}\": {fault}")),
                None => {
                    parameter.value = value;
                    parameter.overridden = true;
                }
            },
            Err(fault) => self.sink.add(OVERRIDES, None, format!("\"{name}\": {fault}")),
        }
    }
}

fn fact(node: &Node<'_>, former: bool) -> Option<RegisteredFact> {
    let (value_type, means, personal) = (node.must("type"), node.must_text("means"), node.must("personal"));
    if let Some(ValueType::Span | ValueType::Networks) = value_type {
        node.problem("type", "a fact is bool, count, text or list");
        return None;
    }
    let unit = node.opt("unit");
    let reported_on: Option<Vec<Platform>> = if former && !node.has("reported_on") {
        Some(Platform::ALL.to_vec())
    } else {
        node.must("reported_on")
    };
    if reported_on.as_ref().is_some_and(Vec::is_empty) {
        node.problem(
            "reported_on",
            "reported_on is empty; name the platforms that report it, or take the fact out",
        );
    }
    Some(RegisteredFact {
        value_type: value_type?,
        means: means?,
        unit,
        reported_on: reported_on?,
        personal: personal?,
    })
}

fn vocabulary_entry(node: &Node<'_>, former: bool) -> Option<VocabularyEntry> {
    let (value_type, merge, means) =
        (node.must::<ValueType>("type"), node.must("merge"), node.must_text("means"));
    let unit = node.opt("unit");
    let (range, stronger) = (range(node, value_type, former), node.opt("stronger"));
    let reported_on =
        node.opt("reported_on").unwrap_or_else(|| if former { Platform::ALL.to_vec() } else { Vec::new() });
    if value_type == Some(ValueType::Span) {
        node.problem("type", "a setting is bool, count, text, list or networks");
        return None;
    }
    let entry = VocabularyEntry {
        value_type: value_type?,
        merge: merge?,
        unit,
        range: range?,
        stronger,
        reported_on,
        means: means?,
    };
    if !entry.merge.fits(entry.value_type) {
        node.problem(
            "merge",
            format!("values of type {} cannot be merged by \"{}\"", entry.value_type, entry.merge),
        );
        return None;
    }
    Some(entry)
}

/// Returns why a force may not choose a value, where `parameters.toml` would not take it either.
fn refused(parameter: &Parameter, value: &ParameterValue) -> Option<String> {
    if is_empty(value) && !is_empty(&parameter.default) {
        return Some("the value is empty; write one, or leave the line out".to_owned());
    }
    parameter.range.fault(value).or_else(|| placeholder_fault(value))
}

fn placeholder_fault(value: &ParameterValue) -> Option<String> {
    let word = placeholder(value)?;
    Some(format!("\"{word}\" only holds the place of a real value; write the force's own"))
}

fn is_empty(value: &ParameterValue) -> bool {
    match value {
        ParameterValue::Setting(SettingValue::Text(text)) => text.trim().is_empty(),
        ParameterValue::Setting(SettingValue::List(items)) => items.is_empty(),
        ParameterValue::Setting(SettingValue::Networks(networks)) => networks.is_empty(),
        _ => false,
    }
}

/// Reads the least and the greatest value, which a count and a length of time must have; `None` if they are wrong.
fn range(node: &Node<'_>, of: Option<ValueType>, former: bool) -> Option<Range> {
    let counts = matches!(of, Some(ValueType::Count | ValueType::Span));
    let mut bounds = [("at_least", None), ("at_most", None)];
    for (key, bound) in &mut bounds {
        match node.raw(key) {
            Some(_) if counts => *bound = Some(typed(node, key, of?)?),
            Some(_) => {
                node.problem(key, format!("{key} is for a count or a length of time; leave it out"));
                return None;
            }
            None if counts && !former => {
                node.problem(
                    key,
                    format!(
                        "a count or a length of time needs \"{key}\": nothing may grow or shrink without end"
                    ),
                );
                return None;
            }
            None => {}
        }
    }
    let [(_, at_least), (_, at_most)] = bounds;
    Some(Range { at_least, at_most })
}

fn parameter(node: &Node<'_>, former: bool) -> Option<Parameter> {
    let value_type = node.must("type");
    let (range, stronger) = (range(node, value_type, former), node.opt("stronger"));
    let placeholder = node.opt::<bool>("placeholder").unwrap_or_default();
    let (owner, reason, clauses) = (node.must_text("owner"), node.must_text("reason"), node.must("clauses"));
    if node.raw("default").is_none() {
        node.problem("name", "a parameter needs a default, so that a folder works as it is");
    }
    let value = typed(node, "default", value_type?)?;
    let range = range?;
    if let Some(fault) = range.fault(&value) {
        node.problem("default", format!("default: {fault}"));
    }
    match placeholder_fault(&value) {
        Some(fault) if !placeholder && !former => {
            node.problem(
                "default",
                format!("default: {fault}, or add placeholder = true so that forces are told"),
            );
        }
        None if placeholder && !former => {
            node.problem("placeholder", "the default is a real value; take placeholder out");
        }
        _ => {}
    }
    Some(Parameter {
        range,
        stronger,
        placeholder,
        default: value.clone(),
        value,
        overridden: false,
        owner: owner?,
        reason: reason?,
        clauses: clauses?,
    })
}

/// Returns a value whose type another key gives.
fn typed(node: &Node<'_>, key: &'static str, of: ValueType) -> Option<ParameterValue> {
    let mut faults = Vec::new();
    let value = ParameterValue::read(of, node.raw(key)?, &mut faults);
    let clean = faults.is_empty();
    for (_, fault) in faults {
        node.problem(key, format!("{key}: {fault}"));
    }
    value.filter(|_| clean)
}
