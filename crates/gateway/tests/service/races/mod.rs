//! Races: two nodes of one database do at the same moment what cannot both be.
//!
//! Each pair is run again and again, 200 times on PostgreSQL and 20 times on SQLite, whose one writer lets nothing overlap.
//! `LANYARD_RACES=5000` runs them that often on both. Each test prints how often which side won: a pair in which one side
//! never wins has not raced.

mod custody;
mod delivery;
mod work;

use std::collections::BTreeMap;
use std::future::Future;
use std::io::Write as _;
use std::time::{Duration, Instant};

use devices_app::checkin::Enrolled;
use devices_app::commands::{Order, Spec};
use domain::{CommandId, CommandState, Deed, DeviceId, Platform};
use kernel::App;
use kernel::access::{Actor, Role};
use protocol_apple::connect::{self, CommandReport};
use store::StoreConfig;
use store::commands::Command;

use crate::common::Service;
use crate::hand::{Hand, dict, xml};

/// Two nodes on one database.
pub(crate) struct Ring {
    service: Service,
    other: App,
    rounds: usize,
    won: BTreeMap<&'static str, usize>,
}

/// Runs a pair on both engines, and prints what came of it.
pub(crate) fn race(name: &str, test: impl AsyncFn(&mut Ring)) {
    testkit::both_engines(move |database| {
        testkit::block_on(async {
            let postgres = matches!(database, StoreConfig::Postgres { .. });
            let service = Service::start(&database, gateway::Options::default()).await;
            let other = service.another_node(&database);
            let rounds = flag().unwrap_or(if postgres { 200 } else { 20 });
            let mut ring = Ring { service, other, rounds, won: BTreeMap::new() };
            let began = Instant::now();
            test(&mut ring).await;
            let (engine, rounds) = (ring.service.app.store().engine(), ring.rounds);
            let said =
                format!("{name}, {engine}: {rounds} races in {:.1?}, {:?}\n", began.elapsed(), ring.won);
            std::io::stdout().write_all(said.as_bytes()).unwrap();
        });
    });
}

fn flag() -> Option<usize> {
    #[expect(clippy::disallowed_methods, reason = "the flag of these tests")]
    std::env::var("LANYARD_RACES").ok().and_then(|text| text.parse().ok())
}

/// Starts both at once. Which has a start of how much over the other goes through all that matters, round by round.
pub(crate) async fn both<A, B>(
    round: usize,
    one: impl Future<Output = A> + Send + 'static,
    two: impl Future<Output = B> + Send + 'static,
) -> (A, B)
where
    A: Send + 'static,
    B: Send + 'static,
{
    let late = Duration::from_micros(u64::try_from(round / 2 % 16).unwrap() * 100);
    let (first, second) =
        if round.is_multiple_of(2) { (Duration::ZERO, late) } else { (late, Duration::ZERO) };
    let after = |pause: Duration| {
        let began = Instant::now();
        move || while began.elapsed() < pause {}
    };
    let (wait_one, wait_two) = (after(first), after(second));
    let one = tokio::spawn(async move {
        wait_one();
        one.await
    });
    let two = tokio::spawn(async move {
        wait_two();
        two.await
    });
    (one.await.unwrap(), two.await.unwrap())
}

impl Ring {
    fn note(&mut self, what: &'static str) {
        *self.won.entry(what).or_default() += 1;
    }

    /// A phone under management for which nothing waits, as a signature proves it.
    async fn phone(&self, serial: &str) -> (DeviceId, Enrolled, Hand) {
        let (device, hand) = self.service.managed(serial).await;
        for _ in 0..3 {
            self.service.pass(10).await;
            hand.drain(&self.service).await;
        }
        let enrolment = self.service.device(device).await.enrolment.unwrap();
        (device, Enrolled { enrolment, device, platform: Platform::Ios, pending: true }, hand)
    }

    /// Puts a command into the queue of a phone, in a state, as if somebody had asked for it.
    async fn put(&self, to: &Enrolled, order: &Order, state: CommandState) -> CommandId {
        let id = CommandId::from_uuid(self.service.world.uuid());
        let deed = match order.deed() {
            deed @ (Deed::Erase | Deed::ClearPasscode | Deed::Lock) => deed,
            _ => Deed::Configure,
        };
        let command = Command {
            id,
            enrolment: to.enrolment,
            word: order.word().into(),
            lane: 0,
            spec: serde_json::to_string(&Spec::from(order.clone())).unwrap(),
            state,
            asked_by: "system".into(),
            reason: None,
            case: None,
            queued_at: self.service.world.now(),
            delivered_at: None,
            deliveries: 0,
            finished_at: None,
            error: None,
            deed,
            effect: deed.effect(),
            burst: None,
            expires_at: Some(self.service.world.now().plus(domain::Span::from_secs(24 * 3600))),
            approved_by: None,
        };
        // Hundreds of rounds in one hour of the test's clock: what counted in the last one counts no more.
        let over = self.service.world.now().plus(domain::Span::from_secs(1));
        let kept = self.service.app.store().write(move |tx| {
            store::caps::forget(tx, over)?;
            store::commands::add(tx, &command)
        });
        kept.await.unwrap();
        id
    }

    async fn command(&self, id: CommandId) -> Command {
        self.service.app.store().read(move |tx| store::commands::by_id(tx, id)).await.unwrap().unwrap()
    }

    /// Whether what the device was handed is that command.
    fn is(handed: Option<Vec<u8>>, id: CommandId) -> bool {
        handed.is_some_and(|bytes| String::from_utf8_lossy(&bytes).contains(&id.to_string()))
    }

    /// The device says that it is idle once more: whether it gets that command now.
    async fn gets(&self, to: &Enrolled, id: CommandId) -> bool {
        Self::is(devices_app::commands::hand_over(&self.other, to.clone()).await.unwrap(), id)
    }

    /// A command that was handed over is done, so that the next round begins with an empty queue.
    async fn done(&self, to: &Enrolled, id: CommandId) {
        let (enrolment, now) = (to.enrolment, self.service.world.now());
        let finished = self.service.app.store().write(move |tx| {
            store::commands::set_finished(
                tx,
                &store::commands::Answered {
                    id,
                    enrolment,
                    state: CommandState::Acknowledged,
                    error: None,
                    digest: "x",
                },
                now,
            )
        });
        finished.await.unwrap();
    }

    /// What the device says of a command.
    fn report(&self, hand: &Hand, status: &str, id: CommandId) -> (CommandReport, bytes::Bytes) {
        let said = xml(dict([
            ("Status", status.into()),
            ("UDID", hand.udid.as_str().into()),
            ("CommandUUID", id.to_string().into()),
        ]));
        (connect::decode(&said, 100_000).unwrap(), said.into())
    }

    /// Somebody else of the register, who may agree.
    async fn second(&self, number: &str) -> Actor {
        self.service.somebody(number, Role::Fiso).await
    }
}
