//! `stories/sign-in-with-the-directory.md`. Each wrong token by itself is tried with the pages.

use axum::http::StatusCode;
use serde_json::json;

use crate::common::with_force;
use crate::issuer::{Wrong, ames, begun, connected, let_in};

#[test]
fn sign_in_with_the_directory() {
    with_force(|seeded| async move {
        let (issuer, nobody) = connected(&seeded).await;
        let html = nobody.page("/sign-in").await;
        assert!(
            html.contains("Sign in with your force account") && !html.contains("type=\"password\""),
            "{html}"
        );

        let officer = let_in(&seeded, &issuer, &nobody).await;
        assert!(officer.page("/sessions").await.contains("PC Ames, Holder"));

        // The user name, given to a new colleague with an account of their own.
        let mut colleague = ames(&seeded);
        colleague["sub"] = json!("account-of-a-new-colleague");
        let (there, browser) = begun(&nobody).await;
        let answer = browser.get(&issuer.sign_in(&there, colleague)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains("another account") && answer.headers.get("set-cookie").is_none());

        // The address that came back, opened on the next computer.
        let (there, browser) = begun(&nobody).await;
        let back = issuer.sign_in(&there, ames(&seeded));
        assert!(nobody.get(&back).await.text().contains("another browser"));
        assert!(browser.get(&back).await.text().contains("finished already"), "it is spent");

        issuer.go_wrong(Wrong::KeyOfSameName);
        let (there, browser) = begun(&nobody).await;
        let answer = browser.get(&issuer.sign_in(&there, ames(&seeded))).await;
        assert!(answer.text().contains("could not be believed"));
        issuer.go_wrong(Wrong::Nothing);

        let (holder, now) = (seeded.holder, seeded.world.now());
        seeded.app.store().write(move |tx| store::people::end(tx, holder, now)).await.unwrap();
        assert_eq!(officer.get("/sessions").await.status, StatusCode::SEE_OTHER, "she left: out at once");
    });
}
