//! Every route of the table, as nobody and as every role of each force, against the access matrix.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use kernel::access::{ACTIONS, Role, letters};
use web::routes;
use web_shell::routes::Route;

use crate::checker::{faults, leading_nowhere};
use crate::common::{Answer, Browser, Seeded, with_force};

/// What the matrix says: role and action, for all that are allowed over a whole force. The matrix itself is reviewed as
/// `policy/access/matrix.txt`.
fn allowed(seeded: &Seeded) -> BTreeSet<(Role, &'static str)> {
    let policy = seeded.app.policy();
    let pairs = ACTIONS.iter().flat_map(|action| Role::ALL.iter().map(move |role| (*role, *action)));
    pairs.filter(|(role, action)| letters(policy.access(), *role, action).contains(['a', 'x'])).collect()
}

/// A route's path about things of Norfolk.
pub(crate) async fn path_of(route: &Route, seeded: &Seeded) -> String {
    let id = match route.path.split('/').nth(1).unwrap_or_default() {
        "devices" => seeded.phone.to_string(),
        "commands" => seeded.command(seeded.phone).await.to_string(),
        "held" => seeded.burst().await.to_string(),
        "people" => seeded.holder.to_string(),
        "cases" => seeded.case().await.to_string(),
        "import" if route.path.starts_with("/import/devices") => seeded.import_of_devices().await.to_string(),
        "import" if route.path.starts_with("/import/rosters") => seeded.import_of_rosters().await.to_string(),
        "import" if route.path.starts_with("/import/calendars") => {
            seeded.import_of_a_calendar().await.to_string()
        }
        "import" => seeded.import().await.to_string(),
        "alarms" => seeded.alarm().await.to_string(),
        "tokens" => seeded.token().await.to_string(),
        "registers" => "private-hubs".to_owned(),
        "entries" => seeded.entry().await.to_string(),
        "documents" => "mobile-device-use".to_owned(),
        "events" => seeded.event.to_string(),
        "clauses" => "MDU-6.2a".to_owned(),
        "custody" | "me" => seeded.handover().await.to_string(),
        "places" => seeded.cupboard().await.to_string(),
        "counts" => seeded.count().await.to_string(),
        "duty" if route.path.starts_with("/duty/rotas") => seeded.rota().await.id.to_string(),
        "duty" => seeded.pattern().await.to_string(),
        "ledger" => seeded.ledger_entry().await.to_string(),
        "incidents" => seeded.incident().await.to_string(),
        "losses" => seeded.loss().await.to_string(),
        "help" if route.path.starts_with("/help/faults") => seeded.fault().await.to_string(),
        "help" => seeded.reset().await.to_string(),
        _ => String::new(),
    };
    // A clause that the subject of the path is judged on.
    let clause = match route.path.split('/').nth(1).unwrap_or_default() {
        "devices" => "MDU-6.2a",
        "people" => "MDU-3.2",
        _ => "MDU-0.2",
    };
    let (case, step) = seeded.step().await;
    let rota = match route.path.contains("{layer}") || route.path.contains("{override}") {
        true => Some(seeded.rota().await),
        false => None,
    };
    let file = match route.path.contains("{file}") {
        true => Some(seeded.file(seeded.case().await).await),
        false => None,
    };
    let about_step = route.path.contains("{step}") || route.path.ends_with("/needed");
    let id = if about_step { case.to_string() } else { id };
    let name = web_shell::assets::style_sheet().trim_start_matches("/assets/");
    route
        .path
        .replace("{id}", &id)
        .replace("{file}", &file.map(|file| file.to_string()).unwrap_or_default())
        .replace("{step}", &step.to_string())
        .replace("{clause}", clause)
        .replace("{layer}", &rota.map(|rota| rota.layer.to_string()).unwrap_or_default())
        .replace("{override}", &rota.map(|rota| rota.change.to_string()).unwrap_or_default())
        .replace("{document}", "mobile-device-use")
        .replace("{place}", "1")
        .replace("{name}", name)
        .replace("{token}", "no-such-link")
        .replace("{reference}", "333-3333")
}

/// Sends what changes nothing: a form without the fields that it needs.
async fn try_it(browser: &Browser, route: &Route, path: &str) -> Answer {
    match route.method {
        "GET" => browser.get(path).await,
        _ => browser.post(path, &[("holder", "nobody-has-this"), ("action", "refresh")]).await,
    }
}

/// Whether the path is about one device, person, command or case, which belongs to a force.
fn walled(route: &Route) -> bool {
    let first = route.path.split('/').nth(1).unwrap_or_default();
    let walled = [
        "devices",
        "commands",
        "people",
        "cases",
        "custody",
        "places",
        "counts",
        "events",
        "import",
        "tokens",
        "duty",
        "entries",
        "ledger",
        "losses",
        "incidents",
        "alarms",
        "held",
        "help",
    ];
    route.path.contains("{id}") && walled.contains(&first)
}

#[test]
fn nobody_gets_past_the_sign_in() {
    with_force(|seeded| async move {
        let nobody = seeded.nobody();
        for route in &routes() {
            let path = path_of(route, &seeded).await;
            let answer = try_it(&nobody, route, &path).await;
            match (route.needs, route.method) {
                (None, _) => assert_ne!(answer.status, StatusCode::FORBIDDEN, "{path}"),
                (Some(_), "GET") => {
                    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
                    assert!(answer.leads_to().starts_with("/sign-in?next=%2F"), "{path}");
                }
                (Some(_), _) => {
                    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
                    assert!(answer.text().contains("You are not signed in"), "{path}");
                }
            }
        }
    });
}

#[test]
fn each_role_of_each_force_gets_what_the_matrix_says() {
    with_force(|seeded| async move {
        let allowed = allowed(&seeded);
        assert!(allowed.len() > 50, "the table was read");
        let mut wrong = Vec::new();
        for route in &routes() {
            let Some(needs) = route.needs else { continue };
            let path = path_of(route, &seeded).await;
            for role in Role::ALL {
                for force in [domain::samples::NORFOLK, domain::samples::SUFFOLK] {
                    let browser = seeded.browser(*role, Some(force)).await;
                    let answer = try_it(&browser, route, &path).await;
                    let may = allowed.contains(&(*role, needs));
                    let expected = may && (force == domain::samples::NORFOLK || !walled(route));
                    let got = answer.status != StatusCode::FORBIDDEN;
                    let broken = answer.status.is_server_error() || answer.status == StatusCode::NOT_FOUND;
                    if expected != got || broken {
                        wrong.push(format!(
                            "{} {path} as {role} of {force}: {} (needs {needs})",
                            route.method, answer.status
                        ));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn every_page_is_sound_and_leads_only_to_routes_that_there_are() {
    with_force(|seeded| async move {
        let mut wrong = Vec::new();
        for role in [Role::Administrator, Role::Holder, Role::LineManager, Role::ServiceDeskAnalyst] {
            let browser = seeded.browser(role, None).await;
            // What ends the session is left out: every page after it would be the sign-in page.
            let ends = ["/sign-out", "/sessions"];
            let pages = routes();
            let pages = pages.iter().filter(|route| !route.path.starts_with("/assets"));
            for route in pages.filter(|route| route.method == "GET" || !ends.contains(&route.path)) {
                let path = path_of(route, &seeded).await;
                let answer = try_it(&browser, route, &path).await;
                let kind = answer.headers.get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
                if !kind.is_some_and(|kind| kind.starts_with("text/html")) {
                    continue;
                }
                let html = answer.text();
                let (faults, nowhere) = (faults(&html), leading_nowhere(&html));
                let found = faults.into_iter().chain(nowhere);
                wrong.extend(found.map(|fault| format!("{} {path} as {role}: {fault}", route.method)));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn the_table_has_no_route_twice_and_names_real_actions() {
    let mut seen = BTreeSet::new();
    for route in &routes() {
        assert!(seen.insert((route.method, route.path)), "{} {} is listed twice", route.method, route.path);
        assert!(route.needs.is_none_or(|needs| ACTIONS.contains(&needs)), "{}", route.path);
    }
    let open: Vec<&str> =
        routes().iter().filter(|route| route.needs.is_none()).map(|route| route.path).collect();
    let expected = [
        "/accessibility",
        "/assets/{name}",
        // Whoever has the address of a person's calendar reads when they are on call.
        "/calendar/{token}/on-call.ics",
        // Anybody reports a loss and comes back to it; whoever has the link of a message answers a call.
        "/lost",
        "/lost",
        "/lost/questions",
        "/lost/questions",
        "/lost/{reference}",
        "/lost/{reference}",
        "/calls/{token}",
        "/calls/{token}",
        "/sign-in",
        "/sign-in",
        "/sign-in/directory",
        "/sign-in/directory/return",
        "/sign-in/passkey",
        "/sign-in/passkey",
        "/sign-in/{token}",
        "/sign-in/{token}",
        "/sign-out",
        "/sign-out",
    ];
    assert_eq!(open, expected, "a route without an action is a decision: review it");
}
