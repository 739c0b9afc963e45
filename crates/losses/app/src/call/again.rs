//! Begins a call again that the containment of another device than the lost one had ended.

use losses::call::{CallState, Event};
use store::Tx;

use super::{Line, contain_within};
use kernel::AppError;

impl Line<'_> {
    /// Calls people again, from the first step on, where the call was over because a device was contained that is not the lost one.
    /// Whoever answered for a device that was not contained goes on with the right one. Returns whether the call began again.
    pub(crate) fn begin_again(&mut self, tx: &mut Tx<'_>) -> Result<bool, AppError> {
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
        Ok(true)
    }
}
