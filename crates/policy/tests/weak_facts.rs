//! Devices that an audit found to be called *met* from too little, each by the check of its clause in the shipped policy: none of
//! them is met, whatever cases the check carries.

#![expect(clippy::expect_used, reason = "a test that cannot read its files has to stop")]

use std::collections::BTreeMap;
use std::path::Path;

use compliance::{CASE_NOW, SubjectState, evaluate};
use domain::{Fact, FactName, FactValue, Facts, Grade, Platform, Span};
use policy::{Library, Overrides};

/// A device as the audit described it.
struct Seen {
    check: &'static str,
    platform: Platform,
    supervised: Option<bool>,
    grade: Grade,
    age_days: i64,
    facts: Vec<(&'static str, FactValue)>,
    /// Groups whose profile is installed as it was last compiled.
    profiles: &'static [&'static str],
    want: &'static str,
}

impl Seen {
    fn new(check: &'static str, platform: Platform, want: &'static str) -> Self {
        let (supervised, grade) = (Some(true), Grade::Reported);
        Self { check, platform, supervised, grade, age_days: 0, facts: Vec::new(), profiles: &[], want }
    }

    fn facts(mut self, facts: &[(&'static str, FactValue)]) -> Self {
        self.facts = facts.to_vec();
        self
    }

    fn profiles(mut self, profiles: &'static [&'static str]) -> Self {
        self.profiles = profiles;
        self
    }

    fn outcome(&self, library: &Library) -> String {
        let check = library.checks.get(self.check).expect("the check is shipped");
        let bound = check.bind(&BTreeMap::new(), library.lookup()).expect("a shipped check can be bound");
        let at = CASE_NOW.minus(Span::from_secs(self.age_days * 86_400));
        let installed = self.profiles.iter().map(|group| format!("uk.police.lanyard.{group}=NOW")).collect();
        let profiles = ("profiles.installed", FactValue::List(installed));
        let facts: Facts = self
            .facts
            .iter()
            .cloned()
            .chain([profiles])
            .map(|(name, value)| Fact {
                name: FactName::new(name),
                value,
                grade: self.grade,
                at,
                source: "audit".to_owned(),
            })
            .collect();
        let expected_profiles =
            self.profiles.iter().map(|group| ((*group).to_owned(), "NOW".to_owned())).collect();
        let (platform, supervised) = (self.platform, self.supervised);
        let subject = SubjectState { platform, supervised, expected_profiles: &expected_profiles };
        evaluate(&bound, &subject, &facts, CASE_NOW).outcome.word().to_owned()
    }
}

fn list(items: &[&str]) -> FactValue {
    FactValue::List(items.iter().map(|item| (*item).to_owned()).collect())
}

fn attempts(count: i64) -> Seen {
    Seen::new("ten-attempts", Platform::Ios, if count == 10 { "met" } else { "not-met" }).facts(&[
        ("passcode.present", FactValue::Bool(true)),
        ("effective.passcode.max_failed_attempts", FactValue::Count(count)),
    ])
}

fn seen() -> Vec<Seen> {
    use Platform::{Ios, Macos};
    let (yes, no) = (FactValue::Bool(true), FactValue::Bool(false));
    let tampered = [
        ("device.supervised", yes.clone()),
        ("effective.usb.allow_host_pairing", no.clone()),
        ("effective.profiles.allow_user_install", no.clone()),
        ("apps.installed", list(&["com.apple.mobilemail", "com.saurik.Cydia"])),
    ];
    let by_hand = [("device.supervised", yes.clone()), ("enrolment.user_enrolment", no.clone())];
    vec![
        Seen::new("passcode-compliant", Macos, "not-known").profiles(&["mdu-6"]),
        Seen::new("storage-egress", Macos, "not-known").facts(&[("encryption.enabled", yes.clone())]),
        Seen::new("tamper-signs", Ios, "not-met").facts(&tampered),
        Seen::new("mail", Ios, "not-known")
            .facts(&[
                ("effective.data.allow_managed_to_unmanaged", no.clone()),
                ("effective.data.managed_clipboard", yes.clone()),
            ])
            .profiles(&["mdu-11"]),
        Seen::new("links", Ios, "not-met").facts(&[("apps.installed", list(&[]))]).profiles(&["mdu-13"]),
        Seen {
            supervised: Some(false),
            ..Seen::new("wifi-unsafe", Ios, "not-met")
                .facts(&[("device.supervised", no.clone()), ("effective.wifi.only_listed", yes.clone())])
        },
        Seen {
            grade: Grade::Acknowledged,
            age_days: 6,
            ..Seen::new("bluetooth-in-car", Ios, "not-known").facts(&[("effective.bluetooth.enabled", yes)])
        },
        Seen::new("withdrawal-reach", Ios, "not-known").facts(&by_hand),
        Seen::new("terms-gate", Ios, "not-known").facts(&by_hand),
        Seen::new("own-account", Macos, "not-known").profiles(&["mdu-3", "mdu-6", "mdu-10"]),
        attempts(2),
        attempts(0),
        attempts(10),
        Seen::new("social-location", Ios, "not-known")
            .facts(&[("apps.installed", list(&["com.strava.stravaride"]))]),
    ]
}

#[test]
fn what_an_audit_found_to_be_too_little_is_not_met() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policy");
    let library = Library::load(&dir, &Overrides::new()).expect("the shipped policy loads");
    let wrong: Vec<String> = seen()
        .iter()
        .map(|seen| (seen, seen.outcome(&library)))
        .filter(|(seen, found)| seen.want != found)
        .map(|(seen, found)| format!("{} on {}: {found}, not {}", seen.check, seen.platform, seen.want))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
