//! Files that are sent in.

use http::Method;
use model::ConsoleRole;

use super::everywhere;
use crate::{
    browser::{Browser, operator},
    house::House,
};

#[tokio::test]
async fn what_a_browser_calls_a_file_leads_nowhere_and_is_shown_nowhere() {
    let house = House::new().await;
    operator(&house, "li", everywhere(ConsoleRole::Operator)).await;
    let li = Browser::with_password(&house, "li").await;
    let before = house.files();
    let key = include_str!(
        "../../../../../testdata/vendors/apns/auth/p8-as-base64-of-the-file/AuthKey_TESTKEY001.p8"
    );
    for name in [
        "../../../../tmp/posthouse-was-here",
        "..\\\\..\\\\posthouse-was-here",
        "/etc/posthouse-was-here",
        "p8\\0.txt",
    ] {
        let part = |head: &str, value: &str| {
            format!("--edge\r\ncontent-disposition: form-data; {head}\r\n\r\n{value}\r\n")
        };
        let body = [
            part("name=\"csrf\"", &li.csrf),
            part("name=\"name\"", "ios"),
            part("name=\"environment\"", "development"),
            part(&format!("name=\"p8\"; filename=\"{name}\""), key),
            part("name=\"../p8\"; filename=\"x\"", key),
            part("name=\"remove-../../x\"", "yes"),
        ]
        .concat();
        let headers =
            [("cookie", li.cookie.as_str()), ("content-type", "multipart/form-data; boundary=edge")];
        let answer = house
            .raw(Method::POST, "/console/certificates/new/apns", &headers, format!("{body}--edge--\r\n"))
            .await;
        assert!(!answer.text.contains("was-here"), "{}", answer.text);
        assert!([303, 422].contains(&answer.status.as_u16()), "{}", answer.text);
    }
    assert_eq!(house.files(), before);
    assert!(!std::path::Path::new("/tmp/posthouse-was-here").exists());
    for path in [
        "/console/assets/..%2f..%2fCargo.toml",
        "/console/assets/%2e%2e%2fconsole.css",
        "/console/assets/console.css%00",
    ] {
        assert_eq!(li.get(path).await.status, 404, "{path}");
    }
}
