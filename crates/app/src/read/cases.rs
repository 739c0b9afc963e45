//! Cases: the queue, and one with its timeline.

use domain::{CaseId, Timestamp};
use store::cases::{Case, CaseFilter};
use store::{cases, devices, people};

use super::{Device, Person, words};
use crate::access::{self, Permit, SeeCases, SeeDevices, SeePeople};
use crate::{App, AppError};

/// One case of a list.
#[derive(Debug, Clone)]
pub struct CaseRow {
    /// The case.
    pub case: Case,
    /// Its type in words.
    pub kind: String,
}

/// One case.
#[derive(Debug, Clone)]
pub struct CaseRead {
    /// What a list shows.
    pub row: CaseRow,
    /// The device that it is about, for who may see it.
    pub device: Option<Device>,
    /// The person whom it is about, for who may see them.
    pub person: Option<Person>,
    /// What happened: when, who, what; oldest first.
    pub events: Vec<(Timestamp, String, String)>,
}

fn row(case: Case) -> CaseRow {
    CaseRow { kind: words::case_kind(&case.kind), case }
}

impl App {
    /// Up to `limit` cases, newest first, and the types of case that there are: word and title.
    ///
    /// # Errors
    /// Only where the database does not answer.
    pub async fn cases(
        &self,
        permit: Permit<SeeCases>,
        filter: CaseFilter,
        limit: u32,
    ) -> Result<(Vec<CaseRow>, Vec<(String, String)>), AppError> {
        let now = self.world().now();
        self.store()
            .read(move |tx| {
                let kinds = cases::kinds(tx)?
                    .into_iter()
                    .map(|kind| {
                        let title = words::case_kind(&kind);
                        (kind, title)
                    })
                    .collect();
                let force = match (permit.scope().force(), filter.force) {
                    (Some(own), Some(asked)) if own != asked => return Ok((Vec::new(), kinds)),
                    (own, asked) => own.or(asked),
                };
                let found = cases::list(tx, &CaseFilter { force, ..filter }, now, limit)?;
                Ok((found.into_iter().map(row).collect(), kinds))
            })
            .await
    }

    /// One case.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::Denied`] behind the wall.
    pub async fn case(&self, permit: Permit<SeeCases>, id: CaseId) -> Result<CaseRead, AppError> {
        self.store()
            .read(move |tx| {
                let case = cases::by_id(tx, id)?.ok_or_else(|| AppError::not_found("case", id))?;
                permit.reaches(case.force)?;
                let device = case.device.filter(|_| access::permit::<SeeDevices>(permit.actor()).is_ok());
                let person = case.person.filter(|_| access::permit::<SeePeople>(permit.actor()).is_ok());
                let events = cases::events(tx, id)?
                    .into_iter()
                    .map(|(at, actor, says)| {
                        let actor = if actor == "system" { "Lanyard".to_owned() } else { actor };
                        (at, actor, says)
                    })
                    .collect();
                Ok(CaseRead {
                    device: device.map(|id| devices::by_id(tx, id)).transpose()?.flatten(),
                    person: person.map(|id| people::by_id(tx, id)).transpose()?.flatten(),
                    events,
                    row: row(case),
                })
            })
            .await
    }
}
