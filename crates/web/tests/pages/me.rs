//! The holder's own page: what is theirs, and nothing of anybody else.

use axum::http::StatusCode;
use domain::PersonId;
use kernel::access::{Role, permit};
use terms_app::read::TermsRead;

use crate::common::{Browser, Seeded, root, with_force};

#[test]
fn a_holder_sees_their_own_devices_and_nobody_elses() {
    with_force(|seeded| async move {
        let holder = seeded.browser_of(seeded.holder, domain::samples::NORFOLK).await;
        let html = holder.page("/me").await;
        assert!(html.contains("PC Ames (1234)") && html.contains("norfolk-F4GX"), "{html}");
        assert!(!html.contains("norfolk-C02X"), "another person's Mac: {html}");
        assert!(html.contains("Nothing. You are up to date."), "{html}");
        let newcomer = seeded.browser_of(seeded.newcomer, domain::samples::NORFOLK).await;
        let html = newcomer.page("/me").await;
        assert!(html.contains("DC Cole (4410)") && html.contains("Mobile Device Use Policy"), "{html}");
        assert!(html.contains("Not accepted") && !html.contains("You are up to date"), "{html}");
    });
}

#[test]
fn a_device_has_one_name_for_its_holder_and_one_for_staff() {
    with_force(|seeded| async move {
        let holder = seeded.browser_of(seeded.holder, domain::samples::NORFOLK).await;
        let me = holder.page("/me").await;
        let link = format!("href=\"/devices/{}\">", seeded.phone);
        let name = me.split(&link).nth(1).unwrap().split("</a>").next().unwrap();
        assert!(name.ends_with(", norfolk-F4GX"), "{name}");
        for path in ["/me/password", "/me/report-fault", "/me/lost"] {
            let html = holder.page(path).await;
            assert!(html.contains(name) && !html.contains("F4GXQ2ABCD"), "{path}: {html}");
        }
        let desk = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
        for path in ["/help/passwords/new", "/help/faults/new"] {
            let html = desk.page(&format!("{path}?device={}", seeded.phone)).await;
            assert!(html.contains("iPhone F4GXQ2ABCD (norfolk-F4GX)"), "{path}: {html}");
        }
        let case = desk.page(&format!("/cases/{}", seeded.case().await)).await;
        assert!(case.contains("Mac C02XK1MAC1 (norfolk-C02X)"), "{case}");
    });
}

#[test]
fn whom_to_ring_is_said_for_any_telephone() {
    with_force(|seeded| async move {
        seeded.world.clock.set("2026-11-25T10:00:00Z".parse().unwrap());
        let holder = seeded.browser_of(seeded.holder, domain::samples::NORFOLK).await;
        for path in ["/me/report-fault", "/me/password", "/me/lost", "/lost"] {
            let html = holder.page(path).await;
            assert!(
                html.contains("101, then ask for extension 4747") && !html.contains("x4747"),
                "{path}: {html}"
            );
        }
    });
}

#[test]
fn the_page_is_the_first_part_for_holders_and_says_so_where_somebody_is_in_no_register() {
    with_force(|seeded| async move {
        let holder = seeded.browser_of(seeded.holder, domain::samples::NORFOLK).await;
        let html = holder.page("/").await;
        let nav = html.split("aria-label=\"Main\"").nth(1).unwrap();
        assert!(nav.find("/me").unwrap() < nav.find("\"/\"").unwrap(), "{nav}");
        let auditor = seeded.browser(Role::Auditor, None).await;
        assert!(auditor.page("/me").await.contains("You do not stand in the register of people"));
        assert!(!auditor.page("/").await.contains("href=\"/me\""));
    });
}

async fn terms(seeded: &Seeded, person: PersonId) -> TermsRead {
    terms_app::read::terms_for(&seeded.app, permit(&root()).unwrap(), person, "personal-devices")
        .await
        .unwrap()
}

/// Reads every section of the document as the pages lead on, with the right answers.
async fn read_all(browser: &Browser, read: &TermsRead) {
    let mut next = "/me/terms/personal-devices/1".to_owned();
    for _ in 0..read.sections.len() {
        let place: usize = next.rsplit('/').next().unwrap().parse().unwrap();
        let section = &read.sections[place - 1];
        assert!(browser.page(&next).await.contains(&section.digest));
        let answers: Vec<(String, String)> = (1..)
            .zip(&section.asked)
            .map(|(number, asked)| (format!("question-{number}"), asked.correct.to_string()))
            .collect();
        let mut fields = vec![("digest", section.digest.as_str())];
        fields.extend(answers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let answer = browser.post(&next, &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        next = answer.leads_to().split('?').next().unwrap().to_owned();
        if next == "/me/terms/personal-devices" {
            return;
        }
    }
    panic!("the pages lead in a circle: {next}");
}

#[test]
fn terms_are_read_section_by_section_and_accepted_once() {
    with_force(|seeded| async move {
        let browser = seeded.browser_of(seeded.newcomer, domain::samples::NORFOLK).await;
        let (path, read) = ("/me/terms/personal-devices", terms(&seeded, seeded.newcomer).await);
        assert!(browser.page("/me").await.contains("Read and accept: "));
        let html = browser.page(path).await;
        assert!(html.contains("To read") && !html.contains("name=\"accept\""), "{html}");
        let early = browser.post(path, &[("accept", "yes"), ("digest", &read.digest)]).await;
        assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(early.text().contains("first: the list above leads to it"), "{}", early.text());

        read_all(&browser, &read).await;
        let html = browser.page(path).await;
        assert!(html.contains("name=\"accept\"") && !html.contains("To read"), "{html}");
        let unticked = browser.post(path, &[("digest", &read.digest)]).await;
        assert!(unticked.text().contains("Tick the box once you accept"));
        let stale = browser.post(path, &[("accept", "yes"), ("digest", "older")]).await;
        assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(stale.text().contains("The terms changed while the page was open"), "{}", stale.text());

        // A double click: both are answered alike, and the acceptance is entered once.
        for _ in 0..2 {
            let answer = browser.post(path, &[("accept", "yes"), ("digest", &read.digest)]).await;
            assert_eq!(answer.leads_to(), "/me?done=own-accepted", "{}", answer.text());
        }
        let accepted = seeded.app.store().read(|tx| {
            let filter =
                store::ledger::LedgerFilter { action: "terms.accepted".into(), ..Default::default() };
            store::ledger::list(tx, &filter, 100)
        });
        let own = accepted.await.unwrap().into_iter();
        assert_eq!(own.filter(|(entry, _)| entry.reason.as_deref() == Some("own")).count(), 1);
        let html = browser.page("/me").await;
        assert!(html.contains("You accepted the terms") || html.contains("Accepted"), "{html}");
        assert!(!html.contains("Read and accept: Use of Personal"), "{html}");
        let kept = browser.page("/me/terms/personal-devices/accepted").await;
        assert!(
            kept.contains("on a page, on a device that did not say") && kept.contains("UPD-7.1"),
            "{kept}"
        );
        let desk = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
        let shown = desk.page(&format!("/people/{}/accepted/personal-devices", seeded.newcomer)).await;
        assert!(shown.contains("DC Cole (4410)") && shown.contains("as it was shown then"), "{shown}");
    });
}

#[test]
fn an_answer_that_the_clause_does_not_bear_out_shows_the_clause_again() {
    with_force(|seeded| async move {
        let browser = seeded.browser_of(seeded.newcomer, domain::samples::NORFOLK).await;
        let read = terms(&seeded, seeded.newcomer).await;
        let (place, section) =
            (1..).zip(&read.sections).find(|(_, section)| !section.asked.is_empty()).unwrap();
        let (path, asked) = (format!("/me/terms/personal-devices/{place}"), &section.asked[0]);
        let wrong = (asked.correct + 1) % asked.answers.len();
        let wrong = wrong.to_string();
        let fields = [("digest", section.digest.as_str()), ("question-1", wrong.as_str())];
        let answer = browser.post(&path, &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let html = answer.text();
        assert!(html.contains(&format!("Read clause {} again below", asked.clause)), "{html}");
        assert!(html.contains("checked=\"checked\""), "what was chosen stays chosen: {html}");
        let gone = browser.post(&path, &[("digest", "of another wording")]).await;
        assert_eq!(gone.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(gone.text().contains("This section changed while the page was open"), "{}", gone.text());
    });
}

#[test]
fn another_way_of_reading_gives_more_time_and_asks_no_reason() {
    with_force(|seeded| async move {
        let browser = seeded.browser_of(seeded.newcomer, domain::samples::NORFOLK).await;
        let path = "/me/terms/personal-devices";
        let due = |read: TermsRead| read.standing.unwrap().due_at.unwrap();
        let before = due(terms(&seeded, seeded.newcomer).await);
        let odd = browser.post(&format!("{path}/way"), &[("way", "by pigeon")]).await;
        assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
        for _ in 0..2 {
            let answer = browser.post(&format!("{path}/way"), &[("way", "large-print")]).await;
            assert_eq!(answer.leads_to(), format!("{path}?done=way-asked"), "{}", answer.text());
        }
        let after = due(terms(&seeded, seeded.newcomer).await);
        assert_eq!(after.since(before), domain::Span::from_secs(14 * 24 * 3600), "once, not twice");
        assert!(browser.page(path).await.contains("You asked for them in large print"));
        let desk = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
        let html = desk.page("/terms/people?state=adjusted").await;
        assert!(html.contains("DC Cole") && html.contains("Wants them in large print"), "{html}");
    });
}

#[test]
fn the_desk_sees_how_its_own_force_stands() {
    with_force(|seeded| async move {
        let desk = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
        let html = desk.page("/terms").await;
        assert!(html.contains("Norfolk Constabulary") && !html.contains("Suffolk Constabulary"), "{html}");
        let list = desk.page("/terms/people?state=asked").await;
        assert!(list.contains("DC Cole") && !list.contains("PC Fox"), "{list}");
        let csv = desk.page("/terms/people.csv").await;
        assert!(csv.contains("4410,DC Cole,Norfolk Constabulary,") && !csv.contains("PC Fox"), "{csv}");
    });
}

#[test]
fn a_reminder_is_answered_and_asked_again_when_its_time_comes() {
    with_force(|seeded| async move {
        let browser = seeded.browser_of(seeded.newcomer, domain::samples::NORFOLK).await;
        let auditor = seeded.browser(Role::Auditor, Some(domain::samples::NORFOLK)).await;
        let html = browser.page("/me").await;
        assert!(html.contains("value=\"UPD-8.PS3\""), "what binds everyone is asked: {html}");
        assert!(!html.contains("value=\"MDU-7.4\""), "no phone, no greeting: {html}");
        let finding = format!("/people/{}/clauses/UPD-8.PS3", seeded.newcomer);
        assert!(auditor.page(&finding).await.contains("Not known"));

        let odd = browser.post("/me/reminders", &[("clause", "UPD-8.PS3"), ("answer", "perhaps")]).await;
        assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
        let none = browser.post("/me/reminders", &[("clause", "MDU-3.2"), ("answer", "yes")]).await;
        assert_eq!(none.status, StatusCode::NOT_FOUND, "terms are no reminder");
        browser.post("/me/reminders", &[("clause", "UPD-8.GL1"), ("answer", "later")]).await;
        for _ in 0..2 {
            let said = browser.post("/me/reminders", &[("clause", "UPD-8.PS3"), ("answer", "yes")]).await;
            assert_eq!(said.leads_to(), "/me?done=reminder-yes");
        }
        seeded.pass(10).await;
        let html = browser.page("/me").await;
        assert!(!html.contains("value=\"UPD-8.PS3\"") && !html.contains("value=\"UPD-8.GL1\""), "{html}");
        let judged = auditor.page(&finding).await;
        assert!(judged.contains("stated by the person"), "{judged}");

        seeded.pass(8 * 24 * 3600).await;
        assert!(browser.page("/me").await.contains("value=\"UPD-8.GL1\""), "later was a week");
        seeded.pass(26 * 7 * 24 * 3600).await;
        let again = seeded.browser_of(seeded.newcomer, domain::samples::NORFOLK).await;
        assert!(again.page("/me").await.contains("value=\"UPD-8.PS3\""));
        let auditor = seeded.browser(Role::Auditor, Some(domain::samples::NORFOLK)).await;
        assert!(auditor.page(&finding).await.contains("too long ago"), "what was said then no longer stands");
    });
}
