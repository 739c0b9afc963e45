//! Backups of SQLite, and PostgreSQL's referral to its own tools.

use std::os::unix::fs::PermissionsExt;

use crate::common::{ADD, ALL, BUMP, COUNT, open};
use store::{Engine, PostgresTls, Store, StoreConfig, StoreError, Value};
use testkit::{scratch_postgres, scratch_sqlite};

#[test]
fn a_backup_taken_beside_running_work_opens_and_is_whole() {
    let scratch = scratch_sqlite();
    let store = open(&scratch.config);
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("backup.db");
    let busy = store.clone();
    let writer = std::thread::spawn(move || {
        for number in 0..300 {
            let id = Value::from(format!("{number:03}"));
            // Two rows a transaction, so that a torn copy would show an odd number.
            let other = Value::from(format!("{number:03}b"));
            busy.write_blocking(move |tx| {
                tx.execute(&ADD, &[id, 0i64.into(), Value::Null])?;
                tx.execute(&ADD, &[other, 0i64.into(), Value::Null])
            })
            .unwrap();
        }
    });
    store.backup_to(&to).unwrap();
    writer.join().unwrap();
    assert_eq!(std::fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o600);
    let copy = Store::open(&StoreConfig::Sqlite { path: to.clone(), readers: 1 }).unwrap();
    let rows = copy.read_blocking(|tx| tx.one(&COUNT, &[])?.unwrap().int(0)).unwrap();
    assert_eq!(rows % 2, 0);
    assert_eq!(copy.schema_version(), Ok(1));
    copy.write_blocking(|tx| tx.execute(&BUMP, &["none".into()])).unwrap();

    let again = store.backup_to(&to);
    assert!(matches!(again, Err(StoreError::Backup { .. })), "an existing backup is never overwritten");
    assert!(store.backup_to(&folder.path().join("no/such/folder.db")).is_err());
    assert_eq!(
        std::fs::read_dir(folder.path())
            .unwrap()
            .flatten()
            .filter(|f| f.path().extension().is_some_and(|e| e == "partial"))
            .count(),
        0
    );
    assert!(store.read_blocking(|tx| tx.query(&ALL, &[])).unwrap().len() == 600);
}

#[test]
fn the_database_file_is_its_owner_s_alone() {
    let scratch = scratch_sqlite();
    let _store = open(&scratch.config);
    let StoreConfig::Sqlite { path, .. } = &scratch.config else { unreachable!() };
    for name in ["", "-wal", "-shm"] {
        let file = format!("{}{name}", path.display());
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "{file}");
    }
}

#[test]
fn postgresql_is_backed_up_with_its_own_tools() {
    let Some(scratch) = scratch_postgres() else { return };
    let store = Store::open(&scratch.config).unwrap();
    let refused = store.backup_to(std::path::Path::new("backup.db")).unwrap_err();
    assert!(matches!(refused, StoreError::Unsupported { engine: Engine::Postgres, .. }));
    assert!(refused.to_string().contains("pg_dump"));
}

#[test]
fn what_cannot_be_opened_says_so_and_leaves_no_thread() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letter.txt");
    std::fs::write(
        &path,
        "Dear Sir, this is not a database but it is longer than a header would be.".repeat(4),
    )
    .unwrap();
    let failed = Store::open(&StoreConfig::Sqlite { path, readers: 1 }).unwrap_err().to_string();
    assert!(failed.contains("letter.txt"), "{failed}");
    let missing = folder.path().join("none/lanyard.db");
    assert!(Store::open(&StoreConfig::Sqlite { path: missing, readers: 1 }).is_err());
    let url = domain::Secret::new(format!("host={} user=nobody", folder.path().display()));
    let failed =
        Store::open(&StoreConfig::Postgres { url, connections: 2, tls: PostgresTls::default() }).unwrap_err();
    assert!(matches!(failed, StoreError::Open { .. }), "{failed}");
}
