//! Who a message is for, with what the rules look at.

use std::sync::Arc;

use model::{Addressee, BindingLoss, BindingState, ConversationId, Mute, Seq};
use store::AudienceRow;

use super::{Held, Ledger};
use crate::histories::cast::{Cast, GADGETS, Gadget, Person, gadget};

impl Ledger {
    /// A message's targets with what the rules look at, user by user.
    pub(crate) fn audience(&self, addressee: &Addressee, cast: &Cast) -> Vec<AudienceRow> {
        match addressee {
            Addressee::Conversation(conversation) => {
                let members = cast.members(conversation);
                members.iter().flat_map(|&person| self.rows_of(person, Some(conversation), cast)).collect()
            }
            Addressee::User(user) => self.rows_of(cast.person(user), None, cast),
            Addressee::PushId(push_id) => (0..GADGETS)
                .filter(|&gadget| self.push_id(gadget) == Some(*push_id))
                .map(|gadget| self.row_of(gadget, None, None, cast))
                .collect(),
            Addressee::Token { .. } => Vec::new(),
        }
    }

    fn rows_of(
        &self,
        person: Person,
        conversation: Option<&ConversationId>,
        cast: &Cast,
    ) -> Vec<AudienceRow> {
        let rows: Vec<AudienceRow> = (0..GADGETS)
            .filter(|&gadget| self.sessions.contains_key(&(person, gadget)))
            .map(|gadget| self.row_of(gadget, Some(person), conversation, cast))
            .collect();
        if !rows.is_empty() {
            return rows;
        }
        vec![AudienceRow {
            user: Some(cast.user(person).clone()),
            session: None,
            device: None,
            binding: BindingState::Lost(BindingLoss::NeverBound),
            acked: Seq(0),
            from: Seq(0),
            settings: Arc::clone(&self.settings[person]),
            mute: Mute::None,
        }]
    }

    fn row_of(
        &self,
        gadget: Gadget,
        person: Option<Person>,
        conversation: Option<&ConversationId>,
        cast: &Cast,
    ) -> AudienceRow {
        let binding = match &self.bindings[gadget] {
            None => BindingState::Lost(BindingLoss::NeverBound),
            Some(Held { lost: Some(loss), .. }) => BindingState::Lost(*loss),
            Some(held) if person.is_some() && held.owner != person => {
                BindingState::Lost(BindingLoss::TakenOver)
            }
            Some(held) => BindingState::Bound(held.binding.clone()),
        };
        let place = person.zip(conversation);
        AudienceRow {
            user: person.map(|person| cast.user(person).clone()),
            session: person.and_then(|person| self.sessions.get(&(person, gadget)).cloned()),
            device: self.devices[gadget].clone(),
            binding,
            acked: place
                .and_then(|(person, conversation)| self.acks.get(&(person, gadget, conversation.clone())))
                .copied()
                .unwrap_or(Seq(0)),
            from: Seq(0),
            settings: person.map(|person| Arc::clone(&self.settings[person])).unwrap_or_default(),
            mute: place
                .and_then(|(person, conversation)| self.mutes.get(&(person, conversation.clone())))
                .copied()
                .unwrap_or_default(),
        }
    }
}

/// Where a row of the audience stands in the cast.
pub(crate) fn place_of(row: &AudienceRow, cast: &Cast) -> (Option<Person>, Option<Gadget>) {
    (row.user.as_ref().map(|user| cast.person(user)), row.device.as_ref().map(|device| gadget(device.id)))
}
