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
    mood: watch::Sender<Mood>,
    knocks: mpsc::UnboundedReceiver<()>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mood {
    /// Connections are taken, and nothing comes through.
    Shut,
    /// Everything comes through.
    Open,
    /// Nothing comes through any more on connections that were open.
    Frozen,
}

impl Front {
    pub(crate) async fn before(behind: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (mood, watch) = watch::channel(Mood::Shut);
        let (knock, knocks) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let _ = knock.send(());
                tokio::spawn(pass(client, behind, watch.clone()));
            }
        });
        Self { address, mood, knocks }
    }

    /// Waits until somebody wants to connect.
    pub(crate) async fn knocked(&mut self) {
        self.knocks.recv().await.unwrap();
    }

    /// How many have wanted to connect since it was last asked.
    pub(crate) fn knocks(&mut self) -> usize {
        std::iter::from_fn(|| self.knocks.try_recv().ok()).count()
    }

    /// Lets everybody through.
    pub(crate) fn open(&self) {
        self.mood.send_replace(Mood::Open);
    }

    /// Lets nothing through any more, without a word to either side.
    pub(crate) fn freeze(&self) {
        self.mood.send_replace(Mood::Frozen);
    }
}

async fn pass(mut client: TcpStream, behind: SocketAddr, mut mood: watch::Receiver<Mood>) -> Option<()> {
    mood.wait_for(|mood| *mood == Mood::Open).await.ok()?;
    let mut server = TcpStream::connect(behind).await.ok()?;
    client.set_nodelay(true).ok()?;
    server.set_nodelay(true).ok()?;
    tokio::select! {
        _ = copy_bidirectional(&mut client, &mut server) => Some(()),
        () = frozen(mood) => std::future::pending().await,
    }
}

async fn frozen(mut mood: watch::Receiver<Mood>) {
    if mood.wait_for(|mood| *mood == Mood::Frozen).await.is_err() {
        std::future::pending().await
    }
}
