//! `stories/the-clocks-go-back.md`

use axum::http::StatusCode;
use domain::Timestamp;
use kernel::access::{Role, permit};

use crate::common::{root, with_force};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn the_clocks_go_back() {
    with_force(|seeded| async move {
        let (ames, hr) = (seeded.holder, seeded.browser(Role::Hr, Some(domain::samples::NORFOLK)).await);
        let pattern = |days: &'static str| {
            [
                ("force", "norfolk"),
                ("name", "Nights"),
                ("shape", "cycle"),
                ("shifts", "N 22:00-07:00"),
                ("days", days),
            ]
        };
        let refused = hr.post("/duty/patterns/add", &pattern("N X - -")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("day 2") || refused.text().contains("Day 2"), "{}", refused.text());
        let kept = hr.post("/duty/patterns/add", &pattern("N N - -")).await;
        assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text());
        let id =
            duty_app::duty_patterns(&seeded.app, permit(&root()).unwrap()).await.unwrap()[0].id.to_string();
        seeded.world.clock.set(at("2027-10-30T11:00:00Z"));
        let hr = seeded.browser(Role::Hr, Some(domain::samples::NORFOLK)).await;
        let href = format!("/people/{ames}/duty");
        let fields = [("pattern", id.as_str()), ("from", "2027-10-30"), ("place", "1"), ("until", "")];
        hr.post(&format!("{href}/pattern"), &fields).await;
        let page = hr.page(&href).await;
        let night = "30 October 2027, 10:00pm to 31 October 2027, 7:00am";
        assert!(page.contains(night) && page.contains("Off duty"), "{page}");
        for twice in ["2027-10-31T00:30:00Z", "2027-10-31T01:30:00Z"] {
            let state = duty_app::duty_at(&seeded.app, permit(&root()).unwrap().into(), ames, at(twice))
                .await
                .unwrap();
            assert!(format!("{state:?}").starts_with("OnDuty"), "{twice}: {state:?}");
        }
        let before =
            duty_app::duty_at(&seeded.app, permit(&root()).unwrap().into(), ames, at("2027-10-30T11:00:00Z"));
        let next = before.await.unwrap().next_start();
        assert_eq!(next, Some(at("2027-10-30T21:00:00Z")), "ten in the evening, summer time still");

        // A form that was open while somebody changed the pattern.
        let change = |version: &'static str| {
            let mut fields = pattern("N N N - -").to_vec();
            fields.push(("version", version));
            fields
        };
        let path = format!("/duty/patterns/{id}");
        assert_eq!(hr.post(&path, &change("1")).await.status, StatusCode::SEE_OTHER);
        let stale = hr.post(&path, &change("1")).await;
        assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(stale.text().contains("Somebody changed this pattern"), "{}", stale.text());

        // Absences from a file.
        let file = "number,kind,start,end\n1234,annual-leave,2027-11-02,2027-11-05\n1234,sick,2027-11-09,2027-11-08\n999,sick,2027-11-09,\n";
        for twice in [false, true] {
            let given = hr.give("/import/rosters", "norfolk", "leave.csv", file.as_bytes()).await;
            let waiting = given.leads_to().to_owned();
            let look = hr.page(&waiting).await;
            assert!(
                look.contains("<strong>2</strong> wrong") && look.contains("end after the start"),
                "{look}"
            );
            assert!(look.contains("has nobody with this number"), "{look}");
            if twice {
                assert!(look.contains("<strong>1</strong> change nothing"), "{look}");
                break;
            }
            assert!(look.contains("Annual leave, 2 November 2027 to 5 November 2027"), "{look}");
            assert!(!hr.page(&href).await.contains("Annual leave: "), "looking changes nothing");
            let digest = look.split("name=\"digest\" value=\"").nth(1).unwrap().split('"').next().unwrap();
            let apply = format!("{waiting}/apply");
            let all = hr.post(&apply, &[("digest", digest), ("way", "all")]).await;
            assert_eq!(all.status, StatusCode::CONFLICT, "all of it or nothing: nothing");
            let good = hr.post(&apply, &[("digest", digest), ("way", "good")]).await;
            assert_eq!(good.status, StatusCode::OK, "{}", good.text());
        }
        let read = duty_app::duty_of(&seeded.app, permit(&root()).unwrap().into(), ames).await.unwrap();
        assert_eq!(read.periods.len(), 1, "taken once");
        let none = hr.give("/import/calendars", "norfolk", "x.ics", b"x").await;
        assert!(none.text().contains("is not a calendar"), "{}", none.text());

        let suffolk = seeded.browser(Role::Hr, Some(domain::samples::SUFFOLK)).await;
        assert_eq!(suffolk.get(&href).await.status, StatusCode::FORBIDDEN);
        let enter = [("kind", "sick"), ("start", "2027-11-20"), ("end", "")];
        assert_eq!(suffolk.post(&format!("{href}/periods"), &enter).await.status, StatusCode::FORBIDDEN);
        let own = seeded.browser_of(ames, domain::samples::NORFOLK).await;
        assert!(own.page(&href).await.contains("Annual leave"), "one's own, with the reason");
        assert_eq!(own.post(&format!("{href}/periods"), &enter).await.status, StatusCode::FORBIDDEN);
        let desk = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
        let seen = desk.page(&href).await;
        assert!(
            seen.contains("On leave") && !seen.contains("Annual leave"),
            "why is not the desk's business"
        );
    });
}
