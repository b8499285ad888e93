//! How the fakes that speak HTTP are served: on a free port of this machine, until they go.

use std::io;
use std::net::SocketAddr;

use axum::Router;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

/// A router that is served. It ends with this value.
pub(crate) struct Serving {
    pub(crate) address: SocketAddr,
    task: JoinHandle<()>,
    runtime: Option<Runtime>,
}

impl Serving {
    /// On the caller's runtime.
    ///
    /// # Errors
    /// When no port can be had.
    pub(crate) async fn here(router: Router) -> io::Result<Self> {
        Self::of(TcpListener::bind(("127.0.0.1", 0)).await?, router)
    }

    /// On a runtime of its own, for callers that have none, or block theirs.
    ///
    /// # Errors
    /// When no port and no thread can be had.
    pub(crate) fn apart(router: Router) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let entered = runtime.enter();
        let mut serving = Self::of(TcpListener::from_std(listener)?, router)?;
        drop(entered);
        serving.runtime = Some(runtime);
        Ok(serving)
    }

    fn of(listener: TcpListener, router: Router) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let task = tokio::spawn(async move {
            // It serves until it is aborted.
            drop(axum::serve(listener, router).await);
        });
        Ok(Self {
            address,
            task,
            runtime: None,
        })
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.task.abort();
        if let Some(runtime) = self.runtime.take() {
            // A test that ends in a runtime of its own may not wait.
            runtime.shutdown_background();
        }
    }
}
