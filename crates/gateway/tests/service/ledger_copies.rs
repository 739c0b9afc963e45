//! Checkpoints are copied out: each once and in order, tried again where a place does not take them, and told where that lasts.

use std::fs;
use std::path::Path;

use domain::Span;
use kernel::App;
use ledger_app::copy_checkpoints;
use outbound::copies::Target;

use crate::common::Service;

/// Enters something and signs it; how many entries are covered.
async fn signed(service: &Service, number: &str) -> String {
    service.person(number, false).await;
    ledger_app::checkpoint_ledger(&service.app).await.unwrap().unwrap()
}

fn files(folder: &Path) -> Vec<String> {
    let mut all: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    all.sort();
    all.iter().map(|file| fs::read_to_string(file).unwrap()).collect()
}

async fn told(app: &App) -> usize {
    let due = app.store().read(|tx| store::alarms::page(tx, None, true, None, 100)).await.unwrap();
    due.iter().filter(|alarm| alarm.kind == "ledger").count()
}

#[test]
fn each_checkpoint_is_copied_once_and_a_place_that_fails_is_tried_again_and_told() {
    let scratch = testkit::scratch_sqlite();
    testkit::block_on(async {
        let (beside, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let place = beside.path().to_owned();
        let service = Service::start_with(&scratch.config, gateway::Options::default(), |config| {
            config.ledger_folder = Some(place);
        })
        .await;
        let share = folder.path().join("not-there-yet");
        let targets = [Target::Folder(folder.path().to_owned()), Target::Folder(share.clone())];
        let copy = async || copy_checkpoints(&service.app, &targets, None).await.unwrap();
        assert_eq!(copy().await, 0, "nothing is signed yet");
        assert!(!ledger_app::ledger_status(&service.app).await.unwrap().left_the_machine());

        // A place begins with the newest: it covers those before it.
        signed(&service, "1").await;
        let second = signed(&service, "2").await;
        assert_eq!(copy().await, 1);
        assert_eq!(files(folder.path()), std::slice::from_ref(&second));
        let (third, fourth) = (signed(&service, "3").await, signed(&service, "4").await);
        assert_eq!(copy().await, 2);
        assert_eq!(copy().await, 0, "each once");
        assert_eq!(files(folder.path()), [second, third, fourth.clone()]);

        // The other place does not take any: that is shown at once and told after an hour, once.
        let status = ledger_app::ledger_status(&service.app).await.unwrap();
        assert!(status.left_the_machine());
        let failing = &status.copies[&share.display().to_string()];
        assert!(failing.failing.is_some() && failing.copied_at.is_none(), "{failing:?}");
        assert_eq!(told(&service.app).await, 0);
        for _ in 0..3 {
            service.world.clock.advance(Span::from_secs(3700));
            copy().await;
        }
        assert_eq!(told(&service.app).await, 1);
        fs::create_dir(&share).unwrap();
        service.world.clock.advance(Span::from_secs(3700));
        assert_eq!(copy().await, 1);
        assert_eq!(files(&share), [fourth]);
        let status = ledger_app::ledger_status(&service.app).await.unwrap();
        assert!(status.copies.values().all(|place| place.failing.is_none()), "{status:?}");
    });
}
