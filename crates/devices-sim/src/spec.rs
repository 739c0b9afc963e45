//! What a simulated device is, before it has done anything.

use serde::{Deserialize, Serialize};

use crate::rng::Rng;

/// What kind of device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Model {
    /// An iPhone.
    Iphone,
    /// An iPad.
    Ipad,
    /// A Mac.
    Mac,
}

impl Model {
    /// Returns whether it is a Mac: nearly every difference between devices is this one.
    #[must_use]
    pub const fn is_mac(self) -> bool {
        matches!(self, Self::Mac)
    }

    /// Returns product identifiers, marketing names, order numbers.
    const fn products(self) -> &'static [(&'static str, &'static str, &'static str)] {
        match self {
            Self::Iphone => &[
                ("iPhone14,6", "iPhone SE", "MMXF3B"),
                ("iPhone15,4", "iPhone 15", "MTP03B"),
                ("iPhone17,3", "iPhone 16", "MYE73B"),
            ],
            Self::Ipad => &[("iPad13,18", "iPad", "MPQ03B"), ("iPad15,3", "iPad Air", "MCA14B")],
            Self::Mac => &[("Mac14,2", "MacBook Air", "MLY33B"), ("Mac15,12", "MacBook Air", "MRXN3B")],
        }
    }

    /// Versions of the operating system and their builds.
    const fn systems(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Iphone | Self::Ipad => &[("17.7.2", "21H221"), ("18.1.1", "22B91"), ("18.5", "22F76")],
            Self::Mac => &[("14.7.1", "23H222"), ("15.1.1", "24B91"), ("15.5", "24F74")],
        }
    }
}

/// How a device behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Temper {
    /// Carries commands out and says so.
    #[default]
    Honest,
    /// No passcode whatever the policy, personal apps, and restrictions that someone has taken off again.
    NonCompliant,
    /// Enrols, then never connects again.
    Silent,
    /// Answers one command in three with "not now".
    NotNow,
    /// Sends each answer twice, as over a bad line.
    Duplicating,
    /// Its clock is wrong by hours or by years.
    ClockSkewed,
    /// Is wiped by its holder now and then and wants to be enrolled again.
    ReEnrolling,
    /// A Mac with its protections off, or a phone with an app that no shop sells.
    Tampered,
}

impl Temper {
    /// Every temper.
    pub const ALL: &'static [Self] = &[
        Self::Honest,
        Self::NonCompliant,
        Self::Silent,
        Self::NotNow,
        Self::Duplicating,
        Self::ClockSkewed,
        Self::ReEnrolling,
        Self::Tampered,
    ];
}

/// A device to simulate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceSpec {
    /// What kind.
    pub model: Model,
    /// Serial number, as in the asset register.
    pub serial: String,
    /// The device's identifier in the protocol.
    pub udid: String,
    /// Product identifier, such as `iPhone15,4`.
    pub product: String,
    /// The name of the model, such as `iPhone 15`.
    pub model_name: String,
    /// Order number, such as `MTP03B`.
    pub model_number: String,
    /// Version of the operating system.
    pub os_version: String,
    /// Build of the operating system.
    pub build: String,
    /// The name that the device shows.
    pub name: String,
    /// Whether it is supervised; a Mac says so too once enrolled by its organisation.
    pub supervised: bool,
    /// How it behaves.
    pub temper: Temper,
    /// Whether it signs as Apple's published client does by default: its temporary certificate for SCEP
    /// and its messages with SHA-1. It is as strict as that client, too.
    #[serde(default)]
    pub old_client: bool,
}

impl DeviceSpec {
    /// Makes a plausible supervised device: the rest follows from serial number and seed.
    #[must_use]
    pub fn plausible(model: Model, serial: &str, temper: Temper, seed: u64) -> Self {
        let mut rng = Rng::new(seed ^ 0x5bec);
        let (product, model_name, model_number) = rng.pick(model.products());
        let (os_version, build) = rng.pick(model.systems());
        let udid = if model.is_mac() { rng.uuid() } else { phone_udid(&mut rng) };
        let (product, model_name) = (product.to_owned(), model_name.to_owned());
        Self {
            name: format!("{model_name} {serial}"),
            model,
            serial: serial.to_owned(),
            udid,
            product,
            model_name,
            model_number: model_number.to_owned(),
            os_version: os_version.to_owned(),
            build: build.to_owned(),
            supervised: true,
            temper,
            old_client: false,
        }
    }

    /// Returns one device of a made-up fleet: six phones, two tablets and two Macs of each ten, nine of ten of them honest.
    /// Serial numbers start with `SIM`, so that they are not mistaken for real ones.
    #[must_use]
    pub fn of_fleet(number: u64, seed: u64) -> Self {
        let model = match number % 10 {
            0..=5 => Model::Iphone,
            6 | 7 => Model::Ipad,
            _ => Model::Mac,
        };
        let mut rng = Rng::new(seed.wrapping_add(number.wrapping_mul(0x9e37_79b9)));
        let temper = if rng.once_in(10) { rng.pick(Temper::ALL) } else { Temper::Honest };
        Self::plausible(model, &format!("SIM{number:09}"), temper, rng.next())
    }
}

/// Returns the form of identifier that iPhones and iPads have had since 2018: chip, then a number.
fn phone_udid(rng: &mut Rng) -> String {
    format!("0000{:04X}-{:016X}", 0x8100 + rng.below(0x50), rng.next() >> 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fleet_is_the_same_each_time_and_no_two_devices_are() {
        let fleet = |seed| (0..200).map(|n| DeviceSpec::of_fleet(n, seed)).collect::<Vec<_>>();
        assert_eq!(fleet(1), fleet(1));
        let udids: std::collections::BTreeSet<_> = fleet(1).into_iter().map(|spec| spec.udid).collect();
        assert_eq!(udids.len(), 200);
        let odd = fleet(1).iter().filter(|spec| spec.temper != Temper::Honest).count();
        assert!((5..40).contains(&odd), "{odd}");
    }

    #[test]
    fn identifiers_look_as_real_ones_do() {
        let phone = DeviceSpec::plausible(Model::Iphone, "X", Temper::Honest, 1);
        assert_eq!((phone.udid.len(), phone.udid.find('-')), (25, Some(8)));
        assert_eq!(DeviceSpec::plausible(Model::Mac, "X", Temper::Honest, 1).udid.len(), 36);
    }
}
