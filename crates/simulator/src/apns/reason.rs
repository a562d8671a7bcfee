//! Why APNs refuses: the reasons of the book with their statuses. Documented, but for `BadEnvironmentKeyInToken`, a
//! spelling that senders have observed; it comes on demand alone.

macro_rules! reasons {
    ($($status:literal $($name:ident)*;)*) => {
        /// A reason of the book.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Reason { $($($name,)*)* }

        impl Reason {
            const ALL: &'static [Self] = &[$($(Self::$name,)*)*];

            /// The word in the answer's body.
            pub(super) const fn text(self) -> &'static str {
                match self { $($(Self::$name => stringify!($name),)*)* }
            }

            /// The HTTP status it comes with.
            pub(super) const fn status(self) -> u16 {
                match self { $($(Self::$name => $status,)*)* }
            }
        }
    };
}

reasons! {
    400 BadCollapseId BadDeviceToken BadExpirationDate BadMessageId BadPriority BadTopic DeviceTokenNotForTopic
        DuplicateHeaders IdleTimeout InvalidPushType MissingDeviceToken MissingTopic PayloadEmpty TopicDisallowed;
    403 BadCertificate BadCertificateEnvironment BadEnvironmentKeyIdInToken BadEnvironmentKeyInToken ExpiredProviderToken Forbidden
        InvalidProviderToken MissingProviderToken UnrelatedKeyIdInToken;
    404 BadPath;
    405 MethodNotAllowed;
    410 ExpiredToken Unregistered;
    413 PayloadTooLarge;
    429 TooManyProviderTokenUpdates TooManyRequests;
    500 InternalServerError;
    503 ServiceUnavailable Shutdown;
}

impl Reason {
    /// The reason with this word.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.text() == text)
    }
}
