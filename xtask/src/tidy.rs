//! The invariants of absence and the arrows, checked over the sources and over cargo's own metadata.

mod adapters;
mod arrows;
mod prose;
mod sources;

use anyhow::{Result, bail};

pub(crate) fn run() -> Result<()> {
    let mut faults = arrows::find_faults()?;
    faults.extend(sources::find_faults()?);
    faults.extend(adapters::find_faults()?);
    faults.extend(prose::find_faults()?);
    if faults.is_empty() {
        println!("tidy: arrows, absences, shapes and prose are in order");
        return Ok(());
    }
    bail!("{} faults\n{}", faults.len(), faults.join("\n"))
}
