//! Looks people up for the command line.

use domain::Force;
use store::people;

use kernel::access::{Permit, SeePeople};
use kernel::{App, AppError};

use crate::PersonView;

/// People read at once.
const STEP: u32 = 500;

/// Lists everybody whose name or number contains the text, in order of name; the ended too.
///
/// # Errors
/// Only if the database does not answer.
pub async fn all_people(
    app: &App,
    permit: Permit<SeePeople>,
    force: Option<Force>,
    search: &str,
) -> Result<Vec<PersonView>, AppError> {
    let force = permit.scope().force().or(force);
    let mut all: Vec<PersonView> = Vec::new();
    loop {
        let (search, after) = (search.to_owned(), all.last().map(|person| (person.name.clone(), person.id)));
        let step = app
            .store()
            .read(move |tx| {
                let after = after.as_ref().map(|(name, id)| (name.as_str(), *id));
                people::page(tx, force, &search, after, STEP)
            })
            .await?;
        let full = step.len() >= usize::try_from(STEP).unwrap_or(usize::MAX);
        all.extend(step.into_iter().map(PersonView::from));
        if !full {
            return Ok(all);
        }
    }
}

/// Looks up the person of a force who has that number.
///
/// # Errors
/// [`AppError::Denied`] for another force.
pub async fn person_numbered(
    app: &App,
    permit: Permit<SeePeople>,
    force: Force,
    number: &str,
) -> Result<Option<PersonView>, AppError> {
    permit.reaches(force)?;
    let number = number.to_owned();
    let found = app.store().read(move |tx| people::by_number(tx, force, &number)).await?;
    Ok(found.map(PersonView::from))
}
