//! Answers the directory's requests about users, which are people to Lanyard.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::PersonId;
use people_app::directory::{Find, NO_JOB, Provisioned, ProvisionedRead, number_of};
use protocol_scim::{
    Filter, Kind, ListQuery, Member, Meta, Patch, Resource, ScimError, Selection, UserFields, Wanted,
    added_to_user, list_response,
};
use serde_json::{Map, Value};

use super::caller::{Caller, whole};
use super::{Desk, Refused, TRIES, busy, check_expected, expected, has_it, json, resource, stale};

/// People read in one step where a filter requires reading all.
const STEP: u32 = 500;

type Body = Result<Bytes, BytesRejection>;

impl Desk {
    fn user_location(&self, id: impl std::fmt::Display) -> String {
        format!("{}/Users/{id}", self.base)
    }

    /// Converts a person into a resource that a client can write.
    fn user_resource(read: &ProvisionedRead) -> Resource {
        let person = &read.person;
        let document = person
            .directory
            .as_deref()
            .and_then(|text| serde_json::from_str::<Map<String, Value>>(text).ok());
        let written = Resource::of_fields(Kind::User, document.unwrap_or_default());
        let said = written.user();
        let user_name = person.user_name.clone().unwrap_or_default();
        // A number that was derived, because the directory sent none, is not returned as if the directory had sent it.
        let made_up = said.number.is_none() && person.number == number_of(&user_name);
        let now = UserFields {
            number: (!made_up).then(|| person.number.clone()),
            job: (person.role != NO_JOB).then(|| person.role.clone()),
            external_id: person.external_id.clone(),
            name: person.name.clone(),
            email: person.email.clone(),
            phone: person.phone.clone(),
            unit: person.unit.clone(),
            active: person.ended_at.is_none(),
            manager: person.line_manager.map(|id| id.to_string()),
            starts_on: person.starts_on,
            last_day: person.last_day,
            user_name,
        };
        written.with_user(&now)
    }

    fn user_answer(&self, read: &ProvisionedRead) -> Map<String, Value> {
        let person = &read.person;
        let (id, location) = (person.id.to_string(), self.user_location(person.id));
        let member = |id: String, location: String, display: &str| Member {
            id,
            location,
            display: display.to_owned(),
        };
        let groups: Vec<Member> = read
            .groups
            .iter()
            .map(|(id, name)| member(id.to_string(), self.group_location(id), name))
            .collect();
        let manager = person.line_manager.map(|id| member(id.to_string(), self.user_location(id), ""));
        let added = added_to_user(person.force.as_str(), &groups, manager.as_ref());
        let meta = Meta {
            id: &id,
            created: person.created_at,
            changed: person.changed_at,
            version: person.version,
            location: &location,
        };
        Self::user_resource(read).answer(&meta, added)
    }

    fn user_response(&self, caller: &Caller, status: StatusCode, read: &ProvisionedRead) -> Response {
        let answer = selection(caller, Kind::User).of(self.user_answer(read));
        resource(status, answer, read.person.version, &self.user_location(read.person.id))
    }

    async fn user(&self, caller: &Caller, id: &str) -> Result<ProvisionedRead, Refused> {
        let missing = || Refused::from(ScimError::not_found("user"));
        let id: PersonId = id.parse().map_err(|_| missing())?;
        let found = people_app::directory::provisioned(&self.app, caller.permit()?, Find::Id(id)).await?;
        found.into_iter().next().ok_or_else(missing)
    }
}

/// Returns the attributes that the query asks for in the response.
pub(super) fn selection(caller: &Caller, kind: Kind) -> Selection {
    Selection::read(kind, caller.asked("attributes"), caller.asked("excludedAttributes"))
}

/// Converts a resource into the data of a person.
fn provisioned(resource: &Resource) -> Provisioned {
    let fields = resource.user();
    Provisioned {
        user_name: fields.user_name,
        external_id: fields.external_id,
        number: fields.number,
        name: fields.name,
        email: fields.email,
        phone: fields.phone,
        job: fields.job,
        unit: fields.unit,
        active: fields.active,
        manager: fields.manager,
        starts_on: fields.starts_on,
        last_day: fields.last_day,
        document: Value::Object(resource.fields().clone()).to_string(),
    }
}

/// Lists the users that match a query.
pub(super) async fn list(State(desk): State<Desk>, caller: Caller) -> Result<Response, Refused> {
    let query = ListQuery::read(Kind::User, |name| caller.asked(name))?;
    let (total, page) = match &query.filter {
        None => desk.all_users(&caller, &query).await?,
        Some(filter) => desk.users_that(&caller, &query, filter).await?,
    };
    let page = page.into_iter().map(|answer| query.selection.of(answer)).collect();
    Ok(json(StatusCode::OK, &list_response(total, query.start, page)))
}

impl Desk {
    async fn all_users(
        &self,
        caller: &Caller,
        query: &ListQuery,
    ) -> Result<(usize, Vec<Map<String, Value>>), Refused> {
        let total = people_app::directory::provisioned_count(&self.app, caller.permit()?).await?;
        let skip = i64::try_from(query.start - 1).unwrap_or(i64::MAX);
        let limit = i64::try_from(query.count).unwrap_or_default();
        let found = match limit {
            0 => Vec::new(),
            limit => {
                people_app::directory::provisioned(&self.app, caller.permit()?, Find::Window(skip, limit))
                    .await?
            }
        };
        let page = found.iter().map(|read| self.user_answer(read)).collect();
        Ok((usize::try_from(total).unwrap_or_default(), page))
    }

    /// Finds the users that match a filter: by an index where the filter names one user, otherwise by reading all, step by step,
    /// keeping no more than the page.
    async fn users_that(
        &self,
        caller: &Caller,
        query: &ListQuery,
        filter: &Filter,
    ) -> Result<(usize, Vec<Map<String, Value>>), Refused> {
        let mut window = Window::of(query);
        let one = match filter.wanted() {
            Some(Wanted::Id(id)) => match id.parse() {
                Ok(id) => Some(Find::Id(id)),
                Err(_) => return Ok((0, Vec::new())),
            },
            Some(Wanted::UserName(name)) => Some(Find::UserName(name)),
            Some(Wanted::ExternalId(id)) => Some(Find::ExternalId(id)),
            Some(Wanted::DisplayName(_)) | None => None,
        };
        if let Some(find) = one {
            let found = people_app::directory::provisioned(&self.app, caller.permit()?, find).await?;
            found.iter().for_each(|read| window.take(Some(filter), || self.user_answer(read)));
            return Ok(window.done());
        }
        let mut after = None;
        loop {
            let found =
                people_app::directory::provisioned(&self.app, caller.permit()?, Find::After(after, STEP))
                    .await?;
            found.iter().for_each(|read| window.take(Some(filter), || self.user_answer(read)));
            after = found.last().map(|read| read.person.id);
            if found.len() < usize::try_from(STEP).unwrap_or(usize::MAX) {
                return Ok(window.done());
            }
        }
    }
}

/// The page of the matches, and the number of matches.
pub(super) struct Window {
    start: usize,
    count: usize,
    matches: usize,
    page: Vec<Map<String, Value>>,
}

impl Window {
    pub(super) fn of(query: &ListQuery) -> Self {
        Self { start: query.start, count: query.count, matches: 0, page: Vec::new() }
    }

    pub(super) fn take(&mut self, filter: Option<&Filter>, answer: impl FnOnce() -> Map<String, Value>) {
        let answer = answer();
        if filter.is_none_or(|filter| filter.matches(&answer)) {
            self.matches += 1;
            if self.matches >= self.start && self.page.len() < self.count {
                self.page.push(answer);
            }
        }
    }

    pub(super) fn done(self) -> (usize, Vec<Map<String, Value>>) {
        (self.matches, self.page)
    }
}

/// Returns one user.
pub(super) async fn read(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let read = desk.user(&caller, &id).await?;
    if has_it(&headers, read.person.version) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    Ok(desk.user_response(&caller, StatusCode::OK, &read))
}

/// Creates a user.
pub(super) async fn create(
    State(desk): State<Desk>,
    caller: Caller,
    body: Body,
) -> Result<Response, Refused> {
    let sent = Resource::read(Kind::User, &whole(body)?)?;
    let read = people_app::directory::provision(&desk.app, caller.permit()?, provisioned(&sent)).await?;
    Ok(desk.user_response(&caller, StatusCode::CREATED, &read))
}

/// Replaces a user.
pub(super) async fn replace(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let sent = Resource::read(Kind::User, &whole(body)?)?;
    desk.change_user(&caller, &id, &headers, |now| Ok(sent.clone().keeping_number_of(now))).await
}

/// Changes parts of a user.
pub(super) async fn patch(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let patch = Patch::read(&whole(body)?)?;
    desk.change_user(&caller, &id, &headers, |now| patch.applied_to(now)).await
}

impl Desk {
    async fn change_user(
        &self,
        caller: &Caller,
        id: &str,
        headers: &HeaderMap,
        change: impl Fn(&Resource) -> Result<Resource, ScimError>,
    ) -> Result<Response, Refused> {
        for _ in 0..TRIES {
            let read = self.user(caller, id).await?;
            let (person, version) = (read.person.id, read.person.version);
            check_expected(headers, version)?;
            let wanted = provisioned(&change(&Self::user_resource(&read))?);
            if let Some(read) =
                people_app::directory::reprovision(&self.app, caller.permit()?, person, version, wanted)
                    .await?
            {
                return Ok(self.user_response(caller, StatusCode::OK, &read));
            }
        }
        Err(if expected(headers).is_some() { stale() } else { busy() })
    }
}

/// Deletes a user: ends the person's record, which remains.
pub(super) async fn remove(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let read = desk.user(&caller, &id).await?;
    check_expected(&headers, read.person.version)?;
    let version = expected(&headers).map(|_| read.person.version);
    if people_app::directory::unprovision(&desk.app, caller.permit()?, read.person.id, version).await? {
        Ok(StatusCode::NO_CONTENT.into_response())
    } else {
        Err(stale())
    }
}
