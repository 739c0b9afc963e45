//! Remembers when the service was running: what nobody can have heard meanwhile is not known, whatever was found before.

use domain::{Span, Timestamp};
use store::Tx;
use store::running;

use kernel::{App, AppError};

/// The longest time between two signs of life of a service that was running throughout: nodes give one each minute.
const THROUGHOUT: Span = Span::from_secs(180);

/// What could be heard at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// The service was running.
    Running,
    /// It was not: nothing was heard from one time until another, or until now.
    Silent {
        /// The last sign of life.
        from: Timestamp,
        /// The next one.
        until: Option<Timestamp>,
    },
    /// Nothing is kept of that time: before the first sign of life.
    NotKept,
}

impl Heard {
    /// Says what was not heard; nothing where the service was running.
    #[must_use]
    pub fn sentence(self) -> Option<String> {
        match self {
            Self::Running => None,
            Self::Silent { from, until: Some(until) } => {
                Some(format!("nothing was heard between {from} and {until}: the service was not running"))
            }
            Self::Silent { from, until: None } => {
                Some(format!("nothing has been heard since {from}: the service is not running"))
            }
            Self::NotKept => Some("whether the service was running then was not kept".to_owned()),
        }
    }

    /// Returns whether it is certain that nothing was heard.
    #[must_use]
    pub const fn is_silent(self) -> bool {
        matches!(self, Self::Silent { .. })
    }
}

/// Gives a sign of life, which extends the span of the last one or begins another.
///
/// # Errors
/// Only if the database does not answer.
pub async fn note_running(app: &App) -> Result<(), AppError> {
    let now = app.world().now();
    app.store()
        .write(move |tx| {
            match running::before(tx, now)? {
                Some(span) if now.since(span.until) <= THROUGHOUT => running::extend(tx, span, now)?,
                _ => running::begin(tx, now)?,
            }
            Ok::<_, AppError>(())
        })
        .await
}

/// Returns what could be heard at a time.
pub(crate) fn heard_at(tx: &mut Tx<'_>, at: Timestamp, now: Timestamp) -> Result<Heard, AppError> {
    let Some(span) = running::before(tx, at)? else { return Ok(Heard::NotKept) };
    if at <= span.until {
        return Ok(Heard::Running);
    }
    let next = running::after(tx, at)?;
    let end = next.map_or(now, |next| next.from);
    if end.since(span.until) <= THROUGHOUT {
        return Ok(Heard::Running);
    }
    Ok(Heard::Silent { from: span.until, until: next.map(|next| next.from) })
}
