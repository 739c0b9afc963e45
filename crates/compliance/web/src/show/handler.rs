//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use compliance_app::documents::{ClauseRow, DocumentRead, DocumentRow};
use kernel::access::{SeeFindings, SeePolicy};

use crate::figures::{lines, status, version};
use crate::show::Reference;
use crate::show::records::{Records, Typed};
use crate::{Flag, show};
use web_shell::answer::shown;
use web_shell::format;
use web_shell::frame::Area;
use web_shell::links::clause_crumb;
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Problem};

/// Shows one document.
pub(crate) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<SeePolicy>()?;
    shown(&view(&ctx, &id, Typed::of(None)).await?)
}

pub(crate) async fn view(ctx: &Ctx, id: &str, typed: Typed) -> Result<show::View, Problem> {
    let read = compliance_app::documents::document(&ctx.site.app, ctx.permit::<SeePolicy>()?, id).await?;
    Ok(show::View {
        shell: ctx.under(Area::Documents),
        href: format!("/documents/{id}"),
        title: read.row.document.title.clone(),
        status: status(&read.row),
        about: about(&read.row),
        laws: laws(&read.row),
        related: related(&read.row),
        records: Records::of(ctx, &read, typed),
        errors: Errors::default(),
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
    })
}

/// Lists the laws, each with the day on which somebody last looked at it.
fn laws(row: &DocumentRow) -> Vec<Reference> {
    let laws = row.document.legal_basis.iter();
    laws.map(|law| {
        let looked_at = match law.looked_at {
            Some(day) => format!("Last looked at on {}", format::day(day)),
            None => "Nobody has recorded when it was last looked at".to_owned(),
        };
        let note = law.note.as_ref().map(|note| format!("{note}. ")).unwrap_or_default();
        Reference {
            title: law.title.clone(),
            href: law.link.clone().unwrap_or_default(),
            says: format!("{note}{looked_at}"),
        }
    })
    .collect()
}

fn related(row: &DocumentRow) -> Vec<Reference> {
    let related = row.document.related.iter();
    related
        .map(|other| {
            let here = other.document.as_ref().map(|id| format!("/documents/{id}"));
            let href = here.or_else(|| other.link.clone()).unwrap_or_default();
            let unknown = if href.is_empty() { "No address is known" } else { "" };
            let says = other.note.clone().unwrap_or_else(|| unknown.to_owned());
            Reference { title: other.title.clone(), href, says }
        })
        .collect()
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
    let cover = &document.cover;
    [
        ("Kind", document.kind.title().to_owned()),
        ("Owner", document.owner.clone()),
        ("Holder", text(&document.holder)),
        ("Author", text(&document.author)),
        ("Whom to ask", text(&cover.contact)),
        ("Governing policy", text(&cover.governing_policy)),
        ("Risk rating", text(&cover.risk_rating)),
        ("APP checked", text(&cover.app_checked)),
        ("Code of Ethics", text(&cover.code_of_ethics)),
        ("Marking", document.marking.clone()),
        ("Version", version(row)),
        ("Published", document.published.map(format::day).unwrap_or_default()),
        ("Review by", document.review_by.map(format::day).unwrap_or_default()),
        ("Approved by", approvals.join("; ")),
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
