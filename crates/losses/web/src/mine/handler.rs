//! Answers the requests of this page.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::DeviceId;
use kernel::access::AcceptOwn;
use losses_app::Question;

use crate::asking::{Step, Walk};
use crate::mine::View;
use crate::questions::{NOT_KNOWN, Typed};
use crate::report::handler::{done, new_form};
use losses_app::report::report_own;
use web_shell::answer::{form_again, page, shown};
use web_shell::frame::Area;
use web_shell::parts::form::{Choice, Errors};
use web_shell::session::{Ctx, Fields, Problem, form_errors};

/// Returns the questions for somebody who holds so many devices, counting the choice of none of them: the force knows who they are,
/// and which device it is where there is one.
pub(crate) fn walk(choices: usize) -> Walk {
    Walk::through(|question| match question {
        Question::Whose | Question::Force | Question::Reporter => false,
        Question::Device => choices > 2,
        _ => true,
    })
}

/// Returns the devices to choose from, each an id and a title, with the answer that is always there.
pub(crate) fn choices(held: &[(String, String)], chosen: &str) -> Vec<Choice> {
    let named = held.iter().map(|(id, title)| (id.as_str(), title.as_str()));
    Choice::list(named.chain([(NOT_KNOWN, "Another one, or I do not know")]), chosen)
}

/// The devices of whoever is signed in, and what follows from them.
struct Own {
    held: Vec<(String, String)>,
    /// The ids of those that no order can reach.
    unmanaged: Vec<String>,
}

impl Own {
    async fn of(ctx: &Ctx) -> Result<Self, Problem> {
        let own = losses_app::search::own_devices(&ctx.site.app, ctx.permit::<AcceptOwn>()?).await?;
        let unmanaged = own.iter().filter(|fit| !fit.managed).map(|fit| fit.device.to_string()).collect();
        Ok(Self { held: own.into_iter().map(|fit| (fit.device.to_string(), fit.title)).collect(), unmanaged })
    }

    /// Returns whether no order can reach the device of that id; before one is chosen, whether none can reach any.
    fn cannot_lock(&self, chosen: &str) -> bool {
        let known = self.held.iter().any(|(id, _)| id == chosen);
        let all = !self.held.is_empty() && self.unmanaged.len() == self.held.len();
        self.unmanaged.iter().any(|id| id == chosen) || (!known && all)
    }

    /// Returns the questions.
    fn walk(&self) -> Walk {
        walk(self.held.len().saturating_add(1))
    }

    /// Fills in the device where there is one.
    fn with_known(&self, typed: Typed) -> Typed {
        match self.held.as_slice() {
            [(only, _)] => Typed { device: only.clone(), ..typed },
            _ => typed,
        }
    }

    fn view(&self, ctx: &Ctx, step: Step) -> View {
        let (app, shell) = (&ctx.site.app, ctx.under(Area::Me));
        let device = self.held.iter().find(|(id, _)| *id == step.typed.device);
        let devices = choices(&self.held, &step.typed.device);
        View {
            asked: self.walk().asked(step.place, &step.typed, &shell, &devices),
            shell,
            errors: step.errors,
            ring: losses_app::ring_now(app, app.world().now()),
            holds_none: self.held.is_empty(),
            device: device.map(|(_, title)| title.clone()).unwrap_or_default(),
            locks: losses_app::report_locks(app),
            cannot_lock: self.cannot_lock(&step.typed.device),
        }
    }
}

/// Shows the first question that is open: which device it is, or what follows where that is known.
pub(crate) async fn get(ctx: Ctx) -> Result<Response, Problem> {
    let own = Own::of(&ctx).await?;
    let asked_for = ctx.asked("device");
    let named = own.held.iter().any(|(id, _)| id == asked_for);
    let device = if named { asked_for.to_owned() } else { String::new() };
    let typed = own.with_known(Typed { device, ..Typed::empty(new_form(&ctx.site)) });
    let place = usize::from(named && own.held.len() > 1);
    shown(&own.view(&ctx, Walk::begin(place, typed)))
}

/// Returns the page of the form of anybody, for a device that is none of those in the person's name.
fn another() -> Response {
    Redirect::to("/lost").into_response()
}

/// Takes in the answer to one question and shows the next. Nothing is kept.
pub(crate) async fn question(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let own = Own::of(&ctx).await?;
    let (walk, typed) = (own.walk(), own.with_known(Typed::of(&fields)));
    let asks_device = walk.question(walk.place_of(fields.get("at"))) == Question::Device;
    if asks_device && typed.device == NOT_KNOWN {
        return Ok(another());
    }
    let back = fields.get("do") == "back";
    if !back && typed.device.parse::<DeviceId>().is_err() {
        return form_again(&own.view(&ctx, unchosen(&walk, typed)));
    }
    let step = walk.step(&fields, typed, ctx.site.app.world().now());
    let status = if step.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(page(status, &own.view(&ctx, step)))
}

fn unchosen(walk: &Walk, typed: Typed) -> Step {
    let errors: Errors = [("device", "Choose the device")].into_iter().collect();
    walk.again(0, typed, &errors)
}

/// Takes the report in, with what is there.
pub(crate) async fn post(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AcceptOwn>()?;
    let own = Own::of(&ctx).await?;
    let (walk, now) = (own.walk(), ctx.site.app.world().now());
    let at = walk.place_of(fields.get("at"));
    let mut typed = own.with_known(Typed::of(&fields));
    if typed.device == NOT_KNOWN {
        return Ok(another());
    }
    let Ok(device) = typed.device.parse() else {
        return form_again(&own.view(&ctx, unchosen(&walk, typed)));
    };
    if fields.get("do") == "unknown" {
        typed.forget(walk.question(at));
    }
    if let Some(step) = walk.wrong(&fields, &typed, now) {
        return form_again(&own.view(&ctx, step));
    }
    // The field `device` holds the id of a device here, and words about one in the other forms.
    let new = match (Typed { device: String::new(), ..typed.clone() }).report(now) {
        Ok(new) => new,
        Err(errors) => return form_again(&own.view(&ctx, walk.again(at, typed, &errors))),
    };
    match report_own(&ctx.site.app, permit, device, new).await {
        Ok(reported) => {
            let cannot_lock = own.cannot_lock(&typed.device);
            let at_once = if losses_app::report_locks(&ctx.site.app) && !cannot_lock {
                "The order to lock the device is on its way."
            } else {
                ""
            };
            let mut after = done(&ctx.site, None, &reported, at_once);
            after.shell = ctx.under(Area::Me);
            after.own = true;
            after.cannot_lock = cannot_lock;
            Ok(page(StatusCode::OK, &after))
        }
        Err(error) => {
            let errors = form_errors(error, "device")?;
            let typed = Typed { form: new_form(&ctx.site), ..typed };
            form_again(&own.view(&ctx, walk.again(at, typed, &errors)))
        }
    }
}
