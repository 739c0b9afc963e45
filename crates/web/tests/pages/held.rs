//! Held and waiting, through the pages: beyond a cap, released by another person; frozen by one, lifted by two.

use axum::http::StatusCode;
use kernel::access::Role;

use crate::common::{Seeded, with_force};

async fn burst_of(seeded: &Seeded) -> String {
    let open = seeded.app.store().read(|tx| store::orders::bursts(tx, None)).await.unwrap();
    format!("/held/{}", open.first().expect("a burst is held").id)
}

#[test]
fn devices_lead_there_for_who_may_see_it_and_for_nobody_else() {
    with_force(|seeded| async move {
        let link = "<a href=\"/held\">Held and waiting</a>";
        for (role, shown) in [
            (Role::DutyOfficer, true),
            (Role::ServiceDeskAnalyst, true),
            (Role::OnCallEngineer, true),
            (Role::PolicyOwner, false),
            (Role::TelecomsManager, false),
        ] {
            let browser = seeded.browser(role, Some(domain::samples::NORFOLK)).await;
            assert_eq!(browser.page("/devices").await.contains(link), shown, "{role}");
            let answer = browser.get("/held").await;
            assert_eq!(answer.status == StatusCode::OK, shown, "{role}");
        }
    });
}

#[test]
fn what_is_beyond_a_cap_is_held_and_another_person_decides() {
    with_force(|seeded| async move {
        let desk =
            seeded.browser_in_role(seeded.newcomer, Role::ServiceDeskAnalyst, domain::samples::NORFOLK).await;
        let actions = format!("/devices/{}/actions", seeded.phone);
        let lock = [("action", "lock"), ("reason-lock", "because I can")];
        for n in 0..23 {
            let answer = desk.post(&actions, &lock).await;
            let word = if n < 20 { "queued" } else { "held" };
            assert_eq!(answer.leads_to(), format!("/devices/{}?done={word}", seeded.phone), "order {n}");
        }
        let device = desk.page(&format!("/devices/{}?done=held", seeded.phone)).await;
        assert!(
            device.contains("Held beyond a limit") && device.contains("It is held: the limit of an hour"),
            "{device}"
        );
        let burst = burst_of(&seeded).await;
        let command = desk.page(&format!("/commands/{}", seeded.command(seeded.phone).await)).await;
        assert!(command.contains(&burst), "{command}");
        let own = desk.page(&burst).await;
        for words in
            ["3 harsh orders", "DC Cole", "More than 20 harsh orders by one person", "Service desk lead"]
        {
            assert!(own.contains(words), "{words}: {own}");
        }
        assert!(!own.contains("Release all of it"), "not for who asked");
        let refused = desk.post(&format!("{burst}/release"), &[("release-reason", "mine")]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);

        let lead =
            seeded.browser_in_role(seeded.holder, Role::ServiceDeskLead, domain::samples::NORFOLK).await;
        assert!(lead.page("/").await.contains("1 burst of orders is held beyond a limit"));
        let list = lead.page("/held").await;
        assert!(list.contains(&burst) && list.contains("Call these orders off"), "{list}");
        let blank = lead.post(&format!("{burst}/release"), &[("release-reason", " ")]).await;
        assert_eq!(blank.status, StatusCode::UNPROCESSABLE_ENTITY);
        let answer = lead.post(&format!("{burst}/release"), &[("release-reason", "an exercise")]).await;
        assert_eq!(answer.leads_to(), format!("{burst}?done=released"));
        let over = lead.page(&burst).await;
        assert!(
            over.contains("Released") && over.contains("an exercise") && !over.contains("Cancel all of it")
        );
        let twice = lead.post(&format!("{burst}/cancel"), &[("cancel-reason", "late")]).await;
        assert_eq!(twice.status, StatusCode::CONFLICT);
        assert!(lead.page("/held").await.contains("Nothing is held."));
        // All of it can still be called off while it waits for the device.
        let newcomer = format!("person:{}", seeded.newcomer);
        let form = [
            ("call-off-force", "norfolk"),
            ("asked-by", newcomer.as_str()),
            ("call-off-why", "stolen sign-in"),
        ];
        let answer = lead.post("/held/call-off", &form).await;
        assert_eq!(answer.leads_to(), "/held?done=orders-called-off");
        let states = desk.page(&format!("/devices/{}", seeded.phone)).await;
        assert!(!states.contains("Queued; not yet handed to the device"), "{states}");
    });
}

#[test]
fn one_freezes_and_two_lift() {
    with_force(|seeded| async move {
        let duty = seeded.browser(Role::DutyOfficer, Some(domain::samples::NORFOLK)).await;
        let blank = duty.post("/held/freeze", &[("freeze-force", "norfolk"), ("freeze-why", "")]).await;
        assert_eq!(blank.status, StatusCode::UNPROCESSABLE_ENTITY);
        let form = [("freeze-force", "norfolk"), ("freeze-why", "nobody knows of these")];
        assert_eq!(duty.post("/held/freeze", &form).await.leads_to(), "/held?done=frozen");
        assert!(duty.page("/").await.contains("Destructive orders are frozen: Norfolk Constabulary"));
        let suffolk = [("freeze-force", "suffolk"), ("freeze-why", "over the wall")];
        assert_eq!(duty.post("/held/freeze", &suffolk).await.status, StatusCode::FORBIDDEN);

        let lead =
            seeded.browser_in_role(seeded.holder, Role::ServiceDeskLead, domain::samples::NORFOLK).await;
        let page = lead.page(&format!("/devices/{}", seeded.phone)).await;
        assert!(page.contains("destructive orders of the force are frozen"), "{page}");
        let erase = [("action", "erase"), ("reason-erase", "stolen")];
        let refused = lead.post(&format!("/devices/{}/actions", seeded.phone), &erase).await;
        assert!(refused.text().contains("are frozen"), "{}", refused.text());
        let ask = [("force", "norfolk"), ("lift-norfolk", "it was an exercise")];
        assert_eq!(lead.post("/held/lift", &ask).await.leads_to(), "/held?done=lift-asked");
        let own = lead.page("/held").await;
        assert!(
            own.contains("Somebody else must confirm") && !own.contains("Confirm: lift the freeze"),
            "{own}"
        );
        let confirm = [("force", "norfolk"), ("confirm", "yes")];
        assert_eq!(lead.post("/held/lift", &confirm).await.status, StatusCode::FORBIDDEN);
        let second = seeded.browser_in_role(seeded.newcomer, Role::Fiso, domain::samples::NORFOLK).await;
        assert!(second.page("/held").await.contains("Confirm: lift the freeze"));
        assert_eq!(second.post("/held/lift", &confirm).await.leads_to(), "/held?done=lifted");
        assert!(!second.page("/").await.contains("Destructive orders are frozen"));
    });
}
