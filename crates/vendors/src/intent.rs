//! Intent URIs: how Android writes down what a tap opens (rows G3, G4). Written from its parts and read again.

/// `FLAG_ACTIVITY_NEW_TASK` and `FLAG_ACTIVITY_CLEAR_TOP`: the page opens once, over what the app showed.
const FLAGS: &str = "0x14000000";

/// The parts of an intent URI.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Intent {
    /// The app's package.
    pub package: String,
    /// The Activity's full class name, or one that begins with a dot.
    pub activity: String,
    /// The action of an intent filter.
    pub action: String,
    /// Scheme of the filter's data.
    pub scheme: String,
    /// Host of the filter's data.
    pub host: String,
    /// Path of the filter's data.
    pub path: String,
}

/// What a phone would open for an intent URI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// This Activity of this package.
    Activity {
        /// The package.
        package: String,
        /// The Activity's full class name.
        activity: String,
    },
    /// Whichever Activity takes this address or action.
    Whoever {
        /// The package it has to be of; empty for any.
        package: String,
        /// The action; empty for "view".
        action: String,
        /// The address; empty for none.
        address: String,
    },
}

impl Intent {
    /// As an intent URI; `None` where neither an Activity with its package, nor a scheme, nor an action is there, or a
    /// part holds what an intent URI cannot.
    #[must_use]
    pub fn write(&self) -> Option<String> {
        let parts = [&self.package, &self.activity, &self.action, &self.scheme, &self.host, &self.path];
        let is_fit =
            |part: &&String| part.chars().all(|char| char.is_ascii_graphic() && !"#;=".contains(char));
        let names_page = !self.package.is_empty() && !self.activity.is_empty();
        if !parts.iter().all(is_fit) || !(names_page || !self.scheme.is_empty() || !self.action.is_empty()) {
            return None;
        }
        let mut uri = "intent:".to_owned();
        if !self.scheme.is_empty() {
            uri += &format!("//{}", self.host);
            if !self.path.is_empty() {
                uri += &format!("/{}", self.path.trim_start_matches('/'));
            }
        }
        uri += "#Intent;";
        let component =
            if names_page { format!("{}/{}", self.package, self.activity) } else { String::new() };
        let package = if names_page { "" } else { &self.package };
        let members = [
            ("scheme", self.scheme.as_str()),
            ("action", &self.action),
            ("launchFlags", FLAGS),
            ("package", package),
            ("component", &component),
        ];
        for (name, value) in members.iter().filter(|(_, value)| !value.is_empty()) {
            uri += &format!("{name}={value};");
        }
        Some(uri + "end")
    }

    /// Reads an intent URI; `None` for what is none. What it does not know is passed over.
    #[must_use]
    pub fn read(uri: &str) -> Option<Self> {
        let (address, members) = uri.trim().split_once("#Intent;")?;
        let members = members.strip_suffix("end")?;
        let mut read = Self::default();
        for (name, value) in members.split(';').filter_map(|member| member.split_once('=')) {
            let value = value.to_owned();
            match name {
                "scheme" => read.scheme = value,
                "action" => read.action = value,
                "package" => read.package = value,
                "component" => {
                    let (package, activity) = value.split_once('/')?;
                    (read.package, read.activity) = (package.to_owned(), activity.to_owned());
                }
                _ => {}
            }
        }
        if let Some(place) = address.strip_prefix("intent:").and_then(|rest| rest.strip_prefix("//")) {
            let (host, path) = place.split_once('/').unwrap_or((place, ""));
            read.host = host.to_owned();
            read.path = if path.is_empty() { String::new() } else { format!("/{path}") };
        }
        Some(read)
    }

    /// What a phone would open.
    #[must_use]
    pub fn opened(&self) -> Opened {
        let Self { package, activity, action, scheme, host, path } = self.clone();
        if !activity.is_empty() {
            let activity = if activity.starts_with('.') { format!("{package}{activity}") } else { activity };
            return Opened::Activity { package, activity };
        }
        let slash = if path.is_empty() || path.starts_with('/') { "" } else { "/" };
        let address =
            if scheme.is_empty() { String::new() } else { format!("{scheme}://{host}{slash}{path}") };
        Opened::Whoever { package, action, address }
    }
}

#[cfg(test)]
mod tests {
    use super::{Intent, Opened};

    fn intent(package: &str, activity: &str, scheme: &str, host: &str, path: &str) -> Intent {
        let [package, activity, scheme, host, path] =
            [package, activity, scheme, host, path].map(str::to_owned);
        Intent { package, activity, scheme, host, path, action: String::new() }
    }

    #[test]
    fn g3_an_intent_uri_is_made_from_package_activity_scheme_host_and_path() {
        let page = intent(
            "com.example.im",
            "com.example.im.ChatActivity",
            "pushscheme",
            "com.example.im",
            "/detail",
        );
        let uri = page.write().unwrap();
        assert_eq!(
            uri,
            "intent://com.example.im/detail#Intent;scheme=pushscheme;launchFlags=0x14000000;\
             component=com.example.im/com.example.im.ChatActivity;end"
        );
        assert_eq!(Intent::read(&uri), Some(page));
    }

    #[test]
    fn an_activity_alone_is_enough_and_a_dot_stands_for_the_package() {
        let page = intent("com.example.im", ".Chat", "", "", "");
        let uri = page.write().unwrap();
        assert_eq!(uri, "intent:#Intent;launchFlags=0x14000000;component=com.example.im/.Chat;end");
        let opened = Intent::read(&uri).unwrap().opened();
        let activity = "com.example.im.Chat".to_owned();
        assert_eq!(opened, Opened::Activity { package: "com.example.im".to_owned(), activity });
    }

    #[test]
    fn nothing_is_made_of_parts_that_name_no_page_or_break_out() {
        assert_eq!(intent("com.example.im", "", "", "host", "").write(), None);
        assert_eq!(intent("com.example.im", ".Chat;end", "", "", "").write(), None);
        assert_eq!(intent("com.example.im", ".Chat", "s", "a b", "").write(), None);
    }

    #[test]
    fn what_is_no_intent_uri_is_not_read() {
        for text in ["", "https://example.com", "intent:#Intent;", "#Intent;component=nothing;end"] {
            assert_eq!(Intent::read(text), None, "{text}");
        }
    }
}
