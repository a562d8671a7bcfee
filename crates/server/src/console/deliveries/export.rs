//! Deliveries as a file: lines of CSV or JSON, written step by step as they are read. Neither tokens nor message text
//! are in it.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Query, State},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::stream;
use http::header;
use im::AppView;
use model::{AppId, ErrorCode, Fault, Timestamp};
use serde_json::json;
use store::{DeliveryWalk, StoreError, WalkedDelivery};
use tokio::sync::OwnedSemaphorePermit;

use super::{STEP_ROWS, asked::Asked};
use crate::{
    console::{Console, answer::Failure, visitor::Signed},
    dead_letters::last_try,
    explain::explained,
};

/// Deliveries of one file.
const ROWS_MAX: u32 = 50_000;
/// Rows that are looked at for one file.
const LOOKED_AT_MAX: u32 = 2_000_000;
/// Files that are written at once.
pub(in crate::console) const AT_ONCE: usize = 2;

const COLUMNS: [&str; 18] = [
    "id",
    "decided_at",
    "finished_at",
    "message",
    "user",
    "device",
    "push_id",
    "vendor",
    "certificate",
    "class",
    "purpose",
    "state",
    "reason",
    "vendor_code",
    "tries",
    "arrived_at",
    "shown_at",
    "clicked_at",
];

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Csv,
    NdJson,
}

/// `GET /console/deliveries/export`
pub(in crate::console) async fn export(
    State(console): State<Arc<Console>>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Response {
    let begun = begin(&console, &signed, &asked);
    signed.answer(begun)
}

fn begin(console: &Arc<Console>, signed: &Signed, asked: &Asked) -> Result<Response, Failure> {
    let form = if asked.format == "ndjson" { Form::NdJson } else { Form::Csv };
    if !asked.faults(signed.lang().delivery_words()).is_empty() {
        return Err(Failure::Fault(ErrorCode::Invalid.into()));
    }
    let place = Arc::clone(&console.exports).try_acquire_owned();
    let place = place.map_err(|_| Fault::new(ErrorCode::Busy, "other exports are being written"))?;
    let writing = Writing {
        console: Arc::clone(console),
        view: Arc::clone(&signed.view),
        app: signed.app(),
        walk: DeliveryWalk { look_at: STEP_ROWS, ..asked.walk(&signed.view) },
        form,
        written: 0,
        looked_at: 0,
        is_new: true,
        is_over: false,
        _place: place,
    };
    let (kind, name) = match form {
        Form::Csv => ("text/csv; charset=utf-8", "deliveries.csv"),
        Form::NdJson => ("application/x-ndjson", "deliveries.ndjson"),
    };
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    let lines = stream::try_unfold(writing, |mut writing| async move {
        Ok::<_, StoreError>(writing.next().await?.map(|lines| (lines, writing)))
    });
    Ok((headers, Body::from_stream(lines)).into_response())
}

/// A file that is being written.
struct Writing {
    console: Arc<Console>,
    view: Arc<AppView>,
    app: AppId,
    walk: DeliveryWalk,
    form: Form,
    written: u32,
    looked_at: u32,
    is_new: bool,
    is_over: bool,
    _place: OwnedSemaphorePermit,
}

impl Writing {
    /// The next lines; `None`: that was all.
    async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        if self.is_over {
            return Ok(None);
        }
        let left = ROWS_MAX.saturating_sub(self.written).min(STEP_ROWS);
        let step = self.console.shared.store().walk_deliveries(self.app, &self.walk, left).await?;
        self.looked_at += step.looked_at;
        self.written += u32::try_from(step.found.len()).unwrap_or(u32::MAX);
        self.walk.before = step.next;
        let is_full = self.written >= ROWS_MAX || self.looked_at >= LOOKED_AT_MAX;
        self.is_over = step.next.is_none() || is_full;
        let mut lines = String::new();
        if std::mem::take(&mut self.is_new) && self.form == Form::Csv {
            lines.push_str(&COLUMNS.join(","));
            lines.push_str("\r\n");
        }
        for walked in &step.found {
            self.write(&mut lines, walked);
        }
        if let Some(before) = step.next.filter(|_| is_full) {
            // A file that was cut must not look whole.
            match self.form {
                Form::Csv => lines.push_str(&format!("more follows: before={before}\r\n")),
                Form::NdJson => lines.push_str(&format!("{}\n", json!({ "more": { "before": before } }))),
            }
        }
        tokio::task::yield_now().await;
        Ok(Some(Bytes::from(lines)))
    }

    fn write(&self, lines: &mut String, walked: &WalkedDelivery) {
        let delivery = &walked.delivery;
        let vendor = delivery.certificate.and_then(|id| self.view.certificate(id)).map(|found| found.vendor);
        let moment = |at: Option<Timestamp>| at.map(|at| at.to_string());
        let values: [Option<String>; 18] = [
            Some(delivery.id.0.to_string()),
            moment(Some(delivery.decided_at)),
            moment(delivery.finished_at),
            Some(delivery.message.to_string()),
            delivery.user.as_ref().map(ToString::to_string),
            delivery.device.map(|id| id.to_string()),
            delivery.push_id.map(|id| id.to_string()),
            vendor.map(|vendor| vendor.name().to_owned()),
            delivery.certificate.map(|id| id.to_string()),
            Some(walked.class.as_str().to_owned()),
            Some(format!("{:?}", delivery.purpose).to_lowercase()),
            Some(delivery.state.to_string()),
            Some(explained(delivery.reason).name.to_string()),
            last_try(&delivery.attempts).map(|tried| tried.code.clone()).filter(|code| !code.is_empty()),
            Some(delivery.attempts.len().to_string()),
            moment(delivery.marks.arrived_at),
            moment(delivery.marks.shown_at),
            moment(delivery.marks.clicked_at),
        ];
        match self.form {
            Form::Csv => {
                let cells: Vec<String> =
                    values.iter().map(|value| cell(value.as_deref().unwrap_or_default())).collect();
                lines.push_str(&cells.join(","));
                lines.push_str("\r\n");
            }
            Form::NdJson => {
                let filled = COLUMNS.into_iter().zip(values);
                let object: serde_json::Map<_, _> =
                    filled.filter_map(|(name, value)| Some((name.to_owned(), value?.into()))).collect();
                lines.push_str(&serde_json::Value::Object(object).to_string());
                lines.push('\n');
            }
        }
    }
}

/// A cell that no spreadsheet takes for a formula: one that would begin like one has an apostrophe before it.
fn cell(text: &str) -> String {
    let guarded = if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if guarded.contains(['"', ',', '\r', '\n', ';', '\'']) {
        format!("\"{}\"", guarded.replace('"', "\"\""))
    } else {
        guarded
    }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn no_cell_is_taken_for_a_formula_or_ends_before_its_end() {
        for (text, written) in [
            ("bo", "bo"),
            ("阿波", "阿波"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@cmd", "\"'@cmd\""),
            ("\tx", "\"'\tx\""),
            ("", ""),
        ] {
            assert_eq!(cell(text), written);
        }
    }
}
