//! Answers that cannot be read, wholly or in part: the queue goes on, and the device's page says what was lost.

use devices_app::commands::Order;
use domain::{CommandState, DeviceId};
use kernel::access::permit;
use store::commands::Command;

use crate::common::Service;
use crate::hand::Hand;

const TYPE: Option<&str> = Some("application/x-apple-aspen-mdm");

impl Service {
    /// Orders a report; gives the question that is handed over first, which is what the device is.
    async fn asked(&self, device: DeviceId, hand: &Hand) -> String {
        hand.drain(self).await;
        devices_app::commands::order(&self.app, permit(&self.desk).unwrap(), device, Order::Refresh, "test")
            .await
            .unwrap();
        let (kind, id) = hand.idle(self).await.command().unwrap();
        assert_eq!(kind, "DeviceInformation");
        id
    }

    async fn command(&self, device: DeviceId, id: &str) -> Command {
        self.commands(device).await.into_iter().find(|command| command.id.to_string() == id).unwrap()
    }

    async fn fact(&self, device: DeviceId, name: &str) -> Option<String> {
        let facts = self.app.store().read(move |tx| store::messages::facts(tx, device)).await.unwrap();
        facts.get(name).map(|fact| fact.value.to_string())
    }
}

/// An answer with a value of the test's own, as it goes over the wire.
fn answer(hand: &Hand, command: &str, status: &str, value: &str) -> Vec<u8> {
    format!(
        "<?xml version=\"1.0\"?><plist version=\"1.0\"><dict><key>CommandUUID</key><string>{command}</string>{status}\
         <key>UDID</key><string>{}</string><key>QueryResponses</key><dict><key>OSVersion</key><string>18.1</string>\
         <key>X</key>{value}</dict></dict></plist>",
        hand.udid
    )
    .into_bytes()
}

const ACKNOWLEDGED: &str = "<key>Status</key><string>Acknowledged</string>";

#[test]
fn one_bad_value_is_named_and_the_rest_counts() {
    Service::run_on_both(async |service| {
        let (device, hand) = service.managed("ONEBAD01").await;
        for (bad, why) in [
            ("<integer>18446744073709551616</integer>", "not a whole number"),
            ("<integer>3.0</integer>", "not a whole number"),
            ("<date>2026-11-01T10:00:00+0000</date>", "not a date"),
            ("<date/>", "not a date"),
            ("<date>2147483647-07-28T00:00:00Z</date>", "not a date"),
            ("<date>-0001-12-30T00:00:00Z</date>", "not a date"),
            ("<string>van &#128664; &#xD83D;</string>", "a character that XML does not have"),
        ] {
            let id = service.asked(device, &hand).await;
            let next = hand.put(&service, "/apple/mdm", TYPE, answer(&hand, &id, ACKNOWLEDGED, bad)).await;
            assert_eq!(next.command().unwrap().0, "SecurityInfo", "{bad}");
            let command = service.command(device, &id).await;
            assert_eq!(command.state, CommandState::Acknowledged, "{bad}");
            let said = command.error.unwrap();
            assert!(said.contains("QueryResponses.X") && said.contains(why), "{bad}: {said}");
            assert_eq!(service.fact(device, "os.version").await.as_deref(), Some("18.1"), "{bad}");
        }
    });
}

#[test]
fn an_answer_in_another_form_is_read_whole() {
    Service::run(async |service| {
        let (device, hand) = service.managed("FORMS002").await;
        let forms: [fn(Vec<u8>) -> Vec<u8>; 3] = [
            |text| [&text[..], b"\n\0"].concat(),
            |text| {
                let wide = String::from_utf8(text).unwrap();
                [0xff, 0xfe].into_iter().chain(wide.encode_utf16().flat_map(u16::to_le_bytes)).collect()
            },
            |text| text,
        ];
        for form in forms {
            let id = service.asked(device, &hand).await;
            let body = form(answer(&hand, &id, ACKNOWLEDGED, "<data>YWJjZA</data>"));
            assert_eq!(
                hand.put(&service, "/apple/mdm", TYPE, body).await.command().unwrap().0,
                "SecurityInfo"
            );
            let command = service.command(device, &id).await;
            assert_eq!((command.state, command.error), (CommandState::Acknowledged, None));
        }
    });
}

/// No status, no end of the list: the command is closed with the reason, and what waits behind it is reached.
#[test]
fn a_command_whose_answer_cannot_be_read_is_closed() {
    Service::run_on_both(async |service| {
        let (device, hand) = service.managed("CLOSED01").await;
        let broken = |id: &str| {
            let whole = answer(&hand, id, ACKNOWLEDGED, "<true/>");
            whole[..whole.len() - 20].to_vec()
        };
        let without = |id: &str| answer(&hand, id, "", "<true/>");
        let empty = |id: &str| answer(&hand, id, "<key>Status</key><string></string>", "<true/>");
        for turn in 0..3 {
            let path = if turn == 0 { "/apple/connect" } else { "/apple/mdm" };
            let id = service.asked(device, &hand).await;
            let body = match turn {
                0 => broken(&id),
                1 => without(&id),
                _ => empty(&id),
            };
            let next = hand.put(&service, path, TYPE, body).await;
            assert_eq!(next.command().unwrap().0, "SecurityInfo");
            let command = service.command(device, &id).await;
            assert_eq!(command.state, CommandState::Failed);
            let said = command.error.unwrap();
            assert!(said.contains("could not be read") || said.contains("does not say how"), "{said}");
        }
        assert!(service.has_entry("command.answered", "failed").await);
    });
}

#[test]
fn nobody_closes_another_device_s_command() {
    Service::run_on_both(async |service| {
        let (device, hand) = service.managed("MINE0002").await;
        let (_, other) = service.managed("OTHER002").await;
        let id = service.asked(device, &hand).await;
        let whole = answer(&other, &id, ACKNOWLEDGED, "<true/>");
        let broken = whole[..whole.len() - 20].to_vec();
        assert_eq!(other.put(&service, "/apple/mdm", TYPE, broken.clone()).await.status, 200);
        assert_eq!(service.command(device, &id).await.state, CommandState::Delivered);
        // A certificate that is bound to nothing closes nothing either.
        let stranger = service.bought("NOBODY02", "UDID-N").await;
        assert_eq!(stranger.put(&service, "/apple/mdm", TYPE, broken).await.status, 400);
        assert_eq!(service.command(device, &id).await.state, CommandState::Delivered);
    });
}

/// An answer over the limit is refused before anybody knows whose it is; the question is not asked for ever.
#[test]
fn a_question_that_is_never_answered_gives_way() {
    let scratch = testkit::scratch_sqlite();
    testkit::block_on(async {
        let small = gateway::Options { body_limit: 16 * 1024, ..gateway::Options::default() };
        let service = Service::start(&scratch.config, small).await;
        let (device, hand) = service.managed("TOOLONG1").await;
        let id = service.asked(device, &hand).await;
        let long = format!("<string>{}</string>", "x".repeat(20_000));
        for _ in 0..4 {
            let body = answer(&hand, &id, ACKNOWLEDGED, &long);
            assert_eq!(hand.put_head(&service, "/apple/mdm", TYPE, &body).await.status, 413);
            assert_eq!(hand.idle(&service).await.command().unwrap().1, id, "it is offered again");
        }
        assert_eq!(hand.idle(&service).await.command().unwrap().0, "SecurityInfo");
        let command = service.command(device, &id).await;
        assert_eq!(command.state, CommandState::Uncertain, "an answer that comes late still counts");
        assert!(command.error.unwrap().contains("body_limit"));
    });
}

#[test]
fn long_lists_are_read() {
    Service::run(async |service| {
        let (device, hand) = service.managed("LONGLIST").await;
        hand.drain(&service).await;
        devices_app::commands::order(
            &service.app,
            permit(&service.desk).unwrap(),
            device,
            Order::Refresh,
            "test",
        )
        .await
        .unwrap();
        let mut answered = hand.idle(&service).await;
        loop {
            let (kind, id) = answered.command().unwrap();
            if kind != "InstalledApplicationList" {
                answered = hand.report(&service, "Acknowledged", Some(&id), []).await;
                continue;
            }
            // More than a hundred thousand values.
            let app = |n: usize| {
                format!(
                    "<dict><key>Identifier</key><string>a.{n}</string><key>k</key><array>{}</array></dict>",
                    "<true/>".repeat(100)
                )
            };
            let apps: String = (0..1_100).map(app).collect();
            let body = format!(
                "<plist><dict><key>CommandUUID</key><string>{id}</string>{ACKNOWLEDGED}<key>UDID</key><string>{}</string>\
                 <key>InstalledApplicationList</key><array>{apps}</array></dict></plist>",
                hand.udid
            );
            assert!(body.matches("<true/>").count() > 100_000);
            assert_eq!(hand.put(&service, "/apple/mdm", TYPE, body.into_bytes()).await.status, 200);
            assert_eq!(service.command(device, &id).await.state, CommandState::Acknowledged);
            break;
        }
    });
}
