//! The channels that the settings switch on, with their keys read: mail, texts, requests to a system of the force.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use domain::Secret;
use outbound::channel::{Channel, Channels};
use outbound::hook::{Hook, HookSecret};
use outbound::mail::{Mail, MailConfig};
use outbound::notify::{ApiKey, Notify, NotifyConfig};

use crate::config::Config;
use crate::private_files;

/// Makes the channels of some settings.
///
/// # Errors
/// Files that cannot be used, or that others can read too.
pub fn channels(config: &Config) -> anyhow::Result<Channels> {
    let mail = mail(config).context("the [mail] section")?;
    let text = match &config.texts {
        Some(texts) => {
            let key = secret(&texts.key_file).and_then(|key| Ok(ApiKey::read(key.expose())?));
            let key =
                key.with_context(|| format!("the [sms] section: key_file {}", texts.key_file.display()))?;
            callback_token(config)?;
            let (address, template) = (texts.address.clone(), texts.template.clone());
            let client = Notify::new(NotifyConfig { address, key, template, sender: texts.sender.clone() });
            Some(Arc::new(client.context("the [sms] section")?) as Arc<dyn Channel>)
        }
        None => None,
    };
    let hook = match &config.hook {
        Some(hook) => {
            let key = secret(&hook.secret_file).and_then(|key| Ok(HookSecret::read(key.expose())?));
            let key = key.with_context(|| {
                format!("the [webhook] section: secret_file {}", hook.secret_file.display())
            })?;
            let client = Hook::new(hook.address.clone(), key).context("the [webhook] section")?;
            Some(Arc::new(client) as Arc<dyn Channel>)
        }
        None => None,
    };
    Ok(Channels { mail, text, hook })
}

/// Makes the client of the mail relay.
fn mail(config: &Config) -> anyhow::Result<Option<Mail>> {
    let Some(relay) = &config.mail else {
        tracing::warn!("no mail relay: notices stand on people's own pages only");
        return Ok(None);
    };
    let sign_in = match &relay.sign_in {
        Some((user, file)) => Some((user.clone(), secret(file)?)),
        None => None,
    };
    let trust_pem = match &relay.trust {
        Some(file) => Some(std::fs::read(file).with_context(|| format!("the authority {}", file.display()))?),
        None => None,
    };
    let setup = MailConfig {
        server: relay.server.clone(),
        port: relay.port,
        protection: relay.protection,
        sign_in,
        from: relay.from.clone(),
        trust_pem,
    };
    Ok(Some(Mail::new(&setup)?))
}

/// Reads the token that the provider of texts shows when it calls; `None` where none is configured.
///
/// # Errors
/// A file that cannot be used, or a token that is easily guessed.
pub fn callback_token(config: &Config) -> anyhow::Result<Option<Secret<String>>> {
    let Some(file) = config.texts.as_ref().and_then(|texts| texts.callback_token_file.as_ref()) else {
        return Ok(None);
    };
    let token = secret(file).context("the [sms] section: callback_token_file")?;
    if token.expose().len() < 20 {
        let shown = file.display();
        return Err(anyhow!(
            "the [sms] section: the token in {shown} is short; write 20 random characters or more"
        ));
    }
    Ok(Some(token))
}

/// Reads a file with one line that only the service's account may read.
fn secret(file: &Path) -> anyhow::Result<Secret<String>> {
    let bytes = private_files::read_private(file)?.into_exposed();
    let text = String::from_utf8(bytes).map_err(|_| anyhow!("{} holds no text", file.display()))?;
    Ok(Secret::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}
