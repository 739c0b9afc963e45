//! The enrolment profile: trust in our CA, an identity by SCEP, and the management payload that uses both.
//!
//! Built unsigned; `pki` signs it. Its identifiers and UUIDs depend on the names in [`EnrolmentProfile::prefix`] only, so a
//! renewed profile replaces the old one on the device. Apple fixes `Topic`, `ServerURL`, `CheckInURL` and the user-channel
//! capability at enrolment: a profile that changes one of them is refused by enrolled devices.
//!
//! Not here: hardware-attested identity by ACME, and account-driven enrolment (which the force does not offer, UPD-7.1).

use aws_lc_rs::digest::{SHA256, digest};
use domain::Secret;
use plist::{Dictionary, Value};

use crate::commands::ACCESS_RIGHTS_ALL;
use crate::plist_io::to_xml;

/// Key size in bits. The vendor's default is 1024, so it is always written.
const KEY_SIZE: u32 = 2048;

/// Signing (1) and encryption (4): SCEP needs both of one key.
const KEY_USAGE: u32 = 5;

/// User channels, and escrow of the Mac's bootstrap token. Not `com.apple.mdm.token`: that promises an answer to `GetToken`,
/// which the service does not give.
const SERVER_CAPABILITIES: [&str; 2] = ["com.apple.mdm.per-user-connections", "com.apple.mdm.bootstraptoken"];

/// What the profile says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolmentProfile {
    /// What the identifiers start with, such as `uk.police.lanyard`.
    pub prefix: String,
    /// The force's name, shown to the person who installs it.
    pub organisation: String,
    /// The profile's name on the device.
    pub display_name: String,
    /// The push topic, `com.apple.mgmt.` and what follows, as in the push certificate.
    pub topic: String,
    /// Where the command loop is, https.
    pub server_url: String,
    /// Where check-in is, if elsewhere, https.
    pub check_in_url: Option<String>,
    /// What management may do, bits of [`crate::commands::AccessRight`]. Rights can never be added later.
    pub access_rights: u16,
    /// How the device gets its identity.
    pub scep: Scep,
    /// The device CA's certificate, DER.
    pub device_ca: Vec<u8>,
    /// The certificate that our TLS chain ends in, DER, unless the device trusts it anyway.
    pub tls_ca: Option<Vec<u8>>,
    /// The person cannot remove it (supervised devices only).
    pub removal_disallowed: bool,
}

/// How the device gets its identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scep {
    /// Where the SCEP service is. Plain http will do: the messages carry their own protection.
    pub url: String,
    /// The CA's name, as the service understands it.
    pub name: String,
    /// One-time word that ties the request to one serial number.
    pub challenge: Secret<String>,
    /// Common name of the certificate's subject.
    pub common_name: String,
    /// SHA-1 digest of the device CA's certificate, so that the device asks no other. The length tells the device which
    /// digest it is, and Apple's published client knows MD5 and SHA-1 only: any other length makes it refuse the authority.
    /// SHA-1 is enough here: to stand in for a certificate that we made, a second preimage would be needed, not a collision.
    pub ca_fingerprint: [u8; 20],
}

impl EnrolmentProfile {
    /// Returns the `PayloadIdentifier` of the whole: what [`crate::commands::Command::Unenrol`] names.
    #[must_use]
    pub fn identifier(&self) -> String {
        format!("{}.enrolment", self.prefix)
    }
}

/// Builds the profile, an XML property list; the same input gives the same bytes. Give `access_rights` as
/// [`ACCESS_RIGHTS_ALL`] unless there is a reason to do less.
#[must_use]
pub fn build(profile: &EnrolmentProfile) -> Vec<u8> {
    let mut payloads = vec![root(profile, "device-ca", "Device certificate authority", &profile.device_ca)];
    if let Some(tls_ca) = &profile.tls_ca {
        payloads.push(root(profile, "tls-ca", "Server certificate authority", tls_ca));
    }
    payloads.push(scep(profile));
    payloads.push(mdm(profile));
    let mut all = Dictionary::new();
    put(&mut all, "PayloadContent", Value::Array(payloads));
    put(&mut all, "PayloadDescription", format!("Lets {} manage this device.", profile.organisation));
    put(&mut all, "PayloadDisplayName", profile.display_name.clone());
    put(&mut all, "PayloadIdentifier", profile.identifier());
    put(&mut all, "PayloadOrganization", profile.organisation.clone());
    if profile.removal_disallowed {
        put(&mut all, "PayloadRemovalDisallowed", true);
    }
    put(&mut all, "PayloadScope", "System");
    put(&mut all, "PayloadType", "Configuration");
    put(&mut all, "PayloadUUID", stable_uuid(&profile.identifier()));
    put(&mut all, "PayloadVersion", 1_u32);
    to_xml(&Value::Dictionary(all))
}

fn put(all: &mut Dictionary, key: &str, value: impl Into<Value>) {
    all.insert(key.to_owned(), value.into());
}

/// Returns the keys that every payload has.
fn payload(profile: &EnrolmentProfile, part: &str, payload_type: &str, name: &str) -> Dictionary {
    let identifier = format!("{}.{part}", profile.identifier());
    let mut all = Dictionary::new();
    put(&mut all, "PayloadDisplayName", name);
    put(&mut all, "PayloadUUID", stable_uuid(&identifier));
    put(&mut all, "PayloadIdentifier", identifier);
    put(&mut all, "PayloadType", payload_type);
    put(&mut all, "PayloadVersion", 1_u32);
    all
}

fn root(profile: &EnrolmentProfile, part: &str, name: &str, certificate: &[u8]) -> Value {
    let mut all = payload(profile, part, "com.apple.security.root", name);
    put(&mut all, "PayloadCertificateFileName", format!("{part}.cer"));
    put(&mut all, "PayloadContent", Value::Data(certificate.to_vec()));
    Value::Dictionary(all)
}

fn scep(profile: &EnrolmentProfile) -> Value {
    let scep = &profile.scep;
    let pair = |name: &str, value: &str| Value::Array(vec![Value::Array(vec![name.into(), value.into()])]);
    let mut content = Dictionary::new();
    put(&mut content, "URL", scep.url.clone());
    put(&mut content, "Name", scep.name.clone());
    put(&mut content, "Subject", vec![pair("O", &profile.organisation), pair("CN", &scep.common_name)]);
    put(&mut content, "Challenge", scep.challenge.expose().clone());
    put(&mut content, "Keysize", KEY_SIZE);
    put(&mut content, "Key Type", "RSA");
    put(&mut content, "Key Usage", KEY_USAGE);
    put(&mut content, "KeyIsExtractable", false);
    put(&mut content, "CAFingerprint", Value::Data(scep.ca_fingerprint.to_vec()));
    let mut all = payload(profile, "identity", "com.apple.security.scep", "Device identity");
    put(&mut all, "PayloadContent", content);
    Value::Dictionary(all)
}

fn mdm(profile: &EnrolmentProfile) -> Value {
    let mut all = payload(profile, "management", "com.apple.mdm", "Device management");
    put(&mut all, "AccessRights", profile.access_rights & ACCESS_RIGHTS_ALL);
    put(&mut all, "CheckOutWhenRemoved", true);
    put(&mut all, "IdentityCertificateUUID", stable_uuid(&format!("{}.identity", profile.identifier())));
    let capabilities: Vec<Value> = SERVER_CAPABILITIES.iter().map(|name| (*name).into()).collect();
    put(&mut all, "ServerCapabilities", capabilities);
    put(&mut all, "ServerURL", profile.server_url.clone());
    if let Some(url) = &profile.check_in_url {
        put(&mut all, "CheckInURL", url.clone());
    }
    put(&mut all, "SignMessage", true);
    put(&mut all, "Topic", profile.topic.clone());
    Value::Dictionary(all)
}

/// Returns a UUID that depends on a name alone: the first 16 bytes of its SHA-256, marked version 8 (RFC 9562 section 5.8), in
/// upper case as Apple's tools write it.
fn stable_uuid(name: &str) -> String {
    let digest = digest(&SHA256, name.as_bytes());
    let mut bytes = [0; 16];
    for (byte, from) in bytes.iter_mut().zip(digest.as_ref()) {
        *byte = *from;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid().hyphenated().to_string().to_uppercase()
}
