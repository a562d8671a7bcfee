//! What an answer tells of one target.

use model::{
    DeviceId, InviteeState, Marks, Platform, Purpose, PushId, SessionState, TextVariant, Timestamp, Vendor,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Warning, Words};
use crate::api::schema;

/// One target: the message on one device, or for a user who has none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ExplainedTarget {
    /// Whose; absent for a push to a Push ID or a bare token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub user: Option<String>,
    /// Which device; absent where the user has none, or for a bare token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub device: Option<ExplainedDevice>,
    /// The last characters of the vendor token the push went to; empty where there was none.
    pub token_tail: String,
    /// Where it stands.
    pub state: TargetState,
    /// What decided or ended it.
    pub reason: ExplainedReason,
    /// When it was decided; absent while it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, nullable = false)]
    pub decided_at: Option<Timestamp>,
    /// When it came to its end; absent while it has not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, nullable = false)]
    pub finished_at: Option<Timestamp>,
    /// While deciding: when it is looked at again. While queued: when the next try is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, nullable = false)]
    pub next_at: Option<Timestamp>,
    /// The device has acknowledged the message itself, whatever became of the push.
    pub acked: bool,
    /// Every rule in order, with what it saw. Empty where the device has the message and nothing had to be decided.
    pub rules: Vec<ExplainedRule>,
    /// The rules were decided by an older table than the one shown.
    pub rules_changed: bool,
    /// Through which certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub certificate: Option<ExplainedCertificate>,
    /// Every try at the vendor, oldest first.
    pub attempts: Vec<ExplainedAttempt>,
    /// The vendor's id of the push; empty where it gave none.
    pub vendor_message_id: String,
    /// What the app's badge shows with it; absent where it does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub badge: Option<u32>,
    /// What the notification says; absent where nothing is pushed, where it was taken back, and where the asker may not
    /// read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub shown: Option<Shown>,
    /// What the certificate's vendor does with it otherwise than asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub warnings: Vec<Warning>,
    /// What followed to withdraw or replace the notification, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub follow_ups: Vec<ExplainedFollowUp>,
    /// Where the user's invitation to the call stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::InviteeState, nullable = false)]
    pub invitation: Option<InviteeState>,
    /// What became known after the vendor took it.
    #[schema(value_type = schema::Marks)]
    pub marks: Marks,
    /// What a later receipt said beside the marks: its kind and the vendor's own code; empty where nothing.
    pub receipt_note: String,
    /// What its kind means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub receipt_meaning: Option<Words>,
    /// A cancel came while the push was on the wire.
    pub raced: bool,
}

/// What a notification says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Shown {
    /// Which of the message's texts.
    #[schema(value_type = schema::TextVariant)]
    pub text: TextVariant,
    /// Its title, before the vendor's limit.
    pub title: String,
    /// Its text, before the vendor's limit.
    pub body: String,
}

/// What followed a notification, to take it away or to put another in its place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ExplainedFollowUp {
    /// `withdraw` or `replace`.
    #[schema(value_type = schema::Purpose)]
    pub purpose: Purpose,
    /// Where it stands.
    pub state: TargetState,
    /// What decided or ended it.
    pub reason: ExplainedReason,
    /// When it was asked for.
    #[schema(value_type = i64)]
    pub decided_at: Timestamp,
    /// When it came to its end; absent while it has not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, nullable = false)]
    pub finished_at: Option<Timestamp>,
    /// Every try at the vendor, oldest first.
    pub attempts: Vec<ExplainedAttempt>,
}

/// Where a target stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TargetState {
    /// The device has acknowledged the message; no push was needed.
    Delivered,
    /// No push, for the reason given.
    Skipped,
    /// The vendor took the push. It is not known to be shown.
    Accepted,
    /// The vendor refused it for good.
    Rejected,
    /// Given up by a written rule.
    Dropped,
    /// A push waits for its turn or its next try.
    Queued,
    /// Not decided yet.
    Deciding,
    /// The device came after everything was decided; it gets the message by sync.
    Later,
    /// Sent now, it would be pushed.
    WouldPush,
    /// Sent now, it would not be pushed.
    WouldSkip,
    /// Sent now, it would go out as a frame first, and be pushed if no acknowledgement came.
    WouldWait,
}

impl TargetState {
    /// The word used everywhere.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Skipped => "skipped",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Dropped => "dropped",
            Self::Queued => "queued",
            Self::Deciding => "deciding",
            Self::Later => "later",
            Self::WouldPush => "would_push",
            Self::WouldSkip => "would_skip",
            Self::WouldWait => "would_wait",
        }
    }
}

/// A reason of the rule table or of what came after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExplainedReason {
    /// Its number.
    pub code: u16,
    /// Its stable word.
    pub name: String,
    /// What happened.
    #[serde(flatten)]
    pub words: Words,
    /// What to do, in English; empty where nothing is wrong.
    pub hint_en: String,
    /// The same in Chinese.
    pub hint_zh: String,
}

/// One rule's part in the decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExplainedRule {
    /// The stable word of the reason it gives.
    pub rule: String,
    /// What it rules when it applies: `push`, `skip`, `wait` or `delivered`.
    pub ruling: String,
    /// What it did.
    pub result: RuleResult,
    /// What it looked at, in English.
    pub saw_en: String,
    /// The same in Chinese.
    pub saw_zh: String,
    /// What it says when it applies, in English.
    pub en: String,
    /// The same in Chinese.
    pub zh: String,
}

/// What a rule did in a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuleResult {
    /// It did not apply.
    Passed,
    /// It decided.
    Decided,
    /// Another had decided before.
    NotReached,
}

/// The device of a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExplainedDevice {
    /// Its id.
    #[schema(value_type = String, format = Uuid)]
    pub id: DeviceId,
    /// Its public id for push.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = Uuid, nullable = false)]
    pub push_id: Option<PushId>,
    /// Brand and model, for people.
    pub name: String,
    /// Operating system family.
    #[schema(value_type = schema::Platform)]
    pub platform: Platform,
    /// Where the user's login on it stands now; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::SessionState, nullable = false)]
    pub session: Option<SessionState>,
    /// Since when it stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, nullable = false)]
    pub session_since: Option<Timestamp>,
}

/// The certificate of a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExplainedCertificate {
    /// Its numeric id.
    pub id: u32,
    /// Its name; empty where it does not exist any more.
    pub name: String,
    /// Whose push service it opens; absent where it does not exist any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, nullable = false)]
    pub vendor: Option<Vendor>,
}

/// One try at the vendor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExplainedAttempt {
    /// When the answer came, or was given up on.
    #[schema(value_type = i64)]
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub took_ms: u32,
    /// What the answer means for this target.
    pub verdict: String,
    /// HTTP status; 0 where no answer came.
    pub http_status: u16,
    /// The vendor's own code.
    pub code: String,
    /// The vendor's own text.
    pub text: String,
    /// What the code means; absent for a code that is in no book.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub meaning: Option<Words>,
    /// What to do about it; absent where nothing has to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub todo: Option<Words>,
}
