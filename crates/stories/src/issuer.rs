//! A sign-in provider of the tests' own: it signs what it is told to, the wrong things too. It shows what the service
//! refuses; that a provider of somebody else's making is understood, `tests/browser/provider.test.mjs` shows.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use aws_lc_rs::{digest, hmac};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Secret;
use outbound::oidc::{Oidc, OidcConfig};
use serde_json::{Value, json};
use sign_in_app::{ClaimNames, OidcDirectory};

use crate::browser::Browser;
use crate::force::Seeded;

/// The address at which a sign-in begins.
pub const BEGIN: &str = "/sign-in/directory?next=/sessions";
/// The name of the service at the provider.
pub const CLIENT: &str = "lanyard";
const SECRET: &str = "not-to-be-printed";

/// What is wrong with the next token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// Nothing is wrong.
    Nothing,
    /// It names another issuer.
    Issuer,
    /// It is meant for another client.
    Audience,
    /// It is meant for another client as well.
    SecondAudience,
    /// It was given to another client.
    Party,
    /// It carries no signature.
    Unsigned,
    /// It is signed with the client's secret.
    SharedSecret,
    /// It is signed with the public key as if that were a secret.
    PublicKeyAsSecret,
    /// Its time is over.
    Expired,
    /// It will be issued later.
    IssuedLater,
    /// It may not be used yet.
    NotBefore,
    /// It belongs to another sign-in.
    Nonce,
    /// It belongs to no sign-in.
    NoNonce,
    /// Its key is not published.
    Key,
    /// Another key of the same name signed it.
    KeyOfSameName,
    /// Its signature does not fit.
    Signature,
}

/// A code that was given out: what the sign-in that it belongs to brought along.
struct Code {
    nonce: String,
    challenge: String,
    claims: Value,
}

struct Inner {
    address: String,
    key: KeyPair,
    stranger: KeyPair,
    kid: String,
    codes: HashMap<String, Code>,
    given: usize,
    wrong: Wrong,
    fetched: usize,
}

/// The provider; it listens until the test ends.
#[derive(Clone)]
pub struct Issuer(Arc<Mutex<Inner>>);

impl Issuer {
    /// Starts a provider.
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let inner = Inner {
            address: format!("http://{}", listener.local_addr().unwrap()),
            key: KeyPair::generate(KeySize::Rsa2048).unwrap(),
            stranger: KeyPair::generate(KeySize::Rsa2048).unwrap(),
            kid: "first".into(),
            codes: HashMap::new(),
            given: 0,
            wrong: Wrong::Nothing,
            fetched: 0,
        };
        let issuer = Self(Arc::new(Mutex::new(inner)));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(description))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(issuer.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        issuer
    }

    /// Returns the provider's address.
    pub fn address(&self) -> String {
        self.0.lock().unwrap().address.clone()
    }

    /// Returns how often the keys were asked for.
    pub fn keys_fetched(&self) -> usize {
        self.0.lock().unwrap().fetched
    }

    /// Makes a mistake in every token from now on.
    pub fn go_wrong(&self, wrong: Wrong) {
        self.0.lock().unwrap().wrong = wrong;
    }

    /// Signs with another key from now on, as providers do every few weeks.
    pub fn change_key(&self) {
        let mut inner = self.0.lock().unwrap();
        inner.key = KeyPair::generate(KeySize::Rsa2048).unwrap();
        inner.kid = "second".into();
    }

    /// Does what the provider does when somebody signs in: reads the address that the browser was sent to, and sends it back
    /// with a code. Gives the path to come back by.
    pub fn sign_in(&self, there: &str, claims: Value) -> String {
        let asked = query(there);
        assert_eq!(asked["response_type"], "code");
        assert_eq!((asked["client_id"].as_str(), asked["code_challenge_method"].as_str()), (CLIENT, "S256"));
        assert_eq!(asked["scope"].split(' ').filter(|scope| *scope == "openid").count(), 1, "{asked:?}");
        let mut inner = self.0.lock().unwrap();
        inner.given += 1;
        let code = format!("code-{}", inner.given);
        let kept = Code { nonce: asked["nonce"].clone(), challenge: asked["code_challenge"].clone(), claims };
        inner.codes.insert(code.clone(), kept);
        format!("/sign-in/directory/return?state={}&code={code}", asked["state"])
    }
}

/// Returns the query of an address, decoded as far as these tests need it.
pub fn query(address: &str) -> HashMap<String, String> {
    let pairs = address.split_once('?').expect("a query").1.split('&');
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap();
            (name.to_owned(), value.replace('+', " ").replace("%20", " "))
        })
        .collect()
}

async fn description(State(issuer): State<Issuer>) -> Json<Value> {
    let address = issuer.address();
    Json(json!({
        "issuer": address,
        "authorization_endpoint": format!("{address}/authorize"),
        "token_endpoint": format!("{address}/token"),
        "jwks_uri": format!("{address}/keys"),
        "end_session_endpoint": format!("{address}/end"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        // A provider that offers weak ways is not to make us take them.
        "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
    }))
}

fn numbers(key: &KeyPair) -> (Vec<u8>, Vec<u8>) {
    let public = key.public_key();
    (
        public.modulus().big_endian_without_leading_zero().to_vec(),
        public.exponent().big_endian_without_leading_zero().to_vec(),
    )
}

async fn keys(State(issuer): State<Issuer>) -> Json<Value> {
    let mut inner = issuer.0.lock().unwrap();
    inner.fetched += 1;
    let (n, e) = numbers(&inner.key);
    let encode = |bytes: Vec<u8>| URL_SAFE_NO_PAD.encode(bytes);
    Json(json!({ "keys": [
        { "kty": "RSA", "use": "sig", "alg": "RS256", "kid": inner.kid, "n": encode(n), "e": encode(e) },
    ] }))
}

async fn token(
    State(issuer): State<Issuer>,
    Form(form): Form<HashMap<String, String>>,
) -> (StatusCode, Json<Value>) {
    let mut inner = issuer.0.lock().unwrap();
    // A code works once, for whoever began with its challenge.
    let known = inner.codes.remove(&form["code"]);
    let challenge = digest::digest(&digest::SHA256, form["code_verifier"].as_bytes());
    let challenge = URL_SAFE_NO_PAD.encode(challenge);
    let Some(code) = known.filter(|code| code.challenge == challenge) else {
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" })));
    };
    let token = inner.token(&code);
    // `expires_in` is a number by the specification, and some providers send text.
    let answer =
        json!({ "access_token": "x", "token_type": "Bearer", "expires_in": "3599", "id_token": token });
    (StatusCode::OK, Json(answer))
}

impl Inner {
    fn token(&self, code: &Code) -> String {
        // The claims come with the test's own time, since its clock stands still.
        let now = code.claims["iat"].as_i64().unwrap();
        let mut claims = code.claims.clone();
        let (issuer, stranger) = (self.address.clone(), "http://127.0.0.1:1".to_owned());
        claims["iss"] = json!(if self.wrong == Wrong::Issuer { stranger } else { issuer });
        claims["aud"] = match self.wrong {
            Wrong::Audience => json!("somebody-else"),
            Wrong::SecondAudience => json!([CLIENT, "somebody-else"]),
            _ => json!(CLIENT),
        };
        claims["exp"] = json!(if self.wrong == Wrong::Expired { now - 61 } else { now + 300 });
        claims["nonce"] = json!(if self.wrong == Wrong::Nonce { "another" } else { code.nonce.as_str() });
        match self.wrong {
            Wrong::Party => claims["azp"] = json!("somebody-else"),
            Wrong::IssuedLater => claims["iat"] = json!(now + 120),
            Wrong::NotBefore => claims["nbf"] = json!(now + 120),
            Wrong::NoNonce => {
                claims.as_object_mut().unwrap().remove("nonce");
            }
            _ => {}
        }
        self.signed(&claims)
    }

    fn signed(&self, claims: &Value) -> String {
        let (algorithm, kid) = match self.wrong {
            Wrong::Unsigned => ("none", "first"),
            Wrong::SharedSecret | Wrong::PublicKeyAsSecret => ("HS256", self.kid.as_str()),
            Wrong::Key => ("RS256", "nobody-s"),
            _ => ("RS256", self.kid.as_str()),
        };
        let head = json!({ "alg": algorithm, "kid": kid, "typ": "JWT" });
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", encode(&head), encode(claims));
        let mac = |key: &[u8]| {
            hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
        };
        let mut signature = match self.wrong {
            Wrong::Unsigned => Vec::new(),
            Wrong::SharedSecret => mac(SECRET.as_bytes()),
            Wrong::PublicKeyAsSecret => mac(self.key.public_key().as_der().unwrap().as_ref()),
            Wrong::KeyOfSameName | Wrong::Key => rsa(&self.stranger, &text),
            _ => rsa(&self.key, &text),
        };
        if self.wrong == Wrong::Signature {
            signature[20] ^= 1;
        }
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn rsa(key: &KeyPair, text: &str) -> Vec<u8> {
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
    signature
}

/// Returns a service whose people sign in at a provider.
pub async fn connected(seeded: &Seeded) -> (Issuer, Browser) {
    connected_by(seeded, "sub").await
}

/// Returns the same, with the claim from which the account is read.
pub async fn connected_by(seeded: &Seeded, account: &str) -> (Issuer, Browser) {
    let issuer = Issuer::start().await;
    let oidc = Oidc::new(OidcConfig {
        issuer: issuer.address(),
        client_id: CLIENT.into(),
        client_secret: Some(Secret::new(SECRET.into())),
        redirect: "http://lanyard.test/sign-in/directory/return".into(),
        after_sign_out: "http://lanyard.test/sign-in".into(),
        scopes: vec!["openid".into(), "profile".into()],
    })
    .unwrap();
    let claims = ClaimNames {
        account: account.into(),
        user_name: "preferred_username".into(),
        groups: "groups".into(),
        force: Some("force".into()),
        number: Some("number".into()),
    };
    let options = web::Options { directory: Some(OidcDirectory { oidc, claims }), ..web::Options::default() };
    (issuer, Browser::of(web::router(seeded.app.clone(), options)))
}

/// Returns the claims of an account of Norfolk's number 1234.
pub fn ames(seeded: &Seeded) -> Value {
    let now = seeded.world.now().millis() / 1000;
    json!({ "sub": "account-1", "iat": now, "force": "norfolk", "number": "1234", "preferred_username": "x@y" })
}

/// Begins in one browser; the address that it is sent to, and the browser with its cookie.
pub async fn begun(browser: &Browser) -> (String, Browser) {
    let answer = browser.get(BEGIN).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    (answer.leads_to().to_owned(), browser.with_cookie_of(&answer))
}

/// Signs number 1234 in; returns the browser with the session.
pub async fn let_in(seeded: &Seeded, issuer: &Issuer, nobody: &Browser) -> Browser {
    let (there, browser) = begun(nobody).await;
    let answer = browser.get(&issuer.sign_in(&there, ames(seeded))).await;
    assert_eq!((answer.status, answer.leads_to()), (StatusCode::SEE_OTHER, "/sessions"));
    browser.with_cookie_of(&answer)
}
