//! Starts an empty service with one person for the use cases' own unit tests.
//! The fixtures of other tests are in the crate `seeds`.
#![expect(clippy::unwrap_used, reason = "a helper that cannot do its work must fail the test")]

use std::future::Future;
use std::path::Path;
use std::sync::Arc;

use domain::{PersonId, PersonSource, Secret, Span};
use pki::{DeviceCa, RsaBits, Validity};
use store::people::{self, Person};
use store::{Store, StoreConfig};
use testkit::TestWorld;

use crate::access::Role;
use crate::jobs;
use crate::platforms::{Platforms, Served};
use crate::record::Record;
use crate::roles::GroupRole;
use crate::{App, AppConfig, Keys, PolicyInForce, Work};

/// Empty service with one person of Norfolk, number 1234.
pub struct Bench {
    /// Service under test.
    pub app: App,
    /// Clock and randomness of the service.
    pub world: TestWorld,
    /// Person in the register.
    pub person: PersonId,
}

fn config() -> AppConfig {
    let day = Span::from_secs(24 * 3600);
    AppConfig {
        address: "https://lanyard.test".into(),
        organisation: "Norfolk Constabulary".into(),
        policy_folder: None,
        checkin_address: None,
        challenge_lifetime: day,
        certificate_lifetime: day,
        refresh_every: day,
        keep_raw: day,
        keep_commands: day,
        keep_ledger_details: Span::from_secs(7 * 365 * 24 * 3600),
        ledger_folder: None,
        keep_ended_people: Span::from_secs(7 * 365 * 24 * 3600),
        session_idle: day,
        session_lifetime: day,
        group_roles: vec![
            GroupRole { group: "Lanyard desk".into(), role: Role::ServiceDeskAnalyst, everywhere: true },
            GroupRole { group: "Lanyard admins".into(), role: Role::Administrator, everywhere: true },
            GroupRole { group: "Lanyard audit".into(), role: Role::Auditor, everywhere: false },
        ],
        mail: true,
        texts: true,
        scep: pki::scep::ScepOptions::default(),
    }
}

fn keys(world: &TestWorld) -> Keys {
    let validity = Validity::lasting(world.now(), Span::from_secs(24 * 3600));
    Keys {
        ca: DeviceCa::generate("Test authority", RsaBits::Rsa2048, validity, world.bytes()).unwrap(),
        sealer: crate::seal::Sealer::new(&Secret::new(vec![1; 32])).unwrap(),
        ledger: ledger::SigningKey::from_seed("ledger.test", &Secret::new([2; 32])).unwrap(),
    }
}

impl Bench {
    /// Starts another node on the same database, with a policy of its own.
    pub fn another_node(&self, policy: PolicyInForce) -> App {
        let (store, world) = (self.app.store().clone(), &self.world);
        App::new(store, world.world(), config(), keys(world), policy)
    }
}

/// Returns the vendors that the service ships with.
pub fn platforms() -> Platforms {
    Platforms::new(vec![Served {
        vendor: Arc::new(platform_apple::Apple::new("com.apple.mgmt.External.test")),
        own: Arc::new(store::apple_enrolments::AppleEnrolments),
    }])
}

/// Runs a test on a service of its own.
pub fn on_bench<F: Future<Output = ()>>(test: impl FnOnce(Bench) -> F) {
    let scratch = testkit::scratch_sqlite();
    on(&scratch.config, test);
}

/// Runs a test on a service with SQLite, then on one with PostgreSQL where it is installed.
pub fn on_both<F: Future<Output = ()>>(test: impl Fn(Bench) -> F) {
    testkit::both_engines(|database| on(&database, &test));
}

fn on<F: Future<Output = ()>>(database: &StoreConfig, test: impl FnOnce(Bench) -> F) {
    testkit::block_on(async {
        let world = testkit::world();
        let store = Store::open(database).unwrap();
        store::migrate(&store).unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policy");
        let files = policy::Files::read(&folder).unwrap();
        let policy =
            PolicyInForce::load(files, &policy::Overrides::new(), "Norfolk Constabulary", &platforms())
                .unwrap();
        let app = App::new(store, world.world(), config(), keys(&world), policy);
        let person = add_person(&app).await;
        test(Bench { app, world, person }).await;
    });
}

/// Enters PC Ames as the register would.
async fn add_person(app: &App) -> PersonId {
    let (node, id, now) = (app.clone(), PersonId::from_uuid(app.world().uuid()), app.world().now());
    let person = Person {
        id,
        force: domain::samples::NORFOLK,
        number: "1234".into(),
        name: "PC Ames".into(),
        email: Some("1234@force.test".into()),
        role: "officer".into(),
        unit: None,
        created_at: now,
        ended_at: None,
        user_name: None,
        external_id: None,
        phone: None,
        line_manager: None,
        covert: false,
        starts_on: None,
        last_day: None,
        source: PersonSource::Hand,
        version: 1,
        changed_at: now,
        directory: None,
        erased_at: None,
    };
    let added = app.store().write(move |tx| {
        people::add(tx, &person)?;
        jobs::ask_standing(Work { app: &node, tx, now }, id)?;
        node.enter(tx, now, Record::new("system", "person.added", format!("person:{id}")).force(person.force))
    });
    added.await.unwrap();
    id
}
