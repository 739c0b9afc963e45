//! Answers the requests of this page.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::{ResetCame, ResetCause, ResetId};
use kernel::access::AcceptOwn;

use crate::ask::causes;
use crate::ask::handler::new_form;
use crate::own::{Request, View, can};
use crate::passwords::handler::{cause, colour, state};
use help_app::resets::{self, NewReset, NumberTried, OwnReset, own_resets};
use web_shell::answer::{form_again, shown};
use web_shell::frame::Area;
use web_shell::parts::form::{Choice, Errors};
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

/// Where the page stands.
const PATH: &str = "/me/password";

/// Lists the devices that the person holds, as choices.
pub(crate) async fn own_devices(ctx: &Ctx, chosen: &str) -> Result<Vec<Choice>, Problem> {
    let own = losses_app::search::own_devices(&ctx.site.app, ctx.permit::<AcceptOwn>()?).await?;
    let named: Vec<(String, String)> =
        own.into_iter().map(|fit| (fit.device.to_string(), fit.title)).collect();
    let first = named.first().map(|(id, _)| id.clone()).unwrap_or_default();
    let chosen = if chosen.is_empty() { &first } else { chosen };
    Ok(Choice::list(named.iter().map(|(id, title)| (id.as_str(), title.as_str())), chosen))
}

async fn view(ctx: &Ctx, fields: Option<&Fields>, errors: Errors) -> Result<View, Problem> {
    let app = &ctx.site.app;
    let typed = |name| fields.map_or("", |fields| fields.get(name));
    let requests = own_resets(app, ctx.permit::<AcceptOwn>()?).await?;
    Ok(View {
        shell: ctx.under(Area::Me),
        errors,
        ring: losses_app::ring_now(app, app.world().now()),
        requests: requests.iter().map(request).collect(),
        devices: own_devices(ctx, typed("device")).await?,
        causes: causes(typed("cause")),
        can: can(typed("can")),
        form: new_form(&ctx.site),
    })
}

fn request(own: &OwnReset) -> Request {
    Request {
        href: format!("{PATH}/{}", own.id),
        title: own.title.clone(),
        cause: cause(own.cause),
        stage: own.state.as_str(),
        state: state(own.state),
        colour: colour(own.state),
        opened: own.opened_at,
        asked_yourself: own.asked_yourself,
        wants_number: own.wants_number,
        open: own.state.is_open(),
    }
}

/// Shows the requests and the form.
pub(crate) async fn get(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<AcceptOwn>()?;
    shown(&view(&ctx, None, Errors::default()).await?)
}

/// Opens a request.
pub(crate) async fn post(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AcceptOwn>()?;
    let mut errors = Errors::default();
    let Ok(device) = fields.get("device").parse() else {
        errors.add("device", "Choose the device");
        return form_again(&view(&ctx, Some(&fields), errors).await?);
    };
    let Ok(cause) = fields.get("cause").parse::<ResetCause>() else {
        errors.add("cause", "Choose what it is about");
        return form_again(&view(&ctx, Some(&fields), errors).await?);
    };
    if cause == ResetCause::Known && !["yes", "no"].contains(&fields.get("can")) {
        errors.add("can", "Choose whether you can change it now");
        return form_again(&view(&ctx, Some(&fields), errors).await?);
    }
    let new = NewReset { device, cause, came: ResetCame::SignedIn, form: fields.text("form") };
    match resets::ask_own_reset(&ctx.site.app, permit, new, fields.get("can") == "yes").await {
        Ok(_) => Ok(done(PATH, "reset-asked")),
        Err(error) => {
            let errors = form_errors(error, "device")?;
            form_again(&view(&ctx, Some(&fields), errors).await?)
        }
    }
}

/// Takes what the person says about one request: the number, that it was changed, or that they did not ask.
pub(crate) async fn answer(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AcceptOwn>()?;
    let app = &ctx.site.app;
    let asked = fields.get("do");
    if !["number", "changed", "deny"].contains(&asked) {
        let why = "Choose one of the buttons. Nothing was changed.";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, why));
    }
    let id: ResetId = id_of(&id)?;
    let notice = match asked {
        "number" => match resets::answer_number(app, permit, id, fields.get("number")).await? {
            NumberTried::Right => "number-right",
            NumberTried::Wrong { .. } => "number-wrong",
            NumberTried::Spent | NumberTried::Expired => "number-over",
        },
        "changed" => {
            resets::state_changed(app, permit, id).await?;
            "password-stated"
        }
        _ => {
            resets::deny_reset(app, permit, id).await?;
            "reset-denied"
        }
    };
    Ok(done(PATH, notice))
}
