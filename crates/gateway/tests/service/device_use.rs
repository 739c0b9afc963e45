//! Another system's log: who used it when.

use domain::{Force, Timestamp};
use duty_app::{NewPattern, Rosters};
use kernel::access::{Actor, ApiScope, Permit, permit};
use kernel::imports;
use kernel::imports::{Apply, Choices, NewFile};
use off_duty_app::MOST_ROWS;
use serde_json::{Value, json};
use sign_in_app::tokens::NewToken;

use crate::common::Service;

struct Feed<'a> {
    service: &'a Service,
    token: String,
}

impl<'a> Feed<'a> {
    async fn of(service: &'a Service, force: Force) -> Self {
        let new = NewToken { name: "VPN".into(), scope: ApiScope::DeviceUse, force: Some(force), days: 300 };
        let (_, secret) = sign_in_app::tokens::make_token(&service.app, service.permit(), new).await.unwrap();
        Self { service, token: secret.expose().clone() }
    }

    async fn send(&self, query: &str, kind: &str, body: String) -> (u16, Value) {
        let url = format!("{}/api/v1/device-use{query}", self.service.address);
        let request = self.service.link.client.post(url).bearer_auth(&self.token);
        let response = request.header("content-type", kind).body(body).send().await.unwrap();
        let status = response.status().as_u16();
        (status, serde_json::from_str(&response.text().await.unwrap()).unwrap_or(Value::Null))
    }

    async fn says(&self, rows: &[(&str, &str)]) -> (u16, Value) {
        let events: Vec<Value> =
            rows.iter().map(|(person, at)| json!({ "person": person, "at": at })).collect();
        self.send("", "application/json", json!({ "events": events }).to_string()).await
    }

    async fn noted(&self) -> Vec<String> {
        let actions = self.service.ledger_actions().await.into_iter();
        actions.map(|(action, _)| action).filter(|action| action == "off-duty.reported").collect()
    }
}

impl Service {
    fn permit<A: kernel::access::Action>(&self) -> Permit<A> {
        permit(&self.desk).unwrap()
    }

    /// Somebody on days from Monday to Friday.
    async fn on_days(&self, number: &str) -> domain::PersonId {
        let person = self.person(number, true).await;
        let new = NewPattern {
            force: Some(domain::samples::NORFOLK),
            name: "Days".into(),
            shape: "week".into(),
            shifts: "D 09:00-17:00".into(),
            days: "D D D D D - -".into(),
        };
        // The second person finds the pattern there.
        let _ = duty_app::add_pattern(&self.app, self.permit(), new).await;
        let table = format!("number,kind,start,end,pattern\n{number},pattern,2026-11-01,,Days\n");
        let file = NewFile {
            force: Some(domain::samples::NORFOLK),
            bytes: table.into_bytes(),
            ..NewFile::default()
        };
        let read =
            imports::look::<Rosters>(&self.app, self.permit(), &file, Choices::default()).await.unwrap();
        assert!(read.plan.wrong.is_empty(), "{:?}", read.plan.wrong);
        let how = Apply { digest: read.plan.digest, all_or_nothing: true };
        imports::take::<Rosters>(&self.app, self.permit(), &file, Choices::default(), how).await.unwrap();
        person
    }

    async fn asked_about(&self, person: domain::PersonId) -> Vec<(String, String)> {
        let read = self.app.store().read(move |tx| store::off_duty::open_of(tx, person)).await.unwrap();
        read.into_iter().map(|one| (one.system, one.at.to_string())).collect()
    }
}

fn saturday() -> Timestamp {
    "2026-11-28T21:00:00Z".parse().unwrap()
}

#[test]
fn use_off_duty_is_noted_once_a_day_and_nothing_else_is() {
    Service::run_on_both(async |service| {
        service.world.clock.set(saturday());
        let (ames, unknown) = (service.on_days("1234").await, service.person("99", true).await);
        let feed = Feed::of(&service, domain::samples::NORFOLK).await;
        let rows = [
            ("1234", "2026-11-28T20:00:00Z"),
            ("1234", "2026-11-28T19:00:00+00:00"),
            ("1234", "2026-11-27T10:00:00Z"),
            ("99", "2026-11-28T20:00:00Z"),
        ];
        let (status, told) = feed.says(&rows).await;
        assert_eq!((status, &told["good"], &told["taken"]), (200, &json!(4), &json!(true)), "{told}");
        assert_eq!(
            service.asked_about(ames).await,
            [("VPN".to_owned(), "2026-11-28T19:00:00.000Z".to_owned())]
        );
        assert_eq!(service.asked_about(unknown).await, [], "unknown duty is not off duty here");
        // The same rows again, and two at once.
        let (one, two) = tokio::join!(feed.says(&rows), feed.says(&rows));
        assert_eq!((one.0, two.0), (200, 200));
        assert_eq!(service.asked_about(ames).await.len(), 1);
        assert_eq!(feed.noted().await.len(), 1, "one entry for what was new, none for what was not");
    });
}

#[test]
fn a_wrong_row_is_named_and_the_rest_goes_in_or_nothing_does() {
    Service::run(async |service| {
        service.world.clock.set(saturday());
        let ames = service.on_days("1234").await;
        let feed = Feed::of(&service, domain::samples::NORFOLK).await;
        let csv = "person,at\n1234,2026-11-28T20:00:00Z\n1234,2026-11-28\n777,2026-11-28T20:00:00Z\n\
                   1234,2026-11-30T20:00:00Z\n1234,2026-10-01T20:00:00Z\n";
        for query in ["?take=all-or-nothing", "?take=look"] {
            let (status, told) = feed.send(query, "text/csv; charset=utf-8", csv.into()).await;
            assert_eq!(status, if query.ends_with("look") { 200 } else { 422 });
            assert_eq!(
                (&told["good"], &told["faulty"], &told["taken"]),
                (&json!(1), &json!(4), &json!(false))
            );
            assert_eq!(service.asked_about(ames).await, []);
        }
        let (status, told) = feed.send("", "text/csv", csv.into()).await;
        let rows: Vec<&Value> =
            told["faults"].as_array().unwrap().iter().map(|fault| &fault["row"]).collect();
        assert_eq!((status, rows), (200, vec![&json!(2), &json!(3), &json!(4), &json!(5)]), "{told}");
        assert_eq!(service.asked_about(ames).await.len(), 1);
        for (query, kind, body, expected) in [
            ("?take=some", "text/csv", csv.to_owned(), 422),
            ("", "text/plain", csv.to_owned(), 415),
            ("", "application/json", csv.to_owned(), 422),
            ("", "text/csv", "name,when\n".into(), 422),
            ("", "text/csv", format!("person,at\n{}", "1,2026-11-28T20:00:00Z\n".repeat(MOST_ROWS + 1)), 422),
        ] {
            assert_eq!(feed.send(query, kind, body).await.0, expected, "{query} {kind}");
        }
        // One byte too many: the whole of it is sent before it is refused.
        assert_eq!(feed.send("", "text/csv", "x".repeat(1024 * 1024 + 1)).await.0, 413);
    });
}

#[test]
fn a_feed_reaches_nobody_over_the_wall() {
    Service::run(async |service| {
        service.world.clock.set(saturday());
        let ames = service.on_days("1234").await;
        let suffolk = Feed::of(&service, domain::samples::SUFFOLK).await;
        let (status, told) = suffolk.says(&[("1234", "2026-11-28T20:00:00Z")]).await;
        assert_eq!((status, &told["faulty"]), (200, &json!(1)));
        assert!(told["faults"][0]["why"].as_str().unwrap().contains("Suffolk"), "{told}");
        assert_eq!(service.asked_about(ames).await, []);
        assert!(permit::<kernel::access::ReportUse>(&Actor::command_line("x")).is_ok(), "no token, no force");
    });
}
