//! Clause judgements a second on one core, with the shipped rules and the facts of a device that keeps them.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use compliance::{SubjectState, evaluate};
use domain::{Fact, FactName, FactValue, Facts, Grade, Outcome, Platform, Timestamp};
use kernel::PolicyInForce;

/// Judgements a second, and how many of every thousand were met (so that a reader sees what was judged).
///
/// # Errors
/// Where the policy does not load.
pub fn judgements(folder: &Path, lasting: Duration) -> anyhow::Result<(f64, f64)> {
    let policy = PolicyInForce::load(
        policy::Files::read(folder)?,
        &policy::Overrides::new(),
        "Bench",
        &seeds::platforms(),
    )?;
    let expected = policy.expected_profiles(Platform::Ios);
    let now = Timestamp::from_millis(1_795_316_400_000);
    let facts = obedient(&policy, &expected, now);
    let state =
        SubjectState { platform: Platform::Ios, supervised: Some(true), expected_profiles: &expected };
    let started = Instant::now();
    let (mut all, mut met) = (0_u64, 0_u64);
    while started.elapsed() < lasting {
        for rule in policy.rules() {
            for (_, _, check) in &rule.checks {
                all += 1;
                met += u64::from(
                    std::hint::black_box(evaluate(check, &state, &facts, now)).outcome == Outcome::Met,
                );
            }
        }
    }
    Ok((all as f64 / started.elapsed().as_secs_f64(), met as f64 * 1000.0 / all as f64))
}

/// Devices judged a second with everything that is stored of it: when all findings change, and when none does.
#[derive(Debug, Clone, Copy)]
pub struct Stored {
    /// Devices a second whose findings are all new.
    pub changed: f64,
    /// Devices a second whose findings stay what they are.
    pub confirmed: f64,
    /// Findings of one device.
    pub findings: usize,
}

/// Judges registered devices one after the other on SQLite, and stores what follows.
///
/// # Errors
/// Where a device cannot be registered or judged.
pub fn stored(devices: usize) -> anyhow::Result<Stored> {
    let scratch = testkit::scratch_sqlite();
    testkit::block_on(async {
        let seeds::Started { app, .. } =
            seeds::start(&scratch.config, gateway::Options::default(), |_| ()).await;
        let mut all = Vec::with_capacity(devices);
        for number in 0..devices {
            let new = custody_app::register::NewDevice {
                serial: format!("F4GXQ{number:05}"),
                kind: domain::DeviceKind::Iphone,
                force: domain::samples::NORFOLK,
                holder: None,
                asset_tag: None,
            };
            all.push(
                custody_app::register::add_device(&app, kernel::access::permit(&seeds::root())?, new).await?,
            );
        }
        let mut rates = [0.0; 2];
        for rate in &mut rates {
            let started = Instant::now();
            for device in &all {
                compliance_app::judge_device(&app, *device).await?;
            }
            *rate = devices as f64 / started.elapsed().as_secs_f64();
        }
        let subject =
            domain::Subject::Device(*all.first().ok_or_else(|| anyhow::anyhow!("no device to judge"))?);
        let found = app.store().read(move |tx| store::findings::of_subject(tx, &subject)).await?;
        let [changed, confirmed] = rates;
        Ok(Stored { changed, confirmed, findings: found.len() })
    })
}

/// Returns the facts of an iPhone on which every restriction stands as the policy wants it.
fn obedient(policy: &PolicyInForce, expected: &BTreeMap<String, String>, now: Timestamp) -> Facts {
    let merged = policy.library().merged_settings(&policy::Scope::default());
    let mut facts = Facts::default();
    let mut put = |name: String, value: FactValue| {
        let fact = Fact {
            name: FactName::new(name),
            value,
            grade: Grade::Reported,
            at: now,
            source: "bench".into(),
        };
        facts.put(fact);
    };
    for (key, set) in &merged.settings {
        let value = match &set.value {
            domain::SettingValue::Bool(flag) => FactValue::Bool(*flag),
            domain::SettingValue::Count(count) => FactValue::Count(*count),
            domain::SettingValue::Text(text) => FactValue::Text(text.clone()),
            domain::SettingValue::List(list) => FactValue::List(list.clone()),
            domain::SettingValue::Networks(_) => continue,
        };
        put(format!("effective.{key}"), value);
    }
    for name in [
        "passcode.present",
        "passcode.compliant",
        "passcode.compliant_with_profiles",
        "encryption.enabled",
        "device.supervised",
        "register.force_property",
    ] {
        put(name.into(), FactValue::Bool(true));
    }
    for name in ["enrolment.user_enrolment", "cloud.backup_enabled", "hotspot.enabled", "device.lost_mode"] {
        put(name.into(), FactValue::Bool(false));
    }
    put("battery.percent".into(), FactValue::Count(90));
    put("device.contact".into(), FactValue::Count(now.millis()));
    put(
        "apps.installed".into(),
        FactValue::List(std::iter::once("com.apple.mobilemail".to_owned()).collect()),
    );
    let installed =
        expected.iter().map(|(group, uuid)| format!("uk.police.lanyard.{group}={uuid}")).collect();
    put("profiles.installed".into(), FactValue::List(installed));
    facts
}
