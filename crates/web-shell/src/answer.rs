//! Makes responses from views.

use askama::Template;
use axum::body::Body;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use futures_util::{StreamExt, stream};

use crate::csv;
use crate::problem::Problem;

/// Renders a page with its status. A template that cannot be rendered is our own fault: it is logged and answered as a server
/// error.
pub fn page<V: Template>(status: StatusCode, view: &V) -> Response {
    match view.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Renders a page.
pub fn shown<V: Template>(view: &V) -> Result<Response, Problem> {
    Ok(page(StatusCode::OK, view))
}

/// Renders the page of a form again, with the errors beside its fields.
pub fn form_again<V: Template>(view: &V) -> Result<Response, Problem> {
    match view.render() {
        Ok(html) => Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(led_somewhere(&html))).into_response()),
        Err(_) => Ok(page(StatusCode::UNPROCESSABLE_ENTITY, view)),
    }
}

/// Points links within the page at the page's content where their target is not there: a form may be gone by the time that it
/// is sent, and its errors then have no field.
fn led_somewhere(html: &str) -> String {
    let mut parts = html.split("href=\"#");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (target, rest) = part.split_once('"').unwrap_or((part, ""));
        let there = html.contains(&format!("id=\"{target}\""));
        let target = if there { target } else { "main-content" };
        out.push_str("href=\"#");
        out.push_str(target);
        out.push('"');
        out.push_str(rest);
    }
    out
}

/// Streams a list as a file to download, read step by step to its end, so that the longest list takes the memory of one step. A
/// step takes the key where the previous one ended, and returns its rows with their head, and the next key.
///
/// An error in the first step becomes a page; after that the file breaks off, which every program that fetches it notices.
pub async fn walked<S, K, F, W>(name: &'static str, state: S, step: F) -> Result<Response, Problem>
where
    S: Send + 'static,
    K: Send + 'static,
    F: Fn(S, Option<K>) -> W + Send + 'static,
    W: Future<Output = Result<(S, String, Option<K>), Problem>> + Send + 'static,
{
    let (state, first, next) = step(state, None).await?;
    let rest = stream::try_unfold((state, next, step), |(state, next, step)| async move {
        let Some(key) = next else { return Ok(None) };
        let (state, text, next) = step(state, Some(key)).await.map_err(|problem| {
            tracing::error!(?problem, "an export broke off");
            std::io::Error::other("the export broke off")
        })?;
        let rows = text.split_once("\r\n").map_or("", |(_, rows)| rows).to_owned();
        Ok(Some((rows, (state, next, step))))
    });
    let body = Body::from_stream(stream::iter([Ok::<_, std::io::Error>(first)]).chain(rest));
    Ok((csv_headers(name), body).into_response())
}

fn csv_headers(name: &'static str) -> [(HeaderName, String); 2] {
    let disposition = format!("attachment; filename=\"{name}.csv\"");
    [(header::CONTENT_TYPE, csv::MEDIA_TYPE.to_owned()), (header::CONTENT_DISPOSITION, disposition)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_a_field_that_is_not_shown_leads_to_the_content() {
        let html = "<a href=\"#why\">a</a><a href=\"#gone\">b</a><a href=\"/x#y\">c</a><main id=\"main-content\"><input id=\"why\">";
        let led = led_somewhere(html);
        assert!(
            led.contains("href=\"#why\"") && led.contains("href=\"#main-content\">b") && led.contains("/x#y"),
            "{led}"
        );
        assert!(!led.contains("#gone"), "{led}");
    }

    #[test]
    fn a_page_is_html_with_its_status() {
        let view = crate::problem::View::sample(StatusCode::NOT_FOUND);
        let answer = page(StatusCode::NOT_FOUND, &view);
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
    }

    #[tokio::test]
    async fn an_export_is_walked_to_its_end_with_one_head() {
        let answer = walked("devices", (), |(), after: Option<u8>| async move {
            let step = after.unwrap_or_default();
            Ok(((), format!("Head\r\n{step}\r\n"), (step < 2).then_some(step + 1)))
        })
        .await
        .unwrap();
        assert_eq!(answer.headers()[header::CONTENT_DISPOSITION], "attachment; filename=\"devices.csv\"");
        let body = axum::body::to_bytes(answer.into_body(), 1000).await.unwrap();
        assert_eq!(body, "Head\r\n0\r\n1\r\n2\r\n".as_bytes());
    }
}
