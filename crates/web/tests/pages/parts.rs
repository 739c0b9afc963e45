//! The parts of a device's page against the access matrix, for every role, one's own device and one's people's; and sealed
//! cases, which are there for who may know of them and for nobody else.

use axum::http::StatusCode;
use domain::{CaseId, EntryId};
use kernel::access::{ACTIONS, Role, letters, permit};
use store::cases::{self, Case};

use crate::common::{Browser, Seeded, root, with_force};

/// Each part of the page: the action that opens it, and what stands on the page where it is open.
const PARTS: [(&str, &str); 8] = [
    ("see device identifiers", "<dt>IMEI</dt>"),
    ("see device reports", "id=\"reported\""),
    ("see installed apps", "id=\"apps\""),
    ("see findings", "id=\"clauses\""),
    ("see device settings", "id=\"settings\""),
    ("see device commands", "id=\"commands\""),
    ("see custody", "id=\"custody\""),
    ("see cases", "id=\"cases\""),
];

/// What stands on the page and should not, and the other way round, for somebody to whom the device is `letter` of the
/// matrix: `o` own, `m` of their people, `x` neither.
async fn faults(seeded: &Seeded, browser: &Browser, role: Role, letter: char) -> Vec<String> {
    let policy = seeded.app.policy();
    let may = |action: &'static str| {
        let cell = letters(policy.access(), role, action);
        cell == "all" || cell.contains(letter)
    };
    let answer = browser.get(&format!("/devices/{}", seeded.phone)).await;
    if !may("see devices") {
        let refused = answer.status == StatusCode::FORBIDDEN;
        return if refused { Vec::new() } else { vec![format!("{role} {letter}: the page is open")] };
    }
    let html = answer.text();
    let mut wrong = Vec::new();
    for (action, shown) in PARTS {
        if html.contains(shown) != may(action) {
            wrong.push(format!("{role} {letter}: {action} is {}", may(action)));
        }
    }
    wrong
}

#[test]
fn each_role_sees_the_parts_of_a_device_that_the_matrix_says() {
    with_force(|seeded| async move {
        let phone = seeded.phone;
        let identified = seeded.app.store().write(move |tx| {
            let device = store::devices::by_id(tx, phone)?.unwrap();
            let asset = store::assets::of(tx, &device)?;
            store::assets::put(
                tx,
                phone,
                &store::assets::Asset { imei: Some("356938035643809".into()), ..asset },
            )
        });
        identified.await.unwrap();
        assert!(PARTS.iter().all(|(action, _)| ACTIONS.contains(action)));
        let mut wrong = Vec::new();
        for role in Role::ALL.iter().copied() {
            let browser = seeded.browser(role, Some(domain::samples::NORFOLK)).await;
            wrong.extend(faults(&seeded, &browser, role, 'x').await);
        }
        let own = seeded.browser_of(seeded.holder, domain::samples::NORFOLK).await;
        wrong.extend(faults(&seeded, &own, Role::Holder, 'o').await);
        assert!(own.page("/me").await.contains(&format!("/devices/{phone}")), "the way there");
        // The newcomer becomes the holder's line manager.
        let (holder, manager) = (seeded.holder, seeded.newcomer);
        let set = seeded.app.store().write(move |tx| {
            let ames = store::people::by_id(tx, holder)?.unwrap();
            store::people::set(tx, &store::people::Person { line_manager: Some(manager), ..ames })
        });
        assert!(set.await.unwrap());
        let managing = seeded.browser_of(manager, domain::samples::NORFOLK).await;
        wrong.extend(faults(&seeded, &managing, Role::LineManager, 'm').await);
        let nobodys = managing.get(&format!("/devices/{}", seeded.mac)).await;
        assert_eq!(nobodys.status, StatusCode::FORBIDDEN, "of nobody whom they manage");
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn nobody_reads_detections_or_orders_on_their_own_device_whatever_their_role() {
    with_force(|seeded| async move {
        let device = format!("/devices/{}", seeded.phone);
        let dani = seeded.browser(Role::ServiceDeskLead, Some(domain::samples::NORFOLK)).await;
        let detection =
            seeded.app.policy().rules().iter().find(|rule| rule.detection).unwrap().clause.to_string();
        let explained = format!("{device}/clauses/{detection}");
        assert_eq!(dani.get(&explained).await.status, StatusCode::OK);
        assert!(dani.page(&device).await.contains(&explained), "{detection}");
        let own =
            seeded.browser_in_role(seeded.holder, Role::ServiceDeskLead, domain::samples::NORFOLK).await;
        let page = own.page(&device).await;
        assert!(page.contains("id=\"clauses\"") && !page.contains(&explained), "{page}");
        assert!(!page.contains("id=\"commands\""));
        assert_eq!(own.get(&explained).await.status, StatusCode::FORBIDDEN);
        let command = seeded.command(seeded.phone).await;
        assert_eq!(own.get(&format!("/commands/{command}")).await.status, StatusCode::FORBIDDEN);
        assert_eq!(dani.get(&format!("/commands/{command}")).await.status, StatusCode::OK);
    });
}

/// A sealed case about the newcomer and the phone, and its number.
async fn sealed(seeded: &Seeded) -> (CaseId, String) {
    let (id, event) =
        (CaseId::from_uuid(seeded.app.world().uuid()), EntryId::from_uuid(seeded.app.world().uuid()));
    let case = Case {
        id,
        number: 0,
        kind: "voicemail-access".into(),
        force: domain::samples::NORFOLK,
        device: Some(seeded.phone),
        person: Some(seeded.newcomer),
        clause: None,
        title: "Messages of DC Cole".into(),
        opened_at: seeded.app.world().now(),
        due_at: None,
        owner: None,
        closed: None,
        closed_how: None,
    };
    let at = case.opened_at;
    let opened = seeded.app.store().write(move |tx| {
        cases::open(tx, &case)?;
        cases::add_event(tx, &cases::NewEvent { id: event, case: id, actor: "system", says: "Asked for" }, at)
    });
    opened.await.unwrap();
    let read = cases_app::read::case(&seeded.app, permit(&root()).unwrap(), id).await.unwrap();
    (id, format!("C-{}", read.row.case.number))
}

#[test]
fn a_sealed_case_is_there_for_who_may_know_of_it_and_for_nobody_else() {
    with_force(|seeded| async move {
        let open = |html: String| {
            let (_, rest) = html.split_once("/cases?state=open").expect("the figure of open cases");
            rest.split("</li>").next().unwrap_or_default().to_owned()
        };
        let before = open(seeded.browser(Role::ServiceDeskLead, None).await.page("/").await);
        let (id, number) = sealed(&seeded).await;
        let case = format!("/cases/{id}");
        let lists = [
            "/cases".to_owned(),
            "/cases.csv".into(),
            "/cases?kind=voicemail-access".into(),
            "/cases?q=Messages".into(),
            format!("/cases?q={number}"),
            format!("/people/{}", seeded.newcomer),
            format!("/devices/{}", seeded.phone),
            "/ledger".into(),
        ];
        let policy = seeded.app.policy();
        let over = |role: Role, action| letters(policy.access(), role, action).contains(['x', 'a']);
        for role in Role::ALL.iter().copied().filter(|role| over(*role, "see cases")) {
            let browser = seeded.browser(role, Some(domain::samples::NORFOLK)).await;
            let (knows, opens) = (over(role, "see sealed cases listed"), over(role, "see sealed cases"));
            for list in &lists {
                let answer = browser.get(list).await;
                if answer.status != StatusCode::OK {
                    continue;
                }
                let html = answer.text();
                assert!(!html.contains("Messages of DC Cole"), "{role} {list}");
                assert!(opens || !html.contains("hear somebody"), "{role} {list} names the type");
                let by_type_or_title = list.contains("kind=") || list.contains("q=Messages");
                let found = html.contains(&case) || html.contains(&format!("{number},"));
                let wanted = match (knows, opens) {
                    (false, _) => false,
                    (true, false) => !by_type_or_title,
                    (true, true) => !list.contains("q=Messages"),
                };
                if list != "/ledger" {
                    assert_eq!(found, wanted, "{role} {list}");
                }
            }
            let page = browser.get(&case).await;
            assert_eq!(page.status == StatusCode::OK, knows, "{role}");
            assert!(opens || !page.text().contains("Cole"), "{role}: whom it is about");
            let note = browser.post(&format!("{case}/notes"), &[("note", "seen")]).await;
            let works = opens && over(role, "manage cases");
            assert_eq!(
                note.status == StatusCode::SEE_OTHER,
                works,
                "{role}: nobody works on what they may not read"
            );
        }
        let after = open(seeded.browser(Role::ServiceDeskLead, None).await.page("/").await);
        assert_eq!(before, after, "no figure counts it for who may not know of it");
        let suffolk = seeded.browser(Role::Fiso, Some(domain::samples::SUFFOLK)).await;
        assert!(!suffolk.page("/cases").await.contains(&case));
    });
}

#[test]
fn nobody_learns_of_a_sealed_case_about_themselves() {
    with_force(|seeded| async move {
        let (id, number) = sealed(&seeded).await;
        let cole = seeded.browser_in_role(seeded.newcomer, Role::Fiso, domain::samples::NORFOLK).await;
        for list in ["/cases", "/cases.csv", &format!("/people/{}", seeded.newcomer), "/me"] {
            assert!(!cole.page(list).await.contains(&number), "{list}");
        }
        assert_eq!(cole.get(&format!("/cases/{id}")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(
            cole.post(&format!("/cases/{id}/notes"), &[("note", "mine")]).await.status,
            StatusCode::NOT_FOUND
        );
        let other = seeded.browser(Role::Fiso, Some(domain::samples::NORFOLK)).await;
        assert!(other.page("/cases").await.contains(&number));
    });
}
