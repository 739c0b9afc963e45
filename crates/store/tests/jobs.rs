//! Jobs: one row for each kind and subject, even when scheduled again while it runs.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use domain::{JobId, Span, Timestamp};
use store::Store;
use store::jobs::{self, Job, Lane, NewJob};

const LEASE: Span = Span::from_secs(60);

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

fn open(config: &store::StoreConfig) -> Store {
    let store = Store::open(config).unwrap();
    store::migrate(&store).unwrap();
    store
}

fn new(id: JobId, run_at: i64) -> NewJob<'static> {
    NewJob { id, kind: "test", subject: "1", lane: Lane::Ordinary, run_at: at(run_at) }
}

fn ask(store: &Store, run_at: i64, now: i64) {
    let id = JobId::from_uuid(testkit::world().uuid());
    store.write_blocking(move |tx| jobs::ask(tx, &new(id, run_at), at(now))).unwrap();
}

fn claim(store: &Store, now: i64) -> Vec<Job> {
    store.write_blocking(move |tx| jobs::claim(tx, at(now), Lane::Ordinary, LEASE, 10)).unwrap()
}

fn fail(store: &Store, job: &Job, now: i64, again: Option<i64>) {
    let job = job.clone();
    store.write_blocking(move |tx| jobs::failed(tx, &job, at(now), again.map(at), "no")).unwrap();
}

fn done(store: &Store, job: &Job) {
    let job = job.clone();
    store.write_blocking(move |tx| jobs::done(tx, &job)).unwrap();
}

fn dead(store: &Store) -> usize {
    store.read_blocking(|tx| jobs::dead(tx, 10)).map(|dead: Vec<_>| dead.len()).unwrap()
}

#[test]
fn a_wish_is_one_row_and_the_earlier_time_stands() {
    testkit::both_engines(|config| {
        let store = open(&config);
        ask(&store, 100, 0);
        ask(&store, 50, 0);
        ask(&store, 200, 0);
        assert!(claim(&store, 49).is_empty());
        let claimed = claim(&store, 50);
        assert_eq!(claimed.len(), 1);
        assert!(claim(&store, 51).is_empty(), "it runs elsewhere");
        done(&store, &claimed[0]);
        assert!(claim(&store, 1000).is_empty());
    });
}

#[test]
fn a_wish_while_it_runs_runs_it_once_more() {
    testkit::both_engines(|config| {
        let store = open(&config);
        ask(&store, 0, 0);
        let first = claim(&store, 0);
        ask(&store, 30, 1);
        ask(&store, 20, 1);
        done(&store, &first[0]);
        assert!(claim(&store, 19).is_empty());
        let second = claim(&store, 20);
        done(&store, &second[0]);
        assert!(claim(&store, 1000).is_empty());
    });
}

#[test]
fn a_node_that_died_leaves_its_job_to_another() {
    testkit::both_engines(|config| {
        let store = open(&config);
        ask(&store, 0, 0);
        assert_eq!(claim(&store, 0).len(), 1);
        assert!(claim(&store, 59).is_empty());
        assert_eq!(claim(&store, 60).len(), 1, "its lease is over");
    });
}

#[test]
fn what_is_given_up_is_shown_and_a_new_wish_begins_afresh() {
    testkit::both_engines(|config| {
        let store = open(&config);
        ask(&store, 0, 0);
        let job = claim(&store, 0).remove(0);
        fail(&store, &job, 0, Some(10));
        let job = claim(&store, 10).remove(0);
        assert_eq!(job.attempts, 1);
        fail(&store, &job, 10, None);
        assert_eq!(dead(&store), 1);
        assert!(claim(&store, 1000).is_empty());
        ask(&store, 20, 20);
        assert_eq!(dead(&store), 0);
        assert_eq!(claim(&store, 20).remove(0).attempts, 0, "with all its tries");
    });
}

#[test]
fn a_job_that_was_asked_for_again_while_it_failed_is_not_given_up() {
    testkit::both_engines(|config| {
        let store = open(&config);
        ask(&store, 0, 0);
        let job = claim(&store, 0).remove(0);
        ask(&store, 5, 1);
        fail(&store, &job, 2, None);
        assert_eq!(dead(&store), 0);
        assert_eq!(claim(&store, 5).remove(0).attempts, 0);
    });
}

#[test]
fn a_try_that_ended_with_its_process_counts() {
    testkit::both_engines(|config| {
        let store = open(&config);
        ask(&store, 0, 0);
        // Nobody writes back how it ended: each time the lease runs out.
        for round in 0..3 {
            assert_eq!(claim(&store, round * 60).remove(0).attempts, round);
        }
        // What comes to its end and is asked for again begins with all its tries.
        let job = claim(&store, 180).remove(0);
        done(&store, &job);
        ask(&store, 200, 200);
        assert_eq!(claim(&store, 200).remove(0).attempts, 0);
    });
}

#[test]
fn urgent_jobs_do_not_wait_behind_ordinary_ones() {
    testkit::both_engines(|config| {
        let store = open(&config);
        ask(&store, 10, 0);
        let world = testkit::world();
        // The first job has the first id of such a world.
        let ids = [world.uuid(), world.uuid()];
        let urgent = JobId::from_uuid(ids[1]);
        store
            .write_blocking(move |tx| {
                let new = NewJob { kind: "urgent", lane: Lane::Urgent, ..new(urgent, 40) };
                jobs::ask(tx, &new, at(0))
            })
            .unwrap();
        let of_lane = |lane| {
            let claimed = store.write_blocking(move |tx| jobs::claim(tx, at(50), lane, LEASE, 10)).unwrap();
            claimed.into_iter().map(|job| job.kind).collect::<Vec<_>>()
        };
        assert_eq!(of_lane(Lane::Urgent), ["urgent"]);
        assert_eq!(of_lane(Lane::Urgent), [""; 0], "claimed once");
        assert_eq!(of_lane(Lane::Ordinary), ["test"]);
    });
}
