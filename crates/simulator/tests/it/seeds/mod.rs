//! The rows of the seed documents that are the phones' part and the vendors' own. Each test begins with the row it
//! proves.

mod callbacks;
mod classes;
mod display;
mod environments;
mod getters;
mod maker;
mod rates;
