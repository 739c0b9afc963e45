//! What an order does, in our own words. Caps, legal holds, approval and a freeze decide by this, never by the name that
//! a vendor gives a command.

use crate::platform::words;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

words! {
    /// How much harm an order can do.
    Effect {
        /// It only asks, or does what was agreed anyway.
        Harmless = "harmless" / "Harmless",
        /// It restricts the holder and can be undone: lock, lost mode, restart, shut down.
        Harsh = "harsh" / "Harsh",
        /// It takes a device from its holder, out of use, out of its store or out of management, or takes off what protects it
        /// while it is lost.
        Stripping = "stripping" / "Stripping",
        /// It cannot be undone: wipe, clear passcode, unenrol.
        Destructive = "destructive" / "Destructive",
    }
}

words! {
    /// What is done to a device.
    Deed {
        /// Lock the screen.
        Lock = "lock" / "Lock",
        /// Lost mode on.
        LostMode = "lost-mode" / "Lost mode on",
        /// Lost mode off.
        LostModeOff = "lost-mode-off" / "Lost mode off",
        /// Play a sound.
        Sound = "sound" / "Play a sound",
        /// Ask for its state.
        Refresh = "refresh" / "Ask for a fresh report",
        /// Restart.
        Restart = "restart" / "Restart",
        /// Shut down.
        ShutDown = "shut-down" / "Shut down",
        /// Ask where it is.
        Locate = "locate" / "Locate",
        /// Remove the passcode.
        ClearPasscode = "clear-passcode" / "Remove the passcode",
        /// Erase everything on it.
        Erase = "erase" / "Erase",
        /// End its management.
        Unenrol = "unenrol" / "End its management",
        /// Bring its settings to what the policy wants, or ask it for its state.
        Configure = "configure" / "Change settings",
        /// Take it from its holder, or give it to another.
        SetHolder = "set-holder" / "Change its holder",
        /// Complete a signed hand-over that takes it from its holder, out of its store, or out of the force's property.
        HandOver = "hand-over" / "Complete a hand-over",
        /// Take it out of use.
        Retire = "retire" / "Take it out of use",
        /// Order its return.
        Withdraw = "withdraw" / "Order its return",
        /// Say in the register that nobody knows where it is.
        Missing = "missing" / "Mark it as missing",
        /// Revoke its certificates: no command reaches it until it enrols again.
        Revoke = "revoke" / "Revoke its certificates",
        /// Make a profile with which another device can take the place of its enrolment.
        Replace = "replace" / "Replace its enrolment",
        /// Take back what contains it while it is lost, before it reached the device.
        TakeBack = "take-back" / "Take the order to lock it back",
    }
}

impl Deed {
    /// Returns how much harm it can do.
    #[must_use]
    pub const fn effect(self) -> Effect {
        match self {
            Self::Sound | Self::Refresh | Self::Locate | Self::Configure => Effect::Harmless,
            Self::Lock | Self::LostMode | Self::Restart | Self::ShutDown => Effect::Harsh,
            Self::LostModeOff
            | Self::SetHolder
            | Self::HandOver
            | Self::Retire
            | Self::Withdraw
            | Self::Missing
            | Self::Revoke
            | Self::Replace
            | Self::TakeBack => Effect::Stripping,
            Self::ClearPasscode | Self::Erase | Self::Unenrol => Effect::Destructive,
        }
    }

    /// Returns whether its answer reveals something of a person's private life, so that a second person must agree, but for a device
    /// in lost mode.
    #[must_use]
    pub const fn is_sensitive(self) -> bool {
        matches!(self, Self::Locate)
    }

    /// Returns whether two people must agree before it is queued. While a device is in lost mode one may have it located.
    #[must_use]
    pub const fn needs_second(self) -> bool {
        matches!(self.effect(), Effect::Destructive) || self.is_sensitive()
    }

    /// Returns whether it contains a lost device: it keeps the finder from what is on the device, and can be undone.
    #[must_use]
    pub const fn contains_loss(self) -> bool {
        matches!(self, Self::Lock | Self::LostMode)
    }

    /// Returns whether it ends the containment of a lost device.
    #[must_use]
    pub const fn ends_containment(self) -> bool {
        matches!(self, Self::LostModeOff | Self::TakeBack)
    }

    /// Returns whether it keeps what is on the device, although it cannot be undone. Under a legal hold that can be agreed to.
    #[must_use]
    pub const fn keeps_content(self) -> bool {
        matches!(self, Self::ClearPasscode) || !matches!(self.effect(), Effect::Destructive)
    }
}

words! {
    /// A limit on how much is done in an hour before further orders are held for a second person.
    Cap {
        /// Destructive orders of a force.
        Destructive = "destructive" / "destructive orders in the force",
        /// Harsh orders of one person.
        HarshPerson = "harsh-person" / "harsh orders by one person",
        /// Harsh orders of a force.
        HarshForce = "harsh-force" / "harsh orders in the force",
        /// Devices that one person takes from holders, out of use, out of stores or out of management, or whose containment they
        /// end.
        Stripping = "stripping" / "devices taken away, moved, cut off or let out of lost mode by one person",
        /// Containment that a loss report asks for, in a force.
        Loss = "loss" / "orders that lock lost devices in the force",
        /// People whom one person, or one token, takes off the books, has hand things in, or takes a permission from. What is
        /// beyond it is done, and told: an account that should be closed is not kept open.
        People = "people" / "people ended, asked to hand things in or deprived of a permission or role by one person",
    }
}

impl Cap {
    /// Returns the force parameter that sets it.
    #[must_use]
    pub const fn parameter(self) -> &'static str {
        match self {
            Self::Destructive => "destructive-orders-an-hour",
            Self::HarshPerson => "harsh-orders-an-hour-by-one",
            Self::HarshForce => "harsh-orders-an-hour",
            Self::Stripping => "devices-taken-an-hour-by-one",
            Self::Loss => "loss-containment-an-hour",
            Self::People => "people-affected-an-hour-by-one",
        }
    }

    /// Returns the limit where the policy in force sets none.
    #[must_use]
    pub const fn default_limit(self) -> i64 {
        match self {
            Self::Destructive => 5,
            Self::HarshPerson | Self::Stripping => 20,
            Self::HarshForce => 60,
            Self::Loss | Self::People => 30,
        }
    }

    /// Returns what is counted towards it; two caps can count the same.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Destructive => "destructive",
            Self::HarshPerson | Self::HarshForce => "harsh",
            Self::Stripping => "stripping",
            Self::Loss => "loss",
            Self::People => "people",
        }
    }

    /// Returns whether it is counted for one person, over every force, and not for a force.
    #[must_use]
    pub const fn is_for_one_person(self) -> bool {
        matches!(self, Self::HarshPerson | Self::Stripping | Self::People)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_destroys_or_finds_somebody_needs_two_and_nothing_else_does() {
        let two: Vec<&str> =
            Deed::ALL.iter().filter(|deed| deed.needs_second()).map(|d| d.as_str()).collect();
        assert_eq!(two, ["locate", "clear-passcode", "erase", "unenrol"]);
        let lost: Vec<&str> = Deed::ALL.iter().filter(|d| !d.keeps_content()).map(|d| d.as_str()).collect();
        assert_eq!(lost, ["erase", "unenrol"], "a legal hold stops these whoever agrees");
        let harmless: Vec<&str> =
            Deed::ALL.iter().filter(|deed| deed.effect() == Effect::Harmless).map(|d| d.as_str()).collect();
        assert_eq!(harmless, ["sound", "refresh", "locate", "configure"], "all others are counted");
    }
}
