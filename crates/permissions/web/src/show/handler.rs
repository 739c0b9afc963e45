//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use kernel::access::SeeRegisters;
use kernel::words::span as span_words;
use permissions_app::read::{PermissionFilter, PermissionFor, PermissionRegister};

use crate::ask::handler::role_titles;
use crate::index::handler::register_href;
use crate::list::handler::{LATEST, row};
use crate::{list, show};
use web_shell::answer::shown;
use web_shell::frame::Area;
use web_shell::links::clause_crumb;
use web_shell::parts::listing::percent;
use web_shell::session::{Ctx, Problem};

fn about(register: &PermissionRegister) -> Vec<(String, String)> {
    let mut lines = vec![
        ("Who asks".to_owned(), role_titles(&register.ask)),
        ("Who decides".to_owned(), role_titles(&register.decide)),
    ];
    if !register.second.is_empty() {
        lines.push(("Who must agree as well".to_owned(), role_titles(&register.second)));
    }
    lines.push(("Longest".to_owned(), span_words(register.longest)));
    lines.push(("Warning before it lapses".to_owned(), span_words(register.warn_before)));
    if let Some(limit) = &register.decide_within {
        lines.push(("Decided within".to_owned(), span_words(limit.span)));
    }
    lines
}

/// Shows one register.
pub(crate) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let app = &ctx.site.app;
    let registers = permissions_app::read::registers(app, ctx.permit::<SeeRegisters>()?).await?;
    let found = registers.into_iter().find(|row| row.register.id == id).ok_or_else(Problem::not_found)?;
    let register = found.register;
    let filter = PermissionFilter { register: id.clone(), ..PermissionFilter::default() };
    let rows = permissions_app::read::permissions(app, ctx.permit::<SeeRegisters>()?, filter, LATEST).await?;
    // What platforms leave to people is shown beside the risks that people carry.
    let residues = if register.about == PermissionFor::Clause {
        permissions_app::read::residues(app, &ctx.permit::<SeeRegisters>()?)
    } else {
        Vec::new()
    };
    let view = show::View {
        shell: ctx.under(Area::Registers),
        clauses: register.clauses.iter().map(|clause| clause_crumb(clause.as_str())).collect(),
        about: about(&register),
        note: register.note.clone().unwrap_or_default(),
        ask: if found.may_ask { format!("{}/ask", register_href(&id)) } else { String::new() },
        all: format!("{}?register={}", list::ALLOWED.path, percent(&id)),
        rows: rows.iter().map(row).collect(),
        residues: residues
            .into_iter()
            .map(|residue| show::Residue {
                clause: clause_crumb(residue.clause.as_str()),
                platform: residue.platform.title(),
                coverage: residue.coverage,
            })
            .collect(),
        title: register.title,
        says: register.says,
    };
    shown(&view)
}
