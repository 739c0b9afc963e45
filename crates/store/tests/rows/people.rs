//! Roles, keys, ways of being reached, terms, events, rotas.

use std::collections::BTreeMap;

use domain::{Channel, MissingTerms, Subject};
use store::{
    contacts, duty, events, finding_batches, grants, ledger, passkeys, people, rotas, terms, terms_asked,
};

use super::{at, case, device, force, id, over_one_of_each, person};

#[test]
fn roles_by_hand_and_from_the_directory() {
    over_one_of_each(|tx| {
        for (number, from_directory) in [(50, false), (51, true)] {
            let row = grants::Grant {
                id: id(number),
                person: person(),
                role: "desk".into(),
                everywhere: !from_directory,
                from_directory,
                said_by: "person:1".into(),
                reason: "new".into(),
                granted_at: at(1),
                until: Some(at(90)),
                ended: None,
                waits: true,
                confirmed: None,
                asked_by: Some("token:1".into()),
            };
            grants::add(tx, &row)?;
            assert_eq!(grants::by_id(tx, row.id)?.as_ref(), Some(&row));
            assert!(grants::confirm(tx, row.id, at(2), "person:2")?);
            let confirmed = Some((at(2), "person:2".into()));
            let row = grants::Grant { waits: false, confirmed, ..row };
            let listed = grants::list(
                tx,
                &grants::GrantFilter { force: Some(force()), role: "desk", after: None },
                at(3),
                9,
            )?;
            let wanted = grants::Listed {
                grant: row.clone(),
                name: ("A. Officer".into(), "1".into()),
                force: force(),
            };
            assert_eq!(listed, [wanted]);
            assert_eq!(grants::over(tx, Some(force()), "desk", at(3), 9)?.len(), 1);
            assert!(grants::end(tx, row.id, at(4), "person:3")?);
            let ended = Some((at(4), "person:3".into()));
            assert_eq!(grants::by_id(tx, row.id)?, Some(grants::Grant { ended, ..row }));
        }
        Ok(())
    });
}

#[test]
fn passkeys_with_their_accounts() {
    over_one_of_each(|tx| {
        let account = passkeys::Account {
            owner: "person:1".into(),
            name: "A. Officer".into(),
            person: Some(person()),
            marked_at: at(1),
        };
        passkeys::mark(tx, &account)?;
        let key = passkeys::Passkey {
            account: account.clone(),
            id: "key".into(),
            label: "Key in the safe".into(),
            credential: "{}".into(),
            created_at: at(2),
            used_at: None,
        };
        assert!(passkeys::add(tx, &key)?);
        assert_eq!(passkeys::live(tx)?, [key]);
        assert_eq!(passkeys::accounts(tx)?, [account]);
        Ok(())
    });
}

#[test]
fn ways_of_being_reached_with_a_code() {
    over_one_of_each(|tx| {
        let mut row = contacts::ContactMethod {
            id: id(52),
            person: person(),
            channel: Channel::Text,
            address: Some("+441".into()),
            place: 1,
            wait_minutes: 5,
            added_at: at(1),
            verified_at: None,
            stopped_at: None,
            code: None,
            code_sent_at: None,
        };
        assert!(contacts::add(tx, &row)?);
        assert!(contacts::by_id(tx, row.id)?.as_ref() == Some(&row));
        let code = contacts::Code { digest: "d".into(), until: at(9), tries: 0 };
        assert!(contacts::set_code(tx, row.id, &code, at(2))?);
        assert!(contacts::try_code(tx, row.id, at(3), 5)?);
        row.code = Some(contacts::Code { tries: 1, ..code });
        row.code_sent_at = Some(at(2));
        assert!(contacts::of_person(tx, person())? == [row]);
        Ok(())
    });
}

#[test]
fn what_is_missing_of_the_terms() {
    over_one_of_each(|tx| {
        for (document, missing) in
            [("a", MissingTerms::Nothing), ("b", MissingTerms::Awareness), ("c", MissingTerms::Terms)]
        {
            let row = terms_asked::TermsStanding {
                document: document.into(),
                digest: "d".into(),
                missing,
                accepted_at: Some(at(1)),
                asked_at: Some(at(2)),
                due_at: Some(at(3)),
                reminded_at: Some(at(4)),
                manager_told_at: Some(at(5)),
                lapsed_at: Some(at(6)),
                adjusted: Some("large-print".into()),
            };
            terms_asked::put(tx, person(), &row)?;
            let all = terms_asked::of_person(tx, person())?;
            assert_eq!(all.last(), Some(&row));
            let listed = terms_asked::list(tx, &terms_asked::StandingFilter::default(), at(9), 9)?;
            let last = listed.last().unwrap();
            assert_eq!((last.person, last.number.as_str(), &last.standing), (person(), "1", &row));
        }
        let clauses: BTreeMap<_, _> = [("a", "1"), ("b", "2")].map(|(k, v)| (k.into(), v.into())).into();
        terms::remember(
            tx,
            &terms::Wording { document: "mdu", digest: "v1", clauses: &clauses, shown: "[]" },
            at(1),
        )?;
        assert!(terms::accept(
            tx,
            &terms::NewAcceptance {
                id: id(53),
                person: person(),
                document: "mdu",
                digest: "v1",
                shown: "page"
            },
            at(2)
        )?);
        let versions = terms::versions(tx, "mdu", None, 9)?;
        assert_eq!((versions.len(), versions[0].clauses, versions[0].accepted), (1, 2, 1));
        assert_eq!(terms::of_person(tx, person())?[0].clauses, clauses);
        let listed = people::list(tx, &people::PeopleFilter::default(), None, None, 9)?;
        assert_eq!((listed[0].person.id, listed[0].devices, listed[0].accepted_at), (person(), 1, None));
        Ok(())
    });
}

#[test]
fn events_with_and_without_a_case() {
    over_one_of_each(|tx| {
        for (number, of) in [(54, None), (55, Some(case()))] {
            let row = events::Event {
                id: id(number),
                person: person(),
                force: force(),
                kind: "leaver".into(),
                on: format!("2026-11-{number}"),
                until: None,
                carries_device: true,
                clause: Some("MDU-16.1".parse().unwrap()),
                asks: true,
                because: "they leave".into(),
                due_at: Some(at(9)),
                case: of,
                source: "page".into(),
                source_ref: None,
                recorded_at: at(1),
                recorded_by: "person:1".into(),
                cancelled: None,
            };
            assert!(events::add(tx, &row)?);
            assert_eq!(events::by_id(tx, row.id)?.as_ref(), Some(&row));
            let filter = events::EventFilter::default();
            let listed = events::list(tx, &filter, "2026-01-01", at(1), 9)?;
            let first = listed.first().unwrap();
            assert_eq!((&first.event, first.name.as_str(), first.number.as_str()), (&row, "A. Officer", "1"));
            assert_eq!(first.case, of.map(|_| (1001, None)));
            assert!(events::cancel(tx, row.id, at(7), "stays")?);
            let cancelled = Some((at(7), "stays".into()));
            assert_eq!(events::by_id(tx, row.id)?, Some(events::Event { cancelled, ..row }));
        }
        Ok(())
    });
}

#[test]
fn rotas_with_layers_and_patterns_with_people() {
    over_one_of_each(|tx| {
        let rota = rotas::RotaRow {
            id: id(56),
            force: force(),
            name: "Duty".into(),
            role: "ict".into(),
            place: 1,
            hours: String::new(),
            owner: person(),
            told: String::new(),
            created_at: at(1),
            retired_at: None,
            version: 1,
        };
        rotas::add(tx, &rota)?;
        let version = rotas::by_id(tx, rota.id)?.unwrap().version;
        assert_eq!(rotas::by_name(tx, force(), "DUTY")?, Some(rotas::RotaRow { version, ..rota.clone() }));
        let layer = |number, span| rotas::LayerRow {
            id: id(number),
            rota: rota.id,
            place: i64::from(number),
            name: "Weeks".into(),
            unit: "week".into(),
            turn: 1,
            first: "2026-11-02T09:00".into(),
            hours: String::new(),
            span,
            created_at: at(2),
            people: vec![person()],
        };
        let both = [layer(57, None), layer(58, Some((at(10), at(20))))];
        rotas::add_layer(tx, &both[0])?;
        rotas::add_layer(tx, &both[1])?;
        assert_eq!(rotas::layers(tx, rota.id, at(15))?, both);
        assert_eq!(rotas::layers(tx, rota.id, at(25))?, both[..1]);

        let pattern = duty::PatternRow {
            id: id(59),
            force: force(),
            name: "Early".into(),
            shape: "week".into(),
            shifts: "a".into(),
            days: "b".into(),
            created_at: at(1),
            version: 1,
        };
        duty::add_pattern(tx, &pattern)?;
        let day = |text: &str| text.parse().unwrap();
        let row = duty::AssignmentRow {
            id: id(60),
            person: person(),
            pattern: pattern.id,
            anchor: day("2026-11-02"),
            from: day("2026-11-03"),
            until: Some(day("2026-12-01")),
        };
        assert!(duty::assign(tx, &row, at(2))?);
        let found = duty::assignments(tx, person())?;
        assert_eq!((found.len(), &found[0].0, found[0].1.days.as_str()), (1, &row, "b"));
        Ok(())
    });
}

#[test]
fn lines_under_an_entry_of_the_ledger() {
    over_one_of_each(|tx| {
        let entry = ledger::Entry {
            id: id(61),
            place: None,
            at: at(1),
            actor: "system".into(),
            action: "findings.changed".into(),
            subject: "device:2".into(),
            force: Some(force()),
            clause: None,
            reason: None,
            detail_digest: None,
        };
        ledger::add(tx, &entry, None)?;
        assert_eq!(ledger::by_id(tx, entry.id)?.as_ref(), Some(&entry));
        assert_eq!(finding_batches::without_lines(tx, 9)?[0].entry, entry.id);
        let subject = Subject::Device(device());
        let batch = finding_batches::Batch { entry: entry.id, subject, at: at(1), lines: "x\n".into() };
        finding_batches::add(tx, &batch)?;
        assert_eq!(finding_batches::of_subject(tx, &batch.subject)?, [batch]);
        assert_eq!(finding_batches::without_lines(tx, 9)?, []);
        Ok(())
    });
}
