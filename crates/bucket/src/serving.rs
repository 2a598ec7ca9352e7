//! Connections to the bucket.

use std::{io, net::SocketAddr};

use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use s3s::service::S3Service;
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

/// A server that takes connections until it ends, and takes all of them with it.
pub(crate) struct Serving {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Serving {
    pub(crate) async fn begin(address: SocketAddr, service: S3Service) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok(Self { address, task: tokio::spawn(accept(listener, service)) })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Nobody listens and no connection is left when this returns.
    pub(crate) async fn end(mut self) {
        self.task.abort();
        // It says that it was cancelled.
        drop((&mut self.task).await);
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, service: S3Service) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // Whoever went away before we came is nobody's loss.
                if let Ok((stream, _)) = accepted {
                    connections.spawn(serve(stream, service.clone()));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(stream: TcpStream, service: S3Service) {
    // Without it each answer waits for the client's acknowledgement of its head.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let server = Builder::new(TokioExecutor::new());
    // A client may break off whenever it likes.
    drop(server.serve_connection(TokioIo::new(stream), service).await);
}
