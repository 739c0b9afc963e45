//! The messages, one by one. Apple's schema marks keys required that some systems do not send, so only those without
//! which nothing can be done are insisted on.

use domain::{Platform, Secret};

use crate::errors::DecodeError;
use crate::fields::Fields;

/// What a check-in says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// The first message of an enrolment; not yet enrolled after it.
    Authenticate(Box<Authenticate>),
    /// The channel can be reached by push from now on; it repeats whenever the token changes.
    TokenUpdate(Box<TokenUpdate>),
    /// The management profile was removed; sent once, at best.
    CheckOut,
    /// A network or mobile account asks for a user channel (Mac).
    UserAuthenticate {
        /// The answer to our challenge, in the second of the two messages.
        digest_response: Option<Secret<String>>,
    },
    /// A Mac puts its bootstrap token in escrow.
    SetBootstrapToken {
        /// The token; `None` says that the stored one is to be deleted.
        token: Option<Secret<Vec<u8>>>,
        /// The device waits in Setup Assistant.
        awaiting_configuration: bool,
    },
    /// A Mac asks for its bootstrap token.
    GetBootstrapToken,
    /// The device asks for a token of a service (iOS 17, macOS 14).
    GetToken(TokenService),
    /// Declarative management (iOS 15, macOS 13).
    DeclarativeManagement {
        /// What is asked.
        endpoint: Endpoint,
        /// JSON, where sent.
        data: Option<Secret<Vec<u8>>>,
    },
    /// A message of a kind that Lanyard does not know.
    Unknown {
        /// Its kind, cut to 256 characters.
        message_type: String,
    },
}

impl Message {
    /// Returns the vendor's word for the kind of message.
    #[must_use]
    pub fn message_type(&self) -> &str {
        match self {
            Self::Authenticate(_) => "Authenticate",
            Self::TokenUpdate(_) => "TokenUpdate",
            Self::CheckOut => "CheckOut",
            Self::UserAuthenticate { .. } => "UserAuthenticate",
            Self::SetBootstrapToken { .. } => "SetBootstrapToken",
            Self::GetBootstrapToken => "GetBootstrapToken",
            Self::GetToken(_) => "GetToken",
            Self::DeclarativeManagement { .. } => "DeclarativeManagement",
            Self::Unknown { message_type } => message_type,
        }
    }
}

/// What a device says of itself when it enrols.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authenticate {
    /// The push topic of the enrolment profile.
    pub topic: String,
    /// The vendor's serial number; absent under User Enrolment.
    pub serial_number: Option<String>,
    /// Such as `MK2K3LL/A` or `MacBookPro18,3`.
    pub model: Option<String>,
    /// Such as `iPhone`.
    pub model_name: Option<String>,
    /// Such as `iPhone16,1`.
    pub product_name: Option<String>,
    /// Operating system version.
    pub os_version: Option<String>,
    /// Operating system build.
    pub build_version: Option<String>,
    /// The name that the holder gave the device.
    pub device_name: Option<Secret<String>>,
    /// IMEI, digits with or without spaces.
    pub imei: Option<Secret<String>>,
    /// MEID.
    pub meid: Option<Secret<String>>,
}

impl Authenticate {
    /// Returns which kind of device this is, by its product name, or its model where a Mac sends no product name. `None` for
    /// the vendor's other devices, which Lanyard does not manage. What the asset register says goes before this: a
    /// device can claim anything.
    #[must_use]
    pub fn platform(&self) -> Option<Platform> {
        let known = [self.product_name.as_deref(), self.model.as_deref(), self.model_name.as_deref()];
        known.into_iter().flatten().find_map(|name| match name {
            _ if name.starts_with("iPhone") => Some(Platform::Ios),
            _ if name.starts_with("iPad") => Some(Platform::Ipados),
            _ if name.starts_with("Mac") || name.starts_with("iMac") || name.starts_with("VirtualMac") => {
                Some(Platform::Macos)
            }
            _ => None,
        })
    }
}

/// How a channel is reached by push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenUpdate {
    /// The push topic.
    pub topic: String,
    /// The push token.
    pub token: Secret<Vec<u8>>,
    /// The word that a push must carry.
    pub push_magic: Secret<String>,
    /// What [`crate::commands::Command::ClearPasscode`] needs. Sent once and left out of later updates: absent means
    /// "keep the stored one". Never sent by Macs and Shared iPads, nor without access right 4.
    pub unlock_token: Option<Secret<Vec<u8>>>,
    /// The device waits in Setup Assistant for us.
    pub awaiting_configuration: bool,
    /// On a Mac user's channel: the user is not the one at the screen.
    pub not_on_console: Option<bool>,
    /// On a Mac user's channel: the user's full name.
    pub user_long_name: Option<Secret<String>>,
}

impl TokenUpdate {
    /// Returns the push token in hexadecimal, lower case, as the push service's address wants it.
    #[must_use]
    pub fn token_hex(&self) -> Secret<String> {
        Secret::new(hex::encode(self.token.expose()))
    }
}

/// The service for which a device wants a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenService {
    /// `com.apple.maid`: the Managed Apple Account.
    ManagedAccount,
    /// `com.apple.watch.pairing`.
    WatchPairing,
    /// Another, cut to 256 characters.
    Other(String),
}

/// What a device asks of declarative management.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// The synchronisation tokens.
    Tokens,
    /// The list of declarations.
    DeclarationItems,
    /// One declaration.
    Declaration {
        /// `activation`, `configuration`, `asset` or `management`.
        kind: String,
        /// Its identifier.
        identifier: String,
    },
    /// A status report, in the data.
    Status,
    /// Something else, cut to 256 characters.
    Other(String),
}

impl Endpoint {
    fn of(text: &str) -> Self {
        match text {
            "tokens" => Self::Tokens,
            "declaration-items" => Self::DeclarationItems,
            "status" => Self::Status,
            _ => match text.strip_prefix("declaration/").and_then(|rest| rest.split_once('/')) {
                Some((kind, identifier)) if !kind.is_empty() && !identifier.is_empty() => {
                    Self::Declaration { kind: kind.to_owned(), identifier: identifier.to_owned() }
                }
                _ => Self::Other(text.to_owned()),
            },
        }
    }
}

pub(super) fn read(fields: Fields<'_>) -> Result<Message, DecodeError> {
    let message_type = fields
        .text("MessageType")
        .ok_or(DecodeError::Missing { key: "MessageType", message: "the check-in" })?;
    Ok(match message_type.as_str() {
        "Authenticate" => Message::Authenticate(Box::new(authenticate(fields)?)),
        "TokenUpdate" => Message::TokenUpdate(Box::new(token_update(fields)?)),
        "CheckOut" => Message::CheckOut,
        "UserAuthenticate" => Message::UserAuthenticate {
            digest_response: fields.whole_text("DigestResponse").map(Secret::new),
        },
        "SetBootstrapToken" => Message::SetBootstrapToken {
            token: fields.data("BootstrapToken").map(Secret::new),
            awaiting_configuration: fields.flag("AwaitingConfiguration").unwrap_or(false),
        },
        "GetBootstrapToken" => Message::GetBootstrapToken,
        "GetToken" => Message::GetToken(token_service(fields)?),
        "DeclarativeManagement" => Message::DeclarativeManagement {
            endpoint: endpoint(fields)?,
            data: fields.data("Data").map(Secret::new),
        },
        _ => Message::Unknown { message_type },
    })
}

fn authenticate(fields: Fields<'_>) -> Result<Authenticate, DecodeError> {
    let message = "Authenticate";
    Ok(Authenticate {
        topic: fields.identity("Topic")?.ok_or(DecodeError::Missing { key: "Topic", message })?,
        serial_number: fields.identity("SerialNumber")?,
        model: fields.text("Model"),
        model_name: fields.text("ModelName"),
        product_name: fields.text("ProductName"),
        os_version: fields.text("OSVersion"),
        build_version: fields.text("BuildVersion"),
        device_name: fields.text("DeviceName").map(Secret::new),
        imei: fields.text("IMEI").map(Secret::new),
        meid: fields.text("MEID").map(Secret::new),
    })
}

fn token_update(fields: Fields<'_>) -> Result<TokenUpdate, DecodeError> {
    let missing = |key| DecodeError::Missing { key, message: "TokenUpdate" };
    Ok(TokenUpdate {
        topic: fields.identity("Topic")?.ok_or(missing("Topic"))?,
        token: Secret::new(fields.data("Token").ok_or(missing("Token"))?),
        push_magic: Secret::new(fields.name("PushMagic")?.ok_or(missing("PushMagic"))?),
        unlock_token: fields.data("UnlockToken").map(Secret::new),
        awaiting_configuration: fields.flag("AwaitingConfiguration").unwrap_or(false),
        not_on_console: fields.flag("NotOnConsole"),
        user_long_name: fields.text("UserLongName").map(Secret::new),
    })
}

fn token_service(fields: Fields<'_>) -> Result<TokenService, DecodeError> {
    let missing = DecodeError::Missing { key: "TokenServiceType", message: "GetToken" };
    let service = fields.text("TokenServiceType").ok_or(missing)?;
    Ok(match service.as_str() {
        "com.apple.maid" => TokenService::ManagedAccount,
        "com.apple.watch.pairing" => TokenService::WatchPairing,
        _ => TokenService::Other(service),
    })
}

fn endpoint(fields: Fields<'_>) -> Result<Endpoint, DecodeError> {
    let missing = DecodeError::Missing { key: "Endpoint", message: "DeclarativeManagement" };
    fields.text("Endpoint").map(|text| Endpoint::of(&text)).ok_or(missing)
}

#[cfg(test)]
mod tests {
    use super::Endpoint;

    #[test]
    fn endpoints_are_told_apart() {
        assert_eq!(Endpoint::of("tokens"), Endpoint::Tokens);
        assert_eq!(Endpoint::of("declaration-items"), Endpoint::DeclarationItems);
        assert_eq!(Endpoint::of("status"), Endpoint::Status);
        let one = Endpoint::Declaration { kind: "configuration".into(), identifier: "mdu/6".into() };
        assert_eq!(Endpoint::of("declaration/configuration/mdu/6"), one);
        for other in ["", "declaration/", "declaration/asset/", "declaration//x", "Status"] {
            assert_eq!(Endpoint::of(other), Endpoint::Other(other.into()));
        }
    }
}
