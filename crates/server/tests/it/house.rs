//! A server on a free port over a store in a temporary folder, with two Apps; and a plain HTTP client for it.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, LazyLock},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use gateway::{Gateway, GatewayConfig, WebhookConfig};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use im::{Im, ImConfig, issue_token};
use model::{App, AppId, AppPolicy, Clock, MessageId, Secret, Timestamp, UserId};
use serde_json::{Value, json};
use server::{Limits, Running, Server, ServerConfig, StartError, create_api_key};
use store::{Change, EmbeddedStore, Op, Scope, SealKey, Store};
use tempfile::TempDir;
use tokio::{net::TcpSocket, sync::broadcast::Receiver, time::timeout};

/// Whatever takes longer than this in a test will never come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug)]
struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "tests over real sockets run in real time")]
    fn now(&self) -> Timestamp {
        Timestamp(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64)
    }
}

/// A house under test.
pub(crate) struct House {
    pub(crate) address: SocketAddr,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) im: Arc<Im>,
    /// A key of the first App with every scope of an App.
    pub(crate) key: String,
    /// The same for the second App.
    pub(crate) foreign_key: String,
    pub(crate) instance_key: String,
    pub(crate) app: App,
    http: Client<hyper_util::client::legacy::connect::HttpConnector, Full<Bytes>>,
    running: Running,
    pub(crate) gateway: Arc<Gateway>,
    folder: TempDir,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    /// The stable code of a refusal, with its status.
    pub(crate) fn refusal(&self) -> (u16, String) {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{}", self.text);
        let json = self.json();
        assert_eq!(json["status"], self.status.as_u16());
        assert!(
            !json["title"].as_str().unwrap().is_empty() && !json["title_zh"].as_str().unwrap().is_empty()
        );
        (self.status.as_u16(), json["code"].as_str().unwrap().to_owned())
    }
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::with(ImConfig::default(), AppPolicy::default()).await
    }

    pub(crate) async fn with(times: ImConfig, policy: AppPolicy) -> Self {
        Self::set_to(times, policy, |_| ()).await
    }

    /// A house whose server is set to something of its own.
    pub(crate) async fn set_to(
        times: ImConfig,
        policy: AppPolicy,
        set: impl FnOnce(&mut ServerConfig),
    ) -> Self {
        Self::open(times, policy, set).await.unwrap()
    }

    /// The same where it may not start.
    pub(crate) async fn try_set_to(set: impl FnOnce(&mut ServerConfig)) -> Result<Self, StartError> {
        Self::open(ImConfig::default(), AppPolicy::default(), set).await
    }

    async fn open(
        times: ImConfig,
        policy: AppPolicy,
        set: impl FnOnce(&mut ServerConfig),
    ) -> Result<Self, StartError> {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = EmbeddedStore::open(folder.path(), SealKey::from_bytes([7; 32])).unwrap();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let (app, key) = seed(&*store, 1, policy, clock.now()).await;
        let (_, foreign_key) = seed(&*store, 2, AppPolicy::default(), clock.now()).await;
        let (instance_key, record) = create_api_key(app.id, vec![Scope::Instance], "instance", clock.now());
        store.commit(vec![Op::PutApiKey(record)]).await.unwrap();
        let im = Im::start(Arc::clone(&store), Arc::clone(&clock), times).await.unwrap();
        let gateway = Gateway::start(Arc::clone(&store), Arc::clone(&clock), no_vendors());
        let mut config = ServerConfig::at(SocketAddr::from(([127, 0, 0, 1], 0)));
        set(&mut config);
        let running = Server::start(Arc::clone(&im), Arc::clone(&gateway), clock, config).await?;
        let http = Client::builder(TokioExecutor::new()).build_http();
        Ok(Self {
            address: running.local_addr(),
            store,
            key,
            foreign_key,
            instance_key,
            app,
            http,
            running,
            im,
            gateway,
            folder,
        })
    }

    /// Where metrics have a port of their own.
    pub(crate) fn metrics_addr(&self) -> SocketAddr {
        self.running.metrics_addr().unwrap()
    }

    pub(crate) fn set_limits(&self, limits: &Limits) {
        self.running.set_limits(limits);
    }

    pub(crate) const fn running(&self) -> &Running {
        &self.running
    }

    pub(crate) async fn shutdown(self) {
        self.running.shutdown().await;
    }

    /// A server that knows nothing but what is stored, in the place of this one.
    pub(crate) async fn start_again(self) -> Self {
        let Self { running, im, gateway, .. } = self;
        running.shutdown().await;
        let config = ServerConfig::at(SocketAddr::from(([127, 0, 0, 1], 0)));
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let running = Server::start(Arc::clone(&im), Arc::clone(&gateway), clock, config).await.unwrap();
        Self { address: running.local_addr(), running, im, gateway, ..self }
    }

    /// The path of a link that makes the first owner.
    pub(crate) fn first_run_link(&self) -> String {
        let link = self.running.first_run_link(SystemClock.now());
        let (_, path) = link.split_at(link.find("/console").unwrap());
        path.to_owned()
    }

    /// Every file of the store's folder.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    pub(crate) fn now(&self) -> Timestamp {
        SystemClock.now()
    }

    /// The path of a link into the console.
    pub(crate) fn console_link(&self) -> String {
        let link = self.running.console_link(SystemClock.now());
        let (_, path) = link.split_at(link.find("/console").unwrap());
        path.to_owned()
    }

    pub(crate) fn token(&self, user: &str) -> String {
        issue_token(&self.app, &UserId::new(user).unwrap(), SystemClock.now(), 3600).unwrap()
    }

    /// A key of the first App with just these scopes.
    pub(crate) async fn key_with(&self, scopes: Vec<Scope>) -> String {
        let (key, record) = create_api_key(self.app.id, scopes, "few", SystemClock.now());
        self.store.commit(vec![Op::PutApiKey(record)]).await.unwrap();
        key
    }

    pub(crate) async fn raw(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        self.ask(self.address, method, path, headers, body.into()).await
    }

    /// Asks another port.
    pub(crate) async fn elsewhere(&self, at: SocketAddr, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask(at, Method::GET, path, headers, Bytes::new()).await
    }

    async fn ask(
        &self,
        at: SocketAddr,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("http://{at}{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body)).unwrap();
        let response = timeout(PATIENCE, self.http.request(request)).await.unwrap().unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let key = format!("Bearer {}", self.key);
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        self.raw(method, path, &[("authorization", &key)], body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(body)).await
    }

    /// Sends a text in a user's name and gives the message's id.
    pub(crate) async fn send(&self, from: &str, to: &str, text: &str) -> String {
        let body = json!({ "from": from, "to": to, "body": { "type": "text", "text": text } });
        let answer = self.post("/v1/messages", body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["message"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path, None).await
    }

    /// The same with a key of the second App.
    pub(crate) async fn foreign(&self, method: Method, path: &str, body: Value) -> Answer {
        let key = format!("Bearer {}", self.foreign_key);
        self.raw(method, path, &[("authorization", &key)], body.to_string()).await
    }

    /// Makes users who are known and have never logged in.
    pub(crate) async fn users(&self, users: &[&str]) {
        for user in users {
            assert_eq!(self.post("/v1/users", json!({ "id": user })).await.status, 201);
        }
    }

    /// A group of these users, the first its owner.
    pub(crate) async fn group(&self, id: &str, users: &[&str]) {
        let body = json!({ "id": id, "name": "团队", "owner": users[0], "members": &users[1..] });
        let made = self.post("/v1/groups", body).await;
        assert_eq!(made.status, 201, "{}", made.text);
    }

    /// A Xiaomi certificate; its id.
    pub(crate) async fn certificate(&self, name: &str) -> u64 {
        let body = json!({
            "vendor": "xiaomi",
            "name": name,
            "fields": { "package_name": "com.example.im", "app_secret": "the-app-secret" },
        });
        let answer = self.post("/v1/certificates", body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["certificate"]["id"].as_u64().unwrap()
    }

    /// What is explained of a message's targets, once every target is decided.
    pub(crate) async fn explained(&self, message: &str, user: &str) -> Vec<Value> {
        let mut feed = self.store.feed().subscribe();
        let id: MessageId = message.parse().unwrap();
        while self.store.fanout(self.app.id, id).await.unwrap().is_some() {
            wait_for(&mut feed, |change| matches!(change, Change::Settled(_, settled) if *settled == id))
                .await;
        }
        let answer = self.get(&format!("/v1/messages/{message}/explain?user={user}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["targets"].as_array().unwrap().clone()
    }
}

/// Waits until such a change was committed.
pub(crate) async fn wait_for(feed: &mut Receiver<Change>, such: impl Fn(&Change) -> bool) {
    let found = async { while !such(&feed.recv().await.unwrap()) {} };
    timeout(PATIENCE, found).await.expect("the change is committed");
}

async fn seed(store: &dyn Store, id: u32, policy: AppPolicy, now: Timestamp) -> (App, String) {
    let app = App {
        id: AppId(id),
        name: format!("app {id}"),
        login_secret: Secret::new(format!("login secret of app {id}")),
        policy,
        created_at: now,
    };
    let scopes = vec![Scope::Send, Scope::Read, Scope::Manage];
    let (key, record) = create_api_key(app.id, scopes, "test", now);
    store.commit(vec![Op::PutApp(app.clone()), Op::PutApiKey(record)]).await.unwrap();
    (app, key)
}

/// An address of this machine that is taken for good, and where nobody listens.
fn nowhere() -> SocketAddr {
    static TAKEN: LazyLock<TcpSocket> = LazyLock::new(|| {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        socket
    });
    TAKEN.local_addr().unwrap()
}

/// Vendors are looked for where nobody listens.
fn no_vendors() -> GatewayConfig {
    let hosts = [
        "api.xmpush.xiaomi.com:443",
        "api.push.apple.com:443",
        "api.sandbox.push.apple.com:443",
        "api.development.push.apple.com:443",
    ];
    GatewayConfig {
        webhooks: WebhookConfig { may_reach_inside: true, ..WebhookConfig::default() },
        connect_to: hosts
            .into_iter()
            .map(|host| (host.to_owned(), nowhere().to_string()))
            .collect::<HashMap<_, _>>(),
        ..GatewayConfig::default()
    }
}
