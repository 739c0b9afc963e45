//! Pushes to a local stand-in of the push service: who is pushed, how often, and what a refusal does.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use devices_app::commands::Order;
use domain::{DeviceId, Secret};
use kernel::access::permit;
use outbound::apns::{Apns, ApnsConfig};
use platform_apple::Push;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::common::Service;

/// What the stand-in saw, and what it says next: 200 unless told otherwise.
#[derive(Clone, Default)]
struct Seen {
    tokens: Arc<Mutex<Vec<String>>>,
    says: Arc<Mutex<Option<(u16, &'static str)>>>,
}

impl Seen {
    fn count(&self) -> usize {
        self.tokens.lock().unwrap().len()
    }

    fn say(&self, says: Option<(u16, &'static str)>) {
        *self.says.lock().unwrap() = says;
    }
}

async fn take(State(seen): State<Seen>, Path(token): Path<String>) -> (StatusCode, String) {
    seen.tokens.lock().unwrap().push(token);
    match *seen.says.lock().unwrap() {
        None => (StatusCode::OK, String::new()),
        Some((status, reason)) => {
            (StatusCode::from_u16(status).unwrap(), format!("{{\"reason\":\"{reason}\"}}"))
        }
    }
}

/// Starts a stand-in and a client of it.
async fn stand_in() -> (Seen, Apns) {
    let authority_key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let trust = params.self_signed(&authority_key).unwrap().pem();
    let issuer = rcgen::Issuer::new(params, authority_key);
    let leaf = |name: &str| {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
        (params.signed_by(&key, &issuer).unwrap().pem(), key.serialize_pem())
    };
    let (certificate, key) = leaf("localhost");
    let mut tls = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()],
            PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap(),
        )
        .unwrap();
    tls.alpn_protocols = vec![b"h2".to_vec()];
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Seen::default();
    let routes = Router::new().route("/3/device/{token}", post(take)).with_state(seen.clone());
    let config = axum_server::tls_rustls::RustlsConfig::from_config(Arc::new(tls));
    tokio::spawn(async move {
        axum_server::from_tcp_rustls(listener, config)
            .unwrap()
            .serve(routes.into_make_service())
            .await
            .unwrap();
    });
    let (certificate, key) = leaf("push");
    let apns = Apns::new(&ApnsConfig {
        address: format!("https://localhost:{port}"),
        identity_pem: Secret::new(format!("{certificate}{key}").into_bytes()),
        trust_pem: Some(trust.into_bytes()),
    });
    (seen, apns.unwrap())
}

impl Service {
    async fn push(&self, apns: &Apns) -> usize {
        devices_app::push::send_pushes(&self.app, &[Arc::new(Push::new(apns.clone()))], 100).await.unwrap()
    }

    async fn lock(&self, device: DeviceId) {
        let lock = Order::Lock { message: None, phone_number: None };
        devices_app::commands::order(&self.app, permit(&self.desk).unwrap(), device, lock, "test")
            .await
            .unwrap();
    }

    async fn push_failed(&self, device: DeviceId) -> Option<String> {
        let all = self.app.store().read(move |tx| store::enrolments::of_device(tx, device)).await.unwrap();
        all[0].push_failed.clone()
    }
}

#[test]
fn ten_commands_are_one_push() {
    Service::run_on_both(async |service| {
        let (seen, apns) = stand_in().await;
        let (id, _) = service.managed("PUSH0001").await;
        for _ in 0..10 {
            service.lock(id).await;
        }
        assert_eq!(service.push(&apns).await, 1);
        assert_eq!(*seen.tokens.lock().unwrap(), [hex_of(b"push-token")]);
        assert_eq!(service.push(&apns).await, 0, "nothing new");
        service.lock(id).await;
        service.push(&apns).await;
        assert_eq!(seen.count(), 2);
    });
}

#[test]
fn a_command_that_comes_while_a_push_is_under_way_gets_one_of_its_own() {
    Service::run_on_both(async |service| {
        let (id, _) = service.managed("PUSH0002").await;
        service.lock(id).await;
        let now = service.world.now();
        let lease = now.plus(domain::Span::from_secs(60));
        let mut push =
            service.app.store().read(move |tx| store::pushes::due(tx, now, 10)).await.unwrap().remove(0);
        let claim = push.clone();
        let claimed = async |mut push: store::pushes::PushDue| {
            let store = service.app.store().clone();
            store.write(move |tx| store::pushes::claim(tx, &mut push, lease)).await.unwrap()
        };
        assert!(claimed(claim.clone()).await);
        assert!(!claimed(claim).await, "another node was faster");
        push.due_at = lease;
        service.lock(id).await;
        service.app.store().write(move |tx| store::pushes::done(tx, &push, now, None)).await.unwrap();
        let (seen, apns) = stand_in().await;
        assert_eq!(service.push(&apns).await, 1, "the second lock is not forgotten");
        assert_eq!(seen.count(), 1);
    });
}

#[test]
fn a_dead_token_is_left_alone_until_the_device_gives_another() {
    Service::run_on_both(async |service| {
        let (seen, apns) = stand_in().await;
        let (id, hand) = service.managed("PUSH0003").await;
        service.lock(id).await;
        seen.say(Some((410, "Unregistered")));
        service.push(&apns).await;
        assert_eq!(seen.count(), 1);
        assert!(service.push_failed(id).await.unwrap().contains("Unregistered"));
        service.lock(id).await;
        assert_eq!(service.push(&apns).await, 0);
        service.world.clock.advance(domain::Span::from_secs(24 * 3600));
        assert_eq!(
            devices_app::push::push_the_waiting(&service.app, 100).await.unwrap(),
            0,
            "or the worker would never rest"
        );
        assert_eq!((service.push(&apns).await, seen.count()), (0, 1));

        seen.say(None);
        hand.token_update(&service, b"fresh", None).await;
        service.push(&apns).await;
        assert_eq!(seen.tokens.lock().unwrap().last(), Some(&hex_of(b"fresh")));
        assert_eq!(service.push_failed(id).await, None);
    });
}

#[test]
fn a_busy_push_service_is_tried_again_later() {
    Service::run_on_both(async |service| {
        let (seen, apns) = stand_in().await;
        let (id, _) = service.managed("PUSH0004").await;
        service.lock(id).await;
        seen.say(Some((503, "ServiceUnavailable")));
        service.push(&apns).await;
        assert_eq!((service.push(&apns).await, seen.count()), (0, 1), "not at once");
        seen.say(None);
        service.world.clock.advance(domain::Span::from_secs(60));
        assert_eq!((service.push(&apns).await, seen.count()), (1, 2));
        assert_eq!(service.push(&apns).await, 0);
        // A refusal that is our own fault is not repeated, and said.
        service.lock(id).await;
        seen.say(Some((403, "BadCertificate")));
        service.push(&apns).await;
        assert_eq!(service.push(&apns).await, 0);
        assert!(service.push_failed(id).await.unwrap().contains("BadCertificate"));
    });
}

#[test]
fn commands_that_wait_for_hours_have_their_device_pushed_again() {
    Service::run(async |service| {
        let (seen, apns) = stand_in().await;
        let (id, hand) = service.managed("PUSH0005").await;
        service.lock(id).await;
        service.push(&apns).await;
        assert_eq!(devices_app::push::push_the_waiting(&service.app, 100).await.unwrap(), 0);
        service.world.clock.advance(domain::Span::from_secs(5 * 3600));
        assert_eq!(devices_app::push::push_the_waiting(&service.app, 100).await.unwrap(), 1);
        service.push(&apns).await;
        assert_eq!(seen.count(), 2);
        hand.drain(&service).await;
        service.world.clock.advance(domain::Span::from_secs(5 * 3600));
        assert_eq!(devices_app::push::push_the_waiting(&service.app, 100).await.unwrap(), 0, "nothing waits");
        // What waits for a second person is nothing that the device could fetch.
        let permit = permit(&service.desk).unwrap();
        devices_app::commands::order_destruction(&service.app, permit, id, Order::Erase, "stolen")
            .await
            .unwrap();
        service.world.clock.advance(domain::Span::from_secs(5 * 3600));
        assert_eq!(devices_app::push::push_the_waiting(&service.app, 100).await.unwrap(), 0);
    });
}

fn hex_of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
