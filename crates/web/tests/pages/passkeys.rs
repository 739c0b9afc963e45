//! Passkeys: every wrong answer, and who may have one. The whole way, right and wrong, is the story of the same matter.

use axum::http::StatusCode;
use domain::Span;
use kernel::access::{Role, permit};
use sign_in_app::Administrator;

use crate::authenticator::{Authenticator, begun, challenge};
use crate::common::{Browser, Seeded, root, with_force};

/// A break-glass administrator whom the register does not know, signed in by the link of their invitation.
async fn invited(seeded: &Seeded, name: &str) -> Browser {
    let who = Administrator::Name(name.into());
    let token = sign_in_app::invite_break_glass(&seeded.app, permit(&root()).unwrap(), who).await.unwrap();
    let nobody = seeded.nobody();
    let answer = nobody.post(&format!("/sign-in/{}?next=/passkeys", token.expose()), &[]).await;
    assert_eq!(answer.leads_to(), "/passkeys");
    nobody.with_cookie_of(&answer)
}

async fn with_key(seeded: &Seeded) -> (Browser, Authenticator) {
    let robin = invited(seeded, "Robin Hale").await;
    let key = Authenticator::new("one", &seeded.app.config().address);
    let answer = key.register(&robin, "Key in the safe").await;
    assert_eq!(answer.leads_to(), "/passkeys?done=passkey-added", "{}", answer.text());
    (robin, key)
}

/// The words of the last refusals in the ledger.
async fn refusals(seeded: &Seeded) -> Vec<String> {
    let query = ledger_app::read::LedgerQuery::default();
    let read = ledger_app::read::ledger(&seeded.app, permit(&root()).unwrap(), query, 20).await.unwrap();
    let refused = read.rows.into_iter().filter(|row| row.action == "sign-in.refused");
    refused.filter_map(|row| row.reason).collect()
}

#[test]
fn an_answer_that_may_not_be_believed_signs_nobody_in() {
    with_force(|seeded| async move {
        let (_, mut key) = with_key(&seeded).await;
        let nobody = seeded.nobody();

        let mut elsewhere = key.clone();
        elsewhere.origin = "https://evil.example".into();
        let mut unverified = key.clone();
        unverified.verified = false;
        let stranger = Authenticator::new("another", &key.origin);
        let mut forged = Authenticator::new("one", &key.origin);
        forged.counter = 50;
        for (what, mut wrong) in
            [("origin", elsewhere), ("no finger", unverified), ("unknown", stranger), ("forged", forged)]
        {
            let answer = wrong.sign_in(&nobody).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{what}");
            assert!(answer.text().contains("could not be believed"), "{what}: {}", answer.text());
            assert!(answer.headers.get("set-cookie").is_none(), "{what}");
            assert_eq!(refusals(&seeded).await[0], "passkey-not-believed", "{what}");
        }
        for nonsense in ["", "{}", "null", &"x".repeat(20_000)] {
            let (browser, challenge) = begun(&nobody).await;
            let fields = [("key", challenge.key.as_str()), ("answer", nonsense)];
            assert!(browser.post("/sign-in/passkey", &fields).await.text().contains("could not be believed"));
        }
        let answer = key.sign_in(&nobody).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "the right one still does: {}", answer.text());
    });
}

#[test]
fn a_challenge_is_answered_once_in_time_and_in_its_own_browser() {
    with_force(|seeded| async move {
        let (_, mut key) = with_key(&seeded).await;
        let nobody = seeded.nobody();

        let (browser, challenge) = begun(&nobody).await;
        let answer = key.get(&challenge);
        let fields = [("key", challenge.key.as_str()), ("answer", answer.as_str())];
        let other = nobody.with_cookie_of(&nobody.get("/sign-in/passkey").await);
        assert!(other.post("/sign-in/passkey", &fields).await.text().contains("another browser"));
        assert!(browser.post("/sign-in/passkey", &fields).await.text().contains("finished already"), "spent");

        let (browser, challenge) = begun(&nobody).await;
        let answer = key.get(&challenge);
        let fields = [("key", challenge.key.as_str()), ("answer", answer.as_str())];
        assert_eq!(browser.post("/sign-in/passkey", &fields).await.status, StatusCode::SEE_OTHER);
        let again = browser.post("/sign-in/passkey", &fields).await;
        assert!(again.text().contains("finished already") && again.headers.get("set-cookie").is_none());

        let (browser, challenge) = begun(&nobody).await;
        let answer = key.get(&challenge);
        seeded.world.clock.advance(Span::from_secs(601));
        let fields = [("key", challenge.key.as_str()), ("answer", answer.as_str())];
        assert!(browser.post("/sign-in/passkey", &fields).await.text().contains("longer than ten minutes"));
        assert_eq!(refusals(&seeded).await[..3], ["passkey-late", "passkey-late", "passkey-late"]);
    });
}

#[test]
fn only_a_break_glass_administrator_registers_one_and_only_for_themselves() {
    with_force(|seeded| async move {
        // An administrator who is not marked, one whom the directory signed in, and one who is no administrator.
        let administrator = seeded.browser(Role::Administrator, None).await;
        let page = administrator.get("/passkeys/new").await;
        assert_eq!(page.status, StatusCode::CONFLICT);
        assert!(!administrator.page("/passkeys").await.contains("Register a passkey"));
        let analyst = seeded.browser(Role::ServiceDeskLead, Some(domain::samples::NORFOLK)).await;
        assert_eq!(analyst.get("/passkeys/new").await.status, StatusCode::FORBIDDEN);
        let no_administrator = Administrator::Person(seeded.holder);
        let refused =
            sign_in_app::invite_break_glass(&seeded.app, permit(&root()).unwrap(), no_administrator).await;
        assert!(refused.unwrap_err().to_string().contains("no administrator"));

        // A ceremony that Robin began, finished by Jo.
        let robin = invited(&seeded, "Robin Hale").await;
        let jo = invited(&seeded, "Jo Smith").await;
        let key = Authenticator::new("one", &seeded.app.config().address);
        let begun = challenge(&robin.page("/passkeys/new").await);
        let answer = key.create(&begun);
        let fields = [("key", begun.key.as_str()), ("label", "mine"), ("answer", answer.as_str())];
        let refused = jo.post("/passkeys/new", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let html = refused.text();
        assert!(html.contains("begin again") && html.contains("value=\"mine\""), "{html}");
        assert_eq!(
            robin.post("/passkeys/new", &fields).await.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "spent"
        );

        // What is typed wrong is said beside its field; the same key is not there twice.
        let no_label = key.register(&robin, " ").await;
        assert!(no_label.text().contains("label-error"), "{}", no_label.text());
        let mut elsewhere = key.clone();
        elsewhere.origin = "https://evil.example".into();
        assert_eq!(elsewhere.register(&robin, "x").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(key.register(&robin, "Key").await.status, StatusCode::SEE_OTHER);
        assert!(key.register(&robin, "Key").await.text().contains("registered already"));
        assert_eq!(robin.page("/passkeys").await.matches("name=\"id\"").count(), 1);
    });
}

#[test]
fn a_key_of_somebody_who_is_no_administrator_any_more_is_of_no_use() {
    with_force(|seeded| async move {
        let grant = people_app::grants::NewGrant {
            role: Some(Role::Administrator),
            reason: "test".into(),
            ..people_app::grants::NewGrant::default()
        };
        people_app::grants::grant_role(&seeded.app, permit(&root()).unwrap(), seeded.holder, grant)
            .await
            .unwrap();
        let who = Administrator::Person(seeded.holder);
        let token =
            sign_in_app::invite_break_glass(&seeded.app, permit(&root()).unwrap(), who).await.unwrap();
        let nobody = seeded.nobody();
        let answer = nobody.post(&format!("/sign-in/{}", token.expose()), &[]).await;
        let ames = nobody.with_cookie_of(&answer);
        let mut key = Authenticator::new("hers", &seeded.app.config().address);
        assert_eq!(key.register(&ames, "Key").await.status, StatusCode::SEE_OTHER);
        let answer = key.sign_in(&nobody).await;
        assert!(nobody.with_cookie_of(&answer).page("/sessions").await.contains("PC Ames"));

        let roles = people_app::grants::person_roles(&seeded.app, permit(&root()).unwrap(), seeded.holder)
            .await
            .unwrap();
        people_app::grants::end_role(&seeded.app, permit(&root()).unwrap(), roles.grants[0].grant.id, "test")
            .await
            .unwrap();
        assert!(key.sign_in(&nobody).await.text().contains("no administrator any more"));
        assert_eq!(refusals(&seeded).await[0], "passkey-ended");
    });
}
