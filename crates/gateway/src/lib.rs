//! What devices speak to: SCEP, check-in and the command loop, over HTTP. And what the force's directory speaks to: SCIM,
//! for whoever comes with an API token (`scim`).
//!
//! A request goes inwards through layers that each prove something: a size limit, a signature over the exact bytes (or
//! a certificate from a trusted proxy), a decoded message, an enrolment that the certificate is bound to. Then one use
//! case answers. No device is ever answered with 401: it would unenrol the device.
//!
//! Pages are not rendered here and people do not sign in here.

mod apple;
mod identity;
mod reply;
mod scep;
mod scim;

use app::App;
use app::checkin::Contacts;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, put};

/// What the settings file decides for this door.
#[derive(Debug, Clone)]
pub struct Options {
    /// Take the device's certificate from this header (PEM, percent-encoded) where a message carries no signature.
    ///
    /// It costs trust in the proxy: whoever reaches this port without passing the proxy can pretend to be any device.
    pub certificate_header: Option<String>,
    /// Largest body in bytes; larger ones get 413.
    pub body_limit: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { certificate_header: None, body_limit: 1024 * 1024 }
    }
}

/// What every handler has at hand.
#[derive(Clone)]
struct Gate {
    app: App,
    contacts: Contacts,
    options: std::sync::Arc<Options>,
    keys: identity::KnownKeys,
}

/// The routes that devices use. Must be called inside a runtime: the contact desk starts here.
pub fn router(app: App, options: Options) -> Router {
    let limit = options.body_limit;
    let contacts = Contacts::start(&app);
    let directory = scim::router(app.clone());
    let gate =
        Gate { app, contacts, options: std::sync::Arc::new(options), keys: identity::KnownKeys::default() };
    Router::new()
        .route("/apple/mdm", put(apple::either).post(apple::either))
        .route("/apple/checkin", put(apple::check_in).post(apple::check_in))
        .route("/apple/connect", put(apple::connect).post(apple::connect))
        .route("/.well-known/com.apple.remotemanagement", get(apple::no_personal_enrolment))
        .route("/scep", get(scep::get).post(scep::post))
        .route("/device-ca.crl", get(scep::revocation_list))
        .layer(DefaultBodyLimit::max(limit))
        .with_state(gate)
        .nest("/scim/v2", directory)
}
