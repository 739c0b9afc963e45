//! Answers to calls by text: right, wrong, old, repeated and guessed codes, words that stop texts, and answers that are fetched.

use domain::{Channel, DeliveryState, Secret};
use losses_app::report::report_publicly;
use losses_app::{Answered, Replied, Reply};
use simulation::texts::Text;

use super::force::{about, actor, call, entries, link_in, minutes, report, settle, timeline, with_role};
use super::texts::{NUMBERS, Scene, calls_of, own_ways, sent_for, states};
use kernel::access::{Role, permit};
use kernel::testing::{on_bench, on_both};

fn reply_code(text: &Text) -> String {
    text.says.split("reply ").nth(1).unwrap().split(' ').next().unwrap().to_owned()
}

fn said(from: &str, text: &str, id: u32) -> Reply {
    Reply { id: format!("reply-{id}"), from: Secret::new(from.into()), text: Secret::new(text.into()) }
}

#[test]
fn a_code_in_a_reply_answers_like_the_link_whatever_its_spaces_and_case_are() {
    on_both(|bench| async move {
        let scene = Scene::of(bench, true).await;
        let loss = scene.lost().await;
        let code = reply_code(&calls_of(&scene.provider)[0]).to_lowercase();
        let spaced = format!("ok {} {}", &code[..3], &code[3..]);
        let take = async |reply: Reply| losses_app::take_text(&scene.app, reply).await.unwrap();
        assert_eq!(
            take(said(NUMBERS[1], &spaced, 1)).await,
            Replied::Unknown,
            "not from the number that was called"
        );
        assert_eq!(take(said("07700 900301", &spaced, 2)).await, Replied::Taken);
        let answered = call(&scene.app, loss).await;
        let answer = answered.answer.unwrap();
        assert_eq!((answered.standing.as_str(), answer.by), ("taken", format!("person:{}", scene.engineer)));
        assert_eq!(take(said(NUMBERS[0], &spaced, 2)).await, Replied::Again, "the provider repeats itself");
        assert_eq!(take(said(NUMBERS[0], &spaced, 3)).await, Replied::Before, "a double click");
        settle(&scene.app, &scene.channels).await;
        let answers: Vec<Text> =
            scene.provider.texts().into_iter().filter(|text| text.says.contains("take")).collect();
        assert!(answers.iter().any(|text| text.says.contains("You take it")), "{answers:?}");
        assert_eq!(entries(&scene.app, "loss.answered").await, 1);

        // The mail that was still to come is not sent any more.
        let sent = states(&sent_for(&scene.app, loss).await);
        assert_eq!(sent[1], (Channel::Mail, DeliveryState::Withdrawn));
        scene.pass(minutes(4)).await;
        assert_eq!(scene.letters(), 0);

        // The link of the same message was used up by the code.
        let link = calls_of(&scene.provider)[0].says.split("/calls/").nth(1).unwrap().to_owned();
        assert!(matches!(losses_app::answer_by_link(&scene.app, &link).await.unwrap(), Answered::Before(_)));
    });
}

#[test]
fn wrong_old_and_guessed_codes_have_clear_answers() {
    on_both(|bench| async move {
        let scene = Scene::of(bench, true).await;
        let loss = scene.lost().await;
        let code = reply_code(&calls_of(&scene.provider)[0]);
        let take = async |text: &str, id: u32| {
            losses_app::take_text(&scene.app, said(NUMBERS[0], text, id)).await.unwrap()
        };
        for id in 0..5 {
            assert_eq!(take(&format!("AAAAA{id}"), id).await, Replied::Wrong);
        }
        assert_eq!(take(&code, 6).await, Replied::TooMany, "guessing ends, even with the right one");
        settle(&scene.app, &scene.channels).await;
        let told = |what: &str| scene.provider.texts().iter().filter(|text| text.says.contains(what)).count();
        assert_eq!((told("That code is not known"), told("Too many codes")), (5, 1));
        assert_eq!(call(&scene.app, loss).await.standing, "calling");

        scene.pass(minutes(61)).await;
        // The call is over, and the code with it.
        let officer = with_role(&scene.app, "9009", Role::DutyOfficer, false).await;
        let officer = actor(&scene.app, officer, Role::DutyOfficer);
        losses_app::acknowledge_call(&scene.app, permit(&officer).unwrap(), loss, None).await.unwrap();
        assert_eq!(take(&code, 7).await, Replied::Old);
        settle(&scene.app, &scene.channels).await;
        assert_eq!(told("That call is over"), 1);
        assert_eq!(call(&scene.app, loss).await.standing, "acknowledged");
    });
}

#[test]
fn stop_words_stop_texts_are_entered_and_shown_and_start_lets_them_go_on() {
    on_both(|bench| async move {
        let scene = Scene::of(bench, true).await;
        let reported = report_publicly(&scene.app, report("one", about("F4GXQ2ABCD"))).await.unwrap();
        settle(&scene.app, &scene.channels).await;
        assert_eq!(calls_of(&scene.provider).len(), 1);
        let take = async |text: &str, id: u32| {
            losses_app::take_text(&scene.app, said(NUMBERS[0], text, id)).await.unwrap()
        };
        assert_eq!(take(" stop. ", 1).await, Replied::Stopped);
        assert_eq!(take("Stop", 2).await, Replied::Stopped, "saying so twice changes nothing");
        assert_eq!(entries(&scene.app, "contact.stopped").await, 1);
        assert!(timeline(&scene.app, &reported).await.iter().any(|says| says.contains("Stopped texts")));
        let desk = actor(&scene.app, scene.lead, Role::DutyOfficer);
        let read = losses_app::read::open_losses(&scene.app, permit(&desk).unwrap()).await.unwrap();
        let all: Vec<_> =
            read.chains.iter().flat_map(|(_, rungs)| rungs).flat_map(|rung| &rung.people).collect();
        let engineer = all.iter().find(|one| one.id == scene.engineer).unwrap();
        assert!(engineer.stopped && engineer.ways == [Channel::Mail], "{engineer:?}");
        for _ in 0..8 {
            scene.pass(minutes(6)).await;
        }
        assert_eq!(calls_of(&scene.provider).len(), 1, "no more texts, whatever comes");
        assert_eq!(take("START", 3).await, Replied::Started);
        assert!(own_ways(&scene.app, scene.engineer).await[0].stopped_at.is_none());
    });
}

#[test]
fn a_used_code_says_that_people_are_called_again_once_they_are() {
    on_both(|bench| async move {
        let scene = Scene::of(bench, true).await;
        let loss = scene.lost().await;
        let code = reply_code(&calls_of(&scene.provider)[0]);
        let take =
            async |id: u32| losses_app::take_text(&scene.app, said(NUMBERS[0], &code, id)).await.unwrap();
        assert_eq!(take(1).await, Replied::Taken);
        scene.pass(minutes(31)).await;
        assert_eq!(call(&scene.app, loss).await.standing, "calling");
        assert_eq!(take(2).await, Replied::Superseded);
        settle(&scene.app, &scene.channels).await;
        let texts = scene.provider.texts();
        assert!(texts.iter().any(|text| text.says.contains("people are being called again")));
        assert!(texts.iter().all(|text| !text.says.contains("You need do nothing")));
    });
}

#[test]
fn start_is_fetched_however_long_ago_the_last_text_went_out() {
    on_bench(|bench| async move {
        let scene = Scene::of(bench, true).await;
        losses_app::take_text(&scene.app, said(NUMBERS[0], "STOP", 1)).await.unwrap();
        settle(&scene.app, &scene.channels).await;
        let changed = |letter: &String| letter.contains("How you are reached was changed");
        assert!(
            scene.relay.letters().iter().filter(|letter| changed(letter)).count() > 1,
            "proved, then stopped"
        );
        scene.world.clock.advance(minutes(48 * 60));
        scene.provider.reply(NUMBERS[0], "START");
        assert_eq!(losses_app::fetch_replies(&scene.app, &scene.channels).await.unwrap(), 1);
        assert!(own_ways(&scene.app, scene.engineer).await[0].stopped_at.is_none());
    });
}

#[test]
fn replies_are_fetched_where_the_provider_does_not_send_them() {
    on_bench(|bench| async move {
        let scene = Scene::of(bench, true).await;
        let loss = scene.lost().await;
        let code = reply_code(&calls_of(&scene.provider)[0]);
        scene.provider.reply(NUMBERS[0], &code);
        assert_eq!(losses_app::fetch_replies(&scene.app, &scene.channels).await.unwrap(), 1);
        assert_eq!(
            losses_app::fetch_replies(&scene.app, &scene.channels).await.unwrap(),
            0,
            "each counts once"
        );
        assert_eq!(call(&scene.app, loss).await.standing, "taken");
    });
}

#[test]
fn the_link_of_a_letter_still_answers_beside_texts() {
    on_bench(|bench| async move {
        let scene = Scene::of(bench, true).await;
        let loss = scene.lost().await;
        scene.pass(minutes(4)).await;
        assert!(matches!(
            losses_app::answer_by_link(&scene.app, &link_in(&scene.relay)).await.unwrap(),
            Answered::Now(_)
        ));
        assert_eq!(call(&scene.app, loss).await.standing, "taken");
    });
}
