//! `lanyard config`: the settings file.

use std::path::Path;

use anyhow::Context;
use clap::Subcommand;
use pki::DeviceCa;

use service::config::{Config, EXAMPLE, Tls};
use service::out::Out;
use service::private_files;
use service::{channels, keys, open, serve, system, tls_files, vendors};

/// What to do with the settings.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigVerb {
    /// Say everything that is wrong with the settings file and what it names. Changes nothing.
    Check,
    /// Print a commented settings file.
    Example,
}

impl ConfigVerb {
    pub(crate) fn run(self, settings: Option<&Path>) -> anyhow::Result<()> {
        let mut out = Out::new();
        match self {
            Self::Example => out.raw(EXAMPLE.as_bytes())?,
            Self::Check => {
                let config = Config::load(settings)?;
                let authority = files(&config)?;
                let directory = directory(&config)?;
                let policy = open::policy_in_folder(&config)?;
                access_folder(&config)?;
                out.line(format_args!(
                    "the settings are whole: {}, {} clauses, {}, push {}, texts {}, webhook {}, sign-in {directory}",
                    config.address,
                    policy.library().clauses.len(),
                    match &config.tls {
                        Tls::Files { .. } => "TLS by the service",
                        Tls::Plain => "TLS by a proxy or none on this machine",
                    },
                    if config.push.is_some() {
                        "on"
                    } else {
                        "off: devices hear of commands when they connect"
                    },
                    if config.texts.is_some() { "on" } else { "off" },
                    if config.hook.is_some() { "on" } else { "off" },
                ))?;
                let of_authority = authority.as_ref().and_then(keys::authority_warning);
                for warning in config.warnings().into_iter().map(str::to_owned).chain(of_authority) {
                    out.line(format_args!("warning: {warning}"))?;
                }
            }
        }
        Ok(out.finish()?)
    }
}

/// Asks the force's directory what it says of itself: a wrong issuer shows now, and not when the first person signs in.
fn directory(config: &Config) -> anyhow::Result<String> {
    let Some(directory) = config.directory()? else {
        return Ok("by links from the server: no directory is connected".to_owned());
    };
    let now = system::world().now();
    let keys = serve::runtime()?.block_on(directory.oidc.check(now)).context("the [sign_in] section")?;
    Ok(format!("through {} ({keys} keys)", directory.oidc.issuer()))
}

/// Refuses a policy folder without access policies: the service starts with it, and nobody may do anything.
fn access_folder(config: &Config) -> anyhow::Result<()> {
    let folder = config.policy.join("access");
    if folder.is_dir() {
        return Ok(());
    }
    anyhow::bail!(
        "there is no folder {}: nobody may do anything; copy it from the rules that come with Lanyard",
        folder.display()
    )
}

/// Reads every file that the settings name, as the service will, by the same functions; gives the device authority, if it is
/// there. Makes and changes nothing.
fn files(config: &Config) -> anyhow::Result<Option<DeviceCa>> {
    if config.data.exists() {
        private_files::folder(&config.data)?;
        keys::look(config, &system::world())?;
    }
    if let Tls::Files { certificate, key } = &config.tls {
        tls_files::read(certificate, key)?;
    }
    config.database.check().context("the [database] section")?;
    vendors::pushes(config).context("the [push] section")?;
    channels::channels(config)?;
    keys::present_ca(config)
}
