//! Changes or ends a draft: a clerk changes or withdraws it, a side refuses to sign it, or it expires unsigned.

use domain::{Disposal, HandoverId, HandoverState, Party, Side, Timestamp};
use serde_json::json;
use store::handovers::{self, Handover};

use super::draft::{AskedTerms, Terms};
use super::{Loaded, NewItem, reaches, subject};
use kernel::access::{ManageRegister, Permit, PermitWithin, SignHandovers};
use kernel::fields::text;
use kernel::record::Record;
use kernel::{App, AppError, Work};

/// Changed draft: the condition of the things, and what the kind asks for. Parties and things stay the same; for others, withdraw
/// the draft and make another.
#[derive(Debug, Clone)]
pub struct ChangedHandover {
    /// Version that was changed.
    pub version: i64,
    /// All things of the draft.
    pub items: Vec<NewItem>,
    /// Time at which a loan is due back.
    pub due_back_at: Option<Timestamp>,
    /// Way in which it is disposed of.
    pub disposal: Option<Disposal>,
    /// Certificate of disposal.
    pub certificate: String,
    /// Note on anything else.
    pub note: String,
}

/// Changes a draft. Everybody who has signed must sign again: a signature is for exactly what was shown.
///
/// # Errors
/// [`AppError::Invalid`] beside its field, [`AppError::Conflict`] for a stale form or what is not a draft any more.
pub async fn change_handover(
    app: &App,
    permit: Permit<ManageRegister>,
    id: HandoverId,
    new: ChangedHandover,
) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let loaded = crate::load_locked(tx, id)?;
            permit.reaches(loaded.handover.force)?;
            draft_still(&loaded, now)?;
            let kind = loaded.handover.kind;
            let asked = AskedTerms {
                due_back_at: new.due_back_at,
                disposal: new.disposal,
                certificate: &new.certificate,
                note: &new.note,
            };
            let terms = Terms::checked(kind, &asked, now)?;
            let items = new.items.iter().map(NewItem::checked).collect::<Result<Vec<_>, _>>()?;
            let known = |device| loaded.things.iter().any(|thing| thing.device.id == device);
            if items.len() != loaded.things.len() || !items.iter().all(|item| known(item.device)) {
                return Err(stale());
            }
            let voided = loaded.signatures.iter().any(|old| old.version == loaded.handover.version);
            let changed = Handover {
                version: new.version,
                due_back_at: terms.due_back_at,
                disposal: terms.disposal,
                certificate: terms.certificate,
                note: terms.note,
                ..loaded.handover.clone()
            };
            if !handovers::change(tx, &changed, &items)? {
                return Err(stale());
            }
            let record = Record::new(&permit.actor().name, "custody.changed", subject(id))
                .force(loaded.handover.force)
                .reason(kind.as_str())
                .detail(json!({ "from_version": new.version, "signatures_voided": voided }));
            app.enter(tx, now, record)
        })
        .await
}

/// Refuses to sign one's own side, with a reason. That ends the draft; nothing changes hands.
///
/// # Errors
/// [`AppError::NotFound`] for a person on neither side, [`AppError::Conflict`] for what is not a draft any more.
pub async fn refuse_handover(
    app: &App,
    permit: PermitWithin<SignHandovers>,
    id: HandoverId,
    why: &str,
) -> Result<(), AppError> {
    let why = text("why", why, 300)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let loaded = crate::load_locked(tx, id)?;
            let own = permit.actor().person.map(Party::Person);
            let side = [Side::Giver, Side::Receiver]
                .into_iter()
                .find(|side| own == Some(loaded.handover.party(*side)))
                .ok_or_else(|| AppError::not_found("hand-over", id))?;
            draft_still(&loaded, now)?;
            super::end(tx, id, HandoverState::Refused, now, &why)?;
            let record = Record::new(&permit.actor().name, "custody.refused", subject(id))
                .force(loaded.handover.force)
                .reason(loaded.handover.kind.as_str())
                .detail(json!({ "side": side, "why": why }));
            app.enter(tx, now, record)
        })
        .await
}

/// Withdraws a draft on behalf of the clerk, or records that somebody at the counter would not sign.
///
/// # Errors
/// [`AppError::Invalid`] without a reason, [`AppError::Conflict`] for what is not a draft any more.
pub async fn withdraw_handover(
    app: &App,
    permit: Permit<ManageRegister>,
    id: HandoverId,
    why: &str,
) -> Result<(), AppError> {
    let why = text("why", why, 300)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let loaded = crate::load_locked(tx, id)?;
            reaches(&permit, &loaded.handover)?;
            draft_still(&loaded, now)?;
            withdraw_in(Work { app: &app, tx, now }, &permit.actor().name, &loaded.handover, &why)
        })
        .await
}

fn withdraw_in(
    Work { app, tx, now }: Work<'_, '_>,
    actor: &str,
    handover: &Handover,
    why: &str,
) -> Result<(), AppError> {
    super::end(tx, handover.id, HandoverState::Withdrawn, now, why)?;
    let record = Record::new(actor, "custody.withdrawn", subject(handover.id))
        .force(handover.force)
        .reason(handover.kind.as_str())
        .detail(json!({ "why": why }));
    app.enter(tx, now, record)
}

/// Ends a draft that nobody signed in time. Running it again changes nothing.
pub async fn expire_handover(app: &App, id: HandoverId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let Some(handover) = handovers::by_id(tx, id)? else { return Ok(()) };
            if handover.state != HandoverState::Draft || handover.expires_at > now {
                return Ok(());
            }
            if !handovers::end(tx, id, HandoverState::Expired, now, "nobody signed in time")? {
                return Ok(());
            }
            let record = Record::new("system", "custody.expired", subject(id))
                .force(handover.force)
                .reason(handover.kind.as_str());
            app.enter(tx, now, record)
        })
        .await
}

/// Withdraws the draft in which a device waits, because something else happened to the device.
pub(crate) fn withdraw_open(
    Work { app, tx, now }: Work<'_, '_>,
    actor: &str,
    device: domain::DeviceId,
    why: &str,
) -> Result<(), AppError> {
    match handovers::open_for(tx, device, now)? {
        Some(open) => withdraw_in(Work { app, tx, now }, actor, &open, why),
        None => Ok(()),
    }
}

fn draft_still(loaded: &Loaded, now: Timestamp) -> Result<(), AppError> {
    if loaded.state(now) == HandoverState::Draft {
        return Ok(());
    }
    Err(AppError::Conflict("this hand-over has come to its end; open it again".into()))
}

fn stale() -> AppError {
    AppError::Conflict("the hand-over was changed after this form was opened; look at it again".into())
}
