//! The database: whether it opens with this key, is whole, and keeps up.

use model::{Certificate, Clock};
use store::{Backlog, Look, SealKey, StoreError};

use super::finding::Finding;
use crate::{clock::SystemClock, config::Config};

/// Work that has been due for so long, in milliseconds, is behind.
const BEHIND_MS: i64 = 60_000;

/// What was found, and the certificates to go on with.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) findings: Vec<Finding>,
    pub(super) certificates: Vec<Certificate>,
}

/// `held`: a server runs on the folder.
pub(super) fn look(config: &Config, held: bool) -> Seen {
    let subject = "database";
    // Without the file the key is not made here: its absence has its own finding.
    let key = config.seal_key_path();
    if !key.exists() || !config.data.join("posthouse.db").exists() {
        let finding = Finding::note(subject, "there is none yet", "尚未创建");
        return Seen { findings: vec![finding], ..Seen::default() };
    }
    let opened = SealKey::load_or_create(&key).and_then(|key| Look::open(&config.data, key));
    match opened {
        Ok(Some(look)) => {
            let mut seen = Seen::default();
            if let Err(error) = seen.read(&look, held) {
                seen.findings.push(unreadable(&error));
            }
            seen
        }
        Ok(None) => Seen::default(),
        Err(error) => Seen { findings: vec![unreadable(&error)], ..Seen::default() },
    }
}

fn unreadable(error: &StoreError) -> Finding {
    Finding::error("database", format!("it does not read: {error}"), format!("数据库无法读取：{error}")).fix(
        "check the seal key and the folder's owner; else restore a backup",
        "请检查密钥文件与目录属主，否则从备份恢复",
    )
}

impl Seen {
    fn read(&mut self, look: &Look, held: bool) -> Result<(), StoreError> {
        self.findings.push(schema(look.schema()?));
        self.findings.push(whole(&look.faults()?));
        for app in look.apps()? {
            self.certificates.extend(look.certificates(app.id)?);
        }
        self.findings.push(backlog(&look.backlog()?, held));
        Ok(())
    }
}

fn schema((found, known): (u32, u32)) -> Finding {
    let subject = "schema";
    match found {
        _ if found > known => Finding::error(
            subject,
            format!("the database is of a newer version ({found}; this program knows {known})"),
            format!("数据库版本 {found} 高于本程序支持的 {known}"),
        )
        .fix("run the newer program, or restore a backup of before", "请使用更新的程序，或恢复升级前的备份"),
        _ if found < known => Finding::note(
            subject,
            format!("it is brought from {found} to {known} at the next start"),
            format!("下次启动时将从 {found} 升级到 {known}"),
        )
        .fix("back it up before", "升级前请先备份"),
        _ => Finding::well(
            subject,
            format!("it is of this version ({found})"),
            format!("与本程序一致（{found}）"),
        ),
    }
}

fn whole(faults: &[String]) -> Finding {
    match faults.first() {
        None => Finding::well("database", "it is whole", "完整性检查通过"),
        Some(first) => Finding::error(
            "database",
            format!("{} faults, the first: {first}", faults.len()),
            format!("发现 {} 处损坏，首个为：{first}", faults.len()),
        )
        .fix("stop the server and restore a backup", "请停止服务并从备份恢复"),
    }
}

fn backlog(backlog: &Backlog, held: bool) -> Finding {
    let (subject, now) = ("backlog", SystemClock.now());
    let queued: u64 = backlog.lanes.iter().map(|lane| lane.queued).sum();
    let oldest = [backlog.fanouts.oldest].into_iter().chain(backlog.lanes.iter().map(|lane| lane.oldest_due));
    let late_ms = oldest.flatten().map(|due| now.since_ms(due)).max().unwrap_or(0);
    let en = format!("{} messages undecided, {queued} pushes queued", backlog.fanouts.rows);
    let zh = format!("待判定消息 {} 条，待发送推送 {queued} 条", backlog.fanouts.rows);
    if held && late_ms > BEHIND_MS {
        return Finding::warning(
            subject,
            format!("{en}; the oldest has been due for {} s", late_ms / 1000),
            format!("{zh}；最早的已到期 {} 秒", late_ms / 1000),
        )
        .fix(
            "look at the lanes (GET /v1/lanes, or the console): one may be paused, or its vendor slow",
            "请查看发送队列（GET /v1/lanes 或控制台），可能被暂停或厂商响应慢",
        );
    }
    Finding::well(subject, en, zh)
}

#[cfg(test)]
mod tests {
    use super::{super::finding::Severity, *};

    #[test]
    fn a_newer_schema_is_an_error_and_an_older_one_a_note() {
        let severities = [(4, 3), (2, 3), (3, 3)].map(|pair| schema(pair).severity);
        assert_eq!(severities, [Severity::Error, Severity::Note, Severity::Well]);
        assert_eq!(whole(&["row 3 missing".to_owned()]).severity, Severity::Error);
    }

    #[test]
    fn work_that_is_long_due_is_warned_of_only_where_a_server_runs() {
        let oldest = Some(SystemClock.now().plus_ms(-2 * BEHIND_MS));
        let behind = Backlog { fanouts: store::WaitingRows { rows: 1, oldest }, ..Backlog::default() };
        assert_eq!(backlog(&behind, true).severity, Severity::Warning);
        assert_eq!(backlog(&behind, false).severity, Severity::Well);
    }
}
