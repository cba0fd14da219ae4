//! HTML builder that escapes everything except names of elements and attributes, which are literals.

/// Substitute for characters that are not allowed in a page.
const REPLACEMENT: char = '\u{FFFD}';

/// Well-formed fragment of HTML or SVG.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Markup(String);

/// Names and values of attributes; names are literals.
pub(super) type Attributes<'a> = &'a [(&'static str, &'a str)];

impl Markup {
    /// Returns an empty fragment.
    pub(super) fn new() -> Self {
        Markup::default()
    }

    /// Appends an element with content.
    pub(super) fn element(&mut self, name: &'static str, attributes: Attributes<'_>, inside: impl FnOnce(&mut Markup)) {
        self.open(name, attributes);
        inside(self);
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
    }

    /// Appends an element with text.
    pub(super) fn leaf(&mut self, name: &'static str, attributes: Attributes<'_>, text: &str) {
        self.element(name, attributes, |inner| inner.text(text));
    }

    /// Appends a start tag, or a void element like `input`.
    pub(super) fn open(&mut self, name: &'static str, attributes: Attributes<'_>) {
        self.0.push('<');
        self.0.push_str(name);
        for (name, value) in attributes {
            self.0.push(' ');
            self.0.push_str(name);
            self.0.push_str("=\"");
            escape(value, &mut self.0);
            self.0.push('"');
        }
        self.0.push('>');
    }

    /// Appends untrusted text.
    pub(super) fn text(&mut self, text: &str) {
        escape(text, &mut self.0);
    }

    /// Appends a literal without escaping.
    pub(super) fn raw(&mut self, markup: &'static str) {
        self.0.push_str(markup);
    }

    /// Appends another fragment.
    pub(super) fn append(&mut self, markup: &Markup) {
        self.0.push_str(&markup.0);
    }

    /// Returns the HTML.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// Escapes text for element content and double-quoted attribute values. Control characters, which HTML forbids, and
/// bidirectional overrides are replaced.
fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(c),
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => out.push(REPLACEMENT),
            c if c.is_control() => out.push(REPLACEMENT),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn escaped(text: &str) -> String {
        let mut out = String::new();
        escape(text, &mut out);
        out
    }

    /// Unescapes as a browser does.
    fn unescape(text: &str) -> String {
        let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
        pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    }

    #[test]
    fn elements_are_nested() {
        let mut page = Markup::new();
        page.element("p", &[("class", "a\"b")], |inner| {
            inner.leaf("b", &[], "1 < 2");
            inner.open("br", &[]);
        });
        assert_eq!(page.into_string(), "<p class=\"a&quot;b\"><b>1 &lt; 2</b><br></p>");
    }

    #[test]
    fn control_and_bidi_characters_are_replaced() {
        assert_eq!(escaped("a\u{0}b\u{202E}c\u{1B}"), "a\u{FFFD}b\u{FFFD}c\u{FFFD}");
    }

    proptest! {
        #[test]
        fn text_opens_no_element_and_ends_no_value(text in ".*") {
            let escaped = escaped(&text);
            prop_assert!(!escaped.contains(['<', '>', '"', '\'']));
            let shown = unescape(&escaped);
            prop_assert!(shown.chars().zip(text.chars()).all(|(shown, c)| shown == c || shown == REPLACEMENT));
            prop_assert_eq!(shown.chars().count(), text.chars().count());
        }
    }
}
