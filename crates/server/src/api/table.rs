//! The list of endpoints: router, OpenAPI document and tests are made from it.

use std::sync::Arc;

use axum::{
    Router,
    handler::Handler,
    middleware,
    routing::{MethodFilter, on},
};
use http::Method;
use model::ErrorCode;
use store::Scope;
use utoipa::{
    OpenApi as _, Path,
    openapi::{
        Content, Info, OpenApi, PathItem, Ref, RefOr, Response as Answer,
        path::{HttpMethod, Operation},
        security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
    },
};

use super::direct::{Call, Direct, call};
use crate::{
    attend,
    audit::{self, Recorded},
    key,
    problem::Problem,
    shared::Shared,
};

/// An endpoint as documentation and tests see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its verb.
    pub method: Method,
    /// Its path, with `{name}` where a parameter stands.
    pub path: String,
    /// The scope a key needs; `None` where no key is asked for.
    pub scope: Option<Scope>,
    /// The word under which the audit log keeps what it changes; `None`: it changes nothing, or is an App's everyday
    /// traffic.
    pub action: Option<String>,
}

/// The router while endpoints are added to it.
type Routes = Router<Arc<Shared>>;

/// An endpoint of the table.
struct Endpoint {
    listed: Listed,
    register: Register,
    /// How it is called without a router; `None` where its path has parameters.
    call: Option<Call>,
}

type Register = Box<dyn FnOnce(Routes, &Arc<Shared>) -> Routes>;

impl Endpoint {
    fn of<P: Path, H, T>(scope: Option<Scope>, marks: &[&str], handler: H) -> Self
    where
        H: Handler<T, Arc<Shared>>,
        T: 'static,
    {
        let (method, filter) = verb(P::methods().first());
        let path = P::path();
        let administers = matches!(scope, Some(Scope::Manage | Scope::Instance)) && method != Method::GET;
        let is_recorded = administers && !marks.contains(&TRAFFIC);
        let action = if is_recorded { P::operation().operation_id } else { None };
        let recorded = action
            .clone()
            .map(|action| Recorded { action: action.into(), of_instance: scope == Some(Scope::Instance) });
        let listed = Listed { method, path: path.clone(), scope, action };
        let call = (!path.contains('{')).then(|| call(scope, recorded.clone(), handler.clone()));
        let register = move |router: Routes, shared: &Arc<Shared>| {
            let mut route = on(filter, handler);
            if let Some(recorded) = recorded {
                let state = (Arc::clone(shared), recorded);
                route = route.layer(middleware::from_fn_with_state(state, audit::every));
            }
            if let Some(scope) = scope {
                let state = (Arc::clone(shared), scope);
                route = route.layer(middleware::from_fn_with_state(state, key::authorize));
            }
            router.route(&path, route)
        };
        Self { listed, register: Box::new(register), call }
    }
}

fn verb(method: Option<&HttpMethod>) -> (Method, MethodFilter) {
    match method {
        Some(HttpMethod::Post) => (Method::POST, MethodFilter::POST),
        Some(HttpMethod::Put) => (Method::PUT, MethodFilter::PUT),
        Some(HttpMethod::Patch) => (Method::PATCH, MethodFilter::PATCH),
        Some(HttpMethod::Delete) => (Method::DELETE, MethodFilter::DELETE),
        _ => (Method::GET, MethodFilter::GET),
    }
}

/// The mark of what an App's backend does all day in its users' names, as their own clients do. It is not recorded in
/// the audit log, which is about who administers what.
const TRAFFIC: &str = "traffic";

macro_rules! table {
    ($($scope:expr => $($module:ident)::+ $(, $mark:ident)?;)*) => {
        fn table() -> Vec<Endpoint> {
            vec![$(Endpoint::of::<super::$($module)::+::__path_handler, _, _>(
                $scope,
                &[$(stringify!($mark))?],
                super::$($module)::+::handler,
            ),)*]
        }

        #[derive(utoipa::OpenApi)]
        #[openapi(
            paths($(super::$($module)::+::handler,)*),
            components(schemas(crate::problem::ProblemBody))
        )]
        struct Documented;
    };
}

table! {
    None                  => health::get;
    None                  => openapi::get;
    Some(Scope::Instance) => apps::get;
    Some(Scope::Instance) => apps::post;
    Some(Scope::Instance) => apps::app::keys::get;
    Some(Scope::Instance) => apps::app::keys::post;
    Some(Scope::Instance) => apps::app::keys::key::delete;
    Some(Scope::Manage)   => keys::get;
    Some(Scope::Manage)   => keys::post;
    Some(Scope::Manage)   => keys::key::delete;
    Some(Scope::Read)     => app::get;
    Some(Scope::Manage)   => app::patch;
    Some(Scope::Read)     => vendors::get;
    Some(Scope::Read)     => certificates::get;
    Some(Scope::Manage)   => certificates::post;
    Some(Scope::Read)     => certificates::certificate::get;
    Some(Scope::Manage)   => certificates::certificate::put;
    Some(Scope::Manage)   => certificates::certificate::probe::post;
    Some(Scope::Read)     => certificates::certificate::lint::post;
    Some(Scope::Read)     => users::get;
    Some(Scope::Manage)   => users::post, traffic;
    Some(Scope::Read)     => users::user::get;
    Some(Scope::Manage)   => users::user::patch;
    Some(Scope::Manage)   => users::user::delete;
    Some(Scope::Read)     => users::user::settings::get;
    Some(Scope::Manage)   => users::user::settings::put, traffic;
    Some(Scope::Read)     => users::user::sessions::get;
    Some(Scope::Read)     => users::user::devices::get;
    Some(Scope::Manage)   => users::user::devices::device::kick::post;
    Some(Scope::Read)     => users::user::conversations::get;
    Some(Scope::Read)     => users::user::conversations::conversation::messages::get;
    Some(Scope::Manage)   => users::user::conversations::conversation::mute::put, traffic;
    Some(Scope::Manage)   => users::user::conversations::conversation::read::post, traffic;
    Some(Scope::Read)     => users::user::explain::get;
    Some(Scope::Manage)   => users::user::token::post, traffic;
    Some(Scope::Manage)   => users::user::logout::post;
    Some(Scope::Manage)   => users::user::kick::post;
    Some(Scope::Manage)   => devices::post, traffic;
    Some(Scope::Read)     => devices::push_id::get;
    Some(Scope::Read)     => devices::push_id::checkup::get;
    Some(Scope::Manage)   => devices::push_id::delete;
    Some(Scope::Manage)   => devices::push_id::push::put;
    Some(Scope::Manage)   => devices::push_id::binding::post, traffic;
    Some(Scope::Manage)   => devices::push_id::binding::delete;
    Some(Scope::Manage)   => console::links::post;
    Some(Scope::Read)     => groups::get;
    Some(Scope::Manage)   => groups::post, traffic;
    Some(Scope::Read)     => groups::group::get;
    Some(Scope::Manage)   => groups::group::patch;
    Some(Scope::Manage)   => groups::group::delete;
    Some(Scope::Read)     => groups::group::members::get;
    Some(Scope::Manage)   => groups::group::members::post, traffic;
    Some(Scope::Manage)   => groups::group::members::delete, traffic;
    Some(Scope::Manage)   => groups::group::members::member::patch, traffic;
    Some(Scope::Send)     => calls::post;
    Some(Scope::Read)     => calls::call::get;
    Some(Scope::Send)     => calls::call::accept::post;
    Some(Scope::Send)     => calls::call::reject::post;
    Some(Scope::Send)     => calls::call::cancel::post;
    Some(Scope::Send)     => calls::call::leave::post;
    Some(Scope::Send)     => calls::call::end::post;
    Some(Scope::Read)     => resources::get;
    Some(Scope::Read)     => resources::resource::get;
    Some(Scope::Manage)   => resources::resource::put;
    Some(Scope::Manage)   => resources::resource::delete;
    Some(Scope::Manage)   => webhooks::get;
    Some(Scope::Manage)   => webhooks::post;
    Some(Scope::Manage)   => webhooks::webhook::get;
    Some(Scope::Manage)   => webhooks::webhook::put;
    Some(Scope::Manage)   => webhooks::webhook::delete;
    Some(Scope::Send)     => messages::post;
    Some(Scope::Read)     => messages::message::get;
    Some(Scope::Read)     => messages::message::explain::get;
    Some(Scope::Send)     => messages::message::recall::post;
    Some(Scope::Send)     => pushes::post;
    Some(Scope::Read)     => deliveries::get;
    Some(Scope::Read)     => lanes::get;
    Some(Scope::Manage)   => lanes::lane::brake::delete;
    Some(Scope::Read)     => dead_letters::get;
    Some(Scope::Manage)   => dead_letters::requeue::post;
    Some(Scope::Read)     => events::get;
    None                  => receipts::post;
}

/// Every endpoint, in the order of the documentation.
#[must_use]
pub fn endpoints() -> Vec<Listed> {
    table().into_iter().map(|endpoint| endpoint.listed).collect()
}

/// The API as a router.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    table()
        .into_iter()
        .fold(Router::new(), |router, endpoint| (endpoint.register)(router, &shared))
        .fallback(|| async { Problem::not_found("there is no such path") })
        .method_not_allowed_fallback(|| async { Problem::from(ErrorCode::MethodNotAllowed) })
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), attend::every))
        .with_state(shared)
}

/// The endpoints whose path has no parameter.
pub(crate) fn direct(shared: Arc<Shared>) -> Direct {
    let calls = table().into_iter().filter_map(|Endpoint { listed, call, .. }| Some((listed, call?)));
    Direct::new(shared, calls.map(|(listed, call)| (listed.method, listed.path, call)))
}

/// The OpenAPI document, as it is served at `/v1/openapi.json` and kept in the repository.
#[must_use]
pub fn openapi_json() -> String {
    let mut text = serde_json::to_string_pretty(&document()).unwrap_or_default();
    text.push('\n');
    text
}

fn document() -> OpenApi {
    let mut document = Documented::openapi();
    let mut info = Info::new("Posthouse", env!("CARGO_PKG_VERSION"));
    info.description = Some(ABOUT.to_owned());
    document.info = info;
    document
        .components
        .get_or_insert_default()
        .add_security_scheme("key", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    for endpoint in table() {
        let listed = endpoint.listed;
        let item = document.paths.paths.get_mut(&listed.path);
        if let Some(operation) = item.and_then(|item| operation_of(item, &listed.method)) {
            describe(operation, listed.scope);
        }
    }
    document
}

const ABOUT: &str = "Times are milliseconds since the epoch. Every error is `application/problem+json` with a stable \
`code`. Clients connect by WebSocket at `/v1/ws`.";

fn operation_of<'a>(item: &'a mut PathItem, method: &Method) -> Option<&'a mut Operation> {
    match *method {
        Method::POST => item.post.as_mut(),
        Method::PUT => item.put.as_mut(),
        Method::PATCH => item.patch.as_mut(),
        Method::DELETE => item.delete.as_mut(),
        _ => item.get.as_mut(),
    }
}

/// What is true of every endpoint: its errors have one shape, and most ask for a key.
fn describe(operation: &mut Operation, scope: Option<Scope>) {
    let mut problem = Answer::new("Refused; `code` says why.");
    let schema = Ref::from_schema_name("Problem");
    problem.content.insert("application/problem+json".to_owned(), RefOr::T(Content::new(Some(schema))));
    operation.responses.responses.insert("default".to_owned(), RefOr::T(problem));
    operation.security = Some(match scope {
        Some(scope) => {
            let note = format!("Needs a key with the scope `{}`.", word(scope));
            let description = operation.description.take().map(|text| format!("{text}\n\n{note}"));
            operation.description = Some(description.unwrap_or(note));
            vec![SecurityRequirement::new::<_, [&str; 0], &str>("key", [])]
        }
        None => Vec::new(),
    });
}

const fn word(scope: Scope) -> &'static str {
    match scope {
        Scope::Send => "send",
        Scope::Read => "read",
        Scope::Manage => "manage",
        Scope::Instance => "instance",
    }
}
