//! Wi-Fi, Bluetooth, sharing, web and cables (MDU sections 8, 9 and 12, MDU-15.1f).

use domain::{Coverage, NetworkSecurity, SettingValue};

use super::Answer::{Depends, Held, Inherent, No, Partly};
use super::Shape::{Address, Addresses, Allow, Networks, Require, Switch};
use super::{Rule, network_fault, rule};

const ADMIN_ONLY: &str =
    "A Mac has no list of allowed networks: changing network asks for an administrator, who may choose any.";
const BY_COMMAND: &str = "Bluetooth is switched by a command, and the holder can switch it back at any time.";
const APPS_MAY: &str = "iPhone and iPad send no files over Bluetooth themselves, but an app can move data that way and cannot be stopped.";
const FREEZES_BLUETOOTH: &str =
    "The sharing switch of a Mac is frozen, not turned off: where it was on, it stays on.";
const CAR_SYNC: &str = "A paired car may ask for contacts and messages; only the holder can refuse it.";
const FREEZES_SHARING: &str =
    "The internet sharing switch of a Mac is frozen, not turned off: where it was on, it stays on.";
const NO_BUILT_IN: &str =
    "A Mac has no filter of its own that a profile can switch on; it takes another maker's.";
const MAC_APPS_BYPASS: &str =
    "An app on a Mac may open connections of its own that do not go through the proxy.";
const NO_VPN_SWITCH: &str = "A Mac has no switch that keeps the holder from adding a VPN.";
const NO_PAIRING_SWITCH: &str = "A Mac has no switch for connecting it to another computer.";
const NO_DRIVE_SWITCH: &str =
    "No profile keeps USB drives from a Mac; that needs a declaration, which Lanyard does not send.";
const NO_SERVER_SWITCH: &str = "No profile keeps network drives from a Mac.";

/// The most addresses that Apple's own filter is said to work with.
pub(in crate::settings) const MOST_DENIED: usize = 500;

pub(super) const RULES: &[Rule] = &[
    rule("wifi.only_listed", Require, Held, Partly(ADMIN_ONLY)),
    rule("wifi.networks", Networks, Depends(networks), Depends(networks)),
    // iPhone and iPad join networks and make none of this kind; the personal hotspot has a setting of its own.
    rule("wifi.allow_ad_hoc", Allow, Inherent, Held),
    rule("bluetooth.enabled", Switch, Partly(BY_COMMAND), Partly(BY_COMMAND)),
    rule("bluetooth.allow_file_transfer", Allow, Partly(APPS_MAY), Partly(FREEZES_BLUETOOTH)),
    rule("bluetooth.allow_contact_and_message_sync", Allow, No(CAR_SYNC), No(CAR_SYNC)),
    rule("airdrop.allow", Allow, Held, Held),
    // A Mac has no cellular hotspot; its internet sharing is the next setting.
    rule("hotspot.allow_change", Allow, Held, Inherent),
    rule("sharing.allow_internet_sharing", Allow, Held, Partly(FREEZES_SHARING)),
    rule("web.filter_adult", Require, Held, No(NO_BUILT_IN)),
    rule("web.denied_addresses", Addresses, Depends(denied), No(NO_BUILT_IN)),
    rule("web.proxy_address", Address, Held, Partly(MAC_APPS_BYPASS)),
    rule("web.allow_private_relay", Allow, Held, Held),
    rule("web.allow_user_vpn", Allow, Held, No(NO_VPN_SWITCH)),
    rule("usb.allow_host_pairing", Allow, Held, No(NO_PAIRING_SWITCH)),
    rule("usb.allow_drives", Allow, Held, No(NO_DRIVE_SWITCH)),
    rule("files.allow_network_drives", Allow, Held, No(NO_SERVER_SWITCH)),
];

/// Returns whether devices can join the listed networks, and tell them from imitations.
fn networks(value: &SettingValue) -> Coverage {
    let SettingValue::Networks(list) = value else {
        return Coverage::not_enforceable("The value is not a list of networks.");
    };
    let mut residue = Vec::new();
    for network in list {
        if let Some(fault) = network_fault(network) {
            return Coverage::not_enforceable(format!("\"{}\" cannot be sent: {fault}.", network.ssid));
        }
        match network.security {
            NetworkSecurity::Wpa2Personal | NetworkSecurity::Wpa3Personal => residue.push(format!(
                "{} has a shared password, which the profile leaves out: the holder types it, and whoever knows it can \
                 imitate the network.",
                network.ssid
            )),
            NetworkSecurity::Wpa2Enterprise | NetworkSecurity::Wpa3Enterprise => {
                if network.trusted_servers.is_empty() {
                    residue.push(format!(
                        "{} names no trusted server, so the holder is asked whether to trust the one that answers.",
                        network.ssid
                    ));
                }
            }
        }
    }
    if residue.is_empty() {
        Coverage::enforced()
    } else {
        Coverage { verdict: domain::Verdict::Partly, residue, ..Coverage::enforced() }
    }
}

/// Returns how many addresses a list comes to: a bare host name stands for both schemes.
fn denied(value: &SettingValue) -> Coverage {
    let SettingValue::List(list) = value else {
        return Coverage::not_enforceable("The value is not a list of addresses.");
    };
    let count: usize = list.iter().map(|item| if item.contains("://") { 1 } else { 2 }).sum();
    if count <= MOST_DENIED {
        return Coverage::enforced();
    }
    Coverage::partly(format!(
        "Apple's filter is made for about {MOST_DENIED} addresses and this list comes to {count}: leave the rest to the \
         proxy."
    ))
}
