//! A whole service on a loopback port, with a force of one or two people, for simulated devices to speak to.

use std::path::Path;
use std::sync::Arc;

use app::access::{Actor, permit};
use app::people::NewPerson;
use app::register::NewDevice;
use app::{App, AppConfig, Keys, PolicyInForce};
use devices_sim::{Device, DeviceSpec, KeyPool, Link, Model, Temper};
use domain::{ClauseId, DeviceId, DeviceKind, Force, PersonId, Secret, Span, Subject};
use pki::{DeviceCa, RsaBits, Validity};
use store::{Store, StoreConfig};
use testkit::TestWorld;

/// The service and its surroundings.
pub(crate) struct Service {
    pub(crate) app: App,
    pub(crate) world: TestWorld,
    pub(crate) address: String,
    pub(crate) link: Link,
    pub(crate) desk: Actor,
}

pub(crate) fn config(address: String) -> AppConfig {
    let day = Span::from_secs(24 * 3600);
    AppConfig {
        address,
        push_topic: "com.apple.mgmt.External.test".into(),
        organisation: "Norfolk and Suffolk Constabularies".into(),
        checkin_address: None,
        challenge_lifetime: day,
        certificate_lifetime: Span::from_secs(365 * 24 * 3600),
        refresh_every: day,
        keep_raw: Span::from_secs(7 * 24 * 3600),
        keep_commands: Span::from_secs(30 * 24 * 3600),
        session_idle: Span::from_secs(1800),
        session_lifetime: Span::from_secs(12 * 3600),
        scep: pki::scep::ScepOptions::default(),
    }
}

pub(crate) fn shipped_policy() -> PolicyInForce {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policy");
    let files = policy::Files::read(&folder).expect("the policy folder is readable");
    PolicyInForce::load(files, &policy::Overrides::new(), "Norfolk and Suffolk Constabularies")
        .expect("the shipped policy has no problems")
}

impl Service {
    /// Starts a service on an empty database.
    pub(crate) async fn start(database: &StoreConfig, options: gateway::Options) -> Self {
        // The simulated devices' client wants a TLS provider even for plain HTTP; a second test finds it installed.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let world = testkit::world();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let store = Store::open(database).unwrap();
        store.migrate().unwrap();
        let validity = Validity::lasting(world.now(), Span::from_secs(10 * 365 * 24 * 3600));
        let keys = Keys {
            ca: DeviceCa::generate("Test authority", RsaBits::Rsa2048, validity, world.bytes()).unwrap(),
            sealer: app::seal::Sealer::new(&Secret::new(vec![1; 32])).unwrap(),
            ledger: ledger::SigningKey::from_seed("ledger.test", &Secret::new([2; 32])).unwrap(),
        };
        let app = App::new(store, world.world(), config(address.clone()), keys, shipped_policy());
        let desk = Actor::command_line("test");
        app.bring_into_force(permit(&desk).unwrap()).await.unwrap();
        let router = gateway::router(app.clone(), options);
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let link = Link {
            client: reqwest::Client::new(),
            world: world.world(),
            keys: Arc::new(KeyPool::sharing(2).unwrap()),
        };
        Self { app, world, address, link, desk }
    }

    /// A person who has accepted everything.
    pub(crate) async fn person(&self, number: &str, accepts: bool) -> PersonId {
        let new = NewPerson {
            force: Some(Force::Norfolk),
            number: number.into(),
            name: format!("Person {number}"),
            role: "officer".into(),
            ..NewPerson::default()
        };
        let id = self.app.add_person(permit(&self.desk).unwrap(), new).await.unwrap();
        if accepts {
            for document in self.app.policy().all_terms().keys() {
                self.app.accept_terms(permit(&self.desk).unwrap(), id, document, "page").await.unwrap();
            }
        }
        id
    }

    pub(crate) async fn register(
        &self,
        serial: &str,
        kind: DeviceKind,
        holder: Option<PersonId>,
    ) -> DeviceId {
        let new = NewDevice { serial: serial.into(), kind, force: Force::Norfolk, holder, asset_tag: None };
        self.app.add_device(permit(&self.desk).unwrap(), new).await.unwrap()
    }

    pub(crate) async fn profile(&self, serial: &str, signed: bool) -> Vec<u8> {
        let made =
            self.app.make_enrolment_profile(permit(&self.desk).unwrap(), serial, signed).await.unwrap();
        made.bytes.into_exposed()
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
        let mut device = Device::new(DeviceSpec::plausible(model, serial, temper, 7), 7);
        let profile = self.profile(serial, true).await;
        device.enrol(&self.link, &profile).await.unwrap();
        (id, device)
    }

    /// Lets time pass and runs every job that is due by then.
    pub(crate) async fn pass(&self, seconds: i64) {
        self.world.clock.advance(Span::from_secs(seconds));
        loop {
            let ran = self.app.run_jobs(50).await.unwrap() + self.app.refresh_due(50).await.unwrap();
            if ran == 0 {
                break;
            }
        }
    }

    /// Sessions and time, until the device has its settings and has reported them.
    pub(crate) async fn settle(&self, device: &mut Device) {
        for _ in 0..4 {
            self.pass(10).await;
            device.session(&self.link).await.unwrap();
        }
        self.pass(10).await;
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

    /// The ledger's actions so far, oldest first.
    pub(crate) async fn ledger_actions(&self) -> Vec<(String, Option<String>)> {
        while self.app.sequence_ledger().await.unwrap() > 0 {}
        let rows = self.app.store().read(|tx| store::ledger::from_place(tx, 0, 100_000)).await.unwrap();
        rows.into_iter().map(|row| (row.action, row.reason)).collect()
    }
}
