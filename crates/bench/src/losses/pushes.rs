//! A stand-in of the push service: HTTP/2 over TLS that asks for a client certificate, as the vendor's does.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// The running stand-in.
pub(super) struct Pushes {
    /// Where it is.
    pub(super) address: String,
    /// The tokens that were pushed, as they come.
    pub(super) heard: UnboundedReceiver<usize>,
}

/// Starts it on a thread of its own, and writes the certificates for the service into `folder`: `push.pem`, `push.key` and the
/// authority, `push-ca.pem`.
pub(super) fn start(folder: &Path) -> anyhow::Result<Pushes> {
    let key = rcgen::KeyPair::generate()?;
    let mut params = rcgen::CertificateParams::new(Vec::new())?;
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = params.self_signed(&key)?.pem();
    let issuer = rcgen::Issuer::new(params, key);
    let leaf = |name: &str| -> anyhow::Result<(String, String)> {
        let key = rcgen::KeyPair::generate()?;
        let params = rcgen::CertificateParams::new(vec![name.to_owned()])?;
        Ok((params.signed_by(&key, &issuer)?.pem(), key.serialize_pem()))
    };
    let (certificate, key) = leaf("push")?;
    std::fs::write(folder.join("push.pem"), certificate)?;
    private(&folder.join("push.key"), &key)?;
    std::fs::write(folder.join("push-ca.pem"), &authority)?;

    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.as_bytes())?)?;
    let verifier = rustls::server::WebPkiClientVerifier::builder(Arc::new(roots)).build()?;
    let (certificate, key) = leaf("localhost")?;
    let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes())?];
    let mut tls = rustls::ServerConfig::builder()
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, PrivateKeyDer::from_pem_slice(key.as_bytes())?)?;
    tls.alpn_protocols = vec![b"h2".to_vec()];
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let port = listener.local_addr()?.port();
    let (tell, heard) = unbounded_channel();
    let router = Router::new().route("/3/device/{token}", post(take)).with_state(tell);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // Ends with the process: the thread holds nothing that has to be given back.
    std::thread::spawn(move || {
        runtime.block_on(async move {
            let config = axum_server::tls_rustls::RustlsConfig::from_config(Arc::new(tls));
            let server = axum_server::from_tcp_rustls(listener, config)?;
            server.serve(router.into_make_service()).await.context("the stand-in of the push service")
        })
    });
    Ok(Pushes { address: format!("https://localhost:{port}"), heard })
}

/// Writes a key that only its owner may read, as the service demands.
fn private(path: &Path, key: &str) -> anyhow::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    Ok(file.write_all(key.as_bytes())?)
}

async fn take(
    State(tell): State<UnboundedSender<usize>>,
    axum::extract::Path(token): axum::extract::Path<String>,
) -> StatusCode {
    match usize::from_str_radix(token.trim_start_matches('0'), 16) {
        // The receiver is gone only when the run is over.
        Ok(number) => drop(tell.send(number)),
        Err(_) if token.bytes().all(|byte| byte == b'0') => drop(tell.send(0)),
        Err(_) => return StatusCode::BAD_REQUEST,
    }
    StatusCode::OK
}
