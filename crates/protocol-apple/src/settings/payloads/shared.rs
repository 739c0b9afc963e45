//! Payloads that iPhone, iPad and Mac share: proxy, mail domains, and the switches that go by command.

use domain::SettingValue;

use super::{Draft, Kind, RESTRICT, kind, strings};
use crate::settings::compile::{Context, Group, Switch};

const PROXY: Kind = kind("com.apple.proxy.http.global", "proxy", "Web proxy");
const DOMAINS: Kind = kind("com.apple.domains", "domains", "Mail domains");

pub(super) fn build(context: &Context<'_>, group: &Group, draft: &mut Draft) {
    if let (true, Some(SettingValue::Text(address))) =
        (context.asks(group, "web.proxy_address"), context.value("web.proxy_address"))
    {
        draft.put(PROXY, "ProxyType", "Auto");
        draft.put(PROXY, "ProxyPACURL", address.as_str());
        // Without the proxy there is no filter and no log, so no traffic either.
        draft.put(PROXY, "ProxyPACFallbackAllowed", false);
        draft.put(PROXY, "ProxyCaptiveLoginAllowed", false);
    }
    if let (true, Some(SettingValue::List(list))) =
        (context.asks(group, "mail.domains"), context.value("mail.domains"))
    {
        draft.put(DOMAINS, "EmailDomains", strings(list));
    }
    if context.asks(group, "bluetooth.allow_file_transfer") {
        // Two offers that devices make to each other over Bluetooth, and that move a whole set-up or a password.
        draft.put(RESTRICT, "allowPasswordProximityRequests", false);
        if context.target == crate::settings::Target::IosIpados {
            draft.put(RESTRICT, "allowProximitySetupToNewDevice", false);
        }
    }
    if let (true, Some(SettingValue::Bool(on))) =
        (context.asks(group, "bluetooth.enabled"), context.value("bluetooth.enabled"))
    {
        draft.switches.push(Switch::Bluetooth(*on));
    }
}
