//! Cases, hand-overs, permissions, incidents, alarms, findings.

use domain::{
    Condition, DeviceKind, HandoverKind, HandoverState, Outcome, Party, PermissionState, PlaceKind, Side,
    Subject,
};
use store::{
    alarms, assets, case_steps, cases, findings, handovers, incidents, people_directory, permissions,
};

use super::{at, case, case_row, device, force, id, over_one_of_each, person};

#[test]
fn cases_and_their_steps() {
    over_one_of_each(|tx| {
        assert_eq!(cases::by_id(tx, case())?, Some(case_row()));
        assert!(cases::take(tx, case(), "person:1")?);
        assert!(cases::close(tx, case(), at(20), "over", "steps")?);
        let closed = cases::Case {
            closed: Some((at(20), "over".into())),
            owner: Some("person:1".into()),
            closed_how: Some("steps".into()),
            ..case_row()
        };
        assert_eq!(cases::by_id(tx, case())?, Some(closed));
        let step = case_steps::Step {
            id: id(10),
            case: case(),
            place: 1,
            name: "return".into(),
            item: "device:2".into(),
            title: "Hand it in".into(),
            who: "desk".into(),
            person: Some(person()),
            clause: None,
            proof_kind: "hand-over".into(),
            due_at: Some(at(30)),
            done: None,
        };
        case_steps::add(tx, &step)?;
        assert_eq!(case_steps::by_id(tx, step.id)?, Some(step.clone()));
        let done = case_steps::Done {
            at: at(31),
            by: "person:1".into(),
            outcome: "done".into(),
            proof: "a note".into(),
        };
        assert!(case_steps::finish(tx, step.id, &done)?);
        assert_eq!(case_steps::of_case(tx, case())?, [case_steps::Step { done: Some(done), ..step }]);
        Ok(())
    });
}

#[test]
fn hand_overs_with_a_person_and_a_place() {
    over_one_of_each(|tx| {
        let place = assets::Place {
            id: id(11),
            force: force(),
            kind: PlaceKind::Store,
            name: "Store".into(),
            created_at: at(1),
            closed_at: None,
        };
        assert!(assets::add_place(tx, &place)?);
        let item = handovers::Item {
            device: device(),
            condition: Condition::Good,
            with_it: Some("a charger".into()),
            missing: None,
            note: None,
        };
        let new = handovers::Handover {
            id: id(12),
            number: 1001,
            kind: HandoverKind::Issue,
            force: force(),
            to_force: None,
            giver: Party::Place(place.id),
            receiver: Party::Person(person()),
            state: HandoverState::Draft,
            version: 1,
            due_back_at: Some(at(50)),
            disposal: None,
            certificate: None,
            note: Some("new".into()),
            drafted_by: "person:1".into(),
            drafted_at: at(40),
            expires_at: at(60),
            ended: None,
        };
        handovers::add(tx, &new, std::slice::from_ref(&item))?;
        assert_eq!(handovers::by_id(tx, new.id)?.as_ref(), Some(&new));
        assert_eq!(handovers::items(tx, new.id)?, [item]);
        assert!(handovers::end(tx, new.id, HandoverState::Refused, at(45), "not mine")?);
        let ended = Some((at(45), "not mine".into()));
        let ended = handovers::Handover { state: HandoverState::Refused, ended, ..new };
        assert_eq!(handovers::of_device(tx, device())?.first(), Some(&ended));
        let signature = handovers::Signature {
            id: id(13),
            version: 1,
            side: Side::Receiver,
            person: Some(person()),
            name: "A. Officer".into(),
            signed_by: "person:1".into(),
            how: "own-sign-in".into(),
            statement: "I have it.".into(),
            digest: "aa".into(),
            signed_at: at(44),
        };
        assert!(handovers::sign(tx, ended.id, &signature)?);
        assert_eq!(handovers::signatures(tx, ended.id)?, [signature]);
        Ok(())
    });
}

#[test]
fn permissions_before_and_after_two_people_agreed() {
    over_one_of_each(|tx| {
        let named = |by: &str| permissions::Named { by: by.into(), name: by.to_uppercase() };
        let mut row = permissions::Permission {
            id: id(14),
            number: 101,
            once: "form".into(),
            register: "wifi".into(),
            force: force(),
            state: PermissionState::Asked,
            version: 1,
            person: Some(person()),
            device: Some(device()),
            clause: None,
            fields: [("network".to_owned(), "home".to_owned())].into(),
            because: "at home".into(),
            asked: named("asker"),
            asked_person: Some(person()),
            asked_at: at(1),
            wanted_until: at(90),
            due_at: Some(at(9)),
            agreed: None,
            decided: None,
            decided_at: None,
            decision: None,
            conditions: None,
            starts_at: None,
            ends_at: None,
            reviewed_at: None,
            warned_at: None,
            ended: None,
        };
        assert!(permissions::add(tx, &row)?);
        let entered = permissions::by_id(tx, row.id)?.unwrap();
        row.version = entered.version;
        assert_eq!(entered, row);
        row.state = PermissionState::Granted;
        row.agreed = Some((named("first"), 2));
        row.decided = Some(named("second"));
        row.decided_at = Some(at(5));
        row.decision = Some("yes".into());
        (row.starts_at, row.ends_at) = (Some(at(5)), Some(at(80)));
        row.ended = Some((at(70), "given up".into()));
        assert!(permissions::put(tx, &row)?);
        row.version += 1;
        assert_eq!(permissions::lists::of_device(tx, device())?, [row]);
        assert_eq!(people_directory::of_force(tx, force(), None, 9)?.len(), 1);
        Ok(())
    });
}

#[test]
fn incidents_with_and_without_a_sender() {
    over_one_of_each(|tx| {
        let mut row = incidents::Incident {
            id: id(15),
            case: case(),
            force: force(),
            form: "sif".into(),
            kind: "loss".into(),
            device: Some(device()),
            person: Some(person()),
            opened_at: at(1),
            aware_at: at(2),
            due_at: at(3),
            version: 1,
            answers: Some(vec![1, 2]),
            sent: None,
            assessment: None,
            assessed: None,
            clock: "possible".into(),
            ends_at: Some(at(72)),
            warned: 0,
            next_at: Some(at(48)),
            once: Some("form".into()),
            erased_at: None,
            referral: None,
        };
        incidents::add(tx, &row)?;
        assert!(incidents::by_id(tx, row.id)?.as_ref() == Some(&row));
        row.version = 2;
        row.sent = Some((at(4), "person:1".into()));
        row.assessed = Some((at(6), "person:2".into()));
        row.referral = Some(case());
        assert!(incidents::set(tx, &row, 1)?);
        assert!(incidents::of_case(tx, case())? == Some(row));
        let clocks = incidents::clocks(tx, None, at(10))?;
        assert_eq!((clocks.over, clocks.running, clocks.next_ends_at), (0, 1, Some(at(72))));
        Ok(())
    });
}

#[test]
fn alarms_of_one_force_and_of_every_force() {
    over_one_of_each(|tx| {
        for (number, of) in [(16, Some(force())), (17, None)] {
            let row = alarms::Alarm {
                id: id(number),
                force: of,
                kind: "caps".into(),
                caused_by: "person:1".into(),
                subject: "Many orders".into(),
                body: "Look.".into(),
                link: "/orders".into(),
                raised_at: at(1),
                times: 1,
                told: 0,
                acknowledged: None,
            };
            alarms::add(tx, &row)?;
            assert_eq!(alarms::by_id(tx, row.id)?.as_ref(), Some(&row));
            assert!(alarms::acknowledge(tx, row.id, at(2), "person:2")?);
            let acknowledged = Some((at(2), "person:2".into()));
            assert_eq!(alarms::by_id(tx, row.id)?, Some(alarms::Alarm { acknowledged, ..row }));
        }
        Ok(())
    });
}

#[test]
fn findings_and_what_they_rest_on() {
    over_one_of_each(|tx| {
        let outcome = Outcome::NotMet { because: "too old".into() };
        for (number, subject) in [
            (18, Subject::Device(device())),
            (19, Subject::Person(person())),
            (20, Subject::Document("mdu".into())),
        ] {
            let evidence = findings::Evidence {
                id: id(number),
                subject: subject.clone(),
                clause: "MDU-6.2a".parse().unwrap(),
                outcome: outcome.clone(),
                detail: serde_json::to_string(&outcome).unwrap(),
                judged_at: at(1),
                confirmed_at: at(1),
                policy_digest: "p".into(),
                clause_digest: "c".into(),
                basis: "{}".into(),
                salt: Some("salt".into()),
            };
            findings::add_evidence(tx, &evidence)?;
            let finding = findings::StoredFinding {
                subject: subject.clone(),
                clause: evidence.clause.clone(),
                outcome: outcome.clone(),
                since: at(1),
                judged_at: at(2),
                evidence: evidence.id,
            };
            findings::put(tx, &finding)?;
            assert_eq!(findings::evidence_by_id(tx, evidence.id)?.as_ref(), Some(&evidence));
            assert_eq!(findings::evidence_of(tx, &subject, None)?, [evidence]);
            assert_eq!(findings::one(tx, &subject, &finding.clause)?.as_ref(), Some(&finding));
            assert_eq!(findings::with_basis(tx, &subject)?, [(finding, Some("{}".into()))]);
        }
        let about: Vec<_> = findings::tally_of(tx, Some(force()))?.iter().map(|line| line.about).collect();
        for wanted in [
            findings::TallyAbout::Devices(DeviceKind::Iphone),
            findings::TallyAbout::People,
            findings::TallyAbout::Documents,
        ] {
            assert!(about.contains(&wanted), "{about:?}");
        }
        let named = findings::named_of_clause(tx, None, &"MDU-6.2a".parse().unwrap(), "not-met", 9)?;
        let names: Vec<_> = named.iter().map(|(_, name)| name.as_deref()).collect();
        assert_eq!(names, [Some("SN1"), None, Some("A. Officer (1)")]);
        assert_eq!(findings::subjects_after(tx, Some(&Subject::Device(device())), 9)?.len(), 2);
        Ok(())
    });
}
