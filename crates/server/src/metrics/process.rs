//! What the operating system says of this process.

use std::fs;

/// What the operating system says of this process; zero where it does not say.
#[derive(Debug, Default)]
pub(super) struct Process {
    /// Processor time, in seconds.
    pub(super) cpu_s: f64,
    pub(super) resident_bytes: u64,
    pub(super) open_files: usize,
    pub(super) open_files_max: u64,
}

impl Process {
    pub(super) fn read() -> Self {
        let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
        let statm = fs::read_to_string("/proc/self/statm").unwrap_or_default();
        let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
        let page_bytes = u64::try_from(rustix::param::page_size()).unwrap_or_default();
        Self {
            cpu_s: ticks(&stat) / rustix::param::clock_ticks_per_second() as f64,
            resident_bytes: resident_pages(&statm) * page_bytes,
            open_files: fs::read_dir("/proc/self/fd").map_or(0, Iterator::count),
            open_files_max: limit.current.unwrap_or(u64::MAX),
        }
    }
}

/// User and system time in clock ticks: the 14th and 15th field. The second, the program's name, may hold spaces and
/// ends with the last bracket.
fn ticks(stat: &str) -> f64 {
    let behind_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let fields = behind_name.split_whitespace().skip(11).take(2);
    fields.filter_map(|field| field.parse::<f64>().ok()).sum()
}

fn resident_pages(statm: &str) -> u64 {
    statm.split_whitespace().nth(1).and_then(|field| field.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_found_behind_a_name_with_brackets() {
        assert_eq!(ticks("7 (a ) b) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0"), 300.0);
        assert_eq!(ticks(""), 0.0);
        assert_eq!(resident_pages("100 42 3"), 42);
    }
}
