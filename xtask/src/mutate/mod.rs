//! `cargo xtask mutate-policy`: weakens every rule of `policy/` by itself, one at a time, and says which of it nobody would see.
//!
//! A weakening is seen if the loader refuses it, or if the difference from the policy as it is calls some change weaker, narrower or
//! *changed*. What is not seen must stand in `accepted.toml` with the reason.

mod checks;
mod clauses;
mod registers;
mod tree;

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;

use anyhow::{Context as _, bail};
use policy::{Direction, Files, Library, Overrides, diff};

/// One rule, weakened.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mutation {
    /// What sort of weakening it is.
    pub kind: &'static str,
    /// What was done, in words.
    pub what: String,
    /// The files as they are then.
    pub files: BTreeMap<String, String>,
    /// Files that are gone.
    pub gone: Vec<String>,
    /// What stands in the force's own settings file.
    pub overrides: Overrides,
}

/// How a weakening was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Seen {
    /// The loader refused it.
    Refused,
    /// The difference calls it weaker or narrower.
    Weaker,
    /// The difference cannot tell, and so lists it with what weakens.
    Changed,
    /// Nobody would see it.
    Not,
    /// It is the same policy, written otherwise.
    Same,
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Refused => "refused",
            Self::Weaker => "weaker",
            Self::Changed => "changed",
            Self::Not => "not seen",
            Self::Same => "the same",
        })
    }
}

/// The policy as it is, with everything that mutations are made from.
pub(crate) struct Base {
    files: Files,
    library: Library,
}

impl Base {
    /// Reads the policy of the repository.
    ///
    /// # Errors
    /// Where it has problems of its own.
    pub(crate) fn read(root: &Path) -> anyhow::Result<Self> {
        // Who may do what has its own table and its own tests, and takes longer to read than everything else.
        let files = Files::read(&root.join("policy"))?;
        let files: Files = files.iter().filter(|(path, _)| !path.starts_with("access/")).collect();
        let library = Library::from_files(&files, &Overrides::new())?;
        Ok(Self { files, library })
    }

    /// Makes every weakening.
    ///
    /// # Errors
    /// Where a file cannot be read as it must, because the policy loads.
    pub(crate) fn mutations(&self) -> anyhow::Result<Vec<Mutation>> {
        let mut all = Vec::new();
        for (path, text) in self.files.iter() {
            let made = match path.split('/').next().unwrap_or_default() {
                "checks" => checks::weakened(self, path, text),
                "documents" if path.ends_with(".md") => clauses::weakened(path, text),
                "documents" => registers::document(path, text),
                "settings" => registers::setting(self, path, text),
                "cases" | "registers" | "forms" => registers::work(path, text),
                "parameters.toml" => registers::parameters(path, text),
                "vocabulary.toml" | "facts.toml" | "movers.toml" | "actions.toml" => {
                    registers::entries(path, text)
                }
                _ => Ok(Vec::new()),
            };
            all.extend(made.with_context(|| path.to_owned())?);
        }
        Ok(all)
    }

    /// Says how a weakening is seen.
    #[must_use]
    pub(crate) fn seen(&self, mutation: &Mutation) -> Seen {
        let kept = self.files.iter().filter(|(path, _)| !mutation.gone.iter().any(|gone| gone == path));
        let mut files: Files = kept.collect();
        for (path, text) in &mutation.files {
            files.put(path.as_str(), text);
        }
        let Ok(library) = Library::from_files(&files, &mutation.overrides) else { return Seen::Refused };
        match diff(&self.library, &library).told().first().map(|told| told.direction) {
            Some(Direction::Weaker | Direction::Narrower) => Seen::Weaker,
            Some(Direction::Changed) => Seen::Changed,
            _ if library.digest() == self.library.digest() => Seen::Same,
            Some(Direction::Broader | Direction::Stronger) | None => Seen::Not,
        }
    }
}

/// A weakening that nobody sees, and why that is taken as it is.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Accepted {
    kind: String,
    what: String,
    because: String,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct AcceptedFile {
    #[serde(default)]
    accepted: Vec<Accepted>,
}

/// Weakens every rule, or one in so many, and prints what was seen of it; returns whether everything was, or is accepted with a
/// reason.
///
/// # Errors
/// Where the policy or the list of what is accepted cannot be read.
pub(crate) fn run(root: &Path, every: usize, out: &mut impl Write) -> anyhow::Result<bool> {
    let base = Base::read(root)?;
    let accepted: AcceptedFile =
        toml::from_str(&std::fs::read_to_string(root.join("xtask/src/mutate/accepted.toml"))?)?;
    if let Some(bare) = accepted.accepted.iter().find(|one| one.because.trim().is_empty()) {
        bail!("accepted.toml: {} has no reason; write one", bare.what);
    }
    let mutations: Vec<Mutation> = base.mutations()?.into_iter().step_by(every.max(1)).collect();
    writeln!(out, "{} weakenings", mutations.len())?;
    let mut table: BTreeMap<&str, BTreeMap<Seen, usize>> = BTreeMap::new();
    let mut unseen = Vec::new();
    for (mutation, seen) in mutations.iter().zip(all_seen(&base, &mutations)) {
        let of_kind = table.entry(mutation.kind).or_default().entry(seen).or_default();
        *of_kind = of_kind.saturating_add(1);
        if seen == Seen::Not {
            unseen.push(mutation);
        }
    }
    print(out, &table)?;
    let reason = |mutation: &Mutation| {
        accepted.accepted.iter().find(|one| one.kind == mutation.kind && one.what == mutation.what)
    };
    let mut fine = true;
    for mutation in &unseen {
        match reason(mutation) {
            Some(accepted) => {
                writeln!(
                    out,
                    "not seen, accepted: {}: {} ({})",
                    mutation.kind, mutation.what, accepted.because
                )?;
            }
            None => {
                fine = false;
                writeln!(out, "not seen: {}: {}", mutation.kind, mutation.what)?;
            }
        }
    }
    let stale = |one: &&Accepted| {
        !unseen.iter().any(|mutation| mutation.kind == one.kind && mutation.what == one.what)
    };
    for one in accepted.accepted.iter().filter(|_| every <= 1).filter(stale) {
        fine = false;
        writeln!(out, "accepted.toml: {} is seen, or is no longer made; take it out", one.what)?;
    }
    Ok(fine)
}

/// Judges every weakening, with as many threads as the machine has.
fn all_seen(base: &Base, mutations: &[Mutation]) -> Vec<Seen> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let found = Mutex::new(vec![Seen::Not; mutations.len()]);
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    let Some(mutation) = mutations.get(index) else { return };
                    let seen = base.seen(mutation);
                    if let Some(place) = found.lock().ok().as_deref_mut().and_then(|all| all.get_mut(index)) {
                        *place = seen;
                    }
                }
            });
        }
    });
    found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn print(out: &mut impl Write, table: &BTreeMap<&str, BTreeMap<Seen, usize>>) -> anyhow::Result<()> {
    const ALL: [Seen; 5] = [Seen::Refused, Seen::Weaker, Seen::Changed, Seen::Not, Seen::Same];
    let mut sums = [0_usize; 5];
    let row = |name: &str, counts: [usize; 5]| {
        let counts: String = counts.iter().map(|count| format!(" {count:>8}")).collect();
        format!("{name:<58}{counts}")
    };
    writeln!(out, "{:<58}{}", "weakened", ALL.map(|seen| format!(" {seen:>8}")).concat())?;
    for (kind, of_kind) in table {
        let counts = ALL.map(|seen| of_kind.get(&seen).copied().unwrap_or_default());
        for (sum, count) in sums.iter_mut().zip(counts) {
            *sum = sum.saturating_add(count);
        }
        writeln!(out, "{}", row(kind, counts))?;
    }
    writeln!(out, "{}", row(&format!("all {}", sums.iter().sum::<usize>()), sums))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
    }

    #[test]
    fn one_weakening_in_two_hundred_is_seen() {
        let mut out = Vec::new();
        let fine = run(root(), 200, &mut out).unwrap();
        let said = String::from_utf8(out).unwrap();
        assert!(fine && said.contains("not seen") && said.contains("all "), "{said}");
    }

    #[test]
    fn the_policy_as_it_is_is_the_same_and_a_file_that_is_no_longer_read_is_refused() {
        let base = Base::read(root()).unwrap();
        assert_eq!(base.seen(&Mutation::default()), Seen::Same);
        let gone = Mutation { gone: vec!["settings/ten-attempts.toml".into()], ..Mutation::default() };
        assert_eq!(base.seen(&gone), Seen::Refused);
        let overrides = Overrides::from([("lock-timeout-minutes".into(), toml::Value::Integer(15))]);
        assert_eq!(base.seen(&Mutation { overrides, ..Mutation::default() }), Seen::Weaker);
        let overrides = Overrides::from([("lock-timeout-minutes".into(), toml::Value::Integer(2))]);
        assert_eq!(base.seen(&Mutation { overrides, ..Mutation::default() }), Seen::Not, "it is stronger");
    }
}
