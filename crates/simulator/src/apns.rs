//! Apple Push Notification service, from Apple's side: HTTP/2, one request for each device token.
//!
//! Special device tokens, for any topic, begin with eight digits and go on with any hexadecimal digits:
//! `fa170400` bad, `fa170410` unregistered, `fa170411` expired, `fa170429` too many requests, `fa170500` and `fa170503`
//! server errors, `fa170200` accepted and leading nowhere, `fa170998` cut connection, `fa170999` never answered.

mod answer;
mod budget;
mod certificate;
mod desk;
mod frames;
mod payload;
mod provider;
mod reason;
mod request;
mod serve;
mod special;
mod splice;
#[cfg(test)]
mod tests;

pub(crate) use desk::Desk;
pub use provider::ApnsKey;
