//! Answers the requests of this page.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use compliance_app::read_explain::FactRead;
use custody_app::AssetView;
use custody_app::read::ChainRead;
use custody_app::register::Changed;
use devices_app::commands::{Order, Ordered};
use devices_web::{State, state};
use domain::{Deed, DeviceId, HandoverKind, Standing};
use kernel::access::{
    CommandDevices, DestroyData, EnrolDevices, LocateDevices, ManageRegister, PlaceHolds, RevokeCertificates,
    SeeDevices, WithdrawDevices,
};
use overview_app::device::{CommandRead, DeviceRead, Held};
use permissions_web::mention::{mention, risk};
use permissions_web::setting::setting;

use crate::device::{Action, Case, Clause, Command, Enrolment, Fact, Holder, Typed, View};
use web_shell::answer::{form_again, shown};
use web_shell::frame::{Area, Crumb};
use web_shell::links::{case_crumb, clause_crumb, named};
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

/// The description of an order beside its title.
struct Told {
    /// The effect of the order.
    effect: &'static str,
    /// Whether the person who gives it may type a message for the screen.
    message: bool,
}

/// Returns the description of an order; `None` where no page offers it.
const fn told(deed: Deed) -> Option<Told> {
    let (effect, message) = match deed {
        Deed::Refresh => ("The device reports its state when it next connects. Changes nothing.", false),
        Deed::Lock => ("The screen locks at once. The holder can unlock it.", true),
        Deed::LostMode => {
            ("Nobody can use the device until lost mode is ended here. It can be undone.", true)
        }
        Deed::LostModeOff => ("The device can be used again with its passcode.", false),
        Deed::Sound => ("For two minutes, whatever its volume is set to.", false),
        Deed::Restart => (
            "Unsaved work is lost. An iPhone with a passcode may lose Wi-Fi until somebody unlocks it.",
            false,
        ),
        Deed::ShutDown => {
            ("Out of reach until somebody switches it on: no lock, no location, no erasing.", false)
        }
        Deed::Locate => {
            ("Asks the device where it is. Reading the answer needs a reason, and is in the ledger.", false)
        }
        Deed::ClearPasscode => ("Anybody who has the device can open it until a new passcode is set.", false),
        Deed::Erase => (
            "Everything on it is destroyed, images not yet uploaded among it. It cannot be undone, and ends lost mode and location.",
            false,
        ),
        Deed::Unenrol
        | Deed::Configure
        | Deed::SetHolder
        | Deed::HandOver
        | Deed::Retire
        | Deed::Withdraw
        | Deed::Missing
        | Deed::Revoke
        | Deed::Replace
        | Deed::TakeBack => {
            return None;
        }
    };
    Some(Told { effect, message })
}

/// Returns links to the other things that this person may do, each on a page of its own.
fn links(ctx: &Ctx, href: &str, enrolled: bool) -> Vec<Crumb> {
    let mut links = Vec::new();
    if ctx.may::<WithdrawDevices>() {
        links.push(Crumb::new(format!("{href}/withdraw"), "Take this device back"));
    }
    if ctx.may::<PlaceHolds>() {
        links.push(Crumb::new(format!("{href}/holds"), "Legal holds"));
    }
    if enrolled && ctx.may::<EnrolDevices>() {
        links.push(Crumb::new(format!("{href}/enrol"), "Enrol it again"));
    }
    if enrolled && ctx.may::<RevokeCertificates>() {
        links.push(Crumb::new(format!("{href}/certificates"), "Certificates, and revoking them"));
    }
    links
}

/// Shows one device.
pub(crate) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit_within::<SeeDevices>()?;
    shown(&view(&ctx, id_of(&id)?).await?)
}

async fn view(ctx: &Ctx, id: DeviceId) -> Result<View, Problem> {
    let read = overview_app::device::device(&ctx.site.app, ctx.permit_within::<SeeDevices>()?, id).await?;
    let custody =
        custody_app::read::custody_of(&ctx.site.app, ctx.permit_within::<SeeDevices>()?, id).await?;
    let device = &read.device;
    let href = format!("/devices/{id}");
    let state = match state(device) {
        State::Enrolled if read.lost_mode => State::LostMode,
        State::Registered if read.ever_enrolled => State::Unenrolled,
        other => other,
    };
    Ok(View {
        shell: if ctx.may::<SeeDevices>() { ctx.under(Area::Devices) } else { ctx.under(Area::Me) },
        serial: device.serial.clone(),
        asset: device.asset_tag.clone().unwrap_or_default(),
        kind: device.kind,
        state,
        force: device.force,
        register: register(&read, &custody.asset),
        standing: standing(&custody),
        ways: if ctx.may::<ManageRegister>() { ways(id, device, &custody) } else { Vec::new() },
        chain: rows(custody.chain.as_deref(), custody_web::list::row),
        holder: read.holder.shown().map(holder_view),
        holder_hidden: matches!(read.holder, Held::NotShown),
        reported: read.facts.as_deref().map(|facts| facts.iter().map(reported).collect()),
        apps: read.sees_apps.then(|| read.apps.clone()),
        enrolment: read.enrolment.as_ref().map(|enrolment| Enrolment {
            supervised: device.supervised,
            since: enrolment.since,
            seen: enrolment.seen,
            certificate_until: enrolment.certificate_until,
            certificate_revoked: enrolment.certificate_revoked,
            silent: enrolment.silent,
            push_failed: enrolment.push_failed.clone().unwrap_or_default(),
        }),
        may_enrol: read.enrols && read.enrolment.is_none() && ctx.may::<EnrolDevices>(),
        may_hand_over: ctx.may::<ManageRegister>(),
        held: read.held,
        held_acts: read
            .held_acts
            .iter()
            .map(|act| Crumb::new(format!("/held/{}", act.burst), act.what))
            .collect(),
        links: links(ctx, &href, read.enrolment.is_some()),
        typed_holder: String::new(),
        errors: Errors::default(),
        actions: read.actions.iter().filter_map(action).collect(),
        settings: rows(read.profiles.as_deref(), setting),
        clauses: rows(read.findings.as_deref(), |finding| clause(&href, finding)),
        lacks: read.unheld.as_ref().map(|unheld| unheld.because.clone()).unwrap_or_default(),
        unheld: unheld(&read),
        commands: rows(read.commands.as_deref(), command),
        permissions: rows(read.permissions.as_deref(), mention),
        cases: rows(read.cases.as_deref(), case),
        href,
    })
}

/// Returns the clauses that the device keeps less of than its platform can.
fn unheld(read: &DeviceRead) -> Vec<Crumb> {
    let clauses = read.unheld.iter().flat_map(|unheld| &unheld.clauses);
    clauses.map(|clause| clause_crumb(clause.as_str())).collect()
}

/// Converts the rows of a part of the page; returns `None` where the reader may not see that part.
fn rows<A, B>(all: Option<&[A]>, row: impl Fn(&A) -> B) -> Option<Vec<B>> {
    all.map(|all| all.iter().map(row).collect())
}

fn case(row: &cases_app::read::CaseRow) -> Case {
    Case {
        case: case_crumb(row.case.id, row.case.number),
        text: format!("{}, {}", row.kind, if row.case.closed.is_some() { "closed" } else { "open" }),
        opened: row.case.opened_at,
    }
}

fn holder_view(holder: &overview_app::device::HolderRead) -> Holder {
    Holder {
        name: named(&holder.person.name, &holder.person.number),
        href: format!("/people/{}", holder.person.id),
        signed: holder.signed,
        since: holder.since,
        accepted: holder.accepted_at,
        missing: holder.missing.clone(),
    }
}

/// Describes the device's standing in custody, and where it is or when it is due back.
fn standing(custody: &ChainRead) -> String {
    let title = custody.asset.standing.title();
    match (&custody.place, custody.asset.due_back_at) {
        (Some(place), _) => format!("{title}: {place}"),
        (None, Some(due)) => format!("{title}, due back {}", web_shell::format::day_of(due)),
        (None, None) => title.to_owned(),
    }
}

/// Returns links to the hand-overs that can be begun now.
fn ways(id: DeviceId, device: &devices_app::devices::DeviceView, custody: &ChainRead) -> Vec<Crumb> {
    let held = device.holder.is_some();
    let fits = |kind: &&HandoverKind| {
        let mended = custody.asset.standing == Standing::InRepair;
        kind.begins_at(custody.asset.standing)
            && match kind {
                HandoverKind::Issue | HandoverKind::Loan => true,
                HandoverKind::HandOver => held,
                HandoverKind::Return => held || mended,
                HandoverKind::Repair => held || custody.asset.place.is_some(),
                HandoverKind::Transfer => !held && custody.asset.place.is_some(),
                HandoverKind::Disposal => !held,
            }
    };
    let kinds = HandoverKind::ALL.iter().filter(|_| !custody.in_draft).filter(fits);
    kinds.map(|kind| Crumb::new(format!("/custody/new?kind={kind}&device={id}"), kind.title())).collect()
}

fn register(read: &DeviceRead, asset: &AssetView) -> Vec<Fact> {
    let entered = |name: &str, value: &str| Fact {
        name: name.to_owned(),
        value: value.to_owned(),
        grade: None,
        at: None,
    };
    let mut lines = vec![
        entered("Serial number", &read.device.serial),
        entered("Asset number", read.device.asset_tag.as_deref().unwrap_or_default()),
        entered("Class", asset.class.title()),
        entered("Issued as", asset.held_as.title()),
    ];
    lines.extend(asset.maker.as_deref().map(|maker| entered("Maker", maker)));
    let numbers = [("IMEI", &asset.imei), ("ICCID", &asset.iccid), ("EID", &asset.eid)];
    let numbers = numbers.into_iter().filter(|_| read.identifiers);
    lines.extend(numbers.filter_map(|(name, value)| Some(entered(name, value.as_deref()?))));
    lines.extend(asset.bought_on.as_deref().map(|day| entered("Bought", day)));
    lines
}

fn reported(fact: &FactRead) -> Fact {
    Fact { name: fact.means.clone(), value: fact.value.clone(), grade: Some(fact.grade), at: Some(fact.at) }
}

fn action(choice: &devices_app::actions::Action) -> Option<Action> {
    let Told { effect, message } = told(choice.deed)?;
    Some(Action {
        word: choice.deed.as_str(),
        title: choice.deed.title(),
        effect: choice.consequence.unwrap_or(effect),
        second_person: choice.second,
        message,
        typed: None,
        refused: choice.refused.clone().map(|why| why.trim_end_matches('.').to_owned()).unwrap_or_default(),
    })
}

pub(crate) fn clause(href: &str, finding: &overview_app::device::DeviceFinding) -> Clause {
    let clause = clause_crumb(&finding.clause);
    Clause {
        explain: format!("{href}{}", clause.href),
        clause,
        title: finding.title.clone(),
        outcome: finding.outcome.clone(),
        grade: finding.rests_on.map(|(grade, _)| grade),
        fact_at: finding.rests_on.map(|(_, at)| at),
        risk: finding.risk.as_ref().map(risk),
    }
}

fn command(read: &CommandRead) -> Command {
    Command {
        title: read.title.clone(),
        state: read.state.clone(),
        asked: read.asked_at,
        changed: read.changed_at,
        by: match &read.reason {
            Some(reason) => format!("{}: {reason}", read.by),
            None => read.by.clone(),
        },
        href: format!("/commands/{}", read.id),
        may_approve: read.may_approve,
        may_take_back: read.may_take_back,
        has_pin: read.has_pin,
        has_location: read.has_location,
    }
}

fn order(word: &str, typed: &Typed) -> Option<Order> {
    let some = |text: &str| Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned);
    let (message, phone_number) = (some(&typed.message), some(&typed.phone));
    Some(match word {
        "refresh" => Order::Refresh,
        "lock" => Order::Lock { message, phone_number },
        "lost-mode" => Order::LostMode { message, phone_number },
        "lost-mode-off" => Order::LostModeOff,
        "sound" => Order::Sound,
        "restart" => Order::Restart,
        "shut-down" => Order::ShutDown,
        "locate" => Order::Locate,
        "clear-passcode" => Order::ClearPasscode,
        "erase" => Order::Erase,
        _ => return None,
    })
}

/// Places an order. The permit it needs depends on the order.
pub(crate) async fn act(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    ctx.permit::<CommandDevices>()?;
    let id = id_of(&id)?;
    let word = fields.text("action");
    let field = |name: &str| fields.text(&format!("{name}-{word}"));
    let typed = Typed { reason: field("reason"), message: field("message"), phone: field("phone") };
    let asked = order(&word, &typed)
        .ok_or_else(|| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "There is no such action."))?;
    if matches!(&asked, Order::LostMode { message: None, .. }) {
        let error = [(format!("message-{word}"), "Enter what the screen is to say, such as whom to call")];
        return again(&ctx, id, &word, typed, error.into_iter().collect()).await;
    }
    let app = &ctx.site.app;
    let placed = match asked {
        Order::Locate => {
            devices_app::commands::order_location(app, ctx.permit::<LocateDevices>()?, id, &typed.reason)
                .await
        }
        Order::ClearPasscode | Order::Erase => {
            devices_app::commands::order_destruction(
                app,
                ctx.permit::<DestroyData>()?,
                id,
                asked,
                &typed.reason,
            )
            .await
        }
        _ => {
            devices_app::commands::order(app, ctx.permit::<CommandDevices>()?, id, asked, &typed.reason).await
        }
    };
    match placed {
        Ok(Ordered::Queued(_)) => Ok(done(&format!("/devices/{id}"), "queued")),
        Ok(Ordered::NeedsSecond(_)) => Ok(done(&format!("/devices/{id}"), "waits")),
        Ok(Ordered::Held { .. }) => Ok(done(&format!("/devices/{id}"), "held")),
        Err(error) => {
            let errors = form_errors(error, "reason")?;
            let beside =
                errors.all().iter().map(|error| (format!("{}-{word}", error.field), error.text.clone()));
            again(&ctx, id, &word, typed, beside.collect()).await
        }
    }
}

/// Shows the page again, with the values typed and the errors in them.
async fn again(
    ctx: &Ctx,
    id: DeviceId,
    word: &str,
    typed: Typed,
    errors: Errors,
) -> Result<Response, Problem> {
    let mut view = view(ctx, id).await?;
    match view.actions.iter_mut().find(|action| action.word == word && action.refused.is_empty()) {
        Some(action) => {
            action.typed = Some(typed);
            view.errors = errors;
            form_again(&view)
        }
        // The form is no longer on the page, so the error becomes a page of its own.
        None => {
            let why = errors.all().first().map(|error| error.text.clone()).unwrap_or_default();
            Err(Problem::new(StatusCode::CONFLICT, why))
        }
    }
}

/// Assigns the device to another intended holder, or to nobody.
pub(crate) async fn holder(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageRegister>()?;
    let id = id_of(&id)?;
    let app = &ctx.site.app;
    let force = overview_app::device::device(app, ctx.permit::<SeeDevices>()?, id).await?.device.force;
    let set = async {
        let holder = match fields.some("holder") {
            Some(number) => Some(overview_app::people::holder_by_number(app, &permit, force, &number).await?),
            None => None,
        };
        custody_app::register::set_holder(app, permit, id, holder).await
    };
    match set.await {
        Ok(Changed::Done) => Ok(done(&format!("/devices/{id}"), "holder-set")),
        Ok(Changed::Held(_)) => Ok(done(&format!("/devices/{id}"), "held")),
        Err(error) => form_again(&View {
            errors: form_errors(error, "holder")?,
            typed_holder: fields.text("holder"),
            ..view(&ctx, id).await?
        }),
    }
}
