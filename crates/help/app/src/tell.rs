//! Notifies the people concerned: the holder after every step of a request about their password, who is to decide on it, the line
//! manager who is to vouch, and the holder of a device that is low before a shift.

use domain::{CaseId, PersonId};
use store::{Tx, cases};

use kernel::{App, AppError};
use notices_app::{Notice, Reason, Told};

/// What somebody is told.
pub(crate) struct Word<'a> {
    /// Whom.
    pub(crate) to: PersonId,
    /// The key by which it is sent once.
    pub(crate) key: String,
    /// One line.
    pub(crate) subject: &'a str,
    /// The facts, then what to do.
    pub(crate) body: &'a str,
    /// The page that it links to.
    pub(crate) link: &'a str,
}

impl Word<'_> {
    fn notice(&self) -> Notice {
        let body: String = self.body.chars().take(2000).collect();
        Notice::routine(self.to, self.key.as_str(), self.subject).body(body).link(self.link)
    }
}

/// Tells somebody when they are on duty.
pub(crate) fn when_on_duty(app: &App, tx: &mut Tx<'_>, word: &Word<'_>) -> Result<Told, AppError> {
    notices_app::notify(app, tx, word.notice())
}

/// Tells a person at once about a case that is about them: what somebody does to their device must not wait for their duty.
pub(crate) fn at_once(app: &App, tx: &mut Tx<'_>, case: CaseId, word: &Word<'_>) -> Result<Told, AppError> {
    let theirs = cases::by_id(tx, case)?.is_some_and(|case| case.person == Some(word.to));
    let reason = if theirs { Reason::OwnReport { case } } else { Reason::Routine };
    notices_app::notify(app, tx, word.notice().because(reason))
}

/// Tells somebody who is on call for what they are on call for.
pub(crate) fn on_call(app: &App, tx: &mut Tx<'_>, word: &Word<'_>) -> Result<Told, AppError> {
    notices_app::notify(app, tx, word.notice().because(Reason::OnCall))
}

/// Tells a holder before the shift that they are about to start.
pub(crate) fn before_shift(app: &App, tx: &mut Tx<'_>, word: &Word<'_>) -> Result<Told, AppError> {
    notices_app::notify(app, tx, word.notice().because(Reason::BeforeShift))
}
