//! Shows one device: record, holder, enrolment, settings, findings, commands, cases, and the actions open to the reader.

use domain::{
    BurstId, CommandId, CommandState, Deed, DeviceId, Effect, Fact, FactValue, Facts, Grade, HandoverState,
    Outcome, Party, Subject, Timestamp,
};
use store::commands::Command;
use store::devices::Device;
use store::enrolments::{Channel, Enrolment};
use store::ledger::LedgerFilter;
use store::people::Person;
use store::{
    Tx, cases, certificates, commands, devices, enrolments, findings, handovers, ledger, messages, orders,
    people, terms_asked,
};

use crate::at_hand::Unheld;
use cases_app::read::CaseRow;
use compliance_app::Basis;
use compliance_app::read_explain::FactRead;
use devices_app::actions::{Action, LiveEnrolment, actions};
use devices_app::commands::Spec;
use devices_app::devices::DeviceView;
use kernel::access::{
    Actor, ApproveDestruction, CommandDevices, LocateDevices, PermitWithin, PlaceHolds, SeeApps, SeeCases,
    SeeCommands, SeeDetections, SeeDevices, SeeFindings, SeeHeldOrders, SeeHolds, SeeIdentifiers, SeePeople,
    SeeRegisters, SeeReports, SeeSettings,
};
use kernel::named::{NamedDevice, NamedPerson};
use kernel::second::{AtStake, could_be_one};
use kernel::sees::Sees;
use kernel::words;
use kernel::{App, AppError, PolicyInForce, Work, access};
use permissions_app::profiles::{ProfileRead, settings};
use permissions_app::read::PermissionRow;
use permissions_app::risks::RiskRead;

/// The text of a command that somebody cancelled.
const TAKEN_BACK: &str = "taken back";
/// An act that is held above a cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldActRead {
    /// The act.
    pub what: &'static str,
    /// The burst in which it is held.
    pub burst: BurstId,
}

/// Number of commands that the page shows.
const COMMANDS: u32 = 25;

/// One device. `None` stands for a part that the reader may not see, and says nothing about the device.
#[derive(Debug, Clone)]
pub struct DeviceRead {
    /// Its record.
    pub device: DeviceView,
    /// Its holder.
    pub holder: Held,
    /// Whether the reader may see its further numbers.
    pub identifiers: bool,
    /// Its live enrolment.
    pub enrolment: Option<EnrolmentRead>,
    /// Whether it has ever been under management.
    pub ever_enrolled: bool,
    /// Whether a device of this kind can come under management.
    pub enrols: bool,
    /// Whether the device reports that it is in lost mode.
    pub lost_mode: bool,
    /// The facts that it last reported.
    pub facts: Option<Vec<FactRead>>,
    /// The apps that it last reported, by their makers' names, and the time.
    pub apps: Option<(Vec<String>, Timestamp)>,
    /// Whether the reader may see the apps: then `None` means that it never reported any.
    pub sees_apps: bool,
    /// Whether a legal hold is in force on it.
    pub held: Option<bool>,
    /// Acts other than commands that are held above a cap on it.
    pub held_acts: Vec<HeldActRead>,
    /// The actions that the reader may take.
    pub actions: Vec<Action>,
    /// The settings wanted or sent.
    pub profiles: Option<Vec<ProfileRead>>,
    /// The state of each clause, worst first, then in the order of the document; detections only for readers who may
    /// see them.
    pub findings: Option<Vec<DeviceFinding>>,
    /// Clauses of which it keeps less by itself than its platform can; for readers who may see findings.
    pub unheld: Option<Unheld>,
    /// The latest commands, newest first.
    pub commands: Option<Vec<CommandRead>>,
    /// Cases about it.
    pub cases: Option<Vec<CaseRow>>,
    /// Permissions for it or for its holder.
    pub permissions: Option<Vec<PermissionRow>>,
}

/// The holder of a device.
#[derive(Debug, Clone)]
pub enum Held {
    /// Nobody.
    Nobody,
    /// This person has it, or is to have it.
    By(Box<HolderRead>),
    /// The reader may not see who has it, or whether anybody has.
    NotShown,
}

impl Held {
    /// Returns the holder, where the reader may see them.
    #[must_use]
    pub fn shown(&self) -> Option<&HolderRead> {
        match self {
            Self::By(holder) => Some(holder),
            Self::Nobody | Self::NotShown => None,
        }
    }
}

/// A device's holder.
#[derive(Debug, Clone)]
pub struct HolderRead {
    /// The person.
    pub person: NamedPerson,
    /// Whether both sides signed that they have it; otherwise somebody recorded them as its future holder.
    pub signed: bool,
    /// The time since when, where the ledger says.
    pub since: Timestamp,
    /// The time at which they accepted the last of the terms in force; `None` while any is missing.
    pub accepted_at: Option<Timestamp>,
    /// Titles of the documents whose terms in force they have not accepted.
    pub missing: Vec<String>,
}

/// A device's enrolment.
#[derive(Debug, Clone)]
pub struct EnrolmentRead {
    /// The time at which it came under management.
    pub since: Timestamp,
    /// The time of its last contact.
    pub seen: Timestamp,
    /// The end of its certificate.
    pub certificate_until: Option<Timestamp>,
    /// The time at which its certificate was revoked: its messages have been refused since.
    pub certificate_revoked: Option<Timestamp>,
    /// Whether it has been silent for longer than a report is valid.
    pub silent: bool,
    /// The reason why the last push failed.
    pub push_failed: Option<String>,
}

/// The state of a clause for a device.
#[derive(Debug, Clone)]
pub struct DeviceFinding {
    /// The clause.
    pub clause: String,
    /// Its title.
    pub title: String,
    /// The outcome.
    pub outcome: Outcome,
    /// The weakest grade among the facts used, and the time of the oldest.
    pub rests_on: Option<(Grade, Timestamp)>,
    /// The acceptance of the risk where it is not met.
    pub risk: Option<RiskRead>,
}

/// One command.
#[derive(Debug, Clone)]
pub struct CommandRead {
    /// Its id.
    pub id: CommandId,
    /// Its title: the thing it does.
    pub title: String,
    /// Its progress, in words.
    pub state: String,
    /// The time of the request.
    pub asked_at: Timestamp,
    /// The time of the last change of its state.
    pub changed_at: Timestamp,
    /// The person who requested it.
    pub by: String,
    /// The reason.
    pub reason: Option<String>,
    /// Whether it waits for a second person, and the reader may be that person.
    pub may_approve: bool,
    /// Whether the reader may be that person under a legal hold, as somebody who may place one.
    pub may_consent: bool,
    /// The burst in which it is held for a second person.
    pub held_in: Option<BurstId>,
    /// Whether the reader may still cancel it.
    pub may_take_back: bool,
    /// Whether it carries a PIN that the reader may ask for.
    pub has_pin: bool,
    /// Whether it returned a location that the reader may ask for.
    pub has_location: bool,
}

/// Reads one device.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for another force, and for a device of neither the reader nor their
/// people where only those are permitted.
pub async fn device(
    app: &App,
    permit: impl Into<PermitWithin<SeeDevices>>,
    id: DeviceId,
) -> Result<DeviceRead, AppError> {
    let (app, permit) = (app.clone(), permit.into());
    app.clone().store().read(move |tx| device_in(&app, tx, &permit, id)).await
}

/// Reads one command, with its device.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for another force.
pub async fn command(
    app: &App,
    permit: PermitWithin<SeeCommands>,
    id: CommandId,
) -> Result<(CommandRead, NamedDevice), AppError> {
    app.store()
        .read(move |tx| {
            let command = commands::by_id(tx, id)?.ok_or_else(|| AppError::not_found("command", id))?;
            let enrolment = enrolments::by_id(tx, command.enrolment)?
                .ok_or_else(|| AppError::not_found("enrolment", command.enrolment))?;
            let device = devices::by_id(tx, enrolment.device)?
                .ok_or_else(|| AppError::not_found("device", enrolment.device))?;
            let holder = device.holder.map(|holder| people::by_id(tx, holder)).transpose()?.flatten();
            permit.reaches_held(device.force, holder.as_ref())?;
            if !Sees::of_device(tx, permit.actor(), &device, holder)?.may_of_former::<SeeCommands>() {
                return Err(AppError::not_found("command", id));
            }
            Ok((shown(tx, permit.actor(), command)?, device.into()))
        })
        .await
}

fn device_in(
    app: &App,
    tx: &mut Tx<'_>,
    permit: &PermitWithin<SeeDevices>,
    id: DeviceId,
) -> Result<DeviceRead, AppError> {
    let device = devices::by_id(tx, id)?.ok_or_else(|| AppError::not_found("device", id))?;
    let person = device.holder.map(|holder| people::by_id(tx, holder)).transpose()?.flatten();
    permit.reaches_held(device.force, person.as_ref())?;
    let (actor, policy) = (permit.actor(), app.policy());
    let sees = Sees::of_device(tx, actor, &device, person.clone())?;
    let enrolments = enrolments::of_device(tx, id)?;
    let live = enrolments.iter().find(|e| e.ended.is_none() && e.channel == Channel::Device);
    let facts = messages::facts(tx, id)?;
    let lost_mode = facts.get("device.lost_mode").is_some_and(|fact| fact.value == FactValue::Bool(true));
    let managed = live.map(|live| LiveEnrolment { enrolment: live.id, lost_mode });
    let wanted = permissions_app::wanted_for(app, tx, &device)?;
    Ok(DeviceRead {
        holder: match person {
            _ if !sees.may::<SeePeople>() => Held::NotShown,
            Some(person) => Held::By(Box::new(self::holder(app, tx, &policy, &device, person)?)),
            None => Held::Nobody,
        },
        identifiers: sees.may::<SeeIdentifiers>(),
        enrolment: live.map(|live| self::enrolment(app, tx, &device, live)).transpose()?,
        ever_enrolled: enrolments.iter().any(|enrolment| enrolment.enrolled_at.is_some()),
        lost_mode,
        held_acts: held_acts(tx, actor, &device)?,
        actions: actions(app, tx, actor, &device, managed)?,
        enrols: app.platforms().serve(device.kind),
        profiles: sees.part::<SeeSettings, _>(|| settings(tx, &device, &wanted))?,
        held: sees.part_of_former::<SeeHolds, _>(|| Ok(store::holds::stands(tx, id)?))?,
        findings: sees.part::<SeeFindings, _>(|| {
            device_findings(app, tx, &policy, &device, sees.may_of_former::<SeeDetections>())
        })?,
        unheld: sees.part::<SeeFindings, _>(|| {
            Ok(live.map(|_| crate::at_hand::unheld(&policy, &device, &facts)).unwrap_or_default())
        })?,
        commands: sees.part_of_former::<SeeCommands, _>(|| {
            let all = commands::of_device(tx, id, COMMANDS)?;
            all.into_iter().map(|command| shown(tx, actor, command)).collect()
        })?,
        cases: sees.part::<SeeCases, _>(|| {
            let all = cases::of_device(tx, id)?;
            cases_app::read::case_rows(app, tx, actor, all)
        })?,
        facts: sees.part::<SeeReports, _>(|| Ok(reported(&policy, &facts)))?,
        apps: sees.part::<SeeApps, _>(|| Ok(apps(&facts)))?.flatten(),
        sees_apps: sees.may::<SeeApps>(),
        permissions: sees.part::<SeeRegisters, _>(|| {
            permissions_app::read::permissions_of_device(Work { app, tx, now: app.world().now() }, &device)
        })?,
        device: device.into(),
    })
}

/// Lists the state of each clause, with the accepted risk of those not met.
fn device_findings(
    app: &App,
    tx: &mut Tx<'_>,
    policy: &PolicyInForce,
    device: &Device,
    detections: bool,
) -> Result<Vec<DeviceFinding>, AppError> {
    let mut all = clauses(tx, policy, device.id)?;
    all.retain(|finding| detections || !policy.is_detection(&finding.clause));
    for finding in all.iter_mut().filter(|found| matches!(found.outcome, Outcome::NotMet { .. })) {
        if let Ok(clause) = finding.clause.parse() {
            finding.risk = permissions_app::read::risk_on(app, tx, device, &clause)?;
        }
    }
    Ok(all)
}

fn holder(
    app: &App,
    tx: &mut Tx<'_>,
    policy: &PolicyInForce,
    device: &Device,
    person: Person,
) -> Result<HolderRead, AppError> {
    let missing = terms_app::terms_missing(app, tx, person.id)?;
    let title =
        |id: &String| policy.library().document(id).map_or_else(|| id.clone(), |known| known.title.clone());
    let missing: Vec<String> = missing.iter().map(title).collect();
    let standing = terms_asked::of_person(tx, person.id)?;
    let latest = standing.iter().filter_map(|standing| standing.accepted_at).max();
    let filter = LedgerFilter {
        action: "device.holder.set".into(),
        subject: format!("device:{}", device.id),
        ..LedgerFilter::default()
    };
    let set = ledger::list(tx, &filter, 1)?.first().map(|(entry, _)| entry.at);
    // A signed hand-over takes precedence over a holder that somebody entered.
    let signed = handovers::of_device(tx, device.id)?
        .into_iter()
        .find(|found| found.state == HandoverState::Complete && found.receiver == Party::Person(person.id))
        .and_then(|found| found.ended.map(|(at, _)| at));
    Ok(HolderRead {
        person: person.into(),
        signed: signed.is_some(),
        since: signed.max(set).unwrap_or(device.created_at),
        accepted_at: latest.filter(|_| missing.is_empty()),
        missing,
    })
}

fn enrolment(
    app: &App,
    tx: &mut Tx<'_>,
    device: &Device,
    live: &Enrolment,
) -> Result<EnrolmentRead, AppError> {
    let since = live.enrolled_at.unwrap_or(live.created_at);
    let seen = device.last_contact_at.or(live.last_contact_at).unwrap_or(since);
    let certificate = certificates::by_sha256(tx, &live.certificate)?;
    Ok(EnrolmentRead {
        since,
        seen,
        certificate_until: certificate.as_ref().map(|issued| issued.not_after),
        certificate_revoked: certificate.and_then(|issued| issued.revoked_at),
        silent: seen < crate::overview::silent_before(app, app.world().now()),
        push_failed: live.push_failed.clone(),
    })
}

/// Returns the apps that a device last reported.
fn apps(facts: &Facts) -> Option<(Vec<String>, Timestamp)> {
    match facts.get("apps.installed") {
        Some(Fact { value: FactValue::List(names), at, .. }) => Some((names.iter().cloned().collect(), *at)),
        _ => None,
    }
}

/// Lists the reported facts that are useful to people: no long lists, and none that the device keeps for each
/// setting.
fn reported(policy: &PolicyInForce, facts: &Facts) -> Vec<FactRead> {
    facts
        .iter()
        .filter(|fact| !matches!(fact.value, FactValue::List(_)))
        .filter(|fact| policy.library().facts().contains_key(fact.name.as_str()))
        .map(|fact| FactRead::new(policy.library(), fact))
        .collect()
}

fn clauses(tx: &mut Tx<'_>, policy: &PolicyInForce, id: DeviceId) -> Result<Vec<DeviceFinding>, AppError> {
    let mut all: Vec<DeviceFinding> = findings::with_basis(tx, &Subject::Device(id))?
        .into_iter()
        .map(|(finding, basis)| DeviceFinding {
            clause: finding.clause.to_string(),
            title: policy
                .library()
                .clause(&finding.clause)
                .map(|clause| clause.title.clone())
                .unwrap_or_default(),
            outcome: finding.outcome,
            rests_on: basis.and_then(|basis| rests_on(&basis)),
            risk: None,
        })
        .collect();
    let place = |id: &str| policy.library().clauses.iter().position(|clause| clause.id.as_str() == id);
    all.sort_by_key(|finding| (std::cmp::Reverse(finding.outcome.severity()), place(&finding.clause)));
    Ok(all)
}

fn rests_on(basis: &str) -> Option<(Grade, Timestamp)> {
    let Ok(Basis::Device { facts, .. }) = serde_json::from_str(basis) else { return None };
    let grade = facts.iter().map(|fact| fact.grade).min()?;
    Some((grade, facts.iter().map(|fact| fact.at).min()?))
}

fn shown(tx: &mut Tx<'_>, actor: &Actor, command: Command) -> Result<CommandRead, AppError> {
    let waits = command.state == CommandState::Asked;
    let unfinished = command.finished_at.is_none();
    // A command that another version of the program wrote is still shown, by its word.
    let spec = Spec::from_json(&command.spec).ok();
    let pin = spec.as_ref().is_some_and(|spec| spec.sealed_code.is_some());
    let may_command = access::permit::<CommandDevices>(actor).is_ok();
    let another = waits && unfinished && !could_be_one(tx, &command.asked_by, actor, AtStake::Force)?;
    let under_hold = waits && command.effect == Effect::Destructive && is_under_hold(tx, &command)?;
    Ok(CommandRead {
        id: command.id,
        title: spec.map_or_else(|| command.word.clone(), |spec| spec.order.title().to_owned()),
        state: state_words(&command),
        asked_at: command.queued_at,
        changed_at: command.finished_at.or(command.delivered_at).unwrap_or(command.queued_at),
        by: words::who(tx, &command.asked_by)?,
        may_approve: another && !under_hold && access::permit::<ApproveDestruction>(actor).is_ok(),
        may_consent: another
            && under_hold
            && command.deed.keeps_content()
            && access::permit::<PlaceHolds>(actor).is_ok(),
        held_in: command.burst.filter(|_| unfinished && command.state == CommandState::Held),
        may_take_back: unfinished && command.delivered_at.is_none() && may_command,
        has_pin: pin && may_command,
        has_location: command.deed == Deed::Locate
            && command.state == CommandState::Acknowledged
            && access::permit::<LocateDevices>(actor).is_ok(),
        reason: command.reason,
    })
}

/// Lists the acts other than commands that are held above a cap on the device; empty for a reader who may not see
/// them.
fn held_acts(tx: &mut Tx<'_>, actor: &Actor, device: &Device) -> Result<Vec<HeldActRead>, AppError> {
    let sees = access::permit::<SeeHeldOrders>(actor).is_ok_and(|permit| permit.scope().covers(device.force));
    if !sees {
        return Ok(Vec::new());
    }
    let acts = orders::acts_on(tx, device.id)?;
    Ok(acts.into_iter().map(|act| HeldActRead { what: act.deed.title(), burst: act.burst }).collect())
}

fn is_under_hold(tx: &mut Tx<'_>, command: &Command) -> Result<bool, AppError> {
    match enrolments::by_id(tx, command.enrolment)? {
        Some(enrolment) => Ok(store::holds::stands(tx, enrolment.device)?),
        None => Ok(false),
    }
}

fn state_words(command: &Command) -> String {
    let words = match command.state {
        CommandState::Asked => "Waits for a second person",
        CommandState::Held => "Held beyond a limit; waits for a second person",
        CommandState::Queued => "Queued; not yet handed to the device",
        CommandState::Delivered => "Handed to the device; no answer yet",
        CommandState::NotNow => "The device said not now; offered again",
        CommandState::Acknowledged => "Acknowledged by the device",
        CommandState::Failed => "Failed",
        CommandState::FormatError => "The device could not read it",
        CommandState::Cancelled => "Taken back",
        CommandState::Uncertain => "Delivery uncertain",
    };
    match &command.error {
        Some(error) if command.state == CommandState::Cancelled && error != TAKEN_BACK => {
            format!("Ended before the device had it: {error}")
        }
        Some(error) if command.state != CommandState::Cancelled => format!("{words}: {error}"),
        _ => words.to_owned(),
    }
}
