//! `stories/a-private-hub-for-a-month.md`

use axum::http::StatusCode;
use kernel::access::Role;

use crate::common::{Seeded, with_force};
use crate::registers::{decide, entry_of, field, timeline};

const DAY: i64 = 24 * 3600;
const PASSWORD: &str = "kittens in the rain";
const ASK: &str = "/registers/private-hubs/ask";

fn on_the_phone(seeded: &Seeded) -> bool {
    seeded.phone_sim.payloads("com.apple.wifi.managed").iter().any(|payload| payload.contains("AMES-HUB"))
}

#[test]
fn a_private_hub_for_a_month() {
    with_force(|mut seeded| async move {
        let ames = seeded.browser_of(seeded.holder, domain::samples::NORFOLK).await;
        let security = seeded.browser(Role::InformationSecurity, Some(domain::samples::NORFOLK)).await;
        let suffolk = seeded.browser(Role::InformationSecurity, Some(domain::samples::SUFFOLK)).await;
        let (once, until, too_late) = (field(&ames.page(ASK).await, "once"), seeded.day(30), seeded.day(400));
        let mut form = vec![
            ("once", once.as_str()),
            ("device", ""),
            ("place", "at home, Diss"),
            ("network", "AMES-HUB"),
            ("security", "wpa2-personal"),
            ("passphrase", "short"),
            ("because", "on call from home"),
            ("until", until.as_str()),
        ];
        let refused = ames.post(ASK, &form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("AMES-HUB") && refused.text().contains("id=\"passphrase-error\""));
        form[5].1 = PASSWORD;
        form[7].1 = too_late.as_str();
        assert!(ames.post(ASK, &form).await.text().contains("the longest in this register"));
        form[7].1 = until.as_str();
        form[1].1 = "C02XK1MAC1";
        let others = ames.post(ASK, &form).await;
        assert_eq!(others.status, StatusCode::UNPROCESSABLE_ENTITY, "somebody else holds it");
        form[1].1 = "";
        for _ in 0..2 {
            assert_eq!(ames.post(ASK, &form).await.status, StatusCode::SEE_OTHER, "twice makes one");
        }
        let entry = entry_of(&security, "private-hubs").await;
        assert_eq!(suffolk.get(&entry).await.status, StatusCode::FORBIDDEN, "the wall");
        assert!(ames.page("/me").await.contains("Nobody has decided yet."));
        seeded.settle().await;
        assert!(!on_the_phone(&seeded), "asking changes nothing");

        assert_eq!(decide(&ames, &entry, "0", &[("answer", "yes")]).await.status, StatusCode::FORBIDDEN);
        let granted = decide(&security, &entry, "0", &[("answer", "yes")]).await;
        assert_eq!(granted.status, StatusCode::SEE_OTHER, "{}", granted.text());
        let again = decide(&security, &entry, "0", &[("answer", "no")]).await;
        assert_ne!(again.status, StatusCode::SEE_OTHER, "decided once");
        seeded.settle().await;
        assert!(on_the_phone(&seeded), "its settings have the network");
        let me = ames.page("/me").await;
        assert!(me.contains("In force") && me.contains("as agreed"), "{me}");
        for page in [security.page(&entry).await, security.page("/registers/entries").await, me] {
            assert!(!page.contains(PASSWORD));
        }

        seeded.pass(25 * DAY).await;
        seeded.pass(DAY).await;
        // Nobody stays signed in over such a time without using it.
        let ames = seeded.browser_of(seeded.holder, domain::samples::NORFOLK).await;
        let security = seeded.browser(Role::InformationSecurity, Some(domain::samples::NORFOLK)).await;
        assert_eq!(timeline(&security, &entry).await.matches("Lapses soon").count(), 1, "warned once");
        assert!(on_the_phone(&seeded));
        seeded.pass(5 * DAY).await;
        seeded.settle().await;
        assert!(!on_the_phone(&seeded), "it went by itself");
        assert!(timeline(&security, &entry).await.contains("its time was over"));
        assert!(ames.page("/me").await.contains("Lapsed"));
        let late = ames.post(&format!("{entry}/end"), &[("why", "late"), ("version", "9")]).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "it is over");
    });
}
