//! `DeviceInformation`: what the device is. A device leaves out what it does not know or may not say.

use domain::{FactValue, Platform};

use super::Found;
use crate::fields::Fields;

pub(super) fn read(fields: Fields<'_>, platform: Platform, out: &mut Found<'_>) {
    let Some(answers) = fields.dictionary("QueryResponses") else { return };
    out.flag("device.supervised", answers.flag("IsSupervised"));
    out.text("device.name", answers.text("DeviceName"));
    out.text("device.model", answers.text("ModelName").or_else(|| answers.text("ProductName")));
    out.text("os.version", answers.text("OSVersion"));
    out.text("os.build", answers.text("BuildVersion"));
    if let Some(percent) = answers.real("BatteryLevel").and_then(percent) {
        out.put("battery.percent", FactValue::Count(percent));
    }
    if platform == Platform::Macos {
        out.flag("integrity.system_protection", answers.flag("SystemIntegrityProtectionEnabled"));
    } else {
        out.flag("device.lost_mode", answers.flag("IsMDMLostModeEnabled"));
        out.flag("cloud.backup_enabled", answers.flag("IsCloudBackupEnabled"));
        out.flag("hotspot.enabled", answers.flag("PersonalHotspotEnabled"));
        out.flag("locator.enabled", answers.flag("IsDeviceLocatorServiceEnabled"));
    }
}

/// Reads the vendor's 0.0 to 1.0 as percent; -1.0 means unknown, and so does anything else outside.
fn percent(level: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "the range was checked: 0 to 100")]
    (0.0..=1.0).contains(&level).then(|| (level * 100.0).round() as i64)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_level_outside_is_no_level() {
        assert_eq!(super::percent(0.875), Some(88));
        assert_eq!((super::percent(0.0), super::percent(1.0)), (Some(0), Some(100)));
        assert_eq!(
            (super::percent(-1.0), super::percent(f64::NAN), super::percent(42.0)),
            (None, None, None)
        );
    }
}
