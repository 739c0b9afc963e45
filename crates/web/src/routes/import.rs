//! A file of people or of devices: giving it, looking at what it would do, applying it.

use app::imports::{Column as _, Does, ImportRead, Item, Mapping};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::ImportId;

use crate::answer::page;
use crate::imports::{Done, Mapped, Preview, Row, Shown, Start, count};
use crate::parts::form::{Choice, Errors};
use crate::parts::upload::Upload;
use crate::session::{Ctx, Fields, Problem, form_errors};

/// Rows of either kind that a preview shows; the rest is counted.
const SHOWN: usize = 200;

fn start_view<K: Shown>(ctx: &Ctx, force: &str, pasted: &str, errors: Errors) -> Start {
    let own = ctx.actor.force.map_or("", domain::Force::as_str);
    Start {
        shell: ctx.under(K::WORDS.area),
        words: K::WORDS,
        errors,
        force: if force.is_empty() { own.to_owned() } else { force.to_owned() },
        pasted: pasted.to_owned(),
    }
}

/// The form for a file.
pub(super) async fn get<K: Shown>(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<K::Needs>()?;
    Ok(page(StatusCode::OK, &start_view::<K>(&ctx, "", "", Errors::default())))
}

/// Takes a file in and leads to its preview.
pub(super) async fn post<K: Shown>(ctx: Ctx, upload: Result<Upload, Response>) -> Result<Response, Problem> {
    let permit = ctx.permit::<K::Needs>()?;
    let upload = match upload {
        Ok(upload) => upload,
        Err(refused) => return Ok(refused),
    };
    let (force, pasted) = (upload.get("force"), upload.get("pasted"));
    let (name, bytes) = match &upload.file {
        Some((name, bytes)) => (name.as_str(), bytes.as_slice()),
        None => ("", pasted.as_bytes()),
    };
    match ctx.site.app.start_import::<K>(permit, name, Ctx::force(force), bytes).await {
        Ok(id) => Ok(Redirect::to(&format!("{}/{id}", K::WORDS.path)).into_response()),
        Err(error) => {
            let errors = form_errors(error, "file")?;
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &start_view::<K>(&ctx, force, pasted, errors)))
        }
    }
}

async fn read<K: Shown>(ctx: &Ctx, id: &str) -> Result<ImportRead<K>, Problem> {
    let permit = ctx.permit::<K::Needs>()?;
    let id: ImportId = id.parse().map_err(|_| Problem::not_found())?;
    Ok(ctx.site.app.import_preview::<K>(permit, id).await?)
}

fn row<E>(item: &Item<E>) -> Row {
    Row {
        row: item.row,
        does: item.does,
        number: item.number.clone(),
        name: item.name.clone(),
        difference: item.difference.clone(),
    }
}

fn view<K: Shown>(ctx: &Ctx, read: &ImportRead<K>, errors: Errors) -> Preview {
    let plan = &read.plan;
    let does = |does| count(plan.count(does));
    let columns = read.headings.iter().zip(&read.mapping).enumerate();
    Preview {
        shell: ctx.under(K::WORDS.area),
        words: K::WORDS,
        errors,
        href: format!("{}/{}", K::WORDS.path, read.id),
        file: read.name.clone(),
        expires: read.expires_at,
        columns: columns
            .map(|(place, (heading, column))| Mapped {
                field: field(place),
                heading: if heading.is_empty() { format!("Column {}", place + 1) } else { heading.clone() },
                choices: Choice::list(
                    std::iter::once(("", "Pass over"))
                        .chain(K::Column::ALL.iter().map(|column| (column.as_str(), column.title()))),
                    column.map_or("", K::Column::as_str),
                ),
            })
            .collect(),
        counts: [
            does(Does::Adds),
            does(Does::Changes),
            does(Does::Ends),
            does(Does::Returns),
            count(plan.same),
            count(plan.wrong.len()),
        ],
        rows: plan.items.iter().take(SHOWN).map(row).collect(),
        wrong: plan.wrong.iter().take(SHOWN).map(|wrong| (wrong.row, wrong.why.clone())).collect(),
        digest: plan.digest.clone(),
    }
}

fn field(place: usize) -> String {
    format!("column-{place}")
}

/// What a file would do.
pub(super) async fn preview<K: Shown>(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let read = read::<K>(&ctx, &id).await?;
    Ok(page(StatusCode::OK, &view(&ctx, &read, Errors::default())))
}

/// Says anew which column is what.
pub(super) async fn columns<K: Shown>(
    ctx: Ctx,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let read = read::<K>(&ctx, &id).await?;
    let mapping: Mapping<K::Column> =
        (0..read.headings.len()).map(|place| fields.get(&field(place)).parse().ok()).collect();
    match ctx.site.app.map_import::<K>(ctx.permit::<K::Needs>()?, read.id, mapping).await {
        Ok(()) => Ok(Redirect::to(&format!("{}/{}", K::WORDS.path, read.id)).into_response()),
        Err(error) => {
            let mut errors = Errors::default();
            for error in form_errors(error, "mapping")?.all() {
                // The form has no field for all columns together: the first one is where to look.
                errors.add(field(0), error.text.clone());
            }
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &view(&ctx, &read, errors)))
        }
    }
}

/// Applies a file as it was looked at.
pub(super) async fn apply<K: Shown>(
    ctx: Ctx,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let read = read::<K>(&ctx, &id).await?;
    let all = match fields.get("way") {
        "all" => true,
        "good" => false,
        _ => {
            let errors = [("way", "Choose what is to be done about the wrong rows")].into_iter().collect();
            return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &view(&ctx, &read, errors)));
        }
    };
    let permit = ctx.permit::<K::Needs>()?;
    match ctx.site.app.apply_import::<K>(permit, read.id, fields.get("digest"), all).await {
        Ok(applied) => {
            let words = K::WORDS;
            let done = Done { shell: ctx.under(words.area), words, file: read.name, applied };
            Ok(page(StatusCode::OK, &done))
        }
        Err(error) => {
            let errors = form_errors(error, "way")?;
            Ok(page(StatusCode::CONFLICT, &view(&ctx, &read, errors)))
        }
    }
}
