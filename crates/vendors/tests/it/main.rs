//! The adapters against their golden vectors, and what holds for any input.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its vector has to stop")]

mod cases;
mod codes;
mod corpus;
mod exercise;
mod given;
mod golden;
mod limits_apns;
mod limits_fcm;
mod limits_harmony;
mod limits_honor;
mod limits_huawei;
mod limits_meizu;
mod limits_oppo;
mod limits_vivo;
mod limits_webpush;
mod limits_xiaomi;
mod properties;
mod sealed;
mod seeds;
mod show;
