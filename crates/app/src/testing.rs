//! What the use cases' own tests stand on: an empty service with one person, and a mail relay on this machine.

use std::future::Future;
use std::path::Path;
use std::sync::{Arc, Mutex};

use domain::{Force, PersonId, Secret, Span};
use pki::{DeviceCa, RsaBits, Validity};
use store::{Store, StoreConfig};
use testkit::TestWorld;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::access::{Actor, Role, permit};
use crate::grants::GroupRole;
use crate::people::NewPerson;
use crate::{App, AppConfig, Keys, PolicyInForce};

/// An empty service with one person of Norfolk, number 1234.
pub(crate) struct Bench {
    pub(crate) app: App,
    pub(crate) world: TestWorld,
    pub(crate) person: PersonId,
}

fn config() -> AppConfig {
    let day = Span::from_secs(24 * 3600);
    AppConfig {
        address: "https://lanyard.test".into(),
        push_topic: "com.apple.mgmt.External.test".into(),
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
            GroupRole { group: "Lanyard desk".into(), role: Role::ServiceDeskAnalyst, both_forces: true },
            GroupRole { group: "Lanyard admins".into(), role: Role::Administrator, both_forces: true },
            GroupRole { group: "Lanyard audit".into(), role: Role::Auditor, both_forces: false },
        ],
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
    /// Another node on the same database, started with a policy of its own.
    pub(crate) fn another_node(&self, policy: PolicyInForce) -> App {
        let (store, world) = (self.app.store().clone(), &self.world);
        App::new(store, world.world(), config(), keys(world), policy)
    }
}

/// Runs a test on a service of its own.
pub(crate) fn on_bench<F: Future<Output = ()>>(test: impl FnOnce(Bench) -> F) {
    let scratch = testkit::scratch_sqlite();
    on(&scratch.config, test);
}

/// Runs a test on a service with SQLite, then on one with PostgreSQL where it is installed.
pub(crate) fn on_both<F: Future<Output = ()>>(test: impl Fn(Bench) -> F) {
    testkit::both_engines(|database| on(&database, &test));
}

fn on<F: Future<Output = ()>>(database: &StoreConfig, test: impl FnOnce(Bench) -> F) {
    testkit::block_on(async {
        let world = testkit::world();
        let store = Store::open(database).unwrap();
        store.migrate().unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policy");
        let files = policy::Files::read(&folder).unwrap();
        let policy = PolicyInForce::load(files, &policy::Overrides::new(), "Norfolk Constabulary").unwrap();
        let app = App::new(store, world.world(), config(), keys(&world), policy);
        let new = NewPerson {
            force: Some(Force::Norfolk),
            number: "1234".into(),
            name: "PC Ames".into(),
            role: "officer".into(),
            email: Some("1234@force.test".into()),
            ..NewPerson::default()
        };
        let person = crate::people::add_person(&app, permit(&Actor::system()).unwrap(), new).await.unwrap();
        test(Bench { app, world, person }).await;
    });
}

/// A mail relay that answers every letter with one code and remembers those that it took.
pub(crate) struct Relay {
    pub(crate) port: u16,
    letters: Arc<Mutex<Vec<String>>>,
}

impl Relay {
    pub(crate) async fn start(code: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let letters = Arc::new(Mutex::new(Vec::new()));
        let kept = letters.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, code, kept.clone()));
            }
        });
        Self { port, letters }
    }

    pub(crate) fn letters(&self) -> Vec<String> {
        self.letters.lock().unwrap().clone()
    }
}

/// As much of RFC 5321 as a client needs to hand over a letter.
async fn converse(stream: TcpStream, code: u16, kept: Arc<Mutex<Vec<String>>>) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 relay.test\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" | "MAIL" | "RSET" | "NOOP" => "250 fine".to_owned(),
            "RCPT" => format!("{code} said of the recipient"),
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                let mut letter = String::new();
                while let Some(line) = lines.next_line().await? {
                    if line == "." {
                        break;
                    }
                    letter.push_str(&line);
                    letter.push('\n');
                }
                kept.lock().unwrap().push(letter);
                "250 taken".to_owned()
            }
            "QUIT" => "221 goodbye".to_owned(),
            _ => "502 no such thing".to_owned(),
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}
