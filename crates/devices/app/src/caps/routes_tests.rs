//! Checks that every use case with a permit says how much of it one person can do, and that the code agrees.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Words of `routes.txt` for the limit of a use case.
const HOW: [&str; 9] = ["held", "refused", "told", "alarm", "two", "stops", "one", "own", "reads"];
/// Function that must be reached, directly or through others, by a use case with the word.
const PROMISES: [(&str, &str); 5] = [
    ("held", "admit"),
    ("refused", "admit_or_refuse"),
    ("told", "note_person"),
    ("alarm", "raise"),
    ("two", "another_human_for"),
];
/// Calls that go through a trait: the kind of file decides what is entered.
const BY_TRAIT: [(&str, &str); 1] = [("apply", "keep_person")];

/// Function as it is written in a file.
struct Function {
    file: PathBuf,
    name: String,
    signature: String,
    public: bool,
    body: String,
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" && name != "target" {
            files(&path, found);
        } else if name.ends_with(".rs") && !name.ends_with("tests.rs") && name != "testing.rs" {
            found.push(path);
        }
    }
}

/// Returns where the body of a function begins: at the first brace outside its parameters, which may be taken apart by braces.
fn body_of(whole: &str) -> usize {
    let mut depth = 0;
    for (at, c) in whole.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            '{' if depth == 0 => return at,
            _ => {}
        }
    }
    whole.len()
}

/// Lists the functions of a file: rustfmt ends each with a brace at the indentation of its first line.
fn functions(file: &Path) -> Vec<Function> {
    let text = std::fs::read_to_string(file).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let mut all = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let indent = " ".repeat(line.len() - code.len());
        let Some((before, rest)) = code.split_once("fn ") else { continue };
        if !before
            .split_whitespace()
            .all(|word| ["pub", "async", "const"].contains(&word) || word.starts_with("pub("))
        {
            continue;
        }
        let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let end = format!("{indent}}}");
        let whole: Vec<&str> = if code.ends_with('}') {
            vec![line]
        } else {
            let length =
                lines[at..].iter().position(|line| *line == end || *line == format!("{indent}) -> Self;"));
            lines[at..=at + length.unwrap_or(0)].to_vec()
        };
        let whole = whole.join("\n");
        let (signature, body) = whole.split_at(body_of(&whole));
        all.push(Function {
            file: file.to_owned(),
            name,
            signature: signature.to_owned(),
            public: before.split_whitespace().any(|word| word == "pub"),
            body: body.to_owned(),
        });
    }
    all
}

/// Returns what precedes a call, without the types that it may be given: `ask::<A>` is `ask`.
fn without_types(before: &str) -> &str {
    let Some((name, _)) = before.strip_suffix('>').and_then(|rest| rest.rsplit_once("::<")) else {
        return before;
    };
    name
}

/// Name that a body calls: `caps::admit(` is `admit` of `caps`, and so is `crate::caps::burst::admit(`, which is `ours`.
struct Call {
    of: String,
    name: String,
    ours: bool,
}

/// Lists the names that a body calls, each with what precedes it.
fn calls(body: &str) -> Vec<Call> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut all = Vec::new();
    for (at, _) in body.match_indices('(') {
        let before = without_types(&body[..at]);
        let name: String =
            before.chars().rev().take_while(|c| word(*c)).collect::<Vec<_>>().into_iter().rev().collect();
        let rest = &before[..before.len() - name.len()];
        let path: String = rest
            .chars()
            .rev()
            .take_while(|c| word(*c) || *c == ':')
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect();
        let mut parts = path.split("::").filter(|part| !part.is_empty());
        let ours = path.starts_with("crate::");
        let of = if ours { parts.nth(1) } else { parts.last() };
        if !name.is_empty() {
            all.push(Call { of: of.unwrap_or_default().to_owned(), name, ours });
        }
    }
    all
}

/// Lists the folders with use cases: the kernel's, and each capability's `app`.
fn folders() -> Vec<PathBuf> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let crates =
        manifest.ancestors().find(|folder| folder.join("Cargo.lock").exists()).unwrap().join("crates");
    let mut all = vec![crates.join("kernel/src")];
    for entry in std::fs::read_dir(&crates).unwrap() {
        all.push(entry.unwrap().path().join("app/src"));
    }
    all.retain(|folder| folder.exists());
    all
}

/// Returns the path of a file below the crates with use cases: `custody/register/import.rs`.
fn short(file: &Path) -> String {
    let file = file.to_string_lossy();
    let below = file.rsplit_once("/crates/").map_or(&*file, |(_, below)| below);
    below.replace("/app/src/", "/").replace("/src/", "/")
}

/// Returns the module that a file belongs to, `caps` for `caps.rs` and for everything in the folder `caps`; and its crate.
fn homes(file: &Path) -> [String; 2] {
    let short = short(file);
    let (capability, below) = short.split_once('/').unwrap();
    let module = below.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned();
    let owner = if capability == "kernel" {
        "kernel".to_owned()
    } else {
        format!("{}_app", capability.replace('-', "_"))
    };
    [module, owner]
}

struct Code {
    all: Vec<Function>,
    /// Places where each name is defined.
    named: BTreeMap<String, Vec<usize>>,
    /// Modules of the store: a name after one of them is a statement.
    store: BTreeSet<String>,
}

impl Code {
    fn read() -> Self {
        let (mut paths, mut store) = (Vec::new(), Vec::new());
        for folder in folders() {
            files(&folder, &mut paths);
        }
        files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../store/src"), &mut store);
        let stem = |path: &PathBuf| path.file_stem().unwrap().to_string_lossy().into_owned();
        let all: Vec<Function> = paths.iter().flat_map(|path| functions(path)).collect();
        let mut named: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (place, function) in all.iter().enumerate() {
            named.entry(function.name.clone()).or_default().push(place);
        }
        // A module name that both a statement and a use case have is resolved through its own functions.
        let store =
            store.iter().map(stem).filter(|name| !["caps", "alarms"].contains(&name.as_str())).collect();
        Self { all, named, store }
    }

    /// Returns the function that a call in `from` means: its file's own, the one of the module or crate that is named, the only
    /// one of that name, or the only one of the caller's own module or crate.
    fn meant(&self, from: usize, Call { of, name, ours }: &Call) -> Option<usize> {
        if !ours && self.store.contains(of.as_str()) {
            return None;
        }
        let there = self.named.get(name)?;
        let from = &self.all[from].file;
        let own = there.iter().find(|place| self.all[**place].file == *from);
        let only = |home: &str| {
            let mut of_it =
                there.iter().filter(|place| homes(&self.all[**place].file).contains(&home.to_owned()));
            of_it.next().filter(|_| of_it.next().is_none())
        };
        let [module, owner] = homes(from);
        own.or_else(|| only(of))
            .or_else(|| there.first().filter(|_| there.len() == 1))
            .or_else(|| only(&module))
            .or_else(|| only(&owner))
            .copied()
    }

    /// Returns whether a function reaches one with that name.
    fn reaches(&self, from: usize, wanted: &str) -> bool {
        let (mut seen, mut next) = (BTreeSet::from([from]), vec![from]);
        while let Some(place) = next.pop() {
            if self.all[place].name == wanted {
                return true;
            }
            let by_trait = BY_TRAIT.iter().filter(|(name, _)| *name == self.all[place].name);
            let by_trait =
                by_trait.map(|(_, to)| Call { of: String::new(), name: (*to).to_owned(), ours: true });
            for call in calls(&self.all[place].body).into_iter().chain(by_trait) {
                next.extend(self.meant(place, &call).filter(|to| seen.insert(*to)));
            }
        }
        false
    }

    /// Lists the use cases that take a permit for more than reading.
    fn use_cases(&self) -> Vec<usize> {
        let takes = |function: &&Function| {
            let words = [": Permit<", ": &Permit<", ": PermitWithin<", ": &PermitWithin<"];
            let permits = words.iter().filter_map(|word| function.signature.split_once(word));
            function.public && permits.into_iter().any(|(_, rest)| !rest.starts_with("See"))
        };
        self.all.iter().enumerate().filter(|(_, function)| takes(function)).map(|(place, _)| place).collect()
    }
}

fn listed() -> BTreeMap<&'static str, &'static str> {
    let mut all = BTreeMap::new();
    for line in include_str!("routes.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let parts: Vec<&str> = line.split(" | ").collect();
        let [name, how, why] = parts.as_slice() else { panic!("name | how | why: {line}") };
        assert!(HOW.contains(how) && !why.is_empty(), "{line}");
        assert!(all.insert(*name, *how).is_none(), "{name} is listed twice");
    }
    all
}

#[test]
fn every_use_case_says_how_much_one_person_can_do_and_the_code_agrees() {
    let (code, listed) = (Code::read(), listed());
    let found = code.use_cases();
    let names: BTreeSet<&str> = found.iter().map(|place| code.all[*place].name.as_str()).collect();
    assert!(names.len() > 100, "the use cases are found");
    let known: BTreeSet<&str> = listed.keys().copied().collect();
    let missing: Vec<_> = names.difference(&known).collect();
    assert!(missing.is_empty(), "say in caps/routes.txt how much one person can do with {missing:?}");
    let gone: Vec<_> = known.difference(&names).collect();
    assert!(gone.is_empty(), "caps/routes.txt names what is no use case: {gone:?}");
    let mut wrong = Vec::new();
    for place in found {
        let name = code.all[place].name.as_str();
        let how = listed[name];
        for (word, wanted) in PROMISES {
            if how == word && !code.reaches(place, wanted) {
                wrong.push(format!("{name} is \"{how}\" and does not reach {wanted}"));
            }
            let bounds = ["held", "refused"].contains(&word);
            if bounds && how != word && code.reaches(place, wanted) && !["held", "refused"].contains(&how) {
                wrong.push(format!("{name} reaches {wanted} and is listed as \"{how}\""));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Statements that take a device from somebody, out of its place, out of use or out of management, or end an order to it, and the
/// files that may use them: each counts first, or says here why there is nothing to count.
const STATEMENTS: [(&str, &[&str]); 8] = [
    ("commands::add(", &["devices/commands/queue.rs"]),
    // Called off, taken back, expired, released and stopped; what a device or a legal hold ends.
    (
        "commands::cancel(",
        &[
            "devices/caps/burst.rs",
            "devices/caps/call_off.rs",
            "devices/caps/standing.rs",
            "devices/commands/agree.rs",
            "devices/commands/configure.rs",
            // The clearing of a password that is no longer wanted.
            "devices/commands/reset.rs",
        ],
    ),
    // `change_holder` is called only after `held_beyond_cap`; a hand-over is counted at its second signature.
    ("devices::set_holder(", &["custody/complete.rs", "custody/register.rs"]),
    // A file enters devices that were out of use before they were in the register: nobody loses them.
    (
        "devices::retire(",
        &["custody/complete.rs", "custody/register/import.rs", "custody/register/particulars.rs"],
    ),
    ("assets::move_to(", &["custody/complete.rs"]),
    // A count that finds what was missing returns it to the store; what it does not find is counted.
    (
        "assets::restand(",
        &[
            "custody/complete.rs",
            "custody/counts.rs",
            "custody/register/import.rs",
            "custody/register/particulars.rs",
        ],
    ),
    // A device that enrols or renews ends what it had before.
    (
        "certificates::revoke_others(",
        &["devices/enrolment/messages.rs", "devices/enrolment/revoke.rs", "devices/enrolment/take_over.rs"],
    ),
    (
        "certificates::void_challenges(",
        &[
            "devices/enrolment/messages.rs",
            "devices/enrolment/profile.rs",
            "devices/enrolment/revoke.rs",
            "devices/enrolment/take_over.rs",
        ],
    ),
];

#[test]
fn whatever_takes_something_from_a_device_passes_the_one_place_that_counts() {
    let mut paths = Vec::new();
    for folder in folders() {
        files(&folder, &mut paths);
    }
    let all: Vec<(String, String)> =
        paths.iter().map(|path| (short(path), std::fs::read_to_string(path).unwrap())).collect();
    for (call, allowed) in STATEMENTS {
        let mut found: Vec<&str> =
            all.iter().filter(|(_, text)| text.contains(call)).map(|(name, _)| name.as_str()).collect();
        found.sort_unstable();
        assert_eq!(found, allowed, "{call}: count it with caps::admit, then list it here");
    }
    let counts = |text: &str| text.lines().any(|line| line.contains("admit(Work { app, tx, now }, &act)"));
    let mut callers: Vec<&str> =
        all.iter().filter(|(_, text)| counts(text)).map(|(name, _)| name.as_str()).collect();
    callers.sort_unstable();
    let named = [
        "custody/counts.rs",
        "custody/taken.rs",
        "devices/caps.rs",
        "devices/caps/call_off.rs",
        "devices/commands/queue.rs",
    ];
    assert_eq!(callers, named, "ARCHITECTURE names the callers");
}
