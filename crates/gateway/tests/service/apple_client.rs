//! Devices that speak as Apple's published client does, and as it does when an answer is lost.

use devices_app::devices::{DeviceFilter, DeviceOrder, DeviceStep};
use devices_sim::{Device, DeviceSpec, EnrolmentProfile, Model, Temper};
use domain::Secret;
use kernel::access::permit;
use pki::cms::ContentCipher;
use pki::scep::FailInfo;
use pki::scep::client::{self, ClientError, Wish};
use pki::{Certificate, PrivateKey, RsaBits};

use crate::common::Service;
use crate::hand::{Hand, ask_scep, post_scep};

/// The devices that are listed and counted as signing by way of SHA-1.
async fn signing_sha1(service: &Service) -> Vec<String> {
    let filter = DeviceFilter { signs_sha1: true, ..DeviceFilter::default() };
    let permit = || permit(&service.desk).unwrap();
    let step = DeviceStep { order: DeviceOrder::Serial, after: None, limit: 10 };
    let rows = devices_app::devices::devices(&service.app, permit(), filter, step).await.unwrap();
    let overview =
        overview_app::overview::overview(&service.app, self::permit(&service.desk).unwrap()).await.unwrap();
    assert_eq!(overview.devices.unwrap().counts.sha1, i64::try_from(rows.len()).unwrap());
    rows.into_iter().map(|row| row.device.serial).collect()
}

fn old_client(serial: &str) -> Device {
    let spec = DeviceSpec::plausible(Model::Iphone, serial, Temper::Honest, 11);
    Device::new(DeviceSpec { old_client: true, ..spec }, 11)
}

#[test]
fn a_device_that_signs_as_apples_published_client_enrols_works_and_renews() {
    Service::run_on_both(async |service| {
        service.ready("OLD00001").await;
        let mut phone = old_client("OLD00001");
        phone.enrol(&service.link, &service.profile("OLD00001", true).await).await.unwrap();
        service.settle(&mut phone).await;
        assert!(!phone.profiles().collect::<Vec<_>>().is_empty(), "its settings arrived");
        assert_eq!(signing_sha1(&service).await, ["OLD00001"]);

        phone.renew(&service.link).await.unwrap();
        phone.session(&service.link).await.unwrap();
        assert!(service.ledger_actions().await.iter().any(|(action, _)| action == "certificate.adopted"));

        // After an update of its system it signs otherwise: the page counts it no longer. And back again.
        let hand = Hand::of(&phone);
        assert_eq!(hand.idle(&service).await.status, 200);
        assert_eq!(signing_sha1(&service).await, [""; 0]);
        phone.session(&service.link).await.unwrap();
        assert_eq!(signing_sha1(&service).await, ["OLD00001"]);

        let (_, modern) = service.enrolled(Model::Iphone, "NEW00001", Temper::Honest).await;
        assert_eq!(Hand::of(&modern).idle(&service).await.status, 200);
        assert_eq!(signing_sha1(&service).await, ["OLD00001"]);
        phone.check_out(&service.link).await.unwrap();
        assert_eq!(signing_sha1(&service).await, [""; 0], "it has left management");
    });
}

#[test]
fn where_the_settings_refuse_sha1_such_messages_are_not_taken_and_certificates_are_still_given() {
    let scratch = testkit::scratch_sqlite();
    testkit::block_on(async {
        let strict = gateway::Options { accept_sha1_messages: false, ..gateway::Options::default() };
        let service = Service::start(&scratch.config, strict).await;
        service.ready("OLD00002").await;
        let refused =
            old_client("OLD00002").enrol(&service.link, &service.profile("OLD00002", true).await).await;
        let said = refused.unwrap_err().to_string();
        assert!(said.contains("400 when authenticating"), "{said}");
        assert!(
            service.has_entry("certificate.issued", "challenge").await,
            "the temporary certificate is taken"
        );
    });
}

struct Request {
    pending: client::Pending,
    key: std::sync::Arc<PrivateKey>,
}

impl Request {
    fn make(service: &Service, profile: &EnrolmentProfile, key: std::sync::Arc<PrivateKey>) -> Self {
        let wish = Wish {
            key: &key,
            name: &profile.common_name,
            challenge: profile.challenge.as_ref(),
            cipher: ContentCipher::Aes128,
            now: service.world.now(),
        };
        let ca = service.app.ca().certificate();
        Self { pending: client::first(&wish, ca, service.world.entropy()).unwrap(), key }
    }

    async fn send(&self, service: &Service) -> Result<Certificate, ClientError> {
        let answer = post_scep(service, self.pending.message.clone()).await;
        assert_eq!(answer.status, 200);
        let (key, ca) = (&self.key, service.app.ca().certificate());
        self.pending.read_answer(&answer.body, key, key, ca, service.world.entropy())
    }
}

#[test]
fn a_lost_answer_is_given_again_to_the_same_key_within_the_hour() {
    Service::run_on_both(async |service| {
        let id = service.ready("LOST0001").await;
        let profile = EnrolmentProfile::read(&service.profile("LOST0001", true).await).unwrap();
        let [key, other] = Service::keys();
        let request = Request::make(&service, &profile, key.clone());
        // An iPhone asks twice within seconds; here both requests are under way at once.
        let (first, second) = tokio::join!(request.send(&service), request.send(&service));
        let certificate = first.unwrap();
        assert_eq!(second.unwrap(), certificate);
        service.world.clock.advance(domain::Span::from_secs(3500));
        assert_eq!(request.send(&service).await.unwrap(), certificate);
        // The transaction is named by the key, so a request that is made anew is still the same.
        let anew = Request::make(&service, &profile, key.clone());
        assert_ne!(anew.pending.message, request.pending.message);
        assert_eq!(anew.send(&service).await.unwrap(), certificate);
        let issued = service.ledger_actions().await;
        assert_eq!(issued.iter().filter(|(action, _)| action == "certificate.issued").count(), 1);
        let rows = service.app.store().read(move |tx| store::certificates::of_device(tx, id)).await.unwrap();
        assert_eq!(rows.len(), 1);

        let refused = Err(ClientError::Refused(FailInfo::BadRequest));
        assert_eq!(Request::make(&service, &profile, other).send(&service).await, refused, "another key");
        service.world.clock.advance(domain::Span::from_secs(200));
        assert_eq!(request.send(&service).await, refused, "the hour is over");
        assert!(service.has_entry("certificate.refused", "challenge-spent").await);
    });
}

#[test]
fn a_revoked_certificate_is_not_given_again() {
    Service::run_on_both(async |service| {
        let id = service.ready("LOST0002").await;
        let profile = EnrolmentProfile::read(&service.profile("LOST0002", true).await).unwrap();
        let [key, _] = Service::keys();
        let request = Request::make(&service, &profile, key);
        request.send(&service).await.unwrap();
        let now = service.world.now();
        service
            .app
            .store()
            .write(move |tx| store::certificates::revoke_others(tx, id, None, now, "test"))
            .await
            .unwrap();
        assert_eq!(request.send(&service).await, Err(ClientError::Refused(FailInfo::BadRequest)));
    });
}

#[test]
fn a_key_that_cannot_receive_an_answer_is_refused_before_the_challenge_is_spent() {
    Service::run_on_both(async |service| {
        service.ready("CURVE001").await;
        let file = service.profile("CURVE001", true).await;
        let profile = EnrolmentProfile::read(&file).unwrap();
        let pem = Secret::new(rcgen::KeyPair::generate().unwrap().serialize_pem());
        let curve = PrivateKey::from_pem(pem.expose()).unwrap();
        let asked = ask_scep(&service, &curve, &profile.common_name, profile.challenge.as_ref()).await;
        assert_eq!(asked, Err(ClientError::Refused(FailInfo::BadAlg)));
        Hand::buy(&service, &file, "CURVE001", "U").await.unwrap();
    });
}

#[test]
fn a_first_request_signed_with_the_devices_good_certificate_renews_it() {
    Service::run_on_both(async |service| {
        let (_, hand) = service.managed("NINETEEN").await;
        let ask = async |key: &PrivateKey| {
            let name = "whatever it asks for";
            let now = service.world.now();
            let wish = Wish { key, name, challenge: None, cipher: ContentCipher::Aes256, now };
            let (ca, entropy) = (service.app.ca().certificate(), service.world.entropy());
            let pending = client::renewal_as_first(&wish, &hand.key, &hand.certificate, ca, entropy).unwrap();
            let answer = post_scep(&service, pending.message.clone()).await;
            pending.read_answer(&answer.body, &hand.key, key, ca, entropy)
        };
        let key = PrivateKey::generate(RsaBits::Rsa2048).unwrap();
        let renewed = ask(&key).await.unwrap();
        assert_eq!(renewed.common_name(), hand.certificate.common_name(), "the subject is ours to choose");
        assert!(service.has_entry("certificate.issued", "renewal").await);
        let new = Hand { certificate: renewed, key: key.into(), ..hand.clone() };
        assert_eq!(new.idle(&service).await.status, 200);
        assert_eq!(hand.idle(&service).await.status, 403, "the new one has taken over");
        assert_eq!(ask(&new.key).await, Err(ClientError::Refused(FailInfo::BadRequest)), "revoked by now");
    });
}

#[test]
fn the_profile_promises_what_is_kept_and_names_the_authority_as_every_client_reads_it() {
    Service::run(async |service| {
        service.ready("WORDS001").await;
        let profile = EnrolmentProfile::read(&service.profile("WORDS001", true).await).unwrap();
        let named = profile.ca_fingerprint.unwrap();
        assert!(named.len() == 20 && service.app.ca().certificate().has_fingerprint(&named));
        let text = String::from_utf8(service.profile("WORDS001", false).await).unwrap();
        assert!(!text.contains("com.apple.mdm.token") && text.contains("com.apple.mdm.bootstraptoken"));
    });
}
