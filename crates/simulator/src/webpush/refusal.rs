//! Why a push is refused, and what each service says then.
//!
//! Statuses, `errno`s, reasons and codes: the services' books and Mozilla's source, documented; FCM's plain texts and
//! 403, WNS in web push mode, and which code stands for a fault that a book does not name: assumed.

use std::borrow::Cow;

use super::service::PushService;

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    OtherMethod,
    NoPath,
    Unknown,
    Gone,
    NoTtl,
    NegativeTtl,
    BadUrgency,
    BadTopic,
    TooLarge,
    NoEncoding,
    BadEncoding,
    BadBody,
    KeyReused,
    NoVapid,
    BadAuthorization,
    BadKey,
    BadToken,
    WrongAudience,
    Expired,
    BadExpiry,
    TooLong,
    BadSubject,
    KeyMismatch,
    TooMany,
    UsedUp,
    Internal,
    Unavailable,
}

/// One fault in the words of every service.
pub(super) struct Row {
    refusal: Refusal,
    /// The simulator's own word for it.
    pub(super) name: &'static str,
    /// Status, `errno`, message.
    pub(super) mozilla: (u16, Option<u16>, &'static str),
    /// Status, plain text.
    pub(super) google: (u16, &'static str),
    /// Status, reason.
    pub(super) apple: (u16, &'static str),
    /// Status, `X-WNS-Error-Description`.
    pub(super) windows: (u16, &'static str),
    /// Code, whose first three digits are the status, and text.
    pub(super) ntfy: (u32, &'static str),
}

type Mozilla = (u16, Option<u16>, &'static str);
type Plain = (u16, &'static str);
type Coded = (u32, &'static str);

const fn row(
    (refusal, name): (Refusal, &'static str),
    mozilla: Mozilla,
    google: Plain,
    apple: Plain,
    windows: Plain,
    ntfy: Coded,
) -> Row {
    Row { refusal, name, mozilla, google, apple, windows, ntfy }
}

const VAPID_NTFY: Coded = (40101, "unauthorized");
const BODY_NTFY: Coded = (40009, "invalid request");

#[rustfmt::skip]
const ROWS: [Row; 27] = [
    row((Refusal::OtherMethod, "method"),
        (405, None, "Method Not Allowed"), (405, "method not allowed"), (405, "MethodNotAllowed"),
        (405, "Only POST is served here"), (40401, "page not found")),
    row((Refusal::NoPath, "no_path"),
        (404, Some(404), "Not Found"), (404, "not found"), (404, "BadPath"),
        (404, "There is nothing here"), (40401, "page not found")),
    row((Refusal::Unknown, "unknown"),
        (404, Some(102), "Invalid token"), (404, "no push subscription has this endpoint"), (404, "BadPath"),
        (404, "The channel URI is not valid"), (50701, "no active subscriber of this UnifiedPush topic")),
    row((Refusal::Gone, "gone"),
        (410, Some(106), "No such subscription"), (410, "push subscription has unsubscribed or expired."),
        (410, "Unregistered"), (410, "The channel has expired"),
        (50701, "no active subscriber of this UnifiedPush topic")),
    row((Refusal::NoTtl, "no_ttl"),
        (400, Some(111), "Missing TTL value"), (400, "TTL is missing or no number"), (400, "BadTtl"),
        (400, "TTL is missing or no number"), BODY_NTFY),
    row((Refusal::NegativeTtl, "negative_ttl"),
        (400, Some(114), "TTL is below 0"), (400, "TTL is below 0"), (400, "BadTtl"),
        (400, "TTL is below 0"), BODY_NTFY),
    row((Refusal::BadUrgency, "bad_urgency"),
        (400, None, "Unknown Urgency"), (400, "unknown Urgency"), (400, "BadUrgency"),
        (400, "Unknown Urgency"), BODY_NTFY),
    row((Refusal::BadTopic, "bad_topic"),
        (400, Some(113), "Topic is over 32 characters or not of the base64url alphabet"), (400, "bad Topic"),
        (400, "BadWebPushTopic"), (400, "Bad Topic"), BODY_NTFY),
    row((Refusal::TooLarge, "too_large"),
        (413, Some(104), "The body is too large"), (413, "the body is too large"), (413, "PayloadTooLarge"),
        (413, "The body is too large"), (41301, "message too large")),
    row((Refusal::NoEncoding, "no_encoding"),
        (400, Some(110), "Missing Content-Encoding header"), (400, "Content-Encoding is missing"),
        (400, "BadWebPushRequest"), (400, "Content-Encoding is missing"), BODY_NTFY),
    row((Refusal::BadEncoding, "bad_encoding"),
        (400, Some(110), "Unknown Content-Encoding header"), (400, "unknown Content-Encoding"),
        (400, "BadWebPushRequest"), (400, "Unknown Content-Encoding"), BODY_NTFY),
    row((Refusal::BadBody, "bad_body"),
        (400, Some(110), "The head of the body is not that of aes128gcm"), (400, "bad encryption header"),
        (400, "BadWebPushRequest"), (400, "Bad encryption header"), BODY_NTFY),
    row((Refusal::KeyReused, "key_reused"),
        (400, Some(110), "The signing key was used to seal"), (400, "the signing key was used to seal"),
        (400, "BadWebPushRequest"), (400, "The signing key was used to seal"), BODY_NTFY),
    row((Refusal::NoVapid, "no_vapid"),
        (401, Some(109), "Missing VAPID token"), (401, "authorization header must be specified."),
        (403, "BadJwtToken"), (401, "Authorization is missing"), VAPID_NTFY),
    row((Refusal::BadAuthorization, "bad_authorization"),
        (401, Some(109), "Unknown auth scheme"), (401, "malformed authorization header"),
        (403, "BadAuthorizationHeader"), (401, "Malformed Authorization"), VAPID_NTFY),
    row((Refusal::BadKey, "bad_key"),
        (401, Some(109), "Invalid VAPID public key"), (403, "malformed VAPID public key"),
        (403, "BadVapidPublicKey"), (401, "Malformed VAPID public key"), VAPID_NTFY),
    row((Refusal::BadToken, "bad_token"),
        (401, Some(109), "InvalidSignature"), (403, "invalid JWT provided"),
        (403, "BadJwtToken"), (401, "The signature does not fit"), VAPID_NTFY),
    row((Refusal::WrongAudience, "wrong_audience"),
        (401, Some(109), "Invalid VAPID audience"), (403, "invalid JWT provided"),
        (403, "BadJwtToken"), (401, "aud is not this service"), VAPID_NTFY),
    row((Refusal::Expired, "expired"),
        (401, Some(109), "ExpiredSignature"), (403, "invalid JWT provided"),
        (403, "BadJwtToken"), (401, "exp has passed"), VAPID_NTFY),
    row((Refusal::BadExpiry, "bad_expiry"),
        (401, Some(109), "Invalid VAPID expiry"), (403, "invalid JWT provided"),
        (403, "BadJwtToken"), (401, "exp is no number"), VAPID_NTFY),
    row((Refusal::TooLong, "too_long"),
        (401, Some(109), "The VAPID token expiration is too long"), (403, "invalid JWT provided"),
        (403, "BadJwtToken"), (401, "exp is more than a day ahead"), VAPID_NTFY),
    row((Refusal::BadSubject, "bad_subject"),
        (401, Some(109), "Invalid VAPID subject"), (403, "invalid JWT provided"),
        (403, "BadJwtToken"), (401, "sub is neither mailto: nor https:"), VAPID_NTFY),
    row((Refusal::KeyMismatch, "key_mismatch"),
        (401, Some(109), "VAPID public key mismatch"),
        (403, "the VAPID credentials in the authorization header do not correspond to the credentials used to create the subscriptions."),
        (400, "VapidPkHashMismatch"), (403, "The key is not that of the channel"), VAPID_NTFY),
    row((Refusal::TooMany, "too_many"),
        (429, None, "Too Many Requests"), (429, "too many requests"), (429, "TooManyRequests"),
        (406, "The channel throttles"), (42901, "limit reached: too many requests")),
    row((Refusal::UsedUp, "used_up"),
        (429, None, "Too Many Requests"), (429, "too many requests"), (429, "TooManyRequests"),
        (406, "The channel throttles"), (42908, "limit reached: too many messages")),
    row((Refusal::Internal, "internal"),
        (500, Some(999), "Internal Server Error"), (500, "internal error"), (500, "InternalServerError"),
        (500, "Internal failure"), (50001, "internal server error")),
    row((Refusal::Unavailable, "unavailable"),
        (503, Some(201), "Service Unavailable"), (503, "service unavailable"), (503, "ServiceUnavailable"),
        (503, "The server is overloaded"), (50301, "service unavailable")),
];

/// HTTP statuses as codes.
const STATUSES: [(&str, Refusal); 11] = [
    ("400", Refusal::BadEncoding),
    ("401", Refusal::Expired),
    ("403", Refusal::KeyMismatch),
    ("404", Refusal::Unknown),
    ("405", Refusal::OtherMethod),
    ("406", Refusal::TooMany),
    ("410", Refusal::Gone),
    ("413", Refusal::TooLarge),
    ("429", Refusal::TooMany),
    ("500", Refusal::Internal),
    ("503", Refusal::Unavailable),
];

impl Refusal {
    /// What every service says.
    pub(super) fn row(self) -> &'static Row {
        // Every refusal has its row, which a test sees to.
        ROWS.iter().find(|row| row.refusal == self).unwrap_or(&ROWS[0])
    }

    /// The refusal that a code asks for: the simulator's word, an HTTP status, or a service's own code.
    pub(super) fn by_code(code: &str) -> Option<Self> {
        let status = || STATUSES.iter().find_map(|(own, refusal)| (*own == code).then_some(*refusal));
        let row = || {
            let own = |row: &&Row| {
                row.name == code
                    || row.apple.1 == code
                    || row.ntfy.0.to_string() == code
                    || row.mozilla.1.is_some_and(|errno| errno.to_string() == code)
            };
            ROWS.iter().find(own).map(|row| row.refusal)
        };
        status().or_else(row)
    }

    /// The service's own code, for the log.
    pub(super) fn code(self, service: PushService) -> Cow<'static, str> {
        let row = self.row();
        match service {
            PushService::Mozilla => match row.mozilla.1 {
                Some(errno) => errno.to_string().into(),
                None => row.name.into(),
            },
            PushService::Google | PushService::Windows => row.name.into(),
            PushService::Apple => row.apple.1.into(),
            PushService::Ntfy => row.ntfy.0.to_string().into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_stands_for_its_own_refusal_and_is_found_by_its_name() {
        for row in &ROWS {
            assert_eq!(row.refusal.row().name, row.name);
            assert_eq!(Refusal::by_code(row.name), Some(row.refusal));
        }
        assert_eq!(ROWS.len(), Refusal::Unavailable as usize + 1);
    }

    #[test]
    fn a_service_s_own_code_names_its_refusal() {
        for (code, refusal) in [
            ("106", Refusal::Gone),
            ("VapidPkHashMismatch", Refusal::KeyMismatch),
            ("42901", Refusal::TooMany),
            ("410", Refusal::Gone),
        ] {
            assert_eq!(Refusal::by_code(code), Some(refusal), "{code}");
        }
        assert_eq!(Refusal::by_code("418"), None);
    }
}
