//! A vendor that nobody above the port has heard of goes through everything that Apple does: compile, enrol, order, answer, hold,
//! approval, cap, freeze, explain, push and enrolling again.

mod orders;

use std::collections::BTreeMap;
use std::sync::Arc;

use compliance_app::Replayed;
use devices_app::checkin::NotEnrolled;
use devices_app::commands::Order;
use devices_app::enrolment::{CheckInReply, Proof, Sender};
use domain::{Deed, DeviceId, DeviceKind, EnrolmentState, Platform, Secret, Subject};
use kernel::AppError;
use kernel::access::{permit, permit_within};
use kernel::platforms::{Platforms, Served};
use pki::Certificate;
use platform_port::{Answer, CheckIn, Vendor};
use platform_testvendor::{Abacus, InMemory, SEAL, begin, leave, ready, speaker};
use store::StoreConfig;
use store::own_tables::OwnTable;

use crate::common::Service;
use crate::hand::ask_scep;

/// A made-up device, which speaks to the use cases as its door would.
struct Counter {
    name: String,
    device: DeviceId,
    certificate: Certificate,
}

/// Returns the cases that show what the arm for the made-up vendor asks.
fn cases_of_its_arm() -> String {
    let installed = "facts = { \"profiles.installed\" = [\"uk.police.lanyard.mdu-6=NOW\"] }";
    let case = |says: &str, facts: &str, want: &str| {
        format!(
            "[[case]]\nsays = \"{says}\"\nplatform = \"windows\"\n{facts}\nexpected_profiles = {{ \"mdu-6\" = \"NOW\" }}\n\
             want = \"{want}\"\n\n"
        )
    };
    [
        case("installed", installed, "met"),
        case("taken off", "facts = { \"profiles.installed\" = [] }", "not-met"),
        case("never said", "", "not-known"),
        case("too long ago", &format!("{installed}\nage = \"8d\""), "not-known"),
        case("acknowledged", &format!("{installed}\ngrade = \"acknowledged\""), "not-known"),
    ]
    .concat()
}

/// The service with Apple and the made-up vendor, which has a rule of its own in one check.
async fn start(database: &StoreConfig) -> (Service, Arc<InMemory>) {
    let own = Arc::new(InMemory::default());
    let mut vendors = vec![Served { vendor: Arc::new(Abacus), own: own.clone() }];
    let apple = seeds::platforms().of(Platform::Ios).unwrap().clone();
    vendors.push(apple);
    let change = |files: &mut policy::Files| {
        let path = "checks/passcode-enforced.toml";
        let text = files.get(path).unwrap().replacen(
            "[[case]]",
            "[[on]]\nplatforms = [\"windows\"]\nneeds = \"reported\"\nstale_after = \"7d\"\n\
                expect = { profile = { group = \"mdu-6\" } }\n\n[[case]]",
            1,
        );
        let text = format!("{text}\n{}", cases_of_its_arm());
        let facts = files.get("facts.toml").unwrap().replace(
            "type = \"list\"\nreported_on = [\"ios\", \"ipados\", \"macos\"]",
            "type = \"list\"\nreported_on = [\"ios\", \"ipados\", \"macos\", \"windows\"]",
        );
        files.put("facts.toml", &facts);
        files.put(path, &text);
    };
    let policy = seeds::policy_for(&Platforms::new(vendors), change, &policy::Overrides::new());
    let started = seeds::start_with(database, gateway::Options::default(), |_| (), policy).await;
    let seeds::Started { app, world, link } = started;
    let address = app.config().address.clone();
    (Service { app, world, address, link, desk: kernel::access::Actor::command_line("test") }, own)
}

fn run(test: impl AsyncFn(Service, Arc<InMemory>)) {
    testkit::both_engines(|database| {
        testkit::block_on(async {
            let (service, own) = start(&database).await;
            test(service, own).await;
        });
    });
}

impl Service {
    /// Buys a certificate with the vendor's own file.
    async fn counter(&self, device: DeviceId, serial: &str, file: &[u8]) -> Counter {
        let text = String::from_utf8(file.to_vec()).expect("the vendor's file is not signed");
        let line =
            |word: &str| text.lines().find_map(|line| line.strip_prefix(word)).unwrap().trim().to_owned();
        let challenge = Secret::new(line("challenge"));
        let certificate =
            ask_scep(self, &self.key(), &line("name"), Some(&challenge)).await.expect("a certificate");
        Counter { name: format!("COUNTER-{serial}"), device, certificate }
    }

    async fn enrolled_counter(&self, serial: &str) -> Counter {
        let holder = self.person(serial, true).await;
        let device = self.register(serial, DeviceKind::WindowsPc, Some(holder)).await;
        let counter = self.counter(device, serial, &self.profile(serial, true).await).await;
        counter.says(self, begin(&counter.name, serial)).await;
        counter.says(self, ready(&counter.name, "bell 7", Some(b"the seal"))).await;
        counter
    }

    /// Time and sessions, until the device has its settings and has reported them.
    async fn settle_counter(&self, counter: &Counter) {
        let mut taken = BTreeMap::new();
        for _ in 0..3 {
            self.pass(10).await;
            counter.session(self, &mut taken).await;
        }
        self.pass(10).await;
    }
}

impl Counter {
    fn sender(&self) -> Sender {
        Sender { certificate: self.certificate.sha256_hex(), proof: Proof::Proxy }
    }

    async fn says(&self, service: &Service, message: CheckIn) {
        let raw = bytes::Bytes::from(message.name.clone());
        let reply =
            devices_app::enrolment::check_in(&service.app, self.sender(), message, raw).await.unwrap();
        assert_eq!(reply, CheckInReply::Done);
    }

    /// Says that it is idle; what it is handed: id, verb, and the rest.
    async fn idle(&self, service: &Service) -> Option<(String, String, String)> {
        let certificate = vec![self.certificate.sha256_hex()];
        let found = service.app.store().read(move |tx| store::enrolments::hot_lookup(tx, &certificate)).await;
        let from = devices_app::checkin::identify(
            &service.app,
            found.unwrap().pop().map(Into::into).as_ref(),
            &speaker(&self.name),
        )
        .unwrap();
        devices_app::commands::hand_over(&service.app, from).await.unwrap().map(taken_apart)
    }

    async fn answers(&self, service: &Service, id: &str, what: &str) -> Option<(String, String, String)> {
        let raw = format!("{} {id} {what}", self.name);
        let answer: Answer = Abacus.read(raw.as_bytes()).unwrap();
        let next = devices_app::commands::take_answer(
            &service.app,
            self.certificate.sha256_hex(),
            answer,
            raw.into(),
        )
        .await;
        next.unwrap().unwrap().map(taken_apart)
    }

    /// A session: does whatever it is told, and keeps what it takes.
    async fn session(&self, service: &Service, taken: &mut BTreeMap<String, String>) -> Vec<String> {
        let mut verbs = Vec::new();
        let mut next = self.idle(service).await;
        while let Some((id, verb, rest)) = next {
            let told = match verb.as_str() {
                "TAKE" => {
                    let found = service.app.policy().profiles(Platform::Windows).to_vec();
                    let bundle = found
                        .into_iter()
                        .find(|ready| ready.content == rest.as_bytes())
                        .expect("a known bundle");
                    taken.insert(bundle.profile.identifier, bundle.profile.uuid);
                    String::new()
                }
                "TELL" => {
                    let items =
                        taken.iter().map(|(id, mark)| format!("item profiles.installed {id}={mark}\n"));
                    format!("text os.version 2.0\nlist profiles.installed of\n{}", items.collect::<String>())
                }
                "WHERE" => "place 52.63 1.29\n".to_owned(),
                _ => String::new(),
            };
            verbs.push(verb);
            next = self.answers(service, &id, &format!("OK\n{told}")).await;
        }
        verbs
    }
}

fn taken_apart(bytes: Vec<u8>) -> (String, String, String) {
    let text = String::from_utf8(bytes).unwrap();
    let (head, rest) = text.split_once('\n').unwrap();
    let (id, verb) = head.split_once(' ').unwrap();
    (id.to_owned(), verb.to_owned(), rest.to_owned())
}

#[test]
fn settings_are_compiled_by_the_vendor_and_apple_s_stay_as_they_are() {
    let database = testkit::scratch_sqlite();
    testkit::block_on(async {
        let (service, _) = start(&database.config).await;
        let policy = service.app.policy();
        assert_eq!(
            policy.platforms().all(),
            [Platform::Ios, Platform::Ipados, Platform::Macos, Platform::Windows]
        );
        let own = policy.profiles(Platform::Windows);
        assert!(!own.is_empty() && own.iter().all(|ready| ready.profile.identifier.starts_with("abacus.")));
        assert!(!policy.lapsed_profiles(Platform::Windows).is_empty());
        assert!(policy.warnings().iter().any(|warning| warning == "Windows: an abacus has no clock"));
        let clause = "MDU-6.4".parse().unwrap();
        assert_eq!(policy.coverage()[&clause][&Platform::Windows].verdict, domain::Verdict::Partly);
        let alone = seeds::policy_with(|_| (), &policy::Overrides::new());
        for platform in [Platform::Ios, Platform::Ipados, Platform::Macos] {
            let bytes = |policy: &kernel::PolicyInForce| -> Vec<Vec<u8>> {
                policy.profiles(platform).iter().map(|ready| ready.content.clone()).collect()
            };
            assert_eq!(bytes(&policy), bytes(&alone));
        }
        assert!(alone.profiles(Platform::Windows).is_empty());
    });
}

#[test]
fn a_device_enrols_takes_its_settings_is_judged_and_leaves() {
    run(async |service, own| {
        let counter = service.enrolled_counter("ABACUS01").await;
        let found = service.device(counter.device).await;
        assert_eq!(found.enrolment_state, EnrolmentState::Enrolled);
        let enrolment = found.enrolment.unwrap();
        let table = own.clone();
        let sealed =
            service.app.store().read(move |tx| table.get(tx, enrolment, SEAL)).await.unwrap().unwrap();
        assert!(!sealed.windows(8).any(|window| window == b"the seal"), "it lies sealed");
        assert_eq!(service.outcome(counter.device, "MDU-6.4").await, "none");

        let mut taken = BTreeMap::new();
        service.pass(10).await;
        let verbs = counter.session(&service, &mut taken).await;
        let place = |verb: &str| verbs.iter().position(|found| found == verb);
        assert!(
            place("TAKE") < place("GO"),
            "it waits during set-up until its settings are there: {verbs:?}"
        );
        assert!(verbs.contains(&"TELL".to_owned()), "{verbs:?}");
        for _ in 0..3 {
            service.pass(10).await;
            counter.session(&service, &mut taken).await;
        }
        service.pass(10).await;
        assert_eq!(service.outcome(counter.device, "MDU-6.4").await, "met ");
        assert_eq!(service.device(counter.device).await.os_version.as_deref(), Some("2.0"));
        let clause = "MDU-6.4".parse().unwrap();
        let explained = compliance_app::explain(
            &service.app,
            permit_within(&service.desk).unwrap(),
            Subject::Device(counter.device),
            &clause,
            None,
        )
        .await
        .unwrap();
        assert_eq!(explained.replayed, Replayed::Same);

        // Somebody takes a bundle off: the next report says so, the finding turns, and it is sent again.
        taken.clear();
        devices_app::commands::order(
            &service.app,
            permit(&service.desk).unwrap(),
            counter.device,
            Order::Refresh,
            "to see",
        )
        .await
        .unwrap();
        counter.session(&service, &mut taken).await;
        service.pass(10).await;
        assert!(service.outcome(counter.device, "MDU-6.4").await.starts_with("not-met"));
        assert!(counter.session(&service, &mut taken).await.contains(&"TAKE".to_owned()));

        counter.says(&service, leave(&counter.name)).await;
        assert_eq!(service.device(counter.device).await.enrolment_state, EnrolmentState::None);
        let table = own.clone();
        assert_eq!(service.app.store().read(move |tx| table.get(tx, enrolment, SEAL)).await.unwrap(), None);
    });
}

#[test]
fn strangers_and_other_names_are_turned_away() {
    run(async |service, _| {
        let counter = service.enrolled_counter("ABACUS02").await;
        let certificate = vec![counter.certificate.sha256_hex()];
        let found = service.app.store().read(move |tx| store::enrolments::hot_lookup(tx, &certificate)).await;
        let found = found.unwrap().pop().map(Into::into);
        assert_eq!(
            devices_app::checkin::identify(&service.app, found.as_ref(), &speaker("COUNTER-OTHER")),
            Err(NotEnrolled::AnotherDevice)
        );
        let holder = service.person("ABACUS03", true).await;
        let device = service.register("ABACUS03", DeviceKind::WindowsPc, Some(holder)).await;
        let other = service.counter(device, "ABACUS03", &service.profile("ABACUS03", true).await).await;
        let message = begin(&other.name, "ABACUS02");
        let reply = devices_app::enrolment::check_in(&service.app, other.sender(), message, "x".into())
            .await
            .unwrap();
        assert_eq!(reply, CheckInReply::Refused(devices_app::enrolment::GateRefusal::AnotherSerial));
    });
}

#[test]
fn a_page_offers_what_the_vendor_has_and_says_what_it_makes_of_it() {
    run(async |service, _| {
        let counter = service.enrolled_counter("ABACUS04").await;
        let read = overview_app::device::device(
            &service.app,
            kernel::access::permit::<kernel::access::SeeDevices>(&service.desk).unwrap(),
            counter.device,
        )
        .await
        .unwrap();
        assert!(read.enrols);
        let deeds: Vec<Deed> = read.actions.iter().map(|action| action.deed).collect();
        let wanted =
            [Deed::Lock, Deed::Refresh, Deed::Restart, Deed::Locate, Deed::ClearPasscode, Deed::Erase];
        assert_eq!(deeds, wanted);
        assert!(read.actions.iter().all(|action| action.refused.is_none()), "{:?}", read.actions);
        assert_eq!(
            read.actions[0].consequence,
            Some("The beads freeze until the code is counted out."),
            "the vendor's own words"
        );
        let refused = devices_app::commands::order(
            &service.app,
            permit(&service.desk).unwrap(),
            counter.device,
            Order::Sound,
            "why not",
        )
        .await;
        assert!(
            matches!(&refused, Err(AppError::Conflict(why)) if why.contains("cannot do \"sound\"")),
            "{refused:?}"
        );
    });
}
