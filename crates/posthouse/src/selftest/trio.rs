//! Three phones of one user, one of them with a dead token: what one bad target does to the others of its request.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use model::Clock;
use serde_json::json;
use server::explain::Explanation;
use simulator::Operation;

use super::{
    vendors::send,
    walk::{Walk, describe},
};
use crate::{clock::SystemClock, explain::path_of};

const TEXT: &str = "to three phones";

pub(super) async fn walk(walk: &Walk<'_>, patience: Duration) -> Result<String> {
    let others = ["b", "c"].map(|end| format!("{}-{end}", walk.phone.name));
    for name in &others {
        add_phone(walk, name, patience).await?;
    }
    let judged = judge(walk, &others, patience).await;
    for name in &others {
        walk.dev.simulator.handsets().remove(name).await;
    }
    judged
}

async fn add_phone(walk: &Walk<'_>, name: &str, patience: Duration) -> Result<()> {
    let mut order = walk.phone.order(&walk.dev.sample.app, &walk.dev.client_url(), SystemClock.now())?;
    order.name = name.to_owned();
    order.device = None;
    let phone = walk.dev.simulator.handsets().make(order)?;
    phone.operate(Operation::Notifications { on: true }).await?;
    phone.operate(Operation::Start {}).await?;
    let bound =
        walk.dev.wait_for(name, patience, |state| state.logged_in && state.certificate.is_some()).await;
    ensure!(bound, "{name} does not come up");
    phone.operate(Operation::Kill {}).await?;
    Ok(())
}

async fn judge(walk: &Walk<'_>, others: &[String; 2], patience: Duration) -> Result<String> {
    let [dead, alive] = others;
    let handset = walk.dev.simulator.handsets().find(dead).context("the phone is gone")?;
    handset.operate(Operation::InvalidateToken {}).await?;
    let world = walk.dev.simulator.world();
    let before = world.log_after(0, usize::MAX).last().map_or(0, |entry| entry.number);
    let message = send(walk, TEXT, &json!({})).await?;
    for name in [walk.phone.name, alive] {
        let shown = walk.dev.wait_for(name, patience, |state| {
            state.shade.iter().any(|shown| shown.body == TEXT || shown.title == TEXT)
        });
        ensure!(shown.await, "{name} does not show it");
    }
    let ends = async {
        loop {
            let explanation: Explanation = walk.api.get(&path_of(&message, walk.phone.user)).await?;
            let pushed: Vec<_> =
                explanation.targets.iter().filter(|target| !target.attempts.is_empty()).collect();
            if pushed.len() == 3 && pushed.iter().all(|target| target.finished_at.is_some()) {
                return Ok::<_, anyhow::Error>(
                    pushed.iter().map(|target| describe(target)).collect::<Vec<_>>(),
                );
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let ends = tokio::time::timeout(patience, ends).await.context("not every target comes to its end")??;
    let log = world.log_after(before, usize::MAX);
    let most = log.iter().filter(|entry| entry.vendor == walk.phone.vendor).map(|entry| entry.targets).max();
    Ok(format!("largest request had {} targets: {}", most.unwrap_or_default(), ends.join(" · ")))
}
