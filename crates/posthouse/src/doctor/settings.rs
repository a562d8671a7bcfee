//! The configuration, the seal key's file, and what the system lets the process have.

use std::{fs, os::unix::fs::MetadataExt};

use super::finding::Finding;
use crate::config::Config;

/// File descriptors below which a server with many phones runs out.
const OPEN_FILES_WANTED: u64 = 65_536;
/// Bytes of a seal key.
const SEAL_KEY_BYTES: u64 = 32;

/// The configuration does not read.
pub(super) fn unreadable(error: &anyhow::Error) -> Finding {
    Finding::error(
        "configuration",
        format!("it does not read: {error:#}"),
        format!("配置无法读取：{error:#}"),
    )
    .fix(
        "correct the setting that is named; docs/operations.md lists every one",
        "请修正上面指出的配置项，全部配置项见 docs/operations.zh-CN.md",
    )
}

pub(super) fn look(config: &Config) -> Vec<Finding> {
    let mut findings = vec![Finding::well("configuration", "it reads", "配置可读取")];
    findings.push(public_url(config));
    findings.extend(open_front(config));
    findings.extend(metrics(config));
    findings.push(seal_key(config));
    findings.push(open_files());
    findings
}

fn public_url(config: &Config) -> Finding {
    let subject = "public_url";
    match config.public_url() {
        None => Finding::note(
            subject,
            "it is not set: vendors are asked for no receipts",
            "未设置，不会向厂商请求回执",
        )
        .fix(
            "set public_url to the https address under which vendors reach this server",
            "请将 public_url 设为厂商可访问的 https 地址",
        ),
        Some(url) if url.starts_with("https://") => Finding::well(subject, "it is https", "使用 https"),
        Some(url) => Finding::warning(
            subject,
            format!("{url} is not https: receipts and their secrets travel in the clear"),
            format!("{url} 不是 https，回执及其密钥将明文传输"),
        )
        .fix("put TLS before this server and set an https address", "请在服务前启用 TLS 并设置 https 地址"),
    }
}

/// A front that others reach without TLS.
fn open_front(config: &Config) -> Option<Finding> {
    let open = config.tls.is_none() && !config.listen.ip().is_loopback();
    open.then(|| {
        Finding::warning(
            "listen",
            format!(
                "{} is reached by others without TLS: keys and messages travel in the clear",
                config.listen
            ),
            format!("{} 对外监听但未启用 TLS，密钥与消息将明文传输", config.listen),
        )
        .fix(
            "set [tls], or listen on 127.0.0.1 behind a proxy that speaks TLS",
            "请配置 [tls]，或仅监听 127.0.0.1 并在前面放置启用 TLS 的代理",
        )
    })
}

fn metrics(config: &Config) -> Option<Finding> {
    let listen = config.metrics.listen?;
    let open = !listen.ip().is_loopback() && config.metrics.token.as_ref().is_none_or(String::is_empty);
    open.then(|| {
        Finding::error(
            "metrics",
            format!("{listen} is open to others without a token; the server will not start"),
            format!("{listen} 对外开放但未设置 token，服务将拒绝启动"),
        )
        .fix("set metrics.token, or listen on 127.0.0.1", "请设置 metrics.token，或改为监听 127.0.0.1")
    })
}

fn seal_key(config: &Config) -> Finding {
    let (subject, path) = ("seal key", config.seal_key_path());
    let shown = path.display();
    let Ok(file) = fs::metadata(&path) else {
        if config.data.join("posthouse.db").exists() {
            return Finding::error(
                subject,
                format!("{shown} is not there, and the database was sealed with it"),
                format!("密钥文件 {shown} 不存在，而数据库已用它加密"),
            )
            .fix("bring the key back from its backup", "请从备份恢复密钥文件");
        }
        return Finding::note(
            subject,
            format!("{shown} is made at the first start"),
            format!("{shown} 将在首次启动时生成"),
        );
    };
    if file.len() != SEAL_KEY_BYTES {
        return Finding::error(
            subject,
            format!("{shown} has {} bytes instead of {SEAL_KEY_BYTES}", file.len()),
            format!("{shown} 长度为 {} 字节，应为 {SEAL_KEY_BYTES} 字节", file.len()),
        )
        .fix("bring the key back from its backup", "请从备份恢复密钥文件");
    }
    if file.mode() & 0o077 != 0 {
        return Finding::error(
            subject,
            format!("others than its owner may read {shown}"),
            format!("{shown} 可被属主以外的用户读取"),
        )
        .fix(format!("chmod 600 {shown}"), format!("执行 chmod 600 {shown}"));
    }
    if path.starts_with(&config.data) {
        return Finding::warning(
            subject,
            format!("{shown} lies in the data folder: a copy of the folder opens every certificate"),
            format!("{shown} 位于数据目录内，拷贝该目录即可解开全部证书"),
        )
        .fix(
            "move it elsewhere, name it as seal_key_file, and back it up apart from the data",
            "请移到其他目录并用 seal_key_file 指定，与数据分开备份",
        );
    }
    Finding::well(subject, "only its owner may read it, apart from the data", "仅属主可读，且与数据分开存放")
}

fn open_files() -> Finding {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current.unwrap_or(u64::MAX);
    let subject = "open files";
    if limit >= OPEN_FILES_WANTED {
        return Finding::well(subject, format!("{limit} may be open"), format!("上限为 {limit}"));
    }
    Finding::warning(
        subject,
        format!("{limit} may be open at once; each connected phone is one"),
        format!("上限为 {limit}，每台在线设备占用一个"),
    )
    .fix(
        format!("raise it (systemd: LimitNOFILE={OPEN_FILES_WANTED}; shell: ulimit -n)"),
        format!("请调高上限（systemd：LimitNOFILE={OPEN_FILES_WANTED}；shell：ulimit -n）"),
    )
}

#[cfg(test)]
mod tests {
    use std::{os::unix::fs::PermissionsExt, path::Path};

    use super::{super::finding::Severity, *};

    fn config_with(key: &Path) -> Config {
        Config {
            data: key.parent().unwrap().join("data"),
            seal_key_file: Some(key.to_owned()),
            ..Config::default()
        }
    }

    #[test]
    fn a_seal_key_that_others_may_read_is_an_error_with_its_fix() {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("seal.key");
        assert_eq!(seal_key(&config_with(&key)).severity, Severity::Note);
        fs::write(&key, [7; 32]).unwrap();
        for (mode, severity) in [(0o644, Severity::Error), (0o600, Severity::Well)] {
            fs::set_permissions(&key, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(seal_key(&config_with(&key)).severity, severity, "{mode:o}");
        }
        let inside = Config { data: folder.path().to_owned(), ..config_with(&key) };
        assert_eq!(seal_key(&inside).severity, Severity::Warning);
        fs::write(&key, [7; 31]).unwrap();
        assert_eq!(seal_key(&config_with(&key)).severity, Severity::Error);
    }

    #[test]
    fn metrics_for_everybody_are_an_error() {
        let mut config = Config::default();
        assert!(metrics(&config).is_none());
        config.metrics.listen = Some("0.0.0.0:7081".parse().unwrap());
        assert_eq!(metrics(&config).unwrap().severity, Severity::Error);
        config.metrics.token = Some("secret".to_owned());
        assert!(metrics(&config).is_none());
    }

    #[test]
    fn an_address_in_the_clear_is_warned_of() {
        let severity = |url: &str| {
            let config = Config { public_url: url.to_owned(), ..Config::default() };
            public_url(&config).severity
        };
        assert_eq!(severity(""), Severity::Note);
        assert_eq!(severity("http://push.example.com"), Severity::Warning);
        assert_eq!(severity("https://push.example.com"), Severity::Well);
    }
}
