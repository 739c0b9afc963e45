//! Who is another human being, as a table, and who may agree to what, against a register.

use store::grants as rows;

use domain::{Force, PersonId, Timestamp};
use kernel::access::{Actor, Role};
use kernel::access::{ApproveDestruction, Roles, Who, permit};
use kernel::second::*;
use kernel::testing::{Bench, on_bench};
use kernel::{App, Work};
use people_app::NewPerson;
use people_app::grants::NewGrant;
use store::grants::Grant;
use store::people;
use store::people::{Called, Person};

fn entry(id: u128, force: Force, number: &str, name: &str) -> Person {
    let id = PersonId::from_uuid(uuid::Uuid::from_u128(id));
    Person::new(id, force, Called { number, name, role: "staff" }, Timestamp::from_millis(0))
}

#[test]
fn two_entries_are_one_human_by_any_sign_and_in_doubt() {
    use domain::samples::{NORFOLK, SUFFOLK};

    let hale = Person {
        email: Some("robin.hale@norfolk.example".into()),
        user_name: Some("rhale".into()),
        external_id: Some("oid-1".into()),
        ..entry(1, NORFOLK, "S100", "Robin Hale")
    };
    let other = |change: fn(Person) -> Person| change(entry(2, SUFFOLK, "S200", "Jo Marsh"));
    let cases: [(&str, Person, Option<Same>); 15] = [
        ("itself", hale.clone(), Some(Same::Entry)),
        ("nothing in common", other(|one| one), None),
        (
            "the same account",
            other(|one| Person { external_id: Some("OID-1 ".into()), ..one }),
            Some(Same::Account),
        ),
        ("an account of their own", other(|one| Person { external_id: Some("oid-2".into()), ..one }), None),
        ("no account at all", other(|one| Person { external_id: Some(String::new()), ..one }), None),
        (
            "the same user name",
            other(|one| Person { user_name: Some("RHale".into()), ..one }),
            Some(Same::UserName),
        ),
        (
            "the same address",
            other(|one| Person { email: Some("Robin.Hale@Norfolk.example".into()), ..one }),
            Some(Same::Email),
        ),
        (
            "the same number elsewhere",
            other(|one| Person { number: "s100".into(), ..one }),
            Some(Same::Number),
        ),
        ("the same name", other(|one| Person { name: "Robin Hale".into(), ..one }), Some(Same::Name)),
        ("turned round", other(|one| Person { name: "HALE, Robin".into(), ..one }), Some(Same::Name)),
        ("with a rank", other(|one| Person { name: "Insp Robin Hale".into(), ..one }), Some(Same::Name)),
        (
            "in a second role",
            other(|one| Person { name: "Robin Hale (admin)".into(), ..one }),
            Some(Same::Name),
        ),
        ("a name without a word", other(|one| Person { name: "Mr (?)".into(), ..one }), Some(Same::Name)),
        ("half of the name", other(|one| Person { name: "Robin Fell".into(), ..one }), None),
        (
            "the same desk",
            other(|one| Person { phone: Some("101".into()), unit: Some("ICT".into()), ..one }),
            None,
        ),
    ];
    for (what, one, expected) in cases {
        assert_eq!(one_human(&hale, &one), expected, "{what}");
        assert_eq!(one_human(&one, &hale), expected, "{what}, the other way round");
    }
}

#[test]
fn a_role_approves_after_a_day_where_its_giver_or_a_directory_would_have_it_at_once() {
    let at = |hours: i64| Timestamp::from_millis(hours * 3_600_000);
    let grant = |from_directory, said_by: &str, confirmed: Option<(i64, &str)>| Grant {
        id: domain::GrantId::from_uuid(uuid::Uuid::nil()),
        person: PersonId::from_uuid(uuid::Uuid::nil()),
        role: "administrator".into(),
        everywhere: false,
        from_directory,
        said_by: said_by.into(),
        reason: String::new(),
        granted_at: at(0),
        until: None,
        ended: None,
        waits: false,
        confirmed: confirmed.map(|(hours, by)| (at(hours), by.to_owned())),
        asked_by: None,
    };
    let (asker, directory) = (Some(Unripe::FromAsker), Some(Unripe::FromDirectory));
    for (what, grant, strong, hours, expected) in [
        ("given by the asker", grant(false, "person:a", None), true, 23, asker),
        ("given by the asker a day ago", grant(false, "person:a", None), true, 24, None),
        ("given by the asker, weak", grant(false, "person:a", None), false, 23, asker),
        ("given by another", grant(false, "person:b", None), true, 0, None),
        (
            "given by another, confirmed by the asker",
            grant(false, "person:b", Some((30, "person:a"))),
            true,
            40,
            asker,
        ),
        (
            "given by the asker, confirmed late",
            grant(false, "person:a", Some((30, "person:b"))),
            true,
            53,
            asker,
        ),
        (
            "given by the asker, confirmed a day ago",
            grant(false, "person:a", Some((30, "person:b"))),
            true,
            54,
            None,
        ),
        ("from the directory", grant(true, "Group", None), true, 23, directory),
        ("from the directory a day ago", grant(true, "Group", None), true, 24, None),
        ("from the directory, confirmed", grant(true, "Group", Some((1, "person:b"))), true, 2, None),
        (
            "from the directory, confirmed by the asker",
            grant(true, "Group", Some((1, "person:a"))),
            true,
            2,
            asker,
        ),
        ("from the directory, weak", grant(true, "Group", None), false, 0, None),
        ("from a group of the asker's name", grant(true, "person:a", Some((1, "person:b"))), true, 2, None),
    ] {
        assert_eq!(unripe(&grant, strong, "person:a", at(hours)), expected, "{what}");
    }
}

async fn person(app: &App, number: &str, name: &str) -> PersonId {
    let new = NewPerson {
        force: Some(domain::samples::NORFOLK),
        number: number.into(),
        name: name.into(),
        role: "staff".into(),
        ..NewPerson::default()
    };
    people_app::add_person(app, permit(&Actor::system()).unwrap(), new).await.unwrap()
}

fn signed_in(app: &App, person: PersonId, role: Role) -> Actor {
    kernel::access::actor(
        app,
        Who {
            name: format!("person:{person}"),
            shown: "shown".into(),
            person: Some(person),
            roles: role.into(),
            force: Some(domain::samples::NORFOLK),
            everywhere: Roles::NONE,
        },
    )
}

async fn agrees(app: &App, asked_by: &str, actor: &Actor) -> Result<(), String> {
    let (app, asked_by, actor, now) = (app.clone(), asked_by.to_owned(), actor.clone(), app.world().now());
    let asked = app.clone();
    app.store()
        .read(move |tx| {
            another_human_for::<ApproveDestruction>(
                Work { app: &asked, tx, now },
                &asked_by,
                &actor,
                domain::samples::NORFOLK,
            )
        })
        .await
        .map_err(|error| error.to_string())
}

#[test]
fn only_another_human_whose_role_counts_already_may_agree() {
    on_bench(|Bench { app, world, person: ames }| async move {
        let lead = person(&app, "L1", "Jo Marsh").await;
        let given = NewGrant {
            role: Some(Role::ServiceDeskLead),
            reason: "leads the desk".into(),
            ..NewGrant::default()
        };
        let desk = Actor::command_line("root");
        people_app::grants::grant_role(&app, permit(&desk).unwrap(), lead, given).await.unwrap();
        let marsh = signed_in(&app, lead, Role::ServiceDeskLead);
        let asked = format!("person:{ames}");
        agrees(&app, &asked, &marsh).await.unwrap();

        let refused = async |by: &str, actor: &Actor, why: &str| {
            let said = agrees(&app, by, actor).await.expect_err(why);
            assert!(said.contains(why), "{said}");
        };
        refused(&marsh.name, &marsh, "you asked for it yourself").await;
        refused(&asked, &desk, "the command line is never a second person").await;
        refused(&asked, &Actor::system(), "the command line is never a second person").await;
        let token = Actor::token("1", "Entra", kernel::access::ApiScope::Scim, domain::samples::NORFOLK);
        refused(&asked, &token, "token is never a second person").await;
        let mut stranger = marsh.clone();
        stranger.person = None;
        refused(&asked, &stranger, "must be in the register").await;
        refused("session:0123456789abcdef", &marsh, "no longer known who asked").await;
        refused("person:nobody", &marsh, "no longer known who asked").await;
        refused("device", &marsh, "no longer known who asked").await;
        // Who gave the role waits a day, and whoever is on the server may have made the link.
        refused("command-line:root", &marsh, "gave you your role").await;
        world.clock.advance(SPAN);
        agrees(&app, "command-line:root", &marsh).await.unwrap();
        let by_link = marsh.clone().with_proof(kernel::access::Proof { at: None, by_link: true });
        refused("command-line:root", &by_link, "link that was made there").await;
        agrees(&app, &asked, &by_link).await.unwrap();
        // A second entry of the same human, and one that the asker made or changed.
        let again = person(&app, "X9", "Marsh, Jo (second phone)").await;
        refused(&format!("person:{again}"), &marsh, "have the same name").await;
        let (by, id) = (signed_in(&app, ames, Role::Administrator), lead);
        let read = app.store().read(move |tx| people::by_id(tx, id)).await.unwrap().unwrap();
        let edit = people_app::PersonEdit {
            version: read.version,
            number: read.number,
            name: read.name,
            email: Some("jo@force.test".into()),
            phone: None,
            role: read.role,
            unit: None,
            line_manager: None,
            covert: None,
            starts_on: None,
            last_day: None,
        };
        people_app::edit_person(&app, permit(&by).unwrap(), lead, edit).await.unwrap();
        refused(&asked, &marsh, "added or changed your entry").await;
        world.clock.advance(SPAN);
        agrees(&app, &asked, &marsh).await.unwrap();
        // Roles that do not let them agree, and none.
        let grants = app.store().read(move |tx| rows::open(tx, lead)).await.unwrap();
        people_app::grants::end_role(&app, permit(&desk).unwrap(), grants[0].id, "moved").await.unwrap();
        refused(&asked, &marsh, "none of the roles").await;
    });
}
