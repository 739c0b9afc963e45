//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use compliance_app::clause::{ClauseFindings, ClauseRead, NamedFinding};
use compliance_app::tally::Count;
use kernel::access::{SeeLedger, SeePeople, SeePolicy};
use permissions_web::mention::risk;

use crate::Flag;
use crate::clause::{Finding, Setting, View};
use crate::explain::handler::subject_href;
use crate::figures::counts;
use web_shell::answer::shown;
use web_shell::frame::{Area, Crumb};
use web_shell::links::clause_crumb;
use web_shell::parts::chart::Bar;
use web_shell::parts::listing::percent;
use web_shell::session::{Ctx, Problem};

/// Shows one clause.
pub(crate) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let read = compliance_app::clause::clause(&ctx.site.app, ctx.permit::<SeePolicy>()?, &id).await?;
    let mut shell = ctx.under(Area::Documents);
    let (document, title) = &read.document;
    shell.crumbs.push(Crumb::new(format!("/documents/{document}"), title.clone()));
    let listed = u64::try_from(read.worst.len()).unwrap_or(u64::MAX);
    let id = read.id.to_string();
    let view = View {
        shell,
        platforms: read.platforms.clone(),
        settings: settings(&read),
        check: read.checks.join("; "),
        sees_findings: read.findings.is_some(),
        judged: read.judged,
        state: read.findings.as_ref().map(|findings| findings.state),
        says: read.findings.as_ref().map(|findings| findings.says.clone()).unwrap_or_default(),
        never: read.findings.as_ref().map(|findings| findings.never.clone()).unwrap_or_default(),
        bars: read.findings.as_ref().map(|findings| bars(&id, findings)).unwrap_or_default(),
        more: read.findings.as_ref().map_or(0, open).saturating_sub(listed),
        findings: read.worst.iter().map(|row| finding(&id, row)).collect(),
        more_href: format!("/devices?clause={}", percent(&id)),
        risks: read.risks.iter().map(risk).collect(),
        registers: read
            .registers
            .iter()
            .map(|(id, title)| Crumb::new(format!("/registers/{}", percent(id)), title.clone()))
            .collect(),
        flags: read
            .flags
            .iter()
            .map(|(flag, text)| Flag { flag: flag.clone(), text: text.clone(), clauses: Vec::new() })
            .collect(),
        events_href: if people_app::events::has_events(&ctx.site.app, &read.id) && ctx.may::<SeePeople>() {
            format!("/events?clause={}", percent(&id))
        } else {
            String::new()
        },
        history_href: if ctx.may::<SeeLedger>() {
            format!("/ledger?clause={}", percent(&id))
        } else {
            String::new()
        },
        id,
        title: read.title,
        text: read.text,
        number: read.number.unwrap_or_default(),
        modality: read.modality.to_owned(),
        actors: read.actors.iter().map(|actor| (*actor).to_owned()).collect(),
        asks: read.asks,
        kept_by: read.kept_by,
    };
    shown(&view)
}

/// Counts the findings that are not met or not known.
fn open(findings: &ClauseFindings) -> u64 {
    let tally = &findings.tally;
    let counts = tally.devices.values().copied().chain([tally.people, tally.papers]);
    counts.map(|count| count.not_met.saturating_add(count.not_known)).sum()
}

/// Draws a bar for each platform, one for people and one for what is done and written down: they are never added together.
fn bars(id: &str, findings: &ClauseFindings) -> Vec<Bar> {
    let tally = &findings.tally;
    let devices = tally.devices.iter().map(|(platform, count)| (platform.title(), "devices", *count));
    let others =
        [("People", "people", tally.people), ("What is done and written down", "documents", tally.papers)];
    let bar = |name: &str, page: &str, count: Count| Bar {
        name: name.to_owned(),
        href: if page == "devices" { format!("/devices?clause={}", percent(id)) } else { format!("/{page}") },
        counts: counts(count),
    };
    devices
        .chain(others)
        .filter(|(_, _, count)| count.total() > 0)
        .map(|(name, page, count)| bar(name, page, count))
        .collect()
}

fn settings(read: &ClauseRead) -> Vec<Setting> {
    read.settings
        .iter()
        .map(|setting| Setting {
            key: setting.key.clone(),
            means: setting.means.clone(),
            value: setting.value.clone(),
            source: match &setting.asked {
                Some(asked) => format!("Another clause is stricter; this one asks for {asked}"),
                None => "The clause".to_owned(),
            },
            choice: setting.choice.clone().map(|(why, owner)| (why.trim_end_matches('.').to_owned(), owner)),
        })
        .collect()
}

fn finding(clause: &str, row: &NamedFinding) -> Finding {
    let href = subject_href(&row.subject);
    Finding {
        explain: format!("{href}{}", clause_crumb(clause).href),
        subject: Crumb::new(href, row.name.clone()),
        outcome: row.outcome.clone(),
        since: row.since,
    }
}
