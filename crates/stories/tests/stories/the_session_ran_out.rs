//! `stories/the-session-ran-out.md`

use axum::http::{Request, StatusCode};
use domain::Span;
use kernel::access::Role;

use crate::common::{Answer, Browser, Seeded, with_force};

/// Longer than a session lasts that nobody uses.
fn idle(seeded: &Seeded) -> Span {
    Span::from_millis(seeded.app.config().session_idle.millis() + 60_000)
}

/// The same browser, with the cookies of two answers.
fn with_both(browser: &Browser, kept: &Answer, session: &Browser) -> Browser {
    let kept = browser.with_cookie_of(kept).cookie;
    let mut both = session.clone();
    both.cookie = format!("{}; {kept}", session.cookie);
    both
}

#[test]
fn the_session_ran_out() {
    with_force(|seeded| async move {
        let case = seeded.case().await;
        let (path, note) = (format!("/cases/{case}/notes"), [("note", "Spoke to PC Ames <about it>.")]);
        let desk = || seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK));
        let morgan = desk().await;
        let page = morgan.page(&format!("/cases/{case}")).await;
        assert!(page.contains("Send what you type by") && page.contains("Stay signed in"), "{page}");
        let place = |words: &str| page.find(words).unwrap();
        assert!(place("<h1") < place("Send what you type by"), "the heading comes first");

        // Staying is doing something.
        seeded.world.clock.advance(Span::from_millis(idle(&seeded).millis() / 2));
        let stayed = morgan.post("/sessions/stay", &[]).await;
        let left: serde_json::Value = serde_json::from_str(&stayed.text()).unwrap();
        assert_eq!(left["idle"], seeded.app.config().session_idle.millis());
        assert!(left["end"].as_i64().unwrap() > left["idle"].as_i64().unwrap());

        seeded.world.clock.advance(idle(&seeded));
        let sent = morgan.post(&path, &note).await;
        assert_eq!((sent.status, sent.leads_to()), (StatusCode::SEE_OTHER, "/sign-in?next=/kept&done=kept"));
        assert!(seeded.nobody().page(sent.leads_to()).await.contains("is kept for an hour"));

        // A colleague at the same computer, and Morgan in another browser, see none of it.
        let colleague = seeded.browser(Role::ServiceDeskLead, Some(domain::samples::NORFOLK)).await;
        let colleague = with_both(&morgan, &sent, &colleague);
        assert_eq!(colleague.get("/kept").await.leads_to(), "/");
        let refused = colleague.post("/kept", &[("kept-form", "send")]).await;
        assert_eq!(refused.leads_to(), "/sessions?done=kept-gone");
        let elsewhere = desk().await;
        assert_eq!(elsewhere.get("/kept").await.leads_to(), "/");

        // Morgan, signed in again: nothing was done, nothing is lost, and it is sent once.
        let morgan = with_both(&morgan, &sent, &desk().await);
        assert!(!morgan.page(&format!("/cases/{case}")).await.contains("Spoke to PC Ames"));
        let offered = morgan.page("/kept").await;
        assert!(offered.contains("Spoke to PC Ames &#60;about it&#62;."), "{offered}");
        let again = morgan.post("/kept", &[("kept-form", "send"), note[0]]).await;
        assert_eq!((again.status, again.leads_to()), (StatusCode::TEMPORARY_REDIRECT, path.as_str()));
        assert_eq!(morgan.post(&path, &[("kept-form", "send"), note[0]]).await.status, StatusCode::SEE_OTHER);
        assert!(morgan.page(&format!("/cases/{case}")).await.contains("Spoke to PC Ames"));
        let twice = morgan.post("/kept", &[("kept-form", "send"), note[0]]).await;
        assert_eq!(twice.leads_to(), "/sessions?done=kept-gone");

        // After an hour it is gone, also where nobody tidied up.
        seeded.world.clock.advance(idle(&seeded));
        let sent = morgan.post(&path, &note).await;
        let later = with_both(&morgan, &sent, &desk().await);
        assert!(later.page("/kept").await.contains("Spoke to"));
        seeded.world.clock.advance(Span::from_secs(3601));
        assert_eq!(later.get("/kept").await.leads_to(), "/");
    });
}

#[test]
fn what_is_secret_foreign_or_nobody_s_is_not_kept() {
    with_force(|seeded| async move {
        let path = "/registers/private-hubs/ask";
        let fields = [("place", "at home"), ("passphrase", "kittens in the rain"), ("because", "on call")];
        let holder = seeded.browser_of(seeded.holder, domain::samples::NORFOLK).await;
        let gone = seeded.browser_of(seeded.holder, domain::samples::NORFOLK).await;
        gone.post("/sign-out", &[]).await;
        seeded.world.clock.advance(idle(&seeded));

        let sent = holder.post(path, &fields).await;
        let again = seeded.browser_of(seeded.holder, domain::samples::NORFOLK).await;
        let again = with_both(&holder, &sent, &again);
        let offered = again.page("/kept").await;
        assert!(offered.contains("on call") && !offered.contains("kittens"), "{offered}");
        assert!(offered.contains("something secret as well") && !offered.contains("Send it now"));
        let thrown = again.post("/kept", &[("kept-form", "drop")]).await;
        assert_eq!(thrown.leads_to(), "/sessions?done=kept-dropped");

        for nobody in [seeded.nobody(), gone] {
            let refused = nobody.post(path, &fields).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN);
            assert!(refused.headers.get("set-cookie").is_none());
        }
        let foreign = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "cross-site");
        let refused = holder.send(foreign, "because=x").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(refused.headers.get("set-cookie").is_none(), "from another site");

        // Of one person no more than five are kept, and forgetting leaves none past their hour.
        for number in 0..7 {
            let path = format!("/registers/private-hubs/ask?n={number}");
            assert_eq!(holder.post(&path, &fields).await.status, StatusCode::SEE_OTHER);
        }
        let count = || seeded.app.store().read(store::kept_forms::count);
        assert_eq!(count().await.unwrap(), 5);
        seeded.world.clock.advance(Span::from_secs(3601));
        while overview_app::retention::forget_what_is_due(&seeded.app).await.unwrap() > 0 {}
        assert_eq!(count().await.unwrap(), 0);
    });
}
