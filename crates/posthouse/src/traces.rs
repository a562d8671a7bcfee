//! Traces: what happened to a message on its road, as OpenTelemetry spans sent by OTLP over HTTP.
//!
//! The rooms log each stage of the road as one event with its beginning and end; here the events become spans. A
//! message's id is its trace's id, so that stages which share nothing but the row find together, also after a restart.
//! The first span of a trace stands for the message itself. No span holds a token or a text: the events do not.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use async_trait::async_trait;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use opentelemetry::{
    InstrumentationScope, KeyValue, SpanId, TraceFlags, TraceId,
    trace::{SpanContext, SpanKind, Status, TraceState},
};
use opentelemetry_http::{HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    trace::{BatchSpanProcessor, SpanData, SpanEvents, SpanLinks, SpanProcessor},
};
use tokio::runtime::Handle;
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, Registry, filter::Targets, layer::Context as LayerContext};
use uuid::Uuid;

use crate::config::TracingConfig;

/// What the rooms' events of the road are logged under.
const ROAD: &str = "posthouse::road";
/// A collector answers with a few bytes.
const ANSWER_MAX_BYTES: usize = 64 * 1024;
/// How long what is still held has to leave at the end.
const LAST_SPANS_WITHIN: Duration = Duration::from_secs(2);

/// Traces that are being sent.
pub(crate) struct Traces(std::sync::Arc<BatchSpanProcessor>);

impl Traces {
    /// Sends what is still held.
    pub(crate) fn finish(self) {
        if let Err(error) = self.0.shutdown_with_timeout(LAST_SPANS_WITHIN) {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }
}

/// Starts sending, where that is configured.
pub(crate) fn start(config: &TracingConfig) -> Result<Option<(impl Layer<Registry> + use<>, Traces)>> {
    let Some(endpoint) = &config.otlp_endpoint else { return Ok(None) };
    let endpoint = format!("{}/v1/traces", endpoint.trim_end_matches('/'));
    if !endpoint.starts_with("http://") {
        bail!("tracing.otlp_endpoint must be http: let a collector beside the server speak TLS to others");
    }
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Sender::new())
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(endpoint)
        .build()
        .context("tracing.otlp_endpoint cannot be used")?;
    let mut processor = BatchSpanProcessor::builder(exporter).build();
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    processor
        .set_resource(&Resource::builder().with_service_name("posthouse").with_attribute(version).build());
    let processor = std::sync::Arc::new(processor);
    let one_in = config.one_in.map_or(1, |one_in| u128::from(one_in.get()));
    let layer = Road { processor: processor.clone(), one_in };
    let only_road = Targets::new().with_target(ROAD, Level::TRACE);
    Ok(Some((layer.with_filter(only_road), Traces(processor))))
}

/// Sends requests on the program's own runtime: the processor's thread has none.
#[derive(Debug)]
struct Sender {
    client: Client<HttpConnector, Full<Bytes>>,
    runtime: Handle,
}

impl Sender {
    fn new() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self { client: Client::builder(TokioExecutor::new()).build(connector), runtime: Handle::current() }
    }
}

#[async_trait]
impl HttpClient for Sender {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let asked = self.client.request(request.map(Full::new));
        let answered = self.runtime.spawn(async move {
            let (head, body) = asked.await?.into_parts();
            let body = Limited::new(body, ANSWER_MAX_BYTES).collect().await?.to_bytes();
            Ok::<_, HttpError>(Response::from_parts(head, body))
        });
        answered.await?
    }
}

/// Makes spans of the road's events.
struct Road {
    processor: std::sync::Arc<BatchSpanProcessor>,
    /// Of how many messages one is traced.
    one_in: u128,
}

impl<S: Subscriber> Layer<S> for Road {
    fn on_event(&self, event: &Event<'_>, _: LayerContext<'_, S>) {
        let mut stage = Stage::default();
        event.record(&mut stage);
        let Some(message) = stage.message.filter(|message| message.as_u128() % self.one_in == 0) else {
            return;
        };
        // The accepted message is the root of what happens to it; other stages get ids of their own.
        let (id, parent) = match stage.name.as_str() {
            "accept" => (root_of(message), SpanId::INVALID),
            _ => (span_id(Uuid::new_v4()), root_of(message)),
        };
        self.processor.on_end(stage.into_span(message, id, parent));
    }
}

fn root_of(message: Uuid) -> SpanId {
    span_id(message)
}

/// The last half of a uuid, which is the half by chance.
fn span_id(uuid: Uuid) -> SpanId {
    let (_, low) = uuid.as_u64_pair();
    SpanId::from_bytes(low.to_be_bytes())
}

/// A stage of the road, as an event tells it.
#[derive(Default)]
struct Stage {
    name: String,
    message: Option<Uuid>,
    began_ms: i64,
    ended_ms: i64,
    attributes: Vec<KeyValue>,
}

impl Stage {
    fn into_span(self, message: Uuid, id: SpanId, parent: SpanId) -> SpanData {
        let trace = TraceId::from_bytes(*message.as_bytes());
        SpanData {
            span_context: SpanContext::new(trace, id, TraceFlags::SAMPLED, false, TraceState::default()),
            parent_span_id: parent,
            parent_span_is_remote: false,
            span_kind: SpanKind::Internal,
            name: self.name.into(),
            start_time: moment(self.began_ms),
            end_time: moment(self.ended_ms),
            attributes: self.attributes,
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: Status::Unset,
            instrumentation_scope: InstrumentationScope::builder("posthouse").build(),
        }
    }
}

fn moment(ms: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}

impl Visit for Stage {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "stage" => value.clone_into(&mut self.name),
            name => self.attributes.push(KeyValue::new(name, value.to_owned())),
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        match field.name() {
            "began_ms" => self.began_ms = value,
            "ended_ms" => self.ended_ms = value,
            name => self.attributes.push(KeyValue::new(name, value)),
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.record_i64(field, i64::try_from(value).unwrap_or(i64::MAX));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.attributes.push(KeyValue::new(field.name(), value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}").parse().ok();
        }
    }
}
