//! `stories/returned-at-the-counter.md`.

use axum::http::StatusCode;
use kernel::access::Role;

use crate::common::with_force;
use crate::desk::{drafted, shown, sign_at_counter, sign_for_store};

#[test]
fn returned_at_the_counter() {
    with_force(|seeded| async move {
        let dani = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
        let store = seeded.store().await.to_string();
        let phone = seeded.spare("F4RETURN01").await;
        seeded.issue(phone, "1234", "PC Ames").await;
        let id = phone.to_string();
        let form = [
            ("kind", "return"),
            ("device", id.as_str()),
            ("place", store.as_str()),
            ("condition", "worn"),
            ("missing", "Charger"),
        ];
        let href = drafted(&dani.post("/custody/new", &form).await);
        let page = format!("/devices/{phone}");
        assert_eq!(sign_for_store(&dani, &href, "receiver").await.status, StatusCode::SEE_OTHER);
        assert!(dani.page(&page).await.contains("Held by <a"), "until both signed the holder is unchanged");
        assert_eq!(sign_at_counter(&dani, &href, "giver", "PC Ames").await.status, StatusCode::SEE_OTHER);
        let html = dani.page(&page).await;
        assert!(html.contains("Held by nobody") && html.contains("In store: ICT stores, Norwich"), "{html}");

        // The box from Thetford.
        let (one, two) = (seeded.spare("F4BOX0001").await, seeded.spare("F4BOX0002").await);
        seeded.issue(one, "1234", "PC Ames").await;
        seeded.issue(two, "88", "Sgt <b>Byrd</b>").await;
        let codes = "nc-f4box0001\nF4BOX0002\nF4BOX0002\nNO-SUCH\nF4RETURN01\nDMPT1TABLET";
        let scan = |absent: &'static str, codes: &'static str| {
            let store = store.clone();
            let dani = dani.clone();
            async move {
                let fields =
                    [("codes", codes), ("place", store.as_str()), ("condition", "good"), ("absent", absent)];
                let answer = dani.post("/custody/returns", &fields).await;
                assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
                answer.text()
            }
        };
        let html = scan("", codes).await;
        assert!(html.contains("2 of 5 taken") && html.contains("waits for the other side"), "{html}");
        for why in ["Nothing in the register", "Suffolk Constabulary property", "nobody can bring it back"] {
            assert!(html.contains(why), "{why}: {html}");
        }
        let twice = scan("", "F4BOX0001\nF4BOX0002").await;
        assert!(twice.contains("0 of 2 taken") && twice.contains("for signatures"), "{twice}");
        let list = dani.page("/custody?state=draft").await;
        assert!(list.contains("PC Ames (1234) has yet to sign"), "{list}");

        // Ames confirms on their own page, and nobody else's page has it.
        let ids = list.split("href=\"/custody/").skip(1).map(|part| part.split('"').next().unwrap());
        let drafts: Vec<String> =
            ids.filter(|id| id.len() == 36).map(|id| format!("/me/custody/{id}")).collect();
        assert_eq!(drafts.len(), 2, "one for each giver: {drafts:?}");
        let other = seeded.browser_of(seeded.newcomer, domain::samples::NORFOLK).await;
        let ames = seeded.browser_of(seeded.holder, domain::samples::NORFOLK).await;
        let mut signed = 0;
        for address in drafts {
            assert_eq!(other.get(&address).await.status, StatusCode::CONFLICT);
            if ames.get(&address).await.status != StatusCode::OK {
                continue;
            }
            let digest = shown(&ames, &address).await;
            let unticked = ames.post(&format!("{address}/sign"), &[("shown", digest.as_str())]).await;
            assert_eq!(unticked.status, StatusCode::UNPROCESSABLE_ENTITY);
            let fields = [("shown", digest.as_str()), ("confirm", "yes")];
            let answer = ames.post(&format!("{address}/sign"), &fields).await;
            assert_eq!(answer.leads_to(), format!("{address}?done=handover-complete"));
            signed += 1;
        }
        assert_eq!(signed, 1, "Ames stands in one of them");
        assert!(dani.page(&format!("/devices/{one}")).await.contains("Held by nobody"));
        assert!(
            dani.page(&format!("/devices/{two}")).await.contains("Held by <a"),
            "Byrd has yet to confirm"
        );

        // Without them: the record says so.
        let three = seeded.spare("F4BOX0003").await;
        let issued = seeded.issue(three, "1234", "PC Ames").await;
        assert_ne!(issued.to_string(), "");
        let html = scan("in a box from Thetford", "F4BOX0003").await;
        assert!(html.contains("1 of 1 taken") && html.contains("back in the store"), "{html}");
        let chain = dani.page(&format!("/devices/{three}")).await;
        assert!(chain.contains("Held by nobody"), "{chain}");
        let href = html.split("href=\"/custody/").find(|part| part.contains("back in the store")).unwrap();
        let page = dani.page(&format!("/custody/{}", href.split('"').next().unwrap())).await;
        assert!(page.contains("came back without PC Ames there: in a box from Thetford"), "{page}");
    });
}
