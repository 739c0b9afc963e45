//! A force's rules as data: the folder `policy/`, read into a [`Library`] or into every problem with it.
//!
//! `docs/policy-format.md` is the contract. Three choices shape this crate:
//!
//! * **Every problem, not the first.** People who own rules edit many files at once; a loader that stops at the first
//!   fault costs them an afternoon. Files are read key by key ([`Problem`] has file and line), and what cannot be read is
//!   left out of the rest, so that one fault is said once.
//! * **A library that exists is whole.** Every name in it leads somewhere, every check has run its own cases, every
//!   clause says how it is kept. Code that takes a [`Library`] need not ask again.
//! * **Nothing vendor-specific.** Settings are neutral; what a platform makes of them comes in through
//!   [`SettingCompiler`], and what it cannot hold must be covered by people ([`Library::uncovered_residues`]).
//!
//! Not here: judging a device (crate `compliance`), vendors' keys (crates `protocol-*`), people's acceptances and cases
//! (crate `app`). This crate reads files and nothing else: no clock, no network, no randomness.

mod cover;
mod coverage;
mod diff;
mod digest;
mod files;
mod forces;
mod forms;
mod library;
mod load;
mod merge;
mod model;
mod order;
mod permissions;
mod placeholders;
mod problem;
mod procedures;
mod reader;
mod registers;
mod tailored;
mod value;
mod view;
mod words;
mod working_days;

pub use compliance::Direction;
pub use cover::{Cover, Original, OriginalForm};
pub use coverage::{CoverageTable, SettingCompiler};
pub use diff::{
    AccessChange, AccessPolicyChange, AskAgain, Change, CheckChange, ClauseChange, DocumentChange,
    ParameterChange, PartChange, PartKind, PolicyDiff, SettingChange, Told, diff,
};
pub use files::Files;
pub use forces::{Contact, DateForm, ForceDetails, ForceName, Forces};
pub use forms::{BreachKind, FormClock, FormField, FormType, NOT_KNOWN};
pub use library::Library;
pub use load::Overrides;
pub use merge::{Ask, Conflict, MergedSetting, MergedSettings, Scope, SettingGroup};
pub use model::{
    AppliesTo, Approval, Clause, Document, Exception, KeptBy, LegalBasis, Limit, Note, Part, Question,
    Recipient, Related, Rule, Section,
};
pub use permissions::{FieldKind, PermissionEffect, PermissionField, PermissionFor, PermissionRegister};
pub use problem::{Problem, Problems};
pub use procedures::{CaseStep, CaseType, Chase, MoverEvent, StepDue};
pub use registers::{
    AskedValue, Baseline, Parameter, Range, RegisteredFact, SINCE_1970, Setting, VocabularyEntry,
};
pub use value::{ParameterValue, setting_words};
pub use view::{ClauseLine, ClausePage, SettingLine};
pub use words::{
    AcceptanceKind, Actor, AnswerKind, Closes, DocumentKind, Half, Known, Merge, Modality, PersonDay,
    PersonalData, Proof, RecordKind, Stronger, ValueType,
};
pub use working_days::WorkingDays;
