//! The report of a loss: one question a page, without script, and with nothing kept before its end.

use axum::http::StatusCode;
use kernel::access::Role;

use crate::checker::{faults, leading_nowhere};
use crate::common::{Answer, Browser, with_force};

/// What a page carries on in hidden fields.
fn carried(page: &str) -> Vec<(String, String)> {
    let fields = page.split("<input type=\"hidden\" name=\"").skip(1);
    let field = |text: &str| {
        let (name, rest) = text.split_once("\" value=\"")?;
        Some((name.to_owned(), rest.split('"').next()?.to_owned()))
    };
    fields.filter_map(field).collect()
}

/// Sends the form of a page: what it carries, and what is typed into it.
async fn send(browser: &Browser, page: &str, path: &str, typed: &[(&str, &str)]) -> Answer {
    let carried = carried(page);
    let mut fields: Vec<(&str, &str)> =
        carried.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    fields.extend_from_slice(typed);
    browser.post(path, &fields).await
}

/// Goes on from a page; the next one must be sound and ask what is expected.
async fn on(browser: &Browser, page: &str, path: &str, typed: &[(&str, &str)], asks: &str) -> String {
    let answer = send(browser, page, path, typed).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let page = answer.text();
    assert!(page.contains(asks), "expected \"{asks}\": {page}");
    assert!(page.contains("ring <strong>"), "the number stays first: {page}");
    assert_eq!(faults(&page), Vec::<String>::new());
    assert!(leading_nowhere(&page).is_empty(), "{page}");
    page
}

fn reference(page: &str) -> &str {
    page.split("Your reference<br/><strong>").nth(1).unwrap().split("</strong>").next().unwrap()
}

const STEPS: &str = "/lost/questions";

#[test]
fn anybody_answers_one_question_a_page_goes_back_and_reports_once() {
    with_force(|seeded| async move {
        let nobody = seeded.nobody();
        let officer = seeded.browser(Role::DutyOfficer, Some(domain::samples::NORFOLK)).await;
        let first = nobody.page("/lost").await;
        assert!(first.contains("Question 1 of 10") && first.contains("Whose device is it?"), "{first}");
        assert!(!first.contains("Was it lost or stolen?"), "one question a page: {first}");

        let next = [("whose", "1234"), ("do", "next")];
        let device = on(&nobody, &first, STEPS, &next, "Which device is it?").await;
        assert!(carried(&device).contains(&("whose".into(), "1234".into())), "{device}");
        let force = on(&nobody, &device, STEPS, &[("do", "unknown")], "Which force").await;
        let how =
            on(&nobody, &force, STEPS, &[("force", "norfolk"), ("do", "next")], "lost or stolen?").await;
        let seen = on(&nobody, &how, STEPS, &[("how", "stolen"), ("do", "next")], "last seen?").await;

        // A wrong answer is said at its question, with everything that was answered before.
        let typed = [("last-day", "today"), ("last-time", "half past two"), ("do", "next")];
        let wrong = send(&nobody, &seen, STEPS, &typed).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let wrong = wrong.text();
        assert!(wrong.contains("a time such as 02:30") && wrong.contains("half past two"), "{wrong}");
        assert!(carried(&wrong).contains(&("how".into(), "stolen".into())), "{wrong}");
        assert_eq!(faults(&wrong), Vec::<String>::new());

        // Back, with what was chosen, and on again.
        let typed = [("last-day", "today"), ("last-time", "half past two"), ("do", "back")];
        let back = on(&nobody, &wrong, STEPS, &typed, "lost or stolen?").await;
        assert!(back.contains("value=\"stolen\" checked=\"checked\""), "{back}");
        let seen = on(&nobody, &back, STEPS, &[("how", "lost"), ("do", "next")], "last seen?").await;
        let place = [("last-day", "not-known"), ("last-time", ""), ("do", "next")];
        let place = on(&nobody, &seen, STEPS, &place, "Where was that?").await;
        assert!(
            officer.page("/losses").await.contains("No loss is open"),
            "nothing is kept before the report"
        );

        let now = [("place", "Prince of Wales Road")];
        let done = send(&nobody, &place, "/lost", &now).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text());
        let (done, again) = (done.text(), send(&nobody, &place, "/lost", &now).await.text());
        assert!(done.contains("What has been done") && done.contains("What happens next"), "{done}");
        assert_eq!(reference(&done), reference(&again), "a double click reports once");
        let losses = officer.page("/losses").await;
        assert_eq!(losses.matches("<section class=\"lan-panel\">").count(), 1, "{losses}");
        assert!(losses.contains(reference(&done)), "{losses}");
    });
}

#[test]
fn the_first_question_is_enough_and_a_button_pressed_before_it_is_answered_reports_nothing() {
    with_force(|seeded| async move {
        let nobody = seeded.nobody();
        let first = nobody.page("/lost").await;
        assert!(first.contains("Report it now"), "{first}");
        let early = send(&nobody, &first, "/lost", &[("whose", " ")]).await;
        assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(early.text().contains("Say whose device it is"), "{}", early.text());
        let done = send(&nobody, &early.text(), "/lost", &[("whose", "1234")]).await;
        assert!(done.text().contains("Your reference"), "{}", done.text());

        // Who knows neither answers on and reports at the end, with "I do not know" to everything.
        let mut page = nobody.page("/lost").await;
        let mut asked = 1;
        while !page.contains("report it</button>") {
            let offers = page.contains("Report it now");
            assert_eq!(offers, asked < 3, "question {asked}: nothing is named");
            page = on(&nobody, &page, STEPS, &[("do", "unknown")], "Question").await;
            asked += 1;
            assert!(asked <= 10, "{page}");
        }
        assert_eq!(asked, 10, "at most ten questions");
        let done =
            send(&nobody, &page, "/lost", &[("do", "unknown"), ("contact", "typed and not meant")]).await;
        assert!(done.text().contains("Your reference"), "{}", done.text());
    });
}

#[test]
fn what_was_carried_is_checked_again_and_an_answer_is_bounded() {
    with_force(|seeded| async move {
        let nobody = seeded.nobody();
        let first = nobody.page("/lost").await;
        let long = "x".repeat(5000);
        let refused = send(&nobody, &first, STEPS, &[("whose", &long), ("do", "next")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let refused = refused.text();
        assert!(refused.contains("Shorten this answer") && !refused.contains(&long), "{}", refused.len());
        // A field that was changed on the way leads back to its question.
        let fields = [("form", "0123456789abcdef"), ("at", "how"), ("do", "next"), ("whose", "\u{7}")];
        let changed = nobody.post(STEPS, &fields).await;
        assert_eq!(changed.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(changed.text().contains("Whose device is it?") && changed.text().contains("control"));
        let fields = [("form", "0123456789abcdef"), ("whose", "1234"), ("last-time", "25:00")];
        let sent = nobody.post("/lost", &fields).await;
        assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(sent.text().contains("When was it last seen?"), "{}", sent.text());
    });
}

#[test]
fn a_holder_is_asked_nothing_that_the_force_knows() {
    with_force(|seeded| async move {
        let ames = seeded.browser_of(seeded.holder, domain::samples::NORFOLK).await;
        let first = ames.page("/me/lost").await;
        assert!(first.contains("Question 1 of 6") && first.contains("norfolk-F4GX"), "{first}");
        for known in ["Whose device", "Which device is it?", "Which force", "Who are you?"] {
            assert!(!first.contains(known), "{known}: {first}");
        }
        let steps = "/me/lost/questions";
        let seen = on(&ames, &first, steps, &[("how", "stolen"), ("do", "next")], "last seen?").await;
        let back = on(&ames, &seen, steps, &[("do", "back")], "lost or stolen?").await;
        assert!(back.contains("value=\"stolen\" checked=\"checked\""), "{back}");
        let done = send(&ames, &seen, "/me/lost", &[("last-time", "")]).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text());
        let again = send(&ames, &seen, "/me/lost", &[("last-time", "")]).await;
        assert_eq!(reference(&done.text()), reference(&again.text()));

        // About a colleague's: the name of whoever is signed in is known.
        let colleague = ames.page("/lost").await;
        assert!(colleague.contains("Question 1 of 9"), "{colleague}");
        assert!(carried(&colleague).iter().any(|(name, value)| name == "reporter" && !value.is_empty()));
        assert_eq!(ames.get(steps).await.status, StatusCode::OK, "a reload of a step begins again");
    });
}

/// Reports a device at night, by its serial number; returns the page of the loss.
pub(crate) async fn reported(nobody: &Browser, officer: &Browser, serial: &str) -> String {
    let form = format!("{serial}-0123456789abcdef");
    let fields = [("form", form.as_str()), ("force", "norfolk"), ("device", serial)];
    let done = nobody.post("/lost", &fields).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text());
    let list = officer.page("/losses").await;
    let row = list.split("<a class=\"govuk-link\" href=\"").find(|row| row.contains(serial)).unwrap();
    row.split('"').next().unwrap().to_owned()
}

#[test]
fn the_duty_officer_locates_a_lost_phone_and_reads_its_position_on_the_page_of_the_loss() {
    with_force(|mut seeded| async move {
        let officer = seeded.browser(Role::DutyOfficer, Some(domain::samples::NORFOLK)).await;
        let loss = reported(&seeded.nobody(), &officer, "F4GXQ2ABCD").await;
        let page = officer.page(&loss).await;
        assert!(!page.contains("Locate it") && page.contains("once it has acknowledged lost mode"), "{page}");
        assert!(!page.contains("Ask for approval to erase it"), "the duty officer erases nothing: {page}");
        officer.post(&format!("{loss}/contain"), &[]).await;
        seeded.settle().await;
        let page = officer.page(&loss).await;
        assert!(page.contains("Locate it") && page.contains("End lost mode"), "{page}");
        let without = officer.post(&format!("{loss}/locate"), &[("locate-reason", " ")]).await;
        assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(without.text().contains("href=\"#locate-reason\""), "{}", without.text());
        let asked = officer.post(&format!("{loss}/locate"), &[("locate-reason", "to send a car")]).await;
        assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text());
        seeded.settle().await;
        let page = officer.page(&loss).await;
        assert!(page.contains("Show its last position") && !page.contains("Latitude"), "{page}");
        let position = format!("{loss}/position");
        let without = officer.post(&position, &[("position-reason", "")]).await;
        assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!without.text().contains("Latitude"), "{}", without.text());
        let shown = officer.post(&position, &[("position-reason", "to send a car")]).await;
        assert_eq!(shown.status, StatusCode::OK);
        let shown = shown.text();
        for words in ["Latitude, longitude", "British National Grid", "Accurate to", "Taken", "place-to-copy"]
        {
            assert!(shown.contains(words), "{words}: {shown}");
        }
        assert_eq!(faults(&shown), Vec::<String>::new());

        // Who may see the loss and not where people are.
        let desk = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
        assert!(!desk.page(&loss).await.contains("Show its last position"));
        assert_eq!(desk.post(&position, &[("position-reason", "x")]).await.status, StatusCode::FORBIDDEN);
        let ledger = seeded.browser(Role::InformationSecurity, Some(domain::samples::NORFOLK)).await;
        assert!(ledger.page("/ledger").await.contains("Device location read"));

        // Erasing asks about evidence first.
        let wipe = format!("{loss}/wipe");
        let lead = seeded.browser(Role::ServiceDeskLead, Some(domain::samples::NORFOLK)).await;
        assert!(lead.page(&loss).await.contains("Ask for approval to erase it"));
        let unsaid = lead.post(&wipe, &[("wipe-reason", "stolen")]).await;
        assert!(unsaid.text().contains("Say whether evidence is on it"), "{}", unsaid.text());
        let needed = lead.post(&wipe, &[("wipe-reason", "stolen"), ("evidence", "needed")]).await;
        assert_eq!(needed.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(needed.text().contains("legal hold"), "{}", needed.text());
    });
}

#[test]
fn a_mac_under_a_plain_lock_is_offered_no_end_of_lost_mode() {
    with_force(|mut seeded| async move {
        let officer = seeded.browser(Role::DutyOfficer, Some(domain::samples::NORFOLK)).await;
        let loss = reported(&seeded.nobody(), &officer, "C02XK1MAC1").await;
        officer.post(&format!("{loss}/contain"), &[]).await;
        seeded.settle().await;
        let page = officer.page(&loss).await;
        assert!(page.contains("Locked: the device acknowledged it"), "{page}");
        assert!(page.contains("under a plain lock") && !page.contains("End lost mode"), "{page}");
    });
}

#[test]
fn the_desk_puts_a_wrong_device_right() {
    with_force(|seeded| async move {
        let desk = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
        let loss = reported(&seeded.nobody(), &desk, "F4GXQ2ABCD").await;
        let page = format!("{loss}/device");
        assert!(desk.page(&loss).await.contains(&page));
        let found = desk.page(&format!("{page}?q=C02XK1")).await;
        assert!(found.contains("C02XK1MAC1") && found.contains("The loss is about"), "{found}");
        let link = found.split(&format!("href=\"{page}?q=")).nth(1).unwrap().split('"').next().unwrap();
        let right = link.rsplit("device=").next().unwrap();
        let none = desk.post(&page, &[("reason", "misheard")]).await;
        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
        let without = desk.post(&page, &[("chosen", right), ("reason", "")]).await;
        assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(without.text().contains("C02XK1MAC1"), "{}", without.text());
        let fields = [("chosen", right), ("reason", "misheard"), ("lock", "yes")];
        let put = desk.post(&page, &fields).await;
        assert_eq!(
            (put.status, put.leads_to()),
            (StatusCode::SEE_OTHER, &*format!("{loss}?done=loss-put-right-locked"))
        );
        let now = desk.page(&loss).await;
        assert!(now.contains("C02XK1MAC1") && now.contains("Not locked yet: ordered"), "{now}");
    });
}

/// The reference that a page says, after some words.
fn said<'a>(page: &'a str, before: &str) -> &'a str {
    page.split(before).nth(1).unwrap().split('<').next().unwrap()
}

#[test]
fn every_case_has_a_reference_that_is_found_and_a_misheard_one_is_named() {
    with_force(|seeded| async move {
        let desk = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
        let over = "Over the radio: <strong class=\"lan-ref\">";
        let href = format!("/cases/{}", seeded.case().await);
        let page = desk.page(&href).await;
        let reference = said(&page, over).to_owned();
        assert!(reference.starts_with('3') && reference.len() == 8, "{reference}");
        assert!(page.contains(&format!("(ref {reference})")), "it stands in the line for the log: {page}");
        let typed = reference.to_lowercase().replace('-', "%20");
        let found = desk.page(&format!("/cases?q={typed}")).await;
        assert!(found.contains(&format!("href=\"{href}\"")) && found.contains(&reference), "{found}");
        assert_eq!(found.matches("<th scope=\"row\"").count(), 1, "one case: {found}");

        // Of a loss it is the reference that the reporter was given.
        let loss = desk.page(&reported(&seeded.nobody(), &desk, "F4GXQ2ABCD").await).await;
        let given = said(&loss, "<span class=\"govuk-caption-l\">").to_owned();
        let case = loss.split("href=\"/cases/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        assert_eq!(said(&desk.page(&format!("/cases/{case}")).await, over), given);
        let found = desk.page(&format!("/cases?q={given}")).await;
        assert!(found.contains(&format!("href=\"/cases/{case}\"")), "{found}");
        assert_eq!(found.matches("<th scope=\"row\"").count(), 1, "{found}");

        let wrong = reference.replacen('3', "4", 1);
        let page = desk.page(&format!("/cases?q={wrong}")).await;
        assert!(page.contains("is no reference: its check character does not fit"), "{page}");
        let suffolk = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::SUFFOLK)).await;
        let hidden = suffolk.page(&format!("/cases?q={reference}")).await;
        assert!(!hidden.contains(&format!("href=\"{href}\"")), "the wall between forces: {hidden}");
    });
}
