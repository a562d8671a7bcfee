//! The two ends of a connection, joined in virtual time.

mod client_end;
mod frames;
mod joined;
mod server_end;
mod world;
