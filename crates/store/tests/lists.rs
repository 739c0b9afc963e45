//! Lists on both engines: a walk by key goes past every row once, in both directions, and filters mean the same.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use domain::{
    CaseId, DeviceId, DeviceKind, EnrolmentState, EntryId, Force, MissingTerms, PersonId, Timestamp,
};
use store::cases::{Case, CaseFilter};
use store::devices::{Device, DeviceFilter, DeviceOrder};
use store::ledger::{Entry, LedgerFilter};
use store::people::{Called, PeopleFilter, Person};
use store::terms_asked::{StandingFilter, TermsStanding};
use store::{Store, StoreError, Tx, cases, devices, ledger, people, terms_asked};
use testkit::{block_on, both_engines};

fn person_id(number: i64) -> PersonId {
    format!("00000002-0000-7000-8000-{number:012x}").parse().unwrap()
}

fn entry_id(number: i64) -> EntryId {
    format!("00000003-0000-7000-8000-{number:012x}").parse().unwrap()
}

fn case_id(number: i64) -> CaseId {
    format!("00000004-0000-7000-8000-{number:012x}").parse().unwrap()
}

fn force(number: i64) -> Force {
    if number % 2 == 0 { domain::samples::NORFOLK } else { domain::samples::SUFFOLK }
}

fn device(number: i64) -> Device {
    let id: DeviceId = format!("00000001-0000-7000-8000-{number:012x}").parse().unwrap();
    Device {
        id,
        serial: format!("SN{:04}", (number * 7) % 30),
        kind: DeviceKind::Iphone,
        force: force(number),
        holder: Some(person_id(number)),
        asset_tag: None,
        model: None,
        created_at: Timestamp::from_millis(0),
        retired_at: None,
        enrolment: None,
        enrolment_state: EnrolmentState::None,
        supervised: None,
        os_version: None,
        last_contact_at: None,
        met: 0,
        not_met: 0,
        not_known: 0,
        judged_at: None,
    }
}

fn person(number: i64) -> Person {
    let name = format!("Officer {}", number / 3);
    let at = Timestamp::from_millis(0);
    Person::new(
        person_id(number),
        force(number),
        Called { number: &number.to_string(), name: &name, role: "officer" },
        at,
    )
}

fn standing(document: &str, accepted: bool) -> TermsStanding {
    let at = Timestamp::from_millis;
    TermsStanding {
        document: document.into(),
        digest: "1f".into(),
        missing: if accepted { MissingTerms::Nothing } else { MissingTerms::Terms },
        accepted_at: accepted.then(|| at(9)),
        asked_at: (!accepted).then(|| at(2)),
        due_at: (!accepted).then(|| at(7)),
        reminded_at: None,
        manager_told_at: None,
        lapsed_at: None,
        adjusted: None,
    }
}

fn fill(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let at = Timestamp::from_millis;
    for number in 0..30 {
        people::add(tx, &person(number))?;
        let device = device(number);
        devices::add(tx, &device)?;
        devices::set_judged(
            tx,
            device.id,
            &devices::Judged { met: 1, not_met: number % 4, not_known: 1 },
            at(5),
        )?;
        for (place, document) in ["a", "b"].into_iter().enumerate() {
            let accepted = number % 3 > i64::try_from(place).unwrap_or_default();
            // Every sixth was never asked anything.
            if number % 6 != 0 {
                terms_asked::put(tx, person_id(number), &standing(document, accepted))?;
            }
        }
        let entry = Entry {
            id: entry_id(number),
            place: None,
            at: at(number / 4),
            actor: "system".into(),
            action: match number {
                9 => "policy.brought-into-force",
                12 => "ledger.refused",
                number if number % 5 == 0 => "case.opened",
                _ => "device.enrolled",
            }
            .into(),
            subject: format!("device:{}", number % 2),
            force: (number % 3 != 0).then(|| force(number)),
            clause: None,
            reason: None,
            detail_digest: (number == 7).then(|| "ff".to_owned()),
        };
        ledger::add(tx, &entry, None)?;
        let case = Case {
            id: case_id(number),
            number: 0,
            kind: "breach".into(),
            force: force(number),
            device: None,
            person: Some(person_id(number)),
            clause: None,
            title: format!("About {number}"),
            opened_at: at(number / 4),
            due_at: Some(at(number)),
            owner: None,
            closed: None,
            closed_how: None,
        };
        cases::open(tx, &case)?;
    }
    Ok(())
}

/// Walks a list in steps of four: every row it shows, in order.
fn walk<T, K>(mut step: impl FnMut(Option<&K>) -> Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let rows = step(after.as_ref());
        assert!(rows.len() <= 4);
        let Some(last) = rows.last() else { return all };
        after = Some(key(last));
        all.extend(rows);
    }
}

fn on_both(test: impl Fn(&mut Tx<'_>) -> Result<(), StoreError> + Send + Sync + Copy + 'static) {
    both_engines(|config| {
        let store = Store::open(&config).unwrap();
        store::migrate(&store).unwrap();
        block_on(async {
            store.write(fill).await.unwrap();
            store.read(test).await.unwrap();
        });
    });
}

#[test]
fn devices_are_walked_in_every_order() {
    on_both(|tx| {
        for order in
            [DeviceOrder::Serial, DeviceOrder::SerialDown, DeviceOrder::NotMet, DeviceOrder::NotMetDown]
        {
            let rows = walk(
                |after: Option<&(i64, String)>| {
                    let after = after.map(|(not_met, serial)| (*not_met, serial.as_str()));
                    devices::list(tx, &DeviceFilter::default(), order, after, 4).unwrap()
                },
                |(device, _)| (device.not_met, device.serial.clone()),
            );
            let keys: Vec<(i64, String)> =
                rows.iter().map(|(device, _)| (device.not_met, device.serial.clone())).collect();
            let mut sorted = keys.clone();
            match order {
                DeviceOrder::Serial => sorted.sort_by(|a, b| a.1.cmp(&b.1)),
                DeviceOrder::SerialDown => sorted.sort_by(|a, b| b.1.cmp(&a.1)),
                DeviceOrder::NotMet => sorted.sort(),
                DeviceOrder::NotMetDown => sorted.sort_by(|a, b| b.cmp(a)),
            }
            assert_eq!((keys.len(), &keys), (30, &sorted), "{order:?}");
            assert!(rows.iter().all(|(_, holder)| holder.as_ref().is_some_and(|name| name.contains(" ("))));
        }
        let found = DeviceFilter {
            search: "OFFICER 9".into(),
            force: Some(domain::samples::NORFOLK),
            ..Default::default()
        };
        assert_eq!(devices::list(tx, &found, DeviceOrder::Serial, None, 50)?.len(), 1);
        let attention = DeviceFilter { attention: true, ..Default::default() };
        assert_eq!(devices::list(tx, &attention, DeviceOrder::Serial, None, 50)?.len(), 22);
        Ok(())
    });
}

#[test]
fn people_are_walked_by_name_and_told_apart_by_what_they_accepted() {
    on_both(|tx| {
        let count = |tx: &mut Tx<'_>, accepted| {
            let rows = walk(
                |after: Option<&(String, PersonId)>| {
                    let after = after.map(|(name, id)| (name.as_str(), *id));
                    people::list(tx, &PeopleFilter { accepted, ..PeopleFilter::default() }, None, after, 4)
                        .unwrap()
                },
                |listed| (listed.person.name.clone(), listed.person.id),
            );
            assert!(rows.iter().all(|row| row.devices == 1));
            assert!(accepted.is_none_or(|yes| rows.iter().all(|row| row.accepted_at.is_some() == yes)));
            rows.len()
        };
        assert_eq!((count(tx, None), count(tx, Some(true)), count(tx, Some(false))), (30, 10, 20));
        assert_eq!(people::without_terms(tx, None)?, 20);
        Ok(())
    });
}

#[test]
fn how_people_stand_to_terms_is_walked_and_counted() {
    on_both(|tx| {
        let now = Timestamp::from_millis(8);
        let count = |tx: &mut Tx<'_>, state: &str| {
            let rows = walk(
                |after: Option<&(String, PersonId, String)>| {
                    let filter = StandingFilter {
                        state: state.into(),
                        after: after.cloned(),
                        ..StandingFilter::default()
                    };
                    terms_asked::list(tx, &filter, now, 4).unwrap()
                },
                |line| (line.name.clone(), line.person, line.standing.document.clone()),
            );
            rows.len()
        };
        let counted =
            ["", "accepted", "asked", "overdue", "lapsed", "adjusted"].map(|state| count(tx, state));
        assert_eq!(counted, [50, 30, 20, 20, 0, 0]);
        let tally = terms_asked::tally(tx, None, now)?;
        assert_eq!(tally.iter().map(|line| line.accepted + line.overdue).sum::<i64>(), 50);
        assert_eq!(tally.iter().map(|line| line.overdue).sum::<i64>(), 20);
        let early = terms_asked::tally(tx, Some(domain::samples::NORFOLK), Timestamp::from_millis(6))?;
        assert!(early.iter().all(|line| line.force == domain::samples::NORFOLK && line.overdue == 0));
        assert!(early.iter().any(|line| line.asked > 0));
        assert_eq!(terms_asked::accepted_by_force(tx, None, "a")?.iter().map(|(_, n)| n).sum::<i64>(), 20);
        Ok(())
    });
}

#[test]
fn cases_and_ledger_entries_of_one_instant_are_not_lost_between_pages() {
    on_both(|tx| {
        let all_seen = cases::Sight::default();
        let all = walk(
            |after: Option<&(Timestamp, CaseId)>| {
                let filter = CaseFilter { after: after.copied(), ..CaseFilter::default() };
                cases::list(tx, &filter, &all_seen, Timestamp::from_millis(3), 4).unwrap()
            },
            |case| (case.opened_at, case.id),
        );
        assert_eq!(all.len(), 30);
        let late = CaseFilter { state: "late".into(), ..CaseFilter::default() };
        assert_eq!(cases::list(tx, &late, &all_seen, Timestamp::from_millis(3), 50)?.len(), 3);
        assert_eq!(cases::late_count(tx, None, &all_seen, Timestamp::from_millis(3))?, 3);
        let one = CaseFilter { search: "C-1005".into(), ..CaseFilter::default() };
        assert_eq!(cases::list(tx, &one, &all_seen, Timestamp::from_millis(3), 50)?.len(), 1);

        let entries = walk(
            |after: Option<&(Timestamp, EntryId)>| {
                let filter = LedgerFilter { after: after.copied(), ..LedgerFilter::default() };
                ledger::list(tx, &filter, 4).unwrap()
            },
            |(entry, _)| (entry.at, entry.id),
        );
        assert_eq!(entries.len(), 30);
        assert_eq!(entries.iter().filter(|(_, erased)| *erased).count(), 1, "a digest without its detail");
        let counted = |tx: &mut Tx<'_>, filter| ledger::list(tx, &filter, 50).map(|rows| rows.len());
        let base = LedgerFilter::default;
        assert_eq!(counted(tx, LedgerFilter { action: "case.".into(), ..base() })?, 6);
        assert_eq!(counted(tx, LedgerFilter { subject: "device:1".into(), ..base() })?, 15);
        assert_eq!(
            counted(tx, LedgerFilter { force: Some(domain::samples::NORFOLK), ..base() })?,
            12,
            "its own, and of those without a force the two that concern every force"
        );
        let without = ledger::list(tx, &base(), 50)?.into_iter().filter(|(entry, _)| entry.force.is_none());
        let for_all = without.filter(|(entry, _)| ledger::concerns_every_force(&entry.action));
        assert_eq!(for_all.count(), 2, "the list's own rule is that of the statement");
        let span = LedgerFilter {
            from: Timestamp::from_millis(1),
            until: Some(Timestamp::from_millis(3)),
            ..base()
        };
        assert_eq!(counted(tx, span)?, 8);
        Ok(())
    });
}

#[test]
fn a_person_is_changed_once_and_by_whoever_read_them_last() {
    both_engines(|config| {
        let store = Store::open(&config).unwrap();
        store::migrate(&store).unwrap();
        let (before, again) = block_on(store.write(|tx| {
            let new = person(0);
            people::add(tx, &new)?;
            let mut changed = people::by_id(tx, new.id)?.unwrap();
            changed.user_name = Some("J.Ames@norfolk.example".into());
            changed.last_day = Some("2026-12-24".parse().unwrap());
            changed.covert = true;
            assert!(people::set(tx, &changed)?);
            changed.phone = Some("01953 000000".into());
            assert!(!people::set(tx, &changed)?, "the version has gone on");
            Ok::<_, StoreError>((changed, people::by_id(tx, new.id)?.unwrap()))
        }))
        .unwrap();
        assert_eq!(again.version, before.version + 1);
        assert_eq!(again, Person { phone: None, version: again.version, ..before });
    });
}
