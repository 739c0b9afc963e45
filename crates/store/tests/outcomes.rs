//! Findings from before outcomes had words of their own are carried over: what people agreed to is agreed, and what documents
//! were found to be waits to be judged anew.

use domain::{ClauseId, Outcome, PersonId, Subject};
use store::{MIGRATIONS, Statement, Store, StoreError, findings};
use testkit::{block_on, both_engines};

const PERSON: &str = "00000004-0000-7000-8000-000000000001";
const EVIDENCE: [&str; 4] = [
    "00000005-0000-7000-8000-000000000001",
    "00000005-0000-7000-8000-000000000002",
    "00000005-0000-7000-8000-000000000003",
    "00000005-0000-7000-8000-000000000004",
];

static PROOF: Statement = Statement::new("PROOF", "INSERT INTO evidence (id, subject_kind, subject_id, clause_id, detail, judged_at, confirmed_at, policy_digest,
        clause_digest, basis) VALUES ($1, $2, $3, $4, $5, 1, 1, 'p', 'c', $6)");
static FINDING: Statement = Statement::new("FINDING", "INSERT INTO finding (subject_kind, subject_id, clause_id, outcome, detail, since, judged_at, evidence_id)
        VALUES ($1, $2, $3, $4, $5, 7, 8, $6)");

/// What was stored: subject, clause, outcome, detail, basis.
const BEFORE: [[&str; 6]; 4] = [
    [
        "person",
        PERSON,
        "AA-1",
        "met",
        r#"{"outcome":"met"}"#,
        r#"{"kind":"person","clause_digest":"c","accepted":null}"#,
    ],
    ["person", PERSON, "AA-2", "met", r#"{"outcome":"met"}"#, r#"{"kind":"record","says":["1 cases"]}"#],
    ["document", "a", "AA-3", "met", r#"{"outcome":"met"}"#, r#"{"kind":"record","says":["listed"]}"#],
    [
        "document",
        "a",
        "AA-4",
        "not-met",
        r#"{"outcome":"not-met","because":"overdue"}"#,
        r#"{"kind":"record","says":["overdue"]}"#,
    ],
];

#[test]
fn what_people_agreed_to_is_agreed_and_documents_are_judged_anew() {
    both_engines(|database| {
        let store = Store::open(&database).unwrap();
        let place = MIGRATIONS.iter().position(|migration| migration.name == "outcomes").unwrap();
        store.migrate(MIGRATIONS.split_at(place).0).unwrap();
        block_on(async {
            let written = store.write(|tx| {
                for (row, evidence) in BEFORE.iter().zip(EVIDENCE) {
                    let [kind, subject, clause, outcome, detail, basis] = *row;
                    tx.execute(
                        &PROOF,
                        &[
                            evidence.into(),
                            kind.into(),
                            subject.into(),
                            clause.into(),
                            detail.into(),
                            basis.into(),
                        ],
                    )?;
                    tx.execute(
                        &FINDING,
                        &[
                            kind.into(),
                            subject.into(),
                            clause.into(),
                            outcome.into(),
                            detail.into(),
                            evidence.into(),
                        ],
                    )?;
                }
                Ok::<_, StoreError>(())
            });
            written.await.unwrap();
        });
        store::migrate(&store).unwrap();
        block_on(async {
            let person = Subject::Person(PERSON.parse::<PersonId>().unwrap());
            let document = Subject::Document("a".into());
            let read = store.read(move |tx| {
                Ok::<_, StoreError>((
                    findings::of_subject(tx, &person)?,
                    findings::of_subject(tx, &document)?,
                ))
            });
            let (of_person, of_document) = read.await.unwrap();
            let found: Vec<(ClauseId, Outcome, i64)> =
                of_person.into_iter().map(|one| (one.clause, one.outcome, one.since.millis())).collect();
            let id = |text: &str| text.parse::<ClauseId>().unwrap();
            assert_eq!(
                found,
                [(id("AA-1"), Outcome::Agreed, 7), (id("AA-2"), Outcome::Met, 7)],
                "handed back in time is proven; accepted is agreed"
            );
            let left: Vec<ClauseId> = of_document.into_iter().map(|one| one.clause).collect();
            assert_eq!(left, [id("AA-4")], "overdue since then; the rest is judged anew");
        });
    });
}
