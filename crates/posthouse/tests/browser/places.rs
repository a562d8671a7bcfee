//! Every page of the console by its address, on a furnished stage.

use model::Vendor;
use serde_json::{Value, json};

use crate::{furnished::Furnished, stage::Stage};

/// A page to look at.
pub(crate) struct Place {
    /// Its name, also that of its picture.
    pub(crate) name: String,
    pub(crate) address: String,
    /// The status with which it comes, which the browser complains of where it is not 200.
    status: u16,
}

impl Place {
    pub(crate) fn new(name: &str, address: &str) -> Self {
        Self { name: name.to_owned(), address: address.to_owned(), status: 200 }
    }

    /// Whether the browser has to complain so.
    pub(crate) fn is_expected(&self, complaint: &str) -> bool {
        self.status != 200 && complaint.contains(&format!("responded with a status of {}", self.status))
    }

    /// Whether its address is one of the page's, where `{name}` stands for anything.
    fn is_of(&self, path: &str) -> bool {
        let address = self.address.find("/console/").map_or("", |at| &self.address[at..]);
        let own: Vec<&str> = address.split('?').next().unwrap_or_default().split('/').collect();
        let wanted: Vec<&str> = path.split('/').collect();
        let is_same = |(own, wanted): (&&str, &&str)| own == wanted || wanted.starts_with('{');
        own.len() == wanted.len() && own.iter().zip(&wanted).all(is_same)
    }
}

/// Pages that are not looked at: a style or script, a stream, a file, a redirect.
const NOT_LOOKED_AT: [&str; 4] =
    ["/console/assets/{name}", "/console/events", "/console/deliveries/export", "/console/language/{tag}"];

/// A word without a place to break, as people paste them.
const LONG_WORD: &str = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";

/// What those see who are signed in.
pub(crate) fn inside(there: &Furnished) -> Vec<Place> {
    let Furnished { message, refused, push_id, .. } = there;
    let mut places = vec![
        Place::new("overview", "/console/overview"),
        Place::new("overview-vendor", "/console/overview?range=7d&vendor=xiaomi&class=chat"),
        Place::new("overview-nothing", "/console/overview?vendor=honor&class=marketing"),
        Place::new("lanes", "/console/lanes"),
        Place::new("deliveries", "/console/deliveries"),
        Place::new("deliveries-none", "/console/deliveries?vendor=honor&state=rejected"),
        Place::new("explain-empty", "/console/explain"),
        Place::new("explain", &format!("/console/explain?message={message}")),
        Place::new("explain-refused", &format!("/console/explain?message={refused}")),
        Place::new("explain-search", "/console/explain?by=user&q=bo"),
        Place::new("test-empty", "/console/test"),
        Place::new("test", "/console/test?user=bo"),
        Place::new("users", "/console/users"),
        Place::new("users-none", "/console/users?q=nobody-is-called-so"),
        Place::new("user", "/console/users/user?id=lin"),
        Place::new("device", &format!("/console/users/device?id={push_id}")),
        Place::new("groups", "/console/groups"),
        Place::new("group", "/console/groups/group?id=weekend-hike"),
        Place::new("dead-letters", "/console/dead-letters"),
        Place::new("dead-letters-none", "/console/dead-letters?vendor=meizu"),
        Place::new("lab", "/console/lab?phone=mi-14"),
        Place::new("lab-lock", "/console/lab?phone=iphone-16"),
        Place::new("certificates", "/console/certificates"),
        Place::new("resources", "/console/resources"),
        Place::new("webhooks", "/console/webhooks"),
        Place::new("webhook", "/console/webhooks/webhook?id=1"),
        Place::new("keys", "/console/keys"),
        Place::new("policy", "/console/policy"),
        Place::new("operators", "/console/operators"),
        Place::new("operator", "/console/operators/1"),
        Place::new("account", "/console/account"),
        Place::new("audit", "/console/audit"),
        Place { status: 404, ..Place::new("not-found", "/console/nowhere") },
    ];
    for (number, vendor) in Vendor::ALL.into_iter().enumerate() {
        let number = number + 1;
        places.push(Place::new(&format!("certificate-{vendor}"), &format!("/console/certificates/{number}")));
        let new = format!("/console/certificates/new/{vendor}");
        places.push(Place::new(&format!("new-certificate-{vendor}"), &new));
        let tab = format!("/console/resources?id=calls&vendor={vendor}");
        places.push(Place::new(&format!("resource-{vendor}"), &tab));
    }
    places
}

/// What those see who are not.
pub(crate) fn outside(there: &Furnished) -> Vec<Place> {
    vec![
        Place { status: 401, ..Place::new("sign-in", "/console/signin") },
        Place::new("invitation", &there.invitation),
        Place { status: 401, ..Place::new("first-run-over", "/console/first-run?token=gone") },
    ]
}

/// Pages that hold the longest of everything.
pub(crate) async fn extreme(stage: &Stage) -> Vec<Place> {
    let user = format!("{}W", "长😀名".repeat(6));
    let user = format!("{user}{}", "W".repeat(64 - user.len()));
    let name = "没有空格的很长的名字".repeat(6);
    let made = json!({ "id": user, "name": name });
    let _: Value = stage.api.post("/v1/users", &made).await.unwrap();
    let id = "W".repeat(64);
    let group = json!({ "id": id, "name": LONG_WORD[..60], "owner": user, "members": ["bo"] });
    let _: Value = stage.api.post("/v1/groups", &group).await.unwrap();
    let text =
        format!("{LONG_WORD}{LONG_WORD} {} https://example.com/{}", "很长的话".repeat(60), "x".repeat(300));
    let body = json!({ "type": "text", "text": text });
    let push = json!({ "title": LONG_WORD, "ext": "e".repeat(300) });
    let sent = json!({ "from": user, "to": { "group": id }, "body": body, "push": push });
    let message = stage.send(&sent).await;
    stage.see_ended(&message).await;
    let webhook = json!({ "url": format!("http://127.0.0.1:9/{}", "w".repeat(200)), "events": ["token"] });
    let _: Value = stage.api.post("/v1/webhooks", &webhook).await.unwrap();
    let found: String = user.bytes().map(|byte| format!("%{byte:02X}")).collect();
    vec![
        Place::new("extreme-user", &format!("/console/users/user?id={found}")),
        Place::new("extreme-group", &format!("/console/groups/group?id={id}")),
        Place::new("extreme-explain", &format!("/console/explain?message={message}")),
        Place::new("extreme-lab", "/console/lab?phone=mi-14"),
        Place::new("extreme-users", "/console/users"),
        Place::new("extreme-groups", "/console/groups"),
        Place::new("extreme-webhooks", "/console/webhooks"),
        Place::new("extreme-deliveries", "/console/deliveries"),
    ]
}

/// The pages of the console's own list that none of these addresses leads to.
pub(crate) fn forgotten<'a>(places: impl Iterator<Item = &'a Place> + Clone) -> Vec<&'static str> {
    let pages = server::console_pages().into_iter().filter(|page| page.method == http::Method::GET);
    let paths = pages.map(|page| page.path).filter(|path| !NOT_LOOKED_AT.contains(path));
    paths.filter(|path| !places.clone().any(|place| place.is_of(path))).collect()
}
