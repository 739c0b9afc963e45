//! The HTTP client that the provider is reached by: bounded in time and size, and going nowhere that it was not sent.

use std::time::Duration;

use openidconnect::{HttpRequest, HttpResponse};

/// The most that a provider may answer, in bytes. A large key set has some tens of kilobytes.
const LARGEST: usize = 1 << 20;

/// Why a request to the provider failed.
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

/// A client without redirects: a provider's addresses are those that it gave, and a redirect could lead inside.
pub(super) fn client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(10))
        .connect_timeout(Duration::from_secs(5))
        .build()
}

/// The client in the form that the library calls.
pub(super) fn calling(
    client: &reqwest::Client,
) -> impl Fn(HttpRequest) -> std::pin::Pin<Box<dyn Future<Output = Result<HttpResponse, HttpFault>> + Send>> + use<>
{
    let client = client.clone();
    move |request| Box::pin(send(client.clone(), request))
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
