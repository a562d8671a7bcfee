//! A browser under remote control: the calls of W3C WebDriver that a walk needs, and three of Chromium's own.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::api::Api;

const CHROMIUM: &str = "/usr/bin/chromium";
/// The key under which WebDriver names an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// WebDriver's code where there is none.
pub(crate) const NO_SUCH_ELEMENT: &str = "no such element";
/// Longer than any script of a walk runs, in milliseconds.
const SCRIPT_MAX_MS: u64 = 60_000;

/// One browser with one window.
pub(crate) struct Driver {
    api: Api,
    session: String,
}

/// An element of the page that is shown.
pub(crate) struct Element(String);

/// Why the browser did not do it: WebDriver's own code and text.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) code: String,
    pub(crate) text: String,
}

/// A line of the browser's console.
#[derive(Debug, Deserialize)]
pub(crate) struct LogLine {
    pub(crate) level: String,
    pub(crate) message: String,
}

impl Driver {
    /// Opens a window of 1280 by 1000 in a browser that knows nothing yet.
    pub(crate) async fn open(url: &str, profile: &str) -> Self {
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            "--window-size=1280,1000",
            &format!("--user-data-dir={profile}"),
        ];
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "timeouts": { "script": SCRIPT_MAX_MS, "pageLoad": SCRIPT_MAX_MS },
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": {
                "binary": CHROMIUM,
                "args": arguments,
                "prefs": { "intl.accept_languages": "en-US,en" },
            },
        } } });
        let api = Api::new(url, "");
        let opened = read(api.call(Method::POST, "/session", &wanted).await);
        let opened = opened.unwrap_or_else(|refused| panic!("no browser: {refused:?}"));
        Self { api, session: opened["sessionId"].as_str().unwrap().to_owned() }
    }

    pub(crate) async fn go(&self, address: &str) -> Result<(), Refused> {
        self.post("url", &json!({ "url": address })).await.map(|_| ())
    }

    pub(crate) async fn find(&self, selector: &str) -> Result<Element, Refused> {
        let found = self.post("element", &json!({ "using": "css selector", "value": selector })).await?;
        Ok(Element(found[ELEMENT].as_str().unwrap_or_default().to_owned()))
    }

    /// Moves the pointer there and presses it.
    pub(crate) async fn click(&self, element: &Element) -> Result<(), Refused> {
        self.post(&format!("element/{}/click", element.0), &json!({})).await.map(|_| ())
    }

    pub(crate) async fn clear(&self, element: &Element) -> Result<(), Refused> {
        self.post(&format!("element/{}/clear", element.0), &json!({})).await.map(|_| ())
    }

    /// Types, or hands a file's path to a file input.
    pub(crate) async fn type_into(&self, element: &Element, text: &str) -> Result<(), Refused> {
        self.post(&format!("element/{}/value", element.0), &json!({ "text": text })).await.map(|_| ())
    }

    /// The value of a script's body whose only argument is the element.
    pub(crate) async fn run_on(&self, element: &Element, script: &str) -> Result<Value, Refused> {
        self.run(script, &json!([{ ELEMENT: element.0 }])).await
    }

    /// The value of a script's body.
    pub(crate) async fn run(&self, script: &str, arguments: &Value) -> Result<Value, Refused> {
        self.post("execute/sync", &json!({ "script": script, "args": arguments })).await
    }

    /// The element that a script's body gives; refused as [`Self::find`] is where it gives none.
    pub(crate) async fn run_for_element(&self, script: &str, arguments: &Value) -> Result<Element, Refused> {
        let found = self.run(script, arguments).await?;
        let element = found[ELEMENT].as_str().map(|element| Element(element.to_owned()));
        element.ok_or_else(|| Refused {
            code: NO_SUCH_ELEMENT.to_owned(),
            text: "the script gave none".to_owned(),
        })
    }

    /// Presses a key where the focus is, and lets it go.
    pub(crate) async fn press(&self, key: &str) -> Result<(), Refused> {
        let strokes = [json!({ "type": "keyDown", "value": key }), json!({ "type": "keyUp", "value": key })];
        let keys = json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": strokes }] });
        self.post("actions", &keys).await.map(|_| ())
    }

    /// What a script's body gives to its last argument, a function.
    pub(crate) async fn run_until_told(&self, script: &str, arguments: &Value) -> Result<Value, Refused> {
        self.post("execute/async", &json!({ "script": script, "args": arguments })).await
    }

    /// The lines of the browser's console since this was asked last.
    pub(crate) async fn log(&self) -> Result<Vec<LogLine>, Refused> {
        let lines = self.post("se/log", &json!({ "type": "browser" })).await?;
        Ok(serde_json::from_value(lines).unwrap_or_default())
    }

    /// What the window shows, as a PNG.
    pub(crate) async fn picture(&self) -> Result<Vec<u8>, Refused> {
        let picture = self.devtools("Page.captureScreenshot", &json!({ "format": "png" })).await?;
        Ok(STANDARD.decode(picture["data"].as_str().unwrap_or_default()).unwrap_or_default())
    }

    /// A command of Chromium's developer tools.
    pub(crate) async fn devtools(&self, command: &str, parameters: &Value) -> Result<Value, Refused> {
        self.post("goog/cdp/execute", &json!({ "cmd": command, "params": parameters })).await
    }

    /// Closes the window; the browser ends.
    pub(crate) async fn close(&self) -> Result<(), Refused> {
        let path = format!("/session/{}", self.session);
        read(self.api.call(Method::DELETE, &path, &json!({})).await).map(|_| ())
    }

    async fn post(&self, what: &str, body: &Value) -> Result<Value, Refused> {
        read(self.api.call(Method::POST, &format!("/session/{}/{what}", self.session), body).await)
    }
}

fn read(answer: anyhow::Result<crate::api::Answer>) -> Result<Value, Refused> {
    let answer =
        answer.map_err(|error| Refused { code: "no answer".to_owned(), text: format!("{error:#}") })?;
    let value = answer.json["value"].clone();
    if answer.status < 400 {
        return Ok(value);
    }
    let said = |field: &str| value[field].as_str().unwrap_or_default().to_owned();
    let text = said("message");
    Err(Refused { code: said("error"), text: text.lines().next().unwrap_or_default().to_owned() })
}
