//! Reading `[[asks]]`: what a clause asks for, part by part, and whether that and its `[[kept_by]]` speak of the same things.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Platform, SettingKey};

use super::Loader;
use crate::model::{KeptBy, Part};
use crate::reader::Node;

impl Loader<'_> {
    /// Reads the parts; `kept_by` is `None` where that could not be read, so that nothing is compared with it.
    pub(super) fn asks(&self, root: &Node<'_>, kept_by: Option<&[KeptBy]>) -> Option<Vec<Part>> {
        let nodes = root.tables("asks", "a part");
        if nodes.is_empty() {
            if self.library.registers.former {
                return Some(Vec::new());
            }
            root.problem(
                "asks",
                "nothing says what the clause asks for; write [[asks]] for each part of it, with what keeps that part",
            );
            return None;
        }
        let read: Vec<Option<(Part, &Node<'_>)>> =
            nodes.iter().map(|node| Some((part(node)?, node))).collect();
        let parts: Vec<(Part, &Node<'_>)> = read.into_iter().collect::<Option<_>>()?;
        if let Some(kept_by) = kept_by {
            for (part, node) in &parts {
                self.kept_as_said(part, node, kept_by);
            }
            let all: Vec<&Part> = parts.iter().map(|(part, _)| part).collect();
            self.all_is_asked_for(root, &all, kept_by);
        }
        Some(parts.into_iter().map(|(part, _)| part).collect())
    }

    /// Reports what a part names as keeping it and the clause is not kept by.
    fn kept_as_said(&self, part: &Part, node: &Node<'_>, kept_by: &[KeptBy]) {
        let keys = self.keys_of(kept_by);
        for key in part.settings.iter().filter(|key| keys.as_ref().is_some_and(|keys| !keys.contains(*key))) {
            node.problem(
                "settings",
                format!("no settings file that the clause is kept by sets {key}; name one that does under [[kept_by]]"),
            );
        }
        let known = |found: bool, key: &'static str, what: String| {
            if !found {
                node.problem(
                    key,
                    format!(
                        "{what}, but no [[kept_by]] of the clause says so; write one, or change the part"
                    ),
                );
            }
        };
        if let Some(name) = &part.check {
            let found = kept_by.iter().filter_map(KeptBy::rule).any(|rule| rule.check == *name);
            known(found, "check", format!("the part is shown by check {name}"));
        }
        if let Some(name) = &part.procedure {
            let found = kept_by
                .iter()
                .any(|kept| matches!(kept, KeptBy::Procedure { procedure, .. } if procedure == name));
            known(found, "procedure", format!("the part is done as {name}"));
        }
        if let Some(kind) = part.record {
            let found =
                kept_by.iter().any(|kept| matches!(kept, KeptBy::Record { record, .. } if *record == kind));
            known(found, "record", format!("the part is on record as {kind}"));
        }
        if part.agreed {
            let found = kept_by.iter().any(|kept| matches!(kept, KeptBy::Acceptance { .. }));
            known(found, "agreed", "people agree to the part".to_owned());
        }
    }

    /// Reports what the clause is kept by and no part asks for: a verdict worked out from the parts would leave it out.
    fn all_is_asked_for(&self, root: &Node<'_>, parts: &[&Part], kept_by: &[KeptBy]) {
        let unasked = |what: String| {
            root.problem(
                "asks",
                format!("the clause is kept by {what}, and no part asks for that; say which part it keeps"),
            );
        };
        let asked: BTreeSet<&SettingKey> = parts.iter().flat_map(|part| &part.settings).collect();
        for key in self.keys_of(kept_by).into_iter().flatten().filter(|key| !asked.contains(key)) {
            unasked(format!("the setting {key}"));
        }
        for kept in kept_by {
            let (found, what) = match kept {
                KeptBy::Setting { .. } => continue,
                KeptBy::Detection { rule, .. } => (
                    parts.iter().any(|part| part.check.as_ref() == Some(&rule.check)),
                    format!("the check {}", rule.check),
                ),
                KeptBy::Acceptance { .. } => {
                    (parts.iter().any(|part| part.agreed), "an acceptance".to_owned())
                }
                KeptBy::Procedure { procedure, .. } => (
                    parts.iter().any(|part| part.procedure.as_ref() == Some(procedure)),
                    format!("the procedure {procedure}"),
                ),
                KeptBy::Record { record, .. } => {
                    (parts.iter().any(|part| part.record == Some(*record)), format!("the record {record}"))
                }
                KeptBy::Nothing { .. } => {
                    (parts.iter().any(|part| part.nobody.is_some()), "nothing".to_owned())
                }
            };
            if !found {
                unasked(what);
            }
        }
    }

    /// Returns the settings of the files that a clause is kept by; `None` if one of them could not be read, which is a problem of
    /// its own.
    fn keys_of(&self, kept_by: &[KeptBy]) -> Option<BTreeSet<SettingKey>> {
        let names = kept_by.iter().filter_map(|kept| match kept {
            KeptBy::Setting { setting, .. } => Some(setting),
            _ => None,
        });
        let whole = |name: &String| !self.sink.is_faulty(&format!("settings/{name}.toml"));
        let files: Vec<_> = names
            .map(|name| self.library.settings.get(name).filter(|_| whole(name)))
            .collect::<Option<_>>()?;
        Some(files.into_iter().flat_map(|setting| setting.values.keys().cloned()).collect())
    }
}

fn part(node: &Node<'_>) -> Option<Part> {
    let what = node.must_text("part");
    let settings: Vec<String> = node.opt("settings").unwrap_or_default();
    let part = Part {
        what: what?,
        settings: settings.into_iter().map(SettingKey::new).collect(),
        check: node.opt("check"),
        procedure: node.opt("procedure"),
        agreed: node.opt("agreed").unwrap_or_default(),
        record: node.opt("record"),
        nobody: if node.has("nobody") { Some(node.must_text("nobody")?) } else { None },
        except: except(node)?,
    };
    node.finish();
    let kept = !part.settings.is_empty()
        || part.agreed
        || part.check.is_some()
        || part.procedure.is_some()
        || part.record.is_some();
    match (&part.nobody, kept) {
        (None, false) => {
            node.problem(
                "part",
                "the part does not say what keeps it; write settings, check, procedure, agreed, record, or nobody with the reason",
            );
            None
        }
        (Some(_), true) => {
            node.problem("nobody", "the part is kept and kept by nobody; write one of the two, or two parts");
            None
        }
        _ => Some(part),
    }
}

/// Reads the platforms on which nothing keeps the part; `None` if one of them is wrong.
fn except(node: &Node<'_>) -> Option<BTreeMap<Platform, String>> {
    let written: BTreeMap<String, String> = node.opt("except").unwrap_or_default();
    let mut except = BTreeMap::new();
    for (word, why) in written {
        match word.parse::<Platform>() {
            Ok(platform) if !why.trim().is_empty() => {
                except.insert(platform, why);
            }
            Ok(_) => {
                node.problem("except", format!("except: say why nothing keeps the part on {word}"));
                return None;
            }
            Err(fault) => {
                node.problem("except", format!("except: {fault}"));
                return None;
            }
        }
    }
    Some(except)
}
