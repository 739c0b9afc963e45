//! The errors between us and the provider, in words for people and for the ledger.

use openidconnect::DiscoveryError;

/// The reason why a token is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// It is not a token at all, or lacks a part that every token has.
    #[error("malformed")]
    Malformed,
    /// Another provider made it.
    #[error("wrong-issuer")]
    WrongIssuer,
    /// It is for another service.
    #[error("wrong-audience")]
    WrongAudience,
    /// It is not signed.
    #[error("unsigned")]
    Unsigned,
    /// It is signed with an algorithm that is not accepted.
    #[error("wrong-algorithm")]
    WrongAlgorithm,
    /// It is signed with a key that the provider does not have.
    #[error("unknown-key")]
    UnknownKey,
    /// It was changed after it was signed, or signed by another person.
    #[error("wrong-signature")]
    WrongSignature,
    /// It has expired.
    #[error("expired")]
    Expired,
    /// It is not valid yet.
    #[error("not-yet-valid")]
    NotYetValid,
    /// It belongs to another sign-in.
    #[error("wrong-nonce")]
    WrongNonce,
}

impl TokenFault {
    /// Returns the word for the ledger.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Malformed => "token-malformed",
            Self::WrongIssuer => "token-wrong-issuer",
            Self::WrongAudience => "token-wrong-audience",
            Self::Unsigned => "token-unsigned",
            Self::WrongAlgorithm => "token-wrong-algorithm",
            Self::UnknownKey => "token-unknown-key",
            Self::WrongSignature => "token-wrong-signature",
            Self::Expired => "token-expired",
            Self::NotYetValid => "token-not-yet-valid",
            Self::WrongNonce => "token-wrong-nonce",
        }
    }

    /// Returns whether a wrong clock, ours or the provider's, explains the fault; anything else looks like a forgery.
    #[must_use]
    pub const fn is_of_clocks(self) -> bool {
        matches!(self, Self::Expired | Self::NotYetValid)
    }
}

/// The reason why a sign-in through the provider failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OidcError {
    /// The provider does not answer. Worth retrying; a sign-in link works without it.
    #[error(
        "the sign-in provider does not answer: {0}; try again, or use a passkey or a sign-in link made on the server"
    )]
    Unreachable(String),
    /// The settings and the provider do not fit.
    #[error(
        "the sign-in settings do not fit the provider: {0}; compare [sign_in] with what the provider shows"
    )]
    Setup(String),
    /// The provider did not accept the code: it was used before, is too old, or was meant for another person.
    #[error("the sign-in provider refused the code ({0}); begin the sign-in again")]
    Refused(String),
    /// The token is not valid.
    #[error("the sign-in provider's token is not valid ({0}); begin the sign-in again")]
    Token(#[from] TokenFault),
}

impl OidcError {
    /// Returns the word for the ledger.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "provider-unreachable",
            Self::Setup(_) => "provider-does-not-fit",
            Self::Refused(_) => "code-refused",
            Self::Token(fault) => fault.word(),
        }
    }

    pub(super) fn setup(what: &str, error: &dyn std::fmt::Display) -> Self {
        Self::Setup(format!("{what}: {error}"))
    }

    pub(super) fn discovery<E: std::error::Error + 'static>(error: DiscoveryError<E>) -> Self {
        match error {
            DiscoveryError::Request(fault) => Self::Unreachable(fault.to_string()),
            DiscoveryError::Response(status, _, _) if status.is_server_error() => {
                Self::Unreachable(format!("it answered {status}"))
            }
            DiscoveryError::Response(status, _, why) => {
                Self::Setup(format!("its description cannot be fetched ({status}): {}", short(&why)))
            }
            other => Self::Setup(short(&other.to_string())),
        }
    }
}

/// Removes control characters from another party's words and cuts them to 160 characters.
pub(super) fn short(words: &str) -> String {
    words.chars().filter(|c| !c.is_control()).take(160).collect()
}
