//! The front over real sockets, on the embedded store.

mod api;
mod certificates;
mod explain;
mod front;
mod garbage;
mod house;
mod openapi;
mod phone;
mod pushes;
mod ws;
