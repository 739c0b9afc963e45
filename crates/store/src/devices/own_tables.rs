//! What one vendor alone needs of an enrolment, in a table of its own: the table `enrolment` has what every vendor needs.

use std::fmt;

use domain::{DeviceId, EnrolmentId};

use crate::{StoreError, Tx};

/// A vendor's own table. Values are sealed before they come here, and are known by the vendor's names.
pub trait OwnTable: fmt::Debug + Send + Sync {
    /// Stores a value of an enrolment, or with `None` deletes it.
    fn put(
        &self,
        tx: &mut Tx<'_>,
        enrolment: EnrolmentId,
        what: &str,
        sealed: Option<Vec<u8>>,
    ) -> Result<(), StoreError>;

    /// Returns a value of an enrolment.
    fn get(&self, tx: &mut Tx<'_>, enrolment: EnrolmentId, what: &str)
    -> Result<Option<Vec<u8>>, StoreError>;

    /// Names the values that are stored of an enrolment.
    fn names(&self, tx: &mut Tx<'_>, enrolment: EnrolmentId) -> Result<Vec<&'static str>, StoreError>;

    /// Deletes what is stored of the live enrolments of a device, before they end.
    fn forget(&self, tx: &mut Tx<'_>, device: DeviceId) -> Result<(), StoreError>;
}
