//! `stories/the-report-at-03-07.md`

use axum::http::StatusCode;
use domain::PeriodKind;
use domain::{PersonId, Timestamp};
use kernel::access::{Role, permit};
use outbound::mail::{Mail, MailConfig, Protection};
use people_app::grants::NewGrant;
use store::duty::PeriodRow;
use testkit::Relay;

use crate::common::{Browser, Seeded, root, with_force};
use crate::desk::in_words;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

async fn engineer_on_call(seeded: &Seeded) -> PersonId {
    let new = people_app::NewPerson {
        email: Some("4411@force.test".into()),
        ..seeds::officer(domain::samples::NORFOLK, "4411", "Sam Reed")
    };
    let engineer = seeds::person(&seeded.app, new, true).await;
    let grant = NewGrant { role: Some(Role::OnCallEngineer), reason: "rota".into(), ..NewGrant::default() };
    people_app::grants::grant_role(&seeded.app, permit(&root()).unwrap(), engineer, grant).await.unwrap();
    let row = PeriodRow {
        id: domain::PeriodId::from_uuid(seeded.app.world().uuid()),
        person: engineer,
        kind: PeriodKind::OnCall,
        absence: String::new(),
        start: at("2026-11-25T00:00:00Z"),
        end: at("2026-11-25T08:00:00Z"),
        source: "page".into(),
    };
    let now = seeded.app.world().now();
    seeded.app.store().write(move |tx| store::duty::add_period(tx, &row, now)).await.unwrap();
    engineer
}

fn hidden<'a>(page: &'a str, name: &str) -> &'a str {
    page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap().split('"').next().unwrap()
}

fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    page.split(before).nth(1).unwrap().split(after).next().unwrap()
}

/// What the colleague has after the report.
struct Words {
    reference: String,
    secret: String,
}

async fn the_colleague_reports(nobody: &Browser) -> Words {
    let form = nobody.page("/lost").await;
    assert!(form.contains("ring <strong>101</strong>"), "the number to ring stands first: {form}");
    let token = hidden(&form, "form").to_owned();
    let mut fields = vec![
        ("form", token.as_str()),
        ("force", "norfolk"),
        ("whose", "1234"),
        ("device", "a phone"),
        ("how", "not-known"),
        ("last-day", "not-known"),
        ("last-time", "half past two"),
        ("state", "not-known"),
    ];
    let wrong = nobody.post("/lost", &fields).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("a time such as 02:30") && wrong.text().contains("value=\"1234\""));
    fields[6] = ("last-time", "02:30");
    let done = nobody.post("/lost", &fields).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text());
    let again = nobody.post("/lost", &fields).await;
    let (done, again) = (done.text(), again.text());
    let reference = between(&done, "Your reference<br/><strong>", "</strong>").to_owned();
    let secret = between(&done, "shown once: <strong class=\"lan-ref\">", "</strong>").to_owned();
    assert!(again.contains(&reference) && again.contains(&secret), "a double click is one report");
    assert!(!done.contains("Ames") && !done.contains("F4GXQ2ABCD"), "strangers learn nothing: {done}");
    Words { reference, secret }
}

#[test]
fn the_report_at_03_07_by_a_colleague() {
    with_force(|mut seeded| async move {
        seeded.world.clock.set(at("2026-11-25T03:07:00Z"));
        engineer_on_call(&seeded).await;
        let relay = Relay::start(250).await;
        let mail = Mail::new(&MailConfig {
            server: "127.0.0.1".into(),
            port: relay.port,
            protection: Protection::Plain,
            sign_in: None,
            from: "Lanyard <lanyard@force.test>".into(),
            trust_pem: None,
        })
        .unwrap();
        let nobody = seeded.nobody();
        let words = the_colleague_reports(&nobody).await;
        while notices_app::send_notices(&seeded.app, Some(&mail), 50).await.unwrap() > 0 {}
        seeded.pass(1).await;
        let calls: Vec<String> = relay
            .letters()
            .into_iter()
            .map(|one| one.replace("=\n", ""))
            .filter(|one| one.contains("/calls/"))
            .collect();
        assert_eq!(calls.len(), 1, "the engineer is called, once");
        assert!(!calls[0].contains("Ames") && !calls[0].contains("F4GXQ2ABCD"), "{}", calls[0]);
        let says = format!("Norfolk Constabulary, Lanyard: a phone is lost ({}).", words.reference);
        assert!(calls[0].contains(&says), "it says who calls and what about: {}", calls[0]);
        let token: String =
            calls[0].split("/calls/").nth(1).unwrap().chars().take_while(char::is_ascii_hexdigit).collect();

        // The duty officer: one page, one button.
        let officer = seeded.browser(Role::DutyOfficer, Some(domain::samples::NORFOLK)).await;
        let list = officer.page("/losses").await;
        assert!(list.contains(&words.reference) && list.contains("Being called"), "{list}");
        assert!(list.contains("Sam Reed (4411), on call"), "who is called now: {list}");
        assert!(!list.contains("Unanswered"), "{list}");
        let loss = format!("/losses/{}", between(&list, "href=\"/losses/", "\"").replace("new", ""));
        let loss = if loss.ends_with('/') {
            format!("/losses/{}", list.split("href=\"/losses/").nth(2).unwrap().split('"').next().unwrap())
        } else {
            loss
        };
        let page = officer.page(&loss).await;
        assert!(
            page.contains("Lock it now (can be undone)") && page.contains("The report fits one device"),
            "{page}"
        );
        assert!(page.contains("37 minutes after it was last seen"), "{page}");
        let locked = officer.post(&format!("{loss}/contain"), &[]).await;
        assert_eq!(locked.status, StatusCode::SEE_OTHER, "{}", locked.text());
        let page = officer.page(&loss).await;
        assert!(
            page.contains("Not locked yet") && !page.contains("govuk-tag--green\">Locked"),
            "ordered is not locked: {page}"
        );
        assert!(
            page.contains("LOST DEVICE ref") && page.contains("waits for the device to connect"),
            "{page}"
        );
        let other = seeded.browser(Role::DutyOfficer, Some(domain::samples::SUFFOLK)).await;
        assert_eq!(other.get(&loss).await.status, StatusCode::FORBIDDEN);
        assert!(!other.page("/losses").await.contains(&words.reference));

        // The phone connects.
        seeded.settle().await;
        let page = officer.page(&loss).await;
        assert!(page.contains("Locked: the device acknowledged it"), "{page}");
        assert!(page.contains("Nobody is called any more"), "{page}");
        let wall = officer.page("/wall").await;
        assert!(wall.contains("Losses unanswered</h2><p class=\"lan-wall__figure\">0"), "{wall}");

        // The case names what shows that a step was done.
        let case = officer.page(&format!("/cases/{}", between(&page, "href=\"/cases/", "\""))).await;
        assert!(case.contains(&format!("href=\"{loss}\">Loss ")) && !case.contains("loss:"), "{case}");

        // The engineer opens the link all the same.
        let link = format!("/calls/{token}");
        assert!(nobody.page(&link).await.contains("The device acknowledged it"));
        assert!(nobody.post(&link, &[]).await.text().contains("The device acknowledged it"));
        assert_eq!(nobody.get("/calls/0123456789").await.status, StatusCode::NOT_FOUND);
        let page = officer.page(&loss).await;
        assert!(page.contains("Sam Reed takes it"), "{page}");

        the_colleague_comes_back(&nobody, &words).await;
        let desk = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
        let page = desk.page(&loss).await;
        assert!(
            page.contains("Said to be found") && page.contains("confirm with its holder")
                || page.contains("Confirm that it is found"),
            "{page}"
        );
        let found = desk.post(&format!("{loss}/found"), &[("how", "Ames has it in hand")]).await;
        assert_eq!(found.status, StatusCode::SEE_OTHER, "{}", found.text());
        let released = desk.post(&format!("{loss}/release"), &[]).await;
        assert_eq!(released.status, StatusCode::SEE_OTHER, "{}", released.text());
        seeded.settle().await;
        let page = desk.page(&loss).await;
        assert!(page.contains("Not locked any more"), "{page}");
        let ledger = seeded
            .browser(Role::InformationSecurity, Some(domain::samples::NORFOLK))
            .await
            .page("/ledger")
            .await;
        assert!(ledger.contains(&in_words("loss.found")) && ledger.contains("MDU-4.1"), "{ledger}");
        let holder = seeded.browser_of(seeded.holder, domain::samples::NORFOLK).await;
        assert_eq!(holder.get("/losses/new").await.status, StatusCode::FORBIDDEN);
        assert!(holder.page("/me").await.contains("/me/lost"));
    });
}

async fn the_colleague_comes_back(nobody: &Browser, words: &Words) {
    let path = format!("/lost/{}", words.reference);
    let led = nobody.get(&format!("/lost?reference={}", words.reference)).await;
    assert_eq!((led.status, led.leads_to()), (StatusCode::SEE_OTHER, path.as_str()));
    assert!(nobody.page(&path).await.contains("Come back to your report"));
    let wrong = nobody.post(&path, &[("do", "look"), ("secret", "AAAA-AAAA-AAAA")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let look = nobody.post(&path, &[("do", "look"), ("secret", &words.secret)]).await.text();
    assert!(look.contains("The device has been locked since") && !look.contains("being called"), "{look}");
    let added =
        nobody.post(&path, &[("do", "add"), ("secret", &words.secret), ("more", "A black case")]).await;
    assert!(added.text().contains("Added to your report"));
    let found = nobody.post(&path, &[("do", "found"), ("secret", &words.secret)]).await;
    assert!(found.text().contains("The desk asks its holder"));
}
