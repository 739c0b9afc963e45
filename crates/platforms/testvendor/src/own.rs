//! The vendor's own values, in memory.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use domain::{DeviceId, EnrolmentId};
use store::own_tables::OwnTable;
use store::{StoreError, Tx, enrolments};

use crate::SEAL;

/// Keeps the sealed values of each enrolment while the process lives.
#[derive(Debug, Default)]
pub struct InMemory(Mutex<BTreeMap<String, Vec<u8>>>);

impl OwnTable for InMemory {
    fn put(
        &self,
        _tx: &mut Tx<'_>,
        enrolment: EnrolmentId,
        what: &str,
        sealed: Option<Vec<u8>>,
    ) -> Result<(), StoreError> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = format!("{enrolment} {what}");
        match sealed {
            Some(sealed) => all.insert(place, sealed),
            None => all.remove(&place),
        };
        Ok(())
    }

    fn get(
        &self,
        _tx: &mut Tx<'_>,
        enrolment: EnrolmentId,
        what: &str,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(all.get(&format!("{enrolment} {what}")).cloned())
    }

    fn names(&self, tx: &mut Tx<'_>, enrolment: EnrolmentId) -> Result<Vec<&'static str>, StoreError> {
        Ok(self.get(tx, enrolment, SEAL)?.map(|_| SEAL).into_iter().collect())
    }

    fn forget(&self, tx: &mut Tx<'_>, device: DeviceId) -> Result<(), StoreError> {
        for enrolment in enrolments::of_device(tx, device)? {
            self.put(tx, enrolment.id, SEAL, None)?;
        }
        Ok(())
    }
}
