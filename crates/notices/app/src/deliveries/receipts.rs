//! Takes in the receipts that a provider of texts sends of its own accord.

use domain::DeliveryId;
use outbound::notify::receipt;
use store::deliveries;

use super::note;
use kernel::{App, AppError};

/// What a provider says of one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptCame {
    /// Its own id for the text.
    pub provider_id: String,
    /// The reference that we gave it.
    pub reference: Option<String>,
    /// What became of it, in the provider's word.
    pub status: String,
}

/// Takes in a receipt; returns whether it is about a text of ours. The same one again changes nothing, and none moves a text backwards.
///
/// # Errors
/// Only if the database does not answer.
pub async fn take_receipt(app: &App, came: ReceiptCame) -> Result<bool, AppError> {
    let app = app.clone();
    app.clone()
        .store()
        .write(move |tx| {
            let reference = came.reference.as_deref().and_then(|text| text.parse::<DeliveryId>().ok());
            let found = match reference {
                Some(id) => deliveries::by_id(tx, id)?,
                None => deliveries::by_provider(tx, &came.provider_id)?,
            };
            let is_same =
                |known: &Option<String>| known.as_ref().is_none_or(|known| *known == came.provider_id);
            let Some(delivery) = found.filter(|one| is_same(&one.provider_id)) else { return Ok(false) };
            note::lock(tx, &delivery)?;
            note::take(&app, tx, &delivery, receipt(&came.status))?;
            Ok(true)
        })
        .await
}
