//! The shipped policy, weakened in the ways that an audit tried, one at a time: each is refused, or the difference from the policy as it is
//! calls it weaker. `cargo xtask mutate-policy` tries thousands more.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot read its files has to stop")]

use std::path::Path;
use std::sync::LazyLock;

use policy::{Direction, Files, Library, Overrides, diff};

static FILES: LazyLock<Files> = LazyLock::new(|| {
    Files::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policy")).expect("the policy can be read")
});
static SHIPPED: LazyLock<Library> =
    LazyLock::new(|| Library::from_files(&FILES, &Overrides::new()).expect("the shipped policy loads"));

/// A text in a file, and what is written instead.
type Edit = (&'static str, &'static str, &'static str);

/// What has to come of it.
enum Want {
    /// The loader refuses it, with these words.
    Refused(&'static str),
    /// A change of that direction, with these words.
    Told(Direction, &'static str),
}

use Want::{Refused, Told};

const COMPOSITION: &str = "checks/passcode-composition.toml";
const CLAUSE_62A: &str = "documents/mobile-device-use/clauses/6.2a-composition.md";
const NINE: &str = "settings/passcode-composition.toml";
const WIFI: &str = "checks/wifi-listed.toml";
const STALE: &str = "stale_after = { parameter = \"report-stale-after\" }";

fn folder() -> Files {
    FILES.clone()
}

fn edited(edits: &[Edit]) -> Files {
    let mut files = folder();
    for (path, from, to) in edits {
        let text = files.get(path).unwrap_or_else(|| panic!("there is no {path}"));
        assert!(text.contains(from), "{path} has no {from}");
        let text = text.replacen(from, to, 1);
        files.put(*path, &text);
    }
    files
}

fn chosen(text: &str) -> Overrides {
    text.parse::<toml::Table>().expect("the force's file can be read").into_iter().collect()
}

#[track_caller]
fn seen(files: &Files, overrides: &Overrides, want: &Want) {
    let found = Library::from_files(files, overrides);
    match (want, found) {
        (Refused(words), Err(problems)) => {
            assert!(problems.to_string().contains(words), "no \"{words}\" in:\n{problems}");
            assert!(problems.iter().any(|one| one.message.len() > 20), "{problems}");
        }
        (Refused(words), Ok(_)) => panic!("it loads, though \"{words}\" was to be said"),
        (Told(..), Err(problems)) => panic!("refused:\n{problems}"),
        (Told(direction, words), Ok(new)) => {
            let changes = diff(&SHIPPED, &new);
            let told = changes.told();
            assert!(
                told.iter().any(|one| one.direction == *direction && one.what.contains(words)),
                "no {direction} \"{words}\" in:\n{changes}"
            );
            assert!(!direction.weakens() || !changes.weaker().is_empty(), "{changes}");
        }
    }
}

#[track_caller]
fn tried(edits: &[Edit], want: &Want) {
    seen(&edited(edits), &Overrides::new(), want);
}

#[track_caller]
fn tried_by_a_force(own: &str, want: &Want) {
    seen(&folder(), &chosen(own), want);
}

/// Takes a case out of a check, by what it says.
fn without_case(path: &str, says: &str) -> Files {
    let mut files = folder();
    let text = files.get(path).expect("there is such a check").to_owned();
    let mut parts: Vec<&str> = text.split("[[case]]").collect();
    let before = parts.len();
    parts.retain(|part| !part.contains(&format!("says = \"{says}\"\n")));
    assert_eq!(parts.len() + 1, before, "{path} has one case \"{says}\"");
    files.put(path, &parts.join("[[case]]"));
    files
}

#[test]
fn lengths_of_time_are_bounded() {
    let shop = "documents/mobile-device-use/clauses/4.6-faults.md";
    tried(&[(WIFI, STALE, "stale_after = \"521w\"")], &Refused("stale_after is 521w"));
    let wide = [(
        "parameters.toml",
        "at_most = \"30d\"\nstronger = \"less\"\nowner = \"Force Information",
        "at_most = \"9999w\"\nstronger = \"less\"\nowner = \"Force Information",
    )];
    tried(&wide, &Told(Direction::Weaker, "report-stale-after (at_most)"));
    tried_by_a_force("report-stale-after = \"3650d\"", &Refused("is not from 1d to 30d"));
    tried(
        &[(
            CLAUSE_62A,
            "check = \"passcode-composition\"",
            "check = \"passcode-composition\"\ngrace = \"5200w\"",
        )],
        &Refused("grace is 5200w; it is at most 2w"),
    );
    tried(
        &[(
            CLAUSE_62A,
            "check = \"passcode-composition\"",
            "check = \"passcode-composition\"\ngrace = \"10d\"",
        )],
        &Told(Direction::Weaker, "MDU-6.2a"),
    );
    let within = "procedure = \"fault\"\nwithin = { parameter = \"desk-response-within\" }";
    tried(&[(shop, within, "procedure = \"fault\"\nwithin = \"5200w\"")], &Refused("within is 5200w"));
    let document = "documents/mobile-device-use/document.toml";
    tried(
        &[(document, "review_by = 2020-09-12", "review_by = 2090-09-12")],
        &Refused("at most 5 years after it"),
    );
    tried(
        &[(document, "review_by = 2020-09-12", "review_by = 2021-09-12")],
        &Told(Direction::Weaker, "mobile-device-use"),
    );
    tried(&[(document, "review_by = 2020-09-12\n", "")], &Told(Direction::Weaker, "mobile-device-use"));
    tried(
        &[("registers/written-permissions.toml", "longest = \"52w\"", "longest = \"5200w\"")],
        &Refused("longest is 5200w"),
    );
    tried(
        &[("registers/operational-images.toml", "longest = \"26w\"", "longest = \"52w\"")],
        &Told(Direction::Weaker, "operational-images"),
    );
}

#[test]
fn values_that_a_vendor_reads_otherwise_are_refused() {
    let ten = "settings/ten-attempts.toml";
    for value in ["0", "2", "11"] {
        let line = format!("\"passcode.max_failed_attempts\" = {value}");
        let mut files = folder();
        let text =
            files.get(ten).expect("it is there").replace("\"passcode.max_failed_attempts\" = 10", &line);
        files.put(ten, &text);
        seen(&files, &Overrides::new(), &Refused("is not from 4 to 10"));
    }
    tried_by_a_force("lock-timeout-minutes = 0", &Refused("0 is not from 1 to 15"));
    tried(&[("parameters.toml", "default = 5\n", "default = 0\n")], &Refused("0 is not from 1 to 15"));
    tried(
        &[("settings/own-use-only.toml", "{ parameter = \"lock-timeout-minutes\" }", "0")],
        &Refused("0 is not from 1 to 15"),
    );
}

#[test]
fn placeholders_are_refused_where_a_force_chooses_and_named_where_it_has_not() {
    tried_by_a_force(
        "web-proxy-address = \"https://proxy.force.example/p.pac\"",
        &Refused("only holds the place"),
    );
    tried_by_a_force("mail-domains = []", &Refused("the value is empty"));
    tried_by_a_force("force-apps = [\"changeme\"]", &Refused("only holds the place"));
    tried(
        &[("settings/links.toml", "{ parameter = \"links-address\" }", "\"https://links.force.example/\"")],
        &Refused("only holds the place"),
    );
    tried(&[("parameters.toml", "placeholder = true\n", "")], &Refused("add placeholder = true"));
}

#[test]
fn clause_check_and_setting_give_one_value() {
    tried(
        &[(NINE, "\"passcode.min_length\" = 9", "\"passcode.min_length\" = 4")],
        &Refused("sets passcode.min_length to 4, and check passcode-composition refuses that"),
    );
    tried(
        &[(NINE, "\"passcode.min_length\" = 9", "\"passcode.min_length\" = 12")],
        &Refused("is content with 11"),
    );
    tried(
        &[(CLAUSE_62A, "set = { min_length = 9 }", "set = { min_length = 8 }")],
        &Refused("is content with 8"),
    );
    tried(
        &[
            (NINE, "\"passcode.min_length\" = 9", "\"passcode.min_length\" = 8"),
            (CLAUSE_62A, "set = { min_length = 9 }", "set = { min_length = 8 }"),
        ],
        &Told(Direction::Weaker, "passcode.min_length: 9 -> 8"),
    );
    // Another clause asks for the same, so devices would be sent what they are sent today.
    tried(
        &[(
            "settings/force-devices-only.toml",
            "\"usb.allow_host_pairing\" = false",
            "\"usb.allow_host_pairing\" = true",
        )],
        &Refused("sets usb.allow_host_pairing to yes"),
    );
    tried(
        &[(
            "settings/reset-reach.toml",
            "\"management.allow_removal\" = false",
            "\"management.allow_removal\" = true",
        )],
        &Told(Direction::Weaker, "reset-reach"),
    );
}

#[test]
fn a_condition_goes_unseen_neither_alone_nor_with_its_cases() {
    let letters = "  { fact = { name = \"effective.passcode.require_letter\", is = true } },\n";
    tried(&[(COMPOSITION, letters, "")], &Refused("\"digits alone would do\" wants not-met, but is met"));
    let mut files = without_case(COMPOSITION, "digits alone would do");
    let text = files.get(COMPOSITION).expect("it is there").replace(letters, "");
    let mut parts: Vec<&str> = text.split("[[case]]").collect();
    parts.retain(|part| !part.contains("never said (effective.passcode.require_letter)"));
    files.put(COMPOSITION, &parts.join("[[case]]"));
    seen(&files, &Overrides::new(), &Refused("sets passcode.require_letter, which iPhone devices report"));

    let supervised = "  { fact = { name = \"device.supervised\", is = true } },\n";
    let mut files = without_case(WIFI, "the rule needs supervision");
    let text = files.get(WIFI).expect("it is there").replacen(supervised, "", 1);
    let mut parts: Vec<&str> = text.split("[[case]]").collect();
    parts.retain(|part| !part.contains("never said (device.supervised)"));
    files.put(WIFI, &parts.join("[[case]]"));
    seen(&files, &Overrides::new(), &Told(Direction::Weaker, "wifi-listed: cases"));

    tried(&[(WIFI, "expect = { all = [", "expect = { any = [")], &Refused("checks/wifi-listed.toml"));
    tried(
        &[("checks/tamper-signs.toml", "  \"kjc.loader\",\n", "")],
        &Told(Direction::Weaker, "tamper-signs"),
    );
}

#[test]
fn a_case_does_not_go_unseen() {
    let wanted = "no [[case]] shows that the test of \"effective.passcode.max_failed_attempts\" counts";
    seen(
        &without_case("checks/ten-attempts.toml", "nine is one too few"),
        &Overrides::new(),
        &Refused(wanted),
    );
    seen(
        &without_case("checks/ten-attempts.toml", "eleven is one too many"),
        &Overrides::new(),
        &Refused(wanted),
    );
    seen(
        &without_case(WIFI, "good once, too long ago"),
        &Overrides::new(),
        &Refused("in order and just too old"),
    );
    seen(
        &without_case(WIFI, "acknowledged is not reported"),
        &Overrides::new(),
        &Refused("but for the grade"),
    );
    // One that shows what another shows too: their number is told.
    let fewer = without_case("checks/links.toml", "the catalogue, and some other app");
    seen(&fewer, &Overrides::new(), &Told(Direction::Weaker, "links: cases 12 -> 11"));
}

#[test]
fn arms_do_not_get_milder_unseen() {
    let ten = "checks/ten-attempts.toml";
    let never = "never_met = \"A Mac locks after the last wrong attempt and wipes nothing.\"\n";
    tried(&[(ten, never, "")], &Refused("\"a Mac with the profile\" wants not-known, but is met"));
    tried(&[(ten, "needs = \"reported\"", "needs = \"acknowledged\"")], &Refused("merely acknowledged"));
    tried(
        &[(ten, "platforms = [\"ios\", \"ipados\"]", "platforms = [\"ios\"]")],
        &Refused("wants met, but is not-known"),
    );
    tried(
        &[(WIFI, STALE, "stale_after = \"70d\"")],
        &Refused("\"good once, too long ago\" wants not-known, but is met"),
    );
    tried(
        &[("checks/lock-screen-privacy.toml", "never_met = \"A Mac", "not_applicable = \"A Mac")],
        &Refused("wants not-known, but is not-applicable"),
    );
    tried(
        &[(
            "vocabulary.toml",
            "unit = \"attempts\"\nreported_on = [\"ios\", \"ipados\"]",
            "unit = \"attempts\"",
        )],
        &Refused("never report \"effective.passcode.max_failed_attempts\""),
    );
}

#[test]
fn settings_that_lock_a_device_out_are_refused() {
    tried_by_a_force("allowed-networks = []", &Refused("the value is empty"));
    tried_by_a_force(
        "allowed-networks = [{ ssid = \"HUB\", security = \"wpa2-personal\", auto_join = true }]",
        &Refused("can join none of them by itself"),
    );
    for address in [
        "http://proxy.norfolk.police.uk/p.pac",
        "https://proxy/p.pac",
        "proxy.norfolk.police.uk",
        "https://10.0.0.1/p.pac",
    ] {
        tried_by_a_force(&format!("web-proxy-address = \"{address}\""), &Refused("without a way back"));
    }
    let mail = "documents/mobile-device-use/clauses/11.1-force-mail.md";
    let mut files = edited(&[("settings/mail.toml", "\"mail.host\" = { parameter = \"mail-host\" }\n", "")]);
    let text = files.get(mail).expect("it is there");
    let text = text
        .replace("settings = [\"mail.host\"]", "agreed = true")
        .replace("\"mail.host\", ", "")
        .replace("agreed = true\nagreed = true", "agreed = true");
    files.put(mail, &text);
    seen(&files, &Overrides::new(), &Refused("the holder may add no account"));
    for (file, app) in [
        ("settings/out-of-use.toml", "com.apple.mobilephone"),
        ("settings/terms-lapsed.toml", "com.apple.mobilesafari"),
    ] {
        let mut files = folder();
        let text =
            files.get(file).expect("it is there").replace("\"com.apple.mobilemail\"", &format!("\"{app}\""));
        files.put(file, &text);
        seen(&files, &Overrides::new(), &Refused("may not be blocked"));
    }
}

#[test]
fn what_a_force_may_change_is_told_with_its_direction() {
    tried_by_a_force("lock-timeout-minutes = 15", &Told(Direction::Weaker, "lock-timeout-minutes: 5 -> 15"));
    tried_by_a_force("lock-timeout-minutes = 15", &Told(Direction::Weaker, "lock.after_minutes: 5 -> 15"));
    tried_by_a_force("lock-timeout-minutes = 2", &Told(Direction::Stronger, "lock.after_minutes: 5 -> 2"));
    tried_by_a_force(
        "blocked-social-apps = [\"com.facebook.Facebook\"]",
        &Told(Direction::Weaker, "apps.blocked"),
    );
    tried_by_a_force("desk-from-hour = 9", &Told(Direction::Changed, "desk-from-hour: 8 -> 9"));
    tried(
        &[(CLAUSE_62A, "modality = \"must\"", "modality = \"should\"")],
        &Told(Direction::Weaker, "MDU-6.2a"),
    );
    tried(
        &[(
            CLAUSE_62A,
            "modality = \"must\"",
            "modality = \"must\"\nexceptions = [{ who = \"Chief officers\" }]",
        )],
        &Told(Direction::Weaker, "MDU-6.2a"),
    );
    tried(
        &[(CLAUSE_62A, "modality = \"must\"", "modality = \"must\"\napplies_to = { kinds = [\"iphone\"] }")],
        &Told(Direction::Narrower, "MDU-6.2a"),
    );
    tried(
        &[(
            "vocabulary.toml",
            "merge = \"any\"\nreported_on = [\"ios\", \"ipados\"]\nmeans = \"Only the listed",
            "merge = \"all\"\nreported_on = [\"ios\", \"ipados\"]\nmeans = \"Only the listed",
        )],
        &Told(Direction::Changed, "wifi.only_listed"),
    );
    tried(
        &[("settings/terms-lapsed.toml", "\"com.apple.mobilemail\", ", "")],
        &Told(Direction::Weaker, "terms-lapsed"),
    );
}
