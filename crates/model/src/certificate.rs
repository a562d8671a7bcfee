//! Certificates: one vendor credential set of an App.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::{AppId, CertificateId, CertificateName, Secret, Timestamp, Vendor};

/// One vendor credential set of an App.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// Numeric id, unique in the instance, never reused.
    pub id: CertificateId,
    /// The App it belongs to.
    pub app: AppId,
    /// Whose push service it opens.
    pub vendor: Vendor,
    /// The name a client may give at login.
    pub name: CertificateName,
    /// Raised by one at every edit; a queued push is rendered with the newest.
    pub version: u32,
    /// Switched off by the operator.
    pub disabled: bool,
    /// The fields of the vendor's form.
    pub form: Form,
    /// The environment it is for, where the vendor has environments.
    pub environment: Option<Environment>,
    /// When the vendor stops taking it, where it says so.
    pub expires_at: Option<Timestamp>,
    /// The unguessable part of this certificate's receipt URL.
    pub receipt_secret: Secret<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last edited.
    pub updated_at: Timestamp,
}

impl Certificate {
    /// Whether a push may go through it now, for a device of the given environment (`None`: not reported).
    #[must_use]
    pub fn state(&self, now: Timestamp, device_environment: Option<Environment>) -> CertificateState {
        if self.disabled {
            CertificateState::Disabled
        } else if self.expires_at.is_some_and(|at| at <= now) {
            CertificateState::Expired
        } else if matches!((self.environment, device_environment), (Some(own), Some(device)) if own != device)
        {
            CertificateState::WrongEnvironment
        } else {
            CertificateState::Active
        }
    }
}

/// Whether a certificate can carry a push to a device. The numbers are stored: append only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum CertificateState {
    /// Usable.
    Active = 0,
    /// Switched off by the operator.
    Disabled = 1,
    /// Past the end of its validity.
    Expired = 2,
    /// Made for the other environment than the device's app build.
    WrongEnvironment = 3,
    /// No such certificate any more.
    Missing = 4,
}

/// The two worlds an Apple token may belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// Builds signed for development.
    Development,
    /// `TestFlight`, Ad Hoc, Enterprise and App Store builds.
    Production,
}

impl Environment {
    /// `development` or `production`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Production => "production",
        }
    }
}

/// A word that is neither `development` nor `production`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is neither development nor production")]
pub struct InvalidEnvironment;

impl std::str::FromStr for Environment {
    type Err = InvalidEnvironment;
    fn from_str(word: &str) -> Result<Self, InvalidEnvironment> {
        match word {
            "development" => Ok(Self::Development),
            "production" => Ok(Self::Production),
            _ => Err(InvalidEnvironment),
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The filled-in form of a certificate: field values by field name. Which fields exist, and which are
/// secret, the vendor's adapter says. A file is held as base64.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    /// Values that may be shown.
    pub public: BTreeMap<String, String>,
    /// Values that are sealed at rest and never echoed.
    pub secret: BTreeMap<String, Secret<String>>,
}

impl Form {
    /// A value, secret or not; `None` where absent or blank.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&str> {
        let value = self
            .public
            .get(field)
            .map(String::as_str)
            .or_else(|| self.secret.get(field).map(|value| value.expose().as_str()))?;
        (!value.trim().is_empty()).then_some(value)
    }
}

/// What is wrong with one field of a form, in both languages the console speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The field's name.
    pub field: String,
    /// What to do about it.
    pub en: String,
    /// The same in Chinese.
    pub zh: String,
}

impl FieldError {
    /// An error of one field.
    #[must_use]
    pub fn new(field: &str, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { field: field.to_owned(), en: en.into(), zh: zh.into() }
    }
}

/// Every fault found in a form, not only the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{}", .0.iter().map(|fault| format!("{}: {}", fault.field, fault.en)).collect::<Vec<_>>().join("; "))]
pub struct FieldErrors(pub Vec<FieldError>);

/// What a tap on the notification does (rows G1 to G4).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", content = "target", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClickAction {
    /// Starts the app at its first page.
    #[default]
    OpenApp,
    /// Opens a web page; `ext` does not travel with it (row G5).
    WebPage(String),
    /// Opens a page inside the app, in the vendor's own notation.
    AppPage(String),
}

/// A click action that no phone could carry out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidClick {
    /// Not one of the three actions.
    #[error("must be open_app, web_page or app_page")]
    Action,
    /// A web page that is not http or https (row G2).
    #[error("the web page must start with http:// or https://")]
    Url,
    /// A page action without a page.
    #[error("needs a page to open")]
    Target,
}

impl ClickAction {
    /// Reads the two form fields `click` and `click_target`; a blank action opens the app.
    ///
    /// # Errors
    /// [`InvalidClick`] says which part cannot work.
    pub fn parse(action: Option<&str>, target: Option<&str>) -> Result<Self, InvalidClick> {
        let target = target.map(str::trim).filter(|text| !text.is_empty());
        let click = match (action.unwrap_or("open_app"), target) {
            ("open_app", _) => Self::OpenApp,
            ("web_page", Some(url)) => Self::WebPage(url.to_owned()),
            ("app_page", Some(page)) => Self::AppPage(page.to_owned()),
            ("web_page" | "app_page", None) => return Err(InvalidClick::Target),
            _ => return Err(InvalidClick::Action),
        };
        click.check().map(|()| click)
    }

    /// Checks an action that came in as JSON.
    ///
    /// # Errors
    /// [`InvalidClick`] says which part cannot work.
    pub fn check(&self) -> Result<(), InvalidClick> {
        match self {
            Self::OpenApp => Ok(()),
            Self::WebPage(url) if url.starts_with("http://") || url.starts_with("https://") => Ok(()),
            Self::WebPage(_) => Err(InvalidClick::Url),
            Self::AppPage(page) if page.trim().is_empty() => Err(InvalidClick::Target),
            Self::AppPage(_) => Ok(()),
        }
    }
}
