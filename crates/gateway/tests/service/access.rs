//! Every address of the door, without its proof, with a wrong one, an old one and somebody else's.

use std::collections::BTreeSet;

use custody_app::register::NewDevice;
use domain::{DeviceKind, Force, Span};
use gateway::routes::{Address, Guard, addresses};
use kernel::access::{ACTIONS, ApiScope, permit};
use people_app::NewPerson;
use pki::{Validity, self_signed};
use serde_json::Value;
use sign_in_app::tokens::NewToken;

use crate::common::Service;
use crate::directory::{Directory, user};
use crate::hand::{Hand, dict, xml};

/// Makes a token of one day.
async fn token(service: &Service, scope: ApiScope, force: Force) -> (domain::TokenId, String) {
    let new = NewToken { name: scope.as_str().into(), scope, force: Some(force), days: 1 };
    let (id, secret) =
        sign_in_app::tokens::make_token(&service.app, permit(&service.desk).unwrap(), new).await.unwrap();
    (id, secret.expose().clone())
}

fn method_of(address: &Address) -> reqwest::Method {
    if address.method == "any" { reqwest::Method::GET } else { address.method.parse().unwrap() }
}

/// The status that an address answers, asked about a thing, with whatever token.
async fn status(service: &Service, address: &Address, thing: &str, token: Option<&str>) -> u16 {
    let path = address.path.replace("{id}", thing).replace("{name}", "User").replace("{urn}", "no-such");
    let url = format!("{}{path}", service.address);
    let mut request = service.link.client.request(method_of(address), url);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    request.send().await.unwrap().status().as_u16()
}

fn guarded_by_tokens() -> Vec<(Address, &'static str)> {
    let token = |address: Address| match address.guard {
        Guard::Token(action) => Some((address, action)),
        Guard::Device | Guard::Shared(_) | Guard::Anybody(_) => None,
    };
    addresses().into_iter().filter_map(token).collect()
}

#[test]
fn the_tables_name_each_address_once_and_real_actions() {
    let mut seen = BTreeSet::new();
    for address in addresses() {
        assert!(seen.insert((address.method, address.path.clone())), "{} twice", address.path);
        if let Guard::Token(action) = address.guard {
            assert!(ACTIONS.contains(&action), "{} needs {action}", address.path);
            let scopes = ApiScope::ALL.iter().filter(|scope| scope.actions().contains(&action));
            assert_eq!(scopes.count(), 1, "{action} belongs to one scope");
        }
    }
    let open: Vec<String> = addresses()
        .into_iter()
        .filter(|address| matches!(address.guard, Guard::Anybody(why) if !why.is_empty()))
        .map(|address| format!("{} {}", address.method, address.path))
        .collect();
    let expected = [
        "GET /.well-known/com.apple.remotemanagement",
        "GET /scep",
        "POST /scep",
        "GET /device-ca.crl",
        "GET /healthz",
        "GET /readyz",
    ];
    assert_eq!(open, expected, "an address for anybody is a decision: review it");
}

#[test]
fn what_is_for_anybody_asks_for_nothing_and_gives_no_more_than_it_must() {
    Service::run(async |service| {
        let expected = [403, 400, 400, 200, 200, 200];
        let open = addresses().into_iter().filter(|address| matches!(address.guard, Guard::Anybody(_)));
        for (address, expected) in open.zip(expected) {
            assert_eq!(status(&service, &address, "", None).await, expected, "{}", address.path);
        }
    });
}

#[test]
fn a_token_opens_its_scope_for_its_time_and_nothing_else() {
    Service::run(async |service| {
        let mut old = Vec::new();
        for scope in ApiScope::ALL {
            old.push(token(&service, *scope, domain::samples::NORFOLK).await.1);
        }
        service.pass(25 * 3600).await;
        let (ended, secret) = token(&service, ApiScope::Scim, domain::samples::NORFOLK).await;
        sign_in_app::tokens::end_token(&service.app, permit(&service.desk).unwrap(), ended).await.unwrap();
        old.push(secret);
        old.extend(["".into(), "lanyard_".into(), "lanyard_AAAA".into()]);
        let mut live = Vec::new();
        for scope in ApiScope::ALL {
            live.push((*scope, token(&service, *scope, domain::samples::NORFOLK).await.1));
        }
        let entries = service.ledger_actions().await.len();
        let mut wrong = Vec::new();
        for (address, action) in guarded_by_tokens() {
            let mut expect = async |token: Option<&str>, wanted: &[u16], what: &str| {
                let got = status(&service, &address, "no-such", token).await;
                if !wanted.contains(&got) {
                    wrong.push(format!("{} {} {what}: {got}", address.method, address.path));
                }
            };
            // Whoever comes too often without a good one is not listened to for a while.
            service.world.clock.advance(Span::from_secs(15 * 60));
            expect(None, &[401], "without a token").await;
            for token in &old {
                expect(Some(token), &[401], "with one that does not work").await;
            }
            for (scope, token) in &live {
                if scope.actions().contains(&action) {
                    expect(Some(token), &[200, 400, 404, 415, 501], "with its own").await;
                } else {
                    expect(Some(token), &[403], "with one of another scope").await;
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert_eq!(service.ledger_actions().await.len(), entries, "refused requests changed nothing");
    });
}

#[test]
fn a_token_of_the_other_force_finds_nothing() {
    Service::run(async |service| {
        let norfolk = Directory::of(&service, domain::samples::NORFOLK).await;
        let made = norfolk.post("/Users", user("ames", "1234")).await.body;
        let group = serde_json::json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Desk",
        });
        let group = norfolk.post("/Groups", group).await.body;
        let (_, suffolk) = token(&service, ApiScope::Scim, domain::samples::SUFFOLK).await;
        let id = |body: &Value| body["id"].as_str().unwrap().to_owned();
        for (address, _) in guarded_by_tokens() {
            let thing = if address.path.contains("/Groups") { id(&group) } else { id(&made) };
            let got = status(&service, &address, &thing, Some(&suffolk)).await;
            if address.path.contains("{id}") && address.method != "PUT" && address.method != "PATCH" {
                assert_eq!(got, 404, "{} {}", address.method, address.path);
            }
            assert!(got >= 400 || address.method == "GET" || address.method == "any", "{got}");
        }
        for path in [format!("/Users/{}", id(&made)), format!("/Groups/{}", id(&group))] {
            let now = norfolk.get(&path).await;
            assert_eq!((now.status, now.body["id"].is_string()), (200, true), "still there and unchanged");
        }
    });
}

/// An enrolled phone of a force.
async fn phone(service: &Service, force: Force, serial: &str) -> Hand {
    let desk = || permit(&service.desk).unwrap();
    let new = NewPerson {
        force: Some(force),
        number: serial.into(),
        name: format!("Person {serial}"),
        role: "officer".into(),
        ..NewPerson::default()
    };
    let holder = people_app::add_person(&service.app, permit(&service.desk).unwrap(), new).await.unwrap();
    for document in service.app.policy().all_terms().keys() {
        terms_app::accept_terms(&service.app, permit(&service.desk).unwrap(), holder, document, "page")
            .await
            .unwrap();
    }
    let kind = DeviceKind::Iphone;
    let new = NewDevice { serial: serial.into(), kind, force, holder: Some(holder), asset_tag: None };
    custody_app::register::add_device(&service.app, desk(), new).await.unwrap();
    let hand = Hand::buy(service, &service.profile(serial, true).await, serial, &format!("UDID-{serial}"))
        .await
        .unwrap();
    assert_eq!(hand.authenticate(service).await.status, 200);
    assert_eq!(hand.token_update(service, b"push-token", None).await.status, 200);
    hand
}

/// What the address answers to a message that names a device, with somebody's signature.
async fn says(
    service: &Service,
    address: &Address,
    named: &Hand,
    signature: Option<&Hand>,
    other: bool,
) -> u16 {
    let token = plist::Value::Data(b"push-token".to_vec());
    let body = if address.path.ends_with("connect") {
        xml(dict([("Status", "Idle".into()), ("UDID", named.udid.as_str().into())]))
    } else {
        xml(named.check_in_message("TokenUpdate", [("Token", token), ("PushMagic", "magic".into())]))
    };
    let mut request =
        service.link.client.request(method_of(address), format!("{}{}", service.address, address.path));
    if let Some(hand) = signature {
        let signed = if other { b"other bytes".to_vec() } else { body.clone() };
        request = request.header("Mdm-Signature", hand.signature(&signed, service));
    }
    let status = request.body(body).send().await.unwrap().status().as_u16();
    assert_ne!(status, 401, "401 unenrols a device");
    status
}

#[test]
fn a_device_is_believed_about_itself_while_its_certificate_lasts() {
    Service::run_on_both(async |service| {
        let own = phone(&service, domain::samples::NORFOLK, "OWN00001").await;
        let thief = phone(&service, domain::samples::SUFFOLK, "THIEF001").await;
        let mut stranger = own.clone();
        let validity = Validity::lasting(service.world.now(), Span::from_secs(3600));
        stranger.certificate = self_signed(&own.key, "device", validity, [7; 16]).unwrap();
        let devices: Vec<Address> =
            addresses().into_iter().filter(|address| address.guard == Guard::Device).collect();
        assert_eq!(devices.len(), 6);
        for address in &devices {
            let at = &address.path;
            assert_eq!(says(&service, address, &own, None, false).await, 400, "{at}: unsigned");
            assert_eq!(
                says(&service, address, &own, Some(&own), true).await,
                400,
                "{at}: signed other bytes"
            );
            assert_eq!(says(&service, address, &own, Some(&stranger), false).await, 403, "{at}: a stranger");
            assert_eq!(
                says(&service, address, &own, Some(&thief), false).await,
                403,
                "{at}: the other force's"
            );
            assert_eq!(says(&service, address, &own, Some(&own), false).await, 200, "{at}: itself");
        }
        service.world.clock.advance(Span::from_secs(366 * 24 * 3600));
        for address in &devices {
            assert_eq!(
                says(&service, address, &own, Some(&own), false).await,
                403,
                "{}: expired",
                address.path
            );
        }
    });
}
