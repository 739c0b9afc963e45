//! Fuzz targets: one function for each decoder that takes bytes from outside, with what must hold whatever the bytes.
//!
//! A target is used in two ways. The smoke run (`tests/smoke.rs`, part of `./test`) feeds it real samples and corrupted
//! copies of them, the same ones each time. A coverage-guided fuzzer (`cargo-fuzz/`) calls the same function for as long
//! as anybody lets it. `README.md` says how to run both and how to add a target.
//!
//! Here and not beside each decoder, because a target may lean on several crates at once (a drafted policy must load, a
//! check must judge) and because nothing of this may be linked into the server.
#![expect(
    clippy::expect_used,
    reason = "a fixture that is not there, or an invariant that does not hold, is to stop the run"
)]

pub mod cast;
pub mod mutate;
pub mod sample;
mod target;
pub mod targets;

pub use target::{Limit, TARGETS, Target, find};
pub use targets::apple::{checkin, command_report, sent_settings};
pub use targets::calendar::calendar;
pub use targets::certificates::{certificate, certificate_request, pem};
pub use targets::checks::check;
pub use targets::cms::{cms_attached, cms_detached, cms_enveloped};
pub use targets::headers::headers;
pub use targets::ledger::{ledger_entry, ledger_export, ledger_note, ledger_proof};
pub use targets::media::picture;
pub use targets::packs::{finding_lines, pack_file, witness_request};
pub use targets::plist::plist;
pub use targets::policy_files::policy_files;
pub use targets::policy_import::policy_import;
pub use targets::scep::{scep_answer, scep_query, scep_request};
pub use targets::scim::{scim_filter, scim_patch};
pub use targets::tables::table;
pub use targets::words::words;
