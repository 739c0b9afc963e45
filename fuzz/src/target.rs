//! The table of targets: what the smoke run, the replay command and the fuzzer's corpus go by.

use crate::targets::{
    apple, calendar, certificates, checks, cms, headers, ledger, media, packs, plist, policy_files,
    policy_import, scep, scim, tables, words,
};

/// The longest input that matters to a decoder, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// The decoder itself refuses anything longer; the smoke run sees to it that it does.
    Refused(usize),
    /// Callers of the decoder read no more than this, or pass it piece by piece.
    Caller(usize),
}

impl Limit {
    /// Returns the length in bytes.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::Refused(bytes) | Self::Caller(bytes) => bytes,
        }
    }
}

/// One decoder under test.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name: of the function, of the smoke test and of the fuzzer's binary.
    pub name: &'static str,
    /// The longest input that it is given.
    pub limit: Limit,
    /// Decodes, and falls over where something does not hold that must. Says whether the bytes were taken.
    pub run: fn(&[u8]) -> bool,
    /// Inputs that are taken, from which others are made.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Pieces of the format, to be put where they do not belong.
    pub words: &'static [&'static str],
    /// How many corrupted inputs the smoke run makes: fewer for slower decoders.
    pub rounds: u32,
}

/// Returns the target of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// Every target.
pub const TARGETS: &[Target] = &[
    Target {
        name: "plist",
        limit: Limit::Refused(plist::LIMIT),
        run: plist::plist,
        seeds: plist::seeds,
        words: plist::WORDS,
        rounds: 12000,
    },
    Target {
        name: "checkin",
        limit: Limit::Refused(plist::LIMIT),
        run: apple::checkin,
        seeds: apple::checkin_seeds,
        words: plist::WORDS,
        rounds: 12000,
    },
    Target {
        name: "command_report",
        limit: Limit::Refused(plist::LIMIT),
        run: apple::command_report,
        seeds: apple::command_report_seeds,
        words: plist::WORDS,
        rounds: 8000,
    },
    Target {
        name: "sent_settings",
        limit: Limit::Refused(plist::LIMIT),
        run: apple::sent_settings,
        seeds: apple::sent_settings_seeds,
        words: plist::WORDS,
        rounds: 8000,
    },
    Target {
        name: "cms_detached",
        limit: Limit::Refused(pki::cms::MAX_SIGNATURE),
        run: cms::cms_detached,
        seeds: cms::detached_seeds,
        words: cms::WORDS,
        rounds: 12000,
    },
    Target {
        name: "cms_attached",
        limit: Limit::Refused(pki::cms::MAX_MESSAGE),
        run: cms::cms_attached,
        seeds: cms::attached_seeds,
        words: cms::WORDS,
        rounds: 12000,
    },
    Target {
        name: "cms_enveloped",
        limit: Limit::Refused(pki::cms::MAX_MESSAGE),
        run: cms::cms_enveloped,
        seeds: cms::enveloped_seeds,
        words: cms::WORDS,
        rounds: 6000,
    },
    Target {
        name: "certificate",
        limit: Limit::Refused(pki::MAX_CERTIFICATE),
        run: certificates::certificate,
        seeds: certificates::certificate_seeds,
        words: cms::WORDS,
        rounds: 12000,
    },
    Target {
        name: "certificate_request",
        limit: Limit::Refused(pki::MAX_REQUEST),
        run: certificates::certificate_request,
        seeds: certificates::request_seeds,
        words: cms::WORDS,
        rounds: 12000,
    },
    Target {
        name: "pem",
        limit: Limit::Caller(64 * 1024),
        run: certificates::pem,
        seeds: certificates::pem_seeds,
        words: certificates::PEM_WORDS,
        rounds: 6000,
    },
    Target {
        name: "headers",
        limit: Limit::Refused(pki::header::MAX_HEADER),
        run: headers::headers,
        seeds: headers::seeds,
        words: headers::WORDS,
        rounds: 12000,
    },
    Target {
        name: "scep_request",
        limit: Limit::Refused(pki::scep::MAX_REQUEST),
        run: scep::scep_request,
        seeds: scep::request_seeds,
        words: cms::WORDS,
        rounds: 8000,
    },
    Target {
        name: "scep_answer",
        limit: Limit::Refused(pki::cms::MAX_MESSAGE),
        run: scep::scep_answer,
        seeds: scep::answer_seeds,
        words: cms::WORDS,
        rounds: 8000,
    },
    Target {
        name: "scep_query",
        limit: Limit::Refused(2 * pki::scep::MAX_REQUEST),
        run: scep::scep_query,
        seeds: scep::query_seeds,
        words: &["+", " ", "-", "_", "=", "%2B", "\r\n"],
        rounds: 12000,
    },
    Target {
        name: "policy_files",
        limit: Limit::Caller(1024 * 1024),
        run: policy_files::policy_files,
        seeds: policy_files::seeds,
        words: policy_files::WORDS,
        rounds: 2000,
    },
    Target {
        name: "policy_import",
        limit: Limit::Refused(::policy_import::MAX_IMPORT),
        run: policy_import::policy_import,
        seeds: policy_import::seeds,
        words: policy_import::WORDS,
        rounds: 2000,
    },
    Target {
        name: "calendar",
        limit: Limit::Refused(duty::calendar::LARGEST),
        run: calendar::calendar,
        seeds: calendar::seeds,
        words: calendar::WORDS,
        rounds: 2000,
    },
    Target {
        name: "table",
        limit: Limit::Refused(::tables::MOST_BYTES),
        run: tables::table,
        seeds: tables::seeds,
        words: tables::WORDS,
        rounds: 4000,
    },
    Target {
        name: "picture",
        limit: Limit::Caller(10 * 1024 * 1024),
        run: media::picture,
        seeds: media::seeds,
        words: media::WORDS,
        rounds: 4000,
    },
    Target {
        name: "check",
        limit: Limit::Caller(1024 * 1024),
        run: checks::check,
        seeds: checks::seeds,
        words: checks::WORDS,
        rounds: 6000,
    },
    Target {
        name: "ledger_export",
        limit: Limit::Caller(1024 * 1024),
        run: ledger::ledger_export,
        seeds: ledger::export_seeds,
        words: ledger::WORDS,
        rounds: 8000,
    },
    Target {
        name: "ledger_proof",
        limit: Limit::Refused(512 * 1024),
        run: ledger::ledger_proof,
        seeds: ledger::proof_seeds,
        words: ledger::WORDS,
        rounds: 8000,
    },
    Target {
        name: "ledger_note",
        limit: Limit::Refused(64 * 1024),
        run: ledger::ledger_note,
        seeds: ledger::note_seeds,
        words: ledger::WORDS,
        rounds: 12000,
    },
    Target {
        name: "ledger_entry",
        limit: Limit::Caller(32 * 1024),
        run: ledger::ledger_entry,
        seeds: ledger::entry_seeds,
        words: &["MDU-4.3", "norfolk", "\u{0}", "\u{1}"],
        rounds: 12000,
    },
    Target {
        name: "finding_lines",
        limit: Limit::Caller(64 * 1024),
        run: packs::finding_lines,
        seeds: packs::line_seeds,
        words: packs::WORDS,
        rounds: 8000,
    },
    Target {
        name: "pack_file",
        limit: Limit::Caller(256 * 1024),
        run: packs::pack_file,
        seeds: packs::pack_seeds,
        words: packs::WORDS,
        rounds: 1000,
    },
    Target {
        name: "witness_request",
        limit: Limit::Refused(80 * 1024),
        run: packs::witness_request,
        seeds: packs::request_seeds,
        words: packs::WORDS,
        rounds: 4000,
    },
    Target {
        name: "scim_filter",
        limit: Limit::Refused(scim::FILTER_LIMIT),
        run: scim::scim_filter,
        seeds: scim::filter_seeds,
        words: scim::WORDS,
        rounds: 6000,
    },
    Target {
        name: "scim_patch",
        limit: Limit::Caller(protocol_scim::MOST_BYTES),
        run: scim::scim_patch,
        seeds: scim::patch_seeds,
        words: scim::WORDS,
        rounds: 6000,
    },
    Target {
        name: "words",
        limit: Limit::Caller(4096),
        run: words::words,
        seeds: words::seeds,
        words: words::WORDS,
        rounds: 12000,
    },
];
