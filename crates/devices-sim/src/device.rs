//! A simulated device as a whole: enrolling, and what it remembers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{Span, Timestamp, World};
use plist::Dictionary;
use serde::{Deserialize, Serialize};

use crate::error::{SimError, Step};
use crate::identity::Identity;
use crate::link::{Link, Outgoing};
use crate::passcode::Passcode;
use crate::profile::{EnrolmentProfile, Profile};
use crate::replies;
use crate::rng::Rng;
use crate::spec::{DeviceSpec, Temper};
use crate::state::State;
use crate::value::{data, dict, text, to_xml};

/// A simulated device. Saved as JSON it can go on after a restart; its private key is in there, so keep the file to
/// yourself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Device {
    pub(crate) spec: DeviceSpec,
    pub(crate) rng: Rng,
    pub(crate) state: State,
    pub(crate) identity: Option<Identity>,
    /// How far its clock is off, in milliseconds.
    skew: i64,
}

impl Device {
    /// Makes a device out of the box; all that it does follows from the seed.
    #[must_use]
    pub fn new(spec: DeviceSpec, seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let state = State::out_of_the_box(&spec, &mut rng);
        let hour = 3_600_000;
        let skew = match spec.temper {
            Temper::ClockSkewed => rng.pick(&[9 * hour, -31 * hour, 2 * 365 * 24 * hour, -40 * 24 * hour]),
            _ => 0,
        };
        Self { spec, rng, state, identity: None, skew }
    }

    /// Returns what it is.
    #[must_use]
    pub const fn spec(&self) -> &DeviceSpec {
        &self.spec
    }

    /// Returns whether it is enrolled, as far as it knows.
    #[must_use]
    pub const fn is_enrolled(&self) -> bool {
        self.identity.is_some()
    }

    /// Returns whether it is in lost mode.
    #[must_use]
    pub const fn is_lost(&self) -> bool {
        self.state.lost_mode
    }

    /// Returns whether someone locked it from afar.
    #[must_use]
    pub const fn is_locked(&self) -> bool {
        self.state.locked
    }

    /// Returns what passcode it has.
    #[must_use]
    pub const fn passcode(&self) -> Passcode {
        self.state.passcode
    }

    /// Returns the profiles on it, as identifier and UUID.
    pub fn profiles(&self) -> impl Iterator<Item = (&str, &str)> {
        self.state.profiles.iter().map(|profile| (profile.identifier.as_str(), profile.uuid.as_str()))
    }

    /// Returns the payloads of a type that are on the device, each as an XML property list: what its profiles tell it.
    #[must_use]
    pub fn payloads(&self, payload_type: &str) -> Vec<String> {
        self.state.payloads(payload_type)
    }

    /// Puts an app on the device, as its holder does.
    pub fn put_app(&mut self, identifier: &str) {
        self.state.put_app(identifier);
    }

    /// Returns the SHA-256 digest of its certificate in hex, while it is enrolled.
    #[must_use]
    pub fn certificate_digest(&self) -> Option<String> {
        self.identity.as_ref().map(|identity| identity.certificate.sha256_hex())
    }

    /// Enrols with a profile, signed or not: gets a certificate, authenticates, and sends the push token. A device
    /// that is enrolled is wiped first.
    ///
    /// # Errors
    /// [`SimError`]; the device is then not enrolled.
    pub async fn enrol(&mut self, link: &Link, profile: &[u8]) -> Result<(), SimError> {
        let enrolment = EnrolmentProfile::read(profile)?;
        let whole = Profile::read(profile).map_err(SimError::Profile)?;
        self.wipe();
        let identity =
            Identity::obtain(link, &enrolment, self.clock(&link.world), self.spec.old_client).await?;
        self.check_in(link, &identity, Step::Authenticate, self.authenticate(&identity)).await?;
        let token_update = self.token_update(&identity);
        self.check_in(link, &identity, Step::TokenUpdate, token_update).await?;
        self.state.install(&whole, profile);
        self.identity = Some(identity);
        Ok(())
    }

    /// Gets a new certificate before the present one ends.
    ///
    /// # Errors
    /// [`SimError`]; the device keeps what it has.
    pub async fn renew(&mut self, link: &Link) -> Result<(), SimError> {
        let now = self.clock(&link.world);
        let mut identity = self.enrolled()?.clone();
        identity.renew(link, now).await?;
        self.identity = Some(identity);
        Ok(())
    }

    /// Removes the profile, as its holder does: the device tells the server, if the profile asked for that, and is free.
    ///
    /// # Errors
    /// [`SimError`]; the device is unenrolled all the same.
    pub async fn check_out(&mut self, link: &Link) -> Result<(), SimError> {
        let identity = self.enrolled()?.clone();
        self.unenrol();
        if !identity.enrolment.check_out {
            return Ok(());
        }
        let message = dict([
            ("MessageType", text("CheckOut")),
            ("Topic", text(&identity.enrolment.topic)),
            ("UDID", text(&self.spec.udid)),
        ]);
        self.check_in(link, &identity, Step::CheckOut, message).await
    }

    /// Returns the body of an `Idle` message and the `Mdm-Signature` header for it, for load tools that send it many times.
    ///
    /// # Errors
    /// [`SimError::NotEnrolled`], or if the key cannot sign.
    pub fn signed_idle(&self, world: &World) -> Result<(Vec<u8>, String), SimError> {
        let identity = self.enrolled()?;
        let body = to_xml(self.idle())?;
        let signature = identity.sign(&body, self.clock(world))?;
        Ok((body, STANDARD.encode(signature)))
    }

    pub(crate) fn idle(&self) -> Dictionary {
        dict([("Status", text("Idle")), ("UDID", text(&self.spec.udid))])
    }

    pub(crate) fn enrolled(&self) -> Result<&Identity, SimError> {
        self.identity.as_ref().ok_or_else(|| SimError::NotEnrolled(self.spec.serial.clone()))
    }

    /// Returns the time on the device.
    pub(crate) fn clock(&self, world: &World) -> Timestamp {
        let now = world.now();
        if self.skew < 0 {
            now.minus(Span::from_millis(-self.skew))
        } else {
            now.plus(Span::from_millis(self.skew))
        }
    }

    /// Wipes the device to what it was when it left the box: nothing of the enrolment, its settings or its profiles stays.
    pub(crate) fn wipe(&mut self) {
        self.identity = None;
        self.state = State::out_of_the_box(&self.spec, &mut self.rng);
    }

    /// Ends the enrolment, and removes all that it brought.
    pub(crate) fn unenrol(&mut self) {
        self.identity = None;
        self.state.profiles.clear();
        self.state.apps.retain(|app| !app.managed);
        self.state.unlock_token.clear();
        self.state.lost_mode = false;
    }

    pub(crate) const fn user_agent(&self) -> &'static str {
        if self.spec.model.is_mac() { "MDM-OSX/1.0 mdmclient/1.0" } else { "MDM/1.0" }
    }

    async fn check_in(
        &self,
        link: &Link,
        identity: &Identity,
        step: Step,
        message: Dictionary,
    ) -> Result<(), SimError> {
        let body = to_xml(message)?;
        let signature =
            identity.enrolment.sign_messages.then(|| identity.sign(&body, self.clock(&link.world)));
        let signature = signature.transpose()?;
        link.put(Outgoing {
            step,
            url: &identity.enrolment.check_in_url,
            content_type: "application/x-apple-aspen-mdm-checkin",
            user_agent: self.user_agent(),
            signature: signature.as_deref(),
            body,
        })
        .await?;
        Ok(())
    }

    fn authenticate(&self, identity: &Identity) -> Dictionary {
        let spec = &self.spec;
        let mut message = dict([
            ("BuildVersion", text(&spec.build)),
            ("DeviceName", text(&self.state.name)),
            ("MessageType", text("Authenticate")),
            ("Model", text(&spec.model_number)),
            ("ModelName", text(&spec.model_name)),
            ("OSVersion", text(&spec.os_version)),
            ("ProductName", text(&spec.product)),
            ("SerialNumber", text(&spec.serial)),
            ("Topic", text(&identity.enrolment.topic)),
            ("UDID", text(&spec.udid)),
        ]);
        if !spec.model.is_mac() {
            message.insert("IMEI".to_owned(), text(&replies::imei(spec)));
        }
        message
    }

    fn token_update(&mut self, identity: &Identity) -> Dictionary {
        let token: [u8; 32] = self.rng.bytes();
        let mut message = dict([
            ("AwaitingConfiguration", false.into()),
            ("MessageType", text("TokenUpdate")),
            ("PushMagic", text(&self.rng.uuid())),
            ("Token", data(&token)),
            ("Topic", text(&identity.enrolment.topic)),
            ("UDID", text(&self.spec.udid)),
        ]);
        if !self.spec.model.is_mac() {
            let unlock: [u8; 64] = self.rng.bytes();
            self.state.unlock_token = unlock.to_vec();
            message.insert("UnlockToken".to_owned(), data(&unlock));
        }
        message
    }
}
