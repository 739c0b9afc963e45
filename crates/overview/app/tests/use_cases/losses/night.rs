//! Simulated nights: from a seed, reports, people on and off call, mail that fails, texts that are refused, fail late, are never heard of
//! again or whose receipts come in any order, devices that answer or do not, answers by code and on the page, and restarts. After every
//! step the promise is checked, and a message that was not expected fails the night.
//!
//! Five tests run two hundred seeds each. `LANYARD_NIGHTS=20000 cargo nextest run --workspace nights` gives each of them as many.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::{Arc, Mutex};

use domain::{Channel, DeliveryState, LossMessageState, Secret};
use domain::{DeviceId, LossId, PersonId, Span, Timestamp};
use losses_app::Reply;
use losses_app::report::report_publicly;
use notices_app::deliveries::{ReceiptCame, take_receipt};
use outbound::channel::{Channel as Sends, Channels};
use simulation::texts::{Behaviour, TextProvider};
use store::deliveries::Delivery;
use store::loss_calls::{LossCall, LossMessage};
use testkit::Relay;

use super::force::{
    about, actor, call, device_answers, mail_to, messages, minutes, on_call, phone, report, settle, with_role,
};
use super::texts::{NUMBERS, calls_of, proved, provider, sent_for, text_by};
use kernel::access::{Role, permit};
use kernel::testing::{Bench, on_bench, on_both};
use kernel::{App, PolicyInForce};
use outbound::mail::Mail;

/// How many nights one test runs, unless `LANYARD_NIGHTS` says otherwise.
const NIGHTS: u64 = 200;
/// How many nights share a database. One that fails names its seed; it is run again with those before it on the same database.
const TOGETHER: u64 = 25;
/// The time in which a loss must be contained or answered, or shown as unanswered.
const PROMISE: Span = Span::from_secs(30 * 60);

/// A small generator (SplitMix64), so that a seed gives the same night everywhere.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn one_in(&mut self, chances: u64) -> bool {
        self.throw(chances) == 0
    }
}

struct Night {
    seed: u64,
    loss: LossId,
    device: DeviceId,
    reported_at: Timestamp,
    /// The time since which nobody may be called, at least for a while.
    over_at: Option<Timestamp>,
}

impl Night {
    /// Checks the promise, and that nothing was sent that should not have been.
    async fn check(&mut self, app: &App) {
        let (now, seed) = (app.world().now(), self.seed);
        let state: LossCall = call(app, self.loss).await;
        let (calling, taken) = (state.standing == "calling", state.standing == "taken");
        assert_eq!(calling || taken, state.next_at.is_some(), "seed {seed}: {state:?}");
        if calling || taken {
            assert!(state.next_at.unwrap() > now, "seed {seed}: due and not done: {state:?}");
            assert!(state.next_at.unwrap() <= now.plus(minutes(30)), "seed {seed}: {state:?}");
        }
        if calling {
            let late = now >= self.reported_at.plus(PROMISE);
            assert!(!late || state.unanswered, "seed {seed}: nobody answered and nothing says so");
            // Whoever took it had their time: people may be called again.
            self.over_at = None;
        } else if self.over_at.is_none() {
            self.over_at = Some(now);
        }
        let all = messages(app, self.loss).await;
        let mut unique = HashSet::new();
        for message in &all {
            assert!(unique.insert((message.attempt, message.person)), "seed {seed}: the same message twice");
            if let Some(over) = self.over_at {
                assert!(message.made_at <= over, "seed {seed}: a message after the end");
                assert_ne!(
                    message.state,
                    LossMessageState::Sent,
                    "seed {seed}: a message waits after the end"
                );
            }
        }
    }

    /// Checks that each letter and each text belongs to a message of the call, and each message that reached somebody to one of them.
    async fn account(&self, app: &App, around: &Around, letters_before: usize) {
        let (seed, calling) = (self.seed, call(app, self.loss).await.standing == "calling");
        let all = messages(app, self.loss).await;
        let sent = sent_for(app, self.loss).await;
        let by = |channel| sent.iter().filter(move |one| one.channel == channel);
        let letters = calls_in(&around.relay) - letters_before;
        let mailed = by(Channel::Mail).filter(|one| one.state == DeliveryState::Sent).count();
        assert_eq!(
            letters,
            mailed,
            "seed {seed}: letters that no message accounts for: {:?} {sent:?}",
            told(&all)
        );
        let texts = calls_of(&around.provider).iter().filter(|text| text.at >= self.reported_at).count();
        let texted = by(Channel::Text).filter(|one| one.provider_id.is_some()).count();
        assert_eq!(
            texts,
            texted,
            "seed {seed}: texts that no message accounts for: {:?} {sent:?}",
            told(&all)
        );
        for message in all.iter().filter(|message| message.state == LossMessageState::Delivered) {
            let reached = sent.iter().filter(|one| one.notice == message.notice);
            let arrived = |one: &Delivery| match one.channel {
                Channel::Mail => one.state == DeliveryState::Sent,
                _ => one.state == DeliveryState::Delivered,
            };
            assert!(reached.clone().any(arrived), "seed {seed}: delivered by nothing: {message:?}");
        }
        if !calling {
            let waits = |one: &&Delivery| one.state == DeliveryState::Pending;
            assert!(
                !sent.iter().any(|one| waits(&one)),
                "seed {seed}: a message waits after the end: {sent:?}"
            );
        }
    }
}

/// What is around the service: a relay that takes letters, others that do not, and the provider of texts.
struct Around {
    relay: Relay,
    mails: [Mail; 3],
    provider: TextProvider,
    text: Arc<dyn Sends>,
}

impl Around {
    fn channels(&self, dice: &mut Dice) -> Channels {
        let mail = &self.mails[usize::try_from(dice.throw(5).min(2)).unwrap()];
        let mail = if dice.one_in(2) { &self.mails[0] } else { mail };
        Channels { mail: Some(mail.clone()), text: Some(Arc::clone(&self.text)), hook: None }
    }

    /// Changes what becomes of texts, and lets receipts come, late, twice and in any order.
    async fn draw(&self, app: &App, dice: &mut Dice) {
        let behaviours = [
            Behaviour::Delivers,
            Behaviour::Refuses(400, "BadRequestError"),
            Behaviour::Refuses(429, "RateLimitError"),
            Behaviour::Refuses(500, "InternalServerError"),
            Behaviour::FailsLate("temporary-failure"),
            Behaviour::IsSilent,
        ];
        for number in &NUMBERS[..2] {
            self.provider.behave(number, behaviours[usize::try_from(dice.throw(6)).unwrap()]);
        }
        let texts = calls_of(&self.provider);
        for text in texts.iter().rev().take(3) {
            if !dice.one_in(3) {
                continue;
            }
            let words = ["delivered", "permanent-failure", "sending", "temporary-failure"];
            let status = words[usize::try_from(dice.throw(4)).unwrap()].to_owned();
            let reference = dice.one_in(2).then(|| text.reference.clone());
            take_receipt(app, ReceiptCame { provider_id: text.id.clone(), reference, status }).await.unwrap();
        }
    }

    /// Lets somebody answer the last text by its code, or by something else.
    async fn reply(&self, app: &App, dice: &mut Dice) {
        let Some(text) = calls_of(&self.provider).pop() else { return };
        let said = match dice.throw(3) {
            0 => "who is this?".to_owned(),
            _ => text.says.split("reply ").nth(1).unwrap().split(' ').next().unwrap().to_lowercase(),
        };
        let id = format!("night-{}", dice.throw(u64::MAX));
        let reply = Reply { id, from: Secret::new(text.to), text: Secret::new(said) };
        losses_app::take_text(app, reply).await.unwrap();
    }
}

/// Counts the letters that call somebody; others are about cases, which have tests of their own.
fn calls_in(relay: &Relay) -> usize {
    relay.letters().iter().filter(|letter| letter.contains("You are called: answer now")).count()
}

/// Writes the messages of a call so that a failure can be read.
fn told(all: &[LossMessage]) -> Vec<String> {
    all.iter()
        .map(|one| {
            format!("{:?} {} {} {} {:?}", one.attempt, one.person, one.state.as_str(), one.made_at, one.why)
        })
        .collect()
}

struct People {
    all: Vec<(PersonId, Role)>,
}

impl People {
    /// Puts some of them on call for some of the night; returns whether anybody is.
    async fn draw(&self, app: &App, dice: &mut Dice) {
        let now = app.world().now();
        for (person, _) in &self.all {
            if dice.one_in(3) {
                let start = now.plus(minutes(i64::try_from(dice.throw(90)).unwrap())).minus(minutes(60));
                let end = start.plus(minutes(10 + i64::try_from(dice.throw(240)).unwrap()));
                on_call(app, *person, start, end).await;
            }
        }
    }
}

async fn one_event(app: &App, night: &Night, dice: &mut Dice, people: &People, around: &Around) {
    let officer = people.all.iter().find(|(_, role)| *role == Role::DutyOfficer).unwrap();
    let officer = actor(app, officer.0, officer.1);
    around.draw(app, dice).await;
    match dice.throw(13) {
        0 => {
            let _ = losses_app::contain::contain(app, permit(&officer).unwrap(), night.loss).await;
        }
        1 => device_answers(app, night.device).await,
        2 => {
            let number = [Some("8000"), Some("8002"), None][usize::try_from(dice.throw(3)).unwrap()];
            losses_app::acknowledge_call(app, permit(&officer).unwrap(), night.loss, number).await.unwrap();
        }
        3 => {
            let _ = losses_app::escalate_call(app, permit(&officer).unwrap(), night.loss).await;
        }
        4 if dice.one_in(3) => {
            losses_app::confirm_found(app, permit(&officer).unwrap(), night.loss, "seen").await.unwrap();
        }
        5 => people.draw(app, dice).await,
        7 if dice.one_in(3) => around.reply(app, dice).await,
        6 => {
            // Another report of the same device joins the call.
            let form = format!("{} {}", night.seed, dice.throw(u64::MAX));
            report_publicly(app, report(&form, about(&format!("SERIAL{}", night.seed)))).await.unwrap();
        }
        _ => {}
    }
}

fn policy() -> PolicyInForce {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../policy");
    let files = policy::Files::read(&folder).unwrap();
    let platforms = kernel::testing::platforms();
    PolicyInForce::load(files, &policy::Overrides::new(), "Norfolk Constabulary", &platforms).unwrap()
}

/// How nights ended: how many of them with each standing of their call.
type Ends = Mutex<HashMap<String, u64>>;

/// Runs the nights of one test: those of the first one, the second one and so on.
#[expect(clippy::disallowed_methods, reason = "who runs the tests says how long")]
fn nights(test: u64) {
    let many = std::env::var("LANYARD_NIGHTS").map_or(NIGHTS, |said| said.parse().unwrap());
    let ends = Ends::default();
    let seeds = test * many..(test + 1) * many;
    for first in seeds.clone().step_by(usize::try_from(TOGETHER).unwrap()) {
        on_bench(|bench| some_nights(bench, first..(first + TOGETHER).min(seeds.end), &ends));
    }
    let ends = ends.into_inner().unwrap();
    for standing in ["calling", "taken", "contained", "acknowledged", "ended"] {
        let count = ends.get(standing).copied().unwrap_or_default();
        assert!(count > many / 100, "the nights are too alike: {ends:?}");
    }
}

#[test]
fn nights_of_the_first_seeds_do_not_end_in_silence() {
    nights(0);
}

#[test]
fn nights_of_the_second_seeds_do_not_end_in_silence() {
    nights(1);
}

#[test]
fn nights_of_the_third_seeds_do_not_end_in_silence() {
    nights(2);
}

#[test]
fn nights_of_the_fourth_seeds_do_not_end_in_silence() {
    nights(3);
}

#[test]
fn nights_of_the_fifth_seeds_do_not_end_in_silence() {
    nights(4);
}

#[test]
fn nights_on_both_engines_do_not_end_in_silence() {
    on_both(|bench| async move { some_nights(bench, 5000..5020, &Ends::default()).await });
}

/// Runs the nights of some seeds one after the other, with the same people.
async fn some_nights(bench: Bench, seeds: Range<u64>, ends: &Ends) {
    let relay = Relay::start(250).await;
    let refuses = Relay::start(550).await;
    let busy = Relay::start(451).await;
    let provider = provider(&bench.world);
    let (mails, text) = ([mail_to(&relay), mail_to(&refuses), mail_to(&busy)], text_by(&provider));
    let around = Around { relay, mails, provider, text };
    let mut people = People { all: Vec::new() };
    for (number, role, email) in [
        ("8000", Role::OnCallEngineer, true),
        ("8001", Role::OnCallEngineer, false),
        ("8002", Role::ServiceDeskLead, true),
        ("8003", Role::InformationSecurity, true),
        ("8004", Role::DutyOfficer, true),
    ] {
        people.all.push((with_role(&bench.app, number, role, email).await, role));
    }
    // One has a number and mail, another a number alone.
    for (place, number) in [0, 1].into_iter().zip(NUMBERS) {
        proved(&bench.app, &around.provider, people.all[place].0, number).await;
    }
    let restarted = bench.another_node(policy());
    for seed in seeds {
        let end = one_night(&bench, &restarted, &around, &people, seed).await;
        *ends.lock().unwrap().entry(end).or_default() += 1;
    }
}

/// Runs one night; returns the standing of its call at the end.
async fn one_night(bench: &Bench, restarted: &App, around: &Around, people: &People, seed: u64) -> String {
    let (app, world) = (&bench.app, &bench.world);
    let mut dice = Dice(seed);
    // Some nights later, at some hour outside the desk's, so that both chains and both clocks of the year come up.
    world.clock.advance(Span::from_secs(3600 * i64::try_from(7 + dice.throw(60)).unwrap()));
    let device = phone(app, &format!("SERIAL{seed}"), Some(bench.person)).await;
    people.draw(app, &mut dice).await;
    settle(app, None).await;
    let letters_before = calls_in(&around.relay);
    let reported = report_publicly(app, report(&format!("night {seed}"), about(&format!("SERIAL{seed}"))))
        .await
        .unwrap();
    let mut night = Night { seed, loss: reported.loss, device, reported_at: world.now(), over_at: None };
    for _ in 0..18 {
        // A node that was stopped has lost its memory; the other takes over with the database alone.
        let node = if dice.one_in(4) { restarted } else { app };
        let by = around.channels(&mut dice);
        one_event(node, &night, &mut dice, people, around).await;
        settle(node, &by).await;
        night.check(node).await;
        world.clock.advance(minutes(1 + i64::try_from(dice.throw(9)).unwrap()));
        settle(node, &by).await;
        night.check(node).await;
        night.account(node, around, letters_before).await;
    }
    let end = call(app, night.loss).await.standing;
    if end == "calling" || end == "taken" {
        // Nobody is called into the next night: the test has one call at a time.
        let officer = actor(app, people.all[4].0, Role::DutyOfficer);
        losses_app::confirm_found(app, permit(&officer).unwrap(), night.loss, "the night is over")
            .await
            .unwrap();
        settle(app, Some(&around.mails[0])).await;
    }
    finish(app, &night).await;
    end
}

/// Finishes the case and the form of a night, as people do in the days after it: what stays open is chased in every later night.
async fn finish(app: &App, night: &Night) {
    let (loss, now) = (night.loss, app.world().now());
    app.store()
        .write(move |tx| {
            let Some(call) = store::loss_calls::by_id(tx, loss)? else { return Ok(()) };
            if let Some(row) = store::incidents::of_case(tx, call.case)? {
                let before = row.version;
                let done = store::incidents::Incident {
                    version: before + 1,
                    clock: "not-notifiable".into(),
                    next_at: None,
                    ..row
                };
                assert!(store::incidents::set(tx, &done, before)?, "nobody else changes it");
            }
            store::cases::close(tx, call.case, now, "the night is over", "done")?;
            Ok::<_, kernel::AppError>(())
        })
        .await
        .unwrap();
}
