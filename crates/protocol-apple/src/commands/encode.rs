//! Commands as bytes. An option that is not used is not written: some systems refuse keys that they do not know.

use domain::Secret;
use plist::{Dictionary, Value};

use super::{Command, Erase, Obliteration, Pin, ReturnToService, SettingItem};
use crate::errors::DecodeError;
use crate::fields::Fields;
use crate::plist_io::{self, to_xml};

pub(super) fn encode(command: &Command, uuid: &str) -> Vec<u8> {
    let mut body = Keys::default();
    body.put("RequestType", command.request_type());
    fill(command, &mut body);
    let mut envelope = Keys::default();
    envelope.put("CommandUUID", uuid);
    envelope.put("Command", body.0);
    to_xml(&Value::Dictionary(envelope.0))
}

/// Returns the settings that an encoded `Settings` command asked for, in order; `None` in the place of one that Lanyard does
/// not send. Needed because the device's answer names only the order (see [`crate::reports::settings_facts`]).
///
/// # Errors
/// As [`plist_io::read_dictionary`].
pub fn sent_settings(encoded: &[u8]) -> Result<Vec<Option<SettingItem>>, DecodeError> {
    let envelope = plist_io::read_dictionary(encoded, plist_io::DEFAULT_LIMIT)?;
    let command = Fields(&envelope).dictionary("Command");
    let items = command.and_then(|command| command.dictionaries("Settings"));
    Ok(items.into_iter().flatten().map(SettingItem::read).collect())
}

#[derive(Default)]
struct Keys(Dictionary);

impl Keys {
    fn put(&mut self, key: &str, value: impl Into<Value>) {
        self.0.insert(key.to_owned(), value.into());
    }

    fn put_text(&mut self, key: &str, text: Option<&String>) {
        if let Some(text) = text {
            self.put(key, text.clone());
        }
    }

    fn put_data(&mut self, key: &str, data: &Secret<Vec<u8>>) {
        self.put(key, Value::Data(data.expose().clone()));
    }

    fn put_pin(&mut self, pin: Option<&Pin>) {
        if let Some(pin) = pin {
            self.put("PIN", pin.expose());
        }
    }

    fn put_if(&mut self, key: &str, wanted: bool) {
        if wanted {
            self.put(key, true);
        }
    }
}

fn fill(command: &Command, body: &mut Keys) {
    match command {
        Command::InstallProfile { profile } => body.put_data("Payload", profile),
        Command::RemoveProfile { identifier } | Command::Unenrol { identifier } => {
            body.put("Identifier", identifier.clone());
        }
        Command::DeviceInformation { queries } => {
            body.put("Queries", queries.iter().cloned().map(Value::String).collect::<Vec<_>>());
        }
        Command::Restrictions { by_profile } => body.put_if("ProfileRestrictions", *by_profile),
        Command::DeviceLock { pin, message, phone_number } => {
            body.put_pin(pin.as_ref());
            body.put_text("Message", message.as_ref());
            body.put_text("PhoneNumber", phone_number.as_ref());
        }
        Command::EnableLostMode { message, phone_number, footnote } => {
            body.put_text("Message", message.as_ref());
            body.put_text("PhoneNumber", phone_number.as_ref());
            body.put_text("Footnote", footnote.as_ref());
        }
        Command::ClearPasscode { unlock_token } => body.put_data("UnlockToken", unlock_token),
        Command::EraseDevice(erase) => fill_erase(erase, body),
        Command::RestartDevice { notify_user } => body.put_if("NotifyUser", *notify_user),
        Command::Settings { items } => {
            body.put("Settings", items.iter().map(SettingItem::to_value).collect::<Vec<_>>());
        }
        Command::ProfileList
        | Command::SecurityInfo
        | Command::InstalledApplicationList
        | Command::CertificateList
        | Command::DisableLostMode
        | Command::DeviceLocation
        | Command::PlayLostModeSound
        | Command::ActivationLockBypassCode
        | Command::ShutDownDevice
        | Command::DeviceConfigured => {}
    }
}

fn fill_erase(erase: &Erase, body: &mut Keys) {
    body.put_pin(erase.pin.as_ref());
    if let Some(obliteration) = erase.obliteration {
        body.put("ObliterationBehavior", obliteration_word(obliteration));
    }
    body.put_if("PreserveDataPlan", erase.preserve_data_plan);
    body.put_if("DisallowProximitySetup", erase.disallow_proximity_setup);
    if let Some(ReturnToService { wifi_profile, mdm_profile }) = &erase.return_to_service {
        let mut back = Keys::default();
        back.put("Enabled", true);
        if let Some(profile) = wifi_profile {
            back.put_data("WiFiProfileData", profile);
        }
        if let Some(profile) = mdm_profile {
            back.put_data("MDMProfileData", profile);
        }
        body.put("ReturnToService", back.0);
    }
}

const fn obliteration_word(obliteration: Obliteration) -> &'static str {
    match obliteration {
        Obliteration::Default => "Default",
        Obliteration::DoNotObliterate => "DoNotObliterate",
        Obliteration::ObliterateWithWarning => "ObliterateWithWarning",
        Obliteration::Always => "Always",
    }
}
