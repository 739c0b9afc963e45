//! Answers the requests of this page.

use axum::response::Response;
use cases_app::read::{CaseFilter, CaseRow};
use domain::reference::{Meant, Reference};
use domain::{CaseId, Timestamp};
use kernel::access::{AskReset, ManageCases, SeeCases};

use crate::list;
use web_shell::answer;
use web_shell::answer::shown;
use web_shell::frame::Area;
use web_shell::links::case_crumb;
use web_shell::parts::listing::{EXPORT_STEP, Listing, PER_PAGE, cut, time_key};
use web_shell::session::{Ctx, Problem};

pub(crate) fn state(row: &CaseRow) -> String {
    match &row.case.closed {
        Some(_) => "Closed".to_owned(),
        None => "Open".to_owned(),
    }
}

/// Finds the number or the reference that somebody typed as it is read out, such as `c 1041`. Whether a reference is that of a case or
/// of a report is looked up with the cases.
fn spoken(search: &str) -> String {
    let words = search.trim();
    if matches!(Reference::meant(words), Meant::Reference(_)) {
        return words.to_owned();
    }
    let digits: String = words.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    match digits.strip_prefix(['c', 'C']) {
        Some(number) if !number.is_empty() && number.chars().all(|c| c.is_ascii_digit()) => {
            format!("C-{number}")
        }
        _ => words.to_owned(),
    }
}

/// Returns what was typed where it is a reference whose check character does not fit; otherwise an empty text.
fn misheard(search: &str) -> String {
    let wrong = Reference::meant(search.trim()) == Meant::Wrong && !spoken(search).starts_with("C-");
    if wrong { search.trim().to_owned() } else { String::new() }
}

fn row(row: &CaseRow) -> list::Row {
    list::Row {
        case: case_crumb(row.case.id, row.case.number),
        reference: row.case.reference.clone(),
        kind: row.kind.clone(),
        about: row.case.title.clone(),
        force: row.case.force,
        state: state(row),
        owner: row.owner.clone().unwrap_or_default(),
        next: row.next.clone().unwrap_or_default(),
        opened: row.case.opened_at,
        due: row.case.due_at.filter(|_| row.case.closed.is_none()),
        clock: None,
    }
}

type Key = (Timestamp, CaseId);
/// Rows, the key of the next page, and the kinds to choose from.
type Step = (Vec<list::Row>, Option<Key>, Vec<(String, String)>);

async fn walk(ctx: &Ctx, list: &Listing, after: Option<Key>, limit: u32) -> Result<Step, Problem> {
    let permit = ctx.permit::<SeeCases>()?;
    let filter = CaseFilter {
        force: Ctx::force(list.filter("force")),
        kind: list.filter("kind").to_owned(),
        state: list.filter("state").to_owned(),
        owner: match list.filter("owner") {
            known @ ("mine" | "nobody") => known.to_owned(),
            _ => String::new(),
        },
        search: spoken(list.filter("q")),
        after,
    };
    let (mut rows, kinds) = cases_app::read::cases(&ctx.site.app, permit, filter, limit + 1).await?;
    let next = cut(&mut rows, limit, |last| (last.key, last.case.id));
    Ok((rows.iter().map(row).collect(), next, kinds))
}

/// Shows the queue of cases.
pub(crate) async fn list(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(list::ALLOWED, &ctx.query);
    let after = list.after_time();
    let (mut rows, next, kinds) = walk(&ctx, &list, after, PER_PAGE).await?;
    let clocks = incidents_app::read::clocks(&ctx.site.app, ctx.permit::<SeeCases>()?).await?;
    for row in &mut rows {
        let id = row.case.href.rsplit('/').next().and_then(|id| id.parse::<CaseId>().ok());
        row.clock = id.and_then(|id| clocks.of_cases.get(&id)).map(|clock| clock.until);
    }
    let losses = losses_app::read::loss_counts(&ctx.site.app, ctx.permit::<SeeCases>()?).await?;
    let view = list::View {
        shell: ctx.shell(Area::Cases, Vec::new()),
        misheard: misheard(list.filter("q")),
        list: list.with_rows(rows.len(), next.map(|(at, id)| time_key(at, id))),
        losses_unanswered: losses.unanswered.unsigned_abs(),
        losses_calling: losses.calling.unsigned_abs(),
        clocks_over: clocks.counts.over.unsigned_abs(),
        kinds,
        rows,
        may_work: ctx.may::<ManageCases>(),
        may_ask: ctx.may::<AskReset>(),
    };
    shown(&view)
}

/// Exports the queue as CSV, with every row that the filters leave.
pub(crate) async fn csv(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(list::ALLOWED, &ctx.query);
    answer::walked("cases", (ctx, list), |(ctx, list), after: Option<Key>| async move {
        let (rows, next, _) = walk(&ctx, &list, after, EXPORT_STEP).await?;
        let text = list::export(&ctx.under(Area::Elsewhere), &rows);
        Ok(((ctx, list), text, next))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_read_as_it_was_said() {
        let right = Reference::of_number(1043).unwrap();
        let typed = right.as_str().to_lowercase().replace('-', " ");
        assert_eq!(spoken(&format!(" {typed} ")), typed);
        assert_eq!(spoken("c 1041"), "C-1041");
        assert_eq!(spoken("damaged screen"), "damaged screen");
        assert_eq!(misheard(right.as_str()), "");
        let wrong = right.as_str().replacen('3', "4", 1);
        assert_eq!(misheard(&wrong), wrong);
        for words in ["", "C-1041", "c 774399", "damaged", "NC-10442"] {
            assert_eq!(misheard(words), "", "{words}");
        }
    }
}
