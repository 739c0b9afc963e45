//! What people do about the policy and its documents through the pages: a weaker policy by two people, approvals, reviews, originals.

use std::sync::Arc;

use axum::http::StatusCode;
use compliance_app::policy_change::{Brought, bring_into_force};
use domain::samples::{NORFOLK, SUFFOLK};
use kernel::access::{Role, permit};

use crate::common::{Browser, Seeded, root, shipped_policy, with_force};

const PAGE: &str = "/documents/mobile-device-use";

fn between<'a>(html: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = html.split_once(before).unwrap_or_else(|| panic!("{before} is not in {html}"));
    rest.split_once(after).unwrap().0
}

/// Somebody of Suffolk who answers for information security.
async fn fox(seeded: &Seeded) -> Browser {
    let found =
        seeded.app.store().read(|tx| store::people::by_number(tx, SUFFOLK, "77")).await.unwrap().unwrap();
    seeded.browser_in_role(found.id, Role::Fiso, SUFFOLK).await
}

#[test]
fn a_weaker_policy_waits_until_two_people_of_both_forces_want_it() {
    with_force(|seeded| async move {
        let weaker = shipped_policy(|files| {
            let head = "name = \"unused-after\"\ntype = \"span\"\ndefault = ";
            let text = files.get("parameters.toml").unwrap().to_owned();
            assert!(text.contains(&format!("{head}\"60d\"")));
            let text = text.replace(&format!("{head}\"60d\""), &format!("{head}\"90d\""));
            files.put("parameters.toml", &text);
        });
        let digest = weaker.digest().to_owned();
        seeded.app.set_policy(Arc::new(weaker));
        let brought = bring_into_force(&seeded.app, permit(&root()).unwrap()).await.unwrap();
        assert!(matches!(brought, Brought::Waits(_)));
        let isec = seeded.browser_in_role(seeded.holder, Role::InformationSecurity, NORFOLK).await;
        assert!(isec.page("/").await.contains("A weaker policy waits for two people"));
        let page = isec.page("/policy/changes").await;
        for words in ["waiting for two people", "unused-after: 60d", "Ask for it"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let id = between(&page, "name=\"waiting\" value=\"", "\"").to_owned();
        let shown = ("waiting", id.as_str());
        let blank = isec.post("/policy/changes/ask", &[shown, ("reason", " ")]).await;
        assert_eq!(blank.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(blank.text().contains("Enter a reason"), "{}", blank.text());
        let asked = isec.post("/policy/changes/ask", &[shown, ("reason", "old phones cannot")]).await;
        assert_eq!(asked.leads_to(), "/policy/changes?done=weaker-asked");
        assert!(!isec.page("/policy/changes").await.contains("Confirm it"), "not for who asked");
        assert_eq!(isec.post("/policy/changes/confirm", &[shown]).await.status, StatusCode::FORBIDDEN);

        let holder = seeded.browser(Role::Holder, Some(NORFOLK)).await.page("/policy/changes").await;
        assert!(holder.contains("Somebody asked for it") && !holder.contains("PC Ames"), "{holder}");
        assert!(!holder.contains("old phones cannot"), "a reason is for who decides");
        let owner = seeded.browser_in_role(seeded.newcomer, Role::PolicyOwner, NORFOLK).await;
        assert!(owner.page("/").await.contains("waits for a second person: PC Ames asked for it"));
        let page = owner.page("/policy/changes").await;
        assert!(page.contains("waiting for a second person") && page.contains("Confirm it for Norfolk"));
        let confirmed = owner.post("/policy/changes/confirm", &[shown]).await;
        assert_eq!(confirmed.leads_to(), "/policy/changes?done=weaker-confirmed");
        assert_ne!(seeded.app.policy().digest(), digest);
        let twice = owner.post("/policy/changes/confirm", &[shown]).await;
        assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);

        let fox = fox(&seeded).await;
        assert!(fox.page("/policy/changes").await.contains("Norfolk Constabulary: DC Cole"));
        let confirmed = fox.post("/policy/changes/confirm", &[shown]).await;
        assert_eq!(confirmed.leads_to(), "/policy/changes?done=weaker-in-force");
        assert_eq!(seeded.app.policy().digest(), digest);
        assert!(!fox.page("/").await.contains("waits for a second person"));
        let gone = fox.post("/policy/changes/confirm", &[shown]).await;
        assert_eq!(gone.status, StatusCode::UNPROCESSABLE_ENTITY);
    });
}

#[test]
fn a_review_is_recorded_and_each_force_approves() {
    with_force(|seeded| async move {
        let owner = seeded.browser_in_role(seeded.newcomer, Role::PolicyOwner, NORFOLK).await;
        let page = owner.page(PAGE).await;
        for words in [
            "review overdue by",
            "Open case of the overdue review",
            "Risk rating",
            "Code of Ethics",
            "https://www.legislation.gov.uk/ukpga/2018/12",
            "Nobody has recorded when it was last looked at",
            "the force has not given its address",
            "Approve it for Norfolk Constabulary",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(!page.contains("Approve it for Suffolk"), "each force approves for itself");
        let form = [
            ("reviewed-on", "2026-11-20"),
            ("outcome", "unchanged"),
            ("says", "nothing to change"),
            ("next-on", "tomorrow"),
        ];
        let wrong = owner.post(&format!("{PAGE}/review"), &form).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().contains("nothing to change"), "what was typed stays");
        let form = [form[0], form[1], form[2], ("next-on", "2028-11-20"), ("laws", "yes")];
        let done = owner.post(&format!("{PAGE}/review"), &form).await;
        assert_eq!(done.leads_to(), format!("{PAGE}?done=document-reviewed"));
        let page = owner.page(PAGE).await;
        assert!(page.contains("In force, review due on 20 November 2028"), "{page}");
        assert!(page.contains("Last looked at on 20 November 2026"), "{page}");
        assert!(!page.contains("overdue review"), "its cases are closed");

        let digest = between(&page, "name=\"digest\" value=\"", "\"").to_owned();
        let norfolk = [("force", "norfolk"), ("digest", digest.as_str())];
        assert_eq!(
            owner.post(&format!("{PAGE}/approve"), &norfolk).await.leads_to(),
            format!("{PAGE}?done=document-approved")
        );
        let suffolk = [("force", "suffolk"), ("digest", digest.as_str())];
        let walled = owner.post(&format!("{PAGE}/approve"), &suffolk).await;
        assert_eq!(walled.status, StatusCode::FORBIDDEN);
        let fox = fox(&seeded).await;
        assert!(fox.page(PAGE).await.contains("by DC Cole, as it is worded now"));
        assert_eq!(
            fox.post(&format!("{PAGE}/approve"), &suffolk).await.leads_to(),
            format!("{PAGE}?done=document-approved")
        );
        assert!(!fox.page(PAGE).await.contains("Approve it for"));

        let other = owner.give(&format!("{PAGE}/original"), "norfolk", "a.txt", b"another paper").await;
        assert_eq!(other.leads_to(), format!("{PAGE}?done=original-other"));
        assert!(owner.page(PAGE).await.contains("the file was another"));
        let none = owner.give(&format!("{PAGE}/original"), "norfolk", "a.txt", b"").await;
        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    });
}
