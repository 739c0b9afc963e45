//! What a device answers to an order.

use std::fmt;

use domain::{Fact, Platform, Timestamp};

use crate::{Order, Speaker};

/// How far a device got with an order, as its answer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It has nothing to say and asks for work.
    Idle,
    /// It did as ordered.
    Done,
    /// It refused or failed.
    Failed,
    /// It could not read the order: a fault of this server.
    NotUnderstood,
    /// It cannot now, and is to be asked again on a later connection.
    NotNow,
    /// It said something that the vendor's protocol does not know; treated as [`Stage::NotNow`].
    Unknown,
}

/// An answer to an order.
#[derive(Debug)]
pub struct Answer {
    /// Who speaks.
    pub speaker: Speaker,
    /// How far it got.
    pub stage: Stage,
    /// The id of the order, as the device sent it back. It need not be one of ours.
    pub command: Option<String>,
    /// The device's reasons and what of the answer could not be read, for people.
    pub words: Option<String>,
    /// What the device told.
    pub report: Box<dyn Report>,
}

/// What a device told in an answer. Its meaning depends on the order, which is looked up only after the answer was decoded.
pub trait Report: fmt::Debug + Send + Sync {
    /// Returns the facts in the answer to that order, under the names of `policy/facts.toml`.
    ///
    /// `at` is when the answer was received, and `source` the SHA-256 of its bytes in hexadecimal.
    fn facts(&self, order: &Order, platform: Platform, at: Timestamp, source: &str) -> Vec<Fact>;

    /// Returns the place in the answer to [`Order::Locate`]. It never becomes a fact.
    fn location(&self) -> Option<Location>;
}

/// Where a device was.
#[derive(Clone, Copy, PartialEq)]
pub struct Location {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// Radius of uncertainty in metres, where known.
    pub accuracy_metres: Option<f64>,
    /// When the device took it, where it says.
    pub taken_at: Option<Timestamp>,
}

impl fmt::Debug for Location {
    /// Prints nothing of the place.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Location(..)")
    }
}

/// Why bytes are no answer of that vendor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub String);
