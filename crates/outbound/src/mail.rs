//! Sends mail over SMTP (RFC 5321), to the force's own relay.
//!
//! A mail says little: a marking, that there is something to read, and where. The content is only shown after the sign-in,
//! because mail is read on lock screens and on private machines. The connection is encrypted or not made at all; plain text is
//! only for a relay on this machine.

use std::time::{Duration, SystemTime};

use domain::{Secret, Timestamp};
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

/// How the connection to the relay is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// TLS from the first byte (RFC 8314), usually port 465.
    Tls,
    /// TLS after STARTTLS, and nothing before it; usually port 25 or 587.
    StartTls,
    /// None: for a relay on this machine.
    Plain,
}

/// The settings of the relay.
pub struct MailConfig {
    /// Its name, which must match its certificate.
    pub server: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub protection: Protection,
    /// Name and password, if the relay requires them.
    pub sign_in: Option<(String, Secret<String>)>,
    /// The sender: an address, or a name with an address in angle brackets.
    pub from: String,
    /// A certificate authority to trust instead of the system's, PEM.
    pub trust_pem: Option<Vec<u8>>,
}

/// A mail. It contains no personal data but the address.
#[derive(Clone)]
pub struct Letter {
    /// Its id: sending it again uses the same Message-ID, by which mail systems recognise it.
    pub id: String,
    /// The address.
    pub to: Secret<String>,
    /// The subject, marking first.
    pub subject: String,
    /// The text.
    pub text: String,
    /// When it was written.
    pub at: Timestamp,
}

/// A client of the relay; cheap to clone.
#[derive(Clone)]
pub struct Mail {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// The client could not be made.
#[derive(Debug, thiserror::Error)]
pub enum MailSetupError {
    /// The sender's address.
    #[error("\"{0}\" is not a sender: write an address, such as Lanyard <lanyard@force.example>")]
    From(String),
    /// The certificate authority, or TLS itself.
    #[error("the mail relay's certificate authority cannot be used: {0}; give it as PEM")]
    Tls(#[from] lettre::transport::smtp::Error),
}

/// The reason why a mail was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// A temporary failure; worth retrying.
    #[error("the mail relay did not accept it: {0}")]
    Again(String),
    /// A permanent failure; retrying unchanged does not help.
    #[error("the mail relay refused it: {0}")]
    Refused(String),
    /// The address is not valid.
    #[error("the work email is not an address: correct it on the person's page")]
    Address,
}

impl Mail {
    /// Makes a client. Connects with the first mail.
    ///
    /// # Errors
    /// [`MailSetupError`] for a sender or authority that cannot be used.
    pub fn new(config: &MailConfig) -> Result<Self, MailSetupError> {
        let from = config.from.parse().map_err(|_| MailSetupError::From(config.from.clone()))?;
        let tls = match config.protection {
            Protection::Plain => Tls::None,
            Protection::Tls => Tls::Wrapper(parameters(config)?),
            Protection::StartTls => Tls::Required(parameters(config)?),
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(config.server.as_str())
            .port(config.port)
            .tls(tls)
            .timeout(Some(Duration::from_secs(20)));
        if let Some((name, password)) = &config.sign_in {
            transport = transport.credentials(Credentials::new(name.clone(), password.expose().clone()));
        }
        Ok(Self { transport: transport.build(), from })
    }

    /// Sends a mail to the relay. `Ok` means that the relay accepted it, not that it was delivered.
    ///
    /// # Errors
    /// [`MailError`], which says whether a retry helps.
    pub async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        let message = self.compose(letter)?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(MailError::Refused(said(&error))),
            Err(error) => Err(MailError::Again(said(&error))),
        }
    }

    fn compose(&self, letter: &Letter) -> Result<Message, MailError> {
        let to: Mailbox = letter.to.expose().trim().parse().map_err(|_| MailError::Address)?;
        let at = Duration::from_millis(u64::try_from(letter.at.millis()).unwrap_or_default());
        Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(letter.subject.as_str())
            .date(SystemTime::UNIX_EPOCH + at)
            .message_id(Some(format!("<{}@{}>", letter.id, self.from.email.domain())))
            // RFC 3834: suppresses automatic replies.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ))
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.clone())
            .map_err(|error| MailError::Refused(error.to_string()))
    }
}

fn parameters(config: &MailConfig) -> Result<TlsParameters, lettre::transport::smtp::Error> {
    let mut tls = TlsParameters::builder(config.server.clone());
    if let Some(pem) = &config.trust_pem {
        tls = tls.certificate_store(CertificateStore::None).add_root_certificate(Certificate::from_pem(pem)?);
    }
    tls.build()
}

/// Returns the relay's message, without the addresses that it may repeat.
fn said(error: &lettre::transport::smtp::Error) -> String {
    match error.status() {
        Some(code) => format!("it answered {code}"),
        None if error.is_timeout() => "it did not answer in time".to_owned(),
        None if error.is_tls() => "the encrypted connection could not be made".to_owned(),
        None => "the connection failed".to_owned(),
    }
}
