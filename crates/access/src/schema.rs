//! The Cedar schema of the names that policies may use: generated from the types, so that a policy that names an unknown role,
//! action or relationship is refused.

use std::fmt::Write as _;

use domain::Force;

use crate::actions::ACTIONS;
use crate::relation::Relation;
use crate::roles::Role;

const HEAD: &str = "\
// What the policies of this folder may speak of. The program writes this file from its own types and checks every policy
// against them: changing it here changes nothing. It is here to be read, and for editors that understand Cedar.
";

fn quoted<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}

/// Returns the schema for these forces, which is also stored in `policy/access/lanyard.cedarschema`.
#[must_use]
pub fn schema(forces: &[Force]) -> String {
    let mut text = String::from(HEAD);
    let forces = quoted(forces.iter().map(Force::as_str));
    let relations = quoted(Relation::ALL.iter().map(|relation| relation.as_str()));
    let roles = Role::ALL.iter().map(|role| format!("  \"{role}\"")).collect::<Vec<_>>().join(",\n");
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "
entity Force enum [{forces}];

// What the thing is to whoever asks: none of theirs; their own (their record, a device they hold, an order they asked for);
// or of somebody whose line manager they are.
entity Relation enum [{relations}];

entity Role enum [
{roles}
];

// Whoever asks: in every role that they have, with the force or forces whose things they may reach at all.
entity Person in [Role] {{
  forces: Set<Force>,
}};

// A person, a device, a case, an entry: whatever is seen or changed. It belongs to a force.
entity Thing {{
  force: Force,
  relation: Relation,
}};

action \"read\";
action \"change\";
"
    );
    for action in ACTIONS {
        let group = if is_read(action) { "read" } else { "change" };
        let _ = writeln!(
            text,
            "action \"{action}\" in [\"{group}\"] appliesTo {{ principal: Person, resource: Thing }};"
        );
    }
    text
}

/// Returns whether the action changes nothing.
pub(crate) fn is_read(action: &str) -> bool {
    action.starts_with("see ")
}
