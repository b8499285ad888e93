//! Listening, answering, and ending when told to.

use std::io::Write as _;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
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

use crate::Arguments;
use crate::public::PublicFiles;
use crate::storage::Storage;

/// How long answers under way may take when the server is told to end.
const GRACE: Duration = Duration::from_secs(5);

/// Listens until the process is told to end.
pub async fn serve(arguments: Arguments) -> Result<()> {
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
