//! The matrix that the policies result in: one line for each action, one column for each role.

use std::fmt::Write as _;

use domain::Force;

use crate::actions::ACTIONS;
use crate::policies::{Policies, Question};
use crate::relation::Relation;
use crate::roles::Role;

/// The headings of the columns, in the order of [`Role::ALL`].
pub const ROLE_COLUMNS: &[&str] = &[
    "HOLD", "LINE", "DESK", "LEAD", "DUTY", "CALL", "ISEC", "FISO", "PSD", "DPO", "TELE", "HR", "POWN",
    "AUDT", "ADMN",
];

/// The things of one force that a role may act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// Whether their own things are included.
    pub own: bool,
    /// Whether things of the people whom they manage are included.
    pub managed: bool,
    /// Whether all other things are included.
    pub others: bool,
}

impl Cell {
    /// Returns whether any things are included.
    #[must_use]
    pub const fn any(self) -> bool {
        self.own || self.managed || self.others
    }

    /// Writes the cell in letters: `-` nothing, `all`, or `o` own, `m` managed, `x` neither of these.
    #[must_use]
    pub fn letters(self) -> String {
        match (self.own, self.managed, self.others) {
            (true, true, true) => "all".into(),
            (false, false, false) => "-".into(),
            (own, managed, others) => [(own, 'o'), (managed, 'm'), (others, 'x')]
                .iter()
                .filter_map(|(is, letter)| is.then_some(*letter))
                .collect(),
        }
    }
}

/// Returns which things of `force` a person in one role, limited to `home`, may act on.
#[must_use]
pub fn cell(
    policies: &Policies,
    role: Role,
    action: &'static str,
    home: Option<Force>,
    force: Force,
) -> Cell {
    let may = |relation| policies.ask(Question { roles: role.into(), home, action, force, relation }).allowed;
    Cell { own: may(Relation::Own), managed: may(Relation::Manages), others: may(Relation::None) }
}

/// Returns the matrix as text, to be reviewed like code.
#[must_use]
pub fn table(policies: &Policies) -> String {
    let forces = policies.forces().iter().map(Force::as_str).collect::<Vec<_>>().join("/");
    let mut text = format!(
        "What each role may do to the things of its own force. `-` nothing, `all` everything, `o` what is their own, `m` what is
of the people whom they manage, `x` what is neither. Where the forces differ: {forces}. Over the wall nobody may
do anything; `!` would mark a cell where that is not so. A role over all forces does the same in each.

",
    );
    for (role, column) in Role::ALL.iter().zip(ROLE_COLUMNS) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{column:<5} {}", role.title());
    }
    let heads: String = ROLE_COLUMNS.iter().map(|head| format!("{head:<5}")).collect();
    let _ = writeln!(text, "\n{:<24}{}", "", heads.trim_end());
    for action in ACTIONS {
        let cells: String =
            Role::ALL.iter().map(|role| format!("{:<5}", letters(policies, *role, action))).collect();
        let _ = writeln!(text, "{action:<24}{}", cells.trim_end());
    }
    text
}

/// Returns a role's cell in letters; where the forces differ, that of each force in order.
#[must_use]
pub fn letters(policies: &Policies, role: Role, action: &'static str) -> String {
    let forces = policies.forces();
    let own: Vec<Cell> =
        forces.iter().map(|force| cell(policies, role, action, Some(*force), *force)).collect();
    let mut text = match own.split_first() {
        Some((first, others)) if others.iter().all(|other| other == first) => first.letters(),
        _ => own.iter().map(|cell| cell.letters()).collect::<Vec<_>>().join("/"),
    };
    let over = forces.iter().any(|home| {
        let others = forces.iter().filter(|force| *force != home);
        others.into_iter().any(|force| cell(policies, role, action, Some(*home), *force).any())
    });
    if over {
        text.push('!');
    }
    text
}
