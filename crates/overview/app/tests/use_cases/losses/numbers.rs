//! How people prove, order and remove their own numbers, and who else is told of it.

use domain::Channel;
use notices_app::methods;
use simulation::texts::Behaviour;
use testkit::Relay;

use super::force::{actor, entries, minutes, settle, with_role};
use super::texts::{NUMBERS, added, channels, code_in, own_ways, proved, provider};
use kernel::AppError;
use kernel::access::{Role, permit};
use kernel::testing::{Bench, on_bench, on_both};

#[test]
fn a_code_expires_is_tried_five_times_and_sent_no_more_often_than_a_person_needs() {
    on_both(|bench| async move {
        let Bench { app, world, person } = bench;
        let provider = provider(&world);
        let by = channels(&provider, None);
        let own = actor(&app, person, Role::Holder);
        let id = added(&app, person, NUMBERS[0]).await;
        settle(&app, &by).await;
        let code = code_in(&provider.texts()[0]);
        let verify = async |code: &str| methods::verify_method(&app, permit(&own).unwrap(), id, code).await;
        let again = async || methods::send_method_code(&app, permit(&own).unwrap(), id).await;
        let counts =
            async || own_ways(&app, person).await.iter().any(|way| way.address == NUMBERS[0] && way.verified);

        assert!(matches!(again().await, Err(AppError::TooMany { .. })), "a minute lies between two codes");
        world.clock.advance(minutes(16));
        assert!(
            matches!(verify(&code).await, Err(AppError::Invalid { field: "code", .. })),
            "it has expired"
        );
        again().await.unwrap();
        settle(&app, &by).await;
        let code = code_in(provider.texts().last().unwrap());
        for _ in 0..5 {
            assert!(matches!(verify("000000").await, Err(AppError::Invalid { field: "code", .. })));
        }
        assert!(verify(&code).await.is_err(), "after five wrong ones the right one is none either");
        assert!(!counts().await);
        for _ in 0..3 {
            world.clock.advance(minutes(2));
            again().await.unwrap();
            settle(&app, &by).await;
        }
        world.clock.advance(minutes(2));
        assert!(matches!(again().await, Err(AppError::Invalid { .. })), "five codes an hour");
        settle(&app, &by).await;
        let code = code_in(provider.texts().last().unwrap());
        verify(&format!(" {} {} ", &code[..3], &code[3..])).await.unwrap();
        verify(&code).await.unwrap();
        assert!(counts().await, "a double click proves it once");
        assert_eq!(entries(&app, "contact.verified").await, 1);
        assert!(matches!(
            methods::add_method(&app, permit(&own).unwrap(), Channel::Text, "07700 900301").await,
            Err(AppError::Invalid { field: "address", .. })
        ));
        assert!(methods::add_method(&app, permit(&own).unwrap(), Channel::Text, "0770").await.is_err());
        assert!(methods::add_method(&app, permit(&own).unwrap(), Channel::Mail, "nobody").await.is_err());
    });
}

#[test]
fn a_code_that_could_not_be_sent_says_so_and_a_new_number_is_told_to_the_others() {
    on_bench(|bench| async move {
        let Bench { app, world, .. } = bench;
        let (provider, relay) = (provider(&world), Relay::start(250).await);
        let by = channels(&provider, Some(&relay));
        let person = with_role(&app, "9001", Role::OnCallEngineer, true).await;
        provider.behave(NUMBERS[0], Behaviour::Refuses(400, "BadRequestError"));
        added(&app, person, NUMBERS[0]).await;
        assert_eq!(own_ways(&app, person).await[0].code_sent, methods::CodeSent::Going);
        settle(&app, &by).await;
        let failed = own_ways(&app, person).await.remove(0).code_sent;
        assert!(
            matches!(&failed, methods::CodeSent::Failed(why) if why.contains("check [sms] template")),
            "{failed:?}"
        );
        let changes =
            || relay.letters().iter().filter(|one| one.contains("How you are reached was changed")).count();
        assert_eq!(changes(), 0, "one that is not proved takes no call away");
        proved(&app, &provider, person, NUMBERS[1]).await;
        settle(&app, &by).await;
        assert_eq!(changes(), 1, "at once, on or off duty");
        let id = own_ways(&app, person).await.into_iter().find(|way| way.address == NUMBERS[1]).unwrap().id;
        let own = actor(&app, person, Role::Holder);
        methods::remove_method(&app, permit(&own).unwrap(), id.unwrap()).await.unwrap();
        settle(&app, &by).await;
        assert_eq!(changes(), 2);
    });
}

#[test]
fn somebody_else_s_number_cannot_be_touched_and_the_order_is_kept() {
    on_both(|bench| async move {
        let Bench { app, world, person } = bench;
        let provider = provider(&world);
        proved(&app, &provider, person, NUMBERS[0]).await;
        let ways = own_ways(&app, person).await;
        let [text, mail] = [&ways[0], &ways[1]];
        assert!(!text.of_register && mail.of_register, "a new number is tried first");
        let own = actor(&app, person, Role::Holder);
        methods::raise_method(&app, permit(&own).unwrap(), mail.id.unwrap()).await.unwrap();
        assert!(own_ways(&app, person).await[0].of_register);
        methods::set_method_wait(&app, permit(&own).unwrap(), text.id.unwrap(), "7").await.unwrap();
        assert!(methods::set_method_wait(&app, permit(&own).unwrap(), text.id.unwrap(), "0").await.is_err());
        assert_eq!(own_ways(&app, person).await[1].wait_minutes, 7);

        let other = with_role(&app, "9001", Role::OnCallEngineer, true).await;
        let other = actor(&app, other, Role::Holder);
        let id = text.id.unwrap();
        assert!(matches!(
            methods::remove_method(&app, permit(&other).unwrap(), id).await,
            Err(AppError::NotFound { .. })
        ));
        assert!(methods::verify_method(&app, permit(&other).unwrap(), id, "1").await.is_err());
        assert!(matches!(
            methods::remove_method(&app, permit(&own).unwrap(), mail.id.unwrap()).await,
            Err(AppError::Conflict(_))
        ));
        methods::remove_method(&app, permit(&own).unwrap(), id).await.unwrap();
        assert_eq!(own_ways(&app, person).await.len(), 1);
    });
}
