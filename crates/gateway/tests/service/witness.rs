//! Two ledgers that vouch for each other: what a witness cosigns, what it refuses, and what the first ledger keeps of it.

use domain::Secret;
use kernel::access::{Actor, RunService, SeeLedger, permit};
use kernel::{App, AppError};
use ledger::{Checkpoint, CosignerKey, SigningKey, WitnessRequest};
use ledger_app::{Request, Witnessed, ask_witness, cosigned_notes, keep_cosignatures, witness};
use store::{Store, StoreConfig};

use crate::common::Service;
use crate::ledger_guard::run_sql;

fn cosigner() -> CosignerKey {
    CosignerKey::from_seed("neighbour.test/witness", &Secret::new([5; 32])).unwrap()
}

fn root() -> Actor {
    Actor::command_line("test")
}

async fn asked(app: &App, from: u64) -> WitnessRequest {
    ask_witness(app, permit::<SeeLedger>(&root()).unwrap(), from).await.unwrap()
}

/// The witness's answer to a request of the ledger of `of`.
async fn answer(
    witness_app: &App,
    of: &App,
    asked: WitnessRequest,
    first: bool,
) -> Result<Witnessed, AppError> {
    let request = Request { ledger: of.ledger_key_text().parse().unwrap(), asked, first };
    witness(witness_app, permit::<RunService>(&root()).unwrap(), request, cosigner()).await
}

/// A witness with a folder of its own, which outlives a restart.
struct Witness {
    service: Service,
    folder: tempfile::TempDir,
    database: StoreConfig,
}

impl Witness {
    async fn start(database: &StoreConfig) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().to_owned();
        let service = Service::start_with(database, gateway::Options::default(), |config| {
            config.ledger_folder = Some(place);
        })
        .await;
        Self { service, folder, database: database.clone() }
    }

    fn restarted(&self) -> App {
        let (store, folder) = (Store::open(&self.database).unwrap(), self.folder.path().to_owned());
        let address = self.service.address.clone();
        seeds::node(store, &self.service.world, address, |config| config.ledger_folder = Some(folder))
    }
}

#[test]
fn what_continues_is_cosigned_kept_and_exported() {
    testkit::both_engines(|database| {
        testkit::block_on(async {
            let scratch = testkit::scratch_sqlite();
            let other = Witness::start(&scratch.config).await;
            let service = Service::start(&database, gateway::Options::default()).await;
            let (app, by) = (&service.app, &other.service.app);
            service.person("1", false).await;
            let refused = answer(by, app, asked(app, 0).await, false).await.unwrap_err();
            assert!(refused.to_string().contains("say --first"), "{refused}");
            let first = answer(by, app, asked(app, 0).await, true).await.unwrap();
            assert_eq!(first.before, None);
            let keep = |note: String, keys| {
                keep_cosignatures(app, permit::<RunService>(&root()).unwrap(), note, keys)
            };
            let stranger = CosignerKey::from_seed("stranger.test/witness", &Secret::new([6; 32])).unwrap();
            let refused = keep(first.note.clone(), vec![stranger.public().clone()]).await.unwrap_err();
            assert!(refused.to_string().contains("no witness that you trust"), "{refused}");
            let kept = keep(first.note.clone(), vec![cosigner().public().clone()]).await.unwrap();
            assert_eq!(kept, ["neighbour.test/witness"]);
            service.person("2", false).await;
            // The witness remembers across a restart from where it goes on.
            let again = other.restarted();
            let refused = answer(&again, app, asked(app, 0).await, false).await.unwrap_err();
            assert!(refused.to_string().contains(&format!("ask again from {}", first.size)), "{refused}");
            let second = answer(&again, app, asked(app, first.size).await, false).await.unwrap();
            assert_eq!(second.before, Some(first.size));
            keep(second.note.clone(), vec![cosigner().public().clone()]).await.unwrap();
            let notes = cosigned_notes(app, permit::<SeeLedger>(&root()).unwrap()).await.unwrap();
            assert_eq!(notes, [first.note.clone(), second.note.clone()]);
            let mut export = Vec::new();
            ledger_app::ledger_export::export_ledger(app, permit(&root()).unwrap(), true, &mut export)
                .await
                .unwrap();
            let key = app.ledger_key_text().parse().unwrap();
            ledger::verify_extension(export.as_slice(), &key, &[]).unwrap();
            let line = cosigner().public().check(&second.note).unwrap().line;
            let quoted = serde_json::to_string(&line).unwrap();
            assert!(String::from_utf8(export).unwrap().contains(quoted.trim_matches('"')), "{line}");
            // A pack stands under the cosigned checkpoint, and its check wants the witness's word.
            let ask = packs_app::Ask {
                wanted: packs_app::Wanted::Document("mobile-device-use".into()),
                clause: None,
            };
            compliance_app::judge_document(app, "mobile-device-use").await.unwrap();
            let pack = packs_app::make_pack(app, permit(&root()).unwrap(), ask.clone()).await.unwrap();
            assert!(
                pack::verify(&pack.bytes, &key, &[cosigner().public().clone()]).is_err(),
                "not cosigned yet"
            );
            let third = answer(&again, app, asked(app, second.size).await, false).await.unwrap();
            keep(third.note.clone(), vec![cosigner().public().clone()]).await.unwrap();
            let pack = packs_app::make_pack(app, permit(&root()).unwrap(), ask).await.unwrap();
            let report = pack::verify(&pack.bytes, &key, &[cosigner().public().clone()]).unwrap();
            assert_eq!((report.size, report.cosigned.len()), (third.size, 1));
            assert!(pack::verify(&pack.bytes, &key, &[stranger.public().clone()]).is_err());
        });
    });
}

#[test]
fn a_fork_is_refused_with_both_sides_and_told() {
    testkit::both_engines(|database| {
        testkit::block_on(async {
            let (scratch, forked) = (testkit::scratch_sqlite(), testkit::scratch_sqlite());
            let other = Witness::start(&database).await;
            let (service, fork) = (
                Service::start(&scratch.config, gateway::Options::default()).await,
                Service::start(&forked.config, gateway::Options::default()).await,
            );
            let by = &other.service.app;
            for number in ["1", "2", "3"] {
                service.person(number, false).await;
                fork.person(&format!("9{number}"), false).await;
            }
            let first = answer(by, &service.app, asked(&service.app, 0).await, true).await.unwrap();
            fork.person("99", false).await;
            // The same key over another history, with the best proof that it can give.
            let forged = asked(&fork.app, first.size).await;
            let refused = answer(by, &service.app, forged.clone(), false).await.unwrap_err().to_string();
            assert!(refused.contains("NOT COSIGNED"), "{refused}");
            assert!(refused.contains(&forged.note), "{refused}");
            let before = first.note.lines().nth(2).unwrap();
            assert!(refused.contains(before), "what was cosigned before is shown: {refused}");
            assert!(other.service.has_entry("ledger.witness-refused", "fork").await);
            assert!(other.service.ledger_actions().await.iter().any(|(action, _)| action == "alarm.raised"));
            // And the honest ledger goes on as before.
            service.person("4", false).await;
            assert!(answer(by, &service.app, asked(&service.app, first.size).await, false).await.is_ok());
        });
    });
}

#[test]
fn a_cosignature_on_another_history_is_not_kept() {
    testkit::both_engines(|database| {
        testkit::block_on(async {
            let scratch = testkit::scratch_sqlite();
            let other = Witness::start(&scratch.config).await;
            let service = Service::start(&database, gateway::Options::default()).await;
            let app = &service.app;
            service.person("1", false).await;
            let first = answer(&other.service.app, app, asked(app, 0).await, true).await.unwrap();
            run_sql(&database, "DELETE FROM ledger_checkpoint;");
            let keys = vec![cosigner().public().clone()];
            let refused =
                keep_cosignatures(app, permit(&root()).unwrap(), first.note, keys.clone()).await.unwrap_err();
            assert!(refused.to_string().contains("over another history"), "{refused}");
            let foreign = SigningKey::from_seed("elsewhere.test/ledger", &Secret::new([8; 32])).unwrap();
            let note = Checkpoint::sign(1, ledger::empty_root(), &foreign).unwrap();
            let refused = keep_cosignatures(app, permit(&root()).unwrap(), note, keys).await.unwrap_err();
            assert!(refused.to_string().contains("no checkpoint of this ledger"), "{refused}");
        });
    });
}
