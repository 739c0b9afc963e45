//! A policy that weakens the one in force waits for two people, wherever it comes from.

use std::path::Path;
use std::sync::Arc;

use compliance_app::policy_change::{Brought, bring_into_force};
use compliance_app::waiting::{ask_weaker, confirm_weaker, withdraw_weaker};
use domain::samples::{NORFOLK, SUFFOLK};
use domain::{EntryId, Force, GrantId, PersonId, PersonSource, Span};
use policy::{Files, Overrides};
use store::grants::{self, Grant};
use store::people::{self, Called, Person};
use store::{alarms, policy_waiting, sessions};

use crate::losses::force::{actor_of, entries};
use kernel::access::{Actor, Role, permit};
use kernel::testing::{Bench, on_bench, on_both};
use kernel::{App, AppError, PolicyInForce};

const DAY: Span = Span::from_secs(24 * 3600);

/// The shipped policy with so many minutes until a device locks itself, and so many days until one counts as unused.
fn policy_with(minutes: i64, days: &str) -> PolicyInForce {
    let files = Files::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../policy")).unwrap();
    let own = serde_json::json!({ "unused-after": days, "lock-timeout-minutes": minutes });
    let own: Overrides = serde_json::from_value(own).unwrap();
    PolicyInForce::load(files, &own, "Norfolk Constabulary", &kernel::testing::platforms()).unwrap()
}

/// Starts a node with a policy.
async fn start(app: &App, policy: PolicyInForce) -> Brought {
    app.set_policy(Arc::new(policy));
    bring_into_force(app, permit(&Actor::system()).unwrap()).await.unwrap()
}

/// Puts somebody with a role into the register of a force, signed in now.
pub(crate) async fn somebody(app: &App, number: &str, role: Role, force: Force) -> Actor {
    let (id, now) = (PersonId::from_uuid(app.world().uuid()), app.world().now());
    let person = Person {
        source: PersonSource::Hand,
        ..Person::new(id, force, Called { number, name: &format!("Person {number}"), role: "staff" }, now)
    };
    let grant = Grant {
        id: GrantId::from_uuid(app.world().uuid()),
        person: id,
        role: role.as_str().to_owned(),
        everywhere: false,
        from_directory: false,
        said_by: "system".into(),
        reason: "test".into(),
        granted_at: now,
        until: None,
        ended: None,
        waits: false,
        confirmed: None,
        asked_by: None,
    };
    let added = app.store().write(move |tx| {
        people::add(tx, &person)?;
        grants::add(tx, &grant)?;
        Ok::<_, AppError>(())
    });
    added.await.unwrap();
    actor_of(app, id, role, force).proven(now)
}

async fn waiting(app: &App) -> Option<EntryId> {
    let open = app.store().read(policy_waiting::open).await.unwrap();
    open.map(|found| found.id)
}

async fn alarms_of(app: &App, kind: &str) -> usize {
    let open = app.store().read(|tx| alarms::open(tx, None, 100)).await.unwrap();
    open.iter().filter(|alarm| alarm.kind == kind).count()
}

async fn in_force(app: &App) -> String {
    app.store().read(|tx| sessions::meta(tx, "policy")).await.unwrap().unwrap()
}

async fn work(app: &App) {
    for _ in 0..60 {
        if overview_app::work::run_jobs(app, 50).await.unwrap() == 0 {
            return;
        }
    }
    panic!("work does not come to an end");
}

#[test]
fn the_first_policy_and_a_stronger_one_come_into_force_and_a_weaker_one_waits() {
    on_both(|Bench { app, .. }| async move {
        assert_eq!(start(&app, policy_with(5, "20d")).await, Brought::InForce, "an empty database takes any");
        assert_eq!(start(&app, policy_with(5, "20d")).await, Brought::Unchanged);
        assert_eq!(start(&app, policy_with(3, "20d")).await, Brought::InForce);
        let strong = app.policy().digest().to_owned();

        let Brought::Waits(weakens) = start(&app, policy_with(5, "20d")).await else {
            panic!("it is weaker")
        };
        assert!(weakens.iter().any(|one| one.contains("lock.after_minutes: 3 -> 5")), "{weakens:?}");
        assert_eq!((app.policy().digest(), in_force(&app).await), (strong.as_str(), strong.clone()));
        assert!(matches!(start(&app, policy_with(5, "20d")).await, Brought::Waits(_)), "and again");
        assert_eq!(entries(&app, "policy.weaker.found").await, 1, "one start finds it");
        assert_eq!(alarms_of(&app, "policy-weaker").await, 1);

        // Another weaker folder takes its place, and the former folder ends the waiting.
        let first = waiting(&app).await;
        let Brought::Waits(weakens) = start(&app, policy_with(3, "30d")).await else {
            panic!("nobody can tell")
        };
        let parameter = |one: &String| one.contains("unused-after: 20d -> 30d");
        assert!(weakens.iter().any(parameter), "{weakens:?}");
        assert!(waiting(&app).await.is_some() && waiting(&app).await != first);
        assert_eq!(start(&app, policy_with(3, "20d")).await, Brought::Unchanged);
        assert_eq!((waiting(&app).await, entries(&app, "policy.weaker.superseded").await), (None, 2));
    });
}

#[test]
fn one_asks_and_another_of_each_force_confirms() {
    on_both(|Bench { app, world, .. }| async move {
        start(&app, policy_with(3, "20d")).await;
        let old = app.policy().digest().to_owned();
        assert!(matches!(start(&app, policy_with(5, "20d")).await, Brought::Waits(_)));
        let id = waiting(&app).await.unwrap();
        let ada = somebody(&app, "A1", Role::InformationSecurity, NORFOLK).await;
        let bo = somebody(&app, "B1", Role::PolicyOwner, NORFOLK).await;
        let sue = somebody(&app, "S1", Role::Fiso, SUFFOLK).await;
        let ask = |by: &Actor, reason: &'static str| {
            let (app, by) = (app.clone(), by.clone());
            async move { ask_weaker(&app, permit(&by).unwrap(), id, reason).await }
        };
        let confirm = |by: &Actor| {
            let (app, by) = (app.clone(), by.clone());
            async move { confirm_weaker(&app, permit(&by).unwrap(), id).await }
        };
        let early = confirm(&bo).await.unwrap_err().to_string();
        assert!(early.contains("nobody has asked for it"), "{early}");
        assert!(matches!(ask(&ada, " ").await, Err(AppError::Invalid { field: "reason", .. })));
        assert!(matches!(ask(&Actor::command_line("root"), "mine").await, Err(AppError::Conflict(_))));
        ask(&ada, "three minutes are too few on patrol").await.unwrap();
        assert!(matches!(ask(&bo, "me too").await, Err(AppError::Conflict(_))), "once");
        assert!(matches!(confirm(&ada).await, Err(AppError::Denied(_))), "nobody confirms their own");
        let root = confirm(&Actor::command_line("root")).await.unwrap_err().to_string();
        assert!(root.contains("the command line is never a second person"), "{root}");

        assert_eq!(confirm(&bo).await.unwrap(), [SUFFOLK]);
        assert_eq!((app.policy().digest(), in_force(&app).await), (old.as_str(), old.clone()), "not yet");
        let twice = confirm(&bo).await.unwrap_err().to_string();
        assert!(twice.contains("confirmed for your force already"), "{twice}");
        world.clock.advance(kernel::presence::FRESH);
        world.clock.advance(Span::from_secs(1));
        assert!(matches!(confirm(&sue).await, Err(AppError::NotPresent)));
        let sue = sue.proven(world.now());
        assert!(confirm(&sue).await.unwrap().is_empty(), "every force has confirmed it");
        let new = policy_with(5, "20d").digest().to_owned();
        assert_eq!((app.policy().digest(), in_force(&app).await), (new.as_str(), new.clone()));
        assert_eq!(waiting(&app).await, None);
        assert_eq!(start(&app, policy_with(5, "20d")).await, Brought::Unchanged);

        assert_eq!(entries(&app, "policy.weaker.confirmed").await, 2);
        assert_eq!(entries(&app, "policy.brought-into-force").await, 2);
        let filter = store::ledger::LedgerFilter { action: "policy.weaker.".into(), ..Default::default() };
        let said = app.store().read(move |tx| store::ledger::list(tx, &filter, 50)).await.unwrap();
        assert!(said.iter().all(|(entry, _)| entry.reason.as_deref() == Some(&*format!("digest {new}"))));
        let bo = bo.clone().proven(world.now());
        assert!(matches!(confirm(&bo).await, Err(AppError::Conflict(_))), "it does not wait any more");
    });
}

#[test]
fn it_is_withdrawn_or_lapses_and_who_asked_is_told() {
    on_bench(|Bench { app, world, .. }| async move {
        start(&app, policy_with(3, "20d")).await;
        start(&app, policy_with(5, "20d")).await;
        let ada = somebody(&app, "A1", Role::InformationSecurity, NORFOLK).await;
        let bo = somebody(&app, "B1", Role::PolicyOwner, NORFOLK).await;
        let told = async || {
            let person = ada.person.unwrap();
            let all =
                app.store().read(move |tx| store::notices::of_person(tx, person, false, 50)).await.unwrap();
            all.iter().filter(|notice| notice.subject.contains("does not come into force")).count()
        };
        let id = waiting(&app).await.unwrap();
        ask_weaker(&app, permit(&ada).unwrap(), id, "a trial").await.unwrap();
        let blank = withdraw_weaker(&app, permit(&bo).unwrap(), id, "").await;
        assert!(matches!(blank, Err(AppError::Invalid { field: "why", .. })));
        withdraw_weaker(&app, permit(&bo).unwrap(), id, "a mistake").await.unwrap();
        assert_eq!((waiting(&app).await, told().await), (None, 1));
        assert!(matches!(confirm_weaker(&app, permit(&bo).unwrap(), id).await, Err(AppError::Conflict(_))));

        assert!(
            matches!(start(&app, policy_with(5, "20d")).await, Brought::Waits(_)),
            "a start finds it again"
        );
        let id = waiting(&app).await.unwrap();
        ask_weaker(&app, permit(&ada).unwrap(), id, "once more").await.unwrap();
        world.clock.advance(Span::from_secs(6 * 24 * 3600));
        work(&app).await;
        assert_eq!(waiting(&app).await, Some(id), "not yet");
        world.clock.advance(DAY);
        work(&app).await;
        assert_eq!((waiting(&app).await, entries(&app, "policy.weaker.lapsed").await), (None, 1));
        assert_eq!(told().await, 2);
        assert_eq!(in_force(&app).await, policy_with(3, "20d").digest());
    });
}

#[test]
fn a_policy_in_force_that_cannot_be_read_gives_way_with_an_alarm() {
    on_bench(|Bench { app, .. }| async move {
        start(&app, policy_with(3, "20d")).await;
        app.store().write(|tx| sessions::set_meta(tx, "policy", "of a newer program")).await.unwrap();
        let brought = start(&app, policy_with(5, "20d")).await;
        assert!(
            matches!(&brought, Brought::InsteadOfUnread(why) if why.contains("not in the database")),
            "{brought:?}"
        );
        assert_eq!(alarms_of(&app, "policy-weaker").await, 1);
    });
}

#[test]
fn a_policy_in_force_that_can_be_read_and_not_used_lets_nothing_weaker_in() {
    on_bench(|Bench { app, world, .. }| async move {
        start(&app, policy_with(3, "20d")).await;
        let (strong, now) = (policy_with(3, "20d"), world.now());
        let path = "documents/mobile-device-use/document.toml";
        let mut files = strong.files().clone();
        let text =
            files.get(path).unwrap().replace("owner_role = \"policy-owner\"", "owner_role = \"nobody\"");
        files.put(path, &text);
        let files: std::collections::BTreeMap<&str, &str> = files.iter().collect();
        let (files, own) =
            (serde_json::json!(files).to_string(), serde_json::json!(strong.overrides()).to_string());
        let kept = app.store().write(move |tx| {
            sessions::keep_policy(tx, "of-other-roles", &files, &own, now)?;
            sessions::set_meta(tx, "policy", "of-other-roles")
        });
        kept.await.unwrap();
        app.set_policy(Arc::new(policy_with(5, "20d")));
        let refused =
            bring_into_force(&app, permit(&Actor::system()).unwrap()).await.unwrap_err().to_string();
        for words in ["\"nobody\" is no role", "lock.after_minutes: 3 -> 5"] {
            assert!(refused.contains(words), "{words}: {refused}");
        }
        assert_eq!(in_force(&app).await, "of-other-roles");
    });
}

#[test]
fn a_start_with_the_policy_in_force_leaves_a_request_and_another_policy_ends_it() {
    on_bench(|Bench { app, .. }| async move {
        start(&app, policy_with(3, "20d")).await;
        start(&app, policy_with(5, "20d")).await;
        let ada = somebody(&app, "A1", Role::InformationSecurity, NORFOLK).await;
        let told = async || {
            let person = ada.person.unwrap();
            let all =
                app.store().read(move |tx| store::notices::of_person(tx, person, false, 50)).await.unwrap();
            all.iter().filter(|notice| notice.subject.contains("does not come into force")).count()
        };
        let id = waiting(&app).await.unwrap();
        ask_weaker(&app, permit(&ada).unwrap(), id, "a trial").await.unwrap();
        assert_eq!(start(&app, policy_with(3, "20d")).await, Brought::Unchanged, "as another node does");
        assert_eq!((waiting(&app).await, told().await), (Some(id), 0));
        assert_eq!(start(&app, policy_with(2, "20d")).await, Brought::InForce);
        assert_eq!((waiting(&app).await, told().await), (None, 1));
    });
}
