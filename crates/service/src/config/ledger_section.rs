//! Reads `[ledger]`: where checkpoints are copied to, and which witnesses are trusted.

use std::path::Path;

use ledger::WitnessKey;
use outbound::copies::Target;
use serde::Deserialize;
use toml::de::ValueDeserializer;

use super::reader::Section;

/// What the section says.
pub(super) struct Ledger {
    pub(super) copies: Vec<Target>,
    pub(super) witnesses: Vec<WitnessKey>,
}

/// Reads the section.
pub(super) fn read(root: &Section<'_>, folder: &Path) -> Ledger {
    let section = root.section("ledger");
    let read = Ledger { copies: copies(&section, folder), witnesses: witnesses(&section) };
    section.finish();
    read
}

/// Returns the places that `copy_to` under `[ledger]` names: one, or a list.
fn copies(section: &Section<'_>, folder: &Path) -> Vec<Target> {
    let places = one_or_many(section, "copy_to", "write a place, or a list of places: [\"...\", \"...\"]");
    let read = |place: &String| {
        Target::parse(place, folder).map_or_else(|error| section.wrong("copy_to", error.to_string()), Some)
    };
    places.iter().filter_map(read).collect()
}

/// Returns the keys that `witnesses` under `[ledger]` names: one, or a list.
fn witnesses(section: &Section<'_>) -> Vec<WitnessKey> {
    let keys = one_or_many(
        section,
        "witnesses",
        "write a witness's public key, or a list of them: [\"...\", \"...\"]",
    );
    let read = |key: &String| {
        key.parse().map_or_else(
            |_| section.wrong("witnesses", "write each key as its witness publishes it: name+hash+base64"),
            Some,
        )
    };
    keys.iter().filter_map(read).collect()
}

/// Returns one text, or a list of texts.
fn one_or_many(section: &Section<'_>, name: &'static str, wanted: &str) -> Vec<String> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Texts {
        One(String),
        Many(Vec<String>),
    }
    let given = section.raw(name).and_then(|value| {
        let read = Texts::deserialize(ValueDeserializer::from(value.clone())).ok();
        read.or_else(|| section.wrong(name, wanted))
    });
    match given {
        Some(Texts::One(text)) => vec![text],
        Some(Texts::Many(texts)) => texts,
        None => Vec::new(),
    }
}
