//! `posthouse selftest --seeds`: the five documents that Posthouse answers to, walked on the brands they are about.
//!
//! Each document has a file; its checks are in the document's own order and words. The phones are made for it and go
//! with it, and the App's policy is set back, so that documents do not lean on each other.

mod actor;
mod netease;
mod plugin;
mod tencent_oppo;
mod tencent_xiaomi;
mod zego;

use super::Report;
use crate::dev::Dev;

pub(super) async fn walk(report: &mut Report, dev: &Dev) {
    netease::walk(report, dev).await;
    tencent_xiaomi::walk(report, dev).await;
    zego::walk(report, dev).await;
    tencent_oppo::walk(report, dev).await;
    plugin::walk(report, dev).await;
}
