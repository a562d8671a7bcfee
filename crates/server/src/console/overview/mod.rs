//! The overview: how far pushes got, what needs a look, what changed lately.

mod attention;
mod tally;
mod view;

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use http::StatusCode;
use serde::Deserialize;
use store::{AuditEntry, AuditFilter};

use self::{
    attention::Attention,
    tally::{Range, Tallied},
    view::{Choice, Empty, FunnelStep, Late, RangeLink, ReasonLine, VendorLine},
};
pub(super) use self::{attention::code_words, view::class_title};
use super::{
    Console,
    answer::{Failure, page},
    charts::Columns,
    chrome::{Chrome, PageName},
    lanes::{LaneLine, line_of},
    visitor::Signed,
    words::OverviewWords,
};
use crate::lanes;

/// Changes that are shown.
const LATE_ROWS: u32 = 8;

#[derive(Template)]
#[template(path = "console/overview.html")]
struct OverviewPage {
    chrome: Chrome,
    o: &'static OverviewWords,
    asked: Asked,
    ranges: Vec<RangeLink>,
    vendors: Vec<Choice>,
    classes: Vec<Choice>,
    attention: Vec<Attention>,
    empty: Option<Empty>,
    funnel: Vec<FunnelStep>,
    over_time: Columns,
    in_days: bool,
    lines: Vec<VendorLine>,
    reasons: Vec<ReasonLine>,
    lanes: Vec<LaneLine>,
    late: Vec<Late>,
}

/// What the page is asked for; what does not read is as if left out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    range: String,
    vendor: String,
    class: String,
}

/// `GET /console/overview`
pub(super) async fn show(
    State(console): State<Arc<Console>>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Response {
    let drawn = draw(&console, &signed, asked).await;
    signed.answer(drawn.map(|overview| page(StatusCode::OK, &overview)))
}

async fn draw(console: &Console, signed: &Signed, asked: Asked) -> Result<OverviewPage, Failure> {
    let (lang, now, view) = (signed.lang(), console.shared.now(), &*signed.view);
    let (range, vendor, class) =
        (Range::of(&asked.range), asked.vendor.parse().ok(), asked.class.parse().ok());
    let counts = console.shared.store().counts(signed.app(), &range.filter(now)).await?;
    let tallied = Tallied::of(view, range.spans(now), &counts, vendor, class);
    let lanes = lanes::read(&console.shared, view).await?;
    let probes = view.certificates.iter().map(|one| console.probes.refused(one)).collect::<Vec<_>>();
    Ok(OverviewPage {
        o: lang.overview_words(),
        ranges: view::ranges(lang, &asked),
        vendors: view::vendors(lang, view, &asked.vendor),
        classes: view::classes(lang, &asked.class),
        attention: attention::of(lang, view, &lanes, &probes, now),
        empty: view::empty(view, &tallied, vendor.is_some() || class.is_some()),
        funnel: view::funnel(lang, &tallied),
        over_time: view::over_time(lang, range, &tallied),
        in_days: range != Range::Day,
        lines: view::vendor_lines(lang, &tallied),
        reasons: view::reasons(lang, &tallied),
        lanes: lanes.iter().filter_map(|lane| line_of(lang, view, lane)).collect(),
        late: late(console, signed).await?.into_iter().map(|entry| Late::of(lang, entry)).collect(),
        chrome: signed.chrome(Some(PageName::Overview)),
        asked,
    })
}

/// The last changes of the App, and of the instance where one has a role there.
async fn late(console: &Console, signed: &Signed) -> Result<Vec<AuditEntry>, Failure> {
    let (store, all) = (console.shared.store(), AuditFilter::default());
    let mut entries = store.audit(Some(signed.app()), &all, LATE_ROWS).await?;
    if signed.session.grants.instance.is_some() {
        entries.extend(store.audit(None, &all, LATE_ROWS).await?);
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.id));
        entries.truncate(LATE_ROWS as usize);
    }
    Ok(entries)
}
