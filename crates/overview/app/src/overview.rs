//! Summarises the state of the devices, documents, cases and the service, for the first page and for a wall screen.

use domain::{Force, Outcome, Span, Subject, Timestamp};
use policy::ParameterValue;
use store::{Tx, cases, devices, findings, people};

use compliance_app::documents;
use compliance_app::documents::DocumentRow;
use compliance_app::standing::Standing;
use compliance_app::tally;
use compliance_app::waiting::{WaitingRead, waiting};
use devices_app::devices::{DeviceCounts, DeviceView};
use incidents_app::read::ClockCounts;
use kernel::access::{
    Actor, ChangePolicy, ConfirmPolicy, Permit, RunService, SeeAlarms, SeeCases, SeeDevices, SeeFindings,
    SeeHeldOrders, SeeLedger, SeePeople, SeePolicy, SeeRegisters,
};
use kernel::{App, AppError, Work, access};
use ledger_app::LedgerStatus;
use ledger_app::ledger_sight::LedgerSight;
use ledger_app::read::LedgerRow;
use losses_app::read::LossCounts;
use notices_app::alarms::AlarmRead;
use permissions_app::read::PermissionRow;
use permissions_app::risks::RiskRead;

/// How long an enrolled device may be silent, where the policy has no parameter for it.
const SILENT_AFTER: Span = Span::from_secs(7 * 24 * 3600);
/// The parameter for how long a report is valid.
const STALE_PARAMETER: &str = "report-stale-after";
/// Number of devices needing attention that are listed.
const ATTENTION: u32 = 10;
/// Number of ledger entries that are listed.
const RECENT: usize = 6;
/// Number of entries searched for those: devices answer so often that nearly all of the latest entries are theirs.
const LOOKED_AT: u32 = 300;

/// The overview, as far as the reader's role allows: `None` for a part that it may not see.
#[derive(Debug, Clone)]
pub struct Overview {
    /// The faults of the service itself, each with what to do.
    pub troubles: Vec<String>,
    /// The documents; with their compliance only for readers who may see findings.
    pub documents: Vec<DocumentRow>,
    /// The devices.
    pub devices: Option<DevicesNow>,
    /// Numbers of open losses; those that nobody has answered come first.
    pub losses: Option<LossCounts>,
    /// Numbers of clocks of telling the regulator; those that ended undecided come first.
    pub clocks: Option<ClockCounts>,
    /// Numbers of open cases, and of those past their deadline.
    pub cases: Option<(u64, u64)>,
    /// Number of leavers' and movers' cases in which something is overdue.
    pub late_returns: Option<u64>,
    /// Number of people who hold a device and have not accepted all terms in force.
    pub people_without_terms: Option<u64>,
    /// Permissions that lapse soon, the nearest end first.
    pub lapsing: Option<Vec<PermissionRow>>,
    /// The newest alarms that nobody has dealt with, and their total number.
    pub alarms: Option<(Vec<AlarmRead>, u64)>,
    /// A weaker policy that waits for two people.
    pub waiting: Option<WaitingRead>,
    /// Forces that have only one administrator who has ever signed in, or none.
    pub few_administrators: Vec<(domain::Force, bool)>,
    /// Held bursts, orders that wait for a second person, and forces whose destructive orders are frozen.
    pub held: Option<HeldFigures>,
    /// The latest entries of the ledger, without devices' own answers.
    pub recent: Option<Vec<LedgerRow>>,
    /// Whether the ledger is signed, and the targets of its checkpoints' copies.
    pub ledger: Option<LedgerStatus>,
}

/// The numbers of held and waiting orders.
#[derive(Debug, Clone)]
pub struct HeldFigures {
    /// Number of bursts held above a cap.
    pub bursts: u64,
    /// Number of orders that wait for a second person to agree.
    pub asked: u64,
    /// Forces whose destructive orders are frozen.
    pub frozen: Vec<domain::Force>,
}

/// The devices in summary.
#[derive(Debug, Clone)]
pub struct DevicesNow {
    /// Figures.
    pub counts: DeviceCounts,
    /// The devices needing attention, worst first.
    pub attention: Vec<Attention>,
}

/// A device that needs attention.
#[derive(Debug, Clone)]
pub struct Attention {
    /// The device.
    pub device: DeviceView,
    /// Its holder's name and number.
    pub holder: Option<String>,
    /// The clause that has not been met for longest, and why.
    pub first: Option<(String, String)>,
    /// The time since which it is not met.
    pub since: Option<Timestamp>,
    /// The acceptance of that risk.
    pub risk: Option<RiskRead>,
}

/// Figures for a wall screen, without names.
#[derive(Debug, Clone)]
pub struct Wall {
    /// The devices.
    pub counts: DeviceCounts,
    /// Numbers of open losses; those that nobody has answered come first.
    pub losses: LossCounts,
    /// Numbers of clocks of telling the regulator; those that ended undecided come first.
    pub clocks: ClockCounts,
    /// Numbers of open cases, and of those past their deadline.
    pub cases: (u64, u64),
    /// Clauses by how they stand, over all documents.
    pub clauses: Standing,
}

/// Reads the overview.
///
/// # Errors
/// Only if the database does not answer.
pub async fn overview(app: &App, permit: Permit<SeePolicy>) -> Result<Overview, AppError> {
    let (app, now) = (app.clone(), app.world().now());
    let troubles = kernel::health::troubles(&app).into_iter().map(|(_, says)| says).collect();
    app.clone()
        .store()
        .read(move |tx| {
            let actor = permit.actor();
            // Each part covers the forces of its own permit, which may be one force where the page's permit covers
            // both.
            let devices = scope_of::<SeeDevices>(actor);
            let people = scope_of::<SeePeople>(actor);
            Ok(Overview {
                troubles,
                documents: document_rows(Work { app: &app, tx, now }, scope_of::<SeeFindings>(actor))?,
                devices: devices
                    .map(|force| devices_now(&app, tx, force, silent_before(&app, now)))
                    .transpose()?,
                losses: scope_of::<SeeCases>(actor)
                    .map(|force| losses_app::read::counts(tx, force))
                    .transpose()?,
                clocks: scope_of::<SeeCases>(actor)
                    .map(|force| incidents_app::read::clock_counts_in(tx, force, now))
                    .transpose()?,
                cases: scope_of::<SeeCases>(actor)
                    .map(|force| case_figures(tx, force, &cases_app::sight(&app, actor), now))
                    .transpose()?,
                late_returns: people
                    .map(|force| store::events::late_returns(tx, force, now))
                    .transpose()?
                    .map(i64::unsigned_abs),
                people_without_terms: people
                    .map(|force| people::without_terms(tx, force))
                    .transpose()?
                    .map(i64::unsigned_abs),
                lapsing: scope_of::<SeeRegisters>(actor)
                    .map(|force| permissions_app::read::lapsing(Work { app: &app, tx, now }, force))
                    .transpose()?,
                alarms: scope_of::<SeeAlarms>(actor)
                    .map(|force| permissions_app::watch::open_alarms(tx, force))
                    .transpose()?,
                waiting: if sees_waiting(actor) { waiting(&app, tx, actor)? } else { None },
                few_administrators: permissions_app::watch::few_administrators(
                    Work { app: &app, tx, now },
                    actor,
                )?,
                held: scope_of::<SeeHeldOrders>(actor)
                    .map(|force| held_figures(&app, tx, force))
                    .transpose()?,
                recent: scope_of::<SeeLedger>(actor)
                    .map(|force| recent(&app, tx, actor, force))
                    .transpose()?,
                ledger: (scope_of::<SeeLedger>(actor).is_some() || scope_of::<RunService>(actor).is_some())
                    .then(|| ledger_app::ledger_status_in(&app, tx))
                    .transpose()?,
            })
        })
        .await
}

/// Reads the figures for a wall screen.
///
/// # Errors
/// [`AppError::Denied`] for a role that may not see cases.
pub async fn wall(app: &App, permit: Permit<SeeDevices>) -> Result<Wall, AppError> {
    let cases = access::permit::<SeeCases>(permit.actor())?.scope().force();
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .read(move |tx| {
            let force = permit.scope().force();
            let by_clause = tally::by_clause(tx, force)?;
            Ok(Wall {
                counts: devices::counts(tx, force, silent_before(&app, now))?.into(),
                losses: losses_app::read::counts(tx, cases)?,
                clocks: incidents_app::read::clock_counts_in(tx, cases, now)?,
                cases: case_figures(tx, cases, &cases_app::sight(&app, permit.actor()), now)?,
                clauses: Standing::of_clauses(app.policy().library().clauses.iter(), &by_clause),
            })
        })
        .await
}

/// Returns the time before which a last contact counts as silence: a report from before it is no longer valid.
pub(super) fn silent_before(app: &App, now: Timestamp) -> Timestamp {
    let policy = app.policy();
    let stale = policy.library().parameters().get(STALE_PARAMETER).map(|parameter| &parameter.value);
    now.minus(match stale {
        Some(ParameterValue::Span(span)) => *span,
        _ => SILENT_AFTER,
    })
}

fn document_rows(
    Work { app, tx, now }: Work<'_, '_>,
    findings: Option<Option<Force>>,
) -> Result<Vec<DocumentRow>, AppError> {
    let by_clause = findings.map(|force| tally::by_clause(tx, force)).transpose()?;
    documents::rows(Work { app, tx, now }, by_clause.as_ref())
}

/// Returns whether an actor decides on a weaker policy, or answers for the service.
fn sees_waiting(actor: &Actor) -> bool {
    scope_of::<ChangePolicy>(actor).is_some()
        || scope_of::<ConfirmPolicy>(actor).is_some()
        || scope_of::<SeeAlarms>(actor).is_some()
        || scope_of::<RunService>(actor).is_some()
}

fn held_figures(app: &App, tx: &mut Tx<'_>, force: Option<domain::Force>) -> Result<HeldFigures, AppError> {
    let (bursts, asked) = store::orders::waiting(tx, force)?;
    let mut frozen = Vec::new();
    for one in app.forces().into_iter().filter(|one| force.is_none_or(|own| own == *one)) {
        if store::freezes::freeze_of(tx, one)?.is_some() {
            frozen.push(one);
        }
    }
    Ok(HeldFigures { bursts: bursts.unsigned_abs(), asked: asked.unsigned_abs(), frozen })
}

/// Returns the force to which the actor's view by `A` is confined, or all; `None` where they see nothing by it.
fn scope_of<A: access::Action>(actor: &Actor) -> Option<Option<Force>> {
    access::permit::<A>(actor).ok().map(|permit| permit.scope().force())
}

fn case_figures(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    sight: &cases::Sight,
    now: Timestamp,
) -> Result<(u64, u64), AppError> {
    let (open, late) = (cases::open_count(tx, force, sight)?, cases::late_count(tx, force, sight, now)?);
    Ok((open.unsigned_abs(), late.unsigned_abs()))
}

fn devices_now(
    app: &App,
    tx: &mut Tx<'_>,
    force: Option<Force>,
    silent_before: Timestamp,
) -> Result<DevicesNow, AppError> {
    let counts = devices::counts(tx, force, silent_before)?.into();
    let mut attention = Vec::new();
    for device in devices::needing_attention(tx, force, ATTENTION)? {
        let oldest = findings::of_subject(tx, &Subject::Device(device.id))?
            .into_iter()
            .filter(|finding| matches!(finding.outcome, Outcome::NotMet { .. }))
            .min_by_key(|finding| finding.since);
        let holder = match device.holder {
            Some(holder) => people::by_id(tx, holder)?.map(|person| kernel::words::shown(&person)),
            None => None,
        };
        let risk = match &oldest {
            Some(finding) => permissions_app::read::risk_on(app, tx, &device, &finding.clause)?,
            None => None,
        };
        attention.push(Attention {
            risk,
            device: device.into(),
            holder,
            since: oldest.as_ref().map(|finding| finding.since),
            first: oldest.map(|finding| (finding.clause.to_string(), finding.outcome.reason())),
        });
    }
    Ok(DevicesNow { counts, attention })
}

fn recent(
    app: &App,
    tx: &mut Tx<'_>,
    actor: &Actor,
    force: Option<Force>,
) -> Result<Vec<LedgerRow>, AppError> {
    let mut sight = LedgerSight::of_actor(app, tx, actor, force)?;
    sight
        .list(tx, &store::ledger::LedgerFilter::default(), LOOKED_AT)?
        .into_iter()
        // What people did; what devices report, and what is found by that, would crowd it out.
        .filter(|entry| {
            let found = [ledger::FINDINGS_CHANGED, ledger::FINDINGS_CARRIED].contains(&entry.action());
            entry.actor() != "device" && !found
        })
        .take(RECENT)
        .map(|entry| ledger_app::read::row_within(app, tx, actor, entry, &sight))
        .collect()
}
