//! The closed sets of words that policy files use.

use crate::reader::from_words;

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal / $title:literal),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),* }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Returns the word used in files.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// Returns the words used on screen.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(word: &str) -> Result<Self, String> {
                match word {
                    $($word => Ok(Self::$variant),)*
                    _ => Err(format!("\"{word}\" is not one of: {}", [$($word),*].join(", "))),
                }
            }
        }

        from_words!($name);
    )*};
}

pub(crate) use words;

words! {
    /// Who must act under a clause.
    Actor {
        /// The officer or member of staff who has the device.
        Holder = "holder" / "Holder",
        /// The ICT service desk.
        ServiceDesk = "service-desk" / "Service Desk",
        /// The Force Duty Officer.
        DutyOfficer = "duty-officer" / "Force Duty Officer",
        /// Information Security.
        InformationSecurity = "information-security" / "Information Security",
        /// The Force Information Security Officer.
        Fiso = "fiso" / "Force Information Security Officer",
        /// The Data Protection Officer.
        DataProtectionOfficer = "data-protection-officer" / "Data Protection Officer",
        /// The Professional Standards Department.
        Psd = "psd" / "Professional Standards Department",
        /// The Force Telecoms Manager.
        TelecomsManager = "telecoms-manager" / "Force Telecoms Manager",
        /// The owner of the document.
        PolicyOwner = "policy-owner" / "Policy owner",
        /// The holder's line manager, or HR.
        LineManager = "line-manager" / "Line manager or HR",
        /// Devices and this system.
        System = "system" / "The system",
        /// All officers and staff.
        Everyone = "everyone" / "Everyone",
    }

    /// How strongly a clause speaks.
    Modality {
        /// It must be done.
        Must = "must" / "Must",
        /// It should be done.
        Should = "should" / "Should",
        /// It may be done.
        May = "may" / "May",
        /// It must not be done.
        MustNot = "must-not" / "Must not",
        /// It should not be done.
        ShouldNot = "should-not" / "Should not",
        /// It defines or describes.
        States = "states" / "States",
    }

    /// What sort of document it is.
    DocumentKind {
        /// A policy.
        Policy = "policy" / "Policy",
        /// A procedure under a policy.
        Procedure = "procedure" / "Procedure",
    }

    /// When and how often a person is asked to agree.
    AcceptanceKind {
        /// Before a device is used, once a version.
        Terms = "terms" / "Accepted before use",
        /// Read once a version.
        Awareness = "awareness" / "Read once a version",
        /// Asked again from time to time.
        Reminder = "reminder" / "Asked again from time to time",
    }

    /// What closes a case.
    Closes {
        /// Its last step, or a person with a reason.
        Steps = "steps" / "When its steps are done",
        /// A receipt for everything that it asks for, and nothing else.
        Receipt = "receipt" / "By receipts only",
    }

    /// Which half of a form a field stands in.
    Half {
        /// What the person answers who reports.
        Reporter = "reporter" / "The reporter's half",
        /// What Information Security answers.
        Assessor = "assessor" / "The assessor's half",
    }

    /// How a field of a form is answered.
    AnswerKind {
        /// In words.
        Text = "text" / "words",
        /// With one of several options.
        Choice = "choice" / "one option",
        /// With any number of them.
        Many = "many" / "any number of options",
    }

    /// What the report of a loss says already, for a field that is filled in from it.
    Known {
        /// Whether it was lost or stolen.
        How = "report.how" / "lost or stolen",
        /// When it was last seen.
        LastSeen = "report.last-seen" / "when it was last seen",
        /// Where that was.
        Place = "report.place" / "where that was",
        /// Whether it was on and locked.
        State = "report.state" / "its state",
        /// What was with it.
        With = "report.with" / "what was with it",
    }

    /// A day in a person's own record.
    PersonDay {
        /// Their first day.
        First = "first-day" / "First day",
        /// Their last working day.
        Last = "last-day" / "Last working day",
    }

    /// What shows that a step was done.
    Proof {
        /// What a person writes down.
        Note = "note" / "A note",
        /// A hand-over that both sides signed.
        Receipt = "receipt" / "A signed hand-over",
        /// An answer of the person whom it is about, or of their line manager.
        Answer = "answer" / "An answer",
        /// A legal hold on the things concerned, or the word that none is needed.
        Hold = "hold" / "A decision on a legal hold",
        /// An acceptance of the current terms.
        Acceptance = "acceptance" / "An acceptance of the terms",
        /// The reporter's half of the case's form, sent.
        Form = "form" / "The form, sent",
        /// The assessor's half of the case's form, finished.
        Assessment = "assessment" / "The assessment, finished",
        /// A decision on whether the regulator must be told.
        Decision = "decision" / "A decision on telling the regulator",
        /// A review of the document whose case it is, recorded on its page.
        Review = "review" / "A recorded review",
    }

    /// Which part of the paper a record is about.
    RecordKind {
        /// The approving bodies and their dates.
        Approval = "approval" / "Approvals",
        /// The review date.
        ReviewDate = "review-date" / "Review date",
        /// The laws that it rests on.
        LegalBasis = "legal-basis" / "Legal basis",
        /// The documents that it refers to.
        RelatedDocuments = "related-documents" / "Related documents",
        /// An entry of the asset register.
        Register = "register" / "Asset register",
        /// A definition or description.
        Definition = "definition" / "Definition",
        /// The protective marking.
        Marking = "marking" / "Marking",
        /// The signed original, by its digest.
        Original = "original" / "Signed original",
    }

    /// The type of a setting, fact or parameter.
    ValueType {
        /// Yes or no.
        Bool = "bool" / "true or false",
        /// A whole number.
        Count = "count" / "a whole number",
        /// A length of time; parameters only.
        Span = "span" / "a length of time such as \"7d\"",
        /// Words.
        Text = "text" / "text",
        /// A set of words.
        List = "list" / "a list of texts",
        /// Wi-Fi networks; settings and parameters only.
        Networks = "networks" / "a list of networks",
    }

    /// Which of two documents' values for one setting is the stricter.
    Merge {
        /// True wins.
        Any = "any" / "true is stricter",
        /// False wins.
        All = "all" / "false is stricter",
        /// The larger wins.
        Max = "max" / "the larger is stricter",
        /// The smaller wins.
        Min = "min" / "the smaller is stricter",
        /// Everything that any of them lists.
        Union = "union" / "the lists are added up",
        /// Only what all of them list.
        Intersection = "intersection" / "only what every list has",
        /// None is stricter: a difference is a conflict.
        Equal = "equal" / "a difference is a conflict",
    }

    /// Which values of a setting or parameter ask for more.
    Stronger {
        /// The larger, the longer, the list with more items, true.
        More = "more" / "more is stronger",
        /// The smaller, the shorter, the list with fewer items, false.
        Less = "less" / "less is stronger",
    }

    /// How near a fact is to a person.
    PersonalData {
        /// It reveals nothing of any person.
        None = "none" / "Not personal",
        /// It reveals something of one person's device.
        Device = "device" / "About one person's device",
        /// It reveals something of the person.
        Person = "person" / "About the person",
    }
}

impl Merge {
    /// Returns whether values of that type can be merged so.
    #[must_use]
    pub const fn fits(self, of: ValueType) -> bool {
        matches!(
            (self, of),
            (Self::Any | Self::All, ValueType::Bool)
                | (Self::Max | Self::Min, ValueType::Count)
                | (Self::Union | Self::Intersection, ValueType::List | ValueType::Networks)
                | (Self::Equal, _)
        )
    }
}
