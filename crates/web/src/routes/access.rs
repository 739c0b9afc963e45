//! Who has which role: the list, and one person's.

use app::access::{ManageAccess, Role, SeeAccess};
use app::grants::{Given, GrantRead, NewGrant};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::{GrantId, PersonId};

use crate::answer::{self, form_again, shown};
use crate::parts::form::{Choice, Errors};
use crate::parts::listing::{EXPORT_STEP, Listing, PER_PAGE, cut, name_key};
use crate::people::{access, roles};
use crate::session::{Ctx, Fields, Problem, done, form_errors, id_of};
use crate::shell::{Area, Crumb};

fn title(word: &str) -> String {
    word.parse::<Role>().map_or_else(|_| word.to_owned(), |role| role.title().to_owned())
}

/// The roles that are given at all, with the one that is chosen.
fn choices(chosen: &str) -> Vec<Choice> {
    let given = Role::ALL.iter().filter(|role| !matches!(role, Role::Holder | Role::LineManager));
    Choice::list(given.map(|role| (role.as_str(), role.title())), chosen)
}

type Key = (String, GrantId);

async fn walk(
    ctx: &Ctx,
    list: &Listing,
    after: Option<Key>,
    limit: u32,
) -> Result<(Vec<access::Row>, Option<Key>), Problem> {
    let permit = ctx.permit::<SeeAccess>()?;
    let filter = (Ctx::force(list.filter("force")), list.filter("role").parse().ok());
    let mut found = app::grants::grants(&ctx.site.app, permit, filter, after, limit + 1).await?;
    let next = cut(&mut found, limit, |(last, _)| (last.name.0.clone(), last.grant.id));
    let rows = found.into_iter().map(|(listed, by)| access::Row {
        person: Crumb::new(format!("/people/{}", listed.grant.person), listed.name.0),
        number: listed.name.1,
        force: listed.force,
        role: title(&listed.grant.role),
        both: listed.grant.both_forces,
        by,
        since: listed.grant.granted_at,
        until: listed.grant.until,
    });
    Ok((rows.collect(), next))
}

/// Everybody who has a role, in order of name.
pub(super) async fn list(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(access::ALLOWED, &ctx.query);
    let after = list.after_name();
    let (rows, next) = walk(&ctx, &list, after, PER_PAGE).await?;
    let view = access::View {
        shell: ctx.under(Area::People),
        roles: choices(list.filter("role")),
        list: list.with_rows(rows.len(), next.map(name_key)),
        rows,
    };
    shown(&view)
}

/// The list as CSV, every row that the filters leave.
pub(super) async fn csv(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(access::ALLOWED, &ctx.query);
    answer::walked("roles", (ctx, list), |(ctx, list), after: Option<Key>| async move {
        let (rows, next) = walk(&ctx, &list, after, EXPORT_STEP).await?;
        Ok(((ctx, list), access::export(&rows), next))
    })
    .await
}

/// What was typed, and what was wrong with it.
#[derive(Default)]
struct Typed {
    new: NewGrant,
    ending: String,
    end_reason: String,
    confirm_reason: String,
    errors: Errors,
}

async fn view(ctx: &Ctx, id: PersonId, typed: Typed) -> Result<roles::View, Problem> {
    let read = app::grants::person_roles(&ctx.site.app, ctx.permit::<SeeAccess>()?, id).await?;
    let person = Crumb::new(format!("/people/{id}"), read.person.name);
    let mut shell = ctx.under(Area::People);
    shell.crumbs.push(person.clone());
    let now =
        read.standing.map(|standing| standing.roles.iter().map(|role| role.title().to_owned()).collect());
    Ok(roles::View {
        shell,
        errors: typed.errors,
        href: format!("/people/{id}/roles"),
        person,
        now: now.unwrap_or_default(),
        grants: read.grants.into_iter().map(grant).collect(),
        roles: choices(typed.new.role.map_or("", Role::as_str)),
        offers_both: ctx.permit::<ManageAccess>()?.scope().force().is_none(),
        both: typed.new.both_forces,
        until: typed.new.last_day,
        reason: typed.new.reason,
        ending: typed.ending,
        end_reason: typed.end_reason,
        confirm_reason: typed.confirm_reason,
        takeover: read.takeover.map(|(asked, by)| roles::Takeover {
            by,
            at: asked.asked_at,
            user_name: asked.user_name,
            external_id: asked.external_id,
        }),
    })
}

fn grant(read: GrantRead) -> roles::Grant {
    roles::Grant {
        id: read.grant.id.to_string(),
        role: title(&read.grant.role),
        both: read.grant.both_forces,
        by: read.by,
        why: read.grant.reason,
        since: read.grant.granted_at,
        until: read.grant.until,
        ended: read.grant.ended.map(|(at, _)| at),
        counts: read.counts,
        by_hand: !read.grant.from_directory,
        waits: read.grant.waits,
        to_confirm: read.to_confirm,
        confirmed_by: read.confirmed_by,
    }
}

/// One person's roles.
pub(super) async fn of_person(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<ManageAccess>()?;
    let id = id_of(&id)?;
    shown(&view(&ctx, id, Typed::default()).await?)
}

/// What a form asks for.
enum Asked {
    Give,
    Confirm(GrantId),
    End(GrantId),
    TakeOver(bool),
}

impl Asked {
    fn of(fields: &Fields) -> Result<Self, Problem> {
        let grant = |name: &str| {
            let why = "Choose the role.";
            fields.get(name).parse().map_err(|_| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, why))
        };
        Ok(match fields.get("action") {
            "end" => Self::End(grant("grant")?),
            "confirm" => Self::Confirm(grant("confirm")?),
            "take-over" => Self::TakeOver(true),
            "refuse-take-over" => Self::TakeOver(false),
            _ => Self::Give,
        })
    }

    /// The field beside which it stands that something does not fit what is there.
    const fn field(&self) -> &'static str {
        match self {
            Self::Give | Self::TakeOver(_) => "role",
            Self::Confirm(_) => "confirm",
            Self::End(_) => "grant",
        }
    }
}

/// Gives a role, confirms or ends one, or decides whether the directory takes the person over.
pub(super) async fn change(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageAccess>()?;
    let id = id_of(&id)?;
    let app = &ctx.site.app;
    let mut typed = Typed {
        new: NewGrant {
            role: fields.get("role").parse().ok(),
            both_forces: fields.get("both") == "yes",
            last_day: fields.text("until"),
            reason: fields.text("reason"),
        },
        ending: fields.text("grant"),
        end_reason: fields.text("end-reason"),
        confirm_reason: fields.text("confirm-reason"),
        errors: Errors::default(),
    };
    let asked = Asked::of(&fields)?;
    let changed = match asked {
        Asked::Give => {
            app::grants::grant_role(app, permit, id, typed.new.clone()).await.map(|given| match given {
                Given::Now => "role-given",
                Given::Waits(_) => "role-waits",
            })
        }
        Asked::Confirm(grant) => app::grants::confirm_role(app, permit, grant, &typed.confirm_reason)
            .await
            .map(|()| "role-confirmed"),
        Asked::End(grant) => {
            app::grants::end_role(app, permit, grant, &typed.end_reason).await.map(|()| "role-ended")
        }
        Asked::TakeOver(confirm) => {
            let shown = (fields.text("user-name"), fields.text("external-id"));
            let word = if confirm { "takeover-confirmed" } else { "takeover-refused" };
            app::directory::decide_takeover(app, permit, id, shown, confirm).await.map(|()| word)
        }
    };
    match changed {
        Ok(word) => Ok(done(&format!("/people/{id}/roles"), word)),
        Err(error) => {
            typed.errors = form_errors(error, asked.field())?;
            form_again(&view(&ctx, id, typed).await?)
        }
    }
}
