//! Who may enrol: force property whose intended holder has accepted the current terms, and nothing else.

use domain::DeviceKind;
use kernel::AppError;
use kernel::access::permit;
use plist::Value;

use crate::common::{Service, shipped_policy};
use crate::hand::{Hand, dict, send, xml};

async fn no_profile(service: &Service, serial: &str) -> AppError {
    let permit = permit(&service.desk).unwrap();
    match devices_app::enrolment::make_enrolment_profile(&service.app, permit, serial, true).await {
        Err(error) => error,
        Ok(_) => panic!("{serial} got a profile"),
    }
}

#[test]
fn what_stands_in_no_register_gets_no_profile() {
    Service::run(async |service| {
        let error = no_profile(&service, "STRANGER1").await;
        assert!(matches!(error, AppError::NotFound { .. }), "{error}");
        assert!(service.has_entry("enrolment.profile.refused", "not-registered").await);
    });
}

#[test]
fn no_profile_without_a_holder_who_has_accepted() {
    Service::run(async |service| {
        service.register("NOBODY01", DeviceKind::Iphone, None).await;
        assert!(no_profile(&service, "NOBODY01").await.to_string().contains("no intended holder"));
        assert!(service.has_entry("enrolment.profile.refused", "no-holder").await);
        let rows = service.app.store().read(|tx| store::ledger::from_place(tx, 0, 1000)).await.unwrap();
        let refused = rows.iter().find(|row| row.action == "enrolment.profile.refused").unwrap();
        assert_eq!(refused.clause.as_ref().map(domain::ClauseId::as_str), Some("MDU-3.2"));

        let careless = service.person("100", false).await;
        service.register("UNREAD01", DeviceKind::Iphone, Some(careless)).await;
        let why = no_profile(&service, "UNREAD01").await.to_string();
        assert!(why.contains("mobile-device-use"), "{why}");

        let leaver = service.person("101", true).await;
        service.register("LEAVER01", DeviceKind::Iphone, Some(leaver)).await;
        let now = service.world.now();
        service.app.store().write(move |tx| store::people::end(tx, leaver, now)).await.unwrap();
        assert!(no_profile(&service, "LEAVER01").await.to_string().contains("no longer on the books"));

        let holder = service.person("102", true).await;
        let retired = service.register("RETIRED1", DeviceKind::Iphone, Some(holder)).await;
        service.app.store().write(move |tx| store::devices::retire(tx, retired, now)).await.unwrap();
        assert!(no_profile(&service, "RETIRED1").await.to_string().contains("retired"));

        service.register("RADIO001", DeviceKind::Radio, Some(holder)).await;
        assert!(no_profile(&service, "RADIO001").await.to_string().contains("does not enrol"));
    });
}

/// The gate is asked again when the certificate is asked for, and again at Authenticate.
#[test]
fn the_gate_may_shut_between_the_profile_and_the_device() {
    Service::run_on_both(async |service| {
        let holder = service.person("100", true).await;
        let id = service.register("SHUT0001", DeviceKind::Iphone, Some(holder)).await;
        let bought = service.profile("SHUT0001", true).await;
        let hand = Hand::buy(&service, &bought, "SHUT0001", "UDID-1").await.unwrap();
        let other = service.register("SHUT0002", DeviceKind::Iphone, Some(holder)).await;
        let early = service.profile("SHUT0002", true).await;

        custody_app::register::set_holder(&service.app, permit(&service.desk).unwrap(), id, None)
            .await
            .unwrap();
        custody_app::register::set_holder(&service.app, permit(&service.desk).unwrap(), other, None)
            .await
            .unwrap();
        assert!(Hand::buy(&service, &early, "SHUT0002", "UDID-2").await.is_err());
        assert!(service.has_entry("certificate.refused", "no-holder").await);
        assert_eq!(hand.authenticate(&service).await.status, 403);
        assert!(service.has_entry("check-in.refused", "no-holder").await);

        custody_app::register::set_holder(&service.app, permit(&service.desk).unwrap(), id, Some(holder))
            .await
            .unwrap();
        assert_eq!(hand.authenticate(&service).await.status, 200, "nothing was lost by the refusal");
    });
}

#[test]
fn terms_that_change_are_asked_again() {
    Service::run(async |service| {
        let holder = service.person("100", true).await;
        service.register("TERMS001", DeviceKind::Iphone, Some(holder)).await;
        service.profile("TERMS001", true).await;

        let changed = crate::common::policy_with_other_terms();
        let before = service.app.policy().all_terms().clone();
        assert!(
            compliance_app::policy_change::change_policy(
                &service.app,
                permit(&service.desk).unwrap(),
                changed
            )
            .await
            .unwrap()
        );
        assert_ne!(*service.app.policy().all_terms(), before, "the test must change the terms");
        assert!(no_profile(&service, "TERMS001").await.to_string().contains("not accepted"));
        service.pass(10).await;
        assert!(service.person_outcomes(holder).await.iter().any(|(_, word)| *word == "not-met"));

        for document in service.app.policy().all_terms().keys() {
            terms_app::accept_terms(&service.app, permit(&service.desk).unwrap(), holder, document, "page")
                .await
                .unwrap();
        }
        service.profile("TERMS001", true).await;

        // The former wording comes back: whoever accepted it then has accepted it.
        let former = shipped_policy(&policy::Overrides::new());
        assert!(
            compliance_app::policy_change::change_policy(
                &service.app,
                permit(&service.desk).unwrap(),
                former
            )
            .await
            .unwrap()
        );
        service.profile("TERMS001", true).await;
        service.pass(10).await;
        assert!(service.person_outcomes(holder).await.iter().all(|(_, word)| *word != "not-met"));
    });
}

#[test]
fn a_personal_enrolment_is_refused_and_remembered() {
    Service::run_on_both(async |service| {
        let hand = service.bought("MINE0001", "UDID-1").await;
        for kind in ["Authenticate", "TokenUpdate", "CheckOut"] {
            let message = dict([
                ("MessageType", kind.into()),
                ("EnrollmentID", "0000-PERSONAL".into()),
                ("Topic", "t".into()),
                ("Token", Value::Data(vec![1])),
                ("PushMagic", "m".into()),
            ]);
            let answer = hand
                .put(&service, "/apple/mdm", Some("application/x-apple-aspen-mdm-checkin"), xml(message))
                .await;
            assert_eq!(answer.status, 403, "{kind}");
            assert!(answer.body.is_empty(), "a body could tell the device to act");
        }
        assert!(service.has_entry("check-in.refused", "personal-enrolment").await);
        // Under a device's name but without a serial number it is a personal enrolment all the same.
        assert_eq!(hand.check_in(&service, "Authenticate", []).await.status, 403);
        let idle = dict([("Status", "Idle".into()), ("EnrollmentID", "0000-PERSONAL".into())]);
        assert_eq!(hand.put(&service, "/apple/mdm", None, xml(idle)).await.status, 403);
    });
}

#[test]
fn account_driven_enrolment_is_declined_in_words_that_a_device_shows() {
    Service::run(async |service| {
        let url = format!("{}/.well-known/com.apple.remotemanagement?user-identifier=a@b", service.address);
        let answer = send(service.link.client.get(url)).await;
        assert_eq!(answer.status, 403);
        assert_eq!(answer.body, br#"{"code":"com.apple.well-known.failed"}"#);
    });
}

#[test]
fn another_device_s_serial_number_does_not_enrol_with_a_stolen_certificate() {
    Service::run_on_both(async |service| {
        service.bought("VICTIM01", "UDID-V").await;
        let mut thief = service.bought("THIEF001", "UDID-T").await;
        thief.serial = "VICTIM01".into();
        assert_eq!(thief.authenticate(&service).await.status, 403);
        assert!(service.has_entry("check-in.refused", "another-serial").await);
        thief.serial = "thief001".into();
        assert_eq!(thief.authenticate(&service).await.status, 200, "capitals do not matter");
    });
}
