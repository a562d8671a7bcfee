//! Handsets against a small IM server on a real socket.

#![expect(clippy::unwrap_used, reason = "a test whose scene cannot be set fails")]

pub(crate) mod server;

use std::{sync::Arc, time::Duration};

use model::{CertificateId, Clock, Timestamp, UserId};
use simulator::{
    AppState, Config, Handover, Handset, HandsetState, LocalNotification, NewHandset, Opened, Opens,
    Operation, OperationError, Running, Simulator,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use wire::{Arrival, CloseReason, LinkState};

use self::server::{CERTIFICATE, FakeServer, Seen};

/// So long a test waits for something before it fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// The time that passes.
struct TokioClock(tokio::time::Instant);

impl Clock for TokioClock {
    fn now(&self) -> Timestamp {
        let passed = i64::try_from(self.0.elapsed().as_millis()).unwrap_or(i64::MAX);
        Timestamp(1_700_000_000_000).plus_ms(passed)
    }
}

fn clock() -> Arc<dyn Clock> {
    static START: std::sync::OnceLock<tokio::time::Instant> = std::sync::OnceLock::new();
    Arc::new(TokioClock(*START.get_or_init(tokio::time::Instant::now)))
}

/// A simulator, a server, and bo's Xiaomi phone.
struct Scene {
    simulator: Running,
    server: FakeServer,
    handset: Arc<Handset>,
}

fn wish(server: &FakeServer) -> NewHandset {
    NewHandset {
        name: "mi-14".to_owned(),
        brand: "xiaomi".to_owned(),
        model: "Xiaomi 14".to_owned(),
        package: "com.example.im".to_owned(),
        user: Some(UserId::new("bo").unwrap()),
        server: server.url(),
        login_token: Some("jwt of bo".to_owned()),
        environment: None,
        certificates: Vec::new(),
        auto: false,
        google: false,
        device: None,
        language: "zh-CN".to_owned(),
    }
}

impl Scene {
    async fn set() -> Self {
        let simulator = Simulator::start(Config::new(clock())).await.unwrap();
        let server = FakeServer::start().await;
        let handset = simulator.handsets().make(wish(&server)).unwrap();
        Self { simulator, server, handset }
    }

    /// With the app in the foreground, logged in and bound.
    async fn online() -> Self {
        let mut scene = Self::set().await;
        scene.operate(Operation::Start {}).await;
        assert!(matches!(scene.server.next().await, Seen::LoggedIn { foreground: true, .. }));
        assert!(matches!(scene.server.next().await, Seen::Bound { certificate: CERTIFICATE, .. }));
        scene.until(|state| state.certificate == Some(CERTIFICATE)).await;
        scene
    }

    async fn operate(&self, operation: Operation) {
        self.handset.operate(operation).await.unwrap();
    }

    /// Waits until the handset shows something.
    async fn until(&self, shows: impl Fn(&HandsetState) -> bool) -> HandsetState {
        let mut news = self.simulator.world().news().subscribe();
        let waiting = async {
            loop {
                let state = self.handset.state();
                if shows(&state) {
                    return state;
                }
                news.changed().await.unwrap();
            }
        };
        match timeout(PATIENCE, waiting).await {
            Ok(state) => state,
            Err(_) => panic!("the handset never showed it: {:#?}", self.handset.state()),
        }
    }

    /// Puts a notification into the shade.
    fn notify(&self, opens: Opens) {
        let handover = Handover {
            getter: "the vendor's getter",
            ext: Some("ext content".to_owned()),
            payload: Some("payload content".to_owned()),
            extras: serde_json::Value::Null,
        };
        let (title, body) = ("a new message".to_owned(), "hi".to_owned());
        self.handset.phone().notify_locally(LocalNotification {
            title,
            body,
            replace_key: None,
            handover,
            opens,
        });
    }
}

#[tokio::test]
async fn a_started_app_logs_in_and_reports_its_token_with_the_recommended_certificate() {
    let scene = Scene::online().await;
    let state = scene.until(|state| state.connection == LinkState::Live).await;
    assert_eq!((state.app, state.logged_in), (AppState::Foreground, true));
    assert!(state.token_short.is_some() && state.token_alive);
    let log: Vec<&str> = state.log.iter().map(|line| line.text.as_str()).collect();
    assert!(log.contains(&"login ok user=bo pushType=5 hasPushed=true lastDeviceId=-"), "{log:?}");
    assert!(
        log.iter().any(|line| line.starts_with("commit token ok vendor=xiaomi tokenName=1001 token=")),
        "{log:?}"
    );
}

#[tokio::test]
async fn a_killed_app_closes_at_once_and_gets_the_rest_by_sync_with_the_same_device() {
    let mut scene = Scene::online().await;
    scene.server.write("one");
    scene.server.wait_for(&Seen::Acked(1)).await;
    scene.operate(Operation::Kill {}).await;
    scene.server.wait_for(&Seen::Closed(CloseReason::SocketClosed)).await;
    let state = scene.handset.state();
    assert_eq!((state.app, state.connection, state.logged_in), (AppState::Killed, LinkState::Idle, true));

    scene.server.write("two");
    scene.operate(Operation::Start {}).await;
    let state = scene.until(|state| state.inbox.len() == 2).await;
    let inbox: Vec<_> = state.inbox.iter().map(|entry| (entry.text.as_str(), entry.how)).collect();
    assert_eq!(inbox, [("one", Arrival::Live), ("two", Arrival::Sync)]);
    assert_eq!(state.inbox[1].ext.as_deref(), Some("ext content"));
}

#[tokio::test]
async fn a_tap_starts_a_killed_app_and_hands_it_what_the_getter_gives() {
    let mut scene = Scene::online().await;
    scene.operate(Operation::Kill {}).await;
    scene.operate(Operation::Lock {}).await;
    scene.notify(Opens::App);
    assert_eq!(scene.handset.state().shade.len(), 1);
    scene.operate(Operation::Tap { index: 0 }).await;
    let state = scene.until(|state| state.last_tap.as_ref().is_some_and(|tap| tap.handed_over)).await;
    let tap = state.last_tap.unwrap();
    assert_eq!(
        (tap.getter.as_str(), tap.ext.as_deref(), tap.payload.as_deref(), tap.opened),
        ("the vendor's getter", Some("ext content"), Some("payload content"), Opened::App)
    );
    assert_eq!((state.app, state.locked, state.shade.len()), (AppState::Foreground, false, 0));
    scene.server.wait_for(&Seen::Closed(CloseReason::SocketClosed)).await;
    assert!(matches!(scene.server.next().await, Seen::LoggedIn { foreground: true, .. }));
}

#[tokio::test]
async fn a_tap_on_a_web_page_starts_nothing() {
    let scene = Scene::set().await;
    scene.notify(Opens::Web("https://example.com".to_owned()));
    scene.operate(Operation::Tap { index: 0 }).await;
    let state = scene.handset.state();
    let tap = state.last_tap.unwrap();
    assert_eq!(
        (tap.opened, tap.ext, tap.handed_over),
        (Opened::Web("https://example.com".to_owned()), None, false)
    );
    assert_eq!(state.app, AppState::Killed);
    let error = scene.handset.operate(Operation::Tap { index: 0 }).await;
    assert_eq!(error, Err(OperationError::NoNotification(0)));
}

#[tokio::test]
async fn a_frozen_app_keeps_its_socket_and_misses_the_ack() {
    let mut scene = Scene::online().await;
    scene.operate(Operation::Freeze {}).await;
    assert!(!scene.handset.phone().is_foreground());
    scene.server.write("one");
    assert_eq!(scene.server.next().await, Seen::Closed(CloseReason::AckMissed));
    assert!(scene.handset.state().inbox.is_empty());
    let refused = scene.handset.operate(Operation::LogOut {}).await;
    assert_eq!(refused, Err(OperationError::Frozen));
    scene.operate(Operation::Thaw {}).await;
    let state = scene.until(|state| state.inbox.len() == 1 && state.connection == LinkState::Live).await;
    assert_eq!(state.app, AppState::Background);
}

#[tokio::test]
async fn the_server_hears_when_the_app_leaves_the_screen_also_by_the_lock() {
    let mut scene = Scene::online().await;
    scene.operate(Operation::Background { unread: None }).await;
    assert_eq!(scene.server.next().await, Seen::Presence(false));
    scene.operate(Operation::Foreground {}).await;
    assert_eq!(scene.server.next().await, Seen::Presence(true));
    scene.operate(Operation::Lock {}).await;
    assert_eq!(scene.handset.state().app, AppState::Background);
    assert_eq!(scene.server.next().await, Seen::Presence(false));
    assert_eq!(scene.handset.operate(Operation::Foreground {}).await, Err(OperationError::Locked));
    // Also where somebody else turns the key.
    scene.handset.phone().set_locked(false);
    assert_eq!(scene.server.next().await, Seen::Presence(true));
    assert_eq!(scene.handset.state().app, AppState::Foreground);
}

#[tokio::test]
async fn without_a_network_the_server_hears_nothing_not_even_a_kill() {
    let mut scene = Scene::online().await;
    scene.operate(Operation::Network { on: false }).await;
    scene.operate(Operation::Kill {}).await;
    scene.operate(Operation::Start {}).await;
    scene.server.write("one");
    assert_eq!(scene.server.next().await, Seen::Closed(CloseReason::AckMissed));
    assert!(scene.handset.state().inbox.is_empty());
    scene.operate(Operation::Network { on: true }).await;
    scene.until(|state| state.inbox.len() == 1).await;
}

#[tokio::test]
async fn a_network_that_comes_back_is_used_at_once() {
    let scene = Scene::online().await;
    scene.operate(Operation::Network { on: false }).await;
    scene.operate(Operation::Network { on: true }).await;
    scene.server.write("one");
    scene.until(|state| state.inbox.len() == 1 && state.connection == LinkState::Live).await;
}

#[tokio::test]
async fn a_logged_out_app_stays_logged_out_until_the_user_logs_in_again() {
    let mut scene = Scene::online().await;
    scene.operate(Operation::LogOut {}).await;
    scene.server.wait_for(&Seen::Closed(CloseReason::LoggedOut)).await;
    let state = scene.until(|state| state.connection == LinkState::Idle).await;
    assert_eq!((state.logged_in, state.certificate), (false, None));
    scene.operate(Operation::Kill {}).await;
    scene.operate(Operation::Start {}).await;
    scene.operate(Operation::LogIn { token: "another jwt".to_owned() }).await;
    assert!(matches!(scene.server.next().await, Seen::LoggedIn { .. }));
    scene.until(|state| state.logged_in && state.certificate == Some(CERTIFICATE)).await;
}

#[tokio::test]
async fn a_handset_switched_to_another_certificate_binds_it_and_lets_go_of_the_first() {
    let mut scene = Scene::online().await;
    let certificate = CertificateId(1002);
    scene.operate(Operation::UseCertificate { certificate }).await;
    let Seen::Bound { certificate: bound, token } = scene.server.next().await else { panic!("not bound") };
    assert_eq!(bound, certificate);
    assert!(!token.is_empty());
    assert_eq!(scene.server.next().await, Seen::Unbound(CERTIFICATE));
    scene.until(|state| state.certificate == Some(certificate)).await;
}

#[tokio::test]
async fn a_message_written_on_the_handset_is_sent() {
    let mut scene = Scene::online().await;
    let to = UserId::new("an").unwrap();
    scene.operate(Operation::send(to, "hello")).await;
    assert_eq!(scene.server.next().await, Seen::Sent("hello".to_owned()));
    scene.until(|state| state.log.iter().any(|line| line.text.starts_with("sent id="))).await;
}

#[tokio::test]
async fn a_phone_without_the_recommended_vendors_service_reports_no_token() {
    let simulator = Simulator::start(Config::new(clock())).await.unwrap();
    let server = FakeServer::start().await;
    let wish = NewHandset {
        name: "iphone-16".to_owned(),
        brand: "apple".to_owned(),
        model: "iPhone 16".to_owned(),
        ..wish(&server)
    };
    let handset = simulator.handsets().make(wish).unwrap();
    let mut scene = Scene { simulator, server, handset };
    scene.operate(Operation::Start {}).await;
    scene.until(|state| state.log.iter().any(|line| line.text.starts_with("register failed"))).await;
    scene.operate(Operation::Background { unread: None }).await;
    assert!(matches!(scene.server.next().await, Seen::LoggedIn { .. }));
    assert_eq!(scene.server.next().await, Seen::Presence(false));
}

/// One request to the control API: status and body.
async fn call(running: &Running, method: &str, path: &str, body: &str) -> (u16, serde_json::Value) {
    let address = running.control_url().strip_prefix("http://").unwrap().to_owned();
    let mut stream = TcpStream::connect(&address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let key = running.control_key().expose();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\ncontent-type: \
         application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or_default())
}

#[tokio::test]
async fn the_control_api_makes_shows_operates_and_removes_handsets() {
    let simulator = Simulator::start(Config::new(clock())).await.unwrap();
    let mut server = FakeServer::start().await;
    let wish = serde_json::to_string(&wish(&server)).unwrap();
    let (status, made) = call(&simulator, "POST", "/handsets", &wish).await;
    assert_eq!((status, made["app"].as_str()), (201, Some("killed")));
    assert_eq!(call(&simulator, "POST", "/handsets", &wish).await.0, 409);

    let (status, started) = call(&simulator, "POST", "/handsets/mi-14", r#"{"operation":"start"}"#).await;
    assert_eq!((status, started["app"].as_str()), (200, Some("foreground")));
    assert!(matches!(server.next().await, Seen::LoggedIn { .. }));
    let (status, shown) = call(&simulator, "GET", "/handsets/mi-14", "").await;
    assert_eq!(status, 200);
    let state: HandsetState = serde_json::from_value(shown).unwrap();
    assert_eq!((state.name.as_str(), state.model.as_str()), ("mi-14", "Xiaomi 14"));
    let (status, list) = call(&simulator, "GET", "/handsets", "").await;
    assert_eq!((status, list["handsets"].as_array().map(Vec::len)), (200, Some(1)));

    for (method, path, body, status) in [
        ("POST", "/handsets/nobody", r#"{"operation":"kill"}"#, 404),
        ("GET", "/handsets/nobody", "", 404),
        ("POST", "/handsets/mi-14", r#"{"operation":"tap","index":7}"#, 404),
        ("POST", "/handsets/mi-14", r#"{"operation":"fly"}"#, 400),
        ("POST", "/handsets/mi-14", "{", 400),
        ("POST", "/handsets", "{}", 400),
    ] {
        let (got, problem) = call(&simulator, method, path, body).await;
        assert_eq!(got, status, "{method} {path} {body}");
        assert_eq!(problem["status"], status, "{problem}");
    }
    assert_eq!(call(&simulator, "DELETE", "/handsets/mi-14", "").await.0, 204);
    assert_eq!(call(&simulator, "GET", "/handsets/mi-14", "").await.0, 404);
    server.wait_for(&Seen::Closed(CloseReason::SocketClosed)).await;
}
