//! Every address of the gateway with its guard. The routers are built from these tables, and a test tries each address without
//! its proof, with a wrong one, an expired one and somebody else's, so that adding an address is a deliberate decision.

use axum::routing::{MethodRouter, get, post, put};

use crate::guard::Route;
use crate::{Gate, api, apple, health, scep, scim, texts};

pub use crate::guard::{Address, Guard};

const fn device(
    method: &'static str,
    path: &'static str,
    handler: fn() -> MethodRouter<Gate>,
) -> Route<Gate> {
    Route { method, path, guard: Guard::Device, handler }
}

const fn anybody(
    method: &'static str,
    path: &'static str,
    why: &'static str,
    handler: fn() -> MethodRouter<Gate>,
) -> Route<Gate> {
    Route { method, path, guard: Guard::Anybody(why), handler }
}

const fn shared(path: &'static str, why: &'static str, handler: fn() -> MethodRouter<Gate>) -> Route<Gate> {
    Route { method: "POST", path, guard: Guard::Shared(why), handler }
}

const OF_TEXTS: &str = "the provider of texts shows the token that its settings and ours hold";
const PROVES_ITSELF: &str = "whoever asks for a certificate has none yet: the message carries a one-time challenge or the old certificate";
const FOR_BALANCERS: &str = "a load balancer has no credentials, and hears one word";

/// The addresses at the root. Those for tokens are in [`scim::ROUTES`] and [`api::ROUTES`].
pub(crate) const ROUTES: &[Route<Gate>] = &[
    device("PUT", "/apple/mdm", || put(apple::either)),
    device("POST", "/apple/mdm", || post(apple::either)),
    device("PUT", "/apple/checkin", || put(apple::check_in)),
    device("POST", "/apple/checkin", || post(apple::check_in)),
    device("PUT", "/apple/connect", || put(apple::connect)),
    device("POST", "/apple/connect", || post(apple::connect)),
    anybody(
        "GET",
        "/.well-known/com.apple.remotemanagement",
        "it refuses everybody alike, in words that a personal device shows (UPD-7.1)",
        || get(apple::no_personal_enrolment),
    ),
    anybody("GET", "/scep", PROVES_ITSELF, || get(scep::get)),
    anybody("POST", "/scep", PROVES_ITSELF, || post(scep::post)),
    anybody("GET", "/device-ca.crl", "a revocation list is made to be read by anybody", || {
        get(scep::revocation_list)
    }),
    shared("/texts/receipts", OF_TEXTS, || post(texts::receipt)),
    shared("/texts/received", OF_TEXTS, || post(texts::received)),
    anybody("GET", "/healthz", FOR_BALANCERS, || get(health::alive)),
    anybody("GET", "/readyz", FOR_BALANCERS, || get(health::ready)),
];

/// Returns every address of every table.
#[must_use]
pub fn addresses() -> Vec<Address> {
    addresses_of("", ROUTES)
        .chain(addresses_of(scim::UNDER, scim::ROUTES))
        .chain(addresses_of(api::UNDER, api::ROUTES))
        .collect()
}

fn addresses_of<S>(under: &str, routes: &'static [Route<S>]) -> impl Iterator<Item = Address> {
    routes.iter().map(move |route| Address {
        method: route.method,
        path: format!("{under}{}", route.path),
        guard: route.guard,
    })
}
