//! Channels, orders, certificates, losses, passwords.

use domain::{
    BurstState, Cap, CommandState, Deed, Effect, EnrolmentState, LossMessageState, Platform, ResetCame,
    ResetCause, ResetState,
};
use store::{
    Tx, certificates, commands, containment, devices, enrolments, freezes, holds, loss_calls, loss_reports,
    orders, resets,
};

use super::{at, case, device, device_row, force, id, over_one_of_each, person};

fn enrolment(number: u32, channel: enrolments::Channel) -> enrolments::Enrolment {
    enrolments::Enrolment {
        id: id(number),
        device: device(),
        platform: Platform::Macos,
        channel,
        device_key: "KEY".into(),
        certificate: "c1".into(),
        state: EnrolmentState::Enrolled,
        created_at: at(5),
        enrolled_at: Some(at(6)),
        ended: None,
        last_contact_at: None,
        push_failed: None,
    }
}

#[test]
fn channels_of_a_device_and_of_its_users() {
    over_one_of_each(|tx| {
        let user = |name: Option<&str>| {
            let id = name.unwrap_or("nobody").to_owned();
            enrolments::Channel::User { id, name: name.map(str::to_owned) }
        };
        for (number, channel) in
            [(30, enrolments::Channel::Device), (31, user(Some("kim"))), (32, user(None))]
        {
            let row = enrolment(number, channel);
            enrolments::add(tx, &row)?;
            assert_eq!(enrolments::by_id(tx, row.id)?.as_ref(), Some(&row));
            assert_eq!(enrolments::live(tx, "c1", &row.channel)?.as_ref(), Some(&row));
            assert!(enrolments::end(tx, row.id, at(9), "left")?);
            let ended = enrolments::by_id(tx, row.id)?.unwrap();
            assert_eq!((ended.state, ended.ended), (EnrolmentState::None, Some((at(9), "left".into()))));
        }
        Ok(())
    });
}

#[test]
fn what_a_device_reported_of_itself() {
    over_one_of_each(|tx| {
        assert_eq!(devices::by_id(tx, device())?, Some(device_row()));
        devices::set_reported(tx, device(), Some(false), Some("18.1"), None)?;
        devices::set_judged(tx, device(), &devices::Judged { met: 3, not_met: 1, not_known: 2 }, at(9))?;
        let wanted = devices::Device {
            supervised: Some(false),
            os_version: Some("18.1".into()),
            met: 3,
            not_met: 1,
            not_known: 2,
            judged_at: Some(at(9)),
            ..device_row()
        };
        assert_eq!(devices::by_serial(tx, "SN1")?, Some(wanted.clone()));
        let order = devices::DeviceOrder::NotMetDown;
        let listed = devices::list(tx, &devices::DeviceFilter::default(), order, None, 9)?;
        assert_eq!(listed, [(wanted, Some("A. Officer (1)".into()))]);
        let counts = devices::counts(tx, Some(force()), at(9))?;
        assert_eq!(
            (counts.all, counts.enrolled, counts.attention, counts.silent, counts.sha1),
            (1, 0, 1, 0, 0)
        );
        Ok(())
    });
}

fn command(number: u32, state: CommandState) -> commands::Command {
    commands::Command {
        id: id(number),
        enrolment: id(30),
        word: "erase".into(),
        lane: 0,
        spec: "{}".into(),
        state,
        asked_by: "person:1".into(),
        reason: Some("lost".into()),
        case: Some(case()),
        queued_at: at(10),
        delivered_at: None,
        deliveries: 0,
        finished_at: None,
        error: None,
        deed: Deed::Lock,
        effect: Effect::Harsh,
        burst: None,
        expires_at: Some(at(99)),
        approved_by: None,
    }
}

#[test]
fn orders_with_and_without_a_second_person() {
    over_one_of_each(|tx| {
        enrolments::add(tx, &enrolment(30, enrolments::Channel::Device))?;
        let asked = command(33, CommandState::Asked);
        commands::add(tx, &asked)?;
        commands::add(tx, &command(34, CommandState::Queued))?;
        assert_eq!(commands::by_id(tx, asked.id)?.as_ref(), Some(&asked));
        assert_eq!(
            orders::asked(tx, None, 9)?.iter().map(|order| order.command).collect::<Vec<_>>(),
            [asked.id]
        );
        let seen = |tx: &mut Tx<'_>| -> Vec<(bool, bool)> {
            let mut all = containment::of_device(tx, device(), ["erase", "", "", ""]).unwrap();
            all.sort_by_key(|order| order.id);
            all.iter().map(|order| (order.approved, order.delivered)).collect()
        };
        assert_eq!(seen(tx), [(false, false), (false, false)]);
        assert!(commands::approve(tx, asked.id, "person:2", None)?);
        let taken = commands::take(tx, id(30), at(20))?.unwrap();
        assert_eq!((taken.approved_by.as_deref(), taken.delivered_at), (Some("person:2"), Some(at(20))));
        assert_eq!(seen(tx), [(true, true), (false, false)]);
        let stopped = commands::stop(tx, device(), Effect::Harsh, at(30), "held")?;
        assert_eq!((stopped.taken_back, stopped.uncertain), (1, 1));
        Ok(())
    });
}

#[test]
fn what_is_lifted_and_ended_by_whom_and_why() {
    over_one_of_each(|tx| {
        let mut freeze = freezes::Freeze {
            id: id(35),
            force: force(),
            why: "an attack".into(),
            frozen_at: at(1),
            frozen_by: "person:1".into(),
            lift: None,
        };
        freezes::freeze(tx, &freeze)?;
        assert_eq!(freezes::freeze_of(tx, force())?.as_ref(), Some(&freeze));
        assert!(freezes::ask_to_lift(tx, freeze.id, at(2), "person:2", "over")?);
        freeze.lift = Some((at(2), "person:2".into(), "over".into()));
        assert_eq!(freezes::freeze_of(tx, force())?, Some(freeze));

        let mut hold = holds::Hold {
            id: id(36),
            device: device(),
            force: force(),
            reference: "R1".into(),
            why: "an inquiry".into(),
            case: Some(case()),
            placed_at: at(1),
            placed_by: "person:1".into(),
            ended: None,
        };
        assert!(holds::place(tx, &hold)?);
        assert!(holds::by_id(tx, hold.id)?.as_ref() == Some(&hold));
        assert!(holds::end(tx, hold.id, at(3), "person:2", "done")?);
        hold.ended = Some((at(3), "person:2".into(), "done".into()));
        assert!(holds::of_device(tx, device())? == [hold]);

        let mut burst = orders::Burst {
            id: id(37),
            force: force(),
            effect: Effect::Harsh,
            cap: Cap::HarshForce,
            who: "person:1".into(),
            opened_by: "person:1".into(),
            opened_at: at(1),
            expires_at: at(9),
            state: BurstState::Held,
            ended: None,
        };
        orders::open_burst(tx, &burst)?;
        assert_eq!(orders::bursts(tx, None)?, [burst.clone()]);
        assert!(orders::end_burst(
            tx,
            burst.id,
            BurstState::Cancelled,
            &orders::BurstEnd { at: at(4), by: "person:2", why: "no" }
        )?);
        burst.state = BurstState::Cancelled;
        burst.ended = Some((at(4), "person:2".into(), "no".into()));
        assert_eq!(orders::burst_by_id(tx, burst.id)?, Some(burst));
        Ok(())
    });
}

#[test]
fn certificates_as_they_are_shown() {
    over_one_of_each(|tx| {
        let mut row = certificates::Certificate {
            sha256: "c1".into(),
            serial: "01".into(),
            device: device(),
            issued_at: at(1),
            not_after: at(99),
            renewed_from: None,
            revoked_at: None,
        };
        certificates::add(tx, &row)?;
        enrolments::add(tx, &enrolment(30, enrolments::Channel::Device))?;
        let renewal = certificates::Certificate {
            sha256: "c2".into(),
            serial: "02".into(),
            issued_at: at(2),
            renewed_from: Some("c1".into()),
            ..row.clone()
        };
        certificates::add(tx, &renewal)?;
        certificates::set_renewal(tx, "c2", "key", &[7])?;
        let found = certificates::renewal_by_key(tx, "c1", "key")?;
        assert_eq!(found, Some(certificates::Renewal { answer: vec![7], revoked: false }));
        assert!(certificates::revoke(tx, "c1", at(5), "lost")?);
        row.revoked_at = Some(at(5));
        assert_eq!(certificates::of_device(tx, device())?, [renewal, row]);
        let shown = certificates::shown(tx, device())?;
        let shown: Vec<_> =
            shown.iter().map(|one| (one.is_renewal, one.in_use, one.revoked.clone())).collect();
        assert_eq!(shown, [(true, false, None), (false, true, Some((at(5), "lost".into())))]);
        certificates::add_challenge(tx, "d", device(), at(1), at(50))?;
        assert!(!certificates::is_void(tx, "d")?);
        certificates::void_challenges(tx, device(), at(2))?;
        assert!(certificates::is_void(tx, "d")?);
        Ok(())
    });
}

#[test]
#[expect(clippy::too_many_lines, reason = "one row after the other")]
fn calls_about_a_loss() {
    over_one_of_each(|tx| {
        let report = loss_reports::LossReport {
            id: id(38),
            reference: "L-1".into(),
            force: force(),
            loss: id(38),
            case: case(),
            device: Some(device()),
            came: "desk".into(),
            person: None,
            how: "lost".into(),
            meaning: "ours".into(),
            last_had: Some(at(1)),
            reported_at: at(2),
            answers: Some(vec![3]),
            form_digest: "f".into(),
            secret_digest: "s".into(),
            found_at: None,
        };
        loss_reports::add(tx, &report)?;
        assert!(loss_reports::by_id(tx, report.id)?.as_ref() == Some(&report));
        let mut call = loss_calls::LossCall {
            loss: report.id,
            force: force(),
            case: case(),
            device: Some(device()),
            standing: "calling".into(),
            unanswered: false,
            next: [1, 2],
            current: [3, 4],
            outstanding: 5,
            passed: 6,
            promised_by: at(7),
            step_due: at(8),
            next_at: Some(at(9)),
            began_at: at(10),
            answer: None,
        };
        loss_calls::add(tx, &call)?;
        assert_eq!(loss_calls::by_id(tx, call.loss)?.as_ref(), Some(&call));
        call.next = [11, 12];
        call.unanswered = true;
        for (instead_of, contained) in [(None, true), (Some(person()), false)] {
            let answer = loss_calls::LossAnswer { at: at(13), by: "person:1".into(), instead_of, contained };
            call.answer = Some(answer);
            loss_calls::set(tx, &call)?;
            assert_eq!(loss_calls::open(tx, None, 9)?, [call.clone()]);
        }
        let counts = loss_calls::counts(tx, None)?;
        assert_eq!((counts.unanswered, counts.calling, counts.open), (1, 0, 1));
        let message = loss_calls::LossMessage {
            id: id(39),
            loss: report.id,
            attempt: [1, 2],
            person: person(),
            notice: None,
            state: LossMessageState::Sent,
            made_at: at(14),
            ended_at: None,
            why: None,
            token_digest: "t".into(),
            token_until: at(90),
            token_used_at: None,
            reply_digest: Some("r".into()),
        };
        loss_calls::add_message(tx, &message)?;
        assert_eq!(loss_calls::by_token(tx, "t")?, Some(message));
        Ok(())
    });
}

#[test]
fn requests_about_a_password() {
    over_one_of_each(|tx| {
        let mut row = resets::Reset {
            id: id(40),
            force: force(),
            case: case(),
            device: device(),
            person: person(),
            cause: ResetCause::Forgotten,
            came: ResetCame::Telephone,
            privileged: true,
            opened_by: "person:1".into(),
            opened_at: at(1),
            form_digest: "f".into(),
            state: ResetState::Proving,
            asked: None,
            decided: None,
            command: None,
            cleared_at: None,
            number: None,
            vouch_asked_at: None,
            reminders: 0,
            ended_at: None,
            next_at: Some(at(9)),
        };
        resets::add(tx, &row)?;
        assert!(resets::by_id(tx, row.id)?.as_ref() == Some(&row));
        let by = |who: &str, when| resets::By { who: who.into(), at: at(when) };
        row.state = ResetState::Deciding;
        (row.asked, row.decided) = (Some(by("person:2", 3)), Some(by("person:3", 4)));
        row.number = Some(resets::Number { sealed: vec![5], until: at(6), tries: 2 });
        row.reminders = 1;
        assert!(resets::set(tx, &row, ResetState::Proving)?);
        assert!(resets::open_of_device(tx, device())?.as_ref() == Some(&row));
        row.number = None;
        assert!(resets::set(tx, &row, ResetState::Deciding)?);
        assert!(resets::of_case(tx, case())? == [row]);
        Ok(())
    });
}
