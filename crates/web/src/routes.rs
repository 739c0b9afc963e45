//! Every address, in one table: its method, what access control must say, and who answers it. The router is built from
//! it, and the tests try each as every role and as nobody, so that a handler which forgets to ask is found.

mod access;
mod account;
mod alarms;
mod case_steps;
mod cases;
mod certificates;
mod clauses;
mod commands;
mod covert;
mod custody;
mod device;
mod devices;
mod directory;
mod documents;
mod duty;
mod duty_person;
mod events;
mod exemptions;
mod held;
mod holds;
mod import;
mod kept;
mod ledger;
mod me;
mod needed;
mod overview;
mod own_custody;
mod own_terms;
mod passkeys;
mod people;
mod person_forms;
mod register;
mod register_entries;
mod registers;
mod sign_in;
mod stores;
mod terms;
mod terms_desk;
mod tokens;
mod told;

use app::access::{
    AcceptOwn, AcknowledgeAlarms, Action, AnswerForOneself, ApproveDestruction, AskPermission, CallOffOrders,
    CommandDevices, ContactOffDuty, DecidePermission, EnrolDevices, FreezeDestruction, LiftFreeze,
    ManageAccess, ManageCases, ManageDuty, ManageExemptions, ManageNotices, ManagePeople, ManageRegister,
    PlaceHolds, RecordAcceptance, ReleaseOrders, ReviewOffDuty, RevokeCertificates, RunService, SeeAccess,
    SeeAlarms, SeeCases, SeeCommands, SeeCovert, SeeCustody, SeeDevices, SeeDuty, SeeExemptions, SeeFindings,
    SeeHeldOrders, SeeLedger, SeeNotices, SeeOwn, SeeOwnSessions, SeePeople, SeePolicy, SeeRegisters,
    SeeSealed, SignHandovers, WithdrawDevices,
};
use app::limits::Door;
use app::people::import::People;
use app::register::import::Devices;
use app::rosters::{Calendars, Rosters};
use axum::routing::{MethodRouter, get, post};

use crate::site::Site;

/// One address.
#[derive(Clone, Copy)]
pub struct Route {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path in axum's spelling.
    pub path: &'static str,
    /// The action that access control must allow; `None` where nobody need be signed in.
    pub needs: Option<&'static str>,
    /// What may be tried only so often there, whatever is tried. What can be right or wrong is looked up first, by its handler.
    pub(crate) door: Option<Door>,
    pub(crate) handler: fn() -> MethodRouter<Site>,
}

const fn open(method: &'static str, path: &'static str, handler: fn() -> MethodRouter<Site>) -> Route {
    Route { method, path, needs: None, door: None, handler }
}

const fn read<A: Action>(path: &'static str, handler: fn() -> MethodRouter<Site>) -> Route {
    Route { method: "GET", path, needs: Some(A::NAME), door: None, handler }
}

const fn write<A: Action>(path: &'static str, handler: fn() -> MethodRouter<Site>) -> Route {
    Route { method: "POST", path, needs: Some(A::NAME), door: None, handler }
}

/// The same, tried only so often.
const fn at(door: Door, route: Route) -> Route {
    Route { door: Some(door), ..route }
}

/// Every address. Where a form holds several actions (`/devices/{id}/actions`, `/commands/{id}/reveal`), the table names
/// the least of them, and the handler asks for the one that was chosen.
pub const ROUTES: &[Route] = &[
    open("GET", "/accessibility", || get(sign_in::accessibility)),
    open("GET", "/assets/{name}", || get(crate::assets::serve)),
    open("GET", "/sign-in", || get(sign_in::get)),
    at(Door::Begin, open("POST", "/sign-in", || post(sign_in::post))),
    at(Door::Begin, open("GET", "/sign-in/directory", || get(directory::begin))),
    open("GET", "/sign-in/directory/return", || get(directory::back)),
    at(Door::Begin, open("GET", "/sign-in/passkey", || get(passkeys::begin))),
    open("POST", "/sign-in/passkey", || post(passkeys::finish)),
    open("GET", "/sign-in/{token}", || get(sign_in::link)),
    open("POST", "/sign-in/{token}", || post(sign_in::use_link)),
    open("GET", "/sign-out", || get(sign_in::out_of_directory)),
    open("POST", "/sign-out", || post(sign_in::out)),
    read::<SeeOwn>("/me", || get(me::get)),
    write::<AcceptOwn>("/me/reminders", || post(me::reminded)),
    read::<SeeOwn>("/me/terms/{document}", || get(own_terms::get)),
    write::<AcceptOwn>("/me/terms/{document}", || post(own_terms::accept)),
    read::<SeeOwn>("/me/terms/{document}/accepted", || get(own_terms::accepted)),
    write::<AcceptOwn>("/me/terms/{document}/way", || post(own_terms::way)),
    read::<SeeOwn>("/me/terms/{document}/{place}", || get(own_terms::section)),
    write::<AcceptOwn>("/me/terms/{document}/{place}", || post(own_terms::read)),
    read::<SeeOwnSessions>("/sessions", || get(account::sessions)),
    write::<SeeOwnSessions>("/sessions", || post(account::end_sessions)),
    write::<SeeOwnSessions>("/sessions/stay", || post(account::stay)),
    read::<SeeOwnSessions>("/kept", || get(kept::get)),
    write::<SeeOwnSessions>("/kept", || post(kept::post)),
    read::<SeeOwnSessions>("/prove", || get(kept::prove)),
    read::<RunService>("/passkeys", || get(passkeys::list)),
    read::<RunService>("/passkeys/new", || get(passkeys::new)),
    write::<RunService>("/passkeys/new", || post(passkeys::add)),
    write::<RunService>("/passkeys/remove", || post(passkeys::remove)),
    read::<SeePolicy>("/", || get(overview::get)),
    read::<SeeDevices>("/wall", || get(overview::wall)),
    read::<SeeDevices>("/devices", || get(devices::list)),
    read::<SeeDevices>("/devices.csv", || get(devices::csv)),
    read::<ManageRegister>("/devices/add", || get(devices::add)),
    write::<ManageRegister>("/devices/add", || post(devices::added)),
    read::<SeeDevices>("/devices/{id}", || get(device::get)),
    read::<ManageRegister>("/devices/{id}/edit", || get(register::edit)),
    write::<ManageRegister>("/devices/{id}/edit", || post(register::edited)),
    write::<ManageRegister>("/devices/{id}/restate", || post(register::restate)),
    read::<SeeDevices>("/labels", || get(register::labels)),
    read::<SeeDevices>("/register.csv", || get(register::csv)),
    read::<SeeDevices>("/scan", || get(stores::scan)),
    read::<SeeCustody>("/custody", || get(custody::list)),
    read::<SeeCustody>("/custody.csv", || get(custody::csv)),
    read::<ManageRegister>("/custody/new", || get(custody::new)),
    write::<ManageRegister>("/custody/new", || post(custody::draft)),
    read::<ManageRegister>("/custody/returns", || get(stores::returns)),
    write::<ManageRegister>("/custody/returns", || post(stores::take_back)),
    read::<SeeCustody>("/custody/{id}", || get(custody::get)),
    at(Door::Signature, write::<ManageRegister>("/custody/{id}/sign", || post(custody::sign))),
    write::<ManageRegister>("/custody/{id}/change", || post(custody::change)),
    write::<ManageRegister>("/custody/{id}/withdraw", || post(custody::withdraw)),
    read::<SeeCustody>("/custody/{id}/record.pdf", || get(custody::pdf)),
    read::<SeeCustody>("/custody/{id}/record.json", || get(custody::json)),
    read::<SignHandovers>("/me/custody/{id}", || get(own_custody::get)),
    at(Door::Signature, write::<SignHandovers>("/me/custody/{id}/sign", || post(own_custody::sign))),
    write::<SignHandovers>("/me/custody/{id}/refuse", || post(own_custody::refuse)),
    read::<SignHandovers>("/me/custody/{id}/record.pdf", || get(own_custody::pdf)),
    read::<SignHandovers>("/me/custody/{id}/record.json", || get(own_custody::json)),
    read::<SeeDevices>("/places", || get(stores::places)),
    write::<ManageRegister>("/places", || post(stores::add_place)),
    write::<ManageRegister>("/places/{id}/close", || post(stores::close_place)),
    read::<SeeDevices>("/counts", || get(stores::counts)),
    write::<ManageRegister>("/counts", || post(stores::begin_count)),
    read::<SeeDevices>("/counts/{id}", || get(stores::count)),
    read::<SeeDevices>("/counts/{id}/lines.csv", || get(stores::count_csv)),
    write::<ManageRegister>("/counts/{id}/scan", || post(stores::scanned)),
    write::<ManageRegister>("/counts/{id}/close", || post(stores::close_count)),
    write::<CommandDevices>("/devices/{id}/actions", || post(device::act)),
    write::<ManageRegister>("/devices/{id}/holder", || post(device::holder)),
    read::<PlaceHolds>("/devices/{id}/holds", || get(holds::get)),
    write::<PlaceHolds>("/devices/{id}/holds", || post(holds::post)),
    read::<WithdrawDevices>("/devices/{id}/withdraw", || get(needed::withdraw)),
    write::<WithdrawDevices>("/devices/{id}/withdraw", || post(needed::withdrawn)),
    read::<RevokeCertificates>("/devices/{id}/certificates", || get(certificates::get)),
    write::<RevokeCertificates>("/devices/{id}/certificates", || post(certificates::post)),
    read::<EnrolDevices>("/devices/{id}/enrol", || get(devices::enrol)),
    write::<EnrolDevices>("/devices/{id}/enrol", || post(devices::enrolled)),
    read::<SeeFindings>("/devices/{id}/clauses/{clause}", || get(clauses::of_device)),
    read::<SeeCommands>("/commands/{id}", || get(commands::get)),
    write::<ApproveDestruction>("/commands/{id}/approve", || post(commands::approve)),
    write::<PlaceHolds>("/commands/{id}/consent", || post(commands::consent)),
    write::<CommandDevices>("/commands/{id}/take-back", || post(commands::take_back)),
    write::<CommandDevices>("/commands/{id}/reveal", || post(commands::reveal)),
    read::<SeeHeldOrders>("/held", || get(held::get)),
    write::<FreezeDestruction>("/held/freeze", || post(held::freeze)),
    write::<LiftFreeze>("/held/lift", || post(held::lift)),
    write::<CallOffOrders>("/held/call-off", || post(held::call_off)),
    read::<SeeHeldOrders>("/held/{id}", || get(held::burst_page)),
    write::<ReleaseOrders>("/held/{id}/release", || post(held::release)),
    write::<CallOffOrders>("/held/{id}/cancel", || post(held::cancel)),
    read::<SeePeople>("/people", || get(people::list)),
    read::<SeePeople>("/people.csv", || get(people::csv)),
    read::<ManagePeople>("/people/add", || get(people::add)),
    write::<ManagePeople>("/people/add", || post(people::added)),
    read::<SeePeople>("/people/{id}", || get(people::get)),
    read::<ManagePeople>("/people/{id}/edit", || get(person_forms::edit)),
    write::<ManagePeople>("/people/{id}/edit", || post(person_forms::edited)),
    read::<ManagePeople>("/people/{id}/end", || get(person_forms::end)),
    write::<ManagePeople>("/people/{id}/end", || post(person_forms::ended)),
    read::<ManagePeople>("/import/people", || get(import::get::<People>)),
    write::<ManagePeople>("/import/people", || post(import::post::<People>)),
    read::<ManagePeople>("/import/people/{id}", || get(import::preview::<People>)),
    write::<ManagePeople>("/import/people/{id}/columns", || post(import::columns::<People>)),
    write::<ManagePeople>("/import/people/{id}/answers", || post(import::answers::<People>)),
    write::<ManagePeople>("/import/people/{id}/apply", || post(import::apply::<People>)),
    read::<ManageRegister>("/import/devices", || get(import::get::<Devices>)),
    write::<ManageRegister>("/import/devices", || post(import::post::<Devices>)),
    read::<ManageRegister>("/import/devices/{id}", || get(import::preview::<Devices>)),
    write::<ManageRegister>("/import/devices/{id}/columns", || post(import::columns::<Devices>)),
    write::<ManageRegister>("/import/devices/{id}/answers", || post(import::answers::<Devices>)),
    write::<ManageRegister>("/import/devices/{id}/apply", || post(import::apply::<Devices>)),
    read::<SeeFindings>("/people/{id}/clauses/{clause}", || get(clauses::of_person)),
    read::<SeePeople>("/people/{id}/accepted/{document}", || get(terms::accepted)),
    read::<RecordAcceptance>("/people/{id}/terms/{document}", || get(terms::get)),
    write::<RecordAcceptance>("/people/{id}/terms/{document}", || post(terms::accept)),
    read::<SeeExemptions>("/exemptions", || get(exemptions::get)),
    write::<SeeExemptions>("/exemptions", || post(exemptions::read)),
    write::<ManageExemptions>("/exemptions/add", || post(exemptions::added)),
    write::<ManageExemptions>("/exemptions/end", || post(exemptions::ended)),
    read::<SeePeople>("/terms", || get(terms_desk::get)),
    read::<SeePeople>("/terms/people", || get(terms_desk::list)),
    read::<SeePeople>("/terms/people.csv", || get(terms_desk::csv)),
    read::<SeeCovert>("/people/{id}/covert", || get(covert::get)),
    write::<SeeCovert>("/people/{id}/covert", || post(covert::post)),
    read::<ManageAccess>("/people/{id}/roles", || get(access::of_person)),
    write::<ManageAccess>("/people/{id}/roles", || post(access::change)),
    read::<SeeAlarms>("/alarms", || get(alarms::list)),
    write::<AcknowledgeAlarms>("/alarms/{id}/seen", || post(alarms::seen)),
    read::<SeeAccess>("/access", || get(access::list)),
    read::<SeeAccess>("/access.csv", || get(access::csv)),
    read::<ManagePeople>("/people/{id}/events", || get(events::add)),
    write::<ManagePeople>("/people/{id}/events", || post(events::added)),
    read::<SeePeople>("/events", || get(events::list)),
    read::<SeePeople>("/events.csv", || get(events::csv)),
    read::<SeePeople>("/events/{id}", || get(events::get)),
    read::<ManagePeople>("/events/{id}/change", || get(events::change)),
    write::<ManagePeople>("/events/{id}/change", || post(events::changed)),
    write::<ManagePeople>("/events/{id}/cancel", || post(events::cancel)),
    read::<SeeDuty>("/people/{id}/duty", || get(duty_person::get)),
    write::<ManageDuty>("/people/{id}/duty/pattern", || post(duty_person::assign)),
    write::<ManageDuty>("/people/{id}/duty/periods", || post(duty_person::enter)),
    write::<ManageDuty>("/people/{id}/duty/remove", || post(duty_person::remove)),
    read::<SeeDuty>("/duty", || get(duty::get)),
    read::<SeeDuty>("/duty/patterns", || get(duty::patterns)),
    read::<ManageDuty>("/duty/patterns/add", || get(duty::add_pattern)),
    write::<ManageDuty>("/duty/patterns/add", || post(duty::added_pattern)),
    read::<ManageDuty>("/duty/patterns/{id}", || get(duty::pattern)),
    write::<ManageDuty>("/duty/patterns/{id}", || post(duty::changed_pattern)),
    read::<ManageDuty>("/import/rosters", || get(import::get::<Rosters>)),
    write::<ManageDuty>("/import/rosters", || post(import::post::<Rosters>)),
    read::<ManageDuty>("/import/rosters/{id}", || get(import::preview::<Rosters>)),
    write::<ManageDuty>("/import/rosters/{id}/answers", || post(import::answers::<Rosters>)),
    write::<ManageDuty>("/import/rosters/{id}/apply", || post(import::apply::<Rosters>)),
    write::<ManageDuty>("/import/rosters/{id}/columns", || post(import::columns::<Rosters>)),
    read::<ManageDuty>("/import/calendars", || get(import::get::<Calendars>)),
    write::<ManageDuty>("/import/calendars", || post(import::post::<Calendars>)),
    read::<ManageDuty>("/import/calendars/{id}", || get(import::preview::<Calendars>)),
    write::<ManageDuty>("/import/calendars/{id}/answers", || post(import::answers::<Calendars>)),
    write::<ManageDuty>("/import/calendars/{id}/apply", || post(import::apply::<Calendars>)),
    read::<ReviewOffDuty>("/duty/sign-ins", || get(duty::sign_ins)),
    read::<SeeNotices>("/notices", || get(told::stuck)),
    write::<ManageNotices>("/notices/retry", || post(told::retry)),
    read::<ReviewOffDuty>("/notices/exceptions", || get(told::exceptions)),
    read::<ReviewOffDuty>("/notices/exceptions.csv", || get(told::exceptions_csv)),
    read::<SeeOwn>("/me/notices", || get(told::own)),
    write::<AcceptOwn>("/me/notices", || post(told::read)),
    read::<SeeOwn>("/me/off-duty", || get(told::own_sign_ins)),
    write::<AcceptOwn>("/me/off-duty", || post(told::state)),
    read::<SeePolicy>("/documents", || get(documents::list)),
    read::<SeePolicy>("/documents/{id}", || get(documents::get)),
    read::<SeeFindings>("/documents/{id}/clauses/{clause}", || get(clauses::of_document)),
    read::<SeePolicy>("/clauses/{id}", || get(clauses::get)),
    read::<SeePolicy>("/policy/changes", || get(documents::changes)),
    read::<SeeCases>("/cases", || get(cases::list)),
    read::<SeeCases>("/cases.csv", || get(cases::csv)),
    read::<SeeCases>("/cases/{id}", || get(cases::get)),
    write::<SeeSealed>("/cases/{id}/read", || post(cases::read_sealed)),
    write::<ManageCases>("/cases/{id}/notes", || post(cases::note)),
    write::<ManageCases>("/cases/{id}/close", || post(cases::close)),
    write::<ManageCases>("/cases/{id}/take", || post(cases::take)),
    read::<AnswerForOneself>("/cases/{id}/needed", || get(needed::get)),
    write::<AnswerForOneself>("/cases/{id}/needed", || post(needed::post)),
    read::<PlaceHolds>("/cases/{id}/steps/{step}/hold", || get(holds::decide)),
    write::<PlaceHolds>("/cases/{id}/steps/{step}/hold", || post(holds::decided)),
    read::<ManageCases>("/cases/{id}/steps/{step}", || get(case_steps::get)),
    write::<ManageCases>("/cases/{id}/steps/{step}", || post(case_steps::post)),
    read::<RunService>("/tokens", || get(tokens::list)),
    write::<RunService>("/tokens", || post(tokens::make)),
    write::<RunService>("/tokens/{id}/end", || post(tokens::end)),
    read::<ContactOffDuty>("/cases/{id}/call", || get(told::call)),
    write::<ContactOffDuty>("/cases/{id}/call", || post(told::called)),
    read::<AskPermission>("/permissions", || get(registers::own)),
    read::<SeeRegisters>("/registers", || get(registers::index)),
    read::<SeeRegisters>("/registers/entries", || get(registers::list)),
    read::<SeeRegisters>("/registers/entries.csv", || get(registers::csv)),
    read::<SeeRegisters>("/registers/{id}", || get(registers::get)),
    read::<AskPermission>("/registers/{id}/ask", || get(registers::ask)),
    write::<AskPermission>("/registers/{id}/ask", || post(registers::asked)),
    read::<SeeRegisters>("/entries/{id}", || get(register_entries::entry)),
    read::<DecidePermission>("/entries/{id}/decide", || get(register_entries::decide)),
    write::<DecidePermission>("/entries/{id}/decide", || post(register_entries::decided)),
    write::<AskPermission>("/entries/{id}/end", || post(register_entries::end)),
    write::<DecidePermission>("/entries/{id}/review", || post(register_entries::review)),
    read::<SeeLedger>("/ledger", || get(ledger::get)),
    read::<SeeLedger>("/ledger.csv", || get(ledger::csv)),
    read::<SeeLedger>("/ledger/export", || get(ledger::export)),
    read::<SeeLedger>("/ledger/{id}", || get(ledger::entry)),
    read::<SeeLedger>("/ledger/{id}/proof", || get(ledger::proof)),
];

/// Whether a link fits one of the routes; its query does not matter.
#[must_use]
pub fn leads_somewhere(method: &str, link: &str) -> bool {
    let path = link.split(['?', '#']).next().unwrap_or_default();
    ROUTES.iter().any(|route| route.method == method && fits(route.path, path))
}

/// Whether somebody must be signed in for a path.
pub(crate) fn needs_session(method: &str, path: &str) -> bool {
    ROUTES.iter().any(|route| route.method == method && route.needs.is_some() && fits(route.path, path))
}

fn fits(route: &str, path: &str) -> bool {
    let (mut parts, mut given) = (route.split('/'), path.split('/'));
    loop {
        match (parts.next(), given.next()) {
            (None, None) => return true,
            (Some(part), Some(text)) if part == text || (part.starts_with('{') && !text.is_empty()) => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_fits_its_route_and_no_other() {
        assert!(leads_somewhere("GET", "/devices/NC-1?x=1#clauses"));
        assert!(leads_somewhere("GET", "/"));
        for (method, link) in
            [("GET", "/devices/"), ("GET", "/devices/NC-1/wipe"), ("POST", "/devices"), ("GET", "x")]
        {
            assert!(!leads_somewhere(method, link), "{method} {link}");
        }
    }
}
