//! Answers the directory's requests about groups and their members.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::GroupId;
use people_app::directory::{GroupRead, GroupWrite};
use protocol_scim::{Kind, ListQuery, Member, Meta, Patch, Resource, ScimError, Wanted, list_response};
use serde_json::{Map, Value};

use super::caller::{Caller, whole};
use super::users::{Window, selection};
use super::{Desk, Refused, TRIES, busy, check_expected, expected, has_it, json, resource, stale};

/// Groups read in one step; each comes with its members.
const STEP: u32 = 50;

type Body = Result<Bytes, BytesRejection>;

impl Desk {
    pub(super) fn group_location(&self, id: impl std::fmt::Display) -> String {
        format!("{}/Groups/{id}", self.base)
    }

    fn group_resource(&self, read: &GroupRead) -> Resource {
        let members: Vec<Member> = read
            .members
            .iter()
            .map(|id| Member {
                id: id.to_string(),
                display: String::new(),
                location: format!("{}/Users/{id}", self.base),
            })
            .collect();
        Resource::of_group(&read.group.name, read.group.external_id.as_deref(), &members)
    }

    fn group_answer(&self, read: &GroupRead) -> Map<String, Value> {
        let group = &read.group;
        let (id, location) = (group.id.to_string(), self.group_location(group.id));
        let meta = Meta {
            id: &id,
            created: group.created_at,
            changed: group.changed_at,
            version: group.version,
            location: &location,
        };
        self.group_resource(read).answer(&meta, Map::new())
    }

    fn group_response(&self, caller: &Caller, status: StatusCode, read: &GroupRead) -> Response {
        let answer = selection(caller, Kind::Group).of(self.group_answer(read));
        resource(status, answer, read.group.version, &self.group_location(read.group.id))
    }

    async fn group(&self, caller: &Caller, id: &str, members: bool) -> Result<GroupRead, Refused> {
        let id: GroupId = id.parse().map_err(|_| ScimError::not_found("group"))?;
        Ok(people_app::directory::group(&self.app, caller.permit()?, id, members).await?)
    }
}

fn write(resource: &Resource) -> GroupWrite {
    let (name, external_id) = resource.group();
    GroupWrite { name, external_id, members: resource.members() }
}

/// Lists the groups that match a query.
pub(super) async fn list(State(desk): State<Desk>, caller: Caller) -> Result<Response, Refused> {
    let query = ListQuery::read(Kind::Group, |name| caller.asked(name))?;
    // A filter may ask for members that the response leaves out.
    let members = query.filter.is_some() || query.selection.holds("members");
    let mut window = Window::of(&query);
    let one = query.filter.as_ref().and_then(protocol_scim::Filter::wanted);
    let named = match one {
        Some(Wanted::Id(id)) => match desk.group(&caller, &id, members).await {
            Ok(read) => Some(vec![read]),
            Err(_) => Some(Vec::new()),
        },
        Some(Wanted::DisplayName(name)) => Some(
            people_app::directory::group_by_name(&desk.app, caller.permit()?, &name, members)
                .await?
                .into_iter()
                .collect(),
        ),
        _ => None,
    };
    let (total, page) = match named {
        Some(found) => {
            found.iter().for_each(|read| window.take(query.filter.as_ref(), || desk.group_answer(read)));
            window.done()
        }
        None => desk.groups_that(&caller, &query, window, members).await?,
    };
    let page = page.into_iter().map(|answer| query.selection.of(answer)).collect();
    Ok(json(StatusCode::OK, &list_response(total, query.start, page)))
}

impl Desk {
    async fn groups_that(
        &self,
        caller: &Caller,
        query: &ListQuery,
        mut window: Window,
        members: bool,
    ) -> Result<(usize, Vec<Map<String, Value>>), Refused> {
        let mut after = None;
        loop {
            let found =
                people_app::directory::groups(&self.app, caller.permit()?, after, STEP, members).await?;
            found.iter().for_each(|read| window.take(query.filter.as_ref(), || self.group_answer(read)));
            after = found.last().map(|read| read.group.id);
            if found.len() < usize::try_from(STEP).unwrap_or(usize::MAX) {
                return Ok(window.done());
            }
        }
    }
}

/// Returns one group.
pub(super) async fn read(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let members = selection(&caller, Kind::Group).holds("members");
    let read = desk.group(&caller, &id, members).await?;
    if has_it(&headers, read.group.version) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    Ok(desk.group_response(&caller, StatusCode::OK, &read))
}

/// Creates a group.
pub(super) async fn create(
    State(desk): State<Desk>,
    caller: Caller,
    body: Body,
) -> Result<Response, Refused> {
    let sent = Resource::read(Kind::Group, &whole(body)?)?;
    let read = people_app::directory::add_group(&desk.app, caller.permit()?, write(&sent)).await?;
    Ok(desk.group_response(&caller, StatusCode::CREATED, &read))
}

/// Replaces a group.
pub(super) async fn replace(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let sent = Resource::read(Kind::Group, &whole(body)?)?;
    desk.change_group(&caller, &id, &headers, |_| Ok(sent.clone())).await
}

/// Changes parts of a group.
pub(super) async fn patch(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let patch = Patch::read(&whole(body)?)?;
    desk.change_group(&caller, &id, &headers, |now| patch.applied_to(now)).await
}

impl Desk {
    async fn change_group(
        &self,
        caller: &Caller,
        id: &str,
        headers: &HeaderMap,
        change: impl Fn(&Resource) -> Result<Resource, ScimError>,
    ) -> Result<Response, Refused> {
        for _ in 0..TRIES {
            let read = self.group(caller, id, true).await?;
            let (group, version) = (read.group.id, read.group.version);
            check_expected(headers, version)?;
            let wanted = write(&change(&self.group_resource(&read))?);
            if let Some(read) =
                people_app::directory::change_group(&self.app, caller.permit()?, group, version, wanted)
                    .await?
            {
                return Ok(self.group_response(caller, StatusCode::OK, &read));
            }
        }
        Err(if expected(headers).is_some() { stale() } else { busy() })
    }
}

/// Deletes a group.
pub(super) async fn remove(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let read = desk.group(&caller, &id, false).await?;
    check_expected(&headers, read.group.version)?;
    let version = expected(&headers).map(|_| read.group.version);
    if people_app::directory::remove_group(&desk.app, caller.permit()?, read.group.id, version).await? {
        Ok(StatusCode::NO_CONTENT.into_response())
    } else {
        Err(stale())
    }
}
