//! One phone under test: touch it, send to it, ask why.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use server::explain::{ExplainedTarget, Explanation, RuleResult, TargetState};
use simulator::{HandsetState, Operation};

use crate::{
    api::Api,
    dev::Dev,
    explain::path_of,
    sample::{SENDER, SamplePhone},
};

/// How long anything may take that involves no deadline of ours.
pub(super) const SOON: Duration = Duration::from_secs(1);
/// How long anything may take that waits for an acknowledgement's deadline.
pub(super) const AFTER_DEADLINE: Duration = Duration::from_secs(8);
/// How often an answer is asked for again.
const AGAIN: Duration = Duration::from_millis(10);

/// A phone under test.
pub(super) struct Walk<'a> {
    pub(super) dev: &'a Dev,
    pub(super) phone: &'a SamplePhone,
    pub(super) api: Api,
}

impl<'a> Walk<'a> {
    pub(super) fn new(dev: &'a Dev, phone: &'a SamplePhone) -> Self {
        Self { dev, phone, api: Api::new(&dev.address.api_url, &dev.address.api_key) }
    }

    pub(super) fn state(&self) -> Result<HandsetState> {
        let handset = self.dev.simulator.handsets().find(self.phone.name);
        Ok(handset.context("the phone is gone")?.state())
    }

    pub(super) async fn touch(&self, operation: Operation) -> Result<()> {
        let handset = self.dev.simulator.handsets().find(self.phone.name).context("the phone is gone")?;
        handset.operate(operation).await?;
        Ok(())
    }

    /// Waits until the phone looks like this.
    pub(super) async fn wait(
        &self,
        what: &str,
        at_most: Duration,
        looks: impl Fn(&HandsetState) -> bool,
    ) -> Result<HandsetState> {
        if !self.dev.wait_for(self.phone.name, at_most, looks).await {
            bail!("{what}: not within {} ms", at_most.as_millis());
        }
        self.state()
    }

    /// Sends a text to the phone's user; `ext` goes with it. Answers the message's id.
    pub(super) async fn send(&self, text: &str, ext: &str) -> Result<String> {
        let message = json!({
            "from": SENDER,
            "to": self.phone.user,
            "body": { "type": "text", "text": text },
            "push": { "ext": ext },
        });
        let accepted: Value = self.api.post("/v1/messages", &message).await?;
        accepted["message"].as_str().map(str::to_owned).context("no message id")
    }

    /// Sends, and waits until the shade shows it.
    pub(super) async fn send_and_see(&self, text: &str, at_most: Duration) -> Result<String> {
        let message = self.send(text, "ext content").await?;
        self.wait("the shade shows it", at_most, |state| state.shade.iter().any(|shown| shown.body == text))
            .await?;
        Ok(message)
    }

    /// Asks why until the answer for this phone is as wanted, or the time is over.
    pub(super) async fn explained(
        &self,
        message: &str,
        at_most: Duration,
        wanted: impl Fn(&ExplainedTarget) -> bool,
    ) -> Result<ExplainedTarget> {
        let mut last = None;
        let asking = async {
            loop {
                let explanation: Explanation = self.api.get(&path_of(message, self.phone.user)).await?;
                let own = explanation.targets.into_iter().find(|target| self.is_own(target));
                if let Some(target) = own {
                    if wanted(&target) {
                        return Ok(target);
                    }
                    last = Some(target);
                }
                tokio::time::sleep(AGAIN).await;
            }
        };
        match tokio::time::timeout(at_most, asking).await {
            Ok(found) => found,
            Err(_) => {
                bail!("explain ended at {}", last.map_or_else(|| "no target".to_owned(), |at| describe(&at)))
            }
        }
    }

    /// Waits until the server sees the phone's login in this state, with a vendor token where the login stands.
    pub(super) async fn server_sees(&self, session: &str) -> Result<()> {
        let own = self.phone.device_id().to_string();
        let mut last = Value::Null;
        let asking = async {
            loop {
                let answer: Value = self.api.get(&format!("/v1/users/{}/devices", self.phone.user)).await?;
                let devices = answer["devices"].as_array().map(Vec::as_slice).unwrap_or_default();
                last =
                    devices.iter().find(|device| device["id"] == own.as_str()).cloned().unwrap_or_default();
                let bound = last["bindings"][0]["state"] == "bound" || session == "logged-out";
                if last["session"]["state"] == session && bound {
                    return Ok(());
                }
                tokio::time::sleep(AGAIN).await;
            }
        };
        match tokio::time::timeout(SOON * 3, asking).await {
            Ok(seen) => seen,
            Err(_) => {
                bail!("the server sees {} {}, not {session}", last["session"]["state"], last["bindings"])
            }
        }
    }

    /// Ends the app's process, and waits until the server has noticed.
    pub(super) async fn kill(&self) -> Result<()> {
        self.touch(Operation::Kill {}).await?;
        self.server_sees("disconnected").await
    }

    fn is_own(&self, target: &ExplainedTarget) -> bool {
        let own = self.phone.device_id();
        target.device.as_ref().is_some_and(|device| device.id == own)
    }

    /// Asks why until the target is in this state for this reason.
    pub(super) async fn ends_as(
        &self,
        message: &str,
        at_most: Duration,
        state: TargetState,
        reason: &str,
    ) -> Result<ExplainedTarget> {
        self.explained(message, at_most, |target| target.state == state && target.reason.name == reason).await
    }
}

/// A target in a few words.
pub(super) fn describe(target: &ExplainedTarget) -> String {
    let vendor = target
        .attempts
        .last()
        .map(|last| format!(", vendor: {} {} {}", last.http_status, last.code, last.text));
    format!("{}({}){}", target.state.as_str(), target.reason.name, vendor.unwrap_or_default())
}

/// The rule that decided.
pub(super) fn deciding(target: &ExplainedTarget) -> &str {
    let decided = target.rules.iter().find(|rule| rule.result == RuleResult::Decided);
    decided.map_or("nothing", |rule| rule.rule.as_str())
}
