//! The settings file, `lanyard.toml`: everything that a force decides about how the service runs.
//!
//! Each setting has a safe value where it is left out. A setting that relaxes something says in `example.toml`, which
//! `lanyard config example` prints, what that costs. Paths are relative to the folder of the file, so that the file and
//! what it names move together. What the force decides about its *rules* stands in the policy folder; only the values
//! that the rules leave open may be set here, under `[parameters]`.

mod algorithms;
mod channels;
mod ledger_section;
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
use ledger::WitnessKey;
use outbound::copies::Target;
use outbound::mail::Protection;
use pki::scep::ScepOptions;
use policy::Overrides;
use store::StoreConfig;

pub use channels::{HookTarget, Texts};
pub use limits::Limits;
pub use sign_in::SignIn;

/// The file that is read where none is named.
pub const DEFAULT_FILE: &str = "lanyard.toml";
/// A commented settings file.
pub const EXAMPLE: &str = include_str!("config/example.toml");
/// Stands in enrolment profiles where no push certificate is configured.
const NO_PUSH_TOPIC: &str = "com.apple.mgmt.External.lanyard-without-push";
/// Larger files are refused.
const LARGEST: u64 = 1 << 20;

/// The settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// The force's name, as devices show it.
    pub organisation: String,
    /// Where devices and people reach the service, without a slash at the end.
    pub address: String,
    /// A second address for check-ins.
    pub checkin_address: Option<String>,
    /// Further names by which people and devices come.
    pub names: Vec<String>,
    /// Where the service listens.
    pub listen: SocketAddr,
    /// The folder of keys, and of the database where it is SQLite.
    pub data: PathBuf,
    /// The policy folder.
    pub policy: PathBuf,
    /// Values for what the documents leave open.
    pub parameters: Overrides,
    /// What the directory's groups make of their members.
    pub group_roles: Vec<GroupRole>,
    /// The name of the ledger's signing key, given to it when it is made.
    pub ledger_name: String,
    /// Where checkpoints of the ledger are copied to.
    pub ledger_copies: Vec<Target>,
    /// Witnesses whose cosignatures on the ledger's checkpoints are trusted.
    pub ledger_witnesses: Vec<WitnessKey>,
    /// How connections are protected.
    pub tls: Tls,
    /// Whether everything comes through a proxy.
    pub behind_proxy: bool,
    /// For how long browsers are told to come by TLS only.
    pub strict_transport: Span,
    /// A header in which a trusted proxy hands over the device's client certificate.
    pub certificate_header: Option<String>,
    /// In which header the proxy says from which address a request came.
    pub address_header: Option<String>,
    /// The database.
    pub database: StoreConfig,
    /// Apple's push service.
    pub push: Option<Push>,
    /// The mail relay.
    pub mail: Option<MailRelay>,
    /// The provider of texts.
    pub texts: Option<Texts>,
    /// The system of the force that is told of calls.
    pub hook: Option<HookTarget>,
    /// A device authority given from outside.
    pub ca: Option<GivenCa>,
    /// Older algorithms in SCEP.
    pub scep: ScepOptions,
    /// Whether devices may sign their messages by way of SHA-1.
    pub accept_sha1_messages: bool,
    /// The force's directory.
    pub sign_in: Option<SignIn>,
    /// Lengths of time.
    pub spans: Spans,
    /// What the log looks like.
    pub log: Log,
    /// The most that a device may send at once, in bytes.
    pub body_limit: usize,
    /// How much of the service callers may take up.
    pub limits: Limits,
}

/// How connections are protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tls {
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
pub struct Push {
    /// The push certificate, PEM.
    pub certificate: PathBuf,
    /// Its key, PEM.
    pub key: PathBuf,
    /// Its topic.
    pub topic: String,
    /// Where the push service is reached, if not at its own address.
    pub address: Option<String>,
    /// A certificate authority to trust for it instead of the system's, PEM.
    pub trust: Option<PathBuf>,
}

/// The mail relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailRelay {
    /// Its name, which its certificate bears.
    pub server: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub protection: Protection,
    /// The name to sign in with, and the file that holds the password.
    pub sign_in: Option<(String, PathBuf)>,
    /// Whom letters come from.
    pub from: String,
    /// A certificate authority to trust instead of the system's, PEM.
    pub trust: Option<PathBuf>,
}

/// A device authority given from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenCa {
    /// Its certificate, PEM.
    pub certificate: PathBuf,
    /// Its key, PEM.
    pub key: PathBuf,
}

/// Lengths of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spans {
    /// How often devices are asked for a full report.
    pub refresh_every: Span,
    /// How long an enrolment profile can be used.
    pub challenge_lifetime: Span,
    /// How long a device certificate is valid.
    pub certificate_lifetime: Span,
    /// How long raw messages are kept.
    pub keep_raw: Span,
    /// How long finished commands are kept.
    pub keep_commands: Span,
    /// How long people are kept after their record ended.
    pub keep_ended_people: Span,
    /// How long details of ledger entries are kept.
    pub keep_ledger_details: Span,
    /// How long a session lasts without a request.
    pub session_idle: Span,
    /// How long a session lasts at most.
    pub session_lifetime: Span,
}

/// What the log looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// A JSON object a line instead of text.
    pub json: bool,
    /// The least serious level that is written.
    pub level: tracing::Level,
}

/// Returns whether an address leads to this machine.
pub fn is_this_machine(address: &str) -> bool {
    address.split_once("://").is_some_and(|(_, rest)| read::is_loopback(rest))
}

/// Chooses the settings file: the one named, or [`DEFAULT_FILE`] in the working folder if it is there.
pub fn file(named: Option<&Path>) -> Option<PathBuf> {
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
    pub fn load(named: Option<&Path>) -> anyhow::Result<Self> {
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
    pub fn read(file: &Path) -> anyhow::Result<Self> {
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
    pub fn from_text(text: &str, file: &str, folder: &Path) -> anyhow::Result<Self> {
        read::config(text, file, folder)
    }

    /// Returns what the service does worse than it could, because of a setting that is left out.
    pub fn warnings(&self) -> Vec<&'static str> {
        let nameless = self.behind_proxy && self.address_header.is_none();
        let said = "[tls] behind_proxy is on and address_header is not set: every request seems to come from the proxy, so \
                    strangers who try wrong secrets, or begin many sign-ins, use up what everybody may. Name the header in \
                    which the proxy says from where a request came, such as address_header = \"X-Forwarded-For\"";
        nameless.then_some(said).into_iter().collect()
    }

    /// Returns the topic of the push certificate, or what stands for it where there is none.
    pub fn push_topic(&self) -> &str {
        self.push.as_ref().map_or(NO_PUSH_TOPIC, |push| push.topic.as_str())
    }

    /// Returns what the use cases need of it.
    pub fn for_app(&self) -> AppConfig {
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
            mail: self.mail.is_some(),
            texts: self.texts.is_some(),
            scep: self.scep,
        }
    }
}
