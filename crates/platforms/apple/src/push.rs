//! Pushes by Apple's service.

use std::fmt;

use domain::{Platform, Timestamp};
use outbound::apns::{Apns, PushError};
use platform_port::{PushClient, Reaching, Unreached};

/// Joins what a push needs: topic, token in hexadecimal, and the magic, which comes last because it is free text.
pub(crate) fn address(topic: &str, token: &str, magic: &str) -> String {
    format!("{topic} {token} {magic}")
}

fn parts(address: &str) -> Option<(&str, &str, &str)> {
    let (topic, rest) = address.split_once(' ')?;
    let (token, magic) = rest.split_once(' ')?;
    Some((topic, token, magic))
}

/// Apple's push service.
#[derive(Clone)]
pub struct Push(Apns);

impl Push {
    /// Makes it of a client.
    #[must_use]
    pub const fn new(client: Apns) -> Self {
        Self(client)
    }
}

impl fmt::Debug for Push {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Push(..)")
    }
}

impl PushClient for Push {
    fn platforms(&self) -> &'static [Platform] {
        &[Platform::Ios, Platform::Ipados, Platform::Macos]
    }

    fn reach(&self, address: &str, until: Timestamp) -> Reaching {
        let (client, address) = (self.0.clone(), address.to_owned());
        Box::pin(async move {
            let Some((topic, token, magic)) = parts(&address) else {
                return Err(Unreached::Refused("the stored address is not one of Apple's".into()));
            };
            client.push(token, topic, magic, until).await.map_err(|error| {
                let words = error.to_string();
                match error {
                    PushError::Again(_) => Unreached::Again(words),
                    PushError::Gone(_) => Unreached::Gone(words),
                    PushError::Refused(_) => Unreached::Refused(words),
                }
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart_as_it_was_joined() {
        let joined = address("com.apple.mgmt.External.x", "00ff", "a magic with blanks");
        assert_eq!(parts(&joined), Some(("com.apple.mgmt.External.x", "00ff", "a magic with blanks")));
        assert_eq!(parts("com.apple.mgmt.External.x"), None);
    }
}
