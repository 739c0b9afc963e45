//! Reading `settings/<name>.toml`.

use std::collections::BTreeMap;

use domain::SettingKey;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Loader;
use crate::placeholders::placeholder;
use crate::reader::{Faults, Node, Source};
use crate::registers::{AskedValue, Registers, Setting};
use crate::value::ParameterValue;

impl Loader<'_> {
    pub(super) fn settings(&mut self) {
        let mut settings = BTreeMap::new();
        for name in &self.setting_files {
            let file = format!("settings/{name}.toml");
            let Some(text) = self.files.get(&file) else { continue };
            let source = Source::whole(&file, text);
            let setting = self.with_root(source, "a settings file", |root| self.setting(root));
            if let Some(setting) = setting {
                settings.insert(name.clone(), setting);
            }
        }
        self.library.settings = settings;
    }

    fn setting(&self, root: &Node<'_>) -> Option<Setting> {
        let title = root.must_text("title");
        let Some(node) = root.table("values", "[values]") else {
            root.problem("title", "a settings file needs [values] with at least one setting");
            return None;
        };
        if node.table.is_empty() {
            root.problem("values", "[values] is empty; ask for at least one setting");
        }
        let mut values = BTreeMap::new();
        for (key, value) in node.table {
            let mut faults = Vec::new();
            let key = SettingKey::new(key.get_ref().as_ref());
            let asked = self.library.registers.asked(&key, value, &mut faults);
            for (at, fault) in &faults {
                root.source.problem(&self.sink, *at, format!("{key}: {fault}"));
            }
            if let Some(asked) = asked {
                values.insert(key, asked);
            }
        }
        Some(Setting { title: title?, values })
    }
}

impl Registers {
    /// Returns one value of a settings file, in the type that the vocabulary gives its key.
    fn asked(
        &self,
        key: &SettingKey,
        value: &Spanned<DeValue<'_>>,
        faults: &mut Faults,
    ) -> Option<AskedValue> {
        let Some(entry) = self.vocabulary.get(key) else {
            let message = "no such setting; vocabulary.toml lists what there is".to_owned();
            faults.push((value.span().start, message));
            return None;
        };
        if !value.get_ref().is_table() {
            let read = ParameterValue::read(entry.value_type, value, faults)?;
            let place = || {
                placeholder(&read).map(|word| {
                    format!("\"{word}\" only holds the place of a real value; write it, or a force parameter")
                })
            };
            let wrong = entry.range.fault(&read).or_else(|| place().filter(|_| !self.former));
            faults.extend(wrong.map(|wrong| (value.span().start, wrong)));
            return match read {
                ParameterValue::Setting(value) => Some(AskedValue { value, parameter: None }),
                ParameterValue::Span(_) => None,
            };
        }
        let mut fault = |message: String| {
            faults.push((value.span().start, message));
            None
        };
        let Some(name) = parameter_name(value) else {
            return fault("write a value, or { parameter = \"name\" }".to_owned());
        };
        match self.parameters.get(&name).map(|parameter| &parameter.value) {
            Some(ParameterValue::Setting(value))
                if ParameterValue::Setting(value.clone()).value_type() == entry.value_type =>
            {
                if let Some(wrong) = entry.range.fault(&ParameterValue::Setting(value.clone())) {
                    return fault(format!("parameter \"{name}\": {wrong}"));
                }
                Some(AskedValue { value: value.clone(), parameter: Some(name) })
            }
            Some(other) => {
                let (is, wants) = (other.value_type(), entry.value_type);
                fault(format!("parameter \"{name}\" is of type {is}, but the setting is {wants}"))
            }
            None => fault(format!("no parameter \"{name}\"; parameters.toml lists what there is")),
        }
    }
}

/// Returns the name in `{ parameter = "name" }`.
fn parameter_name(value: &Spanned<DeValue<'_>>) -> Option<String> {
    let table: &DeTable<'_> = value.get_ref().as_table().filter(|table| table.len() == 1)?;
    table.get("parameter")?.get_ref().as_str().map(str::to_owned)
}
