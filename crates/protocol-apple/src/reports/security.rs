//! `SecurityInfo`: passcode, encryption, integrity, and how the device enrolled.

use domain::Platform;

use super::Found;
use crate::fields::Fields;

/// Both block-level and file-level encryption, of which data protection needs both (vendor's `HardwareEncryptionCaps`).
const BLOCK_AND_FILE: i64 = 3;

/// The words of `SecureBootLevel`.
const SECURE_BOOT_LEVELS: [&str; 4] = ["full", "medium", "off", "not supported"];

pub(super) fn read(fields: Fields<'_>, platform: Platform, out: &mut Found<'_>) {
    let Some(info) = fields.dictionary("SecurityInfo") else { return };
    if platform == Platform::Macos {
        mac(info, out);
    } else {
        mobile(info, out);
    }
    if let Some(status) = info.dictionary("ManagementStatus") {
        out.flag("enrolment.user_enrolment", status.flag("IsUserEnrollment"));
        if platform == Platform::Macos {
            out.flag("enrolment.automated", status.flag("EnrolledViaDEP"));
        }
    }
}

fn mobile(info: Fields<'_>, out: &mut Found<'_>) {
    let present = info.flag("PasscodePresent");
    out.flag("passcode.present", present);
    out.flag("passcode.compliant", info.flag("PasscodeCompliant"));
    out.flag("passcode.compliant_with_profiles", info.flag("PasscodeCompliantWithProfiles"));
    out.flag("encryption.enabled", protected(present, info.count("HardwareEncryptionCaps")));
}

/// Tells whether data is protected: that takes the hardware and a passcode, so one of them missing is enough for a no.
fn protected(passcode: Option<bool>, caps: Option<i64>) -> Option<bool> {
    match (passcode, caps.map(|caps| caps == BLOCK_AND_FILE)) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn mac(info: Fields<'_>, out: &mut Found<'_>) {
    out.flag("encryption.enabled", info.flag("FDE_Enabled"));
    out.flag("integrity.system_protection", info.flag("SystemIntegrityProtectionEnabled"));
    out.flag("integrity.sealed_system", info.flag("AuthenticatedRootVolumeEnabled"));
    out.flag("integrity.recovery_lock", info.flag("IsRecoveryLockEnabled"));
    let firewall = info.dictionary("FirewallSettings");
    out.flag("firewall.enabled", firewall.and_then(|firewall| firewall.flag("FirewallEnabled")));
    let level = info.dictionary("SecureBoot").and_then(|boot| boot.text("SecureBootLevel"));
    let level = level.map(|level| level.to_ascii_lowercase());
    out.text("integrity.secure_boot", level.filter(|level| SECURE_BOOT_LEVELS.contains(&level.as_str())));
}

#[cfg(test)]
mod tests {
    use super::protected;

    #[test]
    fn encryption_needs_hardware_and_a_passcode() {
        assert_eq!(protected(Some(true), Some(3)), Some(true));
        assert_eq!(protected(Some(true), Some(1)), Some(false));
        assert_eq!(protected(Some(false), Some(3)), Some(false));
        assert_eq!(protected(Some(false), None), Some(false));
        assert_eq!(protected(None, Some(2)), Some(false));
        assert_eq!(
            (protected(Some(true), None), protected(None, Some(3)), protected(None, None)),
            (None, None, None)
        );
    }
}
