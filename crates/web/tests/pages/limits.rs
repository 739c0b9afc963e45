//! How often may be tried: by address and by account, at each door, until when, and what the page says.

use std::net::IpAddr;

use axum::http::{Request, StatusCode};
use domain::Span;
use kernel::access::{ApiScope, Role, permit};
use kernel::limits::CallerAddress;
use sign_in_app::tokens::NewToken;

use crate::common::{Answer, Browser, Seeded, root, with_force};

async fn knock(browser: &Browser, path: &str, from: &str) -> Answer {
    let request = Request::post(path)
        .extension(CallerAddress(from.parse::<IpAddr>().unwrap()))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin");
    browser.send(request, String::new()).await
}

/// How many are let through before one is refused with the page that says so; the seconds to wait.
async fn until_refused(browser: &Browser, path: &str, from: &str) -> (usize, i64) {
    for number in 0..1000 {
        let answer = knock(browser, path, from).await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            let html = answer.text();
            assert!(html.contains("Too many tries") && html.contains("call the service desk"), "{html}");
            assert!(crate::checker::faults(&html).is_empty(), "{:?}", crate::checker::faults(&html));
            let wait = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
            assert!(html.contains(&format!("wait {wait} seconds")), "{html}");
            return (number, wait);
        }
    }
    panic!("nothing was refused");
}

fn later(seeded: &Seeded, seconds: i64) {
    seeded.world.clock.advance(Span::from_secs(seconds));
}

#[test]
fn an_address_that_tries_links_and_passkeys_is_told_to_wait() {
    with_force(|seeded| async move {
        let nobody = seeded.nobody();
        for path in ["/sign-in/no-such-link", "/sign-in/passkey"] {
            assert_eq!(until_refused(&nobody, path, "192.0.2.1").await, (20, 6), "{path}");
            let other = knock(&nobody, path, "192.0.2.2").await;
            assert_ne!(other.status, StatusCode::TOO_MANY_REQUESTS, "{path}: another address has its own");
        }
        let shown = nobody.get("/sign-in").await;
        assert_eq!(shown.status, StatusCode::OK, "looking is never refused");
        later(&seeded, 6);
        assert_eq!(until_refused(&nobody, "/sign-in/no-such-link", "192.0.2.1").await, (1, 6));
        assert_eq!(until_refused(&nobody, "/sign-in", "192.0.2.1").await.0, 120, "a whole station signs in");
        let begun = Request::get("/sign-in/directory").extension(CallerAddress("192.0.2.1".parse().unwrap()));
        assert_eq!(nobody.send(begun, String::new()).await.status, StatusCode::TOO_MANY_REQUESTS);
    });
}

#[test]
fn answering_questions_is_no_report_and_an_address_may_send_ten() {
    with_force(|seeded| async move {
        let nobody = seeded.nobody();
        for _ in 0..100 {
            let step = knock(&nobody, "/lost/questions", "192.0.2.1").await;
            assert_ne!(step.status, StatusCode::TOO_MANY_REQUESTS);
        }
        assert_eq!(until_refused(&nobody, "/lost", "192.0.2.1").await.0, 10);
    });
}

#[test]
fn whoever_tries_wrong_links_and_answers_never_keeps_the_right_one_out() {
    with_force(|seeded| async move {
        let nobody = seeded.nobody();
        for path in ["/sign-in/no-such-link", "/sign-in/passkey", "/sign-in/directory/return"] {
            for _ in 0..200 {
                knock(&nobody, path, "192.0.2.1").await;
            }
        }
        assert_eq!(knock(&nobody, "/sign-in/x", "192.0.2.1").await.status, StatusCode::TOO_MANY_REQUESTS);
        let made = sign_in_app::sessions::make_sign_in_link(
            &seeded.app,
            permit(&root()).unwrap(),
            "Jo Smith",
            Role::Administrator,
        );
        let path = format!("/sign-in/{}", made.await.unwrap().expose());
        assert_eq!(knock(&nobody, &path, "192.0.2.1").await.status, StatusCode::SEE_OTHER);
        let again = knock(&nobody, &path, "192.0.2.1").await;
        assert_eq!(again.status, StatusCode::TOO_MANY_REQUESTS, "a link that was used is a wrong one");

        // A challenge that waits for its answer is looked at, however many answers to none there were.
        let browser = sign_in_app::Brought::Passkey("no-such-challenge");
        let from = Some("192.0.2.1".parse().unwrap());
        assert!(sign_in_app::admit(&seeded.app, from, browser).await.is_err());
        seeded.app.store().write(|tx| waiting(tx, "passkey-use", "known")).await.unwrap();
        seeded.app.store().write(|tx| waiting(tx, "directory", "known-too")).await.unwrap();
        for right in [sign_in_app::Brought::Passkey("known"), sign_in_app::Brought::Directory("known-too")] {
            sign_in_app::admit(&seeded.app, from, right).await.unwrap();
        }
        let mixed_up = sign_in_app::Brought::Passkey("known-too");
        assert!(sign_in_app::admit(&seeded.app, from, mixed_up).await.is_err(), "each key fits its own door");
    });
}

/// A sign-in that waits for its browser under a key.
fn waiting(tx: &mut store::Tx<'_>, kind: &'static str, key: &str) -> Result<(), store::StoreError> {
    let attempt = store::sign_in::Attempt {
        digest: kernel::digest_hex(key.as_bytes()),
        kind,
        browser: String::new(),
        sealed: Vec::new(),
        expires_at: "2100-01-01".parse().unwrap(),
    };
    store::sign_in::begin(tx, &attempt)
}

#[test]
fn nobody_who_is_not_known_has_more_than_64_kib_read_at_any_address() {
    with_force(|seeded| async move {
        let gate = Browser::of(gateway::router(seeded.app.clone(), gateway::Options::default()));
        let pages = web::routes().into_iter().filter(|route| route.method == "POST");
        let pages = pages.map(|route| (seeded.nobody(), "POST".to_owned(), route.path.to_owned()));
        let doors = gateway::routes::addresses().into_iter().filter(|address| address.method != "GET");
        let doors = doors.map(|address| (gate.clone(), address.method.replace("any", "POST"), address.path));
        let all: Vec<_> = pages.chain(doors).collect();
        assert!(all.len() > 80, "{}", all.len());
        for (browser, method, path) in all {
            let query = if path == "/scep" { "?operation=PKIOperation" } else { "" };
            let path = path.replace(['{', '}'], "") + query;
            for kind in ["application/x-www-form-urlencoded", "multipart/form-data; boundary=XX", "text/csv"]
            {
                let (body, read) = endless();
                let request = Request::builder().method(method.as_str()).uri(&path);
                let request = request.header("content-type", kind).header("sec-fetch-site", "same-origin");
                let answer = browser.send(request, body).await;
                let read = read.load(std::sync::atomic::Ordering::Relaxed);
                assert!(!answer.status.is_success(), "{method} {path}");
                assert!(read <= kernel::intake::SMALL + 2 * PIECE, "{method} {path} {kind}: {read} bytes");
            }
        }
    });
}

const PIECE: usize = 4096;

/// A body of ten megabytes, and how much of it was read.
fn endless() -> (axum::body::Body, std::sync::Arc<std::sync::atomic::AtomicUsize>) {
    let read = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counts = read.clone();
    let pieces = (0..10 * 1024 * 1024 / PIECE).map(move |_| {
        counts.fetch_add(PIECE, std::sync::atomic::Ordering::Relaxed);
        Ok::<_, std::convert::Infallible>(axum::body::Bytes::from_static(&[b'a'; PIECE]))
    });
    (axum::body::Body::from_stream(futures_util::stream::iter(pieces)), read)
}

#[test]
fn one_who_signs_in_too_often_waits_and_keeps_the_link() {
    with_force(|seeded| async move {
        let nobody = seeded.nobody();
        let mut last = None;
        for number in 0..11 {
            let made = sign_in_app::sessions::make_sign_in_link(
                &seeded.app,
                permit(&root()).unwrap(),
                "Jo Smith",
                Role::Administrator,
            );
            let path = format!("/sign-in/{}", made.await.unwrap().expose());
            let answer = knock(&nobody, &path, &format!("192.0.2.{number}")).await;
            let expected = if number < 10 { StatusCode::SEE_OTHER } else { StatusCode::TOO_MANY_REQUESTS };
            assert_eq!(answer.status, expected, "{number}");
            last = Some(path);
        }
        let other = sign_in_app::sessions::make_sign_in_link(
            &seeded.app,
            permit(&root()).unwrap(),
            "Robin Hale",
            Role::Administrator,
        );
        let path = format!("/sign-in/{}", other.await.unwrap().expose());
        assert_eq!(knock(&nobody, &path, "192.0.2.99").await.status, StatusCode::SEE_OTHER, "somebody else");
        later(&seeded, 60);
        assert_eq!(knock(&nobody, &last.unwrap(), "192.0.2.10").await.status, StatusCode::SEE_OTHER);
    });
}

#[test]
fn signatures_at_the_counter_are_limited_by_who_signs() {
    with_force(|seeded| async move {
        let path = format!("/custody/{}/sign", seeded.handover().await);
        for _ in 0..300 {
            let refused = knock(&seeded.nobody(), &path, "192.0.2.1").await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "whoever is not signed in uses nothing up");
        }
        let analyst = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
        assert_eq!(until_refused(&analyst, &path, "192.0.2.1").await, (30, 2));
        let lead = seeded.browser(Role::ServiceDeskLead, Some(domain::samples::NORFOLK)).await;
        assert_ne!(knock(&lead, &path, "192.0.2.1").await.status, StatusCode::TOO_MANY_REQUESTS);
    });
}

#[test]
fn tokens_that_do_not_work_are_counted_by_address_and_those_that_do_by_token() {
    with_force(|seeded| async move {
        let gate = Browser::of(gateway::router(seeded.app.clone(), gateway::Options::default()));
        let new = NewToken {
            name: "Entra".into(),
            scope: ApiScope::Scim,
            force: Some(domain::samples::NORFOLK),
            days: 90,
        };
        let (_, good) =
            sign_in_app::tokens::make_token(&seeded.app, permit(&root()).unwrap(), new).await.unwrap();
        let ask = |token: String, from: &'static str| {
            let request = Request::get("/scim/v2/ServiceProviderConfig")
                .extension(CallerAddress(from.parse::<IpAddr>().unwrap()))
                .header("authorization", format!("Bearer {token}"));
            let gate = gate.clone();
            async move { gate.send(request, String::new()).await }
        };
        for _ in 0..30 {
            assert_eq!(ask("lanyard_wrong".into(), "192.0.2.1").await.status, StatusCode::UNAUTHORIZED);
        }
        let refused = ask("lanyard_wrong".into(), "192.0.2.1").await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(refused.headers["retry-after"], "2");
        assert!(refused.text().contains("urn:ietf:params:scim:api:messages:2.0:Error"), "{}", refused.text());
        assert_eq!(
            ask(good.expose().clone(), "192.0.2.1").await.status,
            StatusCode::OK,
            "the right one works"
        );
        assert_eq!(ask("lanyard_wrong".into(), "192.0.2.1").await.status, StatusCode::TOO_MANY_REQUESTS);
        for _ in 0..1_999 {
            assert_eq!(ask(good.expose().clone(), "192.0.2.2").await.status, StatusCode::OK);
        }
        assert_eq!(ask(good.expose().clone(), "192.0.2.3").await.status, StatusCode::TOO_MANY_REQUESTS);
        later(&seeded, 1);
        assert_eq!(ask(good.expose().clone(), "192.0.2.3").await.status, StatusCode::OK);
    });
}
