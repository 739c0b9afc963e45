//! Keeps a report: its row with the answers sealed, its reference, and the secret that its reporter comes back with.

use domain::reference::Reference;
use domain::{CaseId, LossId, Secret, Timestamp};
use losses::call::CallState;
use losses::reference::secret_from;
use losses::report::{Answers, Meaning};
use store::loss_reports::{self, LossReport};
use store::{Tx, cases, loss_calls};

use super::{Arrival, Reported};
use kernel::{App, AppError};

/// Who sent a report, and with which form.
pub(super) struct Sender<'a> {
    /// The random text of the form.
    pub(super) form: &'a str,
    /// Their name in the ledger.
    pub(super) name: &'a str,
}

/// Returns the report that came with the same form.
pub(super) fn same_form(tx: &mut Tx<'_>, sender: &Sender<'_>) -> Result<Option<Reported>, AppError> {
    let before = loss_reports::by_form(tx, &kernel::digest_hex(sender.form.as_bytes()))?;
    before.map(|report| reported(tx, &report, sender)).transpose()
}

/// Returns a report that was taken in, with how its call and its case are by now.
pub(super) fn reported(
    tx: &mut Tx<'_>,
    report: &LossReport,
    sender: &Sender<'_>,
) -> Result<Reported, AppError> {
    let call = loss_calls::by_id(tx, report.loss)?;
    let owner = cases::by_id(tx, report.case)?.and_then(|case| case.owner);
    let answer = call.as_ref().and_then(|call| call.answer.as_ref());
    let answered = answer.is_some_and(|answer| answer.by == sender.name && answer.instead_of.is_none());
    Ok(Reported {
        loss: report.loss,
        reference: report.reference.clone(),
        secret: secret_of(sender.form),
        meaning: meaning_of(&report.meaning),
        reported_at: report.reported_at,
        case: report.case,
        device: report.device,
        calling: call.is_some_and(|call| call.standing == CallState::Calling.as_str()),
        taken: answered && owner.as_deref() == Some(sender.name),
    })
}

/// Derives the reporter's secret from the random text of their form, so that the same form gives the same secret again and none is
/// kept.
fn secret_of(form: &str) -> Secret<String> {
    let digest = kernel::digest_hex(format!("loss secret {form}").as_bytes());
    let number = digest.get(..32).and_then(|half| u128::from_str_radix(half, 16).ok()).unwrap_or_default();
    Secret::new(secret_from(number.to_be_bytes()))
}

/// The meanings with their words in the table.
const MEANINGS: [(Meaning, &str); 5] = [
    (Meaning::Ours, "ours"),
    (Meaning::Unclear, "unclear"),
    (Meaning::NotOurs, "not-ours"),
    (Meaning::Already, "already"),
    (Meaning::HeldByAnother, "held-by-another"),
];

/// Reads a meaning from its word in the table.
pub(crate) fn meaning_of(word: &str) -> Meaning {
    MEANINGS.iter().find(|(_, known)| *known == word).map_or(Meaning::Unclear, |(meaning, _)| *meaning)
}

fn word_of(meaning: Meaning) -> &'static str {
    MEANINGS.iter().find(|(known, _)| *known == meaning).map_or("unclear", |(_, word)| word)
}

/// Returns the place for which the answers of a report are sealed.
fn place(id: LossId) -> String {
    format!("loss-report:{id}")
}

/// Opens the answers of a report; `None` once they are forgotten.
pub(crate) fn answers_of(app: &App, report: &LossReport) -> Result<Option<Answers>, AppError> {
    let Some(sealed) = &report.answers else { return Ok(None) };
    let plain = app.sealer().open(&place(report.id), sealed)?;
    serde_json::from_slice(plain.expose()).map(Some).map_err(|error| AppError::fault(&error))
}

/// Where a report was put.
pub(super) struct Filed {
    pub(super) id: LossId,
    pub(super) loss: LossId,
    pub(super) case: CaseId,
    pub(super) meaning: Meaning,
    pub(super) reference: String,
}

/// Makes a reference that no report has yet.
pub(super) fn fresh_reference(app: &App, tx: &mut Tx<'_>) -> Result<String, AppError> {
    for _ in 0..8 {
        let reference = Reference::from_random(app.world().bytes::<16>()).to_string();
        if loss_reports::by_reference(tx, &reference)?.is_none() {
            return Ok(reference);
        }
    }
    Err(AppError::Fault("eight random references were all in use".into()))
}

pub(super) fn row_of(
    app: &App,
    arrival: &Arrival,
    filed: &Filed,
    now: Timestamp,
) -> Result<LossReport, AppError> {
    let plain = serde_json::to_vec(&arrival.answers).map_err(|error| AppError::fault(&error))?;
    let secret = secret_of(&arrival.form);
    Ok(LossReport {
        id: filed.id,
        reference: filed.reference.clone(),
        force: arrival.force,
        loss: filed.loss,
        case: filed.case,
        device: arrival.device.as_ref().map(|device| device.id),
        came: arrival.came.to_owned(),
        person: arrival.reporter,
        how: arrival.answers.how.as_str().to_owned(),
        meaning: word_of(filed.meaning).to_owned(),
        last_had: arrival.answers.last_had,
        reported_at: now,
        answers: Some(app.sealer().seal(app.world(), &place(filed.id), &plain)?),
        form_digest: kernel::digest_hex(arrival.form.as_bytes()),
        secret_digest: kernel::digest_hex(secret.expose().as_bytes()),
        found_at: None,
    })
}
