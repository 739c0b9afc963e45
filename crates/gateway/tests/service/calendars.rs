//! Calendars from the field, imported one after the other: what the roster says afterwards, on both engines.

use duty_app::Calendars;
use kernel::imports::{Answers, Applied, Apply, Choices, ImportRead, NewFile};
use kernel::{AppError, imports};

use crate::common::Service;

impl Service {
    async fn looked(&self, text: &str, answers: &[(&str, &str)]) -> Result<ImportRead<Calendars>, AppError> {
        imports::look(&self.app, kernel::access::permit(&self.desk).unwrap(), &file(text), choices(answers))
            .await
    }

    /// Takes a calendar and says what came of it, with what each row does.
    async fn takes(&self, text: &str, answers: &[(&str, &str)]) -> (Applied, String) {
        let read = self.looked(text, answers).await.unwrap();
        let rows = read.plan.items.iter().map(|item| format!("{}: {}", item.name, item.difference));
        let said = rows.chain(read.notes).collect::<Vec<_>>().join("\n");
        let how = Apply { digest: read.plan.digest, all_or_nothing: true };
        let given = (&file(text), choices(answers));
        let permit = kernel::access::permit(&self.desk).unwrap();
        (imports::take::<Calendars>(&self.app, permit, given.0, given.1, how).await.unwrap(), said)
    }

    /// How PC 1234 stands to duty then.
    async fn stands(&self, at: &str) -> String {
        let person =
            self.app.store().read(|tx| store::people::by_number(tx, domain::samples::NORFOLK, "1234")).await;
        let permit = kernel::access::permit::<kernel::access::SeeDuty>(&self.desk).unwrap();
        let at = at.parse().unwrap();
        let state =
            duty_app::duty_at(&self.app, permit.into(), person.unwrap().unwrap().id, at).await.unwrap();
        state.as_str().to_owned()
    }
}

fn file(text: &str) -> NewFile {
    let bytes = text.replace('\n', "\r\n").into_bytes();
    NewFile { name: "ames.ics".into(), force: Some(domain::samples::NORFOLK), about: "1234".into(), bytes }
}

fn choices(answers: &[(&str, &str)]) -> Choices<Calendars> {
    let answers: Answers =
        answers.iter().map(|(words, answer)| ((*words).to_owned(), (*answer).to_owned())).collect();
    Choices { answers, ..Choices::default() }
}

fn calendar(events: &[&str]) -> String {
    let events: String = events.iter().map(|event| format!("BEGIN:VEVENT\n{event}\nEND:VEVENT\n")).collect();
    format!("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Rosters//EN\n{events}END:VCALENDAR\n")
}

const EARLY: &str = "UID:early@roster.test\nDTSTAMP:20261001T080000Z\nDTSTART;TZID=Europe/London:20261207T070000\n\
                     DTEND;TZID=Europe/London:20261207T150000\nRRULE:FREQ=DAILY;COUNT=3\nSUMMARY:Early";
const OFF: &str = "UID:early@roster.test\nDTSTAMP:20261020T080000Z\nRECURRENCE-ID;TZID=Europe/London:20261208T070000\n\
                   STATUS:CANCELLED\nSUMMARY:Early";

#[test]
fn nobody_is_on_duty_on_a_day_that_was_called_off() {
    Service::run_on_both(async |service| {
        service.person("1234", true).await;
        let (done, _) = service.takes(&calendar(&[EARLY, OFF]), &[]).await;
        assert_eq!((done.added, done.left_out), (1, 0));
        assert_eq!(service.stands("2026-12-07T09:00:00Z").await, "on-duty");
        assert_ne!(service.stands("2026-12-08T09:00:00Z").await, "on-duty");
        let (again, _) = service.takes(&calendar(&[EARLY, OFF]), &[]).await;
        assert_eq!(again, Applied::default(), "the same file changes nothing");
    });
}

#[test]
fn an_exception_alone_changes_the_series_that_an_earlier_file_entered() {
    Service::run_on_both(async |service| {
        service.person("1234", true).await;
        let lonely = service.looked(&calendar(&[OFF]), &[]).await.unwrap();
        assert!(lonely.plan.wrong[0].why.contains("no earlier file entered"), "{:?}", lonely.plan.wrong);
        service.takes(&calendar(&[EARLY]), &[]).await;
        assert_eq!(service.stands("2026-12-08T09:00:00Z").await, "on-duty");
        let (done, said) = service.takes(&calendar(&[OFF]), &[]).await;
        assert_eq!(done.changed, 1);
        assert!(
            said.contains("taken out, which an earlier file entered: Shift, 8 December 2026 07:00 to 15:00"),
            "{said}"
        );
        assert_ne!(service.stands("2026-12-08T09:00:00Z").await, "on-duty");
        assert_eq!(service.stands("2026-12-09T09:00:00Z").await, "on-duty");
    });
}

#[test]
fn a_later_version_takes_the_place_of_an_earlier_one_and_says_so() {
    Service::run_on_both(async |service| {
        service.person("1234", true).await;
        let version = |sequence: u8, hours: (&str, &str), name: &str| {
            calendar(&[&format!(
                "UID:moved@roster.test\nSEQUENCE:{sequence}\nDTSTAMP:20261001T090000Z\n\
                 DTSTART;TZID=Europe/London:20261220T{}0000\nDTEND;TZID=Europe/London:20261220T{}0000\nSUMMARY:{name}",
                hours.0, hours.1
            )])
        };
        let (first, second) = (version(0, ("07", "15"), "Early"), version(1, ("14", "22"), "Late"));
        service.takes(&first, &[]).await;
        let (done, said) = service.takes(&second, &[]).await;
        assert_eq!((done.added, done.changed), (0, 1));
        assert!(
            said.contains(
                "replaces what an earlier file entered (version 0): Shift, 20 December 2026 07:00 to 15:00"
            ),
            "{said}"
        );
        assert_ne!(service.stands("2026-12-20T09:00:00Z").await, "on-duty");
        assert_eq!(service.stands("2026-12-20T18:00:00Z").await, "on-duty");
        let late = service.looked(&first, &[]).await.unwrap();
        assert!(
            late.plan.wrong[0].why.contains("a later version of it (SEQUENCE 1)"),
            "{:?}",
            late.plan.wrong
        );
        let off = second.replace("SEQUENCE:1", "SEQUENCE:2\nSTATUS:CANCELLED");
        let (done, _) = service.takes(&off, &[]).await;
        assert_eq!(done.ended, 1);
        assert_ne!(service.stands("2026-12-20T18:00:00Z").await, "on-duty");
    });
}

#[test]
fn what_a_later_calendar_has_no_more_is_said_and_stands() {
    Service::run_on_both(async |service| {
        service.person("1234", true).await;
        let shift = |day: u8| {
            format!(
                "UID:{day}@roster.test\nDTSTART:202612{day}T070000\nDTEND:202612{day}T150000\nSUMMARY:Early"
            )
        };
        service.takes(&calendar(&[&shift(10), &shift(11), &shift(12)]), &[]).await;
        let (done, said) = service.takes(&calendar(&[&shift(10), &shift(12)]), &[]).await;
        assert_eq!(done, Applied::default());
        assert!(
            said.contains("1 that an earlier calendar entered") && said.contains("11 December 2026"),
            "{said}"
        );
        assert_eq!(service.stands("2026-12-11T09:00:00Z").await, "on-duty");
    });
}

#[test]
fn a_rest_day_of_exchange_is_no_shift_and_words_in_doubt_wait_for_an_answer() {
    Service::run_on_both(async |service| {
        service.person("1234", true).await;
        let rest = "UID:rest@roster.test\nSUMMARY:Rest day\nDTSTART;TZID=GMT Standard Time:20261205T000000\n\
                    DTEND;TZID=GMT Standard Time:20261206T000000\nTRANSP:TRANSPARENT\nSTATUS:CONFIRMED\n\
                    X-MICROSOFT-CDO-ALLDAYEVENT:TRUE\nX-MICROSOFT-CDO-BUSYSTATUS:FREE";
        let bank = "UID:bank@roster.test\nDTSTART;TZID=Europe/London:20261226T070000\n\
                    DTEND;TZID=Europe/London:20261226T190000\nSUMMARY:Bank holiday working";
        let race = "UID:race@roster.test\nDTSTART;TZID=Europe/London:20261214T080000\n\
                    DTEND;TZID=Europe/London:20261214T180000\nSUMMARY:Newmarket Racecourse";
        let text = calendar(&[rest, bank, race]);
        let read = service.looked(&text, &[]).await.unwrap();
        assert_eq!((read.plan.items.len(), read.plan.asked(), read.plan.wrong.len()), (1, 1, 0));
        assert!(service.looked(&text, &[("Bank holiday working", "party")]).await.is_err());
        let (done, _) = service.takes(&text, &[("Bank holiday working", "shift")]).await;
        assert_eq!((done.added, done.unanswered), (2, 0));
        for (at, on) in
            [("2026-12-05T12:00:00Z", false), ("2026-12-14T12:00:00Z", true), ("2026-12-26T12:00:00Z", true)]
        {
            assert_eq!(service.stands(at).await == "on-duty", on, "{at}");
        }
    });
}

#[test]
fn a_calendar_of_nobody_or_without_events_is_refused() {
    Service::run_on_both(async |service| {
        let none = service.looked(&calendar(&[EARLY]), &[]).await.err().unwrap().to_string();
        assert!(none.contains("nobody with this number"), "{none}");
        service.person("1234", true).await;
        let empty = service.looked(&calendar(&[]), &[]).await.err().unwrap().to_string();
        assert!(empty.contains("no event was found"), "{empty}");
    });
}
