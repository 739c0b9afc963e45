//! Answers the requests of this page.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::Force;
use kernel::access::{SeeLedger, SeeLossFigures};
use losses_app::figures::{MonthRead, loss_figures, losses_of_month};
use web_shell::answer::shown;
use web_shell::csv;
use web_shell::format::percent;
use web_shell::frame::{Area, Crumb};
use web_shell::parts::form::Choice;
use web_shell::session::{Ctx, Problem};

use crate::figures::{Month, View, export, words};

/// Returns the force that was asked for, if it is served.
fn asked_force(ctx: &Ctx) -> Option<Force> {
    let force = Ctx::force(ctx.asked("force"))?;
    ctx.site.app.forces().into_iter().find(|served| *served == force)
}

fn month(read: &MonthRead, force: Option<Force>) -> Month {
    let about = force.map(|force| format!("&force={}", percent(force.as_str()))).unwrap_or_default();
    let mut lines = if read.figures.losses == 0 { Vec::new() } else { words::lines(&read.figures) };
    if read.is_cut {
        let says =
            "More losses were reported than are read here: the figures are of the first ones.".to_owned();
        lines.push(crate::figures::Line { what: "Cut", says });
    }
    Month {
        title: read.first.strftime("%B %Y").to_string(),
        losses: u64::try_from(read.figures.losses).unwrap_or(u64::MAX),
        lines,
        csv_href: format!("/losses/figures.csv?month={}{about}", read.word),
        proof: read.proof.as_ref().map(words::proof).unwrap_or_default(),
        ledger_href: format!("/ledger?kind=loss.&from={}", read.first),
        word: read.word.clone(),
    }
}

/// Shows the figures of the last months.
pub(crate) async fn get(ctx: Ctx) -> Result<Response, Problem> {
    let permit = ctx.permit::<SeeLossFigures>()?;
    let all = ctx.site.app.forces();
    let serves_all = permit.scope().force().is_none() && all.len() > 1;
    let force = asked_force(&ctx);
    let read = loss_figures(&ctx.site.app, permit, force).await?;
    let mut forces = Vec::new();
    if serves_all {
        let named: Vec<(String, String)> =
            all.into_iter().map(|force| (force.to_string(), ctx.force_title(force))).collect();
        let named = named.iter().map(|(word, title)| (word.as_str(), title.as_str()));
        let chosen = force.map(|force| force.to_string()).unwrap_or_default();
        forces = Choice::list([("", "All together")].into_iter().chain(named), &chosen);
    }
    let mut shell = ctx.under(Area::Cases);
    shell.crumbs.push(Crumb::new("/losses", "Losses"));
    shown(&View {
        shell,
        forces,
        months: read.iter().map(|read| month(read, force)).collect(),
        may_ledger: ctx.may::<SeeLedger>(),
    })
}

/// Exports the losses of a month as a file.
pub(crate) async fn as_csv(ctx: Ctx) -> Result<Response, Problem> {
    let permit = ctx.permit::<SeeLossFigures>()?;
    let app = &ctx.site.app;
    let word = match ctx.asked("month") {
        "" => web_shell::format::month_of(app.world().now()),
        month => month.to_owned(),
    };
    // The word becomes part of the file's name.
    if duty_app::month(&word).is_none() || word.len() > 10 {
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "Write a month such as 2026-11"));
    }
    let read = losses_of_month(app, permit, asked_force(&ctx), &word).await?;
    let name = format!("attachment; filename=\"losses-{word}.csv\"");
    let head = [(header::CONTENT_TYPE, csv::MEDIA_TYPE.to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((head, export(&read.losses, read.is_cut)).into_response())
}
