//! What each form does: the good way, and what is said when it cannot be.

use axum::http::StatusCode;
use kernel::access::{Role, permit};

use crate::common::{Answer, root, with_force};

/// The form came back with this in its error summary.
fn refused(answer: &Answer, words: &str) -> String {
    let html = answer.text();
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{html}");
    assert!(html.contains("There is a problem") && html.contains("<title>Error: "), "{html}");
    assert!(html.contains(words), "{words}: {html}");
    html
}

#[test]
fn a_device_is_registered_or_told_why_not() {
    with_force(|seeded| async move {
        let browser = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
        let answer = browser.post("/devices/add", &[("serial", "x!\"><script>"), ("holder", "1234")]).await;
        let html = refused(&answer, "Choose the force that owns it");
        assert!(
            html.contains("value=\"x!&#34;&#62;&#60;script&#62;\"") && html.contains("value=\"1234\""),
            "{html}"
        );
        let good = [
            ("serial", "newphone1"),
            ("kind", "iphone"),
            ("force", "norfolk"),
            ("holder", "1234"),
            ("asset", "NC-7"),
        ];
        let with = |name: &str, value: &'static str| {
            good.map(|(key, old)| (key, if key == name { value } else { old }))
        };
        refused(
            &browser.post("/devices/add", &with("serial", "x!")).await,
            "Use the 4 to 40 letters and digits",
        );
        refused(
            &browser.post("/devices/add", &with("serial", "f4gxq2abcd")).await,
            "already stands in the register",
        );
        refused(&browser.post("/devices/add", &with("holder", "9999")).await, "nobody with this number");
        let walled = browser.post("/devices/add", &with("force", "suffolk")).await;
        assert_eq!(walled.status, StatusCode::FORBIDDEN);
        let answer = browser.post("/devices/add", &good).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let html = browser.page(answer.leads_to()).await;
        assert!(html.contains("The device stands in the register.") && html.contains("NEWPHONE1"), "{html}");
    });
}

#[test]
fn a_profile_is_made_only_where_the_gate_is_open() {
    with_force(|seeded| async move {
        let browser = seeded.browser(Role::ServiceDeskLead, None).await;
        let path = format!("/devices/{}/enrol", seeded.tablet);
        let html = browser.page(&path).await;
        assert!(html.contains("It cannot enrol yet") && html.contains("no intended holder"), "{html}");
        assert_eq!(browser.post(&path, &[]).await.status, StatusCode::CONFLICT);
        let set = browser.post(&format!("/devices/{}/holder", seeded.tablet), &[("holder", "1234")]).await;
        refused(&set, "Suffolk Constabulary has nobody with this number");
        let set = browser.post(&format!("/devices/{}/holder", seeded.tablet), &[("holder", "77")]).await;
        assert_eq!(set.status, StatusCode::SEE_OTHER);
        assert!(browser.page(&path).await.contains("Make and download a profile"));
        let file = browser.post(&path, &[]).await;
        assert_eq!(file.status, StatusCode::OK);
        assert_eq!(file.headers["content-type"], "application/x-apple-aspen-config");
        assert_eq!(file.headers["content-disposition"], "attachment; filename=\"DMPT1TABLET.mobileconfig\"");
        assert_eq!(file.headers["cache-control"], "no-store");
        assert!(file.body.len() > 2000);
    });
}

#[test]
fn a_person_is_entered_and_their_acceptance_too() {
    with_force(|seeded| async move {
        let browser = seeded.browser(Role::ServiceDeskLead, Some(domain::samples::NORFOLK)).await;
        let taken = [("force", "norfolk"), ("number", "1234"), ("name", "X"), ("role", "officer")];
        refused(&browser.post("/people/add", &taken).await, "already has somebody with the number 1234");
        refused(&browser.post("/people/add", &[("force", "norfolk"), ("number", "5")]).await, "Enter a name");
        let new = [("force", "norfolk"), ("number", "500"), ("name", "PC Green"), ("role", "officer")];
        let answer = browser.post("/people/add", &new).await;
        let path = answer.leads_to().split('?').next().unwrap().to_owned();
        let html = browser.page(&path).await;
        assert!(html.contains("PC Green") && html.contains("Not accepted"), "{html}");

        let terms = format!("{path}/terms/mobile-device-use");
        let html = browser.page(&terms).await;
        assert!(html.contains("PC Green (500)") && html.contains("MDU-3.2"), "{html}");
        let digest =
            html.split("name=\"digest\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        refused(&browser.post(&terms, &[("digest", "old"), ("accept", "yes")]).await, "The terms changed");
        let html = refused(&browser.post(&terms, &[("digest", &digest)]).await, "Tick the box");
        let asked = html.matches("<legend").count();
        let person = path.rsplit('/').next().unwrap().parse().unwrap();
        let read =
            terms_app::read::terms_for(&seeded.app, permit(&root()).unwrap(), person, "mobile-device-use")
                .await
                .unwrap();
        let questions: Vec<_> = read.sections.iter().flat_map(|section| &section.asked).collect();
        assert_eq!(asked, questions.len(), "every question is on the page");
        let answers: Vec<(String, String)> = (1..)
            .zip(&questions)
            .map(|(place, asked)| (format!("question-{place}"), asked.correct.to_string()))
            .collect();
        let mut fields = vec![("digest", digest.as_str()), ("accept", "yes")];
        fields.extend(answers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let answer = browser.post(&terms, &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        assert!(browser.page(&terms).await.contains("Nothing more is needed"));
    });
}

#[test]
fn an_order_needs_a_reason_and_destruction_a_second_person() {
    with_force(|seeded| async move {
        let lead = seeded.browser(Role::ServiceDeskLead, Some(domain::samples::NORFOLK)).await;
        let href = format!("/devices/{}", seeded.phone);
        let actions = format!("{href}/actions");
        let lost =
            [("action", "lost-mode"), ("message-lost-mode", "Call <us>"), ("phone-lost-mode", "01473 0")];
        let html = refused(&lead.post(&actions, &lost).await, "Enter a reason");
        assert!(
            html.contains("href=\"#reason-lost-mode\"") && html.contains("value=\"Call &#60;us&#62;\""),
            "{html}"
        );
        refused(
            &lead.post(&actions, &[("action", "lost-mode"), ("reason-lost-mode", "x")]).await,
            "what the screen is to say",
        );
        assert_eq!(
            lead.post(&actions, &[("action", "explode")]).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        let answer = lead.post(&actions, &[("action", "lock"), ("reason-lock", "left on a train")]).await;
        let html = lead.page(answer.leads_to()).await;
        assert!(html.contains("It is queued") && html.contains("left on a train"), "{html}");

        let answer = lead.post(&actions, &[("action", "erase"), ("reason-erase", "stolen")]).await;
        assert_eq!(answer.leads_to(), format!("{href}?done=waits"));
        let command = format!("/commands/{}", seeded.command(seeded.phone).await);
        let own = lead.page(&command).await;
        assert!(own.contains("Waits for a second person") && !own.contains("Agree to erase"), "{own}");
        assert_eq!(
            lead.post(&format!("{command}/approve"), &[("reason", "me too")]).await.status,
            StatusCode::FORBIDDEN,
            "whoever asked cannot agree"
        );
        // One name or two, two links may be one person's: whoever agrees must be somebody whom the register knows.
        let link = seeded.browser(Role::Fiso, Some(domain::samples::NORFOLK)).await;
        let answer = link.post(&format!("{command}/approve"), &[("reason", "me too")]).await;
        refused(&answer, "must be in the register");
        let second = seeded.browser_in_role(seeded.newcomer, Role::Fiso, domain::samples::NORFOLK).await;
        assert!(second.page(&command).await.contains("Agree to erase"));
        refused(&second.post(&format!("{command}/approve"), &[]).await, "Enter a reason");
        let answer = second.post(&format!("{command}/approve"), &[("reason", "spoke to the lead")]).await;
        assert_eq!(answer.leads_to(), format!("{command}?done=approved"));
        assert!(second.page(&command).await.contains("Queued; not yet handed to the device"));
        let answer = second.post(&format!("{command}/take-back"), &[]).await;
        assert_eq!(answer.leads_to(), format!("{command}?done=taken-back"));
        let again = second.post(&format!("{command}/take-back"), &[]).await;
        assert_eq!(again.status, StatusCode::CONFLICT, "a second time there is nothing to take back");
    });
}

#[test]
fn the_pin_of_a_mac_is_shown_for_a_reason_and_written_down() {
    with_force(|mut seeded| async move {
        let browser = seeded.browser(Role::DutyOfficer, Some(domain::samples::NORFOLK)).await;
        let lock = [("action", "lock"), ("reason-lock", "left in a car"), ("message-lock", "Call us")];
        let answer = browser.post(&format!("/devices/{}/actions", seeded.mac), &lock).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        let command = format!("/commands/{}", seeded.command(seeded.mac).await);
        seeded.settle().await;
        let reveal = format!("{command}/reveal");
        refused(&browser.post(&reveal, &[("reason", " ")]).await, "Enter a reason");
        let html = browser.post(&reveal, &[("reason", "its holder is here")]).await.text();
        let pin: String = html.split("summary-list__value\">").nth(1).unwrap().chars().take(6).collect();
        assert!(pin.chars().all(|digit| digit.is_ascii_digit()), "{pin}");
        assert!(!browser.page(&command).await.contains(&pin), "it is not left on the page");
        let auditor = seeded.browser(Role::Auditor, None).await;
        let ledger = auditor.page("/ledger?kind=command.").await;
        assert!(ledger.contains("Command pin read") && !ledger.contains(&pin), "{ledger}");
    });
}

#[test]
fn a_lost_phone_is_located_by_one_and_read_for_a_reason() {
    with_force(|mut seeded| async move {
        let fiso = seeded.browser(Role::Fiso, Some(domain::samples::NORFOLK)).await;
        let actions = format!("/devices/{}/actions", seeded.phone);
        let lost = [("action", "lost-mode"), ("message-lost-mode", "Call us"), ("reason-lost-mode", "lost")];
        assert_eq!(fiso.post(&actions, &lost).await.status, StatusCode::SEE_OTHER);
        seeded.settle().await;
        assert!(fiso.page(&format!("/devices/{}", seeded.phone)).await.contains("Lost mode</strong>"));
        let locate = [("action", "locate"), ("reason-locate", "life at risk")];
        assert_eq!(fiso.post(&actions, &locate).await.status, StatusCode::SEE_OTHER);
        let command = format!("/commands/{}", seeded.command(seeded.phone).await);
        let second = seeded
            .browser_in_role(seeded.newcomer, Role::InformationSecurity, domain::samples::NORFOLK)
            .await;
        seeded.settle().await;
        let desk = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
        assert!(!desk.page(&command).await.contains("/reveal"));
        assert_eq!(
            desk.post(&format!("{command}/reveal"), &[("reason", "x")]).await.status,
            StatusCode::CONFLICT
        );
        let html = second.post(&format!("{command}/reveal"), &[("reason", "to send a patrol")]).await.text();
        assert!(html.contains("Latitude, longitude"), "{html}");
        assert!(second.page("/ledger").await.contains("Device location read"));
    });
}

#[test]
fn a_case_takes_notes_and_is_closed_once() {
    with_force(|seeded| async move {
        let browser = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
        let href = format!("/cases/{}", seeded.case().await);
        refused(&browser.post(&format!("{href}/notes"), &[("note", "")]).await, "Enter a note");
        let noted = browser.post(&format!("{href}/notes"), &[("note", "Called <the> holder")]).await;
        let html = browser.page(noted.leads_to()).await;
        assert!(
            html.contains("The note was added.") && html.contains("Called &#60;the&#62; holder"),
            "{html}"
        );
        refused(&browser.post(&format!("{href}/close"), &[]).await, "href=\"#why\"");
        let closed = browser.post(&format!("{href}/close"), &[("why", "Mac taken back")]).await;
        assert_eq!(closed.leads_to(), format!("{href}?done=closed"));
        let html = browser.page(&href).await;
        assert!(html.contains("Closed: Mac taken back") && !html.contains("<textarea"), "{html}");
        let again = browser.post(&format!("{href}/close"), &[("why", "again")]).await;
        assert_eq!(again.status, StatusCode::CONFLICT);
    });
}
