//! What every page can use: the use cases, the options that the binary sets, and every address.

use axum::routing::MethodRouter;
use domain::{Force, PersonId};
use kernel::App;
use kernel::access::Role;
use kernel::limits::Door;
use sign_in_app::OidcDirectory;
use std::sync::Arc;

/// The options that the binary sets for the pages.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Made-up people whom anybody may sign in as. Only the demonstration has any.
    pub personas: Vec<Persona>,
    /// Where the demonstration shows the texts that it has sent.
    pub texts: Option<String>,
    /// Whether the session cookie is sent over TLS only, and to this host only. Otherwise anybody on the network path can read
    /// it.
    pub secure_cookies: bool,
    /// The force's directory, where people sign in through one.
    pub directory: Option<OidcDirectory>,
}

/// A made-up person of the demonstration.
#[derive(Debug, Clone)]
pub struct Persona {
    /// Their name.
    pub name: String,
    /// Their role.
    pub role: Role,
    /// The force that they are limited to.
    pub force: Option<Force>,
    /// Their entry in the register of people.
    pub person: Option<PersonId>,
    /// What they use the service for, in a line.
    pub says: String,
}

/// The state that every page can use.
#[derive(Clone)]
pub struct Site {
    /// The use cases.
    pub app: App,
    /// The options that the binary set.
    pub options: Arc<Options>,
    /// Every address.
    pub routes: Arc<[Route]>,
}

impl Site {
    /// Returns whether this is the demonstration.
    #[must_use]
    pub fn demo(&self) -> bool {
        !self.options.personas.is_empty()
    }
}

/// One address.
#[derive(Clone, Copy)]
pub struct Route {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path in axum's spelling.
    pub path: &'static str,
    /// The action that access control must allow; `None` where nobody need be signed in.
    pub needs: Option<&'static str>,
    /// The limit on how often the address may be tried, whatever is tried. The handler first looks up anything that can be right
    /// or wrong.
    pub door: Option<Door>,
    /// The handler that answers it.
    pub handler: fn() -> MethodRouter<Site>,
}
