//! The front over real sockets, on the embedded store.

#![expect(clippy::unwrap_used, reason = "where a step of a test fails, the test fails")]

mod api;
mod backend;
mod browser;
mod calls;
mod certificates;
mod compose;
mod console;
mod console_deliveries;
mod console_explain;
mod console_lab;
mod console_overview;
mod console_papers;
mod console_people;
mod console_security;
mod console_setup;
mod console_test;
mod dead_letters;
mod deletion;
mod explain;
mod frames;
mod front;
mod garbage;
mod groups;
mod house;
mod kept;
mod openapi;
mod operation;
mod outlook;
mod people;
mod phone;
mod pushes;
mod sending;
mod streams;
mod tls;
mod ws;
