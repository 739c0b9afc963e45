//! Signing in through the directory: the right way in, every wrong token, and every way to bring back somebody else's.

use axum::http::StatusCode;
use domain::Span;
use outbound::oidc::{Oidc, OidcConfig};
use serde_json::json;
use sign_in_app::{ClaimNames, OidcDirectory};

use crate::common::{Browser, Seeded, root, with_force};
use crate::issuer::{BEGIN, CLIENT, Wrong, ames, begun, connected, connected_by, let_in, query};

async fn refused(browser: &Browser, back: &str) -> String {
    let answer = browser.get(back).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{back}");
    assert!(answer.headers.get("set-cookie").is_none(), "no session: {:?}", answer.headers);
    answer.text()
}

async fn ledger(seeded: &Seeded) -> String {
    let query = ledger_app::read::LedgerQuery::default();
    let read = ledger_app::read::ledger(&seeded.app, kernel::access::permit(&root()).unwrap(), query, 20)
        .await
        .unwrap();
    read.rows.iter().filter_map(|row| row.reason.clone()).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_person_signs_in_through_the_directory_and_out_of_both() {
    with_force(|seeded| async move {
        let (issuer, nobody) = connected(&seeded).await;
        let html = nobody.page("/sign-in?next=/sessions").await;
        assert!(html.contains("href=\"/sign-in/directory?next=%2Fsessions\""), "{html}");
        let browser = let_in(&seeded, &issuer, &nobody).await;
        let html = browser.page("/sessions").await;
        assert!(html.contains("PC Ames") && html.contains("through the directory"), "{html}");

        let answer = browser.post("/sign-out", &[]).await;
        assert_eq!(answer.leads_to(), "/sign-out");
        assert_eq!(browser.get("/sessions").await.status, StatusCode::SEE_OTHER, "the session is over");
        let answer = browser.get("/sign-out").await;
        let refresh = answer.headers["refresh"].to_str().unwrap().to_owned();
        let end = format!("0; url={}/end?", issuer.address());
        assert!(refresh.starts_with(&end) && refresh.contains("post_logout_redirect_uri="), "{refresh}");
    });
}

#[test]
fn groups_make_roles_and_leaving_one_ends_it() {
    with_force(|seeded| async move {
        let (issuer, nobody) = connected(&seeded).await;
        let mut lead = ames(&seeded);
        lead["groups"] = json!(["Canteen", "Lanyard leads"]);
        let (there, browser) = begun(&nobody).await;
        let answer = browser.get(&issuer.sign_in(&there, lead)).await;
        let first = browser.with_cookie_of(&answer);
        assert!(first.page("/people").await.contains("PC Ames, Service desk lead"));
        // Signed in again without the group: the role is over, and so is the session that began with it.
        let second = let_in(&seeded, &issuer, &nobody).await;
        assert_eq!(second.get("/people/add").await.status, StatusCode::FORBIDDEN);
        assert_eq!(first.get("/people/add").await.status, StatusCode::SEE_OTHER);
    });
}

#[test]
fn claims_that_are_not_used_may_be_anything() {
    with_force(|seeded| async move {
        let (issuer, nobody) = connected(&seeded).await;
        let mut odd = ames(&seeded);
        for (name, value) in [
            ("email_verified", json!("true")),
            ("updated_at", json!("2026-01-01T00:00:00Z")),
            ("zoneinfo", json!(5)),
            ("birthdate", json!(0)),
            ("address", json!(["x"])),
            ("auth_time", json!("yesterday")),
        ] {
            odd[name] = value;
        }
        let (there, browser) = begun(&nobody).await;
        assert_eq!(browser.get(&issuer.sign_in(&there, odd)).await.status, StatusCode::SEE_OTHER);
    });
}

#[test]
fn a_group_is_known_by_its_path_and_an_account_needs_its_claim() {
    with_force(|seeded| async move {
        let (issuer, nobody) = connected(&seeded).await;
        let mut lead = ames(&seeded);
        lead["groups"] = json!(["/Lanyard leads", "/other/Lanyard desk"]);
        let (there, browser) = begun(&nobody).await;
        let answer = browser.get(&issuer.sign_in(&there, lead)).await;
        let html = browser.with_cookie_of(&answer).page("/people").await;
        assert!(html.contains("PC Ames, Service desk lead"), "{html}");

        let (issuer, nobody) = connected_by(&seeded, "oid").await;
        for odd in [json!(null), json!(""), json!(["a"])] {
            seeded.world.clock.advance(Span::from_secs(60));
            let mut claims = ames(&seeded);
            claims["oid"] = odd;
            let (there, browser) = begun(&nobody).await;
            let html = refused(&browser, &issuer.sign_in(&there, claims)).await;
            assert!(html.contains("did not say which account"), "{html}");
        }
        assert!(ledger(&seeded).await.contains("account-claim-missing"));
    });
}

#[test]
fn every_wrong_token_is_refused_and_named_in_the_ledger() {
    with_force(|seeded| async move {
        let (issuer, nobody) = connected(&seeded).await;
        for (wrong, word) in [
            (Wrong::Issuer, "token-wrong-issuer"),
            (Wrong::Audience, "token-wrong-audience"),
            (Wrong::SecondAudience, "token-wrong-audience"),
            (Wrong::Party, "token-wrong-audience"),
            (Wrong::Unsigned, "token-unsigned"),
            (Wrong::SharedSecret, "token-wrong-algorithm"),
            (Wrong::PublicKeyAsSecret, "token-wrong-algorithm"),
            (Wrong::Expired, "token-expired"),
            (Wrong::IssuedLater, "token-not-yet-valid"),
            (Wrong::NotBefore, "token-not-yet-valid"),
            (Wrong::Nonce, "token-wrong-nonce"),
            (Wrong::NoNonce, "token-wrong-nonce"),
            (Wrong::Key, "token-unknown-key"),
            (Wrong::KeyOfSameName, "token-wrong-signature"),
            (Wrong::Signature, "token-wrong-signature"),
        ] {
            // Another minute, so that this refusal is entered whatever came before.
            seeded.world.clock.advance(Span::from_secs(60));
            issuer.go_wrong(wrong);
            let (there, browser) = begun(&nobody).await;
            let html = refused(&browser, &issuer.sign_in(&there, ames(&seeded))).await;
            let of_clocks = matches!(wrong, Wrong::Expired | Wrong::IssuedLater | Wrong::NotBefore);
            let said = if of_clocks { "do not agree" } else { "could not be believed" };
            assert!(html.contains(said), "{wrong:?}: {html}");
            assert!(!html.contains(word), "what was wrong is not told to whoever brought it");
            assert!(ledger(&seeded).await.contains(word), "{wrong:?}");
        }
        issuer.go_wrong(Wrong::Nothing);
        let_in(&seeded, &issuer, &nobody).await;
    });
}

#[test]
fn a_provider_that_changed_its_key_is_asked_for_the_new_one_and_not_for_every_forged_one() {
    with_force(|seeded| async move {
        let (issuer, nobody) = connected(&seeded).await;
        let_in(&seeded, &issuer, &nobody).await;
        assert_eq!(issuer.keys_fetched(), 1);
        let_in(&seeded, &issuer, &nobody).await;
        assert_eq!(issuer.keys_fetched(), 1, "they are kept");
        seeded.world.clock.advance(Span::from_secs(60));
        issuer.change_key();
        let_in(&seeded, &issuer, &nobody).await;
        assert_eq!(issuer.keys_fetched(), 2);
        issuer.go_wrong(Wrong::Key);
        for _ in 0..3 {
            let (there, browser) = begun(&nobody).await;
            refused(&browser, &issuer.sign_in(&there, ames(&seeded))).await;
        }
        assert_eq!(issuer.keys_fetched(), 2, "not again within half a minute");
    });
}

#[test]
fn what_was_brought_back_before_or_by_another_browser_or_too_late_is_refused() {
    with_force(|seeded| async move {
        let (issuer, nobody) = connected(&seeded).await;
        // Twice the same.
        let (there, browser) = begun(&nobody).await;
        let back = issuer.sign_in(&there, ames(&seeded));
        assert_eq!(browser.get(&back).await.status, StatusCode::SEE_OTHER);
        assert!(refused(&browser, &back).await.contains("finished already"));
        // A code that another sign-in brought back already: the provider knows it no more, and its nonce would not fit.
        let (there, browser) = begun(&nobody).await;
        let (fresh, used) = (query(&issuer.sign_in(&there, ames(&seeded))), query(&back));
        let replayed = format!("/sign-in/directory/return?state={}&code={}", fresh["state"], used["code"]);
        assert!(refused(&browser, &replayed).await.contains("could not be believed"));
        // A code that belongs to another sign-in: its PKCE challenge was another one.
        let (other, _) = begun(&nobody).await;
        let (there, browser) = begun(&nobody).await;
        let (foreign, own) =
            (query(&issuer.sign_in(&other, ames(&seeded))), query(&issuer.sign_in(&there, ames(&seeded))));
        let mixed = format!("/sign-in/directory/return?state={}&code={}", own["state"], foreign["code"]);
        assert!(refused(&browser, &mixed).await.contains("could not be believed"));
        // Somebody else's browser, with a cookie of its own and with none.
        for thief in [begun(&nobody).await.1, nobody.clone()] {
            let (there, browser) = begun(&nobody).await;
            let back = issuer.sign_in(&there, ames(&seeded));
            assert!(refused(&thief, &back).await.contains("another browser"));
            assert!(refused(&browser, &back).await.contains("finished already"), "it is spent then");
        }
        // A state that was never given out, and one that is too old.
        assert!(
            refused(&browser, "/sign-in/directory/return?state=guessed&code=x")
                .await
                .contains("Begin it again")
        );
        let (there, browser) = begun(&nobody).await;
        let back = issuer.sign_in(&there, ames(&seeded));
        seeded.world.clock.advance(Span::from_secs(600));
        assert!(refused(&browser, &back).await.contains("ten minutes"));
    });
}

#[test]
fn another_provider_s_name_in_the_answer_and_a_break_off_are_refused() {
    with_force(|seeded| async move {
        let (issuer, nobody) = connected(&seeded).await;
        let (there, browser) = begun(&nobody).await;
        let back = issuer.sign_in(&there, ames(&seeded));
        assert!(
            refused(&browser, &format!("{back}&iss=http://evil.example"))
                .await
                .contains("could not be believed")
        );
        let (there, browser) = begun(&nobody).await;
        let state = &query(&there)["state"];
        let back = format!(
            "/sign-in/directory/return?state={state}&error=access_denied&error_description=%3Cscript%3E"
        );
        let html = refused(&browser, &back).await;
        assert!(html.contains("did not sign you in") && !html.contains("<script>"), "{html}");
    });
}

#[test]
fn whom_the_register_does_not_know_or_who_has_left_gets_a_page_and_no_session() {
    with_force(|seeded| async move {
        let (issuer, nobody) = connected(&seeded).await;
        let mut stranger = ames(&seeded);
        stranger["number"] = json!("no-such-number");
        let (there, browser) = begun(&nobody).await;
        let html = refused(&browser, &issuer.sign_in(&there, stranger)).await;
        assert!(html.contains("register does not"), "{html}");
        // Bound by force and number at first; from then on it is the account that counts, whatever number it says.
        let signed_in = let_in(&seeded, &issuer, &nobody).await;
        let mut renumbered = ames(&seeded);
        renumbered["number"] = json!("88");
        let (there, browser) = begun(&nobody).await;
        let answer = browser.get(&issuer.sign_in(&there, renumbered)).await;
        let html = browser.with_cookie_of(&answer).page("/sessions").await;
        assert!(html.contains("PC Ames"), "{html}");
        // The number on another account does not make that one PC Ames.
        let mut thief = ames(&seeded);
        thief["sub"] = json!("account-2");
        let (there, browser) = begun(&nobody).await;
        assert!(refused(&browser, &issuer.sign_in(&there, thief)).await.contains("another account"));
        // Too many groups to list is not the same as none.
        let mut many = ames(&seeded);
        many["_claim_names"] = json!({ "groups": "src1" });
        let (there, browser) = begun(&nobody).await;
        assert!(refused(&browser, &issuer.sign_in(&there, many)).await.contains("too many"));
        // Somebody who leaves is out at once, and does not come back.
        let (holder, now) = (seeded.holder, seeded.world.now());
        seeded.app.store().write(move |tx| store::people::end(tx, holder, now)).await.unwrap();
        assert_eq!(signed_in.get("/sessions").await.status, StatusCode::SEE_OTHER);
        let (there, browser) = begun(&nobody).await;
        assert!(refused(&browser, &issuer.sign_in(&there, ames(&seeded))).await.contains("left the force"));
    });
}

#[test]
fn a_directory_that_is_down_says_what_to_do() {
    with_force(|seeded| async move {
        let oidc = Oidc::new(OidcConfig {
            issuer: "http://127.0.0.1:1".into(),
            client_id: CLIENT.into(),
            client_secret: None,
            redirect: "http://lanyard.test/sign-in/directory/return".into(),
            after_sign_out: "http://lanyard.test/sign-in".into(),
            scopes: Vec::new(),
        })
        .unwrap();
        let claims = ClaimNames {
            account: "sub".into(),
            user_name: "preferred_username".into(),
            groups: "groups".into(),
            force: None,
            number: None,
        };
        let options =
            web::Options { directory: Some(OidcDirectory { oidc, claims }), ..web::Options::default() };
        let nobody = Browser::of(web::router(seeded.app.clone(), options));
        let answer = nobody.get(BEGIN).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains("does not answer") && answer.text().contains("duty officer"));
        assert_eq!(nobody.get("/sign-out").await.leads_to(), "/sign-in?done=signed-out");
    });
}
