//! The service with a force of one or two people, for simulated devices to speak to.

use std::sync::Arc;

use custody_app::register::NewDevice;
use devices_sim::{Device, DeviceSpec, Link, Model, Temper};
use domain::{ClauseId, DeviceId, DeviceKind, Force, PersonId, Subject};
use kernel::access::{Actor, Role, Roles, Who, permit};
use kernel::{App, AppConfig, PolicyInForce};
use pki::{PrivateKey, RsaBits};
use store::commands::Command;
use store::{Store, StoreConfig};
use testkit::TestWorld;

use crate::hand::Hand;

/// The service and its surroundings.
pub(crate) struct Service {
    pub(crate) app: App,
    pub(crate) world: TestWorld,
    pub(crate) address: String,
    pub(crate) link: Link,
    pub(crate) desk: Actor,
}

/// The shipped policy with the wording of one of its terms changed.
pub(crate) fn policy_with_other_terms() -> PolicyInForce {
    let change = |files: &mut policy::Files| {
        let path = "documents/mobile-device-use/clauses/1.2-who-complies.md";
        let text = format!("{}\nThe wording has changed.\n", files.get(path).unwrap());
        files.put(path, &text);
    };
    seeds::policy_with(change, &policy::Overrides::new())
}

/// The shipped policy with a force's own parameter values.
pub(crate) fn shipped_policy(overrides: &policy::Overrides) -> PolicyInForce {
    seeds::policy_with(|_| (), overrides)
}

impl Service {
    /// Starts a service on an empty database.
    pub(crate) async fn start(database: &StoreConfig, options: gateway::Options) -> Self {
        Self::start_with(database, options, |_| ()).await
    }

    /// As [`Service::start`], with settings changed by the test.
    pub(crate) async fn start_with(
        database: &StoreConfig,
        options: gateway::Options,
        change: impl FnOnce(&mut AppConfig),
    ) -> Self {
        let seeds::Started { app, world, link } = seeds::start(database, options, change).await;
        let address = app.config().address.clone();
        let desk = seeds::root();
        Self { app, world, address, link, desk }
    }

    /// Another node on the same database, started with the shipped policy. It serves no requests.
    pub(crate) fn another_node(&self, database: &StoreConfig) -> App {
        seeds::node(Store::open(database).unwrap(), &self.world, self.address.clone(), |_| ())
    }

    /// Runs a test on a service with an empty SQLite database.
    pub(crate) fn run(test: impl AsyncFnOnce(Self)) {
        let scratch = testkit::scratch_sqlite();
        testkit::block_on(async {
            test(Self::start(&scratch.config, gateway::Options::default()).await).await
        });
    }

    /// Runs a test on a service with SQLite, then on one with PostgreSQL where it is installed.
    pub(crate) fn run_on_both(test: impl AsyncFn(Self)) {
        testkit::both_engines(|database| {
            testkit::block_on(async {
                test(Self::start(&database, gateway::Options::default()).await).await;
            });
        });
    }

    /// Two keys for identities; making one takes long, so all share these.
    pub(crate) fn keys() -> [Arc<PrivateKey>; 2] {
        static KEYS: std::sync::LazyLock<[Arc<PrivateKey>; 2]> = std::sync::LazyLock::new(|| {
            [(), ()].map(|()| Arc::new(PrivateKey::generate(RsaBits::Rsa2048).unwrap()))
        });
        KEYS.clone()
    }

    /// One of [`Self::keys`].
    pub(crate) fn key(&self) -> Arc<PrivateKey> {
        let turn = usize::from(self.world.bytes::<1>()[0]) % 2;
        Self::keys()[turn].clone()
    }

    /// Somebody else, of a role and perhaps confined to a force.
    pub(crate) fn actor(&self, name: &str, role: Role, force: Option<Force>) -> Actor {
        let who = Who {
            name: name.into(),
            shown: name.into(),
            person: None,
            roles: role.into(),
            force,
            everywhere: Roles::NONE,
        };
        kernel::access::actor(&self.app, who)
    }

    /// A person who has accepted everything.
    pub(crate) async fn person(&self, number: &str, accepts: bool) -> PersonId {
        let new = seeds::officer(domain::samples::NORFOLK, number, &format!("Person {number}"));
        seeds::person(&self.app, new, accepts).await
    }

    pub(crate) async fn register(
        &self,
        serial: &str,
        kind: DeviceKind,
        holder: Option<PersonId>,
    ) -> DeviceId {
        let new = NewDevice {
            serial: serial.into(),
            kind,
            force: domain::samples::NORFOLK,
            holder,
            asset_tag: None,
        };
        custody_app::register::add_device(&self.app, permit(&self.desk).unwrap(), new).await.unwrap()
    }

    pub(crate) async fn profile(&self, serial: &str, signed: bool) -> Vec<u8> {
        let made = devices_app::enrolment::make_enrolment_profile(
            &self.app,
            permit(&self.desk).unwrap(),
            serial,
            signed,
        )
        .await
        .unwrap();
        made.bytes.into_exposed()
    }

    /// A profile for a device that may be under management, confirmed.
    pub(crate) async fn profile_again(&self, serial: &str) -> Vec<u8> {
        let made = devices_app::enrolment::make_replacing_profile(
            &self.app,
            permit(&self.desk).unwrap(),
            serial,
            true,
        )
        .await
        .unwrap();
        made.bytes.into_exposed()
    }

    /// A registered phone whose holder has accepted.
    pub(crate) async fn ready(&self, serial: &str) -> DeviceId {
        let holder = self.person(serial, true).await;
        self.register(serial, DeviceKind::Iphone, Some(holder)).await
    }

    /// The identity of a registered phone that has its certificate and has not checked in.
    pub(crate) async fn bought(&self, serial: &str, udid: &str) -> Hand {
        self.ready(serial).await;
        Hand::buy(self, &self.profile(serial, true).await, serial, udid).await.unwrap()
    }

    /// A phone under management that speaks by hand: its enrolment is over, its first commands wait.
    pub(crate) async fn managed(&self, serial: &str) -> (DeviceId, Hand) {
        let hand = self.bought(serial, &format!("UDID-{serial}")).await;
        assert_eq!(hand.authenticate(self).await.status, 200);
        assert_eq!(hand.token_update(self, b"push-token", Some(b"unlock-token")).await.status, 200);
        let wanted = serial.to_owned();
        let found = self.app.store().read(move |tx| store::devices::by_serial(tx, &wanted)).await;
        (found.unwrap().unwrap().id, hand)
    }

    /// A registered device whose holder has accepted, enrolled.
    pub(crate) async fn enrolled(&self, model: Model, serial: &str, temper: Temper) -> (DeviceId, Device) {
        let holder = self.person(serial, true).await;
        let kind = match model {
            Model::Iphone => DeviceKind::Iphone,
            Model::Ipad => DeviceKind::Ipad,
            Model::Mac => DeviceKind::Mac,
        };
        let id = self.register(serial, kind, Some(holder)).await;
        let seed = serial.bytes().fold(7, |seed, byte| seed * 31 % 1_000_003 + u64::from(byte));
        let spec = DeviceSpec::plausible(model, serial, temper, seed);
        (id, seeds::enrol(&self.app, &self.link, spec, seed).await)
    }

    /// Lets time pass and runs every job that is due by then.
    pub(crate) async fn pass(&self, seconds: i64) {
        seeds::pass(&self.app, &self.world, seconds).await;
    }

    /// Sessions and time, until the device has its settings and has reported them.
    pub(crate) async fn settle(&self, device: &mut Device) {
        for _ in 0..4 {
            self.pass(10).await;
            device.session(&self.link).await.unwrap();
        }
        self.pass(10).await;
    }

    /// The commands of a device, oldest first.
    pub(crate) async fn commands(&self, device: DeviceId) -> Vec<Command> {
        let mut all =
            self.app.store().read(move |tx| store::commands::of_device(tx, device, 1000)).await.unwrap();
        all.reverse();
        all
    }

    /// The device as the register has it.
    pub(crate) async fn device(&self, device: DeviceId) -> store::devices::Device {
        self.app.store().read(move |tx| store::devices::by_id(tx, device)).await.unwrap().unwrap()
    }

    /// Whether the ledger has an entry of that action with that reason.
    pub(crate) async fn has_entry(&self, action: &str, reason: &str) -> bool {
        let wanted = (action.to_owned(), Some(reason.to_owned()));
        self.ledger_actions().await.contains(&wanted)
    }

    /// The outcome word of a clause for a device.
    pub(crate) async fn outcome(&self, device: DeviceId, clause: &str) -> String {
        let (subject, clause) = (Subject::Device(device), clause.parse::<ClauseId>().unwrap());
        let finding =
            self.app.store().read(move |tx| store::findings::one(tx, &subject, &clause)).await.unwrap();
        finding.map_or_else(
            || "none".to_owned(),
            |finding| format!("{} {}", finding.outcome.word(), finding.outcome.reason()),
        )
    }

    /// What a person was found to have accepted: clause and outcome word.
    pub(crate) async fn person_outcomes(&self, person: PersonId) -> Vec<(String, &'static str)> {
        let subject = Subject::Person(person);
        let all = self.app.store().read(move |tx| store::findings::of_subject(tx, &subject)).await.unwrap();
        all.into_iter().map(|found| (found.clause.to_string(), found.outcome.word())).collect()
    }

    /// How many cases are open on a clause of a device.
    pub(crate) async fn open_cases(&self, device: DeviceId, clause: &str) -> usize {
        let clause: ClauseId = clause.parse().unwrap();
        let all = self.app.store().read(move |tx| store::cases::of_device(tx, device)).await.unwrap();
        all.iter().filter(|case| case.closed.is_none() && case.clause.as_ref() == Some(&clause)).count()
    }

    /// Whether the ledger has an entry of that action under that clause.
    pub(crate) async fn has_clause(&self, action: &str, clause: &str) -> bool {
        while ledger_app::sequence_ledger(&self.app).await.unwrap() > 0 {}
        let rows = self.app.store().read(|tx| store::ledger::from_place(tx, 0, 100_000)).await.unwrap();
        rows.iter().any(|row| {
            row.action == action && row.clause.as_ref().is_some_and(|found| found.as_str() == clause)
        })
    }

    /// The ledger's actions so far, oldest first.
    pub(crate) async fn ledger_actions(&self) -> Vec<(String, Option<String>)> {
        while ledger_app::sequence_ledger(&self.app).await.unwrap() > 0 {}
        let rows = self.app.store().read(|tx| store::ledger::from_place(tx, 0, 100_000)).await.unwrap();
        rows.into_iter().map(|row| (row.action, row.reason)).collect()
    }
}
