//! Aliases, accounts and topics: names under which an app has put its phones.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Most names of one kind that are remembered.
const NAMES_MAX: usize = 10_000;
/// Longest name, in bytes. Assumed: the book says only that topics may be too long.
pub(super) const NAME_MAX_BYTES: usize = 256;
/// Most phones under all names of one kind that are remembered.
const MEMBERS_MAX: usize = 100_000;

/// A kind of name, in the words of the rights' JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    Alias,
    Account,
    Topic,
}

impl Group {
    pub(super) const ALL: [Self; 3] = [Self::Alias, Self::Account, Self::Topic];

    /// The member of the rights' JSON that sets what apps on phones have said through their SDK: an object of names
    /// with lists of registration ids.
    pub(super) const fn member(self) -> &'static str {
        match self {
            Self::Alias => "aliases",
            Self::Account => "accounts",
            Self::Topic => "topics",
        }
    }

    /// Most names of one phone; of an account, most phones of one name. Documented; whether the 15 of aliases are a
    /// phone's is assumed.
    const fn limit(self) -> usize {
        match self {
            Self::Alias => 15,
            Self::Account => 20,
            Self::Topic => 30,
        }
    }
}

/// Why a phone is not put under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Full {
    /// The book's limit.
    Limit,
    /// The simulator's own.
    Memory,
}

/// Registration ids by name, for each kind.
#[derive(Debug, Default)]
pub(super) struct Groups([BTreeMap<String, BTreeSet<String>>; 3]);

impl Groups {
    /// Who is under a name.
    pub(super) fn members(&self, group: Group, name: &str) -> BTreeSet<String> {
        self.of(group).get(name).cloned().unwrap_or_default()
    }

    /// The names a phone is under.
    pub(super) fn names(&self, group: Group, regid: &str) -> Vec<String> {
        let has =
            |(name, members): (&String, &BTreeSet<String>)| members.contains(regid).then(|| name.clone());
        self.of(group).iter().filter_map(has).collect()
    }

    /// Puts a phone under a name.
    pub(super) fn join(&mut self, group: Group, name: &str, regid: &str) -> Result<(), Full> {
        let own = self.of(group);
        let members = own.get(name);
        if members.is_some_and(|members| members.contains(regid)) {
            return Ok(());
        }
        let count = match group {
            Group::Account => members.map_or(0, BTreeSet::len),
            Group::Alias | Group::Topic => own.values().filter(|members| members.contains(regid)).count(),
        };
        if count >= group.limit() {
            return Err(Full::Limit);
        }
        let all: usize = own.values().map(BTreeSet::len).sum();
        if name.len() > NAME_MAX_BYTES || all >= MEMBERS_MAX || members.is_none() && own.len() >= NAMES_MAX {
            return Err(Full::Memory);
        }
        self.0[group as usize].entry(name.to_owned()).or_default().insert(regid.to_owned());
        Ok(())
    }

    /// Takes a phone from under a name.
    pub(super) fn leave(&mut self, group: Group, name: &str, regid: &str) {
        let own = &mut self.0[group as usize];
        if let Some(members) = own.get_mut(name) {
            members.remove(regid);
        }
        own.retain(|_, members| !members.is_empty());
    }

    /// Sets one kind anew, from an object of names with lists of registration ids.
    pub(super) fn set(&mut self, group: Group, names: &Value) -> Result<(), String> {
        let wrong = || format!("{} must be an object of lists of registration ids", group.member());
        self.0[group as usize].clear();
        for (name, members) in names.as_object().ok_or_else(wrong)? {
            for regid in members.as_array().ok_or_else(wrong)? {
                let regid = regid.as_str().ok_or_else(wrong)?;
                self.join(group, name, regid).map_err(|_| format!("{}: too many", group.member()))?;
            }
        }
        Ok(())
    }

    const fn of(&self, group: Group) -> &BTreeMap<String, BTreeSet<String>> {
        &self.0[group as usize]
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_phone_has_thirty_topics_and_an_account_twenty_phones() {
        let mut groups = Groups::default();
        for number in 0..30 {
            assert_eq!(groups.join(Group::Topic, &format!("t{number}"), "a"), Ok(()));
        }
        assert_eq!(groups.join(Group::Topic, "t30", "a"), Err(Full::Limit));
        assert_eq!(groups.join(Group::Topic, "t30", "b"), Ok(()));
        for number in 0..20 {
            assert_eq!(groups.join(Group::Account, "ann", &format!("r{number}")), Ok(()));
        }
        assert_eq!(groups.join(Group::Account, "ann", "r20"), Err(Full::Limit));
        groups.leave(Group::Account, "ann", "r0");
        assert_eq!(groups.join(Group::Account, "ann", "r20"), Ok(()));
        assert_eq!(groups.names(Group::Topic, "b"), ["t30"]);
    }

    #[test]
    fn names_are_set_as_a_whole() {
        let mut groups = Groups::default();
        groups.set(Group::Alias, &json!({"ann": ["a", "b"]})).unwrap();
        groups.set(Group::Alias, &json!({"bo": ["b"]})).unwrap();
        assert!(groups.members(Group::Alias, "ann").is_empty());
        assert_eq!(groups.members(Group::Alias, "bo"), ["b".to_owned()].into());
        assert!(groups.set(Group::Alias, &json!({"bo": "b"})).is_err());
    }
}
