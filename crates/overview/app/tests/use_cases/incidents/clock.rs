//! The clock: warnings to those who can do something, a decision with a reason, and deciding again.

use domain::{IncidentId, PersonId, Span};
use incidents_app::{ClockState, Decided, Decision};
use kernel::access::{Actor, Role, permit};
use kernel::testing::{Bench, on_bench, on_both};
use kernel::{App, AppError};
use store::{notices, people};

use super::{incident_of, lost, open_steps, read, send, whole};
use crate::losses::force::{actor, actor_of, entries, phone, settle, with_role};

fn hours(count: i64) -> Span {
    Span::from_secs(count * 3600)
}

fn decided(decision: Decision, reason: &str, reference: &str) -> Decided {
    Decided { decision, reason: reason.into(), reference: reference.into() }
}

async fn decide(app: &App, by: &Actor, id: IncidentId, what: Decided) -> Result<ClockState, AppError> {
    incidents_app::decide(app, permit(by)?, id, what).await
}

/// The subjects of what a person was told about clocks.
async fn told(app: &App, person: PersonId) -> usize {
    let all = app.store().read(move |tx| notices::of_person(tx, person, false, 100)).await.unwrap();
    all.iter().filter(|notice| notice.key.starts_with("breach-clock:")).count()
}

async fn alarms(app: &App) -> usize {
    entries(app, "alarm.raised").await
}

#[test]
fn the_clock_warns_who_decides_and_goes_on_after_its_end_until_somebody_does() {
    on_both(|Bench { app, world, person }| async move {
        let device = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let officer = with_role(&app, "9006", Role::DataProtectionOfficer, true).await;
        let security = with_role(&app, "9005", Role::InformationSecurity, true).await;
        let before = alarms(&app).await;
        let row = lost(&app, person, device).await;
        assert_eq!(row.ends_at, Some(world.now().plus(hours(72))), "from the report on");
        settle(&app, None).await;
        world.clock.advance(hours(47));
        settle(&app, None).await;
        assert_eq!((told(&app, officer).await, told(&app, security).await), (0, 0));
        world.clock.advance(hours(2));
        settle(&app, None).await;
        assert_eq!((told(&app, officer).await, told(&app, security).await), (1, 1), "24 hours before");
        assert_eq!(alarms(&app).await, before, "there is a day left");
        world.clock.advance(hours(20));
        settle(&app, None).await;
        assert_eq!((told(&app, officer).await, alarms(&app).await), (2, before + 1), "4 hours before");
        world.clock.advance(hours(4));
        settle(&app, None).await;
        assert_eq!((told(&app, officer).await, entries(&app, "incident.clock-ended").await), (3, 1));
        let by = actor(&app, security, Role::InformationSecurity);
        let clocks = incidents_app::read::clocks(&app, permit(&by).unwrap()).await.unwrap();
        assert_eq!((clocks.counts.over, clocks.counts.running), (1, 0));
        assert!(clocks.of_cases.contains_key(&row.case), "the queue shows it");

        // Nothing ends it but a decision: it says so each day, and the loop looks after it where a job was given up.
        world.clock.advance(Span::from_secs(24 * 3600 + 600));
        let ran = incidents_app::follow_overdue_incidents(&app, 10).await.unwrap();
        assert_eq!(ran, 1);
        assert_eq!(incidents_app::follow_overdue_incidents(&app, 10).await.unwrap(), 0);
        settle(&app, None).await;
        assert_eq!(told(&app, officer).await, 4);
        assert!(incident_of(&app, row.case).await.next_at.is_some_and(|at| at > world.now()));
        is_decided(&app, (officer, security), row.id).await;
        world.clock.advance(hours(200));
        settle(&app, None).await;
        assert_eq!(told(&app, officer).await, 4, "nobody is warned once it is decided");
    });
}

/// Only the data protection officer decides: confirms, tells the regulator, and opens it again.
async fn is_decided(app: &App, (officer, security): (PersonId, PersonId), id: IncidentId) {
    let security = actor(app, security, Role::InformationSecurity);
    let refused = decide(app, &security, id, decided(Decision::NotNotifiable, "no", "")).await;
    assert!(matches!(refused, Err(AppError::Denied(_))), "information security does not decide");
    let away = actor_of(app, officer, Role::DataProtectionOfficer, domain::samples::SUFFOLK);
    let refused = decide(app, &away, id, decided(Decision::Confirm, "yes", "")).await;
    assert!(matches!(refused, Err(AppError::Denied(_))), "nor does another force's officer");
    let officer = actor(app, officer, Role::DataProtectionOfficer);
    let bare = decide(app, &officer, id, decided(Decision::Confirm, " \r\n ", "")).await;
    assert!(matches!(bare, Err(AppError::Invalid { field: "reason", .. })));
    let confirm = || decided(Decision::Confirm, "names of victims", "");
    assert_eq!(decide(app, &officer, id, confirm()).await.unwrap(), ClockState::Confirmed);
    assert_eq!(decide(app, &officer, id, confirm()).await.unwrap(), ClockState::Confirmed, "twice is once");
    let bare = decide(app, &officer, id, decided(Decision::Notified, "told by telephone", " ")).await;
    assert!(matches!(bare, Err(AppError::Invalid { field: "reference", .. })));
    let told = decided(Decision::Notified, "told by telephone", "IC-1234");
    assert_eq!(decide(app, &officer, id, told).await.unwrap(), ClockState::Notified);
    let read = read(app, &security, id).await.unwrap();
    assert!(
        read.entries.iter().any(|entry| entry.reference == "IC-1234" && entry.text == "told by telephone")
    );
    assert_eq!(entries(app, "incident.breach-confirmed").await, 1);
    let case = read.row.case;
    assert!(!open_steps(app, case).await.contains(&"decide".to_owned()));
    let late = decide(app, &officer, id, decided(Decision::NotNotifiable, "after all", "")).await;
    assert!(late.unwrap_err().to_string().contains("open the decision again first"));
}

#[test]
fn a_decision_is_opened_again_with_a_reason_and_so_is_its_case() {
    on_bench(|Bench { app, person, .. }| async move {
        let device = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let officer = with_role(&app, "9006", Role::DataProtectionOfficer, true).await;
        let officer = actor(&app, officer, Role::DataProtectionOfficer);
        let row = lost(&app, person, device).await;
        let no = decided(Decision::NotNotifiable, "encrypted and locked", "");
        assert_eq!(decide(&app, &officer, row.id, no).await.unwrap(), ClockState::NotNotifiable);
        assert_eq!(
            incident_of(&app, row.case).await.next_at,
            Some(row.due_at.plus(Span::from_millis(1))),
            "only its form is waited for"
        );
        let (case, now) = (row.case, app.world().now());
        app.store().write(move |tx| store::cases::close(tx, case, now, "done", "by-hand")).await.unwrap();
        let again = decided(Decision::Reopen, "the passcode was written down", "");
        assert_eq!(decide(&app, &officer, row.id, again).await.unwrap(), ClockState::Possible);
        let open = app.store().read(move |tx| store::cases::by_id(tx, case)).await.unwrap().unwrap();
        assert!(open.closed.is_none(), "its case is open again");
        assert!(open_steps(&app, case).await.contains(&"decide".to_owned()));
        let now = incident_of(&app, case).await;
        assert_eq!((now.ends_at, now.clock.as_str()), (row.ends_at, "possible"), "the end does not move");
        assert_eq!(entries(&app, "incident.decision-reopened").await, 1);
    });
}

#[test]
fn nobody_decides_on_their_own_report_and_where_nobody_can_decide_an_alarm_says_so() {
    on_bench(|Bench { app, world, person }| async move {
        let device = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let row = lost(&app, person, device).await;
        let me = actor(&app, person, Role::Holder);
        send(&app, &me, row.id, whole()).await.unwrap();
        for role in [Role::DataProtectionOfficer, Role::InformationSecurity] {
            let own = actor(&app, person, role);
            let refused = match role {
                Role::DataProtectionOfficer => {
                    decide(&app, &own, row.id, decided(Decision::NotNotifiable, "mine", "")).await.map(drop)
                }
                _ => {
                    let filled = incidents_app::Filled::default();
                    incidents_app::assess(&app, permit(&own).unwrap(), row.id, filled).await.map(drop)
                }
            };
            assert!(matches!(refused, Err(AppError::Denied(_))), "{role:?}");
        }
        // Nobody of the force is its data protection officer: the first warning is an alarm already.
        let before = alarms(&app).await;
        world.clock.advance(hours(49));
        settle(&app, None).await;
        assert_eq!(alarms(&app).await, before + 1);
        let own = app.store().read(move |tx| people::by_id(tx, person)).await.unwrap();
        assert!(own.is_some());
    });
}

#[test]
fn a_confirmed_clock_asks_for_the_regulator_to_be_told() {
    on_bench(|Bench { app, world, person }| async move {
        let device = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let officer = with_role(&app, "9006", Role::DataProtectionOfficer, true).await;
        let row = lost(&app, person, device).await;
        let by = actor(&app, officer, Role::DataProtectionOfficer);
        decide(&app, &by, row.id, decided(Decision::Confirm, "names of victims", "")).await.unwrap();
        world.clock.advance(hours(73));
        settle(&app, None).await;
        let all = app.store().read(move |tx| notices::of_person(tx, officer, false, 100)).await.unwrap();
        let warned: Vec<_> = all.iter().filter(|notice| notice.key.starts_with("breach-clock:")).collect();
        assert!(!warned.is_empty());
        for notice in warned {
            assert!(notice.subject.ends_with(": tell the regulator"), "{}", notice.subject);
            assert!(!notice.body.contains("decide"), "{}", notice.body);
        }
        let read = read(&app, &by, row.id).await.unwrap();
        assert!(read.entries.iter().any(|entry| entry.what.ends_with("the regulator was not told")));
    });
}
