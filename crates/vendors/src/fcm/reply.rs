//! From an answer to verdicts: one code for the whole list.

use model::TargetVerdict;
use serde_json::Value;

use super::codes;
use crate::{
    answer,
    contract::{Job, ProbeOutcome, Step, WireReply},
};

pub(super) fn resume(job: &Job<'_>, reply: &WireReply) -> Step {
    Step::done_all(job.len(), &judge(reply))
}

pub(super) fn judge_probe(reply: &WireReply) -> ProbeOutcome {
    answer::probe_outcome(&codes::CODES, judge(reply))
}

fn judge(reply: &WireReply) -> TargetVerdict {
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let text = body.get("message").and_then(Value::as_str).unwrap_or_default();
    match body.get("code").and_then(Value::as_i64) {
        _ if reply.status >= 500 => answer::server_fault(reply),
        Some(code) => answer::judge(&codes::CODES, reply.status, &code.to_string(), text),
        None => answer::judge(&codes::CODES, reply.status, answer::UNREADABLE, text),
    }
}
