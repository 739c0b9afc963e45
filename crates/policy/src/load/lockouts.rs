//! Settings that would lock a device out of what it needs: the network, the web, an account, a call for help.

use domain::{Network, NetworkSecurity, SettingKey, SettingValue};

use super::Loader;
use crate::merge::{MergedSettings, Scope};

/// Apps without which a telephone cannot call for help, or cannot be set right again by its holder.
const NEEDED: [&str; 3] = ["com.apple.mobilephone", "com.apple.Preferences", "com.apple.emergencycall"];
/// Apps that a holder whose acceptance has lapsed needs to be told and to accept.
const NEEDED_TO_ACCEPT: [&str; 2] = ["com.apple.mobilesafari", "com.apple.MobileSMS"];

impl Loader<'_> {
    pub(super) fn lockouts(&self) {
        let merged = self.library.merged_settings(&Scope::default());
        self.networks(&merged);
        self.proxy(&merged);
        self.accounts(&merged);
        self.apps();
    }

    /// Reports a key on the line of the settings file that gives it.
    fn at_setting(&self, key: &str, message: &str) {
        let name = SettingKey::new(key);
        let file = self.library.settings.iter().find(|(_, file)| file.values.contains_key(&name));
        let file =
            file.map_or_else(|| "vocabulary.toml".to_owned(), |(file, _)| format!("settings/{file}.toml"));
        self.at_word(&file, key, message);
    }

    fn networks(&self, merged: &MergedSettings) {
        if value(merged, "wifi.only_listed") != Some(&SettingValue::Bool(true)) {
            return;
        }
        let listed = match value(merged, "wifi.networks") {
            Some(SettingValue::Networks(networks)) => networks.as_slice(),
            _ => &[],
        };
        if listed.is_empty() {
            self.at_setting(
                "wifi.only_listed",
                "only listed networks may be joined and none is listed: devices would be cut off; list one under \"wifi.networks\"",
            );
        } else if !listed.iter().any(joins_by_itself) {
            self.at_setting(
                "wifi.only_listed",
                "only listed networks may be joined, and a device can join none of them by itself; list one with enterprise security, \
                 auto_join = true and its trusted_servers",
            );
        }
    }

    fn proxy(&self, merged: &MergedSettings) {
        let Some(SettingValue::Text(address)) = value(merged, "web.proxy_address") else { return };
        let host = address.strip_prefix("https://").and_then(|rest| rest.split(['/', ':', '?', '#']).next());
        let named = host.is_some_and(|host| {
            host.contains('.')
                && host.split('.').all(|label| !label.is_empty())
                && !host.ends_with(|c: char| c.is_ascii_digit())
        });
        if !named {
            self.at_setting(
                "web.proxy_address",
                &format!(
                    "\"{address}\" leaves devices without the web and without a way back: nothing else may be used, and it cannot be fetched \
                     and trusted from anywhere; write https:// and the name of a server"
                ),
            );
        }
    }

    fn accounts(&self, merged: &MergedSettings) {
        let frozen = value(merged, "accounts.allow_change") == Some(&SettingValue::Bool(false));
        let account =
            matches!(value(merged, "mail.host"), Some(SettingValue::Text(host)) if !host.trim().is_empty());
        if frozen && !account {
            self.at_setting(
                "accounts.allow_change",
                "the holder may add no account, and no clause sets \"mail.host\" for the force's own: devices would have none; set it too",
            );
        }
    }

    /// Looks at every settings file, those for restricted devices too.
    fn apps(&self) {
        let key = SettingKey::new("apps.blocked");
        let lapsed: Vec<&str> =
            self.library.clauses.iter().flat_map(|clause| clause.lapsed_settings()).collect();
        for (name, file) in &self.library.settings {
            let Some(SettingValue::List(blocked)) = file.values.get(&key).map(|asked| &asked.value) else {
                continue;
            };
            let more: &[&str] = if lapsed.contains(&name.as_str()) { &NEEDED_TO_ACCEPT } else { &[] };
            for app in NEEDED.iter().chain(more).filter(|app| blocked.contains(**app)) {
                let message = format!(
                    "{app} may not be blocked: nobody could call for help, or set the device right again; take it out"
                );
                self.at_word(&format!("settings/{name}.toml"), "apps.blocked", &message);
            }
        }
    }
}

fn value<'a>(merged: &'a MergedSettings, key: &str) -> Option<&'a SettingValue> {
    merged.settings.get(&SettingKey::new(key)).map(|set| &set.value)
}

fn joins_by_itself(network: &Network) -> bool {
    let enterprise =
        matches!(network.security, NetworkSecurity::Wpa2Enterprise | NetworkSecurity::Wpa3Enterprise);
    enterprise && network.auto_join && !network.trusted_servers.is_empty()
}
