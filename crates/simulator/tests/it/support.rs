//! Clients and a small world for the tests.

use std::{net::SocketAddr, sync::Arc};

use axum::{Router, body::Bytes, extract::State, routing::post};
use h2::client::SendRequest;
use http::{Method, Request, Response, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use model::{ManualClock, Secret, Timestamp};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
};
use serde_json::Value;
use simulator::{Config, NewPhone, Phone, Running, Simulator, XiaomiApp, XiaomiChannel};
use tokio::{net::TcpStream, sync::mpsc};
use tokio_rustls::{TlsConnector, client::TlsStream};

pub(crate) const PACKAGE: &str = "com.example.im";
pub(crate) const SECRET: &str = "dGVzdFNlY3JldDAx";
pub(crate) const TEAM: &str = "TESTTEAM01";
pub(crate) const START: Timestamp = Timestamp(1_790_000_000_000);

/// A simulator with one Xiaomi app, whose clock stands still.
pub(crate) struct World {
    pub(crate) running: Running,
    pub(crate) clock: Arc<ManualClock>,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::with(|_| ()).await
    }

    pub(crate) async fn with(adjust: impl FnOnce(&mut Config)) -> Self {
        let clock = Arc::new(ManualClock::at(START));
        let mut config = Config::new(Arc::clone(&clock) as _);
        config.receipt_collect = std::time::Duration::from_millis(1);
        adjust(&mut config);
        let running = Simulator::start(config).await.unwrap();
        let app = XiaomiApp::new(PACKAGE, "2882303761517", Secret::new(SECRET.to_owned()))
            .with_channel("130001", XiaomiChannel::Private { needs_template: false })
            .with_channel("130002", XiaomiChannel::Private { needs_template: true });
        running.register_xiaomi_app(app);
        Self { running, clock }
    }

    pub(crate) fn phone(&self, name: &str, brand: &str) -> (Arc<Phone>, String) {
        let new = NewPhone {
            name: name.to_owned(),
            brand: brand.to_owned(),
            app: Some(PACKAGE.to_owned()),
            environment: None,
        };
        let phone = self.running.world().create_phone(new).unwrap();
        let token = phone.register_token().unwrap();
        (phone, token)
    }

    pub(crate) fn address(&self, host: &str) -> SocketAddr {
        self.running.hosts().into_iter().find(|(name, _)| name == host).unwrap().1
    }

    /// A TLS connection to a vendor host under its real name, trusting the simulator's authority alone.
    pub(crate) async fn connect(
        &self,
        host: &str,
        alpn: &[&[u8]],
        identity: Option<Identity>,
    ) -> TlsStream<TcpStream> {
        self.try_connect(host, alpn, identity).await.unwrap()
    }

    pub(crate) async fn try_connect(
        &self,
        host: &str,
        alpn: &[&[u8]],
        identity: Option<Identity>,
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(self.address(host)).await.unwrap();
        tls(stream, self.running.ca_pem(), host, alpn, identity).await
    }

    /// One request over HTTP/1.1; `None` where the connection was cut.
    pub(crate) async fn http1(&self, host: &str, request: Request<Full<Bytes>>) -> Option<Response<Bytes>> {
        let stream = self.connect(host, &[b"http/1.1"], None).await;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let (head, body) = sender.send_request(request).await.ok()?.into_parts();
        Some(Response::from_parts(head, body.collect().await.ok()?.to_bytes()))
    }

    /// An HTTP/2 connection to an APNs host.
    pub(crate) async fn http2(&self, host: &str, identity: Option<Identity>) -> Http2 {
        let stream = self.connect(host, &[b"h2"], identity).await;
        Http2::handshake(stream).await
    }

    /// A request to the control API.
    pub(crate) async fn control(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let key = self.running.control_key().expose().clone();
        self.control_with(method, path, body, &key).await
    }

    pub(crate) async fn control_with(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        key: &str,
    ) -> (u16, Value) {
        let body = Bytes::from(body.map(|body| body.to_string()).unwrap_or_default());
        let (head, body) = self.call_control(method, path, body, key).await.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        (head.status.as_u16(), serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    /// The control API's event stream.
    pub(crate) async fn events(&self) -> Events {
        let key = self.running.control_key().expose().clone();
        let response = self.call_control(Method::GET, "/events", Bytes::new(), &key).await;
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Events(response.into_body())
    }

    async fn call_control(&self, method: Method, path: &str, body: Bytes, key: &str) -> Response<Incoming> {
        let authority = self.running.control_url().strip_prefix("http://").unwrap().to_owned();
        let stream = TcpStream::connect(&authority).await.unwrap();
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, authority)
            .header(header::AUTHORIZATION, format!("Bearer {key}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(body))
            .unwrap();
        sender.send_request(request).await.unwrap()
    }
}

/// An event stream as it comes in.
pub(crate) struct Events(Incoming);

impl Events {
    /// The next piece of text.
    pub(crate) async fn next_text(&mut self) -> String {
        let piece = self.0.frame().await.unwrap().unwrap().into_data().unwrap();
        String::from_utf8(piece.to_vec()).unwrap()
    }
}

/// TLS with whoever proves to be this host by this authority.
pub(crate) async fn tls(
    stream: TcpStream,
    ca_pem: &str,
    host: &str,
    alpn: &[&[u8]],
    identity: Option<Identity>,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca_pem.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let mut config = match identity {
        Some((chain, key)) => builder.with_client_auth_cert(chain, key).unwrap(),
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = alpn.iter().map(|protocol| protocol.to_vec()).collect();
    stream.set_nodelay(true).unwrap();
    let name = ServerName::try_from(host.to_owned()).unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

/// A client certificate with its key.
pub(crate) type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// An HTTP/2 connection.
pub(crate) struct Http2 {
    pub(crate) sender: SendRequest<Bytes>,
}

impl Http2 {
    pub(crate) async fn handshake(stream: TlsStream<TcpStream>) -> Self {
        let (sender, connection) = h2::client::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        Self { sender }
    }

    /// One request: status, headers, body.
    pub(crate) async fn send(
        &mut self,
        request: Request<()>,
        body: &[u8],
    ) -> Result<Response<Bytes>, h2::Error> {
        let mut sender = self.sender.clone().ready().await?;
        let (response, mut stream) = sender.send_request(request, false)?;
        stream.send_data(Bytes::copy_from_slice(body), true)?;
        let (head, mut body) = response.await?.into_parts();
        let mut bytes = Vec::new();
        while let Some(piece) = body.data().await {
            let piece = piece?;
            let _ = body.flow_control().release_capacity(piece.len());
            bytes.extend_from_slice(&piece);
        }
        Ok(Response::from_parts(head, bytes.into()))
    }
}

/// Receives receipts over plain HTTP on this machine.
pub(crate) async fn receipt_receiver() -> (String, mpsc::UnboundedReceiver<Value>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    async fn take(State(sender): State<mpsc::UnboundedSender<Value>>, body: Bytes) {
        let (field, text) = form_urlencoded::parse(&body).into_owned().next().unwrap();
        assert_eq!(field, "data");
        sender.send(serde_json::from_str(&text).unwrap()).unwrap();
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/cb", listener.local_addr().unwrap());
    let router = Router::new().route("/cb", post(take)).with_state(sender);
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, receiver)
}
