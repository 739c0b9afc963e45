//! What values a setting takes. The policy loader checks types against its register; this is the last line before bytes.

use domain::{Network, SettingValue};

/// The values that a setting takes, and which of them ask nothing of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::settings) enum Shape {
    /// Allowed or not; `true` asks nothing.
    Allow,
    /// Required or not; `false` asks nothing.
    Require,
    /// On or off; both ask something.
    Switch,
    /// A whole number from 0; 0 asks nothing.
    Least,
    /// A whole number from 0; all ask something.
    Most,
    /// Text of a person's language.
    Text,
    /// An `http` or `https` address.
    Address,
    /// The name of a server.
    Host,
    /// A set of words; none asks nothing.
    Words,
    /// A set of addresses or bare host names; none asks nothing.
    Addresses,
    /// Wi-Fi networks; no network at all is refused, because a device would be cut off.
    Networks,
}

/// The largest count that is taken; far above any sensible one, far below where arithmetic or a pattern would break.
const LARGEST_COUNT: i64 = 10_000;
/// The most words or networks in one value.
const MOST_ITEMS: usize = 5_000;
const LONGEST_TEXT: usize = 4_096;
const LONGEST_WORD: usize = 255;

impl Shape {
    /// Says what was expected where the value does not fit.
    pub(in crate::settings) fn fits(self, value: &SettingValue) -> Result<(), &'static str> {
        let ok = match (self, value) {
            (Self::Allow | Self::Require | Self::Switch, SettingValue::Bool(_)) => true,
            (Self::Least | Self::Most, SettingValue::Count(count)) => (0..=LARGEST_COUNT).contains(count),
            (Self::Text, SettingValue::Text(text)) => is_text(text),
            (Self::Address, SettingValue::Text(text)) => is_address(text),
            (Self::Host, SettingValue::Text(text)) => is_word(text),
            (Self::Words, SettingValue::List(list)) => {
                list.len() <= MOST_ITEMS && list.iter().all(|word| is_word(word))
            }
            (Self::Addresses, SettingValue::List(list)) => {
                list.len() <= MOST_ITEMS && list.iter().all(|item| is_address(item) || is_bare_host(item))
            }
            (Self::Networks, SettingValue::Networks(list)) => !list.is_empty() && list.len() <= MOST_ITEMS,
            _ => false,
        };
        if ok { Ok(()) } else { Err(self.expected()) }
    }

    /// Returns whether the value leaves the device as free as it is.
    pub(in crate::settings) fn asks_nothing(self, value: &SettingValue) -> bool {
        match (self, value) {
            (Self::Allow, SettingValue::Bool(allowed)) => *allowed,
            (Self::Require, SettingValue::Bool(required)) => !required,
            (Self::Least, SettingValue::Count(count)) => *count == 0,
            (Self::Words | Self::Addresses, SettingValue::List(list)) => list.is_empty(),
            _ => false,
        }
    }

    const fn expected(self) -> &'static str {
        match self {
            Self::Allow | Self::Require | Self::Switch => "write true or false",
            Self::Least | Self::Most => "write a whole number from 0 to 10000",
            Self::Text => "write up to 4096 bytes of text without control characters",
            Self::Address => "write an address that starts with https:// or http://",
            Self::Host => "write the name of a server",
            Self::Words => "write a list of words of up to 255 bytes each",
            Self::Addresses => "write a list of addresses such as https://example.org/ or example.org",
            Self::Networks => "list at least one network, or devices could join none",
        }
    }
}

/// Returns what is wrong with a network, beyond what its type rules out.
pub(in crate::settings) fn network_fault(network: &Network) -> Option<&'static str> {
    if !(1..=32).contains(&network.ssid.len()) || network.ssid.chars().any(is_unwritable) {
        return Some("a network's name has 1 to 32 bytes and no control characters");
    }
    let names_fit = network.trusted_servers.iter().all(|name| is_word(name));
    (!names_fit).then_some("a trusted server is written as a host name, such as radius.force.example")
}

/// Accepts text for people: lines and tabs, nothing that a property list in XML cannot hold.
pub(in crate::settings) fn is_text(text: &str) -> bool {
    !text.trim().is_empty()
        && text.len() <= LONGEST_TEXT
        && !text.chars().any(|c| is_unwritable(c) && !matches!(c, '\n' | '\t'))
}

fn is_word(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= LONGEST_WORD && !text.chars().any(is_unwritable)
}

/// Recognises control characters, and the two that XML 1.0 leaves out of its character set (section 2.2).
fn is_unwritable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// Checks an address plainly, without parsing it: enough to keep a slip or another scheme out of a profile.
pub(in crate::settings) fn is_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
        && text.len() <= 2_048
        && !text.chars().any(|c| is_unwritable(c) || c.is_whitespace())
}

fn is_bare_host(text: &str) -> bool {
    text.contains('.')
        && text.len() <= LONGEST_WORD
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(words: &[&str]) -> SettingValue {
        SettingValue::List(words.iter().map(|word| (*word).to_owned()).collect())
    }

    #[test]
    fn values_of_another_type_or_size_are_refused() {
        let text = |text: &str| SettingValue::Text(text.to_owned());
        for (shape, value) in [
            (Shape::Allow, SettingValue::Count(1)),
            (Shape::Most, SettingValue::Count(-1)),
            (Shape::Most, SettingValue::Count(i64::MAX)),
            (Shape::Text, text(" \n")),
            (Shape::Text, text("bell \u{7}")),
            (Shape::Text, text("not a character \u{ffff}")),
            (Shape::Address, text("ftp://force.example/")),
            (Shape::Address, text("https:///nowhere")),
            (Shape::Address, text("https://force.example/a b")),
            (Shape::Words, list(&[""])),
            (Shape::Addresses, list(&["javascript:alert(1)"])),
            (Shape::Networks, SettingValue::Networks(Vec::new())),
        ] {
            assert!(shape.fits(&value).is_err(), "{shape:?} took {value:?}");
        }
        for (shape, value) in [
            (Shape::Most, SettingValue::Count(0)),
            (Shape::Text, text("Police property.\nMonitored.")),
            (Shape::Address, text("https://force.example")),
            (Shape::Addresses, list(&["example.org", "https://example.org/x"])),
            (Shape::Words, list(&[])),
        ] {
            assert_eq!(shape.fits(&value), Ok(()), "{shape:?} refused {value:?}");
        }
    }

    #[test]
    fn a_network_name_has_1_to_32_bytes() {
        let network = |ssid: &str| Network {
            ssid: ssid.to_owned(),
            security: domain::NetworkSecurity::Wpa2Personal,
            auto_join: false,
            trusted_servers: Vec::new(),
        };
        assert_eq!(network_fault(&network("FORCE-CORP")), None);
        for bad in ["", "a\nb", "123456789012345678901234567890123", "ééééééééééééééééé"] {
            assert!(network_fault(&network(bad)).is_some(), "{bad}");
        }
    }
}
