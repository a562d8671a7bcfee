//! The tables of what a send may say. Documented, as of the service description of 2026.

use super::schema::{
    Field,
    Kind::{self, Bool, Duration, Enum, Float, Int32, List, Message, Struct, Text, TextMap, Time},
};

const fn field(name: &'static str, kind: Kind) -> Field {
    Field { name, kind }
}

/// The body of a send.
pub(super) const REQUEST: &[Field] =
    &[field("validate_only", Bool), field("message", Message("Message", MESSAGE))];

const MESSAGE: &[Field] = &[
    field("name", Text),
    field("token", Text),
    field("fid", Text),
    field("topic", Text),
    field("condition", Text),
    field("data", TextMap),
    field("notification", Message("Notification", NOTIFICATION)),
    field("android", Message("AndroidConfig", ANDROID)),
    // The newest clients may send it; the contract behind it is not written down.
    field("android_v2", Struct),
    field("apns", Message("ApnsConfig", APNS)),
    field("webpush", Message("WebpushConfig", WEBPUSH)),
    field("fcm_options", Message("FcmOptions", LABEL)),
];

const NOTIFICATION: &[Field] = &[field("title", Text), field("body", Text), field("image", Text)];

const LABEL: &[Field] = &[field("analytics_label", Text)];

const ANDROID: &[Field] = &[
    field("collapse_key", Text),
    field("priority", Enum("AndroidMessagePriority", &["NORMAL", "HIGH"])),
    field("ttl", Duration),
    field("restricted_package_name", Text),
    field("data", TextMap),
    field("notification", Message("AndroidNotification", ANDROID_NOTIFICATION)),
    field("fcm_options", Message("AndroidFcmOptions", LABEL)),
    field("direct_boot_ok", Bool),
    field("bandwidth_constrained_ok", Bool),
    field("restricted_satellite_ok", Bool),
];

const ANDROID_NOTIFICATION: &[Field] = &[
    field("title", Text),
    field("body", Text),
    field("icon", Text),
    field("color", Text),
    field("sound", Text),
    field("tag", Text),
    field("click_action", Text),
    field("body_loc_key", Text),
    field("body_loc_args", List(&Text)),
    field("title_loc_key", Text),
    field("title_loc_args", List(&Text)),
    field("channel_id", Text),
    field("ticker", Text),
    field("sticky", Bool),
    field("event_time", Time),
    field("local_only", Bool),
    field(
        "notification_priority",
        Enum(
            "AndroidNotification.NotificationPriority",
            &[
                "PRIORITY_UNSPECIFIED",
                "PRIORITY_MIN",
                "PRIORITY_LOW",
                "PRIORITY_DEFAULT",
                "PRIORITY_HIGH",
                "PRIORITY_MAX",
            ],
        ),
    ),
    field("default_sound", Bool),
    field("default_vibrate_timings", Bool),
    field("default_light_settings", Bool),
    field("vibrate_timings", List(&Duration)),
    field(
        "visibility",
        Enum("AndroidNotification.Visibility", &["VISIBILITY_UNSPECIFIED", "PRIVATE", "PUBLIC", "SECRET"]),
    ),
    field("notification_count", Int32),
    field("light_settings", Message("LightSettings", LIGHT_SETTINGS)),
    field("image", Text),
    field("bypass_proxy_notification", Bool),
    field(
        "proxy",
        Enum("AndroidNotification.Proxy", &["PROXY_UNSPECIFIED", "ALLOW", "DENY", "IF_PRIORITY_LOWERED"]),
    ),
];

const LIGHT_SETTINGS: &[Field] = &[
    field("color", Message("Color", COLOR)),
    field("light_on_duration", Duration),
    field("light_off_duration", Duration),
];

const COLOR: &[Field] =
    &[field("red", Float), field("green", Float), field("blue", Float), field("alpha", Float)];

const APNS: &[Field] = &[
    field("headers", TextMap),
    field("payload", Struct),
    field("fcm_options", Message("ApnsFcmOptions", APNS_OPTIONS)),
    field("live_activity_token", Text),
];

const APNS_OPTIONS: &[Field] = &[field("analytics_label", Text), field("image", Text)];

const WEBPUSH: &[Field] = &[
    field("headers", TextMap),
    field("data", TextMap),
    field("notification", Struct),
    field("fcm_options", Message("WebpushFcmOptions", WEBPUSH_OPTIONS)),
];

const WEBPUSH_OPTIONS: &[Field] = &[field("link", Text), field("analytics_label", Text)];
