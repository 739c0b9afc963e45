//! The claims of a verified token, by the names in the settings: providers agree on few of them.

use domain::Timestamp;
use serde_json::{Map, Value};

use super::TokenFault;

/// The largest number of values read from a list claim: a directory that sends more has been set up to send every group.
const MOST: usize = 1000;

/// The claims of a token that was verified. Its `Debug` prints no names.
#[derive(Clone, PartialEq, Eq)]
pub struct Claims(Map<String, Value>);

impl std::fmt::Debug for Claims {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Claims({} claims)", self.0.len())
    }
}

impl Claims {
    /// Reads the payload of a token whose signature has been verified.
    pub(super) fn of_payload(payload: &[u8]) -> Result<Self, TokenFault> {
        match serde_json::from_slice(payload) {
            Ok(Value::Object(claims)) => Ok(Self(claims)),
            _ => Err(TokenFault::Malformed),
        }
    }

    /// Checks the issuer of the token, and that it has a subject, as every token must.
    pub(super) fn check_issuer(&self, issuer: &str) -> Result<(), TokenFault> {
        self.text("sub").ok_or(TokenFault::Malformed)?;
        match self.0.get("iss") {
            Some(Value::String(made_by)) if made_by == issuer => Ok(()),
            Some(Value::String(_)) => Err(TokenFault::WrongIssuer),
            _ => Err(TokenFault::Malformed),
        }
    }

    /// Checks the audience: this client alone, because no other client is trusted, and issued to it where the token
    /// says so.
    pub(super) fn check_audience(&self, client_id: &str) -> Result<(), TokenFault> {
        let ours = |value: &Value| value.as_str() == Some(client_id);
        match self.0.get("aud") {
            Some(Value::Array(all)) if !all.is_empty() && all.iter().all(ours) => {}
            Some(one @ Value::String(_)) if ours(one) => {}
            Some(Value::Array(_) | Value::String(_)) => return Err(TokenFault::WrongAudience),
            _ => return Err(TokenFault::Malformed),
        }
        match self.0.get("azp") {
            Some(Value::String(party)) if party != client_id => Err(TokenFault::WrongAudience),
            None | Some(Value::String(_)) => Ok(()),
            Some(_) => Err(TokenFault::Malformed),
        }
    }

    /// Checks the token's times against ours: `earliest` is now less the allowed clock difference, `latest` is now plus it (RFC
    /// 7519, 4.1.4 to 4.1.6).
    pub(super) fn check_times(&self, earliest: Timestamp, latest: Timestamp) -> Result<(), TokenFault> {
        if self.seconds("exp")?.ok_or(TokenFault::Malformed)? <= seconds_of(earliest) {
            return Err(TokenFault::Expired);
        }
        let issued = self.seconds("iat")?.ok_or(TokenFault::Malformed)?;
        let begins = self.seconds("nbf")?.unwrap_or(issued);
        if issued > seconds_of(latest) || begins > seconds_of(latest) {
            return Err(TokenFault::NotYetValid);
        }
        Ok(())
    }

    /// Checks the nonce, the secret of this one sign-in.
    pub(super) fn check_nonce(&self, nonce: &str) -> Result<(), TokenFault> {
        if self.0.get("nonce").and_then(Value::as_str) == Some(nonce) {
            Ok(())
        } else {
            Err(TokenFault::WrongNonce)
        }
    }

    /// Reads a claim that is a number of seconds since 1970; `None` if it is missing.
    fn seconds(&self, name: &str) -> Result<Option<f64>, TokenFault> {
        self.0.get(name).map(|value| value.as_f64().ok_or(TokenFault::Malformed)).transpose()
    }

    /// Returns whether the token has a claim of that name, whatever its value.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| !value.is_null())
    }

    /// Reads a claim that is one text, trimmed; `None` if it is missing, empty, or something else.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str().map(str::trim).filter(|text| !text.is_empty())
    }

    /// Returns when the person signed in at the provider, to the second; `None` if it does not say (OpenID Connect Core, 2).
    #[must_use]
    pub fn signed_in_at(&self) -> Option<Timestamp> {
        let seconds = self.0.get("auth_time")?.as_i64()?;
        seconds.checked_mul(1000).map(Timestamp::from_millis)
    }

    /// Reads a claim that is a list of texts, or one text. Empty if it is missing.
    #[must_use]
    pub fn list(&self, name: &str) -> Vec<&str> {
        match self.0.get(name) {
            Some(Value::Array(values)) => values.iter().take(MOST).filter_map(Value::as_str).collect(),
            Some(Value::String(value)) => vec![value.as_str()],
            _ => Vec::new(),
        }
    }

    /// Returns whether the provider left a claim out because it was too long, and says so (OpenID Connect Core, 5.6.2): Entra ID
    /// does this for a person in more than 200 groups.
    #[must_use]
    pub fn left_out(&self, name: &str) -> bool {
        self.0.get("_claim_names").and_then(|names| names.get(name)).is_some()
            || self.0.get("hasgroups").and_then(Value::as_bool).unwrap_or(false)
    }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of our time have far fewer than 53 bits")]
fn seconds_of(at: Timestamp) -> f64 {
    at.millis() as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claims(value: &Value) -> Claims {
        Claims::of_payload(value.to_string().as_bytes()).unwrap()
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
    fn a_token_for_later_or_from_before_is_refused() {
        let now = Timestamp::from_millis(1_000_000);
        let check = |value: Value| claims(&value).check_times(now, now);
        assert_eq!(check(json!({ "exp": 1001, "iat": 1000, "nbf": 1000 })), Ok(()));
        assert_eq!(check(json!({ "exp": 1000, "iat": 999 })), Err(TokenFault::Expired));
        assert_eq!(check(json!({ "exp": 1001, "iat": 1001 })), Err(TokenFault::NotYetValid));
        assert_eq!(check(json!({ "exp": 1001, "iat": 1000, "nbf": 1000.5 })), Err(TokenFault::NotYetValid));
        for odd in [json!({ "iat": 1000 }), json!({ "exp": 1001 }), json!({ "exp": "soon", "iat": 1000 })] {
            assert_eq!(check(odd), Err(TokenFault::Malformed));
        }
    }

    #[test]
    fn a_token_for_another_client_is_refused() {
        let check = |value: Value| claims(&value).check_audience("us");
        for ours in [json!({ "aud": "us" }), json!({ "aud": ["us"], "azp": "us" })] {
            assert_eq!(check(ours), Ok(()));
        }
        for theirs in [
            json!({ "aud": "them" }),
            json!({ "aud": ["us", "them"] }),
            json!({ "aud": [] }),
            json!({ "aud": "us", "azp": "them" }),
        ] {
            assert_eq!(check(theirs), Err(TokenFault::WrongAudience));
        }
        assert_eq!(check(json!({})), Err(TokenFault::Malformed));
    }

    #[test]
    fn the_issuer_and_the_nonce_are_compared_whole() {
        let token = claims(&json!({ "iss": "https://idp", "sub": "1", "nonce": "n" }));
        assert_eq!(token.check_issuer("https://idp"), Ok(()));
        assert_eq!(token.check_issuer("https://idp/"), Err(TokenFault::WrongIssuer));
        assert_eq!((token.check_nonce("n"), token.check_nonce("N")), (Ok(()), Err(TokenFault::WrongNonce)));
        assert_eq!(
            claims(&json!({ "iss": "https://idp" })).check_issuer("https://idp"),
            Err(TokenFault::Malformed)
        );
        assert_eq!(claims(&json!({})).check_nonce(""), Err(TokenFault::WrongNonce));
    }

    #[test]
    fn what_is_no_object_is_no_token() {
        for payload in ["", "1", "[]", "{"] {
            assert_eq!(Claims::of_payload(payload.as_bytes()), Err(TokenFault::Malformed), "{payload}");
        }
    }
}
