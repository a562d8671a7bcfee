//! The list of pages and forms, each with what it needs: router, gate, audit log and tests are made from it.

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    handler::Handler,
    middleware,
    routing::{MethodFilter, any, get, on},
};
use http::Method;
use model::ConsoleRole;

use super::{
    Console, FORM_MAX_BYTES, account, answer, assets, audit, certificates, dead_letters, deliveries, events,
    explain, gate,
    gatekeeper::{self, Passage},
    groups, keys, lab, lanes, operators, overview, policy, resources, signin, test, users, webhooks, welcome,
};

/// What a page needs of whoever asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// Nothing: it is there for those who are not signed in.
    Open,
    /// To look.
    Look,
    /// To change things.
    Change,
    /// To own the App.
    Own,
}

impl Need {
    /// The least role that has it.
    #[must_use]
    pub const fn role(self) -> Option<ConsoleRole> {
        match self {
            Self::Open => None,
            Self::Look => Some(ConsoleRole::Viewer),
            Self::Change => Some(ConsoleRole::Operator),
            Self::Own => Some(ConsoleRole::Owner),
        }
    }
}

/// A page or form of the console, as tests see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsolePage {
    /// Its verb.
    pub method: Method,
    /// Its path, with `{name}` where a parameter stands.
    pub path: &'static str,
    /// What it needs.
    pub need: Need,
    /// The word under which the audit log keeps what it changes; `None`: it changes nothing that matters to others.
    pub action: Option<&'static str>,
}

type Register = Box<dyn FnOnce(Router<Arc<Console>>, &Arc<Console>) -> Router<Arc<Console>>>;

struct Entry {
    page: ConsolePage,
    register: Register,
}

impl Entry {
    fn of<H, T>(page: ConsolePage, filter: MethodFilter, handler: H) -> Self
    where
        H: Handler<T, Arc<Console>>,
        T: 'static,
    {
        let (path, passage) = (page.path, Passage { need: page.need, action: page.action });
        let register = move |router: Router<Arc<Console>>, console: &Arc<Console>| {
            let state = (Arc::clone(console), passage);
            let guarded = middleware::from_fn_with_state(state, gatekeeper::let_through);
            router.route(path, on(filter, handler).layer(guarded))
        };
        Self { page, register: Box::new(register) }
    }
}

macro_rules! pages {
    ($($need:ident $method:ident $path:literal $(as $action:literal)? => $($handler:ident)::+;)*) => {
        fn table() -> Vec<Entry> {
            vec![$(Entry::of(
                ConsolePage {
                    method: Method::$method,
                    path: $path,
                    need: Need::$need,
                    action: [$($action)?].first().copied(),
                },
                MethodFilter::$method,
                $($handler)::+,
            ),)*]
        }
    };
}

pages! {
    Open   GET  "/console/signin"                                             => gate::enter;
    Open   POST "/console/signin"                                             => signin::sign_in;
    Open   GET  "/console/first-run"                                          => welcome::show_first_run;
    Open   POST "/console/first-run"                                          => welcome::make_owner;
    Open   GET  "/console/invitation"                                         => welcome::show_invitation;
    Open   POST "/console/invitation"                                         => welcome::set_password;
    Open   GET  "/console/language/{tag}"                                     => gate::choose_language;
    Open   GET  "/console/assets/{name}"                                      => assets::serve;
    Look   POST "/console/signout"             as "sign_out"                  => gate::leave;
    Look   POST "/console/app"                                                => gate::choose_app;
    Look   GET  "/console/events"                                             => events::listen;
    Look   GET  "/console/overview"                                           => overview::show;
    Look   GET  "/console/lanes"                                              => lanes::show;
    Change POST "/console/lanes/{id}/brake"    as "release_brake"             => lanes::release_brake;
    Look   GET  "/console/lab"                                                => lab::show;
    Change POST "/console/lab/send"            as "send_message"              => lab::send;
    Change POST "/console/lab/handsets/{name}" as "operate_handset"           => lab::operate;
    Change POST "/console/lab/all"             as "operate_handset"           => lab::operate_all;
    Change POST "/console/lab/group"           as "make_lab_group"            => lab::make_group;
    Change POST "/console/lab/faults"          as "switch_fault"              => lab::switch_fault;
    Look   GET  "/console/test"                                               => test::show;
    Change POST "/console/test"                as "test_push"                 => test::send;
    Look   GET  "/console/explain"                                            => explain::show;
    Look   GET  "/console/dead-letters"                                       => dead_letters::show;
    Change POST "/console/dead-letters/requeue" as "requeue_dead_letters"     => dead_letters::requeue;
    Look   GET  "/console/deliveries"                                         => deliveries::show;
    Look   GET  "/console/deliveries/export"                                  => deliveries::export;
    Look   GET  "/console/users"                                              => users::list;
    Look   GET  "/console/users/user"                                         => users::show;
    Look   GET  "/console/users/device"                                       => users::show_device;
    Change POST "/console/users/kick"          as "kick_user"                 => users::kick;
    Change POST "/console/users/logout"        as "logout_user"               => users::log_out;
    Change POST "/console/users/switch"        as "switch_user_push"          => users::switch_user;
    Change POST "/console/users/delete"        as "delete_user"               => users::delete;
    Change POST "/console/users/kick-device"   as "kick_device"               => users::kick_device;
    Change POST "/console/users/switch-device" as "switch_device_push"        => users::switch_device;
    Change POST "/console/users/unbind"        as "unbind_device"             => users::unbind;
    Look   GET  "/console/groups"                                             => groups::list;
    Look   GET  "/console/groups/group"                                       => groups::show;
    Change POST "/console/groups/mute"         as "change_group"              => groups::mute;
    Change POST "/console/groups/dismiss"      as "dismiss_group"             => groups::dismiss;
    Look   GET  "/console/webhooks"                                           => webhooks::list;
    Change POST "/console/webhooks"            as "create_webhook"            => webhooks::create;
    Change GET  "/console/webhooks/webhook"                                   => webhooks::show;
    Change POST "/console/webhooks/webhook"    as "put_webhook"               => webhooks::change;
    Change POST "/console/webhooks/pause"      as "put_webhook"               => webhooks::pause;
    Change POST "/console/webhooks/delete"     as "delete_webhook"            => webhooks::delete;
    Look   GET  "/console/keys"                                               => keys::list;
    Own    POST "/console/keys"                as "create_key"                => keys::create;
    Own    POST "/console/keys/revoke"         as "revoke_key"                => keys::revoke;
    Look   GET  "/console/policy"                                             => policy::show;
    Change POST "/console/policy"              as "change_app"                => policy::save;
    Look   GET  "/console/certificates"                                       => certificates::list;
    Change GET  "/console/certificates/new/{vendor}"                          => certificates::begin;
    Change POST "/console/certificates/new/{vendor}" as "create_certificate"  => certificates::create;
    Look   GET  "/console/certificates/{id}"                                  => certificates::show;
    Change POST "/console/certificates/{id}"   as "edit_certificate"          => certificates::change;
    Change POST "/console/certificates/{id}/test" as "probe_certificate"      => certificates::test;
    Change POST "/console/fcm-rank"            as "change_app"                => certificates::rank;
    Look   GET  "/console/resources"                                          => resources::show;
    Change POST "/console/resources/new"       as "put_resource"              => resources::create;
    Change POST "/console/resources/save"      as "put_resource"              => resources::save;
    Change POST "/console/resources/delete"    as "delete_resource"           => resources::delete;
    Own    GET  "/console/operators"                                          => operators::list;
    Own    POST "/console/operators"           as "invite_operator"           => operators::invite;
    Own    GET  "/console/operators/{id}"                                     => operators::show;
    Own    POST "/console/operators/{id}"      as "change_operator"           => operators::change;
    Own    POST "/console/operators/{id}/link" as "reset_password"            => operators::reset;
    Look   GET  "/console/account"                                            => account::show;
    Look   POST "/console/account/name"        as "change_display_name"       => account::rename;
    Look   POST "/console/account/password"    as "change_password"           => account::change_password;
    Look   POST "/console/account/sessions"    as "end_sessions"              => account::end_sessions;
    Look   GET  "/console/audit"                                              => audit::show;
}

/// Every page and form of the console.
#[must_use]
pub fn console_pages() -> Vec<ConsolePage> {
    table().into_iter().map(|entry| entry.page).collect()
}

/// Every page of the console, under `/console`.
pub(super) fn router(console: &Arc<Console>) -> Router {
    let elsewhere = (Arc::clone(console), Passage { need: Need::Look, action: None });
    let elsewhere =
        any(gate::no_page).layer(middleware::from_fn_with_state(elsewhere, gatekeeper::let_through));
    table()
        .into_iter()
        .fold(Router::new(), |router, entry| (entry.register)(router, console))
        .route("/console", get(gate::go_home))
        .route("/console/{*rest}", elsewhere)
        .layer(DefaultBodyLimit::max(FORM_MAX_BYTES))
        .layer(middleware::map_response(answer::guard))
        .with_state(Arc::clone(console))
}

#[cfg(test)]
mod tests {
    use super::{Method, Need, console_pages};

    #[test]
    fn whatever_changes_something_is_recorded_and_whatever_is_open_is_not_a_change() {
        for page in console_pages() {
            let is_form = page.method == Method::POST;
            if is_form && page.need >= Need::Change {
                assert!(page.action.is_some(), "{} has no word for the audit log", page.path);
            }
            assert!(is_form || page.action.is_none(), "{} is only looked at", page.path);
        }
    }
}
