//! `stories/an-off-duty-sign-in.md`

use axum::http::StatusCode;
use domain::Timestamp;
use kernel::access::{Role, permit};
use off_duty_app::Purpose;

use crate::common::{root, with_force};
use crate::desk::in_words;
use crate::nobody_is_rung_off_duty::put_on_days;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn an_off_duty_sign_in() {
    with_force(|seeded| async move {
        let ames = seeded.holder;
        put_on_days(&seeded, ames).await;
        // A sign-in on duty, and one of somebody without a roster: neither is noted.
        seeded.world.clock.set(at("2026-11-27T10:00:00Z"));
        seeded.browser_of(ames, domain::samples::NORFOLK).await;
        seeded.world.clock.set(at("2026-11-28T19:00:00Z"));
        seeded.browser_of(seeded.newcomer, domain::samples::NORFOLK).await;
        let own = seeded.browser_of(ames, domain::samples::NORFOLK).await;
        seeded.browser_of(ames, domain::samples::NORFOLK).await;
        let page = own.page("/me/off-duty").await;
        assert_eq!(page.matches("name=\"sign-in\"").count(), 1, "one a day: {page}");
        let other = seeded.browser_of(seeded.newcomer, domain::samples::NORFOLK).await;
        assert!(other.page("/me/off-duty").await.contains("There is nothing to say"));

        let id =
            page.split("name=\"sign-in\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let say = |purpose: &'static str| [("sign-in", id.clone()), ("purpose", purpose.to_owned())];
        let as_fields = |pairs: &[(&'static str, String); 2]| {
            pairs.iter().map(|(name, value)| (*name, value.clone())).collect::<Vec<_>>()
        };
        let send = |who: crate::common::Browser, purpose: &'static str| {
            let fields = as_fields(&say(purpose));
            async move {
                let fields: Vec<(&str, &str)> =
                    fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
                who.post("/me/off-duty", &fields).await
            }
        };
        assert_eq!(send(other, "policing").await.status, StatusCode::NOT_FOUND, "nobody else's");
        assert_eq!(send(own.clone(), "gossip").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(send(own.clone(), "policing").await.status, StatusCode::SEE_OTHER);
        assert_eq!(send(own.clone(), "own-affairs").await.status, StatusCode::CONFLICT, "said once");

        // The month ends, and its review opens once.
        seeded.world.clock.set(at("2026-12-01T10:00:00Z"));
        seeded.pass(1).await;
        let security = seeded.browser(Role::InformationSecurity, Some(domain::samples::NORFOLK)).await;
        let cases = security.page("/cases?kind=access-review").await;
        assert_eq!(cases.matches("Use off duty in 2026-11").count(), 1, "{cases}");
        let figures = security.page("/duty/sign-ins?month=2026-11&force=norfolk").await;
        assert!(figures.contains("no figures are shown") && !figures.contains("Ames"), "{figures}");
        assert!(
            security.page("/ledger").await.contains(&in_words("off-duty.reviewed")),
            "reading is in the ledger"
        );
        let suffolk = seeded.browser(Role::InformationSecurity, Some(domain::samples::SUFFOLK)).await;
        assert_eq!(suffolk.get("/duty/sign-ins?force=norfolk").await.status, StatusCode::FORBIDDEN);
        let analyst = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
        assert_eq!(analyst.get("/duty/sign-ins").await.status, StatusCode::FORBIDDEN);

        // It was somebody else.
        seeded.world.clock.set(at("2026-12-05T19:00:00Z"));
        let own = seeded.browser_of(ames, domain::samples::NORFOLK).await;
        let actor =
            sign_in_app::sessions::actor_of_cookie(&seeded.app, own.cookie.split_once('=').unwrap().1)
                .await
                .unwrap()
                .unwrap();
        let open = off_duty_app::own_off_duty_sign_ins(&seeded.app, permit(&actor).unwrap()).await.unwrap();
        off_duty_app::state_purpose(&seeded.app, permit(&actor).unwrap(), open[0].id, Purpose::NotMe)
            .await
            .unwrap();
        let all = cases_app::read::CaseFilter {
            kind: "access-review".into(),
            ..cases_app::read::CaseFilter::default()
        };
        let (cases, _) =
            cases_app::read::cases(&seeded.app, permit(&root()).unwrap(), all, 10).await.unwrap();
        assert_eq!(cases.len(), 2, "a case for information security at once");
    });
}
