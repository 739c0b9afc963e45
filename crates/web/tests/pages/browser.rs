//! A browser with one cookie, and what the pages answer it.

use axum::Router;
use axum::body::Body;
use axum::http::header::{COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use tower::ServiceExt;

/// What a page answered.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("text")
    }

    pub(crate) fn leads_to(&self) -> &str {
        self.headers.get(LOCATION).expect("a way on").to_str().unwrap()
    }
}

/// A browser with one cookie.
#[derive(Clone)]
pub(crate) struct Browser {
    router: Router,
    pub(crate) cookie: String,
}

impl Browser {
    /// A browser of nobody, on a service of one's own.
    pub(crate) fn of(router: Router) -> Self {
        Self { router, cookie: String::new() }
    }

    /// A browser that has a cookie.
    pub(crate) fn with_cookie(router: Router, cookie: String) -> Self {
        Self { router, cookie }
    }

    pub(crate) async fn send(&self, request: axum::http::request::Builder, body: impl Into<Body>) -> Answer {
        let request = request.header(COOKIE, &self.cookie).header("host", "lanyard.test");
        let request = request.body(body.into()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path), String::new()).await
    }

    /// A page that must be there, as text.
    pub(crate) async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
        answer.text()
    }

    /// Sends a form as these pages send it.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", web::parts::listing::percent(value)))
            .collect();
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.send(request, body.join("&")).await
    }

    /// Sends a form with a file as a browser does.
    pub(crate) async fn give(&self, path: &str, force: &str, file: (&str, &[u8])) -> Answer {
        let part = |name: &str, more: &str| {
            format!("--XX\r\ncontent-disposition: form-data; name=\"{name}\"{more}\r\n\r\n").into_bytes()
        };
        let (name, content) = file;
        let named = format!("; filename=\"{name}\"\r\ncontent-type: text/csv");
        let body = [
            part("force", "").as_slice(),
            force.as_bytes(),
            b"\r\n",
            &part("pasted", ""),
            b"\r\n",
            &part("file", &named),
            content,
            b"\r\n--XX--\r\n",
        ]
        .concat();
        let request = Request::post(path)
            .header("content-type", "multipart/form-data; boundary=XX")
            .header("sec-fetch-site", "same-origin");
        self.send(request, body).await
    }

    /// The cookie that an answer set.
    pub(crate) fn with_cookie_of(&self, answer: &Answer) -> Self {
        let set = answer.headers.get(SET_COOKIE).expect("a cookie").to_str().unwrap();
        Self { cookie: set.split(';').next().unwrap().to_owned(), ..self.clone() }
    }
}
