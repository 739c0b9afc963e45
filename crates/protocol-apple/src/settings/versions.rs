//! System versions, and the keys that are younger than the oldest system we manage.

use std::fmt;
use std::str::FromStr;

use super::Target;

/// A system version as far as the schema tells versions apart, such as 17.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OsVersion {
    /// The first number.
    pub major: u16,
    /// The second number.
    pub minor: u16,
}

impl OsVersion {
    /// Makes the version with these two numbers.
    #[must_use]
    pub const fn new(major: u16, minor: u16) -> Self {
        Self { major, minor }
    }
}

impl fmt::Display for OsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// Text that is not a system version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a system version: write it as 17.4")]
pub struct UnreadableVersion(String);

impl FromStr for OsVersion {
    type Err = UnreadableVersion;

    /// Reads `17`, `17.4` or `17.4.1`; the third number is checked and dropped, since no key we send depends on one.
    fn from_str(text: &str) -> Result<Self, UnreadableVersion> {
        let refused = || UnreadableVersion(text.chars().take(20).collect());
        let mut numbers = [0_u16; 3];
        let mut parts = text.split('.');
        for (at, slot) in numbers.iter_mut().enumerate() {
            match parts.next() {
                Some(part) => *slot = part.parse().map_err(|_| refused())?,
                None if at > 0 => break,
                None => return Err(refused()),
            }
        }
        let [major, minor, _] = numbers;
        if parts.next().is_some() { Err(refused()) } else { Ok(Self { major, minor }) }
    }
}

/// A key that is younger than [`floor`]: an older system ignores it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaterKey {
    /// Whose key.
    pub target: Target,
    /// Apple's key, of `com.apple.applicationaccess`.
    pub apple_key: &'static str,
    /// The first system that obeys it.
    pub from: OsVersion,
    /// The feature that the key takes away came with the same release, so that an older system has nothing to take
    /// away. Where this is false an older device really escapes the setting, and its residue says so.
    pub came_with_feature: bool,
}

/// Every key that we send although it is younger than [`floor`]. The schema test refuses any other.
pub const LATER_KEYS: &[LaterKey] = &[
    with_feature(Target::IosIpados, "allowMarketplaceAppInstallation", 17, 4),
    with_feature(Target::IosIpados, "allowWebDistributionAppInstallation", 17, 5),
    with_feature(Target::IosIpados, "allowAppsToBeHidden", 18, 0),
    with_feature(Target::IosIpados, "allowiPhoneMirroring", 18, 0),
    with_feature(Target::Macos, "allowiPhoneMirroring", 15, 0),
    // Live Voicemail came with iOS 17.0, its switch two releases later.
    LaterKey {
        target: Target::IosIpados,
        apple_key: "allowLiveVoicemail",
        from: OsVersion::new(17, 2),
        came_with_feature: false,
    },
];

const fn with_feature(target: Target, apple_key: &'static str, major: u16, minor: u16) -> LaterKey {
    LaterKey { target, apple_key, from: OsVersion::new(major, minor), came_with_feature: true }
}

/// Returns the oldest system that the answers of [`super::cover`] hold for.
pub(super) const fn floor(target: Target) -> OsVersion {
    match target {
        Target::IosIpados => OsVersion::new(17, 0),
        Target::Macos => OsVersion::new(14, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_read_back_and_compare_as_numbers() {
        let read = |text: &str| text.parse::<OsVersion>().unwrap();
        assert_eq!(read("17"), OsVersion::new(17, 0));
        assert_eq!(read("10.12.4"), OsVersion::new(10, 12));
        assert!(read("17.10") > read("17.9"));
        for bad in ["", "n/a", "17.", "17.1.2.3", "seventeen", "70000"] {
            assert!(bad.parse::<OsVersion>().is_err(), "{bad}");
        }
    }

    #[test]
    fn every_later_key_is_later_than_the_floor() {
        assert!(LATER_KEYS.iter().all(|key| key.from > floor(key.target)));
    }
}
