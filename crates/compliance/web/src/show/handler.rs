//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use compliance_app::documents::{ClauseRow, DocumentRead, DocumentRow};
use kernel::access::{SeeFindings, SeePolicy};

use crate::figures::{lines, status, version};
use crate::{Flag, show};
use web_shell::answer::shown;
use web_shell::format;
use web_shell::frame::Area;
use web_shell::links::clause_crumb;
use web_shell::session::{Ctx, Problem};

/// Shows one document.
pub(crate) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let read = compliance_app::documents::document(&ctx.site.app, ctx.permit::<SeePolicy>()?, &id).await?;
    let view = show::View {
        shell: ctx.under(Area::Documents),
        href: format!("/documents/{id}"),
        title: read.row.document.title.clone(),
        status: status(&read.row),
        about: about(&read.row),
        sees_findings: ctx.may::<SeeFindings>(),
        standing: read.row.standing.as_ref().map(lines).unwrap_or_default(),
        sections: sections(&read),
        flags: read
            .row
            .document
            .notes
            .iter()
            .map(|note| Flag {
                flag: note.flag.clone(),
                text: note.text.clone(),
                clauses: note.clauses.iter().map(|clause| clause_crumb(clause.as_str())).collect(),
            })
            .collect(),
    };
    shown(&view)
}

fn about(row: &DocumentRow) -> Vec<(String, String)> {
    let document = &row.document;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let dated = |body: &str, on: Option<jiff::civil::Date>, note: &Option<String>| match (on, note) {
        (Some(day), _) => format!("{body}, {}", format::day(day)),
        (None, Some(note)) => format!("{body}, no date: {note}"),
        (None, None) => format!("{body}, no date"),
    };
    let approvals: Vec<String> = document
        .approvals
        .iter()
        .map(|approval| dated(&approval.body, approval.on, &approval.note))
        .collect();
    let laws: Vec<&str> = document.legal_basis.iter().map(|law| law.title.as_str()).collect();
    let related: Vec<&str> = document.related.iter().map(|other| other.title.as_str()).collect();
    [
        ("Kind", document.kind.title().to_owned()),
        ("Owner", document.owner.clone()),
        ("Holder", text(&document.holder)),
        ("Author", text(&document.author)),
        ("Marking", document.marking.clone()),
        ("Version", version(row)),
        ("Published", document.published.map(format::day).unwrap_or_default()),
        ("Review by", document.review_by.map(format::day).unwrap_or_default()),
        ("Approved by", approvals.join("; ")),
        ("Legal basis", laws.join("; ")),
        ("Related documents", related.join("; ")),
        ("Regulator", text(&document.regulator)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

fn sections(read: &DocumentRead) -> Vec<show::Section> {
    let titled = |number: &Option<String>| {
        let known =
            read.row.document.sections.iter().find(|section| Some(&section.number) == number.as_ref());
        match (known, number) {
            (Some(section), _) => format!("{} {}", section.number, section.title),
            (None, Some(number)) => number.clone(),
            (None, None) => "Without a section".to_owned(),
        }
    };
    let mut sections: Vec<show::Section> = Vec::new();
    for clause in &read.clauses {
        let title = titled(&clause.section);
        match sections.iter_mut().find(|section| section.title == title) {
            Some(section) => section.clauses.push(row(clause)),
            None => sections.push(show::Section { title, clauses: vec![row(clause)] }),
        }
    }
    sections
}

pub(crate) fn row(clause: &ClauseRow) -> show::Row {
    show::Row {
        clause: clause_crumb(clause.id.as_str()),
        title: clause.title.clone(),
        modality: clause.modality.to_lowercase(),
        kept_by: clause.kept_by.join(", "),
        state: clause.standing.as_ref().map(|standing| standing.state),
        says: clause.standing.as_ref().map(|standing| standing.says.clone()).unwrap_or_default(),
        flags: clause.flags.clone(),
    }
}
