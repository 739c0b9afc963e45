//! A security key of the tests' own: it makes what a browser would send, and the wrong things too. That a browser and a key of
//! somebody else's making are understood, `tests/browser/sign-in.test.mjs` shows.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::browser::{Answer, Browser};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const NEW_KEY: u8 = 0x40;

/// One passkey, in a key whose owner can be made to do anything.
#[derive(Clone)]
pub struct Authenticator {
    seed: Vec<u8>,
    id: Vec<u8>,
    /// Counts its uses; a copy counts by itself.
    pub counter: u32,
    /// Whether its owner gave their finger.
    pub verified: bool,
    /// The address that the browser stands at.
    pub origin: String,
}

/// What a page with a ceremony on it holds.
pub struct Challenge {
    /// The name under which the service keeps the ceremony.
    pub key: String,
    options: Value,
}

/// Reads a ceremony off its page.
pub fn challenge(html: &str) -> Challenge {
    let part = |before: &str| {
        let after = html.split_once(before).unwrap_or_else(|| panic!("{before}: {html}")).1;
        after.split('"').next().unwrap().replace("&#34;", "\"").replace("&#38;", "&")
    };
    let options: Value = serde_json::from_str(&part("data-options=\"")).unwrap();
    Challenge { key: part("name=\"key\" value=\""), options: options["publicKey"].clone() }
}

impl Authenticator {
    /// Makes a passkey that follows from its name, for a browser at an address.
    pub fn new(name: &str, origin: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        Self {
            seed: pair.to_pkcs8v1().unwrap().as_ref().to_vec(),
            id: digest(&SHA256, name.as_bytes()).as_ref().to_vec(),
            counter: 1,
            verified: true,
            origin: origin.to_owned(),
        }
    }

    fn pair(&self) -> EcdsaKeyPair {
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &self.seed).unwrap()
    }

    fn said(&self, kind: &str, challenge: &Challenge) -> Vec<u8> {
        let asked = &challenge.options["challenge"];
        json!({ "type": kind, "challenge": asked, "origin": self.origin, "crossOrigin": false })
            .to_string()
            .into_bytes()
    }

    fn data(&self, rp: &str, also: u8) -> Vec<u8> {
        let flags = PRESENT | also | if self.verified { VERIFIED } else { 0 };
        let mut data = digest(&SHA256, rp.as_bytes()).as_ref().to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// Returns what it answers when it is to be registered.
    pub fn create(&self, challenge: &Challenge) -> String {
        let rp = challenge.options["rp"]["id"].as_str().unwrap();
        let mut data = self.data(rp, NEW_KEY);
        data.extend([0; 16]);
        data.extend([0, 32]);
        data.extend(&self.id);
        let pair = self.pair();
        let point = pair.public_key().as_ref();
        // A COSE key: elliptic curve, ES256, P-256, x, y.
        data.extend([0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 32]);
        data.extend(&point[33..65]);
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(data);
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({
            "id": encode(&self.id), "rawId": encode(&self.id), "type": "public-key", "clientExtensionResults": {},
            "response": {
                "attestationObject": encode(&object),
                "clientDataJSON": encode(&self.said("webauthn.create", challenge)),
            },
        })
        .to_string()
    }

    /// Returns what it answers when its owner signs in.
    pub fn get(&mut self, challenge: &Challenge) -> String {
        self.counter += 1;
        let rp = challenge.options["rpId"].as_str().unwrap();
        let (data, said) = (self.data(rp, 0), self.said("webauthn.get", challenge));
        let signed: Vec<u8> = [data.as_slice(), digest(&SHA256, &said).as_ref()].concat();
        let signature = self.pair().sign(&SystemRandom::new(), &signed).unwrap();
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({
            "id": encode(&self.id), "rawId": encode(&self.id), "type": "public-key", "clientExtensionResults": {},
            "response": {
                "authenticatorData": encode(&data), "clientDataJSON": encode(&said),
                "signature": encode(signature.as_ref()),
            },
        })
        .to_string()
    }

    /// Registers it in a browser that may.
    pub async fn register(&self, browser: &Browser, label: &str) -> Answer {
        let challenge = challenge(&browser.page("/passkeys/new").await);
        let answer = self.create(&challenge);
        browser.post("/passkeys/new", &[("key", &challenge.key), ("label", label), ("answer", &answer)]).await
    }

    /// Signs in with it in a browser of nobody.
    pub async fn sign_in(&mut self, nobody: &Browser) -> Answer {
        let (browser, challenge) = begun(nobody).await;
        let answer = self.get(&challenge);
        browser.post("/sign-in/passkey", &[("key", &challenge.key), ("answer", &answer)]).await
    }
}

/// Begins a sign-in in one browser; the browser with its cookie, and the challenge.
pub async fn begun(nobody: &Browser) -> (Browser, Challenge) {
    let page = nobody.get("/sign-in/passkey").await;
    (nobody.with_cookie_of(&page), challenge(&page.text()))
}
