//! Paths in documents: a file that a document names is there, from the root, below `crates/` or below `policy/`.

use std::collections::BTreeSet;

use super::Problem;
use super::files::File;

/// Endings of files that documents name.
const ENDINGS: [&str; 7] = [".rs", ".toml", ".md", ".txt", ".html", ".cedar", ".sh"];

/// Checks one document, line by line.
pub(crate) fn check(file: &File, all: &BTreeSet<&str>) -> Vec<Problem> {
    if !file.path.ends_with(".md") || file.path.starts_with("policy/") || file.path.starts_with("stories/") {
        return Vec::new();
    }
    let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let there = |named: &str| {
        let places = [
            named.to_owned(),
            format!("crates/{named}"),
            format!("policy/{named}"),
            format!("{folder}/{named}"),
        ];
        places.iter().any(|place| all.contains(place.as_str()))
    };
    let mut problems = Vec::new();
    for (line, number) in file.text.lines().zip(1..) {
        for named in line.split('`').skip(1).step_by(2) {
            let is_path = named.contains('/')
                && ENDINGS.iter().any(|ending| named.ends_with(ending))
                && named.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c))
                && !named.starts_with(['/', '.']);
            if is_path && !there(named) {
                let message = format!(
                    "`{named}` is not there; say where it is now (from the root, below crates/ or below policy/)"
                );
                problems.push(Problem::new(&*file.path, number, message));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_is_not_there_is_named() {
        let all = BTreeSet::from(["crates/a/src/lib.rs", "docs/b.md", "docs/c/d.md"]);
        let file = |text: &str| File { path: "docs/c/x.md".into(), text: text.into() };
        let fine = "See `a/src/lib.rs`, `crates/a/src/lib.rs`, `docs/b.md`, `d.md`, `c/d.md.gz`, `/etc/x.toml`, `a/*.rs`.";
        assert_eq!(check(&file(fine), &all), []);
        let found = check(&file("text\nand `a/src/gone.rs`"), &all);
        assert!(found[0].to_string().starts_with("docs/c/x.md:2: `a/src/gone.rs` is not there"), "{found:?}");
    }
}
