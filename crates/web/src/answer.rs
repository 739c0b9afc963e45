//! From a view to an answer.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::csv;

/// A page with its status. A template that cannot be rendered is a fault of ours: it is logged and answered as such.
pub fn page<V: Template>(status: StatusCode, view: &V) -> Response {
    match view.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// A list as a file to keep. `name` is ours, never from a request: it goes into a header as it stands.
#[must_use]
pub fn export(name: &'static str, text: String) -> Response {
    let disposition = format!("attachment; filename=\"{name}.csv\"");
    ([(header::CONTENT_TYPE, csv::MEDIA_TYPE.to_owned()), (header::CONTENT_DISPOSITION, disposition)], text)
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_html_with_its_status() {
        let view = crate::problem::View::sample(StatusCode::NOT_FOUND);
        let answer = page(StatusCode::NOT_FOUND, &view);
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
    }

    #[test]
    fn an_export_is_a_file() {
        let answer = export("devices", "a\r\n".into());
        assert_eq!(answer.headers()[header::CONTENT_DISPOSITION], "attachment; filename=\"devices.csv\"");
    }
}
