//! What pages and the API show: one function a page, one reading transaction, behind a permit and within its force.
//!
//! A list is walked by key, never by offset: the key of the last row shown is where the next page starts, so page one
//! thousand costs what page one does. Nothing here changes anything, except where reading is itself worth a ledger entry
//! (`sensitive`).

mod actions;
mod cases;
mod clause;
mod device;
mod devices;
mod documents;
mod events;
mod explain;
pub mod held;
mod ledger;
mod ledger_sight;
mod me;
mod overview;
mod people;
mod permissions;
mod policy;
mod prediction;
mod profiles;
mod risks;
mod sees;
mod sensitive;
mod tally;
mod terms;
mod terms_desk;
mod watch;
mod words;

pub use cases::{case, case_step, cases};
pub use clause::clause;
pub use device::{command, device};
pub use devices::devices;
pub use documents::{document, documents};
pub use events::{event, event_kinds, events, has_events};
pub use explain::explain_read;
pub use ledger::{ledger, ledger_entry};
pub use me::me;
pub use overview::{overview, wall};
pub use people::{enrolling, holder_by_number, people, person};
pub use permissions::{own_permissions, permission, permissions, register_to_ask_in, registers, residues};
pub use policy::policy_changes;
pub use sensitive::{read_covert, read_location, read_pin, read_sealed_case};
pub use terms::{accepted_terms, own_accepted_terms, own_terms, terms_for};
pub use terms_desk::{terms_documents, terms_lines};

pub use actions::Action;
pub(crate) use cases::step_read;
pub use cases::{CaseRead, CaseRow, StepRead};
pub use clause::{ClauseRead, NamedFinding, SettingValueRead};
pub use device::{CommandRead, DeviceFinding, DeviceRead, EnrolmentRead, Held, HeldActRead, HolderRead};
pub use devices::DeviceRow;
pub use documents::{ClauseRow, DocumentRead, DocumentRow};
pub use events::{EventRead, EventRow};
pub use explain::{ExplainRead, FactRead, Step};
pub(crate) use ledger::readable;
pub use ledger::{DetailState, LedgerEntryRead, LedgerQuery, LedgerRead, LedgerRow};
pub(crate) use ledger_sight::LedgerSight;
pub use me::{MeRead, OwnDevice, OwnNotice, Todo};
pub use overview::{Attention, DevicesNow, HeldFigures, Overview, Wall};
pub use people::{EnrolRead, PersonRead};
pub use permissions::{
    OwnPermissions, PermissionDevice, PermissionRead, PermissionRow, RegisterRow, Residue,
};
pub use policy::{AcceptAgain, ChangesRead, PlatformSetting, Version};
pub use prediction::{FallsOut, Prediction};
pub use profiles::ProfileRead;
pub use sensitive::PlaceRead;
pub use tally::Tally;
pub use terms::{AcceptanceRead, AcceptedRead, Asked, ClauseToRead, SectionRead, TermsRead, WordingChange};
pub use terms_desk::{QuestionRead, TermsDocument};
pub use words::case_kind;
pub use words::span as span_words;
pub(crate) use words::who;

pub use ::policy::{
    Change, ClauseChange, FieldKind, ParameterValue, PartKind, PermissionFor, PermissionRegister, PolicyDiff,
};
pub use risks::RiskRead;
pub use store::cases::{Case, CaseFilter};
pub use store::devices::{Device, DeviceCounts, DeviceFilter, DeviceOrder, EnrolmentState};
pub use store::events::EventFilter;
pub use store::people::Listed as PersonRow;
pub use store::people::PeopleFilter;
pub use store::people::Person;
pub use store::permissions::lists::{PermissionFigures, PermissionFilter};
pub use store::permissions::{Permission, PermissionState};
pub use store::terms::Version as TermsVersion;
pub use store::terms_asked::{Missing, Standing, StandingFilter, StandingLine, StandingTally};
