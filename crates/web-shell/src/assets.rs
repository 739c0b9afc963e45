//! The style sheet, the script and the logo, built by `assets/build.sh` and embedded in the binary.
//!
//! The address of a file contains the start of its digest, so a browser may cache it for ever: a changed file has another
//! address. There are no fonts.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};
use std::sync::LazyLock;

#[derive(RustEmbed)]
#[folder = "assets/dist"]
struct Dist;

static STYLE_SHEET: LazyLock<String> = LazyLock::new(|| address("app", "css"));

static SCRIPT: LazyLock<String> = LazyLock::new(|| address("app", "js"));

static LOGO: LazyLock<String> = LazyLock::new(|| address("logo", "svg"));

/// Returns the address of the style sheet: `/assets/app-<hash>.css`.
#[must_use]
pub fn style_sheet() -> &'static str {
    &STYLE_SHEET
}

/// Returns the address of the script: `/assets/app-<hash>.js`.
#[must_use]
pub fn script() -> &'static str {
    &SCRIPT
}

/// Returns the address of the logo, which is also the browser's icon: `/assets/logo-<hash>.svg`.
#[must_use]
pub fn logo() -> &'static str {
    &LOGO
}

/// Returns the text of the style sheet, for pages that are written to a file rather than served.
#[must_use]
pub fn style_sheet_text() -> String {
    text("app.css")
}

/// Returns the text of the script, for pages that are written to a file rather than served.
#[must_use]
pub fn script_text() -> String {
    text("app.js")
}

fn text(name: &str) -> String {
    Dist::get(name).map(|file| String::from_utf8_lossy(&file.data).into_owned()).unwrap_or_default()
}

fn address(stem: &str, ending: &str) -> String {
    use std::fmt::Write;

    let mut address = format!("/assets/{stem}-");
    let digest = Dist::get(&format!("{stem}.{ending}")).map(|file| file.metadata.sha256_hash());
    for byte in digest.unwrap_or_default().iter().take(8) {
        // Writing to a String cannot fail.
        let _ = write!(address, "{byte:02x}");
    }
    address.push('.');
    address.push_str(ending);
    address
}

/// Serves `/assets/{name}`; answers "not found" to an address with another digest than the current one.
pub async fn serve(Path(name): Path<String>) -> Response {
    let asked = format!("/assets/{name}");
    if asked == style_sheet() {
        found(Dist::get("app.css"), "text/css; charset=utf-8")
    } else if asked == script() {
        found(Dist::get("app.js"), "text/javascript; charset=utf-8")
    } else if asked == logo() {
        found(Dist::get("logo.svg"), "image/svg+xml")
    } else {
        StatusCode::NOT_FOUND.into_response()
    }
}

fn found(file: Option<EmbeddedFile>, media_type: &'static str) -> Response {
    match file {
        Some(file) => (
            [
                (header::CONTENT_TYPE, media_type),
                (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
            ],
            file.data.into_owned(),
        )
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_reserved_to_gov_uk_is_carried() {
        let css = style_sheet_text();
        assert!(css.len() > 20_000, "the style sheet is whole");
        for reserved in ["GDS Transport", "#1d70b8", "@font-face", "crest", "url("] {
            assert!(!css.contains(reserved), "{reserved}");
        }
    }

    #[tokio::test]
    async fn only_today_s_addresses_are_answered() {
        let name = style_sheet().trim_start_matches("/assets/").to_owned();
        assert!(name.starts_with("app-") && name.len() == "app-0123456789abcdef.css".len(), "{name}");
        assert_eq!(serve(Path(name)).await.status(), StatusCode::OK);
        let script = script().trim_start_matches("/assets/").to_owned();
        assert_eq!(serve(Path(script)).await.status(), StatusCode::OK);
        for other in ["app.css", "app.js", "app-0000000000000000.css", "../app.css", ""] {
            assert_eq!(serve(Path(other.to_owned())).await.status(), StatusCode::NOT_FOUND, "{other}");
        }
    }
}
