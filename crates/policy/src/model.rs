//! The force's rules as loaded: documents and their clauses.
//!
//! These are values to read; only the loader makes them, after every reference between them was verified.

use std::collections::BTreeMap;
use std::sync::Arc;

use compliance::{BoundCheck, Given};
use domain::{AssetClass, ClauseId, DeviceKind, Platform, SettingKey, Span, Timestamp};
use jiff::civil::Date;
use serde::Serialize;

use crate::cover::Cover;
use crate::words::{AcceptanceKind, Actor, DocumentKind, Modality, RecordKind};

/// A document: `documents/<id>/document.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Document {
    /// The name of its folder.
    pub id: String,
    /// What every clause id of it starts with, before the hyphen.
    pub prefix: String,
    /// Its title.
    pub title: String,
    /// Policy or procedure.
    pub kind: DocumentKind,
    /// Protective marking.
    pub marking: String,
    /// The version.
    pub version: String,
    /// The force gave no version; this name for it is ours.
    pub version_is_ours: bool,
    /// When it was published.
    pub published: Option<Date>,
    /// When it is due for review; `None` is shown as "no review date".
    pub review_by: Option<Date>,
    /// Who owns it.
    pub owner: String,
    /// Who holds it.
    pub holder: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// The regulator to whom breaches are reported.
    pub regulator: Option<String>,
    /// The time limit for that.
    pub notify_within: Option<Span>,
    /// The further lines of its cover. One that says nothing leaves the digest as it was before covers were read.
    #[serde(skip_serializing_if = "Cover::is_empty")]
    pub cover: Cover,
    /// Who approved it.
    pub approvals: Vec<Approval>,
    /// The laws that it rests on.
    pub legal_basis: Vec<LegalBasis>,
    /// The documents that it refers to.
    pub related: Vec<Related>,
    /// Its sections, in the order of the paper.
    pub sections: Vec<Section>,
    /// Editor's notes.
    pub notes: Vec<Note>,
}

impl Document {
    /// Days by which the review is overdue: none until the day after `review_by`; `None` as well where there is no date.
    #[must_use]
    pub fn review_overdue_days(&self, now: Timestamp) -> Option<i64> {
        let today = jiff::Timestamp::from_millisecond(now.millis()).ok()?;
        let today = today.to_zoned(jiff::tz::TimeZone::UTC).date();
        let days = i64::from(self.review_by?.until(today).ok()?.get_days());
        (days > 0).then_some(days)
    }
}

/// One body's approval of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Approval {
    /// Who approved.
    pub body: String,
    /// When; absent with a reason in the note.
    pub on: Option<Date>,
    /// Its description.
    pub note: Option<String>,
}

/// A law that a document rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LegalBasis {
    /// Its title.
    pub title: String,
    /// Where it can be read.
    pub link: Option<String>,
    /// Its description.
    pub note: Option<String>,
    /// When somebody last looked whether it still says the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub looked_at: Option<Date>,
}

/// A document that another refers to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Related {
    /// Its title.
    pub title: String,
    /// Its id, if it is in this library.
    pub document: Option<String>,
    /// Where it can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Where it lies otherwise, or why nobody knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A section of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Section {
    /// Its number as printed.
    pub number: String,
    /// Its title.
    pub title: String,
}

/// An editor's note: a contradiction, a gap, something stale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Its flag, such as `F6`.
    pub flag: String,
    /// The clauses that it is about; none: the whole document.
    pub clauses: Vec<ClauseId>,
    /// The note.
    pub text: String,
}

/// A clause: one Markdown file with a head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Clause {
    /// The force's own number behind the document's prefix.
    pub id: ClauseId,
    /// The document that it belongs to.
    pub document: String,
    /// Its title.
    pub title: String,
    /// What the paper prints; `None` for an unnumbered clause.
    pub number: Option<String>,
    /// The section.
    pub section: Option<String>,
    /// Its place within the section where numbers do not tell.
    pub place: Option<i64>,
    /// The group under which settings are compiled, such as `mdu-6`.
    pub group: String,
    /// Who must act.
    pub actors: Vec<Actor>,
    /// How strongly it speaks.
    pub modality: Modality,
    /// The clause exists, but its text may not be shown.
    pub withheld: bool,
    /// What it is for.
    pub aim: Option<String>,
    /// Whom and what it is limited to.
    pub applies_to: AppliesTo,
    /// Who is exempt.
    pub exceptions: Vec<Exception>,
    /// To whom something is reported.
    pub report_to: Vec<Recipient>,
    /// What it asks for, part by part; empty only in versions of a policy from before clauses said so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub asks: Vec<Part>,
    /// How it is kept; never empty.
    pub kept_by: Vec<KeptBy>,
    /// The requirement, in the force's service's own words (Markdown).
    pub text: String,
    /// Its file, relative to the policy folder.
    #[serde(skip)]
    pub file: String,
}

/// Limits of a clause; empty lists mean no limit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AppliesTo {
    /// Kinds of device.
    pub kinds: Vec<DeviceKind>,
    /// Roles of people.
    pub roles: Vec<String>,
}

/// An exception from a clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exception {
    /// Who is exempt.
    pub who: String,
    /// Who may grant it.
    pub approver: Option<String>,
    /// How long a grant lasts.
    pub expires: Option<Span>,
    /// Its description.
    pub note: Option<String>,
}

/// A recipient of a report that a clause requires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recipient {
    /// The address.
    pub to: String,
    /// When.
    pub when: Option<String>,
}

/// One thing that a clause asks for, and what keeps it. Several ways may stand together: what devices do not hold, people agree to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Part {
    /// What it asks for, in words.
    pub what: String,
    /// The settings that hold it, of those that the clause is kept by.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub settings: Vec<SettingKey>,
    /// The check whose findings show afterwards whether it is so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
    /// The case type as which people do it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub procedure: Option<String>,
    /// People agree to it.
    pub agreed: bool,
    /// The record that shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<RecordKind>,
    /// Why nothing keeps it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nobody: Option<String>,
    /// Platforms on which nothing of this keeps it, and why.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub except: BTreeMap<Platform, String>,
}

/// One way in which a clause is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum KeptBy {
    /// Devices receive settings and report whether they follow them.
    Setting {
        /// The settings file.
        setting: String,
        /// How obedience is judged.
        #[serde(flatten)]
        rule: Rule,
    },
    /// Something may have happened; never a finding of guilt.
    Detection {
        /// What it can be wrong about.
        confidence: String,
        /// How it is judged.
        #[serde(flatten)]
        rule: Rule,
    },
    /// A person agrees.
    Acceptance {
        /// When and how often.
        acceptance: AcceptanceKind,
        /// A question that shows understanding.
        question: Option<Question>,
        /// For a reminder: how often.
        again_after: Option<Span>,
        /// For terms: the settings file put on the devices of a holder whose acceptance has lapsed, until they accept.
        #[serde(skip_serializing_if = "Option::is_none")]
        lapsed: Option<String>,
    },
    /// People do it, as cases of this type.
    Procedure {
        /// The case type.
        procedure: String,
        /// The time limit.
        within: Option<Limit>,
        /// The settings file put on a device that a person restricts in such a case, until one person ends that.
        #[serde(skip_serializing_if = "Option::is_none")]
        restricts: Option<String>,
    },
    /// The paper is right.
    Record {
        /// Which part of it.
        record: RecordKind,
        /// For the asset register: the class of force property that it is about; all of it where there is none.
        #[serde(skip_serializing_if = "Option::is_none")]
        class: Option<AssetClass>,
    },
    /// No system can keep it.
    Nothing {
        /// Why not.
        why: String,
    },
}

impl KeptBy {
    /// Returns the word for lists: `setting`, `detection`, `acceptance`, `procedure`, `record`, `nothing`.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Setting { .. } => "setting",
            Self::Detection { .. } => "detection",
            Self::Acceptance { .. } => "acceptance",
            Self::Procedure { .. } => "procedure",
            Self::Record { .. } => "record",
            Self::Nothing { .. } => "nothing",
        }
    }

    /// Returns the rule by which devices are judged, of a setting or a detection.
    #[must_use]
    pub const fn rule(&self) -> Option<&Rule> {
        match self {
            Self::Setting { rule, .. } | Self::Detection { rule, .. } => Some(rule),
            _ => None,
        }
    }
}

/// How a clause judges devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// The check's name.
    pub check: String,
    /// Values for its parameters.
    pub set: BTreeMap<String, Given>,
    /// How long a breach may last before a case opens.
    pub grace: Span,
    /// The case type that a lasting breach opens.
    pub opens: String,
    /// The check, bound to those values.
    #[serde(skip)]
    pub bound: Arc<BoundCheck>,
}

/// A question asked with an acceptance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Question {
    /// The question.
    pub text: String,
    /// The answers to choose from, two at least.
    pub answers: Vec<String>,
    /// The index of the right one.
    pub correct: usize,
}

/// A time limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Limit {
    /// How long.
    pub span: Span,
    /// The force parameter that gave it.
    pub parameter: Option<String>,
}

impl Clause {
    /// Returns the names of the settings files that the clause is kept by.
    pub fn settings(&self) -> impl Iterator<Item = &str> {
        self.kept_by.iter().filter_map(|kept| match kept {
            KeptBy::Setting { setting, .. } => Some(setting.as_str()),
            _ => None,
        })
    }

    /// Returns every rule by which devices are judged under the clause.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.kept_by.iter().filter_map(KeptBy::rule)
    }

    /// Returns whether some person's acceptance is one of the ways in which it is kept.
    #[must_use]
    pub fn asks_acceptance(&self) -> bool {
        self.kept_by.iter().any(|kept| matches!(kept, KeptBy::Acceptance { .. }))
    }

    /// Returns whether people read and accept it once a version: terms and awareness, not reminders.
    #[must_use]
    pub fn is_read_and_accepted(&self) -> bool {
        self.acceptances().any(|kind| kind != AcceptanceKind::Reminder)
    }

    /// Returns the kinds of acceptance that it asks.
    pub fn acceptances(&self) -> impl Iterator<Item = AcceptanceKind> {
        self.kept_by.iter().filter_map(|kept| match kept {
            KeptBy::Acceptance { acceptance, .. } => Some(*acceptance),
            _ => None,
        })
    }

    /// Returns the questions that are asked with its acceptance.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.kept_by.iter().filter_map(|kept| match kept {
            KeptBy::Acceptance { question, .. } => question.as_ref(),
            _ => None,
        })
    }

    /// Returns the settings file put on the devices of a holder whose acceptance has lapsed.
    pub fn lapsed_settings(&self) -> impl Iterator<Item = &str> {
        self.kept_by.iter().filter_map(|kept| match kept {
            KeptBy::Acceptance { lapsed, .. } => lapsed.as_deref(),
            _ => None,
        })
    }

    /// Returns the settings file put on a device that a person restricts in a case of its procedure.
    pub fn restricting_settings(&self) -> impl Iterator<Item = &str> {
        self.kept_by.iter().filter_map(|kept| match kept {
            KeptBy::Procedure { restricts, .. } => restricts.as_deref(),
            _ => None,
        })
    }

    /// Returns the words of how it is kept, in order and each once; a setting brings its check.
    #[must_use]
    pub fn kept_words(&self) -> Vec<&'static str> {
        let mut words = Vec::new();
        for kept in &self.kept_by {
            let check = matches!(kept, KeptBy::Setting { .. }).then_some("check");
            for word in std::iter::once(kept.word()).chain(check) {
                if !words.contains(&word) {
                    words.push(word);
                }
            }
        }
        words
    }
}
