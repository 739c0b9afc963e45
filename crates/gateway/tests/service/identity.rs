//! Who is speaking: a signature over exactly these bytes by a certificate that is bound to this device.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use devices_sim::{Model, Temper};
use domain::{DeviceKind, Span};
use pki::{Validity, self_signed};

use crate::common::Service;
use crate::hand::{Answer, Hand, dict, send, xml};

fn idle(hand: &Hand) -> Vec<u8> {
    xml(dict([("Status", "Idle".into()), ("UDID", hand.udid.as_str().into())]))
}

async fn with(service: &Service, body: Vec<u8>, header: Option<(&str, String)>) -> Answer {
    let mut request = service.link.client.put(format!("{}/apple/mdm", service.address)).body(body);
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    send(request).await
}

#[test]
fn only_a_good_signature_over_these_bytes_is_believed() {
    Service::run(async |service| {
        let (_, phone) = service.enrolled(Model::Iphone, "SIGN0001", Temper::Honest).await;
        let hand = Hand::of(&phone);
        let body = idle(&hand);
        let good = hand.signature(&body, &service);
        let header = |value: &str| Some(("Mdm-Signature", value.to_owned()));
        assert_eq!(with(&service, body.clone(), header(&good)).await.status, 200);

        assert_eq!(with(&service, body.clone(), None).await.status, 400, "unsigned");
        for bad in ["", "!!!", "AAAA", &good[..good.len() - 4], &good.replace('A', "B")] {
            assert_eq!(with(&service, body.clone(), header(bad)).await.status, 400, "{bad}");
        }
        let long = "A".repeat(100 * 1024);
        assert!(matches!(with(&service, body.clone(), header(&long)).await.status, 400 | 431));
        let mut other = body.clone();
        other.push(b'\n');
        assert_eq!(with(&service, other, header(&good)).await.status, 400, "a signature over other bytes");
    });
}

#[test]
fn a_certificate_of_our_own_making_or_of_another_device_is_not_believed() {
    Service::run_on_both(async |service| {
        let (_, phone) = service.enrolled(Model::Iphone, "MINE0002", Temper::Honest).await;
        let (_, other) = service.enrolled(Model::Iphone, "OTHER002", Temper::Honest).await;
        let hand = Hand::of(&phone);
        let mut stranger = hand.clone();
        let validity = Validity::lasting(service.world.now(), Span::from_secs(3600));
        stranger.certificate = self_signed(&hand.key, "device", validity, [7; 16]).unwrap();
        assert_eq!(stranger.idle(&service).await.status, 403, "signed well, by nobody we know");
        assert_eq!(stranger.authenticate(&service).await.status, 403);
        assert_eq!(stranger.token_update(&service, b"t", None).await.status, 403);

        let mut thief = Hand::of(&other);
        thief.udid.clone_from(&hand.udid);
        assert_eq!(thief.idle(&service).await.status, 403, "its own certificate, another's name");
        assert_eq!(thief.check_in(&service, "CheckOut", []).await.status, 403);
        assert_eq!(thief.token_update(&service, b"t", None).await.status, 403);
        assert_eq!(hand.idle(&service).await.status, 200, "the victim noticed nothing");
        assert!(service.has_entry("check-in.refused", "certificate").await);
    });
}

#[test]
fn a_certificate_ends_with_its_enrolment_and_with_its_time() {
    Service::run_on_both(async |service| {
        let holder = service.person("100", true).await;
        service.register("ENDS0001", DeviceKind::Iphone, Some(holder)).await;
        let enrol = async || {
            let file = service.profile_again("ENDS0001").await;
            let hand = Hand::buy(&service, &file, "ENDS0001", "UDID-E").await.unwrap();
            assert_eq!(hand.authenticate(&service).await.status, 200);
            assert_eq!(hand.idle(&service).await.status, 403, "not yet under management");
            assert_eq!(hand.token_update(&service, b"token", None).await.status, 200);
            hand
        };
        let first = enrol().await;
        assert_eq!(first.idle(&service).await.status, 200);
        let second = enrol().await;
        // A second later, or it would be the very message that was taken before, which is answered and changes nothing.
        service.world.clock.advance(Span::from_secs(1));
        assert_eq!(first.idle(&service).await.status, 403, "superseded");
        assert_eq!(first.authenticate(&service).await.status, 403, "and it opens nothing new");
        assert_eq!(second.idle(&service).await.status, 200);

        service.world.clock.advance(Span::from_secs(366 * 24 * 3600));
        assert_eq!(second.idle(&service).await.status, 403, "expired");
        assert_eq!(second.authenticate(&service).await.status, 403);
        assert_eq!(second.check_in(&service, "CheckOut", []).await.status, 403);
    });
}

#[test]
fn a_proxy_is_trusted_only_where_the_settings_say_so() {
    let scratch = testkit::scratch_sqlite();
    testkit::block_on(async {
        let trusting = gateway::Options {
            certificate_header: Some("x-client-cert".into()),
            ..gateway::Options::default()
        };
        let service = Service::start(&scratch.config, trusting).await;
        let (_, phone) = service.enrolled(Model::Iphone, "PROXY001", Temper::Honest).await;
        let hand = Hand::of(&phone);
        let pem = hand.certificate.to_pem();
        let encoded = pem.replace('+', "%2B").replace('\n', "%0A").replace(' ', "%20");
        let header = |value: &str| Some(("X-Client-Cert", value.to_owned()));
        assert_eq!(with(&service, idle(&hand), header(&encoded)).await.status, 200);
        for bad in ["", "%", "%0", "not a certificate", &BASE64.encode(hand.certificate.der())] {
            assert_eq!(with(&service, idle(&hand), header(bad)).await.status, 400, "{bad}");
        }
        let request = service.link.client.put(format!("{}/apple/mdm", service.address)).body(idle(&hand));
        let both = request.header("X-Client-Cert", &encoded).header("Mdm-Signature", "AAAA");
        assert_eq!(send(both).await.status, 400, "a bad signature is not helped by a header");
    });
    Service::run(async |service| {
        let (_, phone) = service.enrolled(Model::Iphone, "PROXY002", Temper::Honest).await;
        let hand = Hand::of(&phone);
        let encoded = hand.certificate.to_pem().replace('\n', "%0A");
        let answer = with(&service, idle(&hand), Some(("X-Client-Cert", encoded))).await;
        assert_eq!(answer.status, 400, "nobody said that the proxy is to be trusted");
    });
}
