//! `stories/a-risk-accepted-and-lapsed.md`

use axum::http::StatusCode;
use cases_app::read::CaseFilter;
use devices_sim::{Device, Model, Temper};
use domain::DeviceId;
use kernel::access::{Role, permit};

use crate::common::{Seeded, enrol, root, with_force};
use crate::registers::{decide, entry_of, field, timeline};

const DAY: i64 = 24 * 3600;
const ASK: &str = "/registers/risk-acceptances/ask";
const SERIAL: &str = "F4RISK000001";

async fn report(seeded: &Seeded, phone: &mut Device) {
    for _ in 0..4 {
        seeded.pass(10).await;
        phone.session(&seeded.link).await.unwrap();
    }
    seeded.pass(10).await;
}

/// Open cases of the clause on the device.
async fn open_cases(seeded: &Seeded, device: DeviceId) -> usize {
    let filter = CaseFilter { state: "open".into(), ..CaseFilter::default() };
    let (cases, _) =
        cases_app::read::cases(&seeded.app, permit(&root()).unwrap(), filter, 100).await.unwrap();
    let of_clause = |clause: &domain::ClauseId| clause.as_str() == "MDU-6.2a";
    let about = seeded.app.store().read(move |tx| store::cases::of_device(tx, device)).await.unwrap();
    let ours = cases.iter().filter(|row| about.iter().any(|case| case.id == row.case.id));
    ours.filter(|row| row.case.clause.as_ref().is_some_and(of_clause)).count()
}

#[test]
fn a_risk_accepted_and_lapsed() {
    with_force(|seeded| async move {
        let device = seeded.spare(SERIAL).await;
        custody_app::register::set_holder(&seeded.app, permit(&root()).unwrap(), device, Some(seeded.holder))
            .await
            .unwrap();
        let mut phone = enrol(&seeded.app, &seeded.link, Model::Iphone, SERIAL, Temper::NonCompliant).await;
        report(&seeded, &mut phone).await;
        let lead = seeded.browser(Role::ServiceDeskLead, Some(domain::samples::NORFOLK)).await;
        let fiso = seeded.browser(Role::Fiso, Some(domain::samples::NORFOLK)).await;
        let owner = seeded.browser(Role::PolicyOwner, Some(domain::samples::NORFOLK)).await;
        let (once, until) = (field(&lead.page(ASK).await, "once"), seeded.day(21));
        let mut form = vec![
            ("once", once.as_str()),
            ("clause", "MDU-6.2a"),
            ("device", SERIAL),
            ("risk", "a finder guesses the passcode"),
            ("instead", "it stays in the control room"),
            ("ends-with", "the new phone arrives"),
            ("because", "its keyboard is broken"),
            ("until", ""),
        ];
        assert_eq!(
            lead.post(ASK, &form).await.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "never without an end"
        );
        form[7].1 = until.as_str();
        assert_eq!(lead.post(ASK, &form).await.status, StatusCode::SEE_OTHER);
        let entry = entry_of(&lead, "risk-acceptances").await;
        let yes = [("answer", "yes")];
        assert_eq!(
            decide(&lead, &entry, "0", &yes).await.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "the lead asked"
        );
        assert_eq!(decide(&fiso, &entry, "0", &yes).await.status, StatusCode::SEE_OTHER);
        assert!(fiso.page(&entry).await.contains("One of two agreed"));
        assert_eq!(
            decide(&fiso, &entry, "1", &yes).await.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "not twice"
        );
        assert_eq!(decide(&owner, &entry, "1", &yes).await.status, StatusCode::SEE_OTHER);

        let page = format!("/devices/{device}");
        seeded.pass(5 * DAY).await;
        report(&seeded, &mut phone).await;
        assert_eq!(open_cases(&seeded, device).await, 0, "no case while somebody carries the risk");
        let why = lead.page(&format!("{page}/clauses/MDU-6.2a")).await;
        assert!(why.contains("Not met"), "the finding stays what it is: {why}");
        assert!(lead.page(&page).await.contains(&entry), "the device's page names it");
        seeded.pass(5 * DAY).await;
        assert_eq!(timeline(&lead, &entry).await.matches("Lapses soon").count(), 1);

        seeded.pass(13 * DAY).await;
        report(&seeded, &mut phone).await;
        seeded.pass(3 * DAY).await;
        assert!(timeline(&lead, &entry).await.contains("its time was over"));
        assert_eq!(open_cases(&seeded, device).await, 1, "lapsing opens the case");
    });
}
