//! Posthouse's own limits. A vendor's limits stand in its adapter.

/// Largest user id, in bytes of UTF-8.
pub const USER_ID_MAX_BYTES: usize = 64;
/// Largest group id, in bytes of UTF-8.
pub const GROUP_ID_MAX_BYTES: usize = 64;
/// Most members of a group.
pub const GROUP_MEMBERS_MAX: usize = 10_000;
/// Most members that one request adds to a group or takes out of it.
pub const GROUP_CHANGE_MAX: usize = 1_000;
/// Longest name of a user or group, in characters.
pub const DISPLAY_NAME_MAX_CHARS: usize = 64;
/// Most users that a message mentions or forces a push to (row F5).
pub const MENTIONS_MAX: usize = 100;
/// Most invitees of a call (row F3).
pub const CALL_INVITEES_MAX: usize = 32;
/// Longest time a call rings, in milliseconds; the usual is a minute and a half.
pub const CALL_RINGS_MAX_MS: i64 = 600_000;
/// Largest id of a push resource, in bytes.
pub const RESOURCE_ID_MAX_BYTES: usize = 32;
/// Largest sign-in name of an operator, in bytes of UTF-8.
pub const OPERATOR_NAME_MAX_BYTES: usize = 64;
/// Most push resources of an App.
pub const RESOURCES_MAX: usize = 64;
/// Most webhooks of an App.
pub const WEBHOOKS_MAX: usize = 16;
/// Most rules of a user's multi-end strategy.
pub const MULTI_END_RULES_MAX: usize = 8;
/// Largest client message id, in bytes of UTF-8.
pub const CLIENT_MESSAGE_ID_MAX_BYTES: usize = 64;
/// Longest certificate name, in characters; a client that logs in with a longer one gets code 500 (row C3).
pub const CERTIFICATE_NAME_MAX_CHARS: usize = 32;
/// Longest push title that is accepted, in characters; a vendor's smaller limit truncates.
pub const PUSH_TITLE_MAX_CHARS: usize = 256;
/// Longest push body that is accepted, in characters; a vendor's smaller limit truncates.
pub const PUSH_BODY_MAX_CHARS: usize = 2048;
/// Largest `ext`, and largest `payload`, in bytes of UTF-8. Neither is ever truncated.
pub const PUSH_EXT_MAX_BYTES: usize = 3 * 1024;
/// Largest text of a style, in bytes of UTF-8.
pub const STYLE_TEXT_MAX_BYTES: usize = 512;
/// Most parameters of a template's title, and of its text.
pub const TEMPLATE_PARAMETERS_MAX: usize = 32;
/// Largest collapse key, in bytes of UTF-8 (the smallest vendor field is APNs' 64).
pub const COLLAPSE_KEY_MAX_BYTES: usize = 64;
/// Largest message body, in bytes of UTF-8.
pub const MESSAGE_BODY_MAX_BYTES: usize = 12 * 1024;
/// Largest client frame, in bytes.
pub const FRAME_MAX_BYTES: usize = 32 * 1024;
/// Largest vendor token, in bytes; the longest seen is a web push endpoint.
pub const VENDOR_TOKEN_MAX_BYTES: usize = 1024;
/// Longest life of a message and its pushes, in milliseconds: 7 days.
pub const MESSAGE_LIFETIME_MAX_MS: i64 = 7 * 24 * 3_600_000;
/// The App's title where the sender gave none (row E1).
pub const DEFAULT_PUSH_TITLE: &str = "a new message";

/// For how many days an App keeps messages where it says nothing.
pub const DEFAULT_RETENTION_DAYS: u16 = 7;
/// The longest that an App may keep messages, in days.
pub const RETENTION_DAYS_MAX: u16 = 365;
