//! From a registered device to a finding with its proof, over HTTP, on both engines.

use devices_sim::{Model, Temper};
use domain::Subject;
use kernel::access::{permit, permit_within};

use crate::common::Service;

#[test]
fn a_device_enrols_obeys_and_is_found_to() {
    testkit::both_engines(|database| {
        testkit::block_on(async {
            let service = Service::start(&database, gateway::Options::default()).await;
            let (id, mut phone) = service.enrolled(Model::Iphone, "SIMPHONE1", Temper::Honest).await;
            service.settle(&mut phone).await;

            assert_eq!(service.outcome(id, "MDU-6.2a").await, "met ");
            assert_eq!(service.outcome(id, "MDU-6.6").await, "met ");
            assert_eq!(service.outcome(id, "UPD-7.1").await, "met ");

            let explained = compliance_app::explain(
                &service.app,
                permit_within(&service.desk).unwrap(),
                Subject::Device(id),
                &"MDU-6.2a".parse().unwrap(),
                None,
            )
            .await
            .unwrap();
            assert_eq!(explained.replayed, compliance_app::Replayed::Same);

            let note = ledger_app::checkpoint_ledger(&service.app).await.unwrap().unwrap();
            assert!(note.starts_with("ledger.test\n"), "{note}");
            let mut export = Vec::new();
            let entries = ledger_app::ledger_export::export_ledger(
                &service.app,
                permit(&service.desk).unwrap(),
                true,
                &mut export,
            )
            .await
            .unwrap();
            let key = service.app.ledger_key_text().parse().unwrap();
            let report = ledger::verify_export(export.as_slice(), &key).unwrap();
            assert_eq!(report.entries, entries);
            let actions = service.ledger_actions().await;
            for wanted in [
                "device.registered",
                "certificate.issued",
                "device.authenticated",
                "device.enrolled",
                "device.configured",
                "command.answered",
            ] {
                assert!(actions.iter().any(|(action, _)| action == wanted), "{wanted} is not in the ledger");
            }
        });
    });
}

#[test]
fn every_kind_of_device_settles() {
    let scratch = testkit::scratch_sqlite();
    testkit::block_on(async {
        let service = Service::start(&scratch.config, gateway::Options::default()).await;
        for (model, serial, temper) in [
            (Model::Ipad, "SIMPAD001", Temper::Honest),
            (Model::Mac, "SIMMAC001", Temper::Honest),
            (Model::Mac, "SIMMAC002", Temper::Tampered),
            (Model::Iphone, "SIMPHONE2", Temper::NonCompliant),
            (Model::Iphone, "SIMPHONE3", Temper::NotNow),
            (Model::Iphone, "SIMPHONE4", Temper::Duplicating),
            (Model::Iphone, "SIMPHONE5", Temper::ClockSkewed),
        ] {
            let (id, mut device) = service.enrolled(model, serial, temper).await;
            service.settle(&mut device).await;
            let findings = service
                .app
                .store()
                .read(move |tx| store::findings::of_subject(tx, &Subject::Device(id)))
                .await
                .unwrap();
            let word = |clause: &str| {
                findings.iter().find(|f| f.clause.as_str() == clause).map(|f| f.outcome.word())
            };
            match temper {
                Temper::NonCompliant => assert_eq!(word("MDU-6.2a"), Some("not-met")),
                Temper::Tampered => assert_eq!(word("MDU-3.8"), Some("not-met")),
                _ => assert_ne!(word("MDU-6.6"), Some("not-met"), "{model:?} {temper:?}"),
            }
        }
    });
}
