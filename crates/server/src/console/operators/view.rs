//! Operators as the pages draw them. Pure.

use model::{ConsoleGrants, ConsoleRole, OperatorId, Timestamp};
use store::Operator;

use super::INSTANCE;
use crate::console::{
    chrome::{Chip, Moment, Tone},
    visitor::Signed,
    words::{AdminWords, Lang},
};

/// A line of the list.
pub(super) struct Row {
    pub(super) id: OperatorId,
    pub(super) name: String,
    pub(super) display_name: String,
    pub(super) roles: Vec<PlacedRole>,
    pub(super) state: Chip,
    pub(super) signed_in_at: Option<Moment>,
    pub(super) is_self: bool,
}

/// A role and where it is held.
pub(super) struct PlacedRole {
    pub(super) place: String,
    pub(super) role: &'static str,
}

impl Row {
    pub(super) fn of(signed: &Signed, operator: &Operator, now: Timestamp) -> Self {
        Self {
            id: operator.id,
            name: operator.name.to_string(),
            display_name: operator.display_name.clone(),
            roles: placed_roles(signed, &operator.grants),
            state: state(signed.lang().admin_words(), operator, now),
            signed_in_at: operator.signed_in_at.map(Moment),
            is_self: super::is_self(signed, operator),
        }
    }
}

/// The roles in places that the reader knows.
fn placed_roles(signed: &Signed, grants: &ConsoleGrants) -> Vec<PlacedRole> {
    let words = signed.lang().admin_words();
    let placed = |place: String, role: ConsoleRole| PlacedRole { place, role: words.role(role) };
    let everywhere = grants.instance.map(|role| placed(words.whole_instance.to_owned(), role));
    let single = signed
        .apps
        .iter()
        .filter_map(|app| grants.apps.get(&app.id).map(|role| placed(app.name.clone(), *role)));
    everywhere.into_iter().chain(single).collect()
}

fn state(words: &AdminWords, operator: &Operator, now: Timestamp) -> Chip {
    let is_invited = operator.invited_until.is_some_and(|until| until > now);
    match (operator.disabled, operator.password.is_some(), is_invited) {
        (true, ..) => Chip::new(Tone::Plain, words.state_off),
        (false, true, _) if operator.grants.is_empty() => Chip::new(Tone::Warn, words.state_no_role),
        (false, true, _) => Chip::new(Tone::Ok, words.state_on),
        (false, false, true) => Chip::new(Tone::Info, words.state_invited),
        (false, false, false) => Chip::new(Tone::Warn, words.state_invitation_over),
    }
}

/// A role to choose.
pub(super) struct RoleChoice {
    pub(super) word: &'static str,
    pub(super) label: &'static str,
    pub(super) how: &'static str,
    pub(super) chosen: bool,
}

pub(super) fn role_choices(lang: Lang, chosen: Option<ConsoleRole>) -> Vec<RoleChoice> {
    let words = lang.admin_words();
    let choice = |role: ConsoleRole| RoleChoice {
        word: role.as_str(),
        label: words.role(role),
        how: match role {
            ConsoleRole::Viewer => words.viewer_how,
            ConsoleRole::Operator => words.operator_how,
            ConsoleRole::Owner => words.owner_how,
        },
        chosen: chosen == Some(role),
    };
    ConsoleRole::ALL.into_iter().map(choice).collect()
}

/// A place where a role may be given.
pub(super) struct Place {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) chosen: bool,
}

/// The places that the asker owns: the App that is shown is chosen where nothing was.
pub(super) fn places(signed: &Signed, chosen: &str) -> Vec<Place> {
    let own = &signed.session.grants;
    let words = signed.lang().admin_words();
    let is_chosen =
        |value: &str| if chosen.is_empty() { value == signed.app().to_string() } else { value == chosen };
    let place = |value: String, label: String| Place { chosen: is_chosen(&value), value, label };
    let everywhere = own.owns_all().then(|| place(INSTANCE.to_owned(), words.whole_instance.to_owned()));
    let owned = signed.apps.iter().filter(|app| own.role_in(app.id) == Some(ConsoleRole::Owner));
    everywhere.into_iter().chain(owned.map(|app| place(app.id.to_string(), app.name.clone()))).collect()
}

/// The role in one place, to be changed.
pub(super) struct RoleField {
    pub(super) name: String,
    pub(super) label: String,
    /// No role here.
    pub(super) is_none: bool,
    pub(super) choices: Vec<RoleChoice>,
}

pub(super) fn role_fields(signed: &Signed, grants: &ConsoleGrants) -> Vec<RoleField> {
    let field = |place: Place| {
        let role = match place.value.parse() {
            Ok(app) => grants.apps.get(&app).copied(),
            Err(_) => grants.instance,
        };
        RoleField {
            name: format!("role-{}", place.value),
            label: place.label,
            is_none: role.is_none(),
            choices: role_choices(signed.lang(), role),
        }
    };
    places(signed, "").into_iter().map(field).collect()
}

/// Grants in the audit log: the same in every language.
pub(super) fn grants_in_words(grants: &ConsoleGrants) -> String {
    let everywhere = grants.instance.map(|role| format!("{role} everywhere"));
    let single = grants.apps.iter().map(|(app, role)| format!("{role} in App {app}"));
    let all: Vec<String> = everywhere.into_iter().chain(single).collect();
    if all.is_empty() { "no role".to_owned() } else { all.join(", ") }
}
