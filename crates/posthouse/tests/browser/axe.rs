//! Accessibility: every page held against the rules of axe-core, which `npm ci` puts beside this file.

use std::{fs, path::Path};

use serde_json::{Map, Value, json};

use crate::{look::Look, page::Page};

const SOURCE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser/axe/node_modules/axe-core/axe.min.js");

/// Tells what is seriously wrong: the rule, where, and how it is mended.
const ASK: &str = "
const [options, tell] = arguments;
axe.run(document, { ...options, resultTypes: ['violations'] }).then((found) => tell(found.violations
    .filter((one) => ['serious', 'critical'].includes(one.impact))
    .map((one) => `${one.impact} ${one.id}: ` + one.nodes.slice(0, 4).map((node) =>
        `${node.target.join(' ')} (${node.failureSummary.split('\\n').slice(1, 2).join('').trim()})`).join('; ')
        + (one.nodes.length > 4 ? `; and ${one.nodes.length - 4} more` : ''))),
  (error) => tell([String(error)]));
";

/// Brings the rules into every page that is opened from now on. Pages themselves could not load them: their policy
/// allows no foreign script.
pub(crate) async fn bring(page: &Page) {
    assert!(
        Path::new(SOURCE).exists(),
        "axe-core is not there: run `npm ci` in tests/browser/axe, or `cargo xtask test`"
    );
    let source = fs::read_to_string(SOURCE).unwrap();
    page.driver()
        .devtools("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": source }))
        .await
        .unwrap();
}

/// The rules that depend on the light.
const OF_COLOUR: [&str; 2] = ["color-contrast", "link-in-text-block"];

/// What is seriously or critically wrong with the page as it stands in this look. By night only colours are others than
/// on a desk by day, in a hand all but the colours; to measure everything again takes as long again.
pub(crate) async fn violations(page: &Page, look: Look) -> Vec<String> {
    let left_out: Map<String, Value> =
        OF_COLOUR.iter().map(|rule| ((*rule).to_owned(), json!({ "enabled": false }))).collect();
    let options = match look {
        Look::Desk => json!({}),
        Look::Night => json!({ "runOnly": { "type": "rule", "values": OF_COLOUR } }),
        Look::Hand => json!({ "rules": left_out }),
    };
    let told: Value = page.driver().run_until_told(ASK, &json!([options])).await.unwrap();
    serde_json::from_value(told).unwrap()
}
