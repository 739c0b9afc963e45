//! Signs people in through the force's directory: OpenID Connect, authorization code flow with PKCE.
//!
//! The `openidconnect` crate knows the messages and checks signatures; it uses our own HTTP client, which has time limits,
//! accepts no more than a megabyte, and follows no redirect. The provider's metadata, including its keys, is cached for an hour
//! and fetched again when a token names a key that is not among them.
//!
//! Not here: who may sign in, what a session is, and where the secrets of a sign-in in progress are stored (`app`).

mod claims;
mod fault;
mod http;
mod token;

use std::sync::{Arc, Mutex, PoisonError};

use domain::{Secret, Span, Timestamp};
use openidconnect::core::{
    CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreJwsSigningAlgorithm,
};
use openidconnect::{
    AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, LogoutRequest, Nonce,
    PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl, ProviderMetadataWithLogout, RedirectUrl,
    RequestTokenError, Scope,
};

pub use claims::Claims;
pub use fault::{OidcError, TokenFault};

/// How long the provider's metadata is cached.
const KEEP: Span = Span::from_secs(3600);
/// How soon a token with an unknown key may cause another request, so that not every forged token does.
const ASK_AGAIN: Span = Span::from_secs(30);
/// How much the provider's clock and ours may differ.
const LEEWAY: Span = Span::from_secs(60);

/// The signature algorithms that are accepted: asymmetric ones only, whatever the provider says that it supports. Neither `none`
/// nor a signature under a shared secret is among them.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// The provider's address, and this client's name and secret.
#[derive(Debug, Clone)]
pub struct OidcConfig {
    /// The issuer, exactly as its tokens name it.
    pub issuer: String,
    /// Our client id.
    pub client_id: String,
    /// Our client secret; none for a public client.
    pub client_secret: Option<Secret<String>>,
    /// The address that the provider sends the browser back to.
    pub redirect: String,
    /// The address that the provider sends the browser to after signing out.
    pub after_sign_out: String,
    /// The scopes asked for besides `openid`.
    pub scopes: Vec<String>,
}

/// The secrets of one sign-in, made by the caller and kept until the browser is back. Each is used once.
#[derive(Debug, Clone)]
pub struct Ceremony {
    /// The value that goes through the browser and must come back with it.
    pub state: Secret<String>,
    /// The value that must be in the token.
    pub nonce: Secret<String>,
    /// The PKCE verifier: 43 to 128 letters, digits, hyphens and underscores (RFC 7636, 4.1).
    pub verifier: Secret<String>,
}

/// A client of one provider; cheap to clone.
#[derive(Clone)]
pub struct Oidc(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    config: OidcConfig,
    known: Mutex<Option<Known>>,
}

#[derive(Clone)]
struct Known {
    fetched: Timestamp,
    metadata: Arc<ProviderMetadataWithLogout>,
}

impl std::fmt::Debug for Oidc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Oidc({})", self.0.config.issuer)
    }
}

impl Oidc {
    /// Makes a client. Sends the provider no request yet.
    ///
    /// # Errors
    /// [`OidcError::Setup`] for addresses that are not valid.
    pub fn new(config: OidcConfig) -> Result<Self, OidcError> {
        IssuerUrl::new(config.issuer.clone()).map_err(|error| OidcError::setup("the issuer", &error))?;
        RedirectUrl::new(config.redirect.clone())
            .map_err(|error| OidcError::setup("the redirect address", &error))?;
        PostLogoutRedirectUrl::new(config.after_sign_out.clone())
            .map_err(|error| OidcError::setup("the address after signing out", &error))?;
        let http = http::client().map_err(|error| OidcError::setup("the HTTP client", &error))?;
        Ok(Self(Arc::new(Inner { http, config, known: Mutex::new(None) })))
    }

    /// Returns the issuer, under whose name the provider's accounts are stored.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.0.config.issuer
    }

    /// Fetches the provider's metadata; returns how many keys it signs with. For checking the settings.
    ///
    /// # Errors
    /// The errors of [`Oidc::begin`].
    pub async fn check(&self, now: Timestamp) -> Result<usize, OidcError> {
        Ok(self.fetch(now).await?.jwks().keys().len())
    }

    /// Returns the address to send the browser to for a sign-in; `again` asks for a new sign-in there, even if the provider knows
    /// the browser.
    ///
    /// # Errors
    /// [`OidcError::Unreachable`] if the provider does not answer, [`OidcError::Setup`] if its metadata does not fit the
    /// settings.
    pub async fn begin(&self, ceremony: &Ceremony, again: bool, now: Timestamp) -> Result<String, OidcError> {
        let metadata = self.metadata(now).await?;
        let (state, nonce) = (ceremony.state.expose().clone(), ceremony.nonce.expose().clone());
        let verifier = PkceCodeVerifier::new(ceremony.verifier.expose().clone());
        let client = self.client(&metadata).set_redirect_uri(self.redirect()?);
        let request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .add_scopes(self.further_scopes())
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        // Both ask for the same (OpenID Connect Core, 3.1.2.1); the second also makes the token say when the person signed in.
        let request = if again {
            request.add_prompt(CoreAuthPrompt::Login).set_max_age(std::time::Duration::ZERO)
        } else {
            request
        };
        let (url, _, _) = request.url();
        Ok(url.into())
    }

    /// Exchanges the code that the browser brought back for a token, verifies the token, and returns its claims.
    ///
    /// # Errors
    /// [`OidcError::Refused`] if the provider does not accept the code, [`OidcError::Token`] for a token that must not be
    /// trusted, and the errors of [`Oidc::begin`].
    pub async fn finish(
        &self,
        ceremony: &Ceremony,
        code: Secret<String>,
        now: Timestamp,
    ) -> Result<Claims, OidcError> {
        let metadata = self.metadata(now).await?;
        let client = self.client(&metadata).set_redirect_uri(self.redirect()?);
        let request = client
            .exchange_code(AuthorizationCode::new(code.into_exposed()))
            .map_err(|error| OidcError::setup("the provider names no token endpoint", &error))?
            .set_pkce_verifier(PkceCodeVerifier::new(ceremony.verifier.expose().clone()));
        let place = http::TokenPlace::default();
        let calling = http::calling_for_token(&self.0.http, &place);
        request.request_async(&calling).await.map_err(|error| match error {
            RequestTokenError::ServerResponse(said) => {
                OidcError::Refused(fault::short(said.error().as_ref()))
            }
            RequestTokenError::Request(fault) => OidcError::Unreachable(fault.to_string()),
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                OidcError::Token(TokenFault::Malformed)
            }
        })?;
        let token = place.lock().unwrap_or_else(PoisonError::into_inner).take();
        let token = token.ok_or(OidcError::Token(TokenFault::Malformed))?;
        match self.verified(&token, &metadata, ceremony, now) {
            Err(TokenFault::UnknownKey) if self.may_ask_again(now) => {
                let fresh = self.fetch(now).await?;
                Ok(self.verified(&token, &fresh, ceremony, now)?)
            }
            outcome => Ok(outcome?),
        }
    }

    /// Returns the address to send the browser to for signing out at the provider too; `None` if the provider has none.
    ///
    /// # Errors
    /// The errors of [`Oidc::begin`].
    pub async fn sign_out(&self, now: Timestamp) -> Result<Option<String>, OidcError> {
        let metadata = self.metadata(now).await?;
        let Some(endpoint) = metadata.additional_metadata().end_session_endpoint.clone() else {
            return Ok(None);
        };
        let back = PostLogoutRedirectUrl::new(self.0.config.after_sign_out.clone())
            .map_err(|error| OidcError::setup("the address after signing out", &error))?;
        let request = LogoutRequest::from(endpoint)
            .set_client_id(ClientId::new(self.0.config.client_id.clone()))
            .set_post_logout_redirect_uri(back);
        Ok(Some(request.http_get_url().into()))
    }

    /// Returns the scopes to ask for besides `openid`, which the library asks for itself.
    fn further_scopes(&self) -> impl Iterator<Item = Scope> {
        self.0.config.scopes.iter().filter(|scope| *scope != "openid").cloned().map(Scope::new)
    }

    fn redirect(&self) -> Result<RedirectUrl, OidcError> {
        RedirectUrl::new(self.0.config.redirect.clone())
            .map_err(|error| OidcError::setup("the redirect address", &error))
    }

    fn client(&self, metadata: &ProviderMetadataWithLogout) -> Client {
        let secret =
            self.0.config.client_secret.as_ref().map(|secret| ClientSecret::new(secret.expose().clone()));
        let client = CoreClient::from_provider_metadata(
            metadata.clone(),
            ClientId::new(self.0.config.client_id.clone()),
            secret,
        );
        // Basic is the default of the specification; a provider that lists only the other method gets that one.
        let basic = metadata
            .token_endpoint_auth_methods_supported()
            .is_none_or(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
        client.set_auth_type(if basic { AuthType::BasicAuth } else { AuthType::RequestBody })
    }

    async fn metadata(&self, now: Timestamp) -> Result<Arc<ProviderMetadataWithLogout>, OidcError> {
        let known = self.0.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match known {
            Some(known) if now.since(known.fetched) < KEEP => Ok(known.metadata),
            _ => self.fetch(now).await,
        }
    }

    fn may_ask_again(&self, now: Timestamp) -> bool {
        let known = self.0.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().is_none_or(|known| now.since(known.fetched) >= ASK_AGAIN)
    }

    async fn fetch(&self, now: Timestamp) -> Result<Arc<ProviderMetadataWithLogout>, OidcError> {
        let issuer = IssuerUrl::new(self.0.config.issuer.clone())
            .map_err(|error| OidcError::setup("the issuer", &error))?;
        let calling = http::calling(&self.0.http);
        let metadata = ProviderMetadataWithLogout::discover_async(issuer, &calling)
            .await
            .map_err(OidcError::discovery)?;
        let metadata = Arc::new(metadata);
        let known = Known { fetched: now, metadata: Arc::clone(&metadata) };
        *self.0.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
        Ok(metadata)
    }

    fn verified(
        &self,
        token: &Secret<String>,
        metadata: &ProviderMetadataWithLogout,
        ceremony: &Ceremony,
        now: Timestamp,
    ) -> Result<Claims, TokenFault> {
        let expected = token::Expected {
            issuer: metadata.issuer().as_str(),
            client_id: &self.0.config.client_id,
            nonce: ceremony.nonce.expose(),
            keys: metadata.jwks().keys(),
            now,
        };
        token::verify(token.expose(), &expected)
    }
}

/// The library's client with what discovery always provides (an authorization endpoint) and may provide (the others).
type Client = CoreClient<
    openidconnect::EndpointSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointMaybeSet,
    openidconnect::EndpointMaybeSet,
>;
