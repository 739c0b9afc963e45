//! Predicts which devices would newly fall out of a clause under another version of the policy.
//! Judges stored facts by both versions, and stores nothing.
//!
//! A version that asks for other settings has not sent them yet, so a device is judged by what it reported under the former ones.
//! If a clause's own settings change as well, the prediction says so: the device may comply again by itself once it has received
//! them. A mere change of profile does not count here.

use std::collections::{BTreeMap, BTreeSet};

use compliance::{SubjectState, evaluate};
use domain::{ClauseId, DeviceId, EnrolmentState, Facts, Outcome, Platform, Timestamp, WhyNotKnown};
use policy::{Library, PolicyDiff};
use store::devices::{self, Device, DeviceFilter};

use kernel::access::{Permit, SeeDevices};
use kernel::platforms::Platforms;
use kernel::policy_in_force::{DeviceRule, compile_profiles, rules_of};
use kernel::{AppError, Work};
use permissions_app::Tailored;

/// Largest number of devices under management that one prediction judges.
const MOST_DEVICES: u32 = 5000;
/// Number of devices that are named beside a clause.
const NAMED: usize = 20;

/// Devices that would newly fall out.
#[derive(Debug, Clone, Default)]
pub struct Prediction {
    /// Number of devices under management that were judged.
    pub judged: u64,
    /// Set where these are all devices within the reader's scope.
    pub all: bool,
    /// Clauses that some device would newly fall out of, in the order of the paper.
    pub clauses: Vec<FallsOut>,
}

/// Clause that some device would newly fall out of.
#[derive(Debug, Clone)]
pub struct FallsOut {
    /// Id of the clause.
    pub clause: ClauseId,
    /// Title of the clause.
    pub title: String,
    /// Number of devices that would not meet it and are not known to break it now.
    pub not_met: u64,
    /// Number of devices that would no longer be known to meet it.
    pub not_known: u64,
    /// Set where its settings change as well.
    pub settings_change: bool,
    /// Some of the devices that would not meet it, by serial number.
    pub devices: Vec<(DeviceId, String)>,
}

/// Version of the policy, ready to judge by.
struct Side<'l> {
    library: &'l Library,
    rules: Vec<DeviceRule>,
    expected: BTreeMap<Platform, BTreeMap<String, String>>,
}

impl<'l> Side<'l> {
    fn of(library: &'l Library, platforms: &Platforms, organisation: &str) -> Result<Self, AppError> {
        let mut expected = BTreeMap::new();
        for platform in platforms.all() {
            let (ready, _) = compile_profiles(library, platforms, platform, organisation)
                .map_err(|error| AppError::Conflict(error.to_string()))?;
            let groups = ready.into_iter().map(|ready| (ready.profile.group, ready.profile.uuid));
            expected.insert(platform, groups.collect());
        }
        Ok(Self { library, rules: rules_of(library), expected })
    }

    /// Replaces profiles with the other side's where both have one for a group.
    fn with_profiles_of(mut self, other: &Self) -> Self {
        for (platform, groups) in &mut self.expected {
            for (group, uuid) in groups {
                if let Some(same) = other.expected.get(platform).and_then(|groups| groups.get(group)) {
                    uuid.clone_from(same);
                }
            }
        }
        self
    }

    fn judge(
        &self,
        device: &Device,
        platform: Platform,
        tailored: Option<&Tailored>,
        facts: &Facts,
        now: Timestamp,
    ) -> BTreeMap<ClauseId, Outcome> {
        let none = BTreeMap::new();
        let own = tailored.map(Tailored::expected_profiles);
        let expected = own.as_ref().or_else(|| self.expected.get(&platform)).unwrap_or(&none);
        let state = SubjectState { platform, supervised: device.supervised, expected_profiles: expected };
        let of_kind =
            self.rules.iter().filter(|rule| rule.kinds.is_empty() || rule.kinds.contains(&device.kind));
        of_kind
            .map(|rule| {
                let rule = match tailored {
                    Some(tailored) => tailored.rule(self.library, rule).0,
                    None => std::borrow::Cow::Borrowed(rule),
                };
                let outcomes =
                    rule.checks.iter().map(|(_, _, bound)| evaluate(bound, &state, facts, now).outcome);
                let worst = outcomes.max_by_key(Outcome::severity);
                (rule.clause.clone(), worst.unwrap_or(Outcome::NotKnown(WhyNotKnown::NoWayToTell)))
            })
            .collect()
    }
}

/// Judges the devices under management by both versions, and lists what would newly not be met or not be known.
pub(super) fn predict(
    Work { app, tx, now }: Work<'_, '_>,
    permit: &Permit<SeeDevices>,
    old: &Library,
    new: &Library,
    diff: &PolicyDiff,
) -> Result<Prediction, AppError> {
    let (platforms, organisation) = (app.platforms(), &app.config().organisation);
    let before = Side::of(old, platforms, organisation)?;
    let after = Side::of(new, platforms, organisation)?.with_profiles_of(&before);
    let filter = DeviceFilter {
        force: permit.scope().force(),
        state: Some(EnrolmentState::Enrolled),
        ..DeviceFilter::default()
    };
    let mut found = devices::page(tx, &filter, MOST_DEVICES + 1)?;
    let all = found.len() <= usize::try_from(MOST_DEVICES).unwrap_or(usize::MAX);
    found.truncate(usize::try_from(MOST_DEVICES).unwrap_or(usize::MAX));
    let mut falls: BTreeMap<ClauseId, FallsOut> = BTreeMap::new();
    let judged = u64::try_from(found.len()).unwrap_or(u64::MAX);
    for device in found {
        let Some(platform) = device.kind.platform() else { continue };
        let facts = crate::facts_of(tx, &device, now)?;
        let tailored = permissions_app::tailored(Work { app, tx, now }, &device)?;
        let was = before.judge(&device, platform, tailored.as_ref(), &facts, now);
        for (clause, is) in after.judge(&device, platform, tailored.as_ref(), &facts, now) {
            let was = was.get(&clause);
            note(&mut falls, &device, clause, was, &is);
        }
    }
    let changed: BTreeSet<&ClauseId> = diff.settings.iter().flat_map(|setting| &setting.clauses).collect();
    let in_order = new.clauses.iter().filter_map(|clause| {
        let mut one = falls.remove(&clause.id)?;
        one.title.clone_from(&clause.title);
        one.settings_change = changed.contains(&clause.id);
        Some(one)
    });
    Ok(Prediction { judged, all, clauses: in_order.collect() })
}

/// Counts a device that falls out of a clause and had not before. What was already not met stays so, and is not counted.
fn note(
    falls: &mut BTreeMap<ClauseId, FallsOut>,
    device: &Device,
    clause: ClauseId,
    was: Option<&Outcome>,
    is: &Outcome,
) {
    let broken = matches!(is, Outcome::NotMet { .. }) && !matches!(was, Some(Outcome::NotMet { .. }));
    let unknown = matches!(is, Outcome::NotKnown(_))
        && !matches!(was, Some(Outcome::NotKnown(_) | Outcome::NotMet { .. }));
    if !broken && !unknown {
        return;
    }
    let one = falls.entry(clause.clone()).or_insert_with(|| FallsOut {
        clause,
        title: String::new(),
        not_met: 0,
        not_known: 0,
        settings_change: false,
        devices: Vec::new(),
    });
    if unknown {
        one.not_known += 1;
        return;
    }
    one.not_met += 1;
    if one.devices.len() < NAMED {
        one.devices.push((device.id, device.serial.clone()));
    }
}
