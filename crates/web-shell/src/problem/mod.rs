//! The page shown to anybody whose request cannot be answered: it says what happened and what to do next, and never what went
//! wrong inside.

mod cause;

use askama::Template;
use axum::http::StatusCode;

use crate::filters;
use crate::frame::{Area, Crumb, Shell};

pub use cause::Problem;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "problem/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The heading, such as `Page not found`.
    pub title: String,
    /// A sentence that says what happened.
    pub what: String,
    /// What to do next.
    pub next: String,
    /// The link to do it; `None` if there is none.
    pub link: Option<Crumb>,
    /// A reference for the engineer, by which the server's own log entry is found; empty if there is none.
    pub reference: String,
}

impl View {
    /// Makes the page for a status. `why` is the use case's explanation, in words meant for people; empty to leave it out.
    #[must_use]
    pub fn of(shell: Shell, status: StatusCode, why: &str, reference: &str) -> Self {
        let (title, what, next, link) = match status {
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => (
                "Page not found",
                "Nothing is at this address, or your role may not see that it is.",
                "Check the address, or start again from the overview.",
                Crumb::new("/", "Overview"),
            ),
            StatusCode::FORBIDDEN => (
                "You may not do this",
                "Your role does not allow it here.",
                "If it belongs to your work, ask the service desk for the role.",
                Crumb::new("/", "Overview"),
            ),
            StatusCode::UNPROCESSABLE_ENTITY
            | StatusCode::BAD_REQUEST
            | StatusCode::PAYLOAD_TOO_LARGE
            | StatusCode::UNSUPPORTED_MEDIA_TYPE => (
                "This could not be taken",
                "Something in what was sent is missing or does not fit. Nothing was changed.",
                "Go back, put it right and send it again.",
                Crumb::new("/", "Overview"),
            ),
            StatusCode::CONFLICT => (
                "Something changed in the meantime",
                "What you were looking at is no longer so. Nothing was changed.",
                "Open the page again and look before you repeat it.",
                Crumb::new("/", "Overview"),
            ),
            StatusCode::TOO_MANY_REQUESTS => (
                "Too many tries",
                "It was tried too often from here, or by you, in a short time. Nothing was changed.",
                "Wait, then go back and send it again. For a lost device do not wait: call the service desk or the duty officer.",
                Crumb::new("/", "Overview"),
            ),
            _ => (
                "Something went wrong",
                "Lanyard could not finish this. What was not confirmed was not done.",
                "Try again in a minute. For a lost device do not wait: call the service desk or the duty officer.",
                Crumb::new("/", "Overview"),
            ),
        };
        Self {
            shell,
            title: title.to_owned(),
            what: if why.is_empty() { what.to_owned() } else { why.to_owned() },
            next: next.to_owned(),
            link: Some(link),
            reference: reference.to_owned(),
        }
    }

    /// Returns the page for one status, for the gallery and the tests.
    #[must_use]
    pub fn sample(status: StatusCode) -> Self {
        Self::of(Shell::sample_top(Area::Elsewhere), status, "", "01JD2-EX")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_says_what_to_do_next() {
        for status in [400, 403, 404, 409, 422, 429, 500, 503] {
            let view = View::sample(StatusCode::from_u16(status).unwrap());
            assert!(!view.next.is_empty() && view.link.is_some(), "{status}");
        }
    }

    #[test]
    fn words_of_a_use_case_replace_the_general_ones() {
        let shell = Shell::sample_top(Area::Elsewhere);
        let view = View::of(shell, StatusCode::CONFLICT, "The wipe was approved already", "");
        assert_eq!(view.what, "The wipe was approved already");
    }
}
