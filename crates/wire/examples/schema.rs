//! Prints the JSON Schema of the protocol, as `docs/protocol.schema.json` keeps it.

use std::io::{Write, stdout};

fn main() -> std::io::Result<()> {
    writeln!(stdout().lock(), "{:#}", wire::schema())
}
