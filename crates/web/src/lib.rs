//! The pages of all capabilities as one service.
//!
//! Not here: any page. Each is a folder in the `web` crate of its capability, which lists its addresses and samples; what they
//! share is in `web-shell`.

use axum::Router;
use kernel::App;
use web_shell::routes::Route;

pub use web_shell::site::{Options, Persona};

/// Returns every address of the service.
#[must_use]
pub fn routes() -> Vec<Route> {
    [
        web_shell::ROUTES,
        cases_web::ROUTES,
        compliance_web::ROUTES,
        custody_web::ROUTES,
        devices_web::ROUTES,
        duty_web::ROUTES,
        help_web::ROUTES,
        incidents_web::ROUTES,
        ledger_web::ROUTES,
        losses_web::ROUTES,
        notices_web::ROUTES,
        off_duty_web::ROUTES,
        overview_web::ROUTES,
        packs_web::ROUTES,
        people_web::ROUTES,
        permissions_web::ROUTES,
        sign_in_web::ROUTES,
        terms_web::ROUTES,
    ]
    .concat()
}

/// Builds the router of all pages.
pub fn router(app: App, options: Options) -> Router {
    web_shell::serving::router(app, options, routes())
}

/// Renders every page with made-up data, for the gallery and the tests. No page reads from here.
///
/// # Errors
/// Returns an error if a template cannot be rendered, which no data in a view can cause.
pub fn samples() -> askama::Result<Vec<(&'static str, String)>> {
    let all = [
        web_shell::samples()?,
        cases_web::samples()?,
        compliance_web::samples()?,
        custody_web::samples()?,
        devices_web::samples()?,
        duty_web::samples()?,
        help_web::samples()?,
        incidents_web::samples()?,
        ledger_web::samples()?,
        losses_web::samples()?,
        notices_web::samples()?,
        off_duty_web::samples()?,
        overview_web::samples()?,
        packs_web::samples()?,
        people_web::samples()?,
        permissions_web::samples()?,
        sign_in_web::samples()?,
        terms_web::samples()?,
    ];
    Ok(all.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use web_shell::routes::leads_somewhere;

    #[test]
    fn a_link_fits_its_route_and_no_other() {
        let routes = routes();
        assert!(leads_somewhere(&routes, "GET", "/devices/NC-1?x=1#clauses"));
        assert!(leads_somewhere(&routes, "GET", "/"));
        for (method, link) in
            [("GET", "/devices/"), ("GET", "/devices/NC-1/wipe"), ("POST", "/devices"), ("GET", "x")]
        {
            assert!(!leads_somewhere(&routes, method, link), "{method} {link}");
        }
    }
}
