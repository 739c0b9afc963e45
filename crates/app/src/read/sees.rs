//! What of a page somebody sees: each part is an action of its own, asked about the very thing.

use domain::Force;
use store::people::Person;

use crate::AppError;
use crate::access::{self, Action, Actor};

/// Who reads, and whose the thing is that is read.
pub(super) struct Sees<'a> {
    actor: &'a Actor,
    force: Force,
    holder: Option<Person>,
}

impl<'a> Sees<'a> {
    /// A thing of that force that is held by, or about, somebody.
    pub(super) const fn of(actor: &'a Actor, force: Force, holder: Option<Person>) -> Self {
        Self { actor, force, holder }
    }

    /// Whether the reader may do `A` to it.
    pub(super) fn may<A: Action>(&self) -> bool {
        access::may_held::<A>(self.actor, self.force, self.holder.as_ref())
    }

    /// What `A` opens, read only where the reader may see it.
    pub(super) fn part<A: Action, T>(
        &self,
        read: impl FnOnce() -> Result<T, AppError>,
    ) -> Result<Option<T>, AppError> {
        if self.may::<A>() { read().map(Some) } else { Ok(None) }
    }
}
