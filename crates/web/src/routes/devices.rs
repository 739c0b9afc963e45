//! The register: its list, a new entry, and the enrolment of one.

use app::access::{EnrolDevices, ManageRegister, SeeDevices};
use app::read::{DeviceFilter, DeviceOrder, DeviceRow, Person};
use app::register::NewDevice;
use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::{DeviceId, Force};

use crate::answer::{self, form_again, shown};
use crate::devices::{State, add, enrol, list};
use crate::documents::clause_crumb;
use crate::format;
use crate::parts::form::Errors;
use crate::parts::listing::{EXPORT_STEP, Listing, PER_PAGE, cut};
use crate::session::{Ctx, Fields, Problem, done, form_errors, id_of};
use crate::shell::{Area, Crumb};

/// Where a device stands, as far as the register knows.
pub(super) fn state(device: &app::read::Device) -> State {
    match device.enrolment_state {
        _ if device.retired_at.is_some() => State::Retired,
        app::read::EnrolmentState::Enrolled => State::Enrolled,
        app::read::EnrolmentState::Authenticated => State::Enrolling,
        app::read::EnrolmentState::None => State::Registered,
    }
}

/// A person as pages name them.
pub(super) fn named(person: &Person) -> String {
    format!("{} ({})", person.name, person.number)
}

fn row(row: &DeviceRow) -> list::Row {
    let device = &row.device;
    list::Row {
        href: format!("/devices/{}", device.id),
        serial: device.serial.clone(),
        asset: device.asset_tag.clone().unwrap_or_default(),
        kind: device.kind,
        model: device.model.clone().unwrap_or_default(),
        holder: row.holder.clone().unwrap_or_default(),
        force: device.force,
        state: state(device),
        seen: device.last_contact_at,
        judged: device.judged_at.is_some(),
        not_met: device.not_met.unsigned_abs(),
        not_known: device.not_known.unsigned_abs(),
    }
}

type Key = (i64, String);

/// One step of the walk: the rows, and the key behind which the next one begins.
async fn walk(
    ctx: &Ctx,
    list: &Listing,
    after: Option<Key>,
    limit: u32,
) -> Result<(Vec<list::Row>, Option<Key>), Problem> {
    let permit = ctx.permit::<SeeDevices>()?;
    let filter = DeviceFilter {
        force: Ctx::force(list.filter("force")),
        kind: list.filter("kind").parse().ok(),
        state: list.filter("state").parse().ok(),
        attention: list.filter("attention") == "yes",
        signs_sha1: list.filter("attention") == "sha1",
        search: list.filter("q").to_owned(),
        clause: list.filter("clause").to_owned(),
        ..DeviceFilter::default()
    };
    let order = match list.sort() {
        ("not-met", false) => DeviceOrder::NotMet,
        ("not-met", true) => DeviceOrder::NotMetDown,
        (_, false) => DeviceOrder::Serial,
        (_, true) => DeviceOrder::SerialDown,
    };
    let mut rows = app::read::devices(&ctx.site.app, permit, filter, order, after, limit + 1).await?;
    let next = cut(&mut rows, limit, |last| (last.device.not_met, last.device.serial.clone()));
    Ok((rows.iter().map(row).collect(), next))
}

fn key(list: &Listing) -> Option<Key> {
    let (not_met, serial) = list.after()?;
    Some((not_met.parse().ok()?, serial.to_owned()))
}

/// The list.
pub(super) async fn list(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(list::ALLOWED, &ctx.query);
    let (rows, next) = walk(&ctx, &list, key(&list), PER_PAGE).await?;
    let next = next.map(|(not_met, serial)| format!("{not_met},{serial}"));
    let view = list::View {
        shell: ctx.shell(Area::Devices, Vec::new()),
        list: list.with_rows(rows.len(), next),
        rows,
        may_add: ctx.may::<ManageRegister>(),
    };
    shown(&view)
}

/// The list as CSV, every row that the filters leave.
pub(super) async fn csv(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(list::ALLOWED, &ctx.query);
    answer::walked("devices", (ctx, list), |(ctx, list), after: Option<Key>| async move {
        let (rows, next) = walk(&ctx, &list, after, EXPORT_STEP).await?;
        Ok(((ctx, list), list::export(&rows), next))
    })
    .await
}

fn add_view(ctx: &Ctx, fields: Option<&Fields>, errors: Errors) -> add::View {
    let typed = |name| fields.map(|fields| fields.text(name)).unwrap_or_default();
    let kind = typed("kind");
    add::View {
        shell: ctx.under(Area::Devices),
        errors,
        asset: typed("asset"),
        serial: typed("serial"),
        kind: if kind.is_empty() { "iphone".into() } else { kind },
        force: match ctx.actor.force {
            Some(force) if typed("force").is_empty() => force.as_str().to_owned(),
            _ => typed("force"),
        },
        holder: typed("holder"),
    }
}

/// The form for a new entry.
pub(super) async fn add(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<ManageRegister>()?;
    shown(&add_view(&ctx, None, Errors::default()))
}

/// Enters a device.
pub(super) async fn added(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageRegister>()?;
    let mut errors = Errors::default();
    let kind = fields.get("kind").parse().map_err(|_| errors.add("kind", "Choose what it is")).ok();
    let force = fields
        .get("force")
        .parse::<Force>()
        .map_err(|_| errors.add("force", "Choose the force that owns it"))
        .ok();
    let (Some(kind), Some(force)) = (kind, force) else {
        return form_again(&add_view(&ctx, Some(&fields), errors));
    };
    let app = &ctx.site.app;
    let entered = async {
        let holder = match fields.some("holder") {
            Some(number) => Some(app::read::holder_by_number(app, &permit, force, &number).await?),
            None => None,
        };
        let (serial, asset_tag) = (fields.text("serial"), fields.some("asset"));
        app::register::add_device(app, permit, NewDevice { serial, kind, force, holder, asset_tag }).await
    };
    match entered.await {
        Ok(id) => Ok(done(&format!("/devices/{id}"), "device-added")),
        Err(error) => form_again(&add_view(&ctx, Some(&fields), form_errors(error, "serial")?)),
    }
}

/// Whether a device may enrol, and the button for it.
pub(super) async fn enrol(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<EnrolDevices>()?;
    let id: DeviceId = id_of(&id)?;
    shown(&enrol_view(&ctx, id, Errors::default()).await?)
}

async fn enrol_view(ctx: &Ctx, id: DeviceId, errors: Errors) -> Result<enrol::View, Problem> {
    let permit = ctx.permit::<EnrolDevices>()?;
    let read = app::read::enrolling(&ctx.site.app, permit, id).await?;
    let href = format!("/devices/{id}");
    let mut shell = ctx.under(Area::Devices);
    shell.crumbs.push(Crumb::new(href.clone(), read.device.serial.clone()));
    let obstacles = read.obstacle.into_iter().map(|(text, clause)| enrol::Obstacle {
        text: crate::session::sentence(&text),
        clause: clause.map(|clause| clause_crumb(clause.as_str())),
    });
    Ok(enrol::View {
        shell,
        href,
        asset: read.device.asset_tag.unwrap_or_else(|| read.device.serial.clone()),
        serial: read.device.serial,
        holder: read.holder.as_ref().map(named).unwrap_or_default(),
        obstacles: obstacles.collect(),
        lifetime: format::span(ctx.site.app.config().challenge_lifetime),
        steps: read.steps,
        enrolled: read.enrolled_at,
        errors,
    })
}

/// Makes an enrolment profile and hands it over as a file, once. For a device under management only where the form confirms it.
pub(super) async fn enrolled(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<EnrolDevices>()?;
    let id: DeviceId = id_of(&id)?;
    let read = app::read::enrolling(&ctx.site.app, ctx.permit::<EnrolDevices>()?, id).await?;
    let (app, serial) = (&ctx.site.app, &read.device.serial);
    let confirmed = !fields.get("replace").is_empty();
    if read.enrolled_at.is_some() && !confirmed {
        let errors = [("replace", "Confirm that the enrolment is to be replaced")].into_iter().collect();
        return form_again(&enrol_view(&ctx, id, errors).await?);
    }
    let file = if confirmed {
        app::enrolment::make_replacing_profile(app, permit, serial, true).await?
    } else {
        app::enrolment::make_enrolment_profile(app, permit, serial, true).await?
    };
    // A serial number is letters and digits, so the name is safe in a header.
    let disposition = format!("attachment; filename=\"{}\"", file.file_name);
    let headers = [(CONTENT_TYPE, file.media_type.to_owned()), (CONTENT_DISPOSITION, disposition)];
    Ok((headers, file.bytes.into_exposed()).into_response())
}
