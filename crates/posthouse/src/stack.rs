//! The server's rooms put together: store, IM half, gateway, front.

use std::{path::Path, sync::Arc};

use anyhow::{Context, Result};
use gateway::{Gateway, GatewayConfig};
use im::{Im, ImConfig};
use model::Clock;
use server::{Server, ServerConfig};
use store::{EmbeddedStore, SealKey, Store};

/// A running server.
pub(crate) struct Stack {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) im: Arc<Im>,
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) server: server::Running,
}

/// Opens the store of a folder, made where it is not there.
pub(crate) fn open_store(data: &Path, seal_key: &Path) -> Result<Arc<dyn Store>> {
    std::fs::create_dir_all(data).with_context(|| format!("{} cannot be made", data.display()))?;
    let key = SealKey::load_or_create(seal_key)?;
    let store =
        EmbeddedStore::open(data, key).with_context(|| format!("{} cannot be opened", data.display()))?;
    Ok(store)
}

impl Stack {
    /// Starts everything over an open store.
    pub(crate) async fn start(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        im: ImConfig,
        gateway: GatewayConfig,
        server: ServerConfig,
    ) -> Result<Self> {
        let im = Im::start(Arc::clone(&store), Arc::clone(&clock), im).await?;
        let gateway = Gateway::start(Arc::clone(&store), Arc::clone(&clock), gateway);
        let server = Server::start(Arc::clone(&im), Arc::clone(&gateway), clock, server).await?;
        Ok(Self { store, im, gateway, server })
    }

    /// Takes no more in, lets what is in hand end, then closes the store. Requests that are being answered and pushes
    /// on the wire each have their drain time; everything else is found by the next start.
    pub(crate) async fn stop(self) {
        self.im.drain();
        tokio::join!(self.server.shutdown(), self.gateway.shutdown());
        self.im.stop();
    }
}

/// 32 random bytes as text: for secrets that the program makes itself.
pub(crate) fn random_secret() -> String {
    let (one, other) = (uuid::Uuid::new_v4(), uuid::Uuid::new_v4());
    format!("{}{}", one.simple(), other.simple())
}
