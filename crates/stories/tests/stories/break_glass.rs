//! `stories/break-glass.md`. Each wrong answer by itself is tried with the pages.

use axum::http::StatusCode;
use kernel::access::{Role, permit};
use sign_in_app::Administrator;

use crate::authenticator::Authenticator;
use crate::common::{root, with_force};
use crate::desk::in_words;

#[test]
fn break_glass() {
    with_force(|seeded| async move {
        let security = seeded
            .browser_in_role(seeded.newcomer, Role::InformationSecurity, domain::samples::NORFOLK)
            .await;
        let nobody = seeded.nobody();

        // The invitation: a preview of its address spends nothing, its button does, once.
        let who = Administrator::Name("Robin Hale".into());
        let token =
            sign_in_app::invite_break_glass(&seeded.app, permit(&root()).unwrap(), who).await.unwrap();
        let address = format!("/sign-in/{}?next=/passkeys", token.expose());
        assert!(nobody.page(&address).await.contains("works once"));
        let answer = nobody.post(&address, &[]).await;
        assert_eq!(answer.leads_to(), "/passkeys");
        let robin = nobody.with_cookie_of(&answer);
        assert_eq!(nobody.post(&address, &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);

        let mut key = Authenticator::new("safe", &seeded.app.config().address);
        assert_eq!(key.register(&robin, "Key in the safe").await.status, StatusCode::SEE_OTHER);
        assert!(security.page("/me/notices").await.contains("Robin Hale has another passkey"));

        // The directory is down.
        let mut copy = key.clone();
        let answer = key.sign_in(&nobody).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        let inside = nobody.with_cookie_of(&answer);
        assert!(inside.page("/sessions").await.contains("with a passkey"));
        assert!(inside.page("/devices").await.contains("Robin Hale, Administrator"));
        assert!(security.page("/me/notices").await.contains("Robin Hale signed in with a passkey"));
        let ledger = inside.page("/ledger").await;
        for action in ["break-glass.invited", "passkey.registered", "passkey.used"] {
            assert!(ledger.contains(&in_words(action)), "{action}: {ledger}");
        }

        // A copy of the key, which counts by itself.
        let refused = copy.sign_in(&nobody).await;
        assert!(refused.text().contains("may be a copy"), "{}", refused.text());
        assert!(refused.headers.get("set-cookie").is_none());
        assert!(security.page("/me/notices").await.contains("may be copied"));

        // Taken away: what it had opened is closed, and it opens nothing more. Twice is once.
        let page = robin.page("/passkeys").await;
        let id = page.split("name=\"id\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        for _ in 0..2 {
            assert_eq!(robin.post("/passkeys/remove", &[("id", &id)]).await.status, StatusCode::SEE_OTHER);
        }
        assert_eq!(inside.get("/devices").await.status, StatusCode::SEE_OTHER, "signed out");
        let removed = robin.page("/ledger").await.matches(&in_words("passkey.removed")).count();
        assert_eq!(removed, 1);
        assert!(nobody.get("/sign-in/passkey").await.text().contains("No passkey is registered"));
        assert!(robin.page("/passkeys").await.contains("Nobody has a passkey"));

        // The account is ended on the server, and with it the way in.
        let mut other = Authenticator::new("ring", &seeded.app.config().address);
        assert_eq!(other.register(&robin, "Key on the ring").await.status, StatusCode::SEE_OTHER);
        assert_eq!(other.sign_in(&nobody).await.status, StatusCode::SEE_OTHER);
        sign_in_app::end_break_glass(&seeded.app, permit(&root()).unwrap(), "name:robin hale").await.unwrap();
        assert!(nobody.get("/sign-in/passkey").await.text().contains("No passkey is registered"));
        assert_eq!(robin.get("/passkeys/new").await.status, StatusCode::CONFLICT);
    });
}
