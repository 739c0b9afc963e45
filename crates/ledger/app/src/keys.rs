//! Accepts new keys for a database whose old ones are lost for good.

use kernel::access::{Permit, RunService};
use kernel::record::Record;
use kernel::{App, AppError, Work, bound};
use notices_app::alarms::{self, Alarm, AlarmKind};
use serde_json::json;

/// Adopts the keys in the data folder as the database's own: everything encrypted with the old ones is lost.
///
/// # Errors
/// Fails where the database does not answer.
pub async fn accept(app: &App, permit: Permit<RunService>) -> Result<(), AppError> {
    let (node, now) = (app.clone(), app.world().now());
    app.store()
        .write(move |tx| {
            bound::bind(&node, tx)?;
            let by = permit.actor();
            let record = Record::new(&by.name, "keys.accepted", "service".to_owned())
                .detail(json!({ "ledger": node.ledger_key_text() }));
            node.enter(tx, now, record)?;
            let alarm = Alarm {
                force: None,
                kind: AlarmKind::Ledger,
                by: by.name.clone(),
                subject: format!("{} accepted other keys for this database", by.shown),
                body: "What was sealed with the former keys cannot be read any more, and the ledger is signed with another key from \
                       now on. If nobody expected this, restore a backup with its own keys."
                    .to_owned(),
                link: "/ledger".to_owned(),
            };
            alarms::raise(Work { app: &node, tx, now }, alarm)
        })
        .await
}
