//! Answers the requests of this page.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use custody_app::read::{HandoverRead, SideRead};
use custody_app::{ChangedHandover, How, NewItem, Signing};
use domain::{HandoverId, HandoverState, Side};
use kernel::AppError;
use kernel::access::{ManageRegister, SeeCustody};

use crate::show::{Signature, Thing, Typed, View};
use crate::{explains, show, under};
use web_shell::answer::{form_again, shown};
use web_shell::format;
use web_shell::frame::Area;
use web_shell::links::device_crumb;
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

pub(crate) fn side(read: &SideRead, of: &HandoverRead) -> show::Side {
    let party = of.shown.party(read.side);
    let number = party.number.as_ref().map(|number| format!(" ({number})")).unwrap_or_default();
    show::Side {
        word: read.side.as_str(),
        title: read.side.title(),
        name: format!("{}{number}", party.name),
        signed: read.signature.as_ref().map(|signature| Signature {
            name: signature.name.clone(),
            statement: signature.statement.clone(),
            how: custody_app::record::how_title(&signature.how),
            at: signature.signed_at,
        }),
        own: read.own.clone().unwrap_or_default(),
        counter: if read.counter { of.shown.statement(read.side, &party.name) } else { String::new() },
        absent: read.absent,
    }
}

fn about(ctx: &Ctx, read: &HandoverRead) -> Vec<(String, String)> {
    let shown = &read.shown;
    let line = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let party = |side: Side| {
        let party = shown.party(side);
        let number = party.number.as_ref().map(|number| format!(" ({number})")).unwrap_or_default();
        format!("{}{number}, {}", party.name, ctx.force_title(party.force))
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

fn thing(thing: &custody_app::ThingView, shown: &custody_app::shown::ShownThing, links: bool) -> Thing {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let mut device = device_crumb(thing.device.id, &thing.device.serial);
    if !links {
        device.href.clear();
    }
    Thing {
        device,
        id: thing.device.id.to_string(),
        tag: text(&shown.asset_tag),
        what: shown.model.clone().unwrap_or_else(|| shown.kind.clone()),
        condition: shown.condition.clone(),
        condition_word: thing.condition.as_str().to_owned(),
        with_it: text(&shown.with_it),
        missing: text(&shown.missing),
        note: text(&shown.note),
    }
}

/// Makes the page of a hand-over; `own` for the page of one of its sides.
pub(crate) fn view(ctx: &Ctx, read: &HandoverRead, own: bool) -> View {
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
        about: about(ctx, read),
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

/// Shows one hand-over.
pub(crate) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit::<SeeCustody>()?;
    let read = custody_app::read::handover(&ctx.site.app, permit, id_of(&id)?).await?;
    shown(&view(&ctx, &read, false))
}

/// Reads from a service desk's form how a side signs.
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

/// Signs a side at the service desk.
pub(crate) async fn sign(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageRegister>()?;
    let id = id_of(&id)?;
    let side = fields.get("side").parse().unwrap_or(Side::Giver);
    let app = &ctx.site.app;
    let signed = async {
        // Checks the reader's force before anything else: a form from another force learns nothing.
        custody_app::handover_reaches(app, &permit, id).await?;
        let signing = Signing { side, shown: fields.get("shown"), how: how(&fields)? };
        custody_app::sign_at_desk(app, permit, id, signing).await
    };
    match signed.await {
        Ok(custody_app::Signed::Complete) => Ok(done(&format!("/custody/{id}"), "handover-complete")),
        Ok(custody_app::Signed::Waits) => Ok(done(&format!("/custody/{id}"), "handover-signed")),
        Ok(custody_app::Signed::Held(_)) => Ok(done(&format!("/custody/{id}"), "held")),
        Err(error @ AppError::Invalid { .. }) => again(&ctx, id, &fields, error).await,
        Err(error) => Err(error.into()),
    }
}

async fn again(ctx: &Ctx, id: HandoverId, fields: &Fields, error: AppError) -> Result<Response, Problem> {
    let errors = form_errors(error, "confirm")?;
    let read = custody_app::read::handover(&ctx.site.app, ctx.permit::<SeeCustody>()?, id).await?;
    let typed = Typed { name: fields.text("name"), check: fields.text("check"), why: fields.text("why") };
    form_again(&View { errors, typed, ..view(ctx, &read, false) })
}

/// Changes a draft.
pub(crate) async fn change(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageRegister>()?;
    let (id, app) = (id_of(&id)?, &ctx.site.app);
    let read = custody_app::read::handover(app, ctx.permit::<SeeCustody>()?, id).await?;
    let items = read.things.iter().map(|thing| {
        let device = thing.device.id;
        let field = |name: &str| fields.text(&format!("{name}-{device}"));
        NewItem {
            device,
            condition: field("condition").parse().unwrap_or(thing.condition),
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
    custody_app::change_handover(app, permit, id, changed).await?;
    Ok(done(&format!("/custody/{id}"), "handover-changed"))
}

/// Withdraws a draft.
pub(crate) async fn withdraw(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageRegister>()?;
    let id = id_of(&id)?;
    custody_app::handover_reaches(&ctx.site.app, &permit, id).await?;
    match custody_app::withdraw_handover(&ctx.site.app, permit, id, fields.get("why")).await {
        Ok(()) => Ok(done(&format!("/custody/{id}"), "handover-withdrawn")),
        Err(error @ AppError::Invalid { .. }) => again(&ctx, id, &fields, error).await,
        Err(error) => Err(error.into()),
    }
}

/// Returns a stored file as a download.
pub(crate) fn file(reference: &str, ending: &'static str, bytes: Vec<u8>) -> Response {
    let media = if ending == "pdf" { "application/pdf" } else { "application/json" };
    // A reference is letters, digits and a hyphen, so the name is safe in a header.
    let disposition = format!("attachment; filename=\"{reference}.{ending}\"");
    ([(header::CONTENT_TYPE, media.to_owned()), (header::CONTENT_DISPOSITION, disposition)], bytes)
        .into_response()
}

/// Returns the signed record as a document.
pub(crate) async fn pdf(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let kept =
        custody_app::record::custody_record(&ctx.site.app, ctx.permit::<SeeCustody>()?, id_of(&id)?).await?;
    Ok(file(&kept.reference, "pdf", kept.pdf))
}

/// Returns the signed record as data.
pub(crate) async fn json(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let kept =
        custody_app::record::custody_record(&ctx.site.app, ctx.permit::<SeeCustody>()?, id_of(&id)?).await?;
    Ok(file(&kept.reference, "json", kept.data))
}
