//! `stories/the-form-and-the-clock.md`

use axum::http::{Request, StatusCode};
use kernel::access::Role;

use crate::common::{Answer, Browser, Seeded, with_force};
use crate::desk::{in_words, refused};

fn hidden<'a>(page: &'a str, name: &str) -> &'a str {
    page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap().split('"').next().unwrap()
}

/// The first address on a page that begins so.
fn link(page: &str, begins: &str) -> String {
    let before = format!("href=\"{begins}");
    let found = page.split(before.as_str()).skip(1).map(|rest| rest.split('"').next().unwrap());
    let found = found.map(|rest| format!("{begins}{rest}")).find(|href| href.len() > begins.len() + 30);
    found.unwrap_or_else(|| panic!("{begins}: {page}"))
}

fn moved(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    answer.leads_to().split('?').next().unwrap().to_owned()
}

async fn attach(browser: &Browser, path: &str, name: &str, content: &[u8]) -> Answer {
    let head = format!(
        "--XX\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: image/png\r\n\r\n"
    );
    let body = [head.as_bytes(), content, b"\r\n--XX--\r\n"].concat();
    let request = Request::post(path)
        .header("content-type", "multipart/form-data; boundary=XX")
        .header("sec-fetch-site", "same-origin");
    browser.send(request, body).await
}

/// A picture that says who took it.
fn picture() -> Vec<u8> {
    let chunk = |kind: &[u8; 4], body: &[u8]| {
        let length = u32::try_from(body.len()).unwrap().to_be_bytes();
        [&length[..], kind, body, b"CRC!"].concat()
    };
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", b"size"),
        chunk(b"tEXt", b"GPS 52.63 N"),
        chunk(b"IDAT", b"points"),
        chunk(b"IEND", b""),
    ]
    .concat()
}

const WHOLE: [(&str, &str); 9] = [
    ("how", "Stolen"),
    ("last-seen", "half past two"),
    ("place", "Prince of Wales Road"),
    ("state", "On and locked"),
    ("with", "I do not know"),
    ("information", "Victims"),
    ("information", "Witnesses"),
    ("marking", "OFFICIAL"),
    ("people", "2 to 9"),
];

async fn ames_reports(seeded: &Seeded, ames: &Browser) -> String {
    let form = ames.page("/me/lost").await;
    let token = hidden(&form, "form").to_owned();
    let device = seeded.phone.to_string();
    let fields = [
        ("form", token.as_str()),
        ("device", &device),
        ("how", "stolen"),
        ("place", "Prince of Wales Road"),
        ("state", "locked"),
        ("last-day", "not-known"),
    ];
    let reported = ames.post("/me/lost", &fields).await;
    assert_eq!(reported.status, StatusCode::OK, "{}", reported.text());
    link(&ames.page("/me").await, "/me/incidents/")
}

/// Ames fills it in on the phone, in parts.
async fn filled_in_and_sent(ames: &Browser, form: &str) {
    let page = ames.page(form).await;
    assert!(
        page.contains("value=\"Stolen\" checked=\"checked\"") && page.contains("Prince of Wales Road"),
        "{page}"
    );
    assert!(page.contains("F4GXQ2ABCD") && page.contains("Information Security reads it"), "{page}");
    assert!(page.contains("only if a person decides so"), "{page}");
    let version = hidden(&page, "version").to_owned();
    let part = [("version", version.as_str()), ("do", "save"), ("how", "Stolen"), ("marking", "OFFICIAL")];
    assert_eq!(moved(&ames.post(form, &part).await), form);
    let page = ames.page(form).await;
    let version = hidden(&page, "version").to_owned();
    let part =
        [("version", version.as_str()), ("do", "send"), ("how", "Stolen"), ("place", "typed and kept")];
    let missing = ames.post(form, &part).await;
    refused(&missing, "Choose an answer");
    assert!(missing.text().contains("typed and kept"), "nothing that was typed is lost");
    let whole: Vec<(&str, &str)> =
        WHOLE.into_iter().chain([("version", version.as_str()), ("do", "send")]).collect();
    for _ in 0..2 {
        assert_eq!(moved(&ames.post(form, &whole).await), form, "sent twice, it is sent once");
    }
    let page = ames.page(form).await;
    assert!(page.contains("What was sent stays") && page.contains("Victims; Witnesses"), "{page}");
    assert!(!page.contains("value=\"send\""), "{page}");
    assert_eq!(moved(&ames.post(form, &[("do", "add"), ("more", "A notebook was in the bag")]).await), form);
    assert!(ames.page(form).await.contains("A notebook was in the bag"));
}

async fn assessed(security: &Browser, page: &str) {
    let assess = format!("{page}/assess");
    let form = security.page(&assess).await;
    let version = hidden(&form, "version").to_owned();
    let fields = [
        ("version", version.as_str()),
        ("do", "send"),
        ("principles", "Confidentiality"),
        ("likelihood", "Possible"),
        ("severity", "Medium"),
        ("personal-data", "Both"),
        ("people-affected", "three victims"),
        ("protected", "locked and encrypted"),
        ("people-told", "Not yet"),
        ("decision", "Nothing more"),
        ("reason", "locked within the hour"),
    ];
    assert_eq!(moved(&security.post(&assess, &fields).await), page);
    assert!(security.page(page).await.contains("three victims"));
    let decide =
        security.post(&format!("{page}/clock"), &[("decision", "not-notifiable"), ("reason", "x")]).await;
    assert_eq!(decide.status, StatusCode::FORBIDDEN, "information security does not decide");
}

/// A picture is attached to the case; a program that is called one is not.
async fn attached(security: &Browser, case: &str) {
    let program = attach(security, &format!("{case}/files"), "bag.png", b"MZ\x90\0 a program").await;
    refused(&program, "other files are not taken");
    for _ in 0..2 {
        assert_eq!(moved(&attach(security, &format!("{case}/files"), "bag.png", &picture()).await), case);
    }
    let page = security.page(case).await;
    assert_eq!(page.matches("Download what was received").count(), 1, "the same content is one file: {page}");
    let file = link(&page, &format!("{case}/files/"));
    let received = security.get(&file).await;
    assert_eq!((received.status, &received.body), (StatusCode::OK, &picture()), "what was received stays");
    let headers = &received.headers;
    assert!(headers["content-disposition"].to_str().unwrap().starts_with("attachment;"), "{headers:?}");
    assert_eq!(
        (&headers["content-type"], &headers["x-content-type-options"]),
        (&"image/png".parse().unwrap(), &"nosniff".parse().unwrap())
    );
    let shown = security.get(&format!("{file}/shown")).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(!shown.body.windows(3).any(|word| word == b"GPS"), "the place is not in what is shown");
}

#[test]
fn the_form_and_the_clock() {
    with_force(|mut seeded| async move {
        let home = Some(domain::samples::NORFOLK);
        let ames = seeded.browser_of(seeded.holder, domain::samples::NORFOLK).await;
        let form = ames_reports(&seeded, &ames).await;
        let page = form.replace("/me/incidents/", "/incidents/");
        filled_in_and_sent(&ames, &form).await;
        assert_eq!(ames.get(&page).await.status, StatusCode::FORBIDDEN, "a holder has no desk");
        let other = seeded.browser_of(seeded.newcomer, domain::samples::NORFOLK).await;
        assert_eq!(other.get(&form).await.status, StatusCode::CONFLICT, "somebody else's form");

        let security = seeded.browser(Role::InformationSecurity, home).await;
        assessed(&security, &page).await;
        let case = link(&security.page(&page).await, "/cases/");
        attached(&security, &case).await;
        assert!(security.page(&page).await.contains("bag.png"), "the incident lists the files of its case");
        let shown = security.page(&case).await;
        assert!(
            shown.contains("Decide whether the regulator must be told") && shown.contains("hours left"),
            "{shown}"
        );
        assert!(
            shown.contains(&page) && shown.contains("/losses/"),
            "the case leads to the form and the loss"
        );
        let loss = link(&shown, "/losses/");
        assert!(security.page(&loss).await.contains(&page), "and the loss to the form");
        assert!(security.page("/cases").await.contains("Regulator: "), "the queue shows the clock");
        assert!(security.page("/wall").await.contains("the next time ends in"));
        let away = seeded.browser(Role::InformationSecurity, Some(domain::samples::SUFFOLK)).await;
        for path in [page.clone(), format!("{page}/record.pdf"), format!("{page}/assess")] {
            assert_eq!(away.get(&path).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        assert!(!away.page("/incidents").await.contains(&page));

        // Nobody decides.
        seeded.pass(73 * 3600).await;
        seeded.settle().await;
        let desk = seeded.browser(Role::ServiceDeskAnalyst, home).await;
        let over = "The time to tell the regulator has ended for a security incident";
        assert!(desk.page("/").await.contains(over) && desk.page("/cases").await.contains(over));
        assert!(desk.page("/wall").await.contains("time is over for 1"));
        let list = desk.page("/incidents").await;
        let first = list.split("<tbody>").nth(1).unwrap().split("</tr>").next().unwrap();
        assert!(first.contains("Ended without a decision") && first.contains(&page), "{first}");

        let officer = seeded.browser(Role::DataProtectionOfficer, home).await;
        assert_eq!(officer.get(&format!("{page}/assess")).await.status, StatusCode::FORBIDDEN);
        let clock = format!("{page}/clock");
        refused(&officer.post(&clock, &[("decision", "confirmed"), ("reason", " ")]).await, "Enter a reason");
        refused(&officer.post(&clock, &[("reason", "x")]).await, "Choose your decision");
        let confirm = [("decision", "confirmed"), ("reason", "names of victims")];
        assert_eq!(moved(&officer.post(&clock, &confirm).await), page);
        let bare = [("decision", "notified"), ("reason", "by telephone"), ("reference", "")];
        refused(&officer.post(&clock, &bare).await, "the reference that the regulator gave");
        let told = [("decision", "notified"), ("reason", "by telephone"), ("reference", "IC-1234")];
        assert_eq!(moved(&officer.post(&clock, &told).await), page);
        let read = officer.page(&page).await;
        assert!(read.contains("Regulator told") && read.contains("IC-1234"), "{read}");
        assert!(!desk.page("/").await.contains(over), "nothing is over any more");
        let again = [("decision", "reopened"), ("reason", "the passcode was in the notebook")];
        assert_eq!(moved(&officer.post(&clock, &again).await), page);
        assert!(desk.page("/").await.contains(over), "it runs again, and its end does not move");

        let pdf = officer.get(&format!("{page}/record.pdf")).await;
        assert!(pdf.body.starts_with(b"%PDF-"), "{}", pdf.status);
        let data = officer.get(&format!("{page}/record.json")).await.text();
        assert!(
            data.contains("the passcode was in the notebook") && data.contains("\"marking\": \"OFFICIAL\""),
            "{data}"
        );
        let ledger = security.page("/ledger").await;
        assert!(ledger.contains(&in_words("incident.exported")), "{ledger}");
        a_whiteboard_in_the_background(&ames, &security).await;
    });
}

async fn a_whiteboard_in_the_background(ames: &Browser, security: &Browser) {
    assert!(ames.page("/me").await.contains("href=\"/me/breach\""));
    let form = ames.page("/me/breach").await;
    assert!(
        form.contains("Do not delete it and do not forward it") && form.contains("Nobody is blamed"),
        "{form}"
    );
    let token = hidden(&form, "form").to_owned();
    let mut fields = vec![
        ("form", token.as_str()),
        ("do", "save"),
        ("joins", ""),
        ("what-happened", "A whiteboard is in the background"),
    ];
    refused(&ames.post("/me/breach", &fields).await, "Choose what happened");
    fields.push(("kind", "background"));
    let own = moved(&ames.post("/me/breach", &fields).await);
    assert_eq!(moved(&ames.post("/me/breach", &fields).await), own, "a double click is one report");
    let page = ames.page(&own).await;
    assert!(page.contains("A whiteboard is in the background") && page.contains("Save for later"), "{page}");
    let case = link(&security.page(&own.replace("/me/", "/")).await, "/cases/");
    let case = security.page(&case).await;
    assert!(case.contains("UPD-8.OS2") && case.contains("Suspected data breach"), "{case}");
}
