//! The scopes of API tokens: a closed list, each with the actions that it permits.

use super::actions::{Action, ProvisionPeople, ReportUse};

/// The scope of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiScope {
    /// The force's directory sends people and groups by SCIM.
    Scim,
    /// A force system's log says who used it when.
    DeviceUse,
}

impl ApiScope {
    /// All scopes.
    pub const ALL: &'static [Self] = &[Self::Scim, Self::DeviceUse];

    /// Returns the word in tables and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scim => "scim",
            Self::DeviceUse => "device-use",
        }
    }

    /// Returns the words on screen.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Scim => "Directory: people and groups by SCIM",
            Self::DeviceUse => "Use of a force system: who and when, for the review of use off duty",
        }
    }

    /// Returns the actions that a token of this scope is permitted; it is permitted no others.
    #[must_use]
    pub const fn actions(self) -> &'static [&'static str] {
        match self {
            Self::Scim => &[ProvisionPeople::NAME],
            Self::DeviceUse => &[ReportUse::NAME],
        }
    }
}

impl std::str::FromStr for ApiScope {
    type Err = domain::UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|scope| scope.as_str() == word).ok_or_else(|| domain::UnknownWord {
            word: word.chars().take(40).collect(),
            allowed: "scim device-use",
        })
    }
}
