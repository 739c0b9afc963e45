//! Words of custody: the places of force property, the kinds of hand-over, and what is recorded of each.

use crate::platform::words;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

words! {
    /// The state of a piece of force property, by the last hand-over that both sides signed.
    Standing {
        /// In a store. A person may be meant to have it, but has not signed for it.
        InStore = "in-store" / "In store",
        /// Signed for by its holder.
        Issued = "issued" / "Issued",
        /// Signed for, with a day on which it comes back.
        OnLoan = "on-loan" / "On loan",
        /// With ICT or a workshop that the force approved.
        InRepair = "in-repair" / "In repair",
        /// Lost: its place is not known.
        Missing = "missing" / "Missing",
        /// Out of use and still the force's.
        Retired = "retired" / "Retired",
        /// No longer the force's, with a certificate.
        Disposed = "disposed" / "Disposed of",
    }
}

words! {
    /// Who uses a device (MDU-1.3; the documents say nothing on pools, F17).
    Use {
        /// One device for one person.
        Personal = "personal" / "Personal issue",
        /// For the people on a shift, or in a vehicle.
        Pool = "pool" / "Pool",
    }
}

words! {
    /// What a hand-over does to custody.
    HandoverKind {
        /// From a store to its holder.
        Issue = "issue" / "Issue",
        /// From one holder to another.
        HandOver = "hand-over" / "Hand-over",
        /// From a store to a person, until a day.
        Loan = "loan" / "Loan",
        /// To ICT or an approved workshop, and to nobody else (MDU-4.6).
        Repair = "repair" / "Repair",
        /// From a holder or a workshop to a store.
        Return = "return" / "Return",
        /// From one store to another, perhaps of another force.
        Transfer = "transfer" / "Transfer",
        /// Out of the force's property.
        Disposal = "disposal" / "Disposal",
    }
}

words! {
    /// One of the two who sign.
    Side {
        /// Who gives.
        Giver = "giver" / "Gives",
        /// Who takes.
        Receiver = "receiver" / "Takes",
    }
}

words! {
    /// The condition of a thing when it changed hands.
    Condition {
        /// Never used.
        New = "new" / "New",
        /// Works, no damage to speak of.
        Good = "good" / "Good",
        /// Works, with marks.
        Worn = "worn" / "Worn",
        /// Broken glass, dents, a missing part of the device itself.
        Damaged = "damaged" / "Damaged",
        /// Does not work.
        Faulty = "faulty" / "Does not work",
    }
}

words! {
    /// How a clerk checked the identity of a person at the counter. Records that a document was seen, never its number.
    IdentityCheck {
        /// A warrant card.
        WarrantCard = "warrant-card" / "Warrant card seen",
        /// A staff pass with a photograph.
        StaffPass = "staff-pass" / "Staff pass seen",
        /// A passport or driving licence.
        PhotoId = "photo-id" / "Other photo identity seen",
        /// The clerk knows them.
        KnownPersonally = "known-personally" / "Known to me personally",
    }
}

words! {
    /// How force property leaves the force.
    Disposal {
        /// Erased and recycled.
        Recycled = "recycled" / "Erased and recycled",
        /// Physically destroyed.
        Destroyed = "destroyed" / "Destroyed",
        /// Returned to the lessor, erased.
        Lessor = "lessor" / "Erased and back to the lessor",
    }
}

words! {
    /// The kind of a place.
    PlaceKind {
        /// Keeps devices and gives them out.
        Store = "store" / "Store",
        /// Repairs devices, on the force's own premises or approved by it (MDU-4.6).
        Workshop = "workshop" / "Approved workshop",
    }
}

impl HandoverKind {
    /// Returns whether the receiver is a person; otherwise it is a place.
    #[must_use]
    pub const fn to_person(self) -> bool {
        matches!(self, Self::Issue | Self::HandOver | Self::Loan)
    }

    /// Returns whether the current holder gives the device; otherwise a store does.
    #[must_use]
    pub const fn from_person(self) -> bool {
        matches!(self, Self::HandOver | Self::Return | Self::Repair)
    }

    /// Returns whether a device in this state may be handed over in this way.
    #[must_use]
    pub const fn begins_at(self, standing: Standing) -> bool {
        match self {
            Self::Issue | Self::Loan | Self::Transfer => matches!(standing, Standing::InStore),
            // In store with a holder in the register: it was given out before hand-overs were signed here.
            Self::HandOver => matches!(standing, Standing::Issued | Standing::OnLoan | Standing::InStore),
            Self::Repair => matches!(standing, Standing::InStore | Standing::Issued | Standing::OnLoan),
            Self::Return => {
                matches!(
                    standing,
                    Standing::Issued
                        | Standing::OnLoan
                        | Standing::InRepair
                        | Standing::Missing
                        | Standing::InStore
                )
            }
            Self::Disposal => matches!(standing, Standing::InStore | Standing::Retired),
        }
    }

    /// Returns the device's state once both have signed.
    #[must_use]
    pub const fn leads_to(self) -> Standing {
        match self {
            Self::Issue | Self::HandOver => Standing::Issued,
            Self::Loan => Standing::OnLoan,
            Self::Repair => Standing::InRepair,
            Self::Return | Self::Transfer => Standing::InStore,
            Self::Disposal => Standing::Disposed,
        }
    }
}

impl Side {
    /// Returns the other side.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Giver => Self::Receiver,
            Self::Receiver => Self::Giver,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_is_never_handed_over() {
        for kind in HandoverKind::ALL {
            assert!(!kind.begins_at(Standing::Disposed), "{kind}");
            assert!(kind.leads_to() != Standing::Missing, "{kind}: nobody signs for a loss");
        }
        assert!(!HandoverKind::Issue.begins_at(Standing::Issued), "issued twice");
        assert!(!HandoverKind::Issue.begins_at(Standing::Retired));
        assert!(HandoverKind::Disposal.begins_at(Standing::Retired));
    }

    #[test]
    fn the_words_read_back() {
        for kind in HandoverKind::ALL {
            assert_eq!(kind.as_str().parse::<HandoverKind>().unwrap(), *kind);
        }
        assert!("sale".parse::<HandoverKind>().unwrap_err().to_string().contains("disposal"));
        assert_eq!(Side::Giver.other().other(), Side::Giver);
    }
}
