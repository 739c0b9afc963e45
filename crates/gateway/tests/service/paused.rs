//! A node that is stopped in the middle of its work (SIGSTOP), while another one goes on, and that wakes up again (SIGCONT): it
//! finishes nothing that is no longer its own, and overwrites nothing.
//!
//! The node is a process of its own: this program once more, with the one test below that is otherwise left out. Both read the
//! time from one file, so that the stopped one wakes up later, as it would. PostgreSQL only: SQLite has one node.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use custody_app::register::{Changed, Restated};
use domain::{
    Clock, DeviceId, DeviceKind, Entropy, HeldId, JobId, NoticeId, NoticeState, PersonId, Secret, Span,
    Timestamp, World,
};
use kernel::access::{Role, permit};
use outbound::mail::{Mail, MailConfig, Protection};
use store::locks::{self, Lock};
use store::notices::Notice;
use store::{PostgresTls, Store, StoreConfig};

use crate::common::Service;

/// Longer than any lease.
const AWAY: Span = Span::from_secs(5 * 60);
/// How soon the server gives up a transaction that its client left open, for the stopped node; 60 s in the product.
const IDLE: &str = "options='-c idle_in_transaction_session_timeout=1500'";
const DATABASE: &str = "LANYARD_PAUSED_DATABASE";
const CLOCK: &str = "LANYARD_PAUSED_CLOCK";
const MAIL: &str = "LANYARD_PAUSED_MAIL";

/// A clock that stands in a file.
struct FileClock(PathBuf);

impl Clock for FileClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(fs::read_to_string(&self.0).unwrap().trim().parse().unwrap())
    }
}

/// The system's randomness: two processes must not make the same ids.
struct System;

impl Entropy for System {
    fn fill(&self, out: &mut [u8]) {
        fs::File::open("/dev/urandom").unwrap().read_exact(out).unwrap();
    }
}

fn given(name: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "what the test hands to its own process")]
    std::env::var(name).unwrap()
}

/// The other process: runs the jobs that are due, or sends the notices, once, and says how that ended.
#[test]
#[ignore = "the node that the tests of this file stop"]
fn the_node_that_is_stopped() {
    let world = World::new(Arc::new(FileClock(given(CLOCK).into())), Arc::new(System));
    let database = StoreConfig::Postgres {
        url: Secret::new(given(DATABASE)),
        connections: 4,
        tls: PostgresTls::default(),
    };
    let node = seeds::node(Store::open(&database).unwrap(), &world, "http://localhost".into(), |_| ());
    testkit::block_on(async {
        let ended = match given(MAIL).parse() {
            Err(_) => overview_app::work::run_jobs(&node, 50).await,
            Ok(port) => notices_app::send_notices(&node, Some(&relay(port)), 50).await,
        };
        println(&format!("ended: {ended:?}"));
    });
}

fn println(line: &str) {
    std::io::stdout().write_all(format!("{line}\n").as_bytes()).unwrap();
}

fn relay(port: u16) -> Mail {
    Mail::new(&MailConfig {
        server: "localhost".into(),
        port,
        protection: Protection::Plain,
        sign_in: None,
        from: "lanyard@force.test".into(),
        trust_pem: None,
    })
    .unwrap()
}

/// The process, ended when the test ends.
struct Node(Child, BufReader<ChildStdout>);

impl Node {
    fn start(database: &StoreConfig, clock: &Path, mail: Option<u16>) -> Self {
        let StoreConfig::Postgres { url, .. } = database else { panic!("PostgreSQL only") };
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "paused::the_node_that_is_stopped", "--ignored", "--nocapture"])
            .env(DATABASE, format!("{} {IDLE}", url.expose()))
            .env(CLOCK, clock)
            .env(MAIL, mail.map(|port| port.to_string()).unwrap_or_default())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self(child, out)
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.0.id().to_string()]).status().unwrap();
        assert!(sent.success(), "{name}");
    }

    fn stop(&self) {
        self.signal("-STOP");
        let stat = format!("/proc/{}/stat", self.0.id());
        let stopped = || fs::read_to_string(&stat).unwrap().contains(") T ");
        within("it is stopped", stopped);
    }

    /// Wakes it up; how its work ended.
    fn wake(mut self) -> String {
        self.signal("-CONT");
        let mut line = String::new();
        while !line.starts_with("ended: ") {
            line.clear();
            assert!(self.1.read_line(&mut line).unwrap() > 0, "it ended without a word");
        }
        assert!(self.0.wait().unwrap().success());
        line
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn within(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < end, "{what}: it did not happen");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A service on PostgreSQL and the clock's file; skipped, in plain words, where there is no PostgreSQL.
fn with_postgres(test: impl AsyncFnOnce(Service, &StoreConfig, &Path)) {
    let Some(scratch) = testkit::scratch_postgres() else {
        println("skipped: PostgreSQL is not installed, and two nodes never share an SQLite database");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let clock = folder.path().join("clock");
    testkit::block_on(async {
        let service = Service::start(&scratch.config, gateway::Options::default()).await;
        tell_time(&service, &clock);
        test(service, &scratch.config, &clock).await;
    });
}

/// Writes the time for the other process: whole, or not at all.
fn tell_time(service: &Service, clock: &Path) {
    let new = clock.with_extension("new");
    fs::write(&new, service.world.now().millis().to_string()).unwrap();
    fs::rename(new, clock).unwrap();
}

impl Service {
    /// Two devices that are to be taken out of use and were held; a second person has released them, and the jobs wait.
    async fn released_acts(&self) -> [DeviceId; 2] {
        let clerk = self.somebody("A1", Role::ServiceDeskAnalyst).await;
        let lead = self.somebody("L1", Role::ServiceDeskLead).await;
        let mut held = Vec::new();
        for n in 0..22 {
            let device = self.register(&format!("PAUSED{n:03}"), DeviceKind::Iphone, None).await;
            let changed = custody_app::register::restate_device(
                &self.app,
                permit(&clerk).unwrap(),
                device,
                Restated::Retired,
                "old",
            )
            .await;
            if let Changed::Held(burst) = changed.unwrap() {
                held.push((device, burst));
            }
        }
        self.pass(1).await;
        let [(one, burst), (two, _)] = held.as_slice() else { panic!("{held:?}") };
        devices_app::caps::release(&self.app, permit(&lead).unwrap(), *burst, "a return day").await.unwrap();
        [*one, *two]
    }

    /// The held acts on devices, released and not yet done.
    async fn acts_on(&self, devices: [DeviceId; 2]) -> Vec<HeldId> {
        let found = self.app.store().read(move |tx| {
            let mut all = Vec::new();
            for device in devices {
                all.extend(store::orders::acts_on(tx, device)?.into_iter().map(|act| act.id));
            }
            Ok::<_, store::StoreError>(all)
        });
        found.await.unwrap()
    }

    /// Asks for the jobs of these acts once more, and claims them for another node.
    async fn at_it_again(&self, acts: Vec<HeldId>) {
        let (world, now) = (self.world.world(), self.world.now());
        let claimed = self.app.store().write(move |tx| {
            for act in acts {
                let id = JobId::from_uuid(world.uuid());
                let (lane, subject) = (store::jobs::Lane::Ordinary, act.to_string());
                let new =
                    store::jobs::NewJob { id, kind: "perform-held", subject: &subject, lane, run_at: now };
                store::jobs::ask(tx, &new, now)?;
            }
            store::jobs::claim(tx, now, store::jobs::Lane::Ordinary, Span::from_secs(120), 50)
        });
        assert_eq!(claimed.await.unwrap().len(), 2);
    }

    async fn how_often(&self, action: &str) -> usize {
        self.ledger_actions().await.iter().filter(|(found, _)| found == action).count()
    }

    /// The jobs and held acts as they stand, and everything that is known of the notices.
    async fn work(&self, url: &str) -> Vec<String> {
        let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        let sql =
            "SELECT row_to_json(j)::text FROM job j UNION ALL SELECT row_to_json(h)::text FROM held_act h
                   UNION ALL SELECT row_to_json(n)::text FROM notice n ORDER BY 1";
        client.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
    }
}

/// How many sessions wait for a lock of this product's kind.
async fn waiting(url: &str) -> i64 {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let sql = "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
               WHERE l.locktype = 'advisory' AND NOT l.granted AND d.datname = current_database()";
    client.query_one(sql, &[]).await.unwrap().get(0)
}

#[test]
fn a_stopped_node_finishes_no_job_that_another_has_done_and_begins_none() {
    with_postgres(async |service, database, clock| {
        let StoreConfig::Postgres { url, .. } = database else { return };
        let devices = service.released_acts().await;
        let acts = service.acts_on(devices).await;
        tell_time(&service, clock);
        // Both devices are kept locked, so that the node stands in the middle of its first job while it has claimed the second.
        let (let_go, until) = std::sync::mpsc::channel::<()>();
        let (locked, both) = std::sync::mpsc::channel::<()>();
        let app = service.app.clone();
        let keeper = tokio::spawn(async move {
            let kept = app.store().write(move |tx| {
                locks::take_all(tx, devices.iter().map(|id| Lock::Device(*id)).collect())?;
                // The locks travel with the next statement.
                store::devices::by_id(tx, devices[0])?;
                locked.send(()).unwrap();
                until.recv().unwrap();
                Ok::<_, store::StoreError>(())
            });
            kept.await.unwrap();
        });
        both.recv().unwrap();
        let node = Node::start(database, clock, None);
        let end = Instant::now() + Duration::from_secs(60);
        while waiting(url.expose()).await == 0 {
            assert!(Instant::now() < end, "it begins the first job");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        node.stop();
        let_go.send(()).unwrap();
        keeper.await.unwrap();

        // Another node finds nothing to do until the lease is over, and does both then.
        assert_eq!(overview_app::work::run_jobs(&service.app, 50).await.unwrap(), 0, "they are claimed");
        service.world.clock.advance(AWAY);
        tell_time(&service, clock);
        while overview_app::work::run_jobs(&service.app, 50).await.unwrap() > 0 {}
        for device in devices {
            assert!(service.device(device).await.retired_at.is_some(), "the other node did it");
        }
        // The same jobs are asked for once more, and the other node is at them, when the first one wakes up.
        service.at_it_again(acts).await;
        let (retired, before) = (service.how_often("device.retired").await, service.work(url.expose()).await);
        assert_eq!(before.iter().filter(|row| row.contains("\"perform-held\"")).count(), 2, "{before:?}");
        assert_eq!(retired, 22);

        let ended = node.wake();
        println(&format!("the woken node {}", ended.trim()));
        // The third looks who has to be called about the burst, which is decided.
        assert!(ended.contains("Ok(3)"), "it had claimed both, and went on to its end: {ended}");
        assert_eq!(service.work(url.expose()).await, before, "nothing was overwritten");
        assert_eq!(service.how_often("device.retired").await, retired, "nothing was done twice");
        assert_eq!(service.how_often("device.act.failed").await, 0, "and nothing is said to have failed");
    });
}

#[test]
fn a_node_that_is_stopped_while_it_sends_a_letter_does_not_overwrite_that_it_was_told() {
    with_postgres(async |service, database, clock| {
        let StoreConfig::Postgres { url, .. } = database else { return };
        let person = service.with_address("MAILED").await;
        while notices_app::send_notices(&service.app, None, 50).await.unwrap() > 0 {}
        let notice = service.waits_to_be_told(person).await;
        tell_time(&service, clock);
        let relay = TcpListener::bind("127.0.0.1:0").unwrap();
        let node = Node::start(database, clock, Some(relay.local_addr().unwrap().port()));
        // It has claimed the notice and speaks to the relay, which says nothing yet.
        let (connection, _) = relay.accept().unwrap();
        node.stop();
        assert_eq!(notices_app::send_notices(&service.app, None, 50).await.unwrap(), 0, "it is claimed");
        service.world.clock.advance(AWAY);
        tell_time(&service, clock);
        assert_eq!(
            notices_app::send_notices(&service.app, None, 50).await.unwrap(),
            1,
            "another node tells it"
        );
        let (told, before) = (service.how_often("notice.told").await, service.work(url.expose()).await);

        let served = std::thread::spawn(move || take_letter(connection));
        let ended = node.wake();
        println(&format!("the woken node {}", ended.trim()));
        assert!(
            served.join().unwrap().contains("There is something for you to read"),
            "the relay took its letter"
        );
        assert_eq!(service.work(url.expose()).await, before, "nothing was overwritten");
        assert_eq!(service.how_often("notice.told").await, told);
        let now =
            service.app.store().read(move |tx| store::notices::by_id(tx, notice)).await.unwrap().unwrap();
        assert_eq!(now.state, NoticeState::Shown, "as the other node told it");
    });
}

/// Speaks SMTP as far as one letter needs it; what was sent.
fn take_letter(connection: std::net::TcpStream) -> String {
    let mut to = connection.try_clone().unwrap();
    let mut from = BufReader::new(connection);
    let mut say = |line: &str| to.write_all(format!("{line}\r\n").as_bytes()).unwrap();
    say("220 relay");
    let (mut letter, mut line) = (String::new(), String::new());
    while from.read_line(&mut line).unwrap_or(0) > 0 {
        match line.get(..4).unwrap_or_default() {
            "DATA" => {
                say("354 go on");
                line.clear();
                while line != ".\r\n" {
                    line.clear();
                    from.read_line(&mut line).unwrap();
                    letter += &line;
                }
                say("250 taken");
            }
            "QUIT" => say("221 bye"),
            _ => say("250 relay"),
        }
        line.clear();
    }
    letter
}

impl Service {
    async fn with_address(&self, number: &str) -> PersonId {
        let id = self.person(number, true).await;
        let found = self.app.store().write(move |tx| {
            let person = store::people::by_id(tx, id)?.unwrap();
            store::people::set(tx, &store::people::Person { email: Some("ann@force.test".into()), ..person })
        });
        assert!(found.await.unwrap());
        id
    }

    async fn waits_to_be_told(&self, person: PersonId) -> NoticeId {
        let (id, now) = (NoticeId::from_uuid(self.world.uuid()), self.world.now());
        let row = Notice {
            id,
            person,
            force: domain::samples::NORFOLK,
            key: "paused".into(),
            reason: "alarm".into(),
            case: None,
            decided: None,
            subject: "to be told at once".into(),
            body: "to be told at once".into(),
            link: "/me".into(),
            created_at: now,
            state: NoticeState::Waiting,
            due_at: Some(now),
            duty: "not-known".into(),
            told_at: None,
            exception: false,
            attempts: 0,
            last_error: None,
            read_at: None,
        };
        assert!(self.app.store().write(move |tx| store::notices::add(tx, &row)).await.unwrap());
        id
    }
}
