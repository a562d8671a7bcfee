//! What a hand may do with a virtual phone, by the word on its button.

use serde_json::{Value, json};

/// What a hand may do with a handset from the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hand {
    Foreground,
    Background,
    Freeze,
    Thaw,
    Kill,
    Lock,
    Unlock,
    NetworkOff,
    NetworkOn,
    NotificationsOff,
    NotificationsOn,
    LockScreenOff,
    LockScreenOn,
    PushOff,
    PushOn,
    LogOut,
    LogIn,
    InvalidateToken,
    ClearShade,
    UseCertificate,
    Say,
    Call,
    AcceptCall,
    RejectCall,
    CancelCall,
    LeaveCall,
}

impl Hand {
    const ALL: [Self; 26] = [
        Self::Foreground,
        Self::Background,
        Self::Freeze,
        Self::Thaw,
        Self::Kill,
        Self::Lock,
        Self::Unlock,
        Self::NetworkOff,
        Self::NetworkOn,
        Self::NotificationsOff,
        Self::NotificationsOn,
        Self::LockScreenOff,
        Self::LockScreenOn,
        Self::PushOff,
        Self::PushOn,
        Self::LogOut,
        Self::LogIn,
        Self::InvalidateToken,
        Self::ClearShade,
        Self::UseCertificate,
        Self::Say,
        Self::Call,
        Self::AcceptCall,
        Self::RejectCall,
        Self::CancelCall,
        Self::LeaveCall,
    ];

    /// The word of its button.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Foreground => "foreground",
            Self::Background => "background",
            Self::Freeze => "freeze",
            Self::Thaw => "thaw",
            Self::Kill => "kill",
            Self::Lock => "lock",
            Self::Unlock => "unlock",
            Self::NetworkOff => "network-off",
            Self::NetworkOn => "network-on",
            Self::NotificationsOff => "notifications-off",
            Self::NotificationsOn => "notifications-on",
            Self::LockScreenOff => "lock-screen-off",
            Self::LockScreenOn => "lock-screen-on",
            Self::PushOff => "push-off",
            Self::PushOn => "push-on",
            Self::LogOut => "log-out",
            Self::LogIn => "log-in",
            Self::InvalidateToken => "invalidate-token",
            Self::ClearShade => "clear-shade",
            Self::UseCertificate => "use-certificate",
            Self::Say => "say",
            Self::Call => "call",
            Self::AcceptCall => "accept-call",
            Self::RejectCall => "reject-call",
            Self::CancelCall => "cancel-call",
            Self::LeaveCall => "leave-call",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hand| hand.word() == word)
    }

    /// Whether it may be done to every phone at once.
    pub(super) const fn is_for_all(self) -> bool {
        matches!(self, Self::Foreground | Self::Background | Self::Kill | Self::Lock | Self::ClearShade)
    }

    /// The operation, for those that need nothing beside.
    pub(super) fn plain_operation(self) -> Option<Value> {
        let switch = |operation: &str, on: Self| json!({ "operation": operation, "on": self == on });
        Some(match self {
            Self::NetworkOff | Self::NetworkOn => switch("network", Self::NetworkOn),
            Self::NotificationsOff | Self::NotificationsOn => switch("notifications", Self::NotificationsOn),
            Self::PushOff | Self::PushOn => switch("push_switch", Self::PushOn),
            Self::LockScreenOff | Self::LockScreenOn => {
                json!({ "operation": "display", "on_lock_screen": self == Self::LockScreenOn })
            }
            Self::LogIn | Self::UseCertificate | Self::Say => return None,
            Self::Call | Self::AcceptCall | Self::RejectCall | Self::CancelCall | Self::LeaveCall => {
                return None;
            }
            other => json!({ "operation": other.word().replace('-', "_") }),
        })
    }

    /// What it does about the call that is on, for those that do.
    pub(super) fn call_action(self) -> Option<Value> {
        let word = match self {
            Self::AcceptCall => "accept",
            Self::RejectCall => "reject",
            Self::CancelCall => "cancel",
            Self::LeaveCall => "leave",
            _ => return None,
        };
        Some(json!({ "do": word }))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Hand;

    #[test]
    fn every_button_has_its_word_and_its_operation() {
        for hand in Hand::ALL {
            assert_eq!(Hand::from_word(hand.word()), Some(hand));
        }
        assert_eq!(Hand::LogOut.plain_operation(), Some(json!({ "operation": "log_out" })));
        assert_eq!(Hand::NetworkOff.plain_operation(), Some(json!({ "operation": "network", "on": false })));
        assert_eq!(Hand::PushOn.plain_operation(), Some(json!({ "operation": "push_switch", "on": true })));
        assert_eq!(Hand::LogIn.plain_operation(), None);
        assert_eq!(Hand::RejectCall.call_action(), Some(json!({ "do": "reject" })));
    }
}
