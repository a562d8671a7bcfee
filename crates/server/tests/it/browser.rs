//! Somebody with a browser, signed in to the console.

use std::sync::LazyLock;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, phc::PasswordHash},
};
use http::Method;
use model::{AppId, ConsoleGrants, ConsoleRole, OperatorId, OperatorName, Secret};
use store::{ConsoleOp, Invitation, NewOperator, Op, OperatorStart, Outcome, PasswordBy};

use crate::house::{Answer, House};

/// The password of every operator of a test.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// Its hash, made once.
static HASH: LazyLock<String> = LazyLock::new(|| {
    let hash: PasswordHash = Argon2::default().hash_password(PASSWORD.as_bytes()).unwrap();
    hash.to_string()
});

/// Makes an operator with [`PASSWORD`], whatever the pages would say to the name.
pub(crate) async fn operator(house: &House, name: &str, grants: ConsoleGrants) -> OperatorId {
    let hash = *uuid::Uuid::new_v4().as_bytes();
    let invitation =
        Invitation { hash: [hash, hash].concat().try_into().unwrap(), until: house.now().plus_ms(1000) };
    let new = NewOperator {
        name: OperatorName::new(name).unwrap(),
        display_name: name.to_owned(),
        grants,
        start: OperatorStart::Invited(invitation),
        at: house.now(),
    };
    let set = ConsoleOp::SetPassword {
        by: PasswordBy::Invitation(invitation.hash),
        password: Secret::new(HASH.clone()),
        at: house.now(),
    };
    let ops = [ConsoleOp::CreateOperator(new), set].map(Op::Console);
    match house.store.commit(ops.into()).await.unwrap()[..] {
        [Outcome::Operator(id), _] => id,
        ref other => panic!("a new operator, not {other:?}"),
    }
}

/// Somebody who may do so much in the first App.
pub(crate) async fn somebody(house: &House, role: ConsoleRole) -> Browser<'_> {
    let name = format!("some-{role}");
    operator(house, &name, ConsoleGrants::in_app(AppId(1), role)).await;
    Browser::with_password(house, &name).await
}

/// Somebody with a browser.
pub(crate) struct Browser<'a> {
    pub(crate) house: &'a House,
    pub(crate) cookie: String,
    pub(crate) csrf: String,
}

impl<'a> Browser<'a> {
    pub(crate) async fn signed_in(house: &'a House) -> Self {
        let link = house.console_link();
        let welcome = house.raw(Method::GET, &link, &[], "").await;
        assert_eq!(welcome.status, 200, "{}", welcome.text);
        let mut browser = Self { house, cookie: cookie_of(&welcome), csrf: String::new() };
        browser.csrf = csrf_of(&browser.get("/console/lab").await);
        browser
    }

    /// Signs in with a name and [`PASSWORD`].
    pub(crate) async fn with_password(house: &'a House, name: &str) -> Self {
        let mut browser = Self { house, cookie: String::new(), csrf: String::new() };
        let fields = [("name", name), ("password", PASSWORD)];
        let answer = browser.post_bare("/console/signin", &fields).await;
        // Where phones are, one lands beside them.
        assert!(["/console/overview", "/console/lab"].contains(&location(&answer)), "{}", location(&answer));
        browser.cookie = cookie_of(&answer);
        browser.csrf = csrf_of(&browser.get("/console/account").await);
        browser
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.get_as(path, "en").await
    }

    pub(crate) async fn get_as(&self, path: &str, language: &str) -> Answer {
        let headers = [("cookie", self.cookie.as_str()), ("accept-language", language)];
        self.house.raw(Method::GET, path, &headers, "").await
    }

    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut form = vec![("csrf", self.csrf.as_str())];
        form.extend(fields);
        self.post_bare(path, &form).await
    }

    pub(crate) async fn post_bare(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let encode = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
        let pairs: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let headers =
            [("cookie", self.cookie.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        self.house.raw(Method::POST, path, &headers, pairs.join("&")).await
    }

    pub(crate) async fn save(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.save_with(path, &self.csrf, fields).await
    }

    pub(crate) async fn save_with(&self, path: &str, csrf: &str, fields: &[(&str, &str)]) -> Answer {
        let part = |(name, value): (&str, &str)| {
            format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let body: String = [("csrf", csrf)].into_iter().chain(fields.iter().copied()).map(part).collect();
        let headers = [
            ("cookie", self.cookie.as_str()),
            ("content-type", "multipart/form-data; boundary=edge"),
            ("accept-language", "en"),
        ];
        self.house.raw(Method::POST, path, &headers, format!("{body}--edge--\r\n")).await
    }
}

pub(crate) fn cookie_of(answer: &Answer) -> String {
    let line = answer.headers["set-cookie"].to_str().unwrap();
    line.split(';').next().unwrap().to_owned()
}

pub(crate) fn csrf_of(page: &Answer) -> String {
    let (_, rest) = page.text.split_once("name=\"csrf\" value=\"").expect("the page has a form");
    rest.split('"').next().unwrap().to_owned()
}

pub(crate) fn location(answer: &Answer) -> &str {
    assert_eq!(answer.status, 303, "{}", answer.text);
    answer.headers["location"].to_str().unwrap()
}
