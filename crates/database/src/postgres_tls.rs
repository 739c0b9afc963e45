//! TLS to PostgreSQL: which server is believed, and the encrypted stream.
//!
//! By default the server's certificate comes from an authority that is trusted and is for the name that was asked
//! for. What is weaker has a name and a cost, see [`SslMode`]; nothing falls back to it by itself.
//!
//! Not here: client certificates (a password or the socket's own check says who Lanyard is), and channel binding, which
//! adds nothing to a name that was verified.

use std::fmt;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::Socket;
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client;

use crate::StoreError;

/// How a connection to PostgreSQL is protected, by libpq's words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SslMode {
    /// By where it leads: nothing for a socket file or this machine's own address, `VerifyFull` for any other host.
    #[default]
    ByHost,
    /// Encrypted, with a certificate from a trusted authority that is for the host's name.
    VerifyFull,
    /// As `VerifyFull`, for any name. Risk: the owner of any certificate of that authority can pose as the database.
    VerifyCa,
    /// Encrypted, to any server that answers. Risk: an attacker on the network path reads and changes everything.
    Require,
    /// In the clear. Risk: anyone who can listen to the network reads everything.
    Disable,
}

/// The protection of a connection to PostgreSQL.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PostgresTls {
    /// What is asked of the server.
    pub mode: SslMode,
    /// The certificate authority that is believed instead of the system's, PEM.
    pub trust: Option<PathBuf>,
}

/// What makes the encrypted streams of one configuration; `None` if connections are in the clear.
#[derive(Clone)]
pub(super) struct Tls(Option<Arc<ClientConfig>>);

impl Tls {
    /// Makes the connector for a mode. [`SslMode::ByHost`] has been decided before.
    pub(super) fn new(tls: &PostgresTls) -> Result<Self, StoreError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| open(format!("TLS to PostgreSQL cannot be set up: {error}")))?;
        let config = match tls.mode {
            SslMode::ByHost | SslMode::Disable => return Ok(Self(None)),
            SslMode::VerifyFull => builder.with_root_certificates(roots(tls.trust.as_deref())?),
            SslMode::VerifyCa => {
                let roots = Arc::new(roots(tls.trust.as_deref())?);
                let chain = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider))
                    .build()
                    .map_err(|error| open(format!("the trusted certificates cannot be used: {error}")))?;
                builder
                    .dangerous()
                    .with_custom_certificate_verifier(Arc::new(Weaker { chain: Some(chain), provider }))
            }
            SslMode::Require => builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(Weaker { chain: None, provider })),
        };
        let mut config = config.with_no_client_auth();
        config.alpn_protocols = vec![b"postgresql".to_vec()];
        Ok(Self(Some(Arc::new(config))))
    }
}

fn open(detail: String) -> StoreError {
    StoreError::Open { detail }
}

/// Returns the authorities of a file, or of the system.
fn roots(file: Option<&Path>) -> Result<RootCertStore, StoreError> {
    let mut roots = RootCertStore::empty();
    let Some(file) = file else {
        let found = rustls_native_certs::load_native_certs();
        let (taken, _) = roots.add_parsable_certificates(found.certs);
        return if taken > 0 {
            Ok(roots)
        } else {
            Err(open(
                "this system has no certificate authorities to verify PostgreSQL by; name the server's own with \
                 trust = \"FILE\" under [database]"
                    .to_owned(),
            ))
        };
    };
    let bad =
        |why: String| open(format!("the certificate authority {} cannot be used: {why}", file.display()));
    let bytes = std::fs::read(file).map_err(|error| bad(error.to_string()))?;
    for certificate in CertificateDer::pem_slice_iter(&bytes) {
        let certificate = certificate.map_err(|error| bad(error.to_string()))?;
        roots.add(certificate).map_err(|error| bad(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(bad("it holds no certificate; give it as PEM".to_owned()));
    }
    Ok(roots)
}

/// Verifies less than the default: the chain without the name, or nothing but that the server has its certificate's key.
#[derive(Debug)]
struct Weaker {
    chain: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Weaker {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(chain) = &self.chain else { return Ok(ServerCertVerified::assertion()) };
        // The name is looked at last, so this error says that everything else is in order.
        match chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

impl MakeTlsConnect<Socket> for Tls {
    type Stream = Encrypted;
    type TlsConnect = Handshake;
    type Error = io::Error;

    fn make_tls_connect(&mut self, host: &str) -> io::Result<Handshake> {
        Ok(Handshake { config: self.0.clone(), host: host.to_owned() })
    }
}

/// One handshake with one host.
pub(super) struct Handshake {
    config: Option<Arc<ClientConfig>>,
    host: String,
}

impl TlsConnect<Socket> for Handshake {
    type Stream = Encrypted;
    type Error = Refused;
    type Future = Pin<Box<dyn Future<Output = Result<Encrypted, Refused>> + Send>>;

    fn connect(self, stream: Socket) -> Self::Future {
        Box::pin(async move {
            let Self { config, host } = self;
            let said = |error: &dyn fmt::Display| Refused(error.to_string());
            let config = config.ok_or_else(|| said(&"TLS was not asked for"))?;
            let name = ServerName::try_from(host.clone()).map_err(|error| said(&error))?;
            let encrypted = TlsConnector::from(config).connect(name, stream).await;
            encrypted.map(Encrypted).map_err(|error| Refused(advice(&error, &host)))
        })
    }
}

/// Why there is no encrypted connection, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Refused(String);

fn advice(error: &io::Error, host: &str) -> String {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        // A signature that does not fit: another authority of the same name.
        Some(rustls::Error::InvalidCertificate(
            CertificateError::UnknownIssuer | CertificateError::BadSignature,
        )) => format!(
            "the certificate of {host} comes from an authority that is not trusted; name that authority with trust = \
             \"FILE\" under [database]"
        ),
        Some(rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        )) => format!(
            "the certificate of the server is not for {host}: name the server as its certificate does, or have it given \
             one for that name"
        ),
        _ => error.to_string(),
    }
}

/// An encrypted stream to the server.
pub(super) struct Encrypted(client::TlsStream<Socket>);

impl TlsStream for Encrypted {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for Encrypted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Encrypted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
