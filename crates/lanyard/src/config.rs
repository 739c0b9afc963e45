//! The settings file, `lanyard.toml`: everything that a force decides about how the service runs.
//!
//! Each setting has a safe value where it is left out. A setting that relaxes something says in `example.toml`, which
//! `lanyard config example` prints, what that costs. Paths are relative to the folder of the file, so that the file and
//! what it names move together. What the force decides about its *rules* stands in the policy folder; only the values
//! that the rules leave open may be set here, under `[parameters]`.

mod algorithms;
mod limits;
mod read;
mod reader;
mod sign_in;
#[cfg(test)]
mod tests;

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use domain::Span;
use kernel::AppConfig;
use kernel::roles::GroupRole;
use outbound::copies::Target;
use outbound::mail::Protection;
use pki::scep::ScepOptions;
use policy::Overrides;
use store::StoreConfig;

pub(crate) use limits::Limits;
pub(crate) use sign_in::SignIn;

/// The file that is read where none is named.
pub(crate) const DEFAULT_FILE: &str = "lanyard.toml";
/// A commented settings file.
pub(crate) const EXAMPLE: &str = include_str!("config/example.toml");
/// Stands in enrolment profiles where no push certificate is configured.
const NO_PUSH_TOPIC: &str = "com.apple.mgmt.External.lanyard-without-push";
/// Larger files are refused.
const LARGEST: u64 = 1 << 20;

/// The settings.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// The force's name, as devices show it.
    pub(crate) organisation: String,
    /// Where devices and people reach the service, without a slash at the end.
    pub(crate) address: String,
    /// A second address for check-ins.
    pub(crate) checkin_address: Option<String>,
    /// Further names by which people and devices come.
    pub(crate) names: Vec<String>,
    /// Where the service listens.
    pub(crate) listen: SocketAddr,
    /// The folder of keys, and of the database where it is SQLite.
    pub(crate) data: PathBuf,
    /// The policy folder.
    pub(crate) policy: PathBuf,
    /// Values for what the documents leave open.
    pub(crate) parameters: Overrides,
    /// What the directory's groups make of their members.
    pub(crate) group_roles: Vec<GroupRole>,
    /// The name of the ledger's signing key, given to it when it is made.
    pub(crate) ledger_name: String,
    /// Where checkpoints of the ledger are copied to.
    pub(crate) ledger_copies: Vec<Target>,
    /// How connections are protected.
    pub(crate) tls: Tls,
    /// Whether everything comes through a proxy.
    pub(crate) behind_proxy: bool,
    /// For how long browsers are told to come by TLS only.
    pub(crate) strict_transport: Span,
    /// A header in which a trusted proxy hands over the device's client certificate.
    pub(crate) certificate_header: Option<String>,
    /// In which header the proxy says from which address a request came.
    pub(crate) address_header: Option<String>,
    /// The database.
    pub(crate) database: StoreConfig,
    /// Apple's push service.
    pub(crate) push: Option<Push>,
    /// The mail relay.
    pub(crate) mail: Option<MailRelay>,
    /// A device authority given from outside.
    pub(crate) ca: Option<GivenCa>,
    /// Older algorithms in SCEP.
    pub(crate) scep: ScepOptions,
    /// Whether devices may sign their messages by way of SHA-1.
    pub(crate) accept_sha1_messages: bool,
    /// The force's directory.
    pub(crate) sign_in: Option<SignIn>,
    /// Lengths of time.
    pub(crate) spans: Spans,
    /// What the log looks like.
    pub(crate) log: Log,
    /// The most that a device may send at once, in bytes.
    pub(crate) body_limit: usize,
    /// How much of the service callers may take up.
    pub(crate) limits: Limits,
}

/// How connections are protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tls {
    /// The service speaks TLS itself.
    Files {
        /// Certificate chain, PEM, the server's own first.
        certificate: PathBuf,
        /// Its key, PEM.
        key: PathBuf,
    },
    /// Something in front of the service speaks TLS, or nobody but this machine can reach it.
    Plain,
}

/// Apple's push service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Push {
    /// The push certificate, PEM.
    pub(crate) certificate: PathBuf,
    /// Its key, PEM.
    pub(crate) key: PathBuf,
    /// Its topic.
    pub(crate) topic: String,
}

/// The mail relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MailRelay {
    /// Its name, which its certificate bears.
    pub(crate) server: String,
    /// Its port.
    pub(crate) port: u16,
    /// How the connection is protected.
    pub(crate) protection: Protection,
    /// The name to sign in with, and the file that holds the password.
    pub(crate) sign_in: Option<(String, PathBuf)>,
    /// Whom letters come from.
    pub(crate) from: String,
    /// A certificate authority to trust instead of the system's, PEM.
    pub(crate) trust: Option<PathBuf>,
}

/// A device authority given from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GivenCa {
    /// Its certificate, PEM.
    pub(crate) certificate: PathBuf,
    /// Its key, PEM.
    pub(crate) key: PathBuf,
}

/// Lengths of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spans {
    pub(crate) refresh_every: Span,
    pub(crate) challenge_lifetime: Span,
    pub(crate) certificate_lifetime: Span,
    pub(crate) keep_raw: Span,
    pub(crate) keep_commands: Span,
    pub(crate) keep_ended_people: Span,
    pub(crate) keep_ledger_details: Span,
    pub(crate) session_idle: Span,
    pub(crate) session_lifetime: Span,
}

/// What the log looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Log {
    /// A JSON object a line instead of text.
    pub(crate) json: bool,
    /// The least serious level that is written.
    pub(crate) level: tracing::Level,
}

/// Whether an address leads to this machine.
pub(crate) fn is_this_machine(address: &str) -> bool {
    address.split_once("://").is_some_and(|(_, rest)| read::is_loopback(rest))
}

/// Which settings file to use: the one named, or [`DEFAULT_FILE`] in the working folder if it is there.
pub(crate) fn file(named: Option<&Path>) -> Option<PathBuf> {
    match named {
        Some(file) => Some(file.to_owned()),
        None => Some(PathBuf::from(DEFAULT_FILE)).filter(|file| file.exists()),
    }
}

impl Config {
    /// Reads the settings file for a verb that cannot do without one.
    ///
    /// # Errors
    /// Where there is none, and every problem of the one that is there.
    pub(crate) fn load(named: Option<&Path>) -> anyhow::Result<Self> {
        let Some(file) = file(named) else {
            bail!(
                "there is no settings file: name one with --config FILE or LANYARD_CONFIG, or write one with \
                 `lanyard config example > {DEFAULT_FILE}` and fill it in"
            );
        };
        Self::read(&file)
    }

    /// Reads a settings file.
    ///
    /// # Errors
    /// Every problem of it, with its line.
    pub(crate) fn read(file: &Path) -> anyhow::Result<Self> {
        let shown = file.display();
        let size =
            fs::metadata(file).with_context(|| format!("the settings file {shown} cannot be read"))?.len();
        if size > LARGEST {
            bail!("the settings file {shown} has {size} bytes; it can have {LARGEST} at most");
        }
        let text =
            fs::read_to_string(file).with_context(|| format!("the settings file {shown} cannot be read"))?;
        let folder = file.parent().map(Path::to_owned).unwrap_or_default();
        Self::from_text(&text, &shown.to_string(), &folder)
    }

    /// Reads settings from text; paths are taken from `folder` on.
    ///
    /// # Errors
    /// Every problem, with its line.
    pub(crate) fn from_text(text: &str, file: &str, folder: &Path) -> anyhow::Result<Self> {
        read::config(text, file, folder)
    }

    /// What the service does worse than it could, because of a setting that is left out.
    pub(crate) fn warnings(&self) -> Vec<&'static str> {
        let nameless = self.behind_proxy && self.address_header.is_none();
        let said = "[tls] behind_proxy is on and address_header is not set: every request seems to come from the proxy, so \
                    strangers who try wrong secrets, or begin many sign-ins, use up what everybody may. Name the header in \
                    which the proxy says from where a request came, such as address_header = \"X-Forwarded-For\"";
        nameless.then_some(said).into_iter().collect()
    }

    /// The topic of the push certificate, or what stands for it where there is none.
    pub(crate) fn push_topic(&self) -> &str {
        self.push.as_ref().map_or(NO_PUSH_TOPIC, |push| push.topic.as_str())
    }

    /// What the use cases need of it.
    pub(crate) fn for_app(&self) -> AppConfig {
        AppConfig {
            address: self.address.clone(),
            policy_folder: Some(self.policy.clone()),
            organisation: self.organisation.clone(),
            checkin_address: self.checkin_address.clone(),
            challenge_lifetime: self.spans.challenge_lifetime,
            certificate_lifetime: self.spans.certificate_lifetime,
            refresh_every: self.spans.refresh_every,
            keep_raw: self.spans.keep_raw,
            keep_commands: self.spans.keep_commands,
            keep_ledger_details: self.spans.keep_ledger_details,
            ledger_folder: Some(self.data.clone()),
            keep_ended_people: self.spans.keep_ended_people,
            session_idle: self.spans.session_idle,
            session_lifetime: self.spans.session_lifetime,
            group_roles: self.group_roles.clone(),
            scep: self.scep,
        }
    }
}
