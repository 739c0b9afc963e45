//! Reading configuration profiles as a device does: signed or not, whatever they hold.

use domain::Secret;
use pki::cms::{self, VerifyOptions};
use plist::{Dictionary, Value};

use crate::error::SimError;
use crate::value::{dicts_at, read, text_at};

/// A profile with the keys that every profile has.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    pub(crate) identifier: String,
    pub(crate) uuid: String,
    pub(crate) all: Dictionary,
}

impl Profile {
    /// Reads a profile, through a signature if there is one. The words of the error are for an `ErrorChain`.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, String> {
        let inside;
        // XML starts with "<", a binary property list with "b", a signature with a SEQUENCE.
        let plain = if bytes.first() == Some(&0x30) {
            inside = cms::verify_attached(bytes, &VerifyOptions::default())
                .map_err(|why| format!("the profile's signature is not good: {why}"))?
                .1;
            inside.as_slice()
        } else {
            bytes
        };
        let all = read(plain).ok_or("the profile is not a property list")?;
        let word =
            |key: &str| text_at(&all, key).map(str::to_owned).ok_or(format!("the profile has no {key}"));
        let (identifier, uuid) = (word("PayloadIdentifier")?, word("PayloadUUID")?);
        if word("PayloadType")? != "Configuration" {
            return Err("the profile's type is not Configuration".into());
        }
        Ok(Self { identifier, uuid, all })
    }

    /// Returns what the profile is made of.
    pub(crate) fn payloads(&self) -> impl Iterator<Item = &Dictionary> {
        dicts_at(&self.all, "PayloadContent")
    }

    /// Returns the payloads of a type.
    pub(crate) fn of_type<'a>(&'a self, wanted: &'a str) -> impl Iterator<Item = &'a Dictionary> {
        self.payloads().filter(move |payload| text_at(payload, "PayloadType") == Some(wanted))
    }
}

/// An enrolment profile, as far as a device needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolmentProfile {
    /// The profile's identifier: removing that profile ends the enrolment.
    pub identifier: String,
    /// Where to ask for a certificate.
    pub scep_url: String,
    /// The common name to ask for.
    pub common_name: String,
    /// The one-time challenge, if the profile has one.
    pub challenge: Option<Secret<String>>,
    /// The digest that the authority's certificate must have, if the profile says.
    pub ca_fingerprint: Option<Vec<u8>>,
    /// Where commands come from.
    pub server_url: String,
    /// Where to check in; the same if the profile does not say.
    pub check_in_url: String,
    /// The push topic.
    pub topic: String,
    /// Whether messages are signed in a header.
    pub sign_messages: bool,
    /// Whether to tell the server when the profile is removed.
    pub check_out: bool,
}

impl EnrolmentProfile {
    /// Reads an enrolment profile, signed or not.
    ///
    /// # Errors
    /// [`SimError::Profile`] with what is missing.
    pub fn read(bytes: &[u8]) -> Result<Self, SimError> {
        let profile = Profile::read(bytes).map_err(SimError::Profile)?;
        Self::from_profile(&profile).map_err(SimError::Profile)
    }

    fn from_profile(profile: &Profile) -> Result<Self, String> {
        let mdm = profile.of_type("com.apple.mdm").next().ok_or("it has no com.apple.mdm payload")?;
        let word =
            |key: &str| text_at(mdm, key).map(str::to_owned).ok_or(format!("its com.apple.mdm has no {key}"));
        let identity = word("IdentityCertificateUUID")?;
        let scep = profile
            .of_type("com.apple.security.scep")
            .find(|payload| text_at(payload, "PayloadUUID") == Some(identity.as_str()))
            .and_then(|payload| payload.get("PayloadContent")?.as_dictionary())
            .ok_or("no SCEP payload has the UUID that IdentityCertificateUUID names")?;
        let topic = word("Topic")?;
        if !topic.starts_with("com.apple.mgmt.") {
            return Err("its Topic does not start with com.apple.mgmt.".into());
        }
        let server_url = word("ServerURL")?;
        let truth = |key: &str| mdm.get(key).and_then(Value::as_boolean).unwrap_or(false);
        Ok(Self {
            identifier: profile.identifier.clone(),
            scep_url: text_at(scep, "URL").ok_or("its SCEP payload has no URL")?.to_owned(),
            common_name: common_name(scep).unwrap_or_else(|| "device".to_owned()),
            challenge: text_at(scep, "Challenge").map(|text| Secret::new(text.to_owned())),
            ca_fingerprint: scep.get("CAFingerprint").and_then(Value::as_data).map(<[u8]>::to_vec),
            check_in_url: word("CheckInURL").unwrap_or_else(|_| server_url.clone()),
            server_url,
            topic,
            sign_messages: truth("SignMessage"),
            check_out: truth("CheckOutWhenRemoved"),
        })
    }
}

/// Returns the common name in a SCEP payload's `Subject`: an array of parts, each an array of pairs.
fn common_name(scep: &Dictionary) -> Option<String> {
    let parts = scep.get("Subject")?.as_array()?;
    parts.iter().filter_map(Value::as_array).flatten().filter_map(Value::as_array).find_map(|pair| {
        let (key, value) = (pair.first()?.as_string()?, pair.get(1)?.as_string()?);
        (key == "CN").then(|| value.to_owned())
    })
}
