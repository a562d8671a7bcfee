//! Certificates: the list with the rank of FCM, the form made from the vendor's adapter, and what a save brought.

mod click;
mod drafts;
mod fields;
mod form;
mod probes;
mod ranking;
mod view;

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use model::{Certificate, CertificateId, ErrorCode, Timestamp, Vendor};
use serde::Deserialize;
use store::{AuditEntry, AuditFilter, AuditObject, Op};

use self::{
    drafts::{Held, Place},
    fields::{FieldView, Input, Section},
    form::{Filled, Step},
    ranking::RankingView,
    view::{FindingView, NeedView, Reading, Row, SavedView},
};
use super::{
    Console,
    answer::{Failure, page, sentence},
    chrome::{Chip, Chrome, Labelled, PageName},
    told::vendor_title,
    visitor::{Part, Posted, Signed, Upload},
};
use crate::{
    api::saving::{Checked, Submitted, changes, check, keep},
    problem::Problem,
};

pub(super) use self::{drafts::Drafts, probes::Probes};

/// Entries of the audit log that are looked through for a certificate's versions.
const ENTRIES_MAX: u32 = 50;

#[derive(Template)]
#[template(path = "console/certificates.html")]
struct ListPage {
    chrome: Chrome,
    vendors: Vec<VendorLink>,
    rows: Vec<Row>,
    ranking: RankingView,
    is_ranked: bool,
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
    vendor: Vendor,
    heading: String,
    vendor_title: String,
    state: Option<Chip>,
    action: String,
    id: Option<CertificateId>,
    is_said: bool,
    faulty: bool,
    refusal: Option<String>,
    name: FieldView,
    sections: Vec<Section>,
    disabled: bool,
    draft: String,
    review: Option<Review>,
    needs: Vec<NeedView>,
    saved: Option<SavedView>,
    snippet: String,
}

/// What was read from a file that is not saved yet.
struct Review {
    facts: Vec<Labelled>,
    findings: Vec<FindingView>,
}

/// What was done before a page is shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Done {
    ranked: String,
    said: String,
}

/// `GET /console/certificates`
pub(super) async fn list(
    State(console): State<Arc<Console>>,
    signed: Signed,
    Query(done): Query<Done>,
) -> Response {
    let lang = signed.lang();
    let now = console.shared.now();
    let row = |certificate: &Certificate| {
        Row::of(lang, certificate, console.probes.of(certificate).as_deref(), now)
    };
    let link = |vendor: Vendor| VendorLink { name: vendor.name(), title: vendor_title(lang, Some(vendor)) };
    let certificates = &signed.view.certificates;
    let drawn = ListPage {
        chrome: signed.chrome(Some(PageName::Certificates)),
        vendors: Vendor::ALL.into_iter().map(link).collect(),
        rows: certificates.iter().map(row).collect(),
        ranking: RankingView::of(lang, certificates, signed.view.app.policy.fcm, now),
        is_ranked: !done.ranked.is_empty(),
    };
    page(StatusCode::OK, &drawn)
}

/// The rank that was chosen.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Rank {
    fcm: String,
}

/// `POST /console/fcm-rank`
pub(super) async fn rank(
    State(console): State<Arc<Console>>,
    Posted(signed, rank): Posted<Rank>,
) -> Response {
    let ranked = set_rank(&console, &signed, &rank.fcm).await;
    signed.answer(ranked.map(|()| Redirect::to("/console/certificates?ranked=yes").into_response()))
}

async fn set_rank(console: &Console, signed: &Signed, word: &str) -> Result<(), Failure> {
    let fcm = ranking::rank_of(word).ok_or(Failure::NotFound)?;
    let shared = &console.shared;
    let _saving = shared.saving_catalogue.lock().await;
    let mut app = shared.store().app(signed.app()).await?.ok_or(Failure::NotFound)?;
    let detail = format!("fcm: {} → {word}", ranking::word_of(app.policy.fcm));
    app.policy.fcm = fcm;
    let record = signed.record(AuditObject::Named(String::new()), detail);
    shared.store().commit(vec![Op::PutApp(app), record]).await?;
    shared.im.catalogue().forget(signed.app());
    Ok(())
}

/// `GET /console/certificates/new/{vendor}`
pub(super) async fn begin(signed: Signed, Path(vendor): Path<String>) -> Response {
    let drawn = vendor.parse().map_err(|_| Failure::NotFound).map(|vendor: Vendor| {
        let form = form_page(&signed, vendor, None, &Filled::default());
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
    let answer = Desk { console: &console, signed: &signed, vendor, old: None }.take(parts).await;
    signed.answer(answer)
}

/// `GET /console/certificates/{id}`
pub(super) async fn show(
    State(console): State<Arc<Console>>,
    signed: Signed,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Response {
    let drawn = match find(&signed, &id) {
        Ok(certificate) => saved_page(&console, &signed, certificate).await,
        Err(failure) => Err(failure),
    };
    let is_said = done.said == "saved";
    signed.answer(drawn.map(|drawn| page(StatusCode::OK, &FormPage { is_said, ..drawn })))
}

async fn saved_page(
    console: &Console,
    signed: &Signed,
    certificate: &Certificate,
) -> Result<FormPage, Failure> {
    let now = console.shared.now();
    let read = read(certificate, now).await;
    let entries = entries(console, signed, certificate.id).await?;
    let probed = console.probes.of(certificate);
    let saved = SavedView::of(signed.lang(), certificate, probed.as_deref(), read, &entries);
    Ok(FormPage {
        state: Some(view::state(signed.lang().words(), certificate, now)),
        saved: Some(saved),
        snippet: view::snippet(certificate),
        ..form_page(signed, certificate.vendor, Some(certificate), &Filled::of(certificate))
    })
}

/// What the audit log holds of a certificate, newest first.
async fn entries(console: &Console, signed: &Signed, id: CertificateId) -> Result<Vec<AuditEntry>, Failure> {
    let filter = AuditFilter { object: Some(object_of(id)), ..AuditFilter::default() };
    Ok(console.shared.store().audit(Some(signed.app()), &filter, ENTRIES_MAX).await?)
}

fn object_of(id: CertificateId) -> String {
    format!("certificate {id}")
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
    let answer = match find(&signed, &id) {
        Ok(old) => {
            let desk = Desk { console: &console, signed: &signed, vendor: old.vendor, old: Some(old) };
            desk.take(parts).await
        }
        Err(failure) => Err(failure),
    };
    signed.answer(answer)
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

#[derive(Deserialize)]
pub(super) struct Nothing {}

fn find<'a>(signed: &'a Signed, id: &str) -> Result<&'a Certificate, Failure> {
    let id: Option<CertificateId> = id.parse().ok();
    id.and_then(|id| signed.view.certificate(id)).ok_or(Failure::NotFound)
}

/// Where the form of one certificate is handed in.
struct Desk<'a> {
    console: &'a Console,
    signed: &'a Signed,
    vendor: Vendor,
    old: Option<&'a Certificate>,
}

impl Desk<'_> {
    /// Saves a form, or shows it again: with a link that was made, with what was read from a file, or with every fault
    /// beside its field.
    async fn take(&self, parts: Vec<Part>) -> Result<Response, Failure> {
        let shared = &self.console.shared;
        let mut filled = form::read(self.vendor, parts)?;
        filled.take_held(self.console.drafts.of(&filled.draft, &self.place(), shared.now()));
        if filled.step != Step::Save {
            self.signed.changed_nothing();
            if filled.step == Step::Build {
                filled.faults.clear();
                click::build(&mut filled);
            }
            return Ok(self.again(filled, StatusCode::OK, |_| {}));
        }
        let submitted = Submitted {
            vendor: self.vendor,
            name: filled.name.clone(),
            disabled: filled.disabled,
            fields: filled.submitted(),
        };
        match check(shared, self.signed.app(), self.old, submitted).await {
            Ok(_) if !filled.faults.is_empty() => {
                Ok(self.again(filled, StatusCode::UNPROCESSABLE_ENTITY, |form| form.faulty = true))
            }
            Ok(checked) if filled.is_unseen => Ok(self.reviewed(filled, checked)),
            Ok(checked) => self.keep(filled, checked).await,
            Err(problem) => Ok(self.refused(filled, &problem)),
        }
    }

    fn place(&self) -> Place {
        Place {
            owner: self.signed.session.csrf.clone(),
            app: self.signed.app(),
            vendor: self.vendor,
            certificate: self.old.map(|old| old.id),
        }
    }

    async fn keep(&self, filled: Filled, checked: Checked) -> Result<Response, Failure> {
        let console = self.console;
        let object = match self.old {
            Some(old) => AuditObject::Named(object_of(old.id)),
            None => AuditObject::Made("certificate"),
        };
        let beside = vec![self.signed.record(object, changes(self.old, &checked))];
        match keep(&console.shared, self.signed.app(), self.old, checked, beside).await {
            Ok((certificate, report)) => {
                console.drafts.forget(&self.place());
                console.probes.note(&certificate, console.shared.now(), Some(report));
                let saved = format!("/console/certificates/{}?said=saved", certificate.id);
                Ok(Redirect::to(&saved).into_response())
            }
            Err(problem) => Ok(self.refused(filled, &problem)),
        }
    }

    /// The form with what was read from its file, before anything is saved.
    fn reviewed(&self, mut filled: Filled, checked: Checked) -> Response {
        self.signed.changed_nothing();
        filled.is_unseen = false;
        let lang = self.signed.lang();
        let review = Review {
            facts: view::facts(lang, checked.facts),
            findings: checked.findings.iter().map(|found| FindingView::of(lang, found)).collect(),
        };
        self.again(filled, StatusCode::OK, |form| form.review = Some(review))
    }

    fn refused(&self, mut filled: Filled, problem: &Problem) -> Response {
        // What the form itself found is said in the adapter's words too, only later and less well.
        let own: Vec<String> = filled.faults.iter().map(|fault| fault.field.clone()).collect();
        let others = problem.fields().iter().filter(|fault| !own.contains(&fault.field)).cloned();
        filled.faults.extend(others.collect::<Vec<_>>());
        let is_form = problem.fault().code == ErrorCode::InvalidForm;
        let lang = self.signed.lang();
        let refusal = (!is_form).then(|| sentence(lang, problem.fault()));
        let refusal = refusal.or_else(|| filled.stray_fault(lang, self.vendor));
        let status = StatusCode::from_u16(problem.fault().code.status());
        self.again(filled, status.unwrap_or(StatusCode::UNPROCESSABLE_ENTITY), |form| {
            form.faulty = is_form;
            form.refusal = refusal;
        })
    }

    /// The form again, with all that was filled in.
    fn again(&self, mut filled: Filled, status: StatusCode, more: impl FnOnce(&mut FormPage)) -> Response {
        let now = self.console.shared.now();
        let held = Held { secrets: filled.secret.clone(), is_unseen: filled.is_unseen };
        filled.draft = self.console.drafts.keep(self.place(), held, now);
        let mut form = form_page(self.signed, self.vendor, self.old, &filled);
        more(&mut form);
        page(status, &form)
    }
}

fn form_page(signed: &Signed, vendor: Vendor, old: Option<&Certificate>, filled: &Filled) -> FormPage {
    let lang = signed.lang();
    FormPage {
        chrome: signed.chrome(Some(PageName::Certificates)),
        vendor,
        heading: old.map_or_else(|| lang.words().new_certificate.to_owned(), |old| old.name.to_string()),
        vendor_title: vendor_title(lang, Some(vendor)),
        state: None,
        action: match old {
            Some(old) => format!("/console/certificates/{}", old.id),
            None => format!("/console/certificates/new/{vendor}"),
        },
        id: old.map(|old| old.id),
        is_said: false,
        faulty: false,
        refusal: None,
        name: fields::name_field(lang, filled),
        sections: fields::sections(lang, vendor, old, filled),
        disabled: filled.disabled,
        draft: filled.draft.clone(),
        review: None,
        needs: NeedView::all(lang, vendor),
        saved: None,
        snippet: String::new(),
    }
}
