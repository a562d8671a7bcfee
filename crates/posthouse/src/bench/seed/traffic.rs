//! A month of messages and what became of their pushes: days and nights, a bad afternoon at one vendor, and what chance
//! brings.

use std::{collections::HashMap, sync::Arc};

use anyhow::{Context, Result, ensure};
use model::{
    Addressee, Attempt, Body, CertificateId, Class, ConversationId, DeliveryState, Mentions, Message,
    MessageId, MessageKind, Purpose, PushSettings, ReasonCode, Receipt, ReceiptKind, Seq, TextVariant,
    Timestamp, Vendor,
};
use rules::Reason;
use store::{Claimed, DeliveryUpdate, FanoutNext, NewDelivery, Op, Outcome, Store};
use uuid::Uuid;

use super::{
    super::populace::{APP, Member, member},
    dice::Dice,
    people::{Certificates, GROUP_MEMBERS, group_id, group_member, groups, user_id},
};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// How far back it goes; users are older.
pub(super) const SPAN_MS: i64 = 31 * DAY_MS;
const HOURS: i64 = 30 * 24;

/// Deliveries that are decided together.
const AT_ONCE: usize = 2000;
/// Deliveries that are claimed at once.
const CLAIMED_AT_ONCE: u32 = 4000;
/// One message of so many is to a group.
const GROUP_EACH: u64 = 60;
/// A push lives so long.
const LIFETIME_MS: i64 = 3 * DAY_MS;
/// The vendor with the bad afternoon, how many days ago it was, and its hours in China.
const BAD: (Vendor, i64, std::ops::Range<i64>) = (Vendor::Oppo, 9, 14..20);

/// How busy each hour of a day in China is.
const BUSY: [u64; 24] =
    [6, 3, 2, 1, 1, 2, 5, 12, 20, 26, 28, 27, 30, 26, 24, 25, 26, 27, 29, 33, 38, 36, 26, 14];

const TEXTS: [&str; 6] = [
    "晚上一起吃饭吗？",
    "On my way, ten minutes",
    "会议改到下午三点了",
    "👍 收到",
    "Can you send me the file again?",
    "周末去爬山，别忘了带水",
];

const CLASSES: [(Class, u64); 4] =
    [(Class::Chat, 720), (Class::System, 150), (Class::Marketing, 90), (Class::Call, 40)];

const SKIPS: [(ReasonCode, u64); 6] = [
    (Reason::FOREGROUND, 30),
    (Reason::DO_NOT_DISTURB, 26),
    (Reason::MUTED, 20),
    (Reason::NOTIFICATIONS_OFF, 12),
    (Reason::TOKEN_CLEARED, 8),
    (Reason::LOGGED_OUT, 4),
];

/// What was made.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Made {
    pub(super) messages: u64,
    pub(super) deliveries: u64,
    pub(super) receipts: u64,
}

/// The month.
pub(super) struct Traffic<'a> {
    store: &'a dyn Store,
    users: u64,
    certificates: &'a Certificates,
    vendors: HashMap<CertificateId, Vendor>,
    now: Timestamp,
    dice: Dice,
    made: Made,
}

/// Messages with the decisions about them.
#[derive(Default)]
struct Page {
    messages: Vec<Message>,
    decisions: Vec<Vec<NewDelivery>>,
    deliveries: usize,
}

impl<'a> Traffic<'a> {
    pub(super) fn new(
        store: &'a dyn Store,
        users: u64,
        certificates: &'a Certificates,
        now: Timestamp,
    ) -> Self {
        let vendors = certificates.iter().map(|(vendor, id)| (CertificateId(*id), *vendor)).collect();
        Self { store, users, certificates, vendors, now, dice: Dice::new(20_261_122), made: Made::default() }
    }

    /// Makes at least so many deliveries, in the order of their time.
    pub(super) async fn run(mut self, deliveries: u64, mut progress: impl FnMut(u64)) -> Result<Made> {
        let first = self.now.0.div_euclid(HOUR_MS) - HOURS + 1;
        let weights: Vec<u64> = (0..HOURS).map(|hour| busy(first + hour)).collect();
        let all: u64 = weights.iter().sum();
        let (mut page, mut planned, mut share) = (Page::default(), 0, 0);
        for (hour, weight) in (first..).zip(weights) {
            share += weight;
            let upto = deliveries * share / all.max(1);
            let until = Timestamp((hour + 1) * HOUR_MS).min(self.now);
            let room_ms = until.since_ms(Timestamp(hour * HOUR_MS)).max(1);
            let (begun_with, in_hour) = (planned, upto.saturating_sub(planned).max(1));
            while planned < upto {
                let done = i64::try_from(planned - begun_with)?;
                let at = Timestamp(hour * HOUR_MS + room_ms * done / i64::try_from(in_hour)?);
                planned += self.add(&mut page, at)?;
                if page.deliveries >= AT_ONCE {
                    self.keep(std::mem::take(&mut page)).await?;
                    progress(self.made.deliveries);
                }
            }
        }
        self.keep(page).await?;
        Ok(self.made)
    }

    /// One message more with its decisions; answers how many.
    fn add(&mut self, page: &mut Page, at: Timestamp) -> Result<u64> {
        let class = self.dice.pick(&CLASSES).unwrap_or_default();
        let (conversation, sender, receivers) =
            if self.dice.below(GROUP_EACH) == 0 { self.gathering()? } else { self.talk()? };
        let text = TEXTS[usize::try_from(self.dice.below(TEXTS.len() as u64))?];
        let message = Message {
            id: MessageId(id_at(at)),
            app: APP,
            addressee: Addressee::Conversation(conversation),
            kind: MessageKind::Message,
            sender: Some(sender),
            sender_device: None,
            client_message_id: None,
            seq: Seq(0),
            body: Body::text(text),
            mentions: Mentions::default(),
            online_only: false,
            recalled_at: None,
            push: Some(PushSettings { class, ..PushSettings::default() }),
            sent_at: at,
            expires_at: at.plus_ms(LIFETIME_MS),
        };
        let decisions: Vec<NewDelivery> =
            receivers.into_iter().map(|receiver| self.decide(&message, receiver)).collect::<Result<_>>()?;
        let made = decisions.len();
        page.messages.push(message);
        page.decisions.push(decisions);
        page.deliveries += made;
        Ok(made as u64)
    }

    /// Some users write and are written to far more than others.
    fn somebody(&mut self) -> u64 {
        let far = self.dice.below(self.users);
        far * self.dice.below(self.users) / self.users
    }

    fn talk(&mut self) -> Result<(ConversationId, model::UserId, Vec<Member>)> {
        let receiver = self.somebody();
        let sender = (receiver + 1 + self.dice.below(5)) % self.users;
        let sender = if sender == receiver { (receiver + 1) % self.users } else { sender };
        let (sender, receiver) = (user_id(sender)?, member(receiver)?);
        Ok((ConversationId::peer(&sender, &receiver.user), sender, vec![receiver]))
    }

    fn gathering(&mut self) -> Result<(ConversationId, model::UserId, Vec<Member>)> {
        let (group, users) = (self.dice.below(groups(self.users)), self.users);
        let mut numbers: Vec<u64> =
            (0..GROUP_MEMBERS.min(users)).map(|place| group_member(group, place, users)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let sender = numbers.swap_remove(usize::try_from(self.dice.below(numbers.len() as u64))?);
        let receivers = numbers.into_iter().map(member).collect::<Result<_>>()?;
        Ok((ConversationId::group(&group_id(group)?), user_id(sender)?, receivers))
    }

    fn decide(&mut self, message: &Message, receiver: Member) -> Result<NewDelivery> {
        let certificate =
            *self.certificates.get(&receiver.vendor).context("every vendor has a certificate")?;
        let push = NewDelivery {
            purpose: Purpose::Notify,
            user: Some(receiver.user),
            device: Some(receiver.device),
            push_id: None,
            certificate: Some(CertificateId(certificate)),
            token: receiver.token.as_str().into(),
            binding_generation: 1,
            state: DeliveryState::Queued,
            reason: Reason::PUSH_DISCONNECTED,
            rules_version: 0,
            facts: Vec::new(),
            text: TextVariant::Full,
            counts_badge: false,
            decided_at: message.sent_at,
            due_at: message.sent_at,
            expires_at: message.expires_at,
        };
        if !self.dice.per_mille(170) {
            return Ok(push);
        }
        let reason = self.dice.pick(&SKIPS).unwrap_or(Reason::MUTED);
        let (state, token) = (DeliveryState::Skipped, Arc::from(""));
        Ok(NewDelivery { state, reason, certificate: None, token, binding_generation: 0, ..push })
    }

    /// Stores messages, decisions, what vendors said, and what came back.
    async fn keep(&mut self, page: Page) -> Result<()> {
        let Page { messages, decisions, deliveries } = page;
        let ids: Vec<MessageId> = messages.iter().map(|message| message.id).collect();
        let accepted =
            self.store.commit(messages.into_iter().map(|one| Op::Accept(Box::new(one))).collect()).await?;
        let is_accepted = |outcome: &Outcome| matches!(outcome, Outcome::Accepted { .. });
        ensure!(accepted.iter().all(is_accepted), "not every message was accepted");
        let decide =
            |(message, deliveries)| Op::Decide { app: APP, message, deliveries, next: FanoutNext::Done };
        let decided = self.store.commit(ids.iter().copied().zip(decisions).map(decide).collect()).await?;
        ensure!(decided.iter().all(|outcome| *outcome == Outcome::Done), "not every decision holds");
        self.made.messages += ids.len() as u64;
        self.made.deliveries += deliveries as u64;
        for certificate in self.vendors.keys().copied().collect::<Vec<_>>() {
            // A second time for what is tried again.
            for _ in 0..2 {
                self.send(certificate).await?;
            }
        }
        Ok(())
    }

    async fn send(&mut self, certificate: CertificateId) -> Result<()> {
        let claimed = self.store.claim(certificate, self.now, CLAIMED_AT_ONCE).await?;
        let vendor = *self.vendors.get(&certificate).context("a certificate of ours")?;
        let ended: Vec<(Op, Vec<Op>)> = claimed.iter().map(|claimed| self.end(vendor, claimed)).collect();
        let (updates, receipts): (Vec<Op>, Vec<Vec<Op>>) = ended.into_iter().unzip();
        self.store.commit(updates).await?;
        let receipts: Vec<Op> = receipts.into_iter().flatten().collect();
        self.made.receipts += receipts.len() as u64;
        self.store.commit(receipts).await?;
        Ok(())
    }

    /// What became of a push, and what its vendor reports later.
    fn end(&mut self, vendor: Vendor, claimed: &Claimed) -> (Op, Vec<Op>) {
        let delivery = &claimed.delivery;
        let at =
            delivery.decided_at.plus_ms(200 + i64::try_from(self.dice.below(900)).unwrap_or(0)).min(self.now);
        let ago = self.now.since_ms(delivery.decided_at) / HOUR_MS;
        let is_bad = is_bad(vendor, delivery.decided_at, self.now);
        let tried_before = !delivery.attempts.is_empty();
        let (state, reason, verdict) = match () {
            () if is_bad && self.dice.per_mille(550) => {
                (DeliveryState::Rejected, Reason::MISCONFIGURED, "misconfigured")
            }
            () if tried_before => (DeliveryState::Accepted, Reason::ACCEPTED, "accepted"),
            () if ago < 2 && self.dice.per_mille(60) => (DeliveryState::Queued, Reason::QUOTA_RESERVED, ""),
            () if self.dice.per_mille(25) => (DeliveryState::Queued, Reason::RETRYING, "retry"),
            () if self.dice.per_mille(13) => (DeliveryState::Rejected, Reason::TOKEN_DEAD, "token_dead"),
            () if self.dice.per_mille(4) => (DeliveryState::Rejected, Reason::BAD_REQUEST, "drop"),
            () if self.dice.per_mille(6) => (DeliveryState::Dropped, Reason::EXPIRED_IN_QUEUE, ""),
            () => (DeliveryState::Accepted, Reason::ACCEPTED, "accepted"),
        };
        let vendor_message_id = format!("seed-{}", delivery.id.0);
        let update = Op::Update(DeliveryUpdate {
            id: delivery.id,
            state,
            reason,
            due_at: if reason == Reason::QUOTA_RESERVED { self.now.plus_ms(DAY_MS) } else { at },
            attempt: (!verdict.is_empty()).then(|| self.attempt(vendor, verdict, at)),
            vendor_message_id: (state == DeliveryState::Accepted).then(|| vendor_message_id.clone()),
            at,
        });
        let mut receipts = Vec::new();
        if state == DeliveryState::Accepted {
            receipts = self.receipts(vendor, claimed, &vendor_message_id, at);
        }
        (update, receipts)
    }

    fn attempt(&mut self, vendor: Vendor, verdict: &str, at: Timestamp) -> Attempt {
        let row = vendors::adapter(vendor).codes().iter().find(|row| row.verdict == verdict);
        let (code, text) = row.map_or(("", ""), |row| (row.code, row.en));
        let status = row.map_or(0, |row| row.http_status);
        Attempt {
            at,
            took_ms: u32::try_from(40 + self.dice.below(180)).unwrap_or(0),
            verdict: verdict.to_owned(),
            http_status: if status == 0 { 200 } else { status },
            code: code.to_owned(),
            text: if verdict == "accepted" { String::new() } else { text.to_owned() },
        }
    }

    fn receipts(&mut self, vendor: Vendor, claimed: &Claimed, id: &str, at: Timestamp) -> Vec<Op> {
        let (facts, delivery) = (vendor.facts(), &claimed.delivery);
        let Some(certificate) = delivery.certificate else { return Vec::new() };
        let receipt = |kind, after_ms: u64| {
            let at = at.plus_ms(i64::try_from(after_ms).unwrap_or(0)).min(self.now);
            let receipt = Receipt {
                message: Some(delivery.message),
                vendor_message_id: id.to_owned(),
                token: delivery.token.to_string(),
                kind,
                at,
                code: String::new(),
            };
            Op::Mark { app: APP, certificate, receipt }
        };
        let (after_ms, is_tapped) = (1000 + self.dice.below(9000), self.dice.per_mille(140));
        let has_arrived = facts.reports_arrival && self.dice.per_mille(910);
        let arrived = has_arrived.then(|| receipt(ReceiptKind::Arrived, after_ms));
        let tapped = (has_arrived && facts.reports_taps && is_tapped)
            .then(|| receipt(ReceiptKind::Clicked, after_ms * 9));
        arrived.into_iter().chain(tapped).collect()
    }
}

/// How busy an hour is, counted since 1970; weekends less.
fn busy(hour: i64) -> u64 {
    let in_china = hour + 8;
    let weight = BUSY[usize::try_from(in_china.rem_euclid(24)).unwrap_or(0)];
    // The first of January 1970 was a Thursday.
    let weekday = (in_china.div_euclid(24) + 3).rem_euclid(7);
    if weekday >= 5 { weight * 3 / 4 } else { weight }
}

/// Whether it was that vendor's bad afternoon.
fn is_bad(vendor: Vendor, at: Timestamp, now: Timestamp) -> bool {
    let (bad, days_ago, hours) = BAD;
    let in_china = |moment: Timestamp| moment.0.div_euclid(HOUR_MS) + 8;
    let day = |moment| in_china(moment).div_euclid(24);
    vendor == bad && day(at) == day(now) - days_ago && hours.contains(&in_china(at).rem_euclid(24))
}

/// A message's id as of its moment: they are kept in the order of their ids.
fn id_at(at: Timestamp) -> Uuid {
    let (seconds, millis) = (at.0.div_euclid(1000), at.0.rem_euclid(1000));
    let nanos = u32::try_from(millis).unwrap_or(0) * 1_000_000;
    Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds.unsigned_abs(), nanos))
}

#[cfg(test)]
mod tests {
    use model::Timestamp;

    use super::{busy, id_at};

    #[test]
    fn nights_are_quiet_and_ids_follow_their_time() {
        let evening = 20_000 * 24 + 12;
        assert!(busy(evening) > 5 * busy(evening + 8));
        let mut ids: Vec<_> = (0..50).map(|ms| id_at(Timestamp(1_700_000_000_000 + ms))).collect();
        let made = ids.clone();
        ids.sort();
        assert_eq!(ids, made);
    }
}
