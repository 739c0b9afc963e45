//! An incident of the demo: an officer reports a breach of their own, and nobody has decided about it yet.

use domain::PersonId;
use incidents_app::breach::{NewBreach, report_breach};
use kernel::App;
use kernel::access::{Role, Roles, Who, actor, permit};

use crate::cast::Cast;

/// Reports the breach; a policy without a form for it, or without leave for holders to report, has none.
pub(crate) async fn seed(app: &App, cast: &Cast, people: &[PersonId]) -> anyhow::Result<()> {
    let named = cast.people();
    let (Some(person), Some(named)) = (people.first().copied(), named.first()) else { return Ok(()) };
    let policy = app.policy();
    let forms = policy.library().forms.values();
    let kinds = forms.filter(|form| form.own_report.is_some()).flat_map(|form| &form.kinds);
    let Some(kind) = kinds.map(|kind| kind.name.clone()).next() else { return Ok(()) };
    let reporter = actor(
        app,
        Who {
            name: format!("person:{person}"),
            shown: named.name.clone(),
            person: Some(person),
            roles: Role::Holder.into(),
            force: Some(named.force),
            everywhere: Roles::NONE,
        },
    );
    let answers = [
        ("what-happened", "A photograph of a handover sheet is among my own pictures"),
        ("when", "Taken on Friday, noticed today"),
        ("who-has-it", "Nobody but me"),
    ];
    let new = NewBreach {
        kind,
        answers: answers.map(|(name, answer)| (name.to_owned(), answer.to_owned())).into(),
        joins: None,
        once: app.world().uuid().to_string(),
        send: false,
    };
    // A force whose access policies let holders do nothing of their own has no report to look at.
    let Ok(permit) = permit(&reporter) else { return Ok(()) };
    report_breach(app, permit, new).await?;
    Ok(())
}
