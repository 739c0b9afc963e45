//! The queue of the desk and the hand-over at the end of a shift; procedures judged from what was done.

use std::collections::BTreeMap;

use cases_app::hand_over::{HandOver, hand_over_cases, own_cases};
use cases_app::read::CaseFilter;
use domain::{FaultKind, Subject};
use help_app::faults::{NewFault, report_fault};
use store::{cases, findings, notices};

use super::{by_day, desk, hours};
use crate::losses::force::{actor, actor_of, entries, phone, settle, with_role};
use kernel::access::{Role, permit};
use kernel::testing::{Bench, on_bench, on_both};
use kernel::{App, AppError};

fn new(device: domain::DeviceId, kind: FaultKind, form: &str) -> NewFault {
    NewFault { device, kind, says: "cracked".into(), form: format!("{form}-0123456789abcdef") }
}

#[test]
fn the_queue_shows_what_is_due_next_and_whose_it_is() {
    on_both(|Bench { app, world, person }| async move {
        by_day(&world);
        let desk = desk(&app, &world).await;
        let (one, two) = (phone(&app, "AAAA1", Some(person)).await, phone(&app, "AAAA2", Some(person)).await);
        let first = report_fault(&app, permit(&desk.analyst).unwrap(), new(one, FaultKind::Fault, "one"))
            .await
            .unwrap();
        world.clock.advance(hours(1));
        let second = report_fault(&app, permit(&desk.analyst).unwrap(), new(two, FaultKind::Damage, "two"))
            .await
            .unwrap();
        cases_app::take_case(&app, permit(&desk.analyst).unwrap(), second.case).await.unwrap();
        let list = |filter: CaseFilter| {
            let (app, actor) = (app.clone(), desk.analyst.clone());
            async move {
                let (rows, _) = cases_app::read::cases(&app, permit(&actor).unwrap(), filter, 50).await?;
                Ok::<_, AppError>(rows)
            }
        };
        let all = list(CaseFilter::default()).await.unwrap();
        let ids: Vec<_> = all.iter().map(|row| row.case.id).collect();
        assert_eq!(ids, [first.case, second.case], "what is due first stands first");
        assert!(all[0].next.as_deref().is_some_and(|next| next.contains("never by an outside repairer")));
        assert_eq!((all[0].owner.as_deref(), all[1].owner.is_some()), (None, true));
        let mine = list(CaseFilter { owner: "mine".into(), ..CaseFilter::default() }).await.unwrap();
        assert_eq!(mine.iter().map(|row| row.case.id).collect::<Vec<_>>(), [second.case]);
        let free = list(CaseFilter { owner: "nobody".into(), ..CaseFilter::default() }).await.unwrap();
        assert_eq!(free.iter().map(|row| row.case.id).collect::<Vec<_>>(), [first.case]);
        let after = CaseFilter { after: Some((all[0].key, first.case)), ..CaseFilter::default() };
        assert_eq!(list(after).await.unwrap().len(), 1, "the next page goes on");
        let unknown = list(CaseFilter { kind: "no-such-type".into(), ..CaseFilter::default() }).await;
        assert!(matches!(unknown, Err(AppError::NotFound { .. })), "an unknown type is refused");
    });
}

async fn owner(app: &App, case: domain::CaseId) -> Option<String> {
    app.store().read(move |tx| cases::by_id(tx, case)).await.unwrap().unwrap().owner
}

#[test]
#[expect(clippy::too_many_lines, reason = "one shift from its beginning to its end")]
fn a_shift_hands_over_all_or_nothing_and_both_are_told() {
    on_both(|Bench { app, world, person }| async move {
        by_day(&world);
        let desk = desk(&app, &world).await;
        let mut ids = Vec::new();
        for (serial, form) in [("AAAA1", "one"), ("AAAA2", "two")] {
            let device = phone(&app, serial, Some(person)).await;
            let found =
                report_fault(&app, permit(&desk.analyst).unwrap(), new(device, FaultKind::Fault, form))
                    .await
                    .unwrap();
            cases_app::take_case(&app, permit(&desk.analyst).unwrap(), found.case).await.unwrap();
            ids.push(found.case);
        }
        let colleague = with_role(&app, "S5", Role::ServiceDeskAnalyst, false).await;
        let notes: BTreeMap<_, _> = ids.iter().map(|id| (*id, "waits for the part".to_owned())).collect();
        let to = |number: &str, notes: &BTreeMap<domain::CaseId, String>| HandOver {
            to: number.into(),
            notes: notes.clone(),
        };
        let hand = |handed: HandOver| {
            let (app, actor) = (app.clone(), desk.analyst.clone());
            async move { hand_over_cases(&app, permit(&actor).unwrap(), handed).await }
        };
        for (number, field) in [("0000", "to"), ("S1", "to"), ("1234", "to")] {
            let refused = hand(to(number, &notes)).await;
            assert!(
                matches!(&refused, Err(AppError::Invalid { field: f, .. }) if *f == field),
                "{number}: {refused:?}"
            );
        }
        assert!(matches!(hand(HandOver::default()).await, Err(AppError::Invalid { field: "cases", .. })));
        let blank: BTreeMap<_, _> = ids.iter().map(|id| (*id, " ".to_owned())).collect();
        let without = hand(to("S5", &blank)).await;
        let second = ids[1];
        let found = app.store().read(move |tx| cases::by_id(tx, second)).await.unwrap().unwrap();
        let named = format!("C-{}", found.number);
        assert!(
            matches!(&without, Err(AppError::Invalid { field: "note", message }) if message.contains(&named)),
            "each case without a note is named: {without:?}"
        );

        assert_eq!(hand(to("S5", &notes)).await.unwrap(), 2);
        for id in &ids {
            assert_eq!(owner(&app, *id).await, Some(format!("person:{colleague}")));
        }
        let me = desk.analyst.person.unwrap();
        for who in [me, colleague] {
            let told = app.store().read(move |tx| notices::of_person(tx, who, false, 10)).await.unwrap();
            assert!(told.iter().any(|one| one.body.contains("waits for the part")), "both are told");
        }
        assert_eq!(entries(&app, "cases.handed-over").await, 1, "one entry");
        assert!(
            matches!(hand(to("", &notes)).await, Err(AppError::Conflict(_))),
            "they are not theirs any more"
        );

        let other = actor(&app, colleague, Role::ServiceDeskAnalyst);
        assert_eq!(own_cases(&app, permit(&other).unwrap()).await.unwrap().len(), 2);
        let suffolk = actor_of(&app, colleague, Role::ServiceDeskAnalyst, domain::samples::SUFFOLK);
        let walled = hand_over_cases(&app, permit(&suffolk).unwrap(), to("", &notes)).await;
        assert!(matches!(walled, Err(AppError::Denied(_))), "{walled:?}");
        hand_over_cases(&app, permit(&other).unwrap(), to("", &notes)).await.unwrap();
        assert_eq!(owner(&app, ids[0]).await, None, "back in the queue");
    });
}

async fn outcome(app: &App, clause: &'static str) -> &'static str {
    compliance_app::judge_document(app, "mobile-device-use").await.unwrap();
    let subject = Subject::Document("mobile-device-use".into());
    let found =
        app.store().read(move |tx| findings::one(tx, &subject, &clause.parse().unwrap())).await.unwrap();
    found.unwrap().outcome.word()
}

#[test]
fn the_procedures_of_help_are_judged_from_what_was_done() {
    on_bench(|Bench { app, world, person }| async move {
        by_day(&world);
        let desk = desk(&app, &world).await;
        let done_in_time = [(FaultKind::Fault, "MDU-4.6"), (FaultKind::Damage, "MDU-4.8")];
        for (place, (kind, clause)) in done_in_time.into_iter().enumerate() {
            assert_eq!(outcome(&app, clause).await, "not-known", "{clause}: nothing has happened");
            let device = phone(&app, &format!("AAAA{place}"), Some(person)).await;
            let found =
                report_fault(&app, permit(&desk.analyst).unwrap(), new(device, kind, clause)).await.unwrap();
            let case = found.case;
            let steps = app.store().read(move |tx| store::case_steps::of_case(tx, case)).await.unwrap();
            for step in steps {
                cases_app::do_step(&app, permit(&desk.analyst).unwrap(), case, step.id, "mended")
                    .await
                    .unwrap();
            }
            assert_eq!(outcome(&app, clause).await, "met", "{clause}");
        }
        let late = phone(&app, "AAAA9", Some(person)).await;
        report_fault(&app, permit(&desk.analyst).unwrap(), new(late, FaultKind::Tampering, "late"))
            .await
            .unwrap();
        assert_eq!(outcome(&app, "MDU-4.7").await, "not-known", "not due yet");
        world.clock.advance(hours(30));
        settle(&app, None).await;
        assert_eq!(outcome(&app, "MDU-4.7").await, "not-met");
    });
}
