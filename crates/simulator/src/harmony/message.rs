//! Push-types, and what the payload of each holds.

use std::borrow::Cow;

use super::{notification::Notification, part::Part, reply::Refusal, rights::Category};

/// The `push-type` header. Documented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PushType {
    /// 0: a notification.
    Alert,
    /// 1: the update of a card on the home screen.
    Card,
    /// 2: a notification that is read aloud.
    Voice,
    /// 6: data for the app, nothing shown.
    Background,
    /// 7: a live view.
    LiveView,
    /// 10: an in-app call; the app reports it to the system, which rings.
    Call,
}

impl PushType {
    /// The push-type of this number; `None`: not in the book.
    pub(super) fn of(text: &str) -> Option<Self> {
        Some(match text.trim() {
            "0" => Self::Alert,
            "1" => Self::Card,
            "2" => Self::Voice,
            "6" => Self::Background,
            "7" => Self::LiveView,
            "10" => Self::Call,
            _ => return None,
        })
    }

    /// Its number.
    pub(super) const fn number(self) -> u32 {
        match self {
            Self::Alert => 0,
            Self::Card => 1,
            Self::Voice => 2,
            Self::Background => 6,
            Self::LiveView => 7,
            Self::Call => 10,
        }
    }

    /// Whether it is a notification, which can be recalled and is cached by `collapseKey`.
    pub(super) const fn is_notification(self) -> bool {
        matches!(self, Self::Alert | Self::Voice)
    }
}

/// What a payload holds.
#[derive(Debug, Clone)]
pub(super) enum Content<'a> {
    /// Push-types 0 and 2.
    Notification(Box<Notification<'a>>),
    /// Push-types 6 and 10: `extraData`.
    Data(Cow<'a, str>),
    /// Push-type 1: `formId`.
    Card(Cow<'a, str>),
    /// Push-type 7, of which nothing is simulated but rights and receipts.
    LiveView,
}

impl<'a> Content<'a> {
    /// Reads and checks what a push-type needs.
    pub(super) fn read(push_type: PushType, payload: &Part<'a>) -> Result<Self, Refusal> {
        match push_type {
            PushType::Alert => read_notification(payload),
            PushType::Voice => {
                payload.required_text("extraData")?;
                let content = read_notification(payload)?;
                match &content {
                    Self::Notification(notification) if notification.category == Category::PlayVoice => {
                        Ok(content)
                    }
                    _ => Err(payload.illegal("category must be PLAY_VOICE")),
                }
            }
            PushType::Background => {
                if payload.text("proxyData")?.is_some_and(|proxy| proxy != "ENABLE") {
                    return Err(payload.illegal("proxyData must be ENABLE"));
                }
                Ok(Self::Data(payload.required_text("extraData")?))
            }
            PushType::Call => Ok(Self::Data(payload.required_text("extraData")?)),
            PushType::Card => {
                for name in ["moduleName", "formName", "abilityName"] {
                    payload.required_text(name)?;
                }
                Ok(Self::Card(payload.required_text("formId")?))
            }
            PushType::LiveView => {
                for name in ["activityId", "operation"] {
                    payload.any_number(name)?.ok_or_else(|| payload.illegal(name))?;
                }
                payload.required_text("event")?;
                payload.object("activityData")?;
                Ok(Self::LiveView)
            }
        }
    }

    /// The notification, where it is one.
    pub(super) fn notification(&self) -> Option<&Notification<'a>> {
        match self {
            Self::Notification(notification) => Some(notification),
            _ => None,
        }
    }

    /// The texts that a user would see.
    pub(super) fn texts(&self) -> Vec<&str> {
        let Some(notification) = self.notification() else { return Vec::new() };
        let seen = [notification.title.as_ref(), notification.body.as_ref()];
        seen.into_iter().chain(notification.lines.iter().copied()).collect()
    }
}

fn read_notification<'a>(payload: &Part<'a>) -> Result<Content<'a>, Refusal> {
    let part = payload
        .part("notification", "notification ")?
        .ok_or_else(|| payload.illegal("notification can not be empty"))?;
    Notification::read(&part).map(|notification| Content::Notification(Box::new(notification)))
}
