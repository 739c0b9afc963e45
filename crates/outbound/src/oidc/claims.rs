//! What a verified token says, by the names that the settings give: providers agree on few of them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Timestamp;
use serde_json::{Map, Value};

use super::TokenFault;

/// The most values of a list claim that are read: a directory that sends more has been set up to send every group.
const MOST: usize = 1000;

/// The claims of a token that was verified. Its `Debug` names nobody.
#[derive(Clone, PartialEq, Eq)]
pub struct Claims(Map<String, Value>);

impl std::fmt::Debug for Claims {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Claims({} claims)", self.0.len())
    }
}

impl Claims {
    /// Reads the payload of a token whose signature and standard claims have been verified.
    pub(super) fn of_verified(token: &str) -> Result<Self, TokenFault> {
        let payload = token.split('.').nth(1).ok_or(TokenFault::Malformed)?;
        let bytes = URL_SAFE_NO_PAD.decode(payload).map_err(|_| TokenFault::Malformed)?;
        match serde_json::from_slice(&bytes) {
            Ok(Value::Object(claims)) => Ok(Self(claims)),
            _ => Err(TokenFault::Malformed),
        }
    }

    /// What the library leaves to its caller: when the token begins to be valid (RFC 7519, 4.1.5), and whom it was
    /// issued to (OpenID Connect Core, 3.1.3.7, step 5).
    pub(super) fn check_rest(&self, client_id: &str, latest: Timestamp) -> Result<(), TokenFault> {
        if let Some(begins) = self.0.get("nbf") {
            let begins = begins.as_f64().ok_or(TokenFault::Malformed)?;
            #[expect(
                clippy::cast_precision_loss,
                reason = "milliseconds of our time have far fewer than 53 bits"
            )]
            if begins * 1000.0 > latest.millis() as f64 {
                return Err(TokenFault::NotYetValid);
            }
        }
        match self.0.get("azp") {
            Some(Value::String(party)) if party != client_id => Err(TokenFault::WrongAudience),
            None | Some(Value::String(_)) => Ok(()),
            Some(_) => Err(TokenFault::Malformed),
        }
    }

    /// A claim that is one text, trimmed; `None` where it is missing, empty, or something else.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str().map(str::trim).filter(|text| !text.is_empty())
    }

    /// When the person signed in at the provider, to the second; `None` where it does not say (OpenID Connect Core, 2).
    #[must_use]
    pub fn signed_in_at(&self) -> Option<Timestamp> {
        let seconds = self.0.get("auth_time")?.as_i64()?;
        seconds.checked_mul(1000).map(Timestamp::from_millis)
    }

    /// A claim that is a list of texts, or one text. Empty where it is missing.
    #[must_use]
    pub fn list(&self, name: &str) -> Vec<&str> {
        match self.0.get(name) {
            Some(Value::Array(values)) => values.iter().take(MOST).filter_map(Value::as_str).collect(),
            Some(Value::String(value)) => vec![value.as_str()],
            _ => Vec::new(),
        }
    }

    /// Whether the provider left a claim out because it was too long, and says so (OpenID Connect Core, 5.6.2): Entra ID
    /// does, for somebody in more than 200 groups.
    #[must_use]
    pub fn left_out(&self, name: &str) -> bool {
        self.0.get("_claim_names").and_then(|names| names.get(name)).is_some()
            || self.0.get("hasgroups").and_then(Value::as_bool).unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claims(value: &Value) -> Claims {
        let token = format!("e30.{}.x", URL_SAFE_NO_PAD.encode(value.to_string()));
        Claims::of_verified(&token).unwrap()
    }

    #[test]
    fn a_claim_is_read_as_what_it_is_and_as_nothing_else() {
        let claims = claims(&json!({ "a": " x ", "b": ["y", 5, "z"], "c": 7, "d": "" }));
        assert_eq!(
            (claims.text("a"), claims.text("b"), claims.text("c"), claims.text("d")),
            (Some("x"), None, None, None)
        );
        assert_eq!(claims.list("b"), ["y", "z"]);
        assert_eq!(claims.list("a"), [" x "]);
        assert!(claims.list("c").is_empty() && claims.list("missing").is_empty());
        assert!(!format!("{claims:?}").contains('x'), "its Debug names nobody");
    }

    #[test]
    fn a_sign_in_without_a_time_has_none() {
        let at = |value: &Value| claims(&json!({ "auth_time": value })).signed_in_at();
        assert_eq!(at(&json!(1000)), Some(Timestamp::from_millis(1_000_000)));
        for wrong in [json!(null), json!("1000"), json!(i64::MAX), json!({})] {
            assert_eq!(at(&wrong), None, "{wrong}");
        }
        assert_eq!(claims(&json!({})).signed_in_at(), None);
    }

    #[test]
    fn a_list_that_was_too_long_is_known_to_be_missing() {
        let overage = json!({ "_claim_names": { "groups": "src1" }, "_claim_sources": { "src1": {} } });
        assert!(claims(&overage).left_out("groups") && !claims(&overage).left_out("roles"));
        assert!(claims(&json!({ "hasgroups": true })).left_out("groups"));
        assert!(!claims(&json!({ "groups": [] })).left_out("groups"));
    }

    #[test]
    fn a_token_for_later_or_for_another_client_is_refused() {
        let now = Timestamp::from_millis(1_000_000);
        let check = |value: &Value| claims(value).check_rest("us", now);
        assert_eq!(check(&json!({ "nbf": 1000, "azp": "us" })), Ok(()));
        assert_eq!(check(&json!({ "nbf": 1001 })), Err(TokenFault::NotYetValid));
        assert_eq!(check(&json!({ "nbf": "soon" })), Err(TokenFault::Malformed));
        assert_eq!(check(&json!({ "azp": "them" })), Err(TokenFault::WrongAudience));
    }

    #[test]
    fn what_is_no_object_is_no_token() {
        for token in ["", "a", "a.b", "a.!.c", "e30.WzFd.x"] {
            assert_eq!(Claims::of_verified(token), Err(TokenFault::Malformed), "{token}");
        }
    }
}
