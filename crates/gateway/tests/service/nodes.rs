//! Two nodes on one database: a change of policy that one brings in is what the other judges by.

use compliance_app::Replayed;
use devices_sim::{Model, Temper};
use domain::{Span, Subject};
use kernel::access::{permit, permit_within};

use crate::common::{Service, shipped_policy};

const DAY: i64 = 24 * 3600;

#[test]
fn what_one_node_brings_into_force_the_other_judges_by() {
    testkit::both_engines(|database| {
        testkit::block_on(async {
            let service = Service::start(&database, gateway::Options::default()).await;
            let (id, mut phone) = service.enrolled(Model::Iphone, "TWONODE1", Temper::Honest).await;
            service.settle(&mut phone).await;
            let other = service.another_node(&database);
            let before = other.policy().digest().to_owned();

            let mut own = policy::Overrides::new();
            own.insert("unused-after".into(), toml::Value::String("1d".into()));
            compliance_app::policy_change::change_policy(
                &service.app,
                permit(&service.desk).unwrap(),
                shipped_policy(&own),
            )
            .await
            .unwrap();
            service.world.clock.advance(Span::from_secs(3 * DAY));
            // Every job is the other node's: this one is busy, or down.
            while overview_app::work::run_jobs(&other, 100).await.unwrap() > 0 {}

            assert_ne!(other.policy().digest(), before);
            assert_eq!(other.policy().digest(), service.app.policy().digest());
            let clause = "MDU-16.1".parse().unwrap();
            let explained = compliance_app::explain(
                &service.app,
                permit_within(&service.desk).unwrap(),
                Subject::Device(id),
                &clause,
                None,
            )
            .await
            .unwrap();
            assert_eq!(explained.evidence.outcome.word(), "not-met", "a day without contact is too long now");
            assert_eq!(explained.evidence.policy_digest, service.app.policy().digest());
            assert_eq!(explained.replayed, Replayed::Same);
        });
    });
}
