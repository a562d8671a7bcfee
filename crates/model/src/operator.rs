//! Who may do what in the console.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::AppId;

/// What somebody may do in the console, the least first: each role may do all that the ones before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConsoleRole {
    /// Looks, and sees no message text.
    Viewer,
    /// Changes things, sends test pushes, reads message text.
    Operator,
    /// Everything: also who else may come in.
    Owner,
}

impl ConsoleRole {
    /// Every role, the least first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Operator, Self::Owner];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Owner => "owner",
        }
    }
}

impl fmt::Display for ConsoleRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that is no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a role is viewer, operator or owner")]
pub struct UnknownRole;

impl FromStr for ConsoleRole {
    type Err = UnknownRole;
    fn from_str(word: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == word).ok_or(UnknownRole)
    }
}

/// Where somebody has which role.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsoleGrants {
    /// In every App, those to come included, and in what belongs to none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<ConsoleRole>,
    /// In single Apps.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub apps: BTreeMap<AppId, ConsoleRole>,
}

impl ConsoleGrants {
    /// This role everywhere.
    #[must_use]
    pub const fn everywhere(role: ConsoleRole) -> Self {
        Self { instance: Some(role), apps: BTreeMap::new() }
    }

    /// This role in one App.
    #[must_use]
    pub fn in_app(app: AppId, role: ConsoleRole) -> Self {
        Self { instance: None, apps: BTreeMap::from([(app, role)]) }
    }

    /// The role in an App: the higher of the App's own and the instance's.
    #[must_use]
    pub fn role_in(&self, app: AppId) -> Option<ConsoleRole> {
        self.instance.max(self.apps.get(&app).copied())
    }

    /// Whether the whole instance is owned.
    #[must_use]
    pub fn owns_all(&self) -> bool {
        self.instance == Some(ConsoleRole::Owner)
    }

    /// Whether its holder may decide over somebody with those grants: owns every App in which the other has a role.
    #[must_use]
    pub fn governs(&self, other: &Self) -> bool {
        let owns = |app: &AppId| self.role_in(*app) == Some(ConsoleRole::Owner);
        self.owns_all() || (other.instance.is_none() && other.apps.keys().all(owns))
    }

    /// Whether there is any role at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.instance.is_none() && self.apps.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: AppId = AppId(1);
    const TWO: AppId = AppId(2);

    #[test]
    fn the_higher_of_two_roles_counts() {
        let mut grants = ConsoleGrants::in_app(ONE, ConsoleRole::Owner);
        grants.instance = Some(ConsoleRole::Viewer);
        assert_eq!(grants.role_in(ONE), Some(ConsoleRole::Owner));
        assert_eq!(grants.role_in(TWO), Some(ConsoleRole::Viewer));
        assert_eq!(ConsoleGrants::in_app(ONE, ConsoleRole::Owner).role_in(TWO), None);
    }

    #[test]
    fn an_owner_decides_over_those_who_are_only_in_owned_apps() {
        let all = ConsoleGrants::everywhere(ConsoleRole::Owner);
        let one = ConsoleGrants::in_app(ONE, ConsoleRole::Owner);
        let mut both = one.clone();
        both.apps.insert(TWO, ConsoleRole::Viewer);
        assert!(all.governs(&all) && all.governs(&both));
        assert!(one.governs(&one) && one.governs(&ConsoleGrants::in_app(ONE, ConsoleRole::Operator)));
        assert!(!one.governs(&both) && !one.governs(&ConsoleGrants::everywhere(ConsoleRole::Viewer)));
        assert!(!ConsoleGrants::everywhere(ConsoleRole::Operator).governs(&one));
    }

    #[test]
    fn grants_are_kept_as_words() {
        let mut grants = ConsoleGrants::in_app(TWO, ConsoleRole::Operator);
        grants.instance = Some(ConsoleRole::Viewer);
        let text = serde_json::to_string(&grants).unwrap();
        assert_eq!(text, r#"{"instance":"viewer","apps":{"2":"operator"}}"#);
        assert_eq!(serde_json::from_str::<ConsoleGrants>(&text).unwrap(), grants);
    }
}
