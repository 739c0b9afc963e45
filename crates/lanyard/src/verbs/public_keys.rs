//! Public keys as somebody gives them: as text, or as a file that holds them.

use std::path::Path;

use anyhow::{Context, anyhow};
use ledger::{VerifierKey, WitnessKey};

/// Returns a key given as text or as a file.
pub(super) fn public_key(given: &str) -> anyhow::Result<VerifierKey> {
    let text = if Path::new(given).is_file() {
        std::fs::read_to_string(given).with_context(|| format!("{given} cannot be read"))?
    } else {
        given.to_owned()
    };
    text.trim().parse().map_err(|error| anyhow!("--key is neither a file nor a ledger key: {error}"))
}

/// Returns a witness's key given as text or as a file.
pub(super) fn witness_key(given: &str) -> anyhow::Result<WitnessKey> {
    let text = if Path::new(given).is_file() {
        std::fs::read_to_string(given).with_context(|| format!("{given} cannot be read"))?
    } else {
        given.to_owned()
    };
    text.trim().parse().map_err(|error| anyhow!("--witness is neither a file nor a witness's key: {error}"))
}
