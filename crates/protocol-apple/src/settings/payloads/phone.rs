//! What only iPhone and iPad take: Apple's own web filter, the Links catalogue, the notice on the locked screen.

use domain::SettingValue;
use plist::Value;

use super::{Draft, Kind, PASSCODE, RESTRICT, kind};
use crate::settings::compile::{Context, Group, Switch};

const FILTER: Kind = kind("com.apple.webcontent-filter", "web-filter", "Web filter");
const LINKS: Kind = kind("com.apple.webClip.managed", "links", "Links");
const SCREEN: Kind =
    kind("com.apple.shareddeviceconfiguration", "lock-screen", "Notice on the locked screen");

const FILTER_KEYS: &[&str] = &["web.filter_adult", "web.denied_addresses"];

pub(super) fn build(context: &Context<'_>, group: &Group, draft: &mut Draft) {
    borders(context, group, draft);
    hotspot(context, group, draft);
    wipe(context, group, draft);
    if context.is_home(group, FILTER_KEYS) {
        filter(context, draft);
    }
    links(context, group, draft);
    if let (true, Some(SettingValue::Text(notice))) =
        (context.asks(group, "notice.sign_in_text"), context.value("notice.sign_in_text"))
    {
        draft.put(SCREEN, "LockScreenFootnote", notice.as_str());
    }
}

/// Closes AirDrop where managed apps are kept apart from others: it would carry data across.
fn borders(context: &Context<'_>, group: &Group, draft: &mut Draft) {
    if context.asks(group, "data.allow_managed_to_unmanaged") {
        draft.put(RESTRICT, "forceAirDropUnmanaged", true);
    }
}

/// Forbids the hotspot. The restriction freezes its switch as it is, so a command turns it off as well.
fn hotspot(context: &Context<'_>, group: &Group, draft: &mut Draft) {
    if context.asks(group, "sharing.allow_internet_sharing") {
        draft.put(RESTRICT, "allowPersonalHotspotModification", false);
    }
    if context.asks(group, "hotspot.allow_change") || context.asks(group, "sharing.allow_internet_sharing") {
        draft.switches.push(Switch::PersonalHotspot(false));
    }
}

/// Sets the wipe: an iPhone that counts wrong attempts wipes itself after the last, and one that does not count never does.
fn wipe(context: &Context<'_>, group: &Group, draft: &mut Draft) {
    let counted = context.value("passcode.max_failed_attempts").is_some();
    let wipes = context.value("passcode.wipe_after_failures");
    if !counted && context.asks(group, "passcode.wipe_after_failures") {
        draft.put(PASSCODE, "maxFailedAttempts", 11);
        draft.warn(
            "The policy asks for a wipe and gives no number of attempts: Apple's largest, 11, is sent.",
        );
    }
    if context.asks(group, "passcode.max_failed_attempts") && wipes == Some(&SettingValue::Bool(false)) {
        draft.warn(
            "The policy asks for no wipe, but iPhone and iPad that count attempts also wipe themselves.",
        );
    }
}

/// Compiles one filter for both settings: a device with two would have to choose.
fn filter(context: &Context<'_>, draft: &mut Draft) {
    draft.put(FILTER, "FilterType", "BuiltIn");
    draft.put(FILTER, "AutoFilterEnabled", context.asked("web.filter_adult").is_some());
    if let Some(SettingValue::List(list)) = context.asked("web.denied_addresses") {
        draft.put(
            FILTER,
            "DenyListURLs",
            Value::Array(list.iter().flat_map(|item| addresses(item)).collect()),
        );
    }
}

/// Returns the addresses that the filter knows; a bare host name stands for both schemes.
fn addresses(item: &str) -> Vec<Value> {
    if item.contains("://") {
        vec![item.into()]
    } else {
        vec![format!("http://{item}").into(), format!("https://{item}").into()]
    }
}

fn links(context: &Context<'_>, group: &Group, draft: &mut Draft) {
    let Some(SettingValue::Text(address)) = context.asked("apps.links_address") else { return };
    if !context.asks(group, "apps.links_address") {
        return;
    }
    draft.put(LINKS, "Label", "Links");
    draft.put(LINKS, "URL", address.as_str());
    draft.put(LINKS, "IsRemovable", false);
    let web_clips = "com.apple.webapp";
    if matches!(context.asked("apps.blocked"), Some(SettingValue::List(list)) if list.contains(web_clips)) {
        draft.warn(format!("{web_clips} is among the blocked apps: that blocks the Links catalogue too."));
    }
}
