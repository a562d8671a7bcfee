//! Two vendors behind one host name.

use std::sync::Arc;

use http::request::Parts;
use model::{ManualClock, Timestamp, Vendor};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::{Answer, Ask, Clerk, Credential, open};
use crate::{
    faults::{FaultPlan, Turn},
    listener::{Desk, Stream, Visit},
    phone::{Badge, Calls, Keep, Service},
    shared::{Host, HostSpec, Shared},
    vendor::Book,
};

const HOSTS: &[HostSpec] = &[HostSpec::of("push.example")];

/// Answers with its vendor's name, and takes paths that begin with one letter.
struct NameClerk(Vendor, &'static str);

impl Clerk for NameClerk {
    fn vendor(&self) -> Vendor {
        self.0
    }

    fn hosts(&self) -> &'static [HostSpec] {
        HOSTS
    }

    fn takes(&self, head: &Parts) -> bool {
        head.uri.path().starts_with(self.1)
    }

    fn enrol(&self, _: &str, _: Option<&Credential>) -> Result<Credential, String> {
        Ok(Credential::new())
    }

    fn credentials(&self) -> Vec<Credential> {
        Vec::new()
    }

    fn set_rights(&self, _: &str, _: &Value) -> Result<(), String> {
        Ok(())
    }

    fn service(&self) -> Service {
        Service {
            tokens: Arc::default(),
            mint: String::new,
            badge: Badge::Counted,
            keep: Keep::All,
            arrived: Calls::Never,
            through: Calls::Never,
            notifications_off_at_first: false,
            reports: None,
        }
    }

    fn any_app(&self) -> Option<String> {
        None
    }

    fn knows_code(&self, _: &str) -> bool {
        false
    }

    fn refuse(&self, _: &str, _: &Ask<'_>) -> Answer {
        Answer::bare(400)
    }

    fn answer(&self, _: &Ask<'_>, turn: &Turn) -> Answer {
        Answer::json(if turn.throttle { 429 } else { 200 }, &Value::from(self.0.name()))
    }
}

fn desk(shared: &Arc<Shared>, vendor: Vendor, prefix: &'static str) -> Desk {
    let book: Arc<dyn Book> = open(shared, |_| NameClerk(vendor, prefix));
    Desk { host: Host::for_tests("push.example", vendor), book }
}

/// One request on a connection that the first desk serves: the answer's status line and body.
async fn ask(first: &Desk, neighbours: &Arc<[Desk]>, path: &str) -> (String, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (server, _) = listener.accept().await.unwrap();
    let visit = Visit {
        host: Arc::clone(&first.host),
        neighbours: Arc::clone(neighbours),
        stream: Stream::Plain(server),
    };
    tokio::spawn(Arc::clone(&first.book).serve(visit));
    let request = format!("POST {path} HTTP/1.1\r\nhost: push.example\r\nconnection: close\r\n\r\n");
    client.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.lines().next().unwrap().to_owned(), body.to_owned())
}

#[tokio::test]
async fn each_vendor_of_a_shared_host_answers_its_own_paths_with_its_own_faults() {
    let shared = Shared::for_tests(Arc::new(ManualClock::at(Timestamp(0))));
    let first = desk(&shared, Vendor::Huawei, "/a");
    let neighbours: Arc<[Desk]> = [desk(&shared, Vendor::Harmony, "/b")].into();
    let throttled = FaultPlan { throttle: true, ..FaultPlan::default() };
    neighbours[0].host.faults.set(throttled);
    for (path, status, vendor) in [
        ("/a", "HTTP/1.1 200 OK", "\"huawei\""),
        ("/b", "HTTP/1.1 429 Too Many Requests", "\"harmony\""),
        // What nobody takes goes to the first.
        ("/c", "HTTP/1.1 200 OK", "\"huawei\""),
    ] {
        assert_eq!(ask(&first, &neighbours, path).await, (status.to_owned(), vendor.to_owned()), "{path}");
    }
    let logged: Vec<Vendor> = shared.log.after(0, 10).iter().map(|entry| entry.vendor).collect();
    assert_eq!(logged, [Vendor::Huawei, Vendor::Harmony, Vendor::Huawei]);
}
