//! What a transaction promises, the same on both engines.
#![expect(clippy::unwrap_used, reason = "tests")]

use crate::common::{ADD, ALL, BUMP, COUNT, open};
use store::{Statement, Store, StoreError, Value};
use testkit::{block_on, both_engines};

fn count(store: &Store) -> i64 {
    store.read_blocking(|tx| tx.one(&COUNT, &[])?.unwrap().int(0)).unwrap()
}

fn add(store: &Store, id: &'static str) -> Result<(), StoreError> {
    store.write_blocking(move |tx| tx.execute(&ADD, &[id.into(), 0i64.into(), Value::Null]).map(drop))
}

#[test]
fn a_closure_commits_as_a_whole_or_not_at_all() {
    both_engines(|config| {
        let store = open(&config);
        add(&store, "a").unwrap();
        let undone: Result<(), StoreError> = store.write_blocking(|tx| {
            tx.execute(&ADD, &["b".into(), 0i64.into(), Value::Null])?;
            Err(StoreError::Busy)
        });
        assert_eq!(undone, Err(StoreError::Busy));
        assert_eq!(count(&store), 1);
        add(&store, "b").unwrap();
        assert_eq!(count(&store), 2);
    });
}

#[test]
fn values_come_back_as_they_went_in() {
    static ECHO: Statement =
        Statement::new("echo", "SELECT id, number, bytes FROM thing WHERE number = $2 AND id = $1");
    both_engines(|config| {
        let store = open(&config);
        let bytes: Vec<u8> = (0..=255).collect();
        let put = bytes.clone();
        let row = store
            .write_blocking(move |tx| {
                tx.execute(&ADD, &["caf\u{e9} \u{1f4f1}".into(), i64::MIN.into(), put.into()])?;
                // The parameters are numbered against the order in which they appear.
                tx.one(&ECHO, &["caf\u{e9} \u{1f4f1}".into(), i64::MIN.into()])
            })
            .unwrap()
            .unwrap();
        assert_eq!(row.text(0).unwrap(), "caf\u{e9} \u{1f4f1}");
        assert_eq!(row.int(1).unwrap(), i64::MIN);
        assert_eq!(row.bytes(2).unwrap(), bytes);
    });
}

#[test]
fn a_failed_statement_spoils_its_transaction_even_when_its_error_is_swallowed() {
    both_engines(|config| {
        let store = open(&config);
        add(&store, "a").unwrap();
        let swallowed: Result<(), StoreError> = store.write_blocking(|tx| {
            tx.execute(&ADD, &["b".into(), 0i64.into(), Value::Null])?;
            let clash = tx.execute(&ADD, &["a".into(), 0i64.into(), Value::Null]);
            assert!(matches!(clash, Err(StoreError::Duplicate { .. })), "{clash:?}");
            assert!(matches!(tx.query(&COUNT, &[]), Err(StoreError::Aborted { .. })));
            Ok(())
        });
        assert!(matches!(swallowed, Err(StoreError::Duplicate { .. })), "{swallowed:?}");
        assert_eq!(count(&store), 1);
    });
}

#[test]
fn what_the_schema_refuses_is_told_apart() {
    static NO_PARENT: Statement = Statement::new("no_parent", "INSERT INTO part (thing_id) VALUES ($1)");
    static NEGATIVE: Statement = Statement::new("negative", "INSERT INTO part (weight) VALUES ($1)");
    static MISSING: Statement = Statement::new("missing", "SELECT nothing FROM nowhere WHERE id = $1");
    both_engines(|config| {
        let store = open(&config);
        let run = |statement: &'static Statement, value: Value| {
            store.write_blocking(move |tx| tx.execute(statement, &[value])).unwrap_err()
        };
        assert!(matches!(run(&NO_PARENT, "x".into()), StoreError::Reference { .. }));
        assert!(matches!(run(&NEGATIVE, (-1i64).into()), StoreError::Refused { .. }));
        assert!(matches!(run(&MISSING, "x".into()), StoreError::Sql { .. }));
        let wrong_count = store.write_blocking(|tx| tx.execute(&BUMP, &[]));
        assert!(matches!(wrong_count, Err(StoreError::Sql { .. })), "{wrong_count:?}");
        // And the connection is none the worse for it.
        add(&store, "a").unwrap();
    });
}

#[test]
fn one_means_at_most_one() {
    both_engines(|config| {
        let store = open(&config);
        assert!(store.read_blocking(|tx| tx.one(&ALL, &[])).unwrap().is_none());
        add(&store, "a").unwrap();
        add(&store, "b").unwrap();
        let several = store.read_blocking(|tx| tx.one(&ALL, &[]));
        assert!(matches!(several, Err(StoreError::TooMany { .. })));
    });
}

#[test]
fn a_reader_cannot_write() {
    both_engines(|config| {
        let store = open(&config);
        let tried = store.read_blocking(|tx| tx.execute(&ADD, &["a".into(), 0i64.into(), Value::Null]));
        assert!(matches!(tried, Err(StoreError::Sql { .. })), "{tried:?}");
        assert_eq!(count(&store), 0);
    });
}

#[test]
fn later_is_part_of_the_transaction_and_its_failure_undoes_everything() {
    both_engines(|config| {
        let store = open(&config);
        let seen = store.write_blocking(|tx| {
            tx.later(&ADD, vec!["a".into(), 0i64.into(), Value::Null])?;
            tx.later(&BUMP, vec!["a".into()])?;
            tx.later(&BUMP, vec!["a".into()])?;
            tx.one(&ALL, &[])?.unwrap().int(1)
        });
        assert_eq!(seen, Ok(2), "a query sees what was put off before it");
        let last: Result<(), StoreError> = store.write_blocking(|tx| {
            tx.later(&ADD, vec!["b".into(), 0i64.into(), Value::Null])?;
            tx.later(&ADD, vec!["a".into(), 0i64.into(), Value::Null])
        });
        assert!(matches!(last, Err(StoreError::Duplicate { .. })), "{last:?}");
        let middle: Result<(), StoreError> = store.write_blocking(|tx| {
            tx.later(&ADD, vec!["a".into(), 0i64.into(), Value::Null])?;
            tx.execute(&ADD, &["c".into(), 0i64.into(), Value::Null]).map(drop)
        });
        assert!(
            matches!(middle, Err(StoreError::Duplicate { .. })),
            "the cause, not its consequence: {middle:?}"
        );
        assert_eq!(count(&store), 1);
    });
}

#[test]
fn a_panic_undoes_its_own_work_and_nothing_else() {
    both_engines(|config| {
        let store = open(&config);
        let outcomes = block_on(async {
            let tasks: Vec<_> = (0..40i64)
                .map(|number| {
                    let store = store.clone();
                    tokio::spawn(async move {
                        store
                            .write(move |tx| -> Result<(), StoreError> {
                                tx.execute(&ADD, &[number.to_string().into(), number.into(), Value::Null])?;
                                match number % 4 {
                                    0 => panic!("a test's own panic"),
                                    1 => Err(StoreError::Busy),
                                    _ => Ok(()),
                                }
                            })
                            .await
                    })
                })
                .collect();
            let mut outcomes = Vec::new();
            for task in tasks {
                outcomes.push(task.await.unwrap());
            }
            outcomes
        });
        for (number, outcome) in outcomes.into_iter().enumerate() {
            let expected = match number % 4 {
                0 => Err(StoreError::Panicked),
                1 => Err(StoreError::Busy),
                _ => Ok(()),
            };
            assert_eq!(outcome, expected, "{number}");
        }
        assert_eq!(count(&store), 20);
    });
}

#[test]
fn what_was_accepted_is_finished_before_the_store_closes() {
    both_engines(|config| {
        let store = open(&config);
        let clone = store.clone();
        block_on(async move {
            let waiting: Vec<_> = (0..200)
                .map(|number| {
                    let store = store.clone();
                    tokio::spawn(async move {
                        let id = Value::from(format!("{number}"));
                        store.write(move |tx| tx.execute(&ADD, &[id, 0i64.into(), Value::Null])).await
                    })
                })
                .collect();
            tokio::task::yield_now().await;
            store.close().await;
            let mut kept = 0;
            for task in waiting {
                match task.await.unwrap() {
                    Ok(_) => kept += 1,
                    Err(error) => assert_eq!(error, StoreError::Closed),
                }
            }
            assert_eq!(clone.write(|tx| tx.query(&COUNT, &[])).await.unwrap_err(), StoreError::Closed);
            let again = store::Store::open(&config).unwrap();
            assert_eq!(count(&again), kept);
        });
    });
}

#[test]
fn an_overfull_queue_says_busy_at_once() {
    both_engines(|config| {
        let store = open(&config);
        block_on(async {
            let (release, held) = std::sync::mpsc::channel::<()>();
            let held = std::sync::Arc::new(std::sync::Mutex::new(held));
            let mut tasks = Vec::new();
            for _ in 0..6000 {
                let (store, held) = (store.clone(), held.clone());
                tasks.push(tokio::spawn(async move {
                    store
                        .write(move |_| -> Result<(), StoreError> {
                            held.lock().unwrap().recv().unwrap_err();
                            Ok(())
                        })
                        .await
                }));
            }
            // All are refused that neither wait (4,096) nor run (64 at most), while nothing can finish.
            let refused = 6000 - 4096 - 64;
            for _ in 0..2000 {
                if tasks.iter().filter(|task| task.is_finished()).count() >= refused {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            drop(release);
            let mut busy = 0;
            for task in tasks {
                match task.await.unwrap() {
                    Ok(()) => {}
                    Err(StoreError::Busy) => busy += 1,
                    Err(other) => panic!("{other}"),
                }
            }
            assert!((refused..=6000 - 4096).contains(&busy), "{busy}");
        });
    });
}

#[test]
fn a_commit_that_fails_is_told_to_whom_it_concerns() {
    static DANGLING: Statement =
        Statement::new("dangling", "INSERT INTO part (checked_at_commit) VALUES ($1)");
    both_engines(|config| {
        let store = open(&config);
        let dangling = store.write_blocking(|tx| {
            tx.execute(&ADD, &["a".into(), 0i64.into(), Value::Null])?;
            tx.execute(&DANGLING, &["nowhere".into()])
        });
        assert!(matches!(dangling, Err(StoreError::Reference { .. })), "{dangling:?}");
        assert_eq!(count(&store), 0);
        add(&store, "a").unwrap();
        assert_eq!(count(&store), 1);
    });
}

#[test]
fn acknowledged_means_committed_any_other_connection_sees_it() {
    static FIND: Statement = Statement::new("find", "SELECT count(*) FROM thing WHERE id = $1");
    both_engines(|config| {
        let store = open(&config);
        block_on(async {
            let tasks: Vec<_> = (0..16)
                .map(|task| {
                    let store = store.clone();
                    tokio::spawn(async move {
                        for number in 0..50 {
                            let id = Value::from(format!("{task}-{number}"));
                            let put = id.clone();
                            store
                                .write(move |tx| tx.execute(&ADD, &[put, 0i64.into(), Value::Null]))
                                .await
                                .unwrap();
                            let found = store.read(move |tx| tx.one(&FIND, &[id])?.unwrap().int(0)).await;
                            assert_eq!(found, Ok(1));
                        }
                    })
                })
                .collect();
            for task in tasks {
                task.await.unwrap();
            }
        });
    });
}
