//! Answers the two requests of a sign-in through the force's directory.

use axum::Extension;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use domain::Secret;
use sign_in_app::{Arrival, Back, Brought, Refusal, Wanted};

use crate::ways::handler::{end, refused, signed_in};
use web_shell::session::{Aside, Problem, Session, own_path};
use web_shell::site::Site;
use web_shell::{browser, limits};

/// Sends the browser to the directory, with a cookie that identifies it when it comes back. `again=yes` asks for a new sign-in
/// there, to prove who is using the browser.
pub(crate) async fn begin(
    State(site): State<Site>,
    headers: HeaderMap,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let directory = site.options.directory.as_ref().ok_or_else(Problem::not_found)?;
    let next = own_path(asked(&query, "next"));
    // Two tabs use the same cookie: either may come back first.
    let known = Aside::SigningIn.of(&site, &headers).filter(|value| value.expose().len() == 43);
    let cookie = known.unwrap_or_else(|| sign_in_app::random_text(&site.app));
    let wanted = Wanted { next, again: asked(&query, "again") == "yes" };
    match sign_in_app::begin_directory_sign_in(&site.app, directory, &cookie, wanted).await? {
        Ok(there) => {
            let set = Aside::SigningIn.set(&site, Some(&cookie));
            Ok(([(SET_COOKIE, set)], Redirect::to(&there)).into_response())
        }
        Err(refusal) => Ok(refused(&site, next, &why(&refusal))),
    }
}

/// Accepts a browser that comes back from the directory.
pub(crate) async fn back(
    State(site): State<Site>,
    Extension(session): Extension<Session>,
    from: limits::From,
    headers: HeaderMap,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let directory = site.options.directory.as_ref().ok_or_else(Problem::not_found)?;
    let state = Brought::Directory(asked(&query, "state"));
    sign_in_app::admit(&site.app, limits::address(from), state).await?;
    let some = |name| Some(asked(&query, name)).filter(|value| !value.is_empty()).map(str::to_owned);
    let back = Back {
        state: asked(&query, "state").to_owned(),
        code: some("code").map(Secret::new),
        issuer: some("iss"),
    };
    let cookie = Aside::SigningIn.of(&site, &headers).map(Secret::into_exposed).unwrap_or_default();
    let uses = browser::described(&headers);
    match sign_in_app::finish_directory_sign_in(&site.app, directory, back, &cookie, &uses).await? {
        Arrival::SignedIn { cookie, next } => {
            end(&site, &session).await?;
            let gone = AppendHeaders([(SET_COOKIE, Aside::SigningIn.set(&site, None))]);
            Ok((gone, signed_in(&site, &cookie, own_path(&next))).into_response())
        }
        Arrival::Refused(refusal) => Ok(refused(&site, "/", &why(&refusal))),
    }
}

fn asked<'a>(query: &'a [(String, String)], name: &str) -> &'a str {
    query.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
}

/// Explains a refusal to the person. The fault in a forged token is only for the ledger and the log.
fn why(refusal: &Refusal) -> String {
    use sign_in_app::ProviderFault;

    match refusal {
        Refusal::Unknown => "This sign-in was finished already, or took longer than ten minutes. Begin it again.",
        Refusal::OtherBrowser => {
            "This sign-in was begun in another browser, and cannot be finished in this one. If you did not begin it, tell \
             information security."
        }
        Refusal::BrokenOff => "The directory did not sign you in. Begin again, or ask the service desk.",
        Refusal::NotInRegister => {
            "The directory knows you, and Lanyard’s register does not, so you are not signed in. Ask the service desk to \
             enter you in the register."
        }
        Refusal::Ended => {
            "Lanyard’s register says that you have left the force, so you are not signed in. If that is wrong, ask HR to \
             put it right."
        }
        Refusal::OtherAccount => {
            "Your name in the directory belongs to somebody who signs in with another account, so you are not signed in. \
             Ask an administrator to look at it."
        }
        Refusal::GroupsLeftOut => {
            "The directory did not say which groups you are in, because they are too many. Ask an administrator to have it \
             send only the groups that Lanyard knows."
        }
        Refusal::Provider(ProviderFault::Unreachable(_)) => {
            "The force’s directory does not answer. Try again in a minute. For a lost device do not wait: call the service \
             desk or the duty officer."
        }
        Refusal::Provider(ProviderFault::Setup(_)) => {
            "The force’s directory and Lanyard’s settings do not fit together. Tell the engineer who runs Lanyard: the \
             log says more, and so does lanyard config check."
        }
        Refusal::NoAccount(_) => {
            "The directory did not say which account is yours, so you are not signed in. Tell the engineer who runs Lanyard: \
             the log names the claim that is missing."
        }
        Refusal::Provider(ProviderFault::Token(fault)) if fault.is_of_clocks() => {
            "The directory’s clock and the clock of this service do not agree, so you are not signed in. Begin again. If it \
             stays so, tell the engineer who runs Lanyard to set the clock of the server."
        }
        Refusal::Provider(ProviderFault::Refused(_) | ProviderFault::Token(_)) => {
            "What the directory sent could not be believed, so you are not signed in. Begin again. If it stays so, tell \
             information security."
        }
    }
    .to_owned()
}
