//! TLS to PostgreSQL: which server is believed in each mode, and that what is refused is not spoken to in the clear.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::PathBuf;

use domain::Secret;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use store::{PostgresTls, SslMode, Statement, Store, StoreConfig, StoreError};
use testkit::Postgres;

static ENCRYPTED: Statement =
    Statement::new("encrypted", "SELECT count(*) FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl");

/// Returns a certificate authority, and a certificate of it for `localhost` with its key.
fn authority() -> (String, String, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = params.self_signed(&key).unwrap();
    let issuer = Issuer::new(params, key);
    let own = KeyPair::generate().unwrap();
    let server =
        CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&own, &issuer).unwrap();
    (ca.pem(), server.pem(), own.serialize_pem())
}

/// Opens the database and says whether its connections are encrypted.
fn reach(url: &str, mode: SslMode, trust: Option<&PathBuf>) -> Result<bool, StoreError> {
    let tls = PostgresTls { mode, trust: trust.cloned() };
    let config = StoreConfig::Postgres { url: Secret::new(url.to_owned()), connections: 2, tls };
    let store = Store::open(&config)?;
    store.read_blocking(|tx| Ok(tx.one(&ENCRYPTED, &[])?.map_or(0, |row| row.int(0).unwrap_or(0)) == 1))
}

#[test]
fn only_the_server_that_was_meant_is_believed() {
    let (ca, certificate, key) = authority();
    let (other, _, _) = authority();
    let Some(server) = Postgres::start_encrypted(&certificate, &key) else { return };
    let folder = tempfile::tempdir().unwrap();
    let kept = |name: &str, pem: &str| {
        let file = folder.path().join(name);
        fs::write(&file, pem).unwrap();
        file
    };
    let (ours, other, empty) =
        (kept("ca.pem", &ca), kept("other.pem", &other), kept("empty.pem", "nothing\n"));
    let (named, numbered) = (server.fresh_database_at("localhost"), server.fresh_database_at("127.0.0.1"));
    let nowhere = folder.path().join("none.pem");
    let refused = |url: &str, mode, trust| reach(url, mode, trust).unwrap_err().to_string();

    assert_eq!(reach(&named, SslMode::VerifyFull, Some(&ours)), Ok(true));
    assert!(refused(&named, SslMode::VerifyFull, Some(&other)).contains("an authority that is not trusted"));
    assert!(
        refused(&named, SslMode::VerifyFull, None).contains("trust"),
        "the system's authorities do not know it"
    );
    assert!(refused(&numbered, SslMode::VerifyFull, Some(&ours)).contains("is not for 127.0.0.1"));

    assert_eq!(reach(&numbered, SslMode::VerifyCa, Some(&ours)), Ok(true), "any name of the authority's");
    assert!(refused(&numbered, SslMode::VerifyCa, Some(&other)).contains("an authority that is not trusted"));

    assert_eq!(reach(&numbered, SslMode::Require, None), Ok(true), "whoever answers");
    assert!(refused(&named, SslMode::Disable, None).contains("no encryption"), "this server takes TLS only");

    assert!(refused(&named, SslMode::VerifyFull, Some(&empty)).contains("holds no certificate"));
    assert!(refused(&named, SslMode::VerifyFull, Some(&nowhere)).contains("none.pem"));
    // The socket of the same server has no TLS: what asks for it does not go on in the clear.
    assert!(refused(&server.fresh_database(), SslMode::Require, None).contains("TLS"));
}
