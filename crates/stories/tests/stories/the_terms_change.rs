//! `stories/the-terms-change.md`.

use axum::http::StatusCode;
use kernel::access::{Role, permit};

use crate::common::{root, shipped_policy, with_force};
use crate::reading::{change_the_terms, read_all, terms};

#[test]
fn the_terms_change() {
    with_force(|seeded| async move {
        let ames = seeded.browser_of(seeded.holder, domain::samples::NORFOLK).await;
        assert!(!ames.page("/me").await.contains("Read and accept"));
        let before = terms(&seeded, seeded.holder, "personal-devices").await;

        change_the_terms(&seeded).await;
        seeded.pass(10).await;
        let director = seeded.browser(Role::PolicyOwner, None).await;
        let changes = director.page("/policy/changes").await;
        assert!(
            changes.contains("Who must accept again") && changes.contains("Norfolk Constabulary"),
            "{changes}"
        );

        let html = ames.page("/me").await;
        assert!(html.contains("Read what changed and accept it: "), "{html}");
        assert!(html.contains("The terms have changed: "), "PC Ames was told: {html}");
        let html = ames.page("/me/terms/personal-devices").await;
        for words in
            ["What changed since you last accepted", "Before", "The wording has changed.", "Accepted before"]
        {
            assert!(html.contains(words), "{words}: {html}");
        }

        // A form from the older text.
        let stale =
            ames.post("/me/terms/personal-devices", &[("accept", "yes"), ("digest", &before.digest)]).await;
        assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(stale.text().contains("The wording has changed."), "{}", stale.text());

        // Only what is new is to be read.
        let after = terms(&seeded, seeded.holder, "personal-devices").await;
        assert_eq!(after.sections.iter().filter(|section| section.open).count(), 1);
        read_all(&ames, &after).await;
        let answer =
            ames.post("/me/terms/personal-devices", &[("accept", "yes"), ("digest", &after.digest)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        seeded.pass(10).await;
        assert!(!ames.page("/me").await.contains("Read and accept"));

        // Both wordings can be read later, each as it was.
        let psd = seeded.browser(Role::PsdInvestigator, None).await;
        let kept =
            |digest: &str| format!("/people/{}/accepted/personal-devices?version={digest}", seeded.holder);
        assert!(!psd.page(&kept(&before.digest)).await.contains("The wording has changed."));
        assert!(psd.page(&kept(&after.digest)).await.contains("The wording has changed."));

        // The former wording comes back: whoever accepted it then has accepted it.
        let former = shipped_policy(|_| ());
        assert!(
            compliance_app::policy_change::change_policy(&seeded.app, permit(&root()).unwrap(), former)
                .await
                .unwrap()
        );
        seeded.pass(10).await;
        assert!(!ames.page("/me").await.contains("Read and accept"));
    });
}
