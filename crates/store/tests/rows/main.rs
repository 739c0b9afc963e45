//! Rows whose fields stand in several columns, or are read in a way of their own, come back from both engines as they were written.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod desk;
mod devices;
mod people;

use std::fmt::Debug;
use std::str::FromStr;

use domain::{CaseId, DeviceId, DeviceKind, EnrolmentState, Force, PersonId, Timestamp};
use store::{Store, StoreError, Tx, cases, devices as register, people as persons};
use testkit::{block_on, both_engines};

/// Runs on both engines, over one person, one device and one case.
fn over_one_of_each(rows: impl Fn(&mut Tx<'_>) -> Result<(), StoreError> + Copy + Send + 'static) {
    both_engines(move |config| {
        let store = Store::open(&config).unwrap();
        store::migrate(&store).unwrap();
        let written = block_on(store.write(move |tx| {
            persons::add(
                tx,
                &persons::Person::new(
                    person(),
                    force(),
                    persons::Called { number: "1", name: "A. Officer", role: "officer" },
                    at(1),
                ),
            )?;
            register::add(tx, &device_row())?;
            cases::open(tx, &case_row())?;
            rows(tx)
        }));
        assert_eq!(written, Ok(()), "on {}", store.engine());
    });
}

fn id<T: FromStr<Err: Debug>>(number: u32) -> T {
    format!("{number:08x}-0000-7000-8000-000000000000").parse().unwrap()
}

fn at(number: i64) -> Timestamp {
    Timestamp::from_millis(number)
}

fn force() -> Force {
    domain::samples::NORFOLK
}

fn person() -> PersonId {
    id(1)
}

fn device() -> DeviceId {
    id(2)
}

fn case() -> CaseId {
    id(3)
}

fn device_row() -> register::Device {
    register::Device {
        id: device(),
        serial: "SN1".into(),
        kind: DeviceKind::Iphone,
        force: force(),
        holder: Some(person()),
        asset_tag: Some("T1".into()),
        model: None,
        created_at: at(2),
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

fn case_row() -> cases::Case {
    cases::Case {
        id: case(),
        number: 1001,
        kind: "breach".into(),
        force: force(),
        device: Some(device()),
        person: Some(person()),
        clause: Some("MDU-6.2a".parse().unwrap()),
        title: "A case".into(),
        opened_at: at(3),
        due_at: Some(at(9)),
        closed: None,
        owner: None,
        closed_how: None,
    }
}
