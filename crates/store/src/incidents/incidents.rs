//! Incidents: the form of a case, and the clock that began with it.

use domain::{CaseId, DeviceId, Force, IncidentId, PersonId, Timestamp};

use crate::case_steps::CaseTally;
use crate::{StoreError, Tx, Value, row, statements, values};

row! {
    /// One incident.
    pub struct Incident without Debug {
        /// Its id.
        pub id: IncidentId,
        /// Its case.
        pub case: CaseId = "case_id",
        /// Its force.
        pub force: Force,
        /// Its form, as the policy names it.
        pub form: String,
        /// The kind of breach; empty where nobody said.
        pub kind: String,
        /// The device that it is about.
        pub device: Option<DeviceId> = "device_id",
        /// Who fills in the reporter's half.
        pub person: Option<PersonId> = "person_id",
        /// When it was opened.
        pub opened_at: Timestamp,
        /// When the force became aware.
        pub aware_at: Timestamp,
        /// When the reporter's half is due.
        pub due_at: Timestamp,
        /// Counts what was changed, added and decided.
        pub version: i64,
        /// The reporter's answers, sealed.
        pub answers: Option<Vec<u8>>,
        /// When and by whom the reporter's half was sent.
        pub sent: Option<(Timestamp, String)> = "sent_at, sent_by",
        /// The assessor's answers, sealed.
        pub assessment: Option<Vec<u8>>,
        /// When and by whom the assessment was finished.
        pub assessed: Option<(Timestamp, String)> = "assessed_at, assessed_by",
        /// The standing of the clock, as a word.
        pub clock: String,
        /// When the clock ends.
        pub ends_at: Option<Timestamp>,
        /// How many warnings went out.
        pub warned: i64,
        /// When it is looked at next.
        pub next_at: Option<Timestamp>,
        /// The page's form on which it was reported.
        pub once: Option<String>,
        /// When what it held was erased.
        pub erased_at: Option<Timestamp>,
        /// The sealed case that it was referred to.
        pub referral: Option<CaseId> = "referral_id",
    }
}

impl std::fmt::Debug for Incident {
    /// Leaves the answers out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Incident({} {} version {})", self.id, self.clock, self.version)
    }
}

row! {
    /// Numbers of incidents whose clock runs.
    #[derive(Copy, Default)]
    pub struct Clocks {
        /// Those that ended without a decision.
        pub over: i64,
        /// Those that run.
        pub running: i64,
        /// When the next of those ends.
        pub next_ends_at: Option<Timestamp>,
    }
}

statements! {
    pub(crate) INCIDENT_ADD = "INSERT INTO incident (id, case_id, force, form, kind, device_id, person_id, opened_at, aware_at, due_at,
        version, answers, clock, ends_at, warned, next_at, once)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
    INCIDENT_BY_ID: Incident = "SELECT {columns} FROM incident WHERE id = $1";
    INCIDENT_OF_CASE: Incident = "SELECT {columns} FROM incident WHERE case_id = $1";
    INCIDENT_BY_ONCE: Incident = "SELECT {columns} FROM incident WHERE once = $1";
    INCIDENTS_OF_PERSON: Incident = "SELECT {columns} FROM incident
        WHERE person_id = $1 ORDER BY opened_at DESC, id DESC LIMIT 50";
    // Over and undecided first, then what runs, by its end; what is decided and finished comes last, newest first.
    INCIDENTS_LIST: Incident = "SELECT {columns} FROM incident WHERE ($1 = '' OR force = $1)
        ORDER BY CASE WHEN clock IN ('possible', 'confirmed') AND ends_at <= $2 THEN 0
          WHEN clock IN ('possible', 'confirmed') THEN 1 WHEN sent_at IS NULL OR assessed_at IS NULL THEN 2 ELSE 3 END,
        CASE WHEN clock IN ('possible', 'confirmed') THEN ends_at ELSE 0 END, opened_at DESC, id DESC LIMIT $3";
    INCIDENTS_RUNNING: Running = "SELECT {columns} FROM incident WHERE ($1 = '' OR force = $1)
        AND clock IN ('possible', 'confirmed') ORDER BY ends_at, id LIMIT $2";
    INCIDENT_CLOCKS: Clocks = "SELECT COALESCE(sum(CASE WHEN ends_at <= $2 THEN 1 ELSE 0 END), 0),
        COALESCE(sum(CASE WHEN ends_at > $2 THEN 1 ELSE 0 END), 0), min(CASE WHEN ends_at > $2 THEN ends_at END)
        FROM incident WHERE ($1 = '' OR force = $1) AND clock IN ('possible', 'confirmed')";
    INCIDENTS_OVERDUE: IncidentId = "SELECT id FROM incident WHERE next_at <= $1 ORDER BY next_at, id LIMIT $2";
    INCIDENT_SET = "UPDATE incident SET version = $3, answers = $4, sent_at = $5, sent_by = $6, assessment = $7, assessed_at = $8,
        assessed_by = $9, clock = $10, warned = $11, next_at = $12, person_id = $13, referral_id = $14 WHERE id = $1 AND version = $2";
    INCIDENT_DEVICE = "UPDATE incident SET device_id = $2 WHERE id = $1";
    INCIDENT_STANDING: CaseTally = "SELECT count(*),
        COALESCE(sum(CASE WHEN i.due_at < COALESCE(i.sent_at, c.closed_at, $4) THEN 1 ELSE 0 END), 0),
        COALESCE(sum(CASE WHEN i.due_at >= COALESCE(i.sent_at, c.closed_at, $4) AND i.sent_at IS NULL AND c.closed_at IS NOT NULL
          THEN 1 ELSE 0 END), 0),
        COALESCE(sum(CASE WHEN i.sent_at <= i.due_at THEN 1 ELSE 0 END), 0)
        FROM incident i JOIN desk_case c ON c.id = i.case_id
        WHERE i.form = $1 AND ($2 = '' OR i.person_id = $2) AND (i.sent_at IS NULL OR i.opened_at >= $3)
        AND (c.closed_at IS NULL OR i.opened_at >= $3)";
    INCIDENT_CASES: JudgedForm = "SELECT c.number,
        CAST(CASE WHEN i.due_at < COALESCE(i.sent_at, c.closed_at, $4) THEN 1 ELSE 0 END AS BIGINT) AS late
        FROM incident i JOIN desk_case c ON c.id = i.case_id
        WHERE i.form = $1 AND ($2 = '' OR i.person_id = $2) AND (i.sent_at IS NULL OR i.opened_at >= $3)
        AND (c.closed_at IS NULL OR i.opened_at >= $3) ORDER BY late DESC, i.opened_at DESC, i.id LIMIT $5";
    // A legal hold on the device keeps what the form holds.
    INCIDENTS_TO_ERASE: IncidentId = "SELECT i.id FROM incident i JOIN desk_case c ON c.id = i.case_id
        WHERE i.form = $1 AND i.erased_at IS NULL AND c.closed_at < $2 AND i.clock NOT IN ('possible', 'confirmed')
        AND NOT EXISTS (SELECT 1 FROM legal_hold h WHERE h.device_id = i.device_id AND h.ended_at IS NULL)
        ORDER BY c.closed_at, i.id LIMIT $3";
    INCIDENT_ERASE = "UPDATE incident SET answers = NULL, assessment = NULL, erased_at = $2 WHERE id = $1 AND erased_at IS NULL";
}

/// Enters an incident.
pub fn add(tx: &mut Tx<'_>, new: &Incident) -> Result<(), StoreError> {
    let params = values!(new: id, case, force, form, kind, device, person, opened_at, aware_at, due_at,
        version, answers, clock, ends_at, warned, next_at, once);
    tx.execute(&INCIDENT_ADD, &params).map(drop)
}

/// Returns the incident of that id.
pub fn by_id(tx: &mut Tx<'_>, id: IncidentId) -> Result<Option<Incident>, StoreError> {
    tx.row(&INCIDENT_BY_ID, &[Value::id(id)])
}

/// Returns the incident of a case.
pub fn of_case(tx: &mut Tx<'_>, case: CaseId) -> Result<Option<Incident>, StoreError> {
    tx.row(&INCIDENT_OF_CASE, &[Value::id(case)])
}

/// Returns the incident that was reported with a page's form.
pub fn by_once(tx: &mut Tx<'_>, once: &str) -> Result<Option<Incident>, StoreError> {
    tx.row(&INCIDENT_BY_ONCE, &[once.into()])
}

/// Returns the incidents whose reporter's half a person fills in, newest first, fifty at most.
pub fn of_person(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<Incident>, StoreError> {
    tx.rows(&INCIDENTS_OF_PERSON, &[Value::id(person)])
}

/// Returns up to `limit` incidents: those first whose clock ended undecided, then those whose clock runs.
pub fn list(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Incident>, StoreError> {
    let params = [crate::force_word(force), now.into(), limit.into()];
    tx.rows(&INCIDENTS_LIST, &params)
}

row! {
    /// A clock that runs.
    pub struct Running {
        /// The case.
        pub case: CaseId = "case_id",
        /// The incident.
        pub id: IncidentId,
        /// The clock's standing, as a word.
        pub clock: String,
        /// When the force became aware.
        pub aware_at: Timestamp,
        /// When it ends.
        pub ends_at: Timestamp,
    }
}

/// Returns up to `limit` clocks that run or ended undecided, the earliest end first.
pub fn running(tx: &mut Tx<'_>, force: Option<Force>, limit: u32) -> Result<Vec<Running>, StoreError> {
    tx.rows(&INCIDENTS_RUNNING, &[crate::force_word(force), limit.into()])
}

/// Counts the clocks of a force, or of all.
pub fn clocks(tx: &mut Tx<'_>, force: Option<Force>, now: Timestamp) -> Result<Clocks, StoreError> {
    Ok(tx.row(&INCIDENT_CLOCKS, &[crate::force_word(force), now.into()])?.unwrap_or_default())
}

/// Returns up to `limit` incidents that had to be looked at by a time.
pub fn overdue(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<Vec<IncidentId>, StoreError> {
    let params = [before.into(), limit.into()];
    tx.rows(&INCIDENTS_OVERDUE, &params)
}

/// Writes an incident that was read with version `before`; returns whether nobody had changed it meanwhile.
pub fn set(tx: &mut Tx<'_>, changed: &Incident, before: i64) -> Result<bool, StoreError> {
    let params = values!(changed: id, (before), version, answers, sent, assessment, assessed, clock, warned,
        next_at, person, referral);
    Ok(tx.execute(&INCIDENT_SET, &params)? > 0)
}

/// Writes which device an incident is about.
pub fn set_device(tx: &mut Tx<'_>, id: IncidentId, device: Option<DeviceId>) -> Result<(), StoreError> {
    tx.execute(&INCIDENT_DEVICE, &[Value::id(id), Value::opt_id(device)])?;
    Ok(())
}

/// Selects the forms that a procedure is judged by.
#[derive(Debug, Clone, Copy)]
pub struct JudgedForms<'a> {
    /// The form.
    pub form: &'a str,
    /// Only those of this person.
    pub person: Option<PersonId>,
    /// Sent ones, and those of closed cases, only where they were opened since then.
    pub since: Timestamp,
    /// The present.
    pub now: Timestamp,
}

impl JudgedForms<'_> {
    fn params(&self) -> Vec<Value> {
        let person = self.person.map(|person| person.to_string()).unwrap_or_default();
        vec![self.form.into(), person.into(), self.since.into(), self.now.into()]
    }
}

/// Returns how the forms stand: late is one that was sent after its time or is overdue, unproven one whose case was closed without
/// it, good one that was sent in time.
pub fn standing(tx: &mut Tx<'_>, of: &JudgedForms<'_>) -> Result<CaseTally, StoreError> {
    Ok(tx.row(&INCIDENT_STANDING, &of.params())?.unwrap_or_default())
}

row! {
    /// A form that a procedure is judged by.
    #[derive(Copy)]
    pub struct JudgedForm {
        /// The number of its case.
        pub number: i64,
        /// Whether it is late.
        pub late: bool,
    }
}

/// Returns up to `limit` of those forms, the late ones first.
pub fn judged(tx: &mut Tx<'_>, of: &JudgedForms<'_>, limit: u32) -> Result<Vec<JudgedForm>, StoreError> {
    let mut params = of.params();
    params.push(limit.into());
    tx.rows(&INCIDENT_CASES, &params)
}

/// Returns up to `limit` incidents of a form whose case was closed before a time, which no legal hold keeps and no clock needs.
pub fn to_erase(
    tx: &mut Tx<'_>,
    form: &str,
    before: Timestamp,
    limit: u32,
) -> Result<Vec<IncidentId>, StoreError> {
    let params = [form.into(), before.into(), limit.into()];
    tx.rows(&INCIDENTS_TO_ERASE, &params)
}

/// Erases both halves of a form; returns whether they were there.
pub fn erase(tx: &mut Tx<'_>, id: IncidentId, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&INCIDENT_ERASE, &[Value::id(id), at.into()])? > 0)
}
