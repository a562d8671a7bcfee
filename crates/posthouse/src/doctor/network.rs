//! The ports, and whether the public address leads here.

use std::{
    io::ErrorKind,
    net::{SocketAddr, TcpListener},
};

use gateway::Examiner;
use http::Uri;

use super::finding::Finding;
use crate::config::Config;

/// Whether the ports are free, or taken by the server that holds the folder.
pub(super) fn ports(config: &Config, held: bool) -> Vec<Finding> {
    let ports = [("listen", Some(config.listen)), ("metrics.listen", config.metrics.listen)];
    ports.into_iter().filter_map(|(name, at)| Some(port(name, at?, held))).collect()
}

fn port(name: &str, at: SocketAddr, held: bool) -> Finding {
    match TcpListener::bind(at) {
        Ok(_) if held && at.port() != 0 => Finding::warning(
            name,
            format!("{at} is free, though a server holds the data folder"),
            format!("{at} 空闲，但已有服务占用数据目录"),
        )
        .fix(
            "it runs with another configuration; restart it with this one",
            "该服务使用了其他配置，请用当前配置重启",
        ),
        Ok(_) => Finding::well(name, format!("{at} is free"), format!("{at} 可用")),
        Err(error) if error.kind() == ErrorKind::AddrInUse && held => {
            Finding::well(name, format!("{at} is served"), format!("{at} 正在提供服务"))
        }
        Err(error) => {
            Finding::error(name, format!("{at} cannot be bound: {error}"), format!("无法绑定 {at}：{error}"))
                .fix(
                    "end what uses the port, or choose another address",
                    "请结束占用该端口的程序，或更换监听地址",
                )
        }
    }
}

/// Whether the public address answers as this server does.
pub(super) async fn public_url(config: &Config, examiner: &Examiner, held: bool) -> Option<Finding> {
    let url = config.public_url()?;
    let subject = "public_url";
    let read = url.parse::<Uri>().ok().filter(|uri| uri.host().is_some());
    let Some(uri) = read else {
        return Some(
            Finding::error(subject, format!("{url} is no address"), format!("{url} 不是合法地址"))
                .fix("write it like https://push.example.com", "格式应如 https://push.example.com"),
        );
    };
    if !held {
        return Some(Finding::note(
            subject,
            "no server runs, so it was not asked",
            "服务未运行，未检查公网地址",
        ));
    }
    let secure = uri.scheme_str() != Some("http");
    let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
    let path = format!("{}/health", uri.path().trim_end_matches('/'));
    let host = uri.host().unwrap_or_default();
    Some(match examiner.get(host, port, secure, &path).await {
        Ok((200, body)) if String::from_utf8_lossy(&body).contains("\"status\":\"ok\"") => {
            Finding::well(subject, format!("{url} leads to a server"), format!("{url} 可访问"))
        }
        Ok((status, _)) => Finding::error(
            subject,
            format!("{url}/health answers {status}, not as this server does"),
            format!("{url}/health 返回 {status}，不是本服务的应答"),
        )
        .fix("let the proxy before the server pass every path on", "请检查前置代理是否转发了全部路径"),
        Err(code) => Finding::warning(
            subject,
            format!("{url} does not answer from here: {code}"),
            format!("从本机访问 {url} 无应答：{code}"),
        )
        .fix(
            "check DNS, firewall and certificate; some networks cannot reach their own public address, then try from outside",
            "请检查 DNS、防火墙与证书；部分网络无法从内部访问自身公网地址，可从外部再试",
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::{super::finding::Severity, *};

    #[test]
    fn a_taken_port_is_well_where_our_server_holds_the_folder_and_an_error_where_not() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = taken.local_addr().unwrap();
        assert_eq!(port("listen", at, true).severity, Severity::Well);
        assert_eq!(port("listen", at, false).severity, Severity::Error);
        drop(taken);
        assert_eq!(port("listen", at, false).severity, Severity::Well);
        assert_eq!(port("listen", at, true).severity, Severity::Warning);
    }
}
