//! Why a message could not be read. Never holds anything of the message itself: bodies carry personal data.

/// A body that is not a message of the protocol, or that goes over a limit.
///
/// The gateway answers all of them with 400, never with 401: a device that gets 401 unenrols itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The body is over the size limit.
    #[error(
        "the body has {size} bytes, more than the limit of {limit}; raise the limit only if the device is known and the message is wanted"
    )]
    TooLarge {
        /// Size of the body in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// Not a property list, neither XML nor binary.
    #[error("not a property list: {what} at byte {at}; compare the raw body with the vendor's format")]
    Malformed {
        /// What is wrong.
        what: &'static str,
        /// Where, in bytes from the start.
        at: usize,
    },
    /// Shared values that grow when read.
    #[error(
        "the property list unfolds to more than {limit} bytes; no message of the protocol does, so suspect the sender"
    )]
    Unfolds {
        /// The limit in bytes.
        limit: usize,
    },
    /// The outermost value is not a dictionary.
    #[error("the property list is not a dictionary; every message of the protocol is one")]
    NotADictionary,
    /// A key that the message cannot do without is absent or of a wrong type.
    #[error("{message} has no usable {key}; see the vendor's schema for {message}")]
    Missing {
        /// The key.
        key: &'static str,
        /// The kind of message.
        message: &'static str,
    },
    /// An identifier that cannot be one.
    #[error("{key} is not an identifier: it must have 1 to {limit} printable characters and no colon")]
    BadIdentity {
        /// The key.
        key: &'static str,
        /// The greatest length in bytes.
        limit: usize,
    },
    /// Neither a UDID nor an EnrollmentID.
    #[error("the message names no device: it has neither UDID nor EnrollmentID")]
    NoIdentity,
}
