//! Apple's check-in messages in the port's words.

use domain::Timestamp;
use platform_port::{Begin, CheckIn, Kept, Message, Ready, Speaker, User};
use protocol_apple::channel::Channel;
use protocol_apple::checkin::{self, Authenticate, TokenUpdate};
use protocol_apple::reports;

use crate::push::address;
use crate::{BOOTSTRAP_TOKEN, UNLOCK_TOKEN};

/// Returns the sender of a message.
#[must_use]
pub fn speaker(channel: &Channel) -> Speaker {
    let name = match channel {
        Channel::User { short_name, .. } => short_name.clone(),
        _ => None,
    };
    Speaker {
        device: channel.device_key().to_owned(),
        user: channel.user_key().map(|id| User { id: id.to_owned(), name }),
        personal: matches!(channel, Channel::UserEnrolment { .. }),
    }
}

/// Translates a check-in message.
#[must_use]
pub fn check_in(received: &checkin::CheckIn) -> CheckIn {
    CheckIn {
        speaker: speaker(&received.channel),
        name: received.message.message_type().to_owned(),
        message: match &received.message {
            checkin::Message::Authenticate(message) => Message::Begin(Box::new(begin(message))),
            checkin::Message::TokenUpdate(update) => Message::Ready(Box::new(ready(update))),
            checkin::Message::CheckOut => Message::Leave,
            checkin::Message::SetBootstrapToken { token, .. } => {
                Message::Keep { what: BOOTSTRAP_TOKEN, value: token.clone() }
            }
            checkin::Message::GetBootstrapToken => Message::Give { what: BOOTSTRAP_TOKEN },
            checkin::Message::UserAuthenticate { .. }
            | checkin::Message::GetToken(_)
            | checkin::Message::DeclarativeManagement { .. }
            | checkin::Message::Unknown { .. } => Message::Other,
        },
    }
}

fn begin(message: &Authenticate) -> Begin {
    // The service sets when and from which bytes; here only what is told counts.
    let told = reports::first_facts(message, Timestamp::default(), "");
    Begin {
        serial: message.serial_number.clone(),
        os_version: message.os_version.clone(),
        model: message.model_name.clone(),
        told: told.into_iter().map(|fact| (fact.name, fact.value)).collect(),
    }
}

fn ready(update: &TokenUpdate) -> Ready {
    let unlock = update.unlock_token.clone();
    Ready {
        address: address(&update.topic, update.token_hex().expose(), update.push_magic.expose()),
        // Sent once and left out of later messages: what is absent here stays as it is kept.
        kept: unlock.map(|value| Kept { what: UNLOCK_TOKEN, value }).into_iter().collect(),
        awaits_settings: update.awaiting_configuration,
    }
}
