//! Facts, findings and cases over time: news replaces what is older, silence is not compliance, a breach opens one case.

use compliance_app::Replayed;
use compliance_app::policy_change::Brought;
use devices_sim::{Device, Model, Temper};
use domain::{DeviceId, Platform, Span, Subject, Timestamp};
use kernel::access::{permit, permit_within};
use store::cases::Case;

use crate::common::{Service, shipped_policy};

const DAY: i64 = 24 * 3600;

impl Service {
    async fn cases(&self, device: DeviceId, clause: &str) -> Vec<Case> {
        let all = self.app.store().read(move |tx| store::cases::of_device(tx, device)).await.unwrap();
        all.into_iter().filter(|case| case.clause.as_ref().is_some_and(|id| id.as_str() == clause)).collect()
    }

    async fn refresh_and_settle(&self, device: DeviceId, sim: &mut Device) {
        let permit = permit(&self.desk).unwrap();
        devices_app::commands::order(
            &self.app,
            permit,
            device,
            devices_app::commands::Order::Refresh,
            "test",
        )
        .await
        .unwrap();
        self.settle(sim).await;
    }

    async fn explain_at(&self, device: DeviceId, clause: &str, at: Timestamp) -> (String, Replayed) {
        let permit = permit_within(&self.desk).unwrap();
        let clause = clause.parse().unwrap();
        let said = compliance_app::explain(&self.app, permit, Subject::Device(device), &clause, Some(at))
            .await
            .unwrap();
        (said.evidence.outcome.word().to_owned(), said.replayed)
    }
}

/// The same device, grown honest or otherwise.
fn with_temper(device: &Device, temper: Temper) -> Device {
    let mut saved = serde_json::to_value(device).unwrap();
    saved["spec"]["temper"] = serde_json::to_value(temper).unwrap();
    serde_json::from_value(saved).unwrap()
}

#[test]
fn news_from_before_is_no_news() {
    Service::run_on_both(async |service| {
        let (id, mut phone) = service.enrolled(Model::Iphone, "FORWARD1", Temper::Honest).await;
        service.settle(&mut phone).await;
        let now = service.world.now();
        service.world.clock.set(now.minus(Span::from_secs(3600)));
        let mut lax = with_temper(&phone, Temper::NonCompliant);
        let order = devices_app::commands::Order::Refresh;
        devices_app::commands::order(&service.app, permit(&service.desk).unwrap(), id, order, "test")
            .await
            .unwrap();
        lax.session(&service.link).await.unwrap();
        service.world.clock.set(now);
        service.pass(10).await;
        assert_eq!(service.outcome(id, "MDU-6.2a").await, "met ", "a report of an hour ago changes nothing");
        service.refresh_and_settle(id, &mut lax).await;
        assert!(service.outcome(id, "MDU-6.2a").await.starts_with("not-met"));
    });
}

#[test]
fn silence_is_not_compliance() {
    Service::run_on_both(async |service| {
        let (id, mut phone) = service.enrolled(Model::Iphone, "SILENT01", Temper::Honest).await;
        service.settle(&mut phone).await;
        let before = service.device(id).await;
        assert!(before.met > 5, "{}", before.met);
        service.pass(6 * DAY).await;
        assert_eq!(service.outcome(id, "MDU-6.2a").await, "met ", "a report may be a week old");
        service.pass(2 * DAY).await;
        let outcome = service.outcome(id, "MDU-6.2a").await;
        assert!(outcome.starts_with("not-known") && outcome.contains("too long ago"), "{outcome}");
        assert!(service.device(id).await.met < before.met);
        service.refresh_and_settle(id, &mut phone).await;
        assert_eq!(service.outcome(id, "MDU-6.2a").await, "met ");
        service.pass(61 * DAY).await;
        let outcome = service.outcome(id, "MDU-16.1").await;
        assert!(outcome.starts_with("not-met"), "unused for two months: {outcome}");
    });
}

/// What no report shows is switched again while the answer to the last switch is still fresh.
#[test]
fn bluetooth_does_not_fall_silent_of_itself() {
    Service::run(async |service| {
        let (id, mut phone) = service.enrolled(Model::Iphone, "BLUE0001", Temper::Honest).await;
        service.settle(&mut phone).await;
        for _ in 0..12 {
            service.pass(DAY).await;
            phone.session(&service.link).await.unwrap();
        }
        service.pass(10).await;
        // Fresh, and still no proof: an acknowledgement does not show that Bluetooth is on.
        let outcome = service.outcome(id, "MDU-9.1").await;
        assert!(outcome.starts_with("not-known no device of this kind can show it"), "{outcome}");
    });
}

#[test]
fn a_breach_past_its_grace_opens_one_case_and_recovery_closes_it() {
    Service::run_on_both(async |service| {
        let (id, mut phone) = service.enrolled(Model::Iphone, "BREACH01", Temper::NonCompliant).await;
        service.settle(&mut phone).await;
        assert!(service.outcome(id, "MDU-6.2a").await.starts_with("not-met"));
        assert!(service.cases(id, "MDU-6.2a").await.is_empty(), "within its grace");
        service.pass(23 * 3600).await;
        assert!(service.cases(id, "MDU-6.2a").await.is_empty(), "still within its grace");
        service.pass(2 * 3600).await;
        let [case] = service.cases(id, "MDU-6.2a").await.try_into().expect("one case");
        assert!(case.closed.is_none());

        // Silence is no recovery; what comes after it joins the case that is open.
        service.pass(8 * DAY).await;
        assert!(service.outcome(id, "MDU-6.2a").await.starts_with("not-known"));
        service.refresh_and_settle(id, &mut phone).await;
        service.pass(25 * 3600).await;
        let [same] = service.cases(id, "MDU-6.2a").await.try_into().expect("still one case");
        assert_eq!((same.id, &same.closed), (case.id, &None));
        let said = service.app.store().read(move |tx| store::cases::events(tx, same.id)).await.unwrap();
        assert!(said.iter().any(|(_, _, says)| says.starts_with("Still not met")), "{said:?}");

        let mut better = with_temper(&phone, Temper::Honest);
        service.refresh_and_settle(id, &mut better).await;
        assert_eq!(service.outcome(id, "MDU-6.2a").await, "met ");
        let [closed] = service.cases(id, "MDU-6.2a").await.try_into().expect("one case");
        assert!(closed.closed.is_some());
        assert!(service.has_entry("case.closed", "met-again").await);
    });
}

#[test]
fn a_breach_that_ends_within_its_grace_opens_nothing() {
    Service::run(async |service| {
        let (id, mut phone) = service.enrolled(Model::Iphone, "BRIEF001", Temper::NonCompliant).await;
        service.settle(&mut phone).await;
        assert!(service.outcome(id, "MDU-6.2a").await.starts_with("not-met"));
        let mut better = with_temper(&phone, Temper::Honest);
        service.refresh_and_settle(id, &mut better).await;
        service.pass(3 * DAY).await;
        assert!(service.cases(id, "MDU-6.2a").await.is_empty());
    });
}

#[test]
fn an_earlier_judgement_is_explained_and_reached_again_by_the_rules_of_its_time() {
    Service::run_on_both(async |service| {
        // The force once said that a day without contact makes a device unused.
        let mut own = policy::Overrides::new();
        own.insert("unused-after".into(), toml::Value::String("1d".into()));
        let strict = shipped_policy(&own);
        compliance_app::policy_change::change_policy(&service.app, permit(&service.desk).unwrap(), strict)
            .await
            .unwrap();
        let (id, mut phone) = service.enrolled(Model::Iphone, "EARLIER1", Temper::Honest).await;
        service.settle(&mut phone).await;
        let first = service.world.now();
        service.pass(3 * DAY).await;
        let second = service.world.now();
        let lenient = shipped_policy(&policy::Overrides::new());
        compliance_app::policy_change::change_policy(&service.app, permit(&service.desk).unwrap(), lenient)
            .await
            .unwrap();
        service.pass(10).await;
        let third = service.world.now();
        for (at, word) in [(first, "met"), (second, "not-met"), (third, "met")] {
            assert_eq!(
                service.explain_at(id, "MDU-16.1", at).await,
                (word.to_owned(), Replayed::Same),
                "{at}"
            );
        }
        let before = service.world.now().minus(Span::from_secs(30 * DAY));
        let clause = "MDU-16.1".parse().unwrap();
        let nothing = compliance_app::explain(
            &service.app,
            permit_within(&service.desk).unwrap(),
            Subject::Device(id),
            &clause,
            Some(before),
        )
        .await;
        assert!(nothing.is_err(), "nothing had been judged by then");
    });
}

#[test]
fn a_changed_parameter_sends_only_the_profiles_that_changed() {
    Service::run_on_both(async |service| {
        let (id, mut phone) = service.enrolled(Model::Iphone, "PARAM001", Temper::Honest).await;
        service.settle(&mut phone).await;
        let installs = async || {
            let all = service.commands(id).await;
            all.iter().filter(|command| command.word == "install-settings").count()
        };
        let before = installs().await;
        let old = service.app.policy();
        let mut own = policy::Overrides::new();
        own.insert("lock-timeout-minutes".into(), toml::Value::Integer(3));
        assert!(
            compliance_app::policy_change::change_policy(
                &service.app,
                permit(&service.desk).unwrap(),
                shipped_policy(&own)
            )
            .await
            .unwrap()
        );
        let new = service.app.policy();
        let changed = new
            .profiles(Platform::Ios)
            .iter()
            .filter(|ready| old.profiles(Platform::Ios).iter().all(|was| was.profile != ready.profile))
            .count();
        assert!((1..before).contains(&changed), "{changed} of {before}");
        service.settle(&mut phone).await;
        assert_eq!(installs().await, before + changed);
        assert_eq!(service.outcome(id, "MDU-6.5").await, "met ");
        let again =
            compliance_app::policy_change::bring_into_force(&service.app, permit(&service.desk).unwrap());
        assert_eq!(again.await.unwrap(), Brought::Unchanged, "again: nothing");
        service.settle(&mut phone).await;
        assert_eq!(installs().await, before + changed);
    });
}

#[test]
fn a_profile_that_somebody_took_off_is_brought_back() {
    Service::run(async |service| {
        let (id, mut phone) = service.enrolled(Model::Iphone, "TAKEOFF1", Temper::Honest).await;
        service.settle(&mut phone).await;
        let before = phone.profiles().count();
        let mut lax = with_temper(&phone, Temper::NonCompliant);
        devices_app::commands::order(
            &service.app,
            permit(&service.desk).unwrap(),
            id,
            devices_app::commands::Order::Refresh,
            "test",
        )
        .await
        .unwrap();
        lax.session(&service.link).await.unwrap();
        assert_eq!(lax.profiles().count(), before - 1);
        let mut better = with_temper(&lax, Temper::Honest);
        service.settle(&mut better).await;
        assert_eq!(better.profiles().count(), before);
    });
}
