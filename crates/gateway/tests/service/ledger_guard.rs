//! A ledger that the database's owner cut, rewrote or put back: refused and told, also across a restart, while devices are served.

use std::ops::RangeInclusive;
use std::path::Path;

use domain::Span;
use kernel::access::{Actor, Role, permit};
use kernel::{App, AppError};
use ledger::{Checkpoint, Entry, Fault, Hash, Report, Tree, VerifierKey, verify_extension};
use ledger_app::{Accepted, accept_ledger, erase_due_details, read_ledger_again};
use people_app::grants::NewGrant;
use store::{Store, StoreConfig};

use crate::common::Service;

/// Entries that are left where the end is cut off.
const LEFT: u64 = 5;

/// A service that remembers what it signed in a folder, with an administrator to be told and some entries that were signed.
struct Signed {
    service: Service,
    database: StoreConfig,
    folder: tempfile::TempDir,
    /// The checkpoint over them.
    kept: Checkpoint,
}

impl Signed {
    async fn start(database: &StoreConfig) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().to_owned();
        let service = Service::start_with(database, gateway::Options::default(), |config| {
            config.ledger_folder = Some(place);
        })
        .await;
        let administrator = service.person("ADMIN", true).await;
        let role = NewGrant { role: Some(Role::Administrator), reason: "test".into(), ..NewGrant::default() };
        people_app::grants::grant_role(&service.app, permit(&service.desk).unwrap(), administrator, role)
            .await
            .unwrap();
        for number in ["1", "2", "3", "5", "6", "7"] {
            service.person(number, false).await;
        }
        let note = ledger_app::checkpoint_ledger(&service.app).await.unwrap().unwrap();
        let kept = Checkpoint::open(&note, &key(&service.app)).unwrap();
        assert!(kept.size > LEFT + 3, "{}", kept.size);
        Self { service, database: database.clone(), folder, kept }
    }

    /// The service, started again on the same database and folder.
    fn restarted(&self) -> App {
        self.node(self.folder.path())
    }

    fn node(&self, folder: &Path) -> App {
        let (store, folder) = (Store::open(&self.database).unwrap(), folder.to_owned());
        let address = self.service.address.clone();
        seeds::node(store, &self.service.world, address, |config| config.ledger_folder = Some(folder))
    }

    async fn readyz(&self) -> String {
        let answer = self.service.link.client.get(format!("{}/readyz", self.service.address)).send().await;
        let answer = answer.unwrap();
        assert_eq!(answer.status(), 200, "devices are served meanwhile");
        answer.text().await.unwrap()
    }

    async fn told(&self, subject: &str) -> usize {
        let subject = subject.to_owned();
        let due = self
            .service
            .app
            .store()
            .read(move |tx| store::notices::due(tx, domain::Timestamp::from_millis(i64::MAX), 100));
        due.await.unwrap().iter().filter(|notice| notice.subject == subject).count()
    }
}

/// Runs SQL as the database's owner does, past the product.
pub(crate) fn run_sql(config: &StoreConfig, sql: &str) {
    match config {
        StoreConfig::Sqlite { path, .. } => {
            let database = rusqlite::Connection::open(path).unwrap();
            database.busy_timeout(std::time::Duration::from_secs(20)).unwrap();
            database.execute_batch(sql).unwrap();
        }
        StoreConfig::Postgres { url, .. } => testkit::run_on(url.expose(), sql).unwrap(),
    }
}

fn key(app: &App) -> VerifierKey {
    app.ledger_key_text().parse().unwrap()
}

async fn refused(app: &App) -> String {
    match ledger_app::checkpoint_ledger(app).await {
        Err(AppError::Conflict(says)) => says,
        other => panic!("it was signed: {other:?}"),
    }
}

async fn accept(app: &App, newest: Option<Checkpoint>) -> Accepted {
    let root = Actor::command_line("test");
    accept_ledger(app, permit(&root).unwrap(), "restored on purpose", newest).await.unwrap()
}

async fn verified(app: &App, kept: &[Checkpoint]) -> Result<Report, Vec<Fault>> {
    let mut export = Vec::new();
    ledger_app::ledger_export::export_ledger(
        app,
        permit(&Actor::command_line("test")).unwrap(),
        true,
        &mut export,
    )
    .await
    .unwrap();
    verify_extension(export.as_slice(), &key(app), kept)
}

/// What cuts the end of the log off, with or without the tree over it.
fn cut(nodes: bool) -> String {
    let mut sql = format!(
        "DELETE FROM ledger_detail WHERE entry_id IN (SELECT id FROM ledger_entry WHERE place >= {LEFT});
         DELETE FROM ledger_entry WHERE place >= {LEFT}; DELETE FROM ledger_checkpoint WHERE size > {LEFT};"
    );
    for level in (0..20).filter(|_| nodes) {
        sql += &format!("DELETE FROM ledger_node WHERE level = {level} AND place >= {};", LEFT >> level);
    }
    sql
}

/// What rewrites an entry with all that follows from it, but for the signatures.
async fn rewrite(app: &App, database: &StoreConfig) -> String {
    let rows = app.store().read(|tx| store::ledger::from_place(tx, 0, 1000)).await.unwrap();
    let mut sql = "DELETE FROM ledger_node; DELETE FROM ledger_checkpoint;".to_owned();
    let mut nodes: Vec<(u32, usize, Hash)> = Vec::new();
    let mut level: Vec<Hash> = Vec::new();
    for row in &rows {
        let actor = if row.place == Some(2) { "person:nobody" } else { &row.actor };
        let entry = Entry {
            id: row.id,
            at: row.at,
            actor: actor.to_owned(),
            action: row.action.clone(),
            subject: row.subject.clone(),
            force: row.force,
            clause: row.clause.clone(),
            reason: row.reason.clone(),
            detail_digest: row.detail_digest.as_deref().map(|digest| digest.parse().unwrap()),
        };
        level.push(entry.leaf().unwrap());
    }
    for height in 0.. {
        nodes.extend(level.iter().enumerate().map(|(place, hash)| (height, place, *hash)));
        level = level.as_chunks::<2>().0.iter().map(|[left, right]| ledger::node_hash(left, right)).collect();
        if level.is_empty() {
            break;
        }
    }
    for (height, place, hash) in nodes {
        let hex: String = hash.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        let bytes = match database {
            StoreConfig::Sqlite { .. } => format!("x'{hex}'"),
            StoreConfig::Postgres { .. } => format!("decode('{hex}', 'hex')"),
        };
        sql += &format!("INSERT INTO ledger_node (level, place, hash) VALUES ({height}, {place}, {bytes});");
    }
    sql + "UPDATE ledger_entry SET actor = 'person:nobody' WHERE place = 2;"
}

/// Does something to the database of a running service and sees that it is refused, told, refused again by a restarted one, and signed
/// again only once somebody has accepted it.
async fn attacked(signed: Signed, sql: &str, says: &str, left: RangeInclusive<u64>) {
    let Signed { service, .. } = &signed;
    run_sql(&signed.database, sql);
    service.person("4", false).await;
    // What shows in an entry alone is found when the log is read again; everything else before the next signature.
    if says == "changed or removed" {
        while read_ledger_again(&service.app).await.unwrap() > 0 {}
    }
    let why = refused(&service.app).await;
    assert!(why.contains(says) && why.contains("lanyard ledger accept"), "{why}");
    assert!(signed.readyz().await.contains("degraded"));
    assert!(ledger_app::ledger_status(&service.app).await.unwrap().stopped.unwrap().contains(says));
    assert_eq!(signed.told("The ledger is not signed").await, 1);

    // Devices are served, and what is entered meanwhile waits for its place.
    service.managed("SERVED01").await;
    refused(&service.app).await;
    assert_eq!(signed.told("The ledger is not signed").await, 1, "told once");
    let again = signed.restarted();
    refused(&again).await;
    if says != "changed or removed" {
        run_sql(&signed.database, "DELETE FROM ledger_stop");
        refused(&again).await;
        refused(&service.app).await;
    }

    let accepted = accept(&again, None).await;
    assert_eq!(accepted.signed, Some(signed.kept.size), "{accepted:?}");
    assert!(left.contains(&accepted.from), "{accepted:?}");
    assert!(ledger_app::checkpoint_ledger(&again).await.unwrap().is_some());
    assert!(service.has_entry("ledger.accepted", kind_of(says)).await);
    assert!(service.has_entry("ledger.refused", kind_of(says)).await);
    let report = verified(&again, &[]).await.unwrap();
    assert_eq!(report.unsealed(), 0);
    // Nothing makes the old checkpoint fit again.
    let faults = verified(&again, std::slice::from_ref(&signed.kept)).await.unwrap_err();
    assert!(matches!(faults[..], [Fault::Cut { .. } | Fault::Rewritten { .. }]), "{faults:?}");
    assert!(
        !signed.readyz().await.contains("degraded")
            || ledger_app::checkpoint_ledger(&service.app).await.is_ok()
    );
}

fn kind_of(says: &str) -> &'static str {
    if says == "covers" { "cut" } else { "rewritten" }
}

fn on_both(test: impl AsyncFn(Signed)) {
    testkit::both_engines(|database| {
        testkit::block_on(async { test(Signed::start(&database).await).await });
    });
}

#[test]
fn a_cut_end_is_refused_and_told() {
    on_both(async |signed| attacked(signed, &cut(false), "covers", LEFT..=LEFT).await);
}

#[test]
fn a_log_put_back_to_an_older_state_is_refused_and_told() {
    // Its tree and its checkpoints are put back with it: the database agrees with itself.
    on_both(async |signed| attacked(signed, &cut(true), "covers", LEFT..=LEFT).await);
}

#[test]
fn a_rewritten_log_is_refused_and_told() {
    on_both(async |signed| {
        let sql = rewrite(&signed.service.app, &signed.database).await;
        let left = signed.kept.size..=u64::MAX;
        attacked(signed, &sql, "are not those over which", left).await;
    });
}

#[test]
fn an_entry_changed_where_it_lies_is_found_when_the_log_is_read_again() {
    on_both(async |signed| {
        let sql = "UPDATE ledger_entry SET actor = 'person:nobody' WHERE place = 3";
        attacked(signed, sql, "changed or removed", 3..=3).await;
    });
}

#[test]
fn a_node_that_does_not_know_what_it_signed_signs_nothing_until_it_is_told() {
    on_both(async |signed| {
        let folder = tempfile::tempdir().unwrap();
        let other = signed.node(folder.path());
        assert!(refused(&other).await.contains("after a restore"));
        // The others know, and go on.
        signed.service.person("4", false).await;
        assert!(ledger_app::checkpoint_ledger(&signed.service.app).await.unwrap().is_some());
        let accepted = accept(&other, Some(signed.kept.clone())).await;
        assert_eq!((accepted.signed, accepted.void), (Some(signed.kept.size), 0));
        assert!(ledger_app::checkpoint_ledger(&other).await.unwrap().is_some());
        assert!(ledger_app::checkpoint_ledger(&signed.service.app).await.unwrap().is_some());
        assert_eq!(verified(&other, std::slice::from_ref(&signed.kept)).await.unwrap().extends, 1);

        // Where nothing is wrong there is nothing to accept, and without a reason nothing is.
        let root = Actor::command_line("test");
        let refused = accept_ledger(&other, permit(&root).unwrap(), "why not", None).await.unwrap_err();
        assert!(refused.to_string().contains("nothing to accept"), "{refused}");
        assert!(accept_ledger(&other, permit(&root).unwrap(), " ", None).await.is_err());
    });
}

#[test]
fn two_nodes_compare_what_each_of_them_signed() {
    on_both(async |signed| {
        let folder = tempfile::tempdir().unwrap();
        let other = signed.node(folder.path());
        accept(&other, None).await;
        // The other signs on, then the end that only it knows of is cut off: the first could not tell, and stops all the same.
        signed.service.person("4", false).await;
        let note = ledger_app::checkpoint_ledger(&other).await.unwrap().unwrap();
        let size = signed.kept.size;
        let mut sql = format!(
            "DELETE FROM ledger_detail WHERE entry_id IN (SELECT id FROM ledger_entry WHERE place >= {size});
             DELETE FROM ledger_entry WHERE place >= {size}; DELETE FROM ledger_checkpoint WHERE size > {size};"
        );
        for level in 0..20 {
            sql += &format!("DELETE FROM ledger_node WHERE level = {level} AND place >= {};", size >> level);
        }
        run_sql(&signed.database, &sql);
        let newest = Checkpoint::open(&note, &key(&other)).unwrap().size;
        assert!(refused(&other).await.contains(&format!("covers {newest} entries")));
        refused(&signed.service.app).await;
        // A file that cannot be read is not taken for none.
        std::fs::write(folder.path().join(ledger_app::SIGNED), "nonsense").unwrap();
        assert!(refused(&other).await.contains("not one that this service signed"));
        accept(&other, None).await;
        assert!(ledger_app::checkpoint_ledger(&signed.service.app).await.unwrap().is_some());
    });
}

#[test]
fn a_database_put_back_from_a_backup_under_the_same_folder_is_refused() {
    let scratch = testkit::scratch_sqlite();
    testkit::block_on(async {
        let mut signed = Signed::start(&scratch.config).await;
        let backup = signed.folder.path().join("backup.sqlite");
        signed.service.app.store().backup_to(&backup).unwrap();
        signed.service.person("4", false).await;
        ledger_app::checkpoint_ledger(&signed.service.app).await.unwrap();
        signed.database = StoreConfig::Sqlite { path: backup, readers: 2 };
        let restored = signed.restarted();
        assert!(refused(&restored).await.contains("covers"));
        let accepted = accept(&restored, None).await;
        assert_eq!((accepted.from, accepted.void), (signed.kept.size, 0));
        assert_eq!(verified(&restored, std::slice::from_ref(&signed.kept)).await.unwrap().extends, 1);
    });
}

#[test]
fn details_go_on_schedule_with_an_entry_and_without_one_they_are_missed() {
    on_both(async |signed| {
        let Signed { service, .. } = &signed;
        let all = verified(&service.app, &[]).await.unwrap();
        assert!(all.details > 3 && all.details_absent == 0, "{all:?}");
        assert_eq!(erase_due_details(&service.app).await.unwrap(), 0, "nothing is past its time");
        service.world.clock.advance(Span::from_secs(8 * 365 * 24 * 3600));
        service.person("4", false).await;
        ledger_app::checkpoint_ledger(&service.app).await.unwrap();
        let erased = erase_due_details(&service.app).await.unwrap();
        assert_eq!(u64::try_from(erased).unwrap(), all.details);
        assert_eq!(erase_due_details(&service.app).await.unwrap(), 0);
        ledger_app::checkpoint_ledger(&service.app).await.unwrap();
        let after = verified(&service.app, &[]).await.unwrap();
        assert!(after.details > 0, "the newest stays");
        assert_eq!(after.details_absent, all.details);

        run_sql(&signed.database, "DELETE FROM ledger_detail");
        let faults = verified(&service.app, &[]).await.unwrap_err();
        assert!(faults.iter().all(|fault| matches!(fault, Fault::DetailGone { .. })), "{faults:?}");
    });
}

#[test]
fn the_tree_that_a_test_rebuilds_is_the_stored_one() {
    // Else the rewritten log above would be refused for a fault of the test.
    let leaves: Vec<Hash> = (0..7_u8).map(|leaf| ledger::leaf_hash(&[leaf])).collect();
    let mut tree = Tree::new();
    for leaf in &leaves {
        tree.push(*leaf);
    }
    let pair = |left: &Hash, right: &Hash| ledger::node_hash(left, right);
    let four = pair(&pair(&leaves[0], &leaves[1]), &pair(&leaves[2], &leaves[3]));
    let three = pair(&pair(&leaves[4], &leaves[5]), &leaves[6]);
    assert_eq!(tree.root(), pair(&four, &three));
}
