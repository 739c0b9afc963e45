//! Words that do not belong in the repository: silenced lints, promises, and traces of the machine it was written on.

use std::path::Path;

use super::Problem;
use super::files::File;

/// Paths of this machine, which would be meaningless to everybody else.
pub(crate) struct Foreign(Vec<String>);

impl Foreign {
    /// Returns the folder that the checkout stands in, and the home folder.
    pub(crate) fn of(root: &Path) -> Self {
        let folders = [root.parent().map(Path::to_path_buf), std::env::home_dir()];
        let names = folders.into_iter().flatten().map(|folder| format!("{}/", folder.display()));
        Self(names.filter(|name| name.len() > 2).collect())
    }
}

/// Checks one file, line by line.
pub(crate) fn check(file: &File, foreign: &Foreign) -> Vec<Problem> {
    // Lock files are written by their tools; all that can be wrong in them is an address.
    let lock = file.path.ends_with("Cargo.lock") || file.path.ends_with("package-lock.json");
    let found = file.text.lines().zip(1..).flat_map(|(line, number)| {
        let mut messages = Vec::new();
        if file.is_rust() && !lock {
            messages.extend(silenced(line));
        }
        if !lock {
            messages.extend(promise(line));
        }
        messages.extend(machine(line, foreign));
        messages.into_iter().map(move |message| (number, message))
    });
    found.map(|(number, message)| Problem::new(&*file.path, number, message)).collect()
}

fn silenced(line: &str) -> Option<String> {
    // Put together here, so that this file does not find itself.
    let forms = [["#[", "allow("].concat(), ["#![", "allow("].concat()];
    let code = line.trim_start();
    forms.iter().any(|form| code.starts_with(form.as_str())).then(|| {
        "mend what the lint found, or write `#[expect(.., reason = \"..\")]`, which tells when it is no longer needed"
            .to_owned()
    })
}

fn promise(line: &str) -> Option<String> {
    let words = [["TO", "DO"].concat(), ["FIX", "ME"].concat(), ["XX", "X"].concat()];
    let is_word = |word: &str| line.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| part == word);
    let found = words.into_iter().find(|word| is_word(word))?;
    Some(format!(
        "`{found}` promises work for later; do it now, or open an issue and state here what is true today"
    ))
}

fn machine(line: &str, foreign: &Foreign) -> Option<String> {
    if let Some(path) = foreign.0.iter().find(|path| stands_in(line, path)) {
        return Some(format!(
            "`{path}` is a folder of this machine; write it relative to the repository, or leave it out"
        ));
    }
    let address = line.split(['"', '\'', ' ', '<', '>', '`', '(', ')']).find(|word| {
        let host_on = word.split_once("://").map(|(_, rest)| rest);
        host_on.is_some_and(|rest| rest.contains("registry") || rest.contains("/simple/"))
    })?;
    Some(format!(
        "`{address}` looks like a package registry; leave it out (npm: `npm install --omit-lockfile-registry-resolved`)"
    ))
}

/// Returns whether the path stands in the line as a path of its own, not as the tail of a longer one or of an address.
fn stands_in(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line.get(..at).and_then(|start| start.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '}'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(path: &str, text: &str) -> Vec<String> {
        let foreign = Foreign(vec!["/srv/build/".to_owned()]);
        let file = File { path: path.to_owned(), text: text.to_owned() };
        check(&file, &foreign).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn silenced_lints_and_promises_are_named_with_their_line() {
        let text = ["fn a() {}\n    #[", "allow(dead_code)]\n// TO", "DO: the rest\n"].concat();
        let found = messages("a/src/b.rs", &text);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("a/src/b.rs:2: mend"), "{found:?}");
        assert!(found[1].starts_with("a/src/b.rs:3: `TO"), "{found:?}");
        assert_eq!(messages("docs/a.md", "what we have to do, and mastodons").len(), 0);
    }

    #[test]
    fn traces_of_a_machine_are_named() {
        assert_eq!(messages("a.md", "see `/srv/build/main/x`").len(), 1);
        assert_eq!(messages("a.md", "see https://example.org/srv/build/x and $ROOT}/srv/build/").len(), 0);
        let lock = ["\"resolved\": \"https:", "//registry.example.org/a.tgz\""].concat();
        assert_eq!(messages("package-lock.json", &lock).len(), 1);
        assert_eq!(messages("Cargo.lock", "source = \"registry+https://github.com/x/index\"").len(), 0);
    }
}
