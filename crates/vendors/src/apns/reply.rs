//! From an answer to the verdict of its one target. A good push is 200 without a body; anything else is JSON with a
//! `reason`, which is an open set.

use model::{TargetVerdict, Timestamp, Verdict};
use serde_json::Value;

use super::codes;
use crate::{
    answer,
    contract::{Job, ProbeOutcome, Step, WireReply},
};

/// An `apns-id` has 36 characters.
const ID_MAX_CHARS: usize = 64;

pub(super) fn resume(job: &Job<'_>, reply: &WireReply) -> Step {
    Step::done_all(job.len(), &judge(reply))
}

pub(super) fn judge_probe(reply: &WireReply) -> ProbeOutcome {
    answer::probe_outcome(&codes::CODES, judge(reply))
}

fn judge(reply: &WireReply) -> TargetVerdict {
    if reply.status == 200 {
        let id = reply.header("apns-id").map(|id| answer::clip(id, ID_MAX_CHARS).to_ascii_lowercase());
        return TargetVerdict { vendor_message_id: id, ..TargetVerdict::new(Verdict::Accepted, 200, "") };
    }
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let reason = body.get("reason").and_then(Value::as_str).unwrap_or_default();
    if reply.status >= 500 && answer::find(&codes::CODES, reason).is_none() {
        return answer::server_fault(reply);
    }
    let code = if reason.is_empty() { answer::UNREADABLE } else { reason };
    let mut verdict = answer::judge(&codes::CODES, reply.status, code, "");
    match &mut verdict.verdict {
        Verdict::TokenDead { since } if reply.status == 410 => {
            *since = body.get("timestamp").and_then(Value::as_i64).map(Timestamp);
        }
        Verdict::Retry { after } | Verdict::Limited { after, .. } => *after = reply.retry_after(),
        _ => {}
    }
    verdict.reconnect = codes::ENDS_CONNECTION.contains(&code);
    verdict
}
