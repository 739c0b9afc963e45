//! A force with people on call, enrolled phones and a mail relay, and what the tests of losses ask of it.

use domain::{
    DeviceId, DeviceKind, EnrolmentId, Force, GrantId, LossId, PeriodId, PersonId, Platform, Span, Timestamp,
};
use domain::{EnrolmentState, PeriodKind, PersonSource};
use losses_app::report::{NewReport, Reported};
use losses_app::{Answers, How};
use outbound::channel::Channels;
use outbound::mail::{Mail, MailConfig, Protection};
use store::devices::Device;
use store::duty::PeriodRow;
use store::enrolments::{Channel, Enrolment};
use store::grants::Grant;
use store::loss_calls::{LossCall, LossMessage};
use store::people::{Called, Person};
use store::{devices, duty as rows, enrolments, grants, loss_calls, people};
use testkit::Relay;

use kernel::access::{Actor, Role, Roles, Who};
use kernel::{App, AppError};

pub(crate) const MINUTE: Span = Span::from_secs(60);

pub(crate) fn minutes(count: i64) -> Span {
    Span::from_secs(count * 60)
}

/// Puts somebody into the register with a role.
pub(crate) async fn with_role(app: &App, number: &str, role: Role, email: bool) -> PersonId {
    let (id, now) = (PersonId::from_uuid(app.world().uuid()), app.world().now());
    let person = Person {
        email: email.then(|| format!("{number}@force.test")),
        source: PersonSource::Hand,
        ..Person::new(
            id,
            domain::samples::NORFOLK,
            Called { number, name: &format!("Person {number}"), role: "officer" },
            now,
        )
    };
    let grant = Grant {
        id: GrantId::from_uuid(app.world().uuid()),
        person: id,
        role: role.as_str().to_owned(),
        everywhere: false,
        from_directory: false,
        said_by: "system".into(),
        reason: "test".into(),
        granted_at: now,
        until: None,
        ended: None,
        waits: false,
        confirmed: None,
        asked_by: None,
    };
    app.store()
        .write(move |tx| {
            people::add(tx, &person)?;
            grants::add(tx, &grant)?;
            Ok::<_, AppError>(())
        })
        .await
        .unwrap();
    id
}

pub(crate) async fn on_call(app: &App, person: PersonId, start: Timestamp, end: Timestamp) {
    let id = PeriodId::from_uuid(app.world().uuid());
    let kind = PeriodKind::OnCall;
    let row = PeriodRow { id, person, kind, absence: String::new(), start, end, source: "page".into() };
    let now = app.world().now();
    app.store().write(move |tx| rows::add_period(tx, &row, now)).await.unwrap();
}

/// Enters an enrolled phone.
pub(crate) async fn phone(app: &App, serial: &str, holder: Option<PersonId>) -> DeviceId {
    let (id, now) = (DeviceId::from_uuid(app.world().uuid()), app.world().now());
    let enrolment = EnrolmentId::from_uuid(app.world().uuid());
    let device = Device {
        id,
        serial: serial.to_owned(),
        kind: DeviceKind::Iphone,
        force: domain::samples::NORFOLK,
        holder,
        asset_tag: Some(format!("NC-{serial}")),
        model: None,
        created_at: now,
        retired_at: None,
        enrolment: None,
        enrolment_state: EnrolmentState::None,
        supervised: Some(true),
        os_version: None,
        last_contact_at: None,
        met: 0,
        not_met: 0,
        not_known: 0,
        judged_at: None,
    };
    let row = Enrolment {
        id: enrolment,
        device: id,
        platform: Platform::Ios,
        channel: Channel::Device,
        device_key: format!("key-{serial}"),
        certificate: format!("certificate-{serial}"),
        state: EnrolmentState::Enrolled,
        created_at: now,
        enrolled_at: Some(now),
        ended: None,
        last_contact_at: None,
        push_failed: None,
    };
    app.store()
        .write(move |tx| {
            devices::add(tx, &device)?;
            enrolments::add(tx, &row)?;
            devices::set_enrolment(tx, id, Some(enrolment), EnrolmentState::Enrolled)?;
            devices::set_reported(tx, id, Some(true), None, None)?;
            Ok::<_, AppError>(())
        })
        .await
        .unwrap();
    id
}

/// Lets the device answer everything that waits for it.
pub(crate) async fn device_answers(app: &App, device: DeviceId) {
    let (node, now) = (app.clone(), app.world().now());
    app.store()
        .write(move |tx| {
            for command in store::commands::of_device(tx, device, 50)? {
                if command.finished_at.is_none() {
                    let (id, enrolment) = (command.id, command.enrolment);
                    let state = domain::CommandState::Acknowledged;
                    store::commands::set_finished(
                        tx,
                        &store::commands::Answered { id, enrolment, state, error: None, digest: "digest" },
                        now,
                    )?;
                    let kind = kernel::jobs::Kind::FollowContainment;
                    kernel::jobs::ask_job(&node, tx, kind, &device.to_string(), now)?;
                }
            }
            Ok::<_, AppError>(())
        })
        .await
        .unwrap();
}

pub(crate) fn actor(app: &App, person: PersonId, role: Role) -> Actor {
    actor_of(app, person, role, domain::samples::NORFOLK)
}

pub(crate) fn actor_of(app: &App, person: PersonId, role: Role, force: Force) -> Actor {
    let who = Who {
        name: format!("person:{person}"),
        shown: format!("Person {person}"),
        person: Some(person),
        roles: role.into(),
        force: Some(force),
        everywhere: Roles::NONE,
    };
    kernel::access::actor(app, who)
}

pub(crate) fn mail_to(relay: &Relay) -> Mail {
    let config = MailConfig {
        server: "127.0.0.1".into(),
        port: relay.port,
        protection: Protection::Plain,
        sign_in: None,
        from: "Lanyard <lanyard@force.test>".into(),
        trust_pem: None,
    };
    Mail::new(&config).unwrap()
}

pub(crate) fn report(form: &str, answers: Answers) -> NewReport {
    NewReport { force: Some(domain::samples::NORFOLK), answers, form: format!("{form}-0123456789abcdef") }
}

pub(crate) fn about(device: &str) -> Answers {
    Answers { device: device.to_owned(), how: How::Stolen, ..Answers::default() }
}

/// Runs what is due now: jobs, mail and texts, until nothing is left.
pub(crate) async fn settle(app: &App, channels: impl Into<Channels>) {
    let channels = channels.into();
    for _ in 0..40 {
        let jobs = overview_app::work::run_jobs(app, 50).await.unwrap();
        let sent = notices_app::send_notices(app, &channels, 50).await.unwrap();
        if jobs + sent == 0 {
            return;
        }
    }
    panic!("work does not come to an end");
}

pub(crate) async fn call(app: &App, loss: LossId) -> LossCall {
    app.store().read(move |tx| loss_calls::by_id(tx, loss)).await.unwrap().unwrap()
}

pub(crate) async fn messages(app: &App, loss: LossId) -> Vec<LossMessage> {
    let mut all = app.store().read(move |tx| loss_calls::messages(tx, loss, 1000)).await.unwrap();
    all.reverse();
    all
}

/// Finds the path of the link in the last letter that a relay took.
pub(crate) fn link_in(relay: &Relay) -> String {
    let letters = relay.letters();
    // Long lines are broken in a letter, with an equals sign at their end.
    let letter = letters.last().unwrap().replace("=\n", "");
    let start = letter.find("/calls/").unwrap() + "/calls/".len();
    letter[start..].chars().take_while(char::is_ascii_hexdigit).collect()
}

pub(crate) async fn timeline(app: &App, reported: &Reported) -> Vec<String> {
    let case = reported.case;
    let all = app.store().read(move |tx| store::cases::events(tx, case)).await.unwrap();
    all.into_iter().map(|(_, _, says)| says).collect()
}

pub(crate) async fn entries(app: &App, action: &'static str) -> usize {
    let filter =
        store::ledger::LedgerFilter { action: action.into(), ..store::ledger::LedgerFilter::default() };
    app.store().read(move |tx| store::ledger::list(tx, &filter, 200)).await.unwrap().len()
}
