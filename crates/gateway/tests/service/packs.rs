//! Packs: what a stranger checks with a public key alone, and whatever is changed in one.

use devices_sim::{Model, Temper};
use domain::{PersonId, Subject};
use kernel::access::{Actor, Role, SeeLedger, permit};
use kernel::{App, AppError};
use ledger::{SigningKey, VerifierKey};
use pack::{Content, File, PackFault, PackReport, read_zip, verify, write_zip};
use packs_app::{Ask, Draw, MadePack, Population, Wanted, make_pack};

use crate::common::Service;
use crate::ledger_guard::run_sql;

/// What somebody does to a content.
type Change = fn(&mut Content);

fn key(app: &App) -> VerifierKey {
    app.ledger_key_text().parse().unwrap()
}

async fn made(app: &App, actor: &Actor, wanted: Wanted) -> Result<MadePack, AppError> {
    make_pack(app, permit::<SeeLedger>(actor).unwrap(), Ask { wanted, clause: None }).await
}

fn content(pack: &[u8]) -> (Content, String) {
    let files = read_zip(pack).unwrap();
    let of = |name: &str| files.iter().find(|file| file.name == name).unwrap().bytes.clone();
    (serde_json::from_slice(&of("findings.json")).unwrap(), String::from_utf8(of("checkpoint.note")).unwrap())
}

/// Packs a changed content again, with the very key that signs: what the manifest's signature no longer finds.
fn packed_again(
    app: &App,
    pack: &[u8],
    change: impl FnOnce(&mut Content),
) -> Result<PackReport, Vec<PackFault>> {
    let (mut content, note) = content(pack);
    change(&mut content);
    verify(&pack::make(&content, &note, app.ledger_key()).unwrap().bytes, &key(app), &[])
}

/// An enrolled phone with its facts, and a pack of its findings.
async fn phone(service: &Service) -> MadePack {
    let (_, mut device) = service.enrolled(Model::Iphone, "F4GXQ2PACK", Temper::NonCompliant).await;
    service.settle(&mut device).await;
    made(&service.app, &service.desk, Wanted::Device("F4GXQ2PACK".into())).await.unwrap()
}

#[test]
fn a_pack_proves_its_findings_with_the_public_key_alone() {
    Service::run_on_both(async |service: Service| {
        let pack = phone(&service).await;
        let report = verify(&pack.bytes, &key(&service.app), &[]).unwrap();
        assert_eq!((report.content.findings.len(), report.content.left_out), (pack.findings, 0));
        assert!(pack.findings > 20, "{}", pack.findings);
        assert!(report.content.findings.iter().any(|one| one.facts.iter().any(Option::is_some)));
        assert_eq!((report.withheld, report.without_clause), (0, 0));
        assert!(!report.content.checks.is_empty());
        let entered = service.ledger_actions().await;
        assert!(entered.iter().any(|(action, _)| action == "pack.made"));
        let files = read_zip(&pack.bytes).unwrap();
        let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "manifest.json",
                "manifest.note",
                "read-me.txt",
                "report.pdf",
                "findings.json",
                "checkpoint.note",
                "oscal-assessment-results.json"
            ]
        );
        let other = SigningKey::from_seed(key(&service.app).name(), &domain::Secret::new([9; 32])).unwrap();
        assert!(verify(&pack.bytes, other.verifier(), &[]).is_err(), "another key of the same name");
    });
}

#[test]
fn whatever_is_changed_in_a_pack_is_found() {
    Service::run(async |service: Service| {
        let (app, pack) = (service.app.clone(), phone(&service).await);
        let key = key(&app);
        // Bytes of every kind: each file's content, the heads between them, the directory at the end.
        let step = (pack.bytes.len() / 100).max(1);
        let end = (pack.bytes.len() - 600..pack.bytes.len()).step_by(11);
        for place in (0..pack.bytes.len()).step_by(step).chain(end) {
            let mut bent = pack.bytes.clone();
            bent[place] ^= 0x20;
            assert!(verify(&bent, &key, &[]).is_err(), "byte {place}");
        }
        let files = read_zip(&pack.bytes).unwrap();
        for (place, file) in files.iter().enumerate() {
            let mut without = files.clone();
            without.remove(place);
            assert!(verify(&write_zip(&without).unwrap(), &key, &[]).is_err(), "without {}", file.name);
            let mut changed = files.clone();
            changed[place].bytes.push(b' ');
            assert!(verify(&write_zip(&changed).unwrap(), &key, &[]).is_err(), "{} made longer", file.name);
        }
        let mut more = files.clone();
        more.push(File { name: "more.txt".into(), bytes: b"x".to_vec() });
        let faults = verify(&write_zip(&more).unwrap(), &key, &[]).unwrap_err();
        assert!(faults[0].to_string().contains("does not list"), "{faults:?}");
    });
}

/// What whoever holds the ledger's key could pack: the ledger still finds it.
#[test]
fn what_the_key_s_owner_changes_is_found_by_the_ledger() {
    Service::run(async |service: Service| {
        let (app, pack) = (service.app.clone(), phone(&service).await);
        let says = |change: Change| {
            let faults = packed_again(&app, &pack.bytes, change).unwrap_err();
            faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
        };
        assert!(packed_again(&app, &pack.bytes, |_| ()).is_ok());
        let cases: [(Change, &str); 8] = [
            (
                |content| {
                    let one =
                        content.findings.iter_mut().find(|one| one.line.contains("\"not-known\"")).unwrap();
                    one.line = one.line.replace("\"not-known\"", "\"met\"");
                },
                "is not under its ledger entry",
            ),
            (|content| content.findings[0].index += 1, "is not under its ledger entry"),
            (|content| content.findings[0].evidence.push(' '), "does not give the digest"),
            (
                |content| {
                    let fact =
                        content.findings.iter_mut().flat_map(|one| &mut one.facts).flatten().next().unwrap();
                    fact.text = fact.text.replace(':', ": ");
                },
                "is not the one that was judged",
            ),
            (
                |content| {
                    let one = content.findings.iter_mut().find(|one| !one.facts.is_empty()).unwrap();
                    one.facts.pop();
                },
                "another number of facts",
            ),
            (|content| content.clauses[0].text.push('!'), "does not give its digest"),
            (|content| drop(content.entries.pop()), "is not proven in this pack"),
            (|content| content.subjects[0].subject = "device:other".into(), "not listed"),
        ];
        for (change, expected) in cases {
            let said = says(change);
            assert!(said.contains(expected), "{expected}: {said}");
        }
    });
}

/// A reader who may not see lists of apps gets their digests, and the pack proves as much.
#[test]
fn what_a_reader_may_not_see_is_in_the_pack_as_a_digest() {
    Service::run(async |service: Service| {
        let all = phone(&service).await;
        let (whole, _) = content(&all.bytes);
        let administrator = service.actor("person:admin", Role::Administrator, None);
        let pack = made(&service.app, &administrator, Wanted::Device("F4GXQ2PACK".into())).await.unwrap();
        let report = verify(&pack.bytes, &key(&service.app), &[]).unwrap();
        assert!(report.withheld > 0);
        let hidden: Vec<&pack::Shown> = whole
            .findings
            .iter()
            .zip(&report.content.findings)
            .flat_map(|(all, some)| all.facts.iter().zip(&some.facts))
            .filter_map(|(all, some)| some.is_none().then_some(all.as_ref()).flatten())
            .collect();
        let text = serde_json::to_string(&report.content).unwrap();
        assert!(!hidden.is_empty());
        for fact in hidden {
            assert!(!text.contains(&fact.salt.to_string()) && !text.contains(&fact.text), "{}", fact.means);
        }
    });
}

#[test]
fn a_sample_is_drawn_again_from_its_seed_and_shows_nobody_else() {
    Service::run_on_both(async |service: Service| {
        let mut people: Vec<PersonId> = Vec::new();
        for number in 0..8 {
            people.push(service.person(&format!("50{number}"), false).await);
        }
        for person in &people {
            compliance_app::judge_person(&service.app, *person).await.unwrap();
        }
        let year = domain::local_time::day_of(service.world.now()).year();
        let draw = |seed| Wanted::Sample(Draw { of: Population::Joiners, year: Some(year), size: 3, seed });
        let first = made(&service.app, &service.desk, draw(4711)).await.unwrap();
        let again = made(&service.app, &service.desk, draw(4711)).await.unwrap();
        let other = made(&service.app, &service.desk, draw(4712)).await.unwrap();
        let subjects = |pack: &MadePack| content(&pack.bytes).0.subjects;
        assert_eq!(subjects(&first), subjects(&again));
        assert_ne!(subjects(&first), subjects(&other));
        let report = verify(&first.bytes, &key(&service.app), &[]).unwrap();
        assert_eq!(report.content.subjects.len(), 3);
        let sample = report.content.sample.clone().unwrap();
        assert!(sample.ranks.len() >= 8);
        let text = serde_json::to_string(&report.content).unwrap();
        let drawn: Vec<String> = report.content.subjects.iter().map(|one| one.subject.clone()).collect();
        for person in &people {
            let subject = compliance_app::ledger_subject(&Subject::Person(*person));
            assert_eq!(text.contains(&person.to_string()), drawn.contains(&subject), "{subject}");
        }
        // Whoever takes a rank away to pass somebody over is found.
        let faults = packed_again(&service.app, &first.bytes, |content| {
            content.sample.as_mut().unwrap().ranks.remove(0);
        });
        assert!(faults.unwrap_err()[0].to_string().contains("are not those that the seed"));
        let faults = packed_again(&service.app, &first.bytes, |content| {
            content.sample.as_mut().unwrap().ranks.swap(0, 1);
        });
        assert!(faults.is_err());
    });
}

#[test]
fn nothing_is_packed_that_does_not_agree_with_the_ledger_or_that_a_reader_may_not_see() {
    testkit::both_engines(|database| {
        testkit::block_on(async {
            let service = Service::start(&database, gateway::Options::default()).await;
            let person = service.person("6001", false).await;
            compliance_app::judge_person(&service.app, person).await.unwrap();
            let wanted = || Wanted::Person("6001".into());
            assert!(made(&service.app, &service.desk, wanted()).await.is_ok());
            let other = service.actor("person:auditor", Role::Auditor, Some(domain::samples::SUFFOLK));
            assert!(made(&service.app, &other, wanted()).await.is_err(), "over the wall");
            let none = made(&service.app, &service.desk, Wanted::Device("NONE".into())).await.unwrap_err();
            assert!(matches!(none, AppError::NotFound { .. }), "{none}");
            let many = Draw { of: Population::People, year: None, size: 501, seed: 1 };
            let refused = made(&service.app, &service.desk, Wanted::Sample(many)).await.unwrap_err();
            assert!(refused.to_string().contains("from 1 to 500"), "{refused}");
            let no_clause = made(&service.app, &service.desk, Wanted::Everything).await.unwrap_err();
            assert!(matches!(no_clause, AppError::Invalid { field: "clause", .. }), "{no_clause}");
            run_sql(
                &database,
                &format!("UPDATE finding SET since = since - 1 WHERE subject_id = '{person}'"),
            );
            let refused = made(&service.app, &service.desk, wanted()).await.unwrap_err();
            assert!(refused.to_string().contains("nothing is packed"), "{refused}");
        });
    });
}
