//! Who comes with a token, and what they ask.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use kernel::access;
use kernel::access::{Actor, Permit, ProvisionPeople};
use protocol_scim::ScimError;

use super::{Desk, Refused};
use crate::token;

/// Whoever the token belongs to.
pub(crate) struct Caller {
    actor: Actor,
    query: Vec<(String, String)>,
}

impl Caller {
    /// Access control's word for one use case.
    pub(crate) fn permit(&self) -> Result<Permit<ProvisionPeople>, Refused> {
        access::permit(&self.actor).map_err(|denied| ScimError::status(403, denied.to_string()).into())
    }

    /// A value of the address's query.
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

/// The body, or why it was not taken.
pub(crate) fn whole(body: Result<Bytes, BytesRejection>) -> Result<Bytes, Refused> {
    body.map_err(|rejection| ScimError::status(rejection.status().as_u16(), rejection.body_text()).into())
}
