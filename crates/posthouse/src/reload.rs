//! SIGHUP: the configuration is read again, and what can change while the server runs changes.
//!
//! A configuration that does not read changes nothing. What takes effect only at a start is named in the log.

use std::path::PathBuf;

use anyhow::Result;
use gateway::Reach;

use crate::{config::Config, logging::LogSwitch, stack::Stack};

/// What can change while the server runs, as it is now.
pub(crate) struct Reloadable {
    file: Option<PathBuf>,
    config: Config,
    reach: Reach,
    log: LogSwitch,
}

impl Reloadable {
    pub(crate) fn new(file: Option<PathBuf>, config: Config, log: LogSwitch) -> Result<Self> {
        let reach = config.reach()?;
        Ok(Self { file, config, reach, log })
    }

    /// Reads the configuration again and applies it.
    pub(crate) fn reload(&mut self, stack: &Stack) {
        let read = Config::read(self.file.as_deref()).and_then(|new| Ok((new.reach()?, new)));
        let (reach, new) = match read {
            Ok(read) => read,
            Err(error) => {
                return tracing::error!("the configuration was not reloaded, the old one holds: {error:#}");
            }
        };
        if new.log.level != self.config.log.level {
            self.log.set_level(&new.log.level);
        }
        if new.limits != self.config.limits {
            stack.server.set_limits(&new.limits());
        }
        // The files of roots may have changed under their names.
        if reach != self.reach {
            stack.gateway.reload(&reach);
            self.reach = reach;
        }
        if let Err(error) = stack.server.reload_tls() {
            tracing::error!(%error, "the front's certificate was not reloaded, the old one holds");
        }
        for setting in needing_a_start(&self.config, &new) {
            tracing::warn!(setting, "this setting has changed and takes effect only at the next start");
        }
        // What needs a start stays as it was started with, so that it is named at every reload until then.
        self.config.log.level.clone_from(&new.log.level);
        self.config.limits = new.limits;
        self.config.vendors.connect_to = new.vendors.connect_to;
        self.config.vendors.extra_roots = new.vendors.extra_roots;
        self.config.webhooks = new.webhooks;
        tracing::info!("the configuration was reloaded");
    }

    /// Writes out what the log still holds.
    pub(crate) fn finish(self) {
        self.log.finish();
    }
}

/// Settings that differ and take effect only at a start.
fn needing_a_start(old: &Config, new: &Config) -> Vec<&'static str> {
    let settings = [
        ("data", old.data != new.data),
        ("listen", old.listen != new.listen),
        ("connections_max", old.connections_max != new.connections_max),
        ("connections_per_ip_max", old.connections_per_ip_max != new.connections_per_ip_max),
        ("tls", old.tls != new.tls),
        ("public_url", old.public_url != new.public_url),
        ("seal_key_file", old.seal_key_file != new.seal_key_file),
        ("log.json", old.log.json != new.log.json),
        ("simulator", old.simulator != new.simulator),
        ("vendors.pacing", old.vendors.pacing != new.vendors.pacing),
        ("backlog", old.backlog != new.backlog),
        ("metrics", old.metrics != new.metrics),
        ("tracing", old.tracing != new.tracing),
        ("drain_s", old.drain_s != new.drain_s),
    ];
    settings.into_iter().filter_map(|(name, differs)| differs.then_some(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_a_start_is_named_and_what_does_not_is_not() {
        let old = Config::default();
        let mut new = Config::default();
        new.limits.requests_per_second_per_key = 1;
        new.log.level = "debug".to_owned();
        new.webhooks.may_reach_inside = true;
        assert!(needing_a_start(&old, &new).is_empty());
        new.drain_s = 1;
        new.metrics.token = Some("t".to_owned());
        assert_eq!(needing_a_start(&old, &new), ["metrics", "drain_s"]);
    }
}
