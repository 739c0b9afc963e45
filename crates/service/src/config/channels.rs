//! The `[sms]` and `[webhook]` sections: texts to people, and requests to a system of the force.

use std::path::{Path, PathBuf};

use outbound::notify;

use super::read::is_loopback;
use super::reader::Section;

/// The provider of texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts {
    /// Its address, without a slash at the end.
    pub address: String,
    /// The file of the API key.
    pub key_file: PathBuf,
    /// The id of the template.
    pub template: String,
    /// The id of the sender, where the service has several.
    pub sender: Option<String>,
    /// The file of the token that the provider shows when it sends receipts and texts.
    pub callback_token_file: Option<PathBuf>,
}

/// The system of the force that is told of calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookTarget {
    /// Its address.
    pub address: String,
    /// The file of the secret that both sides hold.
    pub secret_file: PathBuf,
}

/// What both sections say.
pub(super) struct Outward {
    pub(super) texts: Option<Texts>,
    pub(super) hook: Option<HookTarget>,
}

pub(super) fn read(root: &Section<'_>, folder: &Path) -> Outward {
    Outward { texts: texts(&root.section("sms"), folder), hook: hook(&root.section("webhook"), folder) }
}

fn texts(section: &Section<'_>, folder: &Path) -> Option<Texts> {
    if !section.is_there() {
        return None;
    }
    let provider =
        section.must("provider", "\"govuk-notify\"").and_then(|provider| match provider.as_str() {
            "govuk-notify" => Some(()),
            _ => section.wrong("provider", "there is one: write \"govuk-notify\""),
        });
    let key_file = section.must("key_file", "\"FILE\"").map(|file| folder.join(file));
    let template =
        section.must("template", "\"the template's id\"").and_then(|id| uuid(section, "template", id));
    let sender = section.text("sender").and_then(|id| uuid(section, "sender", id));
    let address = match section.text("address") {
        Some(text) => address(section, &text),
        None => Some(notify::ADDRESS.to_owned()),
    };
    let callback_token_file = section.text("callback_token_file").map(|file| folder.join(file));
    section.finish();
    provider?;
    Some(Texts { address: address?, key_file: key_file?, template: template?, sender, callback_token_file })
}

fn hook(section: &Section<'_>, folder: &Path) -> Option<HookTarget> {
    if !section.is_there() {
        return None;
    }
    let at = section.must("address", "\"https://control.force.example/lanyard\"");
    let at = at.and_then(|text| address(section, &text));
    let secret_file = section.must("secret_file", "\"FILE\"").map(|file| folder.join(file));
    section.finish();
    Some(HookTarget { address: at?, secret_file: secret_file? })
}

fn uuid(section: &Section<'_>, key: &'static str, text: String) -> Option<String> {
    if notify::is_uuid(&text) {
        return Some(text);
    }
    section.wrong(
        key,
        "this is no id: copy it from the provider's page, such as f33517ff-2a88-4f6e-b855-c550268ce08a",
    )
}

/// Takes an encrypted address, or one of this machine.
fn address(section: &Section<'_>, text: &str) -> Option<String> {
    let text = text.trim_end_matches('/');
    let here = text.strip_prefix("http://").is_some_and(is_loopback);
    let strange = |c: char| c.is_whitespace() || c.is_control() || "@\"<>#".contains(c);
    if (here || text.strip_prefix("https://").is_some_and(|rest| !rest.is_empty())) && !text.contains(strange)
    {
        return Some(text.to_owned());
    }
    section.wrong("address", "write the whole address with https:// (http:// is for this machine alone)")
}
