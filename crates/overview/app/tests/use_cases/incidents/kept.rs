//! What is kept of an incident: the assessment, exports, the referral, and what erasure and a legal hold do to it.

use domain::{HoldId, Span};
use incidents_app::export::{Form, export};
use incidents_app::{Decided, Decision, Filled, Saved};
use kernel::AppError;
use kernel::access::{Role, permit};
use kernel::testing::{Bench, on_bench};
use store::holds::{self, Hold};

use super::{given, incident_of, lost, open_steps, read, send, whole};
use crate::losses::force::{actor, entries, phone, settle, with_role};

fn assessed() -> incidents_app::Answers {
    given(&[
        ("principles", "Confidentiality"),
        ("likelihood", "Possible"),
        ("severity", "Medium"),
        ("personal-data", "Both"),
        ("people-affected", "three victims"),
        ("protected", "it was locked and is encrypted"),
        ("people-told", "Not yet"),
        ("decision", "Nothing more"),
        ("reason", "it was locked within the hour"),
    ])
}

#[test]
fn it_is_assessed_after_the_reporters_half_and_exported_with_everything_that_was_decided() {
    on_bench(|Bench { app, person, .. }| async move {
        let device = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let security = with_role(&app, "9005", Role::InformationSecurity, true).await;
        let security = actor(&app, security, Role::InformationSecurity);
        let row = lost(&app, person, device).await;
        let assess = |answers, version, send| {
            let filled = Filled { answers, version, send };
            incidents_app::assess(&app, permit(&security).unwrap(), row.id, filled)
        };
        let early = assess(assessed(), row.version, true).await;
        assert!(early.unwrap_err().to_string().contains("is not sent yet"));
        assert_eq!(assess(given(&[("severity", "High")]), row.version, false).await.unwrap(), Saved::Saved);
        let me = actor(&app, person, Role::Holder);
        send(&app, &me, row.id, whole()).await.unwrap();
        let version = incident_of(&app, row.case).await.version;
        let part = assess(given(&[("severity", "High")]), version, true).await.unwrap();
        assert!(matches!(part, Saved::ToMend(_)), "{part:?}");
        assert_eq!(assess(assessed(), version, true).await.unwrap(), Saved::Sent);
        assert_eq!(assess(assessed(), version, true).await.unwrap(), Saved::Sent, "twice is once");
        assert_eq!(entries(&app, "incident.assessed").await, 1);
        assert!(!open_steps(&app, row.case).await.contains(&"assess".to_owned()));

        let officer = with_role(&app, "9006", Role::DataProtectionOfficer, true).await;
        let officer = actor(&app, officer, Role::DataProtectionOfficer);
        let told =
            Decided { decision: Decision::Notified, reason: "victims".into(), reference: "IC-77".into() };
        incidents_app::decide(&app, permit(&officer).unwrap(), row.id, told).await.unwrap();
        let data = export(&app, permit(&security).unwrap(), row.id, Form::Json).await.unwrap();
        let text = String::from_utf8(data.bytes).unwrap();
        for part in ["OFFICIAL", "Victims; Witnesses", "three victims", "IC-77", "incident.sent", "notified"]
        {
            assert!(text.contains(part), "{part}: {text}");
        }
        let version = incident_of(&app, row.case).await.version;
        assert!(data.name.ends_with(&format!("-version-{version}")), "{}", data.name);
        let pdf = export(&app, permit(&security).unwrap(), row.id, Form::Pdf).await.unwrap();
        assert!(pdf.bytes.starts_with(b"%PDF-") && pdf.bytes.len() > 4000);
        assert_eq!(entries(&app, "incident.exported").await, 2);
    });
}

#[test]
fn a_referral_is_sealed_and_the_incident_says_nothing_of_it() {
    on_bench(|Bench { app, person, .. }| async move {
        let device = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let security = with_role(&app, "9005", Role::InformationSecurity, true).await;
        let security = actor(&app, security, Role::InformationSecurity);
        let desk = with_role(&app, "9004", Role::ServiceDeskAnalyst, true).await;
        let desk = actor(&app, desk, Role::ServiceDeskAnalyst);
        let row = lost(&app, person, device).await;
        let bare = incidents_app::refer(&app, permit(&security).unwrap(), row.id, " ").await;
        assert!(matches!(bare, Err(AppError::Invalid { field: "why", .. })));
        let refer = || incidents_app::refer(&app, permit(&security).unwrap(), row.id, "a pattern of losses");
        let referral = refer().await.unwrap();
        assert_eq!(refer().await.unwrap(), referral, "twice is once");
        let seen = read(&app, &security, row.id).await.unwrap();
        assert_eq!(
            seen.referral.map(|(id, _)| id),
            Some(referral),
            "who referred it knows that there is a case"
        );
        let seen = read(&app, &desk, row.id).await.unwrap();
        assert!(seen.referral.is_none() && seen.may_be_referred, "the desk learns nothing of it");
        assert!(seen.entries.iter().all(|entry| !entry.text.contains("pattern")));
        let refused = cases_app::read::case(&app, permit(&desk).unwrap(), referral).await;
        assert!(matches!(refused, Err(AppError::NotFound { .. })));
        let case = cases_app::read::case(&app, permit(&security).unwrap(), referral).await.unwrap();
        assert!(case.sealed && !case.may_open, "information security knows that it is there, and no more");
        settle(&app, None).await;
        let none = app.store().read(move |tx| store::incidents::of_case(tx, referral)).await.unwrap();
        assert!(none.is_none(), "a sealed case has no form");
    });
}

#[test]
fn what_a_form_holds_goes_with_its_time_unless_a_hold_keeps_it_and_what_was_done_stays() {
    on_bench(|Bench { app, world, person }| async move {
        let device = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let row = lost(&app, person, device).await;
        let me = actor(&app, person, Role::Holder);
        send(&app, &me, row.id, whole()).await.unwrap();
        let officer = with_role(&app, "9006", Role::DataProtectionOfficer, true).await;
        let officer = actor(&app, officer, Role::DataProtectionOfficer);
        let no =
            Decided { decision: Decision::NotNotifiable, reason: "locked".into(), reference: String::new() };
        incidents_app::decide(&app, permit(&officer).unwrap(), row.id, no).await.unwrap();
        let (case, now) = (row.case, world.now());
        app.store().write(move |tx| store::cases::close(tx, case, now, "done", "by-hand")).await.unwrap();
        let hold = Hold {
            id: HoldId::from_uuid(app.world().uuid()),
            device,
            force: domain::samples::NORFOLK,
            reference: "PSD-1".into(),
            why: "an inquiry".into(),
            case: None,
            placed_at: now,
            placed_by: "system".into(),
            ended: None,
        };
        let held = hold.id;
        app.store().write(move |tx| holds::place(tx, &hold)).await.unwrap();
        world.clock.advance(Span::from_secs(7 * 366 * 24 * 3600));
        overview_app::retention::forget_what_is_due(&app).await.unwrap();
        assert!(incident_of(&app, case).await.answers.is_some(), "the hold keeps it");
        let now = world.now();
        app.store().write(move |tx| holds::end(tx, held, now, "system", "over")).await.unwrap();
        overview_app::retention::forget_what_is_due(&app).await.unwrap();
        let gone = incident_of(&app, case).await;
        assert!(gone.answers.is_none() && gone.erased_at.is_some() && gone.sent.is_some());
        let seen = read(&app, &officer, row.id).await.unwrap();
        assert!(
            seen.entries.iter().any(|entry| entry.what.contains("need not be told") && entry.text.is_empty())
        );
        let more = incidents_app::add_own(&app, permit(&me).unwrap(), row.id, "late").await;
        assert!(more.unwrap_err().to_string().contains("was erased"));
    });
}

#[test]
fn a_reporter_who_is_erased_takes_their_words_along() {
    on_bench(|Bench { app, world, person }| async move {
        let reporter = with_role(&app, "9003", Role::Holder, true).await;
        let me = actor(&app, reporter, Role::Holder);
        let device = phone(&app, "F4GXQ2ABCD", Some(reporter)).await;
        let row = lost(&app, reporter, device).await;
        send(&app, &me, row.id, whole()).await.unwrap();
        incidents_app::add_own(&app, permit(&me).unwrap(), row.id, "my name is in the notebook")
            .await
            .unwrap();
        let (case, left) = (row.case, world.now());
        app.store()
            .write(move |tx| {
                store::cases::close(tx, case, left, "done", "by-hand")?;
                store::devices::set_holder(tx, device, Some(person))?;
                let who = store::people::by_id(tx, reporter)?.unwrap();
                let ended = store::people::Person { ended_at: Some(left), changed_at: left, ..who };
                store::people::set(tx, &ended)?;
                Ok::<_, AppError>(())
            })
            .await
            .unwrap();
        settle(&app, None).await;
        world.clock.advance(Span::from_secs(8 * 366 * 24 * 3600));
        assert_eq!(people_app::erase_due_people(&app).await.unwrap(), 1);
        let gone = incident_of(&app, case).await;
        assert!(gone.answers.is_none() && gone.erased_at.is_some() && gone.sent.is_some());
        let kept =
            app.store().read(move |tx| store::incident_entries::of_incident(tx, row.id)).await.unwrap();
        assert!(kept.len() >= 3 && kept.iter().all(|entry| entry.said.is_none()), "that it happened stays");
    });
}
