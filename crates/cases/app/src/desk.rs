//! Lets the Service Desk contact somebody off duty for a live matter, deal with undelivered notices, and review the exceptions.

use domain::{CaseId, Force, NoticeId, NoticeState, Timestamp};
use serde_json::json;
use store::notices::{self, Notice as Row};
use store::{Tx, cases, people};

use kernel::access::{Actor, ContactOffDuty, ManageNotices, Permit, ReviewOffDuty, SeeNotices};
use kernel::fields::text;
use kernel::record::Record;
use kernel::{App, AppError};
use notices_app::{Notice, NoticeView, Reason, Told};

/// Most exceptions of a month that are listed.
const MOST_EXCEPTIONS: u32 = 5000;

/// A message to somebody off duty about a live matter.
#[derive(Debug, Clone)]
pub struct LiveMatter {
    /// The recipient's collar or staff number, in the case's force.
    pub to: String,
    /// The case.
    pub case: CaseId,
    /// The reason why it cannot wait for their next duty: 1 to 500 characters.
    pub why: String,
    /// The message: 1 to 2,000 characters.
    pub message: String,
    /// The key of the form: sent again, it changes nothing.
    pub form: String,
}

/// A notice with its recipient's name and number.
#[derive(Clone)]
pub struct Listed {
    /// The notice.
    pub notice: NoticeView,
    /// Name and number of the recipient.
    pub to: (String, String),
    /// Name and number of the person who decided that it could not wait.
    pub decided_by: Option<(String, String)>,
    /// The number of its case.
    pub case: Option<i64>,
    /// The person's unit; a list of exceptions is read by unit.
    pub unit: Option<String>,
}

/// Notifies somebody about a live matter that they are part of, whether or not they are on duty. The monthly list of
/// exceptions names the caller, with the reason.
///
/// # Errors
/// [`AppError::Invalid`] without a reason, for a closed case, for somebody who has left, and where the caller is not
/// in the register of people, because a person has to answer for it.
pub async fn call_for_live_matter(
    app: &App,
    permit: Permit<ContactOffDuty>,
    call: LiveMatter,
) -> Result<Told, AppError> {
    let decided_by = permit.actor().person.ok_or_else(|| {
        AppError::invalid("why", "somebody in the register has to answer for this; sign in as yourself")
    })?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let case = crate::case_to_work_on(&app, tx, &permit, call.case)?;
            let person = people::by_number(tx, case.force, call.to.trim())?.ok_or_else(|| {
                AppError::invalid(
                    "to",
                    format!("{} has nobody with this number", app.force_title(case.force)),
                )
            })?;
            let why = text("why", &call.why, 500)?;
            let reason = Reason::LiveMatter { case: case.id, decided_by, why: why.clone() };
            let key = format!("live-matter:{}:{}", case.id, text("form", &call.form, 100)?);
            let notice = Notice::routine(person.id, key, format!("Live matter C-{}", case.number))
                .because(reason)
                .body(text("message", &call.message, 2000)?);
            let told = notices_app::notify(&app, tx, notice)?;
            match told {
                Told::Already => return Ok(told),
                Told::Left => {
                    return Err(AppError::invalid("to", "they have left; choose somebody else"));
                }
                Told::Now | Told::Held { .. } => {}
            }
            let says = format!("Called on {} ({}): {why}", person.name, person.number);
            cases::add_event(
                tx,
                &cases::NewEvent {
                    id: domain::EntryId::from_uuid(app.world().uuid()),
                    case: case.id,
                    actor: &permit.actor().shown,
                    says: &says,
                },
                now,
            )?;
            let record =
                Record::new(&permit.actor().name, "live-matter.called", format!("person:{}", person.id))
                    .force(person.force)
                    .detail(json!({ "case": case.id, "why": why }));
            app.enter(tx, now, record)?;
            Ok(told)
        })
        .await
}

/// Returns the number of a case, for the form that contacts somebody about it.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for another force.
pub async fn case_to_call_for(
    app: &App,
    permit: Permit<ContactOffDuty>,
    case: CaseId,
) -> Result<i64, AppError> {
    let app = app.clone();
    app.clone().store().read(move |tx| Ok(crate::case_to_work_on(&app, tx, &permit, case)?.number)).await
}

/// Lists notices that reached nobody: given up, or held because it is not known when the person is on duty. Newest
/// first, starting after the given one.
///
/// # Errors
/// Only if the database does not answer.
pub async fn undelivered_notices(
    app: &App,
    permit: Permit<SeeNotices>,
    after: Option<(Timestamp, NoticeId)>,
    limit: u32,
) -> Result<Vec<Listed>, AppError> {
    let (app, force) = (app.clone(), permit.scope().force());
    app.clone()
        .store()
        .read(move |tx| {
            let rows = notices::stuck(tx, force, after, limit)?;
            listed(&app, tx, permit.actor(), rows)
        })
        .await
}

/// Counts the notices of the last thirty days in each state.
///
/// # Errors
/// Only if the database does not answer.
pub async fn notices_by_state(
    app: &App,
    permit: Permit<SeeNotices>,
) -> Result<Vec<(NoticeState, i64)>, AppError> {
    let since = app.world().now().minus(domain::Span::from_secs(30 * 24 * 3600));
    let force = permit.scope().force();
    app.store().read(move |tx| Ok(notices::by_state(tx, force, since)?)).await
}

/// Retries a notice that was given up, once the cause has been put right.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Conflict`] where it was not given up.
pub async fn retry_notice(app: &App, permit: Permit<ManageNotices>, id: NoticeId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let found = notices::by_id(tx, id)?.ok_or_else(|| AppError::not_found("notice", id))?;
            permit.reaches(found.force)?;
            if !notices_app::retry(tx, id, now)? {
                return Err(AppError::Conflict(
                    "the notice is not given up, so there is nothing to try again; reload the page".into(),
                ));
            }
            let record =
                Record::new(&permit.actor().name, "notice.retried", format!("person:{}", found.person))
                    .force(found.force);
            app.enter(tx, now, record)
        })
        .await
}

/// Lists the notices sent to people off duty from one time until another, in order, with who decided each; and
/// counts those sent, in the force's hours for that, to people whose duty is not known.
///
/// # Errors
/// Only if the database does not answer.
pub async fn notice_exceptions(
    app: &App,
    permit: Permit<ReviewOffDuty>,
    force: Option<Force>,
    from: Timestamp,
    until: Timestamp,
) -> Result<(Vec<Listed>, u64), AppError> {
    let force = match (permit.scope().force(), force) {
        (Some(own), Some(asked)) if own != asked => return Ok((Vec::new(), 0)),
        (own, asked) => own.or(asked),
    };
    let app = app.clone();
    app.clone()
        .store()
        .read(move |tx| {
            let rows = notices::exceptions(tx, force, from, until, MOST_EXCEPTIONS)?;
            let unknown = notices::told_unknown(tx, force, from, until)?.unsigned_abs();
            Ok((listed(&app, tx, permit.actor(), rows)?, unknown))
        })
        .await
}

fn listed(
    app: &App,
    tx: &mut Tx<'_>,
    actor: &Actor,
    rows: Vec<(Row, String, String)>,
) -> Result<Vec<Listed>, AppError> {
    let mut all = Vec::with_capacity(rows.len());
    for (notice, name, number) in rows {
        let decided_by = match &notice.decided {
            Some((by, _)) => people::by_id(tx, *by)?.map(|person| (person.name, person.number)),
            None => None,
        };
        let case = crate::mentioned_case(app, tx, actor, notice.case)?.map(|case| case.number);
        let unit = people::by_id(tx, notice.person)?.and_then(|person| person.unit);
        all.push(Listed { notice: notice.into(), to: (name, number), decided_by, case, unit });
    }
    Ok(all)
}
