//! Who plays: three users, four devices, one group, one App with one certificate.

use std::{collections::BTreeMap, sync::Arc};

use im::AppView;
use model::{
    App, AppId, AppPolicy, BackgroundPolicy, Certificate, CertificateId, CertificateName, ConversationId,
    DeviceId, DeviceReport, Form, GroupId, LoginPolicy, Platform, Secret, Timestamp, UserId, Vendor,
};
use uuid::Uuid;

/// A user, by place.
pub(crate) type Person = usize;
/// A device, by place.
pub(crate) type Gadget = usize;

pub(crate) const PEOPLE: usize = 3;
pub(crate) const GADGETS: usize = 4;
/// The one device that is no phone: it has no vendor token.
pub(crate) const DESKTOP: Gadget = 2;
pub(crate) const APP: AppId = AppId(1);
pub(crate) const CERTIFICATE: CertificateId = CertificateId(7);
/// When every history begins: noon in winter, UTC.
pub(crate) const BEGINNING: Timestamp = Timestamp(1_704_110_400_000);

/// What an App's rules are set to in one history.
#[derive(Debug, Clone, Copy)]
pub(crate) struct House {
    pub(crate) waits_for_loss: bool,
    pub(crate) many_devices: bool,
    pub(crate) asks_for_settings: bool,
    /// Whether apps are on screen when the history begins.
    pub(crate) on_screen: bool,
}

/// Names, and who is in which conversation.
#[derive(Debug)]
pub(crate) struct Cast {
    users: Vec<UserId>,
    pub(crate) group: ConversationId,
    members: BTreeMap<ConversationId, Vec<Person>>,
}

impl Cast {
    pub(crate) fn new() -> Self {
        let users = ["ann", "bo", "cy"].map(|name| UserId::new(name).unwrap());
        let group = ConversationId::group(&GroupId::new("climbers").unwrap());
        let mut members = BTreeMap::from([(group.clone(), (0..PEOPLE).collect())]);
        for (person, user) in users.iter().enumerate() {
            members.insert(ConversationId::system(user), vec![person]);
            for (other, later) in users.iter().enumerate().skip(person + 1) {
                members.insert(ConversationId::peer(user, later), vec![person, other]);
            }
        }
        Self { users: users.into(), group, members }
    }

    pub(crate) fn user(&self, person: Person) -> &UserId {
        &self.users[person]
    }

    pub(crate) fn person(&self, user: &UserId) -> Person {
        self.users.iter().position(|known| known == user).unwrap()
    }

    /// Who gets what is sent to a conversation.
    pub(crate) fn members(&self, conversation: &ConversationId) -> &[Person] {
        self.members.get(conversation).map_or(&[], Vec::as_slice)
    }
}

pub(crate) const fn device_id(gadget: Gadget) -> DeviceId {
    DeviceId(Uuid::from_u128(0xD0 + gadget as u128))
}

pub(crate) const fn gadget(device: DeviceId) -> Gadget {
    (device.0.as_u128() - 0xD0) as Gadget
}

pub(crate) fn report(gadget: Gadget) -> DeviceReport {
    let platform = if gadget == DESKTOP { Platform::Desktop } else { Platform::Android };
    DeviceReport { platform, ..DeviceReport::default() }
}

pub(crate) fn token(gadget: Gadget) -> Arc<str> {
    format!("token-{gadget}").into()
}

pub(crate) fn view(house: House) -> AppView {
    let background =
        if house.waits_for_loss { BackgroundPolicy::WaitForLoss } else { BackgroundPolicy::Push };
    let policy = AppPolicy {
        push_without_settings: !house.asks_for_settings,
        background_android: background,
        login: if house.many_devices { LoginPolicy::Many } else { LoginPolicy::OneDevice },
        ..AppPolicy::default()
    };
    let app = App {
        id: APP,
        name: "histories".to_owned(),
        login_secret: Secret::new(String::new()),
        policy,
        created_at: BEGINNING,
    };
    let certificate = Certificate {
        id: CERTIFICATE,
        app: APP,
        vendor: Vendor::Xiaomi,
        name: CertificateName::new("mi").unwrap(),
        version: 1,
        disabled: false,
        form: Form::default(),
        environment: None,
        expires_at: None,
        receipt_secret: Secret::new(String::new()),
        created_at: BEGINNING,
        updated_at: BEGINNING,
    };
    AppView { app, certificates: vec![certificate], resources: Vec::new(), webhooks: Vec::new() }
}
