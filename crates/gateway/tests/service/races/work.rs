//! What nodes share among each other: jobs, notices, decisions, numbers.

use domain::{JobId, NoticeId, NoticeState, PeriodId, PeriodKind, PersonId, Span, Timestamp};
use kernel::access::{Actor, Role, Roles, Who, permit};
use permissions_app::{Asked, Decision, NewPermission};
use store::duty::PeriodRow;
use store::jobs::{self, Lane, NewJob};
use store::notices::Notice;

use super::{Ring, both, race};

const LEASE: Span = Span::from_secs(60);
/// A job that nothing but the race knows.
fn race_job(id: JobId, subject: &str, run_at: Timestamp) -> NewJob<'_> {
    NewJob { id, kind: "race", subject, lane: Lane::Ordinary, run_at }
}

const DAY: Span = Span::from_secs(24 * 3600);

#[test]
fn a_due_job_is_claimed_by_one_node() {
    race("claim against claim of jobs", async |ring| {
        for round in 0..ring.rounds {
            let (now, id) = (ring.service.world.now(), JobId::from_uuid(ring.service.world.uuid()));
            let subject = format!("{round}");
            let asked =
                ring.service.app.store().write(move |tx| jobs::ask(tx, &race_job(id, &subject, now), now));
            asked.await.unwrap();
            let (one, two) = (ring.service.app.store().clone(), ring.other.store().clone());
            let (one, two) = both(
                round,
                async move {
                    one.write(move |tx| jobs::claim(tx, now, Lane::Ordinary, LEASE, 100)).await.unwrap()
                },
                async move {
                    two.write(move |tx| jobs::claim(tx, now, Lane::Ordinary, LEASE, 100)).await.unwrap()
                },
            )
            .await;
            let claims = |all: &[jobs::Job]| all.iter().filter(|job| job.kind == "race").count();
            assert_eq!(claims(&one) + claims(&two), 1, "round {round}");
            ring.note(if claims(&one) == 1 { "the first" } else { "the second" });
            let all: Vec<jobs::Job> = one.into_iter().chain(two).collect();
            let ended =
                ring.other.store().write(move |tx| all.iter().try_for_each(|job| jobs::done(tx, job)));
            ended.await.unwrap();
        }
    });
}

#[test]
fn a_job_whose_lease_is_over_is_ended_by_whoever_has_it_now() {
    race("claim against the end of jobs", async |ring| {
        for round in 0..ring.rounds {
            let (now, id) = (ring.service.world.now(), JobId::from_uuid(ring.service.world.uuid()));
            let subject = format!("{round}");
            let late = now.plus(LEASE);
            let claimed = ring.service.app.store().write(move |tx| {
                jobs::ask(tx, &race_job(id, &subject, now), now)?;
                jobs::claim(tx, now, Lane::Ordinary, LEASE, 100)
            });
            let claimed = claimed.await.unwrap();
            let slow = claimed.iter().find(|job| job.kind == "race").unwrap().clone();
            let (one, two, former) =
                (ring.service.app.store().clone(), ring.other.store().clone(), slow.clone());
            let fails = round % 4 < 2;
            let ((), again) = both(
                round,
                async move {
                    let ended = one.write(move |tx| match fails {
                        true => jobs::failed(tx, &former, late, Some(late), "too slow"),
                        false => jobs::done(tx, &former),
                    });
                    ended.await.unwrap();
                },
                async move {
                    two.write(move |tx| jobs::claim(tx, late, Lane::Ordinary, LEASE, 100)).await.unwrap()
                },
            )
            .await;
            let taken = again.iter().find(|job| job.id == slow.id).cloned();
            ring.note(if taken.is_some() { "claimed anew" } else { "ended before" });
            // Whoever claimed it anew has it to themselves until the end, whatever the former one writes.
            if let Some(taken) = taken {
                let (store, job) = (ring.service.app.store(), slow.clone());
                let free = store.write(move |tx| {
                    jobs::done(tx, &job)?;
                    jobs::failed(tx, &job, late, Some(late), "too slow")?;
                    jobs::claim(tx, late, Lane::Ordinary, LEASE, 100)
                });
                assert!(free.await.unwrap().iter().all(|job| job.id != taken.id), "round {round}");
                store.write(move |tx| jobs::done(tx, &taken)).await.unwrap();
            } else {
                let store = ring.service.app.store();
                let left =
                    store.write(move |tx| jobs::claim(tx, late, Lane::Ordinary, LEASE, 100)).await.unwrap();
                for job in left {
                    store.write(move |tx| jobs::done(tx, &job)).await.unwrap();
                }
            }
        }
    });
}

#[test]
fn a_notice_is_told_once() {
    race("telling against telling", async |ring| {
        let person = ring.on_duty("TOLD").await;
        while notices_app::send_notices(&ring.other, None, 50).await.unwrap() > 0 {}
        let told = async |ring: &Ring| {
            let actions = ring.service.ledger_actions().await;
            actions.iter().filter(|(action, _)| action == "notice.told").count()
        };
        let before = told(ring).await;
        for round in 0..ring.rounds {
            ring.wait_to_tell(person, round).await;
            let (one, two) = (ring.service.app.clone(), ring.other.clone());
            let (one, two) = both(
                round,
                async move { notices_app::send_notices(&one, None, 50).await.unwrap() },
                async move { notices_app::send_notices(&two, None, 50).await.unwrap() },
            )
            .await;
            ring.note(if one >= two { "the first looked" } else { "the second looked" });
        }
        assert_eq!(told(ring).await - before, ring.rounds);
    });
}

#[test]
fn a_node_that_slept_through_its_lease_does_nothing_a_second_time() {
    race("a node that sleeps", async |ring| {
        let person = ring.on_duty("SLEEPER").await;
        while notices_app::send_notices(&ring.other, None, 50).await.unwrap() > 0 {}
        for round in 0..ring.rounds.min(20) {
            ring.wait_to_tell(person, round).await;
            let (store, now) = (ring.service.app.store(), ring.service.world.now());
            let asleep = store.write(move |tx| {
                let mut due = store::notices::due(tx, now, 50)?;
                for notice in &mut due {
                    assert!(store::notices::claim(tx, notice, now.plus(LEASE))?);
                }
                Ok::<_, store::StoreError>(due)
            });
            let asleep = asleep.await.unwrap();
            assert_eq!(asleep.len(), 1);
            ring.service.world.clock.advance(Span::from_secs(2 * 60));
            assert_eq!(
                notices_app::send_notices(&ring.other, None, 50).await.unwrap(),
                1,
                "another node does it"
            );
            // It wakes up, and writes back what it had begun.
            let woken = store.write(move |tx| {
                let (notice, again) = (&asleep[0], Some(now));
                store::notices::hold(tx, notice, now, "off-duty")?;
                let failed = store::notices::failed(tx, notice, again, "on-duty", "slept")?;
                let told = store::notices::told(
                    tx,
                    notice.id,
                    &store::notices::Told { state: NoticeState::Mailed, duty: "on-duty", exception: false },
                    now,
                )?;
                Ok::<_, store::StoreError>((failed, told))
            });
            assert_eq!(woken.await.unwrap(), (false, false), "round {round}");
            assert_eq!(notices_app::send_notices(&ring.other, None, 50).await.unwrap(), 0, "round {round}");
            ring.note("done once");
        }
    });
}

impl Ring {
    /// Somebody whose shift this is.
    async fn on_duty(&self, number: &str) -> PersonId {
        let (person, now) = (self.service.person(number, true).await, self.service.world.now());
        let row = PeriodRow {
            id: PeriodId::from_uuid(self.service.world.uuid()),
            person,
            kind: PeriodKind::Shift,
            absence: String::new(),
            start: now.minus(DAY),
            end: now.plus(DAY),
            source: "page".into(),
        };
        self.service.app.store().write(move |tx| store::duty::add_period(tx, &row, now)).await.unwrap();
        person
    }

    async fn wait_to_tell(&self, person: PersonId, round: usize) {
        let now = self.service.world.now();
        let row = Notice {
            id: NoticeId::from_uuid(self.service.world.uuid()),
            person,
            force: domain::samples::NORFOLK,
            key: format!("race:{round}"),
            reason: "routine".into(),
            case: None,
            decided: None,
            subject: "a race".into(),
            body: "a race".into(),
            link: "/me".into(),
            created_at: now,
            state: NoticeState::Waiting,
            due_at: Some(now),
            duty: "on-duty".into(),
            told_at: None,
            exception: false,
            attempts: 0,
            last_error: None,
            read_at: None,
        };
        assert!(self.service.app.store().write(move |tx| store::notices::add(tx, &row)).await.unwrap());
    }

    async fn signed_in(&self, number: &str, role: Role) -> Actor {
        let id = self.service.person(number, false).await;
        kernel::access::actor(
            &self.service.app,
            Who {
                name: format!("person:{id}"),
                shown: format!("Person {number}"),
                person: Some(id),
                roles: role.into(),
                everywhere: Roles::NONE,
                force: Some(domain::samples::NORFOLK),
            },
        )
    }
}

#[test]
fn a_permission_is_decided_once() {
    race("decide against decide", async |ring| {
        ring.service.ready("RACE0011").await;
        let (yes, no) = (
            ring.signed_in("YES", Role::ServiceDeskLead).await,
            ring.signed_in("NO", Role::ServiceDeskLead).await,
        );
        for round in 0..ring.rounds {
            let new = NewPermission {
                register: "private-hubs".into(),
                once: format!("a-form-of-the-race-{round:06}"),
                device: "RACE0011".into(),
                because: "on call from home".into(),
                until: ring.service.world.now().plus(Span::from_secs(30 * 24 * 3600)).to_string()[..10]
                    .to_owned(),
                fields: [("place".into(), "at home".into()), ("network".into(), "AMES-HUB".into())].into(),
                security: "wpa2-personal".into(),
                passphrase: Some(domain::Secret::new("kittens in the rain".into())),
                ..NewPermission::default()
            };
            let asked =
                permissions_app::ask_permission(&ring.service.app, permit(&ring.service.desk).unwrap(), new)
                    .await
                    .unwrap();
            let Asked::Entered(id) = asked else { panic!("{asked:?}") };
            let decision = |grant| Decision { grant, because: "looked at it".into(), ..Decision::default() };
            let (one, two) = (ring.service.app.clone(), ring.other.clone());
            let (grant, refuse) = (permit(&yes).unwrap(), permit(&no).unwrap());
            let (grants, refuses) = (decision(true), decision(false));
            let (granted, refused) = both(
                round,
                async move { permissions_app::decide_permission(&one, grant, id, grants).await },
                async move { permissions_app::decide_permission(&two, refuse, id, refuses).await },
            )
            .await;
            assert_ne!(granted.is_ok(), refused.is_ok(), "round {round}: {granted:?} {refused:?}");
            ring.note(if granted.is_ok() { "granted" } else { "refused" });
        }
    });
}
