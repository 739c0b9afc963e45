//! Groups of settings as configuration profiles.

use domain::Platform;
use platform_port::{Bundle, CannotCompile, Compiled, Group, Publisher};
use protocol_apple::settings::{self, ProfileOptions, Target};

/// Writes one profile for each group of clauses.
pub(crate) fn compile(
    platform: Platform,
    groups: Vec<Group>,
    publisher: &Publisher,
) -> Result<Compiled, CannotCompile> {
    let Some(target) = Target::of(platform) else { return Ok(Compiled::default()) };
    let options = ProfileOptions {
        network_passwords: publisher.network_passwords.clone(),
        ..ProfileOptions::new(&publisher.organisation, &publisher.identifier_prefix)
    };
    let groups: Vec<settings::Group> = groups
        .into_iter()
        .map(|group| settings::Group {
            id: group.id,
            title: group.title,
            values: group.values,
            clauses: group.clauses,
        })
        .collect();
    let compiled =
        settings::compile(target, &groups, &options).map_err(|error| CannotCompile(error.to_string()))?;
    let bundles = compiled.profiles.into_iter().map(|made| Bundle {
        group: made.group,
        identifier: made.identifier,
        mark: made.uuid,
        title: made.display_name,
        clauses: made.clauses,
        bytes: made.bytes,
    });
    Ok(Compiled {
        bundles: bundles.collect(),
        warnings: compiled.warnings.iter().map(ToString::to_string).collect(),
    })
}
