//! `local-s3`: a folder as an S3 server, so that everything can be tried without an account.
//! It is for one machine: it listens on the loopback address and knows one key.

mod attributes;
mod public;
mod server;
mod storage;

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

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
    match server::serve(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
