//! From an answer to verdicts. Which HTTP status goes with which code is not documented, so the code in the body
//! decides; a refused token is named, with its reason, in JSON text inside the answer's text.

use std::collections::BTreeMap;

use model::{Doubt, TargetVerdict, Verdict};
use serde_json::Value;

use super::{
    codes::{self, CODES},
    config::Config,
    request,
};
use crate::{
    answer,
    contract::{Auth, Job, ProbeOutcome, Step, WireReply},
};

const ID_MAX_CHARS: usize = 128;

pub(super) fn resume(config: &Config, job: &Job<'_>, stage: &str, reply: &WireReply, auth: &Auth) -> Step {
    let answer = Answer::read(reply);
    match *job {
        Job::Notify { content, targets, now } => {
            let had_image = stage == request::SEND && content.style.image.is_some();
            if had_image && answer.whole.code == codes::IMAGE {
                return request::without_image(config, (content, targets, now), auth);
            }
            Step::Done(answer.verdicts(targets.iter().map(|target| &*target.token)))
        }
        Job::Recall { sent, .. } => {
            let verdicts = answer.verdicts(sent.iter().map(|sent| &*sent.token));
            Step::Done(verdicts.into_iter().map(of_recall).collect())
        }
    }
}

pub(super) fn judge_probe(reply: &WireReply) -> ProbeOutcome {
    answer::probe_outcome(&CODES, Answer::read(reply).verdict(request::NOBODY, 1))
}

/// A recall may fail for the app it names, so it never condemns a token.
fn of_recall(mut verdict: TargetVerdict) -> TargetVerdict {
    if matches!(verdict.verdict, Verdict::TokenDead { .. } | Verdict::TokenDoubtful(_)) {
        verdict.verdict = Verdict::Drop;
    }
    verdict
}

struct Answer {
    /// What holds for every token that is not named.
    whole: TargetVerdict,
    /// The named tokens, each with the reason for its refusal.
    refused: BTreeMap<String, String>,
}

impl Answer {
    fn read(reply: &WireReply) -> Self {
        let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        let msg = body.get("msg").and_then(Value::as_str).unwrap_or_default();
        // Such a text holds tokens, and is not for logs.
        let is_json = msg.trim_start().starts_with('{');
        let mut whole = judge(reply, &body, if is_json { "" } else { msg });
        if whole.verdict == Verdict::Accepted {
            let id = body.get("requestId").and_then(Value::as_str).filter(|id| !id.is_empty());
            whole.vendor_message_id = id.map(|id| answer::clip(id, ID_MAX_CHARS));
        }
        let names_tokens = codes::NAMING_TOKENS.contains(&&*whole.code);
        Self { whole, refused: if names_tokens { refused_in(msg) } else { BTreeMap::new() } }
    }

    /// One verdict for each token, in their order.
    fn verdicts<'a>(&self, tokens: impl Iterator<Item = &'a str> + Clone) -> Vec<TargetVerdict> {
        let sent = tokens.clone().filter(|token| request::is_token(token)).count();
        tokens.map(|token| self.verdict(token, sent)).collect()
    }

    /// That a token is not the project's may be the token's fault or the certificate's: it is the token's where others
    /// were taken, and the certificate's where many were refused and none was taken. That all tokens are refused,
    /// without a reason for each, is certain of one token and doubtful of many.
    fn verdict(&self, token: &str, sent: usize) -> TargetVerdict {
        if !request::is_token(token) {
            return answer::unsent(&CODES, answer::BAD_TOKEN);
        }
        let mut verdict = match self.refused.get(token) {
            Some(reason) => answer::judge(&CODES, self.whole.http_status, reason, ""),
            None => self.whole.clone(),
        };
        let others_taken = self.whole.verdict == Verdict::Accepted;
        verdict.verdict = match &*verdict.code {
            codes::NO_RIGHT if sent > 1 && others_taken => Verdict::TokenDead { since: None },
            codes::NO_RIGHT if sent > 1 => Verdict::Misconfigured,
            codes::NO_TOKEN if sent > 1 => Verdict::TokenDoubtful(Doubt::SecondInRow),
            _ => return verdict,
        };
        verdict
    }
}

fn judge(reply: &WireReply, body: &Value, text: &str) -> TargetVerdict {
    let code = match body.get("code") {
        Some(Value::String(code)) => code.clone(),
        Some(Value::Number(code)) => code.to_string(),
        _ => String::new(),
    };
    let is_known = answer::find(&CODES, &code).is_some();
    let code = match reply.status {
        503 => codes::TOO_FAST,
        500.. if !is_known => return answer::server_fault(reply),
        401 if code.is_empty() => codes::UNAUTHORISED,
        404 if code.is_empty() => codes::NOT_FOUND,
        _ if code.is_empty() => answer::UNREADABLE,
        _ => &code,
    };
    let mut verdict = answer::judge(&CODES, reply.status, code, text);
    if let Verdict::Retry { after } | Verdict::Limited { after, .. } = &mut verdict.verdict {
        *after = reply.retry_after();
    }
    verdict
}

/// The tokens of `{"illegalTokens": {"reason": ["token"]}}`. The vendor's sample has blanks around a reason.
fn refused_in(msg: &str) -> BTreeMap<String, String> {
    let msg: Value = serde_json::from_str(msg).unwrap_or_default();
    let groups = msg.get("illegalTokens").and_then(Value::as_object).into_iter().flatten();
    let named = groups.flat_map(|(reason, tokens)| {
        let tokens = tokens.as_array().into_iter().flatten().filter_map(Value::as_str);
        tokens.map(|token| (token.to_owned(), reason.trim().to_owned()))
    });
    named.collect()
}
