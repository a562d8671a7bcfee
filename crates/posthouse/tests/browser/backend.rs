//! An App's backend, which thanks for everything that it is told.

use tokio::{net::TcpListener, task::JoinHandle};

/// Listens until it is dropped.
pub(crate) struct Backend {
    url: String,
    listening: JoinHandle<()>,
}

impl Backend {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/push-events", listener.local_addr().unwrap());
        let thanks = axum::Router::new().fallback(|| async { "" });
        let listening = tokio::spawn(async move { axum::serve(listener, thanks).await.unwrap() });
        Self { url, listening }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        self.listening.abort();
    }
}
