//! What takes two, as people meet it: proving that one is there, asking and confirming, alarms.

use axum::http::{Request, StatusCode};
use domain::Span;
use kernel::access::Role;

use crate::common::{Answer, Browser, Seeded, with_force};
use crate::issuer::{ames, connected, query};

const LATE: Span = Span::from_secs(601);

/// The same browser, with the cookies of two answers.
fn with_both(session: &Browser, kept: &Answer) -> Browser {
    let kept = session.with_cookie_of(kept).cookie;
    let mut both = session.clone();
    both.cookie = format!("{}; {kept}", session.cookie);
    both
}

fn asks(role: Role) -> [(&'static str, &'static str); 3] {
    [("action", "give"), ("role", role.as_str()), ("reason", "leads the desk <from Monday>")]
}

#[test]
fn a_proof_is_asked_for_and_what_was_typed_is_kept() {
    with_force(|seeded| async move {
        let (issuer, nobody) = connected(&seeded).await;
        let path = format!("/people/{}/roles", seeded.newcomer);
        let first =
            seeded.browser_in_role(seeded.holder, Role::Administrator, domain::samples::NORFOLK).await;
        seeded.world.clock.advance(LATE);
        // What can be undone goes on; what gives power waits, and nothing is done.
        assert_eq!(first.post(&path, &asks(Role::Hr)).await.leads_to(), format!("{path}?done=role-given"));
        let refused = first.post(&path, &asks(Role::ServiceDeskLead)).await;
        assert_eq!((refused.status, refused.leads_to()), (StatusCode::SEE_OTHER, "/prove"));
        let kept = with_both(&first, &refused);
        let html = kept.page("/prove").await;
        assert!(html.contains("What you typed is kept"), "{html}");

        // Through the directory, which is told to ask anew. An old sign-in there proves nothing.
        let begin = "/sign-in/directory?next=%2Fkept&again=yes";
        let begun = nobody.get(begin).await;
        let there = begun.leads_to().to_owned();
        assert_eq!((query(&there)["prompt"].as_str(), query(&there)["max_age"].as_str()), ("login", "0"));
        let browser = nobody.with_cookie_of(&begun);
        let mut claims = ames(&seeded);
        claims["auth_time"] = serde_json::json!(seeded.world.now().minus(LATE).millis() / 1000);
        let stale = browser.with_cookie_of(&browser.get(&issuer.sign_in(&there, claims.clone())).await);
        let refused = stale.post(&path, &asks(Role::ServiceDeskLead)).await;
        assert_eq!(refused.leads_to(), "/prove");

        let begun = nobody.get(begin).await;
        let there = begun.leads_to().to_owned();
        let browser = nobody.with_cookie_of(&begun);
        claims["auth_time"] = serde_json::json!(seeded.world.now().millis() / 1000);
        let fresh = browser.with_cookie_of(&browser.get(&issuer.sign_in(&there, claims)).await);
        let fresh = with_both(&fresh, &refused);
        let html = fresh.page("/kept").await;
        assert!(html.contains("leads the desk &#60;from Monday&#62;"), "{html}");
        let fields: Vec<(&str, &str)> =
            [("kept-form", "send")].into_iter().chain(asks(Role::ServiceDeskLead)).collect();
        let on = fresh.post("/kept", &fields).await;
        assert_eq!((on.status, on.leads_to()), (StatusCode::TEMPORARY_REDIRECT, path.as_str()));
        let done = fresh.post(&path, &fields).await;
        assert_eq!(done.leads_to(), format!("{path}?done=role-waits"));
    });
}

#[test]
fn a_role_waits_on_its_page_is_told_and_confirmed_by_another() {
    with_force(|seeded| async move {
        let path = format!("/people/{}/roles", seeded.newcomer);
        let ada = seeded.browser_in_role(seeded.holder, Role::Administrator, domain::samples::NORFOLK).await;
        let byrd = other(&seeded).await;
        let overview = ada.page("/").await;
        assert!(
            overview.contains("Norfolk Constabulary has one administrator who has signed in"),
            "{overview}"
        );
        let to_byrd = format!("/people/{byrd}/roles");
        let given = ada.post(&to_byrd, &asks(Role::Administrator)).await;
        assert_eq!(given.leads_to(), format!("{to_byrd}?done=role-given"), "the only one, once");
        let waits = ada.post(&path, &asks(Role::ServiceDeskLead)).await;
        assert_eq!(waits.leads_to(), format!("{path}?done=role-waits"));
        let html = ada.page(&path).await;
        assert!(html.contains("Waits for another administrator"), "{html}");
        let id = html.split("id=\"confirm\"").nth(1).unwrap().split("value=\"").nth(1).unwrap();
        let id = id.split('"').next().unwrap().to_owned();
        let confirm =
            [("action", "confirm"), ("confirm", id.as_str()), ("confirm-reason", "I asked their inspector")];
        let own = ada.post(&path, &confirm).await;
        assert_eq!(own.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(own.text().contains("Somebody else must agree: you asked for it yourself"), "{}", own.text());

        seeded.world.clock.advance(Span::from_secs(24 * 3600));
        let bo = seeded.browser_of(byrd, domain::samples::NORFOLK).await;
        assert!(!bo.page("/").await.contains("one administrator who has signed in"));
        let alarms = bo.page("/alarms").await;
        assert!(alarms.contains("the role Service desk lead is asked for DC Cole (4410)"), "{alarms}");
        assert_eq!(bo.post(&path, &confirm).await.leads_to(), format!("{path}?done=role-confirmed"));
        assert!(bo.page(&path).await.contains("confirmed by Sgt"), "{}", bo.page(&path).await);
        assert!(bo.page("/me/notices").await.contains("two administrators agreed"));

        // Whoever caused it does not see to it; the other does, and it leaves the overview.
        let mine = alarms_of(&bo).await;
        let (seen, refused) = (bo.post(&mine[0], &[]).await, bo.post(&mine[1], &[]).await);
        let statuses = [seen.status, refused.status];
        assert!(
            statuses.contains(&StatusCode::CONFLICT) && statuses.contains(&StatusCode::SEE_OTHER),
            "{statuses:?}"
        );
        let request = Request::get("/alarms?state=all");
        assert_eq!(bo.send(request, "").await.status, StatusCode::OK);
    });
}

/// Norfolk's other person, a sergeant.
async fn other(seeded: &Seeded) -> domain::PersonId {
    let found = seeded.app.store().read(|tx| store::people::by_number(tx, domain::samples::NORFOLK, "88"));
    found.await.unwrap().unwrap().id
}

/// Where the newest alarms are seen to.
async fn alarms_of(browser: &Browser) -> Vec<String> {
    let html = browser.page("/alarms").await;
    html.split("action=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|one| one.starts_with("/alarms/"))
        .map(str::to_owned)
        .collect()
}
