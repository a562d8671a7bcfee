//! What holds for any request.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue, Method, header};
use model::{ManualClock, Secret, Timestamp, Vendor};
use proptest::prelude::*;
use tokio::sync::mpsc;

use super::{app::Apps, app::XiaomiApp, desk::Desk};
use crate::{
    counter::{Ask, Clerk, Ending},
    faults::Turn,
    shared::{Host, Shared},
};

const NOW: Timestamp = Timestamp(1_790_000_000_000);

fn desk() -> Desk {
    let apps = Arc::new(Apps::default());
    apps.register(XiaomiApp::new("com.example.im", "1", Secret::new("secret".to_owned())));
    Desk::new(&Shared::for_tests(Arc::new(ManualClock::at(NOW))), apps, mpsc::channel(10).0)
}

fn field() -> impl Strategy<Value = String> {
    let messages = r#"messages=[{"target":"a","message":{"restricted_package_name":"com.example.im","title":"t","description":"d","extra":{"k":1}}}]"#;
    prop_oneof![
        Just("registration_id=a,b".to_owned()),
        Just("restricted_package_name=com.example.im".to_owned()),
        Just("title=t&description=d".to_owned()),
        Just("alias=a&user_account=b&topic=c&topics=c;$;d&aliases=a&registration_ids=a&msg_ids=m".to_owned()),
        Just(messages.to_owned()),
        "messages=.{0,60}",
        "(notify_id|time_to_live|pass_through|time_to_send|notify_type)=-?[0-9]{0,20}",
        "extra\\.(callback|callback\\.type|notify_effect|jobkey|template_param|model|k[0-9])=.{0,40}",
        ".{0,40}",
    ]
}

fn path() -> impl Strategy<Value = String> {
    let known = [
        "/v3/message/regid",
        "/v2/message/alias",
        "/v2/message/user_account",
        "/v3/message/topic",
        "/v2/message/multi_topic",
        "/v2/message/all",
        "/v2/multi_messages/regids",
        "/v1/message/regid/revoke",
        "/v1/message/multi_topic/revoke",
        "/v1/message/switch/stop_by_jobkey",
        "/v2/schedule_job/delete",
        "/v2/topic/subscribe",
        "/v1/validation/regids",
        "/v1/channel/add",
        "/v1/trace/quota/get",
        "/media/upload/image",
    ];
    prop_oneof![9 => prop::sample::select(Vec::from(known)).prop_map(str::to_owned), 1 => "/[a-z0-9/]{0,20}"]
}

proptest! {
    #[test]
    fn any_form_on_any_path_gets_an_envelope_with_a_code(
        fields in proptest::collection::vec(field(), 0..12),
        path in path(),
        is_get in any::<bool>(),
    ) {
        let (body, host) = (fields.join("&"), Host::for_tests("api.xmpush.xiaomi.com", Vendor::Xiaomi));
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static("key=secret"));
        let ask = Ask {
            host: &host,
            method: if is_get { &Method::GET } else { &Method::POST },
            path: &path,
            query: &body,
            headers: &headers,
            body: body.as_bytes(),
            now: NOW,
        };
        let answer = desk().answer(&ask, &Turn::default());
        prop_assert_eq!(answer.ending, Ending::Answered);
        let envelope: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        prop_assert_eq!(answer.status, 200);
        prop_assert_eq!(envelope["code"] == 0, envelope["result"] == "ok");
    }
}
