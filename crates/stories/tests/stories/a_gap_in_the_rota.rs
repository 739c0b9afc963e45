//! `stories/a-gap-in-the-rota.md`

use axum::http::StatusCode;
use domain::Timestamp;
use kernel::access::Role;
use store::people;

use crate::common::with_force;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_gap_in_the_rota() {
    with_force(|seeded| async move {
        let ames = seeded.holder;
        let byrd = seeded.app.store().write(|tx| {
            let mut ids = Vec::new();
            for number in ["1234", "4410", "88"] {
                let mut person = people::by_number(tx, domain::samples::NORFOLK, number)?.unwrap();
                person.email = Some(format!("{number}@force.test"));
                assert!(people::set(tx, &person)?);
                ids.push(person.id);
            }
            Ok::<_, store::StoreError>(ids[2])
        });
        let byrd = byrd.await.unwrap();
        for person in [ames, seeded.newcomer, byrd] {
            seeded.browser_in_role(person, Role::OnCallEngineer, domain::samples::NORFOLK).await;
        }
        seeded.world.clock.set(at("2027-11-01T12:00:00Z"));
        let hr = seeded.browser(Role::Hr, Some(domain::samples::NORFOLK)).await;
        let rota = |people: &'static str| {
            [
                ("name", "On-call engineer"),
                ("force", "norfolk"),
                ("role", "on-call-engineer"),
                ("place", "1"),
                ("hours", ""),
                ("owner", "88"),
                ("people", people),
                ("turn", "1"),
                ("unit", "weeks"),
                ("first", "2027-10-25 09:00"),
            ]
        };
        let unknown = hr.post("/duty/rotas/add", &rota("1234\n9999")).await;
        assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(unknown.text().contains("Nobody in this force has the number 9999"), "{}", unknown.text());
        let kept = hr.post("/duty/rotas/add", &rota("1234\n4410")).await;
        assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text());
        let href = kept.leads_to().split('?').next().unwrap().to_owned();
        let page = hr.page(&href).await;
        assert!(
            page.contains("DC Cole (4410)") && page.contains("8 November 2027, 9:00am: PC Ames"),
            "{page}"
        );
        assert!(!page.contains("Needs attention"), "{page}");
        seeded.pass(10).await;

        // Leave in the turn that comes in three weeks.
        let leave = [("kind", "annual-leave"), ("start", "2027-11-23"), ("end", "2027-11-24")];
        let entered = hr.post(&format!("/people/{ames}/duty/periods"), &leave).await;
        assert_eq!(entered.status, StatusCode::SEE_OTHER, "{}", entered.text());
        seeded.pass(10).await;
        let gap =
            "Nobody is on call from 23 November 2027, midnight to 25 November 2027, midnight (away: PC Ames)";
        let page = hr.page(&href).await;
        assert!(page.contains("Needs attention in the next weeks") && page.contains(gap), "{page}");
        let own = seeded.browser_of(byrd, domain::samples::NORFOLK).await;
        let told = "The rota On-call engineer needs attention";
        assert_eq!(own.page("/me").await.matches(told).count(), 1, "the owner is told");
        assert!(own.page(&href).await.contains(gap), "and can look");
        seeded.pass(24 * 3600).await;
        let own = seeded.browser_of(byrd, domain::samples::NORFOLK).await;
        assert_eq!(own.page("/me").await.matches(told).count(), 1, "once");

        // Somebody stands in.
        let hr = seeded.browser(Role::Hr, Some(domain::samples::NORFOLK)).await;
        let change = [
            ("kind", "replace"),
            ("person", "1234"),
            ("with", "88"),
            ("start", "2027-11-23"),
            ("end", "2027-11-24"),
            ("reason", "Leave"),
        ];
        let form = format!("{href}/override");
        for role in [Role::ServiceDeskAnalyst, Role::Holder] {
            let other = seeded.browser(role, Some(domain::samples::NORFOLK)).await;
            assert_eq!(other.post(&form, &change).await.status, StatusCode::FORBIDDEN, "{role}");
        }
        let made = hr.post(&form, &change).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text());
        seeded.pass(10).await;
        let page = hr.page(&href).await;
        assert!(!page.contains("Needs attention") && page.contains("in place of PC Ames"), "{page}");
        for person in [ames, byrd] {
            let own = seeded.browser_of(person, domain::samples::NORFOLK).await;
            let page = own.page("/me").await;
            assert!(page.contains("The rota On-call engineer has changed for you"), "{page}");
        }

        // Taking it back shows the gap first.
        let withdraw = page.split("action=\"").find(|part| part.contains("/withdraw\"")).unwrap();
        let withdraw = withdraw.split('"').next().unwrap();
        let first = hr.post(withdraw, &[]).await;
        assert_eq!(first.status, StatusCode::OK);
        let text = first.text();
        assert!(text.contains("This would leave gaps") && text.contains(gap), "{text}");
        assert!(hr.page(&href).await.contains("in place of PC Ames"), "nothing has changed");
        let seen = text.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let again = hr.post(withdraw, &[("seen", seen)]).await;
        assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.text());
        assert!(hr.page(&href).await.contains(gap));

        // The other force, and strangers.
        let suffolk = seeded.browser(Role::Hr, Some(domain::samples::SUFFOLK)).await;
        assert_eq!(suffolk.get(&href).await.status, StatusCode::FORBIDDEN);
        assert_eq!(suffolk.post(&form, &change).await.status, StatusCode::FORBIDDEN);
        assert!(!suffolk.page("/duty/rotas").await.contains("On-call engineer"));
        let desk = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
        assert!(desk.page(&href).await.contains("DC Cole"));
        let calendar = desk.get(&format!("{href}/calendar.ics")).await;
        assert!(calendar.text().contains("SUMMARY:On-call engineer: DC Cole"), "{}", calendar.text());
    });
}
