//! Intent URIs, as far as a phone checks them before it shows a notification.

use std::collections::BTreeMap;

/// What an intent URI says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Intent {
    /// The string extras (`S.key=value`).
    pub(super) extras: BTreeMap<String, String>,
    /// Packages it names, as its package or in its component.
    packages: Vec<String>,
}

impl Intent {
    /// Whether it stays within a package; one that names none does.
    pub(super) fn stays_in(&self, package: &str) -> bool {
        self.packages.iter().all(|named| named == package)
    }
}

/// Reads `intent:…#Intent;…;end`; `None` where it is none.
pub(super) fn parse(uri: &str) -> Option<Intent> {
    let (_, fields) = uri.trim().strip_prefix("intent:")?.split_once("#Intent;")?;
    let fields = fields.strip_suffix("end")?;
    if !fields.is_empty() && !fields.ends_with(';') {
        return None;
    }
    let mut intent = Intent::default();
    for field in fields.split(';').filter(|field| !field.is_empty() && *field != "SEL") {
        let (name, value) = field.split_once('=')?;
        match name.split_once('.') {
            Some(("S", key)) => {
                intent.extras.insert(decode(key), decode(value));
            }
            _ if name == "package" => intent.packages.push(decode(value)),
            _ if name == "component" => {
                intent.packages.push(decode(value).split_once('/')?.0.to_owned());
            }
            _ => (),
        }
    }
    Some(intent)
}

/// Percent-decodes; unlike in a form, `+` and `&` mean themselves.
fn decode(text: &str) -> String {
    let field = format!("v={}", text.replace('+', "%2B").replace('&', "%26"));
    form_urlencoded::parse(field.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extras_and_packages_are_read() {
        let uri = "intent://com.example.im/chat?conv=1#Intent;scheme=im;launchFlags=0x4000000;\
                   component=com.example.im/.Chat;S.ext=a%3Bb+c%26d&e;i.n=4;end";
        let intent = parse(uri).unwrap();
        assert_eq!(intent.extras["ext"], "a;b+c&d&e");
        assert!(intent.stays_in("com.example.im"));
        assert!(!intent.stays_in("com.example.other"));
        assert!(parse("intent:#Intent;end").unwrap().stays_in("any"));
    }

    #[test]
    fn what_is_no_intent_is_none() {
        for uri in [
            "",
            "im://chat",
            "intent://chat",
            "intent://c#Intent;scheme=im;",
            "intent:#Intent;scheme=imend",
            "intent:#Intent;scheme;end",
            "intent:#Intent;component=Main;end",
            "#Intent;end",
        ] {
            assert_eq!(parse(uri), None, "{uri}");
        }
    }
}
