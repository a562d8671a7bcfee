//! Push resources: the list, and what one of them sets for each vendor.

mod form;
mod view;

use std::{collections::BTreeMap, sync::Arc};

use askama::Template;
use axum::{
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use model::{FieldError, PushResource, ResourceId, Vendor, VendorSettings};
use serde::Deserialize;
use store::AuditObject;

use self::{
    form::{Typed, read},
    view::{Editor, Row},
};
use super::{
    Console,
    answer::{Failure, page, sentence},
    chrome::{Chrome, PageName, percent_encoded},
    visitor::{Posted, Signed},
    words::Lang,
};
use crate::{
    api::keeping::{change, delete as take_away, put},
    problem::Problem,
};

#[derive(Template)]
#[template(path = "console/resources.html")]
struct ListPage {
    chrome: Chrome,
    rows: Vec<Row>,
    said: &'static str,
    refusal: String,
    new_id: String,
    new_error: String,
}

#[derive(Template)]
#[template(path = "console/resource.html")]
struct EditPage {
    chrome: Chrome,
    editor: Editor,
    said: &'static str,
    refusal: String,
}

/// What is to be shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    id: String,
    vendor: String,
    said: String,
}

/// `GET /console/resources`
pub(super) async fn show(signed: Signed, Query(asked): Query<Asked>) -> Response {
    let said = said(signed.lang(), &asked.said);
    if asked.id.is_empty() {
        return page(StatusCode::OK, &ListPage { said, ..list(&signed) });
    }
    let drawn = find(&signed, &asked.id).map(|resource| {
        let vendor = asked.vendor.parse().unwrap_or_else(|_| first_vendor(&signed, resource));
        let settings = resource.vendors.get(&vendor).cloned().unwrap_or_default();
        let editor = Editor::of(signed.lang(), resource, vendor, &Typed::of(&settings), &[]);
        page(StatusCode::OK, &EditPage { said, ..edit(&signed, editor) })
    });
    signed.answer(drawn)
}

fn list(signed: &Signed) -> ListPage {
    let row = |resource: &PushResource| Row::of(signed.lang(), resource);
    ListPage {
        chrome: signed.chrome(Some(PageName::Resources)),
        rows: signed.view.resources.iter().map(row).collect(),
        said: "",
        refusal: String::new(),
        new_id: String::new(),
        new_error: String::new(),
    }
}

fn edit(signed: &Signed, editor: Editor) -> EditPage {
    EditPage { chrome: signed.chrome(Some(PageName::Resources)), editor, said: "", refusal: String::new() }
}

fn said(lang: Lang, word: &str) -> &'static str {
    let words = lang.papers_words();
    match word {
        "made" => words.made,
        "saved" => words.saved,
        "deleted" => words.deleted,
        _ => "",
    }
}

/// The first vendor that it sets something for, else the first that the App has a certificate of.
fn first_vendor(signed: &Signed, resource: &PushResource) -> Vendor {
    let set = resource.vendors.keys().next().copied();
    let certified = || signed.view.certificates.first().map(|certificate| certificate.vendor);
    set.or_else(certified).unwrap_or(Vendor::Xiaomi)
}

fn find<'a>(signed: &'a Signed, id: &str) -> Result<&'a PushResource, Failure> {
    let id = ResourceId::new(id).map_err(|_| Failure::NotFound)?;
    signed.view.resource(&id).ok_or(Failure::NotFound)
}

fn address(id: &str, vendor: Option<Vendor>, said: &str) -> String {
    let vendor = vendor.map(|vendor| format!("&vendor={vendor}")).unwrap_or_default();
    format!("/console/resources?id={}{vendor}&said={said}", percent_encoded(id))
}

/// A new push resource.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct New {
    id: String,
}

/// `POST /console/resources/new`
pub(super) async fn create(
    State(console): State<Arc<Console>>,
    Posted(signed, new): Posted<New>,
) -> Response {
    let words = signed.lang().papers_words();
    let typed = new.id.trim();
    let refused = |new_error: &str, refusal: String| {
        let (new_id, new_error) = (new.id.clone(), new_error.to_owned());
        page(StatusCode::UNPROCESSABLE_ENTITY, &ListPage { new_id, new_error, refusal, ..list(&signed) })
    };
    let Ok(id) = ResourceId::new(typed) else { return refused(words.resource_fault, String::new()) };
    if signed.view.resource(&id).is_some() {
        return refused(words.resource_taken, String::new());
    }
    let record = signed.record(object(typed), String::new());
    match put(&console.shared, signed.app(), id, BTreeMap::new(), vec![record]).await {
        Ok(_) => Redirect::to(&address(typed, None, "made")).into_response(),
        Err(problem) => refused("", sentence(signed.lang(), problem.fault())),
    }
}

fn object(id: &str) -> AuditObject {
    AuditObject::Named(format!("resource {id}"))
}

/// What one vendor's settings shall be.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Saving {
    id: String,
    vendor: String,
    #[serde(flatten)]
    typed: Typed,
    /// Nothing shall be set for the vendor.
    clear: String,
}

/// `POST /console/resources/save`
pub(super) async fn save(
    State(console): State<Arc<Console>>,
    Posted(signed, saving): Posted<Saving>,
) -> Response {
    let saved = save_for(&console, &signed, saving).await;
    signed.answer(saved)
}

async fn save_for(console: &Console, signed: &Signed, saving: Saving) -> Result<Response, Failure> {
    let resource = find(signed, &saving.id)?;
    let vendor: Vendor = saving.vendor.parse().map_err(|_| Failure::NotFound)?;
    let settings =
        if saving.clear.is_empty() { read(vendor, &saving.typed) } else { Ok(VendorSettings::default()) };
    let settings = match settings {
        Ok(settings) => settings,
        Err(faults) => return Ok(refused(signed, resource, vendor, &saving.typed, &faults, "")),
    };
    let set = Some(settings).filter(|settings| *settings != VendorSettings::default());
    let record = signed.record(object(&saving.id), vendor.name().to_owned());
    let changed =
        change(&console.shared, signed.app(), &resource.id, BTreeMap::from([(vendor, set)]), vec![record]);
    Ok(match changed.await {
        Ok(_) => Redirect::to(&address(&saving.id, Some(vendor), "saved")).into_response(),
        Err(problem) => {
            let refusal = sentence(signed.lang(), problem.fault());
            refused(signed, resource, vendor, &saving.typed, &[], &refusal)
        }
    })
}

fn refused(
    signed: &Signed,
    resource: &PushResource,
    vendor: Vendor,
    typed: &Typed,
    faults: &[FieldError],
    refusal: &str,
) -> Response {
    let editor = Editor::of(signed.lang(), resource, vendor, typed, faults);
    let drawn = EditPage { refusal: refusal.to_owned(), ..edit(signed, editor) };
    page(StatusCode::UNPROCESSABLE_ENTITY, &drawn)
}

/// `POST /console/resources/delete`
pub(super) async fn delete(
    State(console): State<Arc<Console>>,
    Posted(signed, old): Posted<New>,
) -> Response {
    let deleted = match find(&signed, &old.id) {
        Ok(resource) => {
            let record = signed.record(object(&old.id), String::new());
            let fault = |problem: Problem| Failure::Fault(problem.fault().clone());
            let gone = take_away(&console.shared, signed.app(), resource.id.clone(), vec![record]).await;
            gone.map_err(fault)
        }
        Err(failure) => Err(failure),
    };
    signed.answer(deleted.map(|()| Redirect::to("/console/resources?said=deleted").into_response()))
}
