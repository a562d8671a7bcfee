//! Who may come into the console and what each may do there; and what nobody may do to it.

mod audit;
mod forgery;
mod invitations;
mod roles;
mod sessions;
mod signing_in;
mod uploads;
mod words;

use model::{ConsoleGrants, ConsoleRole};

/// What every page of a refusal shows as its code.
fn code(text: &str) -> &str {
    let (_, rest) = text.split_once("<p class=\"code\">").unwrap_or(("", "none<"));
    rest.split('<').next().unwrap_or_default()
}

pub(crate) const fn everywhere(role: ConsoleRole) -> ConsoleGrants {
    ConsoleGrants::everywhere(role)
}
