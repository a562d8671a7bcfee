//! The page as a person sees it: look until something is there, click, type. What fails says what the page showed.
//!
//! Elements are named by their `data-test` words, outermost first: `shade-mi-14 notification-text`. Behind a dot stands
//! a class that the element must have: `presence.tone-ok`.

use std::{
    cell::Cell,
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::driver::{Driver, Element, NO_SUCH_ELEMENT, Refused};

/// Longer than anything takes; only a test that fails waits so long.
const PATIENCE: Duration = Duration::from_secs(20);
/// Characters of a page that a failure shows.
const SHOWN_MAX: usize = 4000;

/// Looks whenever the page changes, until there is something to tell or the time is over.
const WATCH: &str = "
const [wanted, limit, tell] = [arguments[0], arguments[1], arguments[arguments.length - 1]];
const look = () => { const seen = found(wanted); if (seen) end(seen); };
const watcher = new MutationObserver(look);
const clock = setTimeout(() => end(null), limit);
function end(seen) { watcher.disconnect(); clearTimeout(clock); tell(seen); }
watcher.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
look();
";

/// WebDriver's code where something else is where the click goes.
const MISSED: &str = "element click intercepted";

/// Marks the page, listens for the click, and says whether a click on the element leaves the page: by a link elsewhere,
/// or by a form that the page does not send by itself.
const MARK_AND_TELL: &str = "
window.isMarked = true;
window.isHit = false;
arguments[0].addEventListener('click', () => { window.isHit = true; }, { capture: true });
const link = arguments[0].closest('a[href]');
if (link) return !link.hash || link.pathname !== location.pathname || link.search !== location.search;
const button = arguments[0].closest('button');
const form = button?.type === 'submit' && button.form;
return Boolean(form) && !form.hasAttribute('data-live') && (form.noValidate || form.checkValidity());
";

/// A browser's window with a page of the console.
pub(crate) struct Page {
    driver: Driver,
    base: String,
    /// The test, for the names of pictures.
    test: &'static str,
}

impl Page {
    pub(crate) const fn new(driver: Driver, base: String, test: &'static str) -> Self {
        Self { driver, base, test }
    }

    pub(crate) const fn driver(&self) -> &Driver {
        &self.driver
    }

    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Ends the browser, which must not have complained of anything that the test did not expect.
    pub(crate) async fn close(self) {
        let complaints = self.complaints().await;
        if !complaints.is_empty() {
            self.fail(&format!("the browser complains: {complaints:#?}")).await;
        }
        self.driver.close().await.unwrap();
    }

    /// Opens an address: a path of the console, or all of it.
    pub(crate) async fn open(&self, address: &str) {
        let whole =
            if address.starts_with("http") { address.to_owned() } else { format!("{}{address}", self.base) };
        self.expect(&format!("to open {address}"), self.driver.go(&whole).await).await;
    }

    /// Waits until the page has the element.
    pub(crate) async fn see(&self, words: &str) {
        let find = "const found = (selector) => document.querySelector(selector) !== null;";
        if self.watch(find, &json!(selector(words))).await.is_null() {
            self.fail(&format!("`{words}` did not appear")).await;
        }
    }

    /// Waits until one of the elements holds the text.
    pub(crate) async fn see_text(&self, words: &str, text: &str) {
        let find = "const found = ([selector, text]) => [...document.querySelectorAll(selector)]
            .some((item) => item.textContent.includes(text));";
        if self.watch(find, &json!([selector(words), text])).await.is_null() {
            let shown = self.texts(words).await;
            self.fail(&format!("`{words}` did not come to say “{text}”; it says {shown:?}")).await;
        }
    }

    /// Waits until the page does not have the element.
    pub(crate) async fn see_gone(&self, words: &str) {
        let find = "const found = (selector) => document.querySelector(selector) === null;";
        if self.watch(find, &json!(selector(words))).await.is_null() {
            self.fail(&format!("`{words}` did not go away")).await;
        }
    }

    /// Waits until the page comes with this value chosen.
    pub(crate) async fn see_chosen(&self, words: &str, value: &str) {
        let find = "const found = (selector) => document.querySelector(selector) !== null;";
        let option = format!("{} option[value=\"{value}\"][selected]", selector(words));
        if self.watch(find, &json!(option)).await.is_null() {
            self.fail(&format!("`{words}` did not come with {value} chosen")).await;
        }
    }

    /// The id of the first of the elements that holds the text.
    pub(crate) async fn id_of(&self, words: &str, text: &str) -> String {
        let find = "const found = ([selector, text]) => [...document.querySelectorAll(selector)]
            .find((item) => item.textContent.includes(text))?.id;";
        let id = self.watch(find, &json!([selector(words), text])).await;
        match id.as_str() {
            Some(id) => id.to_owned(),
            None => self.fail(&format!("no `{words}` says “{text}”")).await,
        }
    }

    /// The rest of the `data-test` word of the first element whose word begins so and which holds the text.
    pub(crate) async fn word_of(&self, begins: &str, text: &str) -> String {
        let find =
            "const found = ([begins, text]) => [...document.querySelectorAll(`[data-test^=\"${begins}\"]`)]
            .find((item) => item.textContent.includes(text))?.dataset.test.slice(begins.length);";
        let rest = self.watch(find, &json!([begins, text])).await;
        match rest.as_str() {
            Some(rest) => rest.to_owned(),
            None => self.fail(&format!("no `{begins}…` says “{text}”")).await,
        }
    }

    /// What the elements say now.
    pub(crate) async fn texts(&self, words: &str) -> Vec<String> {
        let script =
            "return [...document.querySelectorAll(arguments[0])].map((item) => item.textContent.trim());";
        let texts = self.read(script, &json!([selector(words)])).await;
        serde_json::from_value(texts).unwrap_or_default()
    }

    /// What the only one of these elements says.
    pub(crate) async fn text(&self, words: &str) -> String {
        self.see(words).await;
        let mut texts = self.texts(words).await;
        if texts.len() != 1 {
            self.fail(&format!("there are {} of `{words}`", texts.len())).await;
        }
        texts.remove(0)
    }

    /// Clicks it, and goes on once the page is left, where the click leaves it.
    pub(crate) async fn click(&self, words: &str) {
        self.see(words).await;
        self.click_one(words, &One::First(selector(words))).await;
    }

    pub(crate) async fn click_id(&self, id: &str) {
        self.click_one(id, &One::First(format!("[id=\"{id}\"]"))).await;
    }

    /// Clicks the one of these elements that holds the text.
    pub(crate) async fn click_text(&self, words: &str, text: &str) {
        self.see_text(words, text).await;
        self.click_one(words, &One::Saying(selector(words), text.to_owned())).await;
    }

    async fn click_one(&self, words: &str, one: &One) {
        let leaves = Cell::new(false);
        let click = async |element: &_| {
            leaves.set(self.driver.run_on(element, MARK_AND_TELL).await? == true);
            self.driver.click(element).await?;
            // The page may move its elements between aiming and clicking, as it may under a person's hand.
            let hit = self.driver.run("return !window.isMarked || window.isHit;", &json!([])).await;
            if hit.is_ok_and(|hit| hit == false) {
                return Err(Refused { code: MISSED.to_owned(), text: "the click went elsewhere".to_owned() });
            }
            Ok(())
        };
        self.touch(words, one, click).await;
        // The browser may answer before it leaves: what is looked for next would be found on the old page.
        let find = "const found = () => !window.isMarked;";
        if leaves.get() && self.watch(find, &Value::Null).await.is_null() {
            self.fail(&format!("`{words}` did not lead to another page")).await;
        }
    }

    /// Presses a key, wherever the focus is.
    pub(crate) async fn press(&self, key: Key) {
        let pressed = self.driver.press(key.code()).await;
        self.expect(&format!("to press {key:?}"), pressed).await;
    }

    /// Presses one key after the other.
    pub(crate) async fn type_keys(&self, text: &str) {
        for letter in text.chars() {
            let pressed = self.driver.press(&letter.to_string()).await;
            self.expect(&format!("to type {letter}"), pressed).await;
        }
    }

    /// The id of the element that has the focus.
    pub(crate) async fn focused(&self) -> String {
        self.run("return document.activeElement.id;").await.as_str().unwrap_or_default().to_owned()
    }

    /// Types a text in place of what the field holds.
    pub(crate) async fn fill(&self, words: &str, text: &str) {
        self.see(words).await;
        let fill = async |element: &_| {
            self.driver.clear(element).await?;
            self.driver.type_into(element, text).await
        };
        self.touch(words, &One::First(selector(words)), fill).await;
    }

    /// What kind of control it is: `text`, `password`, `select-one`, `checkbox`, `file` …
    pub(crate) async fn kind_of(&self, words: &str) -> String {
        self.property(words, "type").await.as_str().unwrap_or_default().to_owned()
    }

    /// Whether a box is ticked, or one of several chosen.
    pub(crate) async fn is_chosen(&self, words: &str) -> bool {
        self.property(words, "checked").await == true
    }

    /// What the field holds now.
    pub(crate) async fn value_of(&self, words: &str) -> String {
        self.property(words, "value").await.as_str().unwrap_or_default().to_owned()
    }

    async fn property(&self, words: &str, name: &str) -> Value {
        self.see(words).await;
        let script = "return document.querySelector(arguments[0])[arguments[1]];";
        self.read(script, &json!([selector(words), name])).await
    }

    /// Chooses a file.
    pub(crate) async fn upload(&self, words: &str, path: &str) {
        self.see(words).await;
        let upload = async |element: &_| self.driver.type_into(element, path).await;
        self.touch(words, &One::First(selector(words)), upload).await;
    }

    /// Chooses one of a choice's values.
    pub(crate) async fn choose(&self, words: &str, value: &str) {
        let option = format!("{} option[value=\"{value}\"]", selector(words));
        let find = "const found = (selector) => document.querySelector(selector) !== null;";
        if self.watch(find, &json!(option)).await.is_null() {
            self.fail(&format!("`{words}` does not offer {value}")).await;
        }
        self.touch(words, &One::First(option), async |element| self.driver.click(element).await).await;
    }

    /// The value of a script's body.
    pub(crate) async fn run(&self, script: &str) -> Value {
        self.expect("to run a script", self.driver.run(script, &json!([])).await).await
    }

    /// The browser's own complaints since this was asked last: refused scripts and styles, failed requests, errors.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let lines = self.expect("to read the log", self.driver.log().await).await;
        let bad = lines.into_iter().filter(|line| line.level == "SEVERE" || line.level == "WARNING");
        bad.map(|line| line.message).collect()
    }

    /// Reads the browser's complaints, each of which must be an answer with this status.
    pub(crate) async fn only_complains_of(&self, status: u16) {
        let wanted = format!("the server responded with a status of {status}");
        for complaint in self.complaints().await {
            if !complaint.contains(&wanted) {
                self.fail(&format!("the browser complains: {complaint}")).await;
            }
        }
    }

    /// Fails with what the page shows, and leaves a picture of it.
    pub(crate) async fn fail(&self, what: &str) -> ! {
        let script = "return `${location.pathname}${location.search}\\n${document.body.innerText}`;";
        let shown = self.driver.run(script, &json!([])).await;
        let shown = shown.map_or_else(|refused| refused.text, |text| text.as_str().unwrap_or("").to_owned());
        let shown: String = shown.chars().take(SHOWN_MAX).collect();
        let picture = screenshot_path(&format!("failed-{}", self.test));
        if let Ok(png) = self.driver.picture().await {
            fs::write(&picture, png).unwrap();
        }
        panic!("{}: {what}\n--- {} ---\n{shown}\n---", self.test, picture.display());
    }

    async fn expect<T>(&self, what: &str, done: Result<T, Refused>) -> T {
        match done {
            Ok(value) => value,
            Err(refused) => self.fail(&format!("failed {what}: {} ({})", refused.text, refused.code)).await,
        }
    }

    /// The value of a script that changes nothing. A page that is left while it is read is read again when the next is
    /// there.
    async fn read(&self, script: &str, arguments: &Value) -> Value {
        let began = Instant::now();
        loop {
            match self.driver.run(script, arguments).await {
                Ok(value) => return value,
                Err(_) if began.elapsed() < PATIENCE => {}
                Err(refused) => self.fail(&format!("cannot read: {}", refused.text)).await,
            }
        }
    }

    /// Null where the time is over. A page that is left while it is watched is watched again when the next is there.
    async fn watch(&self, find: &str, wanted: &Value) -> Value {
        let script = format!("{find}{WATCH}");
        let began = Instant::now();
        loop {
            let left = PATIENCE.saturating_sub(began.elapsed()).as_millis();
            match self.driver.run_until_told(&script, &json!([wanted, left])).await {
                Ok(seen) => return seen,
                Err(_) if left > 0 => {}
                Err(refused) => self.fail(&format!("cannot look: {}", refused.text)).await,
            }
        }
    }

    /// Does something to an element. The page may exchange it under the hand, as it does under a person's; then it is
    /// looked for again.
    async fn touch(&self, words: &str, one: &One, act: impl AsyncFn(&Element) -> Result<(), Refused>) {
        let began = Instant::now();
        loop {
            let touched = match self.find(one).await {
                Ok(element) => act(&element).await,
                Err(refused) => Err(refused),
            };
            let Err(refused) = touched else { return };
            let exchanged = ["stale element reference", NO_SUCH_ELEMENT, MISSED, "element not interactable"];
            if !exchanged.contains(&refused.code.as_str()) || began.elapsed() > PATIENCE {
                self.fail(&format!("`{words}` cannot be touched: {} ({})", refused.text, refused.code)).await;
            }
            // What stands still at the window's edge may cover it.
            let aside = "document.querySelector(arguments[0])?.scrollIntoView({ block: 'center' });";
            let _ = self.driver.run(aside, &json!([one.selector()])).await;
        }
    }

    async fn find(&self, one: &One) -> Result<Element, Refused> {
        match one {
            One::First(selector) => self.driver.find(selector).await,
            One::Saying(selector, text) => {
                let find = "return [...document.querySelectorAll(arguments[0])]
                    .find((item) => item.textContent.includes(arguments[1]));";
                self.driver.run_for_element(find, &json!([selector, text])).await
            }
        }
    }
}

/// Which element is meant.
enum One {
    /// The first that the selector finds.
    First(String),
    /// The first of them that holds the text.
    Saying(String, String),
}

impl One {
    fn selector(&self) -> &str {
        match self {
            Self::First(selector) | Self::Saying(selector, _) => selector,
        }
    }
}

/// A key that does something.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Key {
    Tab,
    Enter,
    Escape,
    Space,
}

impl Key {
    /// As WebDriver names it.
    const fn code(self) -> &'static str {
        match self {
            Self::Tab => "\u{e004}",
            Self::Enter => "\u{e007}",
            Self::Escape => "\u{e00c}",
            Self::Space => " ",
        }
    }
}

/// Where a picture is left.
pub(crate) fn screenshot_path(name: &str) -> PathBuf {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/screenshots"));
    fs::create_dir_all(&folder).unwrap();
    folder.join(format!("{name}.png"))
}

fn selector(words: &str) -> String {
    let element = |word: &str| {
        let (name, class) = word.split_once('.').unwrap_or((word, ""));
        let class = if class.is_empty() { String::new() } else { format!(".{class}") };
        format!("[data-test=\"{name}\"]{class}")
    };
    words.split(' ').map(element).collect::<Vec<_>>().join(" ")
}
