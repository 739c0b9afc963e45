//! Carrying out one command.
//!
//! Reported errors have the shape and the domain of real ones. Of the codes only 12021, a request type that the device
//! does not know, is sure; the rest are likely, and a server must not decide by them.

use domain::Timestamp;
use plist::{Dictionary, Value};

use crate::identity::Identity;
use crate::passcode::Passcode;
use crate::profile::Profile;
use crate::replies;
use crate::rng::Rng;
use crate::spec::DeviceSpec;
use crate::state::State;
use crate::value::{dict, dicts_at, map, text, text_at};

/// What the device says to a command.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Reply {
    /// Done, with this.
    Done(Dictionary),
    /// Not done, because.
    Failed { code: i64, why: String },
    /// Not done now.
    NotNow,
    /// The command has no request type.
    Misshapen,
}

impl Reply {
    pub(crate) const fn status(&self) -> &'static str {
        match self {
            Self::Done(_) => "Acknowledged",
            Self::Failed { .. } => "Error",
            Self::NotNow => "NotNow",
            Self::Misshapen => "CommandFormatError",
        }
    }

    /// Returns the message to send.
    pub(crate) fn into_message(self, udid: &str, command_uuid: &str) -> Dictionary {
        let status = self.status();
        let mut message = match self {
            Self::Done(payload) => payload,
            Self::Failed { code, why } => dict([("ErrorChain", Value::Array(vec![error(code, &why)]))]),
            Self::NotNow | Self::Misshapen => Dictionary::new(),
        };
        message.extend(dict([
            ("CommandUUID", text(command_uuid)),
            ("Status", text(status)),
            ("UDID", text(udid)),
        ]));
        message
    }
}

fn error(code: i64, why: &str) -> Value {
    map([
        ("ErrorCode", code.into()),
        ("ErrorDomain", text("MCMDMErrorDomain")),
        ("LocalizedDescription", text(why)),
        ("USEnglishDescription", text(why)),
    ])
}

/// What happens to the device once its answer has gone out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum After {
    Nothing,
    Erase,
    Restart,
    SwitchOff,
    Unenrol,
}

/// The device that carries out a command.
pub(crate) struct Actor<'a> {
    pub(crate) spec: &'a DeviceSpec,
    pub(crate) state: &'a mut State,
    pub(crate) rng: &'a mut Rng,
    pub(crate) identity: &'a Identity,
    pub(crate) now: Timestamp,
}

const UNKNOWN: i64 = 12021;
const NOT_SUPERVISED: i64 = 12064;
const BAD_ARGUMENT: i64 = 12024;
const NOT_IN_LOST_MODE: i64 = 12067;
const BAD_PROFILE: i64 = 4001;
const NO_SUCH_PROFILE: i64 = 12075;

fn failed(code: i64, why: impl Into<String>) -> Reply {
    Reply::Failed { code, why: why.into() }
}

fn done() -> Reply {
    Reply::Done(Dictionary::new())
}

impl Actor<'_> {
    /// Carries out a command; unknown ones are refused as real devices refuse them.
    pub(crate) fn answer(&mut self, command: &Dictionary) -> (Reply, After) {
        let Some(kind) = text_at(command, "RequestType") else { return (Reply::Misshapen, After::Nothing) };
        if let Some(refusal) = self.refusal(kind) {
            return (refusal, After::Nothing);
        }
        let reply = match kind {
            "DeviceInformation" => Reply::Done(replies::device_information(self.spec, self.state, command)),
            "SecurityInfo" => Reply::Done(replies::security_info(self.spec, self.state)),
            "Restrictions" => Reply::Done(replies::restrictions(self.spec, self.state, command)),
            "ProfileList" => Reply::Done(replies::profile_list(self.spec, self.state)),
            "InstalledApplicationList" => Reply::Done(replies::applications(self.spec, self.state, command)),
            "CertificateList" => {
                Reply::Done(replies::certificates(&self.identity.certificate, &self.identity.authority))
            }
            "InstallProfile" => self.install_profile(command),
            "RemoveProfile" => return self.remove_profile(command),
            "DeviceLock" => self.lock(command),
            "EnableLostMode" => self.enable_lost_mode(command),
            "DisableLostMode" => {
                self.state.lost_mode = false;
                done()
            }
            "DeviceLocation" => self.locate(),
            "PlayLostModeSound" => self.when_lost(done()),
            "ClearPasscode" => self.clear_passcode(command),
            "Settings" => self.settings(command),
            "DeviceConfigured" => done(),
            "EraseDevice" => return (done(), After::Erase),
            "RestartDevice" => return (done(), After::Restart),
            "ShutDownDevice" => return (done(), After::SwitchOff),
            other => failed(UNKNOWN, format!("\u{201c}{other}\u{201d} is not a valid request type.")),
        };
        (reply, After::Nothing)
    }

    /// Returns what this kind of device does not do, or not unsupervised.
    fn refusal(&self, kind: &str) -> Option<Reply> {
        const PHONES_ONLY: &[&str] = &[
            "EnableLostMode",
            "DisableLostMode",
            "DeviceLocation",
            "PlayLostModeSound",
            "ClearPasscode",
            "Restrictions",
        ];
        const SUPERVISED_ONLY: &[&str] = &[
            "EnableLostMode",
            "DisableLostMode",
            "DeviceLocation",
            "PlayLostModeSound",
            "RestartDevice",
            "ShutDownDevice",
        ];
        if self.spec.model.is_mac() {
            return PHONES_ONLY
                .contains(&kind)
                .then(|| failed(UNKNOWN, format!("\u{201c}{kind}\u{201d} is not a valid request type.")));
        }
        (SUPERVISED_ONLY.contains(&kind) && !self.spec.supervised)
            .then(|| failed(NOT_SUPERVISED, "The device is not supervised."))
    }

    fn install_profile(&mut self, command: &Dictionary) -> Reply {
        let Some(bytes) = command.get("Payload").and_then(Value::as_data) else {
            return failed(BAD_ARGUMENT, "The command has no Payload.");
        };
        match Profile::read(bytes) {
            Ok(profile) => {
                self.state.install(&profile, bytes);
                done()
            }
            Err(why) => failed(BAD_PROFILE, why),
        }
    }

    fn remove_profile(&mut self, command: &Dictionary) -> (Reply, After) {
        let Some(identifier) = text_at(command, "Identifier") else {
            return (failed(BAD_ARGUMENT, "The command has no Identifier."), After::Nothing);
        };
        if identifier == self.identity.enrolment.identifier {
            return (done(), After::Unenrol);
        }
        let before = self.state.profiles.len();
        self.state.profiles.retain(|have| have.identifier != identifier);
        let reply = if self.state.profiles.len() < before {
            done()
        } else {
            failed(NO_SUCH_PROFILE, format!("The profile \u{201c}{identifier}\u{201d} is not installed."))
        };
        (reply, After::Nothing)
    }

    fn lock(&mut self, command: &Dictionary) -> Reply {
        let six_digits = |pin: &str| pin.len() == 6 && pin.bytes().all(|digit| digit.is_ascii_digit());
        if self.spec.model.is_mac() && !text_at(command, "PIN").is_some_and(six_digits) {
            return failed(BAD_ARGUMENT, "A PIN of six digits is needed to lock a Mac.");
        }
        self.state.locked = true;
        let message = command.contains_key("Message") || command.contains_key("PhoneNumber");
        match (message, self.state.passcode) {
            (false, _) => done(),
            // A message is on the lock screen only if there is one.
            (true, Passcode::Absent) => Reply::Done(dict([("MessageResult", text("NoPasscodeSet"))])),
            (true, _) => Reply::Done(dict([("MessageResult", text("Success"))])),
        }
    }

    fn enable_lost_mode(&mut self, command: &Dictionary) -> Reply {
        if text_at(command, "Message").is_none() && text_at(command, "PhoneNumber").is_none() {
            return failed(BAD_ARGUMENT, "Lost mode needs a message or a phone number.");
        }
        self.state.lost_mode = true;
        self.state.locked = true;
        done()
    }

    fn when_lost(&self, reply: Reply) -> Reply {
        if self.state.lost_mode { reply } else { failed(NOT_IN_LOST_MODE, "The device is not in lost mode.") }
    }

    fn locate(&mut self) -> Reply {
        let place = replies::location(self.now, self.rng);
        self.when_lost(Reply::Done(place))
    }

    fn clear_passcode(&mut self, command: &Dictionary) -> Reply {
        match command.get("UnlockToken").and_then(Value::as_data) {
            Some(token) if !token.is_empty() && token == self.state.unlock_token => {
                self.state.passcode = Passcode::Absent;
                done()
            }
            _ => failed(BAD_ARGUMENT, "The unlock token is not this device\u{2019}s."),
        }
    }

    /// Answers each setting by itself, in the order of the command.
    fn settings(&mut self, command: &Dictionary) -> Reply {
        let results = dicts_at(command, "Settings").map(|item| self.setting(item)).collect();
        Reply::Done(dict([("Settings", Value::Array(results))]))
    }

    fn setting(&mut self, item: &Dictionary) -> Value {
        let name = text_at(item, "Item").unwrap_or_default();
        let enabled = item.get("Enabled").and_then(Value::as_boolean);
        let taken = match (name, enabled) {
            ("Bluetooth", Some(on)) if self.spec.supervised => {
                self.state.bluetooth = on;
                true
            }
            ("PersonalHotspot", Some(on)) if !self.spec.model.is_mac() => {
                self.state.hotspot = on;
                true
            }
            ("DeviceName", _) if self.spec.supervised => match text_at(item, "DeviceName") {
                Some(wanted) => {
                    wanted.clone_into(&mut self.state.name);
                    true
                }
                None => false,
            },
            ("DataRoaming" | "VoiceRoaming" | "DiagnosticSubmission" | "AppAnalytics", Some(_)) => true,
            ("HostName", _) => self.spec.model.is_mac(),
            ("OrganizationInfo" | "MDMOptions" | "TimeZone" | "PasscodeLockGracePeriod" | "Wallpaper", _) => {
                true
            }
            _ => false,
        };
        if taken {
            map([("Status", text("Acknowledged"))])
        } else {
            let why = format!("The setting \u{201c}{name}\u{201d} cannot be changed on this device.");
            map([("Status", text("Error")), ("ErrorChain", Value::Array(vec![error(BAD_ARGUMENT, &why)]))])
        }
    }
}
