//! Random histories in virtual time: phones come and go, users log in, out and over each other, messages are sent,
//! fanned out and pushed, and every step may fall between any two others.
//!
//! The rules, the facts they rest on and the server's end of a connection are the real ones. The store is a
//! [`ledger::Ledger`] in memory that keeps the store's promises (a page is decided, and a send begins, by
//! compare-and-set), and a [`truth::Truth`] beside it keeps what really happened, by which everything is judged. Each
//! property is also held against a world with a [`Flaw`], to see that it can fail.

mod cast;
mod ledger;
mod phones;
mod properties;
mod road;
mod steps;
mod truth;
mod world;

/// What may be wrong with a world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// Nothing.
    None,
    /// A logout leaves the queue as it is.
    LogoutCancelsNothing,
    /// A kick leaves the queue as it is.
    KickCancelsNothing,
    /// Switching pushes off leaves the queue as it is, and what is decided meanwhile.
    SwitchOffCancelsNothing,
    /// A fetch leaves the queue as it is.
    FetchCancelsNothing,
    /// A push that was cancelled after its claim begins all the same.
    BeginsBlindly,
    /// A page is committed though it was overtaken.
    CommitsWhatWasOvertaken,
    /// A fan-out ends though somebody is waited for.
    ForgetsWhoWaits,
    /// A target that has a row gets another one.
    DecidesTwice,
    /// A fetch overtakes a page only where the app is on screen.
    SeesFetchesOnScreenAlone,
    /// A token that goes to another device leaves the queue of the one that had it.
    TakeoverCancelsNothing,
    /// Who muted a conversation once has it muted for ever.
    NeverUnmutes,
    /// A frame that was written counts as acknowledged.
    TakesWrittenForArrived,
    /// A token stays with whom it was bound to before.
    LeavesTokensWhereTheyWere,
    /// A login leaves another user's login and binding on the device.
    LeavesTheOldOwner,
    /// An unregistered Push ID keeps its binding, its queue and its standing.
    ForgetsUnregistration,
}
