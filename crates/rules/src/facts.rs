//! The facts a decision rests on, and their packed form that a delivery row keeps.

use model::{
    BackgroundPolicy, BindingLoss, CertificateId, CertificateState, Permission, SessionState, Timestamp,
};

/// Largest packed form, in bytes.
pub const PACKED_FACTS_MAX_BYTES: usize = 64;

/// First byte of the packed form: its layout.
const LAYOUT: u8 = 1;

/// Everything the rules look at, for one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// When it was decided.
    pub at: Timestamp,
    /// When the message stops causing pushes.
    pub expires_at: Timestamp,
    /// The sender left push on for this message.
    pub push_enabled: bool,
    /// The sender gave push settings.
    pub has_settings: bool,
    /// The App pushes messages without push settings.
    pub push_without_settings: bool,
    /// The target is the sender.
    pub own: bool,
    /// The message also travels as a frame to a connected device.
    pub framed: bool,
    /// The user's login on the device.
    pub login: LoginFact,
    /// What a connected app in the background gets.
    pub background: BackgroundPolicy,
    /// Whether the device has the message.
    pub ack: AckFact,
    /// Whether the device may show notifications.
    pub notifications: Permission,
    /// The Push ID was unregistered.
    pub unregistered: bool,
    /// Whether a vendor can reach the device.
    pub binding: BindingFact,
    /// The binding's certificate.
    pub certificate: Option<CertificateId>,
    /// Whether that certificate can carry a push to this device.
    pub certificate_state: CertificateState,
}

/// The user's login on the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginFact {
    /// A push to a Push ID or a bare token asks for no login.
    NotNeeded,
    /// The user never logged in.
    Never,
    /// The connection was lost by a restart of the server, and the client still has time to come back.
    Reconnecting,
    /// Where the newest login stands.
    State(SessionState),
}

/// Whether the device has the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum AckFact {
    /// No frame was sent.
    NotSent = 0,
    /// The frame is out, the deadline has not passed.
    Waiting = 1,
    /// The deadline passed, or the connection was lost before.
    Missed = 2,
    /// Acknowledged.
    Acked = 3,
}

/// Whether a vendor can reach the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BindingFact {
    /// There is a token.
    Bound,
    /// There is none, because.
    Lost(BindingLoss),
}

/// Packed facts that do not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactsError;

impl std::fmt::Display for FactsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the packed facts are of another layout")
    }
}

impl std::error::Error for FactsError {}

impl Facts {
    /// The packed form: layout, flags, enums, two times, certificate. Well under 64 bytes.
    #[must_use]
    pub fn pack(&self) -> Vec<u8> {
        let flags = u8::from(self.push_enabled)
            | u8::from(self.has_settings) << 1
            | u8::from(self.push_without_settings) << 2
            | u8::from(self.own) << 3
            | u8::from(self.framed) << 4
            | u8::from(self.unregistered) << 5;
        let login = match self.login {
            LoginFact::Reconnecting => 253,
            LoginFact::NotNeeded => 254,
            LoginFact::Never => 255,
            LoginFact::State(state) => state as u8,
        };
        let binding = match self.binding {
            BindingFact::Bound => 255,
            BindingFact::Lost(loss) => loss as u8,
        };
        let mut packed = Vec::with_capacity(29);
        packed.extend_from_slice(&[
            LAYOUT,
            flags,
            login,
            self.background as u8,
            self.ack as u8,
            self.notifications as u8,
            binding,
            self.certificate_state as u8,
        ]);
        packed.extend_from_slice(&self.at.millis().to_le_bytes());
        packed.extend_from_slice(&self.expires_at.millis().to_le_bytes());
        packed.extend_from_slice(&self.certificate.map_or(0, |id| id.0).to_le_bytes());
        packed
    }

    /// Reads the packed form.
    ///
    /// # Errors
    /// [`FactsError`] for any bytes that [`Facts::pack`] did not write.
    pub fn unpack(packed: &[u8]) -> Result<Self, FactsError> {
        let [LAYOUT, flags, login, background, ack, notifications, binding, certificate_state, rest @ ..] =
            packed
        else {
            return Err(FactsError);
        };
        let (at, rest) = rest.split_first_chunk::<8>().ok_or(FactsError)?;
        let (expires_at, rest) = rest.split_first_chunk::<8>().ok_or(FactsError)?;
        let certificate = u32::from_le_bytes(rest.try_into().map_err(|_| FactsError)?);
        Ok(Self {
            at: Timestamp(i64::from_le_bytes(*at)),
            expires_at: Timestamp(i64::from_le_bytes(*expires_at)),
            push_enabled: flags & 1 != 0,
            has_settings: flags & 2 != 0,
            push_without_settings: flags & 4 != 0,
            own: flags & 8 != 0,
            framed: flags & 16 != 0,
            unregistered: flags & 32 != 0,
            login: match *login {
                253 => LoginFact::Reconnecting,
                254 => LoginFact::NotNeeded,
                255 => LoginFact::Never,
                number => LoginFact::State(SessionState::from_number(number).ok_or(FactsError)?),
            },
            background: match background {
                0 => BackgroundPolicy::Push,
                1 => BackgroundPolicy::WaitForLoss,
                _ => return Err(FactsError),
            },
            ack: match ack {
                0 => AckFact::NotSent,
                1 => AckFact::Waiting,
                2 => AckFact::Missed,
                3 => AckFact::Acked,
                _ => return Err(FactsError),
            },
            notifications: match notifications {
                0 => Permission::Unknown,
                1 => Permission::Allowed,
                2 => Permission::Off,
                _ => return Err(FactsError),
            },
            binding: match *binding {
                255 => BindingFact::Bound,
                number => BindingFact::Lost(BindingLoss::from_number(number).ok_or(FactsError)?),
            },
            certificate: (certificate != 0).then_some(CertificateId(certificate)),
            certificate_state: match certificate_state {
                0 => CertificateState::Active,
                1 => CertificateState::Disabled,
                2 => CertificateState::Expired,
                3 => CertificateState::WrongEnvironment,
                4 => CertificateState::Missing,
                _ => return Err(FactsError),
            },
        })
    }
}
