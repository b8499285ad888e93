//! `local-s3`: a folder as an S3 server, so that everything can be tried without an account.
//! It is for one machine: it listens on the loopback address and knows one key.

mod public;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::Parser;
use futures::FutureExt as _;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use public::PublicFiles;

/// Serves a folder by the S3 interface, on this machine only.
///
/// Objects can also be fetched without a key under /public/<bucket>/<key>, as from a public
/// bucket. The one key is read from LOCAL_S3_ACCESS_KEY and LOCAL_S3_SECRET_KEY.
#[derive(Debug, Parser)]
#[command(name = "local-s3", version)]
struct Arguments {
    /// The folder that holds the buckets; made when absent
    #[arg(long)]
    root: PathBuf,

    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,

    /// A bucket to make when it is absent (may be repeated)
    #[arg(long = "bucket", value_name = "NAME")]
    buckets: Vec<String>,

    /// Write the server's address to this file when it listens
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,

    #[arg(long, env = "LOCAL_S3_ACCESS_KEY", hide = true)]
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
    for bucket in &arguments.buckets {
        let path = arguments.root.join(bucket);
        std::fs::create_dir_all(&path).with_context(|| format!("make {}", path.display()))?;
    }
    let service = storage(&arguments)?;
    let public = Arc::new(PublicFiles::new(&arguments.root)?);
    let listener = TcpListener::bind(("127.0.0.1", arguments.port))
        .await
        .with_context(|| format!("listen on 127.0.0.1:{}", arguments.port))?;
    let address = format!("http://{}", listener.local_addr()?);
    if let Some(path) = &arguments.ready_file {
        std::fs::write(path, &address).with_context(|| format!("write {}", path.display()))?;
    }
    tracing::info!("serving {} at {address}", arguments.root.display());
    let mut terminated = signal(SignalKind::terminate())?;
    loop {
        let socket = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((socket, _)) => socket,
                Err(error) => {
                    tracing::warn!("cannot accept a connection: {error}");
                    continue;
                }
            },
            _ = terminated.recv() => return Ok(()),
            _ = tokio::signal::ctrl_c() => return Ok(()),
        };
        let (service, public) = (service.clone(), Arc::clone(&public));
        let answer = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            if PublicFiles::is_for(&request) {
                let public = Arc::clone(&public);
                async move { Ok(public.answer(&request).await) }.boxed()
            } else {
                hyper::service::Service::call(&service, request)
            }
        });
        tokio::spawn(async move {
            let connections = Builder::new(TokioExecutor::new());
            let connection = connections.serve_connection(TokioIo::new(socket), answer);
            if let Err(error) = connection.await {
                tracing::debug!("a connection ended: {error}");
            }
        });
    }
}

fn storage(arguments: &Arguments) -> Result<S3Service> {
    let files = s3s_fs::FileSystem::new(&arguments.root)
        .map_err(|error| anyhow::anyhow!("open {}: {error:?}", arguments.root.display()))?;
    let mut builder = S3ServiceBuilder::new(files);
    builder.set_auth(SimpleAuth::from_single(
        arguments.access_key.clone(),
        arguments.secret_key.clone(),
    ));
    Ok(builder.build())
}
