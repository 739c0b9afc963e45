//! What is refused, with file and line.

use policy::{Files, Library, Overrides};

use crate::sample::{clause, document, edited, files, load, problems, profile_check, values, with};

const LENGTH: &str = "documents/a/clauses/1.1-length.md";
const DOC: &str = "documents/a/document.toml";

/// Expects these problems and no others, in order.
#[track_caller]
fn exactly(files: &Files, want: &[&str]) {
    let found = problems(files);
    let same =
        found.len() == want.len() && found.iter().zip(want).all(|(found, want)| found.starts_with(want));
    assert!(same, "wanted {want:#?}\nfound {found:#?}");
}

/// Expects exactly this one problem.
#[track_caller]
fn only(files: &Files, want: &str) {
    exactly(files, &[want]);
}

#[test]
fn the_sample_is_sound_and_ordered_as_on_paper() {
    let library = load(&files());
    let ids: Vec<&str> = library.clauses.iter().map(|clause| clause.id.as_str()).collect();
    assert_eq!(ids, ["AA-1.1", "AA-1.2", "AA-2.9", "AA-2.10", "BB-3", "BB-x"]);
    let groups: Vec<&str> = library.clauses.iter().map(|clause| clause.group.as_str()).collect();
    assert_eq!(groups, ["aa-1", "aa-1", "aa-2", "aa-2", "bb-3", "bb-0"]);
    assert_eq!(library.documents[0].review_by, None);
    let after = |day: &str| library.documents[1].review_overdue_days(day.parse().unwrap());
    assert_eq!([after("2021-01-31"), after("2021-02-01"), after("2022-01-31")], [None, Some(1), Some(365)]);
}

#[test]
fn unknown_keys_are_refused_in_every_file() {
    for (path, line) in [
        ("facts.toml", 2),
        ("vocabulary.toml", 2),
        ("parameters.toml", 2),
        ("checks/length.toml", 1),
        ("settings/length.toml", 1),
        (DOC, 1),
    ] {
        let text = files().get(path).unwrap().to_owned();
        let text = if line == 1 { format!("surprise = 1\n{text}") } else { format!("\nsurprise = 1{text}") };
        only(&with(path, &text), &format!("{path}:{line}: "));
    }
    only(
        &edited(LENGTH, "number", "surprise = 1\nnumber"),
        &format!("{LENGTH}:6: a clause has no key \"surprise\""),
    );
    only(&edited(LENGTH, "set =", "surprise = 1\nset ="), &format!("{LENGTH}:11: a kept_by has no key"));
    only(&edited(DOC, "flag =", "surprise = 1\nflag ="), &format!("{DOC}:15: a note has no key"));
    only(
        &edited("checks/length.toml", "needs =", "surprise = 1\nneeds ="),
        "checks/length.toml:6: unknown field `surprise`",
    );
    only(
        &edited("checks/length.toml", "says =", "surprise = 1\nsays ="),
        "checks/length.toml:13: unknown field `surprise`",
    );
}

#[test]
fn several_faults_of_several_files_are_all_found() {
    let mut files = edited(LENGTH, "modality = \"must\"", "modality = \"perhaps\"\nplace = \"first\"");
    files.put("settings/lock.toml", "title = 3\n[values]\n\"lock.minutes\" = 5\n");
    files.put(
        "checks/profile.toml",
        &profile_check("aa-1").replace("\"ios\", \"macos\"", "\"ios\", \"ios\", \"beos\""),
    );
    let found = problems(&files);
    let starts = [
        "checks/profile.toml:4: unknown variant `beos`",
        "documents/a/clauses/1.1-length.md:5: modality: \"perhaps\" is not one of: must,",
        "documents/a/clauses/1.1-length.md:6: place: expected a whole number",
        "settings/lock.toml:1: title: expected text",
        "settings/lock.toml:3: lock.minutes: no such setting",
    ];
    assert_eq!(found.len(), starts.len(), "{found:#?}");
    for (found, want) in found.iter().zip(starts) {
        assert!(found.starts_with(want), "wanted {want}\nfound {found}");
    }
}

#[test]
fn clause_ids_are_unique_and_prefixed() {
    let twin = clause("aa-1.1", "[[kept_by]]\nnothing = \"x\"\n", "Text.");
    let found = problems(&with("documents/a/clauses/9-twin.md", &twin));
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(
        found[0].contains("does not begin with its document's prefix")
            && found[1].contains("is also the id of")
    );
    let alien = clause("CC-1", "[[kept_by]]\nnothing = \"x\"\n", "Text.");
    only(&with("documents/a/clauses/9.md", &alien), "documents/a/clauses/9.md:2: CC-1 does not begin");
    let bare = clause("AA-", "[[kept_by]]\nnothing = \"x\"\n", "Text.");
    only(&with("documents/a/clauses/9.md", &bare), "documents/a/clauses/9.md:2: AA- does not begin");
    exactly(
        &with("documents/b/document.toml", &document("b", "AA", "")),
        &[
            "documents/b/clauses/3-report.md:2: BB-3 does not begin",
            "documents/b/clauses/x-other.md:2: BB-x does not begin",
            "documents/b/document.toml:2: prefix \"AA\" belongs to another",
        ],
    );
}

#[test]
fn kept_by_is_exactly_one_thing() {
    let kept = |kept: &str| {
        let head = if kept.is_empty() { String::new() } else { format!("[[kept_by]]\n{kept}\n") };
        with("documents/a/clauses/9.md", &clause("AA-9", &head, "Text."))
    };
    let at = "documents/a/clauses/9.md";
    only(&kept(""), &format!("{at}:2: nothing says how"));
    only(&kept("grace = \"1h\""), &format!("{at}:6: none of setting,"));
    only(&kept("record = \"approval\"\nnothing = \"x\""), &format!("{at}:6: several of record, nothing"));
    only(&kept("setting = \"lock\""), &format!("{at}:7: a setting without a check"));
    only(
        &kept("check = \"length\"\nconfidence = \"x\""),
        &format!("{at}:7: a check without a setting needs kind"),
    );
    only(
        &kept("check = \"length\"\nkind = \"detection\""),
        &format!("{at}:6: a kept_by has no \"confidence\""),
    );
    only(
        &kept("check = \"none\"\nkind = \"detection\"\nconfidence = \"x\""),
        &format!("{at}:7: there is no checks/none.toml"),
    );
    only(&kept("setting = \"none\"\ncheck = \"length\""), &format!("{at}:7: there is no settings/none.toml"));
    exactly(
        &kept("record = \"hearsay\""),
        &[
            &format!("{at}:7: record: \"hearsay\" is not one of: approval,"),
            &format!("{at}:10: the part does not say what keeps it"),
            &format!("{at}:11: record: \"hearsay\" is not one of: approval,"),
        ],
    );
    only(&kept("nothing = \"  \""), &format!("{at}:7: nothing is empty"));
    exactly(
        &kept("acceptance = \"terms\"\nquestion = \"What?\""),
        &[&format!("{at}:6: a kept_by has no \"answers\""), &format!("{at}:6: a kept_by has no \"correct\"")],
    );
}

#[test]
fn questions_and_limits_are_verified() {
    let kept = |kept: &str| {
        with("documents/a/clauses/9.md", &clause("AA-9", &format!("[[kept_by]]\n{kept}\n"), "Text."))
    };
    let ask = |answers: &str, correct: usize| {
        kept(&format!(
            "acceptance = \"terms\"\nquestion = \"What?\"\nanswers = {answers}\ncorrect = {correct}"
        ))
    };
    assert!(problems(&ask("[\"a\", \"b\"]", 1)).is_empty());
    only(&ask("[\"a\", \"b\"]", 2), "documents/a/clauses/9.md:10: correct counts the answers from 0");
    only(&ask("[\"a\"]", 0), "documents/a/clauses/9.md:9: a question needs at least two");
    only(
        &kept("acceptance = \"terms\"\nagain_after = \"26w\""),
        "documents/a/clauses/9.md:8: only a reminder",
    );
    only(
        &kept("procedure = \"lost-device\"\nwithin = \"soon\""),
        "documents/a/clauses/9.md:8: within: \"soon\" is not a length",
    );
    only(
        &kept("procedure = \"lost-device\"\nwithin = { parameter = \"none\" }"),
        "documents/a/clauses/9.md:8: no parameter \"none\"",
    );
    only(
        &kept("procedure = \"lost-device\"\nwithin = { parameter = \"lock-minutes\" }"),
        "documents/a/clauses/9.md:8: parameter \"lock-minutes\" is not",
    );
}

#[test]
fn settings_have_the_vocabulary_s_types() {
    let with_values =
        |text: &str| with("settings/length.toml", &values(&format!("\"passcode.min_length\" = 9\n{text}")));
    let at = "settings/length.toml:4";
    only(
        &with_values("\"passcode.required\" = 1"),
        &format!("{at}: passcode.required: expected true or false, found integer"),
    );
    only(
        &with_values("\"lock.after_minutes\" = { parameter = \"stale\" }"),
        &format!("{at}: lock.after_minutes: parameter \"stale\" is of type span"),
    );
    only(
        &with_values("\"lock.after_minutes\" = { parameter = \"none\" }"),
        &format!("{at}: lock.after_minutes: no parameter"),
    );
    only(
        &with_values("\"lock.after_minutes\" = { param = \"none\" }"),
        &format!("{at}: lock.after_minutes: write a value"),
    );
    only(
        &with_values("\"wifi.networks\" = [{ ssid = \"x\", security = \"open\" }]"),
        &format!("{at}: wifi.networks: unknown variant `open`"),
    );
    only(
        &with_values("\"apps.blocked\" = [\"a\", \"a\"]"),
        &format!("{at}: apps.blocked: an item is listed twice"),
    );
    only(
        &with("settings/length.toml", "title = \"x\"\n[values]\n"),
        "settings/length.toml:2: [values] is empty",
    );
}

#[test]
fn checks_are_verified_where_they_are_used() {
    let at = "checks/length.toml";
    only(
        &edited(at, "\"passcode.present\", is", "\"passcode.absent\", is"),
        "checks/length.toml:9: arm 1: no fact \"passcode.absent\"",
    );
    exactly(
        &edited(at, "want = \"met\"", "want = \"not-applicable\""),
        &[
            "checks/length.toml:1: no [[case]] wants \"met\"",
            "checks/length.toml:12: case 1: \"long enough\" wants not-applicable, but is met",
        ],
    );
    only(
        &edited(at, "min_length\" = 5", "min_length\" = 7"),
        "checks/length.toml:17: case 2: \"too short\" wants not-met, but is met",
    );
    only(
        &edited(at, "{ parameter = \"stale\" }", "{ parameter = \"fresh\" }"),
        "checks/length.toml:7: arm 1: no force parameter",
    );
    only(
        &edited(LENGTH, "{ min_length = 9 }", "{ length = 9 }"),
        &format!("{LENGTH}:11: check length: set: the check has no param \"length\""),
    );
    only(
        &edited(LENGTH, "{ min_length = 9 }", "{ min_length = \"9\" }"),
        &format!("{LENGTH}:11: check length: set: \"min_length\" is a whole"),
    );
    only(
        &with("checks/profile.toml", &profile_check("aa-9")),
        "checks/profile.toml:7: no settings are compiled for group \"aa-9\"",
    );
}

#[test]
fn references_between_files_hold() {
    only(&edited(DOC, "[\"AA-1.1\"]", "[\"AA-7\"]"), &format!("{DOC}:16: note F1 names clause AA-7"));
    only(
        &edited("parameters.toml", "[\"AA-1.2\"]", "[\"AA-7\"]"),
        "parameters.toml:11: parameter \"lock-minutes\" names clause AA-7",
    );
    let related = "[[related]]\ntitle = \"Other\"\ndocument = \"c\"\n";
    only(
        &with("documents/b/document.toml", &document("b", "BB", related)),
        "documents/b/document.toml:10: related document \"c\"",
    );
    only(
        &edited(LENGTH, "section = \"1\"", "section = \"7\""),
        &format!("{LENGTH}:7: document.toml has no [[section]]"),
    );
    only(
        &with("settings/spare.toml", &values("\"mail.host\" = \"x\"")),
        "settings/spare.toml: no clause uses this file",
    );
    only(&with("checks/spare.toml", &profile_check("aa-1")), "checks/spare.toml: no clause uses this file");
    only(&with("check/spare.toml", ""), "check/spare.toml: nothing reads this file");
    only(
        &with("documents/b/clauses/notes.txt", ""),
        "documents/b/clauses/notes.txt: nothing reads this file",
    );
}

#[test]
fn files_that_cannot_be_read_are_named_once() {
    only(&with(LENGTH, "no head"), &format!("{LENGTH}:1: a clause begins with a line +++"));
    only(&edited("checks/length.toml", "asks =", "asks"), "checks/length.toml:2: ");
    only(&edited(DOC, "prefix = \"AA\"\n", ""), &format!("{DOC}:1: a document has no \"prefix\""));
    only(&edited(LENGTH, "Nine at least.", ""), &format!("{LENGTH}:2: the clause has no text"));
    only(
        &Files::from_iter([
            ("forces.toml", files().get("forces.toml").unwrap()),
            ("facts.toml", ""),
            ("vocabulary.toml", ""),
        ]),
        "parameters.toml: the file is missing",
    );
    let mut lone = files();
    lone.put("documents/c/clauses/1.md", &clause("CC-1", "", "x"));
    only(&lone, "documents/c/document.toml: the file is missing");
}

#[test]
fn baselines_name_what_there_is_and_what_can_be_known() {
    let baseline = |text: &str| with("baselines/all.toml", &format!("title = \"All\"\n{text}"));
    let good = "documents = [\"a\"]\nplatforms = [\"ios\"]\nexcept = [\"AA-2.9\"]\n";
    let library = load(&baseline(good));
    let clauses: Vec<&str> =
        library.clauses_of(&library.baselines["all"]).map(|clause| clause.id.as_str()).collect();
    assert_eq!(clauses, ["AA-1.1", "AA-1.2", "AA-2.10"]);
    only(
        &baseline("documents = [\"c\"]\nplatforms = [\"ios\"]"),
        "baselines/all.toml:2: there is no document \"c\"",
    );
    only(
        &baseline("documents = [\"b\"]\nplatforms = [\"ios\"]\nexcept = [\"CC-1\"]"),
        "baselines/all.toml:4: there is no clause",
    );
    only(&baseline("documents = [\"b\"]\nplatforms = []"), "baselines/all.toml:3: platforms is empty");
    only(
        &baseline("documents = [\"a\"]\nplatforms = [\"macos\"]"),
        "baselines/all.toml:3: clause AA-1.1: check length has no arm for macos",
    );
}

#[test]
fn overrides_are_typed_and_named() {
    let load = |name: &str, value: toml::Value| {
        let overrides = Overrides::from([(name.to_owned(), value)]);
        Library::from_files(&files(), &overrides).map_err(|problems| problems.to_string())
    };
    let library = load("lock-minutes", toml::Value::Integer(2)).unwrap();
    let parameter = &library.parameters()["lock-minutes"];
    assert!(
        parameter.overridden && parameter.value.to_string() == "2" && parameter.default.to_string() == "5"
    );
    let networks =
        toml::from_str::<toml::Table>("n = [{ ssid = \"X\", security = \"wpa3-enterprise\" }]").unwrap();
    assert_eq!(
        load("networks", networks["n"].clone()).unwrap().parameters()["networks"].value.to_string(),
        "X"
    );
    assert!(
        load("lock-minutes", toml::Value::String("two".into()))
            .unwrap_err()
            .contains("expected a whole number")
    );
    assert!(
        load("lock-hours", toml::Value::Integer(2)).unwrap_err().contains("\"lock-hours\" is no parameter")
    );
}

#[test]
fn a_folder_on_disk_is_read_and_links_are_not_followed() {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files().iter() {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text.replace('\n', "\r\n")).unwrap();
    }
    let loaded = Library::load(dir.path(), &Overrides::new()).unwrap();
    assert_eq!(loaded.digest(), load(&files()).digest(), "line ends do not count");
    std::fs::write(dir.path().join("checks/latin.toml"), [0xe9]).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc/hostname", dir.path().join("checks/link.toml")).unwrap();
    let found = Library::load(dir.path(), &Overrides::new()).unwrap_err().to_string();
    assert!(found.contains("checks/latin.toml: cannot be read as UTF-8"), "{found}");
    assert!(!cfg!(unix) || found.contains("checks/link.toml: neither a file nor a folder"), "{found}");
    assert!(
        Library::load(&dir.path().join("absent"), &Overrides::new())
            .unwrap_err()
            .to_string()
            .contains("cannot be read")
    );
}

#[test]
fn a_folder_cut_anywhere_loads_or_is_refused_with_lines() {
    let whole = files();
    for (path, text) in whole.iter() {
        for cut in (0..text.len()).step_by(5).filter(|cut| text.is_char_boundary(*cut)) {
            let lines = text.lines().count();
            for problem in Library::from_files(&with(path, &text[..cut]), &Overrides::new())
                .err()
                .iter()
                .flat_map(|p| p.iter())
            {
                assert!(problem.line.is_none_or(|line| line >= 1), "{problem}");
                assert!(
                    problem.file != path || problem.line.is_none_or(|line| line <= lines),
                    "{path} at {cut}: {problem}"
                );
            }
        }
    }
}

#[test]
fn what_is_wrong_with_the_forces_is_named() {
    let force = "[[force]]\nword = \"a1\"\ntitle = \"A\"\nshort = \"A\"\n\
                 service_desk = { name = \"D\", number = \"x1\", outside = \"9, then ask for 1\" }\n\
                 duty_officer = { name = \"O\", number = \"2\" }\n";
    let head =
        "time_zone = \"Europe/Berlin\"\nmarking = \"M\"\nemergency = \"1\"\nprofile_prefix = \"a.b\"\n";
    assert_eq!(problems(&with("forces.toml", &format!("{head}{force}"))), Vec::<String>::new());
    let second = force.replace("\"a1\"", "\"a2\"");
    for (text, expected) in [
        (head.to_owned(), "there is no force"),
        (format!("{head}{force}{force}"), "two forces are called \"a1\""),
        (format!("{head}{force}{second}"), "two forces are called \"a\""),
        (format!("{head}{}", force.replace("\"a1\"", "\"A 1\"")), "cannot be the word of a force"),
        (format!("{head}{}", force.replace("number = \"2\"", "number = \"\"")), "number is empty"),
        (format!("{head}{}", force.replace("number = \"2\"", "number = \"x2\"")), "\"x2\" is an extension"),
        (
            format!("{head}{}", force.replace("number = \"2\"", "number = \"x2\", outside = \" \"")),
            "outside is empty",
        ),
        (format!("{head}{}", force.replace("duty_officer", "officer")), "no \"duty_officer\""),
        (format!("{}{force}", head.replace("Berlin", "Atlantis")), "is no time zone"),
        (format!("{head}dates = \"roman\"\n{force}"), "is no form of dates"),
    ] {
        let found = problems(&with("forces.toml", &text));
        assert!(found.iter().any(|problem| problem.contains(expected)), "{expected}: {found:?}");
        assert!(found.iter().all(|problem| problem.contains("forces.toml")), "{found:?}");
    }
}
