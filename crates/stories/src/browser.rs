//! A browser with one cookie, and what the pages answer it.

use axum::Router;
use axum::body::Body;
use axum::http::header::{COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use tower::ServiceExt;

/// What a page answered.
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Returns the body as text.
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("text")
    }

    /// Returns the address that the answer redirects to.
    pub fn leads_to(&self) -> &str {
        self.headers.get(LOCATION).expect("a way on").to_str().unwrap()
    }
}

/// A browser with one cookie.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    /// The cookie, as the browser sends it.
    pub cookie: String,
}

impl Browser {
    /// Returns a browser of nobody, on a service of one's own.
    pub fn of(router: Router) -> Self {
        Self { router, cookie: String::new() }
    }

    /// Returns a browser that has a cookie.
    pub fn with_cookie(router: Router, cookie: String) -> Self {
        Self { router, cookie }
    }

    /// Sends a request with the cookie.
    pub async fn send(&self, request: axum::http::request::Builder, body: impl Into<Body>) -> Answer {
        let request = request.header(COOKIE, &self.cookie).header("host", "lanyard.test");
        let request = request.body(body.into()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Asks for a page.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path), String::new()).await
    }

    /// Returns a page that must be there, as text.
    pub async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
        answer.text()
    }

    /// Sends a form as these pages send it.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", web_shell::parts::listing::percent(value)))
            .collect();
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.send(request, body.join("&")).await
    }

    /// Sends a form with a file as a browser does.
    pub async fn give(&self, path: &str, force: &str, name: &str, content: &[u8]) -> Answer {
        let part = |field: &str, more: &str| {
            format!("--XX\r\ncontent-disposition: form-data; name=\"{field}\"{more}\r\n\r\n").into_bytes()
        };
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

    /// Returns the cookie that an answer set.
    pub fn with_cookie_of(&self, answer: &Answer) -> Self {
        let set = answer.headers.get(SET_COOKIE).expect("a cookie").to_str().unwrap();
        Self { cookie: set.split(';').next().unwrap().to_owned(), ..self.clone() }
    }
}
