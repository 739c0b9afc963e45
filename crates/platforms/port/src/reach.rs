//! How a device is told that something waits for it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use domain::{Platform, Timestamp};

/// The client of a vendor's push service.
pub trait PushClient: fmt::Debug + Send + Sync {
    /// Returns the platforms whose devices it reaches.
    fn platforms(&self) -> &'static [Platform];

    /// Asks the vendor's service to have the device at that address connect; the service may try until `until`.
    fn reach(&self, address: &str, until: Timestamp) -> Reaching;
}

/// A push under way.
pub type Reaching = Pin<Box<dyn Future<Output = Result<(), Unreached>> + Send>>;

/// Why a device was not reached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreached {
    /// The service did not answer, or wants to be asked later.
    #[error("{0}")]
    Again(String),
    /// The address is no longer good; the device must give another.
    #[error("{0}")]
    Gone(String),
    /// The service refused, and would refuse again.
    #[error("{0}")]
    Refused(String),
}
