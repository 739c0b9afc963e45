//! Keys, tokens, states and refusals of the provider of texts.

use super::*;

const SERVICE: &str = "26785a09-ab16-4eb0-8407-a37497a57506";
const SECRET: &str = "3d844edf-8d35-48ac-975b-e847b4f122b0";

fn key(name: &str) -> ApiKey {
    ApiKey::read(&format!("{name}-{SERVICE}-{SECRET}")).unwrap()
}

#[test]
fn a_key_is_taken_apart_whatever_its_name_is() {
    for name in ["key", "my-test-key", "3d844edf-8d35-48ac-975b-e847b4f122b0"] {
        let read = key(name);
        assert_eq!((read.service.as_str(), read.secret.expose().as_str()), (SERVICE, SECRET), "{name}");
    }
    for wrong in
        ["", "name", SECRET, "name-26785a09ab164eb08407a37497a57506-3d844edf8d3548ac975be847b4f122b0", "é"]
    {
        assert!(ApiKey::read(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_token_names_the_service_and_the_second_and_is_signed() {
    let token = key("test").token(Timestamp::from_millis(1_790_000_000_999));
    let parts: Vec<&str> = token.split('.').collect();
    let decoded = |part: &str| -> serde_json::Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    assert_eq!(decoded(parts[0]), json!({ "typ": "JWT", "alg": "HS256" }));
    assert_eq!(decoded(parts[1]), json!({ "iss": SERVICE, "iat": 1_790_000_000 }));
    let signed = format!("{}.{}", parts[0], parts[1]);
    let tag = URL_SAFE_NO_PAD.decode(parts[2]).unwrap();
    let mac = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    hmac::verify(&mac, signed.as_bytes(), &tag).unwrap();
}

#[test]
fn only_delivered_means_that_somebody_has_it() {
    for on_its_way in ["created", "sending", "pending", "sent", "accepted", "", "DELIVERED"] {
        assert_eq!(receipt(on_its_way), Receipt::OnItsWay, "{on_its_way}");
    }
    assert_eq!(receipt("delivered"), Receipt::Delivered);
    for failed in ["permanent-failure", "temporary-failure", "technical-failure"] {
        assert!(matches!(receipt(failed), Receipt::Failed(_)), "{failed}");
    }
}

#[test]
fn a_refusal_is_read_by_status_and_type() {
    let minute = Some(60);
    assert_eq!(refused(403, "AuthError", minute), Refused::Clock(60));
    assert!(refused(403, "AuthError", minute).to_string().contains("clock is fast by 60 seconds"));
    let slow = refused(403, "AuthError", Some(-45)).to_string();
    assert!(slow.contains("clock is slow by 45 seconds"), "{slow}");
    assert!(matches!(refused(403, "AuthError", Some(20)), Refused::Never(_)));
    assert!(matches!(refused(403, "AuthError", None), Refused::Never(_)));
    assert!(matches!(refused(400, "BadRequestError", None), Refused::Never(_)), "a key for the team only");
    assert!(matches!(refused(400, "ValidationError", None), Refused::Never(_)));
    assert!(matches!(refused(429, "RateLimitError", None), Refused::Later(_)));
    assert!(refused(429, "TooManyRequestsError", None).to_string().contains("today"));
    assert!(matches!(refused(500, "", None), Refused::Later(_)));
    assert!(matches!(refused(503, "x", minute), Refused::Later(_)));
}

#[test]
fn the_date_of_an_answer_is_read() {
    assert_eq!(httpdate("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Timestamp::from_millis(784_111_777_000)));
    assert_eq!(httpdate("yesterday"), None);
}
