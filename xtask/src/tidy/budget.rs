//! Budgets: how long a function, a file and a crate may get, and what a crate's first lines must say.
//!
//! The figures come from measuring well-kept codebases: there, nine functions in ten stay under 45 lines and nine files
//! in ten under 350. Going over is a sign that two things live in one place. A line counts when it holds code: blank lines and
//! comments are free, up to a file's full length.

use syn::visit::{self, Visit};

use super::Problem;
use super::files::File;
use super::layers::{Large, Package};

const FUNCTION: usize = 60;
const FUNCTION_HARD: usize = 100;
const FILE: usize = 400;
const FILE_HARD: usize = 500;
const CRATE: usize = 8000;
/// What the line above a function says to be allowed beyond [`FUNCTION`] lines, followed by the reason.
const EXCUSE: &str = "// long because ";

/// Checks one Rust file; returns the problems and how many functions were measured.
pub(crate) fn check_file(file: &File) -> (Vec<Problem>, usize) {
    let mut problems = Vec::new();
    let lines: Vec<&str> = file.text.lines().collect();
    let code = lines.iter().filter(|line| is_code(line)).count();
    if code > FILE {
        let message = format!("{code} lines of code, the budget is {FILE}; split it along what it does");
        problems.push(Problem::new(&*file.path, None, message));
    } else if lines.len() > FILE_HARD {
        let message = format!(
            "{} lines in all, the limit is {FILE_HARD}; move the tests or a part beside it",
            lines.len()
        );
        problems.push(Problem::new(&*file.path, None, message));
    }
    problems.extend(head(file));
    let Ok(parsed) = syn::parse_file(&file.text) else {
        problems.push(Problem::new(&*file.path, None, "this is not Rust that can be read; does it compile?"));
        return (problems, 0);
    };
    if file.is_test() {
        return (problems, 0);
    }
    let mut measure = Measure { lines: &lines, path: &file.path, problems, functions: 0 };
    measure.visit_file(&parsed);
    (measure.problems, measure.functions)
}

/// Checks each crate's size.
pub(crate) fn check_crates(files: &[File], packages: &[Package], large: &[Large]) -> Vec<Problem> {
    let size = |package: &Package| -> usize {
        let source = format!("{}/src/", package.folder);
        let own = files.iter().filter(|file| file.is_rust() && file.path.starts_with(&source));
        own.map(|file| file.text.lines().filter(|line| is_code(line)).count()).sum()
    };
    let budget = |package: &Package| {
        let larger = large.iter().find(|one| one.name == package.name && !one.because.trim().is_empty());
        larger.map_or(CRATE, |one| one.lines)
    };
    let too_large = packages.iter().filter(|package| size(package) > budget(package));
    let message = |package: &Package| {
        format!(
            "{} lines of code, the budget is {}; find the arrow that a second crate would forbid",
            size(package),
            budget(package)
        )
    };
    too_large.map(|package| Problem::new(&*package.folder, None, message(package))).collect()
}

/// Checks that a crate begins with what it is for.
fn head(file: &File) -> Option<Problem> {
    let is_root = file.path.ends_with("src/lib.rs") || file.path.ends_with("src/main.rs");
    let first = file.text.lines().next().unwrap_or_default();
    let says = first.strip_prefix("//!").is_some_and(|words| words.split_whitespace().count() > 2);
    let message =
        "a crate begins with a `//!` comment that says what it is for, why it exists and what is not in it";
    (is_root && !says).then(|| Problem::new(&*file.path, 1, message))
}

fn is_code(line: &str) -> bool {
    let line = line.trim_start();
    !line.is_empty() && !line.starts_with("//")
}

/// Walks a file and measures every function that ships.
struct Measure<'a> {
    lines: &'a [&'a str],
    path: &'a str,
    problems: Vec<Problem>,
    functions: usize,
}

impl Measure<'_> {
    fn function(&mut self, signature: &syn::Signature, block: &syn::Block) {
        self.functions += 1;
        let start = signature.fn_token.span.start().line;
        let end = block.brace_token.span.close().end().line;
        let body = self.lines.get(start.saturating_sub(1)..end).unwrap_or_default();
        let length = body.iter().filter(|line| is_code(line)).count();
        let limit = if self.is_excused(start) { FUNCTION_HARD } else { FUNCTION };
        if length > limit {
            let message = format!(
                "`{}` has {length} lines of code, the budget is {limit}; name its steps as functions{}",
                signature.ident,
                if limit == FUNCTION { ", or put `// long because <reason>` above it" } else { "" }
            );
            self.problems.push(Problem::new(self.path, start, message));
        }
    }

    /// Returns whether a comment among the attributes and comments straight above the function says why it is long.
    fn is_excused(&self, start: usize) -> bool {
        let above = self.lines.get(..start.saturating_sub(1)).unwrap_or_default().iter().rev();
        above
            .map(|line| line.trim_start())
            .take_while(|line| line.starts_with("//") || line.starts_with("#["))
            .any(|line| line.strip_prefix(EXCUSE).is_some_and(|reason| !reason.trim().is_empty()))
    }
}

impl<'ast> Visit<'ast> for Measure<'_> {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if !is_for_tests(&item.attrs) {
            self.function(&item.sig, &item.block);
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.function(&item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }
}

/// Recognises `#[cfg(test)]`, `#[test]` and similar.
pub(crate) fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let last = attribute.path().segments.last().map(|segment| segment.ident.to_string());
        let cfg_test = || attribute.parse_args::<syn::Ident>().is_ok_and(|word| word == "test");
        match last.as_deref() {
            Some("test") => true,
            Some("cfg") => cfg_test(),
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: String) -> File {
        File { path: path.to_owned(), text }
    }

    fn function(lines: usize, above: &str) -> String {
        format!("//! Says what it is for.\n\n{above}fn long() {{\n{}}}\n", "    step();\n".repeat(lines))
    }

    fn messages(path: &str, text: String) -> Vec<String> {
        check_file(&file(path, text)).0.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_function_may_have_sixty_lines() {
        assert_eq!(messages("crates/a/src/b.rs", function(58, "")), [""; 0]);
        let found = messages("crates/a/src/b.rs", function(59, ""));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("crates/a/src/b.rs:3: `long` has 61 lines"), "{found:?}");
        // Comments and blank lines are free.
        let airy = function(30, "").replace("step();", "step();\n\n    // why\n    // why");
        assert_eq!(messages("crates/a/src/b.rs", airy), [""; 0]);
    }

    #[test]
    fn a_reason_allows_a_hundred_and_no_more() {
        let reason = "/// Does it.\n// long because it is a table in the shape of a match\n#[must_use]\n";
        assert_eq!(messages("a/src/b.rs", function(90, reason)), [""; 0]);
        assert_eq!(messages("a/src/b.rs", function(90, "// long because \n")).len(), 1);
        assert_eq!(messages("a/src/b.rs", function(110, reason)).len(), 1);
    }

    #[test]
    fn methods_are_measured_and_tests_are_not() {
        let long = "    step();\n".repeat(70);
        let method = format!("impl A {{ fn long() {{\n{long}}} }}\ntrait B {{ fn long() {{\n{long}}} }}\n");
        assert_eq!(messages("a/src/b.rs", method).len(), 2);
        let test = format!("#[cfg(test)]\nmod tests {{ fn long() {{\n{long}}} }}\n");
        assert_eq!(messages("a/src/b.rs", test), [""; 0]);
        assert_eq!(messages("a/tests/b.rs", function(70, "")), [""; 0]);
    }

    #[test]
    fn files_and_crates_have_budgets_too() {
        let consts = "const A: u8 = 1;\n";
        assert_eq!(messages("a/src/b.rs", consts.repeat(401)).len(), 1);
        assert_eq!(messages("a/src/b.rs", "// why\n".repeat(501)).len(), 1);
        let files: Vec<File> =
            (0..21).map(|i| file(&format!("crates/a/src/{i}.rs"), consts.repeat(400))).collect();
        let package =
            Package { name: "a".to_owned(), folder: "crates/a".to_owned(), uses: Default::default() };
        let large = |lines, because: &str| Large { name: "a".into(), lines, because: because.into() };
        let packages = [package];
        assert_eq!(check_crates(&files, &packages, &[]).len(), 1);
        assert_eq!(check_crates(&files, &packages, &[large(9000, "it is being split")]).len(), 0);
        assert_eq!(check_crates(&files, &packages, &[large(9000, " ")]).len(), 1, "without a reason");
        assert_eq!(check_crates(&files, &packages, &[large(8200, "it is being split")]).len(), 1);
    }

    #[test]
    fn a_crate_says_what_it_is_for() {
        assert_eq!(messages("a/src/lib.rs", "//! store\n".to_owned()).len(), 1);
        assert_eq!(messages("a/src/lib.rs", "mod a;\n".to_owned()).len(), 1);
        assert_eq!(messages("a/src/lib.rs", "//! The only SQL.\n".to_owned()), [""; 0]);
        assert_eq!(messages("a/src/lib.rs", "fn {".to_owned()).len(), 2);
    }
}
