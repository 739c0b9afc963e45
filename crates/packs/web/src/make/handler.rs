//! Answers the requests of this page.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use kernel::AppError;
use kernel::access::SeeLedger;
use packs_app::{Ask, Draw, Wanted, make_pack};

use crate::make;
use web_shell::answer::{form_again, shown};
use web_shell::frame::Area;
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, form_errors};

fn view(ctx: &Ctx, fields: Option<&Fields>, errors: Errors) -> make::View {
    let typed = |name: &str, first: &str| fields.map_or_else(|| first.to_owned(), |fields| fields.text(name));
    make::View {
        shell: ctx.under(Area::Ledger),
        errors,
        key: ctx.site.app.ledger_key_text(),
        typed: make::Typed {
            about: typed("about", "device"),
            which: typed("which", ""),
            clause: typed("clause", ""),
            of: typed("of", "leavers"),
            year: typed("year", ""),
            size: typed("size", "25"),
            seed: typed("seed", ""),
        },
    }
}

/// Shows the form.
pub(crate) async fn form(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<SeeLedger>()?;
    shown(&view(&ctx, None, Errors::default()))
}

/// Makes a pack, and sends it as a download.
pub(crate) async fn download(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<SeeLedger>()?;
    let ask = match ask(&fields) {
        Ok(ask) => ask,
        Err(errors) => return form_again(&view(&ctx, Some(&fields), errors)),
    };
    match make_pack(&ctx.site.app, permit, ask).await {
        Ok(pack) => {
            // The name is letters, digits, dots and hyphens, so it is safe in a header.
            let name = format!("attachment; filename=\"{}\"", pack.name);
            let headers = [(CONTENT_TYPE, "application/zip".to_owned()), (CONTENT_DISPOSITION, name)];
            Ok((headers, pack.bytes).into_response())
        }
        Err(error) => {
            let field = if matches!(error, AppError::Conflict(_)) { "about" } else { "which" };
            form_again(&view(&ctx, Some(&fields), form_errors(error, field)?))
        }
    }
}

/// Reads what is asked for.
fn ask(fields: &Fields) -> Result<Ask, Errors> {
    let mut errors = Errors::default();
    let which = fields.some("which").unwrap_or_default();
    let one = matches!(fields.get("about"), "device" | "person" | "document");
    if one && which.is_empty() {
        errors
            .add("which", "Enter the serial number, the collar or staff number, or the name of the document");
    }
    let wanted = match fields.get("about") {
        "device" => Some(Wanted::Device(which)),
        "person" => Some(Wanted::Person(which)),
        "document" => Some(Wanted::Document(which)),
        "clause" => Some(Wanted::Everything),
        "sample" => draw(fields, &mut errors).map(Wanted::Sample),
        _ => {
            errors.add("about", "Choose what the pack is about");
            None
        }
    };
    match wanted.filter(|_| errors.is_empty()) {
        Some(wanted) => Ok(Ask { wanted, clause: fields.some("clause") }),
        None => Err(errors),
    }
}

fn draw(fields: &Fields, errors: &mut Errors) -> Option<Draw> {
    let of =
        fields.get("of").parse().map_err(|_| errors.add("of", "Choose what the sample is drawn from")).ok();
    let year = match fields.some("year").map(|text| text.parse::<i16>()) {
        None => None,
        Some(Ok(year)) => Some(year),
        Some(Err(_)) => {
            errors.add("year", "Enter a year such as 2026");
            None
        }
    };
    let size = fields
        .get("size")
        .trim()
        .parse()
        .map_err(|_| errors.add("size", "Enter how many to draw, such as 25"))
        .ok();
    let seed = fields
        .get("seed")
        .trim()
        .parse()
        .map_err(|_| errors.add("seed", "Enter a whole number, such as 4711"))
        .ok();
    Some(Draw { of: of?, year, size: size?, seed: seed? })
}
