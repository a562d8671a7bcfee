//! Charts: numbers become shapes here, in whole numbers of a drawing's own units. Pure.
//!
//! A drawing stretches to the room it has, so what is to be read stands beside it as text: round ticks, spans, and a
//! table with every number. Colours are classes of the style sheet.

mod axis;
mod bar;
mod columns;
mod figures;
mod spark;

pub(super) use self::{
    bar::Bar,
    columns::{Columns, Series, Span},
    figures::{grouped, per_mille, rate},
    spark::Spark,
};

/// Height of a drawing, and length of a bar, in its own units.
pub(super) const FULL: i64 = 1000;
