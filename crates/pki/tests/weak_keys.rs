//! SCEP requests by keys and in ways that our own library does not make: signed by OpenSSL. Skipped where it is absent.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test says what went wrong by failing")]

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use domain::{Entropy, Secret, Span, Timestamp};
use pki::cms::{self, CmsError, ContentCipher, Signer, VerifyOptions};
use pki::scep::client::{self, Pending, Wish};
use pki::scep::{self, DecodeError, FailInfo, Purpose, Refused, ScepOptions};
use pki::{
    Certificate, CertificateRequest, DeviceCa, Hash, KeyError, PrivateKey, PublicKey, RequestError, RsaBits,
    Sign, Subject, Validity,
};

/// 22 November 2026.
const NOW: Timestamp = Timestamp::from_millis(1_795_348_800_000);
const YEAR: Span = Span::from_secs(365 * 86_400);

#[derive(Debug)]
struct Counting(std::sync::atomic::AtomicU64);

static ENTROPY: Counting = Counting(std::sync::atomic::AtomicU64::new(7));

impl Entropy for Counting {
    fn fill(&self, out: &mut [u8]) {
        for octet in out {
            let count = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, std::sync::atomic::Ordering::Relaxed);
            *octet = u8::try_from(count >> 56).unwrap();
        }
    }
}

/// A key in a file, with which OpenSSL signs.
#[derive(Debug)]
struct Outside {
    dir: tempfile::TempDir,
    public: PublicKey,
    hash: Hash,
}

fn openssl(dir: &Path, arguments: &str) {
    let done = Command::new("openssl").current_dir(dir).args(arguments.split_whitespace()).output().unwrap();
    assert!(done.status.success(), "{arguments}: {}", String::from_utf8_lossy(&done.stderr));
}

impl Outside {
    /// Makes a key by the arguments of `openssl genpkey`, to sign by way of that digest.
    fn make(arguments: &str, hash: Hash) -> Self {
        let dir = tempfile::tempdir().unwrap();
        openssl(dir.path(), &format!("genpkey {arguments} -out key"));
        Self::finish(dir, hash)
    }

    /// Takes the same key as ours, to sign by way of that digest.
    fn of(key: &PrivateKey, hash: Hash) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("key"), key.to_pem().expose()).unwrap();
        Self::finish(dir, hash)
    }

    fn finish(dir: tempfile::TempDir, hash: Hash) -> Self {
        openssl(dir.path(), "pkey -in key -pubout -outform DER -out public");
        let spki = std::fs::read(dir.path().join("public")).unwrap();
        Self { public: PublicKey::from_spki(&spki).unwrap(), dir, hash }
    }
}

impl Sign for Outside {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn hash(&self) -> Hash {
        self.hash
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let word = if self.hash == Hash::Sha1 { "sha1" } else { "sha256" };
        std::fs::write(self.dir.path().join("message"), message).unwrap();
        openssl(self.dir.path(), &format!("dgst -{word} -sign key -out signature message"));
        Ok(std::fs::read(self.dir.path().join("signature")).unwrap())
    }
}

struct Ours {
    ca: DeviceCa,
    key: PrivateKey,
    certificate: Certificate,
}

static OURS: LazyLock<Option<Ours>> = LazyLock::new(|| {
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("skipped: openssl is not installed");
        return None;
    }
    let validity = Validity::lasting(NOW, YEAR);
    let ca = DeviceCa::generate("Authority", RsaBits::Rsa2048, validity, [1; 16]).unwrap();
    let key = PrivateKey::generate(RsaBits::Rsa2048).unwrap();
    let request =
        CertificateRequest::parse(&CertificateRequest::build(&key, "D", None).unwrap(), false).unwrap();
    let subject = Subject { common_name: "DEVICE-1".into(), organisation: "Test Constabulary".into() };
    let certificate = ca.issue(&request, &subject, validity, [2; 16]).unwrap();
    Some(Ours { ca, key, certificate })
});

fn wish<'a>(key: &'a dyn Sign, challenge: &'a Secret<String>) -> Wish<'a> {
    Wish { key, name: "DEVICE-1", challenge: Some(challenge), cipher: ContentCipher::Aes128, now: NOW }
}

fn read(ours: &Ours, pending: &Pending) -> Result<scep::PkiMessage, DecodeError> {
    scep::decode(&pending.message, &ours.ca, &ScepOptions::default(), NOW, &ENTROPY)
}

fn refused(ours: &Ours, pending: &Pending) -> Refused {
    match read(ours, pending) {
        Err(DecodeError::Refused(refused)) => *refused,
        other => unreachable!("expected a refusal, got {other:?}"),
    }
}

#[test]
fn a_temporary_certificate_by_way_of_sha1_is_taken_as_apples_client_makes_it() {
    let Some(ours) = &*OURS else { return };
    let challenge = Secret::new("one-time".to_owned());
    let temporary = Outside::of(&ours.key, Hash::Sha1);
    let ca = ours.ca.certificate();
    let pending = client::first_by(&wish(&ours.key, &challenge), &temporary, ca, &ENTROPY).unwrap();
    let message = read(ours, &pending).unwrap();
    assert_eq!(message.purpose, Purpose::First);
    let subject = Subject { common_name: "DEVICE-1".into(), organisation: "Test Constabulary".into() };
    let issued = ours.ca.issue(&message.request, &subject, Validity::lasting(NOW, YEAR), [3; 16]).unwrap();
    let answer = scep::success(&ours.ca, &message, &issued, &ENTROPY).unwrap();
    assert_eq!(pending.read_answer(&answer, &ours.key, &ours.key, ca, &ENTROPY).unwrap(), issued);

    // By another key it proves nothing: that key holds no part of the request.
    let stranger = Outside::make("-algorithm RSA -pkeyopt rsa_keygen_bits:2048", Hash::Sha1);
    let pending = client::first_by(&wish(&ours.key, &challenge), &stranger, ca, &ENTROPY).unwrap();
    assert_eq!(refused(ours, &pending).info, FailInfo::BadMessageCheck);
}

#[test]
fn what_is_refused_for_its_algorithm_gets_bad_alg_and_the_true_reason() {
    let Some(ours) = &*OURS else { return };
    let challenge = Secret::new("one-time".to_owned());
    for (arguments, hash, why) in [
        ("-algorithm RSA -pkeyopt rsa_keygen_bits:1024", Hash::Sha256, "too short: RSA of 1024 bits"),
        ("-algorithm RSA -pkeyopt rsa_keygen_bits:1024", Hash::Sha1, "too short: RSA of 1024 bits"),
        (
            "-algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:3",
            Hash::Sha256,
            "public exponent is too small",
        ),
        (
            "-algorithm RSA -pkeyopt rsa_keygen_bits:2048",
            Hash::Sha1,
            "SHA-1, which the settings do not allow",
        ),
        ("-algorithm EC -pkeyopt ec_paramgen_curve:P-256", Hash::Sha256, "the key is not RSA"),
    ] {
        let key = Outside::make(arguments, hash);
        let pending = client::first(&wish(&key, &challenge), ours.ca.certificate(), &ENTROPY).unwrap();
        let refused = refused(ours, &pending);
        assert_eq!(refused.info, FailInfo::BadAlg, "{arguments}: {}", refused.why);
        assert!(refused.why.contains(why), "{arguments}: {}", refused.why);
        assert_eq!(refused.exchange.transaction_id, pending.transaction_id);

        // The same key in a renewal is inside the encryption, where only a good signature by it is distinguished.
        let wish = Wish { challenge: None, ..wish(&key, &challenge) };
        let renewal =
            client::renewal(&wish, &ours.key, &ours.certificate, ours.ca.certificate(), &ENTROPY).unwrap();
        let refused = self::refused(ours, &renewal);
        assert_eq!(refused.info, FailInfo::BadAlg, "{arguments}: {}", refused.why);
    }
}

#[test]
fn a_weak_key_behind_the_encryption_is_told_only_to_who_holds_it() {
    let Some(_) = &*OURS else { return };
    let weak = Outside::make("-algorithm RSA -pkeyopt rsa_keygen_bits:1024", Hash::Sha256);
    let good = CertificateRequest::build(&weak, "DEVICE-1", None).unwrap();
    assert!(matches!(CertificateRequest::parse(&good, false), Err(RequestError::WeakKey(_))));
    let mut bent = good.clone();
    *bent.last_mut().unwrap() ^= 1;
    assert_eq!(CertificateRequest::parse(&bent, false), Err(RequestError::NotSignedWithItsKey));
}

#[test]
fn a_message_signed_by_way_of_sha1_is_good_only_where_that_is_allowed_and_says_so() {
    let Some(ours) = &*OURS else { return };
    let old = Outside::of(&ours.key, Hash::Sha1);
    let signer = Signer { key: &old, certificate: &ours.certificate, chain: &[] };
    let signature = cms::sign_detached(b"Idle", &signer, Some(NOW)).unwrap();
    let (strict, lenient) = (VerifyOptions { allow_sha1: false }, VerifyOptions { allow_sha1: true });
    assert_eq!(cms::verify_detached(&signature, b"Idle", &strict), Err(CmsError::WeakDigest));
    assert_eq!(cms::verify_detached(&signature, b"Idle", &lenient).unwrap().hash, Hash::Sha1);
    assert_eq!(cms::verify_detached(&signature, b"idle", &lenient), Err(CmsError::WrongContent));
    // Its signature is still rejected as an identity.
    let parsed = Certificate::parse(
        pki::self_signed(&old, "DEVICE-1", Validity::lasting(NOW, YEAR), [5; 16]).unwrap().der(),
    );
    assert!(parsed.unwrap().check_issued_by(ours.ca.certificate()).is_err());
}

#[test]
fn messages_that_we_sign_name_the_key_and_the_digest_each_in_its_field() {
    let Some(ours) = &*OURS else { return };
    let signer = Signer { key: ours.ca.key(), certificate: ours.ca.certificate(), chain: &[] };
    let profile = cms::sign_attached(b"<plist/>", &signer, Some(NOW)).unwrap();
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("profile"), profile).unwrap();
    let print = ["cms", "-cmsout", "-print", "-noout", "-inform", "DER", "-in", "profile"];
    let said = Command::new("openssl").current_dir(dir.path()).args(print).output().unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    let of_signer = said.split("signerInfos").nth(1).unwrap();
    assert!(of_signer.contains("algorithm: rsaEncryption (1.2.840.113549.1.1.1)"), "{of_signer}");
    assert!(of_signer.contains("algorithm: sha256 (2.16.840.1.101.3.4.2.1)"), "{of_signer}");
    assert!(!of_signer.contains("sha256WithRSAEncryption"), "{of_signer}");
}
