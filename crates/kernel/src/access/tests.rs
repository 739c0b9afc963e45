//! Permits over a force, over what is one's own, with a token and on the server.

use super::*;
use store::people::Called;

const DESK: &str = r#"
@id("desk")
permit (principal in Role::"service-desk-analyst", action in [Action::"see devices", Action::"command devices"], resource);
@id("own")
permit (principal, action == Action::"see people", resource) when { resource.relation == Relation::"own" };
@id("suffolk-only")
permit (principal in Role::"hr", action == Action::"see people", resource) when { resource.force == Force::"suffolk" };
@id("all")
permit (principal in Role::"auditor", action, resource);
"#;

const FORCES: [Force; 2] = [domain::samples::NORFOLK, domain::samples::SUFFOLK];

fn actor(roles: &str, force: Option<Force>) -> Actor {
    let policies = Policies::load([("access/a.cedar", DESK)].into_iter(), &FORCES).unwrap();
    Actor {
        name: "person:1".into(),
        shown: "A".into(),
        person: Some(PersonId::from_uuid(uuid::Uuid::nil())),
        roles: roles.parse().unwrap(),
        force,
        everywhere: Roles::NONE,
        proof: Proof::default(),
        by: By::Policies(Arc::new(policies)),
    }
}

fn person(id: u128, force: Force) -> Person {
    let id = PersonId::from_uuid(uuid::Uuid::from_u128(id));
    Person::new(
        id,
        force,
        Called { number: "1", name: "A", role: "officer" },
        domain::Timestamp::from_millis(0),
    )
}

#[test]
fn the_force_is_a_wall() {
    let analyst = actor("service-desk-analyst", Some(domain::samples::NORFOLK));
    let permit: Permit<SeeDevices> = permit(&analyst).unwrap();
    assert!(permit.reaches(domain::samples::NORFOLK).is_ok());
    let refused = permit.reaches(domain::samples::SUFFOLK).unwrap_err();
    assert!(refused.to_string().contains("another force"), "{refused}");
}

#[test]
fn several_roles_add_up_and_an_auditor_among_them_takes_away_every_change() {
    let both = actor("service-desk-analyst holder", None);
    assert!(permit::<CommandDevices>(&both).is_ok());
    let refused = permit::<ManagePeople>(&both).unwrap_err();
    assert!(refused.to_string().contains("Service desk analyst may not manage people"), "{refused}");
    let auditing = actor("service-desk-analyst auditor", None);
    assert!(permit::<SeeDevices>(&auditing).is_ok() && permit::<CommandDevices>(&auditing).is_err());
    assert!(permit::<SeeDevices>(&actor("", None)).is_err());
}

#[test]
fn who_may_see_their_own_gets_no_permit_over_the_force() {
    let holder = actor("holder", Some(domain::samples::NORFOLK));
    assert!(permit::<SeePeople>(&holder).is_err());
    let within = permit_within::<SeePeople>(&holder).unwrap();
    assert!(within.reaches_person(&person(0, domain::samples::NORFOLK)).is_ok());
    let managed = Person { line_manager: holder.person, ..person(7, domain::samples::NORFOLK) };
    assert_eq!(holder.relation_to(&managed), Relation::Manages);
    let refused = within.reaches_person(&managed).unwrap_err();
    assert!(refused.to_string().contains("neither yours"), "{refused}");
    assert!(
        within.reaches_person(&person(0, domain::samples::SUFFOLK)).is_err(),
        "not even their own over the wall"
    );
    let me = holder.person.unwrap();
    let own = Reach::Related { force: domain::samples::NORFOLK, me, own: true, managed: false };
    assert_eq!(within.reach(), own);
    let nobody = Actor { person: None, ..holder };
    assert!(permit_within::<SeePeople>(&nobody).is_err(), "who is nobody owns nothing");
}

#[test]
fn a_policy_for_one_force_gives_a_scope_of_that_force() {
    let both = permit::<SeePeople>(&actor("hr", None)).unwrap();
    assert_eq!(both.scope().force(), Some(domain::samples::SUFFOLK));
    assert!(permit::<SeePeople>(&actor("hr", Some(domain::samples::NORFOLK))).is_err());
}

#[test]
fn a_token_may_do_what_its_scope_names_in_its_force() {
    let token = Actor::token("1", "Entra", ApiScope::Scim, domain::samples::SUFFOLK);
    let permit: Permit<ProvisionPeople> = super::permit(&token).unwrap();
    assert_eq!(permit.scope().force(), Some(domain::samples::SUFFOLK));
    assert!(super::permit::<SeePeople>(&token).is_err() && super::permit::<RunService>(&token).is_err());
    assert!(permit_within::<SeePeople>(&token).is_err());
    let feed = Actor::token("2", "VPN", ApiScope::DeviceUse, domain::samples::SUFFOLK);
    assert!(super::permit::<ReportUse>(&feed).is_ok() && super::permit::<ProvisionPeople>(&feed).is_err());
}

#[test]
fn the_command_line_is_bound_by_no_policy() {
    assert!(permit::<RunService>(&Actor::command_line("root")).is_ok());
    assert!(permit::<ApproveDestruction>(&Actor::system()).is_ok());
}
