//! Works out what people are asked to accept: the clauses of each document, and which of them concern one person.
//! Each version is read and accepted once.
//!
//! A version is a digest over the clauses and their wording, so that a person with a phone and one with a tablet accept each
//! their own. Acceptance is decided clause by clause: a person who gets another device reads only what is new.

use std::collections::{BTreeMap, BTreeSet};

use domain::{ClauseId, DeviceKind};
use policy::{AcceptanceKind, Actor, Clause, Library};
use serde_json::json;
use store::terms::TermsClauses;

use crate::digest_hex;

/// Terms of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Digest over every clause and its wording.
    pub digest: String,
    /// All clauses, with the digest of their wording.
    pub clauses: TermsClauses,
    /// All clauses in the order of the paper, with the people whom each concerns.
    pub asked: Vec<AskedClause>,
}

/// Clause that people read and accept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedClause {
    /// Id of the clause.
    pub id: ClauseId,
    /// Digest of its wording.
    pub wording: String,
    /// Set where it must be accepted before a device is used; otherwise people must only know of it.
    pub terms: bool,
    /// Set where it binds everyone, not only people who have a device.
    pub everyone: bool,
    /// Kinds of device that it is limited to; empty for all.
    pub kinds: Vec<DeviceKind>,
    /// Roles that it is limited to, in lower case; empty for all.
    pub roles: Vec<String>,
}

/// Facts that decide which clauses concern a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// Kinds of the devices that they have, or are entered as the intended holder of.
    pub kinds: BTreeSet<DeviceKind>,
    /// Set where they are to have a device that has not been chosen yet, such as somebody who is about to start.
    pub expects: bool,
    /// Their roles, in lower case.
    pub roles: BTreeSet<String>,
}

impl AskedClause {
    fn of(clause: &Clause) -> Self {
        Self {
            id: clause.id.clone(),
            wording: clause.wording_digest(),
            terms: clause.acceptances().any(|kind| kind == AcceptanceKind::Terms),
            everyone: clause.actors.contains(&Actor::Everyone),
            kinds: clause.applies_to.kinds.clone(),
            roles: clause.applies_to.roles.iter().map(|role| role.to_lowercase()).collect(),
        }
    }

    /// Returns whether the person may accept the clause. A person without a device reads everything that a device could bring
    /// with it, so that it is already accepted when they get their first device.
    #[must_use]
    pub fn is_offered(&self, about: &About) -> bool {
        concerns(&self.kinds, &self.roles, about)
    }

    /// Returns whether the person is asked to accept the clause: one that binds everyone, or, if they have or expect a device,
    /// one that comes with it.
    #[must_use]
    pub fn is_asked(&self, about: &About) -> bool {
        (self.everyone || about.expects || !about.kinds.is_empty()) && self.is_offered(about)
    }
}

/// Returns whether a clause with these limits (none: no limit) concerns the person.
fn concerns(kinds: &[DeviceKind], roles: &[String], about: &About) -> bool {
    (kinds.is_empty() || about.kinds.is_empty() || kinds.iter().any(|kind| about.kinds.contains(kind)))
        && (roles.is_empty() || roles.iter().any(|role| about.roles.contains(role)))
}

/// Returns whether a clause asks anything of the person, as [`AskedClause::is_asked`] does, for clauses of any kind of
/// acceptance.
pub fn asks(clause: &Clause, about: &About) -> bool {
    AskedClause::of(clause).is_asked(about)
}

impl Terms {
    /// Returns the clauses that the person may accept, with the digest that stands for exactly these.
    #[must_use]
    pub fn offered(&self, about: &About) -> (String, TermsClauses) {
        let clauses: TermsClauses = self
            .asked
            .iter()
            .filter(|clause| clause.is_offered(about))
            .map(|clause| (clause.id.to_string(), clause.wording.clone()))
            .collect();
        (version(&clauses), clauses)
    }
}

fn version(clauses: &TermsClauses) -> String {
    digest_hex(json!(clauses).to_string().as_bytes())
}

/// Computes the terms of every document that has any.
pub(crate) fn terms_of(library: &Library) -> BTreeMap<String, Terms> {
    let mut all = BTreeMap::new();
    for document in &library.documents {
        let asked: Vec<AskedClause> = library
            .clauses_in(&document.id)
            .filter(|clause| clause.is_read_and_accepted())
            .map(AskedClause::of)
            .collect();
        if !asked.is_empty() {
            let clauses: TermsClauses =
                asked.iter().map(|clause| (clause.id.to_string(), clause.wording.clone())).collect();
            all.insert(document.id.clone(), Terms { digest: version(&clauses), clauses, asked });
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clause(id: &str, everyone: bool, kinds: &[DeviceKind], roles: &[&str]) -> AskedClause {
        AskedClause {
            id: id.parse().unwrap(),
            wording: "w".into(),
            terms: true,
            everyone,
            kinds: kinds.to_vec(),
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        }
    }

    fn about(kinds: &[DeviceKind], role: &str) -> About {
        About { kinds: kinds.iter().copied().collect(), expects: false, roles: [role.to_owned()].into() }
    }

    #[test]
    fn a_clause_on_phones_concerns_who_has_a_phone() {
        let on_phones = clause("A-1", false, &[DeviceKind::Iphone, DeviceKind::AndroidPhone], &[]);
        assert!(on_phones.is_asked(&about(&[DeviceKind::Iphone], "officer")));
        assert!(!on_phones.is_asked(&about(&[DeviceKind::Ipad], "officer")));
        assert!(!on_phones.is_offered(&about(&[DeviceKind::Ipad], "officer")));
    }

    #[test]
    fn who_has_no_device_is_asked_what_binds_everyone_and_may_accept_the_rest() {
        let nobody = about(&[], "officer");
        let (holders, everyone) = (clause("A-1", false, &[], &[]), clause("B-1", true, &[], &[]));
        assert!(!holders.is_asked(&nobody) && holders.is_offered(&nobody));
        assert!(everyone.is_asked(&nobody));
        assert!(holders.is_asked(&About { expects: true, ..nobody }), "a device is on its way to them");
    }

    #[test]
    fn a_role_limits_too() {
        let for_staff = clause("A-1", true, &[], &["staff"]);
        assert!(for_staff.is_asked(&about(&[], "staff")));
        assert!(!for_staff.is_offered(&about(&[DeviceKind::Mac], "officer")));
    }

    #[test]
    fn another_set_is_another_version() {
        let asked = vec![clause("A-1", false, &[], &[]), clause("A-2", false, &[DeviceKind::Iphone], &[])];
        let clauses = asked.iter().map(|c| (c.id.to_string(), c.wording.clone())).collect();
        let terms = Terms { digest: version(&clauses), clauses, asked };
        let (phone, tablet) = (
            terms.offered(&about(&[DeviceKind::Iphone], "")),
            terms.offered(&about(&[DeviceKind::Ipad], "")),
        );
        assert_eq!((phone.1.len(), tablet.1.len()), (2, 1));
        assert_eq!(phone.0, terms.digest);
        assert_ne!(phone.0, tablet.0);
    }
}
