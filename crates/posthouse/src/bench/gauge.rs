//! What the system knows of a process: CPU time and memory, from `/proc`.

use std::fs;

use anyhow::{Context, Result};

/// The kernel counts CPU time for user space in hundredths of a second on every architecture that Rust runs on.
const TICK_US: f64 = 10_000.0;

/// CPU time that a process has used so far, in microseconds; in steps of 10 ms.
pub(super) fn cpu_us(process: u32) -> Result<f64> {
    let stat = read(process, "stat")?;
    parse_cpu_us(&stat).with_context(|| format!("/proc/{process}/stat has another shape"))
}

/// User and system time. The second field is a name in brackets that may hold blanks, so counting begins behind it.
fn parse_cpu_us(stat: &str) -> Option<f64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_ascii_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    Some((ticks()? + ticks()?) * TICK_US)
}

/// Memory that a process holds now, in MiB.
pub(super) fn resident_mib(process: u32) -> Result<f64> {
    memory_mib(process, "VmRSS")
}

/// The most memory that a process ever held, in MiB.
pub(super) fn peak_mib(process: u32) -> Result<f64> {
    memory_mib(process, "VmHWM")
}

/// What a process holds of memory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Memory {
    /// Resident, in KiB.
    pub(super) resident_kib: f64,
    /// Of that, what no file backs.
    pub(super) anonymous_kib: f64,
}

/// The memory that a process holds now.
pub(super) fn memory(process: u32) -> Result<Memory> {
    Ok(Memory {
        resident_kib: memory_mib(process, "VmRSS")? * 1024.0,
        anonymous_kib: memory_mib(process, "RssAnon")? * 1024.0,
    })
}

fn memory_mib(process: u32, field: &str) -> Result<f64> {
    let status = read(process, "status")?;
    parse_mib(&status, field).with_context(|| format!("/proc/{process}/status has no {field}"))
}

fn parse_mib(status: &str, field: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024.0)
}

fn read(process: u32, file: &str) -> Result<String> {
    let path = format!("/proc/{process}/{file}");
    fs::read_to_string(&path).with_context(|| format!("{path} does not read; this needs Linux"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_is_read_behind_a_name_with_blanks_and_brackets() {
        let stat = "42 (a (b) c) S 1 42 42 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 4 0 1000 0 0";
        assert_eq!(parse_cpu_us(stat), Some(3_000_000.0));
        assert_eq!(parse_cpu_us("42 (a"), None);
    }

    #[test]
    fn memory_is_told_in_mebibytes() {
        assert_eq!(parse_mib("Name:\tx\nVmHWM:\t   40960 kB\nVmRSS:\t 1024 kB\n", "VmHWM"), Some(40.0));
        assert_eq!(parse_mib("VmRSS:\t 1024 kB\n", "VmHWM"), None);
    }
}
