//! Mobile numbers of the demo's people: whoever would be called now proves one, by the code that the stand-in for the provider of texts
//! was given.

use std::time::Duration;

use domain::{Channel, PersonId};
use kernel::access::{AcceptOwn, Actor, Role, Roles, SeeOwn, Who, permit};
use kernel::{App, Work};
use notices_app::methods;

use super::texts::TextProvider;

/// The numbers that no network gives to anybody: 07700 900300 and those after it.
const FIRST: usize = 300;
/// Most people who get one.
const MOST: usize = 30;
/// How often it is looked whether a code has come, and how long between.
const LOOKS: usize = 100;
const PAUSE: Duration = Duration::from_millis(100);

/// Gives a number to everybody who would be called now and has none. What goes wrong is told in the log: the demo goes on.
pub(crate) async fn prove(app: App, texts: TextProvider) {
    if let Err(error) = all(&app, &texts).await {
        tracing::warn!(%error, "the demo's people have no mobile numbers");
    }
}

async fn all(app: &App, texts: &TextProvider) -> anyhow::Result<()> {
    let (own, now) = (app.clone(), app.world().now());
    let called = app
        .store()
        .read(move |tx| {
            let mut called = Vec::new();
            for force in own.forces() {
                for rung in losses_app::chain::chain(Work { app: &own, tx, now }, force)? {
                    called.extend(rung.people.into_iter().map(|person| person.id));
                }
            }
            Ok::<_, kernel::AppError>(called)
        })
        .await?;
    for (person, number) in called.into_iter().zip(FIRST..FIRST + MOST) {
        one(app, texts, person, &format!("+447700900{number}")).await?;
    }
    Ok(())
}

async fn one(app: &App, texts: &TextProvider, person: PersonId, number: &str) -> anyhow::Result<()> {
    let actor = actor(app, person).await?;
    let own = methods::own_methods(app, permit::<SeeOwn>(&actor)?).await?;
    if own.is_none_or(|own| own.methods.iter().any(|method| method.channel == Channel::Text)) {
        return Ok(());
    }
    methods::add_method(app, permit::<AcceptOwn>(&actor)?, Channel::Text, number).await?;
    let own = methods::own_methods(app, permit::<SeeOwn>(&actor)?).await?;
    let added = own.and_then(|own| own.methods.into_iter().find(|method| !method.verified)?.id);
    let Some(added) = added else { return Ok(()) };
    for _ in 0..LOOKS {
        if let Some(code) = code_to(texts, number) {
            methods::verify_method(app, permit::<AcceptOwn>(&actor)?, added, &code).await?;
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

/// Finds the code in the last text to a number.
fn code_to(texts: &TextProvider, number: &str) -> Option<String> {
    let text = texts.texts().into_iter().rev().find(|text| text.to == number)?;
    let words = text.says.split(|c: char| !c.is_ascii_digit());
    words.map(str::to_owned).find(|word| word.len() == 6)
}

async fn actor(app: &App, person: PersonId) -> anyhow::Result<Actor> {
    let found = app.store().read(move |tx| store::people::by_id(tx, person)).await?;
    let force = found.as_ref().map(|person| person.force);
    Ok(kernel::access::actor(
        app,
        Who {
            name: format!("person:{person}"),
            shown: found.map(|person| person.name).unwrap_or_default(),
            person: Some(person),
            roles: Role::Holder.into(),
            force,
            everywhere: Roles::NONE,
        },
    ))
}
