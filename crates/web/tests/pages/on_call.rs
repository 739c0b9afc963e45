//! One's own time on call: asking a colleague on the page, answering on one's own, and the address of one's calendar.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{Request, StatusCode};
use domain::PersonId;
use kernel::access::Role;
use kernel::limits::CallerAddress;

use crate::common::{Answer, Browser, Seeded, with_force};

/// Gives somebody a mail address in the register, which counts as a proven way of being reached.
async fn reachable(seeded: &Seeded, person: PersonId) {
    let given = seeded.app.store().write(move |tx| {
        let mut row = store::people::by_id(tx, person)?.unwrap();
        row.email = Some(format!("{}@force.test", row.number));
        store::people::set(tx, &row)
    });
    assert!(given.await.unwrap());
}

/// The turn of PC Ames after the one that is under way: the weeks of the seeded rota begin on Mondays at 9:00.
async fn next_turn(own: &Browser) -> String {
    let page = own.page("/me/on-call").await;
    let links: Vec<&str> =
        page.split("href=\"").filter(|part| part.starts_with("/me/on-call?rota=")).collect();
    let link = links.last().expect("a turn").split('"').next().unwrap();
    let link = link.replace("&amp;", "&").replace("&#38;", "&");
    link.split('#').next().unwrap().to_owned()
}

/// Returns the value of a field in a page.
fn value(page: &str, name: &str) -> String {
    let field = page.split(&format!("name=\"{name}\"")).nth(1).unwrap_or_else(|| panic!("{name}: {page}"));
    field.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// Fills in the form that a link of a turn leads to, and asks DC Cole.
async fn ask(seeded: &Seeded, own: &Browser) -> Answer {
    let rota = seeded.rota().await.id.to_string();
    let page = own.page(&next_turn(own).await).await;
    let (start, end) = (value(&page, "start"), value(&page, "end"));
    let with = seeded.newcomer.to_string();
    let fields = [
        ("rota", rota.as_str()),
        ("start", start.as_str()),
        ("end", end.as_str()),
        ("with", with.as_str()),
        ("reason", "A <b>course</b>"),
    ];
    own.post("/me/on-call/ask", &fields).await
}

#[test]
fn a_shift_is_asked_for_on_one_page_and_agreed_to_on_another() {
    with_force(|seeded| async move {
        let rota = format!("/duty/rotas/{}", seeded.rota().await.id);
        let ames = seeded.browser_of(seeded.holder, domain::samples::NORFOLK).await;
        let cole = seeded.browser_of(seeded.newcomer, domain::samples::NORFOLK).await;
        let nobody = ames.page("/me/on-call").await;
        assert!(nobody.contains("None of your colleagues on a rota has a proven way"), "{nobody}");
        reachable(&seeded, seeded.newcomer).await;
        let asked = ask(&seeded, &ames).await;
        assert_eq!((asked.status, asked.leads_to()), (StatusCode::SEE_OTHER, "/me/on-call?done=cover-asked"));
        seeded.pass(10).await;

        assert!(
            cole.page("/me").await.contains("Say whether you take a colleague"),
            "it is among what to do"
        );
        let page = cole.page("/me/on-call").await;
        assert!(
            page.contains("PC Ames asks you to take their shift") && page.contains("Waits for you"),
            "{page}"
        );
        assert!(!page.contains("<b>course</b>"), "{page}");
        let cover = value(&page, "cover");
        // The one who asked, and a stranger, cannot agree to it.
        for (other, status) in [(&ames, StatusCode::NOT_FOUND), (&seeded.nobody(), StatusCode::FORBIDDEN)] {
            let tried = other.post("/me/on-call/answer", &[("cover", &cover), ("answer", "agree")]).await;
            assert_eq!(tried.status, status, "{}", tried.text());
        }
        let unclear = cole.post("/me/on-call/answer", &[("cover", &cover)]).await;
        assert_eq!(unclear.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(unclear.text().contains("Press one of the two buttons"), "{}", unclear.text());
        let lead = seeded.browser(Role::ServiceDeskLead, Some(domain::samples::NORFOLK)).await;
        assert!(lead.page(&rota).await.contains("PC Ames asks DC Cole"), "the keeper sees what waits");

        let agreed = cole.post("/me/on-call/answer", &[("cover", &cover), ("answer", "agree")]).await;
        assert_eq!(
            (agreed.status, agreed.leads_to()),
            (StatusCode::SEE_OTHER, "/me/on-call?done=cover-agreed")
        );
        let page = lead.page(&rota).await;
        assert!(
            page.contains("DC Cole in place of PC Ames") && page.contains("Agreed between them. Asked "),
            "{page}"
        );
        assert!(!page.contains("PC Ames asks DC Cole"), "{page}");
        assert!(ames.page("/me/on-call").await.contains("You asked DC Cole to take your shift"));
        let again = cole.post("/me/on-call/answer", &[("cover", &cover), ("answer", "decline")]).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(again.text().contains("no longer waits"), "{}", again.text());
    });
}

#[test]
fn what_is_wrong_with_a_request_is_said_at_its_field_and_nothing_is_lost() {
    with_force(|seeded| async move {
        seeded.rota().await;
        reachable(&seeded, seeded.newcomer).await;
        let ames = seeded.browser_of(seeded.holder, domain::samples::NORFOLK).await;
        let fields = [("start", "2020-01-06"), ("end", ""), ("reason", "A course"), ("with", "nobody")];
        let refused = ames.post("/me/on-call/ask", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = refused.text();
        assert!(page.contains("Choose a rota of the list") && page.contains("value=\"A course\""), "{page}");
        let unknown = seeded.browser(Role::Holder, Some(domain::samples::NORFOLK)).await;
        assert!(unknown.page("/me/on-call").await.contains("You are not in the register of people"));
        let refused = unknown.post("/me/on-call/calendar", &[("do", "make")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    });
}

async fn made(own: &Browser) -> String {
    let answer = own.post("/me/on-call/calendar", &[("do", "make")]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let page = answer.text();
    let path = page.split("/calendar/").nth(1).unwrap_or_else(|| panic!("{page}"));
    format!("/calendar/{}", path.split(".ics").next().unwrap()) + ".ics"
}

async fn read(seeded: &Seeded, path: &str, from: &str) -> Answer {
    let from = CallerAddress(from.parse().unwrap());
    seeded.nobody().send(Request::get(path).extension(from), String::new()).await
}

#[test]
fn a_calendar_program_reads_ones_own_turns_until_the_address_is_withdrawn() {
    with_force(|seeded| async move {
        seeded.rota().await;
        let ames = seeded.browser_of(seeded.holder, domain::samples::NORFOLK).await;
        let path = made(&ames).await;
        let page = ames.page("/me/on-call").await;
        assert!(
            page.contains("No program has read it yet") && !page.contains(&path),
            "it is shown once: {page}"
        );

        let answer = read(&seeded, &path, "192.0.2.1").await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.headers[CONTENT_TYPE], "text/calendar; charset=utf-8");
        assert_eq!(answer.headers[CACHE_CONTROL], "private");
        let text = answer.text();
        assert!(text.contains("SUMMARY:On call: On-call engineer"), "{text}");
        for name in ["Ames", "Cole", "Byrd"] {
            assert!(!text.contains(name), "{name}: {text}");
        }
        assert!(ames.page("/me/on-call").await.contains("A program last read it"));

        let second = made(&ames).await;
        assert_eq!(read(&seeded, &path, "192.0.2.1").await.status, StatusCode::NOT_FOUND, "one a person");
        let gone = ames.post("/me/on-call/calendar", &[("do", "withdraw")]).await;
        assert_eq!(gone.leads_to(), "/me/on-call?done=calendar-withdrawn");
        assert_eq!(read(&seeded, &second, "192.0.2.1").await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn wrong_addresses_of_calendars_count_against_where_they_come_from_and_a_right_one_never_does() {
    with_force(|seeded| async move {
        seeded.rota().await;
        let right = made(&seeded.browser_of(seeded.holder, domain::samples::NORFOLK).await).await;
        let wrong = "/calendar/0123456789abcdef/on-call.ics";
        for _ in 0..20 {
            assert_eq!(read(&seeded, wrong, "192.0.2.1").await.status, StatusCode::NOT_FOUND);
        }
        assert_eq!(read(&seeded, wrong, "192.0.2.1").await.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(read(&seeded, &right, "192.0.2.1").await.status, StatusCode::OK, "who knows it is let in");
        assert_eq!(
            read(&seeded, wrong, "192.0.2.2").await.status,
            StatusCode::NOT_FOUND,
            "another has their own"
        );
    });
}
