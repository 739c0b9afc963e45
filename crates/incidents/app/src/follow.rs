//! Follows an incident: warns before its clock ends, says so when it ended undecided, and notices when its form is late.

use std::collections::BTreeSet;

use domain::{IncidentId, PersonId, Timestamp};
use incidents::clock::{ClockState, Due, Warnings};
use policy::FormClock;
use store::incidents::{self as rows, Incident};
use store::{Tx, cases, grants};

use crate::keep::{Change, form, keep, locked, warn_before};
use kernel::access::Role;
use kernel::{App, AppError, Work, jobs};
use notices_app::alarms::{self, Alarm, AlarmKind};
use notices_app::{Notice, Told};

/// Who is warned of a clock: who decides, and who answers for information security.
const WARNED: [Role; 3] = [Role::DataProtectionOfficer, Role::InformationSecurity, Role::Fiso];
/// Most people of one role who are warned.
const MOST: u32 = 200;
/// How long the job of an incident may be late before the loop looks at it.
const GRACE: domain::Span = domain::Span::from_secs(300);

/// Looks at an incident: gives the warning that is due, and has the procedure judged once its form is late.
///
/// # Errors
/// Only if the database does not answer.
pub async fn follow_incident(app: &App, id: IncidentId) -> Result<(), AppError> {
    let app = app.clone();
    app.clone().store().write(move |tx| follow(&app, tx, id)).await
}

/// Looks at incidents whose job did not come; returns how many. A job can be given up, a clock cannot.
///
/// # Errors
/// Only if the database does not answer.
pub async fn follow_overdue_incidents(app: &App, limit: u32) -> Result<usize, AppError> {
    let before = app.world().now().minus(GRACE);
    let overdue =
        app.store().read(move |tx| rows::overdue(tx, before, limit)).await.map_err(AppError::from)?;
    jobs::each(overdue, |id| follow_incident(app, id)).await
}

fn follow(app: &App, tx: &mut Tx<'_>, id: IncidentId) -> Result<(), AppError> {
    if rows::by_id(tx, id)?.is_none() {
        return Ok(());
    }
    let (row, now) = (locked(tx, id)?, app.world().now());
    let Some(next) = row.next_at else { return Ok(()) };
    if next > now {
        return jobs::ask_job(app, tx, jobs::Kind::FollowIncident, &id.to_string(), next);
    }
    // The procedure's finding changes at the moment when the form becomes late.
    if row.sent.is_none() && now > row.due_at {
        cases_app::judge_procedure(app, tx, &row.form, row.person, now)?;
    }
    let policy = app.policy();
    let due = match (ClockState::read(&row.clock).runs(), row.ends_at) {
        (true, Some(ends_at)) => {
            let before = warn_before(policy.library(), &row);
            Warnings { ends_at, before: &before }.due(row.warned, now)
        }
        _ => None,
    };
    let Some(due) = due else {
        return keep(app, tx, Change::by_itself(row)).map(drop);
    };
    let ends_at = row.ends_at.unwrap_or(now);
    let clock = form(policy.library(), &row).ok().and_then(|form| form.clock.as_ref());
    let says = Warning { due, ends_at, confirmed: row.clock == ClockState::Confirmed.as_str(), clock };
    let (line, action) =
        (says.line(), if due.over { "incident.clock-ended" } else { "incident.clock-warned" });
    let change = Change {
        what: Some(if due.over { "ended" } else { "warned" }),
        line,
        action: Some(action),
        ..Change::by_itself(Incident { warned: due.count, ..row })
    };
    let row = keep(app, tx, change)?;
    warn(Work { app, tx, now }, &row, &says)
}

/// What a warning says.
struct Warning<'a> {
    due: Due,
    ends_at: Timestamp,
    confirmed: bool,
    clock: Option<&'a FormClock>,
}

impl Warning<'_> {
    fn regulator(&self) -> &str {
        self.clock.map_or("the regulator", |clock| clock.regulator.as_str())
    }

    fn subject(&self, number: i64) -> String {
        if self.confirmed {
            format!("C-{number}: tell the regulator")
        } else {
            format!("C-{number}: decide whether the regulator must be told")
        }
    }

    fn alarm_subject(&self, number: i64) -> String {
        if self.confirmed {
            format!("C-{number}: the regulator must be told and has not been")
        } else {
            format!("C-{number}: nobody has decided whether the regulator must be told")
        }
    }

    const fn to_do(&self) -> &'static str {
        if self.confirmed {
            "Open the incident and record that it was told."
        } else {
            "Open the incident and decide, with a reason."
        }
    }

    fn line(&self) -> String {
        let open = if self.confirmed { "it has not been told" } else { "nobody has decided" };
        let end = crate::facts::at(self.ends_at);
        if self.due.over {
            format!("The time to tell {} ended at {end}, and {open}.", self.regulator())
        } else {
            format!("The time to tell {} ends at {end}, and {open}.", self.regulator())
        }
    }
}

/// Warns everybody who can do something about it, and raises an alarm where the end is near or nobody can decide.
fn warn(Work { app, tx, now }: Work<'_, '_>, row: &Incident, warning: &Warning<'_>) -> Result<(), AppError> {
    let number = cases::by_id(tx, row.case)?.map(|case| case.number).unwrap_or_default();
    let link = format!("/incidents/{}", row.id);
    let mut officers = 0;
    let mut told: BTreeSet<PersonId> = BTreeSet::new();
    for role in WARNED {
        for over in grants::over(tx, Some(row.force), role.as_str(), now, MOST)? {
            let person = over.grant.person;
            officers += usize::from(role == Role::DataProtectionOfficer);
            if !told.insert(person) {
                continue;
            }
            let key = format!("breach-clock:{}:{}", row.id, row.version);
            let body = format!("{} {}", warning.line(), warning.to_do());
            let notice = Notice::routine(person, key, warning.subject(number)).body(body).link(link.as_str());
            if notices_app::notify(app, tx, notice)? == Told::Left {
                officers = officers.saturating_sub(usize::from(role == Role::DataProtectionOfficer));
            }
        }
    }
    // A routine notice waits for its person's duty. What cannot wait goes to everybody who answers for the force's information.
    if !warning.due.last && officers > 0 {
        return Ok(());
    }
    let nobody = match officers {
        0 => " Nobody has the role of data protection officer in this force: give it to somebody now.",
        _ => "",
    };
    let alarm = Alarm {
        force: Some(row.force),
        kind: AlarmKind::BreachClock,
        by: "system".into(),
        subject: warning.alarm_subject(number),
        body: format!("{}{nobody} Open the incident and ring who decides.", warning.line()),
        link,
    };
    alarms::raise(Work { app, tx, now }, alarm)
}
