//! Another implementation reads what we write, and we read what it writes. Skipped where `openssl` is not installed.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test says what went wrong by failing")]

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use domain::{Entropy, Secret, Span, Timestamp};
use pki::cms::{self, CmsError, ContentCipher, Signer, VerifyOptions};
use pki::{Certificate, CertificateRequest, DeviceCa, PrivateKey, Revoked, RsaBits, Subject, Validity};

const CONTENT: &[u8] = b"<plist><dict><key>Status</key><string>Idle</string></dict></plist>\n";
const NORM: VerifyOptions = VerifyOptions { allow_sha1: false };
/// 22 November 2026.
const NOW: Timestamp = Timestamp::from_millis(1_795_348_800_000);
const AT: &str = "1795348900";
const YEAR: Span = Span::from_secs(365 * 86_400);

struct Fixed;

impl Entropy for Fixed {
    fn fill(&self, out: &mut [u8]) {
        for (i, octet) in out.iter_mut().enumerate() {
            *octet = u8::try_from(i * 37 % 251).unwrap();
        }
    }
}

struct Files {
    dir: tempfile::TempDir,
    ca: DeviceCa,
    key: PrivateKey,
    certificate: Certificate,
}

static FILES: LazyLock<Option<Files>> = LazyLock::new(|| {
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("skipped: openssl is not installed");
        return None;
    }
    let ca = DeviceCa::generate("Interop Authority", RsaBits::Rsa2048, Validity::lasting(NOW, YEAR), [1; 16])
        .unwrap();
    let key = PrivateKey::generate(RsaBits::Rsa2048).unwrap();
    let challenge = Secret::new("hush".to_owned());
    let request = CertificateRequest::build(&key, "DEVICE-1", Some(&challenge)).unwrap();
    let parsed = CertificateRequest::parse(&request, false).unwrap();
    let subject = Subject { common_name: "DEVICE-1".into(), organisation: "Test Constabulary".into() };
    let certificate = ca.issue(&parsed, &subject, Validity::lasting(NOW, YEAR), [2; 16]).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| std::fs::write(dir.path().join(name), bytes).unwrap();
    put("ca.pem", ca.certificate().to_pem().as_bytes());
    put("device.pem", certificate.to_pem().as_bytes());
    put("device.key", key.to_pem().expose().as_bytes());
    put("ca.key", ca.key().to_pem().expose().as_bytes());
    put("request.der", &request);
    put("content", CONTENT);
    Some(Files { dir, ca, key, certificate })
});

/// Runs openssl in the directory of the files; its answer, or what it complained of.
fn openssl(dir: &Path, arguments: &str) -> Result<String, String> {
    let output =
        Command::new("openssl").current_dir(dir).args(arguments.split_whitespace()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

fn write(files: &Files, name: &str, bytes: &[u8]) {
    std::fs::write(files.dir.path().join(name), bytes).unwrap();
}

fn read(files: &Files, name: &str) -> Vec<u8> {
    std::fs::read(files.dir.path().join(name)).unwrap()
}

#[test]
fn it_accepts_our_certificates_requests_and_revocations() {
    let Some(files) = &*FILES else { return };
    let dir = files.dir.path();
    let verify = format!("verify -x509_strict -attime {AT} -purpose sslclient -CAfile ca.pem device.pem");
    assert!(openssl(dir, &verify).unwrap().contains("OK"));
    let text = openssl(dir, "x509 -in device.pem -noout -text").unwrap();
    for part in [
        "O = Test Constabulary, CN = DEVICE-1",
        "TLS Web Client Authentication",
        "CA:FALSE",
        "Key Encipherment",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let request = openssl(dir, "req -inform DER -in request.der -noout -verify -text").unwrap();
    assert!(request.contains("challengePassword") && request.contains("hush"));

    let revoked = [Revoked { serial_hex: files.certificate.serial_hex(), since: NOW }];
    let tomorrow = NOW.plus(Span::from_secs(86_400));
    write(files, "empty.crl", &files.ca.crl(&[], 1, NOW, tomorrow).unwrap());
    write(files, "crl.der", &files.ca.crl(&revoked, 2, NOW, tomorrow).unwrap());
    for name in ["empty.crl", "crl.der"] {
        openssl(dir, &format!("crl -inform DER -in {name} -out {name}.pem -CAfile ca.pem")).unwrap();
    }
    let verify = |crl: &str| {
        openssl(dir, &format!("verify -attime {AT} -crl_check -CRLfile {crl}.pem -CAfile ca.pem device.pem"))
    };
    assert!(verify("empty.crl").unwrap().contains("OK"));
    assert!(verify("crl.der").unwrap_err().contains("revoked"));
}

#[test]
fn it_verifies_what_we_sign() {
    let Some(files) = &*FILES else { return };
    let dir = files.dir.path();
    let signer = Signer { key: &files.key, certificate: &files.certificate, chain: &[] };
    write(files, "detached.der", &cms::sign_detached(CONTENT, &signer, Some(NOW)).unwrap());
    write(files, "attached.der", &cms::sign_attached(CONTENT, &signer, Some(NOW)).unwrap());
    let common = format!("cms -verify -binary -inform DER -attime {AT} -purpose any -CAfile ca.pem");
    openssl(dir, &format!("{common} -in detached.der -content content -out out1")).unwrap();
    openssl(dir, &format!("{common} -in attached.der -out out2")).unwrap();
    assert_eq!(read(files, "out2"), CONTENT);
    write(files, "other", b"something else");
    assert!(openssl(dir, &format!("{common} -in detached.der -content other -out out3")).is_err());
}

#[test]
fn we_verify_what_it_signs() {
    let Some(files) = &*FILES else { return };
    let dir = files.dir.path();
    let sign = "cms -sign -binary -signer device.pem -inkey device.key -in content -outform DER";
    for (extra, name) in [
        ("", "plain"),
        ("-noattr", "noattr"),
        ("-md sha512", "sha512"),
        ("-keyid", "keyid"),
        ("-stream", "stream"),
    ] {
        openssl(dir, &format!("{sign} {extra} -out {name}.der")).unwrap();
        let detached = cms::verify_detached(&read(files, &format!("{name}.der")), CONTENT, &NORM);
        if name == "stream" {
            // Streaming, it puts the content in whether asked to or not.
            assert_eq!(detached, Err(CmsError::WrongContent));
        } else {
            let signed = detached.unwrap();
            assert_eq!(signed.certificate, files.certificate.der(), "{name}");
            assert_eq!(signed.signing_time.is_none(), name == "noattr");
        }
        openssl(dir, &format!("{sign} {extra} -nodetach -out {name}.att")).unwrap();
        let (signed, content) = cms::verify_attached(&read(files, &format!("{name}.att")), &NORM).unwrap();
        assert_eq!(
            (signed.certificate.as_slice(), content.as_slice()),
            (files.certificate.der(), CONTENT),
            "{name}"
        );
    }
    let streamed = read(files, "stream.att");
    assert_eq!(
        streamed.get(..2),
        Some(&[0x30, 0x80][..]),
        "the streamed one must be in BER to test anything"
    );
}

#[test]
fn what_it_signs_with_weak_digests_or_twice_is_refused() {
    let Some(files) = &*FILES else { return };
    let dir = files.dir.path();
    let sign = "cms -sign -binary -signer device.pem -inkey device.key -in content -outform DER";
    openssl(dir, &format!("{sign} -md sha1 -out sha1.der")).unwrap();
    let sha1 = read(files, "sha1.der");
    assert_eq!(cms::verify_detached(&sha1, CONTENT, &NORM), Err(CmsError::WeakDigest));
    assert!(cms::verify_detached(&sha1, CONTENT, &VerifyOptions { allow_sha1: true }).is_ok());
    openssl(dir, &format!("{sign} -signer ca.pem -inkey ca.key -out two.der")).unwrap();
    assert_eq!(cms::verify_detached(&read(files, "two.der"), CONTENT, &NORM), Err(CmsError::SeveralSigners));
    openssl(dir, &format!("{sign} -nocerts -out nocerts.der")).unwrap();
    assert_eq!(
        cms::verify_detached(&read(files, "nocerts.der"), CONTENT, &NORM),
        Err(CmsError::NoCertificate)
    );
}

#[test]
fn ec_signatures_of_both_curves_are_read() {
    let Some(files) = &*FILES else { return };
    let dir = files.dir.path();
    for (curve, md) in [("prime256v1", "sha256"), ("secp384r1", "sha384"), ("prime256v1", "sha512")] {
        openssl(dir, &format!("ecparam -name {curve} -genkey -noout -out ec.key")).unwrap();
        openssl(dir, "req -x509 -new -key ec.key -subj /CN=ec -days 30 -out ec.pem").unwrap();
        let sign = format!(
            "cms -sign -binary -md {md} -signer ec.pem -inkey ec.key -in content -outform DER -out ec.der"
        );
        openssl(dir, &sign).unwrap();
        cms::verify_detached(&read(files, "ec.der"), CONTENT, &NORM).unwrap();
        let key = PrivateKey::from_pem(std::str::from_utf8(&read(files, "ec.key")).unwrap()).unwrap();
        let certificate =
            Certificate::from_pem(std::str::from_utf8(&read(files, "ec.pem")).unwrap()).unwrap();
        assert_eq!(key.public_key(), certificate.public_key(), "SEC 1 key read");
    }
}

#[test]
fn encryption_works_both_ways() {
    let Some(files) = &*FILES else { return };
    let dir = files.dir.path();
    for (cipher, name) in [
        (ContentCipher::Aes128, "aes-128-cbc"),
        (ContentCipher::Aes256, "aes-256-cbc"),
        (ContentCipher::TripleDes, "des-ede3-cbc"),
    ] {
        for stream in ["", "-stream"] {
            let encrypt = format!(
                "cms -encrypt -binary -{name} {stream} -in content -outform DER -out theirs.der ca.pem"
            );
            openssl(dir, &encrypt).unwrap();
            let opened = cms::decrypt(
                files.ca.key(),
                files.ca.certificate(),
                &read(files, "theirs.der"),
                true,
                &Fixed,
            )
            .unwrap();
            assert_eq!(
                (opened.content.expose().as_slice(), opened.cipher),
                (CONTENT, cipher),
                "{name} {stream}"
            );
        }
        write(files, "ours.der", &cms::encrypt(files.ca.certificate(), CONTENT, cipher, &Fixed).unwrap());
        openssl(dir, "cms -decrypt -binary -inform DER -in ours.der -recip ca.pem -inkey ca.key -out back")
            .unwrap();
        assert_eq!(read(files, "back"), CONTENT, "{name}");
    }
}

#[test]
fn an_authority_made_elsewhere_serves() {
    let Some(files) = &*FILES else { return };
    let dir = files.dir.path();
    // Two values in one part of the name, and a string type that we never write: both must come back octet for octet.
    openssl(
        dir,
        "req -x509 -newkey rsa:2048 -nodes -keyout theirs.key -subj /C=GB/O=Force+OU=ICT/CN=Theirs -multivalue-rdn \
         -days 3650 -addext keyUsage=critical,keyCertSign,cRLSign,digitalSignature,keyEncipherment -out theirs.pem",
    )
    .unwrap();
    openssl(dir, "rsa -traditional -in theirs.key -out theirs-pkcs1.key").unwrap();
    let pem = |name: &str| String::from_utf8(read(files, name)).unwrap();
    let ca = DeviceCa::from_pem(&pem("theirs.pem"), &Secret::new(pem("theirs-pkcs1.key"))).unwrap();
    let request = CertificateRequest::parse(&read(files, "request.der"), false).unwrap();
    let subject = Subject { common_name: "DEVICE-1".into(), organisation: "Test Constabulary".into() };
    let from = ca.certificate().not_before();
    let issued = ca.issue(&request, &subject, Validity::lasting(from, YEAR), [4; 16]).unwrap();
    issued.check_issued_by(ca.certificate()).unwrap();
    write(files, "theirs-device.pem", issued.to_pem().as_bytes());
    let at = from.millis() / 1000 + 60;
    let verify =
        format!("verify -x509_strict -attime {at} -purpose sslclient -CAfile theirs.pem theirs-device.pem");
    assert!(openssl(dir, &verify).unwrap().contains("OK"));
}

#[test]
fn an_authority_with_narrow_usages_is_named_and_the_printed_way_out_works() {
    let Some(files) = &*FILES else { return };
    assert!(files.ca.certificate().missing_for_scep().is_empty());
    let dir = files.dir.path();
    let narrow = "req -x509 -new -key ca.key -subj /CN=Narrow -days 30 -addext keyUsage=critical,keyCertSign,cRLSign \
                  -out narrow.pem";
    openssl(dir, narrow).unwrap();
    let pem = |name: &str| String::from_utf8(read(files, name)).unwrap();
    let old = DeviceCa::from_pem(&pem("narrow.pem"), &Secret::new(pem("ca.key"))).unwrap();
    assert_eq!(old.certificate().missing_for_scep(), ["digitalSignature", "keyEncipherment"]);
    let request = CertificateRequest::parse(&read(files, "request.der"), false).unwrap();
    let subject = Subject { common_name: "DEVICE-1".into(), organisation: "Test Constabulary".into() };
    let validity = Validity::lasting(old.certificate().not_before(), Span::from_secs(86_400));
    let issued = old.issue(&request, &subject, validity, [8; 16]).unwrap();

    let usages = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,digitalSignature,keyEncipherment,keyCertSign,cRLSign\n\
                  subjectKeyIdentifier=hash\n";
    write(files, "usages", usages.as_bytes());
    openssl(dir, "x509 -in narrow.pem -clrext -extfile usages -signkey ca.key -days 5475 -out wide.pem")
        .unwrap();
    let new = DeviceCa::from_pem(&pem("wide.pem"), &Secret::new(pem("ca.key"))).unwrap();
    assert!(new.certificate().missing_for_scep().is_empty());
    issued.check_issued_by(new.certificate()).unwrap();
}
