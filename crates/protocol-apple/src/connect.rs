//! The command loop: a device asks for work (`Idle`) or answers a command, and gets the next one.
//!
//! One property list each way (`application/x-apple-aspen-mdm`). An answer to an unknown command is still to be
//! answered with 200; a command may be delivered twice, so a result is stored once for each command.

use domain::Secret;
use plist::Dictionary;

use crate::channel::Channel;
use crate::errors::DecodeError;
use crate::fields::Fields;
use crate::plist_io::{self, Skipped};

/// Most links of an error chain that are kept.
const MAX_ERRORS: usize = 16;

/// How a command went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// Nothing to report: give me work.
    Idle,
    /// Done, as far as the device can tell at this moment.
    Acknowledged,
    /// It failed, for good.
    Error,
    /// The device could not read the command, for good: an error of ours, never to be sent again unchanged.
    CommandFormatError,
    /// Not at this moment (a locked device, mostly): offer it again on another connection, and others in this one.
    NotNow,
    /// A word that Lanyard does not know, cut to 256 characters. Neither done nor failed.
    Other(String),
    /// The answer says nothing that can be read. Nobody knows how the command went, and asking again brings the same.
    Missing,
}

impl Status {
    /// Returns the vendor's word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Idle => "Idle",
            Self::Acknowledged => "Acknowledged",
            Self::Error => "Error",
            Self::CommandFormatError => "CommandFormatError",
            Self::NotNow => "NotNow",
            Self::Other(word) => word,
            Self::Missing => "no status",
        }
    }

    fn of(word: String) -> Self {
        match word.as_str() {
            "Idle" => Self::Idle,
            "Acknowledged" => Self::Acknowledged,
            "Error" => Self::Error,
            "CommandFormatError" => Self::CommandFormatError,
            "NotNow" => Self::NotNow,
            _ => Self::Other(word),
        }
    }
}

/// One link of a chain of errors, outermost first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorLink {
    /// Apple's number.
    pub code: i64,
    /// The part of the system that it came from, such as `MCMDMErrorDomain`.
    pub domain: String,
    /// In the device's language; may name what is on the device.
    pub localised: Option<Secret<String>>,
    /// In US English; may name what is on the device.
    pub english: Option<Secret<String>>,
}

/// What a device says on the command loop.
#[derive(Debug, Clone, PartialEq)]
pub struct CommandReport {
    /// The sender.
    pub channel: Channel,
    /// How it went.
    pub status: Status,
    /// The command that this is about; absent when idle. It need not be one of ours.
    pub command_uuid: Option<String>,
    /// What went wrong; empty unless the status is an error.
    pub errors: Vec<ErrorLink>,
    /// On a Mac user's channel: the user is not the one at the screen.
    pub not_on_console: Option<bool>,
    /// The whole message, for [`crate::reports`].
    pub payload: Secret<Dictionary>,
    /// What of it could not be read.
    pub skipped: Skipped,
}

/// Reads a message of the command loop of at most `limit` bytes ([`plist_io::DEFAULT_LIMIT`] is the usual one). Values that
/// cannot be read are left out and named; an answer without a status is [`Status::Missing`].
///
/// # Errors
/// Not a property list within the limits, neither `Status` nor `CommandUUID`, no device named, or an identifier of the sender
/// that cannot be one.
pub fn decode(bytes: &[u8], limit: usize) -> Result<CommandReport, DecodeError> {
    let read = plist_io::read_lenient(bytes, limit)?;
    let all = read.value.into_dictionary().ok_or(DecodeError::NotADictionary)?;
    let fields = Fields(&all);
    // One that cannot be an identifier is not one of ours: it is answered and changes nothing.
    let command_uuid = fields.identity("CommandUUID").unwrap_or_default();
    let status = match fields.text("Status") {
        Some(word) => Status::of(word),
        None if command_uuid.is_some() => Status::Missing,
        None => return Err(DecodeError::Missing { key: "Status", message: "the answer to a command" }),
    };
    let channel = Channel::of(fields)?;
    let errors = error_chain(fields);
    let not_on_console = fields.flag("NotOnConsole");
    let (payload, skipped) = (Secret::new(all), read.skipped);
    Ok(CommandReport { channel, status, command_uuid, errors, not_on_console, payload, skipped })
}

/// Returns the `CommandUUID` of an answer that [`decode`] cannot read, so that the command can be closed; `None` if there is none.
/// Proves nothing: the sender's signature and the command's own enrolment do.
#[must_use]
pub fn command_of_unreadable(bytes: &[u8], limit: usize) -> Option<String> {
    const KEY: &str = "CommandUUID";
    if let Some(surface) = plist_io::read_surface(bytes, limit) {
        return Fields(&surface).identity(KEY).ok().flatten();
    }
    let text = plist_io::text_of(bytes.get(..limit).unwrap_or(bytes));
    let (_, after) = text.split_once("<key>CommandUUID</key>")?;
    let (value, _) = after.trim_start().strip_prefix("<string>")?.split_once("</string>")?;
    let found = Dictionary::from_iter([(KEY.to_owned(), plist::Value::String(value.trim().to_owned()))]);
    Fields(&found).identity(KEY).ok().flatten()
}

fn error_chain(fields: Fields<'_>) -> Vec<ErrorLink> {
    fields.dictionaries("ErrorChain").into_iter().flatten().take(MAX_ERRORS).map(error_link).collect()
}

/// Reads one link of the chain. A link keeps its place even where it lacks keys, so that the chain's length stays true.
fn error_link(link: Fields<'_>) -> ErrorLink {
    ErrorLink {
        code: link.count("ErrorCode").unwrap_or_default(),
        domain: link.text("ErrorDomain").unwrap_or_default(),
        localised: link.text("LocalizedDescription").map(Secret::new),
        english: link.text("USEnglishDescription").map(Secret::new),
    }
}
