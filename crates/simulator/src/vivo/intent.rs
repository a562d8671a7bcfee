//! Intent URIs: what `skipContent` holds where a tap opens a page inside the app.

use std::collections::BTreeMap;

/// An intent URI as far as the phone looks at it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Intent {
    /// The package it is meant for, by `package` or `component`.
    pub(super) package: Option<String>,
    /// Its string extras.
    pub(super) extras: BTreeMap<String, String>,
}

/// Reads `intent:…#Intent;…;end`; `None`: it is none.
pub(super) fn parse(uri: &str) -> Option<Intent> {
    let (_, parts) = uri.trim().strip_prefix("intent:")?.split_once("#Intent;")?;
    let mut intent = Intent::default();
    for part in parts.strip_suffix("end")?.split(';') {
        if let Some(package) = part.strip_prefix("package=") {
            intent.package = Some(package.to_owned());
        } else if let Some((package, _)) =
            part.strip_prefix("component=").and_then(|name| name.split_once('/'))
        {
            intent.package = Some(package.to_owned());
        } else if let Some((key, value)) = part.strip_prefix("S.").and_then(|pair| pair.split_once('=')) {
            intent.extras.insert(decoded(key), decoded(value));
        }
    }
    Some(intent)
}

/// Percent decoding by way of a form's value, in which `+`, `&` and `=` would mean more than in a URI.
fn decoded(text: &str) -> String {
    let field = format!("={}", text.replace('+', "%2B").replace('&', "%26"));
    form_urlencoded::parse(field.as_bytes()).map(|(_, value)| value.into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn package_and_string_extras_are_read() {
        let uri = "intent:#Intent;launchFlags=0x4000000;component=com.example.im/.ChatActivity;S.conv=c%201+&=;i.n=1;end";
        let intent = parse(uri).unwrap();
        assert_eq!(intent.package.as_deref(), Some("com.example.im"));
        assert_eq!(intent.extras, BTreeMap::from([("conv".to_owned(), "c 1+&=".to_owned())]));
        let deep = parse("intent://chat/c?conv=c-1#Intent;scheme=im;package=com.example.im;end").unwrap();
        assert_eq!((deep.package.as_deref(), deep.extras.len()), (Some("com.example.im"), 0));
        for other in ["", "im://chat", "https://a.example", "intent://chat", "intent:#Intent;S.a=b"] {
            assert_eq!(parse(other), None, "{other}");
        }
    }
}
