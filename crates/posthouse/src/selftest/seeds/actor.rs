//! A phone with its user, made for one scene: touch it, write to it, ask why.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use http::Method;
use im::issue_token;
use model::{Clock, DeviceId, UserId, Vendor};
use serde_json::{Value, json};
use server::explain::{ExplainedTarget, Explanation, TargetState};
use simulator::{HandsetState, NewHandset, Operation};
use uuid::Uuid;

use crate::{
    api::Api,
    clock::SystemClock,
    dev::Dev,
    explain::path_of,
    sample::{APP, PHONES, SENDER},
    selftest::walk::describe,
};

/// How long anything may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// How often an answer is asked for again.
const AGAIN: Duration = Duration::from_millis(10);
const TOKEN_LIFETIME_S: i64 = 3600;

/// A phone with its user.
pub(super) struct Actor<'a> {
    dev: &'a Dev,
    pub(super) api: Api,
    pub(super) name: String,
    pub(super) user: String,
    device: DeviceId,
}

/// What an actor's phone is like before it is made.
pub(super) type Wish = fn(&mut NewHandset);

impl<'a> Actor<'a> {
    /// Makes a phone of a vendor for a new user, with notifications allowed, starts it, and waits until the server has
    /// its token.
    pub(super) async fn enter(dev: &'a Dev, vendor: Vendor, wish: Wish) -> Result<Self> {
        let actor = Self::start(dev, vendor, wish).await?;
        let what = format!("{} is registered", actor.name);
        actor.sees(&what, |state| state.logged_in && state.certificate.is_some()).await?;
        Ok(actor)
    }

    /// The same without waiting: for a phone that is to come nowhere.
    pub(super) async fn start(dev: &'a Dev, vendor: Vendor, wish: Wish) -> Result<Self> {
        let sample = PHONES.iter().find(|phone| phone.vendor == vendor).context("no sample phone")?;
        let device = DeviceId(Uuid::new_v4());
        let word = device.0.simple().to_string()[..8].to_owned();
        let user = format!("u{word}");
        let mut order = sample.order(&dev.sample.app, &dev.client_url(), SystemClock.now())?;
        order.name = format!("{vendor}-{word}");
        order.device = Some(device.0);
        order.login_token = Some(token_of(dev, &user)?);
        order.user = Some(UserId::new(&user)?);
        wish(&mut order);
        let name = order.name.clone();
        let handset = dev.simulator.handsets().make(order)?;
        handset.operate(Operation::Notifications { on: true }).await?;
        handset.operate(Operation::Start {}).await?;
        let api = Api::new(&dev.address.api_url, &dev.address.api_key);
        Ok(Self { dev, api, name, user, device })
    }

    /// Takes the phone away.
    pub(super) async fn leave(self) {
        self.dev.simulator.handsets().remove(&self.name).await;
    }

    pub(super) fn state(&self) -> Result<HandsetState> {
        Ok(self.dev.simulator.handsets().find(&self.name).context("the phone is gone")?.state())
    }

    pub(super) async fn touch(&self, operation: Operation) -> Result<()> {
        let handset = self.dev.simulator.handsets().find(&self.name).context("the phone is gone")?;
        Ok(handset.operate(operation).await?)
    }

    /// Waits until the phone looks like this.
    pub(super) async fn sees(
        &self,
        what: &str,
        looks: impl Fn(&HandsetState) -> bool,
    ) -> Result<HandsetState> {
        if !self.dev.wait_for(&self.name, PATIENCE, looks).await {
            let log: Vec<String> = self.state()?.log.iter().map(|line| line.text.clone()).collect();
            bail!("{what}: not within {} s; the app's log: {}", PATIENCE.as_secs(), log.join(" | "));
        }
        self.state()
    }

    /// Waits for a line of the app's log that begins so.
    pub(super) async fn logs(&self, begins: &str) -> Result<String> {
        let find =
            |state: &HandsetState| state.log.iter().rev().find(|line| line.text.starts_with(begins)).cloned();
        let state = self.sees(begins, |state| find(state).is_some()).await?;
        Ok(find(&state).context("the line is gone")?.text)
    }

    /// Waits until the shade shows a notification with this text; answers its place.
    pub(super) async fn shows(&self, text: &str) -> Result<usize> {
        let state = self
            .sees(&format!("the shade shows “{text}”"), |state| {
                state.shade.iter().any(|shown| shown.body == text)
            })
            .await?;
        state.shade.iter().position(|shown| shown.body == text).context("it is gone again")
    }

    /// Ends the app's process, and waits until the server has noticed.
    pub(super) async fn kill(&self) -> Result<()> {
        self.touch(Operation::Kill {}).await?;
        self.session_is("disconnected").await
    }

    /// Ends the app's process; for a phone that somebody else is logged in on by now.
    pub(super) async fn kill_unwatched(&self) -> Result<()> {
        self.touch(Operation::Kill {}).await
    }

    /// Starts the app again and waits for its connection.
    pub(super) async fn come_back(&self) -> Result<HandsetState> {
        self.touch(Operation::Foreground {}).await?;
        self.sees("the app is connected", |state| state.connection == wire::LinkState::Live).await
    }

    /// Waits until the server sees the login on this phone in this state.
    pub(super) async fn session_is(&self, wanted: &str) -> Result<()> {
        let own = self.device.to_string();
        let path = format!("/v1/users/{}/devices", self.user);
        self.asked(&format!("the session is {wanted}"), || async {
            let answer: Value = self.api.get(&path).await?;
            let devices = answer["devices"].as_array().map(Vec::as_slice).unwrap_or_default();
            let found = devices.iter().find(|device| device["id"] == own.as_str());
            Ok(found.filter(|device| device["session"]["state"] == wanted).map(drop))
        })
        .await
    }

    /// Asks until something comes of it.
    pub(super) async fn asked<T, F>(&self, what: &str, ask: impl Fn() -> F) -> Result<T>
    where
        F: Future<Output = Result<Option<T>>>,
    {
        let asking = async {
            loop {
                if let Some(found) = ask().await? {
                    return Ok(found);
                }
                tokio::time::sleep(AGAIN).await;
            }
        };
        tokio::time::timeout(PATIENCE, asking).await.with_context(|| format!("{what}: never"))?
    }

    /// The App's backend writes to this user in another's name; `push` are the push settings. Answers the message.
    pub(super) async fn written(&self, text: &str, push: Value) -> Result<String> {
        let message = json!({
            "from": SENDER, "to": self.user, "body": { "type": "text", "text": text }, "push": push,
        });
        message_of(&self.api.post::<Value>("/v1/messages", &message).await?)
    }

    /// The same without push settings.
    pub(super) async fn written_plainly(&self, text: &str) -> Result<String> {
        let message = json!({ "from": SENDER, "to": self.user, "body": { "type": "text", "text": text } });
        message_of(&self.api.post::<Value>("/v1/messages", &message).await?)
    }

    /// Waits until this phone's target of a message has ended so.
    pub(super) async fn ends(&self, message: &str, state: TargetState, reason: &str) -> Result<String> {
        let path = path_of(message, &self.user);
        let wanted = format!("{}({reason})", state.as_str());
        let last = std::sync::Mutex::new(String::new());
        let found = self
            .asked(&wanted, || async {
                let explanation: Explanation = self.api.get(&path).await?;
                let own = explanation.targets.into_iter().find(|target| self.is_own(target));
                let Some(target) = own else { return Ok(None) };
                let ended = target.state == state && target.reason.name == reason;
                let told = describe(&target);
                last.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone_from(&told);
                Ok(ended.then_some(told))
            })
            .await;
        let last = last.into_inner().unwrap_or_default();
        found.with_context(|| format!("the target is {last}"))
    }

    fn is_own(&self, target: &ExplainedTarget) -> bool {
        target.device.as_ref().is_some_and(|device| device.id == self.device)
    }

    /// A login token for a user of the sample App.
    pub(super) fn token_of(&self, user: &str) -> Result<String> {
        token_of(self.dev, user)
    }
}

/// The message id of an answer.
pub(super) fn message_of(answer: &Value) -> Result<String> {
    answer["message"].as_str().map(str::to_owned).context("no message id")
}

/// Changes the sample App's policy; what is not named stays.
pub(super) async fn set_policy(dev: &Dev, policy: Value) -> Result<()> {
    let api = Api::new(&dev.address.api_url, &dev.address.api_key);
    let answer = api.call(Method::PATCH, "/v1/app", &json!({ "policy": policy })).await?;
    ensure!(answer.status == 200, "the policy was refused: {} {}", answer.status, answer.json);
    Ok(())
}

/// Sets the sample App's policy back.
pub(super) async fn reset_policy(dev: &Dev) -> Result<()> {
    let app = dev.stack.store.app(APP).await?.context("the sample App is gone")?;
    dev.put_app(model::App { policy: dev.sample.app.policy.clone(), ..app }).await
}

fn token_of(dev: &Dev, user: &str) -> Result<String> {
    Ok(issue_token(&dev.sample.app, &UserId::new(user)?, SystemClock.now(), TOKEN_LIFETIME_S)?)
}
