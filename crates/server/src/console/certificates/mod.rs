//! Certificates: the list, the form made from the vendor's adapter, and what a save brought.

mod form;
mod probes;
mod view;

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use model::{Certificate, CertificateId, Timestamp, Vendor};
use store::AuditObject;

use self::{
    form::{FieldView, Filled, Input},
    view::{Reading, Row, SavedView},
};
use super::{
    Console,
    answer::{Failure, page, sentence},
    chrome::{Chrome, PageName},
    told::vendor_title,
    visitor::{Part, Posted, Signed, Upload},
};
use crate::api::saving::{Submitted, save};

pub(super) use self::probes::Probes;

#[derive(Template)]
#[template(path = "console/certificates.html")]
struct ListPage {
    chrome: Chrome,
    vendors: Vec<VendorLink>,
    rows: Vec<Row>,
}

/// A vendor whose certificate may be added.
struct VendorLink {
    name: &'static str,
    title: String,
}

#[derive(Template)]
#[template(path = "console/certificate.html")]
struct FormPage {
    chrome: Chrome,
    heading: String,
    vendor_title: String,
    action: String,
    id: Option<CertificateId>,
    faulty: bool,
    refusal: Option<String>,
    fields: Vec<FieldView>,
    disabled: bool,
    saved: Option<SavedView>,
}

/// `GET /console/certificates`
pub(super) async fn list(State(console): State<Arc<Console>>, signed: Signed) -> Response {
    let lang = signed.lang();
    let now = console.shared.now();
    let row = |certificate: &Certificate| {
        Row::of(lang, certificate, console.probes.of(certificate).as_deref(), now)
    };
    let link = |vendor: Vendor| VendorLink { name: vendor.name(), title: vendor_title(lang, Some(vendor)) };
    let drawn = ListPage {
        chrome: signed.chrome(Some(PageName::Certificates)),
        vendors: Vendor::ALL.into_iter().map(link).collect(),
        rows: signed.view.certificates.iter().map(row).collect(),
    };
    page(StatusCode::OK, &drawn)
}

/// `GET /console/certificates/new/{vendor}`
pub(super) async fn begin(signed: Signed, Path(vendor): Path<String>) -> Response {
    let drawn = vendor.parse().map_err(|_| Failure::NotFound).map(|vendor: Vendor| {
        let form = empty_form(&signed, vendor, None, &Filled::default());
        page(StatusCode::OK, &form)
    });
    signed.answer(drawn)
}

/// `POST /console/certificates/new/{vendor}`
pub(super) async fn create(
    State(console): State<Arc<Console>>,
    Path(vendor): Path<String>,
    Upload(signed, parts): Upload,
) -> Response {
    let Ok(vendor) = vendor.parse() else {
        return signed.answer(Err(Failure::NotFound));
    };
    let kept = keep(&console, &signed, vendor, None, parts).await;
    signed.answer(kept)
}

/// `GET /console/certificates/{id}`
pub(super) async fn show(
    State(console): State<Arc<Console>>,
    signed: Signed,
    Path(id): Path<String>,
) -> Response {
    let drawn = match find(&signed, &id) {
        Ok(certificate) => {
            let filled = Filled::of(certificate);
            let read = read(certificate, console.shared.now()).await;
            let probed = console.probes.of(certificate);
            let saved = SavedView::of(signed.lang(), certificate, probed.as_deref(), read);
            let form = FormPage {
                saved: Some(saved),
                ..empty_form(&signed, certificate.vendor, Some(certificate), &filled)
            };
            Ok(page(StatusCode::OK, &form))
        }
        Err(failure) => Err(failure),
    };
    signed.answer(drawn)
}

/// What the adapter reads and finds in a certificate's form; nothing where it does not read.
async fn read(certificate: &Certificate, now: Timestamp) -> Reading {
    let (vendor, form) = (certificate.vendor, certificate.form.clone());
    let read = move || {
        vendors::adapter(vendor).open(&form, now).map(|channel| Reading {
            facts: channel.facts(),
            findings: vendors::lint_certificate(vendor, &*channel, now),
        })
    };
    // Opening a p12 file derives a key, which takes a while.
    tokio::task::spawn_blocking(read).await.ok().and_then(Result::ok).unwrap_or_default()
}

/// `POST /console/certificates/{id}`
pub(super) async fn change(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    Upload(signed, parts): Upload,
) -> Response {
    let kept = match find(&signed, &id) {
        Ok(old) => keep(&console, &signed, old.vendor, Some(old), parts).await,
        Err(failure) => Err(failure),
    };
    signed.answer(kept)
}

/// `POST /console/certificates/{id}/test`
pub(super) async fn test(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    Posted(signed, Nothing {}): Posted<Nothing>,
) -> Response {
    let tested = match find(&signed, &id) {
        Ok(certificate) => {
            let report = console.shared.gateway.probe(certificate.vendor, &certificate.form).await;
            console.probes.note(certificate, console.shared.now(), report.ok());
            Ok(Redirect::to(&format!("/console/certificates/{}", certificate.id)).into_response())
        }
        Err(failure) => Err(failure),
    };
    signed.answer(tested)
}

#[derive(serde::Deserialize)]
pub(super) struct Nothing {}

fn find<'a>(signed: &'a Signed, id: &str) -> Result<&'a Certificate, Failure> {
    let id: Option<CertificateId> = id.parse().ok();
    id.and_then(|id| signed.view.certificate(id)).ok_or(Failure::NotFound)
}

/// Saves a form, or shows it again with every fault beside its field.
async fn keep(
    console: &Console,
    signed: &Signed,
    vendor: Vendor,
    old: Option<&Certificate>,
    parts: Vec<Part>,
) -> Result<Response, Failure> {
    let mut filled = form::read(vendor, parts)?;
    let submitted = Submitted {
        vendor,
        name: filled.name.clone(),
        disabled: filled.disabled,
        fields: filled.submitted(),
    };
    let object = match old {
        Some(old) => AuditObject::Named(format!("certificate {}", old.id)),
        None => AuditObject::Made("certificate"),
    };
    let beside = vec![signed.record(object, format!("{vendor} {}", submitted.name.trim()))];
    match save(&console.shared, signed.app(), old, submitted, beside).await {
        Ok((certificate, report)) => {
            console.probes.note(&certificate, console.shared.now(), Some(report));
            Ok(Redirect::to(&format!("/console/certificates/{}", certificate.id)).into_response())
        }
        Err(problem) => {
            filled.faults = problem.fields().to_vec();
            let is_form = !filled.faults.is_empty();
            let refusal = (!is_form).then(|| sentence(signed.lang(), problem.fault()));
            let stray = filled.stray_fault(signed.lang(), vendor);
            let drawn = FormPage {
                faulty: is_form,
                refusal: refusal.or(stray),
                ..empty_form(signed, vendor, old, &filled)
            };
            let status = StatusCode::from_u16(problem.fault().code.status());
            Ok(page(status.unwrap_or(StatusCode::UNPROCESSABLE_ENTITY), &drawn))
        }
    }
}

fn empty_form(signed: &Signed, vendor: Vendor, old: Option<&Certificate>, filled: &Filled) -> FormPage {
    let lang = signed.lang();
    FormPage {
        chrome: signed.chrome(Some(PageName::Certificates)),
        heading: old.map_or_else(|| lang.words().new_certificate.to_owned(), |old| old.name.to_string()),
        vendor_title: vendor_title(lang, Some(vendor)),
        action: match old {
            Some(old) => format!("/console/certificates/{}", old.id),
            None => format!("/console/certificates/new/{vendor}"),
        },
        id: old.map(|old| old.id),
        faulty: false,
        refusal: None,
        fields: form::fields(lang, vendor, old, filled),
        disabled: filled.disabled,
        saved: None,
    }
}
