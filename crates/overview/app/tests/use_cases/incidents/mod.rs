//! Incidents: the form of a loss and of a breach, its two halves, the clock, and what is kept of it.

mod clock;
mod files;
mod kept;

use domain::{DeviceId, Force, IncidentId, Outcome, PersonId, Span, Subject};
use incidents_app::breach::{NewBreach, Reported, report_breach};
use incidents_app::read::{IncidentRead, own_form};
use incidents_app::{Answers as Given, Filled, Saved, fill_own};
use losses_app::report::{report_own, report_publicly};
use losses_app::{Answers, How};
use store::{case_steps, findings, incidents as rows};

use crate::losses::force::{actor, actor_of, entries, minutes, phone, report, settle, with_role};
use kernel::access::{Actor, Role, permit};
use kernel::testing::{Bench, on_bench, on_both};
use kernel::{App, AppError, Work};

pub(crate) fn given(pairs: &[(&str, &str)]) -> Given {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// What a reporter of a loss still answers when the report said how and where.
pub(crate) fn whole() -> Given {
    given(&[
        ("how", "Stolen"),
        ("last-seen", "I do not know"),
        ("place", "Prince of Wales Road"),
        ("state", "On and locked"),
        ("with", "a notebook"),
        ("information", "Victims; Witnesses"),
        ("marking", "OFFICIAL"),
        ("people", "2 to 9"),
    ])
}

pub(crate) async fn incident_of(app: &App, case: domain::CaseId) -> store::incidents::Incident {
    app.store().read(move |tx| rows::of_case(tx, case)).await.unwrap().expect("the case has a form")
}

/// Reports one's own phone lost, and returns its incident.
pub(crate) async fn lost(app: &App, person: PersonId, device: DeviceId) -> store::incidents::Incident {
    let me = actor(app, person, Role::Holder);
    let answers = Answers { how: How::Stolen, place: "Prince of Wales Road".into(), ..Answers::default() };
    let reported = report_own(app, permit(&me).unwrap(), device, report("lost", answers)).await.unwrap();
    incident_of(app, reported.case).await
}

pub(crate) async fn send(app: &App, me: &Actor, id: IncidentId, answers: Given) -> Result<Saved, AppError> {
    let version = own_form(app, permit(me).unwrap(), id).await?.version;
    fill_own(app, permit(me).unwrap(), id, Filled { answers, version, send: true }).await
}

pub(crate) async fn read(app: &App, by: &Actor, id: IncidentId) -> Result<IncidentRead, AppError> {
    incidents_app::read::incident(app, permit(by)?, id).await
}

async fn found(app: &App, person: PersonId) -> Option<String> {
    let clause = "MDU-4.3".parse().unwrap();
    let found = app.store().read(move |tx| findings::one(tx, &Subject::Person(person), &clause)).await;
    found.unwrap().map(|found| found.outcome.word().to_owned())
}

async fn open_steps(app: &App, case: domain::CaseId) -> Vec<String> {
    let steps = app.store().read(move |tx| case_steps::of_case(tx, case)).await.unwrap();
    steps.into_iter().filter(|step| step.done.is_none()).map(|step| step.name).collect()
}

#[test]
fn a_loss_opens_its_form_and_what_the_report_said_is_not_asked_again() {
    on_both(|Bench { app, world, person }| async move {
        let device = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let row = lost(&app, person, device).await;
        assert_eq!((row.person, row.device, row.version), (Some(person), Some(device), 1));
        assert_eq!(row.due_at, world.now().plus(Span::from_secs(24 * 3600)));
        let me = actor(&app, person, Role::Holder);
        let form = own_form(&app, permit(&me).unwrap(), row.id).await.unwrap();
        let answered: Vec<(&str, &str)> = form
            .questions
            .iter()
            .filter(|one| !one.answer.is_empty())
            .map(|one| (one.name.as_str(), one.answer.as_str()))
            .collect();
        assert_eq!(answered, [("how", "Stolen"), ("place", "Prince of Wales Road")]);
        assert!(form.questions.len() < 10);
        assert!(form.facts.iter().any(|fact| fact.name == "Device" && fact.value.contains("NC-F4GXQ2ABCD")));
        assert!(form.facts.iter().all(|fact| fact.name != "Lock"), "nobody reads the orders on their own");

        // A colleague reports the same phone: there is one form, and what is new is in it.
        let again = Answers {
            device: "F4GXQ2ABCD".into(),
            with: "a notebook".into(),
            place: "elsewhere".into(),
            ..Answers::default()
        };
        let again = report_publicly(&app, report("again", again)).await.unwrap();
        assert_eq!(incident_of(&app, again.case).await.id, row.id);
        let form = own_form(&app, permit(&me).unwrap(), row.id).await.unwrap();
        let answer = |name: &str| form.questions.iter().find(|one| one.name == name).unwrap().answer.clone();
        assert_eq!((answer("with"), answer("place")), ("a notebook".into(), "Prince of Wales Road".into()));
        settle(&app, None).await;
        assert_eq!(entries(&app, "incident.opened").await, 1, "the job of the case opens no second one");
        assert_eq!(found(&app, person).await.as_deref(), Some("not-known"), "it is not due yet");

        in_parts_and_sent(&app, &me, row.id).await;
        settle(&app, None).await;
        assert_eq!(found(&app, person).await.as_deref(), Some("met"));
        assert_eq!(entries(&app, "incident.sent").await, 1);
        let steps = open_steps(&app, row.case).await;
        assert!(!steps.contains(&"form".to_owned()) && steps.contains(&"assess".to_owned()), "{steps:?}");
    });
}

/// The form is saved in two parts, cannot be sent before it is whole, and is sent once.
async fn in_parts_and_sent(app: &App, me: &Actor, id: IncidentId) {
    let version = own_form(app, permit(me).unwrap(), id).await.unwrap().version;
    let part = given(&[("how", "Stolen"), ("place", "Prince of Wales Road"), ("marking", "OFFICIAL")]);
    let save = |answers: &Given, version, send| Filled { answers: answers.clone(), version, send };
    let saved = fill_own(app, permit(me).unwrap(), id, save(&part, version, false)).await.unwrap();
    assert_eq!(saved, Saved::Saved);
    // Another window still shows the version before: nothing of either is lost.
    let stale = fill_own(app, permit(me).unwrap(), id, save(&whole(), version, true)).await;
    assert!(stale.unwrap_err().to_string().contains("changed meanwhile"));
    let missing = send(app, me, id, part.clone()).await.unwrap();
    let Saved::ToMend(faults) = missing else { panic!("{missing:?}") };
    assert!(faults.iter().any(|fault| fault.field == "information"), "{faults:?}");
    let early = incidents_app::add_own(app, permit(me).unwrap(), id, "more").await;
    assert!(early.unwrap_err().to_string().contains("write it into the form"));

    assert_eq!(send(app, me, id, whole()).await.unwrap(), Saved::Sent);
    assert_eq!(send(app, me, id, whole()).await.unwrap(), Saved::Sent, "a double click is one form");
    let other = given(&[("how", "Lost")]);
    let changed = fill_own(app, permit(me).unwrap(), id, save(&other, 99, false)).await;
    assert!(changed.unwrap_err().to_string().contains("sent already"), "what was sent stays");
    incidents_app::add_own(app, permit(me).unwrap(), id, "The bag is\r\nfound").await.unwrap();
    let form = own_form(app, permit(me).unwrap(), id).await.unwrap();
    assert_eq!(form.added.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["The bag is found"]);
}

#[test]
fn a_form_that_is_late_is_not_met_from_that_moment_on_and_stays_so() {
    on_bench(|Bench { app, world, person }| async move {
        let device = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let row = lost(&app, person, device).await;
        settle(&app, None).await;
        // The reminder of the case comes four hours before.
        world.clock.advance(minutes(20 * 60 + 1));
        settle(&app, None).await;
        let case = row.case;
        let said = app.store().read(move |tx| store::cases::events(tx, case)).await.unwrap();
        assert!(said.iter().any(|(.., says)| says.contains("something is due soon")), "{said:?}");
        assert_eq!(found(&app, person).await.as_deref(), Some("not-known"));
        world.clock.advance(minutes(4 * 60));
        settle(&app, None).await;
        assert_eq!(
            found(&app, person).await.as_deref(),
            Some("not-met"),
            "nobody had to do anything for that"
        );
        let me = actor(&app, person, Role::Holder);
        assert_eq!(send(&app, &me, row.id, whole()).await.unwrap(), Saved::Sent);
        settle(&app, None).await;
        let clause = "MDU-4.3".parse().unwrap();
        let finding = app.store().read(move |tx| findings::one(tx, &Subject::Person(person), &clause)).await;
        match finding.unwrap().unwrap().outcome {
            Outcome::NotMet { because } => assert!(because.contains("late"), "{because}"),
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn nobody_fills_in_the_form_of_another_and_the_wall_stands() {
    on_bench(|Bench { app, person, .. }| async move {
        let device = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let row = lost(&app, person, device).await;
        let other = with_role(&app, "9003", Role::Holder, true).await;
        let other = actor(&app, other, Role::Holder);
        let theirs = send(&app, &other, row.id, whole()).await;
        assert!(matches!(theirs, Err(AppError::NotFound { .. })), "as if it were not there");
        assert!(permit::<kernel::access::SeeCases>(&other).is_err());

        // The desk fills it in for them; another force's does not get to see it.
        let desk = with_role(&app, "9004", Role::ServiceDeskAnalyst, true).await;
        let away = actor_of(&app, desk, Role::ServiceDeskAnalyst, domain::samples::SUFFOLK);
        let filled = Filled { answers: whole(), version: row.version, send: true };
        let refused = incidents_app::fill_for(&app, permit(&away).unwrap(), row.id, filled.clone()).await;
        assert!(matches!(refused, Err(AppError::Denied(_))));
        assert!(matches!(read(&app, &away, row.id).await, Err(AppError::Denied(_))));
        let desk = actor(&app, desk, Role::ServiceDeskAnalyst);
        let sent = incidents_app::fill_for(&app, permit(&desk).unwrap(), row.id, filled).await;
        assert_eq!(sent.unwrap(), Saved::Sent);
        let read = read(&app, &desk, row.id).await.unwrap();
        assert_eq!(read.sent.unwrap().0, "Person 9004", "who sent it is named");
        assert!(read.facts.iter().any(|fact| fact.name == "Lock"), "the desk reads that nothing was ordered");
        for refused in [
            permit::<kernel::access::AssessIncidents>(&desk).err(),
            permit::<kernel::access::DecideBreaches>(&desk).err(),
        ] {
            assert!(refused.is_some(), "the desk neither assesses nor decides");
        }
    });
}

#[test]
fn a_breach_of_ones_own_opens_a_case_under_its_clause_and_a_second_report_joins_it() {
    on_both(|Bench { app, person, .. }| async move {
        let me = actor(&app, person, Role::Holder);
        let answers = given(&[
            ("what-happened", "A whiteboard is in a picture that I posted"),
            ("when", "today"),
            ("who-has-it", "everybody"),
            ("can-be-seen", "Yes"),
            ("information", "Suspects"),
            ("marking", "I do not know"),
            ("people", "One"),
        ]);
        let new = NewBreach {
            kind: "background".into(),
            answers: answers.clone(),
            joins: None,
            once: "0123456789abcdef".into(),
            send: true,
        };
        let report = |new: NewBreach| report_breach(&app, permit(&me).unwrap(), new);
        let strange = report(NewBreach { kind: "gossip".into(), ..new.clone() }).await;
        assert!(matches!(strange, Err(AppError::Invalid { field: "kind", .. })));
        let part = report(NewBreach { answers: given(&[("when", "today")]), ..new.clone() }).await.unwrap();
        assert!(matches!(part, Reported::ToMend(_)), "what is sent is whole");
        let Reported::TakenIn(id) = report(new.clone()).await.unwrap() else { panic!() };
        assert_eq!(report(new.clone()).await.unwrap(), Reported::TakenIn(id), "a double click is one report");
        let row = app.store().read(move |tx| rows::by_id(tx, id)).await.unwrap().unwrap();
        let of = row.case;
        let case = app.store().read(move |tx| store::cases::by_id(tx, of)).await.unwrap().unwrap();
        assert_eq!((case.kind.as_str(), case.clause.unwrap().as_str()), ("data-breach", "UPD-8.OS2"));
        assert!(row.sent.is_some() && row.clock == "possible");

        let more = NewBreach { joins: Some(id), once: "fedcba9876543210".into(), ..new.clone() };
        assert_eq!(report(more.clone()).await.unwrap(), Reported::TakenIn(id));
        assert_eq!(report(more).await.unwrap(), Reported::TakenIn(id), "a double click");
        assert_eq!(entries(&app, "incident.added-to").await, 1, "adds once");
        let security = with_role(&app, "9005", Role::InformationSecurity, true).await;
        let security = actor(&app, security, Role::InformationSecurity);
        let read = read(&app, &security, id).await.unwrap();
        assert!(read.entries.iter().any(|entry| entry.what == "Added" && entry.text.contains("whiteboard")));
        let other = with_role(&app, "9003", Role::Holder, true).await;
        let other = actor(&app, other, Role::Holder);
        let theirs = NewBreach { joins: Some(id), once: "aaaaaaaaaaaaaaaaaaaa".into(), ..new.clone() };
        let theirs = report_breach(&app, permit(&other).unwrap(), theirs).await;
        assert!(matches!(theirs, Err(AppError::NotFound { .. })), "nobody adds to another's report");
        assert_eq!(entries(&app, "incident.breach-reported").await, 1);
        once_closed_it_takes_no_more(&app, &me, of, NewBreach { joins: Some(id), ..new }).await;
    });
}

/// Counts the reports of a person that a further one may join.
async fn offered(app: &App, me: &Actor) -> usize {
    let own = incidents_app::read::own_incidents(app, permit(me).unwrap()).await.unwrap();
    own.iter().filter(|one| one.takes_more).count()
}

/// What is closed has no clock that anybody looks at: more is something new.
async fn once_closed_it_takes_no_more(app: &App, me: &Actor, case: domain::CaseId, new: NewBreach) {
    assert_eq!(offered(app, me).await, 1);
    let now = app.world().now();
    app.store().write(move |tx| store::cases::close(tx, case, now, "done", "by-hand")).await.unwrap();
    assert_eq!(offered(app, me).await, 0, "the page does not offer it");
    let answers = given(&[("what-happened", "And a second picture")]);
    let late = NewBreach { answers, once: "bbbbbbbbbbbbbbbbbbbb".into(), ..new };
    let late = report_breach(app, permit(me).unwrap(), late).await;
    assert!(matches!(late, Err(AppError::Invalid { field: "joins", .. })), "{late:?}");
}

#[test]
fn information_security_opens_one_by_hand_and_whatever_opens_a_loss_gets_a_form() {
    on_bench(|Bench { app, person, .. }| async move {
        let security = with_role(&app, "9005", Role::InformationSecurity, true).await;
        let security = actor(&app, security, Role::InformationSecurity);
        let new = incidents_app::NewIncident {
            force: None,
            title: "A folder was left in a car".into(),
            number: "1234".into(),
            once: "0123456789abcdef".into(),
        };
        let open = |new| incidents_app::open_by_hand(&app, permit(&security).unwrap(), new);
        let nobody = open(incidents_app::NewIncident { number: "77777".into(), ..new.clone() }).await;
        assert!(matches!(nobody, Err(AppError::Invalid { field: "number", .. })));
        let away = Some(domain::samples::SUFFOLK);
        let wall = open(incidents_app::NewIncident { force: away, ..new.clone() }).await;
        assert!(matches!(wall, Err(AppError::Denied(_))));
        let id = open(new.clone()).await.unwrap();
        assert_eq!(open(new).await.unwrap(), id, "a double click opens one");
        let me = actor(&app, person, Role::Holder);
        assert!(own_form(&app, permit(&me).unwrap(), id).await.is_ok(), "it is theirs to fill in");

        let device = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let case = missing(&app, person, device, domain::samples::NORFOLK).await;
        settle(&app, None).await;
        let row = incident_of(&app, case).await;
        assert_eq!((row.person, row.device), (Some(person), Some(device)));
    });
}

/// Opens the case of a lost device as a return does that finds it missing.
async fn missing(app: &App, person: PersonId, device: DeviceId, force: Force) -> domain::CaseId {
    let (node, now) = (app.clone(), app.world().now());
    app.store()
        .write(move |tx| {
            let opening = cases_app::Opening {
                kind: "lost-device",
                force,
                device: Some(device),
                person: Some(person),
                clause: None,
                title: "missing".into(),
                date: None,
                event: None,
                place: None,
                items: Vec::new(),
                says: ("Desk", "missing"),
            };
            cases_app::open_case(Work { app: &node, tx, now }, &opening)
        })
        .await
        .unwrap()
}
