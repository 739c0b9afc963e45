//! That every use case which somebody is permitted to call says how much of it one person can do, and that the code agrees.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// How a use case is bounded: the words of `routes.txt`.
const HOW: [&str; 9] = ["held", "refused", "told", "alarm", "two", "stops", "one", "own", "reads"];
/// What a word promises: the function that must be reached, directly or by others.
const PROMISES: [(&str, &str); 5] = [
    ("held", "admit"),
    ("refused", "admit_or_refuse"),
    ("told", "note_person"),
    ("alarm", "raise"),
    ("two", "another_human_for"),
];
/// Calls that go by a trait: the kind of file decides what is entered.
const BY_TRAIT: [(&str, &str); 1] = [("apply", "keep_person")];
/// Crates without use cases.
const OTHERS: [&str; 9] =
    ["bench", "devices-sim", "fuzz", "gateway", "lanyard", "store", "testkit", "web", "worker"];

/// A function as it stands in a file.
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

/// The functions of a file: rustfmt ends each with a brace at the indentation of its first line.
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
        let (signature, body) = whole.split_once(" {").unwrap_or((whole.as_str(), ""));
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

/// What stands before a call, without the types that it may be given: `ask::<A>` is `ask`.
fn without_types(before: &str) -> &str {
    let Some((name, _)) = before.strip_suffix('>').and_then(|rest| rest.rsplit_once("::<")) else {
        return before;
    };
    name
}

/// A name that a body calls: `caps::admit(` is `admit` of `caps`, and so is `crate::caps::burst::admit(`, which is `ours`.
struct Call {
    of: String,
    name: String,
    ours: bool,
}

/// The names that a body calls, each with what stands before it.
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

/// The capability that a file belongs to: `caps` for `caps.rs` and for everything in the folder `caps`.
fn family_of(file: &Path) -> String {
    let below: Vec<_> = file.iter().skip_while(|part| *part != "src").skip(1).collect();
    below.first().map(|part| part.to_string_lossy().trim_end_matches(".rs").to_owned()).unwrap_or_default()
}

struct Code {
    all: Vec<Function>,
    /// Where each name is defined.
    named: BTreeMap<String, Vec<usize>>,
    /// The modules of the store: a name behind one of them is a statement.
    store: BTreeSet<String>,
}

impl Code {
    fn read() -> Self {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = manifest.ancestors().find(|folder| folder.join("Cargo.lock").exists()).unwrap();
        let (mut paths, mut store) = (Vec::new(), Vec::new());
        for entry in std::fs::read_dir(root.join("crates")).unwrap() {
            let folder = entry.unwrap().path();
            if !OTHERS.iter().any(|other| folder.ends_with(other)) {
                files(&folder, &mut paths);
            }
        }
        files(&root.join("crates/store/src"), &mut store);
        let stem = |path: &PathBuf| path.file_stem().unwrap().to_string_lossy().into_owned();
        let all: Vec<Function> = paths.iter().flat_map(|path| functions(path)).collect();
        let mut named: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (place, function) in all.iter().enumerate() {
            named.entry(function.name.clone()).or_default().push(place);
        }
        // What has the name of a statement's module and is a use case's as well is told apart by its own functions.
        let store =
            store.iter().map(stem).filter(|name| !["caps", "alarms"].contains(&name.as_str())).collect();
        Self { all, named, store }
    }

    /// The function that a call in `from` means: its file's own, the one of the module that is named, the only one of that name, or
    /// the only one of the caller's own capability.
    fn meant(&self, from: usize, Call { of, name, ours }: &Call) -> Option<usize> {
        if !ours && self.store.contains(of.as_str()) {
            return None;
        }
        let there = self.named.get(name)?;
        let own = there.iter().find(|place| self.all[**place].file == self.all[from].file);
        let only = |family: &str| {
            let mut of_it = there.iter().filter(|place| family_of(&self.all[**place].file) == family);
            of_it.next().filter(|_| of_it.next().is_none())
        };
        own.or_else(|| only(of))
            .or_else(|| there.first().filter(|_| there.len() == 1))
            .or_else(|| only(&family_of(&self.all[from].file)))
            .copied()
    }

    /// Whether a function reaches one of a name.
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

    /// The use cases that take a permit and are no mere look.
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
    ("commands::add(", &["commands/queue.rs"]),
    // Called off, taken back, expired, released and stopped; what a device or a legal hold ends.
    (
        "commands::cancel(",
        &[
            "caps/burst.rs",
            "caps/call_off.rs",
            "caps/standing.rs",
            "commands/agree.rs",
            "commands/configure.rs",
        ],
    ),
    // `change_holder` is called behind `held_beyond_cap`; a hand-over is counted at its second signature.
    ("devices::set_holder(", &["custody/complete.rs", "register.rs"]),
    // A file enters devices that were out of use before they stood in the register: nobody loses them.
    ("devices::retire(", &["custody/complete.rs", "register/import.rs", "register/particulars.rs"]),
    ("assets::move_to(", &["custody/complete.rs"]),
    // A count that finds what was missing puts it back; what it does not find is counted.
    (
        "assets::restand(",
        &["custody/complete.rs", "custody/counts.rs", "register/import.rs", "register/particulars.rs"],
    ),
    // A device that enrols or renews ends what it had before.
    (
        "certificates::revoke_others(",
        &["enrolment/messages.rs", "enrolment/revoke.rs", "enrolment/take_over.rs"],
    ),
    (
        "certificates::void_challenges(",
        &["enrolment/messages.rs", "enrolment/profile.rs", "enrolment/revoke.rs", "enrolment/take_over.rs"],
    ),
];

#[test]
fn whatever_takes_something_from_a_device_passes_the_one_place_that_counts() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    files(&root, &mut paths);
    let all: Vec<(String, String)> = paths
        .iter()
        .map(|path| {
            let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    for (call, allowed) in STATEMENTS {
        let mut found: Vec<&str> =
            all.iter().filter(|(_, text)| text.contains(call)).map(|(name, _)| name.as_str()).collect();
        found.sort_unstable();
        assert_eq!(found, allowed, "{call}: count it with caps::admit, then list it here");
    }
    let counted = all.iter().filter(|(_, text)| text.contains("caps::admit(")).count();
    assert_eq!(counted, 4, "ARCHITECTURE names the callers");
}
