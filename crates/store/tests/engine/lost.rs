//! PostgreSQL going away at every awkward moment: what callers are told, and that the store recovers by itself.

use std::sync::{Arc, Barrier};

use crate::common::{ADD, BUMP, COUNT, open};
use domain::Secret;
use store::{PostgresTls, Statement, Store, StoreConfig, StoreError, Value};
use testkit::Postgres;

static SUICIDE: Statement = Statement::new("suicide", "SELECT pg_terminate_backend(pg_backend_pid())");

fn add(store: &Store, id: &'static str) -> Result<u64, StoreError> {
    store.write_blocking(move |tx| tx.execute(&ADD, &[id.into(), 0i64.into(), Value::Null]))
}

fn count(store: &Store) -> Result<i64, StoreError> {
    store.read_blocking(|tx| tx.one(&COUNT, &[])?.map_or(Ok(-1), |row| row.int(0)))
}

#[test]
fn each_moment_of_losing_the_connection_has_its_own_answer() {
    let Some(server) = Postgres::start() else { return };
    let config = StoreConfig::Postgres {
        url: Secret::new(server.fresh_database()),
        connections: 2,
        tls: PostgresTls::default(),
    };
    let store = open(&config);
    assert_eq!(add(&store, "a"), Ok(1));

    server.disconnect_all();
    assert_eq!(add(&store, "b"), Ok(1), "closed while idle: nobody notices");

    let midway = store.write_blocking(|tx| {
        tx.later(&ADD, vec!["c".into(), 0i64.into(), Value::Null])?;
        tx.query(&SUICIDE, &[])
    });
    assert!(
        matches!(midway, Err(StoreError::Unreachable { .. })),
        "before COMMIT nothing was done: {midway:?}"
    );

    let at_the_end: Result<(), StoreError> = store.write_blocking(|tx| {
        tx.later(&ADD, vec!["d".into(), 0i64.into(), Value::Null])?;
        tx.later(&SUICIDE, vec![])
    });
    assert_eq!(at_the_end, Err(StoreError::Lost), "COMMIT was on its way: the outcome is unknown");

    assert_eq!(count(&store), Ok(2));
    drop(server);
    for _ in 0..4 {
        let gone = add(&store, "e");
        assert!(matches!(gone, Err(StoreError::Unreachable { .. })), "{gone:?}");
    }
}

#[test]
fn a_deadlock_is_a_conflict_for_one_and_nothing_for_the_other() {
    let Some(server) = Postgres::shared() else { return };
    let config = StoreConfig::Postgres {
        url: Secret::new(server.fresh_database()),
        connections: 2,
        tls: PostgresTls::default(),
    };
    let store = open(&config);
    assert_eq!(add(&store, "a"), Ok(1));
    assert_eq!(add(&store, "b"), Ok(1));
    let both_hold_one = Arc::new(Barrier::new(2));
    let outcomes: Vec<Result<u64, StoreError>> = std::thread::scope(|scope| {
        let crossing = [["a", "b"], ["b", "a"]].map(|[first, second]| {
            let (store, meet) = (store.clone(), both_hold_one.clone());
            scope.spawn(move || {
                store.write_blocking(move |tx| {
                    tx.execute(&BUMP, &[first.into()])?;
                    meet.wait();
                    tx.execute(&BUMP, &[second.into()])
                })
            })
        });
        crossing.map(|thread| thread.join().unwrap_or(Err(StoreError::Panicked))).into()
    });
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Ok(1)).count(), 1, "{outcomes:?}");
    assert!(outcomes.contains(&Err(StoreError::Conflict { statement: "bump" })), "{outcomes:?}");
}
