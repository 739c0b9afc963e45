//! Locks: one transaction at a time makes decisions about a thing.
//!
//! On PostgreSQL two transactions that read the same row both see it as it was, and both may then write (READ COMMITTED). So
//! whatever is decided from rows that were read takes the lock of the thing first and reads after that: it then sees what
//! was committed before it, and nobody decides about the same thing meanwhile. A single statement whose WHERE repeats every
//! condition needs no lock: the row that it changes is compared once more when it is locked. On SQLite there is one writer,
//! and a lock is nothing.
//!
//! Locks are taken in the order of [`Lock`]'s variants, several of one kind in the order of their ids; where two
//! transactions still wait for each other, PostgreSQL ends one of them ([`StoreError::Conflict`]). A lock ends with its
//! transaction. It is no row lock: the devices' own messages, which take none, never wait for it.

use std::fmt::Display;

use domain::{CaseId, CountId, DeviceId, Force, ImportId, PersonId};

use crate::{StoreError, Tx};

/// What a transaction decides about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lock {
    /// Which policy is in force.
    Policy,
    /// Who has which role.
    Roles,
    /// A file that is applied once.
    Import(ImportId),
    /// A stock count.
    Count(CountId),
    /// A device: its enrolment, its orders, its holds, who has it, and the hand-overs that it stands in.
    Device(DeviceId),
    /// The orders of a force: what is counted, held and frozen.
    Orders(Force),
    /// What one person is counted for, whichever force it is in; `None`: all whom the register does not know.
    Orderer(Option<PersonId>),
    /// A person: the events of their working life, the cases that follow, what they are asked to accept.
    Person(PersonId),
    /// A case and its steps.
    Case(CaseId),
    /// The next number of a list of things: cases, counts, hand-overs, permissions.
    Number(&'static str),
}

/// Takes the lock, waiting for the transaction that holds it. Taking one twice has no further effect.
///
/// # Errors
/// `Conflict` if another transaction holds it for too long; perhaps only at the next statement.
pub fn take(tx: &mut Tx<'_>, lock: Lock) -> Result<(), StoreError> {
    match lock {
        Lock::Policy => tx.lock(key("policy", "")),
        Lock::Roles => tx.lock(key("roles", "")),
        Lock::Import(id) => tx.lock(key("import", id)),
        Lock::Count(id) => tx.lock(key("count", id)),
        Lock::Device(id) => tx.lock(key("device", id)),
        Lock::Orders(force) => tx.lock(key("orders", force)),
        Lock::Orderer(Some(id)) => tx.lock(key("orderer", id)),
        Lock::Orderer(None) => tx.lock(key("orderer", "")),
        Lock::Person(id) => tx.lock(key("person", id)),
        Lock::Case(id) => tx.lock(key("case", id)),
        Lock::Number(of) => tx.lock(key("number", of)),
    }
}

/// Takes the locks of several things in their order.
///
/// # Errors
/// As [`take`].
pub fn take_all(tx: &mut Tx<'_>, mut locks: Vec<Lock>) -> Result<(), StoreError> {
    locks.sort_unstable();
    locks.into_iter().try_for_each(|lock| take(tx, lock))
}

/// Returns the number of a lock: the same on every node and in every version of the program.
fn key(kind: &str, id: impl Display) -> i64 {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, format!("{kind}:{id}").as_bytes());
    digest.as_ref().iter().take(8).fold(0, |key, byte| (key << 8) | i64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_has_the_same_number_on_every_node() {
        assert_eq!(key("policy", ""), 1_263_339_464_460_141_345);
        assert_ne!(key("device", "x"), key("person", "x"));
    }
}
