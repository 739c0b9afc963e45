//! Has a call follow its loss to another device: it begins again, or ends where that one is contained already.

use losses::call::{CallState, Event};
use store::Tx;

use super::{Line, contain_within};
use kernel::AppError;

impl Line<'_> {
    /// Calls people again, from the first step on, where the call was over because a device was contained that is not the lost one.
    /// Whoever answered for a device that was not contained goes on with the right one. Where the right one is contained already,
    /// the call ends with that. Returns whether the call began again.
    pub(crate) fn follow_device(mut self, tx: &mut Tx<'_>) -> Result<bool, AppError> {
        if self.contained_at(tx)?.is_some() {
            self.end_contained(tx)?;
            self.save(tx)?;
            return Ok(false);
        }
        let was_over = match self.call.standing {
            CallState::Contained => true,
            CallState::Acknowledged => self.row.answer.as_ref().is_some_and(|answer| answer.contained),
            CallState::Calling | CallState::Taken | CallState::Ended => false,
        };
        if !was_over {
            return Ok(false);
        }
        if let Some(answer) = &mut self.row.answer {
            answer.contained = false;
        }
        let promised_by = self.now.plus(contain_within(self.app));
        self.take(tx, Event::AnotherDevice(promised_by))?;
        self.save(tx)?;
        Ok(true)
    }
}
