//! Made-up devices for the page of one device.

use devices_web::State;
use domain::{DeviceKind, Grade, Outcome, Timestamp, WhyNotKnown};
use permissions_web::setting::Setting;

use crate::device::{Action, Case, Clause, Command, Enrolment, Fact, Holder, Typed, View};
use web_shell::clock::{hours_ago, hours_ahead};
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Errors;

impl View {
    /// Returns a lost iPhone at 3 a.m., with one of everything, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Devices),
            href: "/devices/NC-10442".into(),
            serial: "F4GXQ2ABCD".into(),
            asset: "NC-10442".into(),
            kind: DeviceKind::Iphone,
            state: State::LostMode,
            force: domain::samples::HOME,
            register: register(),
            reported: Some(reported()),
            apps: Some(Some((vec!["com.apple.Maps".into(), "uk.example.<script>".into()], hours_ago(1)))),
            holder_hidden: false,
            holder: Some(Holder {
                name: "PC 1234 Ames <script>".into(),
                href: "/people/1234".into(),
                signed: true,
                since: hours_ago(2400),
                accepted: Some(hours_ago(2402)),
                missing: Vec::new(),
            }),
            enrolment: Some(Enrolment {
                supervised: Some(true),
                since: hours_ago(2399),
                seen: hours_ago(1),
                certificate_until: Some(hours_ahead(6000)),
                certificate_revoked: None,
                silent: false,
                push_failed: String::new(),
            }),
            may_enrol: false,
            may_hand_over: true,
            standing: "Issued".into(),
            ways: vec![Crumb::new("/custody/new?kind=return&device=1", "Return")],
            chain: Some(custody_web::list::View::sample().rows),
            held: Some(true),
            held_acts: vec![Crumb::new("/held/1", "Change its holder")],
            links: vec![Crumb::new("/devices/NC-10442/withdraw", "Take this device back")],
            typed_holder: String::new(),
            errors: [("reason-erase", "Enter a reason: it goes into the ledger")].into_iter().collect(),
            actions: actions(),
            settings: Some(settings()),
            clauses: Some(clauses()),
            lacks: vec!["it is not supervised".into()],
            unheld: vec![
                web_shell::links::clause_crumb("MDU-8.1"),
                web_shell::links::clause_crumb("MDU-12.1"),
            ],
            commands: Some(commands()),
            permissions: Some(vec![web_shell::parts::registers::Mention::sample()]),
            cases: Some(vec![Case {
                case: Crumb::new("/cases/C-2026-0117", "C-2026-0117"),
                text: "Lost device, open".into(),
                opened: hours_ago(1),
            }]),
        }
    }

    /// Returns the same iPhone for a reader who may see only that it exists, for the gallery and the tests.
    #[must_use]
    pub fn sample_narrow() -> Self {
        Self {
            shell: Shell::sample(Area::Me),
            reported: None,
            apps: None,
            holder: None,
            holder_hidden: true,
            may_hand_over: false,
            ways: Vec::new(),
            chain: None,
            held: None,
            held_acts: Vec::new(),
            links: Vec::new(),
            errors: Errors::default(),
            actions: Vec::new(),
            settings: None,
            clauses: None,
            commands: None,
            permissions: None,
            cases: None,
            ..Self::sample()
        }
    }

    /// Returns a device in the register that has never enrolled, for the gallery and the tests.
    #[must_use]
    pub fn sample_registered() -> Self {
        let refused = "It is not enrolled";
        Self {
            serial: "C02XK<script>".into(),
            asset: String::new(),
            may_enrol: true,
            errors: Errors::default(),
            kind: DeviceKind::Mac,
            state: State::Registered,
            force: domain::samples::AWAY,
            holder: None,
            standing: "In store: ICT stores, Ipswich".into(),
            ways: vec![Crumb::new("/custody/new?kind=issue&device=1", "Issue")],
            chain: Some(Vec::new()),
            enrolment: None,
            actions: actions()
                .into_iter()
                .map(|action| Action { refused: refused.into(), ..action })
                .collect(),
            settings: Some(Vec::new()),
            clauses: Some(Vec::new()),
            commands: Some(Vec::new()),
            permissions: Some(Vec::new()),
            cases: Some(Vec::new()),
            register: vec![fact("Serial number", "C02XK<script>", None), fact("Model", "MacBook Air", None)],
            reported: Some(Vec::new()),
            apps: Some(None),
            ..Self::sample()
        }
    }
}

fn fact(name: &str, value: &str, from: Option<(Grade, Timestamp)>) -> Fact {
    Fact {
        name: name.into(),
        value: value.into(),
        grade: from.map(|from| from.0),
        at: from.map(|from| from.1),
    }
}

fn register() -> Vec<Fact> {
    vec![
        fact("Serial number", "F4GXQ2ABCD", Some((Grade::Attested, hours_ago(2399)))),
        fact("Model", "iPhone 15", None),
        fact("Mobile number", "", None),
    ]
}

fn reported() -> Vec<Fact> {
    let reported = Some((Grade::Reported, hours_ago(1)));
    vec![fact("System", "iOS 26.1", reported), fact("Battery", "64 %", reported)]
}

fn actions() -> Vec<Action> {
    let action = |word, title, effect| Action {
        word,
        title,
        effect,
        second_person: false,
        message: false,
        typed: None,
        refused: String::new(),
    };
    vec![
        action("refresh", "Ask for a fresh report", "The device reports its state at its next check-in. Changes nothing."),
        Action {
            message: true,
            ..action("lock", "Lock", "The screen locks at once. The holder can unlock it with the passcode.")
        },
        Action {
            message: true,
            ..action("lost-mode", "Lost mode", "Nobody can use the device until lost mode is ended here. It can be undone.")
        },
        Action {
            refused: "An iPhone with a passcode may lose Wi-Fi after a restart and stay out of reach: unlock it first".into(),
            ..action("restart", "Restart", "The device restarts. Unsaved work is lost.")
        },
        Action {
            second_person: true,
            typed: Some(Typed::default()),
            ..action(
                "erase",
                "Erase",
                "Everything on the device is destroyed, images not yet uploaded among it. It cannot be undone, and ends \
                 lost mode and location.",
            )
        },
    ]
}

fn settings() -> Vec<Setting> {
    let clause = |id: &str| web_shell::links::clause_crumb(id);
    vec![
        Setting {
            title: "Passcode of nine characters".into(),
            clauses: vec![clause("MDU-6.2a"), clause("MDU-6.5")],
            sent: Some(hours_ago(2399)),
            acknowledged: Some(hours_ago(2399)),
            in_force: Some(hours_ago(1)),
            trouble: String::new(),
        },
        Setting {
            title: "Wi-Fi networks of the force".into(),
            clauses: vec![clause("MDU-8.1")],
            sent: Some(hours_ago(26)),
            acknowledged: Some(hours_ago(26)),
            in_force: None,
            trouble: "The last report names another version of this profile".into(),
        },
        Setting {
            title: "Web filter".into(),
            clauses: vec![clause("MDU-12.1")],
            sent: Some(hours_ago(1)),
            acknowledged: None,
            in_force: None,
            trouble: String::new(),
        },
        Setting {
            title: "Message previews hidden".into(),
            clauses: vec![clause("MDU-3.4")],
            sent: None,
            acknowledged: None,
            in_force: None,
            trouble: String::new(),
        },
    ]
}

fn clauses() -> Vec<Clause> {
    let clause = |id: &str, title: &str, outcome: Outcome, used: Option<(Grade, Timestamp)>| Clause {
        // Somebody carries the risk of clauses that are not met, and of no others.
        risk: matches!(outcome, Outcome::NotMet { .. }).then(web_shell::parts::registers::Risk::sample),
        clause: web_shell::links::clause_crumb(id),
        title: title.into(),
        outcome,
        grade: used.map(|used| used.0),
        fact_at: used.map(|used| used.1),
        explain: format!("/devices/NC-10442/clauses/{id}"),
    };
    let used = Some((Grade::Reported, hours_ago(1)));
    vec![
        clause(
            "MDU-8.1",
            "Only the force's networks",
            Outcome::NotMet { because: "profile mdu-8: another version is installed than was sent".into() },
            used,
        ),
        clause(
            "MDU-3.8",
            "No bypass of controls",
            Outcome::NotKnown(WhyNotKnown::NeverReported { what: "integrity <script>".into() }),
            None,
        ),
        clause("MDU-6.2a", "Four kinds of character, nine or more", Outcome::Met, used),
        clause("MDU-6.6", "Wiped after ten failures", Outcome::Met, Some((Grade::Attested, hours_ago(30)))),
        clause(
            "MDU-9.1",
            "Bluetooth in the car only",
            Outcome::NotApplicable { because: "no iPhone setting exists; kept by acceptance".into() },
            None,
        ),
    ]
}

fn commands() -> Vec<Command> {
    let command = |title: &str, state: &str, asked, changed, by: &str| Command {
        title: title.into(),
        state: state.into(),
        asked,
        changed,
        by: by.into(),
        href: "/commands/1".into(),
        may_approve: false,
        may_take_back: state == "Queued",
        has_pin: false,
        has_location: false,
    };
    vec![
        command(
            "Lost mode",
            "Acknowledged; confirmed by report",
            hours_ago(1),
            hours_ago(1),
            "Insp Grey: reported lost",
        ),
        command("Web filter", "Queued", hours_ago(1), hours_ago(1), "Lanyard: clause MDU-12.1"),
        command("Device information", "Acknowledged", hours_ago(2), hours_ago(2), "Lanyard: regular report"),
    ]
}
