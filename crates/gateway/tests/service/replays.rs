//! Messages that somebody recorded and sends again: they change nothing.

use domain::{DeviceId, Span};
use pki::cms::ContentCipher;
use pki::scep::client::{self, ClientError, Pending, Wish};
use pki::{Certificate, PrivateKey, RsaBits};
use plist::{Dictionary, Value};
use store::StoreConfig;

use crate::common::Service;
use crate::hand::{Answer, Hand, dict, post_scep, send, xml};
use crate::tables::{all_rows, assert_same};

/// A message as it went over the wire.
struct Recorded {
    body: Vec<u8>,
    signature: String,
}

impl Recorded {
    /// Signed now.
    fn new(hand: &Hand, service: &Service, message: Dictionary) -> Self {
        let body = xml(message);
        let signature = hand.signature(&body, service);
        Self { body, signature }
    }

    fn is_check_in(&self) -> bool {
        String::from_utf8_lossy(&self.body).contains("MessageType")
    }

    async fn send(&self, service: &Service) -> Answer {
        let to = service.link.client.put(format!("{}/apple/mdm", service.address));
        send(to.header("Mdm-Signature", &self.signature).body(self.body.clone())).await
    }
}

fn token(value: &[u8]) -> [(&'static str, Value); 2] {
    [("Token", Value::Data(value.to_vec())), ("PushMagic", "magic".into())]
}

fn on_both(test: &impl AsyncFn(Service, &StoreConfig)) {
    testkit::both_engines(|database| {
        testkit::block_on(async {
            let service = Service::start(&database, gateway::Options::default()).await;
            test(service, &database).await;
        });
    });
}

impl Service {
    async fn certificates(&self, device: DeviceId) -> Vec<store::certificates::Certificate> {
        self.app.store().read(move |tx| store::certificates::of_device(tx, device)).await.unwrap()
    }
}

/// The whole life of an enrolment, every message of it sent again when it is over, in order and backwards.
#[test]
fn every_recorded_message_sent_again_changes_nothing() {
    on_both(&async |service, database| {
        let hand = service.bought("REPLAY01", "UDID-1").await;
        let mut all = Vec::new();
        let serial = ("SerialNumber", hand.serial.as_str().into());
        let [first, magic] = token(b"first");
        let [second, more_magic] = token(b"second");
        let unlock = ("UnlockToken", Value::Data(b"unlock".to_vec()));
        let bootstrap = ("BootstrapToken", Value::Data(b"bootstrap".to_vec()));
        let later = ("BootstrapToken", Value::Data(b"bootstrap-2".to_vec()));
        for message in [
            hand.check_in_message("Authenticate", [serial]),
            hand.check_in_message("TokenUpdate", [first, magic, unlock]),
            hand.check_in_message("SetBootstrapToken", [bootstrap]),
            hand.check_in_message("GetBootstrapToken", []),
            hand.check_in_message("SetBootstrapToken", [later]),
            hand.check_in_message("TokenUpdate", [second, more_magic]),
        ] {
            service.world.clock.advance(Span::from_secs(60));
            let message = Recorded::new(&hand, &service, message);
            assert_eq!(message.send(&service).await.status, 200);
            all.push(message);
        }
        // Its questions and orders, answered.
        service.pass(5).await;
        let idle = dict([("Status", "Idle".into()), ("UDID", hand.udid.as_str().into())]);
        let mut message = Recorded::new(&hand, &service, idle);
        loop {
            let answer = message.send(&service).await;
            all.push(message);
            let Some((_, id)) = answer.command() else { break };
            message = Recorded::new(
                &hand,
                &service,
                dict([
                    ("Status", "Acknowledged".into()),
                    ("CommandUUID", id.as_str().into()),
                    ("UDID", hand.udid.as_str().into()),
                ]),
            );
        }
        assert!(all.len() > 10, "{}", all.len());
        let before = all_rows(database).await;
        for passed in [0, 3_600, 400 * 24 * 3_600 / 2] {
            service.world.clock.advance(Span::from_secs(passed));
            for message in all.iter().chain(all.iter().rev()) {
                let status = message.send(&service).await.status;
                assert!([200, 403].contains(&status), "{status}");
            }
            // The desk that notes contacts writes once a second.
            assert_same(&before, &all_rows(database).await, &format!("after {passed} seconds"));
        }

        // The end too: once it has left, nothing that it ever said brings it back.
        let out = Recorded::new(&hand, &service, hand.check_in_message("CheckOut", []));
        assert_eq!(out.send(&service).await.status, 200);
        let before = all_rows(database).await;
        all.push(out);
        for message in all.iter().filter(|message| message.is_check_in()) {
            message.send(&service).await;
        }
        assert_same(&before, &all_rows(database).await, "after it left");
    });
}

/// A token is given again for as long as an answer may have been lost, and not to somebody who kept the request.
#[test]
fn a_recorded_request_for_a_token_gives_nothing_away() {
    on_both(&async |service, _| {
        let (_, hand) = service.managed("REPLAY02").await;
        let bootstrap = ("BootstrapToken", Value::Data(b"bootstrap".to_vec()));
        assert_eq!(hand.check_in(&service, "SetBootstrapToken", [bootstrap]).await.status, 200);
        let ask = Recorded::new(&hand, &service, hand.check_in_message("GetBootstrapToken", []));
        let first = ask.send(&service).await;
        assert!(first.plist().contains_key("BootstrapToken"));
        assert_eq!(ask.send(&service).await, first, "our answer may have been lost");
        service.world.clock.advance(Span::from_secs(601));
        let late = ask.send(&service).await;
        assert_eq!((late.status, late.body.len()), (403, 0));
        assert!(
            hand.check_in(&service, "GetBootstrapToken", []).await.plist().contains_key("BootstrapToken")
        );
    });
}

/// A message that was held back on its way and is older than what was taken since.
#[test]
fn a_message_that_was_held_back_does_not_undo_a_later_one() {
    on_both(&async |service, database| {
        let (_, hand) = service.managed("REPLAY03").await;
        let [dead, magic] = token(b"dead");
        let held = Recorded::new(&hand, &service, hand.check_in_message("TokenUpdate", [dead, magic]));
        service.world.clock.advance(Span::from_secs(3_600));
        assert_eq!(hand.token_update(&service, b"alive", None).await.status, 200);
        assert_eq!(held.send(&service).await.status, 403);
        assert!(service.has_entry("check-in.refused", "replayed").await);
        let rows = all_rows(database).await;
        let (dead, alive) = (hex(b"dead"), hex(b"alive"));
        assert!(rows.iter().any(|row| row.contains(&alive)) && !rows.iter().any(|row| row.contains(&dead)));
    });
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_certificate_that_completed_an_enrolment_begins_no_other() {
    on_both(&async |service, _| {
        let (id, hand) = service.managed("REPLAY04").await;
        let enrolment = service.device(id).await.enrolment;
        service.world.clock.advance(Span::from_secs(60));
        assert_eq!(hand.authenticate(&service).await.status, 403, "a new message with an old certificate");
        assert!(service.has_entry("check-in.refused", "certificate-used").await);
        assert_eq!(service.device(id).await.enrolment, enrolment);
        service.pass(10).await;
        assert!(hand.idle(&service).await.command().is_some(), "and the device is served as before");
    });
}

fn renewal(service: &Service, hand: &Hand, key: &PrivateKey) -> Pending {
    let wish = Wish {
        key,
        name: hand.certificate.common_name().unwrap(),
        challenge: None,
        cipher: ContentCipher::Aes128,
        now: service.world.now(),
    };
    let ca = service.app.ca().certificate();
    client::renewal(&wish, &hand.key, &hand.certificate, ca, service.world.entropy()).unwrap()
}

async fn answered(
    service: &Service,
    hand: &Hand,
    pending: &Pending,
    key: &PrivateKey,
) -> Result<Certificate, ClientError> {
    let answer = post_scep(service, pending.message.clone()).await;
    assert_eq!(answer.status, 200);
    let ca = service.app.ca().certificate();
    pending.read_answer(&answer.body, &hand.key, key, ca, service.world.entropy())
}

#[test]
fn one_renewal_waits_and_the_same_request_gets_the_same_certificate() {
    on_both(&async |service, database| {
        let (id, hand) = service.managed("REPLAY05").await;
        hand.drain(&service).await;
        let keys = [(); 2].map(|()| PrivateKey::generate(RsaBits::Rsa2048).unwrap());
        let [first_key, second_key] = &keys;
        let first = renewal(&service, &hand, first_key);
        let issued = answered(&service, &hand, &first, first_key).await.unwrap();
        let before = all_rows(database).await;
        for passed in [0, 1_800, 24 * 3_600] {
            service.world.clock.advance(Span::from_secs(passed));
            assert_eq!(answered(&service, &hand, &first, first_key).await.unwrap(), issued);
        }
        assert_same(&before, &all_rows(database).await, "a renewal sent again");
        assert_eq!(service.certificates(id).await.len(), 2);

        // A device that lost its new key asks with another: that one waits now, and the former never comes back.
        let second = renewal(&service, &hand, second_key);
        let newer = answered(&service, &hand, &second, second_key).await.unwrap();
        let waiting = |all: Vec<store::certificates::Certificate>| {
            all.into_iter()
                .filter(|one| one.renewed_from.is_some() && one.revoked_at.is_none())
                .collect::<Vec<_>>()
        };
        let found = waiting(service.certificates(id).await);
        assert_eq!(found.iter().map(|one| &one.sha256).collect::<Vec<_>>(), [&newer.sha256_hex()]);
        assert!(answered(&service, &hand, &first, first_key).await.is_err());
        assert!(service.has_entry("certificate.refused", "replayed").await);

        let mut renewed = hand.clone();
        (renewed.key, renewed.certificate) =
            (PrivateKey::from_pem(keys[1].to_pem().expose()).unwrap().into(), newer);
        assert_eq!(renewed.idle(&service).await.status, 200);
        assert_eq!(
            hand.idle(&service).await.status,
            403,
            "the old certificate ended at the first use of the new"
        );
        assert!(answered(&service, &hand, &second, second_key).await.is_err(), "and renews nothing any more");
    });
}
