//! The caller with a token, and the query of the request.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use kernel::access;
use kernel::access::{Actor, Permit, ProvisionPeople};
use protocol_scim::ScimError;

use super::{Desk, Refused};
use crate::token;

/// The owner of the token.
pub(crate) struct Caller {
    actor: Actor,
    query: Vec<(String, String)>,
}

impl Caller {
    /// Asks access control for the permit of one use case.
    pub(crate) fn permit(&self) -> Result<Permit<ProvisionPeople>, Refused> {
        access::permit(&self.actor).map_err(|denied| ScimError::status(403, denied.to_string()).into())
    }

    /// Returns a value of the query.
    pub(crate) fn asked(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl FromRequestParts<Desk> for Caller {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Refused> {
        let Some(actor) = token::actor(&desk.app, parts).await? else {
            return Err(ScimError::status(401, token::COME_WITH_ONE).into());
        };
        let query = Query::try_from_uri(&parts.uri).map(|Query(pairs)| pairs).unwrap_or_default();
        let caller = Self { actor, query };
        caller.permit()?;
        Ok(caller)
    }
}

/// Returns the body, or the reason why it was refused.
pub(crate) fn whole(body: Result<Bytes, BytesRejection>) -> Result<Bytes, Refused> {
    body.map_err(|rejection| ScimError::status(rejection.status().as_u16(), rejection.body_text()).into())
}
