//! The words of Lanyard as types: who, what, when, what was reported and what was found.
//!
//! Nothing here does I/O, reads a clock or makes randomness; [`World`] is how those arrive from the binary.
//! Wire spellings (`protocol-*`) and table rows (`store`) have types of their own.

mod coverage;
mod custody;
mod effect;
mod facts;
mod findings;
mod ids;
pub mod local_time;
mod people;
mod phone;
mod platform;
pub mod reference;
pub mod samples;
mod secret;
mod settings;
mod states;
mod time;
mod world;

pub use coverage::{AtHand, Coverage, Need, Verdict};
pub use custody::{Condition, Disposal, HandoverKind, IdentityCheck, PlaceKind, Side, Standing, Use};
pub use effect::{Cap, Deed, Effect};
pub use facts::{Fact, FactName, FactValue, Facts, Grade};
pub use findings::{Finding, Outcome, Subject, WhyNotKnown};
pub use ids::{
    AlarmId, AssignmentId, BurstId, CaseId, ClauseId, CommandId, ContactMethodId, CountId, CoverId,
    DeliveryId, DeviceId, EnrolmentId, EntryId, EventId, EvidenceId, FaultId, FileId, FreezeId, GrantId,
    GroupId, HandoverId, HeldId, HoldId, IdError, ImportId, IncidentEntryId, IncidentId, JobId, LayerId,
    LossId, LossMessageId, NoteId, NoticeId, OverrideId, PatternId, PeriodId, PermissionId, PersonId,
    PlaceId, ResetId, RotaId, SignInId, StepId, TokenId,
};
pub use people::{Force, NotAForce};
pub use phone::{NotANumber, PhoneNumber};
pub use platform::{AssetClass, DeviceKind, Platform, UnknownWord};
pub use secret::Secret;
pub use settings::{Network, NetworkSecurity, SettingKey, SettingValue, is_network_password};
pub use states::{
    BurstState, Channel, CommandState, CoverState, DeliveryState, EnrolmentState, FaultKind, HandoverState,
    HeldState, LossMessageState, MissingTerms, NoticeState, OverrideKind, Party, PeriodKind, PermissionState,
    PersonSource, ProfileState, ProofKind, ResetCame, ResetCause, ResetState,
};
pub use time::{Day, Span, SpanError, Timestamp};
pub use world::{Clock, Entropy, World};
