//! What only a Mac takes: the content rule for passwords, the sign-in window, Gatekeeper, FileVault.

use std::collections::BTreeSet;

use domain::SettingValue;
use plist::Value;

use super::{Draft, Kind, PASSCODE, RESTRICT, dictionary, kind, pattern};
use crate::settings::compile::{CompileError, Context, Group};

const SCREEN_SAVER: Kind = kind("com.apple.screensaver", "screen-saver", "Screen saver");
const SIGN_IN: Kind = kind("com.apple.loginwindow", "sign-in", "Sign-in window");
const MANAGED: Kind = kind("com.apple.MCX", "managed", "Guests and networks");
const GATEKEEPER: Kind = kind("com.apple.systempolicy.control", "gatekeeper", "Gatekeeper");
const OVERRIDE: Kind =
    kind("com.apple.systempolicy.managed", "gatekeeper-override", "Gatekeeper in the Finder");
const STORE: Kind = kind("com.apple.appstore", "app-store", "App Store");
const FILE_VAULT: Kind = kind("com.apple.MCX.FileVault2", "filevault", "FileVault");

/// The settings that go into the content rule. The length is also a key of its own, which ends at 16.
const COMPOSITION: &[&str] = &[
    "passcode.require_letter",
    "passcode.require_mixed_case",
    "passcode.min_special",
    "passcode.forbid_words",
    "passcode.min_length",
];

pub(super) fn build(context: &Context<'_>, group: &Group, draft: &mut Draft) -> Result<(), CompileError> {
    if context.is_home(group, COMPOSITION) {
        content_rule(context, draft)?;
    }
    lock(context, group, draft);
    sign_in(context, group, draft);
    software(context, group, draft);
    if context.asks(group, "accounts.allow_guest") {
        draft.put(MANAGED, "EnableGuestAccount", false);
        draft.put(MANAGED, "DisableGuestAccount", true);
    }
    if context.asks(group, "wifi.only_listed") {
        draft.put(MANAGED, "RequireAdminForAirPortNetworkChange", true);
    }
    if context.asks(group, "wifi.allow_ad_hoc") {
        draft.put(MANAGED, "RequireAdminForIBSS", true);
    }
    if context.asks(group, "cloud.allow_documents") {
        draft.put(RESTRICT, "allowCloudDesktopAndDocuments", false);
    }
    if context.asks(group, "disk.require_encryption") {
        file_vault(draft);
    }
    Ok(())
}

/// Writes the rule if letters, specials or words are required, or a length beyond the plain key's range.
fn content_rule(context: &Context<'_>, draft: &mut Draft) -> Result<(), CompileError> {
    let count = |key: &str| match context.asked(key) {
        Some(SettingValue::Count(count)) => *count,
        _ => 0,
    };
    let none = BTreeSet::new();
    let rule = pattern::Rule {
        length: count("passcode.min_length"),
        letter_and_digit: context.asked("passcode.require_letter").is_some(),
        mixed_case: context.asked("passcode.require_mixed_case").is_some(),
        specials: count("passcode.min_special"),
        words: match context.asked("passcode.forbid_words") {
            Some(SettingValue::List(words)) => words,
            _ => &none,
        },
    };
    if !rule.is_needed() {
        return Ok(());
    }
    let content = dictionary([
        ("passwordContentRegex", Value::from(rule.pattern()?)),
        ("passwordContentDescription", dictionary([("default", rule.description().into())])),
    ]);
    draft.put(PASSCODE, "customRegex", content);
    Ok(())
}

fn lock(context: &Context<'_>, group: &Group, draft: &mut Draft) {
    if context.asks(group, "passcode.max_failed_attempts") {
        draft.put(PASSCODE, "minutesUntilFailedLoginReset", i64::from(context.options.mac_retry_minutes));
    }
    if let (true, Some(SettingValue::Count(minutes))) =
        (context.asks(group, "lock.grace_minutes"), context.value("lock.grace_minutes"))
    {
        draft.put(SCREEN_SAVER, "askForPassword", true);
        draft.put(SCREEN_SAVER, "askForPasswordDelay", minutes.saturating_mul(60));
        // The schema demands a module; this one comes with every macOS that we manage.
        draft.put(SCREEN_SAVER, "moduleName", "Flurry");
    }
}

fn sign_in(context: &Context<'_>, group: &Group, draft: &mut Draft) {
    let after_restart = context.asks(group, "unlock.passcode_after_restart");
    let automatic = context.asks(group, "unlock.allow_automatic_sign_in");
    if after_restart || automatic {
        draft.put(SIGN_IN, "DisableFDEAutoLogin", true);
        if context.asked("disk.require_encryption").is_none() {
            draft.warn(
                "A Mac can be set to sign someone in by itself unless FileVault is on, and no clause asks for FileVault.",
            );
        }
    }
    if let (true, Some(SettingValue::Text(notice))) =
        (context.asks(group, "notice.sign_in_text"), context.value("notice.sign_in_text"))
    {
        draft.put(SIGN_IN, "LoginwindowText", notice.as_str());
    }
}

fn software(context: &Context<'_>, group: &Group, draft: &mut Draft) {
    if context.asks(group, "apps.require_signed") {
        draft.put(GATEKEEPER, "EnableAssessment", true);
        draft.put(GATEKEEPER, "AllowIdentifiedDevelopers", true);
    }
    if context.asks(group, "apps.allow_untrusted_developers") {
        draft.put(OVERRIDE, "DisableOverride", true);
    }
    if context.asks(group, "apps.allow_user_install") {
        draft.put(STORE, "restrict-store-softwareupdate-only", true);
    }
}

/// Turns encryption on when the holder next signs in; it cannot be postponed.
fn file_vault(draft: &mut Draft) {
    draft.put(FILE_VAULT, "Enable", "On");
    draft.put(FILE_VAULT, "Defer", true);
    draft.put(FILE_VAULT, "DeferForceAtUserLoginMaxBypassAttempts", 0);
    draft.put(FILE_VAULT, "UseRecoveryKey", true);
    draft.put(FILE_VAULT, "ShowRecoveryKey", true);
    draft.warn("The recovery key is shown to the holder once and kept by nobody else.");
}
