//! Decides whether it is sure enough who is asking for a password to be cleared: two different proofs, and for people with
//! far-reaching roles one of them face to face or from somebody who knows them.
//!
//! A collar number, a birthday or a station is no proof: whoever attacks a help desk knows them. There is no word for them here.

use domain::ProofKind;

/// The number of different proofs that are needed.
pub const NEEDED: usize = 2;

/// The ways, in the order in which pages offer them.
pub const ALL: [ProofKind; 4] =
    [ProofKind::CallBack, ProofKind::Number, ProofKind::Vouched, ProofKind::InPerson];

/// What is still missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// So many more proofs.
    Proofs(usize),
    /// A proof in person, or the line manager's word.
    Strong,
}

impl Missing {
    /// Says what is missing and what to do.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Proofs(1) => "one more proof of who is asking is needed, of another kind",
            Self::Proofs(_) => "two proofs of who is asking are needed, of different kinds",
            Self::Strong => {
                "this person has a far-reaching role: one proof must be in person with the warrant card, or the line manager's word"
            }
        }
    }
}

/// Returns whether a proof is strong: somebody saw the person, or knows them and says so.
#[must_use]
pub const fn is_strong(kind: ProofKind) -> bool {
    matches!(kind, ProofKind::InPerson | ProofKind::Vouched)
}

/// Returns what is missing of the proofs given; `None` where they are enough.
#[must_use]
pub fn missing(given: &[ProofKind], privileged: bool) -> Option<Missing> {
    let different = ALL.iter().filter(|kind| given.contains(kind)).count();
    if different < NEEDED {
        return Some(Missing::Proofs(NEEDED - different));
    }
    (privileged && !given.iter().copied().any(is_strong)).then_some(Missing::Strong)
}

/// Returns the words for a proof.
#[must_use]
pub const fn title(kind: ProofKind) -> &'static str {
    match kind {
        ProofKind::CallBack => "Called back on the recorded number",
        ProofKind::Number => "Number entered in the person's own session",
        ProofKind::Vouched => "The line manager vouched",
        ProofKind::InPerson => "In person with the warrant card",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ProofKind::{CallBack, InPerson, Number, Vouched};

    #[test]
    fn two_different_proofs_are_enough_and_one_twice_is_not() {
        assert_eq!(missing(&[], false), Some(Missing::Proofs(2)));
        assert_eq!(missing(&[CallBack], false), Some(Missing::Proofs(1)));
        assert_eq!(missing(&[CallBack, CallBack, CallBack], false), Some(Missing::Proofs(1)));
        for (one, other) in [(CallBack, Number), (Number, Vouched), (CallBack, InPerson)] {
            assert_eq!(missing(&[one, other], false), None, "{one:?} {other:?}");
        }
    }

    #[test]
    fn a_far_reaching_role_needs_a_face_or_a_word() {
        assert_eq!(missing(&[CallBack, Number], true), Some(Missing::Strong));
        assert_eq!(missing(&[CallBack, Vouched], true), None);
        assert_eq!(missing(&[InPerson, Number], true), None);
        assert_eq!(missing(&[InPerson], true), Some(Missing::Proofs(1)), "one is never enough");
    }
}
