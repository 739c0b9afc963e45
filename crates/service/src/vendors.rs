//! The vendors that this program is built with: one line each.

use std::sync::Arc;

use anyhow::Context;
use domain::Secret;
use kernel::platforms::{Platforms, Served};
use outbound::apns::{Apns, ApnsConfig, PRODUCTION};
use platform_apple::{Apple, Push};
use platform_port::PushClient;
use store::apple_enrolments::AppleEnrolments;

use crate::config::Config;
use crate::private_files;

/// Wires the vendors in, for a service with these settings.
pub fn platforms(config: &Config) -> Platforms {
    wired(config.push_topic())
}

/// Wires the vendors in where there are no settings: they compile, and enrol nobody.
pub fn without_settings() -> Platforms {
    wired("")
}

fn wired(push_topic: &str) -> Platforms {
    Platforms::new(vec![Served { vendor: Arc::new(Apple::new(push_topic)), own: Arc::new(AppleEnrolments) }])
}

/// Makes the clients of the vendors' push services.
///
/// # Errors
/// Files that cannot be used.
pub fn pushes(config: &Config) -> anyhow::Result<Vec<Arc<dyn PushClient>>> {
    let apple = apns(config)?.map(|client| Arc::new(Push::new(client)) as Arc<dyn PushClient>);
    Ok(apple.into_iter().collect())
}

/// Makes the client of Apple's push service.
fn apns(config: &Config) -> anyhow::Result<Option<Apns>> {
    let Some(push) = &config.push else {
        tracing::warn!(
            "no push certificate: devices hear of commands only when they connect of their own accord"
        );
        return Ok(None);
    };
    let shown = push.certificate.display();
    let mut pem =
        std::fs::read(&push.certificate).with_context(|| format!("the push certificate {shown}"))?;
    pem.push(b'\n');
    pem.extend_from_slice(private_files::read_private(&push.key)?.expose());
    let trust_pem = match &push.trust {
        Some(file) => Some(
            std::fs::read(file)
                .with_context(|| format!("the authority of the push service, {}", file.display()))?,
        ),
        None => None,
    };
    let address = push.address.clone().unwrap_or_else(|| PRODUCTION.to_owned());
    let setup = ApnsConfig { address, identity_pem: Secret::new(pem), trust_pem };
    Ok(Some(Apns::new(&setup)?))
}
