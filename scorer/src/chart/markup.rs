//! HTML that can be built in one way only: names of elements and attributes stand in the source, everything else is
//! escaped.
//!
//! Owns escaping. May not know what is written.

/// What takes the place of a character that may not stand in a page.
const REPLACEMENT: char = '\u{FFFD}';

/// A piece of HTML or of SVG, well formed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Markup(String);

/// Names and values of attributes; names stand in the source.
pub(super) type Attributes<'a> = &'a [(&'static str, &'a str)];

impl Markup {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Markup::default()
    }

    /// An element with all that is put into it.
    pub(super) fn element(&mut self, name: &'static str, attributes: Attributes<'_>, inside: impl FnOnce(&mut Markup)) {
        self.open(name, attributes);
        inside(self);
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
    }

    /// An element with text in it.
    pub(super) fn leaf(&mut self, name: &'static str, attributes: Attributes<'_>, text: &str) {
        self.element(name, attributes, |inner| inner.text(text));
    }

    /// An element that has no end of its own, like `input`; also the beginning of any other.
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

    /// Text from anywhere.
    pub(super) fn text(&mut self, text: &str) {
        escape(text, &mut self.0);
    }

    /// What stands in the source, as it is.
    pub(super) fn raw(&mut self, markup: &'static str) {
        self.0.push_str(markup);
    }

    /// Another piece.
    pub(super) fn append(&mut self, markup: &Markup) {
        self.0.push_str(&markup.0);
    }

    /// The text of it.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// Makes text safe within an element and within a value in double quotes. Control characters, which HTML does not
/// allow, and those that turn the direction of what follows are replaced.
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

    /// What a browser reads back.
    fn read(text: &str) -> String {
        let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
        pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    }

    #[test]
    fn elements_close_in_order() {
        let mut page = Markup::new();
        page.element("p", &[("class", "a\"b")], |inner| {
            inner.leaf("b", &[], "1 < 2");
            inner.open("br", &[]);
        });
        assert_eq!(page.into_string(), "<p class=\"a&quot;b\"><b>1 &lt; 2</b><br></p>");
    }

    #[test]
    fn characters_that_hide_or_turn_are_replaced() {
        assert_eq!(escaped("a\u{0}b\u{202E}c\u{1B}"), "a\u{FFFD}b\u{FFFD}c\u{FFFD}");
    }

    proptest! {
        #[test]
        fn nothing_from_outside_opens_an_element_or_ends_a_value(text in ".*") {
            let escaped = escaped(&text);
            prop_assert!(!escaped.contains(['<', '>', '"', '\'']));
            let shown = read(&escaped);
            prop_assert!(shown.chars().zip(text.chars()).all(|(shown, c)| shown == c || shown == REPLACEMENT));
            prop_assert_eq!(shown.chars().count(), text.chars().count());
        }
    }
}
