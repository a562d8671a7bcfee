//! `messages:revoke`: takes back what was sent under a notify id.

use serde_json::Value;

use super::{
    auth::Caller,
    desk::Desk,
    fields::{illegal, number, texts},
    message::TOKENS_MAX,
    push::of_notify_id,
    reply::{Code, Refusal, flow_control, of_list},
    special::Special,
};
use crate::{
    counter::{Answer, Ask},
    faults::Turn,
};

/// A request to take back.
struct Wanted {
    notify_id: i64,
    tokens: Vec<String>,
}

impl Desk {
    /// Takes a notification back from the phones named.
    pub(super) fn revoke(&self, caller: &Caller, ask: &Ask<'_>, turn: &Turn) -> Answer {
        let request_id = self.next_request_id(ask.now);
        if turn.throttle {
            return flow_control();
        }
        match read(ask.body) {
            Ok(wanted) => {
                let first = wanted.tokens.first().map(String::as_str).unwrap_or_default();
                self.take_back(caller, &wanted, &request_id).to(wanted.tokens.len(), first)
            }
            Err(refusal) => refusal.answer(&request_id).at("body"),
        }
    }

    fn take_back(&self, caller: &Caller, wanted: &Wanted, request_id: &str) -> Answer {
        if !caller.app.rights.revoke {
            return Refusal::from(Code::REVOKE).answer(request_id).at("rights");
        }
        let specials = wanted.tokens.iter().filter_map(|token| Special::read(token));
        if let Some(answer) = specials.into_iter().find_map(|special| special.answer(request_id)) {
            return answer;
        }
        if let Err(code) = self.check_apps(caller, &wanted.tokens) {
            return Refusal::from(code).answer(request_id).at("tokens");
        }
        let key = of_notify_id(wanted.notify_id);
        let mut illegal = Vec::new();
        for token in &wanted.tokens {
            match (Special::read(token), self.tokens.find(token)) {
                (Some(Special::Illegal), _) => illegal.push(token.clone()),
                (Some(_), _) => (),
                (None, Some(found)) if found.standing.is_alive() => {
                    found.phone.withdraw(&key);
                }
                (None, None) if self.shared.settings.accept_unknown_tokens => (),
                (None, _) => illegal.push(token.clone()),
            }
        }
        let taken = wanted.tokens.len() - illegal.len();
        of_list(taken, &illegal, Code::REVOKED_PARTLY, request_id).at("revoked")
    }

    /// Whether all tokens that are known belong to the one app.
    fn check_apps(&self, caller: &Caller, tokens: &[String]) -> Result<(), Code> {
        let mut packages: Vec<String> = tokens
            .iter()
            .filter_map(|token| Some(self.tokens.find(token)?.phone.profile().app.clone()))
            .collect();
        packages.sort_unstable();
        packages.dedup();
        match packages.as_slice() {
            [] => Ok(()),
            [package] if *package == caller.app.package => Ok(()),
            [_] => Err(Code::OTHER_APP),
            _ => Err(Code::SEVERAL_APPS),
        }
    }
}

fn read(body: &[u8]) -> Result<Wanted, Refusal> {
    let request: Value = serde_json::from_slice(body).map_err(|_| illegal("body", "must be JSON"))?;
    if !request.is_object() {
        return Err(illegal("body", "must be an object"));
    }
    let notify_id = number(&request, "notifyId", 0..=i32::MAX.into())?;
    // To take back without naming both needs a right that nobody is given. Documented.
    let (Some(notify_id), Some(tokens)) = (notify_id, texts(&request, "token")?) else {
        return Err(Code::REVOKE.because("give both notifyId and token"));
    };
    if !(1..=TOKENS_MAX).contains(&tokens.len()) {
        return Err(Code::TOKEN_COUNT.into());
    }
    Ok(Wanted { notify_id, tokens })
}
