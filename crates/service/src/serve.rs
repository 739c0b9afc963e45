//! `lanyard serve`: the parts joined into the service, on one port.
//!
//! Starting brings the schema up to date and the policy folder into force, unless it is weaker; stopping (SIGTERM, SIGINT) takes no new
//! requests, finishes those in hand, lets the worker finish its job and closes the database. SIGHUP reads the TLS
//! certificate again. `demo` starts the very same service.

mod at_once;
mod bodies;
mod connections;
mod health;
mod names;
mod places;
mod requests;
mod seldom;

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use compliance_app::policy_change::Brought;
use hyper_util::rt::TokioTimer;
use kernel::App;
use kernel::access::{Actor, permit};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::config::{Config, Tls};
use crate::private_files;
use crate::{channels, keys, log, open, system, tls_files, vendors};

/// How long requests in hand may take once the service stops.
const FAREWELL: Duration = Duration::from_secs(20);
/// How long the head of a request may take to arrive.
const HEAD: Duration = Duration::from_secs(20);
/// How often an HTTP/2 connection is asked whether it is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(30);
/// The most that the head of a request may take, in bytes. A device's signature with its certificates is below 8 KiB.
const HEAD_BYTES: u32 = 64 * 1024;
/// What an HTTP/2 stream, and a connection with all of its streams, may send before it is read, in bytes.
const WINDOW: (u32, u32) = (64 * 1024, 256 * 1024);
/// What of an answer an HTTP/2 stream holds that its client does not fetch, in bytes.
const UNSENT: usize = 64 * 1024;

/// Runs the service until it is told to stop.
///
/// # Errors
/// What kept it from starting.
pub fn run(settings: Option<&Path>) -> anyhow::Result<()> {
    let config = Config::load(settings)?;
    log::start(&config.log);
    runtime()?.block_on(async {
        let app = app(&config).await?;
        if let Some(warning) = keys::authority_warning(app.ca()) {
            tracing::warn!("{warning}");
        }
        // A cookie without TLS is for this machine alone, as is an address without it.
        let pages = web::Options {
            secure_cookies: config.address.starts_with("https://"),
            directory: config.directory()?,
            ..web::Options::default()
        };
        let running = Running::start(&config, app, pages).await?;
        tracing::info!(address = config.address, listen = %running.listens, "serving");
        stop_signal().await?;
        running.stop().await
    })
}

/// Returns a runtime on all cores.
///
/// # Errors
/// Where the system gives no threads.
pub fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

/// Resolves when the program is told to stop.
///
/// # Errors
/// Where signals cannot be listened for.
pub async fn stop_signal() -> anyhow::Result<()> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// The service at work.
pub struct Running {
    /// Its use cases.
    pub app: App,
    /// Where it really listens.
    pub listens: SocketAddr,
    handle: Handle<SocketAddr>,
    stop: watch::Sender<bool>,
    worker: JoinHandle<()>,
    server: JoinHandle<std::io::Result<()>>,
}

impl Running {
    /// Starts the service; it listens when this returns.
    ///
    /// # Errors
    /// What keeps it from starting: settings, keys, rules, database, port.
    pub async fn start(config: &Config, app: App, pages: web::Options) -> anyhow::Result<Self> {
        let options = worker::Options {
            pushes: vendors::pushes(config)?,
            channels: channels::channels(config)?,
            copies: config.ledger_copies.clone(),
        };
        kernel::health::expect_examination(&app);
        kernel::health::compare_with_database(&app).await?;
        let gate = gateway::Options {
            certificate_header: config.certificate_header.clone(),
            body_limit: config.body_limit,
            device_messages_a_minute: std::num::NonZeroU32::new(config.limits.device_messages_a_minute),
            accept_sha1_messages: config.accept_sha1_messages,
            callback_token: channels::callback_token(config)?,
        };
        let routes = gateway::router(app.clone(), gate).merge(web::router(app.clone(), pages));
        let routes = requests::around(routes, config);
        for warning in config.warnings() {
            tracing::warn!("{warning}");
        }
        let listener = bind(config.listen)?;
        let listens = listener.local_addr()?;
        let handle = Handle::new();
        let server = listen(listener, routes, config, handle.clone()).await?;
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(health::look_after(app.clone(), health::folders(config), stopped.clone()));
        let worker = tokio::spawn(worker::run(app.clone(), options, stopped));
        Ok(Self { app, listens, handle, stop, worker, server })
    }

    /// Stops the service in order: requests, worker, database.
    ///
    /// # Errors
    /// What the server ended with, if it was a fault.
    pub async fn stop(self) -> anyhow::Result<()> {
        tracing::info!("stopping: finishing what is in hand");
        self.handle.graceful_shutdown(Some(FAREWELL));
        let served =
            self.server.await.map_err(|_| anyhow!("the server ended by a panic; the log names the place"))?;
        // Nobody listens any more only where the worker is gone already.
        let _ = self.stop.send(true);
        self.worker.await.map_err(|_| anyhow!("the worker ended by a panic; the log names the place"))?;
        self.app.store().clone().close().await;
        tracing::info!("stopped");
        Ok(served?)
    }
}

/// Returns the use cases on an up-to-date database, with the policy folder in force, or the policy of the database where the folder is
/// weaker.
///
/// # Errors
/// Settings, keys, rules or database that cannot be used.
pub async fn app(config: &Config) -> anyhow::Result<App> {
    private_files::folder(&config.data)?;
    let store = open::store(config)?;
    let migrating = store.clone();
    for script in tokio::task::spawn_blocking(move || store::migrate(&migrating)).await?? {
        tracing::info!(version = script.version, script = script.name, "brought the schema up to date");
    }
    let policy = open::policy_in_folder(config)?;
    for warning in policy.warnings() {
        tracing::info!("{warning}");
    }
    let app = open::join(config, store, system::world(), policy)?;
    let carried = compliance_app::carry_findings_over(&app).await?;
    if carried > 0 {
        tracing::info!(subjects = carried, "entered the findings of before into the ledger");
    }
    match compliance_app::policy_change::bring_into_force(&app, permit(&Actor::system())?).await? {
        Brought::Unchanged => {}
        Brought::InForce => {
            tracing::info!(digest = app.policy().digest(), "brought the policy folder into force");
        }
        Brought::InsteadOfUnread(why) => tracing::warn!(
            digest = app.policy().digest(),
            why,
            "this version of the program cannot read the policy that was in force, so the policy folder took its place; look at what it \
             changes"
        ),
        Brought::Waits(weakens) => tracing::warn!(
            in_force = app.policy().digest(),
            weakens = weakens.join("; "),
            "the policy folder is weaker than the policy in force, which stays in use: two people decide on it on the page Changes, under \
             Documents; if nobody wants it, put the former folder and settings back and start the service again"
        ),
    }
    Ok(app)
}

fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(address).with_context(|| {
        format!("cannot listen on {address}: is the service running already, or another program there?")
    })?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

async fn listen(
    listener: TcpListener,
    routes: Router,
    config: &Config,
    handle: Handle<SocketAddr>,
) -> anyhow::Result<JoinHandle<std::io::Result<()>>> {
    let entrance = connections::Entrance::new(places(config));
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    let server = axum_server::from_tcp(listener)?.handle(handle);
    Ok(match &config.tls {
        Tls::Plain => {
            let mut server = server.acceptor(entrance);
            limits(server.http_builder(), config.limits.streams);
            tokio::spawn(server.serve(service))
        }
        Tls::Files { certificate, key } => {
            let tls = RustlsConfig::from_config(tls_files::read(certificate, key)?);
            tokio::spawn(read_again(tls.clone(), certificate.clone(), key.clone()));
            let mut server = server.acceptor(RustlsAcceptor::new(tls).acceptor(entrance));
            limits(server.http_builder(), config.limits.streams);
            tokio::spawn(server.serve(service))
        }
    })
}

/// Returns the places for connections. Behind a proxy all of them come from its address, and requests are counted instead.
fn places(config: &Config) -> Arc<places::Places> {
    let most = connections::most();
    let of_address = config.limits.connections_per_address.unwrap_or(most / 2);
    places::Places::new(most, if config.behind_proxy { most } else { of_address })
}

fn limits(
    builder: &mut hyper_util::server::conn::auto::Builder<hyper_util::rt::TokioExecutor>,
    streams: u32,
) {
    let head = usize::try_from(HEAD_BYTES).unwrap_or(usize::MAX);
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(head);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(streams)
        .max_header_list_size(HEAD_BYTES)
        .initial_stream_window_size(WINDOW.0)
        .initial_connection_window_size(WINDOW.1)
        .max_send_buf_size(UNSENT)
        .keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(HEAD);
}

/// Reads the TLS certificate again whenever SIGHUP says so; a file that cannot be used leaves the old one in place.
async fn read_again(config: RustlsConfig, certificate: std::path::PathBuf, key: std::path::PathBuf) {
    let Ok(mut hangup) = signal(SignalKind::hangup()) else { return };
    while hangup.recv().await.is_some() {
        match tls_files::read(&certificate, &key) {
            Ok(read) => {
                config.reload_from_config(read);
                tracing::info!("read the TLS certificate again");
            }
            Err(error) => {
                tracing::error!("the TLS certificate cannot be read again; the one in use stays: {error:#}");
            }
        }
    }
}
