//! `local-s3`: a folder as an S3 server, so that everything can be tried without an account.
//! It is for one machine: it listens on the loopback address and knows one key.

mod attributes;
mod public;
mod storage;

use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use futures::FutureExt as _;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

use public::PublicFiles;
use storage::Storage;

/// How long answers under way may take when the server is told to end.
const GRACE: Duration = Duration::from_secs(5);

/// Serves a folder by the S3 interface, for trying and testing.
///
/// Objects can also be fetched without a key under /public/<bucket>/<key>, as from a public
/// bucket. The one key is read from LOCAL_S3_ACCESS_KEY and LOCAL_S3_SECRET_KEY.
#[derive(Parser)]
#[command(name = "local-s3", version)]
struct Arguments {
    /// The folder that holds the buckets; made when absent
    #[arg(long)]
    root: PathBuf,

    /// The address to listen on
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,

    /// The port; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,

    /// A bucket to make when it is absent (may be repeated)
    #[arg(long = "bucket", value_name = "NAME")]
    buckets: Vec<String>,

    /// Write the server's address to this file when it listens
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,

    #[arg(long, env = "LOCAL_S3_ACCESS_KEY", hide = true, hide_env_values = true)]
    access_key: String,

    #[arg(long, env = "LOCAL_S3_SECRET_KEY", hide = true, hide_env_values = true)]
    secret_key: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .init();
    match serve(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(arguments: Arguments) -> Result<()> {
    make_folder(&arguments.root)?;
    for bucket in &arguments.buckets {
        make_folder(&arguments.root.join(bucket))?;
    }
    let root = arguments
        .root
        .canonicalize()
        .with_context(|| format!("find {}", arguments.root.display()))?;
    let mut builder = S3ServiceBuilder::new(Storage::new(&root)?);
    builder.set_auth(SimpleAuth::from_single(
        arguments.access_key.clone(),
        arguments.secret_key.clone(),
    ));
    let service = builder.build();
    let public = Arc::new(PublicFiles::new(root));
    let listener = TcpListener::bind((arguments.host, arguments.port))
        .await
        .with_context(|| format!("listen on {}, port {}", arguments.host, arguments.port))?;
    let address = format!("http://{}", listener.local_addr()?);
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    if let Some(path) = &arguments.ready_file {
        tell(path, &address).with_context(|| format!("write {}", path.display()))?;
    }
    tracing::info!("serving {} at {address}", arguments.root.display());

    let (ending, ended) = watch::channel(());
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((socket, _)) => {
                    connections.spawn(converse(socket, service.clone(), Arc::clone(&public), ended.clone()));
                }
                Err(error) => {
                    tracing::warn!("cannot accept a connection: {error}");
                    // Out of file descriptors, most likely: others must end first.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            Some(_) = connections.join_next() => {}
            _ = terminated.recv() => break,
            _ = interrupted.recv() => break,
        }
    }
    drop((ending, listener));
    let rest = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, rest).await.is_err() {
        tracing::warn!("some answers were not finished");
    }
    Ok(())
}

/// Answers the requests of one connection, until the client or the server ends it.
async fn converse(
    socket: TcpStream,
    service: S3Service,
    public: Arc<PublicFiles>,
    mut ended: watch::Receiver<()>,
) {
    let answer = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        if PublicFiles::is_for(&request) {
            let public = Arc::clone(&public);
            async move { Ok(public.answer(&request).await) }.boxed()
        } else {
            hyper::service::Service::call(&service, request)
        }
    });
    let builder = Builder::new(TokioExecutor::new());
    let mut connection = pin!(builder.serve_connection(TokioIo::new(socket), answer));
    let result = tokio::select! {
        result = connection.as_mut() => result,
        _ = ended.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        tracing::debug!("a connection ended: {error}");
    }
}

fn make_folder(path: &Path) -> Result<()> {
    std::fs::create_dir_all(path).with_context(|| format!("make {}", path.display()))
}

/// Writes the address where somebody waits for it: at once or not at all.
fn tell(path: &Path, address: &str) -> std::io::Result<()> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".tmp");
    let mut file = std::fs::File::create(&unfinished)?;
    file.write_all(address.as_bytes())?;
    drop(file);
    std::fs::rename(&unfinished, path)
}
