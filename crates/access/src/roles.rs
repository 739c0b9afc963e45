//! Roles, and the set of them that one person has.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident = $word:literal / $title:literal;)*) => {
        /// A role, as the force's directory or an administrator grants it. The order matters: of a person with several roles, the
        /// later one describes them best.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Role { $($(#[$doc])* #[serde(rename = $word)] $name),* }

        impl Role {
            /// Every role.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Returns the word in policies, tables and settings.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }

            /// Returns the words on screen.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title),* }
            }
        }

        impl FromStr for Role {
            type Err = domain::UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$name),)*
                    _ => Err(domain::UnknownWord {
                        word: word.chars().take(40).collect(),
                        allowed: concat!($($word, " "),*),
                    }),
                }
            }
        }
    };
}

roles! {
    /// Holds a device.
    Holder = "holder" / "Holder";
    /// Manages people.
    LineManager = "line-manager" / "Line manager";
    /// Works at the service desk.
    ServiceDeskAnalyst = "service-desk-analyst" / "Service desk analyst";
    /// Leads the service desk.
    ServiceDeskLead = "service-desk-lead" / "Service desk lead";
    /// Force Duty Officer, "Oscar 1".
    DutyOfficer = "duty-officer" / "Force Duty Officer";
    /// On call for the service.
    OnCallEngineer = "on-call-engineer" / "On-call engineer";
    /// Information security.
    InformationSecurity = "information-security" / "Information security";
    /// Force Information Security Officer.
    Fiso = "fiso" / "Force Information Security Officer";
    /// Professional standards.
    PsdInvestigator = "psd-investigator" / "PSD investigator";
    /// Data protection.
    DataProtectionOfficer = "data-protection-officer" / "Data protection officer";
    /// Telecoms.
    TelecomsManager = "telecoms-manager" / "Telecoms manager";
    /// Human resources.
    Hr = "hr" / "Human resources";
    /// Owns a document.
    PolicyOwner = "policy-owner" / "Policy owner";
    /// Reads everything, changes nothing.
    Auditor = "auditor" / "Auditor";
    /// Runs the service.
    Administrator = "administrator" / "Administrator";
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The roles of one person: an analyst has a phone of her own, so she is a holder too.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Roles(u32);

impl Roles {
    /// No role at all: nothing is allowed.
    pub const NONE: Self = Self(0);

    const fn bit(role: Role) -> u32 {
        1 << (role as u32)
    }

    /// Adds a role.
    #[must_use]
    pub const fn with(self, role: Role) -> Self {
        Self(self.0 | Self::bit(role))
    }

    /// Joins two sets of roles.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Returns whether the role is among them.
    #[must_use]
    pub const fn has(self, role: Role) -> bool {
        self.0 & Self::bit(role) != 0
    }

    /// Returns whether there is no role among them.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns each role, in order.
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.iter().copied().filter(move |role| self.has(*role))
    }

    /// Returns the role that describes the person best, for the header of a page.
    #[must_use]
    pub fn leading(self) -> Option<Role> {
        self.iter().last()
    }

    /// Returns the title of the leading role.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.leading().map_or("No role", Role::title)
    }
}

impl From<Role> for Roles {
    fn from(role: Role) -> Self {
        Self::NONE.with(role)
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        roles.into_iter().fold(Self::NONE, Self::with)
    }
}

impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.iter().map(Role::as_str).collect();
        f.write_str(&words.join(" "))
    }
}

impl fmt::Debug for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl FromStr for Roles {
    type Err = domain::UnknownWord;

    /// Parses words separated by white space.
    fn from_str(words: &str) -> Result<Self, Self::Err> {
        words.split_whitespace().map(str::parse::<Role>).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_roles_goes_to_words_and_back_and_shows_the_most_telling() {
        let roles: Roles = "service-desk-analyst holder".parse().unwrap();
        assert_eq!(roles.to_string(), "holder service-desk-analyst");
        assert_eq!(roles.leading(), Some(Role::ServiceDeskAnalyst));
        assert!(roles.has(Role::Holder) && !roles.has(Role::Auditor));
        assert_eq!(roles.and(Role::Auditor.into()).iter().count(), 3);
        assert_eq!(("".parse::<Roles>().unwrap(), Roles::NONE.title()), (Roles::NONE, "No role"));
        assert!("holder wizard".parse::<Roles>().unwrap_err().to_string().contains("wizard"));
    }

    #[test]
    fn every_role_has_a_bit_of_its_own() {
        let all: Roles = Role::ALL.iter().copied().collect();
        assert_eq!(all.iter().count(), Role::ALL.len());
    }
}
