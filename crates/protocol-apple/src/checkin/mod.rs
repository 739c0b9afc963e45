//! Check-in: how a device enrols, renews its push token, fetches tokens and says goodbye.
//!
//! A device PUTs one property list (`application/x-apple-aspen-mdm-checkin`). What to do about it is `app`'s to decide; two
//! traps are in the types: an absent [`TokenUpdate::unlock_token`] never erases a stored one, and [`Message::CheckOut`] may
//! never come, so its absence proves nothing.

mod messages;

use crate::channel::Channel;
use crate::errors::DecodeError;
use crate::fields::Fields;
use crate::plist_io::{self, Skipped};

pub use messages::{Authenticate, Endpoint, Message, TokenService, TokenUpdate};

/// One check-in message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckIn {
    /// The sender.
    pub channel: Channel,
    /// What they say.
    pub message: Message,
    /// What of it could not be read.
    pub skipped: Skipped,
}

/// Reads a check-in message of at most `limit` bytes ([`plist_io::DEFAULT_LIMIT`] is the usual one).
///
/// Keys that Lanyard does not know are passed over; a `MessageType` that it does not know is [`Message::Unknown`]. Values that
/// cannot be read are left out and named.
///
/// # Errors
/// Not a property list within the limits, no `MessageType`, no device named, an identifier that cannot be one, or a key
/// absent without which the message has no meaning.
pub fn decode(bytes: &[u8], limit: usize) -> Result<CheckIn, DecodeError> {
    let read = plist_io::read_lenient(bytes, limit)?;
    let all = read.value.into_dictionary().ok_or(DecodeError::NotADictionary)?;
    let fields = Fields(&all);
    let message = messages::read(fields)?;
    Ok(CheckIn { channel: Channel::of(fields)?, message, skipped: read.skipped })
}
