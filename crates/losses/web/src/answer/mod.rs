//! The page of the link in a message that calls somebody about a loss. Opening it changes nothing; its button answers.

pub(crate) mod handler;

use askama::Template;
use domain::LossId;
use losses_app::CallRead;

use web_shell::filters;
use web_shell::frame::Shell;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "answer/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The call; `None` for a link of no message.
    pub call: Option<CallRead>,
    /// The page's own address, which its form posts to.
    pub href: String,
    /// Set where this press of the button ended the call.
    pub now: bool,
}

impl View {
    /// Returns an open call, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: crate::report::nobody(),
            call: Some(CallRead {
                reference: "4KM-7TRH <script>".into(),
                loss: LossId::from_uuid(uuid_of_the_sample()),
                since: web_shell::clock::hours_ago(1),
                contained_at: None,
                answered: None,
                open: true,
                again_at: None,
                works: true,
            }),
            href: "/calls/<script>".into(),
            now: false,
        }
    }

    /// Returns a call that somebody answered, for the gallery and the tests.
    #[must_use]
    pub fn sample_answered() -> Self {
        let mut view = Self::sample();
        if let Some(call) = &mut view.call {
            call.contained_at = Some(web_shell::clock::now());
            call.answered = Some(("Sam Reed <script>".into(), web_shell::clock::now()));
            call.open = false;
        }
        view
    }
}

/// Returns the id of the samples.
pub(crate) fn uuid_of_the_sample() -> uuid::Uuid {
    uuid::Uuid::from_u128(1)
}
