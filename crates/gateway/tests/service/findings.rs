//! Findings that the database's owner forged, altered, back-dated or removed: found against the ledger, in either direction.

use compliance_app::Heard;
use domain::{ClauseId, DeviceKind, PersonId, Subject};
use kernel::access::{Actor, permit};
use kernel::{App, AppError};
use ledger::{FINDINGS_CARRIED, FINDINGS_CHANGED, FindingBatch, stated_findings};
use store::StoreConfig;
use store::findings::StoredFinding;

use crate::common::Service;
use crate::ledger_guard::run_sql;

/// People who are judged and then tampered with, one for each attack.
struct Judged {
    service: Service,
    database: StoreConfig,
}

impl Judged {
    async fn start(database: &StoreConfig) -> Self {
        let service = Service::start(database, gateway::Options::default()).await;
        Self { service, database: database.clone() }
    }

    /// Somebody who was judged, and one of the findings on them.
    async fn person(&self, number: &str) -> (PersonId, StoredFinding) {
        let person = self.service.person(number, false).await;
        compliance_app::judge_person(&self.service.app, person).await.unwrap();
        (person, self.finding(person).await)
    }

    async fn finding(&self, person: PersonId) -> StoredFinding {
        let all = self
            .service
            .app
            .store()
            .read(move |tx| store::findings::of_subject(tx, &Subject::Person(person)))
            .await
            .unwrap();
        all.into_iter().find(|found| found.outcome.word() == "not-known").unwrap()
    }

    async fn faults(&self) -> Vec<String> {
        faults(&self.service.app).await
    }

    /// What `explain` says of a clause.
    async fn explained(&self, person: PersonId, clause: &ClauseId) -> Result<Vec<String>, AppError> {
        let permit = permit(&Actor::command_line("test")).unwrap();
        compliance_app::explain(
            &self.service.app,
            kernel::access::Permit::into(permit),
            Subject::Person(person),
            clause,
            None,
        )
        .await
        .map(|explained| explained.in_ledger.sentences())
    }
}

async fn faults(app: &App) -> Vec<String> {
    while ledger_app::sequence_ledger(app).await.unwrap() > 0 {}
    let root = Actor::command_line("test");
    let checked = compliance_app::check_findings(app, permit(&root).unwrap()).await.unwrap();
    assert!(checked.subjects > 0 && checked.lines > 0, "{checked:?}");
    checked.faults.iter().map(ToString::to_string).collect()
}

#[test]
fn one_entry_carries_all_that_a_judgement_changed() {
    Service::run_on_both(async |service: Service| {
        let person = service.person("1001", false).await;
        compliance_app::judge_person(&service.app, person).await.unwrap();
        let stated = |actions: &[(String, Option<String>)]| -> Vec<(u64, ledger::Hash)> {
            let over = actions.iter().filter(|(action, _)| action == FINDINGS_CHANGED);
            over.filter_map(|(_, reason)| stated_findings(reason.as_deref()?)).collect()
        };
        let once = stated(&service.ledger_actions().await);
        let (subject, about) = (Subject::Person(person), Subject::Person(person));
        let all =
            service.app.store().read(move |tx| store::findings::of_subject(tx, &subject)).await.unwrap();
        assert!(once.iter().any(|(count, _)| *count == all.len() as u64), "{once:?}, {} findings", all.len());
        let kept =
            service.app.store().read(move |tx| store::finding_batches::of_subject(tx, &about)).await.unwrap();
        let batch = FindingBatch::parse(&kept[0].lines).unwrap();
        assert!(once.contains(&(batch.count(), batch.root())));
        // Nothing changed: nothing is entered.
        compliance_app::judge_person(&service.app, person).await.unwrap();
        assert_eq!(stated(&service.ledger_actions().await), once);
        assert_eq!(faults(&service.app).await, Vec::<String>::new());
    });
}

#[test]
#[expect(clippy::too_many_lines, reason = "one attack after the other")]
fn whatever_is_done_to_a_finding_or_its_evidence_is_found_and_named() {
    testkit::both_engines(|database| {
        testkit::block_on(async {
            let judged = Judged::start(&database).await;
            let attacks: [(&str, &str, &str); 10] = [
                (
                    "UPDATE finding SET outcome = 'met', detail = '{\"outcome\":\"met\"}' WHERE WHO",
                    "the finding says met, the ledger not-known",
                    "2001",
                ),
                ("DELETE FROM finding WHERE WHO", "and the finding is missing", "2002"),
                ("UPDATE finding SET since = since - 86400000 WHERE WHO", "the finding says since", "2003"),
                (
                    "UPDATE evidence SET judged_at = judged_at - 86400000 WHERE WHO",
                    "its time is another one",
                    "2004",
                ),
                (
                    "UPDATE evidence SET detail = '{\"outcome\":\"met\"}' WHERE WHO",
                    "its outcome is another one",
                    "2005",
                ),
                ("UPDATE evidence SET basis = replace(basis, 'person', 'persons') WHERE WHO", "", "2006"),
                ("DELETE FROM evidence WHERE WHO", "is missing", "2007"),
                (
                    "INSERT INTO evidence (id, subject_kind, subject_id, clause_id, detail, judged_at, confirmed_at, policy_digest, \
                     clause_digest, basis, salt) SELECT '0190aaaa-0000-7000-8000-00000000000' || substr(subject_id, 36), subject_kind, \
                     subject_id, clause_id, '{\"outcome\":\"met\"}', judged_at + 1, confirmed_at, policy_digest, clause_digest, basis, salt \
                     FROM evidence WHERE WHO",
                    "is in no entry of the ledger",
                    "2008",
                ),
                (
                    "UPDATE finding_batch SET lines = replace(lines, 'not-known', 'met') WHERE BATCH",
                    "do not give the root",
                    "2009",
                ),
                // Put back to before it was judged: nothing that is left contradicts anything else that is left.
                (
                    "DELETE FROM finding WHERE WHO; DELETE FROM evidence WHERE WHO; DELETE FROM finding_batch WHERE BATCH",
                    "states findings, and they are missing",
                    "2010",
                ),
            ];
            let mut expected = Vec::new();
            for (sql, says, number) in attacks {
                let (person, finding) = judged.person(number).await;
                let says =
                    if says.is_empty() { "its facts, its reason or its rules were changed" } else { says };
                expected.push((sql, says, person, finding.clause));
            }
            assert_eq!(judged.faults().await, Vec::<String>::new());
            for (sql, says, person, clause) in &expected {
                let who = format!("subject_id = '{person}' AND clause_id = '{clause}'");
                run_sql(
                    &judged.database,
                    &sql.replace("WHO", &who).replace("BATCH", &format!("subject_id = '{person}'")),
                );
                let explained = judged.explained(*person, clause).await;
                let words = match explained {
                    Ok(sentences) => sentences.join(" "),
                    Err(error) => error.to_string(),
                };
                assert!(words.contains(says) || words.contains("evidence is gone"), "{sql}: {words}");
            }
            let faults = judged.faults().await;
            for (sql, says, person, _) in &expected {
                let named =
                    faults.iter().any(|fault| fault.contains(&person.to_string()) && fault.contains(says));
                assert!(named, "{sql}: {faults:#?}");
            }
            // Each attack is named with its own person, and nobody else is.
            let people: Vec<String> = expected.iter().map(|(_, _, person, _)| person.to_string()).collect();
            assert!(
                faults.iter().all(|fault| people.iter().any(|person| fault.contains(person))),
                "{faults:#?}"
            );
        });
    });
}

/// Whoever forges everything in step, the root in the entry included, is found by the ledger's own tree; whoever removes the lines
/// as well, by the entry that stands alone.
#[test]
fn what_is_forged_in_step_is_found_by_the_tree_and_what_is_removed_by_its_entry() {
    testkit::both_engines(|database| {
        testkit::block_on(async {
            let judged = Judged::start(&database).await;
            let ((forged, finding), (removed, _)) =
                (judged.person("3001").await, judged.person("3002").await);
            assert_eq!(judged.faults().await, Vec::<String>::new());
            let subject = Subject::Person(forged);
            let kept = judged
                .service
                .app
                .store()
                .read(move |tx| store::finding_batches::of_subject(tx, &subject))
                .await;
            let kept = kept.unwrap().remove(0);
            let mut lines: Vec<_> = FindingBatch::parse(&kept.lines).unwrap().lines().cloned().collect();
            let line = lines.iter_mut().find(|line| line.clause == finding.clause).unwrap();
            line.outcome = "met".into();
            let batch = FindingBatch::new(lines).unwrap();
            run_sql(
                &judged.database,
                &format!(
                    "UPDATE ledger_entry SET reason = '{}' WHERE id = '{}';
                     UPDATE finding_batch SET lines = '{}' WHERE entry_id = '{}';
                     UPDATE finding SET outcome = 'met', detail = '{{\"outcome\":\"met\"}}' WHERE subject_id = '{forged}'
                       AND clause_id = '{}';
                     DELETE FROM finding WHERE subject_id = '{removed}'; DELETE FROM evidence WHERE subject_id = '{removed}';
                     DELETE FROM finding_batch WHERE subject_id = '{removed}';",
                    batch.stated(),
                    kept.entry,
                    batch.text(),
                    kept.entry,
                    finding.clause
                ),
            );
            let faults = judged.faults().await;
            let has = |person: PersonId, says: &str| {
                faults.iter().any(|fault| fault.contains(&person.to_string()) && fault.contains(says))
            };
            assert!(has(forged, "is not the one that stands in the ledger's tree"), "{faults:#?}");
            assert!(has(removed, "states findings, and they are missing"), "{faults:#?}");
        });
    });
}

#[test]
fn the_future_is_refused_and_what_was_withdrawn_says_since_when() {
    Service::run(async |service: Service| {
        let app = &service.app;
        let device = service.register("F4GXQ2FUTR", DeviceKind::Iphone, None).await;
        compliance_app::judge_device(app, device).await.unwrap();
        let permit = || permit::<kernel::access::SeeFindings>(&Actor::command_line("test")).unwrap();
        let subject = Subject::Device(device);
        let all = app.store().read(move |tx| store::findings::of_subject(tx, &subject)).await.unwrap();
        let tomorrow = service.world.now().plus(domain::Span::from_secs(86_400));
        let refused = compliance_app::explain(
            app,
            permit().into(),
            Subject::Device(device),
            &all[0].clause,
            Some(tomorrow),
        )
        .await;
        assert!(refused.unwrap_err().to_string().contains("is in the future"));
        let said =
            compliance_app::explain(app, permit().into(), Subject::Device(device), &all[0].clause, None)
                .await
                .unwrap();
        assert!(
            said.in_ledger.sentences()[0].starts_with("The ledger says the same"),
            "{:?}",
            said.in_ledger
        );
    });
}

/// While the service is not running nothing can be heard, whatever was found before.
#[test]
fn a_time_in_which_the_service_was_not_running_is_not_known() {
    Service::run_on_both(async |service: Service| {
        let app = &service.app;
        let device = service.register("F4GXQ2SLNT", DeviceKind::Iphone, None).await;
        compliance_app::judge_device(app, device).await.unwrap();
        let finding = app
            .store()
            .read(move |tx| store::findings::of_subject(tx, &Subject::Device(device)))
            .await
            .unwrap();
        let clause = finding[0].clause.clone();
        let explained = async |at| {
            let permit = permit::<kernel::access::SeeFindings>(&Actor::command_line("test")).unwrap();
            compliance_app::explain(app, permit.into(), Subject::Device(device), &clause, Some(at))
                .await
                .unwrap()
        };
        let minutes = |count: i64| service.world.clock.advance(domain::Span::from_secs(count * 60));
        let before = service.world.now();
        assert_eq!(explained(before).await.heard, Heard::NotKept);
        minutes(1);
        let first = service.world.now();
        for _ in 0..4 {
            compliance_app::note_running(app).await.unwrap();
            minutes(1);
        }
        let running = service.world.now();
        compliance_app::note_running(app).await.unwrap();
        assert_eq!(explained(first).await.heard, Heard::Running);
        minutes(9);
        let restarted = service.world.now();
        compliance_app::note_running(app).await.unwrap();
        compliance_app::note_running(app).await.unwrap();
        let between = running.plus(domain::Span::from_secs(240));
        let silent = explained(between).await;
        assert_eq!(silent.heard, Heard::Silent { from: running, until: Some(restarted) });
        assert_eq!(silent.outcome().word(), "not-known");
        assert_eq!(
            silent.heard.sentence().unwrap(),
            format!("nothing was heard between {running} and {restarted}: the service was not running")
        );
        assert_eq!(explained(restarted).await.heard, Heard::Running);
        assert_eq!(explained(before).await.heard, Heard::NotKept);
        minutes(10);
        assert_eq!(
            explained(service.world.now()).await.heard,
            Heard::Silent { from: restarted, until: None }
        );
    });
}

/// A database from before findings were entered: they are entered once, and what appears later is not.
#[test]
fn old_findings_are_carried_over_once() {
    testkit::both_engines(|database| {
        testkit::block_on(async {
            let judged = Judged::start(&database).await;
            let app = &judged.service.app;
            let (person, finding) = judged.person("4001").await;
            run_sql(
                &judged.database,
                "UPDATE evidence SET salt = NULL; DELETE FROM finding_batch; DELETE FROM meta WHERE name = 'findings-carried-over';
                 DELETE FROM ledger_entry WHERE action = 'findings.changed' AND place IS NULL;",
            );
            assert!(compliance_app::carry_findings_over(app).await.unwrap() > 0);
            assert_eq!(compliance_app::carry_findings_over(app).await.unwrap(), 0);
            assert_eq!(judged.faults().await, Vec::<String>::new());
            let actions = judged.service.ledger_actions().await;
            assert!(actions.iter().any(|(action, _)| action == FINDINGS_CARRIED));
            let said = judged.explained(person, &finding.clause).await.unwrap();
            assert!(said[0].starts_with("The ledger says the same"), "{said:?}");
            // Judged again, nothing changes; somebody new is entered as changed, and what then claims to be carried over is forged.
            let (late, _) = judged.person("4002").await;
            assert_eq!(judged.faults().await, Vec::<String>::new());
            run_sql(
                &judged.database,
                &format!(
                    "UPDATE ledger_entry SET action = 'findings.carried-over' WHERE subject = 'person:{late}'
                          AND action = 'findings.changed';"
                ),
            );
            let faults = judged.faults().await;
            assert!(faults.iter().any(|fault| fault.contains(&late.to_string())), "{faults:#?}");
        });
    });
}
