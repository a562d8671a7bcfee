//! What becomes of our classes at a vendor, as a certificate's form says.

use model::{Class, Form};

use crate::contract::{Adapter, Field, Group};

/// One thing that a class becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapped {
    /// What it is, in English: the field's label.
    pub en: &'static str,
    /// The same in Chinese.
    pub zh: &'static str,
    /// The vendor's word.
    pub value: String,
    /// The operator entered it; otherwise it is what holds where the field is left out.
    pub is_own: bool,
}

/// What a class becomes at the vendor: channel, category, template and what else the form maps. What neither the form
/// nor the vendor's book says is left out.
#[must_use]
pub fn class_mapping(adapter: &dyn Adapter, form: &Form, class: Class) -> Vec<Mapped> {
    let fields = adapter.fields();
    let of_class: Vec<&Field> = fields.iter().filter(|field| field.class == Some(class)).collect();
    // What holds for every class is told where the class has nothing of its own for it.
    let of_all = fields.iter().filter(|field| {
        let is_base = field.class.is_none() && fields.iter().any(|other| other.inherits == field.name);
        let has_own = of_class.iter().any(|own| own.inherits == field.name);
        field.group == Group::Classes && is_base && !has_own
    });
    of_class.iter().copied().chain(of_all).filter_map(|field| mapped(fields, form, field)).collect()
}

fn mapped(fields: &[Field], form: &Form, field: &Field) -> Option<Mapped> {
    let entered = |name: &str| form.get(name).map(|value| value.trim().to_owned()).filter(|v| !v.is_empty());
    let own = entered(field.name);
    let is_own = own.is_some();
    let inherited = || {
        let base = fields.iter().find(|other| other.name == field.inherits)?;
        entered(base.name)
    };
    let usual = || Some(field.usual.to_owned()).filter(|word| !word.is_empty());
    let value = own.or_else(inherited).or_else(usual)?;
    Some(Mapped { en: field.en, zh: field.zh, value, is_own })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use model::{Class, Vendor};

    use super::class_mapping;
    use crate::{adapter, fill_form};

    fn values(vendor: Vendor, fields: &[(&str, &str)], class: Class) -> Vec<(String, bool)> {
        let fields: BTreeMap<String, String> =
            fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let mapped = class_mapping(adapter(vendor), &fill_form(vendor, &fields), class);
        mapped.into_iter().map(|mapped| (mapped.value, mapped.is_own)).collect()
    }

    #[test]
    fn a_class_takes_its_own_word_then_that_of_all_classes_then_the_usual_one() {
        let owned = |text: &str, is_own| (text.to_owned(), is_own);
        let form = [("channel_id", "im"), ("channel_id_call", "ring"), ("category_system", "TODO")];
        assert_eq!(values(Vendor::Oppo, &form, Class::Chat), [owned("IM", false), owned("im", true)]);
        assert_eq!(values(Vendor::Oppo, &form, Class::Call), [owned("ring", true), owned("IM", false)]);
        assert_eq!(values(Vendor::Oppo, &form, Class::System), [owned("im", false), owned("TODO", true)]);
    }

    #[test]
    fn marketing_at_xiaomi_never_takes_the_channel_of_chats() {
        assert_eq!(values(Vendor::Xiaomi, &[("channel_id", "im")], Class::Marketing), []);
    }
}
