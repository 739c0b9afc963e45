//! Role by action.

use std::fmt;
use std::fmt::Write as _;
use std::str::FromStr;

use super::actions::ACTIONS;

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident = $word:literal / $title:literal may $actions:expr;)*) => {
        /// A role, as the force's directory gives it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Role { $($(#[$doc])* $name),* }

        impl Role {
            /// Every role.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word in tables and settings.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }

            /// The words on screen.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title),* }
            }

            const fn actions(self) -> &'static [&'static str] {
                match self { $(Self::$name => $actions),* }
            }
        }

        impl FromStr for Role {
            type Err = domain::UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$name),)*
                    _ => Err(domain::UnknownWord { word: word.to_owned(), allowed: concat!($($word, " "),*) }),
                }
            }
        }
    };
}

const READ: &[&str] = &["see policy", "see devices", "see people", "see cases"];
const DESK: &[&str] = &[
    "see policy",
    "see devices",
    "see people",
    "see cases",
    "manage register",
    "enrol devices",
    "record acceptance",
    "command devices",
    "manage cases",
    "see notices",
    "manage notices",
];
const DESK_LEAD: &[&str] = &[
    "see policy",
    "see devices",
    "see people",
    "see cases",
    "see ledger",
    "manage people",
    "manage register",
    "enrol devices",
    "record acceptance",
    "command devices",
    "destroy data",
    "locate devices",
    "manage cases",
    "see notices",
    "manage notices",
    "contact off duty",
];
const CONTAIN: &[&str] = &[
    "see policy",
    "see devices",
    "see people",
    "see cases",
    "command devices",
    "manage cases",
    "see notices",
    "contact off duty",
];
const SECURITY: &[&str] = &[
    "see policy",
    "see devices",
    "see people",
    "see cases",
    "see ledger",
    "command devices",
    "destroy data",
    "locate devices",
    "manage cases",
    "see notices",
    "contact off duty",
    "review off duty",
];
const OVERSIGHT: &[&str] = &["see policy", "see devices", "see people", "see cases", "see ledger"];
const REVIEW: &[&str] =
    &["see policy", "see devices", "see people", "see cases", "see ledger", "see notices", "review off duty"];

roles! {
    /// Has a device.
    Holder = "holder" / "Holder" may &["see policy"];
    /// Answers for people.
    LineManager = "line-manager" / "Line manager" may &["see policy", "see people"];
    /// Works at the service desk.
    ServiceDeskAnalyst = "service-desk-analyst" / "Service desk analyst" may DESK;
    /// Leads the service desk.
    ServiceDeskLead = "service-desk-lead" / "Service desk lead" may DESK_LEAD;
    /// Force Duty Officer, "Oscar 1".
    DutyOfficer = "duty-officer" / "Force Duty Officer" may CONTAIN;
    /// On call for the service.
    OnCallEngineer = "on-call-engineer" / "On-call engineer" may CONTAIN;
    /// Information security.
    InformationSecurity = "information-security" / "Information security" may SECURITY;
    /// Force Information Security Officer.
    Fiso = "fiso" / "Force Information Security Officer" may SECURITY;
    /// Professional standards.
    PsdInvestigator = "psd-investigator" / "PSD investigator" may OVERSIGHT;
    /// Data protection.
    DataProtectionOfficer = "data-protection-officer" / "Data protection officer" may REVIEW;
    /// Telecoms.
    TelecomsManager = "telecoms-manager" / "Telecoms manager" may READ;
    /// Human resources.
    Hr = "hr" / "Human resources" may &["see policy", "see people", "manage people"];
    /// Owns a document.
    PolicyOwner = "policy-owner" / "Policy owner" may READ;
    /// Reads everything, changes nothing.
    Auditor = "auditor" / "Auditor" may REVIEW;
    /// Runs the service.
    Administrator = "administrator" / "Administrator" may ACTIONS;
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

pub(super) fn allows(role: Role, action: &str) -> bool {
    role.actions().contains(&action)
}

/// The matrix as text, a line a role and action.
#[must_use]
pub fn table() -> String {
    let mut text = String::new();
    for role in Role::ALL {
        for action in ACTIONS {
            let may = if allows(*role, action) { "may" } else { "-" };
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{:<24}{action:<20}{may}", role.as_str());
        }
    }
    text
}
