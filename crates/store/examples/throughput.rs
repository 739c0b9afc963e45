//! How many check-in transactions a second each engine does: `cargo run -p store --example throughput --release`.
//!
//! A check-in here is two reads by key, an update, two upserts and an insert, on 10,000 devices. Each figure is one run
//! of a few seconds with durable commits; compare figures within one run only.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measuring program")]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use domain::Secret;
use store::{Migration, PostgresTls, Statement, Store, StoreConfig, StoreError, Tx, Value};
use testkit::{Postgres, block_on, scratch_sqlite};

const DEVICES: i64 = 10_000;
const RUN: Duration = Duration::from_secs(3);

static SCHEMA: &[Migration] = &[Migration {
    version: 1,
    name: "throughput",
    sql: "CREATE TABLE device (id TEXT PRIMARY KEY, seen_at BIGINT NOT NULL, state TEXT NOT NULL);
          CREATE TABLE fact (device_id TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, at BIGINT NOT NULL,
            PRIMARY KEY (device_id, name));
          CREATE TABLE job (id BIGINT PRIMARY KEY, device_id TEXT NOT NULL);",
}];

macro_rules! sql {
    ($($name:ident = $sql:literal;)*) => {$(static $name: Statement = Statement::new($sql, $sql);)*};
}
sql! {
    ADD = "INSERT INTO device (id, seen_at, state) VALUES ($1, 0, 'enrolled')";
    DEVICE = "SELECT seen_at, state FROM device WHERE id = $1";
    FACTS = "SELECT name, value, at FROM fact WHERE device_id = $1";
    SEEN = "UPDATE device SET seen_at = $2 WHERE id = $1";
    FACT = "INSERT INTO fact (device_id, name, value, at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (device_id, name) DO UPDATE SET value = excluded.value, at = excluded.at";
    JOB = "INSERT INTO job (id, device_id) VALUES ($1, $2)";
}

fn check_in(tx: &mut Tx<'_>, number: i64) -> Result<(), StoreError> {
    let id = Value::from(format!("device-{:05}", number.wrapping_mul(7919) % DEVICES));
    let value = Value::from(
        r#"{"os":"18.6.2","passcode":true,"supervised":true,"battery":0.83,"model":"iPhone15,4"}"#,
    );
    tx.one(&DEVICE, std::slice::from_ref(&id))?;
    tx.query(&FACTS, std::slice::from_ref(&id))?;
    tx.later(&SEEN, vec![id.clone(), number.into()])?;
    tx.later(&FACT, vec![id.clone(), "device.information".into(), value.clone(), number.into()])?;
    tx.later(&FACT, vec![id.clone(), "security.information".into(), value, number.into()])?;
    tx.later(&JOB, vec![number.into(), id])
}

fn write_only(tx: &mut Tx<'_>, number: i64) -> Result<(), StoreError> {
    let id = Value::from(format!("device-{:05}", number.wrapping_mul(7919) % DEVICES));
    tx.later(&SEEN, vec![id.clone(), number.into()])?;
    tx.later(&JOB, vec![number.into(), id])
}

fn read_only(tx: &mut Tx<'_>, number: i64) -> Result<(), StoreError> {
    let id = Value::from(format!("device-{:05}", number.wrapping_mul(7919) % DEVICES));
    tx.one(&DEVICE, &[id]).map(drop)
}

type Work = fn(&mut Tx<'_>, i64) -> Result<(), StoreError>;

/// Runs `work` from as many tasks as asked until the time is up; returns transactions a second.
async fn measure(store: &Store, tasks: usize, next: &Arc<AtomicI64>, reads: bool, work: Work) -> f64 {
    let done = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    let running: Vec<_> = (0..tasks)
        .map(|_| {
            let (store, next, done) = (store.clone(), next.clone(), done.clone());
            tokio::spawn(async move {
                while began.elapsed() < RUN {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let closure = move |tx: &mut Tx<'_>| work(tx, number);
                    let outcome = if reads { store.read(closure).await } else { store.write(closure).await };
                    outcome.unwrap();
                    done.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for task in running {
        task.await.unwrap();
    }
    let count = u32::try_from(done.load(Ordering::Relaxed)).unwrap();
    f64::from(count) / began.elapsed().as_secs_f64()
}

fn run(config: &StoreConfig) {
    let store = Store::open(config).unwrap();
    store.migrate(SCHEMA).unwrap();
    store
        .write_blocking(|tx| {
            (0..DEVICES).try_for_each(|number| tx.later(&ADD, vec![format!("device-{number:05}").into()]))
        })
        .unwrap();
    let next = Arc::new(AtomicI64::new(0));
    let kinds: [(&str, bool, Work); 3] =
        [("check-in", false, check_in), ("two writes", false, write_only), ("read by key", true, read_only)];
    for (name, reads, work) in kinds {
        for tasks in [1, 16, 64] {
            let rate = block_on(measure(&store, tasks, &next, reads, work));
            println!("{:<11} {name:<12} {tasks:>3} tasks {rate:>9.0} /s", store.engine().to_string());
        }
    }
}

fn main() {
    let sqlite = scratch_sqlite();
    run(&sqlite.config);
    if let Some(server) = Postgres::start_durable() {
        let url = Secret::new(server.fresh_database());
        run(&StoreConfig::Postgres { url, connections: 8, tls: PostgresTls::default() });
    }
}
