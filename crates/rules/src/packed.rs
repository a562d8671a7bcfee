//! The packed form of facts, which a delivery row keeps so that its decision can be replayed.

use model::{
    BackgroundPolicy, BindingLoss, CertificateId, CertificateState, Mute, Permission, SessionState, Timestamp,
};

use crate::facts::{AckFact, BindingFact, Facts, LoginFact, OtherEndFact};

/// Largest packed form, in bytes.
pub const PACKED_FACTS_MAX_BYTES: usize = 64;

/// First byte of the packed form: its layout.
const LAYOUT: u8 = 2;
/// Bytes of the packed form: the layout, eight words, the flags, two times, the certificate.
const PACKED_BYTES: usize = 1 + 8 + 4 + 8 + 8 + 4;
const _: () = assert!(PACKED_BYTES <= PACKED_FACTS_MAX_BYTES);

/// The words of [`LoginFact`] that are no session state.
const RECONNECTING: u8 = 253;
const NOT_NEEDED: u8 = 254;
const NEVER: u8 = 255;
/// The word of [`BindingFact::Bound`].
const BOUND: u8 = 255;

/// Packed facts that do not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactsError;

impl std::fmt::Display for FactsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the packed facts are of another layout")
    }
}

impl std::error::Error for FactsError {}

/// Reads and raises one fact that is yes or no.
type Flag = (fn(&Facts) -> bool, fn(&mut Facts));

/// The facts that are yes or no: the place in the list is the bit in the packed form. Append only.
const FLAGS: &[Flag] = &[
    (|f| f.push_enabled, |f| f.push_enabled = true),
    (|f| f.has_settings, |f| f.has_settings = true),
    (|f| f.push_without_settings, |f| f.push_without_settings = true),
    (|f| f.own, |f| f.own = true),
    (|f| f.framed, |f| f.framed = true),
    (|f| f.unregistered, |f| f.unregistered = true),
    (|f| f.notice, |f| f.notice = true),
    (|f| f.online_only, |f| f.online_only = true),
    (|f| f.recalled, |f| f.recalled = true),
    (|f| f.call_over, |f| f.call_over = true),
    (|f| f.forced, |f| f.forced = true),
    (|f| f.forced_text, |f| f.forced_text = true),
    (|f| f.silent_span, |f| f.silent_span = true),
    (|f| f.hide_details, |f| f.hide_details = true),
    (|f| f.mentioned, |f| f.mentioned = true),
    (|f| f.push_off, |f| f.push_off = true),
    (|f| f.stale, |f| f.stale = true),
    (|f| f.call, |f| f.call = true),
];

/// Facts in which every flag is down.
const NO_FLAGS: Facts = Facts {
    at: Timestamp(0),
    expires_at: Timestamp(0),
    notice: false,
    online_only: false,
    recalled: false,
    call: false,
    call_over: false,
    push_enabled: false,
    has_settings: false,
    push_without_settings: false,
    own: false,
    framed: false,
    forced: false,
    forced_text: false,
    silent_span: false,
    hide_details: false,
    mute: Mute::None,
    mentioned: false,
    other_end: OtherEndFact::None,
    push_off: false,
    stale: false,
    login: LoginFact::NotNeeded,
    background: BackgroundPolicy::Push,
    ack: AckFact::NotSent,
    notifications: Permission::Unknown,
    unregistered: false,
    binding: BindingFact::Bound,
    certificate: None,
    certificate_state: CertificateState::Active,
};

impl Facts {
    /// The packed form: layout, words, flags, two times, certificate. Well under 64 bytes.
    #[must_use]
    pub fn pack(&self) -> Vec<u8> {
        let mut packed = Vec::with_capacity(PACKED_BYTES);
        packed.extend_from_slice(&[
            LAYOUT,
            word_of_login(self.login),
            self.background as u8,
            self.ack as u8,
            self.notifications as u8,
            word_of_binding(self.binding),
            self.certificate_state as u8,
            self.mute as u8,
            self.other_end as u8,
        ]);
        let flags = FLAGS
            .iter()
            .enumerate()
            .fold(0_u32, |flags, (bit, (is_set, _))| flags | u32::from(is_set(self)) << bit);
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
        Self::read(packed).ok_or(FactsError)
    }

    fn read(packed: &[u8]) -> Option<Self> {
        let (words, rest) = packed.split_first_chunk::<9>()?;
        let (flags, rest) = rest.split_first_chunk::<4>()?;
        let (at, rest) = rest.split_first_chunk::<8>()?;
        let (expires_at, rest) = rest.split_first_chunk::<8>()?;
        let certificate = u32::from_le_bytes(rest.try_into().ok()?);
        let [layout, login, background, ack, notifications, binding, certificate_state, mute, other_end] =
            *words;
        if layout != LAYOUT {
            return None;
        }
        let mut facts = Self {
            at: Timestamp(i64::from_le_bytes(*at)),
            expires_at: Timestamp(i64::from_le_bytes(*expires_at)),
            login: login_of(login)?,
            background: nth(&[BackgroundPolicy::Push, BackgroundPolicy::WaitForLoss], background)?,
            ack: nth(&[AckFact::NotSent, AckFact::Waiting, AckFact::Missed, AckFact::Acked], ack)?,
            notifications: nth(&[Permission::Unknown, Permission::Allowed, Permission::Off], notifications)?,
            binding: binding_of(binding)?,
            certificate: (certificate != 0).then_some(CertificateId(certificate)),
            certificate_state: nth(&CERTIFICATE_STATES, certificate_state)?,
            mute: Mute::from_number(mute)?,
            other_end: nth(&[OtherEndFact::None, OtherEndFact::Waiting, OtherEndFact::Acked], other_end)?,
            ..NO_FLAGS
        };
        let flags = u32::from_le_bytes(*flags);
        if flags >> FLAGS.len() != 0 {
            return None;
        }
        for (bit, (_, set)) in FLAGS.iter().enumerate() {
            if flags >> bit & 1 == 1 {
                set(&mut facts);
            }
        }
        Some(facts)
    }
}

const CERTIFICATE_STATES: [CertificateState; 5] = [
    CertificateState::Active,
    CertificateState::Disabled,
    CertificateState::Expired,
    CertificateState::WrongEnvironment,
    CertificateState::Missing,
];

/// The value whose number is its place.
fn nth<T: Copy>(values: &[T], number: u8) -> Option<T> {
    values.get(usize::from(number)).copied()
}

const fn word_of_login(login: LoginFact) -> u8 {
    match login {
        LoginFact::Reconnecting => RECONNECTING,
        LoginFact::NotNeeded => NOT_NEEDED,
        LoginFact::Never => NEVER,
        LoginFact::State(state) => state as u8,
    }
}

fn login_of(word: u8) -> Option<LoginFact> {
    match word {
        RECONNECTING => Some(LoginFact::Reconnecting),
        NOT_NEEDED => Some(LoginFact::NotNeeded),
        NEVER => Some(LoginFact::Never),
        number => SessionState::from_number(number).map(LoginFact::State),
    }
}

const fn word_of_binding(binding: BindingFact) -> u8 {
    match binding {
        BindingFact::Bound => BOUND,
        BindingFact::Lost(loss) => loss as u8,
    }
}

fn binding_of(word: u8) -> Option<BindingFact> {
    match word {
        BOUND => Some(BindingFact::Bound),
        number => BindingLoss::from_number(number).map(BindingFact::Lost),
    }
}
