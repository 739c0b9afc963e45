//! Reads what is held beyond a cap, what waits for agreement and what is frozen, and who can decide.

use domain::{BurstId, Cap, CommandId, DeviceId, Effect, Force, HeldState, Timestamp};
use store::freezes;
use store::orders::{self, Burst};
use store::{Tx, devices};

use kernel::access::{
    Action, Actor, ApproveDestruction, CallOffOrders, FreezeDestruction, LiftFreeze, Permit, ReleaseOrders,
    Role, SeeHeldOrders, letters,
};
use kernel::second::{AtStake, could_be_one};
use kernel::{App, AppError, access, words};

/// Number of orders of a list that are shown.
const SHOWN: u32 = 200;

/// Content of the page of held orders.
#[derive(Debug, Clone)]
pub struct HeldRead {
    /// Each force in the reader's scope, and whether its destructive orders are frozen.
    pub freezes: Vec<FreezeRead>,
    /// Held bursts, oldest first.
    pub bursts: Vec<BurstRow>,
    /// Orders that wait for a second person to agree, oldest first; the first two hundred.
    pub asked: Vec<OrderRead>,
    /// People with orders that have not reached their devices: by the ledger's name and the name shown to people.
    pub askers: Vec<(String, String)>,
    /// Forces in which the reader may call orders off.
    pub may_call_off: Vec<Force>,
}

/// Freeze of a force, and what the reader may do about it.
#[derive(Debug, Clone)]
pub struct FreezeRead {
    /// Force that it concerns.
    pub force: Force,
    /// Current freeze, if there is one.
    pub stands: Option<Frozen>,
    /// Set where the reader may freeze.
    pub may_freeze: bool,
    /// Set where the reader may ask to lift the freeze.
    pub may_ask: bool,
    /// Set where the reader may confirm that it is lifted: somebody else asked.
    pub may_confirm: bool,
}

/// Current freeze.
#[derive(Debug, Clone)]
pub struct Frozen {
    /// Time of the freeze.
    pub at: Timestamp,
    /// Person who froze.
    pub by: String,
    /// Reason for the freeze.
    pub why: String,
    /// Request to lift it: when, by whom and why.
    pub lift: Option<(Timestamp, String, String)>,
}

/// Burst in one line.
#[derive(Debug, Clone)]
pub struct BurstRow {
    /// Id of the burst.
    pub id: BurstId,
    /// Force of the devices.
    pub force: Force,
    /// Harm that its orders can do.
    pub effect: Effect,
    /// Person who asked.
    pub by: String,
    /// Number of orders in it.
    pub count: u64,
    /// Cap that was reached first.
    pub cap: Cap,
    /// Value of that cap.
    pub limit: i64,
    /// Time at which it was opened.
    pub since: Timestamp,
    /// Time until which it can be released.
    pub until: Timestamp,
}

/// Burst with its orders.
#[derive(Debug, Clone)]
pub struct BurstRead {
    /// Burst in one line.
    pub row: BurstRow,
    /// Orders of the burst, oldest first; the first two hundred.
    pub orders: Vec<OrderRead>,
    /// End of the burst, if it has ended: in a word, when, who decided, and why.
    pub ended: Option<(&'static str, Timestamp, String, String)>,
    /// Set where the reader may release it.
    pub may_release: bool,
    /// Set where the reader may cancel it.
    pub may_cancel: bool,
    /// Titles of the roles that can release it, for somebody who did not ask for it.
    pub deciders: Vec<&'static str>,
}

/// Order that is held, or waits.
#[derive(Debug, Clone)]
pub struct OrderRead {
    /// Id of the command; `None` for what is not a command to a device.
    pub command: Option<CommandId>,
    /// Device that it is for.
    pub device: DeviceId,
    /// Serial number of the device.
    pub serial: String,
    /// Deed that is done.
    pub what: &'static str,
    /// Person who asked.
    pub by: String,
    /// Reason for the order.
    pub reason: String,
    /// Time at which it was asked for.
    pub at: Timestamp,
    /// Time until which it may be agreed to.
    pub until: Option<Timestamp>,
    /// State of the order, where it needs to be shown.
    pub state: &'static str,
}

/// Reads what is held and what waits.
///
/// # Errors
/// Only if the database does not answer.
pub async fn held(app: &App, permit: Permit<SeeHeldOrders>) -> Result<HeldRead, AppError> {
    let app = app.clone();
    app.clone()
        .store()
        .read(move |tx| {
            let (actor, scope) = (permit.actor(), permit.scope());
            let reached = app.forces().into_iter().filter(|force| scope.covers(*force));
            let freezes =
                reached.clone().map(|force| freeze_read(tx, actor, force)).collect::<Result<_, _>>()?;
            let bursts = orders::bursts(tx, scope.force())?
                .into_iter()
                .map(|burst| row(&app, tx, &burst))
                .collect::<Result<_, _>>()?;
            let asked = orders::asked(tx, scope.force(), SHOWN)?
                .into_iter()
                .map(|order| order_read(tx, order))
                .collect::<Result<_, _>>()?;
            let mut askers = Vec::new();
            for asker in orders::askers(tx, scope.force())? {
                let shown = words::who(tx, &asker)?;
                askers.push((asker, shown));
            }
            let may_call_off = reached.filter(|force| may::<CallOffOrders>(actor, *force)).collect();
            Ok(HeldRead { freezes, bursts, asked, askers, may_call_off })
        })
        .await
}

/// Reads one burst.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Denied`] for another force.
pub async fn burst(app: &App, permit: Permit<SeeHeldOrders>, id: BurstId) -> Result<BurstRead, AppError> {
    let app = app.clone();
    app.clone()
        .store()
        .read(move |tx| {
            let found = orders::burst_by_id(tx, id)?.ok_or_else(|| AppError::not_found("burst", id))?;
            permit.reaches(found.force)?;
            let actor = permit.actor();
            let in_it = orders_in(tx, id)?;
            let open = found.ended.is_none();
            let destroys = found.effect == Effect::Destructive;
            let role = may::<ReleaseOrders>(actor, found.force)
                && (!destroys || may::<ApproveDestruction>(actor, found.force));
            let may_release = open && role && actor.person.is_some() && others_asked(tx, actor, id)?;
            let ended = match &found.ended {
                None => None,
                Some((at, by, why)) => Some((ended_word(&found), *at, words::who(tx, by)?, why.clone())),
            };
            Ok(BurstRead {
                deciders: deciders(&app, destroys),
                may_cancel: open && may::<CallOffOrders>(actor, found.force),
                row: row(&app, tx, &found)?,
                orders: in_it,
                ended,
                may_release,
            })
        })
        .await
}

/// Returns the word for how a burst ended.
const fn ended_word(burst: &Burst) -> &'static str {
    match burst.state {
        domain::BurstState::Held => "Held",
        domain::BurstState::Released => "Released",
        domain::BurstState::Cancelled => "Cancelled",
        domain::BurstState::Expired => "Over: nobody decided in time",
    }
}

fn may<A: Action>(actor: &Actor, force: Force) -> bool {
    access::permit::<A>(actor).is_ok_and(|permit| permit.scope().covers(force))
}

/// Returns the titles of the roles that can release a burst.
fn deciders(app: &App, destroys: bool) -> Vec<&'static str> {
    let policy = app.policy();
    let can = |role: Role, action| letters(policy.access(), role, action).contains(['a', 'x']);
    Role::ALL
        .iter()
        .filter(|role| {
            can(**role, ReleaseOrders::NAME) && (!destroys || can(**role, ApproveDestruction::NAME))
        })
        .map(|role| role.title())
        .collect()
}

/// Returns whether everybody who asked for something in a burst, or agreed to it, is another person than the reader.
fn others_asked(tx: &mut Tx<'_>, actor: &Actor, id: BurstId) -> Result<bool, AppError> {
    for name in orders::people_of_burst(tx, id)? {
        if could_be_one(tx, &name, actor, AtStake::Force)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn freeze_read(tx: &mut Tx<'_>, actor: &Actor, force: Force) -> Result<FreezeRead, AppError> {
    let found = freezes::freeze_of(tx, force)?;
    let mut read = FreezeRead {
        force,
        stands: None,
        may_freeze: found.is_none() && may::<FreezeDestruction>(actor, force),
        may_ask: false,
        may_confirm: false,
    };
    let Some(found) = found else { return Ok(read) };
    let may_lift = may::<LiftFreeze>(actor, force) && actor.person.is_some();
    read.may_ask = may_lift && found.lift.is_none();
    let mut lift = None;
    if let Some((at, by, why)) = found.lift {
        read.may_confirm = may_lift && !could_be_one(tx, &by, actor, AtStake::Force)?;
        lift = Some((at, words::who(tx, &by)?, why));
    }
    let by = words::who(tx, &found.frozen_by)?;
    read.stands = Some(Frozen { at: found.frozen_at, by, why: found.why, lift });
    Ok(read)
}

fn row(app: &App, tx: &mut Tx<'_>, burst: &Burst) -> Result<BurstRow, AppError> {
    Ok(BurstRow {
        id: burst.id,
        force: burst.force,
        effect: burst.effect,
        by: words::who(tx, &burst.opened_by)?,
        count: orders::size_of(tx, burst.id)?.unsigned_abs(),
        cap: burst.cap,
        limit: app.limit(burst.cap),
        since: burst.opened_at,
        until: burst.expires_at,
    })
}

fn orders_in(tx: &mut Tx<'_>, id: BurstId) -> Result<Vec<OrderRead>, AppError> {
    let mut all = Vec::new();
    for order in orders::of_burst(tx, id, SHOWN)? {
        all.push(order_read(tx, order)?);
    }
    for act in orders::acts_of_burst(tx, id, SHOWN)? {
        let serial = devices::by_id(tx, act.device)?.map(|device| device.serial).unwrap_or_default();
        all.push(OrderRead {
            command: None,
            device: act.device,
            serial,
            what: act.deed.title(),
            by: words::who(tx, &act.asked_by)?,
            reason: act.error.unwrap_or_default(),
            at: act.asked_at,
            until: None,
            state: match act.state {
                HeldState::Held => "",
                HeldState::Released => "Released, about to be done",
                HeldState::Done => "Done",
                HeldState::Failed => "It could no longer be done",
                HeldState::Cancelled => "Cancelled",
            },
        });
    }
    Ok(all)
}

fn order_read(tx: &mut Tx<'_>, order: orders::OpenOrder) -> Result<OrderRead, AppError> {
    Ok(OrderRead {
        command: Some(order.command),
        device: order.device,
        serial: order.serial,
        what: order.deed.title(),
        by: words::who(tx, &order.asked_by)?,
        reason: order.reason.unwrap_or_default(),
        at: order.asked_at,
        until: order.expires_at,
        state: "",
    })
}
