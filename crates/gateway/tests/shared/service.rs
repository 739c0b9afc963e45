//! A whole service on a loopback port, for the tests of this door and, by path, those of the pages.

use std::path::Path;
use std::sync::Arc;

use app::access::{Actor, permit};
use app::{App, AppConfig, Keys, PolicyInForce};
use devices_sim::{KeyPool, Link};
use domain::{Secret, Span};
use pki::{DeviceCa, RsaBits, Validity};
use store::{Store, StoreConfig};
use testkit::TestWorld;

/// A service that answers devices and other systems, and a client for simulated devices.
pub(crate) struct Started {
    pub(crate) app: App,
    pub(crate) world: TestWorld,
    pub(crate) link: Link,
}

fn config(address: String) -> AppConfig {
    let day = Span::from_secs(24 * 3600);
    AppConfig {
        address,
        push_topic: "com.apple.mgmt.External.test".into(),
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
        scep: pki::scep::ScepOptions::default(),
    }
}

/// The shipped policy with files changed by the test, and a force's own parameter values.
pub(crate) fn policy_with(
    change: impl FnOnce(&mut policy::Files),
    overrides: &policy::Overrides,
) -> PolicyInForce {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policy");
    let mut files = policy::Files::read(&folder).expect("the policy folder is readable");
    change(&mut files);
    PolicyInForce::load(files, overrides, "Norfolk and Suffolk Constabularies")
        .expect("the shipped policy has no problems")
}

/// A node on a database, with settings changed by the test and the shipped policy. It serves no requests yet.
pub(crate) fn node(
    store: Store,
    world: &TestWorld,
    address: String,
    change: impl FnOnce(&mut AppConfig),
) -> App {
    let validity = Validity::lasting(world.now(), Span::from_secs(10 * 365 * 24 * 3600));
    let keys = Keys {
        ca: DeviceCa::generate("Test authority", RsaBits::Rsa2048, validity, world.bytes()).unwrap(),
        sealer: app::seal::Sealer::new(&Secret::new(vec![1; 32])).unwrap(),
        ledger: ledger::SigningKey::from_seed("ledger.test", &Secret::new([2; 32])).unwrap(),
    };
    let mut config = config(address);
    change(&mut config);
    App::new(store, world.world(), config, keys, policy_with(|_| (), &policy::Overrides::new()))
}

/// Starts a service on an empty database, with settings changed by the test.
pub(crate) async fn start(
    database: &StoreConfig,
    options: gateway::Options,
    change: impl FnOnce(&mut AppConfig),
) -> Started {
    // The simulated devices' client wants a TLS provider even for plain HTTP; a second test finds it installed.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let world = testkit::world();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let store = Store::open(database).unwrap();
    store.migrate().unwrap();
    let app = node(store, &world, address, change);
    app::policy_in_force::bring_into_force(&app, permit(&Actor::command_line("test")).unwrap())
        .await
        .unwrap();
    let router = gateway::router(app.clone(), options);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let link = Link {
        client: reqwest::Client::new(),
        world: world.world(),
        keys: Arc::new(KeyPool::sharing(2).unwrap()),
    };
    Started { app, world, link }
}
