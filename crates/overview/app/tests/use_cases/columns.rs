use kernel::imports::*;
use people_app::import::{Column, People};

#[test]
fn headings_are_guessed_and_no_column_is_two_things() {
    let headings: Vec<String> =
        ["Collar Number", "Forename", "SURNAME", "Job title", "Manager", "Number", "Shoe size"]
            .map(String::from)
            .to_vec();
    assert_eq!(
        guess::<Column>(&headings),
        [
            Some(Column::Number),
            Some(Column::GivenName),
            Some(Column::FamilyName),
            Some(Column::Role),
            Some(Column::LineManager),
            None,
            None
        ]
    );
}

#[test]
fn headings_that_are_not_in_the_first_line_are_found_by_what_they_mean() {
    let table = read_table::<People>(b"Export of 1 November\nCollar No,Name\n1,Ames\n").unwrap();
    assert_eq!(table.headings, ["Collar No", "Name"]);
    assert!(table.notes.join(" ").contains("line 2"), "{:?}", table.notes);
}
