//! Checks that a database and the keys of the service belong together.
//! What is sealed in a database opens with one key only, and its checkpoints are signed with one key. A database that is combined
//! with other keys loses both, and nobody would notice until it matters.

use domain::World;
use serde::{Deserialize, Serialize};
use store::{Store, sessions};

use crate::seal::Sealer;
use crate::{App, AppError};

const META: &str = "keys";
/// Place for which the value is sealed, and its content.
const PLACE: &str = "keys";
const SAYS: &[u8] = b"the keys of this database";

#[derive(Serialize, Deserialize)]
struct Bound {
    sealed: String,
    ledger: String,
}

/// Returns whether a database has been in use with keys; if so, no new keys may be made for it.
///
/// # Errors
/// If the database does not answer.
pub fn has_keys(store: &Store) -> Result<bool, AppError> {
    let known = store.read_blocking(|tx| {
        Ok::<_, store::StoreError>((sessions::meta(tx, META)?, sessions::meta(tx, "policy")?))
    });
    let (keys, policy) = known?;
    Ok(keys.is_some() || policy.is_some())
}

/// Checks that the keys are the database's own, and records them in a database that has none yet.
///
/// # Errors
/// [`AppError::Keys`], which says which key is a different one and what to do.
pub fn check(app: &App) -> Result<(), AppError> {
    let ledger = app.ledger_key_text();
    let known = app.store().read_blocking(|tx| sessions::meta(tx, META)).map_err(AppError::from)?;
    let Some(known) = known else {
        let value = value(app.sealer(), app.world(), ledger)?;
        let kept = app.store().write_blocking(move |tx| match sessions::meta(tx, META)? {
            Some(_) => Ok(()),
            None => sessions::set_meta(tx, META, &value),
        });
        return kept.map_err(AppError::from);
    };
    let known: Bound = serde_json::from_str(&known).map_err(|error| AppError::fault(&error))?;
    let sealed = hex::decode(&known.sealed).map_err(|error| AppError::fault(&error))?;
    let another = match (app.sealer().open(PLACE, &sealed), known.ledger == ledger) {
        (Ok(_), true) => return Ok(()),
        (Err(_), _) => "seal.key",
        (Ok(_), false) => "ledger.key",
    };
    Err(AppError::Keys(format!(
        "the database and the keys do not belong together: {another} in the data folder is not the one that this database has been \
         in use with. Look whether data and [database] in the settings file name the same installation; a backup holds both. \
         Where the old key is lost for good, `lanyard migrate --accept-keys` takes these"
    )))
}

fn value(sealer: &Sealer, world: &World, ledger: String) -> Result<String, AppError> {
    let sealed = hex::encode(sealer.seal(world, PLACE, SAYS)?);
    serde_json::to_string(&Bound { sealed, ledger }).map_err(|error| AppError::fault(&error))
}

/// Records in a database that the keys of this service are its own from now on.
///
/// # Errors
/// Only if the database does not answer.
pub fn bind(app: &App, tx: &mut store::Tx<'_>) -> Result<(), AppError> {
    let value = value(app.sealer(), app.world(), app.ledger_key_text())?;
    Ok(sessions::set_meta(tx, META, &value)?)
}
