//! The limits of Firebase Cloud Messaging, as of 2026.

use std::time::Duration;

use crate::contract::{Length, Limits, Rate, Unit};

/// Documented where nothing else is said. Title, text and `ext` have no limit of their own beside the whole.
pub(super) const LIMITS: Limits = Limits {
    batch: 1,
    title: PAYLOAD,
    body: PAYLOAD,
    payload: PAYLOAD,
    ext: PAYLOAD,
    lifetime: Duration::from_secs(28 * 86_400),
    // 600,000 a minute for a project.
    rate: Rate::of_targets(10_000),
    // Google asks for at least ten; its own SDKs wait fifteen.
    answer_timeout: Duration::from_secs(15),
};

/// Names and values of everything the phone receives, the notification included; not the request around it.
const PAYLOAD: Length = Length { max: 4096, unit: Unit::Bytes };

/// What a notification's members are prefixed with on their way to the phone (seen in the client SDK). That Google
/// counts it too is assumed; if it does not, a text is cut a few bytes early.
pub(super) const MEMBER_PREFIX_BYTES: usize = "gcm.n.".len();

/// Longest token we send on: commonly 140 to 165 characters, without a documented maximum.
pub(super) const TOKEN_MAX_BYTES: usize = 1024;

/// A Firebase installation id, which stands in for a token in apps that chose so (assumed: 22 of base64url).
pub(super) const INSTALLATION_ID_BYTES: usize = 22;

/// Longest collapse key that is sent as it stands, in bytes (ours: no limit is documented).
pub(super) const COLLAPSE_KEY_MAX_BYTES: usize = 64;

/// The wait after 429 where the answer names none.
pub(super) const PAUSE: Duration = Duration::from_secs(60);

/// How long an assertion is good for, at most, and an access token where the answer does not say.
pub(super) const GOOD_FOR_SECS: i64 = 3600;

/// An access token is renewed so long before its end, or at half its life where that is later.
pub(super) const RENEW_BEFORE_MS: i64 = 5 * 60_000;

/// A new access token is kept at least this long even where it is refused (ours: at most six exchanges a minute).
pub(super) const KEEP_MS: i64 = 10_000;

/// Longest life of an access token that is believed (ours).
pub(super) const ACCESS_TOKEN_MAX_SECS: i64 = 86_400;

/// Longest access token that is put into a header (ours; real ones exceed 1,000 characters).
pub(super) const ACCESS_TOKEN_MAX_BYTES: usize = 8 * 1024;

/// Largest service account file, in bytes (ours; real ones have 2.4 KiB).
pub(super) const KEY_FILE_MAX_BYTES: usize = 16 * 1024;
