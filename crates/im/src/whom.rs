//! Whom a look is for, and from where in the audience they are read.

use std::ops::Bound::{Excluded, Unbounded};

use model::{Addressee, ConversationKind, UserId};
use store::AudienceRow;

use crate::waits::Places;

/// Targets that are read at once.
pub(crate) const AUDIENCE_PAGE: u32 = 512;
/// Up to so many users are read one by one; more are looked for in whole pages.
const ONE_BY_ONE_MAX: usize = 32;

/// Whose targets are looked at.
#[derive(Debug)]
pub(crate) enum Whom {
    /// Everybody the message is for.
    Everybody,
    /// Those who are waited for; all others are decided.
    These(Places),
}

impl Whom {
    /// Behind which user reading begins.
    pub(crate) fn start(&self) -> Option<Option<UserId>> {
        match self {
            Self::Everybody => Some(None),
            Self::These(users) => users.values().next().cloned(),
        }
    }

    pub(crate) fn page_size(&self) -> u32 {
        match self {
            Self::These(users) if users.len() <= ONE_BY_ONE_MAX => 1,
            Self::Everybody | Self::These(_) => AUDIENCE_PAGE,
        }
    }

    /// Behind which user reading goes on; `None`: there is nobody more.
    pub(crate) fn next_place(&self, addressee: &Addressee, rows: &[AudienceRow]) -> Option<Option<UserId>> {
        let last = rows.last()?.user.as_ref()?;
        match self {
            Self::Everybody if is_last(addressee, last) => None,
            Self::Everybody => Some(Some(last.clone())),
            Self::These(users) => {
                let (_, before) = users.range((Excluded(last), Unbounded)).next()?;
                Some(before.clone().max(Some(last.clone())))
            }
        }
    }

    /// The member right before a user who is to be looked at; `None` for one who is not.
    pub(crate) fn place_of(&self, user: Option<&UserId>, met: Option<&UserId>) -> Option<Option<UserId>> {
        match self {
            Self::Everybody => Some(met.cloned()),
            Self::These(users) => users.get(user?).cloned(),
        }
    }
}

/// Whether nobody can come after this user. Of a group only an empty page tells.
fn is_last(addressee: &Addressee, user: &UserId) -> bool {
    match addressee.conversation().map(model::ConversationId::kind) {
        Some(ConversationKind::Group(_)) => false,
        Some(ConversationKind::Peer(_, second)) => *user == second,
        Some(ConversationKind::System(_)) | None => true,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use model::{BindingLoss, BindingState, ConversationId, GroupId, Mute, Seq};

    use super::*;

    fn user(name: &str) -> UserId {
        UserId::new(name).unwrap()
    }

    fn row(name: &str) -> AudienceRow {
        AudienceRow {
            user: Some(user(name)),
            session: None,
            device: None,
            binding: BindingState::Lost(BindingLoss::NeverBound),
            acked: Seq(0),
            from: Seq(0),
            settings: Arc::default(),
            mute: Mute::None,
        }
    }

    fn group() -> Addressee {
        Addressee::Conversation(ConversationId::group(&GroupId::new("tea").unwrap()))
    }

    /// Bo behind ann, and eve behind dee.
    fn bo_and_eve() -> Whom {
        let places = [("bo", "ann"), ("eve", "dee")];
        Whom::These(places.map(|(one, before)| (user(one), Some(user(before)))).into())
    }

    #[test]
    fn whoever_waits_is_read_from_behind_the_member_before() {
        let whom = bo_and_eve();
        assert_eq!(whom.start(), Some(Some(user("ann"))));
        assert_eq!(whom.page_size(), 1);
        assert_eq!(whom.next_place(&group(), &[row("bo")]), Some(Some(user("dee"))));
        assert_eq!(whom.next_place(&group(), &[row("eve")]), None);
        assert_eq!(whom.place_of(Some(&user("bo")), None), Some(Some(user("ann"))));
        assert_eq!(whom.place_of(Some(&user("cy")), None), None);
    }

    #[test]
    fn a_newcomer_in_between_is_passed_and_one_who_left_is_not_looked_for() {
        let whom = bo_and_eve();
        assert_eq!(whom.next_place(&group(), &[row("bea")]), Some(Some(user("bea"))), "bo comes after bea");
        assert_eq!(whom.next_place(&group(), &[row("cy")]), Some(Some(user("dee"))), "bo has left");
        assert_eq!(whom.next_place(&group(), &[]), None);
    }

    #[test]
    fn only_a_group_is_read_until_nobody_comes() {
        let peer = Addressee::Conversation(ConversationId::peer(&user("ann"), &user("bo")));
        let last =
            |addressee: &Addressee, name| Whom::Everybody.next_place(addressee, &[row(name)]).is_none();
        assert!(!last(&group(), "zoe"));
        assert!(!last(&peer, "ann"));
        assert!(last(&peer, "bo"));
        assert!(last(&Addressee::User(user("bo")), "bo"));
    }
}
