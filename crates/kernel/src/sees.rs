//! Decides which parts of a page somebody sees: each part is an action of its own, checked for the very thing shown.

use domain::Force;
use store::devices::Device;
use store::people::Person;
use store::{Tx, ledger, people};

use crate::access::{Action, Actor};
use crate::{AppError, access};

/// Reader of a page, with the force and the holder of the thing that is shown.
pub struct Sees<'a> {
    actor: &'a Actor,
    force: Force,
    holder: Option<Person>,
    /// Reader, if the thing was theirs before: what is hidden from a holder stays hidden when they hand it in.
    once: Option<Person>,
}

impl<'a> Sees<'a> {
    /// Begins for a thing of that force that somebody holds or that concerns them.
    pub const fn of(actor: &'a Actor, force: Force, holder: Option<Person>) -> Self {
        Self { actor, force, holder, once: None }
    }

    /// Begins for a device, which the reader may have had before.
    pub fn of_device(
        tx: &mut Tx<'_>,
        actor: &'a Actor,
        device: &Device,
        holder: Option<Person>,
    ) -> Result<Self, AppError> {
        let sees = Self::of(actor, device.force, holder);
        let Some(me) = actor.person else { return Ok(sees) };
        let subject = format!("device:{}", device.id);
        let once =
            if ledger::own_subjects(tx, me)?.contains(&subject) { people::by_id(tx, me)? } else { None };
        Ok(Self { once, ..sees })
    }

    /// Returns whether the reader may do `A` to it, and could if it were still theirs.
    pub fn may_of_former<A: Action>(&self) -> bool {
        let once = |me: &Person| access::may_held::<A>(self.actor, self.force, Some(me));
        self.may::<A>() && self.once.as_ref().is_none_or(once)
    }

    /// Reads what `A` opens, only where the reader may see it and could if it were still theirs.
    pub fn part_of_former<A: Action, T>(
        &self,
        read: impl FnOnce() -> Result<T, AppError>,
    ) -> Result<Option<T>, AppError> {
        if self.may_of_former::<A>() { read().map(Some) } else { Ok(None) }
    }

    /// Returns whether the reader may do `A` to it.
    pub fn may<A: Action>(&self) -> bool {
        access::may_held::<A>(self.actor, self.force, self.holder.as_ref())
    }

    /// Reads what `A` opens, only where the reader may see it.
    pub fn part<A: Action, T>(
        &self,
        read: impl FnOnce() -> Result<T, AppError>,
    ) -> Result<Option<T>, AppError> {
        if self.may::<A>() { read().map(Some) } else { Ok(None) }
    }
}
