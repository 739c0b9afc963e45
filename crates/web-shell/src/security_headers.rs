//! Sets the security headers of every page, as a layer around all of them.
//!
//! The policy allows the one script that is embedded in the binary (`assets/app.js`) and nothing else: text that slips through as
//! markup still cannot run, and no text can become markup through the script.

use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

/// The content security policy: what a page may load and where it may send forms.
pub const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; \
                                  img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
                                  require-trusted-types-for 'script'; trusted-types 'none'";

const ALWAYS: [(HeaderName, &str); 7] = [
    (CONTENT_SECURITY_POLICY, CONTENT_POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
];

/// Sets the headers of one response; use with `axum::middleware::from_fn`. `Cache-Control` is `no-store` unless the page itself
/// sets something else, as the style sheet does.
pub async fn layer(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, body::Body, middleware::from_fn, routing::get};
    use tower::ServiceExt;

    async fn headers_of(path: &str) -> axum::http::HeaderMap {
        let router = Router::new()
            .route("/", get(|| async { "page" }))
            .route("/assets/{name}", get(crate::assets::serve))
            .layer(from_fn(layer));
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        router.oneshot(request).await.unwrap().headers().clone()
    }

    #[tokio::test]
    async fn a_page_may_run_nothing_but_our_own_file_and_is_not_kept() {
        let headers = headers_of("/").await;
        let policy = headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
        assert!(!policy.contains("unsafe") && policy.ends_with("trusted-types 'none'"), "{policy}");
        assert_eq!(headers[CACHE_CONTROL], "no-store");
        assert_eq!(headers[X_CONTENT_TYPE_OPTIONS], "nosniff");
    }

    #[tokio::test]
    async fn the_style_sheet_says_for_itself_how_long_it_keeps() {
        let headers = headers_of(crate::assets::style_sheet()).await;
        assert!(headers[CACHE_CONTROL].to_str().unwrap().contains("immutable"));
    }
}
