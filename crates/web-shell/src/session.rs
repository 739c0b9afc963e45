//! Identifies the sender of a request: the session cookie, the person it belongs to, and the page for any error on the way.

use axum::Form;
use axum::extract::{FromRequest, FromRequestParts, Query, Request, State};
use axum::http::header::{CONTENT_TYPE, COOKIE, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use domain::{Force, Secret};
use kernel::access::{
    Action, Actor, Permit, PermitWithin, Reach, SeeCases, SeeDevices, SeeDuty, SeeLedger, SeeOwn, SeePeople,
    SeePolicy, SeeRegisters,
};
use kernel::intake::Visit;
use kernel::{AppError, access};
use sign_in_app::sessions::Live;
use std::str::FromStr;
use tower_http::csrf::ProtectionError;

use crate::answer::page;
use crate::format::percent;
use crate::frame::{Area, Banner, Crumb, Ends, Shell, SignedIn};
use crate::parts::form::Errors;
use crate::problem;
use crate::site::Site;

pub use crate::format::sentence;
pub use crate::problem::Problem;

/// The session of one request.
#[derive(Clone, Default)]
pub struct Session {
    /// The cookie as it was sent.
    pub token: Option<Secret<String>>,
    /// The session that the cookie belongs to, if it has not ended.
    pub live: Option<Live>,
}

impl Session {
    /// Returns who is signed in.
    #[must_use]
    pub fn actor(&self) -> Option<&Actor> {
        self.live.as_ref().map(|live| &live.actor)
    }
}

/// Turns an error into the errors of a form: beside its field where the use case names one, beside `otherwise` where it conflicts
/// with the stored state. Any other error becomes a page of its own.
pub fn form_errors(error: AppError, otherwise: &str) -> Result<Errors, Problem> {
    let mut errors = Errors::default();
    match error {
        AppError::Invalid { field, message } => {
            let field = if field == "asset tag" { "asset" } else { field };
            errors.add(field, sentence(&message));
        }
        AppError::Conflict(why) => errors.add(otherwise, sentence(&why)),
        other => return Err(other.into()),
    }
    Ok(errors)
}

/// Reads an id from an address; a text that is no id is answered "not found".
pub fn id_of<T: FromStr>(text: &str) -> Result<T, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

/// The text for a form that came without a session, or too late to be saved.
pub const OVER: &str = "You are not signed in, or your session is over. Nothing was changed.";

/// Returns the name of the session cookie.
pub const fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-lanyard" } else { "lanyard-demo" }
}

/// Returns the header that sets the session's cookie, or removes it if there is no token.
pub fn set_cookie(secure: bool, token: Option<&Secret<String>>) -> String {
    set(cookie_name(secure), secure, token)
}

/// A short-lived cookie beside the session's, with its name without TLS and with it.
#[derive(Clone, Copy)]
pub enum Aside {
    /// Proves that the browser which finishes a sign-in is the one that began it.
    SigningIn,
    /// Finds the form that was saved when its session had expired.
    Kept,
}

impl Aside {
    const fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::SigningIn, false) => "lanyard-demo-signing-in",
            (Self::SigningIn, true) => "__Host-lanyard-signing-in",
            (Self::Kept, false) => "lanyard-demo-kept",
            (Self::Kept, true) => "__Host-lanyard-kept",
        }
    }

    /// Returns the header that sets the cookie, or removes it if there is no value.
    pub fn set(self, site: &Site, value: Option<&Secret<String>>) -> String {
        set(self.name(site.options.secure_cookies), site.options.secure_cookies, value)
    }

    /// Returns the cookie's value, if the browser sent it.
    pub fn of(self, site: &Site, headers: &HeaderMap) -> Option<Secret<String>> {
        cookie(headers, self.name(site.options.secure_cookies))
    }
}

fn set(name: &str, secure: bool, token: Option<&Secret<String>>) -> String {
    let flag = if secure { "; Secure" } else { "" };
    match token {
        Some(token) => format!("{name}={}; Path=/; HttpOnly; SameSite=Lax{flag}", token.expose()),
        None => format!("{name}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{flag}"),
    }
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<Secret<String>> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && !value.is_empty())
        .map(|(_, value)| Secret::new(value.to_owned()))
}

/// Identifies the sender of a request, and turns any error into a page in their frame.
pub async fn frame(State(site): State<Site>, mut request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/assets/") {
        return next.run(request).await;
    }
    let token = cookie(request.headers(), cookie_name(site.options.secure_cookies));
    let live = match &token {
        Some(token) => match sign_in_app::sessions::live_session(&site.app, token.expose()).await {
            Ok(live) => live,
            Err(error) => return explain(&site, None, &error.into()),
        },
        None => None,
    };
    let actor = live.as_ref().map(|live| live.actor.clone());
    let visit = request.extensions().get::<Visit>().cloned();
    if let (Some(visit), Some(_)) = (&visit, &live) {
        visit.prove();
    }
    request.extensions_mut().insert(Session { token, live });
    let mut response = next.run(request).await;
    if visit.is_some_and(|visit| visit.found_no_room()) {
        return explain(&site, actor.as_ref(), &Problem::busy());
    }
    let status = response.status();
    let is_page =
        response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    match response.extensions_mut().remove::<Problem>() {
        Some(problem) => explain(&site, actor.as_ref(), &problem),
        // Responses of axum and its layers: no such method, too large, not a form, from another site.
        None if (status.is_client_error() || status.is_server_error()) && !is_page => {
            let foreign = response.extensions().get::<ProtectionError>().is_some();
            let why =
                if foreign { "The form did not come from these pages. Nothing was changed." } else { "" };
            explain(&site, actor.as_ref(), &Problem::new(status, why))
        }
        None => response,
    }
}

fn explain(site: &Site, actor: Option<&Actor>, problem: &Problem) -> Response {
    let reference = match &problem.fault {
        Some(fault) => {
            let reference: String = site.app.world().uuid().simple().to_string().chars().skip(20).collect();
            tracing::error!(reference, fault, "a page could not be answered");
            reference
        }
        None => String::new(),
    };
    let shell = shell(site, actor, Area::Elsewhere);
    let mut answer =
        page(problem.status, &problem::View::of(shell, problem.status, &problem.why, &reference));
    if let Some(seconds) = problem.retry_after {
        answer.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    answer
}

/// Answers "not found" to any address without a route.
pub async fn nowhere() -> Problem {
    Problem::not_found()
}

/// Makes the frame of a page for a person, or for nobody.
pub fn shell(site: &Site, actor: Option<&Actor>, area: Area) -> Shell {
    let policy = site.app.policy();
    let all = policy.forces();
    let forces = match actor.and_then(Actor::confined_to).or_else(|| all.only()) {
        Some(force) => all.name(force).title().to_owned(),
        None => all.together(),
    };
    Shell {
        now: site.app.world().now(),
        marking: all.marking.clone(),
        demo: site.demo(),
        forces,
        served: all.iter().map(|entry| all.name(entry.word)).collect(),
        who: actor.map(|actor| SignedIn { name: actor.shown.clone(), role: actor.roles.title().to_owned() }),
        areas: actor.map(areas).unwrap_or_default(),
        area,
        crumbs: Vec::new(),
        banner: None,
        ends: None,
    }
}

/// Returns whether the person may see anybody other than themselves.
fn sees_people(actor: &Actor) -> bool {
    access::permit_within::<SeePeople>(actor).is_ok_and(|within| match within.reach() {
        Reach::Force(_) => true,
        Reach::Related { managed, .. } => managed,
        Reach::Nothing => false,
    })
}

fn areas(actor: &Actor) -> Vec<Area> {
    Area::ALL
        .into_iter()
        .filter(|area| match area {
            // People who use the service but are not in the register have nothing of their own to see.
            Area::Me => actor.person.is_some() && access::permit::<SeeOwn>(actor).is_ok(),
            Area::Overview | Area::Documents => access::permit::<SeePolicy>(actor).is_ok(),
            Area::Devices => access::permit::<SeeDevices>(actor).is_ok(),
            Area::Duty => access::permit::<SeeDuty>(actor).is_ok(),
            Area::People => sees_people(actor),
            Area::Cases => access::permit::<SeeCases>(actor).is_ok(),
            Area::Registers => access::permit::<SeeRegisters>(actor).is_ok(),
            Area::Ledger => access::permit::<SeeLedger>(actor).is_ok(),
            Area::Elsewhere => false,
        })
        .collect()
}

/// The context of a request by somebody who is signed in. Other requests do not reach a handler that takes it: a page redirects
/// to the sign-in, a form is refused.
pub struct Ctx {
    /// The state that every page can use.
    pub site: Site,
    /// The person who sent the request.
    pub actor: Actor,
    /// Their session.
    pub live: Live,
    /// The query of the address.
    pub query: Vec<(String, String)>,
}

impl FromRequestParts<Site> for Ctx {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Response> {
        let Some(live) = parts.extensions.get::<Session>().and_then(|session| session.live.clone()) else {
            if matches!(parts.method, Method::GET | Method::HEAD) {
                let here = parts.uri.path_and_query().map_or("/", |path| path.as_str());
                return Err(Redirect::to(&format!("/sign-in?next={}", percent(here))).into_response());
            }
            return Err(Problem::new(StatusCode::FORBIDDEN, OVER).into_response());
        };
        let query = Query::try_from_uri(&parts.uri).map(|Query(pairs)| pairs).unwrap_or_default();
        Ok(Self { site: site.clone(), actor: live.actor.clone(), live, query })
    }
}

impl Ctx {
    /// Asks access control for a permit. A handler that shows or does anything begins with this.
    pub fn permit<A: Action>(&self) -> Result<Permit<A>, Problem> {
        Ok(access::permit::<A>(&self.actor)?)
    }

    /// Asks access control for a permit within a reach, for pages that also serve people about themselves and managers about
    /// their people.
    pub fn permit_within<A: Action>(&self) -> Result<PermitWithin<A>, Problem> {
        Ok(access::permit_within::<A>(&self.actor)?)
    }

    /// Returns whether the person is allowed an action, for what a page offers.
    pub fn may<A: Action>(&self) -> bool {
        access::permit::<A>(&self.actor).is_ok()
    }

    /// Returns a value of the query; empty if it is missing.
    pub fn asked(&self, name: &str) -> &str {
        self.query.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// Makes the frame of a page, with the links to the pages above and the message of what a form has just done.
    pub fn shell(&self, area: Area, crumbs: Vec<Crumb>) -> Shell {
        Shell {
            crumbs,
            banner: Banner::of(self.asked("done")),
            ends: Some(Ends { idle_at: self.live.idle_at, at: self.live.ends_at }),
            ..shell(&self.site, Some(&self.actor), area)
        }
    }

    /// Makes the frame of a page directly below the first page of its area.
    pub fn under(&self, area: Area) -> Shell {
        self.shell(area, vec![Crumb::new(area.href(), area.title())])
    }

    /// Returns the full name of a force.
    pub fn force_title(&self, force: Force) -> String {
        self.site.app.force_title(force)
    }

    /// Returns the force that a filter or a form names.
    pub fn force(word: &str) -> Option<Force> {
        word.parse().ok()
    }
}

/// The fields of a form that was sent.
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Returns a field's value; empty if the field is missing.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// Returns a field's value as an owned string.
    pub fn text(&self, name: &str) -> String {
        self.get(name).to_owned()
    }

    /// Returns a field's value, or `None` if it is empty.
    pub fn some(&self, name: &str) -> Option<String> {
        Some(self.get(name).trim()).filter(|value| !value.is_empty()).map(str::to_owned)
    }

    /// Returns every field with its value, in the order in which the form sent them.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }
}

impl FromRequest<Site> for Fields {
    type Rejection = Response;

    async fn from_request(request: Request, site: &Site) -> Result<Self, Response> {
        Form::from_request(request, site)
            .await
            .map(|Form(pairs)| Self(pairs))
            .map_err(|rejection| Problem::new(rejection.status(), "").into_response())
    }
}

/// Redirects after a form was accepted, with the key of the message that says what it did.
pub fn done(href: &str, notice: &'static str) -> Response {
    Redirect::to(&format!("{href}?done={notice}")).into_response()
}

/// Returns a path if it is on this server, so that the sign-in can return to it and to no other site.
pub fn own_path(next: &str) -> &str {
    let strange = |letter: char| letter == '\\' || letter.is_control();
    let own = next.starts_with('/') && !next.starts_with("//") && !next.contains(strange);
    if own { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_server_are_gone_back_to() {
        for good in ["/", "/devices?force=northshire", "/people/1#x"] {
            assert_eq!(own_path(good), good);
        }
        for bad in
            ["", "devices", "//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example"]
        {
            assert_eq!(own_path(bad), "/", "{bad}");
        }
    }

    #[test]
    fn whatever_is_gone_back_to_can_stand_in_a_header() {
        for letter in (0..0x800).filter_map(char::from_u32) {
            let next = format!("/devices{letter}x");
            let answer = Redirect::to(own_path(&next)).into_response();
            assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{letter:?}");
        }
    }

    #[test]
    fn the_cookie_is_found_among_others_and_only_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, "a=1; xlanyard-demo=no; lanyard-demo=yes=".parse().unwrap());
        assert_eq!(cookie(&headers, "lanyard-demo").unwrap().expose(), "yes=");
        assert!(cookie(&headers, "__Host-lanyard").is_none());
    }

    #[test]
    fn a_secure_cookie_says_so() {
        let token = Secret::new("t".to_owned());
        let set = set_cookie(true, Some(&token));
        assert_eq!(set, "__Host-lanyard=t; Path=/; HttpOnly; SameSite=Lax; Secure");
        assert!(set_cookie(false, None).contains("Max-Age=0"));
    }

    #[test]
    fn a_fault_is_not_told_to_people() {
        let problem = Problem::from(AppError::Fault("the key lies in /etc".into()));
        assert_eq!((problem.status, problem.why.as_str()), (StatusCode::INTERNAL_SERVER_ERROR, ""));
        assert!(problem.fault.is_some());
    }
}
