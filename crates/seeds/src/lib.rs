//! Starts a whole service for tests and measurements: settings, keys, the shipped policy, a port on this machine, and a client for
//! simulated devices; enters the people and devices that most tests begin with.
//!
//! The use cases' own unit tests cannot use it (inside `src/` of `app` its types would be another build's); they have
//! `kernel/src/testing.rs`. Everything here panics when it cannot do its work: that fails the test, which is its purpose.
#![expect(clippy::expect_used, reason = "a helper that cannot do its work must fail the test")]

use std::path::Path;
use std::sync::Arc;

use devices_sim::{Device, DeviceSpec, KeyPool, Link};
use domain::{Force, PersonId, Secret, Span, World};
use kernel::access::{Actor, permit};
use kernel::platforms::{Platforms, Served};
use kernel::{App, AppConfig, Keys, PolicyInForce};
use people_app::NewPerson;
use pki::{DeviceCa, RsaBits, Validity};
use store::{Store, StoreConfig};
use testkit::TestWorld;

/// A service that answers devices and other systems, and a client for simulated devices.
pub struct Started {
    /// The use cases.
    pub app: App,
    /// The clock and the randomness that the service runs on.
    pub world: TestWorld,
    /// The simulated devices' client.
    pub link: Link,
}

/// Returns the settings that tests begin with, for a service at an address.
#[must_use]
pub fn config(address: impl Into<String>) -> AppConfig {
    let day = Span::from_secs(24 * 3600);
    AppConfig {
        address: address.into(),
        organisation: "Norfolk and Suffolk Constabularies".into(),
        policy_folder: None,
        checkin_address: None,
        challenge_lifetime: day,
        certificate_lifetime: Span::from_secs(365 * 24 * 3600),
        refresh_every: day,
        keep_raw: Span::from_secs(7 * 24 * 3600),
        keep_commands: Span::from_secs(30 * 24 * 3600),
        keep_ledger_details: Span::from_secs(7 * 365 * 24 * 3600),
        ledger_folder: None,
        keep_ended_people: Span::from_secs(7 * 365 * 24 * 3600),
        session_idle: Span::from_secs(1800),
        session_lifetime: Span::from_secs(12 * 3600),
        group_roles: Vec::new(),
        mail: true,
        texts: false,
        scep: pki::scep::ScepOptions::default(),
    }
}

/// Returns an authority for devices that lasts ten years from now.
#[must_use]
pub fn authority(world: &World) -> DeviceCa {
    let validity = Validity::lasting(world.now(), Span::from_secs(10 * 365 * 24 * 3600));
    DeviceCa::generate("Test authority", RsaBits::Rsa2048, validity, world.bytes()).expect("an authority")
}

/// Returns a service's keys: an authority of its own, and the same sealing and signing keys in every run.
#[must_use]
pub fn keys(world: &World) -> Keys {
    Keys {
        ca: authority(world),
        sealer: kernel::seal::Sealer::new(&Secret::new(vec![1; 32])).expect("a sealing key"),
        ledger: ledger::SigningKey::from_seed("ledger.test", &Secret::new([2; 32])).expect("a signing key"),
    }
}

/// Wires in the vendors that the product ships with.
#[must_use]
pub fn platforms() -> Platforms {
    Platforms::new(vec![Served {
        vendor: Arc::new(platform_apple::Apple::new("com.apple.mgmt.External.test")),
        own: Arc::new(store::apple_enrolments::AppleEnrolments),
    }])
}

/// Loads the shipped policy with files changed by the test, and a force's own parameter values.
pub fn policy_with(change: impl FnOnce(&mut policy::Files), overrides: &policy::Overrides) -> PolicyInForce {
    policy_for(&platforms(), change, overrides)
}

/// Loads the policy as [`policy_with`] does, and compiles it for vendors of the test's own.
pub fn policy_for(
    platforms: &Platforms,
    change: impl FnOnce(&mut policy::Files),
    overrides: &policy::Overrides,
) -> PolicyInForce {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policy");
    let mut files = policy::Files::read(&folder).expect("the policy folder is readable");
    change(&mut files);
    PolicyInForce::load(files, overrides, "Norfolk and Suffolk Constabularies", platforms)
        .expect("the shipped policy has no problems")
}

/// Makes a node on a database, with settings changed by the test and the shipped policy. It serves no requests yet.
pub fn node(store: Store, world: &World, address: String, change: impl FnOnce(&mut AppConfig)) -> App {
    node_with(store, world, address, change, policy_with(|_| (), &policy::Overrides::new()))
}

/// Makes a node with a policy of the test's own, and with the vendors that it was compiled for.
pub fn node_with(
    store: Store,
    world: &World,
    address: String,
    change: impl FnOnce(&mut AppConfig),
    policy: PolicyInForce,
) -> App {
    let mut config = config(address);
    change(&mut config);
    App::new(store, world.clone(), config, keys(world), policy)
}

/// Starts a service on an empty database, with settings changed by the test.
pub async fn start(
    database: &StoreConfig,
    options: gateway::Options,
    change: impl FnOnce(&mut AppConfig),
) -> Started {
    start_with(database, options, change, policy_with(|_| (), &policy::Overrides::new())).await
}

/// Starts a service with a policy of the test's own, and with the vendors that it was compiled for.
pub async fn start_with(
    database: &StoreConfig,
    options: gateway::Options,
    change: impl FnOnce(&mut AppConfig),
    policy: PolicyInForce,
) -> Started {
    // The simulated devices' client wants a TLS provider even for plain HTTP; a second test finds it installed.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let world = testkit::world();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("its number"));
    let store = Store::open(database).expect("a database");
    store::migrate(&store).expect("its tables");
    let app = node_with(store, &world, address, change, policy);
    compliance_app::policy_change::bring_into_force(&app, permit(&root()).expect("may do everything"))
        .await
        .expect("a policy in force");
    let router = gateway::router(app.clone(), options);
    tokio::spawn(async move { axum::serve(listener, router).await.expect("a server that runs") });
    let keys = Arc::new(KeyPool::sharing(2).expect("keys for devices"));
    let link = Link { client: reqwest::Client::new(), world: world.world(), keys };
    Started { app, world, link }
}

/// Returns the command line, which may do everything in every force.
#[must_use]
pub fn root() -> Actor {
    Actor::command_line("test")
}

/// Describes an officer of a force.
#[must_use]
pub fn officer(force: Force, number: &str, name: &str) -> NewPerson {
    NewPerson {
        force: Some(force),
        number: number.into(),
        name: name.into(),
        role: "officer".into(),
        ..NewPerson::default()
    }
}

/// Enters a person, who accepts every document with terms where `accepts` says so.
pub async fn person(app: &App, new: NewPerson, accepts: bool) -> PersonId {
    let id = people_app::add_person(app, permit(&root()).expect("may do everything"), new)
        .await
        .expect("a new person");
    if accepts {
        for document in app.policy().all_terms().keys() {
            let permit = permit(&root()).expect("may do everything");
            terms_app::accept_terms(app, permit, id, document, "page").await.expect("terms to accept");
        }
    }
    id
}

/// Enrols a registered device with a simulated one, whose randomness begins with `seed`.
pub async fn enrol(app: &App, link: &Link, spec: DeviceSpec, seed: u64) -> Device {
    let permit = permit(&root()).expect("may do everything");
    let profile = devices_app::enrolment::make_enrolment_profile(app, permit, &spec.serial, true)
        .await
        .expect("a profile");
    let mut device = Device::new(spec, seed);
    device.enrol(link, profile.bytes.expose()).await.expect("an enrolment");
    device
}

/// Lets time pass and runs every job that is due by then.
pub async fn pass(app: &App, world: &TestWorld, seconds: i64) {
    world.clock.advance(Span::from_secs(seconds));
    while overview_app::work::run_jobs(app, 50).await.expect("jobs that run")
        + devices_app::commands::refresh_due(app, 50).await.expect("refreshes")
        > 0
    {}
}
