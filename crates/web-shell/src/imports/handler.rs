//! Answers the requests of this page.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::ImportId;
use kernel::imports::{
    Answers, Apply, Ask, Column as _, Counted, Does, Item, Kind, Mapping, NewFile, Waiting,
};
use kernel::{AppError, imports};

use crate::answer::{form_again, page, shown};
use crate::imports::words::Shown;
use crate::imports::{Asked, Done, Mapped, Preview, Row, Start, count};
use crate::parts::form::{Choice, Errors};
use crate::parts::upload::Upload;
use crate::session::{Ctx, Fields, Problem, form_errors, id_of, sentence};

/// Rows of either kind that a preview shows; the others are only counted.
const SHOWN: usize = 200;

/// Questions that a preview shows at a time; the others follow once these are answered.
const MOST_ASKED: usize = 50;

fn start_view<S: Shown>(ctx: &Ctx, upload: &Upload, errors: Errors) -> Start {
    let force = upload.get("force");
    let own = ctx.actor.force.as_ref().map_or("", domain::Force::as_str);
    Start {
        shell: ctx.under(S::WORDS.area),
        words: S::WORDS,
        errors,
        force: if force.is_empty() { own.to_owned() } else { force.to_owned() },
        about: upload.get("about").to_owned(),
        pasted: upload.get("pasted").to_owned(),
    }
}

/// Shows the form for a file.
pub async fn get<S: Shown>(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<<S::File as Kind>::Needs>()?;
    shown(&start_view::<S>(&ctx, &Upload::default(), Errors::default()))
}

/// Accepts a file and redirects to its preview.
pub async fn post<S: Shown>(ctx: Ctx, upload: Result<Upload, Response>) -> Result<Response, Problem> {
    let permit = ctx.permit::<<S::File as Kind>::Needs>()?;
    let upload = match upload {
        Ok(upload) => upload,
        Err(refused) => return Ok(refused),
    };
    let (name, bytes) = match &upload.file {
        Some((name, bytes)) => (name.clone(), bytes.clone()),
        None => (String::new(), upload.get("pasted").as_bytes().to_vec()),
    };
    let (force, about) = (Ctx::force(upload.get("force")), upload.get("about").to_owned());
    match imports::start::<S::File>(&ctx.site.app, permit, NewFile { name, force, about, bytes }).await {
        Ok(id) => Ok(Redirect::to(&format!("{}/{id}", S::WORDS.path)).into_response()),
        Err(error) => form_again(&start_view::<S>(&ctx, &upload, form_errors(error, "file")?)),
    }
}

async fn read<S: Shown>(ctx: &Ctx, id: &str) -> Result<Waiting<S::File>, Problem> {
    let permit = ctx.permit::<<S::File as Kind>::Needs>()?;
    let id: ImportId = id_of(id)?;
    Ok(imports::preview::<S::File>(&ctx.site.app, permit, id).await?)
}

fn asked(place: usize, ask: &Ask, counted: Counted) -> Asked {
    let choices = std::iter::once(("", "No answer yet")).chain(ask.choices.iter().copied());
    Asked {
        field: format!("answer-{place}"),
        key_field: format!("key-{place}"),
        key: ask.key.clone(),
        question: ask.question.clone(),
        places: sentence(&format!("{} {}", counted.word(), ask.places())),
        choices: Choice::list(choices, ask.given.as_deref().unwrap_or_default()),
    }
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

fn view<S: Shown>(ctx: &Ctx, waiting: &Waiting<S::File>, errors: Errors) -> Preview {
    let read = &waiting.read;
    let plan = &read.plan;
    let does = |does| count(plan.count(does));
    let columns = read.headings.iter().zip(&read.mapping).enumerate();
    Preview {
        shell: ctx.under(S::WORDS.area),
        words: S::WORDS,
        errors,
        href: format!("{}/{}", S::WORDS.path, waiting.id),
        file: read.name.clone(),
        expires: waiting.expires_at,
        about: read.about.clone(),
        counted: read.counted,
        notes: read.notes.clone(),
        asked: plan
            .asks
            .iter()
            .take(MOST_ASKED)
            .enumerate()
            .map(|(place, ask)| asked(place, ask, read.counted))
            .collect(),
        columns: columns
            .map(|(place, (heading, column))| Mapped {
                field: field(place),
                heading: if heading.is_empty() { format!("Column {}", place + 1) } else { heading.clone() },
                choices: Choice::list(
                    std::iter::once(("", "Ignore this column")).chain(
                        <S::File as Kind>::Column::ALL.iter().map(|column| (column.as_str(), column.title())),
                    ),
                    column.map_or("", <S::File as Kind>::Column::as_str),
                ),
            })
            .collect(),
        counts: [
            does(Does::Adds),
            does(Does::Changes),
            does(Does::Ends),
            does(Does::Returns),
            count(plan.same),
            count(plan.asked()),
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

/// Shows the preview: what a file would do.
pub async fn preview<S: Shown>(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let waiting = read::<S>(&ctx, &id).await?;
    shown(&view::<S>(&ctx, &waiting, Errors::default()))
}

/// Records which column holds which value.
pub async fn columns<S: Shown>(
    ctx: Ctx,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let waiting = read::<S>(&ctx, &id).await?;
    let mapping: Mapping<<S::File as Kind>::Column> =
        (0..waiting.read.headings.len()).map(|place| fields.get(&field(place)).parse().ok()).collect();
    let done = imports::map::<S::File>(
        &ctx.site.app,
        ctx.permit::<<S::File as Kind>::Needs>()?,
        waiting.id,
        mapping,
    )
    .await;
    again::<S>(&ctx, &waiting, done, &field(0))
}

/// Records the answers to the questions about the rows.
pub async fn answers<S: Shown>(
    ctx: Ctx,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let waiting = read::<S>(&ctx, &id).await?;
    let mut answers: Answers =
        waiting.read.plan.asks.iter().filter_map(|ask| Some((ask.key.clone(), ask.given.clone()?))).collect();
    for place in 0..MOST_ASKED {
        let (key, word) = (fields.get(&format!("key-{place}")), fields.get(&format!("answer-{place}")));
        match (key, word) {
            ("", "") => {}
            (key, "") => drop(answers.remove(key)),
            (key, word) => drop(answers.insert(key.to_owned(), word.to_owned())),
        }
    }
    let done = imports::answer::<S::File>(
        &ctx.site.app,
        ctx.permit::<<S::File as Kind>::Needs>()?,
        waiting.id,
        answers,
    )
    .await;
    again::<S>(&ctx, &waiting, done, "answer-0")
}

/// Redirects to the preview, or shows it with an error beside a field: the form has no field for all of them together, so the
/// error goes to the first one.
fn again<S: Shown>(
    ctx: &Ctx,
    waiting: &Waiting<S::File>,
    done: Result<(), AppError>,
    first: &str,
) -> Result<Response, Problem> {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("{}/{}", S::WORDS.path, waiting.id)).into_response()),
        Err(error) => {
            let mut errors = Errors::default();
            for error in form_errors(error, first)?.all() {
                errors.add(first, error.text.clone());
            }
            form_again(&view::<S>(ctx, waiting, errors))
        }
    }
}

/// Applies a file exactly as its preview showed it.
pub async fn apply<S: Shown>(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let waiting = read::<S>(&ctx, &id).await?;
    let all = match fields.get("way") {
        "all" => true,
        "good" => false,
        _ => {
            let errors = [("way", "Choose what is to be done about the other rows")].into_iter().collect();
            return form_again(&view::<S>(&ctx, &waiting, errors));
        }
    };
    let permit = ctx.permit::<<S::File as Kind>::Needs>()?;
    let how = Apply { digest: fields.get("digest").to_owned(), all_or_nothing: all };
    match imports::apply::<S::File>(&ctx.site.app, permit, waiting.id, how).await {
        Ok(applied) => {
            let words = S::WORDS;
            let done = Done { shell: ctx.under(words.area), words, file: waiting.read.name, applied };
            shown(&done)
        }
        Err(error) => {
            let errors = form_errors(error, "way")?;
            Ok(page(StatusCode::CONFLICT, &view::<S>(&ctx, &waiting, errors)))
        }
    }
}
