//! Looking at certificates and vendors from outside a running gateway: for whoever checks an installation.

use std::{sync::Arc, time::Duration};

use model::{Clock, FieldErrors, Form, Vendor};
use vendors::{Channel, Origin, WireRequest};

use crate::{
    GatewayConfig, ProbeReport,
    net::{Dialer, Place, exchange_once},
    probe::{self, Tools},
};

/// Looks at certificates and vendors. It sends no push.
pub struct Examiner {
    dialer: Dialer,
    config: GatewayConfig,
    clock: Arc<dyn Clock>,
}

/// How long a page may take.
const PATIENCE: Duration = Duration::from_secs(10);

fn greeting() -> WireRequest {
    WireRequest {
        stage: "examine",
        to: None,
        method: "GET",
        path: "/".to_owned(),
        headers: vec![("user-agent", "Posthouse".to_owned())],
        authorization: None,
        body: Vec::new(),
    }
}

/// What was seen of a certificate and its vendor.
#[derive(Debug)]
pub struct Examination {
    /// `host:port` of the vendor.
    pub host: String,
    /// Whether a connection came about and a request was answered, whatever the answer; else Posthouse's own code.
    pub reached: Result<(), &'static str>,
    /// What the vendor's clock says, as its `Date` header has it.
    pub date: Option<String>,
    /// What the vendor says to the certificate.
    pub probe: ProbeReport,
}

impl Examiner {
    /// Vendors are reached as this gateway would.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, config: GatewayConfig) -> Self {
        Self { dialer: Dialer::new(&config), config, clock }
    }

    /// Reads a certificate's form, asks its vendor for anything at all, then asks whether it takes the certificate.
    ///
    /// # Errors
    /// Every fault of the form.
    pub async fn examine(&self, vendor: Vendor, form: &Form) -> Result<Examination, FieldErrors> {
        let tools = Tools { dialer: &self.dialer, config: &self.config, now: self.clock.now() };
        let channel = probe::open(tools, vendor, form).await?;
        let Origin { host, port, .. } = channel.route().origin;
        let (reached, date) = match self.greet(vendor, &*channel).await {
            Ok(date) => (Ok(()), date),
            Err(code) => (Err(code), None),
        };
        let probe = probe::report(tools, vendor, &*channel).await;
        Ok(Examination { host: format!("{host}:{port}"), reached, date, probe })
    }

    /// Gets a page as a webhook would be reached, own network included; answers status and body.
    ///
    /// # Errors
    /// Posthouse's own code for why no answer came.
    pub async fn get(
        &self,
        host: &str,
        port: u16,
        secure: bool,
        path: &str,
    ) -> Result<(u16, Vec<u8>), &'static str> {
        let place = Place { host, port, secure };
        let endpoint = self.dialer.named_endpoint(place, true).map_err(|error| error.code())?;
        let request = WireRequest { path: path.to_owned(), ..greeting() };
        let reply = probe::reply(exchange_once(Arc::new(endpoint), &request, PATIENCE).await)?;
        Ok((reply.status, reply.body))
    }

    /// Asks for nothing in particular; answers the `Date` header.
    async fn greet(&self, vendor: Vendor, channel: &dyn Channel) -> Result<Option<String>, &'static str> {
        let endpoint = self.dialer.endpoint(&channel.route()).map_err(|error| error.code())?;
        let limits = (self.config.books.0)(vendor).limits();
        let deadline = self.config.times.answer.unwrap_or(limits.answer_timeout);
        let reply = probe::reply(exchange_once(Arc::new(endpoint), &greeting(), deadline).await)?;
        Ok(reply.headers.into_iter().find(|(name, _)| name == "date").map(|(_, date)| date))
    }
}
