//! The terms: what is remembered of a version, of what was read, and of how answers went.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is wrong")]

use domain::{EntryId, PersonId, Timestamp};
use store::people::{Called, Person};
use store::{Store, StoreError, people, terms, terms_asked};
use testkit::{block_on, both_engines};

fn person() -> PersonId {
    "00000002-0000-7000-8000-000000000007".parse().unwrap()
}

fn sample() -> Person {
    Person::new(
        person(),
        domain::samples::NORFOLK,
        Called { number: "1", name: "PC A", role: "officer" },
        Timestamp::from_millis(1),
    )
}

#[test]
fn a_version_keeps_its_wording_and_an_acceptance_is_entered_once() {
    both_engines(|config| {
        let store = Store::open(&config).unwrap();
        store::migrate(&store).unwrap();
        let at = Timestamp::from_millis;
        block_on(store.write(move |tx| {
            people::add(tx, &sample())?;
            let clauses = [("A-1".to_owned(), "w".to_owned())].into();
            terms::remember(
                tx,
                &terms::Wording { document: "a", digest: "d1", clauses: &clauses, shown: "[1]" },
                at(3),
            )?;
            terms::remember(
                tx,
                &terms::Wording { document: "a", digest: "d1", clauses: &clauses, shown: "[2]" },
                at(4),
            )?;
            assert_eq!(
                terms::shown(tx, "a", "d1")?,
                Some(("[1]".to_owned(), at(3))),
                "the first wording stands"
            );
            let id = |n: u8| format!("00000003-0000-7000-8000-00000000000{n}").parse::<EntryId>().unwrap();
            assert!(terms::accept(
                tx,
                &terms::NewAcceptance {
                    id: id(1),
                    person: person(),
                    document: "a",
                    digest: "d1",
                    shown: "page"
                },
                at(5)
            )?);
            assert!(!terms::accept(
                tx,
                &terms::NewAcceptance {
                    id: id(2),
                    person: person(),
                    document: "a",
                    digest: "d1",
                    shown: "paper"
                },
                at(6)
            )?);
            let of = terms::of_person(tx, person())?;
            assert_eq!((of.len(), of[0].accepted_at, of[0].shown.as_str()), (1, at(5), "page"));
            let versions = terms::versions(tx, "a", Some(domain::samples::NORFOLK), 5)?;
            assert_eq!((versions[0].clauses, versions[0].accepted), (1, 1));
            assert_eq!(terms::versions(tx, "a", Some(domain::samples::SUFFOLK), 5)?[0].accepted, 0);
            Ok::<(), StoreError>(())
        }))
        .unwrap();
    });
}

#[test]
fn tries_are_counted_up_to_the_right_answer() {
    both_engines(|config| {
        let store = Store::open(&config).unwrap();
        store::migrate(&store).unwrap();
        let at = Timestamp::from_millis;
        block_on(store.write(move |tx| {
            people::add(tx, &sample())?;
            for right in [None, None, Some(at(3)), None] {
                terms_asked::add_answer(tx, person(), "A-1", "w", right)?;
            }
            assert_eq!(terms_asked::answers_of(tx, person())?, [("A-1".to_owned(), "w".to_owned(), 3)]);
            let tally = terms_asked::answer_tally(tx, None)?;
            assert_eq!((tally[0].people, tally[0].again), (1, 1));
            assert!(terms_asked::set_read(tx, person(), "s", at(4))?);
            assert!(!terms_asked::set_read(tx, person(), "s", at(5))?);
            assert_eq!(terms_asked::read_by(tx, person())?, ["s"]);
            Ok::<(), StoreError>(())
        }))
        .unwrap();
    });
}
