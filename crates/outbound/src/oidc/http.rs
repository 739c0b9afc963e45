//! The HTTP client for the provider, with limits of time and size, and without redirects.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::Secret;
use openidconnect::{HttpRequest, HttpResponse};
use serde_json::Value;

/// The largest response of a provider, in bytes. A large key set has some tens of kilobytes.
const LARGEST: usize = 1 << 20;

/// The reason why a request to the provider failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum HttpFault {
    #[error("{0}")]
    Client(reqwest::Error),
    #[error("the answer is larger than {LARGEST} bytes")]
    TooLarge,
    #[error("the answer cannot be read: {0}")]
    Http(#[from] openidconnect::http::Error),
}

impl From<reqwest::Error> for HttpFault {
    fn from(error: reqwest::Error) -> Self {
        // An address may carry a code.
        Self::Client(error.without_url())
    }
}

/// Returns a client without redirects: the provider's addresses come from its metadata, and a redirect could lead into the
/// internal network.
pub(super) fn client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(10))
        .connect_timeout(Duration::from_secs(5))
        .build()
}

/// Returns the client in the form that the library calls.
pub(super) fn calling(
    client: &reqwest::Client,
) -> impl Fn(HttpRequest) -> std::pin::Pin<Box<dyn Future<Output = Result<HttpResponse, HttpFault>> + Send>> + use<>
{
    let client = client.clone();
    move |request| Box::pin(send(client.clone(), request))
}

/// The place where the ID token of a response is kept.
pub(super) type TokenPlace = Arc<Mutex<Option<Secret<String>>>>;

/// Returns the client for the token endpoint. The library reads the members of a response by their types, and providers send
/// `expires_in` as text and tokens whose unused claims have any type. So the library gets only the two members that it needs, and
/// the ID token is kept apart, to be verified by [`super::token`].
pub(super) fn calling_for_token(
    client: &reqwest::Client,
    place: &TokenPlace,
) -> impl Fn(HttpRequest) -> std::pin::Pin<Box<dyn Future<Output = Result<HttpResponse, HttpFault>> + Send>> + use<>
{
    let (client, place) = (client.clone(), Arc::clone(place));
    move |request| {
        let (client, place) = (client.clone(), Arc::clone(&place));
        Box::pin(async move { Ok(without_token(send(client, request).await?, &place)) })
    }
}

fn without_token(mut answer: HttpResponse, place: &TokenPlace) -> HttpResponse {
    if answer.status().is_success()
        && let Ok(Value::Object(mut members)) = serde_json::from_slice(answer.body())
    {
        if let Some(Value::String(token)) = members.remove("id_token") {
            *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(Secret::new(token));
        }
        members.retain(|name, _| ["access_token", "token_type"].contains(&name.as_str()));
        *answer.body_mut() = Value::Object(members).to_string().into_bytes();
    }
    answer
}

async fn send(client: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, HttpFault> {
    let mut answer = client.execute(reqwest::Request::try_from(request)?).await?;
    let mut built = openidconnect::http::Response::builder().status(answer.status());
    if let Some(headers) = built.headers_mut() {
        *headers = answer.headers().clone();
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len().saturating_add(chunk.len()) > LARGEST {
            return Err(HttpFault::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(built.body(body)?)
}
