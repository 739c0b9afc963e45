//! Lists: filters, order, the walk from page to page, and their export.

use axum::http::StatusCode;
use custody_app::register::NewDevice;
use domain::DeviceKind;
use kernel::access::{Role, SeeDevices, permit};

use crate::common::{Seeded, root, with_force};

/// Registers more phones than a page shows.
async fn many(seeded: &Seeded, count: usize) {
    for place in 0..count {
        let new = NewDevice {
            serial: format!("PHONE{place:04}"),
            kind: DeviceKind::Iphone,
            force: domain::samples::SUFFOLK,
            holder: None,
            asset_tag: None,
        };
        custody_app::register::add_device(&seeded.app, permit(&root()).unwrap(), new).await.unwrap();
    }
}

/// The serial numbers that a page of the list shows, and the address of the next page.
fn serials(html: &str) -> (Vec<String>, Option<String>) {
    let shown = html.split("<th scope=\"row\"").skip(1).map(|row| {
        let link = row.split("\">").nth(2).unwrap();
        link.split('<').next().unwrap().to_owned()
    });
    let next = html
        .split("href=\"")
        .find(|part| part.contains("rel=\"next\""))
        .map(|part| part.split('"').next().unwrap().replace("&#38;", "&"));
    (shown.collect(), next)
}

#[test]
fn a_list_is_walked_to_its_end_without_gap_or_repeat_in_every_order() {
    with_force(|seeded| async move {
        many(&seeded, 120).await;
        let browser = seeded.browser(Role::Administrator, None).await;
        for sort in ["serial", "-serial", "not-met", "-not-met"] {
            let (mut all, mut path, mut pages) = (Vec::new(), Some(format!("/devices?sort={sort}")), 0);
            while let Some(here) = path {
                let (shown, next) = serials(&browser.page(&here).await);
                assert!(shown.len() <= 50);
                all.extend(shown);
                path = next;
                pages += 1;
            }
            assert_eq!((all.len(), pages), (123, 3), "{sort}");
            let mut sorted = all.clone();
            sorted.sort();
            sorted.dedup();
            assert_eq!(sorted.len(), 123, "{sort}: none twice");
            match sort {
                "serial" => assert_eq!(all, sorted),
                "-serial" => assert_eq!(all, sorted.into_iter().rev().collect::<Vec<_>>()),
                "not-met" => assert_eq!(all.last().unwrap(), "C02XK1MAC1", "most breaches last"),
                _ => assert_eq!(all.first().unwrap(), "C02XK1MAC1", "most breaches first"),
            }
        }
        let csv = browser.get("/devices.csv?force=suffolk").await;
        assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8; header=present");
        assert_eq!(csv.text().lines().count(), 122, "a head and every row, however many pages");
    });
}

#[test]
fn filters_find_what_they_say_and_only_behind_one_s_own_wall() {
    with_force(|seeded| async move {
        let norfolk = seeded.browser(Role::Auditor, Some(domain::samples::NORFOLK)).await;
        let both = seeded.browser(Role::Auditor, None).await;
        let shown = |html: String| serials(&html).0;
        for (query, found) in [
            ("", vec!["C02XK1MAC1", "F4GXQ2ABCD"]),
            ("?kind=iphone", vec!["F4GXQ2ABCD"]),
            ("?q=byrd", vec!["C02XK1MAC1"]),
            ("?q=norfolk-f4", vec!["F4GXQ2ABCD"]),
            ("?attention=yes&q=c02", vec!["C02XK1MAC1"]),
            ("?force=suffolk", vec![]),
            ("?state=none", vec![]),
            ("?q=%25", vec!["C02XK1MAC1", "F4GXQ2ABCD"]),
        ] {
            assert_eq!(shown(norfolk.page(&format!("/devices{query}")).await), found, "{query}");
        }
        assert_eq!(shown(both.page("/devices?state=none").await), ["DMPT1TABLET"]);
        assert!(!norfolk.get("/devices.csv").await.text().contains("DMPT1TABLET"));
        let people = norfolk.page("/people").await;
        assert!(
            people.contains("PC Ames") && people.contains("DC Cole") && !people.contains("PC Fox"),
            "{people}"
        );
        let without = norfolk.page("/people?accepted=no").await;
        assert!(without.contains("DC Cole") && !without.contains("PC Ames"), "{without}");
        let with = norfolk.get("/people.csv?accepted=yes").await.text();
        assert!(with.contains("PC Ames") && !with.contains("DC Cole"), "{with}");
    });
}

#[test]
fn a_clause_leads_to_the_devices_that_do_not_meet_it() {
    with_force(|seeded| async move {
        let browser = seeded.browser(Role::Auditor, None).await;
        let read =
            overview_app::device::device(&seeded.app, permit::<SeeDevices>(&root()).unwrap(), seeded.mac)
                .await
                .unwrap();
        let worst = read.findings.iter().flatten().next().unwrap();
        assert_eq!(worst.outcome.word(), "not-met");
        let (shown, _) = serials(&browser.page(&format!("/devices?clause={}", worst.clause)).await);
        assert!(shown.contains(&"C02XK1MAC1".to_owned()), "{}: {shown:?}", worst.clause);
        let (shown, _) = serials(&browser.page("/devices?clause=MDU-no-such").await);
        assert!(shown.is_empty());
    });
}

#[test]
fn cases_and_the_ledger_filter_page_and_export() {
    with_force(|seeded| async move {
        let browser = seeded.browser(Role::Auditor, Some(domain::samples::NORFOLK)).await;
        let cases = browser.page("/cases?state=open&kind=breach").await;
        assert!(cases.contains("C02XK1MAC1") && cases.contains("Clause not met"), "{cases}");
        assert!(browser.page("/cases?state=late").await.contains("No case matches"));
        assert!(browser.page("/cases?q=c-1001").await.contains(">C-1001</a>"));
        let other = seeded.browser(Role::Auditor, Some(domain::samples::SUFFOLK)).await;
        // Each force has the cases of the overdue reviews, and nothing of the other's.
        let theirs = other.page("/cases").await;
        assert!(theirs.contains("review overdue") && !theirs.contains("C02XK1MAC1"), "{theirs}");
        assert!(other.page("/cases?kind=breach").await.contains("No case matches"));
        assert_eq!(other.get("/cases.csv").await.text().lines().count(), 3);

        let ledger = browser.page("/ledger?kind=device.&device=f4gxq2abcd").await;
        assert!(ledger.contains("Device enrolled") && ledger.contains(">F4GXQ2ABCD</a>"), "{ledger}");
        let wrong = browser.get("/ledger?device=NOSUCH&from=yesterday").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let html = wrong.text();
        assert!(html.contains("Enter a day") && html.contains("No device has this serial number"), "{html}");
        assert_eq!(browser.get("/ledger?device=DMPT1TABLET").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let all = browser.get("/ledger.csv").await.text();
        assert!(all.lines().count() > 55, "more than a page: {}", all.lines().count());
        let future = browser.page("/ledger?from=2040-01-01").await;
        assert!(future.contains("No entry matches"), "{future}");
    });
}

#[test]
fn the_other_force_s_names_are_not_in_one_s_ledger() {
    with_force(|seeded| async move {
        let mine = seeded
            .browser(Role::Auditor, Some(domain::samples::SUFFOLK))
            .await
            .get("/ledger.csv")
            .await
            .text();
        assert!(
            mine.contains("DMPT1TABLET") && !mine.contains("F4GXQ2ABCD") && !mine.contains("PC Ames"),
            "{mine}"
        );
    });
}

#[test]
fn the_export_of_the_ledger_can_be_verified() {
    with_force(|seeded| async move {
        let browser = seeded.browser(Role::Auditor, Some(domain::samples::NORFOLK)).await;
        let answer = browser.get("/ledger/export").await;
        assert_eq!(answer.headers["content-disposition"], "attachment; filename=\"ledger.jsonl\"");
        let key: ledger::VerifierKey = seeded.app.ledger_key_text().parse().unwrap();
        let report = ledger::verify_export(answer.body.as_slice(), &key).unwrap();
        assert!(report.entries > 50, "{report:?}");
    });
}

#[test]
fn people_are_found_by_unit_role_record_devices_and_terms() {
    with_force(|seeded| async move {
        for place in 0..60 {
            let new = people_app::NewPerson {
                force: Some(domain::samples::NORFOLK),
                number: format!("7{place:03}"),
                name: format!("Person {place:02}"),
                role: if place % 2 == 0 { "sergeant".into() } else { "officer".into() },
                unit: Some(if place < 10 { "Roads policing".into() } else { "Response".into() }),
                ..people_app::NewPerson::default()
            };
            let id = people_app::add_person(&seeded.app, permit(&root()).unwrap(), new).await.unwrap();
            if place < 4 {
                people_app::end_person(&seeded.app, permit(&root()).unwrap(), id, None).await.unwrap();
            }
        }
        let hr = seeded.browser(Role::Hr, Some(domain::samples::NORFOLK)).await;
        for (query, found) in [
            ("q=person&unit=roads", 10),
            ("unit=ROADS&role=serg", 5),
            ("unit=roads&left=yes", 4),
            ("unit=roads&left=no", 6),
            ("devices=yes", 2),
            ("devices=yes&accepted=no", 0),
            ("q=person&accepted=no", 60),
            ("q=person&unit=no-such", 0),
            ("force=suffolk", 0),
        ] {
            let rows = hr.get(&format!("/people.csv?{query}")).await.text().lines().count() - 1;
            assert_eq!(rows, found, "{query}");
        }
        let first = hr.page("/people?q=person&role=o").await;
        let (shown, next) = serials(&first);
        assert_eq!(shown.len(), 30, "officers, and no sergeant");
        assert_eq!(next, None);
        let (shown, next) = serials(&hr.page("/people?q=person").await);
        assert_eq!(shown.len(), 50);
        let (rest, end) = serials(&hr.page(&next.unwrap()).await);
        assert_eq!((rest.len(), end), (10, None));
        assert!(
            first.contains("value=\"o\"") && hr.page("/people?left=yes").await.contains(">Left</strong>")
        );
    });
}
