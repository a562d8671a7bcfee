//! The IM half: sessions, presence, conversations, fan-out.
