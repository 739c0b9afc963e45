//! Wi-Fi networks, and the certificate with which a device joins them.

use aws_lc_rs::digest::{SHA256, digest};
use domain::{Network, NetworkSecurity, SettingValue};
use plist::Value;

use super::{Draft, Kind, dictionary, kind, strings};
use crate::settings::NetworkIdentity;
use crate::settings::compile::{CompileError, Context, Group};
use crate::settings::seal;

const WIFI: Kind = kind("com.apple.wifi.managed", "wifi", "Wi-Fi");
const IDENTITY: Kind = kind("com.apple.security.scep", "wifi-identity", "Certificate for Wi-Fi");
const ANCHOR: Kind = kind("com.apple.security.root", "wifi-anchor", "Authority of the Wi-Fi server");

/// EAP-TLS in the registry of EAP methods (RFC 5216).
const EAP_TLS: i64 = 13;
/// Signing (1) and encryption (4), as Apple counts key usages.
const SIGN_AND_ENCRYPT: i64 = 5;

/// The UUIDs that a network's payload points to; all within one profile, as Apple wants it.
#[derive(Default)]
struct Trust {
    identity: Option<String>,
    anchors: Vec<Value>,
}

pub(super) fn build(context: &Context<'_>, group: &Group, draft: &mut Draft) -> Result<(), CompileError> {
    if !context.asks(group, "wifi.networks") {
        return Ok(());
    }
    let Some(SettingValue::Networks(list)) = context.value("wifi.networks") else { return Ok(()) };
    let enterprise = list.iter().any(|network| is_enterprise(network.security));
    let trust = match &context.options.network_identity {
        Some(identity) if enterprise => certificates(context, group, identity, draft)?,
        _ => Trust::default(),
    };
    if enterprise && trust.identity.is_none() {
        draft.warn("No network identity is given: devices know the networks that ask for a certificate, and cannot join.");
    }
    for network in list {
        // Two names may differ in signs that an identifier cannot hold, so the digest distinguishes them.
        let suffix = format!("{}.{}", WIFI.suffix, short_digest(&network.ssid));
        let written = draft.payload(WIFI, suffix);
        written.content = payload(network, &trust).into_iter().collect();
        if !is_enterprise(network.security)
            && let Some(password) = context.options.network_passwords.get(&network.ssid)
        {
            written.own.insert("Password".to_owned(), password.expose().as_str().into());
        }
    }
    Ok(())
}

const fn is_enterprise(security: NetworkSecurity) -> bool {
    matches!(security, NetworkSecurity::Wpa2Enterprise | NetworkSecurity::Wpa3Enterprise)
}

fn payload(network: &Network, trust: &Trust) -> Vec<(String, Value)> {
    let encryption = match network.security {
        NetworkSecurity::Wpa2Enterprise | NetworkSecurity::Wpa2Personal => "WPA2",
        NetworkSecurity::Wpa3Enterprise | NetworkSecurity::Wpa3Personal => "WPA3",
    };
    let mut content = vec![
        ("AutoJoin".to_owned(), network.auto_join.into()),
        ("EncryptionType".to_owned(), encryption.into()),
        ("SSID_STR".to_owned(), network.ssid.as_str().into()),
    ];
    if !is_enterprise(network.security) {
        return content;
    }
    let mut eap = vec![("AcceptEAPTypes", Value::Array(vec![EAP_TLS.into()]))];
    if !trust.anchors.is_empty() {
        eap.push(("PayloadCertificateAnchorUUID", Value::Array(trust.anchors.clone())));
    }
    if !network.trusted_servers.is_empty() {
        let mut servers: Vec<&String> = network.trusted_servers.iter().collect();
        servers.sort();
        servers.dedup();
        eap.push(("TLSTrustedServerNames", strings(servers)));
    }
    eap.push(("TLSMinimumVersion", "1.2".into()));
    eap.push(("TLSMaximumVersion", "1.3".into()));
    content.push(("EAPClientConfiguration".to_owned(), dictionary(eap)));
    if let Some(identity) = &trust.identity {
        content.push(("PayloadCertificateUUID".to_owned(), identity.as_str().into()));
    }
    content
}

fn certificates(
    context: &Context<'_>,
    group: &Group,
    identity: &NetworkIdentity,
    draft: &mut Draft,
) -> Result<Trust, CompileError> {
    let scep = draft.payload(IDENTITY, IDENTITY.suffix.to_owned());
    scep.content.insert("PayloadContent".to_owned(), dictionary(request(identity)));
    let mut own = request(identity);
    own.push(("Subject", subject(&identity.common_name)));
    if let Some(challenge) = &identity.challenge {
        own.push(("Challenge", challenge.expose().as_str().into()));
    }
    scep.own.insert("PayloadContent".to_owned(), dictionary(own));
    let mut trust = Trust {
        identity: Some(seal::payload_uuid(context.options, group, IDENTITY.suffix, scep)?),
        anchors: Vec::new(),
    };
    for der in &identity.anchors {
        let suffix = format!("{}.{}", ANCHOR.suffix, short_hash(der));
        let anchor = draft.payload(ANCHOR, suffix.clone());
        anchor.content.insert("PayloadContent".to_owned(), Value::Data(der.clone()));
        trust.anchors.push(seal::payload_uuid(context.options, group, &suffix, anchor)?.into());
    }
    Ok(trust)
}

/// Returns the part of the request that every device shares.
fn request(identity: &NetworkIdentity) -> Vec<(&'static str, Value)> {
    let mut request = vec![
        ("URL", identity.scep_url.as_str().into()),
        ("Key Type", "RSA".into()),
        ("Keysize", 2048.into()),
        ("Key Usage", SIGN_AND_ENCRYPT.into()),
        ("KeyIsExtractable", false.into()),
    ];
    if let Some(name) = &identity.ca_name {
        request.push(("Name", name.as_str().into()));
    }
    if let Some(fingerprint) = &identity.ca_fingerprint {
        request.push(("CAFingerprint", Value::Data(fingerprint.clone())));
    }
    request
}

/// Writes a distinguished name as Apple does: lists of lists of pairs.
fn subject(common_name: &str) -> Value {
    let pair = Value::Array(vec!["CN".into(), common_name.into()]);
    Value::Array(vec![Value::Array(vec![pair])])
}

fn short_digest(text: &str) -> String {
    short_hash(text.as_bytes())
}

fn short_hash(bytes: &[u8]) -> String {
    hex::encode(digest(&SHA256, bytes).as_ref().iter().take(6).copied().collect::<Vec<u8>>())
}
