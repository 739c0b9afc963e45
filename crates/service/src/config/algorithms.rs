//! Which older algorithms devices may use: `[scep]` and `[apple]`.

use pki::scep::ScepOptions;

use super::reader::Section;

/// What devices may use beyond the norm.
pub(super) struct OlderAlgorithms {
    /// In requests for certificates.
    pub(super) scep: ScepOptions,
    /// Whether they may sign their messages by way of SHA-1.
    pub(super) accept_sha1_messages: bool,
}

pub(super) fn read(root: &Section<'_>) -> OlderAlgorithms {
    let (scep, apple) = (root.section("scep"), root.section("apple"));
    let options = OlderAlgorithms {
        scep: ScepOptions { allow_sha1: scep.flag("allow_sha1"), allow_3des: scep.flag("allow_3des") },
        accept_sha1_messages: apple.flag_or("accept_sha1_messages", true),
    };
    scep.finish();
    apple.finish();
    options
}
