//! What a platform's vendor does for the service.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use domain::{CommandId, Coverage, Effect, Platform, Secret, SettingKey, SettingValue};

use crate::{
    Answer, CannotCompile, Compiled, EnrolmentFile, Group, Lane, Offer, Order, Publisher, Unreadable,
};

/// A vendor of devices. One value serves all platforms of a vendor.
pub trait Vendor: fmt::Debug + Send + Sync {
    /// Returns the word by which the command line calls the vendor.
    fn name(&self) -> &'static str;

    /// Returns the platforms that the vendor serves. No other value serves any of them.
    fn platforms(&self) -> &'static [Platform];

    /// Says how far devices of the platform keep a setting at that value by themselves.
    fn cover(&self, platform: Platform, key: &SettingKey, value: &SettingValue) -> Coverage;

    /// Writes groups of settings in the platform's own form.
    ///
    /// # Errors
    /// [`CannotCompile`] for settings that devices would turn down.
    fn compile(
        &self,
        platform: Platform,
        groups: Vec<Group>,
        publisher: &Publisher,
    ) -> Result<Compiled, CannotCompile>;

    /// Returns the ending of the name of a file that holds a [`crate::Bundle`], without the dot.
    fn bundle_extension(&self) -> &'static str;

    /// Returns whether devices of the platform have such an order at all.
    fn has(&self, platform: Platform, order: &Order) -> bool;

    /// Splits an order into those that are sent one by one. Most orders are sent as they are.
    fn parts(&self, _platform: Platform, order: &Order) -> Vec<Order> {
        vec![order.clone()]
    }

    /// Says in which lane the order travels and how much harm it does on such a device.
    fn weight(&self, order: &Order) -> Weight {
        Weight { lane: Lane::Normal, effect: order.deed().effect() }
    }

    /// Returns how many digits the code has that the platform wants with the order; `None` where it wants none. The service
    /// makes the code and keeps it sealed: whoever is to unlock the device needs it.
    fn code_digits(&self, _platform: Platform, _order: &Order) -> Option<u32> {
        None
    }

    /// Says what the order brings about where the platform makes something else of it than others; a sentence or two.
    fn consequence(&self, _platform: Platform, _order: &Order) -> Option<&'static str> {
        None
    }

    /// Says why a device cannot be given an order; `None` where nothing speaks against it.
    fn refusal(&self, order: &Order, target: &Target) -> Option<String>;

    /// Names what the vendor needs of [`crate::Kept`] to prepare the order.
    fn needs(&self, _order: &Order) -> &'static [&'static str] {
        &[]
    }

    /// Writes the order as the device reads it. The id comes back in the answer.
    ///
    /// # Errors
    /// [`CannotPrepare`] where the platform has no such order, or something that it needs is missing.
    fn prepare(
        &self,
        id: CommandId,
        order: &Order,
        platform: Platform,
        supplies: &Supplies,
    ) -> Result<Vec<u8>, CannotPrepare>;

    /// Reads an answer.
    ///
    /// # Errors
    /// [`Unreadable`] where the bytes are none.
    fn read(&self, bytes: &[u8]) -> Result<Answer, Unreadable>;

    /// Says what a person does on the device with the file, a sentence a step.
    fn enrolment_steps(&self, platform: Platform) -> &'static [&'static str];

    /// Makes the file with which one device enrols.
    ///
    /// # Errors
    /// [`CannotPrepare`] where the platform enrols in another way.
    fn enrolment_file(&self, offer: Offer) -> Result<EnrolmentFile, CannotPrepare>;
}

/// How an order travels and what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weight {
    /// The lane of the queue.
    pub lane: Lane,
    /// How much harm it does.
    pub effect: Effect,
}

/// What is known of the device that an order is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its platform.
    pub platform: Platform,
    /// Whether it is supervised; where it never said, the caller chooses.
    pub supervised: bool,
    /// Whether it is in lost mode; `None` where the order is not to depend on it.
    pub lost_mode: Option<bool>,
    /// What is kept for its enrolment, by the vendor's names.
    pub kept: BTreeSet<String>,
}

/// What the service supplies for an order.
#[derive(Debug, Clone, Default)]
pub struct Supplies {
    /// The content of the [`crate::Bundle`] that the order names.
    pub bundle: Option<Secret<Vec<u8>>>,
    /// The code that was made for the order.
    pub code: Option<Secret<String>>,
    /// What is kept for the enrolment, of that which [`Vendor::needs`] names.
    pub kept: BTreeMap<&'static str, Secret<Vec<u8>>>,
}

/// Why an order cannot be prepared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CannotPrepare(pub String);
