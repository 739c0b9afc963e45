//! `stories/from-the-first-day-to-a-career-break.md`

use axum::http::StatusCode;
use devices_sim::{Model, Temper};
use domain::{ClauseId, DeviceId, Outcome, PersonId, Subject};
use kernel::access::{Role, SeeDevices, permit};
use overview_app::device::Held;
use serde_json::json;

use crate::a_joiner_by_scim::{CORE, WORK, id_of, sends, token};
use crate::common::{Browser, Seeded, enrol, root, with_force};
use crate::desk::{drafted, refused, shown, sign_at_counter, sign_for_store};
use crate::issuer::{begun, connected};
use crate::movers::{case_of_event, record};
use crate::reading::{read_all, terms};

#[test]
fn from_the_first_day_to_a_career_break() {
    with_force(|seeded| async move {
        let hr = seeded.browser(Role::Hr, Some(domain::samples::NORFOLK)).await;
        let dani = seeded.browser(Role::ServiceDeskLead, Some(domain::samples::NORFOLK)).await;
        let jo = arrives(&seeded).await;
        let own = signs_in(&seeded).await;
        let phone = seeded.spare("F4CAREER01").await;
        is_refused_before_accepting(&seeded, &dani, phone).await;
        record(&hr, jo, &[("kind", "start"), ("on", "2027-01-04")]).await;
        accepts(&seeded, &own, jo).await;
        is_issued(&seeded, &dani, &own, phone).await;
        enrols(&seeded, "F4CAREER01").await;
        let read = overview_app::device::device(&seeded.app, permit::<SeeDevices>(&root()).unwrap(), phone)
            .await
            .unwrap();
        assert!(read.enrolment.is_some());
        assert!(matches!(read.holder, Held::By(holder) if holder.person.id == jo));

        // The career break, after others have tried to record it.
        let fields = [("kind", "career-break"), ("on", "2027-02-26"), ("until", "2028-02-28")];
        let path = format!("/people/{jo}/events");
        for (role, force) in [
            (Role::Hr, domain::samples::SUFFOLK),
            (Role::Holder, domain::samples::NORFOLK),
            (Role::Auditor, domain::samples::NORFOLK),
        ] {
            let tried = seeded.browser(role, Some(force)).await.post(&path, &fields).await;
            assert_eq!(tried.status, StatusCode::FORBIDDEN, "{role} of {force}");
        }
        let event = record(&hr, jo, &fields).await;
        let case = case_of_event(&dani, &event).await;
        assert!(dani.page(&case).await.contains("F4CAREER01"));
        assert!(own.page("/me").await.contains("F4CAREER01"));
        comes_back(&seeded, &dani, phone, "PC Jo Ames").await;
        assert!(dani.page(&case).await.contains("Closed: everything is handed in"));

        others_in_the_same_months(&seeded, &dani).await;
        section_16_is_met(&seeded, jo).await;
    });
}

/// The directory sends Jo, once.
async fn arrives(seeded: &Seeded) -> PersonId {
    let admin = seeded.browser(Role::Administrator, Some(domain::samples::NORFOLK)).await;
    let secret = token(&admin, "norfolk").await;
    let joiner = format!(
        r#"{{"schemas":["{CORE}","{WORK}"],"userName":"jo.ames@norfolk.example","active":true,"displayName":"PC Jo Ames",
        "title":"police officer","{WORK}":{{"employeeNumber":"5150","department":"Thetford"}}}}"#
    );
    let (status, answer) = sends(seeded, &secret, "POST", "/Users", &joiner).await;
    assert_eq!(status, 201, "{answer}");
    assert_eq!(sends(seeded, &secret, "POST", "/Users", &joiner).await.0, 409);
    let other = seeded.browser(Role::Administrator, Some(domain::samples::SUFFOLK)).await;
    let theirs = token(&other, "suffolk").await;
    let path = format!("/Users/{}", id_of(&answer));
    assert_eq!(sends(seeded, &theirs, "GET", &path, "").await.0, 404);
    id_of(&answer).parse().unwrap()
}

/// Jo, through the force's own sign-in.
async fn signs_in(seeded: &Seeded) -> Browser {
    let (issuer, nobody) = connected(seeded).await;
    let claims = json!({
        "sub": "account-of-jo", "iat": seeded.world.now().millis() / 1000, "force": "norfolk", "number": "5150",
        "preferred_username": "jo.ames@norfolk.example",
    });
    let (there, browser) = begun(&nobody).await;
    let answer = browser.get(&issuer.sign_in(&there, claims)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    browser.with_cookie_of(&answer)
}

fn issue<'a>(device: &'a str, store: &'a str) -> [(&'a str, &'a str); 6] {
    [
        ("kind", "issue"),
        ("device", device),
        ("receiver", "5150"),
        ("place", store),
        ("condition", "good"),
        ("with-it", "Charger"),
    ]
}

async fn is_refused_before_accepting(seeded: &Seeded, dani: &Browser, phone: DeviceId) {
    let (store, id) = (seeded.store().await.to_string(), phone.to_string());
    refused(&dani.post("/custody/new", &issue(&id, &store)).await, "has not accepted the current terms");
    let made = devices_app::enrolment::make_enrolment_profile(
        &seeded.app,
        permit(&root()).unwrap(),
        "F4CAREER01",
        true,
    )
    .await;
    assert!(made.is_err(), "nobody is to have it");
}

async fn accepts(seeded: &Seeded, own: &Browser, jo: PersonId) {
    assert!(own.page("/me").await.contains("Read and accept"));
    let documents: Vec<String> = seeded.app.policy().all_terms().keys().cloned().collect();
    for document in documents {
        let read = terms(seeded, jo, &document).await;
        read_all(own, &read).await;
        let fields = [("accept", "yes"), ("digest", read.digest.as_str())];
        let answer = own.post(&format!("/me/terms/{document}"), &fields).await;
        assert_eq!(answer.leads_to(), "/me?done=own-accepted", "{}", answer.text());
    }
    seeded.pass(10).await;
}

async fn is_issued(seeded: &Seeded, dani: &Browser, own: &Browser, phone: DeviceId) {
    let (store, id) = (seeded.store().await.to_string(), phone.to_string());
    let href = drafted(&dani.post("/custody/new", &issue(&id, &store)).await);
    assert_eq!(sign_for_store(dani, &href, "giver").await.status, StatusCode::SEE_OTHER);
    assert!(dani.page(&format!("/devices/{phone}")).await.contains("Held by nobody"), "one has signed");
    let mine = format!("/me{href}");
    let digest = shown(own, &mine).await;
    let fields = [("shown", digest.as_str()), ("confirm", "yes")];
    assert_eq!(own.post(&format!("{mine}/sign"), &fields).await.status, StatusCode::SEE_OTHER);
    assert!(dani.page(&format!("/devices/{phone}")).await.contains("PC Jo Ames (5150)"));
}

/// The phone comes under management, is given its settings and reports them.
async fn enrols(seeded: &Seeded, serial: &str) {
    let mut device = enrol(&seeded.app, &seeded.link, Model::Iphone, serial, Temper::Honest).await;
    for _ in 0..4 {
        seeded.pass(10).await;
        device.session(&seeded.link).await.unwrap();
    }
    seeded.pass(10).await;
}

/// A return at the counter, signed by both.
async fn comes_back(seeded: &Seeded, dani: &Browser, device: DeviceId, from: &str) {
    let (store, id) = (seeded.store().await.to_string(), device.to_string());
    let form =
        [("kind", "return"), ("device", id.as_str()), ("place", store.as_str()), ("condition", "good")];
    let href = drafted(&dani.post("/custody/new", &form).await);
    assert_eq!(sign_for_store(dani, &href, "receiver").await.status, StatusCode::SEE_OTHER);
    let signed = sign_at_counter(dani, &href, "giver", from).await;
    assert_eq!(signed.status, StatusCode::SEE_OTHER, "{}", signed.text());
}

/// A withdrawal, an unused phone and a leaver.
async fn others_in_the_same_months(seeded: &Seeded, dani: &Browser) {
    let wanted = seeded.spare("F4WANTED01").await;
    seeded.issue(wanted, "1234", "PC Ames").await;
    let order = dani.post(&format!("/devices/{wanted}/withdraw"), &[("why", "The model is recalled.")]).await;
    assert_eq!(order.status, StatusCode::SEE_OTHER, "{}", order.text());
    comes_back(seeded, dani, wanted, "PC Ames").await;

    seeded.issue(seeded.phone, "1234", "PC Ames").await;
    for _ in 0..65 {
        seeded.pass(24 * 3600).await;
    }
    // Two months later everybody signs in again.
    let hr = &seeded.browser(Role::Hr, Some(domain::samples::NORFOLK)).await;
    let dani = &seeded.browser(Role::ServiceDeskLead, Some(domain::samples::NORFOLK)).await;
    let ames = seeded.browser_of(seeded.holder, domain::samples::NORFOLK).await;
    let html = ames.page("/me").await;
    let asked = html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let asked = asked.into_iter().find(|href| href.ends_with("/needed")).expect("it is asked").to_owned();
    assert_eq!(ames.post(&asked, &[("answer", "return")]).await.status, StatusCode::SEE_OTHER);
    comes_back(seeded, dani, seeded.phone, "PC Ames").await;

    let last = spare_day(seeded);
    let laptop = seeded.spare("F4LEAVER01").await;
    seeded.issue(laptop, "88", "Sgt <b>Byrd</b>").await;
    let read = overview_app::device::device(&seeded.app, permit::<SeeDevices>(&root()).unwrap(), laptop)
        .await
        .unwrap();
    let byrd = read.holder.shown().unwrap().person.id;
    let event = record(hr, byrd, &[("kind", "leaver"), ("on", &last)]).await;
    let case = case_of_event(dani, &event).await;
    for device in [laptop, seeded.mac] {
        comes_back(seeded, dani, device, "Sgt <b>Byrd</b>").await;
    }
    assert!(dani.page(&case).await.contains("Closed: everything is handed in"));
}

/// A day some weeks ahead, as forms take it.
fn spare_day(seeded: &Seeded) -> String {
    let later = seeded.world.now().plus(domain::Span::from_secs(30 * 24 * 3600));
    later.to_string().get(..10).unwrap().to_owned()
}

async fn section_16_is_met(seeded: &Seeded, jo: PersonId) {
    seeded.pass(25 * 3600).await;
    let auditor = seeded.browser(Role::Auditor, None).await;
    for number in ["MDU-16.1", "MDU-16.2", "MDU-16.3", "MDU-16.4"] {
        let clause: ClauseId = number.parse().unwrap();
        let subject = Subject::Document("mobile-device-use".into());
        let finding = seeded
            .app
            .store()
            .read(move |tx| store::findings::one(tx, &subject, &clause))
            .await
            .unwrap()
            .expect("it is judged");
        assert_eq!(finding.outcome, Outcome::Met, "{number}");
        let page = auditor.page(&format!("/documents/mobile-device-use/clauses/{number}")).await;
        assert!(page.contains("done in time") && page.contains("C-1"), "{number}: {page}");
    }
    let why = auditor.page(&format!("/people/{jo}/clauses/MDU-16.3")).await;
    assert!(why.contains("1 done in time"), "{why}");
    let list = auditor.get("/events.csv?clause=MDU-16.3").await.text();
    assert!(list.contains("hand-over:"), "{list}");
}
