//! Answers the requests of this page.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::{GrantId, PersonId};
use kernel::access::{ManageAccess, Role, SeeAccess};
use people_app::directory::TakeoverNames;
use people_app::grants::{Given, GrantRead, NewGrant};

use crate::access::handler::{choices, title};
use crate::roles;
use web_shell::answer::{form_again, shown};
use web_shell::frame::{Area, Crumb};
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

/// The values typed, and the errors in them.
#[derive(Default)]
struct Typed {
    new: NewGrant,
    ending: String,
    end_reason: String,
    confirm_reason: String,
    errors: Errors,
}

async fn view(ctx: &Ctx, id: PersonId, typed: Typed) -> Result<roles::View, Problem> {
    let read = people_app::grants::person_roles(&ctx.site.app, ctx.permit::<SeeAccess>()?, id).await?;
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
        offers_everywhere: ctx.permit::<ManageAccess>()?.scope().force().is_none(),
        everywhere: typed.new.everywhere,
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
        everywhere: read.grant.everywhere,
        by: read.by,
        why: read.grant.reason,
        since: read.grant.granted_at,
        until: read.grant.until,
        ended: read.grant.ended,
        counts: read.counts,
        by_hand: !read.grant.from_directory,
        waits: read.grant.waits,
        to_confirm: read.to_confirm,
        confirmed_by: read.confirmed_by,
    }
}

/// Shows one person's roles.
pub(crate) async fn of_person(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<ManageAccess>()?;
    let id = id_of(&id)?;
    shown(&view(&ctx, id, Typed::default()).await?)
}

/// The action that a form asks for.
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

    /// Returns the field that gets the error when the action conflicts with the stored state.
    const fn field(&self) -> &'static str {
        match self {
            Self::Give | Self::TakeOver(_) => "role",
            Self::Confirm(_) => "confirm",
            Self::End(_) => "grant",
        }
    }
}

/// Grants a role, confirms or ends one, or decides whether the directory takes the person over.
pub(crate) async fn change(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageAccess>()?;
    let id = id_of(&id)?;
    let app = &ctx.site.app;
    let mut typed = Typed {
        new: NewGrant {
            role: fields.get("role").parse().ok(),
            everywhere: fields.get("both") == "yes",
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
        Asked::Give => people_app::grants::grant_role(app, permit, id, typed.new.clone()).await.map(
            |given| match given {
                Given::Now => "role-given",
                Given::Waits(_) => "role-waits",
            },
        ),
        Asked::Confirm(grant) => people_app::grants::confirm_role(app, permit, grant, &typed.confirm_reason)
            .await
            .map(|()| "role-confirmed"),
        Asked::End(grant) => {
            people_app::grants::end_role(app, permit, grant, &typed.end_reason).await.map(|()| "role-ended")
        }
        Asked::TakeOver(confirm) => {
            let shown = TakeoverNames {
                user_name: fields.text("user-name"),
                external_id: fields.text("external-id"),
            };
            let word = if confirm { "takeover-confirmed" } else { "takeover-refused" };
            people_app::directory::decide_takeover(app, permit, id, shown, confirm).await.map(|()| word)
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
