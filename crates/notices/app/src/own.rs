//! Shows people their own notices.
//!
//! Reading them is never restricted, on duty or off.

use domain::NoticeId;
use store::notices;

use crate::NoticeView;
use kernel::access::{AcceptOwn, Permit, SeeOwn};
use kernel::{App, AppError};

/// Lists the reader's own notices, newest first, including held ones; none for somebody who is not in the register of
/// people.
///
/// # Errors
/// Only if the database does not answer.
pub async fn own_notices(
    app: &App,
    permit: Permit<SeeOwn>,
    unread_only: bool,
    limit: u32,
) -> Result<Vec<NoticeView>, AppError> {
    let Some(person) = permit.actor().person else { return Ok(Vec::new()) };
    app.store()
        .read(move |tx| {
            Ok(notices::of_person(tx, person, unread_only, limit)?
                .into_iter()
                .map(NoticeView::from)
                .collect())
        })
        .await
}

/// Marks one of the reader's own notices as read. Repeating it is not an error. It makes no ledger entry: when
/// somebody read a notice concerns the log no more than when they opened a letter.
///
/// # Errors
/// [`AppError::NotFound`] for anybody else's notice.
pub async fn read_notice(app: &App, permit: Permit<AcceptOwn>, id: NoticeId) -> Result<(), AppError> {
    let now = app.world().now();
    app.store()
        .write(move |tx| {
            let own = notices::by_id(tx, id)?.filter(|one| permit.actor().person == Some(one.person));
            if own.is_none() {
                return Err(AppError::not_found("notice", id));
            }
            notices::read(tx, id, now)?;
            Ok(())
        })
        .await
}
