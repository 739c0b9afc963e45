//! How a device comes under management and leaves it.

use domain::{FactName, FactValue, Platform, Secret};

/// The sender of a message: a device, or a user of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Speaker {
    /// The device's own identifier, to which its certificate is bound.
    pub device: String,
    /// The user, on a user's own channel.
    pub user: Option<User>,
    /// It is somebody's own device, enrolled so that the force does not learn which. The force refuses these (UPD-7.1).
    pub personal: bool,
}

/// A user of a device, on a channel of their own. Personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The vendor's identifier of the user.
    pub id: String,
    /// The short name, where sent.
    pub name: Option<Secret<String>>,
}

impl Speaker {
    /// Returns whether the device itself speaks, not one of its users.
    #[must_use]
    pub const fn is_device(&self) -> bool {
        self.user.is_none()
    }

    /// Returns the user's identifier, on a user's channel.
    #[must_use]
    pub fn user_id(&self) -> Option<&str> {
        self.user.as_ref().map(|user| user.id.as_str())
    }
}

/// A message with which a device begins, finishes or ends its enrolment, or uses what is kept for it.
#[derive(Debug, Clone)]
pub struct CheckIn {
    /// Who speaks.
    pub speaker: Speaker,
    /// The vendor's name for the message, for logs and the ledger.
    pub name: String,
    /// What it says.
    pub message: Message,
}

/// What a check-in says.
#[derive(Debug, Clone)]
pub enum Message {
    /// The device begins to enrol.
    Begin(Box<Begin>),
    /// The device can be reached: it finishes its enrolment, or has another address.
    Ready(Box<Ready>),
    /// The device leaves management.
    Leave,
    /// The device gives something into our keeping, or with `None` takes it away again.
    Keep {
        /// What it gives.
        what: Keepsake,
        /// Its bytes.
        value: Option<Secret<Vec<u8>>>,
    },
    /// The device asks for what it gave.
    Give {
        /// What it asks for.
        what: Keepsake,
    },
    /// Anything else that the device may only say once it is under management; the vendor's own door answers it.
    Other,
}

/// Something that a device gives into our keeping and may ask back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keepsake {
    /// What the vendor calls it.
    pub name: &'static str,
    /// The ledger's word for storing it.
    pub stored: &'static str,
    /// The ledger's word for deleting it.
    pub deleted: &'static str,
    /// The ledger's word for giving it back.
    pub given: &'static str,
}

/// What a device says of itself when it begins to enrol.
#[derive(Debug, Clone, Default)]
pub struct Begin {
    /// Its serial number; a device that hides it is somebody's own.
    pub serial: Option<String>,
    /// The version of its system.
    pub os_version: Option<String>,
    /// Its model.
    pub model: Option<String>,
    /// What it reports before it is asked anything.
    pub told: Vec<(FactName, FactValue)>,
}

/// What a device gives us to work with.
#[derive(Debug, Clone, Default)]
pub struct Ready {
    /// Where the vendor's service reaches the device; the vendor alone reads it.
    pub address: String,
    /// What the vendor needs later for its orders.
    pub kept: Vec<Kept>,
    /// The device waits during set-up until [`crate::Order::FinishSetup`].
    pub awaits_settings: bool,
}

/// Something that a vendor needs of an enrolment later. It is kept sealed.
#[derive(Debug, Clone)]
pub struct Kept {
    /// What the vendor calls it.
    pub what: &'static str,
    /// Its bytes.
    pub value: Secret<Vec<u8>>,
}

/// What the enrolment of one device is offered with.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The device's platform.
    pub platform: Platform,
    /// The address of the service, without a slash at the end.
    pub address: String,
    /// A second address for check-ins, where the force wants two.
    pub check_in_address: Option<String>,
    /// The force's name as devices show it.
    pub organisation: String,
    /// What the identifiers of profiles begin with, in reverse-DNS style.
    pub identifier_prefix: String,
    /// The name for which the certificate is issued.
    pub name: String,
    /// The word that buys one certificate.
    pub challenge: Secret<String>,
    /// The certificate of the authority that issues to devices, DER.
    pub authority: Vec<u8>,
    /// Its SHA-1, by which devices recognise the authority.
    pub authority_sha1: [u8; 20],
}

/// The file with which a device enrols.
#[derive(Debug, Clone)]
pub struct EnrolmentFile {
    /// Its bytes. They carry the challenge.
    pub bytes: Secret<Vec<u8>>,
    /// The ending of its name, without the dot.
    pub extension: &'static str,
    /// Its media type.
    pub media_type: &'static str,
    /// Whether devices expect it signed (CMS, attached).
    pub is_signed: bool,
}
