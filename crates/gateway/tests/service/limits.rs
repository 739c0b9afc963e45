//! What comes from outside is bounded: in size, in depth, and in what it leaves behind.

use std::collections::BTreeMap;
use std::path::Path;

use domain::Span;
use pki::{Validity, self_signed};
use store::StoreConfig;

use crate::common::Service;
use crate::hand::{Hand, announced, post_scep, send};

/// How many rows each table has.
fn rows(path: &Path) -> BTreeMap<String, i64> {
    let database = rusqlite::Connection::open(path).unwrap();
    let mut names = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").unwrap();
    let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    names
        .into_iter()
        .map(|name| {
            let count = database.query_row(&format!("SELECT count(*) FROM {name}"), [], |row| row.get(0));
            (name, count.unwrap())
        })
        .collect()
}

fn nested(depth: usize) -> Vec<u8> {
    let mut text = String::from("<?xml version=\"1.0\"?><plist version=\"1.0\"><dict><key>a</key>");
    text.push_str(&"<array>".repeat(depth));
    text.push_str(&"</array>".repeat(depth));
    text.push_str("<key>MessageType</key><string>CheckOut</string></dict></plist>");
    text.into_bytes()
}

fn wide(values: usize) -> Vec<u8> {
    let mut text = String::from("<plist version=\"1.0\"><dict><key>a</key><array>");
    text.push_str(&"<true/>".repeat(values));
    text.push_str("</array></dict></plist>");
    text.into_bytes()
}

#[test]
fn what_is_too_large_too_deep_or_no_list_is_refused_and_leaves_nothing() {
    let scratch = testkit::scratch_sqlite();
    let StoreConfig::Sqlite { path, .. } = scratch.config.clone() else { panic!("a file") };
    testkit::block_on(async {
        let service = Service::start(&scratch.config, gateway::Options::default()).await;
        let (_, hand) = service.managed("LIMITS01").await;
        let before = rows(&path);
        let limit = gateway::Options::default().body_limit;
        for door in ["/apple/mdm", "/apple/checkin", "/apple/connect"] {
            let put = async |body: Vec<u8>| hand.put(&service, door, None, body).await.status;
            let url = format!("{}{door}", service.address);
            let large = service.link.client.put(url).body(announced(limit + 1));
            assert_eq!(send(large).await.status, 413, "{door}");
            assert_eq!(put(vec![b' '; limit]).await, 400, "{door}");
            for (what, bad) in [
                ("nothing", Vec::new()),
                ("deep", nested(10_000)),
                ("wide", wide(140_000)),
                ("cut", nested(3)[..60].to_vec()),
                ("binary", b"bplist00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff".to_vec()),
                ("no message", b"<plist version=\"1.0\"><dict/></plist>".to_vec()),
                ("a list", b"<plist version=\"1.0\"><array/></plist>".to_vec()),
                ("entities", b"<!DOCTYPE a [<!ENTITY b \"c\">]><plist><string>&b;</string></plist>".to_vec()),
            ] {
                assert_eq!(put(bad).await, 400, "{what} at {door}");
            }
            let get = send(service.link.client.get(format!("{}{door}", service.address))).await;
            assert_eq!(get.status, 405);
        }
        assert_eq!(rows(&path), before);
        assert!(!hand.drain(&service).await.is_empty() || hand.idle(&service).await.status == 200);
        let before = rows(&path);
        assert_eq!(post_scep(&service, vec![0; kernel::intake::SMALL + 1]).await.status, 413);
        assert_eq!(rows(&path), before);
    });
}

#[test]
fn whoever_is_not_known_may_send_64_kib_and_a_device_more() {
    Service::run_on_both(async |service| {
        let (device, hand) = service.managed("LARGE001").await;
        let mut stranger = hand.clone();
        let validity = Validity::lasting(service.world.now(), Span::from_secs(3600));
        stranger.certificate = self_signed(&stranger.key, "x", validity, [9; 16]).unwrap();
        let bought = service.bought("LARGE002", "U2").await;
        let (small, large) = (kernel::intake::SMALL, kernel::intake::SMALL + 1);
        let put = async |hand: &Hand, bytes: usize| {
            hand.put(&service, "/apple/mdm", None, vec![b' '; bytes]).await.status
        };
        let refused =
            async |hand: &Hand| hand.put_head(&service, "/apple/mdm", None, &vec![b' '; large]).await.status;
        assert_eq!((put(&stranger, small).await, refused(&stranger).await), (400, 413));
        assert_eq!(put(&hand, large).await, 400, "it is read, and says nothing");
        assert_eq!(put(&bought, large).await, 400, "so is that of a certificate which was not used yet");
        let unsigned = |body: reqwest::Body| {
            send(service.link.client.put(format!("{}/apple/mdm", service.address)).body(body))
        };
        assert_eq!(unsigned(announced(large)).await.status, 413);
        assert_eq!(unsigned(vec![b' '; small].into()).await.status, 400);

        // An honest answer that is large arrives, in one piece and in many.
        let notes = plist::Value::String("x".repeat(large));
        let answer = hand.report(&service, "Idle", None, [("Notes", notes)]).await;
        assert_eq!(answer.status, 200);

        let sha256 = hand.certificate.sha256_hex();
        let now = service.world.now();
        let revoked =
            service.app.store().write(move |tx| store::certificates::revoke(tx, &sha256, now, "test"));
        assert!(revoked.await.unwrap());
        assert_eq!(refused(&hand).await, 413, "{device}: a certificate that is revoked is nobody's");
    });
}

#[test]
fn a_large_body_is_not_read_before_its_sender_is_known() {
    testkit::block_on(async {
        let scratch = testkit::scratch_sqlite();
        let service = Service::start(&scratch.config, gateway::Options::default()).await;
        let address = service.address.strip_prefix("http://").unwrap().to_owned();
        // A length that is announced is answered without a byte of the body; one that is not, after 64 KiB of it.
        let announced = "Content-Length: 1000000\r\n";
        assert!(said_to(&address, announced, 0).await.starts_with("HTTP/1.1 413"));
        let piece = kernel::intake::SMALL / 1024 + 1;
        assert!(said_to(&address, "Transfer-Encoding: chunked\r\n", piece).await.starts_with("HTTP/1.1 413"));
    });
}

/// The first line that is answered to a head and so many pieces of a body that never ends.
async fn said_to(address: &str, head: &str, pieces: usize) -> String {
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

    let mut connection = tokio::net::TcpStream::connect(address).await.unwrap();
    let head = format!("PUT /apple/mdm HTTP/1.1\r\nHost: x\r\n{head}\r\n");
    connection.write_all(head.as_bytes()).await.unwrap();
    for _ in 0..pieces {
        let piece = format!("400\r\n{}\r\n", "x".repeat(1024));
        connection.write_all(piece.as_bytes()).await.unwrap();
    }
    let mut line = String::new();
    BufReader::new(&mut connection).read_line(&mut line).await.unwrap();
    line
}

#[test]
fn strangers_cannot_fill_the_ledger() {
    let scratch = testkit::scratch_sqlite();
    let StoreConfig::Sqlite { path, .. } = scratch.config.clone() else { panic!("a file") };
    testkit::block_on(async {
        let service = Service::start(&scratch.config, gateway::Options::default()).await;
        let known = service.bought("KNOWN001", "U1").await;
        let mut stranger = known.clone();
        let validity = Validity::lasting(service.world.now(), Span::from_secs(3600));
        stranger.certificate = self_signed(&stranger.key, "x", validity, [9; 16]).unwrap();
        let before = rows(&path);
        let body = stranger.check_in_message("CheckOut", []);
        let (body, count) = (crate::hand::xml(body), 500);
        let signature = stranger.signature(&body, &service);
        for _ in 0..count {
            let request = service.link.client.put(format!("{}/apple/checkin", service.address));
            let answer = send(request.header("Mdm-Signature", &signature).body(body.clone())).await;
            assert_eq!(answer.status, 403);
        }
        let noted = |after: &BTreeMap<String, i64>| after["ledger_entry"] - before["ledger_entry"];
        let after = rows(&path);
        assert_eq!(noted(&after), 60, "a minute's worth");

        // Nor can a known device that is refused again and again, and it does not use up the strangers' share.
        for _ in 0..50 {
            assert_eq!(known.check_in(&service, "CheckOut", []).await.status, 403);
        }
        let after = rows(&path);
        assert_eq!(noted(&after), 70);
        let elsewhere = |rows: &BTreeMap<String, i64>| {
            let ledger = ["ledger_entry", "ledger_detail"];
            rows.iter()
                .filter(|(name, _)| !ledger.contains(&name.as_str()))
                .map(|(_, count)| count)
                .sum::<i64>()
        };
        assert_eq!(elsewhere(&after), elsewhere(&before), "nothing is left anywhere else");

        service.world.clock.advance(Span::from_secs(60));
        assert_eq!(known.check_in(&service, "CheckOut", []).await.status, 403);
        assert_eq!(noted(&rows(&path)), 71, "a new minute");
    });
}

#[test]
fn a_hundred_devices_at_once_are_all_answered() {
    Service::run_on_both(async |service| {
        let (_, hand) = service.managed("CROWD001").await;
        let (_, other) = service.managed("CROWD002").await;
        service.pass(10).await;
        let asks = (0..100).map(|turn| {
            let hand: Hand = if turn % 2 == 0 { hand.clone() } else { other.clone() };
            let service = &service;
            async move { hand.idle(service).await.command().expect("a command waits") }
        });
        let answers = futures_util::future::join_all(asks).await;
        let of = |parity: usize| answers.iter().skip(parity).step_by(2).collect::<Vec<_>>();
        assert!(of(0).windows(2).all(|pair| pair[0] == pair[1]), "the same command until it is answered");
        assert_ne!(of(0)[0], of(1)[0]);
    });
}
