use super::*;
use crate::import::People;
use kernel::forces::{Contact, ForceDetails, Forces};
use kernel::imports::{File, Kind as _, guess, read_table};

fn there(number: &str, name: &str, id: u128) -> Person {
    let id = PersonId::from_uuid(uuid::Uuid::from_u128(id));
    Person::new(id, domain::samples::NORFOLK, Called { number, name, role: "officer" }, Timestamp::default())
}

fn planned(text: &str, people: &[Person]) -> Plan<PersonChange> {
    let table = read_table::<People>(text.as_bytes()).unwrap();
    let entry = |word, title: &str, short: &str| ForceDetails {
        word,
        title: title.into(),
        short: short.into(),
        service_desk: Contact::default(),
        duty_officer: Contact::default(),
    };
    let entries = vec![
        entry(domain::samples::NORFOLK, "Norfolk Constabulary", "Norfolk"),
        entry(domain::samples::SUFFOLK, "Suffolk Constabulary", "Suffolk"),
    ];
    let file = File::<People> {
        name: "people.csv".into(),
        force: domain::samples::NORFOLK,
        forces: Forces { entries, ..Forces::default() },
        about: String::new(),
        mapping: guess(&table.headings),
        content: table,
        answers: kernel::imports::Answers::new(),
    };
    let existing =
        people.iter().map(|person| ((person.force, person.number.clone()), person.clone())).collect();
    plan(&file, |force| force == domain::samples::NORFOLK, &existing).sealed(People::fingerprint)
}

fn does(plan: &Plan<PersonChange>) -> Vec<(usize, Does)> {
    plan.items.iter().map(|item| (item.row, item.does)).collect()
}

#[test]
fn rows_add_change_end_and_say_nothing_new() {
    let gone = Person { ended_at: Some(Timestamp::from_millis(1)), ..there("4", "Dunn", 4) };
    let people = [there("1", "Ames", 1), there("2", "Byrd", 2), there("3", "Cole", 3), gone];
    let plan = planned(
        "Number,Name,Role,Unit,Left\n1,Ames,officer,,\n2,Byrd,sergeant,Roads,\n3,,,,yes\n4,Dunn,,,no\n5,Fox,officer,,\n",
        &people,
    );
    assert_eq!(plan.same, 1);
    assert_eq!(does(&plan), [(3, Does::Changes), (4, Does::Ends), (5, Does::Returns), (6, Does::Adds)]);
    assert!(plan.wrong.is_empty(), "{:?}", plan.wrong);
}

#[test]
fn each_wrong_row_is_named_with_its_reason() {
    let gone = Person { ended_at: Some(Timestamp::from_millis(1)), ..there("4", "Dunn", 4) };
    let plan = planned(
        "Number,Name,Role,Force,Email,Last day,Line manager,Left\n\
         ,Ames,officer,,,,,\n\
         2,,officer,,,,,\n\
         3,Cole,officer,Suffolk,,,,\n\
         4,Dunn,officer,,,,,\n\
         5,Fox,officer,,not an address,,,\n\
         6,Gray,officer,,,soon,,\n\
         7,Hill,officer,,,,999,\n\
         8,Iles,officer,,,,8,\n\
         9,Jay,officer,,,,,\n\
         9,Jay,officer,,,,,\n\
         10,Kerr,officer,Kent,,,,\n\
         11,Lee,officer,,,,,maybe\n",
        &[gone],
    );
    assert_eq!(does(&plan), [(10, Does::Adds)]);
    let rows: Vec<usize> = plan.wrong.iter().map(|wrong| wrong.row).collect();
    assert_eq!(rows, [2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13]);
    for (row, part) in [
        (3, "Name: enter"),
        (4, "Suffolk"),
        (6, "Work email"),
        (7, "2026-11-22"),
        (8, "999"),
        (11, "line 10"),
    ] {
        let wrong = plan.wrong.iter().find(|wrong| wrong.row == row).unwrap();
        assert!(wrong.why.contains(part), "{wrong:?}");
    }
}

#[test]
fn a_line_manager_may_come_in_the_same_file_and_comes_first() {
    let plan =
        planned("Number,Name,Role,Manager\n1,Ames,o,2\n2,Byrd,o,3\n3,Cole,o,\n4,Dunn,o,5\n5,Fox,o,4\n", &[]);
    assert_eq!(does(&plan), [(4, Does::Adds), (3, Does::Adds), (2, Does::Adds)]);
    assert_eq!(plan.wrong.len(), 2, "two who manage each other");
}

#[test]
fn an_empty_cell_keeps_and_a_hyphen_clears() {
    let before = Person { unit: Some("Roads".into()), phone: Some("1".into()), ..there("1", "Ames", 1) };
    let plan = planned("Number,Unit,Phone,Start date\n1,,-,01/02/2027\n", &[before]);
    let after = &plan.items[0].entry.after;
    assert_eq!((after.unit.as_deref(), after.phone.as_deref()), (Some("Roads"), None));
    assert_eq!(after.starts_on.unwrap().to_string(), "2027-02-01");
}

#[test]
fn a_plan_is_another_where_the_people_are() {
    let text = "Number,Name,Role\n1,Ames,sergeant\n";
    let person = there("1", "Ames", 1);
    let first = planned(text, std::slice::from_ref(&person));
    assert_eq!(first.digest, planned(text, std::slice::from_ref(&person)).digest);
    assert_ne!(first.digest, planned(text, &[Person { version: 2, ..person }]).digest);
}

#[test]
fn fifty_thousand_rows_that_name_each_other_backwards_are_put_in_order() {
    let rows = 50_000;
    let mut text = String::from("Number,Name,Role,Manager\n");
    for number in 1..rows {
        text.push_str(&format!("{number},Ames,officer,{}\n", number + 1));
    }
    text.push_str(&format!("{rows},Byrd,officer,\n"));
    let plan = planned(&text, &[]);
    assert!(plan.wrong.is_empty());
    let order: Vec<usize> = plan.items.iter().map(|item| item.row).collect();
    assert_eq!(order, (2..=rows + 1).rev().collect::<Vec<_>>());
}
