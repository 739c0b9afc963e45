//! The documents themselves: an overdue review until one is recorded, approval by each force, the original.

use std::path::Path;
use std::sync::Arc;

use compliance_app::approvals::{NewApproval, approve_document};
use compliance_app::documents::{DocumentRead, document};
use compliance_app::originals::compare_original;
use compliance_app::policy_change::bring_into_force;
use compliance_app::reviews::{NewReview, record_review};
use domain::samples::{NORFOLK, SUFFOLK};
use domain::{Force, Span, Subject};
use policy::{Files, Overrides};
use store::{case_steps, cases, document_records, findings};

use crate::losses::force::entries;
use crate::policy_waits::somebody;
use kernel::access::{Actor, Role, permit};
use kernel::testing::{Bench, on_bench, on_both};
use kernel::{App, AppError, PolicyInForce, digest_hex};

const MDU: &str = "mobile-device-use";
const PAPER: &[u8] = b"the signed paper";

/// Brings the shipped policy into force with an original that the test has, and does what follows.
async fn begin(app: &App) {
    let mut files = Files::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../policy")).unwrap();
    let path = format!("documents/{MDU}/document.toml");
    let text = files.get(&path).unwrap();
    let (head, rest) = text.split_once("sha256 = \"").unwrap();
    let text = format!("{head}sha256 = \"{}{}", digest_hex(PAPER), &rest[64..]);
    files.put(&path, &text);
    let platforms = kernel::testing::platforms();
    let policy = PolicyInForce::load(files, &Overrides::new(), "Norfolk Constabulary", &platforms).unwrap();
    app.set_policy(Arc::new(policy));
    bring_into_force(app, permit(&Actor::system()).unwrap()).await.unwrap();
    work(app).await;
}

async fn work(app: &App) {
    for _ in 0..60 {
        if overview_app::work::run_jobs(app, 50).await.unwrap() == 0 {
            return;
        }
    }
    panic!("work does not come to an end");
}

async fn open_cases(app: &App) -> Vec<Force> {
    let open = app.store().read(|tx| document_records::open_review_cases(tx, MDU)).await.unwrap();
    open.into_iter().map(|(force, ..)| force).collect()
}

async fn outcome(app: &App, clause: &str) -> String {
    let (subject, clause) = (Subject::Document(MDU.into()), clause.parse().unwrap());
    let found = app.store().read(move |tx| findings::one(tx, &subject, &clause)).await.unwrap().unwrap();
    found.outcome.word().to_owned()
}

async fn read(app: &App, by: &Actor) -> DocumentRead {
    document(app, permit(by).unwrap(), MDU).await.unwrap()
}

async fn told(app: &App, who: &Actor) -> usize {
    let person = who.person.unwrap();
    let all = app.store().read(move |tx| store::notices::of_person(tx, person, false, 50)).await.unwrap();
    all.iter().filter(|notice| notice.link == format!("/documents/{MDU}")).count()
}

fn review() -> NewReview {
    NewReview {
        on: "2026-11-20".into(),
        outcome: "unchanged".into(),
        says: "nothing to change".into(),
        next_on: "2028-11-20".into(),
        laws: true,
    }
}

#[test]
fn an_overdue_review_tells_its_owner_and_is_a_case_until_a_review_is_recorded() {
    on_both(|Bench { app, world, .. }| async move {
        let owner = somebody(&app, "B1", Role::PolicyOwner, NORFOLK).await;
        begin(&app).await;
        assert_eq!(open_cases(&app).await, [NORFOLK, SUFFOLK], "one in each force");
        assert_eq!((told(&app, &owner).await, outcome(&app, "MDU-0.2").await.as_str()), (1, "not-met"));
        world.clock.advance(Span::from_secs(2 * 24 * 3600));
        work(&app).await;
        assert_eq!((open_cases(&app).await.len(), told(&app, &owner).await), (2, 1), "once");
        let (_, case, _) =
            app.store().read(|tx| document_records::open_review_cases(tx, MDU)).await.unwrap()[0];
        let found = app.store().read(move |tx| cases::by_id(tx, case)).await.unwrap().unwrap();
        assert_eq!((found.kind.as_str(), found.clause.unwrap().as_str()), ("document-review", "MDU-0.2"));
        // A note does not end it.
        let desk = somebody(&app, "D1", Role::ServiceDeskLead, NORFOLK).await;
        let steps = app.store().read(move |tx| case_steps::of_case(tx, case)).await.unwrap();
        let noted = cases_app::do_step(&app, permit(&desk).unwrap(), case, steps[0].id, "done").await;
        assert!(matches!(noted, Err(AppError::Conflict(_))), "{noted:?}");

        for (wrong, field) in [
            (NewReview { on: "2026-12-24".into(), ..review() }, "reviewed-on"),
            (NewReview { on: "yesterday".into(), ..review() }, "reviewed-on"),
            (NewReview { outcome: "fine".into(), ..review() }, "outcome"),
            (NewReview { says: " ".into(), ..review() }, "says"),
            (NewReview { next_on: "2026-11-01".into(), ..review() }, "next-on"),
            (NewReview { next_on: "2090-09-12".into(), ..review() }, "next-on"),
        ] {
            let refused = record_review(&app, permit(&owner).unwrap(), MDU, wrong).await;
            assert!(
                matches!(&refused, Err(AppError::Invalid { field: f, .. }) if *f == field),
                "{refused:?}"
            );
        }
        let gone = record_review(&app, permit(&owner).unwrap(), "no-such", review()).await;
        assert!(matches!(gone, Err(AppError::NotFound { .. })));
        record_review(&app, permit(&owner).unwrap(), MDU, review()).await.unwrap();
        assert!(open_cases(&app).await.is_empty(), "the review closes them in both forces");
        let found = app.store().read(move |tx| cases::by_id(tx, case)).await.unwrap().unwrap();
        assert_eq!(found.closed_how.as_deref(), Some("steps"));
        assert_eq!(entries(&app, "document.reviewed").await, 1);

        work(&app).await;
        assert_eq!(outcome(&app, "MDU-0.2").await, "on-record");
        let shown = read(&app, &owner).await;
        assert_eq!(shown.row.document.review_by.unwrap().to_string(), "2028-11-20", "the date shown moves");
        assert_eq!((shown.row.overdue_days, shown.reviews.len()), (None, 1));
        let laws = &shown.row.document.legal_basis;
        assert!(laws.iter().all(|law| law.looked_at.unwrap().to_string() == "2026-11-20"));
        // In its own time it is overdue again.
        world.clock.advance(Span::from_secs(800 * 24 * 3600));
        work(&app).await;
        assert_eq!((open_cases(&app).await.len(), told(&app, &owner).await), (2, 2));
    });
}

#[test]
fn each_force_approves_the_words_that_stand_by_a_person_of_its_own() {
    on_both(|Bench { app, world, .. }| async move {
        begin(&app).await;
        let bo = somebody(&app, "B1", Role::PolicyOwner, NORFOLK).await;
        let sue = somebody(&app, "S1", Role::Fiso, SUFFOLK).await;
        let digest = read(&app, &bo).await.digest;
        let approve = |by: &Actor, force: Force, digest: &str| {
            let new = NewApproval { document: MDU.into(), force, digest: digest.to_owned() };
            let (app, by) = (app.clone(), by.clone());
            async move { approve_document(&app, permit(&by).unwrap(), new).await }
        };
        assert_eq!(outcome(&app, "MDU-0.1").await, "not-met", "an approval on the cover has no date");
        assert!(matches!(approve(&bo, SUFFOLK, &digest).await, Err(AppError::Denied(_))));
        assert!(matches!(approve(&bo, NORFOLK, "other words").await, Err(AppError::Conflict(_))));
        let root = Actor::command_line("root");
        assert!(matches!(approve(&root, NORFOLK, &digest).await, Err(AppError::Conflict(_))));
        approve(&bo, NORFOLK, &digest).await.unwrap();
        assert!(matches!(approve(&bo, NORFOLK, &digest).await, Err(AppError::Conflict(_))), "once");
        work(&app).await;
        assert_eq!(outcome(&app, "MDU-0.1").await, "not-met", "one force is not both");

        // The same human being under another entry does not count for the other force.
        let again = somebody(&app, "B1", Role::PolicyOwner, SUFFOLK).await;
        let refused = approve(&again, SUFFOLK, &digest).await.unwrap_err().to_string();
        assert!(refused.contains("somebody else must approve"), "{refused}");
        world.clock.advance(Span::from_secs(3600));
        assert!(matches!(approve(&sue, SUFFOLK, &digest).await, Err(AppError::NotPresent)));
        let sue = sue.proven(world.now());
        approve(&sue, SUFFOLK, &digest).await.unwrap();
        work(&app).await;
        assert_eq!(outcome(&app, "MDU-0.1").await, "on-record");
        assert_eq!(entries(&app, "document.approved").await, 2);
        let shown = read(&app, &bo).await.approvals;
        assert!(shown.iter().all(|one| one.now.is_some() && one.before.is_none()), "{shown:?}");
    });
}

#[test]
fn a_file_is_the_original_or_it_is_not() {
    on_bench(|Bench { app, .. }| async move {
        begin(&app).await;
        let owner = somebody(&app, "B1", Role::PolicyOwner, NORFOLK).await;
        let compare = |bytes: &'static [u8]| {
            let (app, owner) = (app.clone(), owner.clone());
            async move { compare_original(&app, permit(&owner).unwrap(), MDU, bytes).await }
        };
        assert!(matches!(compare(b"").await, Err(AppError::Invalid { field: "file", .. })));
        assert!(read(&app, &owner).await.original.unwrap().last.is_none());
        assert!(!compare(b"a photocopy").await.unwrap().same);
        assert!(!read(&app, &owner).await.original.unwrap().last.unwrap().same);
        let found = compare(PAPER).await.unwrap();
        assert!(found.same && found.given == digest_hex(PAPER));
        work(&app).await;
        let last = read(&app, &owner).await.original.unwrap().last.unwrap();
        assert!(last.same && last.by == "Person B1");
        assert_eq!(entries(&app, "document.original.compared").await, 2);
    });
}
