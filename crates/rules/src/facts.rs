//! The facts a decision rests on, and their packed form that a delivery row keeps.

use model::{
    BackgroundPolicy, BindingLoss, CertificateId, CertificateState, Mute, Permission, SessionState, Timestamp,
};

/// Largest packed form, in bytes.
pub const PACKED_FACTS_MAX_BYTES: usize = 64;

/// First byte of the packed form: its layout.
const LAYOUT: u8 = 2;

/// Everything the rules look at, for one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// When it was decided.
    pub at: Timestamp,
    /// When the message stops causing pushes.
    pub expires_at: Timestamp,
    /// It is the server's own word about a conversation, which pushes nothing.
    pub notice: bool,
    /// It was for connected devices alone.
    pub online_only: bool,
    /// It was taken back.
    pub recalled: bool,
    /// It signals a call that does not ring any more for this user.
    pub call_over: bool,
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
    /// The sender forces the push on this user, through mute and do-not-disturb.
    pub forced: bool,
    /// The force push has a text of its own.
    pub forced_text: bool,
    /// The user's do-not-disturb span is on, and lets no push through.
    pub silent_span: bool,
    /// The user, always or in the present span, wants no sender and no text shown.
    pub hide_details: bool,
    /// How far the user muted the conversation.
    pub mute: Mute,
    /// The message calls the user by name.
    pub mentioned: bool,
    /// What another end of the user, that silences this one by the user's strategy, did with the message.
    pub other_end: OtherEndFact,
    /// The device's pushes are switched off.
    pub push_off: bool,
    /// The device was not heard of for longer than the App allows.
    pub stale: bool,
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

/// What another end of the user did with the message, where the user's strategy lets it silence this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum OtherEndFact {
    /// There is none, or it does not have the message.
    None = 0,
    /// It was sent the message and may still acknowledge it.
    Waiting = 1,
    /// It has acknowledged it.
    Acked = 2,
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

/// The facts that are yes or no, by their bit in the packed form. Append only.
const FLAGS: &[(u32, fn(&Facts) -> bool, fn(&mut Facts))] = &[
    (0, |f| f.push_enabled, |f| f.push_enabled = true),
    (1, |f| f.has_settings, |f| f.has_settings = true),
    (2, |f| f.push_without_settings, |f| f.push_without_settings = true),
    (3, |f| f.own, |f| f.own = true),
    (4, |f| f.framed, |f| f.framed = true),
    (5, |f| f.unregistered, |f| f.unregistered = true),
    (6, |f| f.notice, |f| f.notice = true),
    (7, |f| f.online_only, |f| f.online_only = true),
    (8, |f| f.recalled, |f| f.recalled = true),
    (9, |f| f.call_over, |f| f.call_over = true),
    (10, |f| f.forced, |f| f.forced = true),
    (11, |f| f.forced_text, |f| f.forced_text = true),
    (12, |f| f.silent_span, |f| f.silent_span = true),
    (13, |f| f.hide_details, |f| f.hide_details = true),
    (14, |f| f.mentioned, |f| f.mentioned = true),
    (15, |f| f.push_off, |f| f.push_off = true),
    (16, |f| f.stale, |f| f.stale = true),
];

impl Facts {
    /// The packed form: layout, flags, enums, two times, certificate. Well under 64 bytes.
    #[must_use]
    pub fn pack(&self) -> Vec<u8> {
        let flags =
            FLAGS.iter().fold(0_u32, |flags, (bit, is_set, _)| flags | u32::from(is_set(self)) << bit);
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
        let mut packed = Vec::with_capacity(33);
        packed.extend_from_slice(&[
            LAYOUT,
            login,
            self.background as u8,
            self.ack as u8,
            self.notifications as u8,
            binding,
            self.certificate_state as u8,
            self.mute as u8,
            self.other_end as u8,
        ]);
        packed.extend_from_slice(&flags.to_le_bytes());
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
        let [
            LAYOUT,
            login,
            background,
            ack,
            notifications,
            binding,
            certificate_state,
            mute,
            other_end,
            rest @ ..,
        ] = packed
        else {
            return Err(FactsError);
        };
        let (flags, rest) = rest.split_first_chunk::<4>().ok_or(FactsError)?;
        let (at, rest) = rest.split_first_chunk::<8>().ok_or(FactsError)?;
        let (expires_at, rest) = rest.split_first_chunk::<8>().ok_or(FactsError)?;
        let certificate = u32::from_le_bytes(rest.try_into().map_err(|_| FactsError)?);
        let mut facts = Self {
            at: Timestamp(i64::from_le_bytes(*at)),
            expires_at: Timestamp(i64::from_le_bytes(*expires_at)),
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
            mute: Mute::from_number(*mute).ok_or(FactsError)?,
            other_end: match other_end {
                0 => OtherEndFact::None,
                1 => OtherEndFact::Waiting,
                2 => OtherEndFact::Acked,
                _ => return Err(FactsError),
            },
            push_enabled: false,
            has_settings: false,
            push_without_settings: false,
            own: false,
            framed: false,
            unregistered: false,
            notice: false,
            online_only: false,
            recalled: false,
            call_over: false,
            forced: false,
            forced_text: false,
            silent_span: false,
            hide_details: false,
            mentioned: false,
            push_off: false,
            stale: false,
        };
        let flags = u32::from_le_bytes(*flags);
        if flags >> FLAGS.len() != 0 {
            return Err(FactsError);
        }
        for (bit, _, set) in FLAGS {
            if flags >> bit & 1 == 1 {
                set(&mut facts);
            }
        }
        Ok(facts)
    }
}
