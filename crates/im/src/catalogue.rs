//! Apps with all that is kept beside them, cached until a commit changes them.

use std::sync::Arc;

use model::{
    App, AppId, Certificate, CertificateId, Event, EventKind, PushResource, ResourceId, Timestamp, Webhook,
};
use store::{Change, Op, Store, StoreError};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::{believed::Believed, keys::Keys};

/// Apps that are known at once; beyond that all are forgotten and loaded again.
const KNOWN_MAX: usize = 4096;

/// An App with what it is configured with, as of the last change.
#[derive(Debug)]
pub struct AppView {
    /// The App.
    pub app: App,
    /// Its certificates, by id.
    pub certificates: Vec<Certificate>,
    /// Its push resources, by id.
    pub resources: Vec<PushResource>,
    /// Its webhooks, by id.
    pub webhooks: Vec<Webhook>,
}

impl AppView {
    /// One of the App's certificates.
    #[must_use]
    pub fn certificate(&self, id: CertificateId) -> Option<&Certificate> {
        self.certificates.iter().find(|certificate| certificate.id == id)
    }

    /// One of the App's push resources.
    #[must_use]
    pub fn resource(&self, id: &ResourceId) -> Option<&PushResource> {
        self.resources.iter().find(|resource| resource.id == *id)
    }

    /// Whether a webhook of the App is told of this. Only then is an event worth a row.
    #[must_use]
    pub fn hears(&self, kind: EventKind) -> bool {
        self.webhooks.iter().any(|webhook| webhook.hears(kind))
    }

    /// The op that tells of an event, to be committed beside what it tells of; `None` where nobody hears it.
    #[must_use]
    pub fn announcing(&self, event: Event, at: Timestamp) -> Option<Op> {
        self.hears(event.kind()).then(|| Op::Announce { app: self.app.id, event, at })
    }
}

/// The cache. A read misses after a change and loads again.
pub struct Catalogue {
    store: Arc<dyn Store>,
    views: Believed<AppId, AppView>,
    keys: Keys,
}

impl Catalogue {
    /// An empty cache over a store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, views: Believed::new(KNOWN_MAX), keys: Keys::default() }
    }

    /// An App with what it is configured with.
    ///
    /// # Errors
    /// [`StoreError`] where it has to be loaded and cannot.
    pub async fn view(&self, app: AppId) -> Result<Option<Arc<AppView>>, StoreError> {
        let heard = match self.views.get(&app) {
            Ok(view) => return Ok(Some(view)),
            Err(heard) => heard,
        };
        let Some(found) = self.store.app(app).await? else {
            return Ok(None);
        };
        let view = Arc::new(AppView {
            app: found,
            certificates: self.store.certificates(app).await?,
            resources: self.store.resources(app).await?,
            webhooks: self.store.webhooks(app).await?,
        });
        self.views.keep(heard, app, Arc::clone(&view));
        Ok(Some(view))
    }

    /// API keys that were looked up.
    #[must_use]
    pub const fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Forgets an App, so that the next read loads it. For whoever commits a change and answers for it at once.
    pub fn forget(&self, app: AppId) {
        self.views.forget(&app);
    }

    fn forget_all(&self) {
        self.keys.forget_all();
        self.views.forget_all();
    }
}

/// Forgets what commits change, until the store is gone.
pub(crate) async fn run_invalidation(catalogue: Arc<Catalogue>, mut feed: Receiver<Change>) {
    loop {
        match feed.recv().await {
            Ok(Change::App(app) | Change::Certificate(app, _) | Change::Catalogue(app)) => {
                catalogue.forget(app)
            }
            Ok(Change::ApiKey(hash)) => catalogue.keys.forget(&hash),
            Ok(_) => {}
            Err(RecvError::Lagged(missed)) => {
                catalogue.store.meter().missed.add(missed);
                catalogue.forget_all();
            }
            Err(RecvError::Closed) => return,
        }
    }
}
