//! Signing in and out, one-time links, forms from elsewhere, and what never comes back as it is.

use axum::http::{Request, StatusCode};
use kernel::access::{Role, permit};

use crate::common::{root, with_force};

#[test]
fn a_persona_signs_in_goes_where_it_wanted_and_signs_out() {
    with_force(|seeded| async move {
        let nobody = seeded.nobody();
        let html = nobody.page("/sign-in?next=/devices").await;
        assert!(html.contains("Morgan Ash") && html.contains("value=\"/devices\""), "{html}");
        let answer = nobody.post("/sign-in", &[("persona", "0"), ("next", "/devices")]).await;
        assert_eq!((answer.status, answer.leads_to()), (StatusCode::SEE_OTHER, "/devices"));
        let set = answer.headers["set-cookie"].to_str().unwrap();
        assert!(set.starts_with("lanyard-demo=") && set.contains("; HttpOnly; SameSite=Lax"), "{set}");
        let browser = nobody.with_cookie_of(&answer);
        let html = browser.page("/devices").await;
        assert!(html.contains("Morgan Ash, Service desk lead") && html.contains("F4GXQ2ABCD"), "{html}");
        let answer = browser.post("/sign-out", &[]).await;
        assert_eq!(answer.leads_to(), "/sign-in?done=signed-out");
        assert_eq!(
            browser.get("/devices").await.status,
            StatusCode::SEE_OTHER,
            "the session is over on the server"
        );
    });
}

#[test]
fn nobody_is_sent_to_another_site_and_no_one_can_be_made_up() {
    with_force(|seeded| async move {
        let nobody = seeded.nobody();
        let answer = nobody.post("/sign-in", &[("persona", "0"), ("next", "//evil.example/")]).await;
        assert_eq!(answer.leads_to(), "/");
        for persona in ["1", "-1", "", "administrator"] {
            let answer = nobody.post("/sign-in", &[("persona", persona)]).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{persona}");
            assert!(answer.headers.get("set-cookie").is_none());
        }
    });
}

#[test]
fn a_running_service_has_no_persona_and_keeps_its_cookie_to_tls() {
    with_force(|seeded| async move {
        let options = web::Options { secure_cookies: true, ..web::Options::default() };
        let router = web::router(seeded.app.clone(), options);
        let nobody = crate::common::Browser::of(router);
        let html = nobody.page("/sign-in").await;
        assert!(html.contains("sign-in-link") && !html.contains("Demonstration"), "{html}");
        let answer = nobody.post("/sign-in", &[("persona", "0")]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);

        let made = sign_in_app::sessions::make_sign_in_link(
            &seeded.app,
            permit(&root()).unwrap(),
            "Robin Hale",
            Role::Administrator,
        );
        let path = format!("/sign-in/{}", made.await.unwrap().expose());
        for _ in 0..3 {
            assert!(nobody.page(&path).await.contains("works once"), "a preview spends nothing");
        }
        let answer = nobody.post(&path, &[]).await;
        assert_eq!((answer.status, answer.leads_to()), (StatusCode::SEE_OTHER, "/"));
        let set = answer.headers["set-cookie"].to_str().unwrap();
        assert!(set.starts_with("__Host-lanyard=") && set.ends_with("; Secure"), "{set}");
        assert!(nobody.with_cookie_of(&answer).page("/").await.contains("Robin Hale, Administrator"));
        let again = nobody.post(&path, &[]).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "the second time it is spent");
        assert!(again.headers.get("set-cookie").is_none());
    });
}

#[test]
fn a_form_from_another_site_is_refused() {
    with_force(|seeded| async move {
        let browser = seeded.browser(Role::Administrator, None).await;
        for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
            let request = Request::post("/people/add")
                .header("content-type", "application/x-www-form-urlencoded")
                .header(name, value);
            let body = "force=norfolk&number=9&name=X&role=officer".to_owned();
            let answer = browser.send(request, body).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}");
            assert!(
                answer.text().contains("did not come from these pages"),
                "it is a page: {}",
                answer.text()
            );
        }
        assert!(!browser.page("/people").await.contains(">9<"));
    });
}

#[test]
fn every_answer_has_its_headers_and_what_is_wrong_is_a_page() {
    with_force(|seeded| async move {
        let browser = seeded.browser(Role::Administrator, None).await;
        let large = "x".repeat(70 * 1024);
        let answers = [
            (StatusCode::NOT_FOUND, browser.get("/no-such-page").await),
            (StatusCode::NOT_FOUND, browser.get("/devices/not-an-id").await),
            (StatusCode::NOT_FOUND, browser.get("/clauses/XYZ-1").await),
            (StatusCode::METHOD_NOT_ALLOWED, browser.post("/devices", &[]).await),
            (StatusCode::PAYLOAD_TOO_LARGE, browser.post("/people/add", &[("name", &large)]).await),
            (StatusCode::NOT_FOUND, seeded.nobody().get("/no-such-page").await),
        ];
        for (status, answer) in answers {
            assert_eq!(answer.status, status);
            assert!(
                answer.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'")
            );
            assert_eq!(answer.headers["cache-control"], "no-store");
            let html = answer.text();
            assert!(html.contains("– Lanyard</title>"), "{status}: {html}");
            assert!(
                crate::checker::faults(&html).is_empty(),
                "{status}: {:?}",
                crate::checker::faults(&html)
            );
        }
    });
}
