//! Filters: which phones a message is for.

use std::collections::BTreeMap;

use crate::phone::Profile;

/// What every simulated app is. Assumed, for phones do not differ in them.
const LOCALE: &str = "zh_CN";
const APP_VERSION: &str = "1.0.0";

type TraitsOf = fn(&Profile) -> Vec<&str>;

/// The extras that filter, by what they look at. A model is matched by brand or by the phone's name (assumed).
const FILTERS: [(&str, &str, TraitsOf); 3] = [
    ("model", "model_not_in", |profile| vec![&profile.brand, &profile.name]),
    ("locale", "locale_not_in", |_| vec![LOCALE]),
    ("app_version", "app_version_not_in", |_| vec![APP_VERSION]),
];

/// One filter of a message.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    traits_of: TraitsOf,
    values: Vec<String>,
    lets_in: bool,
}

/// The filters among a message's extras.
pub(super) fn read(extras: &BTreeMap<&str, &str>) -> Vec<Filter> {
    let filter = |name: &str, traits_of, lets_in| {
        let list = extras.get(name)?;
        let values: Vec<String> = list.split(',').map(|value| value.trim().to_lowercase()).collect();
        (!list.trim().is_empty()).then_some(Filter { traits_of, values, lets_in })
    };
    FILTERS
        .into_iter()
        .flat_map(|(is_in, is_not_in, traits_of)| {
            [filter(is_in, traits_of, true), filter(is_not_in, traits_of, false)]
        })
        .flatten()
        .collect()
}

impl Filter {
    /// Whether a phone meets it.
    pub(super) fn passes(&self, profile: &Profile) -> bool {
        let has = |value: &str| self.values.iter().any(|wanted| *wanted == value.to_lowercase());
        (self.traits_of)(profile).into_iter().any(has) == self.lets_in
    }
}
