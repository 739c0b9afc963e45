//! `stories/nobody-is-rung-off-duty.md`

use axum::http::StatusCode;
use domain::{PersonId, Timestamp};
use kernel::access::{Role, permit};
use people_app::grants::NewGrant;
use sign_in_app::sessions::SignedIn;

use crate::common::{Browser, Seeded, root, with_force};
use crate::desk::in_words;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Somebody of the register, given a role.
async fn as_role(seeded: &Seeded, person: PersonId, role: Role) -> Browser {
    let grant = NewGrant {
        role: Some(role),
        everywhere: false,
        last_day: String::new(),
        reason: "for the story".into(),
    };
    people_app::grants::grant_role(&seeded.app, permit(&root()).unwrap(), person, grant).await.unwrap();
    let who = SignedIn {
        name: role.title().into(),
        person: Some(person),
        roles: role.into(),
        force: Some(domain::samples::NORFOLK),
        how: "test",
    };
    let token = sign_in_app::sessions::begin_session(&seeded.app, who).await.unwrap();
    let mut browser = seeded.nobody();
    browser.cookie = format!("lanyard-demo={}", token.expose());
    browser
}

/// Days from Monday to Friday for somebody, entered by HR on the pages.
pub(crate) async fn put_on_days(seeded: &Seeded, person: PersonId) {
    let hr = seeded.browser(Role::Hr, Some(domain::samples::NORFOLK)).await;
    let pattern = [
        ("force", "norfolk"),
        ("name", "Days"),
        ("shape", "week"),
        ("shifts", "D 09:00-17:00"),
        ("days", "D D D D D - -"),
    ];
    hr.post("/duty/patterns/add", &pattern).await;
    let pattern =
        duty_app::duty_patterns(&seeded.app, permit(&root()).unwrap()).await.unwrap()[0].id.to_string();
    let fields = [("pattern", pattern.as_str()), ("from", "2026-11-01"), ("place", ""), ("until", "")];
    let put = hr.post(&format!("/people/{person}/duty/pattern"), &fields).await;
    assert_eq!(put.status, StatusCode::SEE_OTHER, "{}", put.text());
}

async fn tell_all(seeded: &Seeded) {
    while notices_app::send_notices(&seeded.app, None, 50).await.unwrap() > 0 {}
}

#[test]
fn nobody_is_rung_off_duty() {
    with_force(|seeded| async move {
        let ames = seeded.holder;
        put_on_days(&seeded, ames).await;
        // Saturday, eleven in the morning.
        seeded.world.clock.set(at("2026-11-28T11:00:00Z"));
        let own = seeded.browser_of(ames, domain::samples::NORFOLK).await;
        tell_all(&seeded).await;
        let page = own.page("/me/notices").await;
        assert!(page.contains("You signed in while off duty"), "it stands on the page at once: {page}");
        let month = "/notices/exceptions?month=2026-11";
        let security = seeded.browser(Role::InformationSecurity, Some(domain::samples::NORFOLK)).await;
        assert!(security.page(month).await.contains("Nobody was told anything while off duty"));

        // A case that cannot wait.
        let case = seeded.case().await;
        let officer = as_role(&seeded, seeded.newcomer, Role::DutyOfficer).await;
        assert!(officer.page(&format!("/cases/{case}")).await.contains(&format!("/cases/{case}/call")));
        let form = format!("/cases/{case}/call");
        let page = officer.page(&form).await;
        let token =
            page.split("name=\"form\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let without =
            [("form", token.as_str()), ("to", "1234"), ("why", ""), ("message", "Ring the control room")];
        let refused = officer.post(&form, &without).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("Ring the control room"), "nothing typed is lost");
        let fields = [
            ("form", token.as_str()),
            ("to", "1234"),
            ("why", "Only they know where the keys are"),
            ("message", "Ring the control room"),
        ];
        for _ in 0..2 {
            let called = officer.post(&form, &fields).await;
            assert_eq!(called.status, StatusCode::SEE_OTHER, "a double click is no error: {}", called.text());
        }
        tell_all(&seeded).await;
        let list = security.page(month).await;
        assert_eq!(list.matches("Only they know where the keys are").count(), 1, "and tells once: {list}");
        assert!(list.contains("DC Cole (4410)"), "with who decided: {list}");
        let file = security.get("/notices/exceptions.csv?month=2026-11").await;
        assert!(file.text().contains("Only they know where the keys are"));
        assert!(own.page("/me/notices").await.contains("Ring the control room"));
        let timeline = officer.page(&format!("/cases/{case}")).await;
        assert!(timeline.contains("Only they know where the keys are"), "{timeline}");
        let ledger = security.page("/ledger").await;
        assert!(ledger.contains(&in_words("live-matter.called")) && ledger.contains("MDU-5.3"), "{ledger}");
        refusals(&seeded, &form, &fields).await;
        monday(&seeded, ames).await;
    });
}

async fn refusals(seeded: &Seeded, form: &str, fields: &[(&str, &str)]) {
    let analyst = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
    assert_eq!(analyst.post(form, fields).await.status, StatusCode::FORBIDDEN);
    let suffolk = seeded.browser(Role::DutyOfficer, Some(domain::samples::SUFFOLK)).await;
    assert_eq!(suffolk.post(form, fields).await.status, StatusCode::FORBIDDEN);
    let nameless = seeded.browser(Role::DutyOfficer, Some(domain::samples::NORFOLK)).await;
    let refused = nameless.post(form, fields).await;
    assert!(refused.text().contains("has to answer for this"), "{}", refused.text());
}

/// The routine notice of Saturday goes out on Monday at nine, and is no exception.
async fn monday(seeded: &Seeded, ames: PersonId) {
    let waiting = |notices: Vec<store::notices::Notice>| {
        notices.iter().filter(|one| one.state == domain::NoticeState::Waiting).count()
    };
    let all = |seeded: &Seeded| {
        let app = seeded.app.clone();
        async move { app.store().read(move |tx| store::notices::of_person(tx, ames, false, 50)).await.unwrap() }
    };
    let held = waiting(all(seeded).await);
    assert!(held > 0);
    seeded.world.clock.set(at("2026-11-30T08:59:59Z"));
    tell_all(seeded).await;
    assert_eq!(waiting(all(seeded).await), held, "not a second early");
    seeded.world.clock.set(at("2026-11-30T09:00:00Z"));
    tell_all(seeded).await;
    assert_eq!(waiting(all(seeded).await), 0);
    let routine = all(seeded).await.into_iter().find(|one| one.reason == "routine").unwrap();
    assert!(!routine.exception && routine.told_at == Some(at("2026-11-30T09:00:00Z")));
}
