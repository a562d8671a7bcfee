//! What is counted: every metric's name and meaning, the instruments that count, and the page that shows them.
//!
//! Each room keeps its instruments in structs of its own and counts with one atomic addition, without looking anything
//! up. Whoever shows them reads the structs and writes a [`Page`] in Prometheus' text format; the [`Metric`]s are the
//! one list of what there is, from which the documentation is printed.

mod catalogue;
mod instruments;
mod page;

pub use catalogue::{Kind, Metric};
pub use instruments::{BOUNDS_US, Counter, Histogram, Level};
pub use page::{Family, Page};
