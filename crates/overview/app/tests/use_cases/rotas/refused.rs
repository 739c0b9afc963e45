//! Rotas: who may neither see nor change one, and what cannot be read.

use super::*;

#[test]
fn nobody_of_another_force_and_nobody_without_the_task_sees_or_changes_a_rota() {
    on_both(|Bench { app, world, .. }| async move {
        world.clock.set(wall("2026-11-23T12:00"));
        person(&app, "2001", domain::samples::NORFOLK).await;
        person(&app, "2002", domain::samples::NORFOLK).await;
        person(&app, "3001", domain::samples::SUFFOLK).await;
        let hr = person(&app, "3002", domain::samples::SUFFOLK).await;
        let id = covered(&app).await;
        let denied = |outcome: Result<(), AppError>| assert!(matches!(outcome, Err(AppError::Denied(_))));
        let suffolk = actor(&app, hr, Role::Hr, domain::samples::SUFFOLK);
        denied(duty_app::rota::rota_of(&app, permit_within(&suffolk).unwrap(), id).await.map(drop));
        assert!(duty_app::rota::rotas(&app, permit_within(&suffolk).unwrap()).await.unwrap().is_empty());
        let there = || permit::<ManageDuty>(&suffolk).unwrap();
        let layer = || weekly("2001", "2026-11-16 09:00");
        denied(
            duty_app::rota::add_rota(&app, there(), new_rota("Theirs", "1"), layer(), String::new())
                .await
                .map(drop),
        );
        denied(
            duty_app::rota::change_rota(&app, there(), form(id, ""), new_rota("Theirs", "1")).await.map(drop),
        );
        denied(duty_app::rota::put_layer(&app, there(), form(id, ""), None, layer()).await.map(drop));
        let new = instead("2001", "2002", "2026-12-01", "2026-12-02");
        denied(duty_app::rota::override_rota(&app, there(), form(id, ""), new).await.map(drop));
        denied(duty_app::rota::retire_rota(&app, there(), id, "x".into()).await);
        denied(duty_app::rota::turn_choices(&app, there(), id).await.map(drop));
        denied(duty_app::rota::rota_calendar(&app, permit_within(&suffolk).unwrap(), id).await.map(drop));
        denied(duty_app::rota::leave_note(&app, permit_within(&suffolk).unwrap(), id, "x".into()).await);
        // A person of the other force cannot be entered either.
        let wrong =
            duty_app::rota::put_layer(&app, manage(), form(id, ""), None, weekly("3001", "2026-11-16 09:00"));
        assert!(wrong.await.unwrap_err().to_string().contains("nobody in this force has the number 3001"));
    });
}

#[test]
fn who_takes_part_or_owns_a_rota_sees_it_and_a_stranger_does_not() {
    on_both(|Bench { app, world, person: owner }| async move {
        world.clock.set(wall("2026-11-23T12:00"));
        let one = person(&app, "2001", domain::samples::NORFOLK).await;
        let stranger = person(&app, "2009", domain::samples::NORFOLK).await;
        person(&app, "2002", domain::samples::NORFOLK).await;
        let other = person(&app, "3001", domain::samples::SUFFOLK).await;
        let id = covered(&app).await;
        let denied = |outcome: Result<(), AppError>| assert!(matches!(outcome, Err(AppError::Denied(_))));
        // Who takes part sees it and leaves a note; who does not and has no task there does neither.
        let member = actor(&app, one, Role::Holder, domain::samples::NORFOLK);
        assert!(permit::<ManageDuty>(&member).is_err());
        let read = duty_app::rota::rota_of(&app, permit_within(&member).unwrap(), id).await.unwrap();
        assert!(read.may_note && !read.may_manage);
        assert_eq!(duty_app::rota::rotas(&app, permit_within(&member).unwrap()).await.unwrap().len(), 1);
        duty_app::rota::leave_note(&app, permit_within(&member).unwrap(), id, "The relay is slow".into())
            .await
            .unwrap();
        for stranger in [
            actor(&app, stranger, Role::Holder, domain::samples::NORFOLK),
            actor(&app, other, Role::Holder, domain::samples::SUFFOLK),
        ] {
            denied(duty_app::rota::rota_of(&app, permit_within(&stranger).unwrap(), id).await.map(drop));
            denied(duty_app::rota::leave_note(&app, permit_within(&stranger).unwrap(), id, "x".into()).await);
            assert!(duty_app::rota::rotas(&app, permit_within(&stranger).unwrap()).await.unwrap().is_empty());
        }
        let told = actor(&app, owner, Role::Holder, domain::samples::NORFOLK);
        duty_app::rota::rota_of(&app, permit_within(&told).unwrap(), id).await.unwrap();
        let read = duty_app::rota::rota_of(&app, permit_within(&root()).unwrap(), id).await.unwrap();
        assert_eq!(
            read.notes.iter().map(|note| note.note.as_str()).collect::<Vec<_>>(),
            ["The relay is slow"]
        );
        let own = duty_app::rota::own_calendar(&app, permit_within(&member).unwrap()).await.unwrap();
        assert!(
            own.contains("DTSTART:20261130T090000Z\r\nDTEND:20261207T090000Z\r\nSUMMARY:On call: Engineers"),
            "{own}"
        );
    });
}

#[test]
fn a_stale_form_and_what_cannot_be_read_change_nothing() {
    on_both(|Bench { app, world, .. }| async move {
        world.clock.set(wall("2026-11-23T12:00"));
        person(&app, "2001", domain::samples::NORFOLK).await;
        person(&app, "2002", domain::samples::NORFOLK).await;
        let id = covered(&app).await;
        let version = async || duty_app::rota::rota_to_change(&app, manage(), id).await.unwrap().0.version;
        let at = version().await;
        let change = |version, name: &str| {
            let form = Form { rota: id, version: Some(version), seen: String::new() };
            duty_app::rota::change_rota(&app, manage(), form, new_rota(name, "1"))
        };
        made(change(at, "Engineers on call").await);
        let stale = change(at, "Another").await.unwrap_err().to_string();
        assert!(stale.contains("somebody changed this rota"), "{stale}");
        assert_eq!(version().await, at + 1, "what is refused counts as no change");
        let put = |new: NewLayer| duty_app::rota::put_layer(&app, manage(), form(id, ""), None, new);
        let good = || weekly("2001", "2026-11-16 09:00");
        for (new, says) in [
            (NewLayer { people: "9999".into(), ..good() }, "nobody in this force has the number 9999"),
            (NewLayer { people: " ".into(), ..good() }, "at least one person"),
            (NewLayer { people: "2001\n".repeat(41), ..good() }, "40 participants are the most"),
            (NewLayer { turn: "0".into(), ..good() }, "a whole number from 1 on"),
            (NewLayer { turn: "53".into(), ..good() }, "a whole number from 1 on"),
            (NewLayer { unit: "years".into(), ..good() }, "choose hours, days or weeks"),
            (NewLayer { first: "2026-11-16".into(), ..good() }, "such as 2026-12-07 09:00"),
            (NewLayer { first: "soon".into(), ..good() }, "not a date"),
            (NewLayer { hours: "nights".into(), ..good() }, "such as Mon-Fri 17:00-08:00"),
            (
                NewLayer { start: "2026-12-02".into(), end: "2026-12-01".into(), ..good() },
                "an end after the start",
            ),
            (
                NewLayer { start: "2026-12-02".into(), end: "2027-12-01".into(), ..good() },
                "92 days are the most",
            ),
        ] {
            let error = put(new.clone()).await.unwrap_err().to_string();
            assert!(error.contains(says), "{new:?}: {error}");
        }
        let past = instead("2001", "2002", "2026-11-20", "2026-11-21");
        let past =
            duty_app::rota::override_rota(&app, manage(), form(id, ""), past).await.unwrap_err().to_string();
        assert!(past.contains("choose an end in the future"), "{past}");
        for _ in 1..8 {
            made(put(good()).await);
        }
        let full = put(good()).await.unwrap_err().to_string();
        assert!(full.contains("8 layers are the most"), "{full}");
        let again = duty_app::rota::add_rota(
            &app,
            manage(),
            new_rota("engineers ON call", "1"),
            good(),
            String::new(),
        );
        assert!(again.await.unwrap_err().to_string().contains("another rota has this name"));
    });
}
