//! What Apple alone needs of an enrolment: the tokens that devices give into our keeping, sealed.

use domain::{DeviceId, EnrolmentId};

use crate::own_tables::OwnTable;
use crate::{Statement, StoreError, Tx, Value, statements};

statements! {
    APPLE_UNLOCK_SET = "INSERT INTO apple_enrolment (enrolment_id, unlock_token) VALUES ($1, $2)
        ON CONFLICT (enrolment_id) DO UPDATE SET unlock_token = excluded.unlock_token";
    APPLE_BOOTSTRAP_SET = "INSERT INTO apple_enrolment (enrolment_id, bootstrap_token) VALUES ($1, $2)
        ON CONFLICT (enrolment_id) DO UPDATE SET bootstrap_token = excluded.bootstrap_token";
    APPLE_UNLOCK = "SELECT unlock_token FROM apple_enrolment WHERE enrolment_id = $1";
    APPLE_BOOTSTRAP = "SELECT bootstrap_token FROM apple_enrolment WHERE enrolment_id = $1";
    APPLE_NAMES = "SELECT (unlock_token IS NOT NULL), (bootstrap_token IS NOT NULL) FROM apple_enrolment WHERE enrolment_id = $1";
    APPLE_FORGET = "DELETE FROM apple_enrolment WHERE enrolment_id IN
        (SELECT id FROM enrolment WHERE device_id = $1 AND ended_at IS NULL)";
}

/// The columns by Apple's names, with the statements that write and read them.
static COLUMNS: [(&str, &Statement, &Statement); 2] =
    [("unlock", &APPLE_UNLOCK_SET, &APPLE_UNLOCK), ("bootstrap", &APPLE_BOOTSTRAP_SET, &APPLE_BOOTSTRAP)];

fn column(what: &str) -> Result<(&'static Statement, &'static Statement), StoreError> {
    let found = COLUMNS.iter().find(|(name, ..)| *name == what);
    found.map(|(_, set, get)| (*set, *get)).ok_or_else(|| StoreError::Refused {
        statement: "apple_enrolment",
        rule: format!("it has no column for \"{what}\""),
    })
}

/// The table `apple_enrolment`.
#[derive(Debug, Clone, Copy, Default)]
pub struct AppleEnrolments;

impl OwnTable for AppleEnrolments {
    fn put(
        &self,
        tx: &mut Tx<'_>,
        enrolment: EnrolmentId,
        what: &str,
        sealed: Option<Vec<u8>>,
    ) -> Result<(), StoreError> {
        let (set, _) = column(what)?;
        tx.later(set, vec![Value::id(enrolment), sealed.into()])
    }

    fn get(
        &self,
        tx: &mut Tx<'_>,
        enrolment: EnrolmentId,
        what: &str,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let (_, get) = column(what)?;
        tx.one(get, &[Value::id(enrolment)])?.map_or(Ok(None), |row| row.opt_bytes(0))
    }

    fn names(&self, tx: &mut Tx<'_>, enrolment: EnrolmentId) -> Result<Vec<&'static str>, StoreError> {
        let Some(row) = tx.one(&APPLE_NAMES, &[Value::id(enrolment)])? else { return Ok(Vec::new()) };
        let has = [row.bool(0)?, row.bool(1)?];
        Ok(COLUMNS.iter().zip(has).filter(|(_, has)| *has).map(|((name, ..), _)| *name).collect())
    }

    fn forget(&self, tx: &mut Tx<'_>, device: DeviceId) -> Result<(), StoreError> {
        tx.later(&APPLE_FORGET, vec![Value::id(device)])
    }
}
