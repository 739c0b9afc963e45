//! Identifiers. Each kind of thing has its own type, so that one cannot be passed where another is meant.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Text that is not an identifier of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is not a {kind}: {expected}")]
pub struct IdError {
    text: String,
    kind: &'static str,
    expected: &'static str,
}

macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident = $kind:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(uuid::Uuid);

        impl $name {
            /// Wraps a UUID, normally one made by [`crate::World::uuid`].
            #[must_use]
            pub const fn from_uuid(uuid: uuid::Uuid) -> Self {
                Self(uuid)
            }

            /// Returns the UUID inside.
            #[must_use]
            pub const fn uuid(self) -> uuid::Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                uuid::Uuid::parse_str(text).map(Self).map_err(|_| IdError {
                    text: text.chars().take(64).collect(),
                    kind: $kind,
                    expected: "expected a UUID",
                })
            }
        }
    )*};
}

uuid_id! {
    /// One entry of the asset register.
    DeviceId = "device id";
    /// One person: officer, staff member, or other holder.
    PersonId = "person id";
    /// One channel of one device under management; a device that enrols again gets a new one.
    EnrolmentId = "enrolment id";
    /// One command; the vendor sends it along, and the answer names it.
    CommandId = "command id";
    /// One piece of desk work.
    CaseId = "case id";
    /// One step of a case.
    StepId = "case step id";
    /// One event in a person's working life.
    EventId = "event id";
    /// One legal hold on a device.
    HoldId = "legal hold id";
    /// One burst of orders that is held.
    BurstId = "burst id";
    /// One held act other than a command.
    HeldId = "held act id";
    /// One freeze of destructive orders.
    FreezeId = "freeze id";
    /// One hand-over of force property.
    HandoverId = "hand-over id";
    /// A store, workshop or other place where force property is kept.
    PlaceId = "place id";
    /// One count of what a place holds.
    CountId = "stock count id";
    /// A report of a lost device, and the loss that it began.
    LossId = "loss id";
    /// A message of a call about a loss.
    LossMessageId = "loss message id";
    /// One of a person's own ways of being reached.
    ContactMethodId = "contact method id";
    /// One attempt to reach a person, or the force's own system, by one channel.
    DeliveryId = "delivery id";
    /// A request to have a device's password changed or cleared.
    ResetId = "password request id";
    /// A report of a fault, damage or signs of tampering.
    FaultId = "fault report id";
    /// One incident: a case with a security incident form.
    IncidentId = "incident id";
    /// One entry of an incident's own record.
    IncidentEntryId = "incident entry id";
    /// A file that is attached to a case.
    FileId = "file id";
    /// One API token.
    TokenId = "API token id";
    /// One group of the directory.
    GroupId = "group id";
    /// One file of people that waits to be applied.
    ImportId = "import id";
    /// One entry of a register of permissions or exceptions.
    PermissionId = "register entry id";
    /// One queued piece of the server's own work.
    JobId = "job id";
    /// One ledger entry.
    EntryId = "ledger entry id";
    /// One role that a person was given.
    GrantId = "grant id";
    /// One notice to one person.
    NoticeId = "notice id";
    /// One alarm.
    AlarmId = "alarm id";
    /// One sign-in off duty.
    SignInId = "sign-in id";
    /// One duty pattern.
    PatternId = "duty pattern id";
    /// One person's time on a duty pattern.
    AssignmentId = "duty assignment id";
    /// One shift, absence or time on call.
    PeriodId = "duty period id";
    /// One on-call rota.
    RotaId = "rota id";
    /// One layer of a rota, or one temporary rota.
    LayerId = "rota layer id";
    /// One override of a rota.
    OverrideId = "rota override id";
    /// One request to a colleague to take a span of a shift on call.
    CoverId = "request for cover id";
    /// One hand-over note of a rota.
    NoteId = "hand-over note id";
    /// One piece of compliance evidence.
    EvidenceId = "compliance evidence id";
}

/// A clause's identifier: the force's own number behind its document's prefix, such as `MDU-6.2a` or `UPD-8.OS1`.
///
/// Two to 40 characters of letters, digits, `.`, `-`; stable for as long as the document lives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClauseId(String);

impl ClauseId {
    /// Returns the identifier as the force writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ClauseId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let fits = (2..=40).contains(&text.len())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-')
            && text.starts_with(|c: char| c.is_ascii_alphabetic());
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdError {
                text: text.chars().take(64).collect(),
                kind: "clause id",
                expected: "expected 2 to 40 letters, digits, dots and hyphens, a letter first, such as MDU-6.2a",
            })
        }
    }
}

impl TryFrom<String> for ClauseId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<ClauseId> for String {
    fn from(id: ClauseId) -> Self {
        id.0
    }
}

impl fmt::Display for ClauseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clause_id_is_the_force_s_own_number() {
        assert_eq!("MDU-6.2a".parse::<ClauseId>().unwrap().as_str(), "MDU-6.2a");
        assert!("UPD-8.OS1".parse::<ClauseId>().is_ok());
        for bad in ["", "6", "../etc", "MDU 6", "6.2"] {
            assert!(bad.parse::<ClauseId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn ids_of_different_kinds_read_back() {
        let id = DeviceId::from_uuid(uuid::Uuid::from_u128(7));
        assert_eq!(id.to_string().parse::<DeviceId>().unwrap(), id);
        assert!("seven".parse::<DeviceId>().unwrap_err().to_string().contains("expected a UUID"));
    }
}
