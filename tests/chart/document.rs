//! Parser of the pages' HTML: elements with attributes, and text. Panics on malformed HTML.

/// Token of a document.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token {
    /// Start tag.
    Open { name: String, attributes: Vec<(String, String)> },
    /// End tag.
    Close(String),
    /// Text, not unescaped.
    Text(String),
}

/// Void elements.
const VOID: [&str; 3] = ["input", "meta", "link"];

/// Parses all tokens; elements must be nested correctly.
pub(crate) fn read(html: &str) -> Vec<Token> {
    let html = html.strip_prefix("<!doctype html>\n").unwrap_or(html);
    let (mut tokens, mut open) = (Vec::new(), Vec::new());
    for part in html.split('<').skip(1) {
        let (tag, text) = part.split_once('>').expect("a tag ends");
        assert!(!text.contains('>'), "a stray > in {text:?}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "{part:?}");
            tokens.push(Token::Close(name.to_owned()));
        } else {
            let (name, rest) = tag.split_once(' ').unwrap_or((tag, ""));
            assert!(name.chars().all(|c| c.is_ascii_alphanumeric()), "{name:?}");
            tokens.push(Token::Open { name: name.to_owned(), attributes: attributes(rest) });
            if !VOID.contains(&name) {
                open.push(name.to_owned());
            }
        }
        if !text.is_empty() {
            tokens.push(Token::Text(text.to_owned()));
        }
    }
    assert!(open.is_empty(), "not closed: {open:?}");
    tokens
}

fn attributes(mut rest: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    while !rest.is_empty() {
        let (name, after) = rest.split_once("=\"").expect("a name and a value");
        let (value, after) = after.split_once('"').expect("the value ends");
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "{name:?}");
        all.push((name.to_owned(), value.to_owned()));
        rest = after.strip_prefix(' ').unwrap_or(after);
    }
    all
}

/// Structure of a document: tokens without texts and attribute values.
pub(crate) fn skeleton(html: &str) -> Vec<String> {
    let token = |token: Token| match token {
        Token::Open { name, attributes } => {
            let names: Vec<String> = attributes.into_iter().map(|(name, _)| name).collect();
            Some(format!("<{name} {}", names.join(" ")))
        }
        Token::Close(name) => Some(format!("</{name}")),
        Token::Text(_) => None,
    };
    read(html).into_iter().filter_map(token).collect()
}

/// Number of elements with a name and an optional class.
pub(crate) fn count(html: &str, expected: &str, class: Option<&str>) -> usize {
    let is_expected = |token: &Token| match token {
        Token::Open { name, attributes } => {
            name == expected && class.is_none_or(|class| attributes.contains(&("class".to_owned(), class.to_owned())))
        }
        _ => false,
    };
    read(html).iter().filter(|token| is_expected(token)).count()
}
