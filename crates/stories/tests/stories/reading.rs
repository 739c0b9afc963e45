//! What the stories on terms share: changing them, and reading them as a person does.

use axum::http::StatusCode;
use domain::PersonId;
use kernel::access::permit;
use terms_app::read::{SectionRead, TermsRead};

use crate::common::{Browser, Seeded, root, shipped_policy};

/// The terms of a document, as they stand to somebody.
pub(crate) async fn terms(seeded: &Seeded, person: PersonId, document: &str) -> TermsRead {
    terms_app::read::terms_for(&seeded.app, permit(&root()).unwrap(), person, document).await.unwrap()
}

/// A clause of the personal devices procedure gets another wording.
pub(crate) async fn change_the_terms(seeded: &Seeded) {
    let changed = shipped_policy(|files| {
        let path = "documents/personal-devices/clauses/7.1-force-devices-only.md";
        let text = format!("{}\nThe wording has changed.\n", files.get(path).unwrap());
        files.put(path, &text);
    });
    assert!(
        compliance_app::policy_change::change_policy(&seeded.app, permit(&root()).unwrap(), changed)
            .await
            .unwrap()
    );
}

/// The fields of a section's form, with the right answers.
pub(crate) fn answers(section: &SectionRead) -> Vec<(String, String)> {
    let mut fields = vec![("digest".to_owned(), section.digest.clone())];
    let right =
        (1..).zip(&section.asked).map(|(n, asked)| (format!("question-{n}"), asked.correct.to_string()));
    fields.extend(right);
    fields
}

/// Reads what is left to read of a document, as the pages lead on.
pub(crate) async fn read_all(browser: &Browser, read: &TermsRead) {
    let home = format!("/me/terms/{}", read.document.id);
    let first = read.sections.iter().position(|section| section.open && !section.read).unwrap() + 1;
    let mut next = format!("{home}/{first}");
    for _ in 0..read.sections.len() {
        let place: usize = next.rsplit('/').next().unwrap().parse().unwrap();
        let fields = answers(&read.sections[place - 1]);
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer = browser.post(&next, &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        next = answer.leads_to().split('?').next().unwrap().to_owned();
        if next == home {
            return;
        }
    }
    panic!("the pages lead in a circle: {next}");
}
