//! Comments of functions: each begins with a verb that says what the function does.
//!
//! A tool cannot tell a verb from a noun; it can tell the words that no sentence about a deed begins with.

use super::Problem;
use super::files::File;

/// Words with which a comment begins that describes a thing, or leaves it open who does something.
const NO_VERBS: &[&str] = &[
    "A", "An", "Another", "As", "Each", "Every", "How", "It", "Its", "No", "Nothing", "One", "Some", "The",
    "These", "This", "Until", "What", "When", "Where", "Whether", "Which", "Who", "Whoever", "Whose",
];

/// Checks the comments of the functions of one file; names of tests are sentences of their own.
pub(crate) fn check(file: &File) -> Vec<Problem> {
    if !file.is_rust() || file.is_test() {
        return Vec::new();
    }
    let mut problems = Vec::new();
    let mut first = None;
    let mut is_test = false;
    for (line, number) in file.text.lines().zip(1..) {
        let code = line.trim_start();
        if let Some(comment) = code.strip_prefix("///") {
            first = first.or_else(|| comment.split_whitespace().next().map(|word| (word, number)));
        } else if code.starts_with("#[") {
            is_test |= code.contains("test]") || code.contains("test(");
        } else if !code.starts_with("//") && !code.starts_with(')') {
            let begun = first.take().filter(|_| is_function(code) && !is_test);
            is_test = false;
            if let Some((word, at)) = begun.filter(|(word, _)| NO_VERBS.contains(word)) {
                let message = format!(
                    "the comment begins with `{word}`; begin with what the function does: Returns, Reads, Makes"
                );
                problems.push(Problem::new(&*file.path, at, message));
            }
        }
    }
    problems
}

fn is_function(code: &str) -> bool {
    let mut rest = code;
    if let Some(public) = rest.strip_prefix("pub") {
        rest = match public.strip_prefix('(').and_then(|scope| scope.split_once(") ")) {
            Some((_, after)) => after,
            None => public.trim_start(),
        };
    }
    for word in ["const ", "async ", "unsafe "] {
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    rest.starts_with("fn ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<Option<usize>> {
        let file = File { path: "crates/a/src/lib.rs".into(), text: text.into() };
        check(&file).into_iter().map(|problem| problem.line).collect()
    }

    #[test]
    fn a_comment_of_a_function_begins_with_a_verb() {
        assert_eq!(said("/// The name.\n#[must_use]\npub const fn name() {}\n"), [Some(1)]);
        assert_eq!(said("/// Returns the name.\n/// The rest.\nfn name() {}\n"), []);
        assert_eq!(said("/// The name.\nname: String,\nfn other() {}\n"), [], "a field is a thing");
        assert_eq!(said("/// What a clock does.\n#[test]\nfn the_clock_stands() {}\n"), []);
        assert_eq!(said("/// The handler.\npub handler: fn() -> Router,\n"), []);
        assert_eq!(said("/// How it ends.\npub(crate) fn end() {}\n"), [Some(1)]);
    }
}
