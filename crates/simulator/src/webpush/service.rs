//! The five push services: their hosts, where their endpoints are, and what a request asks of them.

use std::borrow::Cow;

use http::Method;

use super::subscription::Endpoint;
use crate::shared::HostSpec;

/// Longest id of an endpoint that is looked at, in characters; senders are told to expect URLs of up to 2,000.
const ID_MAX_CHARS: usize = 1000;
const DAY_S: i64 = 24 * 3600;

/// WNS documents HTTP/1.1 only, and so do small servers.
const fn http1_only(name: &'static str) -> HostSpec {
    HostSpec { name, alpn: &[b"http/1.1"], asks_client_certificate: false }
}

/// Every host.
pub(super) const HOSTS: &[HostSpec] = &[
    HostSpec::of(PushService::Mozilla.host()),
    HostSpec::of(PushService::Google.host()),
    HostSpec::of(PushService::Apple.host()),
    http1_only(PushService::Windows.host()),
    http1_only(PushService::Ntfy.host()),
];

/// A push service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PushService {
    Mozilla,
    Google,
    Apple,
    Windows,
    Ntfy,
}

/// What a request asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// A push to an endpoint.
    Push(Endpoint),
    /// The end of a message that may still wait.
    Cancel(String),
    /// Whether UnifiedPush is served here.
    Discovery,
    /// A path that is known, by another method.
    OtherMethod,
    /// Nothing that the service knows.
    Nothing,
}

impl PushService {
    pub(super) const ALL: [Self; 5] = [Self::Mozilla, Self::Google, Self::Apple, Self::Windows, Self::Ntfy];

    /// The service at a host.
    pub(super) fn at(host: &str) -> Self {
        Self::ALL.into_iter().find(|service| service.host() == host).unwrap_or(Self::Mozilla)
    }

    /// Its host.
    pub(super) const fn host(self) -> &'static str {
        match self {
            Self::Mozilla => "updates.push.services.mozilla.com",
            Self::Google => "jmt17.google.com",
            Self::Apple => "web.push.apple.com",
            Self::Windows => "wns2-par02p.notify.windows.com",
            Self::Ntfy => "ntfy.sh",
        }
    }

    /// Its origin: what `aud` must say.
    pub(super) fn origin(self) -> String {
        format!("https://{}", self.host())
    }

    /// The path of its endpoints, as the log names it.
    pub(super) const fn path_name(self) -> &'static str {
        match self {
            Self::Mozilla => "/wpush",
            Self::Google => "/fcm/send",
            Self::Apple => "/<subscription>",
            Self::Windows => "/w",
            Self::Ntfy => "/<topic>",
        }
    }

    /// Longest body, in bytes. Documented: 4,096 is what every service must take; WNS takes 5,000.
    pub(super) const fn body_max_bytes(self) -> usize {
        if matches!(self, Self::Windows) { 5000 } else { 4096 }
    }

    /// Longest lifetime, in seconds; a longer one is shortened. Documented for Mozilla, Google and Apple (that Google
    /// and Apple shorten instead of refusing is assumed); ntfy keeps messages for twelve hours.
    pub(super) const fn ttl_max_s(self) -> i64 {
        match self {
            Self::Mozilla | Self::Apple | Self::Windows => 30 * DAY_S,
            Self::Google => 28 * DAY_S,
            Self::Ntfy => DAY_S / 2,
        }
    }

    /// Whether it looks at the headers of a push and at the head of its body. ntfy passes bytes on (documented).
    pub(super) const fn reads_headers(self) -> bool {
        !matches!(self, Self::Ntfy)
    }

    /// What a request asks for.
    pub(super) fn wanted(self, method: &Method, path: &str, query: &str) -> Wanted {
        if let (Self::Mozilla, Some(message)) = (self, path.strip_prefix("/m/")) {
            let deletes = *method == Method::DELETE;
            return if deletes { Wanted::Cancel(message.to_owned()) } else { Wanted::OtherMethod };
        }
        let Some(endpoint) = self.endpoint(path, query) else { return Wanted::Nothing };
        match (self, method) {
            (_, &Method::POST) => Wanted::Push(endpoint),
            // Documented: topics are published to by PUT as well, and asked for UnifiedPush by GET.
            (Self::Ntfy, &Method::PUT) => Wanted::Push(endpoint),
            (Self::Ntfy, &Method::GET) => Wanted::Discovery,
            _ => Wanted::OtherMethod,
        }
    }

    fn endpoint(self, path: &str, query: &str) -> Option<Endpoint> {
        let (keyless, id) = match self {
            Self::Mozilla => {
                let rest = path.strip_prefix("/wpush/")?;
                match rest.split_once('/') {
                    Some(("v1", id)) => (true, Cow::Borrowed(id)),
                    Some(("v2", id)) => (false, Cow::Borrowed(id)),
                    Some(_) => return None,
                    // The oldest endpoints have no version (observed).
                    None => (true, Cow::Borrowed(rest)),
                }
            }
            Self::Google => {
                let id = path.strip_prefix("/fcm/send/").or_else(|| path.strip_prefix("/wp/"))?;
                (false, Cow::Borrowed(id))
            }
            Self::Apple => (false, Cow::Borrowed(path.strip_prefix('/')?)),
            Self::Windows if matches!(path, "/w" | "/w/") => {
                let mut fields = form_urlencoded::parse(query.as_bytes());
                (false, fields.find_map(|(name, value)| (name == "token").then_some(value))?)
            }
            Self::Windows => return None,
            Self::Ntfy => (true, Cow::Borrowed(path.strip_prefix('/')?)),
        };
        is_plausible(&id).then(|| Endpoint { service: self, keyless, id: id.into_owned() })
    }
}

/// Whether a text could be the id of an endpoint.
fn is_plausible(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_:=./%+~".contains(&byte);
    !id.is_empty() && id.len() <= ID_MAX_CHARS && id.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(service: PushService, path: &str, query: &str) -> Option<(bool, String)> {
        match service.wanted(&Method::POST, path, query) {
            Wanted::Push(endpoint) => Some((endpoint.keyless, endpoint.id)),
            _ => None,
        }
    }

    #[test]
    fn every_service_finds_the_id_where_its_endpoints_carry_it() {
        let some = |keyless, id: &str| Some((keyless, id.to_owned()));
        assert_eq!(id(PushService::Mozilla, "/wpush/v2/gAA", ""), some(false, "gAA"));
        assert_eq!(id(PushService::Mozilla, "/wpush/v1/gAA", ""), some(true, "gAA"));
        assert_eq!(id(PushService::Mozilla, "/wpush/v3/gAA", ""), None);
        assert_eq!(id(PushService::Google, "/wp/a:APA91b", ""), some(false, "a:APA91b"));
        assert_eq!(id(PushService::Apple, "/Qx", ""), some(false, "Qx"));
        assert_eq!(id(PushService::Windows, "/w/", "token=BQ%3d&x=1"), some(false, "BQ="));
        assert_eq!(id(PushService::Windows, "/w/", ""), None);
        assert_eq!(id(PushService::Ntfy, "/upabc", "up=1"), some(true, "upabc"));
        assert_eq!(id(PushService::Apple, "/", ""), None);
    }

    #[test]
    fn a_known_path_by_another_method_is_told_from_an_unknown_one() {
        let wanted = |service: PushService, method, path| service.wanted(&method, path, "");
        assert_eq!(wanted(PushService::Mozilla, Method::GET, "/wpush/v2/x"), Wanted::OtherMethod);
        assert_eq!(wanted(PushService::Mozilla, Method::DELETE, "/m/x"), Wanted::Cancel("x".to_owned()));
        assert_eq!(wanted(PushService::Mozilla, Method::POST, "/other"), Wanted::Nothing);
        assert_eq!(wanted(PushService::Ntfy, Method::GET, "/upabc"), Wanted::Discovery);
    }
}
