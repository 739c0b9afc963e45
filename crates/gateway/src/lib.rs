//! The endpoints for devices: SCEP, check-in and the command loop, over HTTP. And the endpoints for the force's other systems,
//! which need an API token: SCIM for its directory (`scim`), JSON and CSV for the rest (`api`).
//!
//! A request passes through layers that each prove something: a body no larger than its sender may send (`message`), a signature
//! over the exact bytes (or a certificate from a trusted proxy), a decoded message, an enrolment that the certificate is bound
//! to. Then one use case answers. No device is ever answered with 401: it would unenrol the device.
//!
//! Every address is in a table with its guard (`routes`), and a test tries each without proof and with the wrong proof.
//!
//! Not here: pages, and the sign-in of people.

mod api;
mod apple;
mod guard;
mod health;
mod identity;
mod message;
mod rates;
mod reply;
pub mod routes;
mod scep;
mod scim;
mod texts;
mod token;

use std::num::NonZeroU32;
use std::ops::Deref;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use devices_app::checkin::Contacts;
use domain::Secret;
use kernel::App;

/// The settings of the gateway.
#[derive(Debug, Clone)]
pub struct Options {
    /// Takes the device's certificate from this header (PEM, percent-encoded) where a message carries no signature.
    ///
    /// The cost is trust in the proxy: anybody who reaches this port without passing the proxy can pretend to be any device.
    pub certificate_header: Option<String>,
    /// Largest body in bytes; larger ones get 413. Unknown senders may send [`kernel::intake::SMALL`] bytes.
    pub body_limit: usize,
    /// Messages that one device may send in a minute; further ones get 429. `None` sets no limit.
    ///
    /// Without a limit, one device, or somebody with its key, can keep the database busy for all others.
    pub device_messages_a_minute: Option<NonZeroU32>,
    /// Whether to accept messages that devices sign with SHA-1.
    ///
    /// The cost is certainty that a device meant to sign what was received: collisions can be bought, so somebody who can make a
    /// device sign bytes of their choosing may present others under that signature.
    pub accept_sha1_messages: bool,
    /// The token that the provider of texts shows when it sends receipts and texts; without one, none are taken in.
    pub callback_token: Option<Secret<String>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            certificate_header: None,
            body_limit: 1024 * 1024,
            device_messages_a_minute: None,
            accept_sha1_messages: true,
            callback_token: None,
        }
    }
}

/// The state of every handler.
#[derive(Clone)]
struct Gate(Arc<Parts>);

struct Parts {
    app: App,
    contacts: Contacts,
    options: Options,
    keys: identity::KnownKeys,
    large: message::LargeBodies,
    rates: rates::Rates,
}

/// Builds the router of every route of the gateway. Must be called inside a runtime: it starts the task that looks up the
/// certificates of check-ins.
impl Deref for Gate {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// Builds the router of every address of this door. Must be called inside a runtime: the contact desk starts here.
pub fn router(app: App, options: Options) -> Router {
    let contacts = Contacts::start(&app);
    let (directory, api) = (scim::router(app.clone()), api::router(app.clone()));
    let rates = rates::Rates::new(options.device_messages_a_minute);
    let gate = Gate(Arc::new(Parts {
        app,
        contacts,
        options,
        keys: identity::KnownKeys::default(),
        large: message::LargeBodies::default(),
        rates,
    }));
    guard::router(routes::ROUTES)
        .layer(DefaultBodyLimit::max(kernel::intake::SMALL))
        .with_state(gate)
        .nest(scim::UNDER, directory)
        .nest(api::UNDER, api)
}
