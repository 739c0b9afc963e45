//! What a user resource says of a person, and a group of its members.
//!
//! The directory reads back what it wrote, word for word, as long as the register agrees with it; where a person changed
//! the person here, [`Resource::with_user`] shows what is so now.

use domain::Day;
use serde_json::{Map, Value, json};

use crate::resource::{Kind, Resource};
use crate::schema::{ENTERPRISE, FORCE};

/// A person, as a directory and the register both know them.
#[derive(Clone, PartialEq, Eq)]
pub struct UserFields {
    /// The directory's name for them.
    pub user_name: String,
    /// The directory's own identifier.
    pub external_id: Option<String>,
    /// Collar or staff number.
    pub number: Option<String>,
    /// Name as it is shown.
    pub name: String,
    /// Work address.
    pub email: Option<String>,
    /// Work telephone.
    pub phone: Option<String>,
    /// Job.
    pub job: Option<String>,
    /// Unit.
    pub unit: Option<String>,
    /// Whether they are in the register.
    pub active: bool,
    /// The line manager's id.
    pub manager: Option<String>,
    /// First working day.
    pub starts_on: Option<Day>,
    /// Last working day.
    pub last_day: Option<Day>,
}

impl std::fmt::Debug for UserFields {
    /// Prints nothing of it: it is personal data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("UserFields(..)")
    }
}

/// A person in a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub id: String,
    /// Their name.
    pub display: String,
    /// Their resource's address.
    pub location: String,
}

fn own(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).map(str::to_owned)
}

/// Returns the value to use of several: the primary one, else the first.
fn chosen(values: Option<&Value>) -> Option<String> {
    let values = values?.as_array()?;
    let primary = values.iter().find(|value| value.get("primary") == Some(&Value::Bool(true)));
    own(primary.or_else(|| values.first())?.get("value"))
}

/// Returns the day of a day or of a time.
fn day(value: Option<&Value>) -> Option<Day> {
    let text = value?.as_str()?;
    text.get(..10).unwrap_or(text).parse().ok()
}

/// Returns what only the service knows of a user, for [`Resource::answer`]: whose they are, their groups, where their line
/// manager is.
#[must_use]
pub fn added_to_user(force: &str, groups: &[Member], manager: Option<&Member>) -> Map<String, Value> {
    let mut added = Map::new();
    added.insert(FORCE.urn.into(), json!({ "force": force }));
    if !groups.is_empty() {
        let groups = groups
            .iter()
            .map(|group| json!({ "value": group.id, "$ref": group.location, "display": group.display }))
            .collect();
        added.insert("groups".into(), Value::Array(groups));
    }
    if let Some(manager) = manager {
        added.insert(
            ENTERPRISE.urn.into(),
            json!({ "manager": { "value": manager.id, "$ref": manager.location } }),
        );
    }
    added
}

impl Resource {
    fn of_schema(&self, urn: &str) -> Option<&Map<String, Value>> {
        self.fields.get(urn).and_then(Value::as_object)
    }

    /// Returns what it says of a person.
    #[must_use]
    pub fn user(&self) -> UserFields {
        let fields = &self.fields;
        let enterprise = self.of_schema(ENTERPRISE.urn);
        let work = |name: &str| enterprise.and_then(|fields| fields.get(name));
        let days = self.of_schema(FORCE.urn);
        let user_name = own(fields.get("userName")).unwrap_or_default();
        UserFields {
            name: self.shown_name().unwrap_or_else(|| user_name.clone()),
            external_id: own(fields.get("externalId")),
            number: own(work("employeeNumber")),
            email: chosen(fields.get("emails")),
            phone: chosen(fields.get("phoneNumbers")),
            job: own(fields.get("title")),
            unit: own(work("department")),
            active: fields.get("active").and_then(Value::as_bool).unwrap_or(true),
            manager: own(work("manager").and_then(|manager| manager.get("value"))),
            starts_on: day(days.and_then(|days| days.get("startDay"))),
            last_day: day(days.and_then(|days| days.get("lastDay"))),
            user_name,
        }
    }

    fn shown_name(&self) -> Option<String> {
        let name = self.fields.get("name");
        let part = |part: &str| own(name.and_then(|name| name.get(part)));
        own(self.fields.get("displayName")).or_else(|| part("formatted")).or_else(|| {
            let parts: Vec<String> = [part("givenName"), part("familyName")].into_iter().flatten().collect();
            (!parts.is_empty()).then(|| parts.join(" "))
        })
    }

    /// Returns the resource brought into agreement with the user as it is now.
    #[must_use]
    pub fn with_user(mut self, now: &UserFields) -> Self {
        let said = self.user();
        let mut set = |name: &str, differs: bool, value: Option<&String>| {
            if differs {
                put(&mut self.fields, name, value.map(|text| text.clone().into()));
            }
        };
        set("userName", said.user_name != now.user_name, Some(&now.user_name));
        set("externalId", said.external_id != now.external_id, now.external_id.as_ref());
        set("displayName", said.name != now.name, Some(&now.name));
        set("title", said.job != now.job, now.job.as_ref());
        for (name, differs, value) in [
            ("emails", said.email != now.email, &now.email),
            ("phoneNumbers", said.phone != now.phone, &now.phone),
        ] {
            if differs {
                let values =
                    value.as_ref().map(|value| json!([{ "value": value, "type": "work", "primary": true }]));
                put(&mut self.fields, name, values);
            }
        }
        if said.active != now.active {
            put(&mut self.fields, "active", Some(now.active.into()));
        }
        let text = |value: &Option<String>| value.clone().map(Value::String);
        let day = |day: Option<Day>| day.map(|day| Value::String(day.to_string()));
        let manager = now.manager.as_ref().map(|id| json!({ "value": id }));
        for (urn, name, differs, value) in [
            (ENTERPRISE.urn, "employeeNumber", said.number != now.number, text(&now.number)),
            (ENTERPRISE.urn, "department", said.unit != now.unit, text(&now.unit)),
            (ENTERPRISE.urn, "manager", said.manager != now.manager, manager),
            (FORCE.urn, "startDay", said.starts_on != now.starts_on, day(now.starts_on)),
            (FORCE.urn, "lastDay", said.last_day != now.last_day, day(now.last_day)),
        ] {
            if differs {
                let mut inner = self.of_schema(urn).cloned().unwrap_or_default();
                put(&mut inner, name, value);
                put(&mut self.fields, urn, (!inner.is_empty()).then_some(Value::Object(inner)));
            }
        }
        self
    }

    /// Takes over the number of the resource that it replaces where it names none: some clients never send it, and a
    /// replacement without it does not remove it. A PATCH can.
    #[must_use]
    pub fn keeping_number_of(mut self, before: &Self) -> Self {
        if let (None, Some(number)) = (self.user().number, before.user().number) {
            let mut inner = self.of_schema(ENTERPRISE.urn).cloned().unwrap_or_default();
            put(&mut inner, "employeeNumber", Some(Value::String(number)));
            put(&mut self.fields, ENTERPRISE.urn, Some(Value::Object(inner)));
        }
        self
    }

    /// Returns the ids of a group's members, in order.
    #[must_use]
    pub fn members(&self) -> Vec<String> {
        let members = self.fields.get("members").and_then(Value::as_array);
        members.into_iter().flatten().filter_map(|member| own(member.get("value"))).collect()
    }

    /// Returns a group's name, and the directory's own name for it.
    #[must_use]
    pub fn group(&self) -> (String, Option<String>) {
        (own(self.fields.get("displayName")).unwrap_or_default(), own(self.fields.get("externalId")))
    }

    /// Returns a group of that name and these members.
    #[must_use]
    pub fn of_group(name: &str, external_id: Option<&str>, members: &[Member]) -> Self {
        let mut group = Self::empty(Kind::Group);
        put(&mut group.fields, "displayName", Some(name.into()));
        put(&mut group.fields, "externalId", external_id.map(Value::from));
        let members: Vec<Value> =
            members.iter().map(|member| json!({ "value": member.id, "$ref": member.location })).collect();
        put(&mut group.fields, "members", (!members.is_empty()).then_some(Value::Array(members)));
        group
    }
}

fn put(fields: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    match value {
        Some(value) => fields.insert(name.to_owned(), value),
        None => fields.remove(name),
    };
}
