//! `stories/a-wrong-row-in-the-import.md`

use axum::http::StatusCode;
use kernel::access::Role;

use crate::common::with_force;

const FILE: &str = "Collar No,Name,Role,Unit,Last day,Manager,Shoe size\n\
    1234,PC Ames,sergeant,Thetford,,,9\n\
    5001,PC Dunn,police officer,Roads,soon,,\n\
    5002,PC Ellis,police officer,Roads,,88,\n\
    5002,PC Ellis,police officer,Roads,,,\n\
    5003,\"PC =cmd\",police officer,,24/12/2026,4444,\n";

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).expect("the page has it");
    rest.split(end).next().unwrap()
}

#[test]
fn a_wrong_row_in_the_import() {
    with_force(|seeded| async move {
        let hr = seeded.browser(Role::Hr, Some(domain::samples::NORFOLK)).await;
        assert!(hr.page("/people").await.contains("/import/people"));
        let gives = |file: &'static str| {
            let hr = hr.clone();
            async move { hr.give("/import/people", "norfolk", "hr.csv", file.as_bytes()).await }
        };
        let nothing = gives("").await;
        assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);

        let given = gives(FILE).await;
        assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.text());
        let href = given.leads_to().to_owned();
        let page = hr.page(&href).await;
        for part in [
            "Line 3",
            "Last working day: “soon” is not a date",
            "Line 5",
            "line 4 has the same number",
            "Line 6",
            "4444",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert!(page.contains("Role: sergeant, was officer"), "{page}");
        assert!(!hr.page("/people?q=5002").await.contains("PC Ellis"), "nothing has changed yet");

        // Saying anew what the headings said changes nothing.
        let columns = ["number", "name", "role", "unit", "lastday", "linemanager", ""];
        let names: Vec<String> = (0..columns.len()).map(|place| format!("column-{place}")).collect();
        let fields: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(columns).collect();
        let mapped = hr.post(&format!("{href}/columns"), &fields).await;
        assert_eq!(mapped.status, StatusCode::SEE_OTHER, "{}", mapped.text());
        let twice =
            hr.post(&format!("{href}/columns"), &[("column-0", "number"), ("column-1", "number")]).await;
        assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);

        let page = hr.page(&href).await;
        let digest = between(&page, "name=\"digest\" value=\"", "\"").to_owned();
        let apply = format!("{href}/apply");
        let none = hr.post(&apply, &[("digest", &digest), ("way", "all")]).await;
        assert_eq!(none.status, StatusCode::CONFLICT);
        assert!(none.text().contains("nothing was entered"));
        assert!(!hr.page("/people?q=5002").await.contains("PC Ellis"));

        let edit = format!("/people/{}/edit", seeded.holder);
        let form = hr.page(&edit).await;
        let version = between(&form, "name=\"version\" value=\"", "\"").to_owned();
        let changed =
            [("version", version.as_str()), ("number", "1234"), ("name", "PC Ames"), ("role", "detective")];
        assert_eq!(hr.post(&edit, &changed).await.status, StatusCode::SEE_OTHER);
        assert_eq!(hr.post(&edit, &changed).await.status, StatusCode::UNPROCESSABLE_ENTITY, "a stale form");
        let stale = hr.post(&apply, &[("digest", &digest), ("way", "good")]).await;
        assert_eq!(stale.status, StatusCode::CONFLICT, "somebody changed one of them");

        let page = hr.page(&href).await;
        assert!(page.contains("Role: sergeant, was detective"), "{page}");
        let digest = between(&page, "name=\"digest\" value=\"", "\"").to_owned();
        let other = seeded.browser(Role::Hr, Some(domain::samples::SUFFOLK)).await;
        let desk = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
        for nobody in [&other, &desk] {
            assert_eq!(nobody.get(&href).await.status, StatusCode::FORBIDDEN);
            let tried = nobody.post(&apply, &[("digest", &digest), ("way", "good")]).await;
            assert_eq!(tried.status, StatusCode::FORBIDDEN);
        }
        let done = hr.post(&apply, &[("digest", &digest), ("way", "good")]).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text());
        assert!(done.text().contains("<strong>3</strong> left out"), "{}", done.text());
        let list = hr.page("/people?q=5002").await;
        assert!(list.contains("PC Ellis"), "{list}");
        let again = hr.post(&apply, &[("digest", &digest), ("way", "good")]).await;
        assert_eq!(again.status, StatusCode::CONFLICT, "applied once");
    });
}
