//! A populace on the bench: users with a phone each, logged in once and away since, all in one group.
//!
//! They are put into the store while no server runs: ten thousand logins over sockets would measure nothing here.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Result, ensure};
use model::{
    AppId, BindingKind, Clock, DeviceId, DeviceReport, Environment, Group, GroupId, JoinMode, LoginPolicy,
    PushId, SessionState, Timestamp, UserId, Vendor,
};
use rules::Reason;
use store::{NewBinding, NewSession, Op, Outcome, Store};
use uuid::Uuid;

use super::brands;
use crate::{clock::SystemClock, stack};

/// The group that all of them are in.
pub(super) const GROUP: &str = "crowd";
/// Users of one commit.
const AT_ONCE: usize = 500;

/// One of the crowd.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) user: UserId,
    pub(super) vendor: Vendor,
    pub(super) device: DeviceId,
    pub(super) token: String,
}

/// So many users with phones of mixed brands.
pub(super) fn muster(members: u64) -> Result<Vec<Member>> {
    (0..members).map(member).collect()
}

/// One of them, by number.
pub(super) fn member(number: u64) -> Result<Member> {
    // A stride that shares no factor with a thousand, so that neighbours have different brands, as in any real group.
    let mut place = number * 619 % 1000;
    let found = brands::MIX.iter().find(|(_, share)| {
        let is_here = place < *share;
        place = place.saturating_sub(*share);
        is_here
    });
    let vendor = found.map_or(Vendor::Apns, |(vendor, _)| *vendor);
    Ok(Member {
        user: UserId::new(&format!("member-{number:05}"))?,
        vendor,
        device: DeviceId(Uuid::from_u128(u128::from(number) + 1)),
        // Some books have a special meaning for a token of zeros.
        token: brands::token(vendor, number + 1_000_000),
    })
}

/// How many of them have a phone of this brand.
pub(super) fn count(members: &[Member], vendor: Vendor) -> usize {
    members.iter().filter(|member| member.vendor == vendor).count()
}

/// Puts them into a data folder that no server has open.
pub(super) async fn settle(
    data: &Path,
    members: &[Member],
    certificates: &BTreeMap<Vendor, u32>,
) -> Result<()> {
    let store = stack::open_store(data, &data.join("seal.key"))?;
    let now = SystemClock.now();
    log_in(&*store, members, certificates, now).await?;
    let mut parts = members.chunks(model::GROUP_CHANGE_MAX);
    let first = parts.next().unwrap_or_default();
    store.commit(vec![Op::CreateGroup { group: group(first, now)?, members: users(first) }]).await?;
    for part in parts {
        let (group, reason) = (GroupId::new(GROUP)?, Reason::RECALLED);
        let add =
            Op::ChangeMembers { app: APP, group, add: users(part), remove: Vec::new(), reason, at: now };
        store.commit(vec![add]).await?;
    }
    Ok(())
}

/// All of them log in, hand in their tokens and go away.
pub(super) async fn log_in(
    store: &dyn Store,
    members: &[Member],
    certificates: &BTreeMap<Vendor, u32>,
    at: Timestamp,
) -> Result<()> {
    for some in members.chunks(AT_ONCE) {
        let sessions = come(store, some, at).await?;
        go(store, some, &sessions, certificates, at).await?;
    }
    Ok(())
}

/// The first App of a fresh server.
pub(super) const APP: AppId = AppId(1);

fn users(members: &[Member]) -> Vec<UserId> {
    members.iter().map(|member| member.user.clone()).collect()
}

fn group(first: &[Member], now: Timestamp) -> Result<Group> {
    Ok(Group {
        app: APP,
        id: GroupId::new(GROUP)?,
        name: "the whole crowd".to_owned(),
        owner: first.first().map_or_else(|| UserId::new("nobody"), |member| Ok(member.user.clone()))?,
        join: JoinMode::default(),
        muted: false,
        members: 0,
        created_at: now,
    })
}

/// They log in; answers each one's login.
async fn come(store: &dyn Store, members: &[Member], now: Timestamp) -> Result<Vec<model::SessionId>> {
    let open = |member: &Member| {
        Op::OpenSession(NewSession {
            app: APP,
            user: member.user.clone(),
            device: member.device,
            push_id: PushId(Uuid::new_v4()),
            report: DeviceReport {
                brand: member.vendor.facts().brands.first().copied().unwrap_or("other").to_owned(),
                platform: member.vendor.facts().platform,
                language: "zh-CN".to_owned(),
                apns_environment: member.vendor.facts().has_environments.then_some(Environment::Development),
                ..DeviceReport::default()
            },
            state: SessionState::OnlineBackground,
            policy: LoginPolicy::Many,
            kicked_reason: Reason::KICKED_BEFORE_SEND,
            at: now,
        })
    };
    let outcomes = store.commit(members.iter().map(open).collect()).await?;
    let sessions = outcomes.into_iter().filter_map(|outcome| match outcome {
        Outcome::Session { id, .. } => Some(id),
        _ => None,
    });
    let sessions: Vec<_> = sessions.collect();
    ensure!(sessions.len() == members.len(), "not everybody could log in");
    Ok(sessions)
}

/// Their apps hand in their tokens, and their connections are lost.
async fn go(
    store: &dyn Store,
    members: &[Member],
    sessions: &[model::SessionId],
    certificates: &BTreeMap<Vendor, u32>,
    now: Timestamp,
) -> Result<()> {
    let mut batch = Vec::with_capacity(2 * members.len());
    for (member, session) in members.iter().zip(sessions) {
        let certificate = certificates.get(&member.vendor).copied().unwrap_or_default();
        batch.push(Op::Bind(NewBinding {
            app: APP,
            device: member.device,
            certificate: model::CertificateId(certificate),
            kind: BindingKind::Alert,
            token: member.token.as_str().into(),
            owner: Some(member.user.clone()),
            push_id: PushId(Uuid::new_v4()),
            taken_over_reason: Reason::TOKEN_TAKEN_OVER,
            at: now,
        }));
        batch.push(Op::MoveSession {
            app: APP,
            session: *session,
            to: SessionState::Disconnected,
            badge: None,
            at: now,
            cancel_reason: Reason::KICKED_BEFORE_SEND,
        });
    }
    let outcomes = store.commit(batch).await?;
    ensure!(!outcomes.contains(&Outcome::Missing), "not every token could be bound");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_have_phones_as_the_mix_says() {
        let members = muster(1000).unwrap();
        for (vendor, share) in brands::MIX {
            assert_eq!(count(&members, vendor) as u64, share, "{vendor}");
        }
    }
}
