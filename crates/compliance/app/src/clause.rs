//! Reads one clause: its requirement, how it is enforced, and its findings.

use domain::{ClauseId, Coverage, Outcome, Platform, Subject, Timestamp};
use policy::{Clause, Library, Scope};
use store::{findings, permissions};

use super::standing::{self, ClauseState};
use super::tally::{self, Tally};
use kernel::access::{Permit, SeeDetections, SeeFindings, SeePeople, SeePolicy, SeeRegisters};
use kernel::{App, AppError, PolicyInForce, access, words};
use permissions_app::risks::{RiskRead, risk};

/// Number of findings that a clause's page lists.
const LISTED: u32 = 20;

/// Clause with everything that its page shows.
#[derive(Debug, Clone)]
pub struct ClauseRead {
    /// Id of the clause.
    pub id: ClauseId,
    /// Title of the clause.
    pub title: String,
    /// Id and title of its document.
    pub document: (String, String),
    /// Number that the paper prints.
    pub number: Option<String>,
    /// Modality: must, should, may, must not, should not, states.
    pub modality: &'static str,
    /// People who must act.
    pub actors: Vec<&'static str>,
    /// Requirement; `None` where it is withheld.
    pub text: Option<String>,
    /// What it asks for, part by part.
    pub asks: Vec<String>,
    /// Ways in which it is kept, a sentence each.
    pub kept_by: Vec<String>,
    /// How it is kept on each platform.
    pub platforms: Vec<(Platform, Coverage)>,
    /// Values that it asks for.
    pub settings: Vec<SettingValueRead>,
    /// Questions that its checks ask.
    pub checks: Vec<String>,
    /// Set where anything judges it.
    pub judged: bool,
    /// Its findings; `None` for readers who may not see findings.
    pub findings: Option<ClauseFindings>,
    /// Findings that are not met or not known, worst first, the first twenty.
    pub worst: Vec<NamedFinding>,
    /// People who carry the risk that it is not met, for readers who may see registers.
    pub risks: Vec<RiskRead>,
    /// Registers of permissions and exceptions that belong to it: id and title.
    pub registers: Vec<(String, String)>,
    /// Editor's notes that name it: flag and text.
    pub flags: Vec<(String, String)>,
}

/// Findings of a clause.
#[derive(Debug, Clone)]
pub struct ClauseFindings {
    /// How the clause stands as a whole.
    pub state: ClauseState,
    /// Findings by whom they are about.
    pub tally: Tally,
    /// How many of how many, a sentence each.
    pub says: Vec<String>,
    /// Platforms on which no device can ever be shown to keep it, and why.
    pub never: Vec<(Platform, String)>,
}

/// Value that a clause asks for.
#[derive(Debug, Clone)]
pub struct SettingValueRead {
    /// Vendor-neutral key.
    pub key: String,
    /// Meaning of the key, in words.
    pub means: String,
    /// Value in force, in words.
    pub value: String,
    /// Value that this clause asks for, where another clause is stricter.
    pub asked: Option<String>,
    /// Choice of the force: the reason, and who made it.
    pub choice: Option<(String, String)>,
}

/// Finding with the name of its subject.
#[derive(Debug, Clone)]
pub struct NamedFinding {
    /// Subject of the finding.
    pub subject: Subject,
    /// Name of the subject: a serial number, a name, a title.
    pub name: String,
    /// Outcome of the finding.
    pub outcome: Outcome,
    /// Time since when it has been so.
    pub since: Timestamp,
}

/// Reads one clause.
///
/// # Errors
/// [`AppError::NotFound`] if there is none with that id.
pub async fn clause(app: &App, permit: Permit<SeePolicy>, id: &str) -> Result<ClauseRead, AppError> {
    let policy = app.policy();
    let library = policy.library();
    let clause = library.find_clause(id).ok_or_else(|| AppError::not_found("clause", id))?;
    let platforms = policy.coverage().get(&clause.id).into_iter().flatten();
    let (tally, worst) = standing_of(app, &permit, library, clause).await?;
    let title = library.document(&clause.document).map(|document| document.title.clone());
    Ok(ClauseRead {
        id: clause.id.clone(),
        title: clause.title.clone(),
        document: (clause.document.clone(), title.unwrap_or_default()),
        number: clause.number.clone(),
        modality: clause.modality.title(),
        actors: clause.actors.iter().map(|actor| actor.title()).collect(),
        text: (!clause.withheld).then(|| clause.text.clone()),
        asks: clause.asks.iter().map(|part| part.what.clone()).collect(),
        kept_by: clause.kept_by.iter().map(|kept| words::kept(library, kept)).collect(),
        platforms: platforms.map(|(platform, coverage)| (*platform, coverage.clone())).collect(),
        settings: settings(library, clause),
        checks: asks(library, clause),
        judged: standing::is_judged(clause),
        findings: tally.map(|tally| findings_of(&policy, clause, tally)),
        worst,
        risks: risks_of(app, &permit, &clause.id).await?,
        registers: library
            .permissions
            .values()
            .filter(|register| register.clauses.contains(&clause.id))
            .map(|register| (register.id.clone(), register.title.clone()))
            .collect(),
        flags: library.notes_on(clause).map(|note| (note.flag.clone(), note.text.clone())).collect(),
    })
}

fn findings_of(policy: &PolicyInForce, clause: &Clause, tally: Tally) -> ClauseFindings {
    let platforms = policy.coverage().get(&clause.id).into_iter().flat_map(|row| row.keys().copied());
    ClauseFindings {
        state: standing::state(clause, &tally),
        says: tally::says(clause, &tally),
        never: platforms.filter_map(|of| Some((of, tally::never_shown(clause, of)?))).collect(),
        tally,
    }
}

async fn risks_of(
    app: &App,
    permit: &Permit<SeePolicy>,
    clause: &ClauseId,
) -> Result<Vec<RiskRead>, AppError> {
    if access::permit::<SeeRegisters>(permit.actor()).is_err() {
        return Ok(Vec::new());
    }
    let (force, clause, now) = (permit.scope().force(), clause.clone(), app.world().now());
    let found = app.store().read(move |tx| permissions::on_clause(tx, force, &clause, now)).await?;
    Ok(found.iter().filter_map(risk).collect())
}

async fn standing_of(
    app: &App,
    permit: &Permit<SeePolicy>,
    library: &Library,
    clause: &Clause,
) -> Result<(Option<Tally>, Vec<NamedFinding>), AppError> {
    if access::permit::<SeeFindings>(permit.actor()).is_err() {
        return Ok((None, Vec::new()));
    }
    // The subject of a detection is named only to readers who act on detections.
    let detections = access::permit::<SeeDetections>(permit.actor()).is_ok();
    let named = detections || !app.policy().is_detection(clause.id.as_str());
    let people = access::permit::<SeePeople>(permit.actor()).is_ok();
    let (force, id) = (permit.scope().force(), clause.id.clone());
    let (tally, found) = app
        .store()
        .read(move |tx| {
            let tally = Tally::of_lines(&findings::tally_of_clause(tx, force, &id)?);
            let mut found = findings::named_of_clause(tx, force, &id, "not-met", LISTED)?;
            let left = LISTED.saturating_sub(u32::try_from(found.len()).unwrap_or(LISTED));
            if left > 0 {
                found.extend(findings::named_of_clause(tx, force, &id, "not-known", left)?);
            }
            Ok::<_, AppError>((tally, found))
        })
        .await?;
    let worst = found
        .into_iter()
        .filter(|_| named)
        .filter(|(finding, _)| people || !matches!(finding.subject, Subject::Person(_)))
        .map(|(finding, name)| NamedFinding {
            name: name.unwrap_or_else(|| match &finding.subject {
                Subject::Document(id) => {
                    library.document(id).map_or_else(|| id.clone(), |document| document.title.clone())
                }
                Subject::Device(id) => id.to_string(),
                Subject::Person(id) => id.to_string(),
            }),
            subject: finding.subject,
            outcome: finding.outcome,
            since: finding.since,
        })
        .collect();
    Ok((Some(tally), worst))
}

fn settings(library: &Library, clause: &Clause) -> Vec<SettingValueRead> {
    library
        .setting_lines(clause, &library.merged_settings(&Scope::default()))
        .into_iter()
        .map(|line| SettingValueRead {
            key: line.key.to_string(),
            means: line.means,
            value: policy::setting_words(&line.in_force),
            asked: (line.asked != line.in_force).then(|| policy::setting_words(&line.asked)),
            choice: line
                .parameter
                .and_then(|name| library.parameters().get(&name))
                .map(|parameter| (parameter.reason.clone(), parameter.owner.clone())),
        })
        .collect()
}

/// Lists what the checks of a clause ask.
pub(super) fn asks(library: &Library, clause: &Clause) -> Vec<String> {
    let mut asks: Vec<String> = Vec::new();
    for rule in clause.rules() {
        if let Some(check) = library.checks.get(&rule.check)
            && !asks.contains(&check.asks)
        {
            asks.push(check.asks.clone());
        }
    }
    asks
}
