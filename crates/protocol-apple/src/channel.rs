//! Who is speaking: a device, a user of it, or an enrolment that hides the device.
//!
//! Vendor's pages: "Authenticate", "TokenUpdate" and "Check-in" of the device management documentation.

use domain::Secret;

use crate::errors::DecodeError;
use crate::fields::Fields;

/// The `UserID` of every user of a Shared iPad; there `UserShortName` distinguishes them.
pub const SHARED_IPAD_USER: &str = "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF";

/// One channel of one enrolment. Each has its own push token and its own queue of commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Channel {
    /// The device itself.
    Device {
        /// The device's identifier.
        udid: String,
    },
    /// A user of a Mac.
    User {
        /// The Mac's identifier.
        udid: String,
        /// The user's identifier, as the Mac's directory has it.
        user_id: String,
        /// The user's short name, where sent.
        short_name: Option<Secret<String>>,
    },
    /// A user of a Shared iPad.
    SharedIpadUser {
        /// The iPad's identifier.
        udid: String,
        /// The user's Managed Apple Account.
        short_name: Secret<String>,
    },
    /// A personal device under User Enrolment, which keeps its identity to itself. The force refuses these (UPD-7.1).
    UserEnrolment {
        /// The identifier of this one enrolment.
        enrolment_id: String,
        /// The user, on that user's own channel.
        user_id: Option<String>,
    },
}

impl Channel {
    /// Reads the channel out of any message of the protocol. A UDID outweighs an `EnrollmentID`.
    pub(crate) fn of(fields: Fields<'_>) -> Result<Self, DecodeError> {
        let Some(udid) = fields.identity("UDID")? else {
            let enrolment_id = fields.identity("EnrollmentID")?.ok_or(DecodeError::NoIdentity)?;
            return Ok(Self::UserEnrolment { enrolment_id, user_id: fields.identity("EnrollmentUserID")? });
        };
        // On a Mac it is only shown; on a Shared iPad it says which user is meant.
        let short_name = fields.name("UserShortName").map(|name| name.map(Secret::new));
        match fields.identity("UserID")? {
            None => Ok(Self::Device { udid }),
            Some(user) if user.eq_ignore_ascii_case(SHARED_IPAD_USER) => {
                let message = "a Shared iPad user's message";
                let missing = DecodeError::Missing { key: "UserShortName", message };
                Ok(Self::SharedIpadUser { udid, short_name: short_name?.ok_or(missing)? })
            }
            Some(user_id) => Ok(Self::User { udid, user_id, short_name: short_name.unwrap_or_default() }),
        }
    }

    /// Returns the identifier of the device or, under User Enrolment, of the enrolment: what a certificate is bound to.
    #[must_use]
    pub fn device_key(&self) -> &str {
        match self {
            Self::Device { udid } | Self::User { udid, .. } | Self::SharedIpadUser { udid, .. } => udid,
            Self::UserEnrolment { enrolment_id, .. } => enrolment_id,
        }
    }

    /// Returns the user's part, on a user's channel. Personal data.
    #[must_use]
    pub fn user_key(&self) -> Option<&str> {
        match self {
            Self::Device { .. } => None,
            Self::User { user_id, .. } => Some(user_id),
            Self::SharedIpadUser { short_name, .. } => Some(short_name.expose()),
            Self::UserEnrolment { user_id, .. } => user_id.as_deref(),
        }
    }

    /// Returns one word for the channel, unique over all: the device's key, or that and the user's joined by a colon, which
    /// no device's key contains.
    #[must_use]
    pub fn key(&self) -> String {
        match self.user_key() {
            None => self.device_key().to_owned(),
            Some(user) => format!("{}:{user}", self.device_key()),
        }
    }

    /// Returns whether the device itself speaks, not one of its users.
    #[must_use]
    pub fn is_device(&self) -> bool {
        self.user_key().is_none()
    }
}
