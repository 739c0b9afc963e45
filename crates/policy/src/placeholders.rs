//! Values that only hold the place of a force's own: an address of which everybody knows that nobody answers at it.

use domain::SettingValue;

use crate::library::Library;
use crate::value::ParameterValue;

/// The domains that are kept free for examples and tests (RFC 2606 and RFC 6761).
const FREE: [&str; 7] =
    ["example", "test", "invalid", "localhost", "example.com", "example.net", "example.org"];
/// Words that people write where a value is still to come.
const TO_COME: [&str; 6] = ["changeme", "change-me", "placeholder", "todo", "tbc", "fixme"];

/// Returns the part of a value that only holds a place, if it has one.
pub(crate) fn placeholder(value: &ParameterValue) -> Option<&str> {
    match value {
        ParameterValue::Setting(SettingValue::Text(text)) => in_text(text),
        ParameterValue::Setting(SettingValue::List(items)) => items.iter().find_map(|item| in_text(item)),
        ParameterValue::Setting(SettingValue::Networks(networks)) => networks.iter().find_map(|network| {
            let names = network.trusted_servers.iter().chain([&network.ssid]);
            names.into_iter().find_map(|name| in_text(name))
        }),
        _ => None,
    }
}

fn in_text(text: &str) -> Option<&str> {
    let words = text.split(|c: char| c.is_whitespace() || "/:@,;\"'()<>".contains(c));
    words.filter(|word| !word.is_empty()).find(|word| holds_a_place(word))
}

fn holds_a_place(word: &str) -> bool {
    let word = word.trim_end_matches('.').to_ascii_lowercase();
    let under = |domain: &str| word.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    TO_COME.contains(&word.as_str())
        || FREE.iter().any(|domain| under(domain) || (domain.contains('.') && word == **domain))
}

impl Library {
    /// Returns the force parameters whose value in force only holds the place of the force's own: what depends on them does not
    /// work yet.
    pub fn placeholders(&self) -> impl Iterator<Item = &str> {
        let unset = self.parameters().iter().filter(|(_, parameter)| placeholder(&parameter.value).is_some());
        unset.map(|(name, _)| name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_under_free_domains_hold_a_place() {
        for text in [
            "https://proxy.force.example/proxy.pac",
            "norfolk.police.example",
            "mail.example.com:443",
            "radius.test.",
            "https://example.org/",
            "tbc: the address",
            "changeme",
        ] {
            assert!(in_text(text).is_some(), "{text}");
        }
        for text in [
            "outlook.office365.com",
            "com.example-forces.app",
            "for example, this",
            "https://proxy.norfolk.police.uk/p",
            "",
        ] {
            assert_eq!(in_text(text), None, "{text}");
        }
    }
}
