//! Every path of the book, with the host it belongs to.

use http::Method;

use super::{
    desk::{Call, Desk, PUSH_HOSTS, SUBSCRIPTION_HOSTS},
    reply::{Code, Refusal},
};
use crate::counter::Answer;

/// What stands before every path. Documented.
pub(super) const PREFIX: &str = "/garcia/api/server";

/// One path with what it does.
pub(super) struct Route {
    pub(super) path: &'static str,
    hosts: [&'static str; 2],
    /// It only tells something: GET is documented and POST is what SDKs send.
    tells: bool,
    pub(super) act: Act,
}

type Act = fn(&Desk, &Call<'_>) -> Result<Answer, Refusal>;

impl Route {
    const fn push(path: &'static str, act: Act) -> Self {
        Self { path, hosts: PUSH_HOSTS, tells: false, act }
    }

    const fn subscription(path: &'static str, act: Act) -> Self {
        Self { path, hosts: SUBSCRIPTION_HOSTS, tells: false, act }
    }

    const fn telling(self) -> Self {
        Self { tells: true, ..self }
    }

    /// Whether it answers to a method.
    pub(super) fn takes(&self, method: &Method) -> bool {
        *method == Method::POST || self.tells && *method == Method::GET
    }
}

pub(super) const ROUTES: &[Route] = &[
    Route::push("/push/varnished/pushByPushId", Desk::push_by_push_id),
    Route::push("/push/varnished/pushByAlias", Desk::push_by_alias),
    Route::push("/push/unvarnished/pushByPushId", closed),
    Route::push("/push/unvarnished/pushByAlias", closed),
    Route::push("/push/pushTask/getTaskId", Desk::make_task),
    Route::push("/push/task/varnished/pushByPushId", Desk::push_task_by_push_id),
    Route::push("/push/task/varnished/pushByAlias", Desk::push_task_by_alias),
    Route::push("/push/task/unvarnished/pushByPushId", closed),
    Route::push("/push/task/unvarnished/pushByAlias", closed),
    Route::push("/push/pushTask/pushToApp", Desk::push_to_app),
    Route::push("/push/pushTask/pushToTag", Desk::push_to_tag),
    Route::push("/push/pushTask/cancel", Desk::cancel_task),
    Route::push("/push/statistics/getTaskStatistics", Desk::task_statistics).telling(),
    Route::push("/push/statistics/dailyPushStatics", Desk::daily_statistics).telling(),
    Route::push("/push/uploadImg", Desk::take_image),
    Route::subscription("/message/getRegisterSwitch", Desk::switches).telling(),
    Route::subscription("/message/changeRegisterSwitch", Desk::change_switch),
    Route::subscription("/message/changeAllSwitch", Desk::change_all_switches),
    Route::subscription("/message/subscribeAlias", Desk::subscribe_alias),
    Route::subscription("/message/unSubscribeAlias", Desk::unsubscribe_alias),
    Route::subscription("/message/getSubAlias", Desk::alias).telling(),
    Route::subscription("/message/subscribeTags", Desk::subscribe_tags),
    Route::subscription("/message/unSubscribeTags", Desk::unsubscribe_tags),
    Route::subscription("/message/getSubTags", Desk::tags).telling(),
    Route::subscription("/message/unSubAllTags", Desk::unsubscribe_all_tags),
];

/// The route of a path at a host.
pub(super) fn find(host: &str, path: &str) -> Option<&'static Route> {
    let path = path.strip_prefix(PREFIX)?;
    ROUTES.iter().find(|route| route.path == path && route.hosts.contains(&host))
}

/// Data messages have been closed since 2018-06-16 (documented); that this is the code for it is assumed.
fn closed(_: &Desk, _: &Call<'_>) -> Result<Answer, Refusal> {
    Err(Code::PASS_THROUGH.plain())
}
