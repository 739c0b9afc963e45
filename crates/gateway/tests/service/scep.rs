//! Certificates by SCEP over HTTP: every refusal is a SCEP message that holds no certificate.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use devices_sim::{EnrolmentProfile, Model, Temper};
use domain::Secret;
use pki::cms::ContentCipher;
use pki::scep::client::{self, ClientError, Wish};
use pki::{Certificate, scep::FailInfo};

use crate::common::Service;
use crate::hand::{Hand, ask_scep, post_scep, send};

#[test]
fn the_authority_says_what_it_can_and_who_it_is() {
    Service::run(async |service| {
        let get = async |operation: &str| {
            send(service.link.client.get(format!("{}/scep?operation={operation}", service.address))).await
        };
        let said = String::from_utf8(get("GetCACaps").await.body).unwrap();
        for word in ["AES", "POSTPKIOperation", "Renewal", "SHA-256"] {
            assert!(said.lines().any(|line| line == word), "{word} is not in {said}");
        }
        assert!(!said.contains("DES3") && !said.contains("SHA-1"), "{said}");
        let authority = Certificate::parse(&get("GetCACert").await.body).unwrap();
        assert_eq!(authority, *service.app.ca().certificate());
        for odd in ["GetNextCACert", "", "PKIOperation", "PKIOperation&message=%25%25"] {
            assert_eq!(get(odd).await.status, 400, "{odd}");
        }
        let post = service.link.client.post(format!("{}/scep?operation=GetCACert", service.address));
        assert_eq!(send(post).await.status, 400);
    });
}

#[test]
fn a_certificate_may_be_asked_for_in_the_address_too() {
    Service::run(async |service| {
        service.ready("INURL001").await;
        let profile = EnrolmentProfile::read(&service.profile("INURL001", true).await).unwrap();
        let key = service.key();
        let wish = Wish {
            key: &key,
            name: &profile.common_name,
            challenge: profile.challenge.as_ref(),
            cipher: ContentCipher::Aes128,
            now: service.world.now(),
        };
        let ca = service.app.ca().certificate();
        let pending = client::first(&wish, ca, service.world.entropy()).unwrap();
        let message =
            BASE64.encode(&pending.message).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        let url = format!("{}/scep?operation=PKIOperation&message={message}", service.address);
        let answer = send(service.link.client.get(url)).await;
        let certificate = pending.read_answer(&answer.body, &key, &key, ca, service.world.entropy()).unwrap();
        assert_eq!(certificate.common_name(), Some(profile.common_name.as_str()));
        assert!(certificate.check_issued_by(ca).is_ok());
    });
}

fn refused<T: std::fmt::Debug>(outcome: &Result<T, ClientError>) -> bool {
    matches!(outcome, Err(ClientError::Refused(FailInfo::BadRequest)))
}

#[test]
fn a_challenge_buys_one_certificate_for_one_device_for_a_day() {
    Service::run_on_both(async |service| {
        service.ready("ONCE0001").await;
        let file = service.profile("ONCE0001", true).await;
        let bought = Hand::buy(&service, &file, "ONCE0001", "U").await.unwrap();
        let profile = EnrolmentProfile::read(&file).unwrap();
        let other =
            Service::keys().into_iter().find(|key| key.public_key() != bought.key.public_key()).unwrap();
        let again = ask_scep(&service, &other, &profile.common_name, profile.challenge.as_ref()).await;
        assert!(refused(&again), "another key");
        assert!(service.has_entry("certificate.refused", "challenge-spent").await);

        let late = service.profile("ONCE0001", true).await;
        service.pass(24 * 3600).await;
        assert!(refused(&Hand::buy(&service, &late, "ONCE0001", "U").await.map(|_| ())));
        assert!(service.has_entry("certificate.refused", "challenge-expired").await);

        let key = service.key();
        let made_up = Secret::new("made-up".to_owned());
        assert!(refused(&ask_scep(&service, &key, "anything", Some(&made_up)).await));
        assert!(service.has_entry("certificate.refused", "challenge-unknown").await);
        assert!(refused(&ask_scep(&service, &key, "anything", None).await));
        assert!(service.has_entry("certificate.refused", "no-challenge").await);

        // Somebody who got hold of a challenge asks under another device's name: refused, and the challenge is gone.
        let stolen = service.profile("ONCE0001", true).await;
        let stolen = EnrolmentProfile::read(&stolen).unwrap().challenge.unwrap();
        assert!(refused(&ask_scep(&service, &key, "another", Some(&stolen)).await));
        assert!(service.has_entry("certificate.refused", "another-device").await);
    });
}

#[test]
fn a_message_that_was_tampered_with_yields_nothing() {
    Service::run(async |service| {
        service.ready("BENT0001").await;
        let profile = EnrolmentProfile::read(&service.profile("BENT0001", true).await).unwrap();
        let key = service.key();
        let wish = Wish {
            key: &key,
            name: &profile.common_name,
            challenge: profile.challenge.as_ref(),
            cipher: ContentCipher::Aes128,
            now: service.world.now(),
        };
        let ca = service.app.ca().certificate();
        let pending = client::first(&wish, ca, service.world.entropy()).unwrap();
        for place in (0..pending.message.len()).step_by(97) {
            let mut bent = pending.message.clone();
            bent[place] ^= 0x20;
            let answer = post_scep(&service, bent).await;
            let read = pending.read_answer(&answer.body, &key, &key, ca, service.world.entropy());
            assert!(answer.status == 400 || read.is_err(), "a bit at {place} changed and a certificate came");
            assert!(answer.status == 400 || answer.status == 200, "{}", answer.status);
        }
        for garbage in [Vec::new(), vec![0x30, 0x80], vec![0xff; 5000]] {
            assert_eq!(post_scep(&service, garbage).await.status, 400);
        }
        assert_eq!(post_scep(&service, vec![0; pki::scep::MAX_REQUEST + 1]).await.status, 413);
        let whole = post_scep(&service, pending.message.clone()).await;
        assert!(pending.read_answer(&whole.body, &key, &key, ca, service.world.entropy()).is_ok());
    });
}

#[test]
fn a_renewal_takes_over_at_first_use_and_ends_the_old_certificate() {
    Service::run_on_both(async |service| {
        let (_, mut phone) = service.enrolled(Model::Iphone, "RENEW001", Temper::Honest).await;
        let old = Hand::of(&phone);
        phone.renew(&service.link).await.unwrap();
        let new = Hand::of(&phone);
        assert_ne!(old.certificate, new.certificate);
        assert_eq!(old.idle(&service).await.status, 200, "the device may not have stored the new one");

        phone.session(&service.link).await.unwrap();
        assert!(service.has_entry("certificate.issued", "renewal").await);
        assert!(service.ledger_actions().await.iter().any(|(action, _)| action == "certificate.adopted"));
        assert_eq!(old.idle(&service).await.status, 403);
        assert_eq!(new.idle(&service).await.status, 200);
        assert_eq!(old.check_in(&service, "CheckOut", []).await.status, 403, "nor may it check out");

        let list = send(service.link.client.get(format!("{}/device-ca.crl", service.address))).await;
        let serials = revoked_serials(&list.body, &service).await;
        assert!(serials.contains(&old.certificate.serial_hex()), "{serials:?}");
        assert!(!serials.contains(&new.certificate.serial_hex()));
    });
}

/// The serial numbers that the store calls revoked, each found in the bytes of the published list.
async fn revoked_serials(list: &[u8], service: &Service) -> Vec<String> {
    let now = service.world.now();
    let all = service.app.store().read(move |tx| store::certificates::revoked(tx, now)).await.unwrap();
    let listed = |serial: &str| {
        let octets: Vec<u8> = (0..serial.len() / 2)
            .map(|place| u8::from_str_radix(&serial[place * 2..place * 2 + 2], 16).unwrap())
            .collect();
        list.windows(octets.len()).any(|window| window == octets)
    };
    assert!(all.iter().all(|(serial, _)| listed(serial)), "the list lacks a revoked certificate");
    all.into_iter().map(|(serial, _)| serial).collect()
}

#[test]
fn who_was_revoked_or_left_gets_no_renewal() {
    Service::run(async |service| {
        let (_, mut phone) = service.enrolled(Model::Iphone, "GONE0001", Temper::Honest).await;
        let mut spare = phone.clone();
        spare.renew(&service.link).await.unwrap();
        let spare = Hand::of(&spare);
        let mut after = phone.clone();
        phone.check_out(&service.link).await.unwrap();
        assert!(after.renew(&service.link).await.is_err());
        assert!(service.has_entry("certificate.refused", "revoked").await);
        // A renewal that was bought before and never used opens no enrolment either.
        assert_eq!(spare.authenticate(&service).await.status, 403);
        assert_eq!(spare.idle(&service).await.status, 403);
    });
}
