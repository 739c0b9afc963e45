//! The interface of the provider over HTTP.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, DATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use domain::Timestamp;
use serde_json::{Value, json};

use super::{NewText, Refusal, TextProvider, page};

/// Builds the router.
pub(super) fn router(provider: TextProvider) -> Router {
    Router::new()
        .route("/v2/notifications/sms", post(send))
        .route("/v2/notifications/{id}", get(look))
        .route("/v2/received-text-messages", get(received))
        .route("/", get(page::get))
        .route("/reply", post(page::reply))
        .with_state(provider)
}

fn token(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

/// Answers with JSON and the time of the stand-in's own clock.
fn answer(provider: &TextProvider, status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let date =
        HeaderValue::from_str(&http_date(provider.now())).unwrap_or_else(|_| HeaderValue::from_static(""));
    let kind = HeaderValue::from_static("application/json");
    (status, [(CONTENT_TYPE, kind), (DATE, date)], body.to_string()).into_response()
}

fn http_date(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default();
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn refused(provider: &TextProvider, Refusal(status, kind, why): Refusal) -> Response {
    answer(provider, status, &json!({ "status_code": status, "errors": [{ "error": kind, "message": why }] }))
}

async fn send(State(provider): State<TextProvider>, headers: HeaderMap, body: Bytes) -> Response {
    let taken = provider.admit(token(&headers)).and_then(|()| {
        let new: NewText = serde_json::from_slice(&body)
            .map_err(|_| Refusal(400, "ValidationError", "the JSON is not what the schema says"))?;
        provider.take(new)
    });
    match taken {
        Ok(text) => answer(
            &provider,
            201,
            &json!({
                "id": text.id,
                "reference": text.reference,
                "content": { "body": text.says, "from_number": "GOVUK" },
                "uri": format!("http://{}/v2/notifications/{}", provider.address, text.id),
                "template": { "id": super::TEMPLATE, "version": 1, "uri": "" },
                "scheduled_for": null,
            }),
        ),
        Err(refusal) => refused(&provider, refusal),
    }
}

async fn look(State(provider): State<TextProvider>, headers: HeaderMap, Path(id): Path<String>) -> Response {
    if let Err(refusal) = provider.admit(token(&headers)) {
        return refused(&provider, refusal);
    }
    match provider.state_of(&id) {
        Some(text) => answer(
            &provider,
            200,
            &json!({ "id": text.id, "reference": text.reference, "phone_number": text.to, "type": "sms",
                "status": text.state, "body": text.says, "created_at": text.at.to_string() }),
        ),
        None => refused(&provider, Refusal(404, "NoResultFound", "No result found")),
    }
}

async fn received(State(provider): State<TextProvider>, headers: HeaderMap) -> Response {
    if let Err(refusal) = provider.admit(token(&headers)) {
        return refused(&provider, refusal);
    }
    let all: Vec<Value> = provider
        .lock()
        .replies
        .iter()
        .rev()
        .take(250)
        .map(|reply| {
            json!({ "id": reply.id, "user_number": reply.from.trim_start_matches('+'), "notify_number": "07700900999",
                "content": reply.says, "created_at": reply.at.to_string(), "service_id": super::SERVICE })
        })
        .collect();
    answer(&provider, 200, &json!({ "received_text_messages": all, "links": { "current": "", "next": "" } }))
}
