//! The sample: two documents, four clauses with settings, and ways to change one thing.

use policy::{Files, Library, Overrides};

const FACTS: &str = r#"
[[fact]]
name = "passcode.present"
type = "bool"
reported_on = ["ios"]
means = "A passcode is set"
personal = "device"
[[fact]]
name = "profiles.installed"
type = "list"
reported_on = ["ios", "macos"]
means = "Installed profiles"
personal = "device"
"#;

const FORCES: &str = r#"
time_zone = "Europe/London"
marking = "OFFICIAL"
emergency = "999"
profile_prefix = "uk.police.lanyard"
[[force]]
word = "northshire"
title = "Northshire Police"
short = "Northshire"
service_desk = { name = "Service Desk", number = "100" }
duty_officer = { name = "Duty officer", number = "200" }
"#;

const VOCABULARY: &str = r#"
[[setting]]
key = "passcode.min_length"
type = "count"
merge = "max"
at_least = 4
at_most = 16
reported_on = ["ios"]
means = "Length"
[[setting]]
key = "passcode.required"
type = "bool"
merge = "any"
means = "Required"
[[setting]]
key = "airdrop.allow"
type = "bool"
merge = "all"
means = "AirDrop"
[[setting]]
key = "lock.after_minutes"
type = "count"
merge = "min"
at_least = 1
at_most = 15
means = "Lock"
[[setting]]
key = "apps.blocked"
type = "list"
merge = "union"
means = "Blocked"
[[setting]]
key = "apps.allowed"
type = "list"
merge = "intersection"
means = "Allowed"
[[setting]]
key = "mail.host"
type = "text"
merge = "equal"
means = "Mail server"
[[setting]]
key = "wifi.networks"
type = "networks"
merge = "union"
stronger = "less"
means = "Networks"
"#;

const PARAMETERS: &str = r#"
[[parameter]]
name = "lock-minutes"
type = "count"
default = 5
at_least = 1
at_most = 15
stronger = "less"
owner = "Director of ICT"
reason = "The paper gives no figure"
clauses = ["AA-1.2"]
[[parameter]]
name = "stale"
type = "span"
default = "7d"
at_least = "1h"
at_most = "30d"
stronger = "less"
owner = "Director of ICT"
reason = "A week"
clauses = []
[[parameter]]
name = "networks"
type = "networks"
default = [{ ssid = "FORCE", security = "wpa2-enterprise" }]
owner = "Director of ICT"
reason = "The force's own"
clauses = []
"#;

const CHECK: &str = r#"
asks = "A passcode is set, of that length"
params = { min_length = 6 }
[[on]]
platforms = ["ios"]
needs = "reported"
stale_after = { parameter = "stale" }
expect = { all = [
  { fact = { name = "passcode.present", is = true } },
  { fact = { name = "effective.passcode.min_length", at_least = { param = "min_length" } } },
] }
[[case]]
says = "long enough"
platform = "ios"
facts = { "passcode.present" = true, "effective.passcode.min_length" = 6 }
want = "met"
[[case]]
says = "too short"
platform = "ios"
facts = { "passcode.present" = true, "effective.passcode.min_length" = 5 }
want = "not-met"
[[case]]
says = "silence"
platform = "ios"
want = "not-known"
[[case]]
says = "no passcode"
platform = "ios"
facts = { "passcode.present" = false, "effective.passcode.min_length" = 6 }
want = "not-met"
[[case]]
says = "whether there is one was never said"
platform = "ios"
facts = { "effective.passcode.min_length" = 6 }
want = "not-known"
[[case]]
says = "the length was never said"
platform = "ios"
facts = { "passcode.present" = true }
want = "not-known"
[[case]]
says = "too long ago"
platform = "ios"
facts = { "passcode.present" = true, "effective.passcode.min_length" = 6 }
age = { parameter = "stale", plus = "1h" }
want = "not-known"
[[case]]
says = "acknowledged"
platform = "ios"
facts = { "passcode.present" = true, "effective.passcode.min_length" = 6 }
grade = "acknowledged"
want = "not-known"
"#;

/// Returns a check that the profile of a group is installed.
pub(crate) fn profile_check(group: &str) -> String {
    format!(
        r#"
asks = "The profile is installed"
[[on]]
platforms = ["ios", "macos"]
needs = "reported"
stale_after = "7d"
expect = {{ profile = {{ group = "{group}" }} }}
[[case]]
says = "installed"
platform = "ios"
facts = {{ "profiles.installed" = ["{group}=U"] }}
expected_profiles = {{ "{group}" = "U" }}
want = "met"
[[case]]
says = "not installed"
platform = "ios"
facts = {{ "profiles.installed" = [] }}
expected_profiles = {{ "{group}" = "U" }}
want = "not-met"
[[case]]
says = "silence"
platform = "ios"
expected_profiles = {{ "{group}" = "U" }}
want = "not-known"
[[case]]
says = "on a Mac"
platform = "macos"
facts = {{ "profiles.installed" = ["{group}=U"] }}
expected_profiles = {{ "{group}" = "U" }}
want = "met"
[[case]]
says = "too long ago"
platform = "ios"
facts = {{ "profiles.installed" = ["{group}=U"] }}
expected_profiles = {{ "{group}" = "U" }}
age = "8d"
want = "not-known"
[[case]]
says = "acknowledged"
platform = "ios"
facts = {{ "profiles.installed" = ["{group}=U"] }}
expected_profiles = {{ "{group}" = "U" }}
grade = "acknowledged"
want = "not-known"
"#
    )
}

pub(crate) fn document(id: &str, prefix: &str, more: &str) -> String {
    format!(
        "id = \"{id}\"\nprefix = \"{prefix}\"\ntitle = \"Document {prefix}\"\nkind = \"policy\"\nmarking = \"OFFICIAL\"\n\
         version = \"1\"\nowner = \"Director of ICT\"\n{more}"
    )
}

/// Returns a clause that asks for what its head says it is kept by.
pub(crate) fn clause(id: &str, head: &str, text: &str) -> String {
    let asks = asks(head);
    format!(
        "+++\nid = \"{id}\"\ntitle = \"Clause {id}\"\nactors = [\"holder\"]\nmodality = \"must\"\n{head}\n{asks}+++\n{text}\n"
    )
}

/// Returns a part for each way of keeping that a head names; one that nothing keeps where it names none.
fn asks(head: &str) -> String {
    let ways = head.lines().filter_map(|line| {
        let (key, name) = line.split_once(" = ")?;
        Some(match (key, name) {
            ("setting", "\"length\"") => {
                "settings = [\"passcode.min_length\", \"passcode.required\"]".to_owned()
            }
            ("setting", "\"lock\"") => "settings = [\"lock.after_minutes\"]".to_owned(),
            ("setting", "\"share\"") => {
                "settings = [\"airdrop.allow\", \"apps.blocked\", \"apps.allowed\", \"mail.host\"]".to_owned()
            }
            ("setting", "\"other\"") => {
                "settings = [\"passcode.min_length\", \"airdrop.allow\", \"apps.blocked\", \"apps.allowed\", \
                 \"lock.after_minutes\", \"wifi.networks\"]"
                    .to_owned()
            }
            ("acceptance", _) => "agreed = true".to_owned(),
            ("procedure", name) => format!("procedure = {name}"),
            ("record", name) => format!("record = {name}"),
            ("check", name) if !head.contains("setting = ") => format!("check = {name}"),
            _ => return None,
        })
    });
    let parts: String = ways.map(|way| format!("[[asks]]\npart = \"It\"\n{way}\n")).collect();
    if parts.is_empty() { "[[asks]]\npart = \"It\"\nnobody = \"x\"\n".to_owned() } else { parts }
}

/// A case type with a step and a reminder.
pub(crate) const CASE: &str = r#"
title = "Lost device"
[[step]]
name = "contain"
title = "Lock it"
who = "service-desk"
within = { parameter = "stale" }
[[chase]]
to = "service-desk"
after = "1d"
"#;

const TERMS: &str = "[[kept_by]]\nacceptance = \"terms\"\n";

/// Returns the sample folder.
pub(crate) fn files() -> Files {
    let sections = "[[section]]\nnumber = \"1\"\ntitle = \"Locks\"\n[[section]]\nnumber = \"2\"\ntitle = \"Sharing\"\n\
         [[note]]\nflag = \"F1\"\nclauses = [\"AA-1.1\"]\ntext = \"Vague\"\n";
    let length = format!(
        "number = \"1.1\"\nsection = \"1\"\n[[kept_by]]\nsetting = \"length\"\ncheck = \"length\"\nset = {{ min_length = 9 }}\n{TERMS}"
    );
    let lock = "number = \"1.2\"\nsection = \"1\"\n[[kept_by]]\nsetting = \"lock\"\ncheck = \"profile\"\n";
    let share = "number = \"2.10\"\nsection = \"2\"\n[[kept_by]]\nsetting = \"share\"\ncheck = \"profile\"\n";
    let read = format!("number = \"2.9\"\nsection = \"2\"\n{TERMS}");
    let other =
        "[[kept_by]]\nsetting = \"other\"\ncheck = \"profile\"\ngrace = \"1h\"\nopens = \"desk-case\"\n";
    let report = "[[kept_by]]\nprocedure = \"lost-device\"\nwithin = { parameter = \"stale\" }\n";
    Files::from_iter([
        ("forces.toml", FORCES.to_owned()),
        ("facts.toml", FACTS.to_owned()),
        ("vocabulary.toml", VOCABULARY.to_owned()),
        ("parameters.toml", PARAMETERS.to_owned()),
        ("checks/length.toml", CHECK.to_owned()),
        ("checks/profile.toml", profile_check("aa-1")),
        ("settings/length.toml", values("\"passcode.required\" = true\n\"passcode.min_length\" = 9\n")),
        ("settings/lock.toml", values("\"lock.after_minutes\" = { parameter = \"lock-minutes\" }\n")),
        (
            "settings/share.toml",
            values(
                "\"airdrop.allow\" = true\n\"apps.blocked\" = [\"a\"]\n\"apps.allowed\" = [\"x\", \"y\"]\n\"mail.host\" = \"one\"\n",
            ),
        ),
        (
            "settings/other.toml",
            values(
                "\"passcode.min_length\" = 6\n\"airdrop.allow\" = false\n\"apps.blocked\" = [\"b\"]\n\
                 \"apps.allowed\" = [\"y\"]\n\"lock.after_minutes\" = 3\n\"wifi.networks\" = { parameter = \"networks\" }\n",
            ),
        ),
        ("cases/lost-device.toml", CASE.to_owned()),
        ("cases/desk-case.toml", "title = \"To be looked into\"\n".to_owned()),
        ("documents/a/document.toml", document("a", "AA", sections)),
        ("documents/a/clauses/1.1-length.md", clause("AA-1.1", &length, "Nine at least.")),
        ("documents/a/clauses/1.2-lock.md", clause("AA-1.2", lock, "It locks itself.")),
        ("documents/a/clauses/2.10-share.md", clause("AA-2.10", share, "No sharing.")),
        ("documents/a/clauses/2.9-read.md", clause("AA-2.9", &read, "Read this.")),
        (
            "documents/b/document.toml",
            document("b", "BB", "published = 2020-01-31\nreview_by = 2021-01-31\n"),
        ),
        ("documents/b/clauses/x-other.md", clause("BB-x", other, "Others.")),
        ("documents/b/clauses/3-report.md", clause("BB-3", report, "Report it.")),
    ])
}

pub(crate) fn values(values: &str) -> String {
    format!("title = \"Values\"\n[values]\n{values}")
}

pub(crate) fn load(files: &Files) -> Library {
    Library::from_files(files, &Overrides::new()).unwrap_or_else(|problems| panic!("{problems}"))
}

/// Returns the sample with one file replaced.
pub(crate) fn with(path: &str, text: &str) -> Files {
    let mut files = files();
    files.put(path, text);
    files
}

/// Returns the sample with some text in one file replaced.
pub(crate) fn edited(path: &str, from: &str, to: &str) -> Files {
    let files = files();
    let text = files.get(path).unwrap();
    assert!(text.contains(from), "{path} has no {from}");
    with(path, &text.replacen(from, to, 1))
}

/// Returns the problems of a folder, each as a line.
pub(crate) fn problems(files: &Files) -> Vec<String> {
    match Library::from_files(files, &Overrides::new()) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(ToString::to_string).collect(),
    }
}
