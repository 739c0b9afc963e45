//! What the compiler needs besides the settings.

use std::collections::BTreeMap;

use domain::{Secret, is_network_password};

use super::rules::{is_address, is_text};
use super::versions::{OsVersion, floor};
use super::{CompileError, Target};

/// What the profiles of one service share.
#[derive(Debug, Clone)]
pub struct ProfileOptions {
    /// The sender that the profile names.
    pub organisation: String,
    /// What every identifier starts with, in reverse-DNS style. A change of it leaves the old profiles on the devices.
    pub identifier_prefix: String,
    /// Whether the holder may remove a settings profile by hand. A policy that says `management.allow_removal = false`
    /// overrules a `true` here.
    pub removal_allowed: bool,
    /// The oldest iOS and iPadOS under management; never less than 17.0, what the answers are made for.
    pub minimum_ios: OsVersion,
    /// The oldest macOS under management; never less than 14.0.
    pub minimum_macos: OsVersion,
    /// The certificate with which devices prove themselves to Wi-Fi networks; `None` until there is one.
    pub network_identity: Option<NetworkIdentity>,
    /// Passwords of networks with a shared one, by the network's name. They are written into the profile and not counted in
    /// its UUID, which devices report and pages show.
    pub network_passwords: BTreeMap<String, Secret<String>>,
    /// The devices have no cellular radio, so that a list of networks which none of them can join would cut them off.
    pub wifi_only_hardware: bool,
    /// Minutes after which a Mac takes passwords again once it has counted too many wrong ones. Without such a time only
    /// an administrator could let the holder in again.
    pub mac_retry_minutes: u16,
}

impl ProfileOptions {
    /// Makes the usual options for a service of this name, whose identifiers begin in that way.
    pub fn new(organisation: impl Into<String>, identifier_prefix: impl Into<String>) -> Self {
        Self {
            organisation: organisation.into(),
            identifier_prefix: identifier_prefix.into(),
            removal_allowed: false,
            minimum_ios: floor(Target::IosIpados),
            minimum_macos: floor(Target::Macos),
            network_identity: None,
            network_passwords: BTreeMap::new(),
            wifi_only_hardware: false,
            mac_retry_minutes: 30,
        }
    }

    /// Returns the oldest system of a family.
    pub(super) const fn minimum(&self, target: Target) -> OsVersion {
        match target {
            Target::IosIpados => self.minimum_ios,
            Target::Macos => self.minimum_macos,
        }
    }

    /// Refuses options that would make a profile which devices turn down, or answers that are not true.
    pub(super) fn check(&self, target: Target) -> Result<(), CompileError> {
        if !is_identifier(&self.identifier_prefix) {
            return Err(CompileError::Identifier { text: self.identifier_prefix.clone() });
        }
        if !is_text(&self.organisation) {
            return Err(CompileError::Text { what: "organisation's name".to_owned() });
        }
        if let Some(identity) = &self.network_identity {
            identity.check()?;
        }
        if !self.network_passwords.values().all(is_network_password) {
            return Err(CompileError::Text { what: "password of a network".to_owned() });
        }
        let (minimum, oldest) = (self.minimum(target), floor(target));
        if minimum < oldest {
            return Err(CompileError::TooOld { minimum, oldest });
        }
        Ok(())
    }
}

/// Where a device gets the certificate that Wi-Fi asks for (EAP-TLS): Simple Certificate Enrolment Protocol, RFC 8894.
///
/// The parts that differ from device to device (name and challenge) are written into the profile but not counted in its
/// UUID, so that the same policy keeps the same UUID on every device and can be compared.
#[derive(Debug, Clone)]
pub struct NetworkIdentity {
    /// Address of the enrolment service.
    pub scep_url: String,
    /// Name of the authority's instance there, if it has several.
    pub ca_name: Option<String>,
    /// SHA-1 of the authority's certificate, so that the device can verify the server; see
    /// [`crate::enrolment_profile::Scep::ca_fingerprint`].
    pub ca_fingerprint: Option<Vec<u8>>,
    /// The common name that the device asks for.
    pub common_name: String,
    /// The one-time word that lets it ask.
    pub challenge: Option<Secret<String>>,
    /// Certificates (DER) of the authorities that may have issued the network server's certificate.
    pub anchors: Vec<Vec<u8>>,
}

impl NetworkIdentity {
    fn check(&self) -> Result<(), CompileError> {
        let name_fits = self.ca_name.as_deref().is_none_or(is_text);
        let challenge_fits = self.challenge.as_ref().is_none_or(|challenge| is_text(challenge.expose()));
        for (fits, what) in [
            (is_address(&self.scep_url), "address of the certificate service"),
            (name_fits, "name of the certificate authority"),
            (is_text(&self.common_name), "common name of the device"),
            (challenge_fits, "one-time word for the certificate"),
        ] {
            if !fits {
                return Err(CompileError::Text { what: what.to_owned() });
            }
        }
        Ok(())
    }
}

/// Returns whether a text is in reverse-DNS style: what the vendor takes in an identifier and what reads well on the device.
pub(super) fn is_identifier(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 128
        && !text.starts_with('.')
        && !text.ends_with('.')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-')
}
