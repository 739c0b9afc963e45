//! Hand-overs: the list, a draft, its signatures and its record, for the desk.

use app::AppError;
use app::access::{ManageRegister, SeeCustody, SeeDevices};
use app::custody::read::{HandoverRead, HandoverRow, SideRead};
use app::custody::{self, ChangedHandover, HandoverState, How, NewHandover, NewItem};
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::{Condition, DeviceId, HandoverId, HandoverKind, PlaceKind, Side, Timestamp};

use crate::answer::{self, form_again, shown};
use crate::custody::show::{Signature, Thing, Typed, View};
use crate::custody::{explains, list, new, show, state_colour, state_title};
use crate::format;
use crate::parts::form::{Choice, Errors};
use crate::parts::listing::{EXPORT_STEP, Listing, PER_PAGE, cut, time_key};
use crate::session::{Ctx, Fields, Problem, done, form_errors, id_of};
use crate::shell::{Area, Crumb, Shell};

/// What a form sends for a repair by somebody who is neither ICT nor approved.
const ELSEWHERE: &str = "elsewhere";

/// A frame under the custody page.
pub(super) fn under(ctx: &Ctx) -> Shell {
    let mut shell = ctx.under(Area::Devices);
    shell.crumbs.push(Crumb::new("/custody", "Custody"));
    shell
}

/// A hand-over as lists show it.
pub(super) fn row(row: &HandoverRow) -> list::Row {
    let waits = [Side::Giver, Side::Receiver].into_iter().filter(|side| !row.signed.contains(side));
    let names = waits.map(|side| if side == Side::Giver { row.giver.clone() } else { row.receiver.clone() });
    let draft = row.state == HandoverState::Draft;
    list::Row {
        handover: Crumb::new(format!("/custody/{}", row.handover.id), custody::reference(&row.handover)),
        kind: row.handover.kind.title(),
        things: row.serials.clone(),
        giver: row.giver.clone(),
        receiver: row.receiver.clone(),
        state: (state_title(row.state), state_colour(row.state)),
        waits_for: if draft { names.collect::<Vec<_>>().join(" and ") } else { String::new() },
        at: row.handover.drafted_at,
    }
}

type Key = (Timestamp, HandoverId);

async fn walk(
    ctx: &Ctx,
    list: &Listing,
    after: Option<Key>,
    limit: u32,
) -> Result<(Vec<list::Row>, Option<Key>), Problem> {
    let permit = ctx.permit::<SeeCustody>()?;
    let filter = (list.filter("state").parse().ok(), list.filter("kind").parse().ok());
    let mut rows = custody::read::handovers(&ctx.site.app, permit, filter, after, limit + 1).await?;
    let next = cut(&mut rows, limit, |last| (last.handover.drafted_at, last.handover.id));
    Ok((rows.iter().map(row).collect(), next))
}

/// The list, with loans past their day.
pub(super) async fn list(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(list::ALLOWED, &ctx.query);
    let after = list.after_time();
    let (rows, next) = walk(&ctx, &list, after, PER_PAGE).await?;
    let late = custody::read::late_loans(&ctx.site.app, ctx.permit::<SeeCustody>()?).await?;
    let view = list::View {
        shell: ctx.under(Area::Devices),
        list: list.with_rows(rows.len(), next.map(time_key)),
        rows,
        late: late
            .into_iter()
            .map(|late| list::Late {
                device: super::device::crumb(&late.device),
                holder: late.holder.unwrap_or_default(),
                due: late.due_back_at,
            })
            .collect(),
        desk: ctx.may::<ManageRegister>(),
    };
    shown(&view)
}

/// The list as CSV, every row that the filters leave.
pub(super) async fn csv(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(list::ALLOWED, &ctx.query);
    answer::walked("custody", (ctx, list), |(ctx, list), after: Option<Key>| async move {
        let (rows, next) = walk(&ctx, &list, after, EXPORT_STEP).await?;
        Ok(((ctx, list), list::export(&rows), next))
    })
    .await
}

/// The places to choose from for a kind of hand-over.
async fn places(
    ctx: &Ctx,
    kind: HandoverKind,
    device: &app::read::Device,
    chosen: &str,
) -> Result<Vec<Choice>, Problem> {
    let all = custody::places(&ctx.site.app, ctx.permit::<SeeDevices>()?, true).await?;
    let fits = |place: &&custody::Place| {
        place.closed_at.is_none()
            && match kind {
                HandoverKind::Transfer => place.kind == PlaceKind::Store,
                // Both forces share one ICT: either's workshop may mend it.
                HandoverKind::Repair => true,
                _ => place.kind == PlaceKind::Store && place.force == device.force,
            }
    };
    let mut choices: Vec<Choice> = all
        .iter()
        .filter(fits)
        .map(|place| {
            let whose = if place.force == device.force { "" } else { place.force.title() };
            let text = if whose.is_empty() { place.name.clone() } else { format!("{}, {whose}", place.name) };
            let value = place.id.to_string();
            Choice { chosen: value == chosen, value, text }
        })
        .collect();
    if let ([only], true) = (choices.as_mut_slice(), chosen.is_empty()) {
        only.chosen = true;
    }
    if kind == HandoverKind::Repair {
        choices.push(Choice {
            value: ELSEWHERE.to_owned(),
            text: "Somebody else, such as a repair shop".to_owned(),
            chosen: chosen == ELSEWHERE,
        });
    }
    Ok(choices)
}

async fn new_view(
    ctx: &Ctx,
    (kind, id): (HandoverKind, DeviceId),
    fields: Option<&Fields>,
    errors: Errors,
) -> Result<new::View, Problem> {
    let read = app::read::device(&ctx.site.app, ctx.permit::<SeeDevices>()?, id).await?;
    let typed = |name: &str| fields.map(|fields| fields.text(name)).unwrap_or_default();
    let mut shell = ctx.under(Area::Devices);
    let device = super::device::crumb(&read.device);
    shell.crumbs.push(device.clone());
    let what = read.device.model.clone().unwrap_or_else(|| read.device.kind.title().to_owned());
    let holder = read.holder.shown().map(|holder| super::devices::named(&holder.person));
    Ok(new::View {
        shell,
        errors,
        kind,
        id: id.to_string(),
        about: match holder {
            Some(holder) => format!("{what}, in the register with {holder}"),
            None => format!("{what}, with nobody"),
        },
        places: places(ctx, kind, &read.device, &typed("place")).await?,
        device,
        typed: new::Typed {
            receiver: typed("receiver"),
            condition: if fields.is_some() { typed("condition") } else { "good".to_owned() },
            with_it: typed("with-it"),
            missing: typed("missing"),
            item_note: typed("item-note"),
            also: typed("also"),
            due: typed("due"),
            disposal: typed("disposal"),
            certificate: typed("certificate"),
            note: typed("note"),
        },
    })
}

/// The form for a new hand-over; without a device, the list from which to begin.
pub(super) async fn new(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<ManageRegister>()?;
    let (Ok(kind), Ok(id)) = (ctx.asked("kind").parse(), ctx.asked("device").parse()) else {
        return Ok(axum::response::Redirect::to("/devices").into_response());
    };
    shown(&new_view(&ctx, (kind, id), None, Errors::default()).await?)
}

/// The end of a day that was typed.
fn due(fields: &Fields) -> Result<Option<Timestamp>, AppError> {
    match fields.get("due").trim() {
        "" => Ok(None),
        text => format::end_of_day(text).map(Some).ok_or_else(|| AppError::Invalid {
            field: "due",
            message: "enter a day such as 2026-12-24".into(),
        }),
    }
}

fn drafted(fields: &Fields, kind: HandoverKind, device: DeviceId) -> Result<NewHandover, AppError> {
    Ok(NewHandover {
        kind,
        items: vec![NewItem {
            device,
            condition: fields.get("condition").parse().unwrap_or(Condition::Good),
            with_it: fields.text("with-it"),
            missing: fields.text("missing"),
            note: fields.text("item-note"),
        }],
        also: fields.get("also").lines().map(str::to_owned).collect(),
        receiver: fields.text("receiver"),
        place: fields.get("place").parse().ok(),
        due_back_at: due(fields)?,
        disposal: fields.get("disposal").parse().ok(),
        certificate: fields.text("certificate"),
        note: fields.text("note"),
    })
}

/// Drafts a hand-over.
pub(super) async fn draft(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageRegister>()?;
    let unread = || Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "Begin at the page of a device.");
    let kind: HandoverKind = fields.get("kind").parse().map_err(|_| unread())?;
    let device: DeviceId = fields.get("device").parse().map_err(|_| unread())?;
    // A repair without any choice is a mistake; only "somebody else" is a third party.
    let unchosen = kind == HandoverKind::Repair && fields.get("place").is_empty();
    let made = async {
        if unchosen {
            return Err(AppError::Invalid { field: "place", message: "choose who mends it".into() });
        }
        custody::draft_handover(&ctx.site.app, permit, drafted(&fields, kind, device)?).await
    };
    match made.await {
        Ok(id) => Ok(done(&format!("/custody/{id}"), "handover-drafted")),
        Err(error) => {
            form_again(&new_view(&ctx, (kind, device), Some(&fields), form_errors(error, "also")?).await?)
        }
    }
}

fn side(read: &SideRead, of: &HandoverRead) -> show::Side {
    let party = of.shown.party(read.side);
    let number = party.number.as_ref().map(|number| format!(" ({number})")).unwrap_or_default();
    show::Side {
        word: read.side.as_str(),
        title: read.side.title(),
        name: format!("{}{number}", party.name),
        signed: read.signature.as_ref().map(|signature| Signature {
            name: signature.name.clone(),
            statement: signature.statement.clone(),
            how: custody::record::how_title(&signature.how),
            at: signature.signed_at,
        }),
        own: read.own.clone().unwrap_or_default(),
        counter: if read.counter { of.shown.statement(read.side, &party.name) } else { String::new() },
        absent: read.absent,
    }
}

fn about(read: &HandoverRead) -> Vec<(String, String)> {
    let shown = &read.shown;
    let line = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let party = |side: Side| {
        let party = shown.party(side);
        let number = party.number.as_ref().map(|number| format!(" ({number})")).unwrap_or_default();
        format!("{}{number}, {}", party.name, party.force.title())
    };
    let mut about = vec![
        line("From", &party(Side::Giver)),
        line("To", &party(Side::Receiver)),
        line("Drafted", &format::when(read.handover.drafted_at)),
    ];
    about.extend(read.handover.due_back_at.map(|due| line("Due back", &format::when(due))));
    about.extend(shown.disposal.as_deref().map(|how| line("Disposal", how)));
    about.extend(shown.certificate.as_deref().map(|of| line("Certificate", of)));
    about.extend(shown.note.as_deref().map(|note| line("Note", note)));
    about
}

fn thing(thing: &custody::Thing, shown: &custody::shown::ShownThing, links: bool) -> Thing {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let mut device = super::device::crumb(&thing.device);
    if !links {
        device.href.clear();
    }
    Thing {
        device,
        id: thing.device.id.to_string(),
        tag: text(&shown.asset_tag),
        what: shown.model.clone().unwrap_or_else(|| shown.kind.clone()),
        condition: shown.condition.clone(),
        condition_word: thing.item.condition.as_str().to_owned(),
        with_it: text(&shown.with_it),
        missing: text(&shown.missing),
        note: text(&shown.note),
    }
}

/// The page of a hand-over as it was read; `own` for the page of one of its sides.
pub(super) fn view(ctx: &Ctx, read: &HandoverRead, own: bool) -> View {
    let open = read.state == HandoverState::Draft;
    let desk = !own && ctx.may::<ManageRegister>();
    let within = ctx.actor.force.is_none_or(|force| force == read.handover.force);
    let prefix = if own { "/me" } else { "" };
    let ended = read.handover.ended.as_ref().filter(|_| read.state != HandoverState::Complete);
    View {
        shell: if own { ctx.shell(Area::Elsewhere, Vec::new()) } else { under(ctx) },
        errors: Errors::default(),
        href: format!("{prefix}/custody/{}", read.handover.id),
        reference: read.shown.reference.clone(),
        kind: read.handover.kind.title(),
        explains: explains(read.handover.kind),
        state: read.state,
        force: read.handover.force,
        about: about(read),
        things: read
            .things
            .iter()
            .zip(&read.shown.things)
            .map(|(of, shown)| thing(of, shown, !own))
            .collect(),
        sides: read.sides.iter().map(|one| side(one, read)).collect(),
        voided: read.voided.iter().map(|signature| signature.name.clone()).collect(),
        expires: read.handover.expires_at,
        ended: ended.map(|(_, why)| why.clone()).unwrap_or_default(),
        digest: read.digest.clone(),
        record: read.record.clone(),
        may_withdraw: open && desk,
        may_change: (open && desk && within).then_some(read.handover.version),
        may_refuse: open && own,
        typed: Typed::default(),
    }
}

/// One hand-over.
pub(super) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit::<SeeCustody>()?;
    let read = custody::read::handover(&ctx.site.app, permit, id_of(&id)?).await?;
    shown(&view(&ctx, &read, false))
}

/// How a desk's form says that it is signed.
fn how(fields: &Fields) -> Result<How, AppError> {
    let missing = |field: &'static str, message: &str| AppError::Invalid { field, message: message.into() };
    match fields.get("how") {
        "counter" => {
            let check = fields.get("check").parse();
            let check = check.map_err(|_| missing("check", "choose how you know who they are"))?;
            Ok(How::Counter { check, name: fields.text("name") })
        }
        "absent" => match fields.some("absent") {
            Some(why) => Ok(How::Absent { why }),
            None => Err(missing("absent", "say how it came back")),
        },
        _ if fields.get("confirm") == "yes" => Ok(How::OwnSignIn),
        _ => Err(missing("confirm", "tick the statement: that is your signature")),
    }
}

/// Signs a side at the desk.
pub(super) async fn sign(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageRegister>()?;
    let id = id_of(&id)?;
    let side = fields.get("side").parse().unwrap_or(Side::Giver);
    let app = &ctx.site.app;
    let signed = async {
        // The wall before anything else: a form from the other force learns nothing.
        custody::handover_reaches(app, &permit, id).await?;
        custody::sign_at_desk(app, permit, (id, side), fields.get("shown"), how(&fields)?).await
    };
    match signed.await {
        Ok(custody::Signed::Complete) => Ok(done(&format!("/custody/{id}"), "handover-complete")),
        Ok(custody::Signed::Waits) => Ok(done(&format!("/custody/{id}"), "handover-signed")),
        Ok(custody::Signed::Held(_)) => Ok(done(&format!("/custody/{id}"), "held")),
        Err(error @ AppError::Invalid { .. }) => again(&ctx, id, &fields, error).await,
        Err(error) => Err(error.into()),
    }
}

async fn again(ctx: &Ctx, id: HandoverId, fields: &Fields, error: AppError) -> Result<Response, Problem> {
    let errors = form_errors(error, "confirm")?;
    let read = custody::read::handover(&ctx.site.app, ctx.permit::<SeeCustody>()?, id).await?;
    let typed = Typed { name: fields.text("name"), check: fields.text("check"), why: fields.text("why") };
    form_again(&View { errors, typed, ..view(ctx, &read, false) })
}

/// Changes a draft.
pub(super) async fn change(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageRegister>()?;
    let (id, app) = (id_of(&id)?, &ctx.site.app);
    let read = custody::read::handover(app, ctx.permit::<SeeCustody>()?, id).await?;
    let items = read.things.iter().map(|thing| {
        let device = thing.device.id;
        let field = |name: &str| fields.text(&format!("{name}-{device}"));
        NewItem {
            device,
            condition: field("condition").parse().unwrap_or(thing.item.condition),
            with_it: field("with-it"),
            missing: field("missing"),
            note: field("item-note"),
        }
    });
    let changed = ChangedHandover {
        version: fields.get("version").parse().unwrap_or_default(),
        items: items.collect(),
        due_back_at: read.handover.due_back_at,
        disposal: read.handover.disposal,
        certificate: read.handover.certificate.clone().unwrap_or_default(),
        note: read.handover.note.clone().unwrap_or_default(),
    };
    custody::change_handover(app, permit, id, changed).await?;
    Ok(done(&format!("/custody/{id}"), "handover-changed"))
}

/// Withdraws a draft.
pub(super) async fn withdraw(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageRegister>()?;
    let id = id_of(&id)?;
    custody::handover_reaches(&ctx.site.app, &permit, id).await?;
    match custody::withdraw_handover(&ctx.site.app, permit, id, fields.get("why")).await {
        Ok(()) => Ok(done(&format!("/custody/{id}"), "handover-withdrawn")),
        Err(error @ AppError::Invalid { .. }) => again(&ctx, id, &fields, error).await,
        Err(error) => Err(error.into()),
    }
}

/// A kept file, to be saved.
pub(super) fn file(reference: &str, ending: &'static str, bytes: Vec<u8>) -> Response {
    let media = if ending == "pdf" { "application/pdf" } else { "application/json" };
    // A reference is letters, digits and a hyphen, so the name is safe in a header.
    let disposition = format!("attachment; filename=\"{reference}.{ending}\"");
    ([(header::CONTENT_TYPE, media.to_owned()), (header::CONTENT_DISPOSITION, disposition)], bytes)
        .into_response()
}

/// The signed record as a document.
pub(super) async fn pdf(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let kept =
        custody::record::custody_record(&ctx.site.app, ctx.permit::<SeeCustody>()?, id_of(&id)?).await?;
    Ok(file(&kept.reference, "pdf", kept.pdf))
}

/// The signed record as data.
pub(super) async fn json(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let kept =
        custody::record::custody_record(&ctx.site.app, ctx.permit::<SeeCustody>()?, id_of(&id)?).await?;
    Ok(file(&kept.reference, "json", kept.data))
}
