//! Entering many devices from a file.

use app::access::ManageRegister;
use app::register::{Preview, RegisterFile, RowFate};
use axum::http::StatusCode;
use axum::response::Response;

use crate::answer::page;
use crate::devices::import::{Row, View};
use crate::parts::form::Errors;
use crate::session::{Ctx, Fields, Problem, done, form_errors, sentence};
use crate::shell::Area;

fn view(ctx: &Ctx, fields: Option<&Fields>, errors: Errors) -> View {
    let typed = |name: &str| fields.map(|fields| fields.text(name)).unwrap_or_default();
    View {
        shell: ctx.under(Area::Devices),
        errors,
        force: match ctx.actor.force {
            Some(force) if typed("force").is_empty() => force.as_str().to_owned(),
            _ => typed("force"),
        },
        file: typed("file"),
        columns: typed("columns"),
        skip_wrong: typed("skip-wrong") == "yes",
        found: Vec::new(),
        unused: Vec::new(),
        rows: Vec::new(),
    }
}

fn row((line, fate): (u64, RowFate)) -> Row {
    let joined = |notes: &[String]| sentence(&notes.join("; "));
    match fate {
        RowFate::New { serial, kind, notes } => {
            Row { line, fate: "New", what: format!("{serial}, {}", kind.title()), notes: joined(&notes) }
        }
        RowFate::Known { serial, notes } => Row { line, fate: "Known", what: serial, notes: joined(&notes) },
        RowFate::Wrong(why) => Row { line, fate: "Wrong", what: sentence(&why), notes: String::new() },
    }
}

/// The form.
pub(super) async fn get(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<ManageRegister>()?;
    Ok(page(StatusCode::OK, &view(&ctx, None, Errors::default())))
}

/// Shows what would happen, or enters the rows.
pub(super) async fn post(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageRegister>()?;
    let pairs = fields.get("columns").lines().filter_map(|line| line.split_once('='));
    let file = RegisterFile {
        force: Ctx::force(fields.get("force")),
        text: fields.text("file"),
        columns: pairs.map(|(field, name)| (field.trim().to_owned(), name.trim().to_owned())).collect(),
        skip_wrong: fields.get("skip-wrong") == "yes",
    };
    let app = &ctx.site.app;
    let outcome = async {
        if fields.get("do") == "enter" {
            app.import_register(permit, file).await.map(|_| None)
        } else {
            app.preview_register(permit, &file).await.map(Some)
        }
    };
    match outcome.await {
        Ok(None) => Ok(done("/devices", "imported")),
        Ok(Some(Preview { columns, unused, rows })) => {
            let found = columns.into_iter().map(|(_, title, column)| (title, column.unwrap_or_default()));
            let view = View {
                found: found.collect(),
                unused,
                rows: rows.into_iter().map(row).collect(),
                ..view(&ctx, Some(&fields), Errors::default())
            };
            Ok(page(StatusCode::OK, &view))
        }
        Err(error) => {
            let errors = form_errors(error, "file")?;
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &view(&ctx, Some(&fields), errors)))
        }
    }
}
