//! Lists people, shows one person, and shows what keeps a device from being enrolled.

use domain::{ClauseId, DeviceId, EnrolmentState, Force, PersonId, Timestamp};
use store::people::Related;
use store::{cases, devices, enrolments, people};

use cases_app::read::CaseRow;
use devices_app::devices::DeviceView;
use kernel::access::{
    EnrolDevices, ManageRegister, Permit, PermitWithin, Reach, Relation, Role, SeeAccess, SeeCases,
    SeeDevices, SeePeople, SeeRegisters,
};
use kernel::named::{NamedDevice, NamedPerson};
use kernel::roles::standing_of;
use kernel::{App, AppError, Work, access};
use people_app::{EventView, PersonView};
use permissions_app::read::PermissionRow;
use store::people::Person;
use terms_app::read::AcceptanceRead;

/// One person.
#[derive(Debug, Clone)]
pub struct PersonRead {
    /// The person.
    pub person: PersonView,
    /// The devices that they hold, where the reader may see devices.
    pub devices: Vec<DeviceView>,
    /// The terms that they are asked to accept, and those that they accepted before.
    pub acceptances: Vec<AcceptanceRead>,
    /// Cases about them, where the reader may see cases.
    pub cases: Vec<CaseRow>,
    /// Events in their working life, latest first, each with its title for this reader.
    pub events: Vec<(EventView, String)>,
    /// Their line manager's name and number.
    pub manager: Option<String>,
    /// Their roles' titles, for themselves and for readers who may see roles.
    pub roles: Vec<&'static str>,
    /// Permissions for them, where the reader may see registers.
    pub permissions: Vec<PermissionRow>,
}

/// The enrolment of a device, with what is in its way.
#[derive(Debug, Clone)]
pub struct EnrolRead {
    /// The device.
    pub device: NamedDevice,
    /// The person who is to have it.
    pub holder: Option<NamedPerson>,
    /// The obstacle, and the clause behind it.
    pub obstacle: Option<(String, Option<ClauseId>)>,
    /// The steps on the device, a sentence for each.
    pub steps: &'static [&'static str],
    /// The time since which it is under management, which a new profile would replace.
    pub enrolled_at: Option<Timestamp>,
}

/// A person as a list shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// The person.
    pub person: PersonView,
    /// How many devices they hold.
    pub devices: i64,
    /// When they accepted the last of the terms in force; `None` while one is missing.
    pub accepted_at: Option<Timestamp>,
}

impl From<people::Listed> for PersonRow {
    fn from(row: people::Listed) -> Self {
        Self { person: row.person.into(), devices: row.devices, accepted_at: row.accepted_at }
    }
}

/// The filters of a list of people. Empty words and `None` mean "any".
#[derive(Debug, Clone, Default)]
pub struct PeopleFilter {
    /// Only this force's.
    pub force: Option<Force>,
    /// Part of a name or number.
    pub search: String,
    /// Part of their unit.
    pub unit: String,
    /// Part of their job.
    pub role: String,
    /// Only those in the register, or only those who left.
    pub on_the_books: Option<bool>,
    /// Only those who hold a device, or only those who hold none.
    pub devices: Option<bool>,
    /// Only those who accepted all terms in force, or only those who did not.
    pub accepted: Option<bool>,
}

impl From<PeopleFilter> for people::PeopleFilter {
    fn from(asked: PeopleFilter) -> Self {
        Self {
            force: asked.force,
            search: asked.search,
            unit: asked.unit,
            role: asked.role,
            on_the_books: asked.on_the_books,
            devices: asked.devices,
            accepted: asked.accepted,
        }
    }
}

/// Hides whether a person has a covert role, which only [`crate::sensitive::read_covert`] reads, for a reason. It
/// appears in no list, page or export, so here everybody looks alike.
fn hide(person: &mut Person) {
    person.covert = false;
}

/// Lists up to `limit` people in order of name, starting after the given one.
///
/// # Errors
/// Only if the database does not answer.
pub async fn people(
    app: &App,
    permit: impl Into<PermitWithin<SeePeople>>,
    filter: PeopleFilter,
    after: Option<(String, PersonId)>,
    limit: u32,
) -> Result<Vec<PersonRow>, AppError> {
    let reach = permit.into().reach();
    let (within, only) = match reach {
        Reach::Force(scope) => (scope.force(), None),
        Reach::Related { force, me, own, managed } => (Some(force), Some(Related { me, own, managed })),
        Reach::Nothing => return Ok(Vec::new()),
    };
    let force = match (within, filter.force) {
        (Some(own), Some(asked)) if own != asked => return Ok(Vec::new()),
        (own, asked) => own.or(asked),
    };
    let filter = PeopleFilter { force, ..filter }.into();
    app.store()
        .read(move |tx| {
            let after = after.as_ref().map(|(name, id)| (name.as_str(), *id));
            let mut found = people::list(tx, &filter, only, after, limit)?;
            found.iter_mut().for_each(|listed| hide(&mut listed.person));
            Ok(found.into_iter().map(PersonRow::from).collect())
        })
        .await
}

/// Looks up one person.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for another force, and for a person who is neither the reader nor one
/// of their people where only those are permitted.
pub async fn person(
    app: &App,
    permit: impl Into<PermitWithin<SeePeople>>,
    id: PersonId,
) -> Result<PersonRead, AppError> {
    let (app, permit) = (app.clone(), permit.into());
    let now = app.world().now();
    app.clone()
        .store()
        .read(move |tx| {
            let mut person = people::by_id(tx, id)?.ok_or_else(|| AppError::not_found("person", id))?;
            permit.reaches_person(&person)?;
            hide(&mut person);
            let devices = access::permit_within::<SeeDevices>(permit.actor())
                .is_ok_and(|devices| devices.reaches_person(&person).is_ok());
            let roles = permit.actor().relation_to(&person) == Relation::Own
                || access::permit::<SeeAccess>(permit.actor()).is_ok();
            let manager = match person.line_manager {
                Some(manager) => people::by_id(tx, manager)?.map(|manager| kernel::words::shown(&manager)),
                None => None,
            };
            let desk = access::permit::<SeeCases>(permit.actor()).is_ok();
            Ok(PersonRead {
                events: people_app::events::events_of(&app, tx, permit.actor(), &person)?,
                devices: if devices { devices::of_holder(tx, id)? } else { Vec::new() }
                    .into_iter()
                    .map(DeviceView::from)
                    .collect(),
                acceptances: terms_app::read::acceptances(&app, tx, &person)?,
                cases: match desk {
                    true => {
                        let all = cases::of_person(tx, id)?;
                        cases_app::read::case_rows(&app, tx, permit.actor(), all)?
                    }
                    false => Vec::new(),
                },
                manager,
                roles: match standing_of(tx, id, now)? {
                    Some(standing) if roles => standing.roles.iter().map(Role::title).collect(),
                    _ => Vec::new(),
                },
                permissions: match access::permit::<SeeRegisters>(permit.actor()) {
                    Ok(_) => permissions_app::read::permissions_of_person(Work { app: &app, tx, now }, id)?,
                    Err(_) => Vec::new(),
                },
                person: person.into(),
            })
        })
        .await
}

/// Finds the person with that collar or staff number, for a form that names one.
///
/// # Errors
/// [`AppError::Invalid`] for the field `holder` where the force has nobody with that number.
pub async fn holder_by_number(
    app: &App,
    permit: &Permit<ManageRegister>,
    force: Force,
    number: &str,
) -> Result<PersonId, AppError> {
    permit.reaches(force)?;
    let number: String = number.trim().chars().take(20).collect();
    let title = app.force_title(force);
    app.store()
        .read(move |tx| {
            people::by_number(tx, force, &number)?
                .map(|person| person.id)
                .ok_or_else(|| AppError::invalid("holder", format!("{title} has nobody with this number")))
        })
        .await
}

/// Reads what keeps a device from being enrolled.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for another force.
pub async fn enrolling(app: &App, permit: Permit<EnrolDevices>, id: DeviceId) -> Result<EnrolRead, AppError> {
    let app = app.clone();
    app.clone()
        .store()
        .read(move |tx| {
            let device = devices::by_id(tx, id)?.ok_or_else(|| AppError::not_found("device", id))?;
            permit.reaches(device.force)?;
            let served = app.platforms().of_kind(device.kind);
            let steps = served.map_or(&[][..], |(of, served)| served.vendor.enrolment_steps(of));
            let policy = app.policy();
            let clause =
                |reason: Option<&str>| policy.library().clause_of_action("check-in.refused", reason).cloned();
            let obstacle = match devices_app::enrolment::gate(&app, tx, &device)? {
                Err(refusal) => Some((refusal.to_string(), clause(Some(refusal.word())))),
                Ok(()) if served.is_none() => Some((
                    format!("A {} cannot be enrolled by this version", device.kind.title()),
                    clause(None),
                )),
                Ok(()) => None,
            };
            let holder = device.holder.map(|holder| people::by_id(tx, holder)).transpose()?.flatten();
            let live = device.enrolment.filter(|_| device.enrolment_state == EnrolmentState::Enrolled);
            let live = live.map(|id| enrolments::by_id(tx, id)).transpose()?.flatten();
            let enrolled_at = live.map(|live| live.enrolled_at.unwrap_or(live.created_at));
            Ok(EnrolRead {
                holder: holder.map(NamedPerson::from),
                obstacle,
                device: device.into(),
                steps,
                enrolled_at,
            })
        })
        .await
}
