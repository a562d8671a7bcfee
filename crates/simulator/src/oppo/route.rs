//! Which call a path is, and at which hosts.

use http::Method;

use super::reply::{Code, Refusal};
use crate::shared::HostSpec;

/// The hosts. Documented; the second is named by the current reference only, the third by the vendor's device SDK only.
pub(super) const HOSTS: &[HostSpec] = &[
    HostSpec::of("api.push.oppomobile.com"),
    HostSpec::of("api-push-cn.heytapmobi.com"),
    HostSpec::of("api-intl.push.oppomobile.com"),
    HostSpec::of(FEEDBACK),
    HostSpec::of(MEDIA),
    HostSpec::of(DEVICE),
];
const FEEDBACK: &str = "feedback.push.oppomobile.com";
const MEDIA: &str = "api-media.push.heytapmobi.com";
const DEVICE: &str = "api-device.push.heytapmobi.com";

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    Auth,
    Unicast,
    UnicastBatch,
    SaveContent,
    Broadcast,
    InvalidIds,
    PushPermit,
    BigPicture,
    SmallPicture,
    SetAlias,
    DeleteAlias,
    GetAlias,
    SubscribeTags,
    UnsubscribeTags,
    GetAllTags,
    AddTags,
    AddTagGroup,
}

/// A path of the book.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) path: &'static str,
    pub(super) call: Call,
}

const fn route(path: &'static str, call: Call) -> Route {
    Route { path, call }
}

const PUSH_ROUTES: &[Route] = &[
    route("/server/v1/auth", Call::Auth),
    route("/server/v1/message/notification/unicast", Call::Unicast),
    route("/server/v1/message/notification/unicast_batch", Call::UnicastBatch),
    route("/server/v1/message/notification/save_message_content", Call::SaveContent),
    route("/server/v1/message/notification/broadcast", Call::Broadcast),
];
const FEEDBACK_ROUTES: &[Route] = &[
    route("/server/v1/feedback/fetch_invalid_regidList", Call::InvalidIds),
    route("/server/v1/feedback/fetch_push_permit", Call::PushPermit),
];
const MEDIA_ROUTES: &[Route] = &[
    route("/server/v1/media/upload/big_picture", Call::BigPicture),
    route("/server/v1/media/upload/small_picture", Call::SmallPicture),
];
const DEVICE_ROUTES: &[Route] = &[
    route("/server/v1/device/set_alias", Call::SetAlias),
    route("/server/v1/device/delete_alias", Call::DeleteAlias),
    route("/server/v1/device/get_alias", Call::GetAlias),
    route("/server/v1/device/subscribe_tags", Call::SubscribeTags),
    route("/server/v1/device/unsubscribe_tags", Call::UnsubscribeTags),
    route("/server/v1/device/get_all_tags", Call::GetAllTags),
    route("/server/v1/device/add_tags", Call::AddTags),
    route("/server/v1/device/add_tag_group", Call::AddTagGroup),
];

impl Call {
    /// Feedback is fetched, everything else is posted (documented).
    pub(super) const fn method(self) -> Method {
        match self {
            Self::InvalidIds | Self::PushPermit => Method::GET,
            _ => Method::POST,
        }
    }

    /// Whether an app needs the right to push by this interface.
    pub(super) const fn pushes(self) -> bool {
        matches!(self, Self::Unicast | Self::UnicastBatch | Self::SaveContent | Self::Broadcast)
    }
}

/// The call at a path of a host.
pub(super) fn find(host: &str, path: &str) -> Result<&'static Route, Refusal> {
    let routes = match host {
        FEEDBACK => FEEDBACK_ROUTES,
        MEDIA => MEDIA_ROUTES,
        DEVICE => DEVICE_ROUTES,
        _ => PUSH_ROUTES,
    };
    routes.iter().find(|route| route.path == path).ok_or_else(|| stray(path).plain())
}

/// The code for a path that is not the book's: what follows `/server/` is version and method.
fn stray(path: &str) -> Code {
    let mut members = path.trim_matches('/').split('/');
    let (server, version, method) = (members.next(), members.next(), members.next());
    match (server, version.and_then(|version| version.strip_prefix('v'))) {
        (Some("server"), None) => Code::NO_VERSION,
        (Some("server"), Some(number)) => match number.parse::<u32>() {
            Err(_) => Code::VERSION_FORMAT,
            Ok(1) if method.is_none() => Code::NO_PATH,
            Ok(1) => Code::PATH,
            Ok(_) => Code::VERSION,
        },
        _ => Code::PATH,
    }
}
