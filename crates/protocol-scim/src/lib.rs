//! The server's side of SCIM 2.0 (RFC 7643, RFC 7644): resources, filters, patches and what a client may discover.
//!
//! A resource travels as JSON that [`Resource::read`] has brought into canonical form: names in the schema's spelling,
//! truth values as truth values, nothing read-only and nothing empty. Filters and patches work on that form and on the
//! schema, so that every attribute behaves alike. The grammar of filters and paths is `scim_v2`'s; what they mean is here.
//!
//! The service is lenient where Microsoft Entra and others write what the RFCs do not (see `coerce` and `patch`), and
//! strict in what it answers. Not here: HTTP, tokens, the database, and what a user is to the force (`gateway`, `app`).

mod coerce;
mod discovery;
mod error;
mod filter;
mod list;
mod patch;
mod path;
mod resource;
mod schema;
mod schema_discovery;
mod select;
mod user;

pub use discovery::{resource_type, resource_types, schema_json, schemas, service_provider_config};
pub use error::{ScimError, ScimType};
pub use filter::{Filter, Wanted};
pub use list::{ListQuery, MOST_PER_PAGE, list_response};
pub use patch::Patch;
pub use resource::{Kind, Meta, Resource, entity_tag, is_current};
pub use select::Selection;
pub use user::{Member, UserFields, added_to_user};

/// The media type of everybody.
pub const MEDIA_TYPE: &str = "application/scim+json";
/// Largest body in bytes.
pub const MOST_BYTES: usize = 1024 * 1024;
/// Most members that one group can have, and that one request can name.
pub const MOST_MEMBERS: usize = 20_000;
