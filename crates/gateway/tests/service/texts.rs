//! What the provider of texts sends of its own accord: with its token only, and in its own form.

use domain::Secret;
use gateway::routes::{Guard, addresses};
use serde_json::{Value, json};

use crate::common::Service;

const TOKEN: &str = "0123456789abcdefghijklmn";

async fn post(service: &Service, path: &str, token: Option<&str>, body: &Value) -> u16 {
    let mut request = service.link.client.post(format!("{}{path}", service.address)).body(body.to_string());
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    request.send().await.unwrap().status().as_u16()
}

fn receipt() -> Value {
    json!({
        "id": "740e5834-3a29-46b4-9a6f-16142fde533a", "reference": null, "to": "+447700900123", "status": "delivered",
        "created_at": "2026-11-30T12:15:30.000000Z", "completed_at": null, "sent_at": null, "notification_type": "sms",
        "template_id": "f33517ff-2a88-4f6e-b855-c550268ce08a", "template_version": 1,
    })
}

fn received() -> Value {
    json!({
        "id": "840e5834-3a29-46b4-9a6f-16142fde533a", "source_number": "447700900123", "destination_number": "07700900999",
        "message": "4KM7TR", "date_received": "2026-11-30T12:15:30.000000Z",
    })
}

#[test]
fn a_callback_without_its_token_is_refused_and_changes_nothing() {
    testkit::block_on(async {
        let scratch = testkit::scratch_sqlite();
        let token = Some(Secret::new(TOKEN.to_owned()));
        let options = gateway::Options { callback_token: token, ..gateway::Options::default() };
        let service = Service::start(&scratch.config, options).await;
        let shared: Vec<String> = addresses()
            .into_iter()
            .filter(|address| matches!(address.guard, Guard::Shared(_)))
            .map(|address| address.path)
            .collect();
        assert_eq!(shared, ["/texts/receipts", "/texts/received"]);
        for (path, body) in shared.iter().zip([receipt(), received()]) {
            for wrong in [None, Some(""), Some("x"), Some(&TOKEN[1..]), Some("0123456789ABCDEFGHIJKLMN")] {
                assert_eq!(post(&service, path, wrong, &body).await, 401, "{path} {wrong:?}");
            }
            assert_eq!(post(&service, path, Some(TOKEN), &body).await, 204, "{path}");
            assert_eq!(post(&service, path, Some(TOKEN), &body).await, 204, "{path} again");
            for bad in [json!({}), json!([]), json!({ "id": "" }), json!({ "id": 5, "status": "delivered" })]
            {
                assert_eq!(post(&service, path, Some(TOKEN), &bad).await, 400, "{path} {bad}");
            }
        }
        // Guessing ends.
        let mut last = 0;
        for _ in 0..400 {
            last = post(&service, "/texts/received", Some("guess"), &received()).await;
        }
        assert_eq!(last, 429);
        assert_eq!(
            post(&service, "/texts/received", Some(TOKEN), &received()).await,
            204,
            "whoever has it is served"
        );
    });
}

#[test]
fn without_a_token_in_the_settings_nothing_is_taken_in() {
    Service::run(async |service| {
        assert_eq!(post(&service, "/texts/receipts", Some(TOKEN), &receipt()).await, 401);
        assert_eq!(post(&service, "/texts/received", Some(""), &received()).await, 401);
    });
}
