//! SCEP over HTTP (RFC 8894 section 4): one address, the operation in the query.

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use devices_app::scep::ScepReply;
use pki::scep::{CA_CAPS_TYPE, CA_CERT_TYPE, MAX_REQUEST, PKI_MESSAGE_TYPE, message_from_query};

use crate::{Gate, reply};

#[derive(serde::Deserialize)]
pub(crate) struct Operation {
    operation: Option<String>,
    message: Option<String>,
}

/// Answers GetCACaps, GetCACert, and PKIOperation with the message in the address.
pub(crate) async fn get(State(gate): State<Gate>, Query(query): Query<Operation>) -> Response {
    match query.operation.as_deref() {
        Some("GetCACaps") => {
            reply::body(CA_CAPS_TYPE, devices_app::scep::scep_capabilities(&gate.app).into_bytes())
        }
        Some("GetCACert") => reply::body(CA_CERT_TYPE, devices_app::scep::scep_ca_certificate(&gate.app)),
        Some("PKIOperation") => match query.message.as_deref().and_then(message_from_query) {
            Some(message) => operate(&gate, message).await,
            None => reply::bad_request(b"", &"the message parameter is not base64"),
        },
        _ => reply::bad_request(b"", &"no such SCEP operation"),
    }
}

/// Answers PKIOperation with the message in the body.
pub(crate) async fn post(State(gate): State<Gate>, Query(query): Query<Operation>, body: Bytes) -> Response {
    if query.operation.as_deref() != Some("PKIOperation") {
        return reply::bad_request(&body, &"only PKIOperation is posted");
    }
    if body.len() > MAX_REQUEST {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    operate(&gate, body.to_vec()).await
}

async fn operate(gate: &Gate, message: Vec<u8>) -> Response {
    let digest = kernel::digest_hex(&message);
    match devices_app::scep::scep_operation(&gate.app, message).await {
        Ok(ScepReply::Message(bytes)) => reply::body(PKI_MESSAGE_TYPE, bytes),
        Ok(ScepReply::Unreadable(why)) => {
            tracing::info!(digest, why, "a SCEP message was not taken");
            StatusCode::BAD_REQUEST.into_response()
        }
        Err(error) => reply::failed(&error),
    }
}

/// Returns the revocation list of the device authority, for any proxy in front of this service.
pub(crate) async fn revocation_list(State(gate): State<Gate>) -> Response {
    match devices_app::scep::revocation_list(&gate.app).await {
        Ok(list) => reply::body("application/pkix-crl", list),
        Err(error) => reply::failed(&error),
    }
}
