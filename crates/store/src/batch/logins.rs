//! Logins to open and to end.

use model::{
    AppId, DeviceId, DeviceReport, LoginPolicy, PushId, ReasonCode, SessionId, SessionState, Timestamp,
    UserId,
};

/// A login to open.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// The App.
    pub app: AppId,
    /// Who.
    pub user: UserId,
    /// Where.
    pub device: DeviceId,
    /// The Push ID to give the device where it has none.
    pub push_id: PushId,
    /// What the device tells of itself.
    pub report: DeviceReport,
    /// `online-foreground` or `online-background`.
    pub state: SessionState,
    /// Which other logins it ends.
    pub policy: LoginPolicy,
    /// The reason that deliveries of kicked logins get.
    pub kicked_reason: ReasonCode,
    /// Now.
    pub at: Timestamp,
}

/// A login to end.
#[derive(Debug, Clone)]
pub struct SessionEnd {
    /// The App.
    pub app: AppId,
    /// The login.
    pub session: SessionId,
    /// `logged-out` or `kicked`.
    pub to: SessionState,
    /// The reason that cancelled deliveries get.
    pub reason: ReasonCode,
    /// Now.
    pub at: Timestamp,
}
