//! `posthouse health`: whether a server answers. For health checks of containers, which have no `curl`.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use clap::Args;
use http::Method;
use serde_json::Value;
use tokio::{net::TcpStream, time::timeout};

use crate::{api::Api, config::Config};

/// A server that takes longer is not healthy.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);

/// Which server.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The configuration of the server on this machine.
    #[arg(long)]
    config: Option<PathBuf>,
    /// The server's base URL, in place of the address in the configuration.
    #[arg(long)]
    url: Option<String>,
}

/// Ends with an error unless the server answers. One with a TLS certificate of its own is only asked for a connection:
/// its certificate is not for this machine's name.
pub(crate) async fn run(options: Options) -> Result<()> {
    let asking = async {
        let Some(url) = options.url else {
            let config = Config::read(options.config.as_deref())?;
            let address = reachable(config.listen);
            if config.tls.is_some() {
                return TcpStream::connect(address)
                    .await
                    .map(drop)
                    .with_context(|| format!("no server at {address}"));
            }
            return ask(&format!("http://{address}")).await;
        };
        ask(&url).await
    };
    timeout(ANSWER_WITHIN, asking).await.context("the server did not answer in time")?
}

async fn ask(url: &str) -> Result<()> {
    let answer = Api::new(url, "").call(Method::GET, "/health", &Value::Null).await?;
    if answer.status != 200 {
        bail!("{url} answered {}", answer.status);
    }
    Ok(())
}

/// Where a server that listens on this address is found from its own machine.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}
