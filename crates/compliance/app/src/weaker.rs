//! Says what another version of the policy weakens: what asks less, or of fewer, or of which nobody can tell.

use policy::{Library, diff};

/// Lists what `new` weakens of `old`, a sentence each; empty where it weakens nothing.
pub(crate) fn weaker(old: &Library, new: &Library) -> Vec<String> {
    if old.digest() == new.digest() {
        return Vec::new();
    }
    let diff = diff(old, new);
    if diff.is_empty() {
        return vec!["something that the comparison does not show".to_owned()];
    }
    diff.weaker().into_iter().map(|told| format!("{}: {}", told.of, told.what)).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use policy::{Files, Overrides};

    use super::*;

    /// Compares the shipped policy with itself after a change of one file.
    fn weakened(path: &str, from: &str, to: &str) -> Vec<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../policy");
        let (old, mut files) = (Files::read(&folder).unwrap(), Files::read(&folder).unwrap());
        let text = old.get(path).unwrap();
        assert!(text.contains(from), "{path} has no {from}");
        files.put(path, &text.replacen(from, to, 1));
        let load = |files: &Files| Library::from_files(files, &Overrides::new()).unwrap();
        weaker(&load(&old), &load(&files))
    }

    #[test]
    fn the_same_policy_a_comment_and_less_time_weaken_nothing() {
        assert_eq!(weakened("facts.toml", "\n", "\n# a comment\n"), Vec::<String>::new());
        let days = |days| format!("name = \"unused-after\"\ntype = \"span\"\ndefault = \"{days}d\"");
        assert_eq!(weakened("parameters.toml", &days(60), &days(30)), Vec::<String>::new());
        let longer = weakened("parameters.toml", &days(60), &days(90));
        assert!(longer.iter().any(|one| one.contains("unused-after: 60d -> 90d")), "{longer:?}");
    }

    #[test]
    fn what_cannot_be_told_counts() {
        let clause = "documents/mobile-device-use/clauses/3.5-theft.md";
        let words = weakened(clause, "thieves", "burglars");
        assert!(words.iter().any(|one| one.contains("MDU-3.5")), "{words:?}");
        let access = weakened(
            "access/ledger.cedar",
            "Role::\"data-protection-officer\", ",
            "Role::\"data-protection-officer\", Role::\"hr\", ",
        );
        assert!(access.iter().any(|one| one.contains("Human resources, see ledger")), "{access:?}");
    }
}
