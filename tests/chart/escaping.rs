//! Untrusted texts are escaped: names of models, versions, columns and levels, ids, cursors, sentences.

use crate::document::{Token, read, skeleton};
use crate::sample::{MARK, overview};
use proptest::prelude::*;
use scorer::chart::{page, report};
use scorer::wire::monitoring::Overview;

/// The sample with `text` as the prefix of every untrusted text.
fn with(text: &str) -> Overview {
    let json = serde_json::to_string(&overview()).unwrap();
    let text = serde_json::to_string(text).unwrap();
    serde_json::from_str(&json.replace(MARK, &text[1..text.len() - 1])).unwrap()
}

fn documents(overview: &Overview) -> [String; 3] {
    [page::document(overview), page::content(overview), report::document(overview)]
}

const ATTACKS: [&str; 8] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</title></svg></style></textarea><svg onload=alert(1)>",
    "javascript:alert(1)//",
    "&lt;script&gt;&#x3c;b&#x3e;",
    "\" autofocus onfocus=alert(1) x=\"",
    "#00001 fill=\"red\" />",
];

#[test]
fn attacks_change_no_element_and_no_attribute() {
    let expected = documents(&with("usual")).map(|html| skeleton(&html));
    for attack in ATTACKS {
        let attacked = documents(&with(attack));
        for (html, expected) in attacked.iter().zip(&expected) {
            assert!(skeleton(html) == *expected, "{attack}");
        }
    }
}

#[test]
fn no_page_has_scripts_handlers_external_hosts_or_inline_styles() {
    for html in documents(&with("https://evil.example/")) {
        for token in read(&html) {
            let Token::Open { name, attributes } = token else { continue };
            assert!(!["script", "iframe", "object", "img", "base"].contains(&name.as_str()), "{name}");
            for (attribute, value) in attributes {
                assert!(!attribute.starts_with("on") && attribute != "style", "{attribute}");
                if ["href", "src", "action"].contains(&attribute.as_str()) {
                    let allowed = ["?", "monitoring/", "data:,"];
                    assert!(allowed.iter().any(|start| value.starts_with(start)), "{attribute}={value}");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn any_text_leaves_the_structure_unchanged(text in "\\PC{0,40}|[<>&\"'/=`{}\u{0}-\u{1f}]{0,20}") {
        let overview = with(&text);
        for (html, expected) in documents(&overview).iter().zip(documents(&with("usual"))) {
            prop_assert!(skeleton(html) == skeleton(&expected));
        }
    }
}
