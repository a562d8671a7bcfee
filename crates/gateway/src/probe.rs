//! Asking a vendor whether it takes a certificate, before anything depends on it.

use std::sync::Arc;

use model::{Environment, FieldError, FieldErrors, Form, Timestamp, Vendor};
use vendors::{AuthPlan, Channel, Limits, ProbeOutcome, WireReply, WireRequest};

use crate::{
    config::GatewayConfig,
    net::{DialError, Dialer, Lost, exchange_once},
    own_codes::{self, own_code},
};

/// What a form holds, and what the vendor says to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeReport {
    /// What was read from the form, for people: label and value, never a secret.
    pub facts: Vec<(&'static str, String)>,
    /// The environment the certificate is for, where the vendor has environments.
    pub environment: Option<Environment>,
    /// When the vendor stops taking it, where the form says so.
    pub expires_at: Option<Timestamp>,
    /// What the vendor says.
    pub outcome: ProbeOutcome,
}

/// What it takes to ask a vendor something by itself.
#[derive(Clone, Copy)]
pub(crate) struct Tools<'a> {
    pub(crate) dialer: &'a Dialer,
    pub(crate) config: &'a GatewayConfig,
    pub(crate) now: Timestamp,
}

/// Reads a certificate's form as its vendor's adapter does.
pub(crate) async fn open(
    tools: Tools<'_>,
    vendor: Vendor,
    form: &Form,
) -> Result<Box<dyn Channel>, FieldErrors> {
    let (form, now, adapter) = (form.clone(), tools.now, (tools.config.books.0)(vendor));
    tokio::task::spawn_blocking(move || adapter.open(&form, now)).await.unwrap_or_else(|_| Err(unreadable()))
}

pub(crate) async fn probe(tools: Tools<'_>, vendor: Vendor, form: &Form) -> Result<ProbeReport, FieldErrors> {
    let channel = open(tools, vendor, form).await?;
    Ok(report(tools, vendor, &*channel).await)
}

/// Asks the vendor whether it takes a certificate.
pub(crate) async fn report(tools: Tools<'_>, vendor: Vendor, channel: &dyn Channel) -> ProbeReport {
    let outcome = ask(tools, channel, (tools.config.books.0)(vendor).limits(), tools.now).await;
    ProbeReport {
        facts: channel.facts(),
        environment: channel.environment(),
        expires_at: channel.expires_at(),
        outcome,
    }
}

fn unreadable() -> FieldErrors {
    FieldErrors(vec![FieldError::new(
        "form",
        "could not be read; the log has the details",
        "无法读取，详见日志",
    )])
}

async fn ask(tools: Tools<'_>, channel: &dyn Channel, limits: &Limits, now: Timestamp) -> ProbeOutcome {
    let endpoint = match tools.dialer.endpoint(&channel.route()) {
        Ok(endpoint) => Arc::new(endpoint),
        Err(error) => return ProbeOutcome { accepted: Some(false), ..unanswered(error.code()) },
    };
    let deadline = tools.config.times.answer.unwrap_or(limits.answer_timeout);
    let exchange = async |request: &WireRequest| {
        let endpoint = match &request.to {
            Some(origin) => Arc::new(tools.dialer.foreign_endpoint(origin).map_err(|error| error.code())?),
            None => endpoint.clone(),
        };
        reply(exchange_once(endpoint, request, deadline).await)
    };
    let auth = match channel.auth_plan(now) {
        AuthPlan::Ready(auth) => auth,
        AuthPlan::Exchange(request) => match exchange(&request).await {
            Ok(reply) => match channel.auth_reply(&reply, now) {
                Ok(auth) => auth,
                Err(_) => return channel.judge_probe(&reply),
            },
            Err(code) => return unanswered(code),
        },
    };
    match exchange(&channel.probe(&auth)).await {
        Ok(reply) => channel.judge_probe(&reply),
        Err(code) => unanswered(code),
    }
}

pub(crate) fn reply(result: Result<Result<WireReply, Lost>, DialError>) -> Result<WireReply, &'static str> {
    match result {
        Ok(Ok(reply)) => Ok(reply),
        Ok(Err(Lost::Unknown { code, .. })) => Err(code),
        Ok(Err(Lost::Unsent)) => Err(own_codes::NEVER_SENT),
        Ok(Err(Lost::Unsendable)) => Err(own_codes::ADAPTER_FAILED),
        Err(error) => Err(error.code()),
    }
}

/// No answer came, which says nothing about the certificate.
fn unanswered(code: &'static str) -> ProbeOutcome {
    let (en, zh) = own_code(code).map_or(("", ""), |row| (row.en, row.zh));
    ProbeOutcome {
        accepted: None,
        http_status: 0,
        code: code.to_owned(),
        en: format!("the vendor gave no answer: {en}"),
        zh: format!("厂商没有应答：{zh}"),
    }
}
