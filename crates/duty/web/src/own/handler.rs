//! Answers the requests of this page.

use axum::http::StatusCode;
use axum::response::Response;
use domain::local_time::local;
use domain::{CoverId, CoverState, Timestamp};
use duty_app::rota::{self, CoverRead, NewCover, OnCallRead, OwnTurnRead};
use kernel::AppError;
use kernel::access::{AcceptOwn, SeeOwn};
use web_shell::answer::{form_again, page, shown};
use web_shell::format;
use web_shell::frame::Area;
use web_shell::links::named;
use web_shell::parts::form::{Choice, Errors};
use web_shell::session::{Ctx, Fields, Problem, done, form_errors};

use crate::own::{AddressRow, CoverRow, Made, TurnRow, Typed, View};

const HERE: &str = "/me/on-call";

/// What is chosen and typed in the form of a request.
#[derive(Default)]
struct Filled {
    rota: String,
    with: String,
    typed: Typed,
}

impl Filled {
    fn of(get: impl Fn(&str) -> String) -> Self {
        let typed = Typed { start: get("start"), end: get("end"), reason: get("reason") };
        Self { rota: get("rota"), with: get("with"), typed }
    }
}

async fn view(ctx: &Ctx, filled: Filled, errors: Errors) -> Result<View, Problem> {
    let read = rota::own_on_call(&ctx.site.app, ctx.permit::<SeeOwn>()?).await?;
    let known = read.is_some();
    let OnCallRead { turns, rotas, colleagues, to_me, by_me, address } = read.unwrap_or_default();
    let rotas: Vec<(String, String)> = rotas.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
    let colleagues: Vec<(String, String)> = colleagues
        .into_iter()
        .map(|one| (one.id.to_string(), format!("{}, {}", named(&one.name, &one.number), one.rota)))
        .collect();
    // The only rota that there is need not be chosen.
    let only = rotas.first().filter(|_| rotas.len() == 1).map(|(id, _)| id.clone());
    let rota = if filled.rota.is_empty() { only.unwrap_or_default() } else { filled.rota };
    Ok(View {
        shell: ctx.under(Area::Me),
        errors,
        known,
        to_me: to_me.iter().map(asked_of_me).collect(),
        turns: turns.iter().map(turn).collect(),
        by_me: by_me.iter().map(asked_by_me).collect(),
        rotas: choices("Choose a rota", &rotas, &rota),
        colleagues: choices("Choose a colleague", &colleagues, &filled.with),
        typed: filled.typed,
        address: address.map(|address| AddressRow { made: address.made_at, read: address.read_at }),
    })
}

/// Returns a list to choose from, with a first line that chooses nothing; empty where there is nothing to choose.
fn choices(first: &str, all: &[(String, String)], chosen: &str) -> Vec<Choice> {
    if all.is_empty() {
        return Vec::new();
    }
    let all = all.iter().map(|(word, says)| (word.as_str(), says.as_str()));
    Choice::list([("", first)].into_iter().chain(all), chosen)
}

/// Writes a time as the form takes it.
fn typed(at: Timestamp) -> String {
    local(at).strftime("%Y-%m-%d %H:%M").to_string()
}

fn turn(turn: &OwnTurnRead) -> TurnRow {
    let (start, end) = (format::percent(&typed(turn.start)), format::percent(&typed(turn.end)));
    TurnRow {
        rota: turn.name.clone(),
        start: format::when(turn.start),
        end: format::when(turn.end),
        ask_href: format!("{HERE}?rota={}&start={start}&end={end}", turn.rota),
    }
}

fn cover(read: &CoverRead, what: String, waits: &'static str) -> CoverRow {
    let (state, colour) = match read.state {
        CoverState::Asked if read.open => (waits, "yellow"),
        CoverState::Asked | CoverState::Lapsed => ("Lapsed", "grey"),
        CoverState::Agreed if read.undone => ("Agreed, then withdrawn by the keeper of the rota", "grey"),
        CoverState::Agreed => ("Agreed", "green"),
        CoverState::Declined => ("Declined", "grey"),
        CoverState::Withdrawn => ("Taken back", "grey"),
    };
    CoverRow {
        id: read.id.to_string(),
        what,
        when: format!("{}, {} to {}", read.rota, format::when(read.start), format::when(read.end)),
        reason: read.reason.clone(),
        state,
        colour,
        asked: read.asked_at,
        open: read.open,
    }
}

fn asked_of_me(read: &CoverRead) -> CoverRow {
    cover(read, format!("{} asks you to take their shift", read.asks), "Waits for you")
}

fn asked_by_me(read: &CoverRead) -> CoverRow {
    cover(read, format!("You asked {} to take your shift", read.asked), "Waits for them")
}

/// Shows the reader's own time on call; a link of a turn fills the form in.
pub(crate) async fn get(ctx: Ctx) -> Result<Response, Problem> {
    let filled = Filled::of(|name| ctx.asked(name).chars().take(60).collect());
    shown(&view(&ctx, filled, Errors::default()).await?)
}

/// Shows the page again with the values typed, after an error.
async fn again(ctx: &Ctx, fields: &Fields, field: &str, error: AppError) -> Result<Response, Problem> {
    let errors = form_errors(error, field)?;
    form_again(&view(ctx, Filled::of(|name| fields.text(name)), errors).await?)
}

/// Asks a colleague to take a shift.
pub(crate) async fn ask(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AcceptOwn>()?;
    let new = NewCover {
        rota: fields.text("rota"),
        with: fields.text("with"),
        start: fields.text("start"),
        end: fields.text("end"),
        reason: fields.text("reason"),
    };
    match rota::ask_cover(&ctx.site.app, permit, new).await {
        Ok(_) => Ok(done(HERE, "cover-asked")),
        Err(error) => again(&ctx, &fields, "rota", error).await,
    }
}

/// Reads which request a button was pressed for.
fn chosen(fields: &Fields) -> Result<CoverId, AppError> {
    fields
        .get("cover")
        .parse()
        .map_err(|_| AppError::invalid("requests", "use the buttons beside the request; nothing was changed"))
}

/// Agrees to a request, or declines it.
pub(crate) async fn answer(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AcceptOwn>()?;
    let agrees = match fields.get("answer") {
        "agree" => Ok(true),
        "decline" => Ok(false),
        _ => Err(AppError::invalid("requests", "press one of the two buttons; nothing was changed")),
    };
    let outcome = match (chosen(&fields), agrees) {
        (Ok(id), Ok(agrees)) => rota::answer_cover(&ctx.site.app, permit, id, agrees).await,
        (Err(error), _) | (_, Err(error)) => Err(error),
    };
    match outcome {
        Ok(CoverState::Agreed) => Ok(done(HERE, "cover-agreed")),
        Ok(_) => Ok(done(HERE, "cover-declined")),
        Err(error) => again(&ctx, &fields, "requests", error).await,
    }
}

/// Takes a request back.
pub(crate) async fn withdraw(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AcceptOwn>()?;
    let outcome = match chosen(&fields) {
        Ok(id) => rota::withdraw_cover(&ctx.site.app, permit, id).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => Ok(done(HERE, "cover-withdrawn")),
        Err(error) => again(&ctx, &fields, "requests", error).await,
    }
}

/// Makes the address of the reader's calendar and shows it once, or withdraws it.
pub(crate) async fn calendar(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AcceptOwn>()?;
    let app = &ctx.site.app;
    let error = match fields.get("do") {
        "make" => match rota::make_calendar_address(app, permit).await {
            Ok(address) => {
                let made = Made { shell: ctx.under(Area::Me), address: address.into_exposed() };
                return Ok(page(StatusCode::OK, &made));
            }
            Err(error) => error,
        },
        "withdraw" => match rota::withdraw_calendar_address(app, permit).await {
            Ok(()) => return Ok(done(HERE, "calendar-withdrawn")),
            Err(error) => error,
        },
        _ => AppError::invalid("calendar", "press one of the buttons; nothing was changed"),
    };
    again(&ctx, &fields, "calendar", error).await
}
