//! Reads losses for the pages of the desk and the duty officer: the open ones, one in full, who is called now.

mod log_text;

use domain::{
    CaseId, Channel, DeliveryState, DeviceId, Force, LossId, LossMessageState, PersonId, Timestamp,
};
use losses::call::CallState;
use losses::report::{Answers, Meaning};
use store::loss_calls::{self, LossCall};
use store::loss_reports::{self, LossReport};
use store::{Tx, cases, deliveries, devices, people};

use crate::chain::Rung;
use crate::contain::Containment;
use devices_app::commands::managed;
use kernel::access::{Permit, SeeCases};
use kernel::{App, AppError, Work};
use log_text::Facts;

/// Most losses that are listed.
const MOST: u32 = 100;
/// Most messages of a call that are shown.
const MESSAGES: u32 = 100;

/// A loss whose case is open.
#[derive(Debug, Clone)]
pub struct OpenLoss {
    /// The loss.
    pub loss: LossId,
    /// Its reference.
    pub reference: String,
    /// Its force.
    pub force: Force,
    /// What is lost.
    pub title: String,
    /// When it was reported.
    pub reported_at: Timestamp,
    /// The standing of its call, as a word.
    pub standing: String,
    /// Whether nobody answered in time and people are still called.
    pub unanswered: bool,
    /// When the next people are called.
    pub next_at: Option<Timestamp>,
    /// When people are called again if the device is not contained by then, because somebody has taken the call.
    pub again_at: Option<Timestamp>,
    /// Who answered, and when.
    pub answered: Option<(String, Timestamp)>,
    /// How far its containment is.
    pub containment: Containment,
    /// Whether it is known which device it is.
    pub identified: bool,
    /// Whether that device is under management, so that an order can reach it.
    pub managed: bool,
    /// When a reporter said that it is found.
    pub found_at: Option<Timestamp>,
    /// Whether somebody at the desk confirmed that it is found.
    pub confirmed: bool,
}

impl OpenLoss {
    /// Returns whether and how the device is locked, in a few words. One that no order can reach never reads as if somebody could lock it.
    #[must_use]
    pub fn lock_in_words(&self) -> &'static str {
        if self.managed || !self.containment.orders.is_empty() {
            self.containment.in_words()
        } else if self.identified {
            "It cannot be locked: it is not under management"
        } else {
            "Not locked: it is not known yet which device it is"
        }
    }
}

/// The page of the duty officer.
#[derive(Debug, Clone)]
pub struct LossesRead {
    /// The open losses, unanswered ones first.
    pub open: Vec<OpenLoss>,
    /// For each force that the reader sees: who is called now, step by step.
    pub chains: Vec<(Force, Vec<Rung>)>,
}

/// One message of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRead {
    /// The person.
    pub to: String,
    /// Round and step, from 1.
    pub round: i64,
    /// The step in the chain, from 1.
    pub step: i64,
    /// What became of it.
    pub state: LossMessageState,
    /// When it was made.
    pub made_at: Timestamp,
    /// When its state became final.
    pub ended_at: Option<Timestamp>,
    /// Why it failed.
    pub why: Option<String>,
    /// What went out for it on each of the person's ways, in the order in which they are tried.
    pub deliveries: Vec<DeliveryRead>,
}

/// One message on one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRead {
    /// The channel.
    pub channel: Channel,
    /// How far it is.
    pub state: DeliveryState,
    /// When that was so: its end, or when it was sent, or when it will be.
    pub at: Timestamp,
    /// Why it failed, or is not known.
    pub why: Option<String>,
}

/// One report of a loss.
#[derive(Debug, Clone)]
pub struct ReportRead {
    /// Its reference.
    pub reference: String,
    /// When it came.
    pub reported_at: Timestamp,
    /// How it came, in words.
    pub came: &'static str,
    /// Who was signed in: its holder, or whoever took it by telephone.
    pub signed_in: Option<String>,
    /// Whether its holder made it, signed in.
    pub by_holder: bool,
    /// What it means.
    pub meaning: Meaning,
    /// The answers; `None` once they are forgotten.
    pub answers: Option<Answers>,
    /// When the reporter said that the device is found.
    pub found_at: Option<Timestamp>,
}

/// A case by its id and number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseRef {
    /// Its id.
    pub id: CaseId,
    /// Its number.
    pub number: i64,
}

/// One loss in full.
#[derive(Debug, Clone)]
pub struct LossRead {
    /// The loss in short.
    pub open: OpenLoss,
    /// The case.
    pub case: CaseRef,
    /// Whether its case is closed.
    pub closed: bool,
    /// The device.
    pub device: Option<DeviceId>,
    /// Its holder, with their number; where the device is not known, the person whom a report names.
    pub holder: Option<String>,
    /// Whether the device is in lost mode: a plain lock is ended on the device, not from here.
    pub in_lost_mode: bool,
    /// When the promise must be kept.
    pub promised_by: Timestamp,
    /// The person for whom somebody answered.
    pub answered_for: Option<String>,
    /// Its reports, the first one first.
    pub reports: Vec<ReportRead>,
    /// The latest messages, the newest first.
    pub messages: Vec<MessageRead>,
    /// The text for the command-and-control log.
    pub to_paste: String,
}

/// How many losses are open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LossCounts {
    /// Those that nobody has answered in time.
    pub unanswered: i64,
    /// Those for which people are being called in time.
    pub calling: i64,
    /// All whose case is open.
    pub open: i64,
}

/// Counts the open losses of a force, or of all.
///
/// # Errors
/// Only if the database does not answer.
pub fn counts(tx: &mut Tx<'_>, force: Option<Force>) -> Result<LossCounts, AppError> {
    let counts = loss_calls::counts(tx, force)?;
    Ok(LossCounts { unanswered: counts.unanswered, calling: counts.calling, open: counts.open })
}

/// Counts the open losses that the reader may see.
///
/// # Errors
/// Only if the database does not answer.
pub async fn loss_counts(app: &App, permit: Permit<SeeCases>) -> Result<LossCounts, AppError> {
    let force = permit.scope().force();
    app.store().read(move |tx| counts(tx, force)).await
}

/// Reads the open losses, and who is called now.
///
/// # Errors
/// Only if the database does not answer.
pub async fn open_losses(app: &App, permit: Permit<SeeCases>) -> Result<LossesRead, AppError> {
    let (app, now, scope) = (app.clone(), app.world().now(), permit.scope());
    app.clone()
        .store()
        .read(move |tx| {
            let mut open = Vec::new();
            for call in loss_calls::open(tx, scope.force(), MOST)? {
                open.push(in_short(tx, &call)?);
            }
            let mut chains = Vec::new();
            for force in app.forces().into_iter().filter(|force| scope.covers(*force)) {
                chains.push((force, crate::chain::chain(Work { app: &app, tx, now }, force)?));
            }
            Ok(LossesRead { open, chains })
        })
        .await
}

fn in_short(tx: &mut Tx<'_>, call: &LossCall) -> Result<OpenLoss, AppError> {
    let reports = loss_reports::of_loss(tx, call.loss)?;
    let first = reports.first();
    let case = cases::by_id(tx, call.case)?;
    let since = case.as_ref().map_or(call.began_at, |case| case.opened_at.min(call.began_at));
    let device = call.device.map(|device| devices::by_id(tx, device)).transpose()?.flatten();
    let answered = match &call.answer {
        Some(answer) => Some((kernel::words::who(tx, &answer.by)?, answer.at)),
        None => None,
    };
    let is_open = case.is_some_and(|case| case.closed.is_none());
    let is_taken = call.standing == CallState::Taken.as_str();
    Ok(OpenLoss {
        loss: call.loss,
        reference: first.map(|report| report.reference.clone()).unwrap_or_default(),
        force: call.force,
        title: device
            .as_ref()
            .map_or_else(|| "Not identified yet".to_owned(), |device| cases_app::device_item(device).title),
        reported_at: first.map_or(call.began_at, |report| report.reported_at),
        unanswered: call.unanswered && !is_taken && call.next_at.is_some(),
        standing: call.standing.clone(),
        next_at: call.next_at.filter(|_| !is_taken),
        again_at: call.next_at.filter(|_| is_taken),
        answered,
        containment: match call.device {
            Some(device) => crate::contain::containment(tx, device, since)?,
            None => Containment::default(),
        },
        identified: call.device.is_some(),
        managed: device.as_ref().is_some_and(|device| managed(device).is_ok()),
        found_at: reports.iter().filter_map(|report| report.found_at).min(),
        confirmed: is_open && call.standing == CallState::Ended.as_str(),
    })
}

/// Reads one loss.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for another force.
pub async fn loss(app: &App, permit: Permit<SeeCases>, id: LossId) -> Result<LossRead, AppError> {
    let app = app.clone();
    app.clone()
        .store()
        .read(move |tx| {
            let call = loss_calls::by_id(tx, id)?.ok_or_else(|| AppError::not_found("loss", id))?;
            permit.reaches(call.force)?;
            let case = cases::by_id(tx, call.case)?.ok_or_else(|| AppError::not_found("case", call.case))?;
            let open = in_short(tx, &call)?;
            let answered_for = call.answer.as_ref().and_then(|answer| answer.instead_of);
            let answered_for = answered_for.map(|person| people::by_id(tx, person)).transpose()?.flatten();
            let mut reports = Vec::new();
            for report in loss_reports::of_loss(tx, id)? {
                reports.push(read_report(&app, tx, &report)?);
            }
            let holder = holder(tx, call.device, case.person)?;
            let in_lost_mode = match call.device {
                Some(device) => devices_app::commands::is_in_lost_mode(tx, device)?,
                None => false,
            };
            Ok(LossRead {
                to_paste: log_text::to_paste(
                    &open,
                    &Facts { number: case.number, holder: holder.as_deref(), reports: &reports },
                ),
                open,
                case: CaseRef { id: case.id, number: case.number },
                closed: case.closed.is_some(),
                device: call.device,
                holder,
                in_lost_mode,
                promised_by: call.promised_by,
                answered_for: answered_for.as_ref().map(kernel::words::shown),
                reports,
                messages: messages(tx, id)?,
            })
        })
        .await
}

/// Returns the loss that a case is about; `None` where nobody reported it, or for another force.
///
/// # Errors
/// Only if the database does not answer.
pub async fn loss_of_case(
    app: &App,
    permit: Permit<SeeCases>,
    case: CaseId,
) -> Result<Option<LossId>, AppError> {
    app.store()
        .read(move |tx| {
            let Some(loss) = loss_reports::loss_of_case(tx, case)? else { return Ok(None) };
            let call = loss_calls::by_id(tx, loss)?;
            Ok(call.filter(|call| permit.scope().covers(call.force)).map(|call| call.loss))
        })
        .await
}

/// Returns who has a device, as lists show people; where it is not known which it is, the person whom a report names.
fn holder(
    tx: &mut Tx<'_>,
    device: Option<DeviceId>,
    named: Option<PersonId>,
) -> Result<Option<String>, AppError> {
    let device = device.map(|device| devices::by_id(tx, device)).transpose()?.flatten();
    let person = device.map_or(named, |device| device.holder);
    let person = person.map(|person| people::by_id(tx, person)).transpose()?.flatten();
    Ok(person.as_ref().map(kernel::words::shown))
}

fn read_report(app: &App, tx: &mut Tx<'_>, report: &LossReport) -> Result<ReportRead, AppError> {
    let answers = crate::report::answers_of(app, report)?;
    let signed_in = report.person.map(|person| people::by_id(tx, person)).transpose()?.flatten();
    Ok(ReportRead {
        signed_in: signed_in.as_ref().map(kernel::words::shown),
        by_holder: report.came == "signed-in",
        reference: report.reference.clone(),
        reported_at: report.reported_at,
        came: match report.came.as_str() {
            "public" => "By somebody who was not signed in",
            "signed-in" => "By its holder, signed in",
            _ => "By telephone, taken at the desk",
        },
        meaning: crate::report::meaning_of(&report.meaning),
        answers,
        found_at: report.found_at,
    })
}

fn messages(tx: &mut Tx<'_>, loss: LossId) -> Result<Vec<MessageRead>, AppError> {
    let mut read = Vec::new();
    for message in loss_calls::messages(tx, loss, MESSAGES)? {
        let [round, step] = message.attempt;
        let person = people::by_id(tx, message.person)?;
        read.push(MessageRead {
            to: person.as_ref().map(kernel::words::shown).unwrap_or_default(),
            round: round + 1,
            step: step + 1,
            state: message.state,
            made_at: message.made_at,
            ended_at: message.ended_at,
            why: message.why,
            deliveries: match message.notice {
                Some(notice) => deliveries::of_notice(tx, notice)?.into_iter().map(delivery).collect(),
                None => Vec::new(),
            },
        });
    }
    Ok(read)
}

fn delivery(row: deliveries::Delivery) -> DeliveryRead {
    let at = row.ended_at.or(row.sent_at).or(row.due_at).unwrap_or(row.made_at);
    DeliveryRead { channel: row.channel, state: row.state, at, why: row.why }
}
