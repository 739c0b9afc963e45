//! What can go wrong for a device, and what a real one would do about it.

use std::fmt;

/// Where in its dealings with the server a device was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// `GetCACaps`.
    Capabilities,
    /// `GetCACert`.
    Authority,
    /// `PKIOperation`.
    Certificate,
    /// The `Authenticate` check-in.
    Authenticate,
    /// The `TokenUpdate` check-in.
    TokenUpdate,
    /// The `CheckOut` check-in.
    CheckOut,
    /// Asking for commands and answering them.
    Commands,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Capabilities => "asking what the authority can do",
            Self::Authority => "fetching the authority's certificate",
            Self::Certificate => "asking for a certificate",
            Self::Authenticate => "authenticating",
            Self::TokenUpdate => "sending the push token",
            Self::CheckOut => "checking out",
            Self::Commands => "asking for commands",
        })
    }
}

/// Why a simulated device could not go on.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// No HTTP client could be made.
    #[error("no HTTP client can be made: {0}; for https, choose a TLS library first")]
    Client(reqwest::Error),
    /// The server answered with another status than success.
    #[error("{status} when {step}: a real device would {would}; the server said: {body}")]
    Status {
        /// The step that failed.
        step: Step,
        /// HTTP status.
        status: u16,
        /// What a real device would do now.
        would: &'static str,
        /// The beginning of what the server said.
        body: String,
    },
    /// The server could not be reached, or broke off.
    #[error("no answer when {step}; a real device would try again later: {source}")]
    Transport {
        /// The step that failed.
        step: Step,
        /// The cause.
        source: reqwest::Error,
    },
    /// The server answered something that makes no sense.
    #[error("an answer when {step} that a real device could not read: {why}")]
    Unreadable {
        /// The step that failed.
        step: Step,
        /// What is wrong with it.
        why: String,
    },
    /// The enrolment profile cannot be used.
    #[error("a real device would refuse the profile: {0}")]
    Profile(String),
    /// SCEP did not yield a certificate.
    #[error("no certificate; a real device would say that the profile could not be installed: {0}")]
    Scep(#[from] pki::scep::client::ClientError),
    /// A key could not be made or used.
    #[error(transparent)]
    Key(#[from] pki::KeyError),
    /// A message could not be signed.
    #[error(transparent)]
    Sign(#[from] pki::cms::CmsError),
    /// The device is not enrolled: never, or not any more.
    #[error("{0} is not enrolled: give it an enrolment profile")]
    NotEnrolled(String),
    /// The server keeps sending commands without end.
    #[error("the server sent more than {0} commands in one session")]
    TooManyCommands(usize),
    /// A message could not be written.
    #[error("a message could not be written: {0}")]
    Write(#[from] plist::Error),
}

impl SimError {
    /// Makes the error for an answer that was no success.
    pub(crate) fn status(step: Step, status: u16, body: &[u8]) -> Self {
        let would = match (step, status) {
            (Step::Authenticate | Step::TokenUpdate, _) => "undo the enrolment and remove the profile",
            (Step::CheckOut, _) => "ignore it and stay unenrolled",
            (Step::Commands, 401) => "unenrol itself and lose all managed data",
            (Step::Commands, 403) if contains(body, b"com.apple.unrecognized.device") => {
                "unenrol itself and lose all managed data"
            }
            (Step::Commands, _) => "keep its answers and try again later",
            (_, _) => "say that the profile could not be installed",
        };
        let body = String::from_utf8_lossy(body).chars().take(200).collect();
        Self::Status { step, status, would, body }
    }

    /// Returns whether a real device would no longer be enrolled after this.
    #[must_use]
    pub fn would_unenrol(&self) -> bool {
        matches!(self, Self::Status { would, .. } if would.contains("unenrol") || would.contains("undo"))
    }
}

fn contains(body: &[u8], word: &[u8]) -> bool {
    body.windows(word.len()).any(|part| part == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_statuses_that_unenrol_a_device_say_so() {
        let error = |step, status, body: &[u8]| SimError::status(step, status, body);
        assert!(error(Step::Commands, 401, b"").would_unenrol());
        assert!(error(Step::Commands, 403, br#"{"code":"com.apple.unrecognized.device"}"#).would_unenrol());
        assert!(!error(Step::Commands, 403, b"no").would_unenrol());
        assert!(!error(Step::Commands, 500, b"").would_unenrol());
        assert!(error(Step::Authenticate, 500, b"").would_unenrol());
        assert!(error(Step::Commands, 401, b"x").to_string().contains("401"));
    }
}
