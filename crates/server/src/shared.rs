//! What every socket and endpoint shares.

use std::sync::Arc;

use gateway::Gateway;
use im::{AppView, Im};
use model::{AppId, CertificateId, Clock, ErrorCode, Fault, Timestamp};
use store::Store;
use tokio::sync::{Mutex, watch};

use crate::{ServerConfig, console::Entrance, limits::Gate, meter::ServerMeter, problem::Problem};

/// What every socket and endpoint shares.
pub(crate) struct Shared {
    pub(crate) im: Arc<Im>,
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) config: ServerConfig,
    /// Turns true when the server goes down.
    pub(crate) goes_down: watch::Receiver<bool>,
    /// Counts requests against the limits.
    pub(crate) gate: Gate,
    pub(crate) meter: ServerMeter,
    /// Makes and redeems links into the console.
    pub(crate) entrance: Arc<Entrance>,
    /// Held while an App is made: its number is the highest so far and one.
    pub(crate) making_app: Mutex<()>,
    /// Held while something that is kept with an App's view is saved: what was counted or read must still be so.
    pub(crate) saving_catalogue: Mutex<()>,
    clock: Arc<dyn Clock>,
}

impl Shared {
    pub(crate) fn new(
        im: Arc<Im>,
        gateway: Arc<Gateway>,
        clock: Arc<dyn Clock>,
        config: ServerConfig,
        entrance: Arc<Entrance>,
        goes_down: watch::Receiver<bool>,
    ) -> Arc<Self> {
        Arc::new(Self {
            im,
            gateway,
            gate: Gate::new(&config.limits),
            meter: ServerMeter::default(),
            config,
            goes_down,
            entrance,
            making_app: Mutex::default(),
            saving_catalogue: Mutex::default(),
            clock,
        })
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn store(&self) -> &Arc<dyn Store> {
        self.im.store()
    }

    /// An App with its certificates.
    pub(crate) async fn view(&self, app: AppId) -> Result<Arc<AppView>, Problem> {
        self.im.catalogue().view(app).await?.ok_or_else(|| Fault::from(ErrorCode::NotFound).into())
    }

    /// Whether a certificate's lane takes more of what names it alone.
    pub(crate) async fn check_lane(&self, certificate: CertificateId) -> Result<(), Problem> {
        if self.im.is_lane_full(certificate).await? {
            let detail = format!("the lane of certificate {certificate} is full");
            return Err(Problem::new(ErrorCode::Busy, detail));
        }
        Ok(())
    }
}

/// Returns when the server goes down.
pub(crate) async fn went_down(goes_down: &mut watch::Receiver<bool>) {
    // An error means that the server is gone altogether.
    let _ = goes_down.wait_for(|down| *down).await;
}
