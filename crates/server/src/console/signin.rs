//! Signing in with name and password.

use std::sync::Arc;

use axum::{
    Form,
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderValue, StatusCode, header};
use model::{OPERATOR_NAME_MAX_BYTES, OperatorName, Secret, Timestamp};
use serde::Deserialize;
use store::{AuditObject, ConsoleHolder, Operator};

use super::{
    Console,
    answer::{Failure, page},
    chrome::Moment,
    gate::{self, Gate, GatePage},
    passwords::PASSWORD_MAX_CHARS,
    session::Person,
    visitor::Visitor,
};

/// Longest password that is looked at, in bytes.
const PASSWORD_MAX_BYTES: usize = 4 * PASSWORD_MAX_CHARS;

#[derive(Deserialize)]
pub(super) struct Credentials {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    back: String,
}

/// `POST /console/signin`
pub(super) async fn sign_in(
    State(console): State<Arc<Console>>,
    visitor: Visitor,
    Form(typed): Form<Credentials>,
) -> Response {
    let password = Secret::new(typed.password);
    let tried = try_in(&console, &visitor, typed.name.trim(), password).await;
    match tried {
        Ok(cookie) => gate::with_cookie(
            Redirect::to(gate::inside(&typed.back, console.home())).into_response(),
            &cookie,
        ),
        Err(Refused::For(failure)) => failure.draw(visitor.chrome()),
        Err(Refused::With(state)) => refuse(&console, &visitor, typed.name.trim(), &typed.back, state).await,
    }
}

/// Why somebody does not come in.
enum Refused {
    With(Gate),
    For(Failure),
}

impl<E: Into<Failure>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::For(error.into())
    }
}

/// Tries name and password. Whether the name is known takes the same time to find out as whether the password is right.
async fn try_in(
    console: &Console,
    visitor: &Visitor,
    name: &str,
    password: Secret<String>,
) -> Result<String, Refused> {
    let (now, network) = (console.shared.now(), visitor.origin.network());
    let is_too_long = name.len() > OPERATOR_NAME_MAX_BYTES || password.expose().len() > PASSWORD_MAX_BYTES;
    let counted = if is_too_long { "" } else { name };
    let later = |again_at: Timestamp| Refused::With(Gate::Later(Moment(again_at)));
    console.throttle.begin(counted, &network, now).map_err(later)?;
    if is_too_long {
        return Err(Refused::With(Gate::Wrong));
    }
    let operator = match OperatorName::new(name) {
        Ok(name) => console.shared.store().operator_named(&name).await?,
        Err(_) => None,
    };
    let stored = operator.as_ref().and_then(|operator| operator.password.clone());
    let is_right = console.passwords.matches(password, stored).await?;
    match operator {
        Some(operator) if is_right && !operator.disabled => {
            console.throttle.forgive(counted, &network);
            let (holder, person) =
                (ConsoleHolder::Operator(operator.id), Person::Operator(Box::new(operator)));
            Ok(gate::open(console, visitor, holder, &person).await?)
        }
        Some(operator) => {
            note_refusal(console, visitor, &operator);
            Err(Refused::With(Gate::Wrong))
        }
        None => Err(Refused::With(Gate::Wrong)),
    }
}

/// Records a wrong password of somebody there is, behind the answer's back: waiting for it would tell that there is.
fn note_refusal(console: &Console, visitor: &Visitor, operator: &Operator) {
    let object = AuditObject::Named(String::new());
    let op = gate::record_of(console, &visitor.origin, operator.name.as_str(), "sign_in_refused", object);
    let store = Arc::clone(console.shared.store());
    tokio::spawn(async move {
        if let Err(error) = store.commit(vec![op]).await {
            tracing::error!(%error, "a refused sign-in could not be recorded");
        }
    });
}

async fn refuse(console: &Console, visitor: &Visitor, name: &str, back: &str, state: Gate) -> Response {
    let refused = match GatePage::of(console, visitor, back, state).await {
        Ok(gate) => gate.with_name(name.chars().take(OPERATOR_NAME_MAX_BYTES).collect()),
        Err(response) => return response,
    };
    let Gate::Later(Moment(again_at)) = state else {
        return page(StatusCode::UNAUTHORIZED, &refused);
    };
    let mut response = page(StatusCode::TOO_MANY_REQUESTS, &refused);
    let seconds = again_at.since_ms(console.shared.now()).max(0) / 1000 + 1;
    if let Ok(value) = HeaderValue::try_from(seconds.to_string()) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}
