//! `stories/accepting-the-terms.md`.

use axum::http::StatusCode;
use kernel::access::{Role, permit};

use crate::common::{root, with_force};
use crate::reading::{answers, read_all, terms};

#[test]
fn accepting_the_terms() {
    with_force(|seeded| async move {
        let cole = seeded.browser_of(seeded.newcomer, domain::samples::NORFOLK).await;
        let html = cole.page("/me").await;
        assert!(html.contains("Read and accept: ") && html.contains("/me/terms/personal-devices"), "{html}");

        // One answer is not what the clause says.
        let read = terms(&seeded, seeded.newcomer, "personal-devices").await;
        let (place, section) = (1..).zip(&read.sections).find(|(_, one)| !one.asked.is_empty()).unwrap();
        let mut wrong = answers(section);
        let other = (section.asked[0].correct + 1) % section.asked[0].answers.len();
        wrong[1].1 = other.to_string();
        let fields: Vec<(&str, &str)> =
            wrong.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer = cole.post(&format!("/me/terms/personal-devices/{place}"), &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains("then choose once more"), "{}", answer.text());

        // Later, on another device, it goes on.
        let evening = seeded.browser_of(seeded.newcomer, domain::samples::NORFOLK).await;
        read_all(&evening, &read).await;
        let accepted =
            evening.post("/me/terms/personal-devices", &[("accept", "yes"), ("digest", &read.digest)]).await;
        assert_eq!(accepted.leads_to(), "/me?done=own-accepted", "{}", accepted.text());
        seeded.pass(10).await;

        let html = cole.page("/me").await;
        assert!(!html.contains("Read and accept: Use of Personal Devices"), "{html}");
        let kept = cole.page("/me/terms/personal-devices/accepted").await;
        assert!(kept.contains(&read.sections[0].clauses[0].title), "{kept}");
        let desk = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
        let person = desk.page(&format!("/people/{}", seeded.newcomer)).await;
        assert!(person.contains("What was accepted"), "{person}");

        // How many tries it took is kept with the acceptance, and shown of nobody.
        let tries = seeded.app.store().read(|tx| store::terms_asked::answer_tally(tx, None)).await.unwrap();
        assert!(tries.iter().any(|tally| tally.again == 1));
        assert!(!desk.page("/terms").await.contains("had to look at again"), "one person is too few to show");

        // Nobody else's: a session of the other force finds nothing of DC Cole's under its own addresses.
        let fox = seeded.browser(Role::Holder, Some(domain::samples::SUFFOLK)).await;
        assert_eq!(fox.get("/me/terms/personal-devices/accepted").await.status, StatusCode::CONFLICT);
        let refused = fox.get(&format!("/people/{}/accepted/personal-devices", seeded.newcomer)).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);

        // At the counter, on paper: the desk enters the other document, and it is shown as that.
        let desk_terms = format!("/people/{}/terms/mobile-device-use", seeded.newcomer);
        let whole = terms_app::read::terms_for(
            &seeded.app,
            permit(&root()).unwrap(),
            seeded.newcomer,
            "mobile-device-use",
        )
        .await
        .unwrap();
        let asked: Vec<(String, String)> = (1..)
            .zip(whole.sections.iter().flat_map(|section| &section.asked))
            .map(|(number, asked)| (format!("question-{number}"), asked.correct.to_string()))
            .collect();
        let mut fields = vec![("digest", whole.digest.as_str()), ("accept", "yes"), ("shown", "paper")];
        fields.extend(asked.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let entered = desk.post(&desk_terms, &fields).await;
        assert_eq!(entered.status, StatusCode::SEE_OTHER, "{}", entered.text());
        let shown = desk.page(&format!("/people/{}/accepted/mobile-device-use", seeded.newcomer)).await;
        assert!(shown.contains("on paper, entered on their behalf"), "{shown}");
    });
}
