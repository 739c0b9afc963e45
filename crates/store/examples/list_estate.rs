//! How long a page of the device list takes on a large estate: `cargo run -p store --example list_estate --release`.
//!
//! 250,000 devices, each with a holder; pages of 100 from all over the list, in every order and with common filters, on
//! SQLite. Prints the median and the 99th percentile of each.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a measuring program"
)]

use std::time::{Duration, Instant};

use domain::{DeviceId, DeviceKind, EnrolmentState, Force, PersonId, Timestamp};
use store::devices::{Device, DeviceFilter, DeviceOrder};
use store::people::{Called, Person};
use store::{Store, StoreError, devices, people};
use testkit::{block_on, scratch_sqlite};

const DEVICES: u32 = 250_000;
const PAGES: u32 = 300;
const LIMIT: u32 = 100;

fn device_id(number: u32) -> DeviceId {
    format!("00000001-0000-7000-8000-{number:012x}").parse().unwrap()
}

fn person_id(number: u32) -> PersonId {
    format!("00000002-0000-7000-8000-{number:012x}").parse().unwrap()
}

fn serial(number: u32) -> String {
    format!("SN{:08}", number.wrapping_mul(7919) % 100_000_000)
}

fn force(number: u32) -> Force {
    if number.is_multiple_of(2) { domain::samples::NORFOLK } else { domain::samples::SUFFOLK }
}

fn device(number: u32) -> Device {
    Device {
        id: device_id(number),
        serial: serial(number),
        kind: if number.is_multiple_of(5) { DeviceKind::Mac } else { DeviceKind::Iphone },
        force: force(number),
        holder: Some(person_id(number)),
        asset_tag: Some(format!("NC-{number}")),
        model: Some("iPhone 16".into()),
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

async fn fill(store: &Store) {
    for start in (0..DEVICES).step_by(5000) {
        let filled = store.write(move |tx| {
            for number in start..start + 5000 {
                let device = device(number);
                let (id, name) = (person_id(number), format!("Officer {number}"));
                let at = Timestamp::from_millis(0);
                people::add(
                    tx,
                    &Person::new(
                        id,
                        device.force,
                        Called { number: &number.to_string(), name: &name, role: "officer" },
                        at,
                    ),
                )?;
                devices::add(tx, &device)?;
                let broken = i64::from(number % 20 == 0) * i64::from(number % 7);
                devices::set_judged(
                    tx,
                    device.id,
                    &devices::Judged { met: 30, not_met: broken, not_known: 4 },
                    Timestamp::from_millis(1),
                )?;
            }
            Ok::<_, StoreError>(())
        });
        filled.await.unwrap();
    }
}

async fn measure(store: &Store, name: &str, filter: DeviceFilter, order: DeviceOrder) {
    let mut took: Vec<Duration> = Vec::new();
    for page in 0..PAGES {
        let (filter, after) = (filter.clone(), serial(page.wrapping_mul(833) % DEVICES));
        let start = Instant::now();
        let read = store.read(move |tx| devices::list(tx, &filter, order, Some((0, &after)), LIMIT));
        let rows = read.await.expect("a page");
        took.push(start.elapsed());
        assert!(rows.len() <= usize::try_from(LIMIT).unwrap());
    }
    took.sort();
    let at = |percent: usize| took[took.len() * percent / 100].as_secs_f64() * 1000.0;
    println!("{name:<32} median {:>7.2} ms   99th percentile {:>7.2} ms", at(50), at(99));
}

fn main() {
    let scratch = scratch_sqlite();
    block_on(async {
        let store = Store::open(&scratch.config).unwrap();
        store::migrate(&store).unwrap();
        fill(&store).await;
        let any = DeviceFilter::default();
        measure(&store, "by serial number", any.clone(), DeviceOrder::Serial).await;
        measure(&store, "by serial number, downwards", any.clone(), DeviceOrder::SerialDown).await;
        measure(&store, "by clauses not met", any.clone(), DeviceOrder::NotMet).await;
        measure(&store, "by clauses not met, downwards", any.clone(), DeviceOrder::NotMetDown).await;
        let norfolk = DeviceFilter { force: Some(domain::samples::NORFOLK), ..any.clone() };
        measure(&store, "one force", norfolk, DeviceOrder::Serial).await;
        let macs = DeviceFilter { kind: Some(DeviceKind::Mac), ..any.clone() };
        measure(&store, "one kind", macs, DeviceOrder::Serial).await;
        let attention = DeviceFilter { attention: true, ..any.clone() };
        measure(&store, "needing attention", attention, DeviceOrder::Serial).await;
        let search = DeviceFilter { search: "officer 1234".into(), ..any };
        measure(&store, "found by a holder's name", search, DeviceOrder::Serial).await;
    });
}
