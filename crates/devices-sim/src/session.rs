//! One session: the device says that it is idle, and answers commands until there are none.

use plist::{Dictionary, Value};

use crate::answer::{Actor, After, Reply};
use crate::device::Device;
use crate::error::{SimError, Step};
use crate::link::{Link, Outgoing};
use crate::spec::Temper;
use crate::value::{read, text_at, to_xml};

/// More commands than any server has for one device at a time.
const MAX_COMMANDS: usize = 500;

/// A command that the device answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Its request type.
    pub request_type: String,
    /// What the device said: `Acknowledged`, `Error`, `NotNow` or `CommandFormatError`.
    pub status: &'static str,
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The server had no more commands.
    Drained,
    /// The device was erased and is no longer enrolled.
    Erased,
    /// The server ended the enrolment.
    Unenrolled,
    /// The device restarts.
    Restarting,
    /// The device switches itself off.
    SwitchedOff,
    /// The device did not connect: it never does ([`Temper::Silent`]).
    Silent,
    /// The device was wiped by its holder: it needs a new enrolment profile ([`Temper::ReEnrolling`]).
    WantsEnrolment,
}

/// What happened in a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionSummary {
    /// The commands, in order.
    pub answered: Vec<Answered>,
    /// How it ended.
    pub ended: Ended,
}

impl Device {
    /// Holds one session, as after a push.
    ///
    /// # Errors
    /// [`SimError`]. After one that [would unenrol](SimError::would_unenrol) a real device, this one is unenrolled too.
    pub async fn session(&mut self, link: &Link) -> Result<SessionSummary, SimError> {
        self.enrolled()?;
        match self.spec.temper {
            Temper::Silent => return Ok(SessionSummary { answered: Vec::new(), ended: Ended::Silent }),
            Temper::ReEnrolling if self.rng.once_in(8) => {
                self.wipe();
                return Ok(SessionSummary { answered: Vec::new(), ended: Ended::WantsEnrolment });
            }
            _ => {}
        }
        self.state.live(&self.spec, &mut self.rng);
        let outcome = self.commands(link).await;
        if outcome.as_ref().is_err_and(SimError::would_unenrol) {
            self.unenrol();
        }
        outcome
    }

    async fn commands(&mut self, link: &Link) -> Result<SessionSummary, SimError> {
        let mut answered = Vec::new();
        let mut message = self.idle();
        while answered.len() < MAX_COMMANDS {
            let offered = self.exchange(link, message).await?;
            if offered.is_empty() {
                return Ok(SessionSummary { answered, ended: Ended::Drained });
            }
            let (uuid, command) = open(&offered)?;
            let (reply, after) = self.carry_out(link, &command)?;
            let request_type = text_at(&command, "RequestType").unwrap_or_default().to_owned();
            answered.push(Answered { request_type, status: reply.status() });
            message = reply.into_message(&self.spec.udid, &uuid);
            if let Some(ended) = self.last_words(link, after, &message).await? {
                return Ok(SessionSummary { answered, ended });
            }
        }
        Err(SimError::TooManyCommands(MAX_COMMANDS))
    }

    fn carry_out(&mut self, link: &Link, command: &Dictionary) -> Result<(Reply, After), SimError> {
        const NEVER_PUT_OFF: &[&str] =
            &["DeviceLock", "EraseDevice", "EnableLostMode", "DisableLostMode", "DeviceLocation"];
        let urgent = text_at(command, "RequestType").is_some_and(|kind| NEVER_PUT_OFF.contains(&kind));
        if self.spec.temper == Temper::NotNow && !urgent && self.rng.once_in(3) {
            return Ok((Reply::NotNow, After::Nothing));
        }
        let now = self.clock(&link.world);
        let serial = || SimError::NotEnrolled(self.spec.serial.clone());
        let identity = self.identity.as_ref().ok_or_else(serial)?;
        let mut actor = Actor { spec: &self.spec, state: &mut self.state, rng: &mut self.rng, identity, now };
        Ok(actor.answer(command))
    }

    /// Sends the answer to a command after which the device does not go on, and does what was ordered.
    async fn last_words(
        &mut self,
        link: &Link,
        after: After,
        message: &Dictionary,
    ) -> Result<Option<Ended>, SimError> {
        if after == After::Nothing {
            return Ok(None);
        }
        let sent = self.exchange(link, message.clone()).await;
        let ended = match after {
            // A device that was told to erase itself does so, whether its answer arrived or not.
            After::Erase => {
                self.wipe();
                return Ok(Some(Ended::Erased));
            }
            After::Unenrol => {
                // The enrolment is gone either way; whether the server hears of it is another matter.
                let told = self.check_out(link).await;
                sent?;
                told?;
                return Ok(Some(Ended::Unenrolled));
            }
            After::Restart => Ended::Restarting,
            After::SwitchOff | After::Nothing => Ended::SwitchedOff,
        };
        sent?;
        Ok(Some(ended))
    }

    /// Sends one message and returns what came back: twice, if such is the device's temper.
    async fn exchange(&self, link: &Link, message: Dictionary) -> Result<Vec<u8>, SimError> {
        let identity = self.enrolled()?;
        let body = to_xml(message)?;
        let signature =
            identity.enrolment.sign_messages.then(|| identity.sign(&body, self.clock(&link.world)));
        let signature = signature.transpose()?;
        let outgoing = || Outgoing {
            step: Step::Commands,
            url: &identity.enrolment.server_url,
            content_type: "application/x-apple-aspen-mdm",
            user_agent: self.user_agent(),
            signature: signature.as_deref(),
            body: body.clone(),
        };
        if self.spec.temper == Temper::Duplicating {
            // As if the first answer had been lost on the way.
            link.put(outgoing()).await?;
        }
        link.put(outgoing()).await
    }
}

/// Returns the identifier of a command and the command.
fn open(offered: &[u8]) -> Result<(String, Dictionary), SimError> {
    let unreadable = |why: &str| SimError::Unreadable { step: Step::Commands, why: why.to_owned() };
    let envelope = read(offered).ok_or_else(|| unreadable("it is not a property list"))?;
    let uuid = text_at(&envelope, "CommandUUID").ok_or_else(|| unreadable("it has no CommandUUID"))?;
    let command = envelope.get("Command").and_then(Value::as_dictionary);
    Ok((uuid.to_owned(), command.ok_or_else(|| unreadable("it has no Command"))?.clone()))
}
