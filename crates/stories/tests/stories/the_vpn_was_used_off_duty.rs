//! `stories/the-vpn-was-used-off-duty.md`

use axum::http::StatusCode;
use domain::Timestamp;
use kernel::access::Role;

use crate::common::{Browser, Seeded, with_force};
use crate::nobody_is_rung_off_duty::put_on_days;

async fn token(admin: &Browser, scope: &str, force: &str) -> String {
    let fields = [("name", "VPN"), ("scope", scope), ("force", force), ("days", "90")];
    let made = admin.post("/tokens", &fields).await.text();
    let start = made.find("lanyard_").expect("the token is shown");
    made[start..].chars().take_while(|c| c.is_ascii_alphanumeric() || "_-".contains(*c)).collect()
}

async fn feed(seeded: &Seeded, token: &str, path: &str, csv: &str) -> (u16, String) {
    let url = format!("{}{path}", seeded.app.config().address);
    let request = reqwest::Client::new().post(url).bearer_auth(token).header("content-type", "text/csv");
    let answer = request.body(csv.to_owned()).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[test]
fn the_vpn_was_used_off_duty() {
    with_force(|seeded| async move {
        let ames = seeded.holder;
        put_on_days(&seeded, ames).await;
        let at: Timestamp = "2026-11-29T02:00:00Z".parse().unwrap();
        seeded.world.clock.set(at);
        let admin = seeded.browser(Role::Administrator, None).await;
        let without = admin.post("/tokens", &[("name", "VPN"), ("force", "norfolk"), ("days", "90")]).await;
        assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(without.text().contains("Choose what it may do"));
        let (vpn, path) = (token(&admin, "device-use", "norfolk").await, "/api/v1/device-use");
        let night =
            "person,at,address\n1234,2026-11-28T19:00:00Z,10.0.0.1\nnobody,2026-11-28T19:00:00Z,10.0.0.2\n";
        for _ in 0..2 {
            let (status, told) = feed(&seeded, &vpn, path, night).await;
            assert_eq!(status, 200, "{told}");
            assert!(told.contains("\"good\":1") && told.contains("\"row\":2"), "{told}");
            assert!(!told.contains("duty"), "whoever keeps the log is not told a roster: {told}");
        }
        let own = seeded.browser_of(ames, domain::samples::NORFOLK).await;
        let page = own.page("/me/off-duty").await;
        assert_eq!(page.matches("<h2 class=\"govuk-heading-s\">VPN, ").count(), 1, "{page}");
        assert!(own.page("/me/notices").await.contains("You used VPN while off duty"));

        // Refused: another token, another force, another door, another time.
        let scim = token(&admin, "scim", "norfolk").await;
        assert_eq!(feed(&seeded, &scim, path, night).await.0, 403);
        assert_eq!(feed(&seeded, &vpn, "/scim/v2/Users", night).await.0, 403);
        let suffolk = token(&admin, "device-use", "suffolk").await;
        assert!(feed(&seeded, &suffolk, path, night).await.1.contains("\"good\":0"));
        let old = feed(&seeded, &vpn, path, "person,at\n1234,2026-10-01T19:00:00Z\n").await;
        assert!(old.1.contains("more than 31 days ago"), "{}", old.1);

        // It was somebody else.
        let id =
            page.split("VPN, ").nth(1).unwrap().split("value=\"").nth(1).unwrap().split('"').next().unwrap();
        let said = own.post("/me/off-duty", &[("sign-in", id), ("purpose", "not-me")]).await;
        assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text());
        let security = seeded.browser(Role::InformationSecurity, Some(domain::samples::NORFOLK)).await;
        let cases = security.page("/cases?kind=access-review").await;
        let rows = cases.split("<tbody>").nth(1).unwrap();
        let case = rows.split("href=\"/cases/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        assert!(
            security.page(&format!("/cases/{case}")).await.contains("the use of VPN on 2026-11-28"),
            "{cases}"
        );
    });
}
