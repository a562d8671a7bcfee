//! Saving a certificate: the form is read as the vendor's adapter reads it, stored, and shown to the vendor.

use std::collections::BTreeMap;

use gateway::ProbeReport;
use model::{
    AppId, Certificate, CertificateId, CertificateName, Class, Environment, ErrorCode, FieldError,
    FieldErrors, Form, IdError, Secret, Timestamp, Vendor,
};
use store::{CertificateDraft, Op, Outcome};
use vendors::Finding;

use crate::{key::random_text, problem::Problem, shared::Shared};

/// Longest value of a field that is shown again, in bytes.
const PUBLIC_VALUE_MAX_BYTES: usize = 1024;
/// What the audit log keeps of a changed value, in characters.
const CHANGED_MAX_CHARS: usize = 40;

/// A certificate as it comes in.
pub(crate) struct Submitted {
    pub(crate) vendor: Vendor,
    pub(crate) name: String,
    pub(crate) disabled: bool,
    pub(crate) fields: BTreeMap<String, String>,
}

/// A form that was checked and could be stored.
pub(crate) struct Checked {
    vendor: Vendor,
    name: CertificateName,
    disabled: bool,
    form: Form,
    environment: Option<Environment>,
    expires_at: Option<Timestamp>,
    /// What was read from the form, for people; never a secret.
    pub(crate) facts: Vec<(&'static str, String)>,
    /// What the vendor would do with everyday pushes of some classes.
    pub(crate) findings: Vec<(Finding, Vec<Class>)>,
}

/// Checks a certificate as saving it would, and changes nothing.
pub(crate) async fn check(
    shared: &Shared,
    app: AppId,
    old: Option<&Certificate>,
    submitted: Submitted,
) -> Result<Checked, Problem> {
    let mut faults = Vec::new();
    let view = shared.view(app).await?;
    let name = checked_name(&submitted, &view.certificates, old.map(|old| old.id), &mut faults);
    let form = form_of(submitted.vendor, submitted.fields, old.map(|old| &old.form), &mut faults);
    let now = shared.now();
    let (vendor, to_open) = (submitted.vendor, form.clone());
    // Opening a p12 file derives a key, which takes a while.
    let opened = tokio::task::spawn_blocking(move || {
        let channel = vendors::adapter(vendor).open(&to_open, now)?;
        let findings = vendors::lint_certificate(vendor, &*channel, now);
        Ok::<_, FieldErrors>((channel.environment(), channel.expires_at(), channel.facts(), findings))
    });
    let opened = opened.await.map_err(|_| ErrorCode::Internal)?;
    match (name, opened) {
        (Some(name), Ok((environment, expires_at, facts, findings))) if faults.is_empty() => Ok(Checked {
            vendor,
            name,
            disabled: submitted.disabled,
            form,
            environment,
            expires_at,
            facts,
            findings,
        }),
        (_, opened) => {
            faults.extend(opened.err().into_iter().flat_map(|errors| errors.0));
            Err(FieldErrors(faults).into())
        }
    }
}

/// Stores and probes what was checked. It is stored whatever the vendor says, and effective before this returns.
pub(crate) async fn keep(
    shared: &Shared,
    app: AppId,
    old: Option<&Certificate>,
    checked: Checked,
    beside: Vec<Op>,
) -> Result<(Certificate, ProbeReport), Problem> {
    let Checked { vendor, name, disabled, form, environment, expires_at, .. } = checked;
    let draft = CertificateDraft {
        app,
        id: old.map(|old| old.id),
        vendor,
        name,
        disabled,
        form: form.clone(),
        environment,
        expires_at,
        receipt_secret: Secret::new(random_text()),
        at: shared.now(),
    };
    let mut ops = vec![Op::PutCertificate(draft)];
    ops.extend(beside);
    let outcome = shared.store().commit(ops).await?.into_iter().next();
    let id = match outcome {
        Some(Outcome::Certificate(id, _)) => id,
        Some(Outcome::Missing) => return Err(ErrorCode::NotFound.into()),
        _ => return Err(ErrorCode::Internal.into()),
    };
    shared.im.catalogue().forget(app);
    let report = shared.gateway.probe(vendor, &form).await?;
    let saved = find(shared, app, id).await?;
    Ok((saved, report))
}

/// What saving would change, for the audit log: the version it makes and the names of what differs, of public fields
/// with their values. A secret is named alone.
pub(crate) fn changes(old: Option<&Certificate>, new: &Checked) -> String {
    let Some(old) = old else { return format!("{} {} · v1", new.vendor, new.name) };
    let mut changed = Vec::new();
    if old.name != new.name {
        changed.push(arrow("name", old.name.as_str(), new.name.as_str()));
    }
    if old.disabled != new.disabled {
        let word = |disabled: bool| if disabled { "off" } else { "on" };
        changed.push(arrow("state", word(old.disabled), word(new.disabled)));
    }
    for field in vendors::adapter(new.vendor).fields() {
        // What holds by itself is no change when it is said.
        let usual = Some(field.usual).filter(|word| !word.is_empty());
        let value = |form: &Form| form.get(field.name).map(str::to_owned).or(usual.map(str::to_owned));
        let (before, after) = (value(&old.form), value(&new.form));
        if before == after {
            continue;
        }
        changed.push(if field.kind.is_secret() {
            field.name.to_owned()
        } else {
            arrow(field.name, &before.unwrap_or_default(), &after.unwrap_or_default())
        });
    }
    let version = old.version.saturating_add(1);
    let list = if changed.is_empty() { "–".to_owned() } else { changed.join("; ") };
    format!("{} {} · v{version} · {list}", new.vendor, new.name)
}

fn arrow(name: &str, before: &str, after: &str) -> String {
    let short = |text: &str| match text.trim() {
        "" => "∅".to_owned(),
        text if text.chars().count() > CHANGED_MAX_CHARS => {
            text.chars().take(CHANGED_MAX_CHARS).chain(['…']).collect()
        }
        text => text.to_owned(),
    };
    format!("{name}: {} → {}", short(before), short(after))
}

/// One of the App's certificates.
pub(crate) async fn find(shared: &Shared, app: AppId, id: CertificateId) -> Result<Certificate, Problem> {
    let view = shared.view(app).await?;
    let found = view.certificate(id).cloned();
    found.ok_or_else(|| Problem::not_found("the App has no certificate of this id"))
}

fn checked_name(
    submitted: &Submitted,
    others: &[Certificate],
    own: Option<CertificateId>,
    faults: &mut Vec<FieldError>,
) -> Option<CertificateName> {
    let mut fault = |en: &str, zh: &str| faults.push(FieldError::new("name", en, zh));
    let name = match CertificateName::new(submitted.name.trim()) {
        Ok(name) => name,
        Err(IdError::TooLong { .. }) => {
            fault(
                "must have at most 32 characters; clients cannot log in with a longer one",
                "不能超过 32 个字符，否则客户端无法登录",
            );
            return None;
        }
        Err(IdError::Empty) => {
            fault("must be filled", "必填");
            return None;
        }
        Err(_) => {
            fault("must not contain control characters", "不能包含控制字符");
            return None;
        }
    };
    if others.iter().any(|other| other.name == name && Some(other.id) != own) {
        fault("another certificate of the App has this name", "本应用下已有同名证书");
    }
    if submitted.vendor.facts().has_environments && !is_english(name.as_str()) {
        fault(
            "must consist of English letters, digits, spaces and - _ . without brackets",
            "只能使用英文字母、数字、空格和 - _ .，不能带括号",
        );
    }
    Some(name)
}

/// Row C11: Apple's certificates are named in English letters, without brackets.
fn is_english(name: &str) -> bool {
    name.chars().all(|char| char.is_ascii_alphanumeric() || " -_.".contains(char))
}

/// Sorts values into the adapter's public and secret fields. A secret that is absent keeps its stored value; one that
/// is sent empty is taken away.
fn form_of(
    vendor: Vendor,
    values: BTreeMap<String, String>,
    old: Option<&Form>,
    faults: &mut Vec<FieldError>,
) -> Form {
    let mut form = Form::default();
    if let Some(old) = old {
        form.secret.clone_from(&old.secret);
    }
    let fields = vendors::adapter(vendor).fields();
    for (name, value) in values {
        match fields.iter().find(|field| field.name == name) {
            Some(field) if field.kind.is_secret() => {
                form.secret.insert(name, Secret::new(value));
            }
            Some(_) if value.len() > PUBLIC_VALUE_MAX_BYTES => {
                faults.push(FieldError::new(&name, "must have at most 1024 bytes", "不能超过 1024 字节"));
            }
            Some(_) => {
                form.public.insert(name, value);
            }
            None => faults.push(FieldError::new(
                &name,
                "is no field of this vendor; GET /v1/vendors lists them",
                "该厂商没有此字段，请对照 GET /v1/vendors",
            )),
        }
    }
    form
}
