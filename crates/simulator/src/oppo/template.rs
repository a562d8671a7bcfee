//! Private templates: approved texts whose places a message fills.

use super::{
    fields::Fields,
    reply::{Code, Refusal},
    rights::Rights,
};

/// The text of a notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Texts {
    pub(super) title: String,
    pub(super) content: String,
}

/// The texts of the template that a message names; `None` where it names none and needs none.
pub(super) fn fill(fields: &Fields<'_>, rights: &Rights) -> Result<Option<Texts>, Refusal> {
    let Some(id) = fields.text("private_msg_template_id") else {
        let needs_one = fields.text("category").is_some_and(|category| rights.templated.contains(&*category));
        return if needs_one {
            Err(Code::TEMPLATE.because("this category needs a template"))
        } else {
            Ok(None)
        };
    };
    let template = rights
        .templates
        .get(&*id)
        .ok_or_else(|| Code::TEMPLATE.because("no approved template has this id"))?;
    let parameters = |name: &str| fields.object(name).map(Option::unwrap_or_default);
    Ok(Some(Texts {
        title: filled(&template.title, &parameters("private_title_parameters")?)?,
        content: filled(&template.content, &parameters("private_content_parameters")?)?,
    }))
}

/// A text with each place `${name}$` filled.
fn filled(text: &str, parameters: &Fields<'_>) -> Result<String, Refusal> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, (name, after))) =
        rest.split_once("${").and_then(|(before, from)| Some((before, from.split_once("}$")?)))
    {
        let value = parameters.text(name);
        let value =
            value.ok_or_else(|| Code::TEMPLATE.because(format!("the template's {name} is missing")))?;
        filled.push_str(before);
        filled.push_str(&value);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn places_are_filled_from_text_and_from_objects_and_none_may_stay_open() {
        let change = json!({
            "templates": {"t1": {"title": "${who}$ 来信", "content": "${n}$ 条 ${"}},
            "templated": ["ORDER"],
        });
        let rights = Rights::of_new_app("im").changed(&change).unwrap();
        let fill = |message: serde_json::Value| fill(&Fields::of(&message).unwrap(), &rights);
        let mut message = json!({"private_msg_template_id": "t1",
            "private_title_parameters": "{\"who\":\"阿明\"}", "private_content_parameters": {"n": 3}});
        let texts = Texts { title: "阿明 来信".to_owned(), content: "3 条 ${".to_owned() };
        assert_eq!(fill(message.clone()), Ok(Some(texts)));
        message["private_content_parameters"] = json!({});
        assert_eq!(fill(message).unwrap_err().code, Code::TEMPLATE);
        assert_eq!(fill(json!({"private_msg_template_id": "t2"})).unwrap_err().code, Code::TEMPLATE);
        assert_eq!(fill(json!({"category": "ORDER"})).unwrap_err().code, Code::TEMPLATE);
        assert_eq!(fill(json!({"category": "IM"})), Ok(None));
    }
}
