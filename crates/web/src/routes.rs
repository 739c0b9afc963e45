//! Every address that a page links to or sends a form to. The tests hold the samples against this table, and the router
//! is to be held against it too, so that no link on any page leads nowhere.

/// Method and path, in axum's spelling.
pub const ROUTES: [(&str, &str); 39] = [
    ("GET", "/"),
    ("GET", "/accessibility"),
    ("GET", "/assets/{name}"),
    ("GET", "/cases"),
    ("GET", "/cases.csv"),
    ("GET", "/cases/{case}"),
    ("POST", "/cases/{case}/notes"),
    ("POST", "/cases/{case}/steps"),
    ("GET", "/devices"),
    ("GET", "/devices.csv"),
    ("GET", "/devices/add"),
    ("POST", "/devices/add"),
    ("GET", "/devices/{device}"),
    ("POST", "/devices/{device}/actions"),
    ("GET", "/devices/{device}/enrol"),
    ("POST", "/devices/{device}/enrol"),
    ("GET", "/devices/{device}/enrol/profile"),
    ("GET", "/documents"),
    ("GET", "/documents/{document}"),
    ("GET", "/documents/{document}/changes"),
    ("GET", "/documents/{document}/clauses/{clause}"),
    ("GET", "/explain/{device}/{clause}"),
    ("GET", "/ledger"),
    ("GET", "/ledger.csv"),
    ("GET", "/ledger/export"),
    ("GET", "/people"),
    ("GET", "/people.csv"),
    ("GET", "/people/add"),
    ("POST", "/people/add"),
    ("GET", "/people/{person}"),
    ("GET", "/report"),
    ("POST", "/report"),
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("GET", "/sign-in/directory"),
    ("POST", "/sign-out"),
    ("GET", "/terms/{document}"),
    ("POST", "/terms/{document}"),
    ("GET", "/wall"),
];

/// Whether a link fits one of the routes; its query does not matter.
#[must_use]
pub fn leads_somewhere(method: &str, link: &str) -> bool {
    let path = link.split(['?', '#']).next().unwrap_or_default();
    ROUTES.iter().any(|(known, route)| *known == method && fits(route, path))
}

fn fits(route: &str, path: &str) -> bool {
    let (mut parts, mut given) = (route.split('/'), path.split('/'));
    loop {
        match (parts.next(), given.next()) {
            (None, None) => return true,
            (Some(part), Some(text)) if part == text || (part.starts_with('{') && !text.is_empty()) => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_fits_its_route_and_no_other() {
        assert!(leads_somewhere("GET", "/devices/NC-1?x=1#clauses"));
        assert!(leads_somewhere("GET", "/"));
        for (method, link) in
            [("GET", "/devices/"), ("GET", "/devices/NC-1/wipe"), ("POST", "/devices"), ("GET", "x")]
        {
            assert!(!leads_somewhere(method, link), "{method} {link}");
        }
    }
}
