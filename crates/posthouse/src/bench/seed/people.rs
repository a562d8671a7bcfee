//! Users with phones, and the groups that some of them are in.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use model::{Group, GroupId, JoinMode, Timestamp, UserId, Vendor};
use store::{Op, Outcome, Store};

use super::super::populace::{self, APP, member};

/// The certificate of each vendor.
pub(super) type Certificates = BTreeMap<Vendor, u32>;

/// Users that are made together.
const AT_ONCE: u64 = 2000;
/// Members of a group.
pub(super) const GROUP_MEMBERS: u64 = 40;
/// Most groups.
const GROUPS_MAX: u64 = 500;
/// Groups of one commit.
const GROUPS_AT_ONCE: usize = 50;

/// Names for every third user, as people have them.
const NAMES: [&str; 12] = [
    "李伟",
    "王芳",
    "张敏",
    "刘洋",
    "陈静",
    "杨帆",
    "Ann Lee",
    "Bo Chen",
    "赵磊",
    "周婷",
    "Grace Wu",
    "黄俊 🌟",
];

/// How many groups so many users have.
pub(super) fn groups(users: u64) -> u64 {
    (users / 200).clamp(1, GROUPS_MAX)
}

/// The number of a group's member.
pub(super) const fn group_member(group: u64, place: u64, users: u64) -> u64 {
    (group * 97 + place * 31) % users
}

/// The id of a group.
pub(super) fn group_id(group: u64) -> Result<GroupId> {
    Ok(GroupId::new(&format!("group-{group:03}"))?)
}

/// The id of a user.
pub(super) fn user_id(number: u64) -> Result<UserId> {
    Ok(member(number)?.user)
}

/// Makes users and groups.
pub(super) async fn settle(
    store: &dyn Store,
    users: u64,
    certificates: &Certificates,
    at: Timestamp,
    mut progress: impl FnMut(u64),
) -> Result<()> {
    for from in (0..users).step_by(usize::try_from(AT_ONCE)?) {
        let to = (from + AT_ONCE).min(users);
        let members = (from..to).map(member).collect::<Result<Vec<_>>>()?;
        populace::log_in(store, &members, certificates, at).await?;
        name(store, from..to, at).await?;
        progress(to);
    }
    let all: Vec<u64> = (0..groups(users)).collect();
    for some in all.chunks(GROUPS_AT_ONCE) {
        let made: Vec<Op> = some.iter().map(|group| new_group(*group, users, at)).collect::<Result<_>>()?;
        let outcomes = store.commit(made).await?;
        ensure!(outcomes.iter().all(|outcome| *outcome == Outcome::Done), "not every group could be made");
    }
    Ok(())
}

async fn name(store: &dyn Store, numbers: std::ops::Range<u64>, at: Timestamp) -> Result<()> {
    let mut named = Vec::new();
    for number in numbers.filter(|number| number % 3 == 0) {
        let place = usize::try_from(number / 3)? % NAMES.len();
        let (user, name) = (user_id(number)?, Some(NAMES[place].to_owned()));
        named.push(Op::NameUser { app: APP, user, name, at });
    }
    store.commit(named).await?;
    Ok(())
}

fn new_group(group: u64, users: u64, at: Timestamp) -> Result<Op> {
    let member = |place| user_id(group_member(group, place, users));
    let new = Group {
        app: APP,
        id: group_id(group)?,
        name: format!("群 {group}"),
        owner: member(0)?,
        join: JoinMode::default(),
        muted: false,
        members: 0,
        created_at: at,
    };
    let members = (1..GROUP_MEMBERS.min(users)).map(member).collect::<Result<_>>()?;
    Ok(Op::CreateGroup { group: new, members })
}
