//! A reader of the HTML that the pages are: elements with their attributes, and text. Panics where it is not well formed.

/// One piece.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Piece {
    /// An element begins.
    Open { name: String, attributes: Vec<(String, String)> },
    /// An element ends.
    Close(String),
    /// Words, as written.
    Text(String),
}

/// Elements that have no end.
const VOID: [&str; 3] = ["input", "meta", "link"];

/// All pieces in order; every element is closed in order.
pub(crate) fn read(html: &str) -> Vec<Piece> {
    let html = html.strip_prefix("<!doctype html>\n").unwrap_or(html);
    let (mut pieces, mut open) = (Vec::new(), Vec::new());
    for part in html.split('<').skip(1) {
        let (tag, text) = part.split_once('>').expect("a tag ends");
        assert!(!text.contains('>'), "a stray > in {text:?}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "{part:?}");
            pieces.push(Piece::Close(name.to_owned()));
        } else {
            let (name, rest) = tag.split_once(' ').unwrap_or((tag, ""));
            assert!(name.chars().all(|c| c.is_ascii_alphanumeric()), "{name:?}");
            pieces.push(Piece::Open { name: name.to_owned(), attributes: attributes(rest) });
            if !VOID.contains(&name) {
                open.push(name.to_owned());
            }
        }
        if !text.is_empty() {
            pieces.push(Piece::Text(text.to_owned()));
        }
    }
    assert!(open.is_empty(), "not closed: {open:?}");
    pieces
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

/// The pieces without any text or value: what a page consists of.
pub(crate) fn skeleton(html: &str) -> Vec<String> {
    let piece = |piece: Piece| match piece {
        Piece::Open { name, attributes } => {
            let names: Vec<String> = attributes.into_iter().map(|(name, _)| name).collect();
            Some(format!("<{name} {}", names.join(" ")))
        }
        Piece::Close(name) => Some(format!("</{name}")),
        Piece::Text(_) => None,
    };
    read(html).into_iter().filter_map(piece).collect()
}

/// How many elements have a name and, where given, a class.
pub(crate) fn count(html: &str, wanted: &str, class: Option<&str>) -> usize {
    let is_wanted = |piece: &Piece| match piece {
        Piece::Open { name, attributes } => {
            name == wanted && class.is_none_or(|class| attributes.contains(&("class".to_owned(), class.to_owned())))
        }
        _ => false,
    };
    read(html).iter().filter(|piece| is_wanted(piece)).count()
}
