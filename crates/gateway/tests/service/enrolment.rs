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

/// A phone that nobody supervised takes the rules and does not keep to them: no verdict and no outcome says that it does.
#[test]
fn an_unsupervised_phone_keeps_less_than_its_platform_can() {
    Service::run(async |service| {
        let holder = service.person("UNSUPER2", true).await;
        let id = service.register("UNSUPER2", domain::DeviceKind::Iphone, Some(holder)).await;
        let mut spec = devices_sim::DeviceSpec::plausible(Model::Iphone, "UNSUPER2", Temper::Honest, 4);
        spec.supervised = false;
        let mut phone = seeds::enrol(&service.app, &service.link, spec, 4).await;
        service.settle(&mut phone).await;
        let (other, mut good) = service.enrolled(Model::Iphone, "SUPER001", Temper::Honest).await;
        service.settle(&mut good).await;
        let read = async |device| {
            let permit = permit::<kernel::access::SeeDevices>(&service.desk).unwrap();
            overview_app::device::device(&service.app, permit, device).await.unwrap().unheld.unwrap()
        };
        let (unheld, of_good) = (read(id).await, read(other).await);
        assert!(unheld.because.iter().any(|why| why == "it is not supervised"), "{:?}", unheld.because);
        assert!(!of_good.because.iter().any(|why| why == "it is not supervised"), "{:?}", of_good.because);
        let has = |of: &overview_app::at_hand::Unheld, id: &str| {
            of.clauses.iter().any(|clause| clause.as_str() == id)
        };
        for clause in ["MDU-8.1", "MDU-8.2", "MDU-12.1", "UPD-6.4"] {
            assert!(has(&unheld, clause) && !has(&of_good, clause), "{clause}");
        }
        assert!(service.outcome(id, "MDU-8.2").await.starts_with("not-met"));
        for clause in ["MDU-3.2", "MDU-16.4"] {
            let outcome = service.outcome(other, clause).await;
            assert!(outcome.contains("does not report how it was enrolled"), "{clause}: {outcome}");
        }
    });
}
