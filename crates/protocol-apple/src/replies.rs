//! Bodies of our answers to a device.
//!
//! What is not here: commands ([`crate::commands`]), and 401, which no answer may ever be (it unenrols the device).

use plist::{Dictionary, Value};

use domain::{Secret, Timestamp};

use crate::plist_io::to_xml;

/// Content type of check-in messages and their answers.
pub const CHECKIN_TYPE: &str = "application/x-apple-aspen-mdm-checkin";

/// Content type of the command loop.
pub const COMMAND_TYPE: &str = "application/x-apple-aspen-mdm";

/// Content type of profiles.
pub const PROFILE_TYPE: &str = "application/x-apple-aspen-config";

/// Content type of a refusal's body.
pub const REFUSAL_TYPE: &str = "application/json";

/// Returns the answer that asks for nothing: received (check-in), or no more work (command loop).
#[must_use]
pub const fn empty() -> Vec<u8> {
    Vec::new()
}

/// Returns the answer to `GetBootstrapToken`; without a stored token, an empty dictionary.
#[must_use]
pub fn bootstrap_token(token: Option<&Secret<Vec<u8>>>) -> Vec<u8> {
    let entry = token.map(|token| ("BootstrapToken".to_owned(), Value::Data(token.expose().clone())));
    to_xml(&Value::Dictionary(entry.into_iter().collect()))
}

/// Returns the answer to `GetToken`.
#[must_use]
pub fn token(token: &Secret<Vec<u8>>) -> Vec<u8> {
    let mut all = Dictionary::new();
    all.insert("TokenData".into(), Value::Data(token.expose().clone()));
    to_xml(&Value::Dictionary(all))
}

/// What a set of no declarations is called, in both answers about it: it never changes.
const NO_DECLARATIONS: &str = "none";

/// Returns the answer to a device that asks for the token of its declarations: there are none.
#[must_use]
pub fn no_declarations_token(now: Timestamp) -> Vec<u8> {
    // Whole seconds, as the vendor writes them.
    let at = Timestamp::from_millis(now.millis().div_euclid(1000) * 1000).to_string().replace(".000Z", "Z");
    serde_json::json!({ "SyncTokens": { "Timestamp": at, "DeclarationsToken": NO_DECLARATIONS } })
        .to_string()
        .into_bytes()
}

/// Returns the answer to a device that asks for its declarations: there are none. All four lists must be there.
#[must_use]
pub fn no_declarations() -> Vec<u8> {
    let none = serde_json::json!({ "Activations": [], "Configurations": [], "Assets": [], "Management": [] });
    serde_json::json!({ "Declarations": none, "DeclarationsToken": NO_DECLARATIONS }).to_string().into_bytes()
}

/// Bodies of a 403 that the device understands; any other 403 body says nothing to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Tells the device to remove its management (iOS 17, macOS 14): use only on purpose.
    UnrecognisedDevice,
    /// Update first, then enrol (iOS 17, macOS 14).
    UpdateRequired {
        /// The version to update to, such as `18.1`.
        os_version: String,
    },
    /// No enrolment of personal devices here (iOS 17.5, macOS 14.5).
    NoPersonalEnrolment,
}

impl Refusal {
    /// Returns the body, JSON.
    #[must_use]
    pub fn body(&self) -> Vec<u8> {
        let json = match self {
            Self::UnrecognisedDevice => serde_json::json!({ "code": "com.apple.unrecognized.device" }),
            Self::UpdateRequired { os_version } => serde_json::json!({
                "code": "com.apple.softwareupdate.required",
                "details": { "OSVersion": os_version },
            }),
            Self::NoPersonalEnrolment => serde_json::json!({ "code": "com.apple.well-known.failed" }),
        };
        json.to_string().into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plist_io::{DEFAULT_LIMIT, read_dictionary};

    #[test]
    fn a_token_that_is_not_there_is_not_an_empty_one() {
        let none = read_dictionary(&bootstrap_token(None), DEFAULT_LIMIT).unwrap();
        assert!(none.is_empty());
        let some = read_dictionary(&bootstrap_token(Some(&Secret::new(vec![1, 2]))), DEFAULT_LIMIT).unwrap();
        assert_eq!(some.get("BootstrapToken").unwrap().as_data(), Some([1, 2].as_slice()));
        let token = read_dictionary(&token(&Secret::new(vec![3])), DEFAULT_LIMIT).unwrap();
        assert_eq!(token.get("TokenData").unwrap().as_data(), Some([3].as_slice()));
        assert!(empty().is_empty());
    }

    #[test]
    fn refusals_are_the_vendor_s_words() {
        let update = Refusal::UpdateRequired { os_version: "18.1".into() };
        assert_eq!(
            String::from_utf8(update.body()).unwrap(),
            r#"{"code":"com.apple.softwareupdate.required","details":{"OSVersion":"18.1"}}"#
        );
        assert_eq!(Refusal::UnrecognisedDevice.body(), br#"{"code":"com.apple.unrecognized.device"}"#);
        assert_eq!(Refusal::NoPersonalEnrolment.body(), br#"{"code":"com.apple.well-known.failed"}"#);
    }
}
