//! A TCP front before a simulator that can hold connections back.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::{mpsc, watch},
};

/// Takes connections, and lets them through once it is told to.
pub(crate) struct Front {
    pub(crate) address: SocketAddr,
    open: watch::Sender<bool>,
    knocks: mpsc::UnboundedReceiver<()>,
}

impl Front {
    pub(crate) async fn before(behind: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (open, watch) = watch::channel(false);
        let (knock, knocks) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let _ = knock.send(());
                let mut watch = watch.clone();
                tokio::spawn(async move {
                    watch.wait_for(|open| *open).await.ok()?;
                    let mut server = TcpStream::connect(behind).await.ok()?;
                    copy_bidirectional(&mut client, &mut server).await.ok()
                });
            }
        });
        Self { address, open, knocks }
    }

    /// Waits until somebody wants to connect.
    pub(crate) async fn knocked(&mut self) {
        self.knocks.recv().await.unwrap();
    }

    /// Lets everybody through.
    pub(crate) fn open(&self) {
        self.open.send_replace(true);
    }
}
