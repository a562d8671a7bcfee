//! `GET /v1/vendors`

use axum::Json;
use model::{Platform, Vendor};
use serde::Serialize;
use utoipa::ToSchema;
use vendors::{Certainty, CodeRow, Counts, Field, FieldKind, Length, Unit, adapter};

use crate::api::schema;

/// Every vendor.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Vendors {
    vendors: Vec<VendorView>,
}

/// A vendor: its certificate form, its limits, its codes.
#[derive(Serialize, ToSchema)]
#[schema(as = Vendor)]
struct VendorView {
    /// The word used everywhere.
    #[schema(value_type = String, example = "xiaomi")]
    vendor: Vendor,
    /// What people call it, in English.
    title_en: &'static str,
    /// The same in Chinese.
    title_zh: &'static str,
    /// The phones it serves.
    #[schema(value_type = schema::Platform)]
    platform: Platform,
    /// The fields of a certificate.
    fields: Vec<FieldView>,
    /// Its limits.
    limits: LimitsView,
    /// The codes of its book.
    codes: Vec<CodeView>,
}

/// A field of a certificate.
#[derive(Serialize, ToSchema)]
#[schema(as = CertificateField)]
struct FieldView {
    /// Its name in `fields`.
    name: &'static str,
    /// `text`, `secret`, `secret_file` (base64), `choice` or `several` (words with commas between them).
    kind: &'static str,
    /// What it is about: `identity`, `secrets`, `rights`, `classes`, `look`, `click`, `receipts` or `limits`.
    group: &'static str,
    /// The only class of push that it concerns; absent: all, or none in particular.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    class: Option<&'static str>,
    /// The words to choose from; empty for other kinds.
    choices: &'static [&'static str],
    /// Whether it must be filled.
    required: bool,
    /// Label in English.
    en: &'static str,
    /// Label in Chinese.
    zh: &'static str,
    /// A hint in English; may be empty.
    hint_en: &'static str,
    /// The same in Chinese.
    hint_zh: &'static str,
    /// The word that holds where it is left out; empty where no word does.
    usual: &'static str,
    /// The field whose value holds where it is left out; empty where none does.
    inherits: &'static str,
    /// What happens where it is left out, in English; empty where nothing bad does.
    warning_en: &'static str,
    /// The same in Chinese.
    warning_zh: &'static str,
}

impl From<&Field> for FieldView {
    fn from(field: &Field) -> Self {
        let kind = match field.kind {
            FieldKind::Text => "text",
            FieldKind::Secret => "secret",
            FieldKind::SecretFile => "secret_file",
            FieldKind::Choice(_) => "choice",
            FieldKind::Several(_) => "several",
        };
        Self {
            name: field.name,
            kind,
            group: field.group.as_str(),
            class: field.class.map(|class| class.as_str()),
            choices: field.kind.words(),
            required: field.required,
            en: field.en,
            zh: field.zh,
            hint_en: field.hint_en,
            hint_zh: field.hint_zh,
            usual: field.usual,
            inherits: field.inherits,
            warning_en: field.warning_en,
            warning_zh: field.warning_zh,
        }
    }
}

/// A vendor's limits.
#[derive(Serialize, ToSchema)]
#[schema(as = VendorLimits)]
struct LimitsView {
    /// Most targets in one request.
    batch: usize,
    /// Title; a longer one is cut.
    title: LengthView,
    /// Text; a longer one is cut.
    body: LengthView,
    /// The whole notification.
    payload: LengthView,
    /// `ext` and `payload`; never cut.
    ext: LengthView,
    /// Longest storage for an offline phone, in seconds.
    lifetime_s: u64,
    /// How fast even the smallest app may send, a second.
    rate_per_second: u32,
    /// What the rate counts: `targets` or `requests`.
    rate_counts: &'static str,
}

/// A largest length.
#[derive(Serialize, ToSchema)]
#[schema(as = Length)]
struct LengthView {
    /// The largest that is accepted.
    max: usize,
    /// What is counted: `chars`, `bytes`, `utf16` or `columns` (ASCII one, all else two).
    unit: &'static str,
}

impl From<Length> for LengthView {
    fn from(length: Length) -> Self {
        let unit = match length.unit {
            Unit::Chars => "chars",
            Unit::Bytes => "bytes",
            Unit::Utf16 => "utf16",
            Unit::Columns => "columns",
        };
        Self { max: length.max, unit }
    }
}

/// A code of a vendor's book.
#[derive(Serialize, ToSchema)]
#[schema(as = VendorCode)]
struct CodeView {
    /// HTTP status it comes with; 0 for any.
    http_status: u16,
    /// The vendor's own code or reason.
    code: &'static str,
    /// What it means for a target.
    verdict: &'static str,
    /// What it means, in English.
    en: &'static str,
    /// The same in Chinese.
    zh: &'static str,
    /// What to do, in English; empty: nothing.
    todo_en: &'static str,
    /// The same in Chinese.
    todo_zh: &'static str,
    /// `documented`, `observed` or `assumed`.
    certainty: &'static str,
}

impl From<&CodeRow> for CodeView {
    fn from(row: &CodeRow) -> Self {
        Self {
            http_status: row.http_status,
            code: row.code,
            verdict: row.verdict,
            en: row.en,
            zh: row.zh,
            todo_en: row.todo_en,
            todo_zh: row.todo_zh,
            certainty: match row.source.certainty {
                Certainty::Documented => "documented",
                Certainty::Observed => "observed",
                Certainty::Assumed => "assumed",
            },
        }
    }
}

impl From<Vendor> for VendorView {
    fn from(vendor: Vendor) -> Self {
        let (facts, adapter) = (vendor.facts(), adapter(vendor));
        let limits = adapter.limits();
        Self {
            vendor,
            title_en: facts.title_en,
            title_zh: facts.title_zh,
            platform: facts.platform,
            fields: adapter.fields().iter().map(Into::into).collect(),
            limits: LimitsView {
                batch: limits.batch,
                title: limits.title.into(),
                body: limits.body.into(),
                payload: limits.payload.into(),
                ext: limits.ext.into(),
                lifetime_s: limits.lifetime.as_secs(),
                rate_per_second: limits.rate.per_second,
                rate_counts: match limits.rate.counts {
                    Counts::Targets => "targets",
                    Counts::Requests => "requests",
                },
            },
            codes: adapter.codes().iter().map(Into::into).collect(),
        }
    }
}

/// List vendors with their forms, limits and codes
#[utoipa::path(get, path = "/v1/vendors", operation_id = "list_vendors", tag = "Certificates",
    responses((status = 200, description = "Every vendor.", body = Vendors)))]
pub(in crate::api) async fn handler() -> Json<Vendors> {
    Json(Vendors { vendors: Vendor::ALL.into_iter().map(Into::into).collect() })
}
