//! Pushes to a local stand-in of the push service: HTTP/2 over TLS with a client certificate, as Apple's.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Version};
use axum::routing::post;
use domain::{Secret, Timestamp};
use outbound::apns::{Apns, ApnsConfig, PushError};

type Seen = Arc<Mutex<Vec<(String, String, String, Version)>>>;

async fn take(
    State(seen): State<Seen>,
    Path(token): Path<String>,
    headers: HeaderMap,
    version: axum::extract::Request,
) -> (StatusCode, String) {
    let http = version.version();
    let body = axum::body::to_bytes(version.into_body(), 4096).await.unwrap();
    if token == "dead" {
        return (StatusCode::GONE, r#"{"reason":"Unregistered"}"#.into());
    }
    let header = |name: &str| headers.get(name).unwrap().to_str().unwrap().to_owned();
    assert_eq!(header("apns-push-type"), "mdm");
    seen.lock().unwrap().push((token, header("apns-topic"), String::from_utf8(body.to_vec()).unwrap(), http));
    (StatusCode::OK, String::new())
}

struct Authority {
    pem: String,
    issuer: rcgen::Issuer<'static, rcgen::KeyPair>,
}

fn authority() -> Authority {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let pem = params.self_signed(&key).unwrap().pem();
    Authority { pem, issuer: rcgen::Issuer::new(params, key) }
}

fn leaf(authority: &Authority, name: &str) -> (String, String) {
    let key = rcgen::KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
    (params.signed_by(&key, &authority.issuer).unwrap().pem(), key.serialize_pem())
}

async fn serve(authority: &Authority, seen: Seen) -> String {
    use rustls::pki_types::pem::PemObject;
    let mut roots = rustls::RootCertStore::empty();
    roots.add(rustls::pki_types::CertificateDer::from_pem_slice(authority.pem.as_bytes()).unwrap()).unwrap();
    let verifier = rustls::server::WebPkiClientVerifier::builder(Arc::new(roots)).build().unwrap();
    let (cert, key) = leaf(authority, "localhost");
    let mut tls = rustls::ServerConfig::builder()
        .with_client_cert_verifier(verifier)
        .with_single_cert(
            vec![rustls::pki_types::CertificateDer::from_pem_slice(cert.as_bytes()).unwrap()],
            rustls::pki_types::PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap(),
        )
        .unwrap();
    tls.alpn_protocols = vec![b"h2".to_vec()];
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let app = Router::new().route("/3/device/{token}", post(take)).with_state(seen);
    let config = axum_server::tls_rustls::RustlsConfig::from_config(Arc::new(tls));
    tokio::spawn(async move {
        axum_server::from_tcp_rustls(listener, config).unwrap().serve(app.into_make_service()).await.unwrap();
    });
    format!("https://localhost:{port}")
}

#[tokio::test]
async fn a_push_reaches_the_service_with_topic_type_and_magic() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let authority = authority();
    let seen = Seen::default();
    let address = serve(&authority, seen.clone()).await;
    let (cert, key) = leaf(&authority, "push");
    let apns = Apns::new(&ApnsConfig {
        address,
        identity_pem: Secret::new(format!("{cert}{key}").into_bytes()),
        trust_pem: Some(authority.pem.clone().into_bytes()),
    })
    .unwrap();

    apns.push("a1b2", "com.apple.mgmt.External.x", "magic-1", Timestamp::from_millis(60_000)).await.unwrap();
    let pushes = seen.lock().unwrap().clone();
    assert_eq!(
        pushes,
        [("a1b2".into(), "com.apple.mgmt.External.x".into(), r#"{"mdm":"magic-1"}"#.into(), Version::HTTP_2)]
    );

    match apns.push("dead", "t", "m", Timestamp::default()).await {
        Err(PushError::Gone(said)) => assert!(said.contains("Unregistered"), "{said}"),
        other => panic!("{other:?}"),
    }
    assert!(matches!(apns.push("../x", "t", "m", Timestamp::default()).await, Err(PushError::Refused(_))));
}

#[tokio::test]
async fn an_unreachable_service_is_tried_again() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let authority = authority();
    let (cert, key) = leaf(&authority, "push");
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let apns = Apns::new(&ApnsConfig {
        address: format!("https://{free}"),
        identity_pem: Secret::new(format!("{cert}{key}").into_bytes()),
        trust_pem: Some(authority.pem.into_bytes()),
    })
    .unwrap();
    assert!(matches!(apns.push("a1", "t", "m", Timestamp::default()).await, Err(PushError::Again(_))));
}
