//! Standard output that may be a pipe whose reader has seen enough.

use std::io::{self, Write};

use anyhow::{Context, Result};

/// Writes an answer. A reader that closed the pipe has what it wanted.
pub(crate) fn write(text: &str) -> Result<()> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(error).context("the answer was not written")
        }
        _ => Ok(()),
    }
}
