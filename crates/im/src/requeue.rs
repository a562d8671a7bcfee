//! Dead letters go back into their queue: each is decided anew, by the same rules and on the facts of now.

use std::collections::HashMap;

use model::{
    Attempt, Delivery, DeliveryState, DeviceId, MESSAGE_LIFETIME_MAX_MS, Message, MessageId, REQUEUED,
    ReasonCode, Timestamp, UserId,
};
use rules::{Decision, Facts, Ruling, decide};
use store::{AudienceRow, Op, Outcome, Requeue, StoreError};

use crate::{
    Im,
    audience::{Occasion, Standing, facts_of},
    catalogue::AppView,
    deliveries::new_delivery,
};

/// Targets that are read at once.
const AUDIENCE_PAGE: u32 = 512;
/// Pushes that are put back in one commit.
const COMMIT_MAX: usize = 256;

/// How dead letters are put back.
#[derive(Debug, Clone, Copy, Default)]
pub struct RequeueOrder {
    /// How long they live from now on, in milliseconds, at most 7 days; `None`: as long as their message does.
    pub lifetime_ms: Option<i64>,
    /// Only tells what would happen.
    pub dry_run: bool,
}

/// What became of dead letters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Requeued {
    /// Pushes that are queued again, or would be.
    pub requeued: u32,
    /// Pushes that stay as they are, by the rule that decided so today.
    pub kept: Vec<(ReasonCode, u32)>,
    /// Pushes whose target is gone, or changed while they were looked at.
    pub changed: u32,
}

impl Requeued {
    fn keep(&mut self, reason: ReasonCode) {
        match self.kept.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, many)) => *many += 1,
            None => self.kept.push((reason, 1)),
        }
    }
}

impl Im {
    /// Asks the rules about dead letters again, and puts back those that would be pushed now.
    ///
    /// # Errors
    /// [`StoreError`] where the store fails; what was put back before stays so.
    pub async fn requeue(
        &self,
        view: &AppView,
        letters: &[Delivery],
        order: RequeueOrder,
    ) -> Result<Requeued, StoreError> {
        let mut report = Requeued::default();
        let mut by_message: HashMap<MessageId, Vec<&Delivery>> = HashMap::new();
        for letter in letters {
            by_message.entry(letter.message).or_default().push(letter);
        }
        let mut back = Vec::new();
        for (id, letters) in by_message {
            match self.store().message(view.app.id, id).await? {
                Some(message) => {
                    self.redecide(view, &message, letters, order, &mut back, &mut report).await?
                }
                None => report.changed += u32::try_from(letters.len()).unwrap_or(u32::MAX),
            }
            if back.len() >= COMMIT_MAX {
                self.put_back(std::mem::take(&mut back), &mut report).await?;
            }
        }
        self.put_back(back, &mut report).await?;
        report.kept.sort_unstable();
        Ok(report)
    }

    async fn put_back(&self, back: Vec<Op>, report: &mut Requeued) -> Result<(), StoreError> {
        if back.is_empty() {
            return Ok(());
        }
        for outcome in self.store().commit(back).await? {
            match outcome {
                Outcome::Done => report.requeued += 1,
                _ => report.changed += 1,
            }
        }
        Ok(())
    }

    /// Decides the targets of one message anew, as far as they are among the letters.
    async fn redecide(
        &self,
        view: &AppView,
        message: &Message,
        letters: Vec<&Delivery>,
        order: RequeueOrder,
        back: &mut Vec<Op>,
        report: &mut Requeued,
    ) -> Result<(), StoreError> {
        let now = self.now();
        let lived = Message { expires_at: lives_until(message, order, now), ..message.clone() };
        let call = self.call_of(&lived).await?;
        let occasion = Occasion { message: &lived, view, call: call.as_ref(), now };
        let mut wanted: HashMap<(Option<UserId>, Option<DeviceId>), &Delivery> =
            letters.into_iter().map(|letter| ((letter.user.clone(), letter.device), letter)).collect();
        let mut after: Option<UserId> = None;
        while !wanted.is_empty() {
            let rows =
                self.store().audience(lived.app, &lived.addressee, after.as_ref(), AUDIENCE_PAGE).await?;
            let is_last = rows.len() < AUDIENCE_PAGE as usize;
            after = rows.last().and_then(|row| row.user.clone());
            let ends: Vec<(AudienceRow, Standing)> = rows
                .into_iter()
                .map(|row| {
                    let standing = self.standing(&lived, &row);
                    (row, standing)
                })
                .collect();
            for (row, standing) in &ends {
                let key = (row.user.clone(), row.device.as_ref().map(|device| device.id));
                let Some(letter) = wanted.remove(&key) else { continue };
                let facts = facts_of(&occasion, row, *standing, &ends);
                let decision = decide(&facts);
                match decision.ruling {
                    Ruling::Push if order.dry_run => report.requeued += 1,
                    Ruling::Push => back.push(again(&lived, letter, row.clone(), &facts, decision)),
                    Ruling::Skip | Ruling::Wait | Ruling::Delivered => report.keep(decision.reason),
                }
            }
            if is_last || after.is_none() {
                break;
            }
        }
        report.changed += u32::try_from(wanted.len()).unwrap_or(u32::MAX);
        Ok(())
    }
}

fn lives_until(message: &Message, order: RequeueOrder, now: Timestamp) -> Timestamp {
    order
        .lifetime_ms
        .map_or(message.expires_at, |lifetime_ms| now.plus_ms(lifetime_ms.clamp(1, MESSAGE_LIFETIME_MAX_MS)))
}

/// The row as it was decided now, with a mark among its attempts. The badge was counted when it was first decided.
fn again(message: &Message, letter: &Delivery, row: AudienceRow, facts: &Facts, decision: Decision) -> Op {
    let decision = store::NewDelivery {
        counts_badge: false,
        state: DeliveryState::Queued,
        ..new_delivery(message, row, facts, decision)
    };
    let mark = Attempt {
        at: facts.at,
        took_ms: 0,
        verdict: REQUEUED.to_owned(),
        http_status: 0,
        code: REQUEUED.to_owned(),
        text: String::new(),
    };
    Op::Requeue(Box::new(Requeue { app: message.app, id: letter.id, message: message.id, decision, mark }))
}
