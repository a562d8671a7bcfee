//! Aliases and tags of an app's devices.
//!
//! Limits: documented; how many devices and tags an app may have is ours, so that memory stays bounded.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::{
    fields::{Fields, SEPARATOR},
    reply::{Code, Refusal},
};

/// Most tags of one call and of one device. Documented.
const TAGS_MAX: usize = 50;
/// Most groups of tags. Documented.
const GROUPS_MAX: usize = 1000;
/// Longest name of a tag or group, and longest description, in characters. Documented for tags, assumed for groups.
const NAME_MAX_CHARS: usize = 50;
const DESCRIPTION_MAX_CHARS: usize = 200;
/// Most devices with an alias, devices with tags, and tags.
const ENTRIES_MAX: usize = 100_000;

/// Aliases and tags.
#[derive(Debug, Default)]
pub(super) struct Roster {
    aliases: HashMap<String, String>,
    tags_of: HashMap<String, BTreeSet<String>>,
    tags: BTreeMap<String, String>,
    groups: BTreeMap<String, BTreeSet<String>>,
}

/// Which tags the readers of a broadcast have: the three groups are joined by AND (documented).
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    any: Vec<String>,
    all: Vec<String>,
    none: Vec<String>,
}

impl Wanted {
    pub(super) fn read(fields: &Fields<'_>) -> Result<Self, Refusal> {
        let group = |name: &str| -> Result<Vec<String>, Refusal> {
            let tags = fields.list(name)?.unwrap_or_default();
            Ok(tags.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        };
        let wanted = Self { any: group("or")?, all: group("and")?, none: group("not")? };
        if wanted == Self::default() {
            return Err(Code::MISSING.because("target_value names no tag"));
        }
        Ok(wanted)
    }

    fn fits(&self, tags: &BTreeSet<String>) -> bool {
        let has = |tag: &String| tags.contains(tag);
        (self.any.is_empty() || self.any.iter().any(has))
            && self.all.iter().all(has)
            && !self.none.iter().any(has)
    }
}

impl Roster {
    /// Gives a device its only alias.
    pub(super) fn set_alias(&mut self, id: &str, alias: &str) -> Result<(), Refusal> {
        if !self.aliases.contains_key(id) {
            room(self.aliases.len(), ENTRIES_MAX)?;
        }
        self.aliases.insert(id.to_owned(), alias.to_owned());
        Ok(())
    }

    /// Takes the alias of a device away, or an alias from all its devices.
    pub(super) fn delete_alias(&mut self, id: Option<&str>, alias: Option<&str>) {
        self.aliases.retain(|own_id, own| id != Some(own_id.as_str()) && alias != Some(own.as_str()));
    }

    pub(super) fn alias_of(&self, id: &str) -> Option<&str> {
        self.aliases.get(id).map(String::as_str)
    }

    /// The devices of an alias.
    pub(super) fn ids_of_alias(&self, alias: &str) -> Vec<String> {
        let mut ids: Vec<String> =
            self.aliases.iter().filter(|(_, own)| *own == alias).map(|(id, _)| id.clone()).collect();
        ids.sort_unstable();
        ids
    }

    pub(super) fn subscribe(&mut self, id: &str, tags: BTreeSet<String>) -> Result<(), Refusal> {
        if !self.tags_of.contains_key(id) {
            room(self.tags_of.len(), ENTRIES_MAX)?;
        }
        let own = self.tags_of.entry(id.to_owned()).or_default();
        if own.union(&tags).count() > TAGS_MAX {
            return Err(Code::INVALID.because(format!("a device has at most {TAGS_MAX} tags")));
        }
        own.extend(tags);
        Ok(())
    }

    pub(super) fn unsubscribe(&mut self, id: &str, tags: &BTreeSet<String>) {
        if let Some(own) = self.tags_of.get_mut(id) {
            own.retain(|tag| !tags.contains(tag));
        }
    }

    pub(super) fn tags_of(&self, id: &str) -> impl Iterator<Item = &str> {
        self.tags_of.get(id).into_iter().flatten().map(String::as_str)
    }

    /// The devices whose tags are wanted. One without any tag is not among them (assumed).
    pub(super) fn ids_with(&self, wanted: &Wanted) -> BTreeSet<String> {
        self.tags_of
            .iter()
            .filter(|(_, tags)| !tags.is_empty() && wanted.fits(tags))
            .map(|(id, _)| id.clone())
            .collect()
    }

    /// Makes a tag known.
    pub(super) fn add_tag(&mut self, fields: &Fields<'_>) -> Result<(), Refusal> {
        let name = fields.required_short("name", NAME_MAX_CHARS)?;
        let description = fields.short("desc", DESCRIPTION_MAX_CHARS)?.unwrap_or_default();
        if self.tags.contains_key(&name) {
            return Err(Code::DUPLICATE.because("this tag is known"));
        }
        room(self.tags.len(), ENTRIES_MAX)?;
        self.tags.insert(name, description);
        Ok(())
    }

    /// Makes a group of tags known, or replaces it.
    pub(super) fn add_group(&mut self, fields: &Fields<'_>) -> Result<(), Refusal> {
        let group = fields.required_short("group", NAME_MAX_CHARS)?;
        fields.short("desc", DESCRIPTION_MAX_CHARS)?;
        let tags = tag_list(fields)?;
        if !self.groups.contains_key(&group) {
            room(self.groups.len(), GROUPS_MAX)?;
        }
        self.groups.insert(group, tags);
        Ok(())
    }
}

fn room(used: usize, max: usize) -> Result<(), Refusal> {
    if used < max { Ok(()) } else { Err(Code::INVALID.because(format!("there are {max} already"))) }
}

/// The tags that a call names.
pub(super) fn tag_list(fields: &Fields<'_>) -> Result<BTreeSet<String>, Refusal> {
    let text = fields.required("tags")?;
    let tags: BTreeSet<String> =
        text.split(SEPARATOR).map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
    if tags.is_empty() {
        return Err(Code::MISSING.because("tags is missing"));
    }
    if tags.len() > TAGS_MAX || tags.iter().any(|tag| tag.chars().count() > NAME_MAX_CHARS) {
        return Err(Code::INVALID
            .because(format!("tags must be at most {TAGS_MAX}, each of {NAME_MAX_CHARS} characters")));
    }
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tags(tags: &[&str]) -> BTreeSet<String> {
        tags.iter().map(|&tag| tag.to_owned()).collect()
    }

    #[test]
    fn the_three_groups_of_tags_are_joined() {
        let mut roster = Roster::default();
        roster.subscribe("a", tags(&["red", "big"])).unwrap();
        roster.subscribe("b", tags(&["blue", "big"])).unwrap();
        roster.subscribe("c", tags(&["red", "big", "old"])).unwrap();
        let with = |value: Value| {
            let wanted = Wanted::read(&Fields::of(&value).unwrap()).unwrap();
            roster.ids_with(&wanted).into_iter().collect::<String>()
        };
        assert_eq!(with(json!({"or": ["red", "blue"], "and": ["big"], "not": ["old"]})), "ab");
        assert_eq!(with(json!({"or": ["red"]})), "ac");
        assert_eq!(with(json!({"not": ["red"], "or": []})), "b");
        assert!(Wanted::read(&Fields::default()).is_err());
    }

    #[test]
    fn a_device_has_one_alias_and_fifty_tags() {
        let mut roster = Roster::default();
        roster.set_alias("a", "ming").unwrap();
        roster.set_alias("a", "li").unwrap();
        roster.set_alias("b", "li").unwrap();
        assert_eq!((roster.ids_of_alias("li").len(), roster.ids_of_alias("ming").len()), (2, 0));
        roster.delete_alias(Some("a"), None);
        assert_eq!((roster.alias_of("a"), roster.alias_of("b")), (None, Some("li")));
        roster.delete_alias(None, Some("li"));
        assert_eq!(roster.alias_of("b"), None);
        let fifty: BTreeSet<String> = (0..50).map(|number| number.to_string()).collect();
        assert!(roster.subscribe("a", fifty).is_ok());
        assert_eq!(roster.subscribe("a", tags(&["one more"])).unwrap_err().code, Code::INVALID);
        roster.unsubscribe("a", &tags(&["0"]));
        assert_eq!(roster.tags_of("a").count(), 49);
    }
}
