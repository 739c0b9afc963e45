//! Calls by text: the stand-in for the provider refuses, fails late, is silent or answers out of order.

use std::sync::Arc;

use domain::{Channel, ContactMethodId, DeliveryState, LossId, LossMessageState, PersonId, Span};
use losses_app::report::report_publicly;
use notices_app::deliveries::{ReceiptCame, take_receipt};
use notices_app::methods;
use outbound::channel::{Channel as Sends, Channels};
use outbound::notify::{ApiKey, Notify, NotifyConfig};
use simulation::texts::{Behaviour, TEMPLATE, Text, TextProvider};
use store::deliveries::{self, Delivery};
use testkit::{Relay, TestWorld};

use super::force::{
    about, actor, call, mail_to, messages, minutes, on_call, phone, report, settle, with_role,
};
use kernel::App;
use kernel::access::{Role, permit};
use kernel::testing::{Bench, on_bench, on_both};

/// The numbers of the tests, which no network gives to anybody.
pub(super) const NUMBERS: [&str; 5] =
    ["+447700900301", "+447700900302", "+447700900303", "+447700900304", "+447700900305"];

pub(super) fn provider(world: &TestWorld) -> TextProvider {
    TextProvider::start(world.world(), TextProvider::find_port().unwrap()).unwrap()
}

pub(super) fn text_by(provider: &TextProvider) -> Arc<dyn Sends> {
    // Every test of this process may be the first.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let config = NotifyConfig {
        address: format!("http://{}", provider.address),
        key: ApiKey::read(&TextProvider::key()).unwrap(),
        template: TEMPLATE.into(),
        sender: None,
    };
    Arc::new(Notify::new(config).unwrap())
}

pub(super) fn channels(provider: &TextProvider, relay: Option<&Relay>) -> Channels {
    Channels { text: Some(text_by(provider)), mail: relay.map(mail_to), hook: None }
}

pub(super) async fn own_ways(app: &App, person: PersonId) -> Vec<methods::MethodView> {
    let own = methods::own_methods(app, permit(&actor(app, person, Role::Holder)).unwrap()).await.unwrap();
    own.unwrap().methods
}

pub(super) fn code_in(text: &Text) -> String {
    text.says.split(|c: char| !c.is_ascii_digit()).find(|word| word.len() == 6).unwrap().to_owned()
}

/// Adds a number, not proved yet; returns its id.
pub(super) async fn added(app: &App, person: PersonId, number: &str) -> ContactMethodId {
    let own = actor(app, person, Role::Holder);
    methods::add_method(app, permit(&own).unwrap(), Channel::Text, number).await.unwrap();
    own_ways(app, person).await.into_iter().find(|way| way.address == number).unwrap().id.unwrap()
}

/// Adds a number and proves it by the code that came.
pub(super) async fn proved(app: &App, provider: &TextProvider, person: PersonId, number: &str) {
    let id = added(app, person, number).await;
    settle(app, &channels(provider, None)).await;
    let code = code_in(provider.texts().iter().rev().find(|text| text.to == number).unwrap());
    let own = actor(app, person, Role::Holder);
    methods::verify_method(app, permit(&own).unwrap(), id, &code).await.unwrap();
}

async fn reference_of(app: &App, loss: LossId) -> String {
    let report = app.store().read(move |tx| store::loss_reports::by_id(tx, loss)).await.unwrap();
    report.unwrap().reference
}

/// Returns the texts that call somebody.
pub(super) fn calls_of(provider: &TextProvider) -> Vec<Text> {
    provider.texts().into_iter().filter(|text| text.says.contains(". Answer: reply ")).collect()
}

pub(super) async fn sent_for(app: &App, loss: LossId) -> Vec<Delivery> {
    let mut all = Vec::new();
    for message in messages(app, loss).await {
        let Some(notice) = message.notice else { continue };
        all.extend(app.store().read(move |tx| deliveries::of_notice(tx, notice)).await.unwrap());
    }
    all
}

pub(super) fn states(all: &[Delivery]) -> Vec<(Channel, DeliveryState)> {
    all.iter().map(|one| (one.channel, one.state)).collect()
}

/// A force with an engineer on call who has a proved number, a reported phone, and a duty officer.
pub(super) struct Scene {
    pub(super) app: App,
    pub(super) world: TestWorld,
    pub(super) provider: TextProvider,
    pub(super) relay: Relay,
    pub(super) channels: Channels,
    pub(super) engineer: PersonId,
    pub(super) lead: PersonId,
}

impl Scene {
    pub(super) async fn of(bench: Bench, engineer_mail: bool) -> Self {
        let Bench { app, world, person } = bench;
        let (provider, relay) = (provider(&world), Relay::start(250).await);
        phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let engineer = with_role(&app, "9001", Role::OnCallEngineer, engineer_mail).await;
        let lead = with_role(&app, "9002", Role::ServiceDeskLead, true).await;
        for one in [engineer, lead] {
            on_call(&app, one, world.now(), world.now().plus(minutes(6000))).await;
        }
        proved(&app, &provider, engineer, NUMBERS[0]).await;
        let channels = channels(&provider, Some(&relay));
        settle(&app, &channels).await;
        Self { app, world, provider, relay, channels, engineer, lead }
    }

    pub(super) async fn lost(&self) -> LossId {
        let reported = report_publicly(&self.app, report("one", about("F4GXQ2ABCD"))).await.unwrap();
        settle(&self.app, &self.channels).await;
        reported.loss
    }

    pub(super) async fn pass(&self, span: Span) {
        self.world.clock.advance(span);
        settle(&self.app, &self.channels).await;
    }

    /// Counts the letters that call somebody.
    pub(super) fn letters(&self) -> usize {
        self.relay.letters().iter().filter(|letter| letter.contains("You are called: answer now")).count()
    }
}

const SECONDS_21: Span = Span::from_secs(21);

#[test]
fn somebody_with_a_proved_number_is_called_by_text_and_their_next_way_after_their_minutes() {
    on_both(|bench| async move {
        let scene = Scene::of(bench, true).await;
        let loss = scene.lost().await;
        let text = calls_of(&scene.provider).remove(0);
        assert_eq!(text.to, NUMBERS[0]);
        for secret in ["F4GXQ2ABCD", "Ames", "Person"] {
            assert!(!text.says.contains(secret), "a text names no device and nobody: {}", text.says);
        }
        let reference = reference_of(&scene.app, loss).await;
        let says = format!(
            "OFFICIAL. Norfolk Constabulary, Lanyard: a phone was stolen ({reference}). Answer: reply "
        );
        assert!(text.says.starts_with(&says), "it says who calls and what about: {}", text.says);
        assert!(text.says.chars().count() <= 306, "two parts of a text at most: {}", text.says);
        assert_eq!(states(&sent_for(&scene.app, loss).await)[0], (Channel::Text, DeliveryState::Sent));
        assert_eq!(
            messages(&scene.app, loss).await[0].state,
            LossMessageState::Sent,
            "nobody says that it arrived"
        );
        scene.pass(SECONDS_21).await;
        assert_eq!(states(&sent_for(&scene.app, loss).await)[0], (Channel::Text, DeliveryState::Delivered));
        assert_eq!(messages(&scene.app, loss).await[0].state, LossMessageState::Delivered);
        assert_eq!(scene.letters(), 0, "the mail waits for its minutes");
        scene.pass(minutes(3)).await;
        assert_eq!(scene.letters(), 1, "the next of their ways");
        assert_eq!(messages(&scene.app, loss).await.len(), 1, "still the same step");
    });
}

#[test]
fn the_provider_refuses_and_the_next_way_is_tried_at_once_then_the_next_person() {
    on_both(|bench| async move {
        let scene = Scene::of(bench, false).await;
        scene.provider.behave(NUMBERS[0], Behaviour::Refuses(400, "BadRequestError"));
        let loss = scene.lost().await;
        let all = messages(&scene.app, loss).await;
        assert_eq!(
            all.iter().map(|one| one.person).collect::<Vec<_>>(),
            [scene.engineer, scene.lead],
            "at once"
        );
        assert_eq!(all[0].state, LossMessageState::Failed);
        assert!(all[0].why.as_deref().unwrap().contains("does not send to this number"), "{:?}", all[0].why);
        assert_eq!((calls_of(&scene.provider).len(), scene.letters()), (0, 1));
    });
    on_bench(|bench| async move {
        let scene = Scene::of(bench, true).await;
        scene.provider.behave(NUMBERS[0], Behaviour::Refuses(503, "InternalServerError"));
        let loss = scene.lost().await;
        let sent = states(&sent_for(&scene.app, loss).await);
        assert_eq!(sent, [(Channel::Text, DeliveryState::Failed), (Channel::Mail, DeliveryState::Sent)]);
        assert_eq!(messages(&scene.app, loss).await.len(), 1, "their own mail, and nobody else yet");
    });
}

#[test]
fn the_provider_accepts_and_then_fails_and_the_next_person_is_called_at_once() {
    on_both(|bench| async move {
        let scene = Scene::of(bench, false).await;
        scene.provider.behave(NUMBERS[0], Behaviour::FailsLate("temporary-failure"));
        let loss = scene.lost().await;
        assert_eq!((calls_of(&scene.provider).len(), scene.letters()), (1, 0));
        scene.pass(SECONDS_21).await;
        let all = messages(&scene.app, loss).await;
        assert_eq!(
            (all[0].state, all[0].why.as_deref()),
            (LossMessageState::Failed, Some("the phone is off or has no signal"))
        );
        assert_eq!((all.len(), scene.letters()), (2, 1), "not after five minutes, but at once");
    });
}

#[test]
fn nobody_answers_for_a_text_and_it_counts_as_uncertain() {
    on_bench(|bench| async move {
        let scene = Scene::of(bench, false).await;
        scene.provider.behave(NUMBERS[0], Behaviour::IsSilent);
        let loss = scene.lost().await;
        for _ in 0..10 {
            scene.pass(SECONDS_21).await;
        }
        let sent = sent_for(&scene.app, loss).await;
        assert_eq!(states(&sent)[0], (Channel::Text, DeliveryState::Uncertain));
        assert!(sent[0].due_at.is_none() && sent[0].why.is_some());
        assert_eq!(scene.letters(), 1, "silence is no good news: the next person");
        // Its receipt comes after all.
        let came = ReceiptCame {
            provider_id: sent[0].provider_id.clone().unwrap(),
            reference: None,
            status: "delivered".into(),
        };
        assert!(take_receipt(&scene.app, came).await.unwrap());
        assert_eq!(states(&sent_for(&scene.app, loss).await)[0].1, DeliveryState::Delivered);
    });
}

#[test]
fn receipts_out_of_order_never_move_a_text_backwards() {
    on_both(|bench| async move {
        let scene = Scene::of(bench, true).await;
        let loss = scene.lost().await;
        let text = calls_of(&scene.provider).remove(0);
        let come = async |status: &str, reference: bool| {
            let reference = reference.then(|| text.reference.clone());
            let came = ReceiptCame { provider_id: text.id.clone(), reference, status: status.into() };
            assert!(take_receipt(&scene.app, came).await.unwrap(), "{status}");
            settle(&scene.app, &scene.channels).await;
            states(&sent_for(&scene.app, loss).await)[0].1
        };
        assert_eq!(come("sending", true).await, DeliveryState::Sent);
        assert_eq!(come("temporary-failure", false).await, DeliveryState::Failed);
        assert_eq!(scene.letters(), 1, "the next way at once");
        assert_eq!(come("delivered", true).await, DeliveryState::Delivered, "it arrived after all");
        for late in ["permanent-failure", "sending", "created", "delivered"] {
            assert_eq!(come(late, true).await, DeliveryState::Delivered, "{late}");
        }
        assert_eq!((scene.letters(), messages(&scene.app, loss).await.len()), (1, 1));
        let foreign = ReceiptCame { provider_id: "x".into(), reference: None, status: "delivered".into() };
        assert!(!take_receipt(&scene.app, foreign).await.unwrap(), "it is about no text of ours");
        // One that names our reference and another id is not about it either.
        let other = ReceiptCame {
            provider_id: "x".into(),
            reference: Some(text.reference.clone()),
            status: "permanent-failure".into(),
        };
        assert!(!take_receipt(&scene.app, other).await.unwrap());
    });
}

#[test]
fn a_wrong_clock_is_named_and_limits_pass_the_call_on() {
    on_bench(|bench| async move {
        let scene = Scene::of(bench, true).await;
        scene.provider.run_ahead(-95);
        let loss = scene.lost().await;
        let sent = sent_for(&scene.app, loss).await;
        let why = sent[0].why.clone().unwrap_or_default();
        assert!(why.contains("clock is fast by 95 seconds"), "{sent:?}");
        assert_eq!(scene.letters(), 1);
        scene.provider.run_ahead(61);
        for _ in 0..6 {
            scene.pass(minutes(6)).await;
        }
        let sent = sent_for(&scene.app, loss).await;
        let named = |one: &Delivery| {
            one.why.as_deref().is_some_and(|why| why.contains("clock is slow by 61 seconds"))
        };
        assert!(sent.iter().any(named), "{sent:?}");
    });
    on_bench(|bench| async move {
        let scene = Scene::of(bench, true).await;
        scene.provider.limit_a_day(1);
        let loss = scene.lost().await;
        let sent = sent_for(&scene.app, loss).await;
        let why = sent[0].why.clone().unwrap_or_default();
        assert!(why.contains("limit of texts for today"), "{sent:?}");
        assert_eq!(scene.letters(), 1);
    });
}

#[test]
fn a_number_that_is_not_proved_is_never_called() {
    on_both(|bench| async move {
        let Bench { app, world, person } = bench;
        let (provider, relay) = (provider(&world), Relay::start(250).await);
        phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let engineer = with_role(&app, "9001", Role::OnCallEngineer, false).await;
        on_call(&app, engineer, world.now(), world.now().plus(minutes(600))).await;
        added(&app, engineer, NUMBERS[0]).await;
        let by = channels(&provider, Some(&relay));
        settle(&app, &by).await;
        let reported = report_publicly(&app, report("one", about("F4GXQ2ABCD"))).await.unwrap();
        settle(&app, &by).await;
        assert!(calls_of(&provider).is_empty());
        let message = messages(&app, reported.loss).await.remove(0);
        assert_eq!(message.state, LossMessageState::Failed);
        assert!(message.why.unwrap().contains("no verified way"));
        // The desk sees it before anything is lost.
        let desk = actor(&app, engineer, Role::DutyOfficer);
        let read = losses_app::read::open_losses(&app, permit(&desk).unwrap()).await.unwrap();
        let called = read.chains.iter().flat_map(|(_, rungs)| rungs).flat_map(|rung| &rung.people);
        assert!(called.filter(|one| one.id == engineer).all(|one| one.ways.is_empty()));
    });
}

#[test]
fn networks_are_sent_no_more_than_they_take_and_never_the_same_words() {
    on_bench(|bench| async move {
        let scene = Scene::of(bench, false).await;
        let loss = scene.lost().await;
        let officer = actor(&scene.app, scene.lead, Role::DutyOfficer);
        // Far more often than people call: each time for everybody, within one hour.
        for _ in 0..200 {
            let _ = losses_app::escalate_call(&scene.app, permit(&officer).unwrap(), loss).await;
            settle(&scene.app, &scene.channels).await;
        }
        let calls = calls_of(&scene.provider);
        let mut words: Vec<&str> = calls.iter().map(|text| text.says.as_str()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), calls.len(), "every text has its own words");
        assert!((60..=90).contains(&calls.len()), "{}", calls.len());
        assert!(calls.iter().all(|text| text.state == "delivered"), "none was dropped by a network");
        let limited = sent_for(&scene.app, loss).await;
        assert!(
            limited.iter().any(|one| one
                .why
                .as_deref()
                .is_some_and(|why| why.contains("no more texts to this number")))
        );
        assert!(call(&scene.app, loss).await.next_at.is_some());
    });
}
