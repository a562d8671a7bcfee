//! The data folder: its owner, its file system, its free space, and how long it takes to bring bytes to the disk.

use std::{
    fs::{self, File},
    io::{self, Seek, Write},
    os::unix::fs::MetadataExt,
    path::Path,
    time::{Duration, Instant},
};

use super::finding::Finding;
use crate::config::Config;

/// With less free, the server soon refuses to accept.
const FREE_LITTLE_BYTES: u64 = 2 * 1024 * 1024 * 1024;
const FREE_HARDLY_BYTES: u64 = 200 * 1024 * 1024;
/// Every acknowledgement waits for the disk; beyond this senders feel it.
const SYNC_SLOW: Duration = Duration::from_millis(20);
/// Faster than any disk: something answers before the bytes are there.
const SYNC_TOO_FAST: Duration = Duration::from_micros(20);
/// Writes that are measured.
const SYNCS: usize = 16;

pub(super) fn look(config: &Config) -> Vec<Finding> {
    let folder = &config.data;
    let shown = folder.display();
    let Ok(found) = fs::metadata(folder) else {
        return vec![Finding::note(
            "data folder",
            format!("{shown} is made at the first start"),
            format!("{shown} 将在首次启动时创建"),
        )];
    };
    let mut findings = Vec::new();
    if found.mode() & 0o077 != 0 {
        let finding = Finding::warning(
            "data folder",
            format!("others than its owner may look into {shown}"),
            format!("{shown} 可被属主以外的用户访问"),
        );
        findings.push(finding.fix(format!("chmod 700 {shown}"), format!("执行 chmod 700 {shown}")));
    }
    findings.extend(file_system(folder));
    findings.push(sync(folder));
    findings
}

/// File systems on which the database is at risk, by the kernel's number.
const RISKY: &[(u64, &str, &str, &str)] = &[
    (0x6969, "NFS", "locks over the network do not protect the database", "网络锁无法保护数据库"),
    (0xff53_4d42, "CIFS", "locks over the network do not protect the database", "网络锁无法保护数据库"),
    (0xfe53_4d42, "SMB", "locks over the network do not protect the database", "网络锁无法保护数据库"),
    (0x0102_1994, "tmpfs", "it lies in memory and is gone with the machine", "数据位于内存，关机即丢失"),
    (0x794c_7630, "overlayfs", "it goes with the container", "数据随容器一同消失"),
];

fn file_system(folder: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Ok(system) = rustix::fs::statfs(folder) {
        let kind = u64::from_ne_bytes(system.f_type.to_ne_bytes()) & 0xffff_ffff;
        if let Some((_, name, en, zh)) = RISKY.iter().find(|(number, ..)| *number == kind) {
            let finding = Finding::warning(
                "file system",
                format!("the data folder lies on {name}: {en}"),
                format!("数据目录位于 {name}：{zh}"),
            );
            findings.push(finding.fix("put it on a local disk", "请将数据目录放在本地磁盘上"));
        }
    }
    match rustix::fs::statvfs(folder) {
        Ok(system) => findings.push(free(system.f_bavail.saturating_mul(system.f_frsize))),
        Err(error) => findings.push(Finding::warning(
            "free space",
            format!("the system does not say: {error}"),
            format!("系统未返回剩余空间：{error}"),
        )),
    }
    findings
}

fn free(bytes: u64) -> Finding {
    let (subject, mib) = ("free space", bytes / (1024 * 1024));
    let (en, zh) = (format!("{mib} MiB are free"), format!("剩余 {mib} MiB"));
    let mend = |finding: Finding| {
        finding.fix(
            "free some, or shorten the Apps' retention; a full disk accepts nothing",
            "请清理空间或缩短应用的保留天数；磁盘写满后将无法接收任何消息",
        )
    };
    match bytes {
        ..FREE_HARDLY_BYTES => mend(Finding::error(subject, en, zh)),
        FREE_HARDLY_BYTES..FREE_LITTLE_BYTES => mend(Finding::warning(subject, en, zh)),
        FREE_LITTLE_BYTES.. => Finding::well(subject, en, zh),
    }
}

fn sync(folder: &Path) -> Finding {
    let subject = "disk speed";
    match median_sync(folder) {
        Ok(took) => judge_sync(took),
        Err(error) => Finding::error(
            subject,
            format!("nothing can be written into {}: {error}", folder.display()),
            format!("无法写入 {}：{error}", folder.display()),
        )
        .fix("let the server's user own the folder", "请让服务的运行用户拥有该目录"),
    }
}

fn judge_sync(took: Duration) -> Finding {
    let (subject, ms) = ("disk speed", took.as_secs_f64() * 1000.0);
    let (en, zh) =
        (format!("a small write is on disk after {ms:.2} ms"), format!("一次小写入落盘耗时 {ms:.2} 毫秒"));
    if took > SYNC_SLOW {
        return Finding::warning(subject, en, zh).fix(
            "use an SSD, or a volume with a write cache that survives a power cut",
            "请使用 SSD，或带掉电保护写缓存的卷",
        );
    }
    if took < SYNC_TOO_FAST {
        let note = ": no disk is that fast, so a power cut may lose what was acknowledged";
        return Finding::note(subject, en + note, zh + "，快于任何磁盘，断电可能丢失已确认的数据");
    }
    Finding::well(subject, en, zh)
}

/// How long it takes until a small write is on disk.
fn median_sync(folder: &Path) -> io::Result<Duration> {
    let path = folder.join(format!("doctor-{}", std::process::id()));
    let measured = measure(&path);
    // Where it was not made, it need not be removed.
    let _ = fs::remove_file(&path);
    let mut took = measured?;
    took.sort_unstable();
    Ok(took[took.len() / 2])
}

fn measure(path: &Path) -> io::Result<Vec<Duration>> {
    let mut file = File::create_new(path)?;
    (0..SYNCS)
        .map(|_| {
            let began = Instant::now();
            file.rewind()?;
            file.write_all(&[0x5a; 4096])?;
            file.sync_data()?;
            Ok(began.elapsed())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{super::finding::Severity, *};

    #[test]
    fn a_disk_that_is_nearly_full_is_an_error_and_a_slow_one_a_warning() {
        assert_eq!(free(1024).severity, Severity::Error);
        assert_eq!(free(FREE_HARDLY_BYTES).severity, Severity::Warning);
        assert_eq!(free(FREE_LITTLE_BYTES).severity, Severity::Well);
        assert_eq!(judge_sync(Duration::from_millis(50)).severity, Severity::Warning);
        assert_eq!(judge_sync(Duration::from_millis(2)).severity, Severity::Well);
        assert_eq!(judge_sync(Duration::from_micros(1)).severity, Severity::Note);
    }

    #[test]
    fn measuring_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        median_sync(folder.path()).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
