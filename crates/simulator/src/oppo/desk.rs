//! OPPO's desk: takes a request and answers it, without a socket.

use std::sync::{Arc, Mutex};

use model::{Timestamp, Vendor};
use serde_json::Value;
use tokio::sync::mpsc;

use super::{
    app::{App, Apps},
    asked::Asked,
    broadcast::Saved,
    class::Class,
    feedback::Feedback,
    memory::Memory,
    message::Message,
    picture::Picture,
    receipt,
    reply::{Code, Refusal, Stop, parse_code},
    rights::Rights,
    route::{self, Call, HOSTS, Route},
    target,
};
use crate::{
    counter::{self, AccessTokens, Answer, Ask, Clerk, Credential, DayLedger, Post, RateGate},
    faults::Turn,
    phone::{Badge, Calls, Keep, Report, Service},
    shared::{HostSpec, Shared},
    token::TokenBook,
    vendor::Book,
};

/// Messages that a repetition is known from.
const REPEATS_MAX: usize = 200_000;
/// Messages saved for broadcasts.
const SAVED_MAX: usize = 10_000;
/// Pictures remembered.
const PICTURES_MAX: usize = 1000;

/// Opens the vendor's counter.
pub(crate) fn open(shared: &Arc<Shared>) -> Arc<dyn Book> {
    counter::open(shared, |reports| Desk::new(shared, reports))
}

/// What a message is known by when it comes again.
pub(super) type RepeatKey = [u8; 32];

/// OPPO's side of the world.
pub(super) struct Desk {
    pub(super) shared: Arc<Shared>,
    pub(super) tokens: Arc<TokenBook>,
    pub(super) apps: Apps,
    pub(super) access: AccessTokens,
    pub(super) amounts: DayLedger,
    pub(super) rates: RateGate,
    /// Ids of messages that came with an id of their sender's.
    pub(super) repeats: Mutex<Memory<RepeatKey, String>>,
    pub(super) saved: Mutex<Memory<String, Saved>>,
    pub(super) pictures: Mutex<Memory<String, Picture>>,
    pub(super) feedback: Feedback,
    pub(super) reports: mpsc::Sender<Report>,
}

/// Who sends, with what may be done at this moment.
#[derive(Debug)]
pub(super) struct Sender {
    pub(super) app: Arc<App>,
    pub(super) rights: Arc<Rights>,
    pub(super) now: Timestamp,
}

impl Desk {
    pub(super) fn new(shared: &Arc<Shared>, reports: mpsc::Sender<Report>) -> Self {
        Self {
            shared: Arc::clone(shared),
            tokens: Arc::default(),
            apps: Apps::default(),
            access: AccessTokens::default(),
            amounts: DayLedger::of_beijing(),
            rates: RateGate::default(),
            repeats: Mutex::new(Memory::of(REPEATS_MAX)),
            saved: Mutex::new(Memory::of(SAVED_MAX)),
            pictures: Mutex::new(Memory::of(PICTURES_MAX)),
            feedback: Feedback::default(),
            reports,
        }
    }

    fn take(&self, route: &Route, ask: &Ask<'_>, turn: &Turn) -> Result<Answer, Stop> {
        if *ask.method != route.call.method() {
            return Err(Code::METHOD.plain().into());
        }
        let asked = Asked::read(ask)?;
        if route.call == Call::Auth {
            return self.authenticate(&asked, ask, turn);
        }
        let sender = self.sender(&asked, ask)?;
        if route.call.pushes() && !sender.rights.push {
            return Err(Code::NO_PUSH_RIGHT.plain().into());
        }
        match route.call {
            Call::Unicast => return self.unicast(&sender, &asked.fields, turn),
            Call::UnicastBatch => return self.unicast_batch(&sender, &asked.fields, turn),
            Call::Broadcast => return self.broadcast(&sender, &asked.fields, turn),
            _ => self.pass(&sender, 1, turn)?,
        }
        match route.call {
            Call::SaveContent => self.save_content(&sender, &asked.fields),
            Call::InvalidIds => Ok(self.invalid_ids(&sender)),
            Call::PushPermit => Ok(self.push_permit(&sender, turn)),
            Call::BigPicture | Call::SmallPicture => self.upload(&sender, route.call, &asked, turn),
            call => self.serve_device(&sender, call, &asked.fields),
        }
        .map_err(Stop::from)
    }

    /// Takes from the app's messages of the day, or none of them; communication and service are free.
    pub(super) fn spend(&self, sender: &Sender, message: &Message, targets: usize) -> Result<(), Refusal> {
        if message.standing.class == Class::Service {
            return Ok(());
        }
        let (key, limit) = (amount_key(sender), sender.rights.day_amount());
        let taken = self.amounts.take(&key, targets as u64, limit, sender.now);
        taken.map(drop).map_err(|_| Code::AMOUNT.because(format!("{limit} a day")))
    }

    /// Takes from a device's messages of the day; `false`: there is none left.
    pub(super) fn spend_device(&self, sender: &Sender, message: &Message, id: &str) -> bool {
        let key = || format!("device {} {id}", sender.app.app_key);
        message.standing.class == Class::Service
            || self.amounts.take(&key(), 1, sender.rights.device_quota, sender.now).is_ok()
    }

    /// Content messages sent today.
    pub(super) fn spent(&self, sender: &Sender) -> u64 {
        self.amounts.used(&amount_key(sender), sender.now)
    }

    /// Whether today's content messages are used up.
    pub(super) fn is_spent(&self, sender: &Sender) -> bool {
        self.spent(sender) >= sender.rights.day_amount()
    }
}

fn amount_key(sender: &Sender) -> String {
    format!("app {}", sender.app.app_key)
}

impl Clerk for Desk {
    fn vendor(&self) -> Vendor {
        Vendor::Oppo
    }

    fn hosts(&self) -> &'static [HostSpec] {
        HOSTS
    }

    fn enrol(&self, package: &str, known: Option<&Credential>) -> Result<Credential, String> {
        self.apps.enrol(package, known)
    }

    fn credentials(&self) -> Vec<Credential> {
        self.apps.credentials()
    }

    /// The names are those of [`Rights`].
    fn set_rights(&self, package: &str, rights: &Value) -> Result<(), String> {
        self.apps.set_rights(package, rights)
    }

    fn service(&self) -> Service {
        Service {
            tokens: Arc::clone(&self.tokens),
            mint: target::mint,
            badge: Badge::Set,
            keep: Keep::All,
            arrived: Calls::Never,
            through: Calls::Never,
            notifications_off_at_first: true,
            reports: Some(self.reports.clone()),
        }
    }

    fn any_app(&self) -> Option<String> {
        self.apps.any_package()
    }

    fn knows_code(&self, code: &str) -> bool {
        parse_code(code).is_some()
    }

    fn refuse(&self, code: &str, ask: &Ask<'_>) -> Answer {
        let code = parse_code(code).unwrap_or(Code(-1));
        let path = route::find(ask.host.name, ask.path).map_or("", |route| route.path);
        code.plain().answer().on(path)
    }

    fn answer(&self, ask: &Ask<'_>, turn: &Turn) -> Answer {
        match route::find(ask.host.name, ask.path) {
            Ok(route) => self.take(route, ask, turn).unwrap_or_else(Stop::answer).on(route.path),
            Err(refusal) => refusal.answer(),
        }
    }

    fn posts(&self, reports: &[Report], _: Timestamp) -> Vec<Post> {
        receipt::posts(reports)
    }
}
