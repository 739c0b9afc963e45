//! Has a request decided: the desk asks with its proofs recorded, and somebody else agrees or refuses.

use domain::{CommandId, Force, ProofKind, ResetId, ResetState, Timestamp};
use help::proof;
use store::devices;
use store::locks::{self, Lock};
use store::resets::{self, By, Reset};
use store::{Tx, people};

use super::{End, Entered, end, enter, expect, limits, locked, not_the_holder, save, say};
use crate::tell::{self, Word};
use crate::{StepsDone, person_of};
use devices_app::commands::{AgreedReset, Ordered, ResetWay, order_agreed_reset, way_to_reset};
use kernel::access::{AcceptOwn, Actor, AskReset, DecideReset, Permit, Role, Voice};
use kernel::second::{self, AtStake};
use kernel::{App, AppError, Work};

/// Lists the proofs of a request that were given.
pub(super) fn given(tx: &mut Tx<'_>, id: ResetId) -> Result<Vec<ProofKind>, AppError> {
    Ok(resets::proofs(tx, id)?.into_iter().filter(|proof| proof.given).map(|proof| proof.kind).collect())
}

/// Returns the role that decides at a time: the lead of the desk while it is open, otherwise the duty officer.
pub(super) fn decider(app: &App, now: Timestamp) -> Role {
    if losses_app::chain::desk_is_open(app, now) { Role::ServiceDeskLead } else { Role::DutyOfficer }
}

/// Asks for the decision, with the proofs that are recorded. Who decides is told.
///
/// # Errors
/// [`AppError::Conflict`] where a proof is missing, for the holder, and where the request is further by now.
pub async fn send_reset(app: &App, permit: Permit<AskReset>, id: ResetId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let row = locked(tx, id)?;
            permit.reaches(row.force)?;
            expect(&row, ResetState::Proving)?;
            not_the_holder(tx, &row, permit.actor())?;
            let proofs = given(tx, id)?;
            if let Some(missing) = proof::missing(&proofs, row.privileged) {
                return Err(AppError::Conflict(missing.in_words().into()));
            }
            let by = Voice::from(permit.actor());
            let asked = Some(By { who: by.name.to_owned(), at: now });
            let changed = Reset { state: ResetState::Deciding, asked, number: None, ..row.clone() };
            save(Work { app: &app, tx, now }, &changed, row.state)?;
            let titles: Vec<&str> = proofs.iter().map(|kind| proof::title(*kind)).collect();
            let proof = format!("{}.", titles.join("; "));
            let done = StepsDone { names: &["identity"], outcome: "done", proof: &proof, by };
            crate::end_steps(Work { app: &app, tx, now }, row.case, &done)?;
            say(&app, tx, &row, by, "Asked for the decision of a second person")?;
            enter(&app, tx, &row, by, Entered::new("reset.sent").said(&proof))?;
            tell_deciders(Work { app: &app, tx, now }, &changed)
        })
        .await
}

/// Tells the people who decide now that a request waits. Where nobody of them is at work, the page says so, and the list of open
/// requests has it first.
fn tell_deciders(Work { app, tx, now }: Work<'_, '_>, row: &Reset) -> Result<(), AppError> {
    let link = format!("/help/passwords/{}", row.id);
    for person in losses_app::chain::reachable(Work { app, tx, now }, row.force, decider(app, now))? {
        let word = Word {
            to: person.id,
            key: format!("reset-decision:{}", row.id),
            subject: "A request for a new password waits for your decision",
            body: "The desk has made sure of who is asking and recorded how. Look at the proofs, then agree or refuse.",
            link: &link,
        };
        if person.on_call {
            tell::on_call(app, tx, &word)?;
        } else {
            tell::when_on_duty(app, tx, &word)?;
        }
    }
    Ok(())
}

/// A second person's decision.
#[derive(Debug, Clone)]
pub struct Decision {
    /// Whether the password is to be cleared.
    pub agree: bool,
    /// The reason: 1 to 300 characters.
    pub reason: String,
}

/// Decides on a request: agrees, and the device is told to clear its password where its platform can; or refuses.
///
/// # Errors
/// [`AppError::Conflict`] for whoever asked, for the holder, for whoever gave a proof, for a duty officer while the desk is open,
/// and where the order cannot be given; [`AppError::NotPresent`] without a fresh sign-in.
pub async fn decide_reset(
    app: &App,
    permit: Permit<DecideReset>,
    id: ResetId,
    decision: Decision,
) -> Result<(), AppError> {
    let reason = kernel::fields::text("reason", &decision.reason, 300)?;
    let (app, now) = (app.clone(), app.world().now());
    if decision.agree {
        kernel::presence::fresh(permit.actor(), now)?;
    }
    app.clone()
        .store()
        .write(move |tx| {
            let row = locked(tx, id)?;
            permit.reaches(row.force)?;
            expect(&row, ResetState::Deciding)?;
            if now >= row.opened_at.plus(limits(&app).decided_within) {
                return Err(AppError::Conflict(
                    "the time to decide on this request is over: the desk has to make sure of who is asking again".into(),
                ));
            }
            another_person(Work { app: &app, tx, now }, &permit, &row)?;
            let by = Voice::from(permit.actor());
            if decision.agree {
                return agree(Work { app: &app, tx, now }, &row, Agreement { by, reason: &reason });
            }
            let says = format!("Refused: {reason}");
            let subject = "A new password for your device was refused";
            end(Work { app: &app, tx, now }, &row, &End { state: ResetState::Refused, subject, says: &says, by })
        })
        .await
}

/// Refuses a decision by anybody who has a part in the request already.
fn another_person(
    Work { app, tx, now }: Work<'_, '_>,
    permit: &Permit<DecideReset>,
    row: &Reset,
) -> Result<(), AppError> {
    let actor = permit.actor();
    let asked_by = row.asked.as_ref().map_or(row.opened_by.as_str(), |by| by.who.as_str());
    if asked_by == actor.name {
        permit.reaches_own(row.force)?;
    }
    not_the_holder(tx, row, actor)?;
    let (holder, me) =
        (person_of(tx, row.person)?, actor.person.map(|id| people::by_id(tx, id)).transpose()?);
    if let Some(me) = me.flatten()
        && second::one_human(&holder, &me).is_some()
    {
        return Err(AppError::Conflict(
            "somebody else must decide: you may be the holder of this device".into(),
        ));
    }
    let mut parts: Vec<String> = vec![row.opened_by.clone()];
    parts.extend(resets::proofs(tx, row.id)?.into_iter().filter(|proof| proof.given).map(|proof| proof.by));
    for part in parts.iter().filter(|part| **part != format!("person:{}", row.person)) {
        if second::could_be_one(tx, part, actor, AtStake::Force)? {
            return Err(AppError::Conflict(
                "somebody else must decide: you took this request, or recorded or gave one of its proofs"
                    .into(),
            ));
        }
    }
    only_in_hours(app, actor, row.force, now)?;
    second::another_human_for::<DecideReset>(Work { app, tx, now }, asked_by, actor, row.force)
}

/// Refuses a duty officer while the desk is open: its lead decides then.
fn only_in_hours(app: &App, actor: &Actor, force: Force, now: Timestamp) -> Result<(), AppError> {
    if decider(app, now) == Role::DutyOfficer {
        return Ok(());
    }
    let roles = if actor.force == Some(force) { actor.roles } else { actor.everywhere };
    if super::deciders::AT_ANY_HOUR.iter().any(|role| roles.has(*role)) {
        return Ok(());
    }
    Err(AppError::Conflict(
        "the Service Desk is open, so its lead decides; the duty officer decides while it is closed".into(),
    ))
}

/// Who agrees, and why.
#[derive(Clone, Copy)]
struct Agreement<'a> {
    by: Voice<'a>,
    reason: &'a str,
}

fn agree(Work { app, tx, now }: Work<'_, '_>, row: &Reset, with: Agreement<'_>) -> Result<(), AppError> {
    let device = devices::by_id(tx, row.device)?.ok_or_else(|| AppError::not_found("device", row.device))?;
    if device.holder != Some(row.person) {
        return Err(AppError::Conflict(
            "somebody else holds this device by now: refuse the request, and have it asked for again".into(),
        ));
    }
    super::open::refuse_if_lost(tx, device.id)?;
    let by = with.by;
    let decided = Some(By { who: by.name.to_owned(), at: now });
    let asked_by = row.asked.as_ref().map_or(row.opened_by.as_str(), |by| by.who.as_str());
    let (changed, says) = match way_to_reset(app, tx, device.id)? {
        ResetWay::Clear => {
            let order = AgreedReset { device: device.id, asked_by, agreed_by: by.name, reason: with.reason };
            let (command, says) = ordered(&order_agreed_reset(Work { app, tx, now }, order)?)?;
            let state = ResetState::Ordered;
            (
                Reset { state, decided, command: Some(command), next_at: Some(now), ..row.clone() },
                says.to_owned(),
            )
        }
        ResetWay::ByHand(why) => {
            let next_at = Some(now.plus(limits(app).remind_after));
            let says = format!(
                "Agreed, and {why}: the desk sees the holder, who sets a new password there. Nobody else sees or chooses it."
            );
            (Reset { state: ResetState::ByHand, decided, next_at, ..row.clone() }, says)
        }
    };
    save(Work { app, tx, now }, &changed, row.state)?;
    say(app, tx, &changed, by, &format!("{says} Reason: {}", with.reason))?;
    enter(
        app,
        tx,
        &changed,
        by,
        Entered::new("reset.agreed").reason(changed.state.as_str()).said(with.reason),
    )?;
    let body = format!("{says} If you did not ask for this, {} now.", crate::ring(app));
    super::tell_holder(app, tx, &changed, "A new password for your device was agreed", &body)
}

/// Returns the order that was placed, and what to say of it.
fn ordered(ordered: &Ordered) -> Result<(CommandId, &'static str), AppError> {
    match ordered {
        Ordered::Queued(ids) => ids
            .first()
            .map(|id| (*id, "Agreed: the device is told to clear its password when it connects."))
            .ok_or_else(|| AppError::Fault("an order was placed in no part".into())),
        Ordered::Held { command, .. } => Ok((
            *command,
            "Agreed, but beyond the limit of an hour: the order is held until a further person releases it under Held and waiting.",
        )),
        Ordered::NeedsSecond(command) => Ok((*command, "Agreed.")),
    }
}

/// Why the desk ends a request.
#[derive(Debug, Clone)]
pub struct ByHand {
    /// Whether the desk is not sure of who is asking; otherwise nobody wants it any more.
    pub refused: bool,
    /// The reason: 1 to 300 characters.
    pub reason: String,
}

/// Ends a request at the desk: refuses it because it is not sure who is asking, or withdraws it.
///
/// # Errors
/// [`AppError::Conflict`] where it is over, or the device has the order.
pub async fn stop_reset(
    app: &App,
    permit: Permit<AskReset>,
    id: ResetId,
    why: ByHand,
) -> Result<(), AppError> {
    let reason = kernel::fields::text("reason", &why.reason, 300)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let row = locked(tx, id)?;
            permit.reaches(row.force)?;
            if !row.state.is_open() {
                return Err(AppError::Conflict("this request is over already; reload the page".into()));
            }
            super::follow::take_back(tx, &row, "the desk ended the request", now)?;
            let by = Voice::from(permit.actor());
            let (state, subject, says) = if why.refused {
                (
                    ResetState::Refused,
                    "A new password for your device was refused",
                    format!("Refused: {reason}"),
                )
            } else {
                (
                    ResetState::Withdrawn,
                    "A request about your password was withdrawn",
                    format!("Withdrawn: {reason}"),
                )
            };
            end(Work { app: &app, tx, now }, &row, &End { state, subject, says: &says, by })
        })
        .await
}

/// Records that the desk saw the holder set a new password, where nothing could be done from afar. That is a statement, and is
/// called one.
///
/// # Errors
/// [`AppError::Invalid`] without a word on how; [`AppError::Conflict`] where the request is not agreed to.
pub async fn record_by_hand(
    app: &App,
    permit: Permit<AskReset>,
    id: ResetId,
    how: &str,
) -> Result<(), AppError> {
    let how = kernel::fields::text_or("how", how, 300, "say how it was done")?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let row = locked(tx, id)?;
            permit.reaches(row.force)?;
            expect(&row, ResetState::ByHand)?;
            not_the_holder(tx, &row, permit.actor())?;
            locks::take(tx, Lock::Case(row.case))?;
            let says = format!("Stated by the desk: the holder set a new password. {how}");
            let subject = "A new password was set on your device";
            let by = Voice::from(permit.actor());
            end(
                Work { app: &app, tx, now },
                &row,
                &End { state: ResetState::Stated, subject, says: &says, by },
            )
        })
        .await
}

/// Takes the holder's word that they changed their password on the device. It is kept as stated: the device cannot show it.
///
/// # Errors
/// [`AppError::NotFound`] for somebody else's request; [`AppError::Conflict`] where nothing of that kind is asked of them.
pub async fn state_changed(app: &App, permit: Permit<AcceptOwn>, id: ResetId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let row = super::prove::own(tx, permit.actor(), id)?;
            expect(&row, ResetState::Changing)?;
            let says = "Stated by the holder: they have changed the password. The device cannot show it.";
            let subject = "You said that you have changed your password";
            let by = Voice::from(permit.actor());
            end(Work { app: &app, tx, now }, &row, &End { state: ResetState::Stated, subject, says, by })
        })
        .await
}
