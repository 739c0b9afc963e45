//! Names of forces: which forces are served is data, so code that names one of those in `policy/forces.toml` works for no other.

use serde::Deserialize;

use super::Problem;
use super::files::File;

const FILE: &str = "policy/forces.toml";

/// `[force_names]` of `docs/layers.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ForceNames {
    /// Where they may stand: beginnings of paths.
    only_in: Vec<String>,
}

#[derive(Deserialize)]
struct Forces {
    force: Vec<Force>,
}

#[derive(Deserialize)]
struct Force {
    word: String,
    short: String,
}

/// Checks the code and the pages for names of forces. Tests and test modules may name them.
pub(crate) fn check(files: &[File], table: &ForceNames) -> Vec<Problem> {
    let Some(text) = files.iter().find(|file| file.path == FILE).map(|file| &file.text) else {
        return vec![Problem::new(
            FILE,
            None,
            "the file is missing: it names the forces that no code may name",
        )];
    };
    let forces = match toml::from_str::<Forces>(text) {
        Ok(forces) => forces.force,
        Err(error) => return vec![Problem::new(FILE, None, error.to_string())],
    };
    let names: Vec<String> =
        forces.iter().flat_map(|force| [force.word.to_lowercase(), force.short.to_lowercase()]).collect();
    files.iter().filter(|file| is_code(file, table)).flat_map(|file| named(file, &names)).collect()
}

fn is_code(file: &File, table: &ForceNames) -> bool {
    let kind = file.is_rust() || file.path.ends_with(".html");
    let test =
        file.path.contains("/tests/") || file.path.ends_with("tests.rs") || file.path.contains("/examples/");
    let may = table.only_in.iter().any(|place| file.path.starts_with(place.as_str()));
    kind && !test && !may && file.path.starts_with("crates/")
}

fn named(file: &File, names: &[String]) -> Vec<Problem> {
    let lines = file.text.lines().zip(1..);
    // The tests of a file stand at its end.
    let lines = lines.take_while(|(line, _)| line.trim() != "#[cfg(test)]");
    let found = lines.filter_map(|(line, number)| {
        let line = line.to_lowercase();
        let name = names.iter().find(|name| line.contains(name.as_str()))?;
        let message = format!(
            "`{name}` is the name of a force: take it from the policy (`App::force_title`, `Forces`), or use `domain::samples`"
        );
        Some(Problem::new(&*file.path, number, message))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(path: &str, text: &str) -> Vec<String> {
        let forces = "[[force]]\nword = \"north\"\nshort = \"The North\"\ntitle = \"x\"\n";
        let files =
            [(FILE, forces), (path, text)].map(|(path, text)| File { path: path.into(), text: text.into() });
        let table = ForceNames { only_in: vec!["crates/bench/".into()] };
        check(&files, &table).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_force_in_code_or_on_a_page_is_named_with_its_line() {
        let found = messages("crates/app/src/a.rs", "use a;\nlet force = \"North\";\n");
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("crates/app/src/a.rs:2: `north`"), "{found:?}");
        assert_eq!(messages("crates/web/src/a/page.html", "<p>The north</p>").len(), 1);
    }

    #[test]
    fn tests_and_prose_may_name_one() {
        for path in
            ["crates/app/tests/a.rs", "crates/app/src/a_tests.rs", "crates/bench/src/a.rs", "docs/a.md"]
        {
            assert_eq!(messages(path, "the north").len(), 0, "{path}");
        }
        let module = "fn a() {}\n#[cfg(test)]\nmod tests { const NORTH: u8 = 1; }\n";
        assert_eq!(messages("crates/app/src/a.rs", module).len(), 0);
    }

    #[test]
    fn without_the_file_nothing_is_known() {
        assert_eq!(check(&[], &ForceNames { only_in: Vec::new() }).len(), 1);
    }
}
