//! What each page shows of the seeded force.

use axum::http::StatusCode;
use kernel::access::{Role, permit};

use crate::common::{root, shipped_policy, with_force};

#[test]
fn the_overview_tells_how_things_stand_as_far_as_a_role_goes() {
    with_force(|seeded| async move {
        let html = seeded.browser(Role::Auditor, Some(domain::samples::NORFOLK)).await.page("/").await;
        for words in [
            "2 enrolled of 2 registered",
            "Mobile Device Use Policy",
            "review overdue by",
            "Can only be agreed",
            "C02XK1MAC1",
            "Sgt &#60;b&#62;Byrd&#60;/b&#62; (88)",
            "Latest in the ledger",
        ] {
            assert!(html.contains(words), "{words}: {html}");
        }
        let suffolk = seeded.browser(Role::Auditor, Some(domain::samples::SUFFOLK)).await.page("/").await;
        assert!(
            suffolk.contains("0 enrolled of 1 registered") && !suffolk.contains("C02XK1MAC1"),
            "{suffolk}"
        );
        let holder = seeded.browser(Role::Holder, Some(domain::samples::NORFOLK)).await.page("/").await;
        assert!(holder.contains("Read the documents in force"), "{holder}");
        for hidden in ["enrolled of", "C02XK1MAC1", "Latest in the ledger", "href=\"/devices\"", "open cases"]
        {
            assert!(!holder.contains(hidden), "{hidden}");
        }
    });
}

#[test]
fn one_device_tells_sent_from_in_force_and_rests_its_clauses_on_facts() {
    with_force(|seeded| async move {
        let browser = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
        let html = browser.page(&format!("/devices/{}", seeded.phone)).await;
        for words in [
            "In force</strong>",
            "reported by the device",
            "PC Ames (1234)",
            "All in force accepted",
            "How this was judged",
            "Report: the device",
            "Lost mode on",
            "A passcode is set",
        ] {
            assert!(html.contains(words), "{words}: {html}");
        }
        assert!(!html.contains("Ask for approval"), "an analyst destroys nothing");
        let tablet =
            seeded.browser(Role::Auditor, None).await.page(&format!("/devices/{}", seeded.tablet)).await;
        assert!(tablet.contains("Nothing is known of it") && tablet.contains("Held by nobody"), "{tablet}");
        assert!(
            !tablet.contains("Met</strong>") && !tablet.contains("<form method=\"post\" action=\"/devices"),
            "{tablet}"
        );
    });
}

#[test]
fn a_message_is_headed_by_what_is_true_also_when_the_page_is_loaded_again() {
    with_force(|seeded| async move {
        let browser = seeded.browser(Role::ServiceDeskLead, None).await;
        let page = format!("/devices/{}", seeded.phone);
        for (word, heading, green) in [
            ("queued", "Ordered", false),
            ("loss-lock-queued", "Ordered", false),
            ("waits", "Waiting", false),
            ("held", "Held", false),
            ("holder-set", "Done", true),
        ] {
            let html = browser.page(&format!("{page}?done={word}")).await;
            assert!(html.contains(&format!("id=\"banner-title\">{heading}</p>")), "{word}: {html}");
            assert_eq!(html.contains("govuk-notification-banner--success"), green, "{word}");
        }
        assert!(!browser.page(&format!("{page}?done=other")).await.contains("banner-title"));
    });
}

#[test]
fn a_mac_is_offered_what_a_mac_can_do() {
    with_force(|seeded| async move {
        let browser = seeded.browser(Role::ServiceDeskLead, None).await;
        let html = browser.page(&format!("/devices/{}", seeded.mac)).await;
        assert!(html.contains("asks for a PIN") && html.contains("id=\"reason-erase\""), "{html}");
        assert!(
            !html.contains("value=\"lost-mode\"") && !html.contains("value=\"clear-passcode\""),
            "{html}"
        );
    });
}

#[test]
fn a_judgement_is_explained_now_and_at_a_time() {
    with_force(|seeded| async move {
        let browser = seeded.browser(Role::Auditor, Some(domain::samples::NORFOLK)).await;
        let path = format!("/devices/{}/clauses/MDU-6.2a", seeded.phone);
        let html = browser.page(&path).await;
        for words in ["MDU-6.2a for F4GXQ2ABCD", "the same outcome", "Facts used", "reported by the device"] {
            assert!(html.contains(words), "{words}: {html}");
        }
        let before = browser.get(&format!("{path}?at=2020-01-01")).await;
        assert_eq!(before.status, StatusCode::NOT_FOUND, "nothing had been judged by then");
        let unread = browser.get(&format!("{path}?at=last+Tuesday")).await;
        assert_eq!(unread.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            unread.text().contains("value=\"last Tuesday\"") && unread.text().contains("There is a problem")
        );
        let person = browser.page(&format!("/people/{}/clauses/UPD-7.1", seeded.newcomer)).await;
        assert!(person.contains("UPD-7.1 for DC Cole") && person.contains("Never reported"), "{person}");
        let paper = browser.page("/documents/mobile-device-use/clauses/MDU-0.2").await;
        assert!(paper.contains("overdue"), "{paper}");
    });
}

#[test]
fn documents_and_clauses_say_how_they_are_kept_and_how_they_stand() {
    with_force(|seeded| async move {
        let browser = seeded.browser(Role::PolicyOwner, None).await;
        let list = browser.page("/documents").await;
        assert!(list.contains("Mobile Device Use Policy") && list.contains("Review overdue"), "{list}");
        let document = browser.page("/documents/mobile-device-use").await;
        for words in ["6 ", "MDU-6.2a", "setting, check", "Editor’s notes", "id=\"F1\"", "Director of ICT"]
        {
            assert!(document.contains(words), "{words}: {document}");
        }
        let clause = browser.page("/clauses/MDU-6.2a").await;
        for words in
            ["By platform", "What is left, and to whom", "passcode.min_length", "/devices?clause=MDU-6.2a"]
        {
            assert!(clause.contains(words), "{words}: {clause}");
        }
        assert!(!clause.contains("/ledger?clause"), "a policy owner does not read the ledger");
        let holder = seeded.browser(Role::Holder, None).await.page("/clauses/MDU-6.2a").await;
        assert!(holder.contains("By platform") && !holder.contains("How it stands"), "{holder}");
        assert_eq!(browser.get("/documents/no-such").await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn findings_on_a_clause_stop_at_the_wall() {
    with_force(|seeded| async move {
        let norfolk = seeded
            .browser(Role::Auditor, Some(domain::samples::NORFOLK))
            .await
            .page("/clauses/UPD-7.1")
            .await;
        assert!(norfolk.contains("DC Cole (4410)") && norfolk.contains("How this was judged"), "{norfolk}");
        let suffolk = seeded
            .browser(Role::Auditor, Some(domain::samples::SUFFOLK))
            .await
            .page("/clauses/UPD-7.1")
            .await;
        assert!(!suffolk.contains("DC Cole"), "{suffolk}");
    });
}

#[test]
fn a_person_a_case_the_ledger_and_the_wall() {
    with_force(|seeded| async move {
        let browser = seeded.browser(Role::Auditor, Some(domain::samples::NORFOLK)).await;
        let person = browser.page(&format!("/people/{}", seeded.holder)).await;
        assert!(person.contains("F4GXQ2ABCD") && person.contains(", in force"), "{person}");
        assert!(!person.contains("Enter an acceptance"), "an auditor enters nothing");
        let case = browser.page(&format!("/cases/{}", seeded.case().await)).await;
        assert!(
            case.contains("Clause not met") && case.contains("C02XK1MAC1") && !case.contains("<textarea"),
            "{case}"
        );
        let ledger = browser.page("/ledger").await;
        for words in ["Latest checkpoint", "ledger.test", "lanyard ledger verify", "Lanyard"] {
            assert!(ledger.contains(words), "{words}: {ledger}");
        }
        let wall = browser.get("/wall").await;
        assert_eq!(wall.headers["refresh"], "60");
        assert!(browser.get("/wall?refresh=off").await.headers.get("refresh").is_none());
        assert!(!wall.text().contains("Ames"), "a wall has no names");
    });
}

#[test]
fn a_changed_policy_is_compared_with_the_one_before() {
    with_force(|seeded| async move {
        let browser = seeded.browser(Role::PolicyOwner, None).await;
        let one = browser.page("/policy/changes").await;
        assert!(one.contains("Only one version"), "{one}");
        let changed = shipped_policy(|files| {
            let (path, text) = files
                .iter()
                .find(|(path, text)| {
                    path.starts_with("settings/") && text.contains("\"passcode.min_length\" = 9")
                })
                .map(|(path, text)| (path.to_owned(), text.to_owned()))
                .expect("a setting asks for nine characters");
            files.put(&path, &text.replace("\"passcode.min_length\" = 9", "\"passcode.min_length\" = 12"));
            let clause = "documents/mobile-device-use/clauses/6.2a-composition.md";
            let text = files
                .get(clause)
                .expect("the clause on composition")
                .replace("min_length = 9", "min_length = 12");
            files.put(clause, &text);
        });
        seeded.world.clock.advance(domain::Span::from_secs(60));
        compliance_app::policy_change::change_policy(&seeded.app, permit(&root()).unwrap(), changed)
            .await
            .unwrap();
        let two = browser.page("/policy/changes").await;
        // The phone has not taken the new setting yet: by what it last reported it would fall out, and nothing is written.
        let fallen = [
            "Devices that would newly fall out",
            "Its settings change too",
            "The least number of characters",
        ];
        for words in ["passcode.min_length", "<strong>12</strong>", "settings differ", ", in force"]
            .iter()
            .chain(&fallen)
        {
            assert!(two.contains(words), "{words}: {two}");
        }
        let missing = browser.get("/policy/changes?from=0000").await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND);
    });
}
