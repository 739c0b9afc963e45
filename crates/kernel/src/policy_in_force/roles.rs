//! Checks the roles that a policy names: crate `policy` does not know which there are.

use policy::{Library, Problem};

use crate::access::Role;

/// Finds registers and documents that name a role which does not exist: each is a problem of its file.
pub(super) fn unknown_roles(library: &Library) -> Vec<Problem> {
    let known: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
    let mut problems = Vec::new();
    for document in &library.documents {
        let Some(role) = &document.cover.owner_role else { continue };
        if role.parse::<Role>().is_err() {
            problems.push(Problem {
                file: format!("documents/{}/document.toml", document.id),
                line: None,
                message: format!("owner_role: \"{role}\" is no role; there are: {}", known.join(", ")),
            });
        }
    }
    for register in library.permissions.values() {
        for role in register.ask.iter().chain(&register.decide).chain(&register.second) {
            if role.parse::<Role>().is_err() {
                problems.push(Problem {
                    file: format!("registers/{}.toml", register.id),
                    line: Some(register.roles_line),
                    message: format!("\"{role}\" is no role; there are: {}", known.join(", ")),
                });
            }
        }
    }
    problems
}
