//! Signatures: a tuple as a parameter hides what its parts mean, and more than five parameters hide which of them matter.

use syn::visit::{self, Visit};

use super::Problem;
use super::files::File;

/// The largest number of parameters, `self` left out.
const MOST: usize = 5;

/// Names the functions of a file whose parameters hide what they mean, tests left out.
pub(crate) fn check(file: &File) -> Vec<Problem> {
    if !file.is_rust() || file.is_test() || !file.path.contains("/src/") {
        return Vec::new();
    }
    let Ok(parsed) = syn::parse_file(&file.text) else { return Vec::new() };
    let mut found = Found { path: &file.path, problems: Vec::new() };
    found.visit_file(&parsed);
    found.problems
}

struct Found<'a> {
    path: &'a str,
    problems: Vec<Problem>,
}

impl Found<'_> {
    fn look(&mut self, signature: &syn::Signature) {
        let typed = signature.inputs.iter().filter_map(|input| match input {
            syn::FnArg::Typed(typed) => Some(&*typed.ty),
            syn::FnArg::Receiver(_) => None,
        });
        let types: Vec<&syn::Type> = typed.collect();
        let (line, name) = (signature.ident.span().start().line, &signature.ident);
        let mut say = |says: String| self.problems.push(Problem::new(self.path.to_owned(), line, says));
        if types.iter().any(|ty| is_tuple(ty)) {
            say(format!("`{name}` takes a tuple; name its parts in a struct"));
        }
        if types.len() > MOST {
            say(format!(
                "`{name}` takes {} parameters, {MOST} are allowed; gather what belongs together in a struct",
                types.len()
            ));
        }
    }
}

fn is_tuple(ty: &syn::Type) -> bool {
    match ty {
        syn::Type::Tuple(tuple) => tuple.elems.len() > 1,
        syn::Type::Reference(reference) => is_tuple(&reference.elem),
        _ => false,
    }
}

impl<'ast> Visit<'ast> for Found<'_> {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !super::budget::is_for_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if !super::budget::is_for_tests(&item.attrs) {
            self.look(&item.sig);
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.look(&item.sig);
        visit::visit_impl_item_fn(self, item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        let file = File { path: "crates/a/src/b.rs".into(), text: text.into() };
        check(&file).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_tuple_and_a_sixth_parameter_are_named() {
        let found = said("fn f((a, b): (u8, u8)) {}\nimpl X { fn g(&self, a: &(u8, u8)) {} }");
        assert!(
            found.contains("crates/a/src/b.rs:1: `f` takes a tuple") && found.contains(":2: `g`"),
            "{found}"
        );
        let found = said("fn f(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8) {}");
        assert!(found.contains("takes 6 parameters, 5 are allowed"), "{found}");
        assert_eq!(said("fn f(a: u8, b: (), c: u8, d: u8, e: u8) {}"), "");
        assert_eq!(said("#[cfg(test)] mod tests { fn f(a: (u8, u8)) {} }"), "");
    }
}
