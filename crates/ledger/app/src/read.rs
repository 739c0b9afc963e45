//! Reads the ledger for people: entries in words, with the latest checkpoint.

use domain::{CaseId, DeviceId, EntryId, Force, PersonId, Timestamp};
use store::ledger::{self, LedgerFilter};
use store::{
    Tx, assets, counts, devices, handovers, loss_reports, orders, people, permissions, resets, rotas,
};

use super::ledger_sight::{Found, LedgerSight};
use kernel::access::{Actor, Permit, SeeLedger};
use kernel::{App, AppError, words};

/// What stands for the person whose findings changed.
const A_PERSON: &str = "a person";

/// The filters of a list of entries. An empty text means "any".
#[derive(Debug, Clone, Default)]
pub struct LedgerQuery {
    /// The start of the action, such as `command.`.
    pub action: String,
    /// A serial number: only entries on that device.
    pub serial: String,
    /// The clause.
    pub clause: String,
    /// The start of the period, included.
    pub from: Option<Timestamp>,
    /// The end of the period, not included.
    pub until: Option<Timestamp>,
    /// The entry after which the list continues.
    pub after: Option<(Timestamp, EntryId)>,
}

/// A page of the ledger.
#[derive(Debug, Clone)]
pub struct LedgerRead {
    /// The entries, newest first.
    pub rows: Vec<LedgerRow>,
    /// Number of entries that have a position in the tree.
    pub size: u64,
    /// Number of entries that have none yet.
    pub waiting: u64,
    /// The latest signed checkpoint: the note, the number of entries it covers, and the time of signing.
    pub checkpoint: Option<(String, u64, Timestamp)>,
}

/// One entry in words.
#[derive(Debug, Clone)]
pub struct LedgerRow {
    /// Its id.
    pub id: EntryId,
    /// Its position in the tree, once it has one.
    pub place: Option<u64>,
    /// The time.
    pub at: Timestamp,
    /// The actor.
    pub who: String,
    /// The action as recorded, such as `device.lock.ordered`.
    pub action: String,
    /// The subject: a name, and the path of its page where there is one.
    pub on: (String, Option<String>),
    /// The force; `None` for the service's own entries and those that concern every force.
    pub force: Option<Force>,
    /// The clause.
    pub clause: Option<String>,
    /// The reason word.
    pub reason: Option<String>,
    /// The digest stored in the tree.
    pub digest: String,
    /// Whether the private detail was erased.
    pub erased: bool,
}

/// Lists up to `limit` entries, newest first.
///
/// # Errors
/// [`AppError::Invalid`] for a serial number that is not in the register.
pub async fn ledger(
    app: &App,
    permit: Permit<SeeLedger>,
    query: LedgerQuery,
    limit: u32,
) -> Result<LedgerRead, AppError> {
    let app = app.clone();
    app.clone()
        .store()
        .read(move |tx| {
            let mut sight = LedgerSight::of(&app, tx, &permit)?;
            let mut filter = LedgerFilter {
                action: query.action,
                clause: query.clause,
                from: query.from.unwrap_or(Timestamp::from_millis(i64::MIN)),
                until: query.until,
                after: query.after,
                ..LedgerFilter::default()
            };
            if !query.serial.is_empty() {
                let device = devices::by_serial(tx, &query.serial.to_ascii_uppercase())?
                    .filter(|device| permit.scope().covers(device.force))
                    .ok_or_else(|| AppError::invalid("device", "no device has this serial number"))?;
                filter.subject = format!("device:{}", device.id);
            }
            let mut rows = Vec::new();
            for found in sight.list(tx, &filter, limit)? {
                rows.push(row_within(&app, tx, permit.actor(), found, &sight)?);
            }
            Ok(LedgerRead {
                rows,
                size: ledger::size(tx)?.unsigned_abs(),
                waiting: ledger::waiting_count(tx)?.unsigned_abs(),
                checkpoint: ledger::last_checkpoint(tx)?
                    .map(|last| (last.note, last.size.unsigned_abs(), last.signed_at)),
            })
        })
        .await
}

/// The state of an entry's private detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DetailState {
    /// It has none.
    None,
    /// It is kept beside the ledger.
    Kept,
    /// It was erased when its retention period had passed.
    Erased,
}

/// One entry with everything known of it.
#[derive(Debug, Clone)]
pub struct LedgerEntryRead {
    /// The entry in words.
    pub row: LedgerRow,
    /// The force; `None` for the service's own entries and those that concern every force.
    pub force: Option<Force>,
    /// The title of its clause, where the policy in force has it.
    pub clause_title: Option<String>,
    /// The salted digest of its private detail.
    pub detail_digest: Option<String>,
    /// The state of the private detail.
    pub detail: DetailState,
    /// The latest checkpoint, where it covers the entry: the number of entries it covers, and the time of signing.
    pub covered: Option<(u64, Timestamp)>,
}

/// Looks up one entry.
///
/// # Errors
/// [`AppError::NotFound`], also for an entry that is hidden from the reader; [`AppError::Denied`] for another force.
pub async fn ledger_entry(
    app: &App,
    permit: Permit<SeeLedger>,
    id: EntryId,
) -> Result<LedgerEntryRead, AppError> {
    let (app, policy) = (app.clone(), app.policy());
    app.clone()
        .store()
        .read(move |tx| {
            let entry = ledger::by_id(tx, id)?.ok_or_else(|| AppError::not_found("entry", id))?;
            let mut sight = LedgerSight::of(&app, tx, &permit)?;
            readable(tx, &permit, &mut sight, &entry)?;
            let detail = match (&entry.detail_digest, ledger::detail(tx, id)?) {
                (None, _) => DetailState::None,
                (Some(_), Some(_)) => DetailState::Kept,
                (Some(_), None) => DetailState::Erased,
            };
            let covered = ledger::last_checkpoint(tx)?
                .filter(|last| entry.place.is_some_and(|place| place < last.size))
                .map(|last| (last.size.unsigned_abs(), last.signed_at));
            let clause = entry.clause.as_ref().and_then(|clause| policy.library().clause(clause));
            let clause_title = clause.map(|clause| clause.title.clone());
            let (force, detail_digest) = (entry.force, entry.detail_digest.clone());
            let erased = detail == DetailState::Erased;
            let row = row_within(&app, tx, permit.actor(), Found { entry, erased }, &sight)?;
            Ok(LedgerEntryRead { row, force, clause_title, detail_digest, detail, covered })
        })
        .await
}

/// Refuses an entry that the reader may not see.
///
/// # Errors
/// [`AppError::Denied`] for another force; [`AppError::NotFound`] for an entry that is hidden from the reader, as if
/// it did not exist.
pub(crate) fn readable(
    tx: &mut Tx<'_>,
    permit: &Permit<SeeLedger>,
    sight: &mut LedgerSight,
    entry: &ledger::Entry,
) -> Result<(), AppError> {
    if !sight.within_wall(entry) {
        return Err(permit.over_wall().into());
    }
    if sight.covers(tx, entry)? { Ok(()) } else { Err(AppError::not_found("entry", entry.id)) }
}

/// Describes an entry in words, with names only from within the force, and of cases only where the reader may know of
/// them.
pub fn row_within(
    app: &App,
    tx: &mut Tx<'_>,
    actor: &Actor,
    Found { entry, erased }: Found,
    sight: &LedgerSight,
) -> Result<LedgerRow, AppError> {
    let force = sight.force();
    let leaf = crate::entry_of(&entry)?.leaf().map_err(|error| AppError::fault(&error))?;
    let on = match entry.subject.strip_prefix("case:").map(str::parse) {
        Some(Ok(id)) => case_subject(app, tx, actor, id, force)?,
        // A list that said whose findings changed would tell, by the time, who was granted what the entry beside it keeps to itself,
        // such as an exemption of somebody who works under another name.
        None if entry.action.starts_with("findings.") && entry.subject.starts_with("person:") => {
            (A_PERSON.to_owned(), None)
        }
        Some(Err(_)) | None => subject(tx, &entry.subject, force)?,
    };
    Ok(LedgerRow {
        id: entry.id,
        place: entry.place.map(i64::unsigned_abs),
        at: entry.at,
        who: if sight.names_other_force(tx, &entry)? {
            SOMEBODY_THERE.to_owned()
        } else {
            words::who(tx, &entry.actor)?
        },
        on,
        action: entry.action,
        force: entry.force,
        clause: entry.clause.map(String::from),
        reason: entry.reason,
        digest: leaf.to_string(),
        erased,
    })
}

fn case_subject(
    app: &App,
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: CaseId,
    force: Option<Force>,
) -> Result<(String, Option<String>), AppError> {
    Ok(match cases_app::mentioned_case(app, tx, actor, Some(id))? {
        Some(case) if force.is_none_or(|own| own == case.force) => {
            (format!("C-{}", case.number), Some(format!("/cases/{id}")))
        }
        Some(_) => (OTHER_FORCE.to_owned(), None),
        None => ("A case".to_owned(), None),
    })
}

/// The title of things that belong to another force.
const OTHER_FORCE: &str = "Of another force";
/// The name of the actor of an entry that concerns every force, where they belong to the other one.
const SOMEBODY_THERE: &str = "Somebody of another force";

/// Returns a subject's name and page; leaves out the name where it belongs to another force.
fn subject(
    tx: &mut Tx<'_>,
    subject: &str,
    force: Option<Force>,
) -> Result<(String, Option<String>), AppError> {
    let other = || (OTHER_FORCE.to_owned(), None);
    let within = |of: Force| force.is_none_or(|own| own == of);
    let Some((kind, id)) = subject.split_once(':') else { return Ok((subject.to_owned(), None)) };
    Ok(match kind {
        "device" => match id.parse::<DeviceId>().ok().map(|id| devices::by_id(tx, id)).transpose()?.flatten()
        {
            Some(device) if within(device.force) => (device.serial, Some(format!("/devices/{id}"))),
            Some(_) => other(),
            None => (in_words(kind, id), None),
        },
        "person" => {
            match id.parse::<PersonId>().ok().map(|id| people::by_id(tx, id)).transpose()?.flatten() {
                Some(person) if within(person.force) => (person.name, Some(format!("/people/{id}"))),
                Some(_) => other(),
                None => (in_words(kind, id), None),
            }
        }
        "custody" => match id.parse().ok().map(|id| handovers::by_id(tx, id)).transpose()?.flatten() {
            Some(found) if within(found.force) || found.to_force.is_some_and(within) => {
                (custody_app::reference(found.number), Some(format!("/custody/{id}")))
            }
            Some(_) => other(),
            None => (in_words(kind, id), None),
        },
        "place" => match id.parse().ok().map(|id| assets::place_by_id(tx, id)).transpose()?.flatten() {
            Some(place) if within(place.force) => (place.name, Some("/places".to_owned())),
            Some(_) => other(),
            None => (in_words(kind, id), None),
        },
        "count" => match id.parse().ok().map(|id| counts::by_id(tx, id)).transpose()?.flatten() {
            Some(count) if within(count.force) => {
                (format!("Stock count {}", count.number), Some(format!("/counts/{id}")))
            }
            Some(_) => other(),
            None => (in_words(kind, id), None),
        },
        "role" => (id.replace('-', " "), None),
        "burst" => match id.parse().ok().map(|id| orders::burst_by_id(tx, id)).transpose()?.flatten() {
            Some(burst) if within(burst.force) => ("Held orders".to_owned(), Some(format!("/held/{id}"))),
            Some(_) => other(),
            None => (in_words(kind, id), None),
        },
        "freeze" => ("Freeze of destructive orders".to_owned(), Some("/held".to_owned())),
        _ => match more(tx, kind, id)? {
            Some(found) if within(found.force) => (found.name, Some(found.page)),
            Some(_) => other(),
            None => (in_words(kind, id), None),
        },
    })
}

/// A subject that has a force, a name and a page.
struct Named {
    force: Force,
    name: String,
    page: String,
}

/// Looks up a loss, a request about a password, a rota or a permission.
fn more(tx: &mut Tx<'_>, kind: &str, id: &str) -> Result<Option<Named>, AppError> {
    Ok(match kind {
        "loss" => {
            id.parse().ok().map(|id| loss_reports::by_id(tx, id)).transpose()?.flatten().map(|report| Named {
                force: report.force,
                name: format!("Loss {}", report.reference),
                page: format!("/losses/{}", report.loss),
            })
        }
        "reset" => {
            id.parse().ok().map(|id| resets::by_id(tx, id)).transpose()?.flatten().map(|reset| Named {
                force: reset.force,
                name: "Request about a password".to_owned(),
                page: format!("/help/passwords/{id}"),
            })
        }
        "rota" => id.parse().ok().map(|id| rotas::by_id(tx, id)).transpose()?.flatten().map(|rota| Named {
            force: rota.force,
            name: format!("Rota {}", rota.name),
            page: format!("/duty/rotas/{id}"),
        }),
        "permission" => {
            id.parse().ok().map(|id| permissions::by_id(tx, id)).transpose()?.flatten().map(|entry| Named {
                force: entry.force,
                name: format!("P-{}", entry.number),
                page: format!("/entries/{id}"),
            })
        }
        _ => None,
    })
}

/// Names a subject of which nothing more is known: its kind, and its id where people know it by that.
fn in_words(kind: &str, id: &str) -> String {
    let mut words = kind.replace('-', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    // Any id of ours is read as one of a device.
    if id.parse::<DeviceId>().is_ok() { words } else { format!("{words} {id}") }
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn nobody_reads_a_raw_subject() {
        assert_eq!(in_words("api-token", "01a22f8d-0000-7000-8000-000000000000"), "Api token");
        assert_eq!(in_words("month", "2026-11"), "Month 2026-11");
    }
}
