//! Every return code in the book of HarmonyOS NEXT, and what it means for a target.

use model::Verdict;

use crate::{
    answer::{self, NOTHING, Words, own_row},
    contract::{Certainty, CodeRow, Source},
};

const ACCEPTED: Verdict = Verdict::Accepted;
const CONFIG: Verdict = Verdict::Misconfigured;
const DROP: Verdict = Verdict::Drop;

const SECRET: Words = ("copy the secret from the vendor's console again", "请在厂商平台重新复制密钥");
const SHORTEN: Words = ("shorten ext", "请缩短 ext");

const BOOK: Source = Source { page: "push server API, return codes", certainty: Certainty::Assumed };

// One row a line reads as the table it is.
#[rustfmt::skip]
pub(super) static CODES: [CodeRow; 8] = [
    row("0", &ACCEPTED, ("accepted", "已接受"), NOTHING),
    row("401", &CONFIG, ("authentication failed: secret wrong", "认证失败：密钥错误"), SECRET),
    own_row(answer::EXT_TOO_LONG, &DROP, ("ext and payload are too long", "ext 与 payload 过长"), SHORTEN),
    answer::EXPIRED_ROW,
    answer::BAD_TOKEN_ROW,
    answer::NOT_SUPPORTED_ROW,
    answer::SERVER_FAULT_ROW,
    answer::UNREADABLE_ROW,
];

const fn row(code: &'static str, judgement: &'static Verdict, meaning: Words, todo: Words) -> CodeRow {
    answer::row(BOOK, 200, code, judgement, meaning, todo)
}
