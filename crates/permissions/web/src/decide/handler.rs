//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use domain::PermissionState;
use kernel::access::DecidePermission;
use kernel::words::span as span_words;
use permissions_app::Decision;
use permissions_app::read::PermissionRead;

use crate::ask::handler::role_titles;
use crate::decide;
use crate::entry::handler::{lines, read};
use web_shell::answer::{form_again, shown};
use web_shell::frame::Area;
use web_shell::links::clause_crumb;
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

/// Explains why the reader cannot decide; empty if they can.
fn cannot_decide(read: &PermissionRead) -> String {
    if read.may_decide {
        return String::new();
    }
    let Some(register) = &read.register else {
        return "The force’s rules no longer have this register.".into();
    };
    if !read.row.grant.is_open() {
        return format!("It is decided already: {}.", read.row.state.to_lowercase());
    }
    let mut roles = role_titles(&register.decide);
    if !register.second.is_empty() {
        roles = format!("{roles}; and as well {}", role_titles(&register.second));
    }
    format!("You cannot decide on it. These roles do, and never who asked or agreed already: {roles}.")
}

fn decide_view(
    ctx: &Ctx,
    read: &PermissionRead,
    decision: &Decision,
    answer: &str,
    errors: Errors,
) -> decide::View {
    let grant = &read.row.grant;
    let first = grant.agreed.as_ref().filter(|_| grant.state == PermissionState::Agreed);
    decide::View {
        shell: ctx.under(Area::Registers),
        href: format!("/entries/{}", grant.id),
        reference: format!("P-{}", grant.number),
        version: grant.version,
        register: read.row.register.clone(),
        clause: read.row.clause.as_ref().map(|clause| clause_crumb(clause.as_str())),
        about: read.row.about.clone(),
        lines: lines(read),
        does: read.does.clone(),
        refused: cannot_decide(read),
        errors,
        answer: answer.to_owned(),
        because: decision.because.clone(),
        conditions: decision.conditions.clone(),
        from: decision.from.clone(),
        until: decision.until.clone(),
        agreed: first.cloned().unwrap_or_default(),
        longest: read.register.as_ref().map(|register| span_words(register.longest)).unwrap_or_default(),
    }
}

/// Shows the form for a decision on an entry.
pub(crate) async fn decide(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<DecidePermission>()?;
    let found = read(&ctx, id_of(&id)?).await?;
    let nothing = Decision::default();
    shown(&decide_view(&ctx, &found, &nothing, "", Errors::default()))
}

/// Records a decision on an entry.
pub(crate) async fn decided(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<DecidePermission>()?;
    let id = id_of(&id)?;
    let answer = fields.text("answer");
    let decision = Decision {
        grant: answer == "yes",
        because: fields.text("because"),
        conditions: fields.text("conditions"),
        from: fields.text("from"),
        until: fields.text("until"),
        version: fields.get("version").parse().unwrap_or(-1),
    };
    let errors = if matches!(answer.as_str(), "yes" | "no") {
        match permissions_app::decide_permission(&ctx.site.app, permit, id, decision.clone()).await {
            Ok(PermissionState::Granted) => return Ok(done(&format!("/entries/{id}"), "granted")),
            Ok(PermissionState::Agreed) => return Ok(done(&format!("/entries/{id}"), "agreed")),
            Ok(_) => return Ok(done(&format!("/entries/{id}"), "refused")),
            Err(error) => form_errors(error, "answer")?,
        }
    } else {
        [("answer", "Choose whether to grant or refuse it")].into_iter().collect()
    };
    form_again(&decide_view(&ctx, &read(&ctx, id).await?, &decision, &answer, errors))
}
