//! Roles that destroy, approve or administer take two administrators, whoever gives them and wherever they come from.

use domain::samples::NORFOLK;
use store::alarms as alarm_rows;

use domain::{GrantId, PersonId};
use kernel::access::Role;
use kernel::access::{Actor, ApiScope, Comes, Roles, Who, permit};
use kernel::testing::{Bench, on_both};
use kernel::{App, AppError, Work, second};
use people_app::NewPerson;
use people_app::grants::*;
use people_app::keep::keep_person;
use sign_in_app::sessions::SignedIn;
use sign_in_app::tokens::NewToken;
use store::people;
use store::people::Person;

fn new(role: Role) -> NewGrant {
    NewGrant { role: Some(role), reason: "their work".into(), ..NewGrant::default() }
}

async fn person(app: &App, number: &str, name: &str) -> PersonId {
    let new = NewPerson {
        force: Some(NORFOLK),
        number: number.into(),
        name: name.into(),
        role: "staff".into(),
        ..NewPerson::default()
    };
    people_app::add_person(app, permit(&Actor::system()).unwrap(), new).await.unwrap()
}

/// Signs somebody in, and gives who they then are.
async fn signed_in(app: &App, person: PersonId) -> Actor {
    let who = SignedIn {
        name: format!("{person}"),
        person: Some(person),
        roles: Roles::NONE,
        force: Some(NORFOLK),
        how: "test",
    };
    let cookie = sign_in_app::sessions::begin_session(app, who).await.unwrap();
    sign_in_app::sessions::actor_of_cookie(app, cookie.expose()).await.unwrap().unwrap()
}

async fn roles(app: &App, person: PersonId) -> String {
    roles_of(app, person).await.unwrap().map_or_else(String::new, |standing| standing.roles.to_string())
}

async fn alarms(app: &App) -> Vec<String> {
    let open = app.store().read(|tx| alarm_rows::open(tx, None, 100)).await.unwrap();
    open.into_iter().map(|alarm| format!("{} {}", alarm.kind, alarm.subject)).collect()
}

fn waiting(given: Given) -> GrantId {
    match given {
        Given::Waits(id) => id,
        Given::Now => panic!("it counts at once"),
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "told from the first administrator to the last")]
fn one_asks_and_another_human_confirms() {
    on_both(|Bench { app, world, .. }| async move {
        let root = Actor::command_line("root");
        assert_eq!(root.comes(), Comes::OnTheServer);
        let give = async |by: &Actor, to: PersonId, role| {
            give::grant_role(&app, permit(by).unwrap(), to, new(role)).await
        };
        let [a, b, c, d, e] = [
            person(&app, "A1", "Ada Ames").await,
            person(&app, "B1", "Bo Byrd").await,
            person(&app, "C1", "Cy Cole").await,
            person(&app, "D1", "Di Dunn").await,
            person(&app, "E1", "Eli East").await,
        ];
        // The server makes the first; once that one has signed in, what it asks for waits.
        assert_eq!(give(&root, a, Role::Administrator).await.unwrap(), Given::Now);
        let ada = signed_in(&app, a).await;
        let from_server = waiting(give(&root, d, Role::Fiso).await.unwrap());
        assert_eq!(give(&root, d, Role::ServiceDeskAnalyst).await.unwrap(), Given::Now, "no such role");
        // The only one gives exactly that role, once.
        let lead = waiting(give(&ada, c, Role::ServiceDeskLead).await.unwrap());
        assert_eq!(give(&ada, b, Role::Administrator).await.unwrap(), Given::Now);
        let third = waiting(give(&ada, d, Role::Administrator).await.unwrap());
        assert!(give(&ada, d, Role::Administrator).await.unwrap_err().to_string().contains("waits already"));
        assert_eq!(roles(&app, c).await, "holder", "what waits counts for nothing");

        // Nobody confirms their own, the server never does, and whom the asker has just made an administrator not yet.
        let bo = signed_in(&app, b).await;
        let confirm = async |by: &Actor, grant| {
            give::confirm_role(&app, permit(by).unwrap(), grant, "I asked their sergeant").await
        };
        for (by, grant, why) in [
            (&ada, lead, "you asked for it yourself"),
            (&root, lead, "the command line is never a second person"),
            (&root, from_server, "the command line is never a second person"),
            (&bo, lead, "gave you your role"),
        ] {
            let refused = confirm(by, grant).await.unwrap_err().to_string();
            assert!(refused.contains(why), "{refused}");
        }
        world.clock.advance(second::SPAN);
        let stale = confirm(&bo, lead).await.unwrap_err();
        assert!(matches!(stale, AppError::NotPresent), "{stale}");
        let bo = signed_in(&app, b).await;
        confirm(&bo, lead).await.unwrap();
        assert_eq!(roles(&app, c).await, "holder service-desk-lead");
        assert!(matches!(confirm(&bo, lead).await, Err(AppError::Conflict(_))), "once");
        assert!(
            give::confirm_role(&app, permit(&bo).unwrap(), third, " ").await.is_err(),
            "a reason is asked for"
        );

        // A second entry of oneself, by any sign.
        let again = person(&app, "B2", "Byrd, Bo (reserve)").await;
        let refused = give(&bo, again, Role::Fiso).await.unwrap_err().to_string();
        assert!(refused.contains("yourself under another entry"), "{refused}");

        // With the role ends what was asked for in it; and nobody becomes the only one by ending the others.
        let held = person_roles(&app, permit(&bo).unwrap(), a).await.unwrap().grants[0].grant.id;
        give::end_role(&app, permit(&bo).unwrap(), held, "moved").await.unwrap();
        assert!(
            matches!(confirm(&bo, third).await, Err(AppError::Conflict(_))),
            "it ended with who asked for it"
        );
        waiting(give(&bo, e, Role::Administrator).await.unwrap());
        let said = alarms(&app).await;
        for what in [
            "role-given Ada Ames (A1) was given the role Administrator",
            "role-asked the role Service desk lead is asked for Cy Cole (C1)",
            "role-given Cy Cole (C1) has the role Service desk lead: two administrators agreed",
            "role-ended Ada Ames (A1) no longer has the role Administrator",
        ] {
            assert!(said.iter().any(|alarm| alarm == what), "{what}: {said:#?}");
        }
    });
}

#[test]
fn a_token_of_one_force_gives_no_role_over_another_and_none_that_administers_by_itself() {
    on_both(|Bench { app, world, person: ames }| async move {
        let whose = app.store().read(move |tx| people::by_id(tx, ames)).await.unwrap().unwrap();
        let take = async |names: Names<'static>, groups: &'static [&'static str]| {
            let (app, whose, now) = (app.clone(), whose.clone(), world.now());
            app.clone()
                .store()
                .write(move |tx| groups::take_groups(Work { app: &app, tx, now }, &whose, groups, names))
                .await
                .unwrap()
        };
        let root = Actor::command_line("root");
        let scim = NewToken { name: "Entra".into(), scope: ApiScope::Scim, force: Some(NORFOLK), days: 9 };
        let (token, _) = sign_in_app::tokens::make_token(&app, permit(&root).unwrap(), scim).await.unwrap();
        let by: &'static str = Box::leak(format!("token:{token}").into_boxed_str());
        let said = take(Names::Token(by), &["Lanyard desk", "Lanyard admins"]).await;
        assert_eq!(said.roles.to_string(), "holder service-desk-analyst", "an administrator waits");
        assert_eq!(said.everywhere, Roles::NONE, "of its own force only, whatever the settings say");
        let grants = person_roles(&app, permit(&root).unwrap(), ames).await.unwrap().grants;
        let waits = grants.iter().find(|read| read.grant.waits).unwrap().grant.id;
        assert!(
            alarms(&app).await.iter().any(|alarm| alarm.starts_with("role-asked the role Administrator"))
        );

        // Confirmed by an administrator it counts, over its own force.
        let other = person(&app, "B1", "Bo Byrd").await;
        let over_both = NewGrant { everywhere: true, ..new(Role::Administrator) };
        give::grant_role(&app, permit(&root).unwrap(), other, over_both).await.unwrap();
        world.clock.advance(second::SPAN);
        let bo = signed_in(&app, other).await;
        give::confirm_role(&app, permit(&bo).unwrap(), waits, "they are").await.unwrap();
        let now = roles_of(&app, ames).await.unwrap().unwrap();
        assert!(now.roles.has(Role::Administrator) && now.everywhere == Roles::NONE);

        // The sign-in's own claim is over both, and counts at once; it approves nothing for a day.
        let said = take(Names::SignIn, &["Lanyard admins"]).await;
        assert!(said.roles.has(Role::Administrator) && said.everywhere.has(Role::Administrator));
        assert!(!said.roles.has(Role::ServiceDeskAnalyst));
        let asked = person(&app, "C1", "Cy Cole").await;
        let lead = waiting(
            give::grant_role(&app, permit(&bo).unwrap(), asked, new(Role::ServiceDeskLead)).await.unwrap(),
        );
        let me = signed_in(&app, ames).await;
        let refused =
            give::confirm_role(&app, permit(&me).unwrap(), lead, "yes").await.unwrap_err().to_string();
        assert!(refused.contains("the directory gave you your role within the last day"), "{refused}");
        let own = person_roles(&app, permit(&root).unwrap(), ames).await.unwrap().grants;
        let own = own.iter().find(|read| read.to_confirm).unwrap().grant.id;
        let refused = give::confirm_role(&app, permit(&me).unwrap(), own, "myself").await.unwrap_err();
        assert!(matches!(refused, AppError::Denied(_)), "{refused}");
        give::confirm_role(&app, permit(&bo).unwrap(), own, "I know them").await.unwrap();
        // Confirmed by who asks for the other role, it still is of that hand for a day.
        let refused =
            give::confirm_role(&app, permit(&me).unwrap(), lead, "yes").await.unwrap_err().to_string();
        assert!(refused.contains("gave you your role, or confirmed it"), "{refused}");
        // A token takes nothing away that the sign-in gave while they are in the group, and ends it when they are not.
        let said = take(Names::Token(by), &["Lanyard admins"]).await;
        assert!(said.everywhere.has(Role::Administrator));
        assert_eq!(take(Names::Token(by), &[]).await.roles.to_string(), "holder");
    });
}

#[test]
fn what_somebody_asked_for_ends_with_them_and_their_tokens_are_told() {
    on_both(|Bench { app, world, .. }| async move {
        let root = Actor::command_line("root");
        let (a, b, c) = (
            person(&app, "A1", "Ada Ames").await,
            person(&app, "B1", "Bo Byrd").await,
            person(&app, "C1", "Cy Cole").await,
        );
        for one in [a, b] {
            give::grant_role(&app, permit(&root).unwrap(), one, new(Role::Administrator)).await.unwrap();
        }
        let (ada, bo) = (signed_in(&app, a).await, signed_in(&app, b).await);
        let lead = waiting(
            give::grant_role(&app, permit(&ada).unwrap(), c, new(Role::ServiceDeskLead)).await.unwrap(),
        );
        let scim = NewToken { name: "Entra".into(), scope: ApiScope::Scim, force: Some(NORFOLK), days: 9 };
        sign_in_app::tokens::make_token(&app, permit(&ada).unwrap(), scim).await.unwrap();
        let who =
            SignedIn { name: "x".into(), person: Some(a), roles: Roles::NONE, force: None, how: "test" };
        let cookie = sign_in_app::sessions::begin_session(&app, who).await.unwrap();
        people_app::end_person(&app, permit(&root).unwrap(), a, None).await.unwrap();
        assert!(sign_in_app::sessions::actor_of_cookie(&app, cookie.expose()).await.unwrap().is_none());
        let read = person_roles(&app, permit(&root).unwrap(), c).await.unwrap().grants;
        assert!(read.iter().any(|read| read.grant.id == lead && read.grant.ended.is_some()));
        let said = alarms(&app).await;
        assert!(
            said.contains(&"tokens-left API tokens that Ada Ames (A1) made still work".to_owned()),
            "{said:#?}"
        );
        assert!(
            said.iter().any(|alarm| alarm.starts_with("role-ended Ada Ames (A1), Administrator")),
            "{said:#?}"
        );
        // Brought back, a row brings no such role.
        let back = app.store().read(move |tx| people::by_id(tx, a)).await.unwrap().unwrap();
        let (again, now) = (app.clone(), world.now());
        app.store()
            .write(move |tx| {
                let after = Person { ended_at: None, ..back.clone() };
                keep_person(Work { app: &again, tx, now }, Some(&back), after, "person:hr").map(drop)
            })
            .await
            .unwrap();
        assert_eq!(roles(&app, a).await, "holder");
        let me = kernel::access::actor(
            &app,
            Who {
                name: bo.name.clone(),
                shown: bo.shown.clone(),
                person: bo.person,
                roles: bo.roles,
                force: bo.force,
                everywhere: bo.everywhere,
            },
        );
        let refused = give::grant_role(&app, permit(&me).unwrap(), c, new(Role::Fiso)).await.unwrap_err();
        assert!(matches!(refused, AppError::NotPresent), "a session that proves nothing asks for nothing");
    });
}
