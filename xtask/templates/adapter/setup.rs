//! What {{Title}} wants beside the form, and what a push resource may set there.

use crate::contract::{PageNotation, Setup};

pub(super) const SETUP: Setup = Setup {
    needs: &[],
    snippet: include_str!("snippet.txt"),
    page: PageNotation::Free,
    plugin_link: "",
    style: &[],
    presentations: &[],
};
