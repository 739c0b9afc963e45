//! Looks certificates up, many at a time, and records that their devices made contact; this is the hot path.
//!
//! An idle device costs one place in a shared statement and no write of its own: look-ups that arrive while one is running are
//! combined into the next, and last contacts are written once a minute per device, once a second for all. If the process stops,
//! at most a second of last contacts is lost, which nothing has relied on yet. Nothing is cached, so any node may answer any
//! device.

use std::collections::HashMap;
use std::time::Duration;

use super::Bound;
use domain::{DeviceId, EnrolmentId, Span, Timestamp};
use store::enrolments::{self, HOT_BATCH, Hot};
use store::{Store, StoreError};
use tokio::sync::{mpsc, oneshot};

use kernel::{App, AppError};

/// Precision to which last contact is recorded.
const CONTACT_GRAIN: Span = Span::from_secs(60);
/// Number of look-ups that may wait; beyond that the caller must retry later.
const MOST_WAITING: usize = 8192;

struct Ask {
    certificate: String,
    reply: oneshot::Sender<Result<Option<Hot>, StoreError>>,
}

/// Handle to the task that looks up who is checking in.
#[derive(Clone)]
pub struct Contacts {
    asks: mpsc::Sender<Ask>,
}

impl Contacts {
    /// Starts the look-up task on the current runtime; it ends when the last handle is dropped.
    #[must_use]
    pub fn start(app: &App) -> Self {
        let (asks, receiver) = mpsc::channel(MOST_WAITING);
        tokio::spawn(serve(app.clone(), receiver));
        Self { asks }
    }

    /// Looks up the live device channel bound to a certificate (SHA-256, hex).
    ///
    /// # Errors
    /// If the database does not answer, or too many look-ups wait already.
    pub async fn look_up(&self, certificate: String) -> Result<Option<Bound>, AppError> {
        let (reply, answer) = oneshot::channel();
        self.asks.try_send(Ask { certificate, reply }).map_err(|_| StoreError::Busy)?;
        match answer.await {
            Ok(found) => Ok(found?.map(Bound::from)),
            Err(_) => Err(AppError::Fault("the service is stopping".into())),
        }
    }
}

async fn serve(app: App, mut asks: mpsc::Receiver<Ask>) {
    let mut spoke: HashMap<EnrolmentId, (DeviceId, Timestamp)> = HashMap::new();
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut batch = Vec::with_capacity(HOT_BATCH);
    loop {
        tokio::select! {
            got = asks.recv_many(&mut batch, HOT_BATCH) => {
                if got == 0 {
                    break;
                }
                answer(&app, &mut batch, &mut spoke).await;
            }
            _ = tick.tick() => write_contacts(app.store(), &mut spoke).await,
        }
    }
    write_contacts(app.store(), &mut spoke).await;
}

async fn answer(app: &App, batch: &mut Vec<Ask>, spoke: &mut HashMap<EnrolmentId, (DeviceId, Timestamp)>) {
    let mut certificates: Vec<String> = batch.iter().map(|ask| ask.certificate.clone()).collect();
    certificates.sort_unstable();
    certificates.dedup();
    let found = app.store().read(move |tx| enrolments::hot_lookup(tx, &certificates)).await;
    let now = app.world().now();
    match found {
        Ok(found) => {
            let by_certificate: HashMap<&str, &Hot> =
                found.iter().map(|hot| (hot.certificate.as_str(), hot)).collect();
            for ask in batch.drain(..) {
                let hot = by_certificate.get(ask.certificate.as_str()).copied().cloned();
                if let Some(hot) = &hot
                    && is_news(hot, now)
                {
                    spoke.insert(hot.enrolment, (hot.device, now));
                }
                // A device that has disconnected in the meantime does not need the answer.
                let _ = ask.reply.send(Ok(hot));
            }
        }
        Err(error) => {
            for ask in batch.drain(..) {
                let _ = ask.reply.send(Err(error.clone()));
            }
        }
    }
}

/// Returns whether a contact now must be recorded.
pub(super) fn is_news(hot: &Hot, now: Timestamp) -> bool {
    hot.last_contact_at.is_none_or(|last| now.since(last) >= CONTACT_GRAIN)
}

async fn write_contacts(store: &Store, spoke: &mut HashMap<EnrolmentId, (DeviceId, Timestamp)>) {
    if spoke.is_empty() {
        return;
    }
    // Every node writes in the same order: two nodes that record the same devices never deadlock.
    let mut list: Vec<_> = spoke.drain().collect();
    list.sort_unstable();
    let count = list.len();
    let written = store
        .write(move |tx| {
            for (enrolment, (device, at)) in list {
                enrolments::note_contact(tx, enrolment, device, at)?;
            }
            Ok::<_, store::StoreError>(())
        })
        .await;
    if let Err(error) = written {
        // The next contact of each device is recorded anyway: nothing to repair.
        tracing::warn!(count, %error, "last contacts were not written");
    }
}
