//! Compares what a device's platform can keep with what this very device keeps: many settings do nothing on a device that is not
//! supervised, was enrolled by hand or has an old system.

use std::collections::BTreeSet;

use domain::{AtHand, ClauseId, FactValue, Facts};
use store::devices::Device;

use kernel::PolicyInForce;
use kernel::policy_in_force::coverage_on;

/// Clauses that the platform keeps at least in part, and of which the device keeps less, because of what it lacks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unheld {
    /// What the device lacks, or never said, in words.
    pub because: Vec<String>,
    /// The clauses, in the order of the paper.
    pub clauses: Vec<ClauseId>,
}

/// Finds the clauses of which a device keeps less than its platform can.
pub(super) fn unheld(policy: &PolicyInForce, device: &Device, facts: &Facts) -> Unheld {
    let Some(platform) = device.kind.platform() else { return Unheld::default() };
    let at_hand = AtHand {
        supervised: device.supervised,
        automated: facts.get("enrolment.automated").and_then(|fact| match fact.value {
            FactValue::Bool(automated) => Some(automated),
            _ => None,
        }),
        system: device.os_version.clone(),
    };
    let (mut because, mut clauses) = (BTreeSet::new(), Vec::new());
    for clause in policy.library().clauses.iter().filter(|clause| clause.settings().next().is_some()) {
        let kinds = &clause.applies_to.kinds;
        if !kinds.is_empty() && !kinds.contains(&device.kind) {
            continue;
        }
        let can = policy.coverage().get(&clause.id).and_then(|row| row.get(&platform));
        let does = coverage_on(policy.library(), policy.platforms(), clause, platform, &at_hand);
        let (Some(can), Some(does)) = (can, does) else { continue };
        let lacks: Vec<&str> = can.needs.iter().filter_map(|need| at_hand.lacks(need)).collect();
        if !lacks.is_empty() && does.residue != can.residue {
            because.extend(lacks);
            clauses.push(clause.id.clone());
        }
    }
    Unheld { because: because.into_iter().map(str::to_owned).collect(), clauses }
}
