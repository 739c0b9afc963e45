//! Texts and requests as they go out, to a local stand-in: a text as the provider's own description of its interface says, and a request
//! that its receiver can check.
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test may stop at the first surprise, and says what it skips"
)]

use std::sync::{Arc, Mutex};

use aws_lc_rs::hmac;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::{Secret, Timestamp};
use outbound::channel::{Channel, Message, Refused};
use outbound::hook::{Hook, HookSecret};
use outbound::notify::{ApiKey, Notify, NotifyConfig, refused};
use serde_json::Value;

/// Returns the provider's description of sending a text, as it publishes it; `None` where it is not beside the repository.
fn interface() -> Option<Value> {
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/schemas/notify/POST_notification_sms.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("skipped: ../shared is absent");
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

struct Request {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: String,
}

#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<Request>>>, Arc<Mutex<u16>>);

async fn take(
    State(seen): State<Seen>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    let body = String::from_utf8(body.to_vec()).unwrap();
    seen.0.lock().unwrap().push(Request { method, path: uri.path().to_owned(), headers, body });
    let status = StatusCode::from_u16(*seen.1.lock().unwrap()).unwrap();
    (status, r#"{"id":"740e5834-3a29-46b4-9a6f-16142fde533a"}"#.into())
}

async fn serve(status: u16) -> (String, Seen) {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let seen = Seen(Arc::default(), Arc::new(Mutex::new(status)));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(take).with_state(seen.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, seen)
}

fn message() -> Message {
    Message {
        id: "8d1ac6f5-6f0c-4a3a-8a0e-0d3d1c1a4f11".into(),
        to: Secret::new("+447700900301".into()),
        subject: "not used".into(),
        text: Secret::new("OFFICIAL. You are called.".into()),
        at: Timestamp::from_millis(1_790_000_000_000),
    }
}

#[tokio::test]
async fn a_text_is_sent_as_the_provider_s_description_says() {
    let Some(interface) = interface() else { return };
    let (address, seen) = serve(201).await;
    let client = Notify::new(NotifyConfig {
        address,
        key: ApiKey::read("k-26785a09-ab16-4eb0-8407-a37497a57506-3d844edf-8d35-48ac-975b-e847b4f122b0")
            .unwrap(),
        template: "f33517ff-2a88-4f6e-b855-c550268ce08a".into(),
        sender: Some("8e222534-7f05-4972-86e3-17c5d9f894e2".into()),
    })
    .unwrap();
    let accepted = client.send(message()).await.unwrap();
    assert_eq!(accepted.provider_id.as_deref(), Some("740e5834-3a29-46b4-9a6f-16142fde533a"));

    let requests = seen.0.lock().unwrap();
    let post = &interface["post"];
    assert_eq!((requests[0].method.as_str(), requests[0].path.as_str()), ("POST", "/v2/notifications/sms"));
    let kind = post["requestBody"]["content"].as_object().unwrap().keys().next().unwrap();
    assert_eq!(requests[0].headers["content-type"], kind.as_str());
    assert_eq!(post["security"][0]["BearerAuth"], serde_json::json!([]));
    assert!(requests[0].headers["authorization"].to_str().unwrap().starts_with("Bearer ey"));
    assert!(post["responses"]["201"].is_object(), "the only answer that accepts a text");

    // The members of SendTextMessageRequest, of which the first two are required, and its bounds of the number.
    let body: Value = serde_json::from_str(&requests[0].body).unwrap();
    let mut members: Vec<&String> = body.as_object().unwrap().keys().collect();
    members.sort_unstable();
    assert_eq!(members, ["personalisation", "phone_number", "reference", "sms_sender_id", "template_id"]);
    assert!((7..=15).contains(&body["phone_number"].as_str().unwrap().len()));
    assert_eq!(body["personalisation"]["message"], "OFFICIAL. You are called.");
    assert_eq!(body["reference"], message().id);
}

#[test]
fn every_refusal_that_the_description_shows_is_read() {
    let Some(interface) = interface() else { return };
    let responses = interface["post"]["responses"].as_object().unwrap();
    let statuses: Vec<&String> = responses.keys().collect();
    assert_eq!(statuses, ["201", "400", "403", "429", "500"], "a new one needs a meaning");
    let examples = responses["400"]["content"]["application/json"]["examples"].as_object().unwrap();
    assert!(examples.len() >= 8);
    for (name, example) in examples {
        let fault = &example["value"]["errors"][0];
        let kind = fault["error"].as_str().unwrap();
        let read = refused(400, kind, None);
        assert!(matches!(read, Refused::Never(_)), "{name}");
        assert!(
            !read.to_string().contains(fault["message"].as_str().unwrap()),
            "its words may name the number: {name}"
        );
    }
    for (status, later) in [(403, false), (429, true), (500, true)] {
        assert_eq!(matches!(refused(status, "", None), Refused::Later(_)), later, "{status}");
    }
}

#[tokio::test]
async fn a_request_can_be_checked_by_its_receiver() {
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let (address, seen) = serve(202).await;
    let hook = Hook::new(format!("{address}/calls"), HookSecret::read(SECRET).unwrap()).unwrap();
    hook.send(message()).await.unwrap();
    {
        let requests = seen.0.lock().unwrap();
        let header = |name: &str| requests[0].headers[name].to_str().unwrap().to_owned();
        let signed = format!("{}.{}.{}", header("webhook-id"), header("webhook-timestamp"), requests[0].body);
        let tag = STANDARD.decode(header("webhook-signature").strip_prefix("v1,").unwrap()).unwrap();
        let key = STANDARD.decode(SECRET.strip_prefix("whsec_").unwrap()).unwrap();
        hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, &key), signed.as_bytes(), &tag).unwrap();
        assert_eq!((header("webhook-id"), header("webhook-timestamp")), (message().id, "1790000000".into()));
    }
    for (status, again) in [(500, true), (404, true), (302, true), (410, false)] {
        *seen.1.lock().unwrap() = status;
        let refused = hook.send(message()).await.unwrap_err();
        assert_eq!(matches!(refused, Refused::Later(_)), again, "{status}");
    }
}
