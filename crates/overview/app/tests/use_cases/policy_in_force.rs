//! Two nodes on one database: which policy each goes by.

use std::collections::BTreeMap;
use std::path::Path;

use policy::{Files, Overrides};
use store::sessions;

use kernel::access::{Actor, permit};
use kernel::testing::{Bench, on_bench};
use kernel::{App, AppError, PolicyInForce, jobs};

/// The shipped policy with a force's own time for accepting terms.
fn policy_with(days: &str) -> PolicyInForce {
    let files = Files::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../policy")).unwrap();
    let own: Overrides = serde_json::from_value(serde_json::json!({ "unused-after": days })).unwrap();
    PolicyInForce::load(files, &own, "Norfolk Constabulary", &kernel::testing::platforms()).unwrap()
}

async fn change(app: &App, days: &str) {
    compliance_app::policy_change::change_policy(app, permit(&Actor::system()).unwrap(), policy_with(days))
        .await
        .unwrap();
}

#[test]
fn a_node_with_a_former_policy_judges_nothing_by_it_and_follows() {
    on_bench(|bench| async move {
        let (app, person) = (bench.app.clone(), bench.person);
        change(&app, "20d").await;
        let other = bench.another_node(policy_with("20d"));
        compliance_app::judge_person(&other, person).await.unwrap();
        change(&app, "30d").await;
        let refused = compliance_app::judge_person(&other, person).await.unwrap_err();
        assert!(matches!(&refused, AppError::Conflict(why) if why.contains("another policy")), "{refused}");
        assert!(kernel::policy_in_force::follow_policy(&other).await.unwrap());
        assert_eq!(other.policy().digest(), app.policy().digest());
        assert!(!kernel::policy_in_force::follow_policy(&other).await.unwrap(), "once is enough");
        compliance_app::judge_person(&other, person).await.unwrap();
    });
}

#[test]
fn a_node_that_cannot_read_the_policy_in_force_does_no_work() {
    on_bench(|Bench { app, person, world, .. }| async move {
        change(&app, "20d").await;
        let (asking, now) = (app.clone(), world.now());
        let unknown = move |tx: &mut store::Tx<'_>| {
            kernel::jobs::ask_job(&asking, tx, jobs::Kind::JudgePerson, &person.to_string(), now)?;
            sessions::set_meta(tx, "policy", "of a newer program").map_err(AppError::from)
        };
        app.store().write(unknown).await.unwrap();
        let refused = overview_app::work::run_jobs(&app, 10).await.unwrap_err().to_string();
        assert!(refused.contains("cannot read the policy in force"), "{refused}");
        change(&app, "20d").await;
        assert!(
            overview_app::work::run_jobs(&app, 10).await.unwrap() > 0,
            "nothing was claimed and lost meanwhile"
        );
    });
}

/// What was judged before forces were named in a file can still be explained.
#[test]
fn a_version_without_a_file_of_forces_speaks_of_those_of_today() {
    on_bench(|Bench { app, world, .. }| async move {
        change(&app, "20d").await;
        let (digest, now) = (app.policy().digest().to_owned(), world.now());
        let kept = app.store().write(move |tx| {
            let files = sessions::policy_files(tx, &digest)?.unwrap();
            let mut files: BTreeMap<String, String> = serde_json::from_str(&files).unwrap();
            assert!(files.remove("forces.toml").is_some());
            sessions::keep_policy(tx, "former", &serde_json::to_string(&files).unwrap(), "{}", now)
        });
        kept.await.unwrap();
        let former = app.store().read(|tx| kernel::policy_in_force::kept(tx, "former")).await;
        assert_eq!(former.unwrap().unwrap().forces().words(), app.forces());
    });
}
