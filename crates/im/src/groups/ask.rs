//! What is asked about a group: who may, and what it comes to.

use model::{
    AppId, DISPLAY_NAME_MAX_CHARS, ErrorCode, Fault, GROUP_CHANGE_MAX, Group, GroupEvent, GroupId,
    GroupMember, JoinMode, Role, UserId,
};
use rules::Reason;
use store::Op;
use wire::{GroupAction, GroupView};

use super::change::Told;
use crate::{Im, fault_of, registry::Live};

impl Im {
    /// A connected client does something about a group. `None`: the user is not in it any more.
    ///
    /// # Errors
    /// `not_found`, `not_a_member`, `not_allowed`, `group_full`, `conflict` (an id that is taken), `invalid`, `busy`;
    /// then nothing changed.
    pub async fn group(
        &self,
        live: &Live,
        group: &GroupId,
        action: GroupAction,
    ) -> Result<Option<GroupView>, Fault> {
        self.ask_group(live.app, Some(&live.user), Some(&live.user), group, action).await
    }

    /// The App's backend does something about a group: it may do everything, and is shown what the owner sees. It names
    /// the owner of a group that it makes; it does not join or leave, but adds and removes. `None`: the group is no
    /// more.
    ///
    /// # Errors
    /// As [`Im::group`].
    pub async fn group_as_backend(
        &self,
        app: AppId,
        group: &GroupId,
        action: GroupAction,
        owner: Option<&UserId>,
    ) -> Result<Option<GroupView>, Fault> {
        self.ask_group(app, None, owner, group, action).await
    }

    async fn ask_group(
        &self,
        app: AppId,
        user: Option<&UserId>,
        owner: Option<&UserId>,
        id: &GroupId,
        action: GroupAction,
    ) -> Result<Option<GroupView>, Fault> {
        let _turn = self.group_turns.take(app, id).await;
        if let GroupAction::Create { name, join, members } = action {
            let owner = owner.ok_or_else(|| invalid("a group needs an owner"))?;
            let group = Group {
                app,
                id: id.clone(),
                name,
                owner: owner.clone(),
                join,
                muted: false,
                members: 0,
                created_at: self.now(),
            };
            self.create_group(group, members, user).await?;
        } else {
            self.found_group(app, user, id).await?.carry_out(action).await?;
        }
        self.group_view(app, user, id).await
    }

    /// Makes a group. The same by the same owner again is done already.
    async fn create_group(
        &self,
        group: Group,
        mut members: Vec<UserId>,
        by: Option<&UserId>,
    ) -> Result<(), Fault> {
        check_name(&group.name)?;
        if members.len() > GROUP_CHANGE_MAX {
            return Err(invalid("over 1000 members at once; add the others afterwards"));
        }
        members.retain(|member| *member != group.owner);
        members.sort_unstable();
        members.dedup();
        let before = self.store().group(group.app, &group.id).await.map_err(|error| fault_of(&error))?;
        if let Some(before) = before {
            let is_same =
                (&before.owner, &before.name, before.join) == (&group.owner, &group.name, group.join);
            return if is_same { Ok(()) } else { Err(ErrorCode::Conflict.into()) };
        }
        let told = Told { event: GroupEvent::Created, by: by.cloned(), users: members.clone() };
        let (app, id) = (group.app, group.id.clone());
        self.change_group(app, &id, Op::CreateGroup { group, members }, told, &[]).await
    }

    async fn found_group<'a>(
        &'a self,
        app: AppId,
        user: Option<&'a UserId>,
        id: &GroupId,
    ) -> Result<FoundGroup<'a>, Fault> {
        let group = self.store().group(app, id).await.map_err(|error| fault_of(&error))?;
        let group = group.ok_or(ErrorCode::NotFound)?;
        let member = match user {
            Some(user) => self.store().member(app, id, user).await.map_err(|error| fault_of(&error))?,
            None => None,
        };
        Ok(FoundGroup { im: self, group, user, member })
    }

    async fn group_view(
        &self,
        app: AppId,
        user: Option<&UserId>,
        id: &GroupId,
    ) -> Result<Option<GroupView>, Fault> {
        let found = match self.found_group(app, user, id).await {
            Ok(found) => found,
            Err(fault) if fault.code == ErrorCode::NotFound => return Ok(None),
            Err(fault) => return Err(fault),
        };
        let (role, muted_until) = match (user, found.member) {
            (Some(_), None) => return Ok(None),
            (Some(_), Some(member)) => (member.role, member.muted_until),
            (None, _) => (Role::Owner, None),
        };
        let group = found.group;
        Ok(Some(GroupView {
            id: group.id,
            name: group.name,
            owner: group.owner,
            join: group.join,
            muted: group.muted,
            members: group.members,
            role,
            muted_until: muted_until.filter(|until| self.now() < *until),
        }))
    }
}

/// A group as whoever asks finds it.
struct FoundGroup<'a> {
    im: &'a Im,
    group: Group,
    /// Who asks; `None`: the App's backend.
    user: Option<&'a UserId>,
    /// The asking user's own membership.
    member: Option<GroupMember>,
}

impl FoundGroup<'_> {
    /// Does what is asked, where whoever asks may. What is so already is done.
    async fn carry_out(self, action: GroupAction) -> Result<(), Fault> {
        match action {
            GroupAction::Create { .. } => Err(ErrorCode::Internal.into()),
            GroupAction::Show {} => self.expect(Role::Member, "its members see it"),
            GroupAction::Join {} => self.join().await,
            GroupAction::Leave {} => self.leave().await,
            GroupAction::Add { users } => self.add(users).await,
            GroupAction::Remove { users } => self.remove(users).await,
            GroupAction::SetRole { user, role } => self.set_role(user, role).await,
            GroupAction::MuteMember { user, for_ms } => self.mute_member(user, for_ms).await,
            GroupAction::MuteAll { on } => {
                self.expect(Role::Admin, "admins mute it")?;
                self.change_to(Group { muted: on, ..self.group.clone() }).await
            }
            GroupAction::Change { name, join } => {
                self.expect(Role::Admin, "admins change it")?;
                name.as_deref().map_or(Ok(()), check_name)?;
                let now = self.group.clone();
                self.change_to(Group {
                    name: name.unwrap_or(now.name),
                    join: join.unwrap_or(now.join),
                    ..now
                })
                .await
            }
            GroupAction::Dismiss {} => self.dismiss().await,
        }
    }

    async fn join(self) -> Result<(), Fault> {
        let Some(user) = self.user.cloned() else {
            return Err(invalid("the backend adds users; it does not join"));
        };
        match (&self.member, self.group.join) {
            (Some(_), _) => Ok(()),
            (None, JoinMode::Open) => self.change_members(vec![user], Vec::new(), GroupEvent::Joined).await,
            (None, JoinMode::Invited) => Err(not_allowed("an admin brings users into this group")),
        }
    }

    async fn leave(self) -> Result<(), Fault> {
        let Some(user) = self.user.cloned() else {
            return Err(invalid("the backend removes users; it does not leave"));
        };
        match self.member.as_ref().map(|member| member.role) {
            None => Ok(()),
            Some(Role::Owner) => Err(not_allowed("its owner hands it over or dismisses it first")),
            Some(_) => self.change_members(Vec::new(), vec![user], GroupEvent::Left).await,
        }
    }

    async fn add(self, users: Vec<UserId>) -> Result<(), Fault> {
        match self.group.join {
            JoinMode::Open => self.expect(Role::Member, "members bring users in")?,
            JoinMode::Invited => self.expect(Role::Admin, "admins bring users in")?,
        }
        let mut new = Vec::new();
        for user in checked_users(users)? {
            if self.member(&user).await?.is_none() {
                new.push(user);
            }
        }
        self.change_members(new, Vec::new(), GroupEvent::Joined).await
    }

    async fn remove(self, users: Vec<UserId>) -> Result<(), Fault> {
        self.expect(Role::Admin, "admins take users out")?;
        let mut gone = Vec::new();
        for user in checked_users(users)? {
            if let Some(member) = self.member(&user).await? {
                self.expect_above(&member)?;
                gone.push(user);
            }
        }
        self.change_members(Vec::new(), gone, GroupEvent::Removed).await
    }

    async fn set_role(self, user: UserId, role: Role) -> Result<(), Fault> {
        self.expect(Role::Owner, "its owner gives roles")?;
        let member = self.expect_member(&user).await?;
        match (member.role, role) {
            (before, after) if before == after => Ok(()),
            (_, Role::Owner) => self.change_to(Group { owner: user, ..self.group.clone() }).await,
            (Role::Owner, _) => {
                Err(not_allowed("the owner hands the group over by making another its owner"))
            }
            _ => self.change_member(GroupMember { role, ..member }).await,
        }
    }

    async fn mute_member(self, user: UserId, for_ms: i64) -> Result<(), Fault> {
        self.expect(Role::Admin, "admins mute members")?;
        if for_ms < 0 {
            return Err(invalid("for_ms must not be negative"));
        }
        let member = self.expect_member(&user).await?;
        self.expect_above(&member)?;
        let muted_until = (for_ms > 0).then(|| self.im.now().plus_ms(for_ms));
        self.change_member(GroupMember { muted_until, ..member }).await
    }

    async fn dismiss(self) -> Result<(), Fault> {
        self.expect(Role::Owner, "its owner dismisses it")?;
        let members = self.im.all_members(self.group.app, &self.group.id).await?;
        let change = Op::DismissGroup {
            app: self.group.app,
            group: self.group.id.clone(),
            reason: Reason::LEFT_GROUP_BEFORE_SEND,
            at: self.im.now(),
        };
        self.commit(change, GroupEvent::Dismissed, Vec::new(), &members).await
    }

    async fn change_to(&self, to: Group) -> Result<(), Fault> {
        if to == self.group {
            return Ok(());
        }
        self.commit(Op::ChangeGroup(to), GroupEvent::Changed, Vec::new(), &[]).await
    }

    async fn change_member(&self, to: GroupMember) -> Result<(), Fault> {
        let change = Op::ChangeMember {
            app: self.group.app,
            group: self.group.id.clone(),
            user: to.user.clone(),
            role: to.role,
            muted_until: to.muted_until,
        };
        self.commit(change, GroupEvent::Changed, vec![to.user], &[]).await
    }

    async fn change_members(
        &self,
        add: Vec<UserId>,
        remove: Vec<UserId>,
        event: GroupEvent,
    ) -> Result<(), Fault> {
        if add.is_empty() && remove.is_empty() {
            return Ok(());
        }
        let concerned = [add.as_slice(), remove.as_slice()].concat();
        let gone = remove.clone();
        let change = Op::ChangeMembers {
            app: self.group.app,
            group: self.group.id.clone(),
            add,
            remove,
            reason: Reason::LEFT_GROUP_BEFORE_SEND,
            at: self.im.now(),
        };
        self.commit(change, event, concerned, &gone).await
    }

    async fn commit(
        &self,
        change: Op,
        event: GroupEvent,
        users: Vec<UserId>,
        gone: &[UserId],
    ) -> Result<(), Fault> {
        let told = Told { event, by: self.user.cloned(), users };
        self.im.change_group(self.group.app, &self.group.id, change, told, gone).await
    }

    async fn member(&self, user: &UserId) -> Result<Option<GroupMember>, Fault> {
        let member = self.im.store().member(self.group.app, &self.group.id, user).await;
        member.map_err(|error| fault_of(&error))
    }

    async fn expect_member(&self, user: &UserId) -> Result<GroupMember, Fault> {
        let member = self.member(user).await?;
        member
            .ok_or_else(|| Fault::new(ErrorCode::NotAMember, format!("{user} is not a member of this group")))
    }

    /// Whoever asks has at least this role, or is the App's backend.
    fn expect(&self, least: Role, otherwise: &str) -> Result<(), Fault> {
        match (self.user, &self.member) {
            (None, _) => Ok(()),
            (Some(_), None) => Err(ErrorCode::NotAMember.into()),
            (Some(_), Some(member)) if member.role < least => Err(not_allowed(otherwise)),
            (Some(_), Some(_)) => Ok(()),
        }
    }

    /// Whoever asks stands above the member; the backend stands above all but the owner, without whom no group is.
    fn expect_above(&self, member: &GroupMember) -> Result<(), Fault> {
        let is_above = match &self.member {
            Some(own) => own.role > member.role,
            None => member.role < Role::Owner,
        };
        if is_above { Ok(()) } else { Err(not_allowed("only who stands above a member does this to it")) }
    }
}

/// The users of one request, each once.
fn checked_users(mut users: Vec<UserId>) -> Result<Vec<UserId>, Fault> {
    if users.is_empty() || users.len() > GROUP_CHANGE_MAX {
        return Err(invalid("users must name 1 to 1000"));
    }
    users.sort_unstable();
    users.dedup();
    Ok(users)
}

fn check_name(name: &str) -> Result<(), Fault> {
    let is_fit = !name.trim().is_empty()
        && name.chars().count() <= DISPLAY_NAME_MAX_CHARS
        && !name.chars().any(char::is_control);
    if is_fit { Ok(()) } else { Err(invalid("a group's name has 1 to 64 characters, no control characters")) }
}

fn invalid(detail: &str) -> Fault {
    Fault::new(ErrorCode::Invalid, detail)
}

fn not_allowed(detail: &str) -> Fault {
    Fault::new(ErrorCode::NotAllowed, detail)
}
