//! The address of a person's calendar: shown once, one a person, read without a sign-in, and gone when it is withdrawn or they leave.

use duty_app::rota::{calendar_at, make_calendar_address, own_on_call, withdraw_calendar_address};
use kernel::access::{AcceptOwn, SeeOwn};

use super::*;

fn own(app: &App, person: PersonId) -> Permit<AcceptOwn> {
    permit(&actor(app, person, Role::Holder, domain::samples::NORFOLK)).unwrap()
}

/// Makes an address and returns the secret in it.
async fn address(app: &App, person: PersonId) -> String {
    let address = make_calendar_address(app, own(app, person)).await.unwrap();
    let path = address.expose().strip_prefix("https://lanyard.test/calendar/").unwrap().to_owned();
    let token = path.strip_suffix("/on-call.ics").unwrap().to_owned();
    assert_eq!(token.len(), 64, "32 bytes");
    token
}

/// Returns when a program last read a person's calendar; `None` inside for never, outside where there is no address.
async fn last_read(app: &App, person: PersonId) -> Option<Option<Timestamp>> {
    let me = actor(app, person, Role::Holder, domain::samples::NORFOLK);
    let read = own_on_call(app, permit::<SeeOwn>(&me).unwrap()).await.unwrap().unwrap();
    read.address.map(|address| address.read_at)
}

#[test]
fn an_address_shows_ones_own_turns_names_nobody_and_says_when_it_was_read() {
    on_both(|Bench { app, world, .. }| async move {
        world.clock.set(wall("2026-11-23T12:00"));
        let (one, two) = (
            person(&app, "2001", domain::samples::NORFOLK).await,
            person(&app, "2002", domain::samples::NORFOLK).await,
        );
        covered(&app).await;
        let token = address(&app, one).await;
        assert_eq!(last_read(&app, one).await, Some(None), "nothing has read it");
        let calendar = calendar_at(&app, &token).await.unwrap().unwrap();
        assert!(calendar.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"), "{calendar}");
        assert!(
            calendar
                .contains("DTSTART:20261130T090000Z\r\nDTEND:20261207T090000Z\r\nSUMMARY:On call: Engineers")
        );
        for name in ["Person 2001", "Person 2002", &two.to_string()] {
            assert!(!calendar.contains(name), "{name}: {calendar}");
        }
        assert_eq!(last_read(&app, one).await, Some(Some(world.now())));
        let first = world.now();
        world.clock.advance(Span::from_secs(30));
        calendar_at(&app, &token).await.unwrap().unwrap();
        assert_eq!(last_read(&app, one).await, Some(Some(first)), "to the minute");
        world.clock.advance(Span::from_secs(31));
        calendar_at(&app, &token).await.unwrap().unwrap();
        assert_eq!(last_read(&app, one).await, Some(Some(world.now())));

        // The secret is in no table.
        let stored =
            app.store().read(move |tx| store::calendar_addresses::by_digest(tx, &token)).await.unwrap();
        assert!(stored.is_none(), "only its digest is kept");
    });
}

#[test]
fn a_wrong_an_older_and_a_withdrawn_address_and_one_of_a_leaver_lead_nowhere() {
    on_both(|Bench { app, world, .. }| async move {
        world.clock.set(wall("2026-11-23T12:00"));
        let one = person(&app, "2001", domain::samples::NORFOLK).await;
        person(&app, "2002", domain::samples::NORFOLK).await;
        let stranger = person(&app, "2009", domain::samples::NORFOLK).await;
        covered(&app).await;
        let none = async |token: &str| calendar_at(&app, token).await.unwrap().is_none();
        assert!(none("").await && none("0123456789abcdef").await);
        let refused = make_calendar_address(&app, own(&app, stranger)).await.unwrap_err().to_string();
        assert!(refused.contains("no rota"), "{refused}");

        let first = address(&app, one).await;
        let second = address(&app, one).await;
        assert!(first != second && none(&first).await, "one a person: the new one takes its place");
        assert!(!none(&second).await);
        withdraw_calendar_address(&app, own(&app, one)).await.unwrap();
        withdraw_calendar_address(&app, own(&app, one)).await.unwrap();
        assert!(none(&second).await && last_read(&app, one).await.is_none());

        let third = address(&app, one).await;
        people_app::end_person(&app, permit(&root()).unwrap(), one, None).await.unwrap();
        assert!(none(&third).await, "it ends with its person");
        let row = app.store().read(move |tx| store::calendar_addresses::of_person(tx, one)).await.unwrap();
        assert!(row.is_none());
        let entered = async |action: &'static str| {
            let filter = store::ledger::LedgerFilter { action: action.into(), ..Default::default() };
            app.store().read(move |tx| store::ledger::list(tx, &filter, 20)).await.unwrap().len()
        };
        assert_eq!((entered("duty.calendar.made").await, entered("duty.calendar.withdrawn").await), (3, 1));
    });
}

#[test]
fn programs_that_ask_too_often_wait_and_keep_no_other_calendar_waiting() {
    on_both(|Bench { app, world, .. }| async move {
        world.clock.set(wall("2026-11-23T12:00"));
        let (one, two) = (
            person(&app, "2001", domain::samples::NORFOLK).await,
            person(&app, "2002", domain::samples::NORFOLK).await,
        );
        covered(&app).await;
        let (first, second) = (address(&app, one).await, address(&app, two).await);
        for _ in 0..30 {
            calendar_at(&app, &first).await.unwrap();
        }
        assert!(matches!(calendar_at(&app, &first).await, Err(AppError::TooMany { .. })));
        assert!(calendar_at(&app, &second).await.unwrap().is_some());
        world.clock.advance(Span::from_secs(60));
        assert!(calendar_at(&app, &first).await.unwrap().is_some());
    });
}
