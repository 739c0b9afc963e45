//! Events and the cases that follow from them, from the first day to the receipt.

use domain::{CaseId, DeviceId, DeviceKind, EventId, Outcome, PersonId, Span, Subject};
use store::case_steps::Step;
use store::cases::Case;
use store::{case_steps, cases, events, findings, holds};

use cases_app::Moved;
use cases_app::unused::Needed;
use custody_app::register::NewDevice;
use devices_app::holds::{HoldDecision, NewHold};
use devices_app::withdrawals::Withdrawn;
use kernel::access::{Action, Actor, Permit, Voice, permit};
use kernel::testing::{Bench, on_bench};
use kernel::{App, AppError, Work};
use people_app::movers::NewEvent;

fn may<A: Action>() -> Permit<A> {
    permit(&Actor::system()).unwrap()
}

fn event(kind: &str, on: &str) -> NewEvent {
    NewEvent { kind: kind.into(), on: on.into(), source: "page", ..NewEvent::default() }
}

async fn phone(app: &App, serial: &str, holder: PersonId) -> DeviceId {
    let (serial, kind, force) = (serial.to_owned(), DeviceKind::Iphone, domain::samples::NORFOLK);
    let new = NewDevice { serial, kind, force, holder: Some(holder), asset_tag: None };
    custody_app::register::add_device(app, may(), new).await.unwrap()
}

async fn case_of(app: &App, event: EventId) -> (Case, Vec<Step>) {
    app.store()
        .read(move |tx| {
            let id = events::by_id(tx, event)?.unwrap().case.expect("the event has a case");
            Ok::<_, AppError>((cases::by_id(tx, id)?.unwrap(), case_steps::of_case(tx, id)?))
        })
        .await
        .unwrap()
}

/// Both sides sign that a device goes back.
async fn handed_in(app: &App, device: DeviceId, from: PersonId) -> usize {
    let (with, now) = (app.clone(), app.world().now());
    app.store()
        .write(move |tx| {
            let moved = Moved {
                item: &format!("device:{device}"),
                from: Some(from),
                to: None,
                proof: "hand-over:H-1",
                by: Voice { name: "person:desk", shown: "Desk" },
            };
            cases_app::custody_moved(Work { app: &with, tx, now }, &moved)
        })
        .await
        .unwrap()
}

async fn pass(bench: &Bench, days: i64) {
    bench.world.clock.advance(Span::from_secs(days * 24 * 3600));
    while overview_app::work::run_jobs(&bench.app, 50).await.unwrap() > 0 {}
}

async fn found(app: &App, person: PersonId, clause: &str) -> Option<Outcome> {
    let clause = clause.parse().unwrap();
    let found =
        app.store().read(move |tx| findings::one(tx, &Subject::Person(person), &clause)).await.unwrap();
    found.map(|found| found.outcome)
}

fn says(result: Result<impl std::fmt::Debug, AppError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn a_leaver_hands_in_exactly_what_is_held_and_only_receipts_close_it() {
    on_bench(|bench| async move {
        let (app, person) = (&bench.app, bench.person);
        let (one, two) = (phone(app, "F4GXQ2AAAA", person).await, phone(app, "F4GXQ2BBBB", person).await);
        // The last working day is a Monday, so everything is due on the Friday before.
        let leaver = people_app::movers::record_event(app, may(), person, event("leaver", "2026-12-07"))
            .await
            .unwrap();
        let (case, steps) = case_of(app, leaver).await;
        let items: Vec<&str> = steps.iter().map(|step| step.item.as_str()).collect();
        assert_eq!(items.len(), 2, "{items:?}");
        assert_eq!(case.due_at.unwrap().to_string(), "2026-12-04T23:59:00.000Z");
        assert_eq!(case.clause.as_ref().unwrap().as_str(), "MDU-16.2");
        // A double click, a replayed message: nothing twice.
        assert_eq!(
            people_app::movers::record_event(app, may(), person, event("leaver", "2026-12-07"))
                .await
                .unwrap(),
            leaver
        );
        assert_eq!(case_of(app, leaver).await.1.len(), 2);
        let refused = says(cases_app::close_case(app, may(), case.id, "gone").await);
        assert!(refused.contains("only receipts"), "{refused}");
        let refused = says(cases_app::do_step(app, may(), case.id, steps[0].id, "had it in my hand").await);
        assert!(refused.contains("a note does not do this step"), "{refused}");
        pass(&bench, 1).await;
        assert_eq!(found(app, person, "MDU-16.2").await.unwrap().word(), "not-known", "nothing was due yet");
        assert_eq!(handed_in(app, one, person).await, 1);
        assert_eq!(handed_in(app, one, person).await, 0, "a receipt counts once");
        assert!(case_of(app, leaver).await.0.closed.is_none());
        assert_eq!(handed_in(app, two, person).await, 1);
        let (case, steps) = case_of(app, leaver).await;
        assert_eq!(case.closed_how.as_deref(), Some("receipt"));
        assert_eq!(steps[0].done.as_ref().unwrap().proof, "hand-over:H-1");
        pass(&bench, 1).await;
        assert_eq!(found(app, person, "MDU-16.2").await, Some(Outcome::Met));
        assert_eq!(found(app, person, "MDU-16.3").await, None, "nobody asks a leaver about long absence");
        let document = Subject::Document("mobile-device-use".into());
        let clause = "MDU-16.2".parse().unwrap();
        let whole = app.store().read(move |tx| findings::one(tx, &document, &clause)).await.unwrap();
        assert_eq!(whole.unwrap().outcome, Outcome::Met);
    });
}

#[test]
fn what_is_late_or_missing_is_not_met_and_a_missing_thing_opens_a_lost_device() {
    on_bench(|bench| async move {
        let (app, person) = (&bench.app, bench.person);
        let device = phone(app, "F4GXQ2AAAA", person).await;
        let leaver = people_app::movers::record_event(app, may(), person, event("leaver", "2026-12-07"))
            .await
            .unwrap();
        pass(&bench, 13).await;
        let outcome = found(app, person, "MDU-16.2").await.unwrap();
        assert!(matches!(&outcome, Outcome::NotMet { because } if because.contains("1 late")), "{outcome:?}");
        let (case, steps) = case_of(app, leaver).await;
        let says_so: Vec<String> = timeline(app, case.id).await;
        assert!(says_so.iter().any(|line| line.contains("due soon")), "chased before: {says_so:?}");
        let lost = cases_app::item_missing(app, may(), case.id, steps[0].id, "left on a train in May")
            .await
            .unwrap();
        let refused = says(cases_app::item_missing(app, may(), case.id, steps[0].id, "again").await);
        assert!(refused.contains("closed already"), "{refused}");
        let opened = app.store().read(move |tx| cases::by_id(tx, lost)).await.unwrap().unwrap();
        assert_eq!((opened.kind.as_str(), opened.device), ("lost-device", Some(device)));
        assert_eq!(case_of(app, leaver).await.0.closed_how.as_deref(), Some("receipt"));
        pass(&bench, 1).await;
        let outcome = found(app, person, "MDU-16.2").await.unwrap();
        assert_eq!(outcome.word(), "not-met", "a missing phone was not handed back");
    });
}

async fn timeline(app: &App, case: CaseId) -> Vec<String> {
    let lines = app.store().read(move |tx| cases::events(tx, case)).await.unwrap();
    lines.into_iter().map(|(_, _, says)| says).collect()
}

#[test]
fn two_events_share_a_case_which_follows_the_earlier_and_ends_with_the_last() {
    on_bench(|bench| async move {
        let (app, person) = (&bench.app, bench.person);
        phone(app, "F4GXQ2AAAA", person).await;
        let away = people_app::movers::record_event(app, may(), person, event("secondment", "2027-01-15"))
            .await
            .unwrap();
        let leaver = people_app::movers::record_event(app, may(), person, event("leaver", "2026-12-10"))
            .await
            .unwrap();
        let (case, steps) = case_of(app, away).await;
        assert_eq!((case.id, steps.len()), (case_of(app, leaver).await.0.id, 1));
        assert_eq!(case.due_at.unwrap().to_string(), "2026-12-09T23:59:00.000Z");
        let another =
            says(people_app::movers::record_event(app, may(), person, event("leaver", "2026-12-20")).await);
        assert!(another.contains("correct that one"), "{another}");
        people_app::movers::change_event(app, may(), leaver, event("", "2026-12-20")).await.unwrap();
        assert_eq!(case_of(app, leaver).await.0.due_at.unwrap().to_string(), "2026-12-17T23:59:00.000Z");
        people_app::movers::cancel_event(app, may(), leaver, "stays after all").await.unwrap();
        let twice = says(people_app::movers::cancel_event(app, may(), leaver, "again").await);
        assert!(twice.contains("called off already"), "{twice}");
        assert_eq!(case_of(app, away).await.0.due_at.unwrap().to_string(), "2027-01-15T23:59:00.000Z");
        people_app::movers::cancel_event(app, may(), away, "not going").await.unwrap();
        assert_eq!(case_of(app, away).await.0.closed_how.as_deref(), Some("called-off"));
        pass(&bench, 1).await;
        assert_eq!(
            found(app, person, "MDU-16.2").await,
            None,
            "what was called off in time counts for nothing"
        );
    });
}

#[test]
fn a_change_of_role_asks_only_for_good_or_for_over_twelve_months() {
    on_bench(|bench| async move {
        let (app, person) = (&bench.app, bench.person);
        phone(app, "F4GXQ2AAAA", person).await;
        let short = NewEvent { until: Some("2027-12-01".into()), ..event("role-change", "2026-12-01") };
        let id = people_app::movers::record_event(app, may(), person, short).await.unwrap();
        let read =
            |id| async move { app.store().read(move |tx| events::by_id(tx, id)).await.unwrap().unwrap() };
        let found = read(id).await;
        assert!(!found.asks && found.because.contains("12 months"), "{found:?}");
        let longer = NewEvent { until: Some("2027-12-02".into()), ..event("", "2026-12-01") };
        people_app::movers::change_event(app, may(), id, longer).await.unwrap();
        assert!(read(id).await.asks && read(id).await.case.is_some());
        let carries = NewEvent { carries_device: true, ..event("", "2026-12-01") };
        people_app::movers::change_event(app, may(), id, carries).await.unwrap();
        assert_eq!(case_of(app, id).await.0.closed_how.as_deref(), Some("called-off"));
        // Corrected back: the same case is open again, and nothing is there twice.
        let case = case_of(app, id).await.0.id;
        people_app::movers::change_event(app, may(), id, event("", "2026-12-01")).await.unwrap();
        let (again, steps) = case_of(app, id).await;
        assert_eq!((again.id, again.closed.is_none(), steps.len()), (case, true, 1));
    });
}

#[test]
fn a_directory_that_says_a_day_anew_corrects_its_event() {
    on_bench(|bench| async move {
        let (app, person) = (&bench.app, bench.person);
        phone(app, "F4GXQ2AAAA", person).await;
        let said = |on: &str| NewEvent {
            source: "directory",
            source_ref: Some("last-day".into()),
            ..event("leaver", on)
        };
        let first = people_app::movers::record_event(app, may(), person, said("2026-12-07")).await.unwrap();
        assert_eq!(
            people_app::movers::record_event(app, may(), person, said("2026-12-21")).await.unwrap(),
            first
        );
        assert_eq!(
            people_app::movers::record_event(app, may(), person, said("2026-12-21")).await.unwrap(),
            first,
            "a replay"
        );
        let (case, _) = case_of(app, first).await;
        assert_eq!(case.due_at.unwrap().to_string(), "2026-12-18T23:59:00.000Z");
        for (kind, on) in [("leaver", "soon"), ("wedding", "2026-12-01"), ("leaver", "1926-12-01")] {
            let refused = people_app::movers::record_event(app, may(), person, event(kind, on)).await;
            assert!(matches!(refused, Err(AppError::Invalid { .. })), "{kind} {on}: {refused:?}");
        }
    });
}

#[test]
fn a_suspension_asks_for_a_decision_on_a_hold_and_a_hold_stops_what_destroys_or_moves() {
    on_bench(|bench| async move {
        let (app, person) = (&bench.app, bench.person);
        let device = phone(app, "F4GXQ2AAAA", person).await;
        let id = people_app::movers::record_event(app, may(), person, event("suspension", "2026-11-23"))
            .await
            .unwrap();
        let (case, steps) = case_of(app, id).await;
        assert!(!case.title.to_lowercase().contains("suspen"), "{}", case.title);
        let step = steps.iter().find(|step| step.name == "legal-hold").expect("PSD decides").id;
        let hold = NewHold { reference: "PSD/2026/1".into(), why: "messages".into() };
        let yes = |new: &NewHold| HoldDecision { hold: true, new: new.clone() };
        let nothing =
            devices_app::holds::decide_hold(app, may(), case.id, step, yes(&NewHold::default())).await;
        assert!(matches!(nothing, Err(AppError::Invalid { field: "reference", .. })), "{nothing:?}");
        devices_app::holds::decide_hold(app, may(), case.id, step, yes(&hold)).await.unwrap();
        let again = says(devices_app::holds::decide_hold(app, may(), case.id, step, yes(&hold)).await);
        assert!(again.contains("done this step already"), "{again}");
        devices_app::holds::place_hold(app, may(), device, hold).await.unwrap();
        let held = app.store().read(move |tx| holds::of_device(tx, device)).await.unwrap();
        assert_eq!(held.len(), 1, "one hold for one reference");
        let other = people_app::NewPerson {
            force: Some(domain::samples::NORFOLK),
            number: "77".into(),
            name: "PC Fox".into(),
            role: "officer".into(),
            ..people_app::NewPerson::default()
        };
        let other = people_app::add_person(app, may(), other).await.unwrap();
        let refused = says(custody_app::register::set_holder(app, may(), device, Some(other)).await);
        assert!(refused.contains("legal hold"), "{refused}");
        custody_app::register::set_holder(app, may(), device, None).await.unwrap();
        devices_app::holds::end_hold(app, may(), held[0].id, "no further action").await.unwrap();
        let twice = says(devices_app::holds::end_hold(app, may(), held[0].id, "again").await);
        assert!(twice.contains("ended already"), "{twice}");
        custody_app::register::set_holder(app, may(), device, Some(other)).await.unwrap();
    });
}

#[test]
fn a_withdrawal_is_one_order_until_the_device_is_back() {
    on_bench(|bench| async move {
        let (app, person) = (&bench.app, bench.person);
        let device = phone(app, "F4GXQ2AAAA", person).await;
        let first = devices_app::withdrawals::withdraw(app, may(), device, "needed elsewhere", Some(may()))
            .await
            .unwrap();
        let Withdrawn::Ordered { case: first, not_locked } = first else { panic!("{first:?}") };
        assert!(not_locked.unwrap().contains("not under management"));
        let again =
            devices_app::withdrawals::withdraw(app, may(), device, "needed elsewhere", None).await.unwrap();
        assert_eq!(again, Withdrawn::Ordered { case: first, not_locked: None });
        assert!(
            says(devices_app::withdrawals::withdraw(app, may(), device, " ", None).await)
                .contains("enter a reason")
        );
        assert_eq!(handed_in(app, device, person).await, 1);
        let case = app.store().read(move |tx| cases::by_id(tx, first)).await.unwrap().unwrap();
        assert_eq!(case.closed_how.as_deref(), Some("receipt"));
        let clause = "MDU-16.4".parse().unwrap();
        pass(&bench, 1).await;
        let document = Subject::Document("mobile-device-use".into());
        let whole = app.store().read(move |tx| findings::one(tx, &document, &clause)).await.unwrap();
        assert_eq!(whole.unwrap().outcome, Outcome::Met);
        custody_app::register::set_holder(app, may(), device, None).await.unwrap();
        assert!(
            says(devices_app::withdrawals::withdraw(app, may(), device, "again", None).await)
                .contains("nobody has this device")
        );
    });
}

#[test]
fn somebody_back_at_work_hands_nothing_in_and_is_given_a_device() {
    on_bench(|bench| async move {
        let (app, person) = (&bench.app, bench.person);
        phone(app, "F4GXQ2AAAA", person).await;
        let leave = people_app::movers::record_event(app, may(), person, event("family-leave", "2026-12-01"))
            .await
            .unwrap();
        let back =
            people_app::movers::record_event(app, may(), person, event("return-to-work", "2026-11-30"))
                .await
                .unwrap();
        assert_eq!(case_of(app, leave).await.0.closed_how.as_deref(), Some("called-off"));
        let (issue, steps) = case_of(app, back).await;
        assert_eq!(issue.kind, "device-issue");
        for document in app.policy().all_terms().keys() {
            terms_app::accept_terms(app, may(), person, document, "page").await.unwrap();
        }
        pass(&bench, 1).await;
        let (_, after) = case_of(app, back).await;
        let done = |name: &str| after.iter().any(|step| step.name == name && step.done.is_some());
        assert!(done("accept") && !done("issue"), "{steps:?}");
    });
}

#[test]
fn an_answer_on_an_unused_device_needs_a_question() {
    on_bench(|bench| async move {
        let (app, person) = (&bench.app, bench.person);
        phone(app, "F4GXQ2AAAA", person).await;
        let leaver = people_app::movers::record_event(app, may(), person, event("leaver", "2026-12-07"))
            .await
            .unwrap();
        let (case, _) = case_of(app, leaver).await;
        let within = || kernel::access::permit_within(&Actor::system()).unwrap();
        let refused = says(cases_app::unused::answer_unused(app, within(), case.id, Needed::default()).await);
        assert!(refused.contains("answered already"), "{refused}");
    });
}
